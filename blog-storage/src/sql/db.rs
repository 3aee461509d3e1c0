//! The one place where statements leave for a database: every statement is counted and logged here, in the caller's
//! span, and every failure is translated here. A further database is one more variant of [`Engine`] and its dialect.

use std::sync::atomic::{AtomicU64, Ordering};

use blog_core::error::Result;
use sqlx::sqlite::{Sqlite, SqlitePool, SqliteRow};
use sqlx::{Database, Encode, FromRow, Transaction, Type};
use uuid::Uuid;

use super::args::Arg;
use super::dialect::{self, Dialect};

/// The databases that the texts of this module run on.
#[derive(Debug)]
enum Engine {
    /// Readers that cannot write, and one writer, as SQLite has one.
    Sqlite {
        /// Several connections under `query_only`.
        readers: SqlitePool,
        /// Exactly one connection.
        writer: SqlitePool,
    },
}

/// A transaction of either database.
#[derive(Debug)]
enum Open {
    Sqlite(Transaction<'static, Sqlite>),
}

/// Runs one body for each driver, with the pool or connection bound to a name.
macro_rules! on {
    (read $db:expr, $pool:ident => $body:expr) => {
        match &$db.engine {
            Engine::Sqlite { readers: $pool, .. } => $body,
        }
    };
    (write $tx:expr, $connection:ident => $body:expr) => {
        match &mut $tx.open {
            Open::Sqlite(transaction) => {
                let $connection = &mut **transaction;
                $body
            }
        }
    };
}

/// What can be read from a row of every database.
pub(super) trait Columns: for<'r> FromRow<'r, SqliteRow> + Send + Unpin {}

impl<T> Columns for T where T: for<'r> FromRow<'r, SqliteRow> + Send + Unpin {}

/// The connections of a store.
#[derive(Debug)]
pub(super) struct Db {
    engine: Engine,
    dialect: &'static Dialect,
    statements: AtomicU64,
}

impl Db {
    /// SQLite, from its two pools.
    pub(super) fn sqlite(readers: SqlitePool, writer: SqlitePool) -> Self {
        Self {
            engine: Engine::Sqlite { readers, writer },
            dialect: &dialect::SQLITE,
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
        let rows = on!(read self, pool => fetched(sql, args).fetch_all(pool).await);
        rows.map_err(|error| self.dialect.error(error))
    }

    /// The first row of a query, if there is one.
    pub(super) async fn one<T: Columns>(
        &self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<Option<T>> {
        self.note(sql);
        let row = on!(read self, pool => fetched(sql, args).fetch_optional(pool).await);
        row.map_err(|error| self.dialect.error(error))
    }

    /// Opens a transaction that writes. It is rolled back unless it is committed, also when the caller goes away.
    pub(super) async fn begin(&self) -> Result<Tx<'_>> {
        let open = match &self.engine {
            Engine::Sqlite { writer, .. } => writer
                .begin_with(self.dialect.begin)
                .await
                .map(Open::Sqlite),
        };
        Ok(Tx {
            db: self,
            open: open.map_err(|error| self.dialect.error(error))?,
        })
    }

    /// Waits until every connection is closed.
    pub(super) async fn close(&self) {
        match &self.engine {
            Engine::Sqlite { readers, writer } => {
                readers.close().await;
                writer.close().await;
            }
        }
    }

    /// The readers and the writer, to look at their settings.
    #[cfg(test)]
    pub(super) fn sqlite_pools(&self) -> (&SqlitePool, &SqlitePool) {
        match &self.engine {
            Engine::Sqlite { readers, writer } => (readers, writer),
        }
    }

    fn note(&self, sql: &'static str) {
        self.statements.fetch_add(1, Ordering::Relaxed);
        tracing::debug!(target: "blog_storage::sql", "{sql}");
    }
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
            bound(sql, args).execute(connection).await.map(|done| done.rows_affected())
        });
        done.map_err(|error| self.db.dialect.error(error))
    }

    /// Runs a statement that is not worth keeping prepared.
    pub(super) async fn run_once(&mut self, sql: &'static str) -> Result<()> {
        self.db.note(sql);
        let done = on!(write self, connection => {
            bound(sql, Vec::new()).persistent(false).execute(connection).await.map(|_| ())
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
        let rows = on!(write self, connection => fetched(sql, args).fetch_all(connection).await);
        rows.map_err(|error| self.db.dialect.error(error))
    }

    /// The first row of a query, if there is one.
    pub(super) async fn one<T: Columns>(
        &mut self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<Option<T>> {
        self.db.note(sql);
        let row =
            on!(write self, connection => fetched(sql, args).fetch_optional(connection).await);
        row.map_err(|error| self.db.dialect.error(error))
    }

    /// Whether a query has a row.
    pub(super) async fn any(&mut self, sql: &'static str, args: Vec<Arg>) -> Result<bool> {
        Ok(self.one::<(i64,)>(sql, args).await?.is_some())
    }

    /// Makes everything since [`Db::begin`] lasting.
    pub(super) async fn commit(self) -> Result<()> {
        let done = match self.open {
            Open::Sqlite(transaction) => transaction.commit().await,
        };
        done.map_err(|error| self.db.dialect.error(error))
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
