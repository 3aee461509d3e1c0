-- What writers have not saved: private, short-lived, and gone with the post. fields holds [name, value] pairs.
CREATE TABLE IF NOT EXISTS blog_autosaves (
    id BLOB NOT NULL PRIMARY KEY,
    writer BLOB NOT NULL REFERENCES blog_users (id) ON DELETE CASCADE,
    post BLOB REFERENCES blog_posts (id) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    step INTEGER NOT NULL,
    fields TEXT NOT NULL,
    saved_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS blog_autosaves_writer ON blog_autosaves (writer, saved_at, id);
CREATE INDEX IF NOT EXISTS blog_autosaves_post ON blog_autosaves (post);
CREATE INDEX IF NOT EXISTS blog_autosaves_saved ON blog_autosaves (saved_at);
