CREATE TABLE IF NOT EXISTS blog_audit_log (
    number BIGINT NOT NULL PRIMARY KEY,
    id BINARY(16) NOT NULL,
    happened_at BIGINT NOT NULL,
    actor BINARY(16),
    origin VARCHAR(64) NOT NULL,
    action VARCHAR(100) NOT NULL,
    subject VARCHAR(200) NOT NULL,
    detail TEXT NOT NULL,
    hash VARBINARY(32) NOT NULL,
    UNIQUE KEY blog_audit_log_id (id),
    KEY blog_audit_log_happened (happened_at, id),
    KEY blog_audit_log_actor (actor, happened_at, id),
    KEY blog_audit_log_subject (subject, happened_at, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE IF NOT EXISTS blog_audit_head (
    id BIGINT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL,
    hash VARBINARY(32) NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
INSERT IGNORE INTO blog_audit_head (id, number, hash) VALUES (1, 0, x'0000000000000000000000000000000000000000000000000000000000000000');
