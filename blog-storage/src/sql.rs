//! The relational ports and the object index in one SQL database.
//!
//! Each statement is written once, in the part of SQL that SQLite and MySQL share; where they differ, `dialect` has
//! the words of each. Statements are static texts: nothing that somebody wrote becomes part of one. All of them pass
//! through `db`, which counts them and logs each as one line at `blog_storage::sql=debug`.

mod args;
mod audit;
mod autosaves;
mod catalog;
mod comments;
mod db;
mod dialect;
mod discovery;
pub(crate) mod doctor;
mod effects;
mod engagement;
mod exports;
mod index;
mod intents;
mod invitations;
mod limits;
mod migrate;
#[cfg(feature = "mysql")]
mod mysql;
mod outbox;
mod personal;
mod posts;
mod preview_links;
#[cfg(feature = "mysql")]
mod retry;
mod rows;
mod second_factors;
mod sessions;
mod site;
#[cfg(feature = "sqlite")]
mod sqlite;
mod static_pages;
mod tokens;
mod users;

use async_trait::async_trait;
use blog_core::backend::Health;
use blog_core::error::{Error, Result};
use blog_core::page::PageRequest;
use uuid::Uuid;

pub use migrate::SchemaError;

use args::args;
use db::Db;

/// Users, sessions, tokens, posts, comments, engagement, catalog, settings, static pages, audit log, outbox, rate
/// limits, intents and the object index in one database.
///
/// A SQLite file is for the processes of one host: it is in write-ahead mode and every commit is synced to the disk
/// before it is answered. One connection writes, several read; a writer that waits longer than two seconds is refused
/// with a retryable `Unavailable`.
///
/// On MySQL any number of hosts share a database. Writers wait for each other there too, at one row; what a deadlock, a
/// long wait, a failover or a lost connection undid is made again, within a few seconds (30 for a server that takes no
/// writes).
#[derive(Debug)]
pub struct SqlStore {
    db: Db,
}

impl SqlStore {
    /// Opens `sqlite:./data/blog.db` or `sqlite:/absolute/blog.db`, where a missing file is made, with its folder; or, with
    /// the feature `mysql`, `mysql://user:password@host/database`, with `?ssl-mode=`, `ssl-ca=`, `ssl-cert=`, `ssl-key=`,
    /// `socket=` and `pool=` (connections, 10) behind it. TLS is verified unless `ssl-mode` says otherwise. The schema
    /// is left as it is: see [`SqlStore::migrate`] and [`SqlStore::check_schema`].
    ///
    /// # Errors
    /// `Unavailable` with [`SchemaError::TooNew`] when the database needs a newer program, `Unavailable` when the file
    /// cannot be opened, `StorageFull`, `Backend` for a URL that names no file or a file that is no database.
    pub async fn connect(url: &str) -> Result<Self> {
        let db = match url.split_once(':') {
            #[cfg(feature = "mysql")]
            Some(("mysql", _)) => mysql::open(url).await?,
            #[cfg(feature = "sqlite")]
            _ => sqlite::open(url).await?,
            #[cfg(not(feature = "sqlite"))]
            _ => return Err(Error::backend("sql", "this build knows mysql: only")),
        };
        migrate::check(&db).await?;
        Ok(Self { db })
    }

    /// Runs the migrations that are missing, each once, however many processes ask for it at once. One that a killed
    /// process began runs again.
    ///
    /// # Errors
    /// As [`SqlStore::connect`].
    pub async fn migrate(&self) -> Result<()> {
        migrate::run(&self.db).await
    }

    /// Whether no migration is missing.
    ///
    /// # Errors
    /// As [`SqlStore::connect`].
    pub async fn is_current(&self) -> Result<bool> {
        migrate::check(&self.db).await
    }

    /// Says in one sentence what to do when the schema cannot be used as it is.
    ///
    /// # Errors
    /// `Unavailable` with [`SchemaError::Behind`] or [`SchemaError::TooNew`].
    pub async fn check_schema(&self) -> Result<()> {
        migrate::require(&self.db).await
    }

    /// How many statements were sent to the database so far, without those that only begin, end or set up. For tests
    /// that count queries.
    pub fn statements(&self) -> u64 {
        self.db.statements()
    }

    /// Closes the connections and waits for it. SQLite then has moved its log into the file.
    pub async fn close(&self) {
        self.db.close().await;
    }
}

#[async_trait]
impl Health for SqlStore {
    async fn ping(&self) -> Result<()> {
        let one: Option<(i64,)> = self.db.one("SELECT 1", args![]).await?;
        one.map(|_| ())
            .ok_or_else(|| Error::backend("sql", "an empty answer"))
    }
}

/// Where a page begins that is ordered newest first: only what lies before this time, or at it with a smaller id.
fn newest_first(page: &PageRequest) -> (i64, Uuid) {
    match page.after {
        Some(after) => (after.at.as_micros(), after.id),
        None => (i64::MAX, Uuid::max()),
    }
}
