-- listed: published, and the author is not suspended. is_public: published or unlisted. Both are kept so that
-- every list is one walk along an index. tags holds [slug, name] pairs for cards; blog_post_tags finds posts.
CREATE TABLE IF NOT EXISTS blog_posts (
    seq BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    id BINARY(16) NOT NULL,
    author BINARY(16) NOT NULL,
    slug VARCHAR(255) NOT NULL,
    title TEXT NOT NULL,
    excerpt TEXT NOT NULL,
    tags TEXT NOT NULL,
    cover BINARY(16),
    status VARCHAR(20) NOT NULL,
    listed INTEGER NOT NULL,
    is_public INTEGER NOT NULL,
    published_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    words BIGINT NOT NULL,
    likes BIGINT NOT NULL,
    views BIGINT NOT NULL,
    comments BIGINT NOT NULL,
    version BIGINT NOT NULL,
    UNIQUE KEY blog_posts_id (id),
    KEY blog_posts_listed (listed, published_at, id),
    KEY blog_posts_author_listed (author, listed, published_at, id),
    KEY blog_posts_author (author, updated_at, id),
    KEY blog_posts_updated (updated_at, id),
    KEY blog_posts_public (is_public, published_at),
    CONSTRAINT blog_posts_of FOREIGN KEY (author) REFERENCES blog_users (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- The large texts lie apart, so that the rows that lists read stay small.
CREATE TABLE IF NOT EXISTS blog_post_bodies (
    post BINARY(16) NOT NULL PRIMARY KEY,
    body MEDIUMTEXT NOT NULL,
    html MEDIUMTEXT NOT NULL,
    toc MEDIUMTEXT NOT NULL,
    media MEDIUMTEXT NOT NULL,
    renderer_version BIGINT NOT NULL,
    KEY blog_post_bodies_renderer (renderer_version, post),
    CONSTRAINT blog_post_bodies_of FOREIGN KEY (post) REFERENCES blog_posts (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- Compared byte for byte: a text would ignore spaces at its end. The number is there because an error names a violated
-- primary key without its table.
CREATE TABLE IF NOT EXISTS blog_slugs (
    number BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    slug VARBINARY(255) NOT NULL,
    post BINARY(16) NOT NULL,
    UNIQUE KEY blog_slugs_slug (slug),
    KEY blog_slugs_post (post),
    CONSTRAINT blog_slugs_of FOREIGN KEY (post) REFERENCES blog_posts (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE IF NOT EXISTS blog_post_tags (
    post BINARY(16) NOT NULL,
    tag VARCHAR(255) NOT NULL,
    listed INTEGER NOT NULL,
    published_at BIGINT,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (post, tag),
    KEY blog_post_tags_listed (tag, listed, published_at, post),
    KEY blog_post_tags_updated (tag, updated_at, post),
    CONSTRAINT blog_post_tags_of FOREIGN KEY (post) REFERENCES blog_posts (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- Which posts use an item, in text or as cover.
CREATE TABLE IF NOT EXISTS blog_post_media (
    post BINARY(16) NOT NULL,
    media BINARY(16) NOT NULL,
    PRIMARY KEY (post, media),
    KEY blog_post_media_media (media, post),
    CONSTRAINT blog_post_media_of FOREIGN KEY (post) REFERENCES blog_posts (id) ON DELETE CASCADE,
    CONSTRAINT blog_post_media_item FOREIGN KEY (media) REFERENCES blog_media (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE IF NOT EXISTS blog_revisions (
    post BINARY(16) NOT NULL,
    version BIGINT NOT NULL,
    title TEXT NOT NULL,
    body MEDIUMTEXT NOT NULL,
    editor BINARY(16),
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (post, version),
    CONSTRAINT blog_revisions_of FOREIGN KEY (post) REFERENCES blog_posts (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
