//! Opening a SQLite file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use blog_core::error::{Error, Result};
use sqlx::ConnectOptions as _;
use sqlx::Connection as _;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use super::db::Db;
use super::dialect;

/// How long a caller waits for a connection, and a connection for another process that writes.
const PATIENCE: Duration = Duration::from_secs(2);
/// How many can read at once.
const READERS: u32 = 4;
/// Prepared statements a connection keeps: more than the store has texts, so that none is prepared twice.
const STATEMENTS: usize = 256;
/// How often opening is tried while another process opens the same new file: switching to the write-ahead log needs
/// the file alone, and SQLite does not wait for that.
const OPEN_TRIES: u32 = 40;

/// Why a URL names no database file.
#[derive(Debug, thiserror::Error)]
#[error("{url} names no database file; use sqlite:./data/blog.db or sqlite:/var/lib/blog/blog.db")]
struct NotAFile {
    url: String,
}

/// The file of `sqlite:./data/blog.db`, `sqlite:///var/lib/blog.db` and their like.
pub(super) fn path(url: &str) -> Result<PathBuf> {
    let rest = url.strip_prefix("sqlite:").unwrap_or_default();
    let path = rest.strip_prefix("//").unwrap_or(rest);
    // What follows a question mark would be options, of which there are none; a colon begins SQLite's special names.
    if path.is_empty() || path.starts_with(':') || path.ends_with('/') || path.contains(['?', '\0'])
    {
        return Err(Error::backend(
            "sqlite",
            NotAFile {
                url: url.to_owned(),
            },
        ));
    }
    Ok(PathBuf::from(path))
}

/// Opens the file of a URL, and makes it and its folder where they are missing.
pub(super) async fn open(url: &str) -> Result<Db> {
    let path = path(url)?;
    create(&path)
        .await
        .map_err(|error| full_or_unavailable(error, &path))?;
    let common = SqliteConnectOptions::new()
        .filename(&path)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        .statement_cache_capacity(STATEMENTS)
        // Every statement is logged once, by `Db`, in the caller's span.
        .disable_statement_logging();
    let writer = common
        .clone()
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let writer = pool(1)
        // SQLite rolls some failures back by itself, a full disk for one. The connection then seems to be inside a
        // transaction for ever, so it is replaced.
        .before_acquire(|connection, _| {
            let usable = !connection.is_in_transaction();
            Box::pin(async move { Ok(usable) })
        })
        .connect_lazy_with(writer);
    let readers = pool(READERS).connect_lazy_with(common.pragma("query_only", "ON"));
    first_connection(&writer).await?;
    Ok(Db::sqlite(readers, writer))
}

/// Connections live as long as the store: a file has no server that would drop them.
fn pool(size: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(size)
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}

async fn first_connection(writer: &SqlitePool) -> Result<()> {
    let mut tries = 0;
    loop {
        let error = match writer.acquire().await {
            Ok(_) => return Ok(()),
            Err(error) => dialect::SQLITE.error(error),
        };
        tries += 1;
        let busy = matches!(
            error,
            Error::Unavailable {
                retryable: true,
                ..
            }
        );
        if !busy || tries == OPEN_TRIES {
            return Err(error);
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

/// Makes the folder and an empty file that only its owner may read: it will hold addresses and password hashes. SQLite
/// gives its log the same permissions.
async fn create(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        tokio::fs::create_dir_all(folder).await?;
    }
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    options.mode(0o600);
    options.open(path).await.map(|_| ())
}

/// The file cannot be made: what and where.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be opened", path.display())]
pub(super) struct NotOpened {
    pub(super) path: PathBuf,
    pub(super) source: std::io::Error,
}

fn full_or_unavailable(source: std::io::Error, path: &Path) -> Error {
    let full = matches!(
        source.kind(),
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded
    );
    let path = path.to_owned();
    let source = NotOpened { path, source }.into();
    if full {
        return Error::StorageFull { source };
    }
    Error::Unavailable {
        backend: "sqlite",
        retryable: false,
        source,
    }
}

#[cfg(test)]
mod tests {
    use blog_core::id::UserId;
    use blog_core::model::audit::{AuditAction, AuditQuery};
    use blog_core::model::effects::Effects;
    use blog_core::model::user::{DisplayName, NewUser, Role, Username};
    use blog_core::page::PageRequest;
    use blog_core::ports::{AuditLog, UserStore};
    use blog_core::time::Timestamp;

    use super::super::SqlStore;
    use super::*;

    async fn store() -> (tempfile::TempDir, SqlStore) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("blog.db");
        let store = SqlStore::connect(&format!("sqlite:{}", file.display()))
            .await
            .unwrap();
        store.migrate().await.unwrap();
        (folder, store)
    }

    async fn pragma<T>(pool: &SqlitePool, sql: &'static str) -> T
    where
        T: for<'r> sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite> + Send + Unpin,
    {
        sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
    }

    /// What an answered write survives by: `synchronous` is 2, which is FULL, and a log that is synced at each commit.
    #[tokio::test]
    async fn the_writer_syncs_every_commit_and_readers_cannot_write() {
        let (_folder, store) = store().await;
        let (readers, writer) = store.db.sqlite_pools();
        assert_eq!(pragma::<String>(writer, "PRAGMA journal_mode").await, "wal");
        assert_eq!(pragma::<i64>(writer, "PRAGMA synchronous").await, 2);
        assert_eq!(pragma::<i64>(writer, "PRAGMA foreign_keys").await, 1);
        assert_eq!(pragma::<i64>(writer, "PRAGMA query_only").await, 0);
        assert_eq!(pragma::<i64>(readers, "PRAGMA query_only").await, 1);
        assert_eq!(pragma::<i64>(readers, "PRAGMA busy_timeout").await, 2_000);
        assert_eq!(writer.options().get_max_connections(), 1);
        let refused = sqlx::query("DELETE FROM blog_users").execute(readers).await;
        assert!(refused.is_err());
    }

    async fn write(store: &SqlStore, number: u32) -> Result<()> {
        let user = NewUser {
            id: UserId::generate(),
            username: Username::from_store(format!("user-{number}")),
            email: None,
            subject: None,
            display_name: DisplayName::from_store("x".repeat(3_000)),
            password: None,
            role: Role::Reader,
            verified_at: None,
            only_if_first: false,
            waiting: None,
            invitation: None,
        };
        let effects = Effects::at(Timestamp::EPOCH).audit(
            None,
            AuditAction::UserCreate,
            "user",
            "d".repeat(500),
        );
        UserStore::create(store, user, effects).await.map(|_| ())
    }

    #[tokio::test]
    async fn a_full_disk_is_said_loses_nothing_and_passes() {
        let (_folder, store) = store().await;
        write(&store, 0).await.unwrap();
        let (_, writer) = store.db.sqlite_pools();
        let pages: i64 = pragma(writer, "PRAGMA page_count").await;
        // The limit holds for the connection, of which the writer has one. The statement takes no parameters.
        let limit = format!("PRAGMA max_page_count = {}", pages + 20);
        sqlx::query(sqlx::AssertSqlSafe(limit))
            .execute(writer)
            .await
            .unwrap();
        let mut stored = 1;
        let full = loop {
            match write(&store, stored).await {
                Ok(()) => stored += 1,
                Err(error) => break error,
            }
            assert!(stored < 1_000, "the limit has no effect");
        };
        assert!(
            matches!(full, Error::StorageFull { .. }),
            "{}",
            full.chain()
        );
        assert!(stored > 1);
        // Everything that was answered is there, and nothing of the refused write.
        for number in 0..stored {
            let name = Username::from_store(format!("user-{number}"));
            store.by_username(&name).await.unwrap();
        }
        let refused = Username::from_store(format!("user-{stored}"));
        assert!(store.by_username(&refused).await.is_err());
        let audit = AuditLog::list(&store, &AuditQuery::all(PageRequest::first(100)))
            .await
            .unwrap();
        assert_eq!(audit.items.len(), usize::try_from(stored).unwrap());
        // Room again: a new connection has no limit, and the refused write passes.
        sqlx::query("PRAGMA max_page_count = 1073741823")
            .execute(writer)
            .await
            .unwrap();
        write(&store, stored).await.unwrap();
        store.by_username(&refused).await.unwrap();
    }
}
