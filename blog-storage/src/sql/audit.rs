//! The audit log.

use async_trait::async_trait;
use blog_core::error::Result;
use blog_core::id::{AuditId, UserId};
use blog_core::model::audit::AuditEntry;
use blog_core::page::{Cursor, Page, PageRequest};
use blog_core::ports::AuditLog;
use sqlx::FromRow;
use uuid::Uuid;

use super::SqlStore;
use super::args::args;
use super::rows::time;

#[derive(FromRow)]
struct AuditRow {
    id: Uuid,
    happened_at: i64,
    actor: Option<Uuid>,
    action: String,
    subject: String,
    detail: String,
}

#[async_trait]
impl AuditLog for SqlStore {
    async fn list(&self, page: PageRequest) -> Result<Page<AuditEntry>> {
        let (at, id) = super::newest_first(&page);
        let rows: Vec<AuditRow> = self
            .db
            .all(
                "SELECT id, happened_at, actor, action, subject, detail FROM blog_audit \
                 WHERE happened_at <= ? AND (happened_at < ? OR id < ?) \
                 ORDER BY happened_at DESC, id DESC LIMIT ?",
                args![at, at, id, page.limit() + 1],
            )
            .await?;
        let entries = rows
            .into_iter()
            .map(|row| AuditEntry {
                id: AuditId::from(row.id),
                at: time(row.happened_at),
                actor: row.actor.map(UserId::from),
                action: row.action,
                subject: row.subject,
                detail: row.detail,
            })
            .collect();
        Ok(Page::from_overfetch(
            entries,
            page.limit(),
            |entry: &AuditEntry| Cursor {
                at: entry.at,
                id: entry.id.uuid(),
            },
        ))
    }
}
