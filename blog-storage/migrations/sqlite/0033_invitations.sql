CREATE TABLE IF NOT EXISTS blog_invitations (
    id BLOB NOT NULL PRIMARY KEY,
    token BLOB NOT NULL UNIQUE,
    maker BLOB NOT NULL REFERENCES blog_users (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
);
CREATE INDEX IF NOT EXISTS blog_invitations_created ON blog_invitations (created_at, id);
CREATE INDEX IF NOT EXISTS blog_invitations_maker ON blog_invitations (maker);
