-- One row for the whole site: the number that page caches watch.
CREATE TABLE IF NOT EXISTS blog_site (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    generation BIGINT NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
INSERT IGNORE INTO blog_site (id, generation) VALUES (1, 0);

-- Numbers that only grow, also across restarts.
CREATE TABLE IF NOT EXISTS blog_counters (
    name VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
INSERT IGNORE INTO blog_counters (name, value) VALUES ('intent', 0);
INSERT IGNORE INTO blog_counters (name, value) VALUES ('sequencer', 0);

-- The row at which writers wait for each other. It numbers their writes.
CREATE TABLE IF NOT EXISTS blog_writer (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    number BIGINT UNSIGNED NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
INSERT IGNORE INTO blog_writer (id, number) VALUES (1, 0);

-- The last writes, each in the place of its number: whether one was made can be looked up after a lost connection.
CREATE TABLE IF NOT EXISTS blog_operations (
    slot BIGINT NOT NULL PRIMARY KEY,
    id BINARY(16) NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
