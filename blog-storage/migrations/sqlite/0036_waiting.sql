-- Accounts that wait for the link of their first letter.
CREATE TABLE IF NOT EXISTS blog_waiting_users (
    owner BLOB NOT NULL PRIMARY KEY REFERENCES blog_users (id) ON DELETE CASCADE,
    email TEXT NOT NULL,
    expires_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS blog_waiting_users_over ON blog_waiting_users (expires_at);
