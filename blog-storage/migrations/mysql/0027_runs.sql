-- Reports of comparisons of a bucket with its index, as JSON; ids grow with time.
CREATE TABLE IF NOT EXISTS blog_runs (
    id BINARY(16) NOT NULL PRIMARY KEY,
    bucket VARBINARY(255) NOT NULL,
    document MEDIUMTEXT NOT NULL,
    KEY blog_runs_bucket (bucket, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
