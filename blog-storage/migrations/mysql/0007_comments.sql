-- thread is the id of the comment that answers none, its own for that one. shown: that comment, while its thread is to
-- be seen; always 0 for replies. replies and visible_replies are kept on it.
CREATE TABLE IF NOT EXISTS blog_comments (
    id BINARY(16) NOT NULL PRIMARY KEY,
    post BINARY(16) NOT NULL,
    thread BINARY(16) NOT NULL,
    parent BINARY(16),
    author BINARY(16),
    state VARCHAR(20) NOT NULL,
    shown INTEGER NOT NULL,
    replies BIGINT NOT NULL,
    visible_replies BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    edited_at BIGINT,
    version BIGINT NOT NULL,
    body MEDIUMTEXT NOT NULL,
    html MEDIUMTEXT NOT NULL,
    KEY blog_comments_shown (post, shown, created_at, id),
    KEY blog_comments_thread (thread, created_at, id),
    CONSTRAINT blog_comments_of FOREIGN KEY (post) REFERENCES blog_posts (id) ON DELETE CASCADE,
    CONSTRAINT blog_comments_by FOREIGN KEY (author) REFERENCES blog_users (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
