-- How many listed posts each month and each tag has, scheduled ones included. month: months since January of the year
-- 0, in UTC, of the years 1 to 9999.
CREATE TABLE IF NOT EXISTS blog_archive (
    month BIGINT NOT NULL PRIMARY KEY,
    posts BIGINT NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE IF NOT EXISTS blog_tags (
    tag VARCHAR(255) NOT NULL PRIMARY KEY,
    posts BIGINT NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
