//! The audit log: records in a chain, whose end is kept in a row of its own.

use async_trait::async_trait;
use blog_core::error::Result;
use blog_core::id::{AuditId, UserId};
use blog_core::model::audit::{
    AuditEntry, AuditHash, AuditHead, AuditQuery, AuditRecord, AuditScope,
};
use blog_core::page::{Cursor, Page};
use blog_core::ports::AuditLog;
use sqlx::FromRow;
use uuid::Uuid;

use super::SqlStore;
use super::args::{args, unsigned};
use super::db::Tx;
use super::rows::{time, unreadable};

#[derive(FromRow)]
struct AuditRow {
    number: i64,
    id: Uuid,
    happened_at: i64,
    actor: Option<Uuid>,
    origin: String,
    action: String,
    subject: String,
    detail: String,
    hash: Vec<u8>,
}

fn hash(bytes: Vec<u8>, column: &'static str) -> Result<AuditHash> {
    let bytes = bytes.try_into().map_err(|_| unreadable(column))?;
    Ok(AuditHash(bytes))
}

impl AuditRow {
    fn record(self) -> AuditRecord {
        AuditRecord {
            number: unsigned(self.number),
            id: AuditId::from(self.id),
            at: time(self.happened_at),
            actor: self.actor.map(UserId::from),
            origin: self.origin,
            action: self.action,
            subject: self.subject,
            detail: self.detail,
            // One of another length fits no record, as it should.
            hash: hash(self.hash, "blog_audit_log.hash").unwrap_or_default(),
        }
    }
}

macro_rules! records {
    ($($rest:literal),+) => {
        concat!(
            "SELECT number, id, happened_at, actor, origin, action, subject, detail, hash FROM blog_audit_log WHERE ",
            $($rest),+
        )
    };
}

/// The records of a scope: (scope, action, action, at, at, id, limit).
macro_rules! listed {
    ($scope:literal) => {
        records!(
            $scope,
            " AND (? IS NULL OR action = ?) AND happened_at <= ? AND (happened_at < ? OR id < ?) \
             ORDER BY happened_at DESC, id DESC LIMIT ?"
        )
    };
}

const HEAD: &str = "SELECT number, hash FROM blog_audit_head WHERE id = 1";

type HeadRow = Option<(i64, Vec<u8>)>;

fn head_of(row: HeadRow) -> Result<AuditHead> {
    let (number, bytes) = row.ok_or_else(|| unreadable("blog_audit_head"))?;
    Ok(AuditHead {
        number: unsigned(number),
        hash: hash(bytes, "blog_audit_head.hash")?,
    })
}

async fn store(tx: &mut Tx<'_>, record: &AuditRecord) -> Result<()> {
    tx.run(
        "INSERT INTO blog_audit_log (number, id, happened_at, actor, origin, action, subject, detail, hash) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        args![
            record.number,
            record.id,
            record.at,
            record.actor,
            record.origin.as_str(),
            record.action.as_str(),
            record.subject.as_str(),
            record.detail.as_str(),
            record.hash.0.as_slice(),
        ],
    )
    .await?;
    Ok(())
}

async fn move_head(tx: &mut Tx<'_>, head: &AuditHead) -> Result<()> {
    tx.run(
        "UPDATE blog_audit_head SET number = ?, hash = ? WHERE id = 1",
        args![head.number, head.hash.0.as_slice()],
    )
    .await?;
    Ok(())
}

/// Appends the entries of a write, in its own transaction: nobody else writes meanwhile, so the head that is read here
/// is the last one.
pub(super) async fn append(tx: &mut Tx<'_>, entries: &[AuditEntry]) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let mut head = head_of(tx.one(HEAD, args![]).await?)?;
    for entry in entries {
        let record = AuditRecord::behind(&head, entry.clone());
        store(tx, &record).await?;
        head = record.head();
    }
    move_head(tx, &head).await
}

/// A row of the log as it was before it was a chain.
#[derive(FromRow)]
struct OldRow {
    id: Uuid,
    happened_at: i64,
    actor: Option<Uuid>,
    action: String,
    subject: String,
    detail: String,
}

/// Makes a chain of what an older program logged. A run that was cut off is continued by the next.
pub(super) async fn take_over(tx: &mut Tx<'_>) -> Result<()> {
    let last: HeadRow = tx
        .one(
            "SELECT number, hash FROM blog_audit_log ORDER BY number DESC LIMIT 1",
            args![],
        )
        .await?;
    let mut head = match last {
        Some(last) => head_of(Some(last))?,
        None => AuditHead::default(),
    };
    let (mut at, mut id) = (i64::MIN, Uuid::nil());
    loop {
        let rows: Vec<OldRow> = tx
            .all(
                "SELECT id, happened_at, actor, action, subject, detail FROM blog_audit o \
                 WHERE (happened_at > ? OR (happened_at = ? AND id > ?)) \
                 AND NOT EXISTS (SELECT 1 FROM blog_audit_log l WHERE l.id = o.id) \
                 ORDER BY happened_at, id LIMIT 500",
                args![at, at, id],
            )
            .await?;
        let Some(end) = rows.last() else {
            return move_head(tx, &head).await;
        };
        (at, id) = (end.happened_at, end.id);
        for row in rows {
            let record = AuditRecord {
                number: 0,
                id: AuditId::from(row.id),
                at: time(row.happened_at),
                actor: row.actor.map(UserId::from),
                origin: String::new(),
                action: row.action,
                subject: row.subject,
                detail: row.detail,
                hash: AuditHash::default(),
            }
            .sealed(&head);
            store(tx, &record).await?;
            head = record.head();
        }
    }
}

#[async_trait]
impl AuditLog for SqlStore {
    async fn list(&self, query: &AuditQuery) -> Result<Page<AuditRecord>> {
        let (sql, scope) = match &query.scope {
            AuditScope::All => (listed!("? IS NULL"), None::<i64>.into()),
            AuditScope::By(user) => (listed!("actor = ?"), (*user).into()),
            AuditScope::To(subject) => (listed!("subject = ?"), subject.as_str().into()),
        };
        let action = query.action.map(|action| action.as_str());
        let (at, id) = super::newest_first(&query.page);
        let limit = query.page.limit();
        let mut args = args![action, action, at, at, id, limit + 1];
        args.insert(0, scope);
        let rows: Vec<AuditRow> = self.db.all(sql, args).await?;
        let records = rows.into_iter().map(AuditRow::record).collect();
        Ok(Page::from_overfetch(
            records,
            limit,
            |record: &AuditRecord| Cursor {
                at: record.at,
                id: record.id.uuid(),
            },
        ))
    }

    async fn chain(&self, after: u64, limit: u32) -> Result<Vec<AuditRecord>> {
        let rows: Vec<AuditRow> = self
            .db
            .all(
                records!("number > ? ORDER BY number LIMIT ?"),
                args![after, limit],
            )
            .await?;
        Ok(rows.into_iter().map(AuditRow::record).collect())
    }

    async fn head(&self) -> Result<AuditHead> {
        head_of(self.db.one(HEAD, args![]).await?)
    }
}
