//! SQLite's words.

use super::{Dialect, Meaning};
use crate::sql::migrate::Migration;
use crate::sql::posts::text;

pub(in crate::sql) const SQLITE: Dialect = Dialect {
    backend: "sqlite",
    migration: |step: &Migration| step.sqlite,
    has_migrations: "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'blog_migrations'",
    has_column: "SELECT 1 FROM pragma_table_xinfo(?) WHERE name = ?",
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
    meaning,
};

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
fn meaning(error: &sqlx::Error) -> Meaning {
    const BUSY: i32 = 5;
    const LOCKED: i32 = 6;
    const FULL: i32 = 13;
    const PROTOCOL: i32 = 15;
    // The shared memory of the log could not grow: on a full disk this comes before FULL does.
    const IOERR_SHMSIZE: i32 = 4874;

    let error = match error {
        sqlx::Error::Database(database) => database,
        sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Io(_) => return Meaning::Busy,
        _ => return Meaning::Other,
    };
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
