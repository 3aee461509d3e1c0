//! Static pages and their addresses.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::error::Result;
use crate::id::StaticPageId;
use crate::model::effects::Effects;
use crate::model::slug::PageSlug;
use crate::model::static_page::{
    NewStaticPage, RenderedPage, StaticPage, StaticPageChange, StaticPageLine,
};
use crate::page::{Page, PageRequest};

/// Static pages. Whether somebody may see a draft, policy decides after the read.
#[async_trait]
pub trait StaticPageStore: Debug + Send + Sync + 'static {
    /// Stores a static page with version 1 and its slug.
    ///
    /// Returns `Conflict(Slug)` when another static page has or had the slug, and `NotFound(Media)` when a media item
    /// does not exist. Of many creations at once with one slug exactly one succeeds.
    async fn create(&self, page: NewStaticPage, effects: Effects) -> Result<StaticPage>;

    /// Replaces the content and raises the version by one.
    ///
    /// Returns `Conflict(Version)` with the stored version when it is not the expected one: of two saves from one
    /// version exactly one succeeds. `NotFound(StaticPage)` when there is none, `Conflict(Slug)` and `NotFound(Media)`
    /// as in `create`. A slug that the static page itself had before is free for it; the previous slug stays its own.
    async fn save(&self, change: StaticPageChange, effects: Effects) -> Result<StaticPage>;

    /// Deletes a static page and frees its slugs, and returns it as it was. `Conflict(Version)` when the version is not
    /// the expected one, `NotFound(StaticPage)` when there is none.
    async fn delete(
        &self,
        id: StaticPageId,
        expected_version: u64,
        effects: Effects,
    ) -> Result<StaticPage>;

    /// The static page that has or had this slug, published or not, whoever asks: policy comes after.
    /// `NotFound(StaticPage)` when there is none.
    async fn by_slug(&self, slug: &PageSlug) -> Result<StaticPage>;

    /// The static pages, newest first by `created_at`, then id, greater first; with `published_only` no draft is among
    /// them. Pages of the list neither repeat nor skip a row.
    async fn list(&self, published_only: bool, page: PageRequest) -> Result<Page<StaticPageLine>>;

    /// Static pages whose HTML was made by a renderer of a version below `renderer`, by id, those behind `after`, at
    /// most `limit`.
    async fn outdated(
        &self,
        renderer: u32,
        after: Option<StaticPageId>,
        limit: u16,
    ) -> Result<Vec<StaticPage>>;

    /// Replaces HTML, excerpt and renderer version of the static page at this version, and nothing else: neither version
    /// nor times change. `Conflict(Version)` when it has another version by now, `NotFound(StaticPage)` when there is
    /// none.
    async fn set_rendered(
        &self,
        id: StaticPageId,
        version: u64,
        rendered: RenderedPage,
        effects: Effects,
    ) -> Result<()>;
}
