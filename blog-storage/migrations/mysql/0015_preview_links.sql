-- Links that show a post to whoever has them. Of the secret in a link only its hash is known.
CREATE TABLE IF NOT EXISTS blog_preview_links (
    id BINARY(16) NOT NULL PRIMARY KEY,
    token BINARY(32) NOT NULL,
    post BINARY(16) NOT NULL,
    maker BINARY(16) NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    UNIQUE KEY blog_preview_links_token (token),
    KEY blog_preview_links_post (post, created_at, id),
    KEY blog_preview_links_maker (maker),
    KEY blog_preview_links_expires (expires_at),
    CONSTRAINT blog_preview_links_of FOREIGN KEY (post) REFERENCES blog_posts (id) ON DELETE CASCADE,
    CONSTRAINT blog_preview_links_by FOREIGN KEY (maker) REFERENCES blog_users (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
