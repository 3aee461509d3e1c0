//! Media as files in a folder.
//!
//! # Layout
//! ```text
//! <root>/objects/private/5f…e2.jpg@     the object private/5f…e2.jpg
//! <root>/tmp/0193…                      a body on its way
//! ```
//! A key's segments are folders and, with an `@` behind it, the last one is a file. No key holds an `@`, so the keys
//! `a` and `a/b` can both exist, as they can in S3. A file is the object's bytes, and behind them a trailer with all
//! that is known of it (see `fs/trailer.rs`): so bytes and facts appear, and go, in one step of the file system.
//!
//! # Why a crash harms nothing
//! 1. A body is written under a new name in `tmp`, its trailer behind it, then flushed to the disk (`fsync`). Until
//!    here no object has changed; what a crash leaves in `tmp` is removed by the first opening a day later.
//! 2. The folders of the key are made where they are missing, and the folder above each is flushed. An empty folder
//!    is no object.
//! 3. The file appears under its name whole or not at all: by a hard link, which fails where a file is (`Create`),
//!    or by a rename, which replaces it (`Overwrite`).
//! 4. The folder is flushed, and only then the call answers. A crash between 3 and 4 leaves the object there or not
//!    there, whole in both cases; nobody was told yet.
//! 5. The name in `tmp` goes; after a crash the object has a second name there for a day, which harms nothing.
//!
//! Files never change after step 1, so a copy is one more hard link: no bytes move, whatever the size.
//! Folders stay when their last object goes, so no put can find its folder taken away.

mod body;
pub(crate) mod doctor;
mod draft;
mod failure;
mod folders;
mod list;
mod place;
mod trailer;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use blog_core::error::{Conflict, Entity, Error, Reason};
use blog_core::model::media::{
    ByteRange, ByteStream, Object, ObjectKey, ObjectMeta, PutMode, PutOptions,
};
use blog_core::ports::clock::SystemClock;
use blog_core::ports::{Clock as _, MediaStore};
use blog_core::{Page, Result};
use bytes::BytesMut;

use crate::body::Body;
use body::Reader;
use draft::{Draft, Drafting};
use failure::{blocking, failed};
use folders::{Folders, create_folder, sync_folder};
use place::Place;
use trailer::Trailer;

/// The name of this backend in errors.
const BACKEND: &str = "fs";

/// How much of a body is gathered before it is written: each write is a trip to another thread.
const GATHER: usize = 256 * 1024;

/// Media as files in a folder, in a bucket called "files". Several processes of one machine may share a folder.
///
/// The file system must have hard links (all that Linux and macOS boot from have; FAT has not). Keys are those of
/// [`ObjectKey`]: another key, which only [`ObjectKey::from_store`] can make, is refused with `Invalid`, so no path
/// outside of the folder is ever touched.
#[derive(Debug, Clone)]
pub struct FsMedia {
    /// Shared with the threads that do the file work.
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    folders: Folders,
    tmp: PathBuf,
}

impl FsMedia {
    /// Opens a folder; makes it, readable by its owner only, when there is none. Removes what crashes left in `tmp`
    /// more than a day ago.
    ///
    /// # Errors
    /// `Unavailable`, not retryable, when the folder cannot be made or written, or its file system has no hard links;
    /// `StorageFull`.
    pub async fn open(root: impl Into<PathBuf>) -> Result<Self> {
        let root = root.into();
        blocking(move || {
            let objects = root.join("objects");
            let tmp = root.join("tmp");
            create_folder(&objects)
                .and_then(|()| create_folder(&tmp))
                .and_then(|()| draft::probe(&tmp))
                .map_err(|error| failure::unusable(&root, error))?;
            draft::sweep(&tmp);
            let folders = Folders::new(objects);
            let inner = Arc::new(Inner { folders, tmp });
            Ok(Self { inner })
        })
        .await
    }

    /// Runs file work on a thread that may wait.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let inner = self.inner.clone();
        blocking(move || work(&inner)).await
    }
}

impl Inner {
    /// "No such file" about an object's file; unless the whole folder is gone, as when a volume is not mounted: that
    /// must not look as if the object had been deleted.
    fn missing(&self, error: io::Error) -> Error {
        let root = self.folders.root();
        match root.is_dir() {
            true => Error::NotFound(Entity::Object),
            false => failure::unusable(root, error),
        }
    }

    fn open(&self, place: &Place) -> Result<(File, Trailer)> {
        let mut file = File::open(place.file()).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => self.missing(error),
            _ => failed(error),
        })?;
        let trailer = Trailer::read(&mut file).map_err(|error| place.named(error))?;
        Ok((file, trailer))
    }

    /// Lets a file appear at a place by `step`, durably. `Conflict(Exists)` when the step finds one there.
    fn publish(&self, place: &Place, step: impl Fn(&Path) -> io::Result<()>) -> Result<()> {
        self.folders.make(place.folder()).map_err(failed)?;
        let stepped = match step(place.file()) {
            // Somebody cleared the folder while it was known to be there.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.folders.forget();
                self.folders.make(place.folder()).map_err(failed)?;
                step(place.file())
            }
            other => other,
        };
        stepped.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => Conflict::Exists.into(),
            _ => failed(error),
        })?;
        sync_folder(place.folder()).map_err(failed)
    }

    fn store(&self, place: &Place, draft: Draft, options: PutOptions) -> Result<ObjectMeta> {
        let draft = draft.finish(options.content_type, SystemClock.now())?;
        let published = match options.mode {
            PutMode::Create => self.publish(place, |file| fs::hard_link(draft.path(), file)),
            PutMode::Overwrite => self.publish(place, |file| fs::rename(draft.path(), file)),
        };
        match published {
            Ok(()) => Ok(draft.trailer().meta(place.key())),
            Err(error @ Error::Conflict(_)) => Err(error),
            Err(error) => {
                // What was answered with an error must not be there. The link may have failed, or its flush.
                if options.mode == PutMode::Create {
                    draft.withdraw(place.file());
                }
                Err(error)
            }
        }
    }
}

#[async_trait]
impl MediaStore for FsMedia {
    fn bucket(&self) -> &str {
        "files"
    }

    async fn put(
        &self,
        key: &ObjectKey,
        body: ByteStream,
        options: PutOptions,
    ) -> Result<ObjectMeta> {
        if options.content_type.len() > trailer::MAX_CONTENT_TYPE {
            let max = trailer::MAX_CONTENT_TYPE;
            return Err(Error::invalid("content_type", Reason::TooManyBytes { max }));
        }
        let place = self.inner.folders.place(key)?;
        let mut body = Body::new(body, options.size);
        let mut draft = Drafting::begin(self.inner.tmp.clone()).await?;
        let gathered: Result<()> = async {
            let mut buffer = BytesMut::new();
            while let Some(piece) = body.next().await? {
                if buffer.len() + piece.len() > GATHER {
                    draft.write(buffer.split().freeze()).await?;
                }
                match piece.len() > GATHER {
                    true => draft.write(piece).await?,
                    false => buffer.extend_from_slice(&piece),
                }
            }
            draft.write(buffer.freeze()).await
        }
        .await;
        if let Err(error) = gathered {
            draft.discard().await;
            return Err(error);
        }
        let draft = draft.into_draft()?;
        self.run(move |inner| inner.store(&place, draft, options))
            .await
    }

    async fn get(&self, key: &ObjectKey, range: Option<ByteRange>) -> Result<Object> {
        let place = self.inner.folders.place(key)?;
        self.run(move |inner| {
            let (file, trailer) = inner.open(&place)?;
            let size = trailer.size;
            let range = match range {
                None => 0..size,
                Some(range) => range
                    .resolve(size)
                    .ok_or(Error::RangeNotSatisfiable { size })?,
            };
            let meta = trailer.meta(place.key());
            let reader = Reader::new(file, range.clone(), &trailer).map_err(failed)?;
            Ok(Object {
                meta,
                range,
                body: reader.into_stream(),
            })
        })
        .await
    }

    async fn head(&self, key: &ObjectKey) -> Result<ObjectMeta> {
        let place = self.inner.folders.place(key)?;
        self.run(move |inner| {
            let (_, trailer) = inner.open(&place)?;
            Ok(trailer.meta(place.key()))
        })
        .await
    }

    async fn delete(&self, key: &ObjectKey) -> Result<()> {
        let place = self.inner.folders.place(key)?;
        self.run(move |inner| {
            match fs::remove_file(place.file()) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    match inner.missing(error) {
                        // Flushed all the same: the deletion may be somebody else's of a moment ago.
                        Error::NotFound(_) if place.folder().is_dir() => {}
                        Error::NotFound(_) => return Ok(()),
                        gone => return Err(gone),
                    }
                }
                Err(error) => return Err(failed(error)),
            }
            sync_folder(place.folder()).map_err(failed)
        })
        .await
    }

    async fn copy(&self, from: &ObjectKey, to: &ObjectKey) -> Result<ObjectMeta> {
        let from = self.inner.folders.place(from)?;
        let to = self.inner.folders.place(to)?;
        self.run(move |inner| {
            let (_, trailer) = inner.open(&from)?;
            inner.publish(&to, |file| fs::hard_link(from.file(), file))?;
            Ok(trailer.meta(to.key()))
        })
        .await
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&ObjectKey>,
        limit: u16,
    ) -> Result<Page<ObjectMeta, ObjectKey>> {
        let prefix = prefix.to_owned();
        let after = after.map(|key| key.as_str().to_owned());
        self.run(move |inner| {
            if !inner.folders.root().is_dir() {
                return Err(inner.missing(io::ErrorKind::NotFound.into()));
            }
            list::list(&inner.folders, &prefix, after.as_deref(), limit)
        })
        .await
    }
}
