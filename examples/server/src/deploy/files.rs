//! Who may read and change the files that the settings name.

use std::path::{Path, PathBuf};

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

/// The permissions of a file or folder; `None` where it is not there, or there are none.
#[cfg(unix)]
fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path)
        .ok()
        .map(|meta| meta.permissions().mode() & 0o777)
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

pub(super) fn look(config: &Config, files: &Files, rules: &mut Rules) {
    let stores = &config.stores;
    if let Some(path) = &files.config {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let secrets = [&stores.database_url, &stores.mail_url]
            .iter()
            .any(|url| url.contains('@') && text.contains(url.as_str()));
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
            ),
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
            rules.rule(check, shown, closed(&path, 0o077, right, why));
        }
    }
}
