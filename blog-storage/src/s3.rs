//! Media in an S3 bucket.
//!
//! A body is gathered in parts of 8 MiB: one that fits into the first is one `PutObject`, a longer one a
//! multipart upload, of which one part at a time is in memory. S3 shows an object whole or not at all. `Create` is
//! `If-None-Match: *` on the request that makes the object appear.

mod copy;
mod create;
pub(crate) mod doctor;
mod failure;
mod grant;
mod parts;
mod place;
mod read;
mod upload;

use std::time::Duration;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{RequestChecksumCalculation, ResponseChecksumValidation};
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::primitives::DateTime;
use blog_core::error::Error;
use blog_core::model::media::{ByteRange, ByteStream, Object, ObjectKey, ObjectMeta, PutOptions};
use blog_core::ports::MediaStore;
use blog_core::time::Timestamp;
use blog_core::{Page, Result};

use crate::aws;
use crate::body::Body;
pub use grant::{Presigned, UploadForm};

use failure::{Failed as _, Failure};
use parts::Parts;
use place::{Checksums, Place};
use read::{Reading, content_range};

/// The name of this backend in errors.
const BACKEND: &str = "s3";
/// The size of a part: at least 5 MiB, and at most 10 000 of them
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>), so objects of up to 78 GiB.
const PART: usize = 8 * 1024 * 1024;
/// How long a request may take that carries a part, or after which S3 has to put one together.
const LONG: Duration = Duration::from_secs(60);

/// The operations that this adapter asks S3 for, each with the actions that a policy has to allow for it
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html>). With a KMS key there are
/// [`KMS_ACTIONS`] beside them.
pub const ACTIONS: [(&str, &[&str]); 11] = [
    ("AbortMultipartUpload", &["s3:AbortMultipartUpload"]),
    ("CompleteMultipartUpload", &["s3:PutObject"]),
    ("CreateMultipartUpload", &["s3:PutObject"]),
    ("DeleteObject", &["s3:DeleteObject"]),
    ("GetObject", &["s3:GetObject"]),
    ("HeadBucket", &["s3:ListBucket"]),
    // Without s3:ListBucket what does not exist is forbidden, and not missing.
    ("HeadObject", &["s3:GetObject", "s3:ListBucket"]),
    ("ListObjectsV2", &["s3:ListBucket"]),
    ("PutObject", &["s3:PutObject"]),
    ("UploadPart", &["s3:PutObject"]),
    ("UploadPartCopy", &["s3:GetObject", "s3:PutObject"]),
];

/// What the doctor asks for beside [`ACTIONS`].
pub const DOCTOR_ACTIONS: [(&str, &[&str]); 1] = [(
    "GetBucketNotificationConfiguration",
    &["s3:GetBucketNotification"],
)];

/// What a policy has to allow on the key where the bucket, or `?kms=`, encrypts with one.
pub const KMS_ACTIONS: [&str; 2] = ["kms:Decrypt", "kms:GenerateDataKey"];

/// Media in an S3 bucket, or in a bucket of a server that speaks S3's language and knows `If-None-Match` on writes.
#[derive(Debug, Clone)]
pub struct S3Media {
    client: Client,
    bucket: String,
    /// The key that encrypts what is put, where it is not the bucket's own.
    kms: Option<String>,
    /// For forms, which the SDK does not sign.
    credentials: SharedCredentialsProvider,
}

impl S3Media {
    /// Opens `s3://bucket`, and looks that the bucket answers. Credentials and region are those of the environment.
    /// `?kms=KEY` encrypts what is put with this key; `?checksums=when-required` is for servers that do not know S3's
    /// checksums. With an `endpoint` the bucket's name stands in the path, since such servers seldom have a name for each
    /// bucket, unless `?path-style=false` is said.
    ///
    /// # Errors
    /// `Unavailable` that says what is missing and what to do; `Backend` for a URL that names no bucket.
    pub async fn open(url: &str, endpoint: Option<&str>) -> Result<Self> {
        let place = Place::parse(url).map_err(|error| Error::backend(BACKEND, error))?;
        let shared = aws::config(endpoint).await;
        let credentials = aws::check(&shared)
            .await
            .map_err(|lacks| Error::Unavailable {
                backend: BACKEND,
                retryable: false,
                source: lacks.into(),
            })?;
        let media = Self::at(place, &shared, credentials, endpoint.is_some());
        if let Err(failure) = media.answers().await {
            return Err(failure::refused(&media.bucket, endpoint, failure));
        }
        Ok(media)
    }

    /// The same without a look at the bucket.
    fn at(
        place: Place,
        shared: &SdkConfig,
        credentials: SharedCredentialsProvider,
        elsewhere: bool,
    ) -> Self {
        let (calculation, validation) = match place.checksums {
            Checksums::Always => (
                RequestChecksumCalculation::WhenSupported,
                ResponseChecksumValidation::WhenSupported,
            ),
            Checksums::WhenRequired => (
                RequestChecksumCalculation::WhenRequired,
                ResponseChecksumValidation::WhenRequired,
            ),
        };
        let config = aws_sdk_s3::config::Builder::from(shared)
            .force_path_style(place.path_style.unwrap_or(elsewhere))
            .request_checksum_calculation(calculation)
            .response_checksum_validation(validation)
            .retry_classifier(failure::DamagedOnItsWay)
            .build();
        Self {
            client: Client::from_conf(config),
            bucket: place.bucket,
            kms: place.kms,
            credentials,
        }
    }

    /// Looks that the bucket answers. Why a HEAD is refused nobody is told, so what is refused is asked again as a list.
    async fn answers(&self) -> std::result::Result<(), Failure> {
        let head = self.client.head_bucket().bucket(&self.bucket).send().await;
        match head.map_err(|error| error.failed()) {
            Ok(_) => Ok(()),
            Err(failure) if failure.is_unsaid() => {
                let list = self.client.list_objects_v2().bucket(&self.bucket);
                match list.max_keys(1).send().await {
                    // It passed meanwhile.
                    Ok(_) => Ok(()),
                    Err(error) => Err(error.failed()),
                }
            }
            Err(failure) => Err(failure),
        }
    }

    async fn look(&self, key: &ObjectKey) -> std::result::Result<HeadObjectOutput, Failure> {
        self.client
            .head_object()
            .bucket(&self.bucket)
            .key(key.as_str())
            .send()
            .await
            .map_err(|error| error.failed())
    }

    /// That a range holds no byte of this object.
    async fn not_satisfiable<T>(&self, key: &ObjectKey) -> Result<T> {
        let size = self.head(key).await?.size;
        Err(Error::RangeNotSatisfiable { size })
    }
}

/// The limits of a request that may take its time.
fn patient() -> aws_sdk_s3::config::Builder {
    aws_sdk_s3::Config::builder().timeout_config(aws::limits(LONG, LONG * aws::ATTEMPTS))
}

/// An etag without its quotation marks.
fn etag(value: Option<&str>) -> String {
    value.unwrap_or_default().trim_matches('"').to_owned()
}

/// In whole seconds, since that is what the headers of an object say, and lists may know better.
fn moment(value: Option<&DateTime>) -> Timestamp {
    let seconds = value.map_or(0, DateTime::secs);
    Timestamp::from_micros(seconds.saturating_mul(1_000_000))
}

fn size(value: Option<i64>) -> u64 {
    value.and_then(|size| u64::try_from(size).ok()).unwrap_or(0)
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
        // Some servers know no greater numbers, and no object is that long.
        const MOST: u64 = i64::MAX as u64;
        let beyond = match range {
            Some(ByteRange::Between(first, last)) => first > last || first > MOST,
            Some(ByteRange::From(first)) => first > MOST,
            _ => false,
        };
        if beyond {
            return self.not_satisfiable(key).await;
        }
        let asked = range.map(|range| match range {
            ByteRange::Between(first, last) => format!("bytes={first}-{}", last.min(MOST)),
            ByteRange::From(first) => format!("bytes={first}-"),
            ByteRange::Last(count) => format!("bytes=-{}", count.min(MOST)),
        });
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
            Err(Failure::Range) => return self.not_satisfiable(key).await,
            Err(failure) => return Err(failure.error()),
        };
        let length = size(got.content_length());
        if range.is_some() && length == 0 {
            return Err(Error::RangeNotSatisfiable { size: 0 });
        }
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
        let reading = Reading {
            media: self.clone(),
            key: key.clone(),
            etag: got.e_tag,
            rest: range.clone(),
            body: got.body,
        };
        Ok(Object {
            meta,
            range,
            body: reading.pieces(),
        })
    }

    async fn head(&self, key: &ObjectKey) -> Result<ObjectMeta> {
        let head = self.look(key).await.map_err(Failure::error)?;
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
        self.copy_inside(from, to).await?;
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
