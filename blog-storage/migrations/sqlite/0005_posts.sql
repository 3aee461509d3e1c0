-- listed: published, and the author is not suspended. is_public: published or unlisted. Both are kept so that
-- every list is one walk along an index. tags holds [slug, name] pairs for cards; blog_post_tags finds posts.
-- seq is the row's number in blog_post_search.
CREATE TABLE IF NOT EXISTS blog_posts (
    seq INTEGER NOT NULL PRIMARY KEY,
    id BLOB NOT NULL,
    author BLOB NOT NULL REFERENCES blog_users (id),
    slug TEXT NOT NULL,
    title TEXT NOT NULL,
    excerpt TEXT NOT NULL,
    tags TEXT NOT NULL,
    cover BLOB,
    status TEXT NOT NULL,
    listed INTEGER NOT NULL,
    is_public INTEGER NOT NULL,
    published_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    words INTEGER NOT NULL,
    likes INTEGER NOT NULL,
    views INTEGER NOT NULL,
    comments INTEGER NOT NULL,
    version INTEGER NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS blog_posts_id ON blog_posts (id);
CREATE INDEX IF NOT EXISTS blog_posts_listed ON blog_posts (listed, published_at, id);
CREATE INDEX IF NOT EXISTS blog_posts_author_listed ON blog_posts (author, listed, published_at, id);
CREATE INDEX IF NOT EXISTS blog_posts_author ON blog_posts (author, updated_at, id);
CREATE INDEX IF NOT EXISTS blog_posts_updated ON blog_posts (updated_at, id);
CREATE INDEX IF NOT EXISTS blog_posts_public ON blog_posts (is_public, published_at);

-- The large texts lie apart, so that the rows that lists read stay small.
CREATE TABLE IF NOT EXISTS blog_post_bodies (
    post BLOB NOT NULL PRIMARY KEY REFERENCES blog_posts (id) ON DELETE CASCADE,
    body TEXT NOT NULL,
    html TEXT NOT NULL,
    toc TEXT NOT NULL,
    media TEXT NOT NULL,
    renderer_version INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS blog_slugs (
    slug TEXT NOT NULL PRIMARY KEY,
    post BLOB NOT NULL REFERENCES blog_posts (id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS blog_slugs_post ON blog_slugs (post);

CREATE TABLE IF NOT EXISTS blog_post_tags (
    post BLOB NOT NULL REFERENCES blog_posts (id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    listed INTEGER NOT NULL,
    published_at INTEGER,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (post, tag)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS blog_post_tags_listed ON blog_post_tags (tag, listed, published_at, post);
CREATE INDEX IF NOT EXISTS blog_post_tags_updated ON blog_post_tags (tag, updated_at, post);

-- Which posts use an item, in text or as cover.
CREATE TABLE IF NOT EXISTS blog_post_media (
    post BLOB NOT NULL REFERENCES blog_posts (id) ON DELETE CASCADE,
    media BLOB NOT NULL REFERENCES blog_media (id),
    PRIMARY KEY (post, media)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS blog_post_media_media ON blog_post_media (media, post);

CREATE TABLE IF NOT EXISTS blog_revisions (
    post BLOB NOT NULL REFERENCES blog_posts (id) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    editor BLOB,
    saved_at INTEGER NOT NULL,
    PRIMARY KEY (post, version)
);
