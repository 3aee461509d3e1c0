//! Where an object's file lies.

use std::io;
use std::path::{Path, PathBuf};

use blog_core::Result;
use blog_core::error::Error;
use blog_core::model::media::ObjectKey;

use super::BACKEND;
use super::failure::failed;

/// What stands behind the last segment of a key. No key holds it.
pub(super) const FILE_MARK: char = '@';

/// A key and its file.
#[derive(Debug)]
pub(super) struct Place {
    key: ObjectKey,
    folder: PathBuf,
    file: PathBuf,
}

impl Place {
    /// The place of a key below a folder. The key is parsed again: one that came from a store was not, and it
    /// becomes a path here.
    ///
    /// # Errors
    /// `Invalid` with field `key` for one that is not an [`ObjectKey`] by its rules.
    pub(super) fn of(root: &Path, key: &ObjectKey) -> Result<Self> {
        let key = ObjectKey::try_from(key.as_str()).map_err(|why| Error::invalid("key", why))?;
        let (folders, name) = key.as_str().rsplit_once('/').unwrap_or(("", key.as_str()));
        let folder = match folders {
            "" => root.to_owned(),
            folders => root.join(folders),
        };
        let file = folder.join(format!("{name}{FILE_MARK}"));
        Ok(Self { key, folder, file })
    }

    pub(super) fn key(&self) -> &ObjectKey {
        &self.key
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    /// An error about this object's file; a damaged one is named, so that somebody can restore it.
    pub(super) fn named(&self, error: io::Error) -> Error {
        if error.kind() != io::ErrorKind::InvalidData {
            return failed(error);
        }
        let what = format!("{}: {error}", self.key);
        Error::backend(BACKEND, io::Error::new(error.kind(), what))
    }
}
