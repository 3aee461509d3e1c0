-- The keys of an item's objects, in whose order the catalog is compared with the store: a TEXT cannot be listed by a key.
-- Keys are plain ASCII of at most 1024 bytes.
ALTER TABLE blog_media ADD COLUMN private_place VARCHAR(1024) CHARACTER SET ascii COLLATE ascii_bin
    GENERATED ALWAYS AS (CONVERT(private_key USING ascii)) VIRTUAL,
    ADD KEY blog_media_private (private_place);
ALTER TABLE blog_media ADD COLUMN public_place VARCHAR(1024) CHARACTER SET ascii COLLATE ascii_bin
    GENERATED ALWAYS AS (CONVERT(public_key USING ascii)) VIRTUAL,
    ADD KEY blog_media_public (public_place);
