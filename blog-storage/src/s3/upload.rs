//! A multipart upload, which is aborted unless it is completed: S3 keeps, and bills, the parts of one that is neither.

use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use blog_core::Result;
use blog_core::error::Error;
use blog_core::model::media::{ObjectKey, PutMode, PutOptions};
use bytes::Bytes;

use super::failure::{Failed as _, Failure};
use super::{BACKEND, S3Media, if_none_match};

/// S3's answer lacks what it always has.
#[derive(Debug, thiserror::Error)]
#[error("the answer has no {0}")]
struct Lacks(&'static str);

pub(super) struct Upload<'media> {
    media: &'media S3Media,
    key: &'media ObjectKey,
    id: String,
    parts: Vec<CompletedPart>,
    done: bool,
}

impl<'media> Upload<'media> {
    pub(super) async fn begin(
        media: &'media S3Media,
        key: &'media ObjectKey,
        options: &PutOptions,
    ) -> Result<Self> {
        let begun = media
            .client
            .create_multipart_upload()
            .bucket(&media.bucket)
            .key(key.as_str())
            .content_type(&options.content_type)
            .set_server_side_encryption(media.encryption())
            .set_ssekms_key_id(media.kms.clone())
            .send()
            .await
            .map_err(|error| error.failed().error())?;
        let id = begun
            .upload_id
            .ok_or_else(|| Error::backend(BACKEND, Lacks("upload id")))?;
        Ok(Self {
            media,
            key,
            id,
            parts: Vec::new(),
            done: false,
        })
    }

    pub(super) async fn part(&mut self, bytes: Bytes) -> Result<()> {
        let number = i32::try_from(self.parts.len() + 1).unwrap_or(i32::MAX);
        let sent = self
            .media
            .client
            .upload_part()
            .bucket(&self.media.bucket)
            .key(self.key.as_str())
            .upload_id(&self.id)
            .part_number(number)
            .body(bytes.into())
            .send()
            .await
            .map_err(|error| error.failed().error())?;
        self.parts.push(
            CompletedPart::builder()
                .part_number(number)
                .set_e_tag(sent.e_tag)
                .set_checksum_crc32(sent.checksum_crc32)
                .set_checksum_crc64_nvme(sent.checksum_crc64_nvme)
                .build(),
        );
        Ok(())
    }

    pub(super) async fn complete(&self, mode: PutMode) -> std::result::Result<(), Failure> {
        let parts = CompletedMultipartUpload::builder()
            .set_parts(Some(self.parts.clone()))
            .build();
        self.media
            .client
            .complete_multipart_upload()
            .bucket(&self.media.bucket)
            .key(self.key.as_str())
            .upload_id(&self.id)
            .multipart_upload(parts)
            .set_if_none_match(if_none_match(mode))
            .send()
            .await
            .map_err(|error| error.failed())?;
        Ok(())
    }

    /// Nothing is left to abort.
    pub(super) fn done(mut self) {
        self.done = true;
    }
}

impl Drop for Upload<'_> {
    fn drop(&mut self) {
        if self.done {
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let abort = self
            .media
            .client
            .abort_multipart_upload()
            .bucket(&self.media.bucket)
            .key(self.key.as_str())
            .upload_id(&self.id);
        let key = self.key.clone();
        runtime.spawn(async move {
            if let Err(error) = abort.send().await {
                // A rule of the bucket ends what is left after a day.
                tracing::warn!(%key, cause = %error.failed().error().chain(), "an upload that failed was not aborted");
            }
        });
    }
}
