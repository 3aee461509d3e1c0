//! The object index.

use async_trait::async_trait;
use blog_core::error::Result;
use blog_core::id::UserId;
use blog_core::model::drift::Run;
use blog_core::model::index::{
    Applied, IndexItem, ObjectChange, ObjectEvent, ObjectState, Sequencer, TOMBSTONE, Usage,
};
use blog_core::page::{Cursor, Page, PageRequest};
use blog_core::ports::ObjectIndex;
use blog_core::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use super::SqlStore;
use super::args::{args, unsigned};
use super::rows::{from_json, time, to_json, unreadable};
use crate::row_id::row_id;

macro_rules! objects_where {
    ($condition:literal) => {
        concat!(
            "SELECT bucket, object_key, object_version, bytes, etag, content_type, owner, first_seen, last_seen, \
             sequencer, expires_at FROM blog_objects WHERE ",
            $condition
        )
    };
}

#[derive(FromRow)]
struct ObjectRow {
    bucket: Vec<u8>,
    object_key: Vec<u8>,
    object_version: Option<String>,
    bytes: i64,
    etag: String,
    content_type: Option<String>,
    owner: Option<Uuid>,
    first_seen: i64,
    last_seen: i64,
    sequencer: String,
    expires_at: Option<i64>,
}

impl ObjectRow {
    fn item(self) -> Result<IndexItem> {
        Ok(IndexItem {
            bucket: String::from_utf8(self.bucket)
                .map_err(|_| unreadable("blog_objects.bucket"))?,
            key: String::from_utf8(self.object_key)
                .map_err(|_| unreadable("blog_objects.object_key"))?,
            version: self.object_version,
            size: unsigned(self.bytes),
            etag: self.etag,
            content_type: self.content_type,
            owner: self.owner.map(UserId::from),
            first_seen: time(self.first_seen),
            last_seen: time(self.last_seen),
            sequencer: Sequencer::parse(&self.sequencer)
                .ok_or_else(|| unreadable("blog_objects.sequencer"))?,
            state: match self.expires_at {
                Some(expires_at) => ObjectState::Tombstone {
                    expires_at: time(expires_at),
                },
                None => ObjectState::Present,
            },
        })
    }
}

fn items(rows: Vec<ObjectRow>) -> Result<Vec<IndexItem>> {
    rows.into_iter().map(ObjectRow::item).collect()
}

/// What an event says, as the columns have it.
struct Facts {
    bytes: Option<u64>,
    etag: Option<String>,
    content_type: Option<String>,
    owner: Option<UserId>,
    expires_at: Option<Timestamp>,
}

impl Facts {
    fn of(event: &ObjectEvent) -> Self {
        match &event.change {
            ObjectChange::Created {
                size,
                etag,
                content_type,
                owner,
            } => Self {
                bytes: Some(*size),
                etag: Some(etag.clone()),
                content_type: content_type.clone(),
                owner: *owner,
                expires_at: None,
            },
            ObjectChange::Removed => Self {
                bytes: None,
                etag: None,
                content_type: None,
                owner: None,
                expires_at: Some(event.at.plus(TOMBSTONE)),
            },
        }
    }
}

#[async_trait]
impl ObjectIndex for SqlStore {
    async fn apply(&self, event: &ObjectEvent) -> Result<Applied> {
        let facts = Facts::of(event);
        let (bucket, key) = (event.bucket.as_bytes(), event.key.as_bytes());
        let sequence = event.sequencer.padded();
        self.db.retried(|| async {
            let mut tx = self.db.begin().await?;
            let written = tx
                .run(
                    "UPDATE blog_objects SET object_version = ?, bytes = COALESCE(?, bytes), etag = COALESCE(?, etag), \
                     content_type = COALESCE(?, content_type), owner = COALESCE(?, owner), \
                     first_seen = CASE WHEN first_seen > ? THEN ? ELSE first_seen END, last_seen = ?, \
                     sequencer = ?, sequence = ?, present = ?, expires_at = ? \
                     WHERE bucket = ? AND object_key = ? AND sequence < ?",
                    args![
                        event.version.clone(),
                        facts.bytes,
                        facts.etag.clone(),
                        facts.content_type.clone(),
                        facts.owner,
                        event.at,
                        event.at,
                        event.at,
                        event.sequencer.as_str(),
                        sequence.as_str(),
                        facts.expires_at.is_none(),
                        facts.expires_at,
                        bucket,
                        key,
                        sequence.as_str(),
                    ],
                )
                .await?;
            if written == 1 {
                tx.commit().await?;
                return Ok(Applied::Written);
            }
            let insert = tx.dialect().insert_object;
            let inserted = tx
                .run(
                    insert,
                    args![
                        bucket,
                        key,
                        row_id(&event.bucket, &event.key),
                        event.version.clone(),
                        facts.bytes.unwrap_or(0),
                        facts.etag.clone().unwrap_or_default(),
                        facts.content_type.clone(),
                        facts.owner,
                        event.at,
                        event.at,
                        event.sequencer.as_str(),
                        sequence.as_str(),
                        facts.expires_at.is_none(),
                        facts.expires_at,
                    ],
                )
                .await?;
            if inserted == 1 {
                tx.commit().await?;
                return Ok(Applied::Written);
            }
            // The row knows something newer; only that the object was heard of earlier can be new.
            let earlier = tx
                .run(
                    "UPDATE blog_objects SET first_seen = ? WHERE bucket = ? AND object_key = ? AND first_seen > ?",
                    args![event.at, bucket, key, event.at],
                )
                .await?;
            if earlier == 1 {
                tx.commit().await?;
            }
            Ok(Applied::Stale)
        })
        .await
    }

    async fn get(&self, bucket: &str, key: &str) -> Result<Option<IndexItem>> {
        let row: Option<ObjectRow> = self
            .db
            .one(
                objects_where!("bucket = ? AND object_key = ?"),
                args![bucket.as_bytes(), key.as_bytes()],
            )
            .await?;
        row.map(ObjectRow::item).transpose()
    }

    async fn by_owner(&self, owner: UserId, page: PageRequest) -> Result<Page<IndexItem>> {
        let (at, id) = super::newest_first(&page);
        let rows: Vec<ObjectRow> = self
            .db
            .all(
                objects_where!(
                    "owner = ? AND present = 1 AND first_seen <= ? AND (first_seen < ? OR id < ?) \
                     ORDER BY first_seen DESC, id DESC LIMIT ?"
                ),
                args![owner, at, at, id, page.limit() + 1],
            )
            .await?;
        Ok(Page::from_overfetch(
            items(rows)?,
            page.limit(),
            |item: &IndexItem| Cursor {
                at: item.first_seen,
                id: row_id(&item.bucket, &item.key),
            },
        ))
    }

    async fn by_prefix(
        &self,
        bucket: &str,
        prefix: &str,
        after: Option<&str>,
        limit: u16,
    ) -> Result<Page<IndexItem, String>> {
        let limit = usize::from(limit.clamp(1, 1_000));
        // The first key that may follow `after` is `after` and a zero byte; behind every key of the prefix lies the
        // prefix and 0xff, a byte that UTF-8 does not have.
        let behind = after.map(|after| [after.as_bytes(), &[0]].concat());
        let first = behind.unwrap_or_default().max(prefix.as_bytes().to_vec());
        let end = [prefix.as_bytes(), &[0xff]].concat();
        let rows: Vec<ObjectRow> = self
            .db
            .all(
                objects_where!(
                    "bucket = ? AND present = 1 AND object_key >= ? AND object_key < ? \
                     ORDER BY object_key LIMIT ?"
                ),
                args![bucket.as_bytes(), first, end, limit + 1],
            )
            .await?;
        Ok(Page::from_overfetch(
            items(rows)?,
            limit,
            |item: &IndexItem| item.key.clone(),
        ))
    }

    async fn usage(&self, owner: UserId, most: u32) -> Result<Usage> {
        // One more says whether there are others.
        let mut sizes: Vec<(i64,)> = self
            .db
            .all(
                "SELECT bytes FROM blog_objects WHERE owner = ? AND present = 1 \
                 ORDER BY first_seen DESC, id DESC LIMIT ?",
                args![owner, u64::from(most) + 1],
            )
            .await?;
        let is_more = sizes.len() > most as usize;
        sizes.truncate(most as usize);
        Ok(Usage {
            objects: sizes.len() as u64,
            bytes: sizes.iter().map(|(bytes,)| unsigned(*bytes)).sum(),
            is_more,
        })
    }

    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u64> {
        self.db.retried(|| async {
            let mut tx = self.db.begin().await?;
            let ended: Vec<(Vec<u8>, Vec<u8>)> = tx
                .all(
                    "SELECT bucket, object_key FROM blog_objects WHERE expires_at < ? ORDER BY expires_at LIMIT ?",
                    args![now, limit],
                )
                .await?;
            let mut gone = 0;
            for (bucket, key) in ended {
                gone += tx
                    .run(
                        "DELETE FROM blog_objects WHERE bucket = ? AND object_key = ? AND expires_at < ?",
                        args![bucket, key, now],
                    )
                    .await?;
            }
            tx.commit().await?;
            Ok(gone)
        })
        .await
    }

    async fn note_run(&self, run: &Run) -> Result<()> {
        let document = to_json(run)?;
        self.db.retried(|| async {
            let mut tx = self.db.begin().await?;
            let changed = tx
                .run(
                    "UPDATE blog_runs SET document = ? WHERE id = ?",
                    args![document.as_str(), run.id],
                )
                .await?;
            if changed == 0 {
                tx.run(
                    "INSERT INTO blog_runs (id, bucket, document) VALUES (?, ?, ?)",
                    args![run.id, run.bucket.as_bytes(), document.as_str()],
                )
                .await?;
                let over: Vec<(Uuid,)> = tx
                    .all(
                        "SELECT id FROM blog_runs WHERE bucket = ? ORDER BY id DESC LIMIT 100 OFFSET ?",
                        args![run.bucket.as_bytes(), Run::KEPT],
                    )
                    .await?;
                for (id,) in over {
                    tx.run("DELETE FROM blog_runs WHERE id = ?", args![id])
                        .await?;
                }
            }
            tx.commit().await
        })
        .await
    }

    async fn runs(&self, bucket: &str) -> Result<Vec<Run>> {
        let rows: Vec<(String,)> = self
            .db
            .all(
                "SELECT document FROM blog_runs WHERE bucket = ? ORDER BY id DESC",
                args![bucket.as_bytes()],
            )
            .await?;
        rows.iter().map(|(text,)| from_json(text)).collect()
    }
}
