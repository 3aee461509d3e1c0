//! The doctor: it makes the calls that a blog will make, and says of each whether it went well, and if not, what to do.
//!
//! What it puts into a store lies under a name of its own ([`PROBE`](blog_core::model::media::PROBE)) and is gone again
//! at the end.

#[cfg(any(feature = "sqlite", feature = "fs"))]
pub(crate) mod folder;
mod network;

use std::fmt;

use serde::Serialize;

pub use network::Network;

use crate::Urls;
use crate::connect::scheme;
#[cfg(any(feature = "s3", feature = "dynamodb"))]
use crate::connect::shown;

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It works.
    Ok,
    /// It works, and somebody should know something about it.
    Warning,
    /// It does not work.
    Failed,
}

impl Status {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
        }
    }
}

/// One line of the doctor's: what was looked at, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The name of the check: `media-put`.
    pub check: &'static str,
    /// What it came to.
    pub status: Status,
    /// What it was about: an ARN of AWS, a server, a folder, a key of the configuration.
    pub resource: String,
    /// What was done there: an action of IAM for AWS, else a word.
    pub action: String,
    /// What is wrong, and what to do; empty where nothing is.
    pub remedy: String,
}

impl Finding {
    /// It works.
    pub fn ok(check: &'static str, action: impl Into<String>, resource: impl Into<String>) -> Self {
        Self {
            check,
            status: Status::Ok,
            resource: resource.into(),
            action: action.into(),
            remedy: String::new(),
        }
    }

    /// It works, but this should be known.
    #[must_use]
    pub fn warned(self, remedy: impl Into<String>) -> Self {
        Self {
            status: Status::Warning,
            remedy: remedy.into(),
            ..self
        }
    }

    /// It does not work, and this is to be done.
    #[must_use]
    pub fn failed(self, remedy: impl Into<String>) -> Self {
        Self {
            status: Status::Failed,
            remedy: remedy.into(),
            ..self
        }
    }

    /// Whether something has to be done.
    pub fn is_failed(&self) -> bool {
        self.status == Status::Failed
    }
}

/// One line for people.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:<7} {}: {} {}",
            self.status.as_str(),
            self.check,
            self.action,
            self.resource
        )?;
        match self.remedy.as_str() {
            "" => Ok(()),
            remedy => write!(f, ": {remedy}"),
        }
    }
}

/// Who tells the object index what happens in the store of media, and so what is asked of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fed {
    /// Who changes the store tells the index too; events of a bucket tell what others do there.
    ByTheBlog,
    /// The events of the bucket alone. Who takes them only reads the bucket, so nothing is put into it.
    ByEvents,
}

/// Looks at everything that the URLs name. Nothing is made that is not there yet.
pub async fn examine(urls: &Urls, fed: Fed) -> Vec<Finding> {
    let mut findings = records(&urls.records).await;
    findings.extend(media_and_index(urls, fed).await);
    findings
}

/// Looks at the store of media and at the index, without the records.
pub async fn media_and_index(urls: &Urls, fed: Fed) -> Vec<Finding> {
    let endpoint = urls.aws_endpoint.as_deref();
    let index_url = urls.index.as_deref();
    // Beside the records, or in memory, no event of a bucket would ever arrive.
    let heard = index_url.is_some_and(|url| scheme(url) == "dynamodb");
    let mut findings = media(&urls.media, endpoint, fed, heard).await;
    if let Some(url) = index_url
        && url != urls.records
    {
        findings.extend(index(url, endpoint).await);
    }
    findings
}

/// Looks at the records alone.
pub async fn records(url: &str) -> Vec<Finding> {
    match scheme(url) {
        "memory" => vec![in_memory("records", url)],
        #[cfg(feature = "sqlite")]
        "sqlite" => crate::sql::doctor::file(url).await,
        #[cfg(feature = "mysql")]
        "mysql" => crate::sql::doctor::server(url, crate::sql::doctor::Use::Records).await,
        _ => vec![unknown("records", url, crate::connect::RECORDS)],
    }
}

/// Looks at a MySQL database of which only the catalog of media is read.
#[cfg(feature = "mysql")]
pub async fn catalog(url: &str) -> Vec<Finding> {
    crate::sql::doctor::server(url, crate::sql::doctor::Use::Catalog).await
}

async fn media(url: &str, endpoint: Option<&str>, fed: Fed, heard: bool) -> Vec<Finding> {
    match scheme(url) {
        "memory" => vec![in_memory("media", url)],
        #[cfg(feature = "fs")]
        "file" => vec![crate::fs::doctor::folder(url).await],
        #[cfg(feature = "s3")]
        "s3" => crate::s3::doctor::bucket(url, endpoint, fed, heard).await,
        _ => {
            let _ = (endpoint, fed, heard);
            vec![unknown("media", url, crate::connect::MEDIA)]
        }
    }
}

async fn index(url: &str, endpoint: Option<&str>) -> Vec<Finding> {
    match scheme(url) {
        "memory" => vec![in_memory("index", url)],
        #[cfg(feature = "dynamodb")]
        "dynamodb" => crate::dynamodb::doctor::table(url, endpoint).await,
        _ => {
            let _ = endpoint;
            vec![unknown("index", url, crate::connect::INDEX)]
        }
    }
}

fn in_memory(check: &'static str, url: &str) -> Finding {
    Finding::ok(check, "open", url).warned("everything in it is gone when the program ends")
}

fn unknown(check: &'static str, url: &str, known: &str) -> Finding {
    let scheme = scheme(url);
    Finding::ok(check, "open", format!("{scheme}:…"))
        .failed(format!("this build does not know it; it knows {known}"))
}

/// The sentence of what an adapter met, without the name of the adapter before it.
#[cfg(any(feature = "sqlite", feature = "mysql", feature = "dynamodb"))]
pub(crate) fn cause(error: &blog_core::Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => source.to_string(),
        None => error.to_string(),
    }
}

/// The finding for a URL that cannot be read.
#[cfg(any(feature = "s3", feature = "dynamodb"))]
pub(crate) fn misnamed(check: &'static str, url: &str, error: &dyn std::error::Error) -> Finding {
    Finding::ok(check, "open", shown(url)).failed(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_what_was_done_where_and_what_to_do() {
        let fine = Finding::ok("media-put", "s3:PutObject", "arn:aws:s3:::b/*");
        assert_eq!(
            fine.to_string(),
            "ok      media-put: s3:PutObject arn:aws:s3:::b/*"
        );
        let failed = fine.failed("allow it");
        assert_eq!(
            failed.to_string(),
            "failed  media-put: s3:PutObject arn:aws:s3:::b/*: allow it"
        );
        assert_eq!(
            serde_json::to_string(&failed).unwrap(),
            "{\"check\":\"media-put\",\"status\":\"failed\",\"resource\":\"arn:aws:s3:::b/*\",\
             \"action\":\"s3:PutObject\",\"remedy\":\"allow it\"}"
        );
    }

    #[tokio::test]
    async fn what_lies_in_memory_is_warned_of_and_what_nobody_knows_fails() {
        let findings = examine(&Urls::memory(), Fed::ByTheBlog).await;
        assert_eq!(findings.len(), 2);
        assert!(findings.iter().all(|one| one.status == Status::Warning));
        let urls = Urls {
            index: Some("redis://secret@host".to_owned()),
            ..Urls::new("postgres://ada:secret@host/blog", "ftp://host")
        };
        let findings = examine(&urls, Fed::ByTheBlog).await;
        assert_eq!(findings.len(), 3);
        for finding in findings {
            assert!(finding.is_failed());
            assert!(!finding.to_string().contains("secret"), "{finding}");
        }
    }
}
