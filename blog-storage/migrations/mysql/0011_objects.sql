-- Keys are bytes: their order is the order of pages. id is a hash of bucket and key, for pages ordered by time.
-- expires_at is set on tombstones only. A bucket's name has at most 63 bytes, a key 1024.
CREATE TABLE IF NOT EXISTS blog_objects (
    bucket VARBINARY(255) NOT NULL,
    object_key VARBINARY(1024) NOT NULL,
    id BINARY(16) NOT NULL,
    object_version VARCHAR(1024),
    bytes BIGINT NOT NULL,
    etag VARCHAR(1024) NOT NULL,
    content_type VARCHAR(255),
    owner BINARY(16),
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    sequencer VARCHAR(255) NOT NULL,
    sequence VARCHAR(255) NOT NULL,
    present INTEGER NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (bucket, object_key),
    KEY blog_objects_prefix (bucket, present, object_key),
    KEY blog_objects_owner (owner, present, first_seen, id),
    KEY blog_objects_expires (expires_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE IF NOT EXISTS blog_intents (
    id BIGINT NOT NULL PRIMARY KEY,
    object_key VARBINARY(1024) NOT NULL,
    owner BINARY(16),
    begun_at BIGINT NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
