//! Pictures and videos.

mod copies;
mod upload;

pub use upload::Upload;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;

use crate::blog::{Core, detached};
use crate::error::{Denied, Entity, Error, Result};
use crate::id::{MediaId, UserId};
use crate::model::audit::AuditAction;
use crate::model::effects::Effects;
use crate::model::focus::Focus;
use crate::model::library::{MediaFilter, MediaPlaces, MediaQuery};
use crate::model::media::{
    AltText, ByteRange, ByteStream, MediaItem, MediaKind, Object, ObjectKey, ObjectMeta, PutOptions,
};
use crate::model::outbox::Task;
use crate::model::secret::Secret;
use crate::page::{Page, PageRequest};
use crate::policy::{Action, Actor, Surface};

/// Pictures and videos.
#[derive(Debug, Clone)]
pub struct Library {
    core: Arc<Core>,
}

/// By then every making of copies that has begun is over.
const COPIES_END: Duration = Duration::from_secs(3_600);

/// How many places of an item are told.
const PLACES: u16 = 50;

impl Library {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    async fn put(
        &self,
        owner: UserId,
        key: &ObjectKey,
        body: ByteStream,
        options: PutOptions,
    ) -> Result<ObjectMeta> {
        match &self.core.observed {
            Some(observed) => observed.put_owned(key, body, options, Some(owner)).await,
            None => self.core.media.put(key, body, options).await,
        }
    }

    async fn drop_all(&self, keys: Vec<ObjectKey>) -> Result<()> {
        for key in keys {
            self.core.media.delete(&key).await?;
        }
        Ok(())
    }

    /// The actor's own items, newest first. One query.
    ///
    /// # Errors
    /// `Denied(LogIn)`.
    pub async fn own(&self, actor: &Actor, page: PageRequest) -> Result<Page<MediaItem>> {
        self.search(actor, "", MediaFilter::All, page).await
    }

    /// Those of the actor's own items that the filter names and whose name or alt text has every word of `text`, or
    /// one that begins with it; newest first. One query.
    ///
    /// # Errors
    /// `Denied(LogIn)`.
    pub async fn search(
        &self,
        actor: &Actor,
        text: &str,
        filter: MediaFilter,
        page: PageRequest,
    ) -> Result<Page<MediaItem>> {
        let owner = actor.user().ok_or(Denied::LogIn)?;
        let Some(query) = MediaQuery::new(text, filter) else {
            return Ok(Page {
                items: Vec::new(),
                next: None,
            });
        };
        let catalog = &self.core.records.catalog;
        catalog.by_owner(owner, &query, page).await
    }

    /// An item that the actor manages, and where it is used as far as they may know. Two queries.
    ///
    /// # Errors
    /// `NotFound(Media)`, also for somebody else's.
    pub async fn item(&self, actor: &Actor, id: MediaId) -> Result<(MediaItem, MediaPlaces)> {
        let item = self.managed(actor, id).await?;
        if !item.is_ready() {
            return Err(Error::NotFound(Entity::Media));
        }
        let visibility = self.core.visibility(actor, Surface::Page);
        let catalog = &self.core.records.catalog;
        let places = catalog.places(id, &visibility, PLACES).await?;
        Ok((item, places))
    }

    /// Changes the text for people who do not see an own item.
    ///
    /// # Errors
    /// `NotFound(Media)`, also for somebody else's; `Invalid` with field `alt`.
    pub async fn set_alt(&self, actor: &Actor, id: MediaId, alt: &str) -> Result<()> {
        self.managed(actor, id).await?;
        let alt = AltText::try_from(alt).map_err(|reason| Error::invalid("alt", reason))?;
        let effects = Effects::at(self.core.now()).invalidating();
        let core = self.core.clone();
        detached(&self.core, async move {
            core.records.catalog.set_alt(id, alt, effects).await
        })
        .await
    }

    /// Moves the point of an own picture that stays in sight where it is cropped.
    ///
    /// # Errors
    /// `NotFound(Media)`, also for somebody else's and for videos.
    pub async fn set_focus(&self, actor: &Actor, id: MediaId, focus: Focus) -> Result<()> {
        let item = self.managed(actor, id).await?;
        if item.kind != MediaKind::Image {
            return Err(Error::NotFound(Entity::Media));
        }
        let effects = Effects::at(self.core.now()).invalidating();
        let core = self.core.clone();
        detached(&self.core, async move {
            core.records.catalog.set_focus(id, focus, effects).await
        })
        .await
    }

    /// Deletes an own item that nothing uses, and its objects.
    ///
    /// # Errors
    /// `NotFound(Media)`, also for somebody else's; `Conflict(State)` while a post or avatar uses it.
    pub async fn delete(&self, actor: &Actor, id: MediaId) -> Result<()> {
        let item = self.managed(actor, id).await?;
        let now = self.core.now();
        let effects = Effects::at(now).audit(
            actor.user(),
            AuditAction::MediaDelete,
            format!("media:{id}"),
            "",
        );
        let effects = deleting(effects, &item, &item.objects());
        let tasks = effects.due();
        let core = self.core.clone();
        detached(&self.core, async move {
            core.records.catalog.delete(id, effects).await?;
            core.perform_now(tasks).await;
            Ok(())
        })
        .await
    }

    async fn managed(&self, actor: &Actor, id: MediaId) -> Result<MediaItem> {
        let missing = || Error::NotFound(Entity::Media);
        let mut items = self.core.records.catalog.get(&[id]).await?;
        let item = items.pop().ok_or_else(missing)?;
        let action = Action::ManageMedia { owner: item.owner };
        match self.core.policy.may(actor, action) {
            true => Ok(item),
            false => Err(missing()),
        }
    }

    /// Opens a public copy. Its key cannot be guessed and its bytes never change, so nobody is asked.
    ///
    /// # Errors
    /// `NotFound(Object)`, `RangeNotSatisfiable`.
    pub async fn open_public(&self, name: &str, range: Option<ByteRange>) -> Result<Object> {
        let key = ObjectKey::try_from(format!("public/{name}").as_str())
            .map_err(|_| Error::NotFound(Entity::Object))?;
        self.core.media.get(&key, range).await
    }

    /// Opens an item that the actor may see: their own, or one that a post that they can see shows. With a width, its
    /// copy of that width; the item itself where it has none.
    ///
    /// # Errors
    /// `NotFound(Media)`, `RangeNotSatisfiable`.
    pub async fn open_private(
        &self,
        actor: &Actor,
        id: MediaId,
        width: Option<u32>,
        range: Option<ByteRange>,
    ) -> Result<Object> {
        let visibility = self.core.visibility(actor, Surface::Page);
        let item = self.core.records.catalog.visible(id, &visibility).await?;
        open(&self.core, item, width, range).await
    }
}

/// Opens an item that policy has let through; with a width, its copy of that width, or itself where it has none.
pub(super) async fn open(
    core: &Core,
    item: MediaItem,
    width: Option<u32>,
    range: Option<ByteRange>,
) -> Result<Object> {
    let width = width.filter(|width| item.widths.contains(*width));
    let key = match width {
        Some(width) => item.private_key.at_width(width),
        None => item.private_key,
    };
    core.media.get(&key, range).await
}

/// With the deletion of an item's objects. Where somebody may be making its copies just now, once more when that is
/// over: a crash there must not leave a copy of what was withdrawn.
fn deleting(effects: Effects, item: &MediaItem, keys: &[ObjectKey]) -> Effects {
    let now = effects.at;
    let task = Task::DeleteObjects {
        keys: keys.iter().map(ToString::to_string).collect(),
    };
    let effects = effects.later(now, task.clone());
    match item.widths.are_made() || item.kind == MediaKind::Video {
        true => effects,
        false => effects.later(now.plus(COPIES_END), task),
    }
}

/// A new key that nobody can guess: 256 random bits. A private one names its owner, so that the index knows whose it is
/// without being told, whoever feeds it.
fn key(folder: &str, extension: &str) -> ObjectKey {
    let random: String = Secret::generate()
        .hash()
        .as_bytes()
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    ObjectKey::from_store(format!("{folder}/{random}.{extension}"))
}

fn at_once(bytes: Vec<u8>) -> ByteStream {
    futures_util::stream::once(async move { Ok(Bytes::from(bytes)) }).boxed()
}
