CREATE TABLE IF NOT EXISTS blog_comment_queue (
    comment BINARY(16) NOT NULL PRIMARY KEY,
    queued_at BIGINT NOT NULL,
    KEY blog_comment_queue_at (queued_at, comment),
    CONSTRAINT blog_comment_queue_of FOREIGN KEY (comment) REFERENCES blog_comments (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS blog_comment_reports (
    comment BINARY(16) NOT NULL,
    reporter BINARY(16) NOT NULL,
    reason VARCHAR(500) NOT NULL,
    reported_at BIGINT NOT NULL,
    PRIMARY KEY (comment, reporter),
    CONSTRAINT blog_comment_reports_of FOREIGN KEY (comment) REFERENCES blog_comments (id) ON DELETE CASCADE,
    CONSTRAINT blog_comment_reports_by FOREIGN KEY (reporter) REFERENCES blog_users (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
