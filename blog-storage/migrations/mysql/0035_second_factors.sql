CREATE TABLE IF NOT EXISTS blog_second_factors (
    owner BINARY(16) NOT NULL PRIMARY KEY,
    secret BINARY(20) NOT NULL,
    created_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    last_step BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    codes_left BIGINT NOT NULL,
    KEY blog_second_factors_begun (confirmed_at, created_at),
    CONSTRAINT blog_second_factors_of FOREIGN KEY (owner) REFERENCES blog_users (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS blog_recovery_codes (
    owner BINARY(16) NOT NULL,
    code BINARY(32) NOT NULL,
    PRIMARY KEY (owner, code),
    CONSTRAINT blog_recovery_codes_of FOREIGN KEY (owner) REFERENCES blog_users (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
