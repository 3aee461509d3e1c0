-- Archives of what is one person's: one a person. bytes, ready_at and expires_at are null until it is made; lease_until is
-- null while nobody makes it. words is JSON, and empty once the archive is ready.
CREATE TABLE IF NOT EXISTS blog_exports (
    owner BLOB NOT NULL PRIMARY KEY REFERENCES blog_users (id) ON DELETE CASCADE,
    id BLOB NOT NULL UNIQUE,
    words TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    lease_until INTEGER,
    done INTEGER NOT NULL,
    total INTEGER NOT NULL,
    bytes INTEGER,
    ready_at INTEGER,
    expires_at INTEGER
);
CREATE INDEX IF NOT EXISTS blog_exports_waiting ON blog_exports (ready_at, asked_at, id);
CREATE INDEX IF NOT EXISTS blog_exports_expires ON blog_exports (expires_at);
