//! The outbox.

use async_trait::async_trait;
use blog_core::error::{Entity, Error, Result};
use blog_core::id::MessageId;
use blog_core::model::outbox::OutboxMessage;
use blog_core::ports::Outbox;
use blog_core::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use super::SqlStore;
use super::args::args;
use super::rows::{from_json, time};

#[derive(FromRow)]
struct MessageRow {
    id: Uuid,
    task: String,
    available_at: i64,
    attempts: i64,
}

/// The next messages: (now, now, how many).
const NEXT: &str = "SELECT id, task, available_at, attempts FROM blog_outbox \
     WHERE available_at <= ? AND (lease_until IS NULL OR lease_until <= ?) \
     ORDER BY available_at, id LIMIT ?";

#[async_trait]
impl Outbox for SqlStore {
    async fn claim(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
    ) -> Result<Vec<OutboxMessage>> {
        // A look without the writer's lock: most claims find nothing.
        let waiting: Option<MessageRow> = self.db.one(NEXT, args![now, now, 1_i64]).await?;
        if waiting.is_none() || limit == 0 {
            return Ok(Vec::new());
        }
        self.db.retried(|| async {
            let mut tx = self.db.begin().await?;
            let rows: Vec<MessageRow> = tx.all(NEXT, args![now, now, limit]).await?;
            let mut claimed = Vec::with_capacity(rows.len());
            for row in rows {
                // Conditional, so that it also holds where reading takes no lock.
                let taken = tx
                    .run(
                        "UPDATE blog_outbox SET lease_until = ?, attempts = attempts + 1 WHERE id = ? AND attempts = ?",
                        args![lease_until, row.id, row.attempts],
                    )
                    .await?;
                if taken == 1 {
                    let task = match from_json(&row.task) {
                        Ok(task) => task,
                        Err(error) => {
                            // Of a newer version of the program, which claims it when this lease is over. It must not
                            // keep the others from being done.
                            tracing::warn!(
                                message = %row.id,
                                cause = error.chain(),
                                "a task in the outbox is not known to this version and waits for another"
                            );
                            continue;
                        }
                    };
                    claimed.push(OutboxMessage {
                        id: MessageId::from(row.id),
                        task,
                        available_at: time(row.available_at),
                        attempts: u32::try_from(row.attempts + 1).unwrap_or(u32::MAX),
                    });
                }
            }
            tx.commit().await?;
            Ok(claimed)
        })
        .await
    }

    async fn done(&self, id: MessageId, attempts: u32) -> Result<()> {
        self.db.retried(|| async {
            let mut tx = self.db.begin().await?;
            let gone = tx
                .run(
                    "DELETE FROM blog_outbox WHERE id = ? AND attempts = ? AND lease_until IS NOT NULL",
                    args![id, attempts],
                )
                .await?;
            if gone == 0 {
                return Err(Error::NotFound(Entity::Lease));
            }
            tx.commit().await
        })
        .await
    }

    async fn retry(&self, id: MessageId, attempts: u32, retry_at: Timestamp) -> Result<()> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let given = tx
                    .run(
                        "UPDATE blog_outbox SET available_at = ?, lease_until = NULL \
                     WHERE id = ? AND attempts = ? AND lease_until IS NOT NULL",
                        args![retry_at, id, attempts],
                    )
                    .await?;
                if given == 0 {
                    return Err(Error::NotFound(Entity::Lease));
                }
                tx.commit().await
            })
            .await
    }
}
