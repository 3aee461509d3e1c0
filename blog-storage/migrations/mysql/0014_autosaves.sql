-- What writers have not saved: private, short-lived, and gone with the post. fields holds [name, value] pairs.
CREATE TABLE IF NOT EXISTS blog_autosaves (
    id BINARY(16) NOT NULL PRIMARY KEY,
    writer BINARY(16) NOT NULL,
    post BINARY(16),
    version BIGINT NOT NULL,
    step BIGINT NOT NULL,
    fields MEDIUMTEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    KEY blog_autosaves_writer (writer, saved_at, id),
    KEY blog_autosaves_post (post),
    KEY blog_autosaves_saved (saved_at),
    CONSTRAINT blog_autosaves_by FOREIGN KEY (writer) REFERENCES blog_users (id) ON DELETE CASCADE,
    CONSTRAINT blog_autosaves_of FOREIGN KEY (post) REFERENCES blog_posts (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
