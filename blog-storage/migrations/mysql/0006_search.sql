-- The terms are plain ASCII words already, longer than any minimum and no stop word: the default parser finds each.
CREATE TABLE IF NOT EXISTS blog_post_search (
    post BINARY(16) NOT NULL PRIMARY KEY,
    terms MEDIUMTEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    FULLTEXT KEY blog_post_search_terms (terms),
    CONSTRAINT blog_post_search_of FOREIGN KEY (post) REFERENCES blog_posts (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
