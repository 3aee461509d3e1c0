//! Folders that survive a loss of power.

use std::collections::HashSet;
use std::fs::DirBuilder;
#[cfg(unix)]
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use blog_core::Result;
use blog_core::model::media::ObjectKey;

use super::place::Place;

/// How many folders are remembered; above that, all are looked at again.
const REMEMBERED: usize = 10_000;

/// The folders of the objects.
#[derive(Debug)]
pub(super) struct Folders {
    root: PathBuf,
    /// Those whose entry in the folder above was flushed by this process. That a folder exists is not enough: the
    /// call that made it may not have flushed it yet.
    durable: Mutex<HashSet<PathBuf>>,
}

impl Folders {
    pub(super) fn new(root: PathBuf) -> Self {
        Self {
            root,
            durable: Mutex::default(),
        }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn place(&self, key: &ObjectKey) -> Result<Place> {
        Place::of(&self.root, key)
    }

    /// Makes a folder below the root, with those between, and flushes them.
    pub(super) fn make(&self, folder: &Path) -> io::Result<()> {
        let Ok(below) = folder.strip_prefix(&self.root) else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        if self.lock().contains(folder) {
            return Ok(());
        }
        let mut above = self.root.clone();
        for name in below {
            let folder = above.join(name);
            if !self.lock().contains(&folder) {
                match create_private(&folder) {
                    Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                        return Err(error);
                    }
                    _ => sync_folder(&above)?,
                }
                let mut durable = self.lock();
                if durable.len() >= REMEMBERED {
                    durable.clear();
                }
                durable.insert(folder.clone());
            }
            above = folder;
        }
        Ok(())
    }

    /// Trusts no folder to be there any more.
    pub(super) fn forget(&self) {
        self.lock().clear();
    }

    /// A set is whole whatever panicked beside it.
    fn lock(&self) -> MutexGuard<'_, HashSet<PathBuf>> {
        self.durable.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes a folder, with those above it that are missing, and flushes each new one's entry.
pub(super) fn create_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let above = match folder.parent() {
        Some(above) if above.as_os_str().is_empty() => Path::new("."),
        Some(above) => above,
        None => return Err(io::ErrorKind::NotFound.into()),
    };
    create_folder(above)?;
    match create_private(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {}
        other => other?,
    }
    sync_folder(above)
}

/// Readable by its owner only: private objects are no matter of other accounts of the machine.
#[cfg(unix)]
fn create_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    DirBuilder::new().mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn create_private(folder: &Path) -> io::Result<()> {
    DirBuilder::new().create(folder)
}

/// Flushes a folder: the names in it, not the files.
#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Elsewhere a folder cannot be opened; NTFS writes names through its journal.
#[cfg(not(unix))]
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    std::fs::metadata(folder).map(drop)
}
