-- Static pages. The large texts stand last, so that the menu and lists read past none of them.
CREATE TABLE IF NOT EXISTS blog_pages (
    id BLOB NOT NULL PRIMARY KEY,
    slug TEXT NOT NULL,
    title TEXT NOT NULL,
    published INTEGER NOT NULL,
    in_menu INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    renderer_version INTEGER NOT NULL,
    media TEXT NOT NULL,
    excerpt TEXT NOT NULL,
    body TEXT NOT NULL,
    html TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS blog_pages_created ON blog_pages (created_at, id);
CREATE INDEX IF NOT EXISTS blog_pages_published ON blog_pages (published, created_at, id);
CREATE INDEX IF NOT EXISTS blog_pages_menu ON blog_pages (in_menu, published, created_at, id);

-- Every slug that a static page has or had.
CREATE TABLE IF NOT EXISTS blog_page_slugs (
    slug TEXT NOT NULL PRIMARY KEY,
    page BLOB NOT NULL REFERENCES blog_pages (id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS blog_page_slugs_page ON blog_page_slugs (page);

-- Which static pages show an item.
CREATE TABLE IF NOT EXISTS blog_page_media (
    page BLOB NOT NULL REFERENCES blog_pages (id) ON DELETE CASCADE,
    media BLOB NOT NULL REFERENCES blog_media (id),
    PRIMARY KEY (page, media)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS blog_page_media_media ON blog_page_media (media, page);
