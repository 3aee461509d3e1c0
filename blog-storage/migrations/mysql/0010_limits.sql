-- full_at: when all of the quota is given back (the theoretical arrival time of the cell rate algorithm).
CREATE TABLE IF NOT EXISTS blog_limits (
    name VARBINARY(512) NOT NULL PRIMARY KEY,
    full_at BIGINT NOT NULL,
    KEY blog_limits_full (full_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
