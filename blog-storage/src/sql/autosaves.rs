//! Text that writers have not saved.

use async_trait::async_trait;
use blog_core::error::{Conflict, Entity, Error, Result};
use blog_core::id::{AutosaveId, PostId, UserId};
use blog_core::model::autosave::{Autosave, FormText};
use blog_core::ports::AutosaveStore;
use blog_core::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use super::SqlStore;
use super::args::{args, unsigned};
use super::rows::{from_json, time, to_json};
use super::users::require_user;

#[derive(FromRow)]
pub(super) struct AutosaveRow {
    id: Uuid,
    post: Option<Uuid>,
    version: i64,
    step: i64,
    fields: String,
    saved_at: i64,
}

impl AutosaveRow {
    pub(super) fn autosave(self, writer: UserId) -> Result<Autosave> {
        Ok(Autosave {
            id: AutosaveId::from(self.id),
            writer,
            post: self.post.map(PostId::from),
            version: unsigned(self.version),
            step: unsigned(self.step),
            text: FormText::from_store(from_json(&self.fields)?),
            saved_at: time(self.saved_at),
        })
    }
}

/// Deletes a writer's text: (id, writer). Shared with the effects of other writes.
pub(super) const FORGET: &str = "DELETE FROM blog_autosaves WHERE id = ? AND writer = ?";

#[async_trait]
impl AutosaveStore for SqlStore {
    async fn keep(&self, autosave: Autosave) -> Result<()> {
        let Autosave {
            id,
            writer,
            post,
            version,
            step,
            text,
            saved_at,
        } = autosave;
        let fields = to_json(&text.fields())?;
        self.db.retried(|| async {
            let mut tx = self.db.begin().await?;
            let newer = tx
                .run(
                    "UPDATE blog_autosaves SET version = ?, step = ?, fields = ?, saved_at = ? \
                     WHERE id = ? AND writer = ? AND step < ?",
                    args![version, step, fields.as_str(), saved_at, id, writer, step],
                )
                .await?;
            if newer > 0 {
                return tx.commit().await;
            }
            let kept: Option<(Uuid,)> = tx
                .one("SELECT writer FROM blog_autosaves WHERE id = ?", args![id])
                .await?;
            match kept {
                Some((owner,)) if owner == writer.uuid() => return Ok(()),
                Some(_) => return Err(Conflict::Exists.into()),
                None => {}
            }
            require_user(&mut tx, writer).await?;
            if let Some(post) = post
                && !tx
                    .any("SELECT 1 FROM blog_posts WHERE id = ?", args![post])
                    .await?
            {
                return Err(Error::NotFound(Entity::Post));
            }
            tx.run(
                "INSERT INTO blog_autosaves (id, writer, post, version, step, fields, saved_at) \
                 VALUES (?, ?, ?, ?, ?, ?, ?)",
                args![id, writer, post, version, step, fields.as_str(), saved_at],
            )
            .await?;
            // One was added, so one at most is too many.
            tx.run(
                "DELETE FROM blog_autosaves WHERE id IN (SELECT id FROM (SELECT id FROM blog_autosaves \
                 WHERE writer = ? ORDER BY saved_at DESC, id DESC LIMIT 1 OFFSET ?) AS oldest)",
                args![writer, Autosave::MAX_A_WRITER],
            )
            .await?;
            tx.commit().await
        })
        .await
    }

    async fn get(&self, writer: UserId, id: AutosaveId) -> Result<Autosave> {
        let row: Option<AutosaveRow> = self
            .db
            .one(
                "SELECT id, post, version, step, fields, saved_at FROM blog_autosaves \
                 WHERE id = ? AND writer = ?",
                args![id, writer],
            )
            .await?;
        row.ok_or(Error::NotFound(Entity::Autosave))?
            .autosave(writer)
    }

    async fn list(
        &self,
        writer: UserId,
        post: Option<PostId>,
        limit: u16,
    ) -> Result<Vec<Autosave>> {
        let rows: Vec<AutosaveRow> = self
            .db
            .all(
                "SELECT id, post, version, step, fields, saved_at FROM blog_autosaves \
                 WHERE writer = ? AND (post = ? OR (post IS NULL AND ? = 1)) \
                 ORDER BY saved_at DESC, id DESC LIMIT ?",
                args![writer, post, post.is_none(), u32::from(limit)],
            )
            .await?;
        rows.into_iter().map(|row| row.autosave(writer)).collect()
    }

    async fn forget(&self, writer: UserId, id: AutosaveId) -> Result<()> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                tx.run(FORGET, args![id, writer]).await?;
                tx.commit().await
            })
            .await
    }

    async fn purge(&self, before: Timestamp, limit: u32) -> Result<u64> {
        self.db.retried(|| async {
            let mut tx = self.db.begin().await?;
            let gone = tx
                .run(
                    "DELETE FROM blog_autosaves WHERE id IN (SELECT id FROM \
                     (SELECT id FROM blog_autosaves WHERE saved_at < ? ORDER BY saved_at LIMIT ?) AS old)",
                    args![before, limit],
                )
                .await?;
            tx.commit().await?;
            Ok(gone)
        })
        .await
    }
}
