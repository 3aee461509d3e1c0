//! Likes and views.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::error::Result;
use crate::id::{PostId, UserId};
use crate::time::Timestamp;

/// A visitor saw a post on a day. The visitor is a keyed hash under the day's salt; no address is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct View {
    /// Which post.
    pub post: PostId,
    /// [`Timestamp::day`] of the visit.
    pub day: i64,
    /// HMAC-SHA-256 of the visitor under the day's salt, its first 16 bytes.
    pub visitor: [u8; 16],
}

/// Likes and views. The counters on posts are kept, never counted.
#[async_trait]
pub trait EngagementStore: Debug + Send + Sync + 'static {
    /// Sets whether a user likes a post, and returns the post's number of likes. Setting what is set already changes
    /// nothing: any number of equal calls at once leave exactly one like. `NotFound(Post)` when there is none,
    /// `NotFound(User)` when there is no such user.
    async fn set_like(&self, post: PostId, user: UserId, liked: bool, at: Timestamp)
    -> Result<u64>;

    /// Counts the views that are new: each (post, day, visitor) once, however often and in however many calls it is
    /// given. Views of posts that do not exist are dropped. Returns how many were new.
    async fn record_views(&self, views: &[View]) -> Result<u64>;

    /// The salt of a day: the stored one, or `proposal`, which then is stored. All callers get the same.
    async fn salt(&self, day: i64, proposal: [u8; 32]) -> Result<[u8; 32]>;

    /// Destroys the salts and visitor hashes of the days before `day`. Counters stay.
    async fn forget_before(&self, day: i64) -> Result<()>;
}
