-- Keys of codes by the clock; they count once they are confirmed.
CREATE TABLE IF NOT EXISTS blog_second_factors (
    owner BLOB NOT NULL PRIMARY KEY REFERENCES blog_users (id) ON DELETE CASCADE,
    secret BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    confirmed_at INTEGER,
    last_step INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    codes_left INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS blog_second_factors_begun ON blog_second_factors (confirmed_at, created_at);
-- Hashes of the recovery codes that are left.
CREATE TABLE IF NOT EXISTS blog_recovery_codes (
    owner BLOB NOT NULL REFERENCES blog_users (id) ON DELETE CASCADE,
    code BLOB NOT NULL,
    PRIMARY KEY (owner, code)
);
