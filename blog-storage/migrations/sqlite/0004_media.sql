CREATE TABLE IF NOT EXISTS blog_media (
    id BLOB NOT NULL PRIMARY KEY,
    owner BLOB NOT NULL REFERENCES blog_users (id),
    kind TEXT NOT NULL,
    content_type TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    width INTEGER,
    height INTEGER,
    alt TEXT NOT NULL,
    file_name TEXT NOT NULL,
    private_key TEXT NOT NULL,
    public_key TEXT,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS blog_media_owner ON blog_media (owner, state, created_at, id);
CREATE INDEX IF NOT EXISTS blog_media_state ON blog_media (state, created_at, id);
