//! The audit log.

use std::ops::Bound;

use async_trait::async_trait;
use blog_core::id::AuditId;
use blog_core::model::audit::AuditEntry;
use blog_core::page::PageRequest;
use blog_core::ports::AuditLog;
use blog_core::{Cursor, Page, Result};

use super::MemoryStore;

#[async_trait]
impl AuditLog for MemoryStore {
    async fn list(&self, page: PageRequest) -> Result<Page<AuditEntry>> {
        let state = self.lock();
        let end = match page.after {
            Some(cursor) => Bound::Excluded((cursor.at, AuditId::from(cursor.id))),
            None => Bound::Unbounded,
        };
        let entries: Vec<AuditEntry> = state
            .audit
            .range((Bound::Unbounded, end))
            .rev()
            .take(page.limit() + 1)
            .map(|(_, entry)| entry.clone())
            .collect();
        Ok(Page::from_overfetch(entries, page.limit(), |entry| {
            Cursor {
                at: entry.at,
                id: entry.id.uuid(),
            }
        }))
    }
}
