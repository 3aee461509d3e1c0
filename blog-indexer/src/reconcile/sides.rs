//! Lists in the order of keys, a page of each in memory.

use std::collections::VecDeque;
use std::ops::Bound;

use blog_core::Result;
use blog_core::id::UserId;
use blog_core::model::index::IndexItem;
use blog_core::model::media::{Folder, MediaItem, ObjectKey, ObjectMeta};
use blog_core::ports::{MediaCatalog, MediaStore, ObjectIndex};

use super::Request;

/// How many objects and rows are asked for at once.
pub(super) const PAGE: u16 = 1_000;
/// How many items: each has some objects.
const ITEMS: u16 = 250;

/// What has a key.
pub(super) trait Keyed {
    fn key(&self) -> &str;
}

impl Keyed for ObjectMeta {
    fn key(&self) -> &str {
        self.key.as_str()
    }
}

impl Keyed for IndexItem {
    fn key(&self) -> &str {
        &self.key
    }
}

/// An object that an item of the catalog has, or may just be getting.
pub(super) struct Held {
    key: ObjectKey,
    /// Whether it must be there.
    pub(super) is_stored: bool,
    pub(super) owner: UserId,
}

impl Keyed for Held {
    fn key(&self) -> &str {
        self.key.as_str()
    }
}

/// The objects of an item that lie in a folder, in the order of their keys.
pub(super) fn held(item: &MediaItem, folder: Folder) -> Vec<Held> {
    let key = match folder {
        Folder::Private => Some(&item.private_key),
        Folder::Public => item.public_key.as_ref(),
    };
    let stored = item.stored(folder);
    let mut held: Vec<Held> = key
        .map(|key| key.with_possible_copies(&item.widths))
        .unwrap_or_default()
        .into_iter()
        .map(|key| Held {
            is_stored: stored.contains(&key),
            key,
            owner: item.owner,
        })
        .collect();
    held.sort_unstable_by(|a, b| a.key().cmp(b.key()));
    held
}

/// A list, and where its next page begins.
pub(super) struct Side<T> {
    page: VecDeque<T>,
    after: Option<String>,
    is_over: bool,
}

impl<T: Keyed> Side<T> {
    pub(super) fn behind(after: Option<String>) -> Self {
        Self {
            page: VecDeque::new(),
            after,
            is_over: false,
        }
    }

    fn wants_more(&self) -> bool {
        self.page.is_empty() && !self.is_over
    }

    fn take(&mut self, items: Vec<T>, next: Option<String>) {
        self.is_over = next.is_none();
        self.after = next;
        self.page = items.into();
    }

    pub(super) fn front(&self) -> Option<&str> {
        self.page.front().map(Keyed::key)
    }

    /// The first of the list if it has this key.
    pub(super) fn pop(&mut self, key: &str) -> Option<T> {
        self.page.pop_front_if(|first| first.key() == key)
    }
}

impl Side<ObjectMeta> {
    pub(super) async fn fill(&mut self, media: &dyn MediaStore, prefix: &str) -> Result<()> {
        if self.wants_more() {
            let after = self.after.take().map(ObjectKey::from_store);
            let page = media.list(prefix, after.as_ref(), PAGE).await?;
            self.take(page.items, page.next.map(ObjectKey::into_string));
        }
        Ok(())
    }
}

impl Side<IndexItem> {
    pub(super) async fn fill(
        &mut self,
        index: &dyn ObjectIndex,
        bucket: &str,
        prefix: &str,
    ) -> Result<()> {
        if self.wants_more() {
            let after = self.after.take();
            let page = index
                .by_prefix(bucket, prefix, after.as_deref(), PAGE)
                .await?;
            self.take(page.items, page.next);
        }
        Ok(())
    }
}

/// The objects of the catalog's items in a folder.
pub(super) struct Items {
    folder: Folder,
    prefix: String,
    after: Option<String>,
    from: Bound<String>,
    pub(super) side: Side<Held>,
}

impl Items {
    /// `None` where nothing that is asked for can lie.
    ///
    /// The copies of an item come right before it, since `-` stands before `.` and all generated names have one length. Were
    /// one of them out of order nonetheless, it would only be looked at once more.
    pub(super) fn of(folder: Folder, request: &Request) -> Option<Self> {
        let (own, asked) = (folder.prefix(), request.prefix.as_str());
        if !own.starts_with(asked) && !asked.starts_with(own) {
            return None;
        }
        let least = own.max(asked);
        let from = match request.after.as_deref() {
            Some(after) if after >= least => Bound::Excluded(after.to_owned()),
            _ => Bound::Included(least.to_owned()),
        };
        Some(Self {
            folder,
            prefix: least.to_owned(),
            after: request.after.clone(),
            from,
            side: Side::behind(None),
        })
    }

    pub(super) async fn fill(&mut self, catalog: &dyn MediaCatalog) -> Result<()> {
        while self.side.wants_more() {
            let from = self.from.as_ref().map(String::as_str);
            let page = catalog.by_key(self.folder, from, ITEMS).await?;
            let last = page.last().and_then(|item| match self.folder {
                Folder::Private => Some(item.private_key.as_str()),
                Folder::Public => item.public_key.as_ref().map(ObjectKey::as_str),
            });
            let last = last.map(str::to_owned);
            let more = page.len() == usize::from(ITEMS)
                && last
                    .as_ref()
                    .is_some_and(|last| last.starts_with(&self.prefix));
            let here = |held: &Held| {
                held.key().starts_with(&self.prefix)
                    && self.after.as_deref().is_none_or(|after| held.key() > after)
            };
            let held = page.iter().flat_map(|item| held(item, self.folder));
            self.side.page = held.filter(here).collect();
            self.side.is_over = !more;
            if let Some(last) = last {
                self.from = Bound::Excluded(last);
            }
        }
        Ok(())
    }
}
