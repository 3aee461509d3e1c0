-- When an account is erased; null for all others.
ALTER TABLE blog_users ADD COLUMN erase_at INTEGER;
