//! Comments.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::error::Result;
use crate::id::{CommentId, PostId, UserId};
use crate::model::comment::{Comment, CommentChange, NewComment, QueuedComment, Report, Thread};
use crate::model::effects::Effects;
use crate::page::{Page, PageRequest};

/// Comments. Who may read a post's comments is decided with the post.
#[async_trait]
pub trait CommentStore: Debug + Send + Sync + 'static {
    /// Stores a comment with version 1 and, when it is visible, raises the post's counter by one; when it is pending, it
    /// comes into the queue.
    ///
    /// An answer to an answer is stored as an answer to that one's parent. Returns `NotFound(Post)` and
    /// `NotFound(User)`; `NotFound(Comment)` when the parent does not exist, belongs to another post or is deleted;
    /// `Conflict(ThreadFull)` when the parent has `MAX_REPLIES`.
    async fn create(&self, comment: NewComment, effects: Effects) -> Result<Comment>;

    /// Replaces the body, sets `edited_at` and raises the version by one. `Conflict(Version)` with the stored version
    /// when it is not the expected one, `NotFound(Comment)` when there is none or it is deleted.
    async fn update(&self, change: CommentChange, effects: Effects) -> Result<Comment>;

    /// Deletes a comment: body and author are gone from the store, and the post's counter falls by one if it was
    /// visible. While it has replies a row in state `Deleted` holds its place; the row goes with its last reply.
    /// `NotFound(Comment)` when there is none or it is deleted already.
    async fn delete(&self, id: CommentId, effects: Effects) -> Result<()>;

    /// Makes a pending comment visible and raises the post's counter by one; a comment that nobody reported leaves the queue.
    ///
    /// `NotFound(Comment)` when there is none or it is deleted, `Conflict(State)` when it is not pending: of any number of
    /// approvals at once exactly one succeeds. `Conflict(Version)` with the stored version when it is not the expected one.
    async fn approve(
        &self,
        id: CommentId,
        expected_version: u64,
        effects: Effects,
    ) -> Result<Comment>;

    /// Stores a report and puts the comment into the queue. `false`, and nothing at all changes, when this reporter
    /// reported it before or `MAX_REASONS` did. `NotFound(Comment)` when there is none or it is deleted.
    async fn report(&self, report: Report, effects: Effects) -> Result<bool>;

    /// Forgets the reports of a comment, which leaves the queue unless it is pending. `NotFound(Comment)` as in `report`,
    /// `Conflict(Version)` as in `approve`.
    async fn dismiss(&self, id: CommentId, expected_version: u64, effects: Effects) -> Result<()>;

    /// The comments that are pending or reported, newest first by when they came into the queue, then id, greater first;
    /// with an author, only those on posts of that author. In one query. A deleted comment is in it no more.
    async fn queue(&self, author: Option<UserId>, page: PageRequest)
    -> Result<Page<QueuedComment>>;

    /// Whether this user has a visible comment on somebody else's post.
    async fn has_visible(&self, author: UserId) -> Result<bool>;

    /// The comment; `NotFound(Comment)` when there is none or it is deleted.
    async fn get(&self, id: CommentId) -> Result<Comment>;

    /// A page of so many threads of a post that shows a comment: the first one, where it stands near the beginning.
    /// `NotFound(Comment)` when `threads` shows no such comment of this post, or only its place.
    async fn place(&self, post: PostId, id: CommentId, limit: u16) -> Result<PageRequest>;

    /// A page of threads of a post: oldest first by `created_at`, then id, their replies likewise; pending comments
    /// are left out, deleted ones stay where they have visible replies. In one query. An unknown post gives an
    /// empty page.
    async fn threads(&self, post: PostId, page: PageRequest) -> Result<Page<Thread>>;
}
