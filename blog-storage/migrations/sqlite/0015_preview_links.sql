-- Links that show a post to whoever has them. Of the secret in a link only its hash is known.
CREATE TABLE IF NOT EXISTS blog_preview_links (
    id BLOB NOT NULL PRIMARY KEY,
    token BLOB NOT NULL,
    post BLOB NOT NULL REFERENCES blog_posts (id) ON DELETE CASCADE,
    maker BLOB NOT NULL REFERENCES blog_users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS blog_preview_links_token ON blog_preview_links (token);
CREATE INDEX IF NOT EXISTS blog_preview_links_post ON blog_preview_links (post, created_at, id);
CREATE INDEX IF NOT EXISTS blog_preview_links_maker ON blog_preview_links (maker);
CREATE INDEX IF NOT EXISTS blog_preview_links_expires ON blog_preview_links (expires_at);
