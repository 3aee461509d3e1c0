//! Posts, their addresses and revisions.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::error::Result;
use crate::id::PostId;
use crate::model::archive::{MonthCount, TagCount};
use crate::model::effects::Effects;
use crate::model::post::{
    NewPost, OutdatedPost, Post, PostCard, PostChange, PostInContext, PostQuery, RenderedBody,
    SiteState, SlugHit, SlugRequest,
};
use crate::model::revision::{Revision, RevisionHead};
use crate::model::slug::Slug;
use crate::model::tag::{TagSlug, TagUse};
use crate::page::Page;
use crate::policy::Visibility;
use crate::time::Timestamp;

/// How many uses of tags [`PostStore::tag_uses`] looks at.
pub const MAX_TAG_USES: u32 = 5_000;

/// The most months of an archive: a century.
pub const MAX_MONTHS: usize = 1_200;

/// Posts. No read can be asked without a [`Visibility`], which the adapter turns into its `WHERE`.
#[async_trait]
pub trait PostStore: Debug + Send + Sync + 'static {
    /// Stores a post with version 1, zero counters, its slug, tags and media, and its first revision.
    ///
    /// The slug is the first free one of the request; a slug that another post has or had is not free. Of many
    /// creations at once with one wish each gets a slug of its own. Returns `Conflict(Slug)` when every try is
    /// taken, `NotFound(User)` when the author, and `NotFound(Media)` when a media item does not exist, and
    /// `Conflict(Exists)` when there is a post of this id.
    async fn create(&self, post: NewPost, effects: Effects) -> Result<Post>;

    /// Replaces the content, raises the version by one, stores a revision, and takes the new slug if one is asked for.
    ///
    /// Returns `Conflict(Version)` with the stored version when it is not the expected one: of two saves from one
    /// version exactly one succeeds. `NotFound(Post)` when there is none, `Conflict(Slug)` and `NotFound(Media)` as
    /// in `create`. A slug that the post itself had before is free for it; the previous slug stays its own.
    /// Counters are untouched.
    async fn save(&self, change: PostChange, effects: Effects) -> Result<Post>;

    /// Gives a post that stands at `from` the first free slug of the request, as in `create`, and returns it; the previous
    /// slug stays its own. Version, content and `updated_at` are untouched, and no revision is stored. `Conflict(State)`
    /// when it stands elsewhere, `NotFound(Post)` when there is none.
    async fn rename(
        &self,
        id: PostId,
        from: &Slug,
        to: SlugRequest,
        effects: Effects,
    ) -> Result<Slug>;

    /// Deletes a post with its comments, likes, views, revisions and slugs, and returns it as it was.
    /// `Conflict(Version)` when the version is not the expected one, `NotFound(Post)` when there is none.
    async fn delete(&self, id: PostId, expected_version: u64, effects: Effects) -> Result<Post>;

    /// The post, if the visibility allows it; else `NotFound(Post)`, the same as for one that does not exist.
    async fn get(&self, id: PostId, visibility: &Visibility) -> Result<Post>;

    /// What stands at a slug: the post, or where it moved to, if the visibility allows that post; else
    /// `NotFound(Post)`.
    async fn by_slug(&self, slug: &Slug, visibility: &Visibility) -> Result<SlugHit>;

    /// As `by_slug`, with its author's bio and what stands around the post in the list of all posts that everybody has
    /// at that moment: the posts next to it there, and what is related. That is, of the three newest other posts with
    /// each of its tags and the five newest of its author, those that share the most tags with it, newer ones first, at
    /// most [`MAX_RELATED`](crate::model::post::MAX_RELATED). There is nothing around a post that the list does not show.
    async fn in_context(
        &self,
        slug: &Slug,
        visibility: &Visibility,
    ) -> Result<SlugHit<PostInContext>>;

    /// A list, newest first: by `published_at` on the surface `List`, by `updated_at` on `Own` and `Manage`;
    /// rows of one time by id, greater first. Pages neither repeat nor skip a row that does not move. An unknown
    /// author or tag gives an empty page.
    async fn list(&self, query: &PostQuery, visibility: &Visibility) -> Result<Page<PostCard>>;

    /// The months of which `list` has posts, with how many, newest first, at most [`MAX_MONTHS`]. On another surface
    /// than `List` there are none.
    async fn months(&self, visibility: &Visibility) -> Result<Vec<MonthCount>>;

    /// The tags of which `list` has posts, with how many, by slug, those behind `after`, at most `limit`. A tag is
    /// called as the newest of its posts calls it. On another surface than `List` there are none.
    async fn tag_counts(
        &self,
        after: Option<&TagSlug>,
        limit: u16,
        visibility: &Visibility,
    ) -> Result<Page<TagCount, TagSlug>>;

    /// The revisions of a post without their texts, newest first: those before the version `before`, at most `limit`,
    /// whoever asks: call it after policy allowed the edit. The cursor of the next page is its last row's version. A
    /// post that does not exist has none. Every revision is kept until the post is deleted.
    async fn revisions(
        &self,
        id: PostId,
        before: Option<u64>,
        limit: u16,
    ) -> Result<Page<RevisionHead, u64>>;

    /// One revision with its text, whoever asks; `NotFound(Revision)` when the post has none of this version.
    async fn revision(&self, id: PostId, version: u64) -> Result<Revision>;

    /// The tags whose slug begins with `prefix` (of the characters that slugs have), of posts that are listed at the
    /// visibility's moment or are the viewer's own, whatever their status: the most used first, then by slug; at most
    /// `limit`. Of more than [`MAX_TAG_USES`] uses, those of the first slugs are counted.
    async fn tag_uses(
        &self,
        prefix: &str,
        visibility: &Visibility,
        limit: u16,
    ) -> Result<Vec<TagUse>>;

    /// Posts whose HTML was made by a renderer of a version below `renderer`, by id, those behind `after`, at most `limit`.
    async fn outdated(
        &self,
        renderer: u32,
        after: Option<PostId>,
        limit: u16,
    ) -> Result<Vec<OutdatedPost>>;

    /// Replaces what was made of the body of this version, and nothing else: neither version nor times change, and no
    /// revision is stored. `Conflict(Version)` when the post has another version by now, `NotFound(Post)` when there is
    /// none.
    async fn set_rendered(
        &self,
        id: PostId,
        version: u64,
        rendered: RenderedBody,
        effects: Effects,
    ) -> Result<()>;

    /// The site's generation, and the earliest `published_at` after `now` among published and unlisted posts.
    async fn site(&self, now: Timestamp) -> Result<SiteState>;
}
