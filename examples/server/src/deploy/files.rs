//! Who may read and change the files that the settings name.

use std::path::{Path, PathBuf};

use url::Url;

use super::Rules;
use crate::config::{Config, DEFAULT_FILE};

/// The file that the configuration was read from, if there was one.
#[derive(Debug, Default)]
pub(crate) struct Files {
    pub(crate) config: Option<PathBuf>,
}

impl Files {
    /// The one that was named, or the usual one where it is there.
    pub(crate) fn of(named: Option<PathBuf>) -> Self {
        let usual = PathBuf::from(DEFAULT_FILE);
        Self {
            config: named.or_else(|| usual.exists().then_some(usual)),
        }
    }
}

/// In a folder with this bit only a file's owner may rename or delete it. See inode(7).
const STICKY: u32 = 0o1000;

/// The permissions of a file or folder; `None` where it is not there, or there are none.
#[cfg(unix)]
fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path)
        .ok()
        .map(|meta| meta.permissions().mode() & 0o7777)
}

#[cfg(not(unix))]
fn mode(_: &Path) -> Option<u32> {
    None
}

/// What all others may not: the mode that it has, and the command that sets it right.
fn closed(path: &Path, forbidden: u32, right: &str, why: &str) -> Option<String> {
    let mode = mode(path).filter(|mode| mode & forbidden != 0)?;
    Some(format!(
        "its mode is {mode:o}, so {why}; run chmod {right} {}",
        path.display()
    ))
}

/// The nearest folder above a path in which others may put something else under its name.
fn replaceable(path: &Path) -> Option<String> {
    let path = std::path::absolute(path).ok()?;
    path.ancestors().skip(1).find_map(|folder| {
        mode(folder).filter(|mode| mode & STICKY == 0)?;
        closed(
            folder,
            0o022,
            "go-w",
            &format!(
                "others of this machine may put another {} there",
                path.display()
            ),
        )
        .map(|unsafe_because| format!("of the folder {}: {unsafe_because}", folder.display()))
    })
}

/// Whether a file of the configuration holds a password, in one of its URLs.
fn holds_secret(path: &Path) -> bool {
    fn any(value: &toml::Value) -> bool {
        match value {
            toml::Value::String(text) => Url::parse(text).is_ok_and(|url| url.password().is_some()),
            toml::Value::Table(table) => table.values().any(any),
            _ => false,
        }
    }
    let text = std::fs::read_to_string(path).unwrap_or_default();
    // One that cannot be read as TOML has ended the start already.
    toml::from_str::<toml::Table>(&text).is_ok_and(|table| table.values().any(any))
}

pub(super) fn look(config: &Config, files: &Files, rules: &mut Rules) {
    let stores = &config.stores;
    if let Some(path) = &files.config {
        let secrets = holds_secret(path);
        let shown = path.display().to_string();
        rules.rule(
            "config-secret",
            &shown,
            closed(
                path,
                0o044,
                "600",
                "others of this machine read the passwords in it",
            )
            .filter(|_| secrets),
        );
        rules.rule(
            "config-unchangeable",
            &shown,
            closed(
                path,
                0o022,
                "600",
                "others of this machine decide where the blog keeps its data",
            )
            .or_else(|| replaceable(path)),
        );
    }
    let place = |url: &str, scheme: &str| {
        let path = url.strip_prefix(scheme)?;
        Some(PathBuf::from(path.strip_prefix("//").unwrap_or(path)))
    };
    for (check, path, right, why) in [
        (
            "database-secret",
            place(&stores.database_url, "sqlite:"),
            "600",
            "others of this machine read addresses, drafts and password hashes",
        ),
        (
            "media-secret",
            place(&stores.media_url, "file:"),
            "700",
            "others of this machine read the pictures of drafts",
        ),
        (
            "mail-secret",
            place(&stores.mail_url, "file:"),
            "700",
            "others of this machine read the links that open accounts",
        ),
    ] {
        if let Some(path) = path {
            let shown = path.display().to_string();
            let open = closed(&path, 0o077, right, why);
            // What is not there yet is made so that nobody else reads it.
            let open = open.or_else(|| path.exists().then(|| replaceable(&path)).flatten());
            rules.rule(check, shown, open);
        }
    }
}
