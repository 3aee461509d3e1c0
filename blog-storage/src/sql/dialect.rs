//! Where the databases differ: the steps of the schema, inserts that may find their row there, full-text search, and what
//! errors mean.

use blog_core::error::{Conflict, Error};

use super::migrate::Migration;
#[cfg(feature = "mysql")]
use super::retry::{Again, Undone};

#[cfg(feature = "mysql")]
pub(super) mod mysql;
#[cfg(feature = "sqlite")]
mod sqlite;

#[cfg(feature = "mysql")]
pub(super) use mysql::MYSQL;
#[cfg(feature = "sqlite")]
pub(super) use sqlite::SQLITE;

/// One database's own words.
#[derive(Debug)]
pub(super) struct Dialect {
    /// The name in errors.
    pub(super) backend: &'static str,
    /// The statements of a step of the schema.
    pub(super) migration: fn(&Migration) -> &'static str,
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
    /// The listed posts that match, as [`listed`](super::posts::text::listed) takes its arguments.
    pub(super) search_listed: &'static str,
    /// The posts that match, as [`ruled`](super::posts::text::ruled) takes its arguments.
    pub(super) search_ruled: &'static str,
    /// The full-text query for terms; `None` where no term is left.
    pub(super) match_all: fn(&[String]) -> Option<String>,
    /// What an error of the driver means.
    meaning: fn(&sqlx::Error) -> Meaning,
}

/// What an error of the database means for the store.
enum Meaning {
    /// A uniqueness was violated: of these columns or this constraint.
    Unique(String),
    /// No room is left.
    Full,
    /// Somebody else holds what is needed; it may pass.
    Busy,
    /// The database undid the transaction; the same one may succeed.
    #[cfg(feature = "mysql")]
    Undone(Undone),
    /// Anything else.
    Other,
}

impl Dialect {
    /// Translates an error of the driver.
    pub(super) fn error(&self, error: sqlx::Error) -> Error {
        match (self.meaning)(&error) {
            Meaning::Unique(constraint) => conflict(&constraint).into(),
            Meaning::Full => Error::StorageFull {
                source: error.into(),
            },
            Meaning::Busy => Error::unavailable(self.backend, error),
            #[cfg(feature = "mysql")]
            Meaning::Undone(undone) => Error::unavailable(
                self.backend,
                Again {
                    undone,
                    source: error,
                },
            ),
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
