-- full_at: when all of the quota is given back (the theoretical arrival time of the cell rate algorithm).
CREATE TABLE IF NOT EXISTS blog_limits (
    name BLOB NOT NULL PRIMARY KEY,
    full_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS blog_limits_full ON blog_limits (full_at);
