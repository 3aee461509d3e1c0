//! What the errors of a file system mean for the blog.

use std::io;
use std::path::Path;

use blog_core::Result;
use blog_core::error::Error;

use super::BACKEND;

/// Translates an error of the operating system.
pub(super) fn failed(error: io::Error) -> Error {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::StorageFull | Kind::QuotaExceeded => Error::StorageFull {
            source: error.into(),
        },
        Kind::TimedOut | Kind::ResourceBusy | Kind::StaleNetworkFileHandle => {
            Error::unavailable(BACKEND, error)
        }
        Kind::PermissionDenied | Kind::ReadOnlyFilesystem | Kind::NotFound => Error::Unavailable {
            backend: BACKEND,
            retryable: false,
            source: error.into(),
        },
        // Too many open files, in this process or in all (ENFILE and EMFILE have no kind of their own).
        _ if cfg!(unix) && matches!(error.raw_os_error(), Some(23 | 24)) => {
            Error::unavailable(BACKEND, error)
        }
        _ => Error::backend(BACKEND, error),
    }
}

/// The folder as a whole cannot be used.
pub(super) fn unusable(folder: &Path, error: io::Error) -> Error {
    match failed(error) {
        full @ Error::StorageFull { .. } => full,
        Error::Unavailable { source, .. } | Error::Backend { source, .. } => {
            let what = format!(
                "the media folder {} cannot be used: {source}",
                folder.display()
            );
            Error::Unavailable {
                backend: BACKEND,
                retryable: false,
                source: what.into(),
            }
        }
        other => other,
    }
}

/// Runs work on a thread that may wait.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|panic| Error::backend(BACKEND, panic))?
}
