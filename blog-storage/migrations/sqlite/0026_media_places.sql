-- The keys of an item's objects, in whose order the catalog is compared with the store.
ALTER TABLE blog_media ADD COLUMN private_place TEXT GENERATED ALWAYS AS (private_key) VIRTUAL;
ALTER TABLE blog_media ADD COLUMN public_place TEXT GENERATED ALWAYS AS (public_key) VIRTUAL;
CREATE INDEX IF NOT EXISTS blog_media_private ON blog_media (private_place);
CREATE INDEX IF NOT EXISTS blog_media_public ON blog_media (public_place);
