//! Links that make an account.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::error::Result;
use crate::id::InvitationId;
use crate::model::effects::Effects;
use crate::model::invitation::Invitation;
use crate::model::secret::SecretHash;
use crate::page::{Page, PageRequest};
use crate::time::Timestamp;

/// Invitations. They are used up by [`UserStore::create`](crate::ports::UserStore::create).
#[async_trait]
pub trait InvitationStore: Debug + Send + Sync + 'static {
    /// Stores an invitation. `NotFound(User)` when there is no such maker, `Conflict(Exists)` when its id or hash is stored
    /// already.
    async fn create(&self, invitation: Invitation, effects: Effects) -> Result<()>;

    /// The invitation of this hash that is good at `now`: `NotFound(Token)` when there is none, it is used, or over (the
    /// moment itself is over).
    async fn find(&self, token: &SecretHash, now: Timestamp) -> Result<Invitation>;

    /// All invitations, also used ones and those that are over, newest first by `created_at`, then id, greater first.
    async fn list(&self, page: PageRequest) -> Result<Page<Invitation>>;

    /// Deletes an invitation that nobody used. `NotFound(Token)` when there is none, or it is used.
    async fn revoke(&self, id: InvitationId, effects: Effects) -> Result<()>;

    /// Deletes invitations, used ones too, that were over before `now`, at most `limit`; returns how many.
    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u64>;
}
