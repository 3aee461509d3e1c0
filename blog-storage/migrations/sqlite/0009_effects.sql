CREATE TABLE IF NOT EXISTS blog_audit (
    id BLOB NOT NULL PRIMARY KEY,
    happened_at INTEGER NOT NULL,
    actor BLOB,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS blog_audit_happened ON blog_audit (happened_at, id);

-- lease_until is null while nobody holds the message.
CREATE TABLE IF NOT EXISTS blog_outbox (
    id BLOB NOT NULL PRIMARY KEY,
    task TEXT NOT NULL,
    available_at INTEGER NOT NULL,
    lease_until INTEGER,
    attempts INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS blog_outbox_available ON blog_outbox (available_at, id);
