-- issuer and subject are compared byte for byte: a text would ignore spaces at its end. avatar is an item of blog_media,
-- which comes later and points back here: the store looks that it is there.
CREATE TABLE IF NOT EXISTS blog_users (
    id BINARY(16) NOT NULL PRIMARY KEY,
    username VARCHAR(100) NOT NULL,
    email VARCHAR(400),
    email_key VARCHAR(400),
    issuer VARBINARY(1020),
    subject VARBINARY(1020),
    display_name VARCHAR(400) NOT NULL,
    bio TEXT NOT NULL,
    avatar BINARY(16),
    role VARCHAR(20) NOT NULL,
    suspended INTEGER NOT NULL,
    verified_at BIGINT,
    password VARCHAR(255),
    auth_epoch BIGINT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE KEY blog_users_username (username),
    UNIQUE KEY blog_users_email_key (email_key),
    UNIQUE KEY blog_users_subject (issuer, subject),
    KEY blog_users_avatar (avatar)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
