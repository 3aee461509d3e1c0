//! Text that writers have not saved.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::error::Result;
use crate::id::{AutosaveId, PostId, UserId};
use crate::model::autosave::Autosave;
use crate::time::Timestamp;

/// Unsaved texts. Every question names the writer, and nobody is given another's. A text goes with the post that it is
/// of, with the write whose effects forget it, and by [`purge`](Self::purge).
#[async_trait]
pub trait AutosaveStore: Debug + Send + Sync + 'static {
    /// Keeps a text: the first one of its id, or in place of the one of that id whose step is smaller. One whose step
    /// is not greater than the kept one's came late: it changes nothing, and that is a success.
    ///
    /// `NotFound(User)` when the writer, and `NotFound(Post)` when the post does not exist; `Conflict(Exists)` when
    /// the id is another writer's. Of more than [`Autosave::MAX_A_WRITER`] texts of a writer the oldest go.
    async fn keep(&self, autosave: Autosave) -> Result<()>;

    /// The writer's text of this id; `NotFound(Autosave)` when there is none, the same for another writer's.
    async fn get(&self, writer: UserId, id: AutosaveId) -> Result<Autosave>;

    /// The writer's texts of a post, or of posts that were never saved; newest first by `saved_at`, then by id, greater
    /// first; at most `limit`.
    async fn list(&self, writer: UserId, post: Option<PostId>, limit: u16)
    -> Result<Vec<Autosave>>;

    /// Deletes the writer's text of this id. Deleting what is not there, or is another writer's, changes nothing and
    /// is a success.
    async fn forget(&self, writer: UserId, id: AutosaveId) -> Result<()>;

    /// Deletes texts that were kept before `before`, at most `limit`; returns how many it deleted.
    async fn purge(&self, before: Timestamp, limit: u32) -> Result<u64>;
}
