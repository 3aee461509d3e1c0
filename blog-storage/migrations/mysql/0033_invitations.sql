CREATE TABLE IF NOT EXISTS blog_invitations (
    id BINARY(16) NOT NULL PRIMARY KEY,
    token BINARY(32) NOT NULL,
    maker BINARY(16) NOT NULL,
    role VARCHAR(20) NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    UNIQUE KEY blog_invitations_token (token),
    KEY blog_invitations_created (created_at, id),
    CONSTRAINT blog_invitations_by FOREIGN KEY (maker) REFERENCES blog_users (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
