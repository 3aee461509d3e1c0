//! How an object appears: whole, once, and by whom.

use std::time::Duration;

use aws_sdk_s3::types::ServerSideEncryption;
use blog_core::Result;
use blog_core::error::Conflict;
use blog_core::model::media::{ObjectKey, PutMode, PutOptions};
use bytes::Bytes;
use uuid::Uuid;

use super::failure::{Failed as _, Failure};
use super::parts::Parts;
use super::upload::Upload;
use super::{S3Media, patient};

/// How often a creation is sent again that met another one in the same moment.
const CREATIONS: u32 = 4;
/// The name, in an object's metadata, of the write that made it. An answer may be lost and the request sent again, which
/// then finds the object there: by this name it knows its own.
pub(super) const WRITE: &str = "blog-write";

/// Whose write made an object.
enum Maker {
    ThisWrite,
    Another,
}

/// A new name of a write.
pub(super) fn write_name() -> String {
    Uuid::now_v7().simple().to_string()
}

pub(super) fn if_none_match(mode: PutMode) -> Option<String> {
    (mode == PutMode::Create).then(|| "*".to_owned())
}

impl S3Media {
    pub(super) fn encryption(&self) -> Option<ServerSideEncryption> {
        self.kms.as_ref().map(|_| ServerSideEncryption::AwsKms)
    }

    /// Runs what makes an object appear, again where another write was under way (409, which is no conflict yet). Where
    /// the object is there already, it may be this write's own. An upload in parts that met another write may be gone after
    /// it, and its parts with it: then either the other one made the object, or the caller may try again from the start.
    /// Source: "409 Conflict" of CompleteMultipartUpload,
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>.
    pub(super) async fn create<F, Fut>(
        &self,
        key: &ObjectKey,
        write: Option<&str>,
        mode: PutMode,
        make: F,
    ) -> Result<()>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = std::result::Result<(), Failure>>,
    {
        let mut attempt = 0;
        loop {
            let failure = match make().await {
                Ok(()) => return Ok(()),
                Err(failure) => failure,
            };
            match failure {
                Failure::Meanwhile(_) if attempt + 1 < CREATIONS => {
                    tokio::time::sleep(Duration::from_millis(20 << attempt)).await;
                    attempt += 1;
                }
                Failure::Exists | Failure::Meanwhile(_) | Failure::Ended(_) => {
                    return match (self.maker(key, write).await?, failure) {
                        (Some(Maker::ThisWrite), _) => Ok(()),
                        (_, Failure::Exists) => Err(Conflict::Exists.into()),
                        (Some(Maker::Another), _) if mode == PutMode::Create => {
                            Err(Conflict::Exists.into())
                        }
                        (_, failure) => Err(failure.error()),
                    };
                }
                failure => return Err(failure.error()),
            }
        }
    }

    /// Whose write made the object that is there; `None` where there is none.
    async fn maker(&self, key: &ObjectKey, write: Option<&str>) -> Result<Option<Maker>> {
        match self.look(key).await {
            Ok(found) => {
                let by = found.metadata().and_then(|metadata| metadata.get(WRITE));
                let is_this = write.is_some_and(|write| by.is_some_and(|by| by == write));
                Ok(Some(match is_this {
                    true => Maker::ThisWrite,
                    false => Maker::Another,
                }))
            }
            Err(Failure::Missing) => Ok(None),
            Err(failure) => Err(failure.error()),
        }
    }

    pub(super) async fn put_whole(
        &self,
        key: &ObjectKey,
        bytes: Bytes,
        options: &PutOptions,
    ) -> Result<()> {
        let write = write_name();
        self.create(key, Some(&write), options.mode, || async {
            self.client
                .put_object()
                .bucket(&self.bucket)
                .key(key.as_str())
                .content_type(&options.content_type)
                .metadata(WRITE, &write)
                .set_server_side_encryption(self.encryption())
                .set_ssekms_key_id(self.kms.clone())
                .set_if_none_match(if_none_match(options.mode))
                .body(bytes.clone().into())
                .customize()
                .config_override(patient())
                .send()
                .await
                .map_err(|error| error.failed())?;
            Ok(())
        })
        .await
    }

    pub(super) async fn put_parts(
        &self,
        key: &ObjectKey,
        first: Bytes,
        mut parts: Parts,
        options: &PutOptions,
    ) -> Result<()> {
        let mut upload = Upload::begin(self, key, &options.content_type).await?;
        upload.part(first).await?;
        while let Some(part) = parts.next().await? {
            upload.part(part).await?;
        }
        upload.complete(options.mode).await
    }
}
