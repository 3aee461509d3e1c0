-- Why somebody is suspended; empty for others.
ALTER TABLE blog_users ADD COLUMN suspension TEXT NOT NULL DEFAULT '';
-- Who may not comment any more.
ALTER TABLE blog_users ADD COLUMN blocked INTEGER NOT NULL DEFAULT 0;
