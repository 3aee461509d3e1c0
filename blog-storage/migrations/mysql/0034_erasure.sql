ALTER TABLE blog_users ADD COLUMN erase_at BIGINT;
