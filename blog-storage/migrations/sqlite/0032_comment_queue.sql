-- Comments that somebody should look at: pending ones, and those that were reported.
CREATE TABLE IF NOT EXISTS blog_comment_queue (
    comment BLOB NOT NULL PRIMARY KEY REFERENCES blog_comments (id) ON DELETE CASCADE,
    queued_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS blog_comment_queue_at ON blog_comment_queue (queued_at, comment);
CREATE TABLE IF NOT EXISTS blog_comment_reports (
    comment BLOB NOT NULL REFERENCES blog_comments (id) ON DELETE CASCADE,
    reporter BLOB NOT NULL REFERENCES blog_users (id) ON DELETE CASCADE,
    reason TEXT NOT NULL,
    reported_at INTEGER NOT NULL,
    PRIMARY KEY (comment, reporter)
);
CREATE INDEX IF NOT EXISTS blog_comment_reports_by ON blog_comment_reports (reporter);
CREATE INDEX IF NOT EXISTS blog_comments_author ON blog_comments (author, state);
