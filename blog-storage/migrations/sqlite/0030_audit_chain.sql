-- What was done, in the order in which it was stored; rows are only ever added. Each hash covers its row and the hash
-- before. blog_audit is the log of before it was a chain, and is taken over.
CREATE TABLE IF NOT EXISTS blog_audit_log (
    number INTEGER NOT NULL PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    happened_at INTEGER NOT NULL,
    actor BLOB,
    origin TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    hash BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS blog_audit_log_happened ON blog_audit_log (happened_at, id);
CREATE INDEX IF NOT EXISTS blog_audit_log_actor ON blog_audit_log (actor, happened_at, id);
CREATE INDEX IF NOT EXISTS blog_audit_log_subject ON blog_audit_log (subject, happened_at, id);

-- The last row's number and hash, so that rows which are missing at the end are missed.
CREATE TABLE IF NOT EXISTS blog_audit_head (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL,
    hash BLOB NOT NULL
);
INSERT OR IGNORE INTO blog_audit_head (id, number, hash) VALUES (1, 0, x'0000000000000000000000000000000000000000000000000000000000000000');
