-- focus: the point that stays in sight, in percent. terms: the words by which the owner finds an item, each behind a
-- space. widths: the smaller copies that were made of a picture, parted by commas; the key finds those
-- whose copies were not made.
ALTER TABLE blog_media ADD COLUMN focus_x INTEGER NOT NULL DEFAULT 50;
ALTER TABLE blog_media ADD COLUMN focus_y INTEGER NOT NULL DEFAULT 50;
ALTER TABLE blog_media ADD COLUMN terms VARCHAR(8000) NOT NULL DEFAULT '';
ALTER TABLE blog_media ADD COLUMN widths VARCHAR(200) NOT NULL DEFAULT '',
    ADD KEY blog_media_widths (widths, kind, state, id);
