-- ends_at is the earlier of idle_expires_at and expires_at: what purging walks along.
CREATE TABLE IF NOT EXISTS blog_sessions (
    id BINARY(16) NOT NULL PRIMARY KEY,
    token BINARY(32) NOT NULL,
    owner BINARY(16) NOT NULL,
    auth_epoch BIGINT NOT NULL,
    remember INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    password_at BIGINT NOT NULL,
    idle_expires_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    device TEXT NOT NULL,
    UNIQUE KEY blog_sessions_token (token),
    KEY blog_sessions_owner (owner, created_at, id),
    KEY blog_sessions_ends (ends_at),
    CONSTRAINT blog_sessions_of FOREIGN KEY (owner) REFERENCES blog_users (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- Tokens may belong to nobody (an invitation), and outlive nothing: they end by themselves.
CREATE TABLE IF NOT EXISTS blog_tokens (
    hash BINARY(32) NOT NULL PRIMARY KEY,
    purpose VARCHAR(40) NOT NULL,
    owner BINARY(16),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    KEY blog_tokens_owner (owner, purpose),
    KEY blog_tokens_expires (expires_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
