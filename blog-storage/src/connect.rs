//! Backends by URL, so that swapping one is a matter of configuration.

use std::sync::Arc;

use blog_core::backend::Records;
use blog_core::ports::{MediaStore, ObjectIndex};
use blog_core::{Backend, Error};

use crate::memory::{MemoryMedia, MemoryStore};

/// Where everything is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Urls {
    /// The records: `memory:`, `sqlite:path` or `mysql://user:password@host/database`.
    pub records: String,
    /// The bytes: `memory:`, `file:path` or `s3://bucket`.
    pub media: String,
    /// The object index: `memory:` or `dynamodb://table`, or `None` for beside the records.
    pub index: Option<String>,
    /// Where the AWS stores are instead of at AWS: an emulator, or a server that speaks the same language.
    pub aws_endpoint: Option<String>,
}

impl Urls {
    /// Records and media at these places, the index beside the records.
    pub fn new(records: impl Into<String>, media: impl Into<String>) -> Self {
        Self {
            records: records.into(),
            media: media.into(),
            index: None,
            aws_endpoint: None,
        }
    }

    /// Everything in memory.
    pub fn memory() -> Self {
        Self::new("memory:", "memory:")
    }
}

/// Why a URL gave no backend.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The scheme is not known, or not in this build.
    #[error("{what} cannot be kept at \"{url}\": this build knows {known}")]
    Unknown {
        /// What was to be kept there: "records", "media", "the index".
        what: &'static str,
        /// The URL as it was given, without anything behind its scheme, since a password may stand there.
        url: String,
        /// The schemes that would do.
        known: &'static str,
    },
    /// The URL has a scheme but names no place.
    #[error("\"{url}\" names no place; write {example}")]
    NoPlace {
        /// The URL as it was given.
        url: String,
        /// How it could look.
        example: &'static str,
    },
    /// The URL names another machine.
    #[error(
        "\"{url}\" names a folder of another machine; write file:./data/media or file:///var/lib/media"
    )]
    OtherHost {
        /// The URL as it was given.
        url: String,
    },
    /// The place cannot be used.
    #[error("{what} at \"{url}\" cannot be opened: {source}")]
    Open {
        /// What is kept there.
        what: &'static str,
        /// The URL, a password in it hidden.
        url: String,
        /// Why.
        #[source]
        source: Error,
    },
}

/// A connected backend.
#[derive(Debug, Clone)]
pub struct Connected {
    /// For [`Blog::builder`](blog_core::Blog::builder).
    pub backend: Backend,
    schema: Schema,
}

#[derive(Debug, Clone)]
enum Schema {
    None,
    #[cfg(any(feature = "sqlite", feature = "mysql"))]
    Sql(Arc<crate::sql::SqlStore>),
}

impl Connected {
    /// Brings the schema of the records up to date. Any number of processes may do so at once. In memory there is
    /// nothing to do.
    ///
    /// # Errors
    /// Of the store.
    pub async fn migrate(&self) -> blog_core::Result<()> {
        match &self.schema {
            Schema::None => Ok(()),
            #[cfg(any(feature = "sqlite", feature = "mysql"))]
            Schema::Sql(store) => store.migrate().await,
        }
    }

    /// Says what to do when the schema cannot be used as it is.
    ///
    /// # Errors
    /// `Unavailable`, with the sentence as its source.
    pub async fn check_schema(&self) -> blog_core::Result<()> {
        match &self.schema {
            Schema::None => Ok(()),
            #[cfg(any(feature = "sqlite", feature = "mysql"))]
            Schema::Sql(store) => store.check_schema().await,
        }
    }

    /// Closes the records' connections and waits for it.
    pub async fn close(&self) {
        match &self.schema {
            Schema::None => {}
            #[cfg(any(feature = "sqlite", feature = "mysql"))]
            Schema::Sql(store) => store.close().await,
        }
    }
}

/// Connects to what the URLs name. The schema is left as it is; see [`Connected::migrate`].
///
/// # Errors
/// One sentence that names the URL and what to do.
pub async fn connect(urls: &Urls) -> Result<Connected, ConnectError> {
    let (records, beside, schema) = records(&urls.records).await?;
    let endpoint = urls.aws_endpoint.as_deref();
    let media = media(&urls.media, endpoint).await?;
    let index: Arc<dyn ObjectIndex> = match urls.index.as_deref() {
        None => beside,
        Some(url) if url == urls.records => beside,
        Some(url) => index(url, endpoint).await?,
    };
    Ok(Connected {
        backend: Backend {
            records,
            media,
            index,
        },
        schema,
    })
}

async fn records(url: &str) -> Result<(Records, Arc<dyn ObjectIndex>, Schema), ConnectError> {
    match scheme(url) {
        "memory" => {
            let store = Arc::new(MemoryStore::new());
            Ok((Records::of(store.clone()), store, Schema::None))
        }
        #[cfg(feature = "sqlite")]
        "sqlite" => {
            place(url, "sqlite:./data/blog.db")?;
            sql(url).await
        }
        #[cfg(feature = "mysql")]
        "mysql" => sql(url).await,
        _ => Err(unknown("records", url, RECORDS)),
    }
}

#[cfg(any(feature = "sqlite", feature = "mysql"))]
async fn sql(url: &str) -> Result<(Records, Arc<dyn ObjectIndex>, Schema), ConnectError> {
    let store = crate::sql::SqlStore::connect(url).await;
    let store = Arc::new(store.map_err(|source| ConnectError::Open {
        what: "the records",
        url: shown(url),
        source,
    })?);
    let schema = Schema::Sql(store.clone());
    Ok((Records::of(store.clone()), store, schema))
}

async fn index(url: &str, endpoint: Option<&str>) -> Result<Arc<dyn ObjectIndex>, ConnectError> {
    match scheme(url) {
        "memory" => Ok(Arc::new(MemoryStore::new())),
        #[cfg(feature = "dynamodb")]
        "dynamodb" => {
            let index = crate::dynamodb::DynamoIndex::open(url, endpoint).await;
            let index = index.map_err(|source| ConnectError::Open {
                what: "the index",
                url: shown(url),
                source,
            })?;
            Ok(Arc::new(index))
        }
        _ => {
            let _ = endpoint;
            Err(unknown("the index", url, INDEX))
        }
    }
}

async fn media(url: &str, endpoint: Option<&str>) -> Result<Arc<dyn MediaStore>, ConnectError> {
    match scheme(url) {
        "memory" => Ok(Arc::new(MemoryMedia::new())),
        #[cfg(feature = "fs")]
        "file" => {
            let path = folder(url)?;
            let media = crate::fs::FsMedia::open(path).await;
            let media = media.map_err(|source| ConnectError::Open {
                what: "the media",
                url: url.to_owned(),
                source,
            })?;
            Ok(Arc::new(media))
        }
        #[cfg(feature = "s3")]
        "s3" => {
            let media = crate::s3::S3Media::open(url, endpoint).await;
            let media = media.map_err(|source| ConnectError::Open {
                what: "the media",
                url: shown(url),
                source,
            })?;
            Ok(Arc::new(media))
        }
        _ => {
            let _ = endpoint;
            Err(unknown("media", url, MEDIA))
        }
    }
}

pub(crate) const RECORDS: &str = match (cfg!(feature = "sqlite"), cfg!(feature = "mysql")) {
    (true, true) => "memory:, sqlite:path and mysql://user:password@host/database",
    (true, false) => "memory: and sqlite:path (and mysql:… with the feature \"mysql\")",
    (false, true) => {
        "memory: and mysql://user:password@host/database (and sqlite:path with the feature \"sqlite\")"
    }
    (false, false) => "memory: (and sqlite:path or mysql:… with the feature of that name)",
};

pub(crate) const INDEX: &str = if cfg!(feature = "dynamodb") {
    "memory:, dynamodb://table and the records' own URL"
} else {
    "memory: and the records' own URL (and dynamodb://table with the feature \"dynamodb\")"
};

pub(crate) const MEDIA: &str = match (cfg!(feature = "fs"), cfg!(feature = "s3")) {
    (true, true) => "memory:, file:path and s3://bucket",
    (true, false) => "memory: and file:path (and s3://bucket with the feature \"s3\")",
    (false, true) => "memory: and s3://bucket (and file:path with the feature \"fs\")",
    (false, false) => "memory: (and file:path or s3://bucket with the feature \"fs\" or \"s3\")",
};

pub(crate) fn scheme(url: &str) -> &str {
    url.split_once(':').map_or("", |(scheme, _)| scheme)
}

/// What stands behind the scheme; `file:///a` and `file:/a` are the same place.
#[cfg(any(feature = "sqlite", feature = "fs"))]
pub(crate) fn place<'a>(url: &'a str, example: &'static str) -> Result<&'a str, ConnectError> {
    let path = url.split_once(':').map_or("", |(_, path)| path);
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() {
        return Err(ConnectError::NoPlace {
            url: url.to_owned(),
            example,
        });
    }
    Ok(path)
}

/// The folder of `file:./data/media` and its like.
#[cfg(feature = "fs")]
pub(crate) fn folder(url: &str) -> Result<&str, ConnectError> {
    let path = place(url, "file:./data/media")?;
    // What stands between `//` and the next slash is a host (RFC 8089, section 2), whose files are not here.
    let host = url
        .strip_prefix("file://")
        .is_some_and(|rest| !rest.starts_with(['/', '.']));
    match host {
        true => Err(ConnectError::OtherHost {
            url: url.to_owned(),
        }),
        false => Ok(path),
    }
}

/// A URL that may be shown: without the password between `user:` and `@`.
pub fn shown(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    // A password may hold what it should not, so the last @ counts.
    match rest.rfind('@') {
        Some(at) => {
            let user = rest[..at].split(':').next().unwrap_or_default();
            format!("{scheme}://{user}:…{}", &rest[at..])
        }
        None => url.to_owned(),
    }
}

fn unknown(what: &'static str, url: &str, known: &'static str) -> ConnectError {
    let shown = match url.split_once(':') {
        Some((scheme, _)) => format!("{scheme}:…"),
        None => url.to_owned(),
    };
    ConnectError::Unknown {
        what,
        url: shown,
        known,
    }
}
