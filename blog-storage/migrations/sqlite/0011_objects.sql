-- Keys are bytes: their order is the order of pages. id is a hash of bucket and key, for pages ordered by time.
-- expires_at is set on tombstones only.
CREATE TABLE IF NOT EXISTS blog_objects (
    bucket BLOB NOT NULL,
    object_key BLOB NOT NULL,
    id BLOB NOT NULL,
    object_version TEXT,
    bytes INTEGER NOT NULL,
    etag TEXT NOT NULL,
    content_type TEXT,
    owner BLOB,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    sequencer TEXT NOT NULL,
    sequence TEXT NOT NULL,
    present INTEGER NOT NULL,
    expires_at INTEGER,
    PRIMARY KEY (bucket, object_key)
);
CREATE INDEX IF NOT EXISTS blog_objects_prefix ON blog_objects (bucket, present, object_key);
CREATE INDEX IF NOT EXISTS blog_objects_owner ON blog_objects (owner, present, first_seen, id);
CREATE INDEX IF NOT EXISTS blog_objects_expires ON blog_objects (expires_at);

CREATE TABLE IF NOT EXISTS blog_intents (
    id INTEGER NOT NULL PRIMARY KEY,
    object_key BLOB NOT NULL,
    owner BLOB,
    begun_at INTEGER NOT NULL
);
