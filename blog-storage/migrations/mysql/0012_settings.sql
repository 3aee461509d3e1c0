-- What an admin decided about the site: one row, and none before the first save. document is JSON, so that a further
-- setting needs no further column.
CREATE TABLE IF NOT EXISTS blog_settings (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    document MEDIUMTEXT NOT NULL,
    logo BINARY(16),
    version BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    KEY blog_settings_logo (logo),
    CONSTRAINT blog_settings_item FOREIGN KEY (logo) REFERENCES blog_media (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
