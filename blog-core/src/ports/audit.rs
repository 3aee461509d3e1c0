//! The audit log. Entries come in as effects; this port reads.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::error::Result;
use crate::model::audit::{AuditHead, AuditQuery, AuditRecord};
use crate::page::Page;

/// The audit log: there is no way to change or remove a record.
///
/// Each entry of a write's effects becomes one record, in the order of the entries: its number is one more than that of
/// the record before, and its hash is [`AuditRecord::digest`] behind that record's. Of writes at once, no two records
/// share a number and none is left out.
#[async_trait]
pub trait AuditLog: Debug + Send + Sync + 'static {
    /// The records of a scope and an action, newest first by `at`, then id, greater first.
    async fn list(&self, query: &AuditQuery) -> Result<Page<AuditRecord>>;

    /// The records with a number greater than `after`, in the order of their numbers, at most `limit`.
    async fn chain(&self, after: u64, limit: u32) -> Result<Vec<AuditRecord>>;

    /// Number and hash of the record that was stored last; 0 and zeros before the first. It is kept apart from the records.
    async fn head(&self) -> Result<AuditHead>;
}
