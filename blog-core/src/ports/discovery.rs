//! Feeds and site maps: what programs read of a whole site.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::error::Result;
use crate::model::discovery::{Feed, FeedQuery, MappedAuthor, MappedPart, MappedPost, MappedTag};
use crate::policy::Visibility;

/// How many of the newest changes [`DiscoveryStore::parts`] looks at.
pub const RECENT: u32 = 200;

/// What programs read of a whole site. Every method asks with a visibility of the surface `List`, and answers with
/// what a list shows under it.
///
/// Site maps are read in parts that hold still while a site grows: each post belongs to one part of a given size from
/// its creation on, so that a new post changes one part and no part is ever found by skipping rows.
#[async_trait]
pub trait DiscoveryStore: Debug + Send + Sync + 'static {
    /// A page of a list, as [`PostStore::list`](super::PostStore::list) gives it. Cards carry their HTML and media,
    /// unless the HTML is longer than asked for. The site is as
    /// [`PostStore::site`](super::PostStore::site) says it, never as of later than the posts: what is told of the
    /// site is true of them.
    async fn feed(&self, query: &FeedQuery, visibility: &Visibility) -> Result<Feed>;

    /// The parts of `size` that are not empty, by their numbers. Each says the latest `changed_at` of its posts, if that
    /// post is among the [`RECENT`] that were saved last or the [`RECENT`] that appeared last; else nothing, so that no
    /// part is read for it.
    async fn parts(&self, size: u32, visibility: &Visibility) -> Result<Vec<MappedPart>>;

    /// The posts of one part of `size`, at most so many, in the order of their creation. Every listed post is in
    /// exactly one part, and stays in it whatever is saved or created afterwards. An unknown part is empty.
    async fn part(
        &self,
        number: u32,
        size: u32,
        visibility: &Visibility,
    ) -> Result<Vec<MappedPost>>;

    /// The authors who have a listed post, in the order of their ids, at most `limit`, each with the time of the
    /// newest one.
    async fn authors(&self, limit: u32, visibility: &Visibility) -> Result<Vec<MappedAuthor>>;

    /// The tags that have a listed post, in the order of their slugs, at most `limit`, each with the time of the
    /// newest one.
    async fn tags(&self, limit: u32, visibility: &Visibility) -> Result<Vec<MappedTag>>;
}
