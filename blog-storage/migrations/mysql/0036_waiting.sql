CREATE TABLE IF NOT EXISTS blog_waiting_users (
    owner BINARY(16) NOT NULL PRIMARY KEY,
    email VARCHAR(254) NOT NULL,
    expires_at BIGINT NOT NULL,
    KEY blog_waiting_users_over (expires_at),
    CONSTRAINT blog_waiting_users_of FOREIGN KEY (owner) REFERENCES blog_users (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
