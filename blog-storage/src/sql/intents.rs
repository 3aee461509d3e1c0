//! The intents of an embedded media store, and its counter.

use async_trait::async_trait;
use blog_core::error::Result;
use blog_core::id::UserId;
use blog_core::model::index::{Intent, Sequencer};
use blog_core::model::media::ObjectKey;
use blog_core::ports::index::IntentLog;
use blog_core::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use super::SqlStore;
use super::args::{args, unsigned};
use super::db::Tx;
use super::rows::{time, unreadable};

#[derive(FromRow)]
struct IntentRow {
    id: i64,
    object_key: Vec<u8>,
    owner: Option<Uuid>,
    begun_at: i64,
}

/// Raises a counter and returns its new value: never the same one twice, as the row is held until the commit.
async fn next(tx: &mut Tx<'_>, name: &str) -> Result<u64> {
    tx.run(
        "UPDATE blog_counters SET value = value + 1 WHERE name = ?",
        args![name],
    )
    .await?;
    let row: Option<(i64,)> = tx
        .one(
            "SELECT value FROM blog_counters WHERE name = ?",
            args![name],
        )
        .await?;
    row.map(|(value,)| unsigned(value))
        .ok_or_else(|| unreadable("blog_counters.value"))
}

#[async_trait]
impl IntentLog for SqlStore {
    async fn begin(&self, key: &ObjectKey, owner: Option<UserId>, at: Timestamp) -> Result<Intent> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let id = next(&mut tx, "intent").await?;
                tx.run(
                "INSERT INTO blog_intents (id, object_key, owner, begun_at) VALUES (?, ?, ?, ?)",
                args![id, key.as_str().as_bytes(), owner, at],
            )
            .await?;
                tx.commit().await?;
                Ok(Intent {
                    id,
                    key: key.clone(),
                    owner,
                    at,
                })
            })
            .await
    }

    async fn next_sequencer(&self) -> Result<Sequencer> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let number = next(&mut tx, "sequencer").await?;
                tx.commit().await?;
                Ok(Sequencer::from_counter(number))
            })
            .await
    }

    async fn finish(&self, intent: u64) -> Result<()> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                tx.run("DELETE FROM blog_intents WHERE id = ?", args![intent])
                    .await?;
                tx.commit().await
            })
            .await
    }

    async fn pending(&self, after: Option<u64>, limit: u32) -> Result<Vec<Intent>> {
        let rows: Vec<IntentRow> = self
            .db
            .all(
                "SELECT id, object_key, owner, begun_at FROM blog_intents WHERE id > ? ORDER BY id LIMIT ?",
                args![after.unwrap_or(0), limit],
            )
            .await?;
        rows.into_iter()
            .map(|row| {
                Ok(Intent {
                    id: unsigned(row.id),
                    key: String::from_utf8(row.object_key)
                        .map(ObjectKey::from_store)
                        .map_err(|_| unreadable("blog_intents.object_key"))?,
                    owner: row.owner.map(UserId::from),
                    at: time(row.begun_at),
                })
            })
            .collect()
    }
}
