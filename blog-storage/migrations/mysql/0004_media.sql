CREATE TABLE IF NOT EXISTS blog_media (
    id BINARY(16) NOT NULL PRIMARY KEY,
    owner BINARY(16) NOT NULL,
    kind VARCHAR(20) NOT NULL,
    content_type VARCHAR(255) NOT NULL,
    bytes BIGINT NOT NULL,
    width BIGINT,
    height BIGINT,
    alt TEXT NOT NULL,
    file_name TEXT NOT NULL,
    private_key TEXT NOT NULL,
    public_key TEXT,
    state VARCHAR(20) NOT NULL,
    created_at BIGINT NOT NULL,
    KEY blog_media_owner (owner, state, created_at, id),
    KEY blog_media_state (state, created_at, id),
    CONSTRAINT blog_media_of FOREIGN KEY (owner) REFERENCES blog_users (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
