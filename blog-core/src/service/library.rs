//! Pictures and videos.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use tokio::sync::OwnedSemaphorePermit;

use crate::blog::{Core, detached};
use crate::error::{Accepted, Conflict, Denied, Entity, Error, Reason, Result, Violations};
use crate::id::{MediaId, UserId};
use crate::model::effects::Effects;
use crate::model::focus::Focus;
use crate::model::library::{MediaFilter, MediaPlaces, MediaQuery};
use crate::model::media::{
    AltText, ByteRange, ByteStream, FileName, MediaItem, MediaKind, MediaState, Object, ObjectKey,
    ObjectMeta, PutMode, PutOptions,
};
use crate::model::outbox::Task;
use crate::model::secret::Secret;
use crate::model::widths::Widths;
use crate::page::{Page, PageRequest};
use crate::picture::{self, PictureError, SmallerCopy, SniffedType};
use crate::policy::{Action, Actor, Surface};
use crate::service::quotas;

/// Pictures and videos.
#[derive(Debug, Clone)]
pub struct Library {
    core: Arc<Core>,
}

/// A file on its way.
pub struct Upload {
    /// What the file is called where it comes from.
    pub file_name: String,
    /// What it shows, for people who do not see it.
    pub alt: String,
    /// Its bytes.
    pub body: ByteStream,
}

impl std::fmt::Debug for Upload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upload")
            .field("file_name", &self.file_name)
            .finish_non_exhaustive()
    }
}

/// How long a picture waits for room in memory.
const ROOM_WAIT: Duration = Duration::from_secs(2);

/// By then every making of copies that has begun is over.
const COPIES_END: Duration = Duration::from_secs(3_600);

/// The most that is read of a stored picture to make its copies.
const MAX_STORED: u64 = 256 * 1024 * 1024;

/// How many places of an item are told.
const PLACES: u16 = 50;

/// Enough of a file's beginning to know its type.
const HEAD: usize = 512;

impl Library {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// Takes a picture or video into the actor's library. Pictures are made anew, upright and without what the camera
    /// wrote into them; videos are stored as they come. Nothing holds a whole video.
    ///
    /// # Errors
    /// `Denied`, `RateLimited` above 60 an hour, `Invalid` with field `alt`, `UnsupportedType` by the first bytes,
    /// `TooLarge` at the first byte too many, `StorageFull`. After an error nothing of the file is left.
    pub async fn upload(&self, actor: &Actor, upload: Upload) -> Result<MediaItem> {
        self.take(actor, upload, true).await
    }

    /// The same for pictures only: covers and avatars.
    ///
    /// # Errors
    /// As [`Library::upload`].
    pub async fn upload_picture(&self, actor: &Actor, upload: Upload) -> Result<MediaItem> {
        self.take(actor, upload, false).await
    }

    async fn take(&self, actor: &Actor, upload: Upload, videos: bool) -> Result<MediaItem> {
        let owner = actor.user().ok_or(Denied::LogIn)?;
        let profile_picture = !videos
            && self
                .core
                .policy
                .may(actor, Action::EditProfile { user: owner });
        if !profile_picture {
            self.core.policy.check(actor, Action::Upload)?;
        }
        let mut violations = Violations::new();
        let alt = violations.check("alt", AltText::try_from(upload.alt.as_str()));
        let Some(alt) = alt else {
            return Err(Error::Invalid(violations));
        };
        let file_name = FileName::try_from(upload.file_name.as_str())
            .unwrap_or_else(|_| FileName::from_store(String::new()));
        quotas::UPLOAD.take(&self.core, &owner.to_string()).await?;

        let (head, body) = peek(upload.body).await?;
        let kind = match picture::sniff(&head) {
            Some(kind) if kind.is_image() || videos => kind,
            _ => {
                return Err(Error::UnsupportedType {
                    accepted: match videos {
                        true => Accepted::PicturesAndVideos,
                        false => Accepted::Pictures,
                    },
                });
            }
        };
        let new = NewItem {
            owner,
            alt,
            file_name,
        };
        match kind.is_image() {
            true => self.take_picture(new, body).await,
            false => self.take_video(new, kind, body).await,
        }
    }

    async fn take_picture(&self, new: NewItem, body: ByteStream) -> Result<MediaItem> {
        let (bytes, room) = self.collect(body).await?;
        let this = self.clone();
        detached(async move {
            let turn = this.core.pictures.acquire().await;
            // One picture at a time: decoded, it may take a quarter of a gigabyte.
            let picture = tokio::task::spawn_blocking(move || picture::reencode(&bytes))
                .await
                .map_err(|panic| Error::backend("the picture decoder", panic))?
                .map_err(refused)?;
            drop((turn, room));
            let file = File {
                kind: picture.kind,
                pixels: Some((picture.width, picture.height)),
                size: Some(picture.bytes.len() as u64),
                body: at_once(picture.bytes),
                copies: picture.copies,
            };
            this.store(new, file).await
        })
        .await
    }

    /// Holds a picture's bytes; all pictures on their way share so much room, and each takes only what has come.
    async fn collect(
        &self,
        mut body: ByteStream,
    ) -> Result<(Vec<u8>, Option<OwnedSemaphorePermit>)> {
        let max = self.core.settings.max_picture_bytes;
        let mut bytes = Vec::new();
        let mut room: Option<OwnedSemaphorePermit> = None;
        while let Some(piece) = body.next().await {
            let piece = piece.map_err(broken)?;
            if (bytes.len() + piece.len()) as u64 > max {
                return Err(Error::TooLarge {
                    what: MediaKind::Image,
                    max,
                });
            }
            let more = u32::try_from(piece.len()).unwrap_or(u32::MAX);
            let more = self.core.picture_bytes.clone().acquire_many_owned(more);
            let more = tokio::time::timeout(ROOM_WAIT, more)
                .await
                .map_err(|late| Error::unavailable("the room for pictures", late))?
                .map_err(|closed| Error::backend("the room for pictures", closed))?;
            match &mut room {
                Some(room) => room.merge(more),
                None => room = Some(more),
            }
            bytes.extend_from_slice(&piece);
        }
        Ok((bytes, room))
    }

    async fn take_video(
        &self,
        new: NewItem,
        kind: SniffedType,
        body: ByteStream,
    ) -> Result<MediaItem> {
        let max = self.core.settings.max_video_bytes;
        let exceeded = Arc::new(AtomicBool::new(false));
        let limited = limit(body, max, exceeded.clone());
        // Not detached: when the client leaves, its video has no end.
        let file = File {
            kind,
            pixels: None,
            size: None,
            body: limited,
            copies: Vec::new(),
        };
        let stored = self.store(new, file).await;
        match stored {
            Err(_) if exceeded.load(Ordering::Relaxed) => Err(Error::TooLarge {
                what: MediaKind::Video,
                max,
            }),
            other => other,
        }
    }

    /// Catalog row (pending), objects, row (ready): at every moment a crash leaves at most a pending row, which the
    /// worker sweeps together with its objects.
    async fn store(&self, new: NewItem, file: File) -> Result<MediaItem> {
        let now = self.core.now();
        let id = MediaId::generate();
        let mut item = MediaItem {
            id,
            owner: new.owner,
            kind: match file.kind.is_image() {
                true => MediaKind::Image,
                false => MediaKind::Video,
            },
            content_type: file.kind.content_type().to_owned(),
            bytes: 0,
            width: file.pixels.map(|(width, _)| width),
            height: file.pixels.map(|(_, height)| height),
            alt: new.alt,
            file_name: new.file_name,
            focus: Focus::CENTRE,
            widths: Widths::new(file.copies.iter().map(|copy| copy.width)),
            private_key: key("private", file.kind.extension()),
            public_key: None,
            state: MediaState::Pending,
            created_at: now,
        };
        let catalog = &self.core.records.catalog;
        catalog.insert(item.clone(), Effects::at(now)).await?;
        let meta = match self.put_all(&item, file).await {
            Ok(meta) => meta,
            Err(error) => {
                // What cannot be swept now, the worker sweeps later: as long as the row is there it finds the objects.
                let swept = async {
                    self.drop_all(item.objects()).await?;
                    catalog.delete(id, Effects::at(now)).await
                };
                if let Err(left) = swept.await {
                    tracing::warn!(media = %id, error = left.chain(), "a pending row is left to the worker");
                }
                return Err(error);
            }
        };
        item.bytes = meta.size;
        item.state = MediaState::Ready;
        let effects = Effects::at(self.core.now()).audit(
            Some(item.owner),
            "media.upload",
            format!("media:{id}"),
            item.content_type.as_str(),
        );
        match catalog.set_ready(item.clone(), effects).await {
            Ok(()) => Ok(item),
            // It took so long that its row was swept: without a row nobody would ever find the objects.
            Err(error @ Error::NotFound(_)) => {
                self.drop_all(item.objects()).await?;
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    /// Stores the file, then its copies; what is known of the file.
    async fn put_all(&self, item: &MediaItem, file: File) -> Result<ObjectMeta> {
        let options = |size| PutOptions {
            content_type: item.content_type.clone(),
            mode: PutMode::Create,
            size,
        };
        let key = &item.private_key;
        let meta = self
            .put(item.owner, key, file.body, options(file.size))
            .await?;
        for copy in file.copies {
            let options = options(Some(copy.bytes.len() as u64));
            let key = key.at_width(copy.width);
            self.put(item.owner, &key, at_once(copy.bytes), options)
                .await?;
        }
        Ok(meta)
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

    /// Makes the smaller copies of an item that has none yet: of one that was stored before there were any. May be done
    /// any number of times, by any number at once.
    pub(crate) async fn make_copies(&self, item: MediaItem) -> Result<()> {
        let made = tokio::time::timeout(COPIES_END / 4, self.try_copies(item));
        made.await
            .map_err(|late| Error::unavailable("the media store", late))?
    }

    async fn try_copies(&self, item: MediaItem) -> Result<()> {
        let copies = self.smaller(&item).await?;
        let widths = Widths::new(copies.iter().map(|copy| copy.width));
        for copy in copies {
            let options = PutOptions {
                content_type: item.content_type.clone(),
                mode: PutMode::Overwrite,
                size: Some(copy.bytes.len() as u64),
            };
            let key = item.private_key.at_width(copy.width);
            self.put(item.owner, &key, at_once(copy.bytes), options)
                .await?;
        }
        if let Some(public) = &item.public_key {
            for width in widths.iter() {
                let (from, to) = (item.private_key.at_width(width), public.at_width(width));
                match self.core.media.copy(&from, &to).await {
                    // Of somebody who makes them too, or was killed.
                    Ok(_) | Err(Error::Conflict(Conflict::Exists)) => {}
                    Err(other) => return Err(other),
                }
            }
        }
        let mut effects = Effects::at(self.core.now());
        if item.public_key.is_some() && widths.iter().next().is_some() {
            effects = effects.invalidating();
        }
        let key = item.public_key.clone();
        let set = self
            .core
            .records
            .catalog
            .set_copies(&item, key, widths, effects);
        match set.await {
            Err(Error::Conflict(_) | Error::NotFound(_)) => self.withdraw_copies(&item).await,
            other => other,
        }
    }

    /// Deletes the copies that were made of an item which changed meanwhile, as far as they are not its own now.
    async fn withdraw_copies(&self, seen: &MediaItem) -> Result<()> {
        let now = self.core.records.catalog.get(&[seen.id]).await?.pop();
        let theirs = now.iter().flat_map(MediaItem::objects).collect::<Vec<_>>();
        let ours = seen.objects().into_iter();
        self.drop_all(ours.filter(|key| !theirs.contains(key)).collect())
            .await
    }

    /// The copies of a stored picture. One that cannot be read has none: it is shown as it is.
    async fn smaller(&self, item: &MediaItem) -> Result<Vec<SmallerCopy>> {
        let narrow = item.width.is_some_and(|width| width <= Widths::LADDER[0]);
        if narrow || item.bytes > MAX_STORED || !picture::has_copies(&item.content_type) {
            return Ok(Vec::new());
        }
        let mut object = match self.core.media.get(&item.private_key, None).await {
            Ok(object) => object,
            Err(Error::NotFound(_)) => return Ok(Vec::new()),
            Err(other) => return Err(other),
        };
        let mut bytes = Vec::new();
        while let Some(piece) = object.body.next().await {
            bytes.extend_from_slice(
                &piece.map_err(|error| Error::unavailable("the media store", error))?,
            );
        }
        // In turn with uploads, which must not wait for a slow store: so the turn is taken when the bytes are here, of one
        // picture at a time.
        let turn = self.core.pictures.acquire().await;
        let copies = tokio::task::spawn_blocking(move || picture::copies(&bytes))
            .await
            .map_err(|panic| Error::backend("the picture decoder", panic))?;
        drop(turn);
        Ok(copies.unwrap_or_else(|cause| {
            tracing::warn!(media = %item.id, %cause, "a stored picture cannot be read, and gets no copies");
            Vec::new()
        }))
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
        detached(async move { core.records.catalog.set_alt(id, alt, effects).await }).await
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
        detached(async move { core.records.catalog.set_focus(id, focus, effects).await }).await
    }

    /// Deletes an own item that nothing uses, and its objects.
    ///
    /// # Errors
    /// `NotFound(Media)`, also for somebody else's; `Conflict(State)` while a post or avatar uses it.
    pub async fn delete(&self, actor: &Actor, id: MediaId) -> Result<()> {
        let item = self.managed(actor, id).await?;
        let now = self.core.now();
        let effects =
            Effects::at(now).audit(actor.user(), "media.delete", format!("media:{id}"), "");
        let effects = deleting(effects, &item, &item.objects());
        let tasks = effects.due();
        let core = self.core.clone();
        detached(async move {
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

    /// Brings the public copy of an item in line with its use: makes it where something public uses the item, and
    /// withdraws it where nothing does. May be done any number of times, by any number at once: after each step the
    /// use is looked at again, so the last one to step sees what the others did.
    pub(crate) async fn sync_public(&self, id: MediaId) -> Result<()> {
        for _ in 0..MAX_STEPS {
            if !self.step_public(id).await? {
                return Ok(());
            }
        }
        Err(Error::Conflict(Conflict::State))
    }

    /// One step; whether there may be another.
    async fn step_public(&self, id: MediaId) -> Result<bool> {
        let catalog = &self.core.records.catalog;
        let now = self.core.now();
        let Some(item) = catalog.get(&[id]).await?.pop() else {
            return Ok(false);
        };
        let usage = catalog.usage(id, now).await?;
        match (usage.public && item.is_ready(), item.public_key.clone()) {
            (true, None) => {
                let extension = item.private_key.as_str().rsplit('.').next();
                let public = key("public", extension.unwrap_or("bin"));
                let from = item.private_key.with_copies(&item.widths);
                let to = public.with_copies(&item.widths);
                let copied = async {
                    for (from, to) in from.iter().zip(&to) {
                        self.core.media.copy(from, to).await?;
                    }
                    Ok::<_, Error>(())
                };
                if let Err(error) = copied.await {
                    self.drop_all(to).await?;
                    return Err(error);
                }
                let effects = Effects::at(now).invalidating();
                let widths = item.widths.clone();
                let set = catalog.set_copies(&item, Some(public.clone()), widths, effects);
                if let Err(error) = set.await {
                    self.drop_copy(id, &public, to).await?;
                    // Somebody else made one at the same time, or the item is gone: look again.
                    return match error {
                        Error::Conflict(_) | Error::NotFound(_) => Ok(true),
                        other => Err(other),
                    };
                }
                Ok(true)
            }
            (false, Some(public)) => {
                let keys = public.with_possible_copies(&item.widths);
                let effects = Effects::at(now).invalidating();
                let effects = deleting(effects, &item, &keys);
                let cleared = catalog.set_copies(&item, None, item.widths.clone(), effects);
                match cleared.await {
                    Ok(()) => self.drop_all(keys).await?,
                    Err(Error::Conflict(_) | Error::NotFound(_)) => {}
                    Err(other) => return Err(other),
                }
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// Deletes the objects of a public copy that the catalog did not take, unless it did after all.
    async fn drop_copy(&self, id: MediaId, public: &ObjectKey, keys: Vec<ObjectKey>) -> Result<()> {
        let items = self.core.records.catalog.get(&[id]).await?;
        let taken = items
            .iter()
            .any(|item| item.public_key.as_ref() == Some(public));
        match taken {
            true => Ok(()),
            false => self.drop_all(keys).await,
        }
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

/// Steps of `sync_public` before it leaves the rest to the worker: more means that somebody goes back and forth.
const MAX_STEPS: u32 = 8;

struct NewItem {
    owner: UserId,
    alt: AltText,
    file_name: FileName,
}

/// What becomes an item.
struct File {
    kind: SniffedType,
    pixels: Option<(u32, u32)>,
    /// Where it is known before the body ends.
    size: Option<u64>,
    body: ByteStream,
    copies: Vec<SmallerCopy>,
}

fn at_once(bytes: Vec<u8>) -> ByteStream {
    futures_util::stream::once(async move { Ok(Bytes::from(bytes)) }).boxed()
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

/// A new key that nobody can guess: 256 random bits.
fn key(folder: &str, extension: &str) -> ObjectKey {
    let random: String = Secret::generate()
        .hash()
        .as_bytes()
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    ObjectKey::from_store(format!("{folder}/{random}.{extension}"))
}

fn refused(error: PictureError) -> Error {
    match error {
        PictureError::UnsupportedType => Error::UnsupportedType {
            accepted: Accepted::Pictures,
        },
        PictureError::TooManyPixels { .. }
        | PictureError::SideTooLong { .. }
        | PictureError::TooManyFrames { .. }
        | PictureError::TooManyScans { .. }
        | PictureError::TooMuchMemory(_) => Error::invalid("file", Reason::TooManyPixels),
        PictureError::Encoding(cause) => Error::backend("the picture encoder", cause),
        PictureError::Damaged(cause) => {
            tracing::info!(%cause, "a damaged picture was refused");
            Error::invalid("file", Reason::DamagedPicture)
        }
    }
}

fn broken(error: std::io::Error) -> Error {
    Error::backend("the upload", error)
}

/// Reads enough to know the type, and gives the whole body back.
async fn peek(mut body: ByteStream) -> Result<(Bytes, ByteStream)> {
    let mut head = BytesMut::new();
    while head.len() < HEAD {
        match body.next().await {
            Some(piece) => head.extend_from_slice(&piece.map_err(broken)?),
            None => break,
        }
    }
    let head = head.freeze();
    let first = head.clone();
    let whole = futures_util::stream::once(async move { Ok(first) }).chain(body);
    Ok((head, whole.boxed()))
}

/// Ends the body with an error at the first byte too many, and remembers that it did.
fn limit(body: ByteStream, max: u64, exceeded: Arc<AtomicBool>) -> ByteStream {
    let mut seen = 0;
    body.map(move |piece| {
        let piece = piece?;
        seen += piece.len() as u64;
        if seen > max {
            exceeded.store(true, Ordering::Relaxed);
            return Err(std::io::Error::other("the body is larger than its limit"));
        }
        Ok(piece)
    })
    .boxed()
}
