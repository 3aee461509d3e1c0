-- Finds the posts whose HTML an older renderer made.
CREATE INDEX IF NOT EXISTS blog_post_bodies_renderer ON blog_post_bodies (renderer_version, post);
