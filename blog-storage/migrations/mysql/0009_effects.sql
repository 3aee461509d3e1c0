CREATE TABLE IF NOT EXISTS blog_audit (
    id BINARY(16) NOT NULL PRIMARY KEY,
    happened_at BIGINT NOT NULL,
    actor BINARY(16),
    action VARCHAR(100) NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    KEY blog_audit_happened (happened_at, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- lease_until is null while nobody holds the message.
CREATE TABLE IF NOT EXISTS blog_outbox (
    id BINARY(16) NOT NULL PRIMARY KEY,
    task MEDIUMTEXT NOT NULL,
    available_at BIGINT NOT NULL,
    lease_until BIGINT,
    attempts BIGINT NOT NULL,
    KEY blog_outbox_available (available_at, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
