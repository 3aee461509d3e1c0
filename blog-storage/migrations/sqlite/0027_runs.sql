-- Reports of comparisons of a bucket with its index, as JSON; ids grow with time.
CREATE TABLE IF NOT EXISTS blog_runs (
    id BLOB NOT NULL PRIMARY KEY,
    bucket BLOB NOT NULL,
    document TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS blog_runs_bucket ON blog_runs (bucket, id);
