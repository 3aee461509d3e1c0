//! Where the databases differ: how a transaction begins, inserts that may find their row there, full-text search, and
//! what errors mean.

use blog_core::error::{Conflict, Error};

use super::posts::text;

/// One database's own words.
#[derive(Debug)]
pub(super) struct Dialect {
    /// The name in errors.
    pub(super) backend: &'static str,
    /// Begins a transaction that writes.
    pub(super) begin: &'static str,
    /// One row if the table of migrations exists.
    pub(super) has_migrations: &'static str,
    /// (table, column); one row if the table has the column.
    pub(super) has_column: &'static str,
    /// (post, liker, liked_at); nothing where the like is there.
    pub(super) insert_like: &'static str,
    /// (day, visitor, post); nothing where the view is there, or the post is not.
    pub(super) insert_view: &'static str,
    /// (day, salt); nothing where the day has one.
    pub(super) insert_salt: &'static str,
    /// (name, full_at); replaces.
    pub(super) put_limit: &'static str,
    /// (bucket, object_key, id, object_version, bytes, etag, content_type, owner, first_seen, last_seen, sequencer,
    /// sequence, present, expires_at); nothing where the object is known.
    pub(super) insert_object: &'static str,
    /// (month); nothing where the month has a row.
    pub(super) insert_month: &'static str,
    /// (tag); nothing where the tag has a row.
    pub(super) insert_tag: &'static str,
    /// (terms, post)
    pub(super) index_post: &'static str,
    /// (post)
    pub(super) unindex_post: &'static str,
    /// The listed posts that match, as [`text::listed`] takes its arguments.
    pub(super) search_listed: &'static str,
    /// The posts that match, as [`text::ruled`] takes its arguments.
    pub(super) search_ruled: &'static str,
    /// The full-text query for terms; `None` where no term is left.
    pub(super) match_all: fn(&[String]) -> Option<String>,
    /// What an error of the database means.
    meaning: fn(&dyn sqlx::error::DatabaseError) -> Meaning,
}

/// What an error of the database means for the store.
enum Meaning {
    /// A uniqueness was violated: of these columns or this constraint.
    Unique(String),
    /// No room is left.
    Full,
    /// Somebody else holds what is needed; it may pass.
    Busy,
    /// Anything else.
    Other,
}

/// SQLite's words.
pub(super) const SQLITE: Dialect = Dialect {
    backend: "sqlite",
    // A deferred transaction that reads first cannot wait for the lock when it comes to write.
    begin: "BEGIN IMMEDIATE",
    has_migrations: "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'blog_migrations'",
    has_column: "SELECT 1 FROM pragma_table_info(?) WHERE name = ?",
    insert_like: "INSERT OR IGNORE INTO blog_likes (post, liker, liked_at) VALUES (?, ?, ?)",
    insert_view: "INSERT OR IGNORE INTO blog_views (day, visitor, post) \
        SELECT ?, ?, id FROM blog_posts WHERE id = ?",
    insert_salt: "INSERT OR IGNORE INTO blog_salts (day, salt) VALUES (?, ?)",
    put_limit: "INSERT OR REPLACE INTO blog_limits (name, full_at) VALUES (?, ?)",
    insert_object: "INSERT OR IGNORE INTO blog_objects (bucket, object_key, id, object_version, bytes, etag, \
        content_type, owner, first_seen, last_seen, sequencer, sequence, present, expires_at) \
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    insert_month: "INSERT OR IGNORE INTO blog_archive (month, posts) VALUES (?, 0)",
    insert_tag: "INSERT OR IGNORE INTO blog_tags (tag, posts) VALUES (?, 0)",
    index_post: "INSERT INTO blog_post_search (terms, rowid) SELECT ?, seq FROM blog_posts WHERE id = ?",
    unindex_post: "DELETE FROM blog_post_search WHERE rowid = (SELECT seq FROM blog_posts WHERE id = ?)",
    search_listed: text::listed!(
        "blog_post_search JOIN blog_posts p ON p.seq = blog_post_search.rowid",
        "blog_post_search MATCH ?",
        "p.listed",
        "p.published_at",
        "p.id"
    ),
    search_ruled: text::ruled!(
        "blog_post_search JOIN blog_posts p ON p.seq = blog_post_search.rowid",
        "blog_post_search MATCH ?",
        "p.updated_at",
        "p.id"
    ),
    match_all: fts5_query,
    meaning: sqlite_meaning,
};

impl Dialect {
    /// Translates an error of the driver.
    pub(super) fn error(&self, error: sqlx::Error) -> Error {
        let meaning = match &error {
            sqlx::Error::Database(database) => (self.meaning)(database.as_ref()),
            sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Io(_) => Meaning::Busy,
            _ => Meaning::Other,
        };
        match meaning {
            Meaning::Unique(constraint) => conflict(&constraint).into(),
            Meaning::Full => Error::StorageFull {
                source: error.into(),
            },
            Meaning::Busy => Error::unavailable(self.backend, error),
            Meaning::Other => Error::backend(self.backend, error),
        }
    }
}

/// The conflict that a violated uniqueness is, by the name of its columns or its index.
fn conflict(constraint: &str) -> Conflict {
    let about = |names: [&str; 2]| names.iter().any(|name| constraint.contains(name));
    if about(["blog_users.username", "blog_users_username"]) {
        Conflict::Username
    } else if about(["blog_users.email_key", "blog_users_email_key"]) {
        Conflict::Email
    } else if about(["blog_users.issuer", "blog_users_subject"]) {
        Conflict::Subject
    } else if about(["blog_slugs", "blog_page_slugs"]) {
        Conflict::Slug
    } else {
        Conflict::Exists
    }
}

/// Every term as a quoted string: FTS5 has operators and columns in its bare words. Marks split a term, as they split
/// the indexed text, so that each string is one word (`detail = none` knows no phrases).
fn fts5_query(terms: &[String]) -> Option<String> {
    let mut query = String::new();
    let word = |c: char| c.is_ascii_alphanumeric() || !c.is_ascii();
    for term in terms.iter().flat_map(|term| term.split(|c| !word(c))) {
        if !term.is_empty() {
            if !query.is_empty() {
                query.push(' ');
            }
            query.push('"');
            query.push_str(term);
            query.push('"');
        }
    }
    (!query.is_empty()).then_some(query)
}

/// By the result codes of <https://www.sqlite.org/rescode.html>; the low byte is the primary code.
fn sqlite_meaning(error: &dyn sqlx::error::DatabaseError) -> Meaning {
    const BUSY: i32 = 5;
    const LOCKED: i32 = 6;
    const FULL: i32 = 13;
    const PROTOCOL: i32 = 15;
    // The shared memory of the log could not grow: on a full disk this comes before FULL does.
    const IOERR_SHMSIZE: i32 = 4874;

    if error.is_unique_violation() {
        return Meaning::Unique(error.message().to_owned());
    }
    let code = error
        .code()
        .and_then(|code| code.parse::<i32>().ok())
        .unwrap_or(0);
    match (code, code & 0xff) {
        (IOERR_SHMSIZE, _) | (_, FULL) => Meaning::Full,
        (_, BUSY | LOCKED | PROTOCOL) => Meaning::Busy,
        _ => Meaning::Other,
    }
}
