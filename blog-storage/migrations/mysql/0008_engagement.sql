CREATE TABLE IF NOT EXISTS blog_likes (
    post BINARY(16) NOT NULL,
    liker BINARY(16) NOT NULL,
    liked_at BIGINT NOT NULL,
    PRIMARY KEY (post, liker),
    KEY blog_likes_liker (liker),
    CONSTRAINT blog_likes_of FOREIGN KEY (post) REFERENCES blog_posts (id) ON DELETE CASCADE,
    CONSTRAINT blog_likes_by FOREIGN KEY (liker) REFERENCES blog_users (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE IF NOT EXISTS blog_views (
    day BIGINT NOT NULL,
    post BINARY(16) NOT NULL,
    visitor VARBINARY(64) NOT NULL,
    PRIMARY KEY (day, post, visitor),
    KEY blog_views_post (post),
    CONSTRAINT blog_views_of FOREIGN KEY (post) REFERENCES blog_posts (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE IF NOT EXISTS blog_salts (
    day BIGINT NOT NULL PRIMARY KEY,
    salt VARBINARY(64) NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
