//! An audit log that is read wrong.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Broken, records};
use crate::backend::Backend;
use crate::error::Result;
use crate::model::audit::AuditEntry;
use crate::page::{Page, PageRequest};
use crate::ports::AuditLog;

pub(super) fn all(working: &Backend) -> Vec<Broken> {
    vec![Broken {
        name: "audit-oldest-first",
        caught_by: &["audit-order", "audit-pages"],
        backend: records(working, |records| {
            records.audit = Arc::new(OldestFirst(records.audit.clone()));
        }),
    }]
}

#[derive(Debug)]
struct OldestFirst(Arc<dyn AuditLog>);

#[async_trait]
impl AuditLog for OldestFirst {
    async fn list(&self, page: PageRequest) -> Result<Page<AuditEntry>> {
        let mut found = self.0.list(page).await?;
        found.items.reverse();
        Ok(found)
    }
}
