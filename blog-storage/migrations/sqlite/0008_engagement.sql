CREATE TABLE IF NOT EXISTS blog_likes (
    post BLOB NOT NULL REFERENCES blog_posts (id) ON DELETE CASCADE,
    liker BLOB NOT NULL REFERENCES blog_users (id) ON DELETE CASCADE,
    liked_at INTEGER NOT NULL,
    PRIMARY KEY (post, liker)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS blog_likes_liker ON blog_likes (liker);

CREATE TABLE IF NOT EXISTS blog_views (
    day INTEGER NOT NULL,
    post BLOB NOT NULL REFERENCES blog_posts (id) ON DELETE CASCADE,
    visitor BLOB NOT NULL,
    PRIMARY KEY (day, post, visitor)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS blog_views_post ON blog_views (post);

CREATE TABLE IF NOT EXISTS blog_salts (
    day INTEGER NOT NULL PRIMARY KEY,
    salt BLOB NOT NULL
);
