//! The catalog of media items.

use std::fmt::Debug;
use std::ops::Bound;

use async_trait::async_trait;

use crate::error::Result;
use crate::id::{MediaId, UserId};
use crate::model::effects::Effects;
use crate::model::focus::Focus;
use crate::model::library::{MediaPlaces, MediaQuery};
use crate::model::media::{AltText, Folder, MediaItem, MediaUse, ObjectKey};
use crate::model::widths::Widths;
use crate::page::{Page, PageRequest};
use crate::policy::Visibility;
use crate::time::Timestamp;

/// The catalog: the truth about media.
#[async_trait]
pub trait MediaCatalog: Debug + Send + Sync + 'static {
    /// Stores an item. `NotFound(User)` when the owner does not exist, `Conflict(Exists)` when the id is stored already.
    async fn insert(&self, item: MediaItem, effects: Effects) -> Result<()>;

    /// Makes a pending item ready, with these facts. `Conflict(State)` when it is ready already, `NotFound(Media)`.
    async fn set_ready(&self, item: MediaItem, effects: Effects) -> Result<()>;

    /// The items of these ids that exist, in no particular order; at most 500 ids are asked for at once.
    async fn get(&self, ids: &[MediaId]) -> Result<Vec<MediaItem>>;

    /// The ready item, if its viewer owns it, is an editor or admin, or if an avatar, the site's logo, a published static
    /// page, or a post that the visibility allows uses it; else `NotFound(Media)`.
    async fn visible(&self, id: MediaId, visibility: &Visibility) -> Result<MediaItem>;

    /// An owner's ready items, newest first by `created_at`, then id, greater first. Only those that the query's filter
    /// names, and whose `MediaItem::search_terms` hold, for each word of the query, one that begins with it.
    async fn by_owner(
        &self,
        owner: UserId,
        query: &MediaQuery,
        page: PageRequest,
    ) -> Result<Page<MediaItem>>;

    /// Replaces the text for people who do not see it. `NotFound(Media)` when there is none.
    async fn set_alt(&self, id: MediaId, alt: AltText, effects: Effects) -> Result<()>;

    /// Moves the point that stays in sight. `NotFound(Media)` when there is none.
    async fn set_focus(&self, id: MediaId, focus: Focus, effects: Effects) -> Result<()>;

    /// Says which copies of the item `seen` there are: sets or clears the public copy's key, and sets the widths, if both
    /// are as in `seen` now; else `Conflict(State)`. `NotFound(Media)`.
    async fn set_copies(
        &self,
        seen: &MediaItem,
        public_key: Option<ObjectKey>,
        widths: Widths,
        effects: Effects,
    ) -> Result<()>;

    /// Ready pictures whose smaller copies were not made, by id, those behind `after`, at most `limit`.
    async fn without_copies(&self, after: Option<MediaId>, limit: u32) -> Result<Vec<MediaItem>>;

    /// Who uses an item at `now`. An item that does not exist is used by nobody.
    async fn usage(&self, id: MediaId, now: Timestamp) -> Result<MediaUse>;

    /// Where an item is used, at most `limit` places: first whose avatar it is, then the posts that the visibility
    /// allows, last changed first. `elsewhere` says that there are further places, posts that it does not allow,
    /// static pages, or that it is the site's logo. An item that does not exist is used nowhere.
    async fn places(&self, id: MediaId, visibility: &Visibility, limit: u16)
    -> Result<MediaPlaces>;

    /// Deletes an item that nothing uses, and returns it. `Conflict(State)` while a post, static page, avatar or
    /// the site's logo uses it, `NotFound(Media)` when there is none.
    async fn delete(&self, id: MediaId, effects: Effects) -> Result<MediaItem>;

    /// Items, pending ones too, in the byte order of their key in `folder` (the private object's, or the public copy's of
    /// those that have one): those whose key lies within `from`, at most `limit` (1 to 1 000). In one query. Keys of other
    /// objects may be asked for too, here and below, whatever they hold.
    async fn by_key(&self, folder: Folder, from: Bound<&str>, limit: u16)
    -> Result<Vec<MediaItem>>;

    /// The items, pending ones too, whose private object or public copy has one of these keys, each once, in no
    /// particular order; at most 500 keys are asked for at once.
    async fn of_objects(&self, keys: &[ObjectKey]) -> Result<Vec<MediaItem>>;

    /// Pending items made before `before`, oldest first, at most `limit`: uploads that never ended.
    async fn stale(&self, before: Timestamp, limit: u32) -> Result<Vec<MediaItem>>;

    /// An owner's pending items, oldest first, at most `limit`.
    async fn unfinished(&self, owner: UserId, limit: u32) -> Result<Vec<MediaItem>>;
}
