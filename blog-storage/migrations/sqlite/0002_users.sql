CREATE TABLE IF NOT EXISTS blog_users (
    id BLOB NOT NULL PRIMARY KEY,
    username TEXT NOT NULL,
    email TEXT,
    email_key TEXT,
    issuer TEXT,
    subject TEXT,
    display_name TEXT NOT NULL,
    bio TEXT NOT NULL,
    avatar BLOB REFERENCES blog_media (id),
    role TEXT NOT NULL,
    suspended INTEGER NOT NULL,
    verified_at INTEGER,
    password TEXT,
    auth_epoch INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS blog_users_username ON blog_users (username);
CREATE UNIQUE INDEX IF NOT EXISTS blog_users_email_key ON blog_users (email_key);
CREATE UNIQUE INDEX IF NOT EXISTS blog_users_subject ON blog_users (issuer, subject);
CREATE INDEX IF NOT EXISTS blog_users_avatar ON blog_users (avatar);
