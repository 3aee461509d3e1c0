-- Archives of what is one person's: one a person. bytes, ready_at and expires_at are null until it is made; lease_until is
-- null while nobody makes it. words is JSON, and empty once the archive is ready.
CREATE TABLE IF NOT EXISTS blog_exports (
    owner BINARY(16) NOT NULL PRIMARY KEY,
    id BINARY(16) NOT NULL,
    words MEDIUMTEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    lease_until BIGINT,
    done BIGINT NOT NULL,
    total BIGINT NOT NULL,
    bytes BIGINT,
    ready_at BIGINT,
    expires_at BIGINT,
    UNIQUE KEY blog_exports_id (id),
    KEY blog_exports_waiting (ready_at, asked_at, id),
    KEY blog_exports_expires (expires_at),
    CONSTRAINT blog_exports_of FOREIGN KEY (owner) REFERENCES blog_users (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
