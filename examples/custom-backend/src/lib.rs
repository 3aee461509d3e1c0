//! A media store of one's own: pictures and videos in one SQLite file, which is copied and moved as one.
//!
//! It is a whole adapter, written against `blog-core` alone. Its test, `tests/kit.rs`, is the conformance kit in one line.
//!
//! An object is a row that names a *blob*; a blob is pieces of equal size. Pieces are written as the body comes, and
//! nobody sees them until the row names their blob: that is one transaction. A blob that no row names is free: one that
//! is being written, that an overwrite or a delete left behind, or that a crash did. After a while it is swept, so that
//! whoever was still reading it could end.

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use blog_core::error::{Conflict, Entity, Error};
use blog_core::model::media::{
    ByteRange, ByteStream, Object, ObjectKey, ObjectMeta, PutMode, PutOptions,
};
use blog_core::ports::clock::SystemClock;
use blog_core::ports::{Clock as _, MediaStore};
use blog_core::{Page, Result, Timestamp};
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use sha2::{Digest as _, Sha256};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions};

const NAME: &str = "sqlite-media";

/// Bytes of a piece: what an upload or a download holds in memory.
const PIECE: usize = 256 * 1024;

/// How long a blob lies free before it is swept: longer than any reader, or a writer between two pieces, needs.
const FREE: Duration = Duration::from_secs(600);

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS object (
        key TEXT PRIMARY KEY, blob INTEGER NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,
        content_type TEXT NOT NULL, modified_at INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS object_blob ON object (blob);
    CREATE TABLE IF NOT EXISTS blob (id INTEGER PRIMARY KEY AUTOINCREMENT, free_since INTEGER);
    CREATE INDEX IF NOT EXISTS blob_free ON blob (free_since);
    CREATE TABLE IF NOT EXISTS piece (
        blob INTEGER NOT NULL, number INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (blob, number));";

/// A blob is free from when no object names it any more: (blob, moment, blob).
const LET_GO: &str = "UPDATE blob SET free_since = ? WHERE id = ? AND NOT EXISTS \
                      (SELECT 1 FROM object WHERE blob = ?)";

/// Blob, size, etag, content type, moment.
type Row = (i64, i64, String, String, i64);

/// Objects in one SQLite file.
#[derive(Debug, Clone)]
pub struct SqliteMedia {
    pool: SqlitePool,
}

fn failed(error: sqlx::Error) -> Error {
    let is_full = |error: &dyn sqlx::error::DatabaseError| error.code().as_deref() == Some("13");
    match &error {
        // https://sqlite.org/rescode.html#full
        sqlx::Error::Database(found) if is_full(found.as_ref()) => Error::StorageFull {
            source: error.into(),
        },
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => {
            Error::unavailable(NAME, error)
        }
        _ => Error::backend(NAME, error),
    }
}

fn invalid(what: &'static str) -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::InvalidData, what)
}

fn hex(digest: Sha256) -> String {
    let bytes = digest.finalize();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn micros() -> i64 {
    SystemClock.now().as_micros()
}

fn meta(key: &ObjectKey, (_, size, etag, content_type, modified_at): Row) -> ObjectMeta {
    ObjectMeta {
        key: key.clone(),
        size: size.unsigned_abs(),
        etag,
        content_type,
        modified_at: Timestamp::from_micros(modified_at),
    }
}

impl SqliteMedia {
    /// Opens the file, and makes it where there is none.
    ///
    /// # Errors
    /// `Unavailable` or `Backend` when it cannot be opened.
    pub async fn open(path: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .busy_timeout(Duration::from_secs(30));
        let pool = SqlitePoolOptions::new().max_connections(8);
        let pool = pool.connect_with(options).await.map_err(failed)?;
        sqlx::raw_sql(SCHEMA).execute(&pool).await.map_err(failed)?;
        Ok(Self { pool })
    }

    async fn find(&self, key: &ObjectKey) -> Result<Row> {
        let select = "SELECT blob, size, etag, content_type, modified_at FROM object WHERE key = ?";
        let row = sqlx::query_as(select).bind(key.as_str());
        let row = row.fetch_optional(&self.pool).await.map_err(failed)?;
        row.ok_or(Error::NotFound(Entity::Object))
    }

    /// Deletes what has been free for long enough.
    async fn sweep(&self) -> Result<()> {
        let before = SystemClock.now().minus(FREE).as_micros();
        for delete in [
            "DELETE FROM piece WHERE blob IN (SELECT id FROM blob WHERE free_since < ?)",
            "DELETE FROM blob WHERE free_since < ? AND id NOT IN (SELECT blob FROM piece)",
        ] {
            let delete = sqlx::query(delete).bind(before);
            delete.execute(&self.pool).await.map_err(failed)?;
        }
        Ok(())
    }

    async fn add_piece(&self, blob: i64, number: i64, bytes: &[u8]) -> Result<()> {
        let insert = sqlx::query("INSERT INTO piece (blob, number, bytes) VALUES (?, ?, ?)");
        let insert = insert.bind(blob).bind(number).bind(bytes);
        insert.execute(&self.pool).await.map_err(failed)?;
        // Its writer still lives.
        let renew = sqlx::query("UPDATE blob SET free_since = ? WHERE id = ?");
        let renew = renew.bind(micros()).bind(blob).execute(&self.pool);
        renew.await.map_err(failed).map(drop)
    }

    /// Lets a key name a blob that is complete, and frees the one that it named.
    async fn name(&self, meta: &ObjectMeta, blob: i64, mode: PutMode) -> Result<()> {
        let mut tx = self
            .pool
            .begin_with("BEGIN IMMEDIATE")
            .await
            .map_err(failed)?;
        let key = meta.key.as_str();
        let before: Option<(i64,)> = sqlx::query_as("SELECT blob FROM object WHERE key = ?")
            .bind(key)
            .fetch_optional(&mut *tx)
            .await
            .map_err(failed)?;
        if mode == PutMode::Create && before.is_some() {
            return Err(Conflict::Exists.into());
        }
        sqlx::query("INSERT OR REPLACE INTO object VALUES (?, ?, ?, ?, ?, ?)")
            .bind(key)
            .bind(blob)
            .bind(i64::try_from(meta.size).unwrap_or(i64::MAX))
            .bind(&meta.etag)
            .bind(&meta.content_type)
            .bind(meta.modified_at.as_micros())
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        let kept = sqlx::query("UPDATE blob SET free_since = NULL WHERE id = ?").bind(blob);
        kept.execute(&mut *tx).await.map_err(failed)?;
        if let Some((before,)) = before {
            let free = sqlx::query(LET_GO).bind(micros()).bind(before).bind(before);
            free.execute(&mut *tx).await.map_err(failed)?;
        }
        tx.commit().await.map_err(failed)
    }
}

#[async_trait]
impl MediaStore for SqliteMedia {
    fn bucket(&self) -> &str {
        NAME
    }

    async fn put(
        &self,
        key: &ObjectKey,
        mut body: ByteStream,
        options: PutOptions,
    ) -> Result<ObjectMeta> {
        self.sweep().await?;
        let blob = sqlx::query("INSERT INTO blob (free_since) VALUES (?)").bind(micros());
        let blob = blob.execute(&self.pool).await.map_err(failed)?;
        let blob = blob.last_insert_rowid();
        let (mut rest, mut digest, mut size, mut number) = (BytesMut::new(), Sha256::new(), 0, 0);
        let wrong = || Error::backend("the upload", invalid("it is not as long as it said"));
        loop {
            let more = body.try_next().await;
            let more = more.map_err(|error| Error::backend("the upload", error))?;
            let is_last = more.is_none();
            let more = more.unwrap_or_default();
            digest.update(&more);
            size += more.len() as u64;
            rest.extend_from_slice(&more);
            if options
                .size
                .is_some_and(|known| size > known || (is_last && size < known))
            {
                return Err(wrong());
            }
            while rest.len() >= PIECE || (is_last && !rest.is_empty()) {
                let piece = rest.split_to(rest.len().min(PIECE));
                self.add_piece(blob, number, &piece).await?;
                number += 1;
            }
            if is_last {
                break;
            }
        }
        let meta = ObjectMeta {
            key: key.clone(),
            size,
            etag: hex(digest),
            content_type: options.content_type,
            modified_at: SystemClock.now(),
        };
        self.name(&meta, blob, options.mode).await?;
        Ok(meta)
    }

    async fn get(&self, key: &ObjectKey, range: Option<ByteRange>) -> Result<Object> {
        let row = self.find(key).await?;
        let (blob, meta) = (row.0, meta(key, row));
        let size = meta.size;
        let whole = range.is_none();
        let range = range.map_or(Some(0..size), |range| range.resolve(size));
        let range = range.ok_or(Error::RangeNotSatisfiable { size })?;
        let (pool, etag, piece) = (self.pool.clone(), meta.etag.clone(), PIECE as u64);
        let begin = (range.start, Sha256::new());
        let end = range.end;
        let body = stream::try_unfold(begin, move |(at, mut digest)| {
            let (pool, etag) = (pool.clone(), etag.clone());
            async move {
                if at >= end {
                    return match whole && hex(digest) != etag {
                        true => Err(invalid("the object is damaged")),
                        false => Ok(None),
                    };
                }
                let select = "SELECT bytes FROM piece WHERE blob = ? AND number = ?";
                let select = sqlx::query_as(select).bind(blob).bind((at / piece) as i64);
                let found: Option<(Vec<u8>,)> = select
                    .fetch_optional(&pool)
                    .await
                    .map_err(std::io::Error::other)?;
                let mut bytes = Bytes::from(found.map(|found| found.0).unwrap_or_default());
                let first = (at % piece) as usize;
                let last = (end - at + at % piece).min(piece) as usize;
                if bytes.len() < last {
                    return Err(invalid("a piece of the object is missing"));
                }
                bytes = bytes.slice(first..last);
                digest.update(&bytes);
                let next = at + bytes.len() as u64;
                Ok(Some((bytes, (next, digest))))
            }
        });
        Ok(Object {
            meta,
            range,
            body: body.boxed(),
        })
    }

    async fn head(&self, key: &ObjectKey) -> Result<ObjectMeta> {
        Ok(meta(key, self.find(key).await?))
    }

    async fn delete(&self, key: &ObjectKey) -> Result<()> {
        let mut tx = self
            .pool
            .begin_with("BEGIN IMMEDIATE")
            .await
            .map_err(failed)?;
        let gone: Option<(i64,)> =
            sqlx::query_as("DELETE FROM object WHERE key = ? RETURNING blob")
                .bind(key.as_str())
                .fetch_optional(&mut *tx)
                .await
                .map_err(failed)?;
        if let Some((blob,)) = gone {
            let free = sqlx::query(LET_GO).bind(micros()).bind(blob).bind(blob);
            free.execute(&mut *tx).await.map_err(failed)?;
        }
        tx.commit().await.map_err(failed)
    }

    async fn copy(&self, from: &ObjectKey, to: &ObjectKey) -> Result<ObjectMeta> {
        let row = self.find(from).await?;
        let blob = row.0;
        let copy = ObjectMeta {
            modified_at: SystemClock.now(),
            ..meta(to, row)
        };
        self.name(&copy, blob, PutMode::Create).await?;
        Ok(copy)
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&ObjectKey>,
        limit: u16,
    ) -> Result<Page<ObjectMeta, ObjectKey>> {
        let limit = limit.clamp(1, 1_000);
        let select = "SELECT key, blob, size, etag, content_type, modified_at FROM object \
                      WHERE key >= ? AND key > ? AND substr(key, 1, length(?)) = ? \
                      ORDER BY key LIMIT ?";
        let rows: Vec<(String, i64, i64, String, String, i64)> = sqlx::query_as(select)
            .bind(prefix)
            .bind(after.map_or("", ObjectKey::as_str))
            .bind(prefix)
            .bind(prefix)
            .bind(i64::from(limit) + 1)
            .fetch_all(&self.pool)
            .await
            .map_err(failed)?;
        let found = rows.into_iter();
        let found = found.map(|(key, blob, size, etag, kind, at)| {
            meta(&ObjectKey::from_store(key), (blob, size, etag, kind, at))
        });
        let limit = usize::from(limit);
        Ok(Page::from_overfetch(found.collect(), limit, |meta| {
            meta.key.clone()
        }))
    }
}
