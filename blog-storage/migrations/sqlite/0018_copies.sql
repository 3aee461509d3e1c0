-- Finds the pictures whose smaller copies were not made: their widths are empty. Where there are none to keep, they are
-- 'none'.
CREATE INDEX IF NOT EXISTS blog_media_widths ON blog_media (widths, kind, state, id);
