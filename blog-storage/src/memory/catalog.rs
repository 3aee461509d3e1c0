//! Media items.

use std::ops::Bound;

use async_trait::async_trait;
use blog_core::error::{Conflict, Entity, Error};
use blog_core::id::{MediaId, UserId};
use blog_core::model::effects::Effects;
use blog_core::model::focus::Focus;
use blog_core::model::library::{MediaFilter, MediaPlaces, MediaQuery};
use blog_core::model::media::{
    AltText, Folder, MediaItem, MediaKind, MediaState, MediaUse, ObjectKey,
};
use blog_core::model::widths::Widths;
use blog_core::page::PageRequest;
use blog_core::policy::Visibility;
use blog_core::ports::MediaCatalog;
use blog_core::{Cursor, Page, Result, Timestamp};
use uuid::Uuid;

use super::MemoryStore;
use super::posts::PostRow;
use super::state::State;

impl State {
    fn item(&self, id: MediaId) -> Result<&MediaItem> {
        self.media.get(&id).ok_or(Error::NotFound(Entity::Media))
    }

    fn item_mut(&mut self, id: MediaId) -> Result<&mut MediaItem> {
        self.media
            .get_mut(&id)
            .ok_or(Error::NotFound(Entity::Media))
    }

    /// The posts that use an item.
    fn posts_with(&self, id: MediaId) -> impl Iterator<Item = &PostRow> {
        let posts = self.media_posts.get(&id).into_iter().flatten();
        posts.filter_map(|post| self.posts.get(post))
    }

    /// Whether an item is somebody's avatar or the site's logo.
    fn is_worn(&self, id: MediaId) -> bool {
        self.media_avatars.contains_key(&id) || self.is_logo(id)
    }

    /// Whether anything uses an item.
    fn is_used(&self, id: MediaId) -> bool {
        self.is_worn(id)
            || self.posts_with(id).next().is_some()
            || self.static_pages_with(id).next().is_some()
    }

    fn is_asked_for(&self, item: &MediaItem, query: &MediaQuery) -> bool {
        let filtered = match query.filter {
            MediaFilter::All => true,
            MediaFilter::Images => item.kind == MediaKind::Image,
            MediaFilter::Videos => item.kind == MediaKind::Video,
            MediaFilter::Unused => !self.is_used(item.id),
        };
        filtered && (query.words().is_empty() || query.finds(&item.search_terms()))
    }
}

#[async_trait]
impl MediaCatalog for MemoryStore {
    async fn insert(&self, item: MediaItem, effects: Effects) -> Result<()> {
        self.write(effects, |state, _| {
            state.user(item.owner)?;
            if state.media.contains_key(&item.id) {
                return Err(Conflict::Exists.into());
            }
            let place = (item.owner, item.created_at, item.id);
            state.media_owners.insert(place);
            state.media.insert(item.id, item);
            Ok(())
        })
    }

    async fn set_ready(&self, item: MediaItem, effects: Effects) -> Result<()> {
        self.write(effects, |state, _| {
            let row = state.item_mut(item.id)?;
            if row.is_ready() {
                return Err(Conflict::State.into());
            }
            *row = MediaItem {
                owner: row.owner,
                created_at: row.created_at,
                state: MediaState::Ready,
                ..item
            };
            Ok(())
        })
    }

    async fn get(&self, ids: &[MediaId]) -> Result<Vec<MediaItem>> {
        let state = self.lock();
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        let items = ids.iter().filter_map(|id| state.media.get(id));
        Ok(items.cloned().collect())
    }

    async fn visible(&self, id: MediaId, visibility: &Visibility) -> Result<MediaItem> {
        let state = self.lock();
        let item = state.item(id)?;
        let viewer = visibility.viewer();
        let seen = item.is_ready()
            && (viewer.user() == Some(item.owner)
                || viewer.is_editor()
                || state.is_worn(id)
                || state
                    .static_pages_with(id)
                    .any(|page| page.content.published)
                || state
                    .posts_with(id)
                    .any(|post| state.sees(visibility, post)));
        match seen {
            true => Ok(item.clone()),
            false => Err(Error::NotFound(Entity::Media)),
        }
    }

    async fn by_owner(
        &self,
        owner: UserId,
        query: &MediaQuery,
        page: PageRequest,
    ) -> Result<Page<MediaItem>> {
        let state = self.lock();
        let first = (
            owner,
            Timestamp::from_micros(i64::MIN),
            MediaId::from(Uuid::nil()),
        );
        let end = match page.after {
            Some(cursor) => Bound::Excluded((owner, cursor.at, MediaId::from(cursor.id))),
            None => Bound::Included((
                owner,
                Timestamp::from_micros(i64::MAX),
                MediaId::from(Uuid::max()),
            )),
        };
        let items: Vec<MediaItem> = state
            .media_owners
            .range((Bound::Included(first), end))
            .rev()
            .filter_map(|(_, _, id)| state.media.get(id))
            .filter(|item| item.is_ready() && state.is_asked_for(item, query))
            .take(page.limit() + 1)
            .cloned()
            .collect();
        Ok(Page::from_overfetch(items, page.limit(), |item| Cursor {
            at: item.created_at,
            id: item.id.uuid(),
        }))
    }

    async fn set_alt(&self, id: MediaId, alt: AltText, effects: Effects) -> Result<()> {
        self.write(effects, |state, _| {
            state.item_mut(id)?.alt = alt;
            Ok(())
        })
    }

    async fn set_focus(&self, id: MediaId, focus: Focus, effects: Effects) -> Result<()> {
        self.write(effects, |state, _| {
            state.item_mut(id)?.focus = focus;
            Ok(())
        })
    }

    async fn set_copies(
        &self,
        seen: &MediaItem,
        public_key: Option<ObjectKey>,
        widths: Widths,
        effects: Effects,
    ) -> Result<()> {
        self.write(effects, |state, _| {
            let item = state.item_mut(seen.id)?;
            if item.public_key != seen.public_key || item.widths != seen.widths {
                return Err(Conflict::State.into());
            }
            item.public_key = public_key;
            item.widths = widths;
            Ok(())
        })
    }

    async fn without_copies(&self, after: Option<MediaId>, limit: u32) -> Result<Vec<MediaItem>> {
        let state = self.lock();
        let mut without: Vec<&MediaItem> = state
            .media
            .values()
            .filter(|item| item.kind == MediaKind::Image && item.is_ready())
            .filter(|item| !item.widths.are_made() && Some(item.id) > after)
            .collect();
        without.sort_unstable_by_key(|item| item.id);
        Ok(without.into_iter().take(limit as usize).cloned().collect())
    }

    async fn usage(&self, id: MediaId, now: Timestamp) -> Result<MediaUse> {
        let state = self.lock();
        Ok(MediaUse {
            public: state.is_worn(id)
                || state.posts_with(id).any(|post| post.is_public(now))
                || state
                    .static_pages_with(id)
                    .any(|page| page.content.published),
            used: state.is_used(id),
        })
    }

    async fn places(
        &self,
        id: MediaId,
        visibility: &Visibility,
        limit: u16,
    ) -> Result<MediaPlaces> {
        let state = self.lock();
        let mut rest = usize::from(limit);
        let wearers: Vec<_> = (state.media_avatars.get(&id).into_iter().flatten())
            .filter_map(|user| state.users.get(user))
            .map(|row| (row.user.username.clone(), row.user.display_name.clone()))
            .collect();
        let (mut seen, hidden): (Vec<&PostRow>, Vec<&PostRow>) = state
            .posts_with(id)
            .partition(|post| state.sees(visibility, post));
        seen.sort_unstable_by_key(|post| std::cmp::Reverse(post.changed()));
        let elsewhere = !hidden.is_empty()
            || state.is_logo(id)
            || state.static_pages_with(id).next().is_some()
            || wearers.len() + seen.len() > rest;
        let avatars: Vec<_> = wearers.into_iter().take(rest).collect();
        rest -= avatars.len();
        let posts = seen.into_iter().take(rest).map(|post| post.place(id));
        Ok(MediaPlaces {
            avatars,
            posts: posts.collect(),
            elsewhere,
        })
    }

    async fn delete(&self, id: MediaId, effects: Effects) -> Result<MediaItem> {
        self.write(effects, |state, _| {
            let item = state.item(id)?.clone();
            if state.is_used(id) {
                return Err(Conflict::State.into());
            }
            let place = (item.owner, item.created_at, id);
            state.media_owners.remove(&place);
            state.media.remove(&id);
            Ok(item)
        })
    }

    async fn by_key(
        &self,
        folder: Folder,
        from: Bound<&str>,
        limit: u16,
    ) -> Result<Vec<MediaItem>> {
        let state = self.lock();
        let key = |item: &MediaItem| match folder {
            Folder::Private => Some(item.private_key.clone()),
            Folder::Public => item.public_key.clone(),
        };
        let within = |key: &str| match from {
            Bound::Included(first) => key >= first,
            Bound::Excluded(before) => key > before,
            Bound::Unbounded => true,
        };
        let mut items: Vec<(ObjectKey, &MediaItem)> = state
            .media
            .values()
            .filter_map(|item| Some((key(item)?, item)))
            .filter(|(key, _)| within(key.as_str()))
            .collect();
        items.sort_unstable_by(|a, b| a.0.as_str().cmp(b.0.as_str()));
        let items = items.into_iter().take(usize::from(limit));
        Ok(items.map(|(_, item)| item.clone()).collect())
    }

    async fn of_objects(&self, keys: &[ObjectKey]) -> Result<Vec<MediaItem>> {
        let state = self.lock();
        let has = |item: &&MediaItem| {
            keys.contains(&item.private_key)
                || item
                    .public_key
                    .as_ref()
                    .is_some_and(|key| keys.contains(key))
        };
        Ok(state.media.values().filter(has).cloned().collect())
    }

    async fn stale(&self, before: Timestamp, limit: u32) -> Result<Vec<MediaItem>> {
        let state = self.lock();
        let mut pending: Vec<&MediaItem> = state
            .media
            .values()
            .filter(|item| !item.is_ready() && item.created_at < before)
            .collect();
        pending.sort_unstable_by_key(|item| (item.created_at, item.id));
        Ok(pending.into_iter().take(limit as usize).cloned().collect())
    }

    async fn unfinished(&self, owner: UserId, limit: u32) -> Result<Vec<MediaItem>> {
        let state = self.lock();
        let mut pending: Vec<&MediaItem> = state
            .media
            .values()
            .filter(|item| !item.is_ready() && item.owner == owner)
            .collect();
        pending.sort_unstable_by_key(|item| (item.created_at, item.id));
        Ok(pending.into_iter().take(limit as usize).cloned().collect())
    }
}
