//! Archives of what is one person's.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::error::Result;
use crate::id::{ExportId, UserId};
use crate::model::effects::Effects;
use crate::model::export::{Archive, ClaimedExport, Export, NewExport};
use crate::time::Timestamp;

/// Exports: one a person, made by whoever claims it. The bytes lie in the media store.
#[async_trait]
pub trait ExportStore: Debug + Send + Sync + 'static {
    /// Stores an export that is to be made, asked for at the moment of the effects, in the place of an earlier one of its
    /// owner that is ready.
    ///
    /// `Conflict(State)` while one of theirs is not ready: of any number at once exactly one is stored. `NotFound(User)`
    /// when there is no such owner.
    async fn ask(&self, export: NewExport, effects: Effects) -> Result<()>;

    /// The export of this person, if there is one.
    async fn of(&self, owner: UserId) -> Result<Option<Export>>;

    /// Claims the export that waits longest, by `asked_at`, and is not leased at `now`, until `lease_until`, and counts the
    /// attempt. None is handed to two claimers within its lease; one whose lease ran out is handed out again. `None` when
    /// there is nothing to be made.
    async fn claim(&self, now: Timestamp, lease_until: Timestamp) -> Result<Option<ClaimedExport>>;

    /// Notes how far an attempt has come, and lengthens its lease. `NotFound(Lease)` when there is a later attempt, the
    /// export is ready, or it is gone.
    async fn note(
        &self,
        id: ExportId,
        attempt: u32,
        done: u64,
        total: u64,
        lease_until: Timestamp,
    ) -> Result<()>;

    /// Says that an attempt has made the archive, and forgets its words. `NotFound(Lease)` as in `note`.
    async fn finish(
        &self,
        id: ExportId,
        attempt: u32,
        archive: Archive,
        effects: Effects,
    ) -> Result<()>;

    /// The exports that are ready and expired at `now` (the moment itself is expired), the oldest first, at most `limit`.
    async fn expired(&self, now: Timestamp, limit: u32) -> Result<Vec<Export>>;

    /// Forgets an export, ready or not. Forgetting one that is not there is a success.
    async fn forget(&self, id: ExportId, effects: Effects) -> Result<()>;
}
