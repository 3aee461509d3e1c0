//! A file on its way into the library.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use tokio::sync::OwnedSemaphorePermit;

use super::{Library, at_once, key};
use crate::blog::detached;
use crate::error::{Accepted, Denied, Error, Reason, Result, Violations};
use crate::id::{MediaId, UserId};
use crate::model::audit::AuditAction;
use crate::model::effects::Effects;
use crate::model::focus::Focus;
use crate::model::media::{
    AltText, ByteStream, FileName, MediaItem, MediaKind, MediaState, ObjectMeta, PutMode,
    PutOptions,
};
use crate::model::widths::Widths;
use crate::picture::{self, PictureError, SmallerCopy, SniffedType};
use crate::policy::{Action, Actor};
use crate::service::quotas;

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

/// Enough of a file's beginning to know its type.
const HEAD: usize = 512;

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

impl Library {
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
        detached(&self.core, async move {
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
            private_key: key(&format!("private/{}", new.owner), file.kind.extension()),
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
            AuditAction::MediaUpload,
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
