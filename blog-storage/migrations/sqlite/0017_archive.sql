-- How many listed posts each month and each tag has, scheduled ones included. month: months since January of the year
-- 0, in UTC, of the years 1 to 9999.
CREATE TABLE IF NOT EXISTS blog_archive (
    month INTEGER NOT NULL PRIMARY KEY,
    posts INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS blog_tags (
    tag TEXT NOT NULL PRIMARY KEY,
    posts INTEGER NOT NULL
) WITHOUT ROWID;
