-- What an admin decided about the site: one row, and none before the first save. document is JSON, so that a further
-- setting needs no further column.
CREATE TABLE IF NOT EXISTS blog_settings (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    document TEXT NOT NULL,
    logo BLOB REFERENCES blog_media (id),
    version INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS blog_settings_logo ON blog_settings (logo);
