//! What the doctor looks at in the folder of the media.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::draft;
use crate::connect;
use crate::doctor::{Finding, folder as look};

/// Looks at the folder of a URL: whether a body can be written, and linked to its name.
pub(crate) async fn folder(url: &str) -> Finding {
    match connect::folder(url) {
        Ok(path) => look::look("media-folder", PathBuf::from(path), put).await,
        Err(error) => Finding::ok("media-folder", "write", url).failed(error.to_string()),
    }
}

/// Where bodies are written until they are whole; before the first start in the folder itself.
fn put(root: &Path) -> io::Result<()> {
    let tmp = root.join("tmp");
    let folder = match fs::metadata(&tmp) {
        Ok(found) if found.is_dir() => tmp.as_path(),
        _ => root,
    };
    look::writes(folder)?;
    draft::probe(folder)
}
