//! The outbox. Messages come in as effects; this port hands them out.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::error::Result;
use crate::id::MessageId;
use crate::model::outbox::OutboxMessage;
use crate::time::Timestamp;

/// The outbox: at least once, by leases.
#[async_trait]
pub trait Outbox: Debug + Send + Sync + 'static {
    /// Claims up to `limit` messages that are available at `now` and not leased by then, oldest first by
    /// `available_at`, until `lease_until`, and counts the attempt. No message is handed to two claimers within
    /// its lease; a message whose lease ran out is handed out again. The `attempts` of a claimed message names its
    /// lease in the calls below.
    async fn claim(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
    ) -> Result<Vec<OutboxMessage>>;

    /// Removes a message that is done. `NotFound(Lease)` when somebody else claimed it since, or it is gone.
    async fn done(&self, id: MessageId, attempts: u32) -> Result<()>;

    /// Gives a message back, to be available again at `retry_at`. `NotFound(Lease)` as in `done`.
    async fn retry(&self, id: MessageId, attempts: u32, retry_at: Timestamp) -> Result<()>;
}
