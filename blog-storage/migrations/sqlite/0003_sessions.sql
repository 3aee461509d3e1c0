-- ends_at is the earlier of idle_expires_at and expires_at: what purging walks along.
CREATE TABLE IF NOT EXISTS blog_sessions (
    id BLOB NOT NULL PRIMARY KEY,
    token BLOB NOT NULL,
    owner BLOB NOT NULL REFERENCES blog_users (id) ON DELETE CASCADE,
    auth_epoch INTEGER NOT NULL,
    remember INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    password_at INTEGER NOT NULL,
    idle_expires_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    device TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS blog_sessions_token ON blog_sessions (token);
CREATE INDEX IF NOT EXISTS blog_sessions_owner ON blog_sessions (owner, created_at, id);
CREATE INDEX IF NOT EXISTS blog_sessions_ends ON blog_sessions (ends_at);

-- Tokens may belong to nobody (an invitation), and outlive nothing: they end by themselves.
CREATE TABLE IF NOT EXISTS blog_tokens (
    hash BLOB NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL,
    owner BLOB,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS blog_tokens_owner ON blog_tokens (owner, purpose);
CREATE INDEX IF NOT EXISTS blog_tokens_expires ON blog_tokens (expires_at);
