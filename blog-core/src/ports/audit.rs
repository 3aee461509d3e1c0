//! The audit log. Entries come in as effects; this port reads.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::error::Result;
use crate::model::audit::AuditEntry;
use crate::page::{Page, PageRequest};

/// The audit log: there is no way to change or remove an entry.
#[async_trait]
pub trait AuditLog: Debug + Send + Sync + 'static {
    /// Entries, newest first by `at`, then id, greater first.
    async fn list(&self, page: PageRequest) -> Result<Page<AuditEntry>>;
}
