//! The one place where statements leave for a database: every statement is counted and logged here, in the caller's
//! span, and every failure is translated here. A further database is one more variant of [`Engine`] and its dialect.

use std::sync::atomic::{AtomicU64, Ordering};

#[cfg(feature = "mysql")]
use blog_core::error::Error;
use blog_core::error::Result;
#[cfg(feature = "mysql")]
use sqlx::mysql::MySqlRow;
#[cfg(feature = "sqlite")]
use sqlx::sqlite::{Sqlite, SqlitePool, SqliteRow};
use sqlx::{Database, Encode, FromRow, Type};
use uuid::Uuid;

use super::args::Arg;
use super::dialect::Dialect;
#[cfg(feature = "mysql")]
use super::mysql;
#[cfg(feature = "mysql")]
use super::retry::Retries;

/// The databases that the texts of this module run on.
#[derive(Debug)]
enum Engine {
    /// Readers that cannot write, and one writer, as SQLite has one.
    #[cfg(feature = "sqlite")]
    Sqlite {
        /// Several connections under `query_only`.
        readers: SqlitePool,
        /// Exactly one connection.
        writer: SqlitePool,
    },
    /// A server, whose writers wait for each other.
    #[cfg(feature = "mysql")]
    MySql(mysql::Server),
}

/// A transaction of either database.
#[derive(Debug)]
enum Open {
    #[cfg(feature = "sqlite")]
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    #[cfg(feature = "mysql")]
    MySql(mysql::Transaction),
}

/// Runs one body for each driver, with the pool or connection bound to a name.
macro_rules! on {
    (read $db:expr, $connection:ident => $body:expr) => {
        match &$db.engine {
            #[cfg(feature = "sqlite")]
            Engine::Sqlite { readers, .. } => {
                let $connection = readers;
                $body.await
            }
            #[cfg(feature = "mysql")]
            Engine::MySql(server) => mysql::read!(server, $connection => $body),
        }
    };
    (write $tx:expr, $connection:ident => $body:expr) => {
        match &mut $tx.open {
            #[cfg(feature = "sqlite")]
            Open::Sqlite(transaction) => {
                let $connection = &mut **transaction;
                $body.await
            }
            #[cfg(feature = "mysql")]
            Open::MySql(transaction) => {
                let $connection = transaction.connection();
                let done = mysql::in_time($body).await;
                transaction.noted(done)
            }
        }
    };
}

/// What a driver that is not in this build can read: anything.
macro_rules! columns {
    ($name:ident, $feature:literal, $row:ident) => {
        #[cfg(feature = $feature)]
        pub(super) trait $name: for<'r> FromRow<'r, $row> {}
        #[cfg(feature = $feature)]
        impl<T> $name for T where T: for<'r> FromRow<'r, $row> {}
        #[cfg(not(feature = $feature))]
        pub(super) trait $name {}
        #[cfg(not(feature = $feature))]
        impl<T> $name for T {}
    };
}
columns!(SqliteColumns, "sqlite", SqliteRow);
columns!(MySqlColumns, "mysql", MySqlRow);

/// What can be read from a row of every database.
pub(super) trait Columns: SqliteColumns + MySqlColumns + Send + Unpin {}

impl<T> Columns for T where T: SqliteColumns + MySqlColumns + Send + Unpin {}

/// The connections of a store.
#[derive(Debug)]
pub(super) struct Db {
    engine: Engine,
    dialect: &'static Dialect,
    statements: AtomicU64,
}

impl Db {
    /// SQLite, from its two pools.
    #[cfg(feature = "sqlite")]
    pub(super) fn sqlite(readers: SqlitePool, writer: SqlitePool) -> Self {
        Self {
            engine: Engine::Sqlite { readers, writer },
            dialect: &super::dialect::SQLITE,
            statements: AtomicU64::new(0),
        }
    }

    /// MySQL or MariaDB.
    #[cfg(feature = "mysql")]
    pub(super) fn mysql(server: mysql::Server) -> Self {
        Self {
            engine: Engine::MySql(server),
            dialect: &super::dialect::MYSQL,
            statements: AtomicU64::new(0),
        }
    }

    /// Where this database differs from the others.
    pub(super) fn dialect(&self) -> &'static Dialect {
        self.dialect
    }

    /// How many statements were sent so far.
    pub(super) fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// All rows of a query.
    pub(super) async fn all<T: Columns>(
        &self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<Vec<T>> {
        self.note(sql);
        let rows = on!(read self, connection => fetched(sql, args.clone()).fetch_all(connection));
        rows.map_err(|error| self.dialect.error(error))
    }

    /// The first row of a query, if there is one.
    pub(super) async fn one<T: Columns>(
        &self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<Option<T>> {
        self.note(sql);
        let row =
            on!(read self, connection => fetched(sql, args.clone()).fetch_optional(connection));
        row.map_err(|error| self.dialect.error(error))
    }

    /// Opens a transaction that writes, and that nobody else writes beside: who comes meanwhile waits. It is rolled back
    /// unless it is committed, also when the caller goes away.
    pub(super) async fn begin(&self) -> Result<Tx<'_>> {
        let open = match &self.engine {
            #[cfg(feature = "sqlite")]
            Engine::Sqlite { writer, .. } => {
                writer.begin_with("BEGIN IMMEDIATE").await.map(Open::Sqlite)
            }
            #[cfg(feature = "mysql")]
            Engine::MySql(server) => server.begin().await.map(Open::MySql),
        };
        Ok(Tx {
            db: self,
            open: open.map_err(|error| self.dialect.error(error))?,
        })
    }

    /// Opens a transaction for a step of the schema, whose tables [`Db::begin`] may need.
    pub(super) async fn begin_step(&self) -> Result<Tx<'_>> {
        match &self.engine {
            #[cfg(feature = "sqlite")]
            Engine::Sqlite { .. } => self.begin().await,
            #[cfg(feature = "mysql")]
            Engine::MySql(server) => {
                let open = server.begin_alone().await.map(Open::MySql);
                Ok(Tx {
                    db: self,
                    open: open.map_err(|error| self.dialect.error(error))?,
                })
            }
        }
    }

    /// Waits until no other process changes the schema, and keeps it so while the answer lives. A dead process's lock is
    /// free.
    pub(super) async fn schema_lock(&self) -> Result<SchemaLock> {
        match &self.engine {
            // The transaction of each step locks the file.
            #[cfg(feature = "sqlite")]
            Engine::Sqlite { .. } => Ok(SchemaLock {
                #[cfg(feature = "mysql")]
                _held: None,
            }),
            #[cfg(feature = "mysql")]
            Engine::MySql(server) => {
                let held = server.schema_lock().await;
                Ok(SchemaLock {
                    _held: Some(held.map_err(|error| self.dialect.error(error))?),
                })
            }
        }
    }

    /// Makes a write. SQLite undoes none by itself.
    #[cfg(not(feature = "mysql"))]
    pub(super) async fn retried<T, F, Fut>(&self, attempt: F) -> Result<T>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T>>,
    {
        attempt().await
    }

    /// Makes a write, and makes it again where the database undid it for reasons that pass: each attempt is a transaction
    /// of its own, and none is made that may have been committed before.
    #[cfg(feature = "mysql")]
    pub(super) async fn retried<T, F, Fut>(&self, attempt: F) -> Result<T>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T>>,
    {
        let mut retries = Retries::default();
        loop {
            let error = match attempt().await {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            let Some(pause) = retries.pause(&error) else {
                return Err(error);
            };
            tracing::debug!(cause = error.chain(), "a write is made again");
            tokio::time::sleep(pause).await;
        }
    }

    /// Waits until every connection is closed.
    pub(super) async fn close(&self) {
        match &self.engine {
            #[cfg(feature = "sqlite")]
            Engine::Sqlite { readers, writer } => {
                readers.close().await;
                writer.close().await;
            }
            #[cfg(feature = "mysql")]
            Engine::MySql(server) => server.close().await,
        }
    }

    /// The readers and the writer, to look at their settings.
    #[cfg(all(test, feature = "sqlite"))]
    pub(super) fn sqlite_pools(&self) -> (&SqlitePool, &SqlitePool) {
        match &self.engine {
            Engine::Sqlite { readers, writer } => (readers, writer),
            #[cfg(feature = "mysql")]
            Engine::MySql(_) => panic!("not a file"),
        }
    }

    fn note(&self, sql: &'static str) {
        self.statements.fetch_add(1, Ordering::Relaxed);
        tracing::debug!(target: "blog_storage::sql", "{sql}");
    }
}

/// Held while the schema is changed.
#[derive(Debug)]
pub(super) struct SchemaLock {
    #[cfg(feature = "mysql")]
    _held: Option<mysql::Held>,
}

/// An open transaction.
#[derive(Debug)]
pub(super) struct Tx<'db> {
    db: &'db Db,
    open: Open,
}

impl Tx<'_> {
    /// Where this database differs from the others.
    pub(super) fn dialect(&self) -> &'static Dialect {
        self.db.dialect
    }

    /// Runs a statement; returns how many rows it touched.
    pub(super) async fn run(&mut self, sql: &'static str, args: Vec<Arg>) -> Result<u64> {
        self.db.note(sql);
        let done = on!(write self, connection => {
            async { bound(sql, args).execute(connection).await.map(|done| done.rows_affected()) }
        });
        done.map_err(|error| self.db.dialect.error(error))
    }

    /// Runs a statement that is not worth keeping prepared.
    pub(super) async fn run_once(&mut self, sql: &'static str) -> Result<()> {
        self.db.note(sql);
        let done = on!(write self, connection => {
            async {
                bound(sql, Vec::new()).persistent(false).execute(connection).await.map(|_| ())
            }
        });
        done.map_err(|error| self.db.dialect.error(error))
    }

    /// All rows of a query.
    pub(super) async fn all<T: Columns>(
        &mut self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<Vec<T>> {
        self.db.note(sql);
        let rows = on!(write self, connection => fetched(sql, args).fetch_all(connection));
        rows.map_err(|error| self.db.dialect.error(error))
    }

    /// The first row of a query, if there is one.
    pub(super) async fn one<T: Columns>(
        &mut self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<Option<T>> {
        self.db.note(sql);
        let row = on!(write self, connection => fetched(sql, args).fetch_optional(connection));
        row.map_err(|error| self.db.dialect.error(error))
    }

    /// Whether a query has a row.
    pub(super) async fn any(&mut self, sql: &'static str, args: Vec<Arg>) -> Result<bool> {
        Ok(self.one::<(i64,)>(sql, args).await?.is_some())
    }

    /// Makes everything since [`Db::begin`] lasting.
    pub(super) async fn commit(self) -> Result<()> {
        let dialect = self.db.dialect;
        match self.open {
            #[cfg(feature = "sqlite")]
            Open::Sqlite(transaction) => {
                let done = transaction.commit().await;
                done.map_err(|error| dialect.error(error))
            }
            #[cfg(feature = "mysql")]
            Open::MySql(transaction) => {
                let done = transaction.commit().await;
                done.map_err(|failure| match failure {
                    mysql::Uncommitted::Undone(error) => dialect.error(error),
                    mysql::Uncommitted::Unknown(error) => Error::Unavailable {
                        backend: dialect.backend,
                        retryable: false,
                        source: mysql::Unknown(error).into(),
                    },
                })
            }
        }
    }
}

/// What every driver can be given.
pub(super) trait Takes<D: Database>: Encode<'static, D> + Type<D> + Send + 'static {}

impl<D: Database, T: Encode<'static, D> + Type<D> + Send + 'static> Takes<D> for T {}

type Bound<D> = sqlx::query::Query<'static, D, <D as Database>::Arguments>;
type Fetched<D, T> = sqlx::query::QueryAs<'static, D, T, <D as Database>::Arguments>;

fn bound<D: Database>(sql: &'static str, args: Vec<Arg>) -> Bound<D>
where
    Option<i64>: Takes<D>,
    Option<String>: Takes<D>,
    Option<Vec<u8>>: Takes<D>,
    Option<Uuid>: Takes<D>,
{
    let mut query = sqlx::query(sql);
    for arg in args {
        query = match arg {
            Arg::Int(value) => query.bind(value),
            Arg::Text(value) => query.bind(value),
            Arg::Blob(value) => query.bind(value),
            Arg::Id(value) => query.bind(value),
        };
    }
    query
}

fn fetched<D: Database, T>(sql: &'static str, args: Vec<Arg>) -> Fetched<D, T>
where
    T: for<'r> FromRow<'r, D::Row>,
    Option<i64>: Takes<D>,
    Option<String>: Takes<D>,
    Option<Vec<u8>>: Takes<D>,
    Option<Uuid>: Takes<D>,
{
    let mut query = sqlx::query_as(sql);
    for arg in args {
        query = match arg {
            Arg::Int(value) => query.bind(value),
            Arg::Text(value) => query.bind(value),
            Arg::Blob(value) => query.bind(value),
            Arg::Id(value) => query.bind(value),
        };
    }
    query
}
