//! A body on its way: a file in `tmp` that is nobody's object yet.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use blog_core::error::Error;
use blog_core::{Result, Timestamp};
use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::BACKEND;
use super::failure::{blocking, failed};
use super::trailer::Trailer;

/// From what age on a draft belongs to nobody. An upload writes to its draft, and each write makes it young again.
const ABANDONED: Duration = Duration::from_secs(24 * 3600);

/// A file that goes when this goes.
#[derive(Debug)]
struct Temp(PathBuf);

impl Temp {
    fn new(folder: &Path) -> Self {
        Self(folder.join(Uuid::now_v7().to_string()))
    }
}

impl Drop for Temp {
    fn drop(&mut self) {
        match fs::remove_file(&self.0) {
            Ok(()) => {}
            // It was renamed into its place.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                tracing::warn!(file = %self.0.display(), %error, "a draft is left for the next sweep");
            }
        }
    }
}

/// A draft that grows. Its methods wait for the disk.
#[derive(Debug)]
pub(super) struct Draft {
    file: File,
    temp: Temp,
    hash: Sha256,
    size: u64,
}

/// A draft that is complete and on the disk.
#[derive(Debug)]
pub(super) struct Finished {
    temp: Temp,
    trailer: Trailer,
}

impl Draft {
    fn create(folder: &Path) -> Result<Self> {
        let temp = Temp::new(folder);
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&temp.0);
        Ok(Self {
            file: file.map_err(failed)?,
            temp,
            hash: Sha256::new(),
            size: 0,
        })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).map_err(failed)?;
        self.hash.update(bytes);
        self.size += bytes.len() as u64;
        Ok(())
    }

    /// Writes the trailer and flushes the file.
    pub(super) fn finish(mut self, content_type: String, now: Timestamp) -> Result<Finished> {
        let trailer = Trailer {
            sha256: self.hash.finalize().into(),
            size: self.size,
            modified_at: now,
            content_type,
        };
        let flushed = self.file.write_all(&trailer.encode());
        flushed
            .and_then(|()| self.file.sync_all())
            .map_err(failed)?;
        Ok(Finished {
            temp: self.temp,
            trailer,
        })
    }
}

impl Finished {
    pub(super) fn path(&self) -> &Path {
        &self.temp.0
    }

    pub(super) fn trailer(&self) -> &Trailer {
        &self.trailer
    }

    /// Takes back a link to this draft, and leaves any other file alone.
    pub(super) fn withdraw(&self, link: &Path) {
        let ours = match (fs::metadata(&self.temp.0), fs::metadata(link)) {
            (Ok(draft), Ok(link)) => same_file(&draft, &link),
            _ => false,
        };
        if ours && let Err(error) = fs::remove_file(link) {
            tracing::error!(file = %link.display(), %error, "an object that was answered with an error stays");
        }
    }
}

#[cfg(unix)]
fn same_file(one: &fs::Metadata, other: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Without inode numbers nothing is taken back: better an object too many than somebody else's lost.
#[cfg(not(unix))]
fn same_file(_: &fs::Metadata, _: &fs::Metadata) -> bool {
    false
}

/// A draft in the hands of a task, which may be dropped at any moment: then the file goes, on a thread that may wait.
#[derive(Debug)]
pub(super) struct Drafting(Option<Draft>);

impl Drafting {
    pub(super) async fn begin(folder: PathBuf) -> Result<Self> {
        let draft = blocking(move || Draft::create(&folder)).await?;
        Ok(Self(Some(draft)))
    }

    /// Writes some bytes. After an error the draft is gone.
    pub(super) async fn write(&mut self, bytes: Bytes) -> Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        let mut draft = self.take()?;
        let draft = blocking(move || {
            draft.write(&bytes)?;
            Ok(draft)
        });
        self.0 = Some(draft.await?);
        Ok(())
    }

    /// The draft, to be finished.
    pub(super) fn into_draft(mut self) -> Result<Draft> {
        self.take()
    }

    /// Removes the file before it returns.
    pub(super) async fn discard(mut self) {
        let draft = self.0.take();
        let removed = blocking(move || {
            drop(draft);
            Ok(())
        });
        if let Err(error) = removed.await {
            tracing::warn!(error = error.chain(), "a draft is left for the next sweep");
        }
    }

    fn take(&mut self) -> Result<Draft> {
        let gone = || Error::backend(BACKEND, "the draft was given up after an error");
        self.0.take().ok_or_else(gone)
    }
}

impl Drop for Drafting {
    fn drop(&mut self) {
        let Some(draft) = self.0.take() else {
            return;
        };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn_blocking(move || drop(draft));
        }
    }
}

/// Tries what every put will do.
pub(super) fn probe(folder: &Path) -> io::Result<()> {
    let (file, link) = (Temp::new(folder), Temp::new(folder));
    File::create_new(&file.0)?;
    fs::hard_link(&file.0, &link.0).map_err(|error| {
        let what = format!("its file system makes no hard links ({error})");
        io::Error::new(error.kind(), what)
    })
}

/// Removes the drafts of crashes. What cannot be removed is tried again at the next opening.
pub(super) fn sweep(folder: &Path) {
    let now = SystemTime::now();
    let old = |file: &fs::DirEntry| {
        let modified = file.metadata().and_then(|meta| meta.modified());
        modified.is_ok_and(|at| now.duration_since(at).is_ok_and(|age| age > ABANDONED))
    };
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    for file in files.filter(old) {
        drop(Temp(file.path()));
    }
}
