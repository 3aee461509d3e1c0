-- thread is the id of the comment that answers none, its own for that one. shown: that comment, while its thread is to
-- be seen; always 0 for replies. replies and visible_replies are kept on it.
CREATE TABLE IF NOT EXISTS blog_comments (
    id BLOB NOT NULL PRIMARY KEY,
    post BLOB NOT NULL REFERENCES blog_posts (id) ON DELETE CASCADE,
    thread BLOB NOT NULL,
    parent BLOB,
    author BLOB REFERENCES blog_users (id),
    state TEXT NOT NULL,
    shown INTEGER NOT NULL,
    replies INTEGER NOT NULL,
    visible_replies INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    edited_at INTEGER,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    html TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS blog_comments_shown ON blog_comments (post, shown, created_at, id);
CREATE INDEX IF NOT EXISTS blog_comments_thread ON blog_comments (thread, created_at, id);
