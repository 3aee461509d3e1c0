//! Media in an S3 bucket.
//!
//! A body is gathered in parts of [`PART`] bytes: one that fits into the first is one `PutObject`, a longer one a
//! multipart upload, of which one part at a time is in memory. S3 shows an object whole or not at all. `Create` is
//! `If-None-Match: *` on the request that makes the object appear.

mod failure;
mod parts;
mod upload;

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{RequestChecksumCalculation, ResponseChecksumValidation};
use aws_sdk_s3::primitives::{ByteStream as Incoming, DateTime};
use aws_sdk_s3::types::ServerSideEncryption;
use blog_core::error::{Conflict, Error};
use blog_core::model::media::{
    ByteRange, ByteStream, Object, ObjectKey, ObjectMeta, PutMode, PutOptions,
};
use blog_core::ports::MediaStore;
use blog_core::time::Timestamp;
use blog_core::{Page, Result};
use futures_util::{StreamExt as _, stream};

use crate::body::Body;
use failure::{Failed as _, Failure};
use parts::Parts;
use upload::Upload;

/// The name of this backend in errors.
const BACKEND: &str = "s3";
/// The size of a part: at least 5 MiB, and at most 10 000 of them
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>), so objects of up to 78 GiB.
const PART: usize = 8 * 1024 * 1024;
/// How often a creation is sent again that met another one in the same moment.
const CREATIONS: u32 = 4;

/// Why a URL names no bucket.
#[derive(Debug, thiserror::Error)]
enum NoBucket {
    #[error("the URL names no bucket; write s3://bucket")]
    Name,
    #[error("the URL's option \"{0}\" is not known; there are kms, checksums and path-style")]
    Option(String),
    #[error("checksums={0} is not known; write checksums=always or checksums=when-required")]
    Checksums(String),
}

/// Media in an S3 bucket, or in a bucket of a server that speaks S3's language and knows `If-None-Match` on writes.
#[derive(Debug, Clone)]
pub struct S3Media {
    client: Client,
    bucket: String,
    /// The key that encrypts what is put, where it is not the bucket's own.
    kms: Option<String>,
}

impl S3Media {
    /// Opens `s3://bucket`, `s3://bucket?kms=KEY-ID`, and looks that the bucket answers. Credentials and region are those
    /// of the environment. With an `endpoint` the bucket's name stands in the path, since such servers seldom have a
    /// name for each bucket.
    ///
    /// # Errors
    /// `Unavailable` that says what is missing and what to do; `Backend` for a URL that names no bucket.
    pub async fn open(url: &str, endpoint: Option<&str>) -> Result<Self> {
        let (bucket, kms, checksums) =
            parse(url).map_err(|error| Error::backend(BACKEND, error))?;
        let shared = crate::aws::config(endpoint).await;
        let (calculation, validation) = match checksums {
            Checksums::Always => (
                RequestChecksumCalculation::WhenSupported,
                ResponseChecksumValidation::WhenSupported,
            ),
            Checksums::WhenRequired => (
                RequestChecksumCalculation::WhenRequired,
                ResponseChecksumValidation::WhenRequired,
            ),
        };
        let config = aws_sdk_s3::config::Builder::from(&shared)
            .force_path_style(endpoint.is_some())
            .request_checksum_calculation(calculation)
            .response_checksum_validation(validation)
            .build();
        let media = Self {
            client: Client::from_conf(config),
            bucket,
            kms,
        };
        media
            .client
            .head_bucket()
            .bucket(&media.bucket)
            .send()
            .await
            .map_err(|error| failure::refused(&media.bucket, error.failed()))?;
        Ok(media)
    }

    fn encryption(&self) -> Option<ServerSideEncryption> {
        self.kms.as_ref().map(|_| ServerSideEncryption::AwsKms)
    }

    /// Whether a creation that met another one lost: S3 says 412 where the object is there, and 409 where another write
    /// is under way, after which it is to be sent again.
    async fn lost(&self, key: &ObjectKey, failure: &Failure, attempt: u32) -> Result<bool> {
        match failure {
            Failure::Exists => Ok(true),
            Failure::Meanwhile => {
                tokio::time::sleep(Duration::from_millis(20 << attempt)).await;
                match self.head(key).await {
                    Ok(_) => Ok(true),
                    Err(Error::NotFound(_)) => Ok(false),
                    Err(error) => Err(error),
                }
            }
            _ => Ok(false),
        }
    }

    /// Runs what makes an object appear, again where another one was under way.
    async fn create<F, Fut>(&self, key: &ObjectKey, make: F) -> Result<()>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = std::result::Result<(), Failure>>,
    {
        let mut attempt = 0;
        loop {
            let Err(failure) = make().await else {
                return Ok(());
            };
            if self.lost(key, &failure, attempt).await? {
                return Err(Conflict::Exists.into());
            }
            attempt += 1;
            if !matches!(failure, Failure::Meanwhile) || attempt == CREATIONS {
                return Err(failure.error());
            }
        }
    }

    async fn put_whole(
        &self,
        key: &ObjectKey,
        bytes: bytes::Bytes,
        options: &PutOptions,
    ) -> Result<()> {
        self.create(key, || async {
            let put = self
                .client
                .put_object()
                .bucket(&self.bucket)
                .key(key.as_str())
                .content_type(&options.content_type)
                .set_server_side_encryption(self.encryption())
                .set_ssekms_key_id(self.kms.clone())
                .set_if_none_match(if_none_match(options.mode))
                .body(bytes.clone().into());
            put.send().await.map_err(|error| error.failed())?;
            Ok(())
        })
        .await
    }

    async fn put_parts(
        &self,
        key: &ObjectKey,
        first: bytes::Bytes,
        mut parts: Parts,
        options: &PutOptions,
    ) -> Result<()> {
        let mut upload = Upload::begin(self, key, options).await?;
        upload.part(first).await?;
        while let Some(part) = parts.next().await? {
            upload.part(part).await?;
        }
        self.create(key, || upload.complete(options.mode)).await?;
        upload.done();
        Ok(())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Checksums {
    Always,
    WhenRequired,
}

fn parse(url: &str) -> std::result::Result<(String, Option<String>, Checksums), NoBucket> {
    let rest = url.strip_prefix("s3://").unwrap_or_default();
    let (bucket, query) = rest.split_once('?').unwrap_or((rest, ""));
    if bucket.is_empty() || bucket.contains(['/', ':', '@']) {
        return Err(NoBucket::Name);
    }
    let (mut kms, mut checksums) = (None, Checksums::Always);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=').unwrap_or((pair, "")) {
            ("kms", key) => kms = Some(key.to_owned()),
            ("checksums", "always") => checksums = Checksums::Always,
            ("checksums", "when-required") => checksums = Checksums::WhenRequired,
            ("checksums", other) => return Err(NoBucket::Checksums(other.to_owned())),
            (other, _) => return Err(NoBucket::Option(other.to_owned())),
        }
    }
    Ok((bucket.to_owned(), kms, checksums))
}

fn if_none_match(mode: PutMode) -> Option<String> {
    (mode == PutMode::Create).then(|| "*".to_owned())
}

/// An etag without its quotation marks.
fn etag(value: Option<&str>) -> String {
    value.unwrap_or_default().trim_matches('"').to_owned()
}

fn moment(value: Option<&DateTime>) -> Timestamp {
    let nanos = value.map_or(0, DateTime::as_nanos);
    Timestamp::from_micros(i64::try_from(nanos / 1_000).unwrap_or(i64::MAX))
}

fn size(value: Option<i64>) -> u64 {
    value.and_then(|size| u64::try_from(size).ok()).unwrap_or(0)
}

/// The first byte behind the part, its begin, and the whole size, of `bytes 0-99/1234`.
fn content_range(value: &str) -> Option<(std::ops::Range<u64>, u64)> {
    let (range, size) = value.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let last: u64 = last.parse().ok()?;
    Some((
        first.parse().ok()?..last.checked_add(1)?,
        size.parse().ok()?,
    ))
}

#[async_trait]
impl MediaStore for S3Media {
    fn bucket(&self) -> &str {
        &self.bucket
    }

    async fn put(
        &self,
        key: &ObjectKey,
        body: ByteStream,
        options: PutOptions,
    ) -> Result<ObjectMeta> {
        let mut parts = Parts::new(Body::new(body, options.size));
        let first = parts.next().await?.unwrap_or_default();
        if parts.is_over() {
            self.put_whole(key, first, &options).await?;
        } else {
            self.put_parts(key, first, parts, &options).await?;
        }
        self.head(key).await
    }

    async fn get(&self, key: &ObjectKey, range: Option<ByteRange>) -> Result<Object> {
        let asked = match range {
            None => None,
            Some(ByteRange::Between(first, last)) if first <= last => {
                Some(format!("bytes={first}-{last}"))
            }
            // S3 would leave it out and answer with the whole.
            Some(ByteRange::Between(..)) => {
                let size = self.head(key).await?.size;
                return Err(Error::RangeNotSatisfiable { size });
            }
            Some(ByteRange::From(first)) => Some(format!("bytes={first}-")),
            Some(ByteRange::Last(count)) => Some(format!("bytes=-{count}")),
        };
        let got = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(key.as_str())
            .set_range(asked)
            .send()
            .await;
        let got = match got.map_err(|error| error.failed()) {
            Ok(got) => got,
            Err(Failure::Range) => {
                let size = self.head(key).await?.size;
                return Err(Error::RangeNotSatisfiable { size });
            }
            Err(failure) => return Err(failure.error()),
        };
        let length = size(got.content_length());
        let (range, size) = got
            .content_range()
            .and_then(content_range)
            .unwrap_or((0..length, length));
        let meta = ObjectMeta {
            key: key.clone(),
            size,
            etag: etag(got.e_tag()),
            content_type: got.content_type().unwrap_or_default().to_owned(),
            modified_at: moment(got.last_modified()),
        };
        Ok(Object {
            meta,
            range,
            body: pieces(got.body),
        })
    }

    async fn head(&self, key: &ObjectKey) -> Result<ObjectMeta> {
        let head = self
            .client
            .head_object()
            .bucket(&self.bucket)
            .key(key.as_str())
            .send()
            .await
            .map_err(|error| error.failed().error())?;
        Ok(ObjectMeta {
            key: key.clone(),
            size: size(head.content_length()),
            etag: etag(head.e_tag()),
            content_type: head.content_type().unwrap_or_default().to_owned(),
            modified_at: moment(head.last_modified()),
        })
    }

    async fn delete(&self, key: &ObjectKey) -> Result<()> {
        self.client
            .delete_object()
            .bucket(&self.bucket)
            .key(key.as_str())
            .send()
            .await
            .map_err(|error| error.failed().error())?;
        Ok(())
    }

    async fn copy(&self, from: &ObjectKey, to: &ObjectKey) -> Result<ObjectMeta> {
        // Keys are plain ASCII, of which nothing but the slash has a meaning in this header, and it keeps it.
        let source = format!("{}/{from}", self.bucket);
        self.create(to, || async {
            self.client
                .copy_object()
                .bucket(&self.bucket)
                .copy_source(&source)
                .key(to.as_str())
                .set_server_side_encryption(self.encryption())
                .set_ssekms_key_id(self.kms.clone())
                .if_none_match("*")
                .send()
                .await
                .map_err(|error| error.failed())?;
            Ok(())
        })
        .await?;
        self.head(to).await
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&ObjectKey>,
        limit: u16,
    ) -> Result<Page<ObjectMeta, ObjectKey>> {
        let listed = self
            .client
            .list_objects_v2()
            .bucket(&self.bucket)
            .prefix(prefix)
            .set_start_after(after.map(|after| after.as_str().to_owned()))
            .max_keys(i32::from(limit.clamp(1, 1_000)))
            .send()
            .await
            .map_err(|error| error.failed().error())?;
        let items: Vec<ObjectMeta> = listed
            .contents()
            .iter()
            .map(|object| ObjectMeta {
                key: ObjectKey::from_store(object.key().unwrap_or_default().to_owned()),
                size: size(object.size()),
                etag: etag(object.e_tag()),
                content_type: String::new(),
                modified_at: moment(object.last_modified()),
            })
            .collect();
        let next = items
            .last()
            .filter(|_| listed.is_truncated() == Some(true))
            .map(|last| last.key.clone());
        Ok(Page { items, next })
    }
}

/// The pieces of an answer's body; a damaged or cut one ends in an error.
fn pieces(body: Incoming) -> ByteStream {
    stream::try_unfold(body, |mut body| async move {
        match body.try_next().await {
            Ok(piece) => Ok(piece.map(|piece| (piece, body))),
            Err(error) => Err(std::io::Error::other(error)),
        }
    })
    .boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_name_a_bucket_and_known_options() {
        let (bucket, kms, checksums) =
            parse("s3://pictures?kms=alias/blog&checksums=when-required").unwrap();
        assert_eq!(
            (bucket.as_str(), kms.as_deref()),
            ("pictures", Some("alias/blog"))
        );
        assert_eq!(checksums, Checksums::WhenRequired);
        for url in [
            "s3://",
            "s3:pictures",
            "s3://key:secret@pictures",
            "s3://pictures/folder",
        ] {
            assert!(matches!(parse(url), Err(NoBucket::Name)), "{url}");
        }
        assert!(parse("s3://pictures?region=x").is_err());
        assert!(parse("s3://pictures?checksums=never").is_err());
    }

    #[test]
    fn a_content_range_is_read_or_not_believed() {
        assert_eq!(content_range("bytes 0-99/1234"), Some((0..100, 1234)));
        for odd in [
            "bytes */1234",
            "0-99/1234",
            "bytes 0-/1",
            "bytes 0-18446744073709551615/1",
        ] {
            assert_eq!(content_range(odd), None, "{odd}");
        }
    }
}
