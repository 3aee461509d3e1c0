//! The objects in the order of their keys.
//!
//! Keys are ordered byte by byte, over slashes too: `a`, `a-b`, `a.b`, `a/b`, `a0`. That is the order of a folder's
//! names when each folder's name ends in a slash; so a walk in that order meets the keys in theirs.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::Path;

use blog_core::model::media::{ObjectKey, ObjectMeta};
use blog_core::{Page, Result};

use super::failure::failed;
use super::folders::Folders;
use super::place::FILE_MARK;
use super::trailer::Trailer;

/// How many names of one folder are held at once. A folder of more is read again for each further so many.
const NAMES: usize = 2_048;

/// A page of objects.
pub(super) fn list(
    folders: &Folders,
    prefix: &str,
    after: Option<&str>,
    limit: u16,
) -> Result<Page<ObjectMeta, ObjectKey>> {
    let limit = usize::from(limit.clamp(1, 1_000));
    let mut walk = Walk {
        folders,
        prefix,
        after,
        room: limit + 1,
        found: Vec::new(),
    };
    match prefix.rsplit_once('/') {
        None => walk.folder(folders.root(), "")?,
        // A prefix is any text. Only what begins a key becomes a path; nothing can begin with the rest.
        Some((above, _)) if ObjectKey::try_from(above).is_ok() => {
            walk.folder(&folders.root().join(above), &format!("{above}/"))?;
        }
        Some(_) => {}
    }
    Ok(Page::from_overfetch(walk.found, limit, |meta| {
        meta.key.clone()
    }))
}

struct Walk<'a> {
    folders: &'a Folders,
    prefix: &'a str,
    after: Option<&'a str>,
    room: usize,
    found: Vec<ObjectMeta>,
}

impl Walk<'_> {
    /// Visits what lies in a folder, whose keys begin with `base`, until there is no more room.
    fn folder(&mut self, folder: &Path, base: &str) -> Result<()> {
        let mut behind = String::new();
        loop {
            let names = self.names(folder, base, &behind).map_err(failed)?;
            let more = names.len() == NAMES;
            for name in names {
                let key = format!("{base}{name}");
                match name.strip_suffix('/') {
                    Some(below) => self.folder(&folder.join(below), &key)?,
                    None => self.file(&key)?,
                }
                if self.found.len() >= self.room {
                    return Ok(());
                }
                behind = name;
            }
            if !more {
                return Ok(());
            }
        }
    }

    fn file(&mut self, key: &str) -> Result<()> {
        // Deeper than a key is long, there are no objects.
        let Ok(key) = ObjectKey::try_from(key) else {
            return Ok(());
        };
        let place = self.folders.place(&key)?;
        let trailer = File::open(place.file()).and_then(|mut file| Trailer::read(&mut file));
        match trailer {
            Ok(trailer) => self.found.push(trailer.meta(&key)),
            // It was deleted since its name was read.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(place.named(error)),
        }
        Ok(())
    }

    /// The first names behind `behind` that can lead to keys of the page; those of folders end in a slash.
    fn names(&self, folder: &Path, base: &str, behind: &str) -> io::Result<BTreeSet<String>> {
        let mut names = BTreeSet::new();
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(names),
            other => other?,
        };
        for entry in entries {
            let entry = entry?;
            let Ok(mut name) = entry.file_name().into_string() else {
                continue;
            };
            let is_folder = entry.file_type()?.is_dir();
            if !is_folder && name.pop() != Some(FILE_MARK) {
                continue;
            }
            // What other programs put here (`lost+found`, say) is no object, and may not be readable.
            if ObjectKey::try_from(name.as_str()).is_err() {
                continue;
            }
            if is_folder {
                name.push('/');
            }
            if name.as_str() > behind && self.wants(&format!("{base}{name}")) {
                names.insert(name);
                if names.len() > NAMES {
                    names.pop_last();
                }
            }
        }
        Ok(names)
    }

    /// Whether a key, or some key that begins with this when it ends in a slash, can be on the page.
    fn wants(&self, key: &str) -> bool {
        let is_folder = key.ends_with('/');
        let in_prefix = key.starts_with(self.prefix) || (is_folder && self.prefix.starts_with(key));
        let behind = self
            .after
            .is_none_or(|after| key > after || (is_folder && after.starts_with(key)));
        in_prefix && behind
    }
}
