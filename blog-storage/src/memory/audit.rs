//! The audit log.

use std::ops::Bound;

use async_trait::async_trait;
use blog_core::id::AuditId;
use blog_core::model::audit::{AuditHead, AuditQuery, AuditRecord, AuditScope};
use blog_core::ports::AuditLog;
use blog_core::{Cursor, Page, Result};

use super::MemoryStore;

/// Whether a query asks for a record.
fn is_asked_for(query: &AuditQuery, record: &AuditRecord) -> bool {
    let in_scope = match &query.scope {
        AuditScope::All => true,
        AuditScope::By(user) => record.actor == Some(*user),
        AuditScope::To(subject) => record.subject == *subject,
    };
    in_scope
        && query
            .action
            .is_none_or(|action| record.action == action.as_str())
}

#[async_trait]
impl AuditLog for MemoryStore {
    async fn list(&self, query: &AuditQuery) -> Result<Page<AuditRecord>> {
        let state = self.lock();
        let page = &query.page;
        let end = match page.after {
            Some(cursor) => Bound::Excluded((cursor.at, AuditId::from(cursor.id))),
            None => Bound::Unbounded,
        };
        let records: Vec<AuditRecord> = state
            .audit
            .range((Bound::Unbounded, end))
            .rev()
            .map(|(_, record)| record)
            .filter(|record| is_asked_for(query, record))
            .take(page.limit() + 1)
            .cloned()
            .collect();
        Ok(Page::from_overfetch(records, page.limit(), |record| {
            Cursor {
                at: record.at,
                id: record.id.uuid(),
            }
        }))
    }

    async fn chain(&self, after: u64, limit: u32) -> Result<Vec<AuditRecord>> {
        let state = self.lock();
        let skipped = usize::try_from(after).unwrap_or(usize::MAX);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let keys = state.audit_chain.iter().skip(skipped).take(limit);
        Ok(keys
            .filter_map(|key| state.audit.get(key))
            .cloned()
            .collect())
    }

    async fn head(&self) -> Result<AuditHead> {
        Ok(self.lock().audit_head)
    }
}
