//! Archives of what is one person's.

use async_trait::async_trait;
use blog_core::error::{Conflict, Entity, Error, Result};
use blog_core::id::{ExportId, UserId};
use blog_core::model::effects::Effects;
use blog_core::model::export::{Archive, ClaimedExport, Export, ExportWords, NewExport};
use blog_core::ports::ExportStore;
use blog_core::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use super::SqlStore;
use super::args::{args, unsigned};
use super::effects;
use super::rows::{from_json, time, to_json};
use super::users::require_user;

macro_rules! exports_where {
    ($rest:literal) => {
        concat!(
            "SELECT id, owner, words, asked_at, attempts, done, total, bytes, ready_at, expires_at FROM blog_exports WHERE ",
            $rest
        )
    };
}

/// The one that waits longest: (now).
const WAITING: &str = exports_where!(
    "ready_at IS NULL AND (lease_until IS NULL OR lease_until <= ?) ORDER BY asked_at, id LIMIT 1"
);

#[derive(FromRow)]
struct ExportRow {
    id: Uuid,
    owner: Uuid,
    words: String,
    asked_at: i64,
    attempts: i64,
    done: i64,
    total: i64,
    bytes: Option<i64>,
    ready_at: Option<i64>,
    expires_at: Option<i64>,
}

impl ExportRow {
    fn export(&self) -> Export {
        let archive = match (self.bytes, self.ready_at, self.expires_at) {
            (Some(bytes), Some(ready_at), Some(expires_at)) => Some(Archive {
                bytes: unsigned(bytes),
                ready_at: time(ready_at),
                expires_at: time(expires_at),
            }),
            _ => None,
        };
        Export {
            id: ExportId::from(self.id),
            owner: UserId::from(self.owner),
            asked_at: time(self.asked_at),
            attempts: u32::try_from(self.attempts).unwrap_or(u32::MAX),
            done: unsigned(self.done),
            total: unsigned(self.total),
            archive,
        }
    }
}

#[async_trait]
impl ExportStore for SqlStore {
    async fn ask(&self, export: NewExport, effects: Effects) -> Result<()> {
        let words = to_json(&export.words)?;
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                require_user(&mut tx, export.owner).await?;
                tx.run(
                    "DELETE FROM blog_exports WHERE owner = ? AND ready_at IS NOT NULL",
                    args![export.owner],
                )
                .await?;
                let waits = "SELECT 1 FROM blog_exports WHERE owner = ?";
                if tx.any(waits, args![export.owner]).await? {
                    return Err(Conflict::State.into());
                }
                tx.run(
                    "INSERT INTO blog_exports (owner, id, words, asked_at, attempts, done, total) \
                     VALUES (?, ?, ?, ?, 0, 0, 0)",
                    args![export.owner, export.id, words.as_str(), effects.at],
                )
                .await?;
                effects::commit(tx, &effects).await
            })
            .await
    }

    async fn of(&self, owner: UserId) -> Result<Option<Export>> {
        let row: Option<ExportRow> = self
            .db
            .one(exports_where!("owner = ?"), args![owner])
            .await?;
        Ok(row.map(|row| row.export()))
    }

    async fn claim(&self, now: Timestamp, lease_until: Timestamp) -> Result<Option<ClaimedExport>> {
        // A look without the writer's lock: most claims find nothing.
        let waiting: Option<ExportRow> = self.db.one(WAITING, args![now]).await?;
        if waiting.is_none() {
            return Ok(None);
        }
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let row: Option<ExportRow> = tx.one(WAITING, args![now]).await?;
                let Some(mut row) = row else {
                    return Ok(None);
                };
                // Conditional, so that it also holds where reading takes no lock.
                let taken = tx
                    .run(
                        "UPDATE blog_exports SET lease_until = ?, attempts = attempts + 1 \
                         WHERE id = ? AND attempts = ? AND ready_at IS NULL",
                        args![lease_until, row.id, row.attempts],
                    )
                    .await?;
                if taken == 0 {
                    return Ok(None);
                }
                tx.commit().await?;
                row.attempts += 1;
                let words: ExportWords = from_json(&row.words)?;
                Ok(Some(ClaimedExport {
                    export: row.export(),
                    words,
                }))
            })
            .await
    }

    async fn note(
        &self,
        id: ExportId,
        attempt: u32,
        done: u64,
        total: u64,
        lease_until: Timestamp,
    ) -> Result<()> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let noted = tx
                    .run(
                        "UPDATE blog_exports SET done = ?, total = ?, lease_until = ? \
                         WHERE id = ? AND attempts = ? AND ready_at IS NULL",
                        args![done, total, lease_until, id, attempt],
                    )
                    .await?;
                if noted == 0 {
                    return Err(Error::NotFound(Entity::Lease));
                }
                tx.commit().await
            })
            .await
    }

    async fn finish(
        &self,
        id: ExportId,
        attempt: u32,
        archive: Archive,
        effects: Effects,
    ) -> Result<()> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let finished = tx
                    .run(
                        "UPDATE blog_exports SET words = '', lease_until = NULL, bytes = ?, ready_at = ?, expires_at = ? \
                         WHERE id = ? AND attempts = ? AND ready_at IS NULL",
                        args![archive.bytes, archive.ready_at, archive.expires_at, id, attempt],
                    )
                    .await?;
                if finished == 0 {
                    return Err(Error::NotFound(Entity::Lease));
                }
                effects::commit(tx, &effects).await
            })
            .await
    }

    async fn expired(&self, now: Timestamp, limit: u32) -> Result<Vec<Export>> {
        let rows: Vec<ExportRow> = self
            .db
            .all(
                exports_where!("expires_at <= ? ORDER BY expires_at, id LIMIT ?"),
                args![now, limit],
            )
            .await?;
        Ok(rows.iter().map(ExportRow::export).collect())
    }

    async fn forget(&self, id: ExportId, effects: Effects) -> Result<()> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                tx.run("DELETE FROM blog_exports WHERE id = ?", args![id])
                    .await?;
                effects::commit(tx, &effects).await
            })
            .await
    }
}
