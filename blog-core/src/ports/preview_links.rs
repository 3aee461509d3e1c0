//! Links that show a post to whoever has them.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::error::Result;
use crate::id::{PostId, PreviewLinkId};
use crate::model::effects::Effects;
use crate::model::preview_link::{MadeLink, PreviewLink};
use crate::model::secret::SecretHash;
use crate::time::Timestamp;

/// Links that show a post. Whether a link's maker may still show it, policy decides after the read.
#[async_trait]
pub trait PreviewLinkStore: Debug + Send + Sync + 'static {
    /// Stores a link. `NotFound(Post)` when its post, `NotFound(User)` when its maker does not exist, `Conflict(Exists)`
    /// when its id or the hash of its secret is stored already.
    async fn create(&self, link: PreviewLink, effects: Effects) -> Result<()>;

    /// The link of this secret, with its maker as they are now. `NotFound(Token)` when there is none, or it is expired
    /// at `now` (the moment itself is expired), or was revoked, or its post is deleted.
    async fn find(&self, token: &SecretHash, now: Timestamp) -> Result<MadeLink>;

    /// The links of a post that are not expired at `now`, newest first by `created_at`, then id, greater first, at most
    /// `limit`.
    async fn of_post(&self, post: PostId, now: Timestamp, limit: u16) -> Result<Vec<MadeLink>>;

    /// Ends a link of a post at once and for ever. `NotFound(Token)` when the post has no such link.
    async fn revoke(&self, post: PostId, id: PreviewLinkId, effects: Effects) -> Result<()>;

    /// Deletes links that expired before `now`, at most `limit`; returns how many.
    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u64>;
}
