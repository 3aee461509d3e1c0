-- Static pages. The large texts stand last, so that the menu and lists read past none of them.
CREATE TABLE IF NOT EXISTS blog_pages (
    id BINARY(16) NOT NULL PRIMARY KEY,
    slug VARCHAR(255) NOT NULL,
    title TEXT NOT NULL,
    published INTEGER NOT NULL,
    in_menu INTEGER NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    renderer_version BIGINT NOT NULL,
    media MEDIUMTEXT NOT NULL,
    excerpt TEXT NOT NULL,
    body MEDIUMTEXT NOT NULL,
    html MEDIUMTEXT NOT NULL,
    KEY blog_pages_created (created_at, id),
    KEY blog_pages_published (published, created_at, id),
    KEY blog_pages_menu (in_menu, published, created_at, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- Every slug that a static page has or had, compared byte for byte. The number is there because an error names a violated primary key without
-- its table.
CREATE TABLE IF NOT EXISTS blog_page_slugs (
    number BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    slug VARBINARY(255) NOT NULL,
    page BINARY(16) NOT NULL,
    UNIQUE KEY blog_page_slugs_slug (slug),
    KEY blog_page_slugs_page (page),
    CONSTRAINT blog_page_slugs_of FOREIGN KEY (page) REFERENCES blog_pages (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- Which static pages show an item.
CREATE TABLE IF NOT EXISTS blog_page_media (
    page BINARY(16) NOT NULL,
    media BINARY(16) NOT NULL,
    PRIMARY KEY (page, media),
    KEY blog_page_media_media (media, page),
    CONSTRAINT blog_page_media_of FOREIGN KEY (page) REFERENCES blog_pages (id) ON DELETE CASCADE,
    CONSTRAINT blog_page_media_item FOREIGN KEY (media) REFERENCES blog_media (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
