//! Folders that files will be made in.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::Finding;

/// Looks at a folder by trying `probe` in it. One that is not there is made when the blog starts, so what it will be made
/// in is looked at.
pub(crate) async fn look(
    check: &'static str,
    path: PathBuf,
    probe: fn(&Path) -> io::Result<()>,
) -> Finding {
    let fine = Finding::ok(check, "write", path.display().to_string());
    let looked = tokio::task::spawn_blocking(move || looked(&path, probe)).await;
    match looked {
        Ok(Ok(true)) => fine,
        Ok(Ok(false)) => fine.warned("it is not there yet; the blog makes it at its first start"),
        Ok(Err((path, error))) => fine.failed(remedy(&path, &error)),
        Err(panic) => fine.failed(format!("it could not be looked at: {panic}")),
    }
}

/// Whether it is there; the folder that could not be written otherwise.
fn looked(path: &Path, probe: fn(&Path) -> io::Result<()>) -> Result<bool, (PathBuf, io::Error)> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => match probe(path) {
            Ok(()) => Ok(true),
            Err(error) => Err((path.to_owned(), error)),
        },
        Ok(_) => Err((path.to_owned(), io::ErrorKind::NotADirectory.into())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let above = match path.parent() {
                Some(above) if above.as_os_str().is_empty() => Path::new("."),
                Some(above) => above,
                None => return Err((path.to_owned(), error)),
            };
            looked(above, probe).map(|_| false)
        }
        Err(error) => Err((path.to_owned(), error)),
    }
}

/// Makes a file and takes it away again.
pub(crate) fn writes(folder: &Path) -> io::Result<()> {
    let name = format!(".doctor-{}", uuid::Uuid::now_v7().simple());
    let path = folder.join(name);
    let mut file = File::create_new(&path)?;
    let written = io::Write::write_all(&mut file, b"doctor").and_then(|()| file.sync_all());
    let removed = fs::remove_file(&path);
    written.and(removed)
}

fn remedy(path: &Path, error: &io::Error) -> String {
    let path = path.display();
    match error.kind() {
        io::ErrorKind::PermissionDenied => format!(
            "this user may not write in {path}; give the folder to the user that the server runs as (chown), or name \
             another one"
        ),
        io::ErrorKind::ReadOnlyFilesystem => format!(
            "the file system of {path} is mounted to be read only; mount it to be written, or name another folder"
        ),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            format!("there is no room left in {path}; make room, or name another folder")
        }
        io::ErrorKind::NotADirectory => {
            format!("{path} is a file and no folder; move it away, or name another folder")
        }
        _ => format!("{path} cannot be written: {error}; name another folder"),
    }
}
