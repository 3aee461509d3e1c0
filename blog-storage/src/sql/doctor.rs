//! What the doctor looks at in a database: that it is there, that its schema is the program's, and that it takes a write,
//! which is undone at once; or that its catalog can be read.

#[cfg(feature = "mysql")]
use std::ops::Bound;

use blog_core::error::{Error, Result};
#[cfg(feature = "mysql")]
use blog_core::model::media::Folder;
#[cfg(feature = "mysql")]
use blog_core::ports::MediaCatalog as _;

use super::SqlStore;
use super::args::args;
use super::migrate::SchemaError;
use crate::doctor::{Finding, cause};

/// Looks at the SQLite file of a URL, and makes none.
#[cfg(feature = "sqlite")]
pub(crate) async fn file(url: &str) -> Vec<Finding> {
    use crate::doctor::folder;

    let path = match super::sqlite::path(url) {
        Ok(path) => path,
        Err(error) => return vec![Finding::ok("records", "open", url).failed(cause(&error))],
    };
    // A file that is not there is not made by looking.
    if !matches!(tokio::fs::try_exists(&path).await, Ok(true)) {
        let above = path.parent().unwrap_or(&path).to_owned();
        let above = match above.as_os_str().is_empty() {
            true => std::path::PathBuf::from("."),
            false => above,
        };
        let folder = folder::look("records", above, folder::writes).await;
        if folder.is_failed() {
            return vec![folder];
        }
        let fine = Finding::ok("records", "open", path.display().to_string());
        return vec![fine.warned("it is not there yet; the blog makes it at its first start")];
    }
    database(url, path.display().to_string(), Use::Records).await
}

/// Looks at the database of a URL.
#[cfg(feature = "mysql")]
pub(crate) async fn server(url: &str, by: Use) -> Vec<Finding> {
    database(url, crate::connect::shown(url), by).await
}

/// What a database is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Everything that the blog does.
    Records,
    /// Reading which objects there are to be.
    #[cfg(feature = "mysql")]
    Catalog,
}

async fn database(url: &str, resource: String, by: Use) -> Vec<Finding> {
    let there = Finding::ok("records", "open", &resource);
    let schema = Finding::ok("records-schema", "read", &resource);
    let store = match SqlStore::connect(url).await {
        Ok(store) => store,
        Err(error) => {
            return match schema_error(&error) {
                Some(too_new) => vec![there, schema.failed(too_new.to_string())],
                None => vec![there.failed(remedy(&error, by))],
            };
        }
    };
    let mut findings = vec![there];
    match store.check_schema().await {
        Ok(()) => {
            findings.push(schema);
            let (fine, tried) = match by {
                Use::Records => (
                    Finding::ok("records-write", "write", &resource),
                    store.try_to_write().await,
                ),
                #[cfg(feature = "mysql")]
                Use::Catalog => (
                    Finding::ok("records-read", "read", &resource),
                    store
                        .by_key(Folder::Private, Bound::Unbounded, 1)
                        .await
                        .map(drop),
                ),
            };
            findings.push(match tried {
                Ok(()) => fine,
                Err(error) => fine.failed(remedy(&error, by)),
            });
        }
        Err(error) => findings.push(match schema_error(&error) {
            Some(SchemaError::Behind { at, needs }) => schema.failed(format!(
                "migrations are pending: the schema is at {at} and this program needs {needs}; run \"blog-server \
                 migrate\""
            )),
            Some(other) => schema.failed(other.to_string()),
            None => schema.failed(remedy(&error, by)),
        }),
    }
    store.close().await;
    findings
}

impl SqlStore {
    /// Writes a row and undoes it.
    async fn try_to_write(&self) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let put = tx.dialect().put_limit;
        tx.run(put, args![b"doctor".as_slice(), 0_i64]).await?;
        // Rolled back here.
        drop(tx);
        Ok(())
    }
}

fn schema_error(error: &Error) -> Option<SchemaError> {
    let source = std::error::Error::source(error)?;
    source.downcast_ref::<SchemaError>().copied()
}

/// What the driver met, if it is that.
fn met(error: &Error) -> Option<&sqlx::Error> {
    let mut link = std::error::Error::source(error);
    while let Some(error) = link {
        if let Some(met) = error.downcast_ref::<sqlx::Error>() {
            return Some(met);
        }
        link = error.source();
    }
    None
}

/// What is wrong, and what to do.
fn remedy(error: &Error, by: Use) -> String {
    let known = met(error).and_then(|met| match met {
        sqlx::Error::Database(database) => of_database(database.as_ref(), by),
        sqlx::Error::PoolTimedOut => Some(BUSY),
        _ => None,
    });
    #[cfg(feature = "sqlite")]
    if let Some(known) = file_system(error) {
        return known;
    }
    match (known, error) {
        (Some(known), _) => known.to_owned(),
        (None, Error::StorageFull { .. }) => FULL.to_owned(),
        (None, error) => cause(error),
    }
}

/// For what the operating system does not let be done to the file of SQLite.
#[cfg(feature = "sqlite")]
fn file_system(error: &Error) -> Option<String> {
    let opened = std::error::Error::source(error)?;
    let opened = opened.downcast_ref::<super::sqlite::NotOpened>()?;
    let path = opened.path.display();
    match opened.source.kind() {
        std::io::ErrorKind::PermissionDenied => Some(format!(
            "this user may not write {path}; give it and its folder to the user that the server runs as (chown)"
        )),
        std::io::ErrorKind::ReadOnlyFilesystem => Some(format!(
            "the file system of {path} is mounted to be read only; mount it to be written, or name another file"
        )),
        _ => None,
    }
}

const FULL: &str = "there is no room left for the database; make room on its disk";
const BUSY: &str = "another program holds the database and does not let go; look what else has it open, and end it";

fn of_database(error: &dyn sqlx::error::DatabaseError, by: Use) -> Option<&'static str> {
    #[cfg(not(feature = "mysql"))]
    let _ = by;
    #[cfg(feature = "mysql")]
    match super::dialect::mysql::number(error) {
        0 => {}
        1142 | 1143 if by == Use::Catalog => {
            return Some(
                "this user may not read the catalog; as an administrator run GRANT SELECT ON blog_media, and on \
                 blog_migrations, TO the user",
            );
        }
        1040 | 1203 | 1226 => {
            return Some(
                "the server has no connection left; raise its max_connections, or lower ?pool= in stores.database_url",
            );
        }
        1142 | 1143 | 1227 | 1370 => {
            return Some(
                "this user may not write there; as an administrator run GRANT ALL ON the database TO the user",
            );
        }
        1290 | 1836 | 1792 => {
            return Some(
                "the server takes no writes; name the primary and no replica, or turn read_only off there",
            );
        }
        1205 => return Some(BUSY),
        1021 | 1114 | 1135 | 3675 => return Some(FULL),
        _ => return None,
    }
    // By the low byte: the primary code.
    #[cfg(feature = "sqlite")]
    {
        let code = error.code().and_then(|code| code.parse::<i32>().ok());
        match code.unwrap_or(0) & 0xff {
            5 | 6 => return Some(BUSY),
            8 => {
                return Some(
                    "the file may not be written; give it and its folder to the user that the server runs as (chown)",
                );
            }
            11 => {
                return Some("the file is damaged; stop the server and bring back the last backup");
            }
            13 => return Some(FULL),
            14 => {
                return Some(
                    "the file cannot be opened; give it and its folder to the user that the server runs as (chown)",
                );
            }
            26 => {
                return Some(
                    "the file is no database of SQLite; name another one in stores.database_url, or bring back a backup",
                );
            }
            _ => {}
        }
    }
    None
}
