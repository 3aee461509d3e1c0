//! A catalog that is kept or shown wrong.

use std::ops::Bound;
use std::sync::Arc;

use async_trait::async_trait;

use super::{Broken, records};
use crate::backend::Backend;
use crate::error::{Conflict, Error, Result};
use crate::id::{MediaId, UserId};
use crate::model::effects::Effects;
use crate::model::focus::Focus;
use crate::model::library::{MediaFilter, MediaPlaces, MediaQuery};
use crate::model::media::{AltText, Folder, MediaItem, MediaUse, ObjectKey};
use crate::model::user::Role;
use crate::model::widths::Widths;
use crate::page::{Page, PageRequest};
use crate::policy::{Actor, Visibility};
use crate::ports::MediaCatalog;
use crate::time::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    KeyNotCompared,
    WidthsNotCompared,
    BeginsAgain,
    DraftsShown,
    ScheduledIsPublic,
    ReadyAgain,
    WordsIgnored,
    UsedIsUnused,
    FocusLost,
    CopiesForgotten,
    HiddenPlacesTold,
    KeyLeftOut,
    PublicKeysForgotten,
}

pub(super) fn all(working: &Backend) -> Vec<Broken> {
    let faults: [(&str, &[&str], Fault); 13] = [
        (
            "catalog-public-key-not-compared",
            &["catalog-public-key", "catalog-public-key-race"],
            Fault::KeyNotCompared,
        ),
        (
            "catalog-widths-not-compared",
            &["catalog-widths"],
            Fault::WidthsNotCompared,
        ),
        (
            "catalog-without-copies-begins-again",
            &["catalog-without-copies"],
            Fault::BeginsAgain,
        ),
        (
            "catalog-pictures-of-drafts-shown",
            &["catalog-visible-post", "catalog-visible"],
            Fault::DraftsShown,
        ),
        (
            "catalog-scheduled-is-public",
            &["catalog-usage-public"],
            Fault::ScheduledIsPublic,
        ),
        (
            "catalog-ready-again",
            &["catalog-ready-twice", "catalog-ready-race"],
            Fault::ReadyAgain,
        ),
        (
            "catalog-words-ignored",
            &["catalog-search", "catalog-search-pages"],
            Fault::WordsIgnored,
        ),
        (
            "catalog-used-is-unused",
            &["catalog-filter-unused"],
            Fault::UsedIsUnused,
        ),
        (
            "catalog-copies-forgotten",
            &["catalog-insert", "catalog-focus"],
            Fault::CopiesForgotten,
        ),
        ("catalog-focus-lost", &["catalog-focus"], Fault::FocusLost),
        (
            "catalog-hidden-places-told",
            &["catalog-places-hidden"],
            Fault::HiddenPlacesTold,
        ),
        (
            "catalog-first-key-left-out",
            &["catalog-by-key"],
            Fault::KeyLeftOut,
        ),
        (
            "catalog-public-keys-forgotten",
            &["catalog-of-objects"],
            Fault::PublicKeysForgotten,
        ),
    ];
    let broken = |(name, caught_by, fault)| Broken {
        name,
        caught_by,
        backend: records(working, |records| {
            let inner = records.catalog.clone();
            records.catalog = Arc::new(Catalog { inner, fault });
        }),
    };
    faults.into_iter().map(broken).collect()
}

/// The same question as somebody asks it who sees every post.
fn of_an_editor(visibility: &Visibility) -> Visibility {
    let editor = Actor::User {
        id: UserId::generate(),
        role: Role::Editor,
        suspended: false,
        verified: true,
        blocked: false,
        must_enrol: false,
    };
    Visibility::new(editor, visibility.surface(), visibility.now())
}

#[derive(Debug)]
struct Catalog {
    inner: Arc<dyn MediaCatalog>,
    fault: Fault,
}

#[async_trait]
impl MediaCatalog for Catalog {
    async fn insert(&self, item: MediaItem, effects: Effects) -> Result<()> {
        let mut item = item;
        if self.fault == Fault::CopiesForgotten {
            item.widths = Widths::default();
        }
        self.inner.insert(item, effects).await
    }

    async fn set_ready(&self, item: MediaItem, effects: Effects) -> Result<()> {
        match self.inner.set_ready(item, effects).await {
            Err(Error::Conflict(Conflict::State)) if self.fault == Fault::ReadyAgain => Ok(()),
            result => result,
        }
    }

    async fn get(&self, ids: &[MediaId]) -> Result<Vec<MediaItem>> {
        self.inner.get(ids).await
    }

    async fn visible(&self, id: MediaId, visibility: &Visibility) -> Result<MediaItem> {
        if self.fault == Fault::DraftsShown {
            return self.inner.visible(id, &of_an_editor(visibility)).await;
        }
        self.inner.visible(id, visibility).await
    }

    async fn by_owner(
        &self,
        owner: UserId,
        query: &MediaQuery,
        page: PageRequest,
    ) -> Result<Page<MediaItem>> {
        let mut query = query.clone();
        if self.fault == Fault::WordsIgnored {
            let filter = query.filter;
            query = MediaQuery::default();
            query.filter = filter;
        }
        if self.fault == Fault::UsedIsUnused && query.filter == MediaFilter::Unused {
            query.filter = MediaFilter::All;
        }
        self.inner.by_owner(owner, &query, page).await
    }

    async fn set_alt(&self, id: MediaId, alt: AltText, effects: Effects) -> Result<()> {
        self.inner.set_alt(id, alt, effects).await
    }

    async fn set_focus(&self, id: MediaId, focus: Focus, effects: Effects) -> Result<()> {
        let focus = match self.fault {
            Fault::FocusLost => Focus::CENTRE,
            _ => focus,
        };
        self.inner.set_focus(id, focus, effects).await
    }

    async fn set_copies(
        &self,
        seen: &MediaItem,
        public_key: Option<ObjectKey>,
        widths: Widths,
        effects: Effects,
    ) -> Result<()> {
        let mut seen = seen.clone();
        if let Some(item) = self.inner.get(&[seen.id]).await?.pop() {
            match self.fault {
                Fault::KeyNotCompared => seen.public_key = item.public_key,
                Fault::WidthsNotCompared => seen.widths = item.widths,
                _ => {}
            }
        }
        let set = self.inner.set_copies(&seen, public_key, widths, effects);
        set.await
    }

    async fn without_copies(&self, after: Option<MediaId>, limit: u32) -> Result<Vec<MediaItem>> {
        let after = match self.fault {
            Fault::BeginsAgain => None,
            _ => after,
        };
        self.inner.without_copies(after, limit).await
    }

    async fn usage(&self, id: MediaId, now: Timestamp) -> Result<MediaUse> {
        let ahead = Timestamp::from_micros(i64::MAX);
        let now = if self.fault == Fault::ScheduledIsPublic {
            ahead
        } else {
            now
        };
        self.inner.usage(id, now).await
    }

    async fn places(
        &self,
        id: MediaId,
        visibility: &Visibility,
        limit: u16,
    ) -> Result<MediaPlaces> {
        let visibility = match self.fault {
            Fault::HiddenPlacesTold => of_an_editor(visibility),
            _ => *visibility,
        };
        self.inner.places(id, &visibility, limit).await
    }

    async fn delete(&self, id: MediaId, effects: Effects) -> Result<MediaItem> {
        self.inner.delete(id, effects).await
    }

    async fn by_key(
        &self,
        folder: Folder,
        from: Bound<&str>,
        limit: u16,
    ) -> Result<Vec<MediaItem>> {
        let from = match (self.fault, from) {
            (Fault::KeyLeftOut, Bound::Included(key)) => Bound::Excluded(key),
            (_, from) => from,
        };
        self.inner.by_key(folder, from, limit).await
    }

    async fn of_objects(&self, keys: &[ObjectKey]) -> Result<Vec<MediaItem>> {
        let mut found = self.inner.of_objects(keys).await?;
        if self.fault == Fault::PublicKeysForgotten {
            found.retain(|item| keys.contains(&item.private_key));
        }
        Ok(found)
    }

    async fn stale(&self, before: Timestamp, limit: u32) -> Result<Vec<MediaItem>> {
        self.inner.stale(before, limit).await
    }

    async fn unfinished(&self, owner: UserId, limit: u32) -> Result<Vec<MediaItem>> {
        self.inner.unfinished(owner, limit).await
    }
}
