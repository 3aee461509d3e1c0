-- One row for the whole site: the number that page caches watch.
CREATE TABLE IF NOT EXISTS blog_site (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    generation INTEGER NOT NULL
);
INSERT OR IGNORE INTO blog_site (id, generation) VALUES (1, 0);

-- Numbers that only grow, also across restarts.
CREATE TABLE IF NOT EXISTS blog_counters (
    name TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;
INSERT OR IGNORE INTO blog_counters (name, value) VALUES ('intent', 0);
INSERT OR IGNORE INTO blog_counters (name, value) VALUES ('sequencer', 0);
