//! A multipart upload, which is aborted unless it is completed: S3 keeps, and bills, the parts of one that is neither.

use std::ops::Range;

use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use blog_core::Result;
use blog_core::error::Error;
use blog_core::model::media::{ObjectKey, PutMode};
use bytes::Bytes;

use super::create::{WRITE, if_none_match, write_name};
use super::failure::{Failed as _, Failure};
use super::{BACKEND, S3Media, patient};

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>
const MOST_PARTS: i32 = 10_000;

/// Nothing that the blog takes is so large; whoever embeds it may try.
#[derive(Debug, thiserror::Error)]
#[error("an object may have 10 000 parts of 8 MiB at most; make the file smaller")]
struct TooManyParts;

/// S3's answer lacks what it always has.
#[derive(Debug, thiserror::Error)]
#[error("the answer has no {0}")]
struct Lacks(&'static str);

pub(super) struct Upload<'media> {
    media: &'media S3Media,
    key: &'media ObjectKey,
    id: String,
    write: String,
    parts: Vec<CompletedPart>,
    done: bool,
}

impl<'media> Upload<'media> {
    pub(super) async fn begin(
        media: &'media S3Media,
        key: &'media ObjectKey,
        content_type: &str,
    ) -> Result<Self> {
        let write = write_name();
        let begun = media
            .client
            .create_multipart_upload()
            .bucket(&media.bucket)
            .key(key.as_str())
            .content_type(content_type)
            .metadata(WRITE, &write)
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
            write,
            parts: Vec::new(),
            done: false,
        })
    }

    fn next_number(&self) -> i32 {
        i32::try_from(self.parts.len() + 1).unwrap_or(i32::MAX)
    }

    /// Sends the next part.
    pub(super) async fn part(&mut self, bytes: Bytes) -> Result<()> {
        let number = self.next_number();
        if number > MOST_PARTS {
            return Err(Error::backend(BACKEND, TooManyParts));
        }
        let sent = self
            .media
            .client
            .upload_part()
            .bucket(&self.media.bucket)
            .key(self.key.as_str())
            .upload_id(&self.id)
            .part_number(number)
            .body(bytes.into())
            .customize()
            .config_override(patient())
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

    /// Has S3 copy the next part, of the object that has this etag or none; without a range it is the whole.
    pub(super) async fn copied_part(
        &mut self,
        source: &str,
        etag: Option<&str>,
        range: Option<Range<u64>>,
    ) -> Result<()> {
        let number = self.next_number();
        let sent = self
            .media
            .client
            .upload_part_copy()
            .bucket(&self.media.bucket)
            .copy_source(source)
            .set_copy_source_if_match(etag.map(str::to_owned))
            .set_copy_source_range(
                range.map(|range| format!("bytes={}-{}", range.start, range.end - 1)),
            )
            .key(self.key.as_str())
            .upload_id(&self.id)
            .part_number(number)
            .customize()
            .config_override(patient())
            .send()
            .await
            .map_err(|error| match error.failed() {
                // The condition is about the original.
                Failure::Exists => Failure::Missing.error(),
                failure => failure.error(),
            })?;
        let copied = sent
            .copy_part_result
            .ok_or_else(|| Error::backend(BACKEND, Lacks("copied part")))?;
        self.parts.push(
            CompletedPart::builder()
                .part_number(number)
                .set_e_tag(copied.e_tag)
                .set_checksum_crc32(copied.checksum_crc32)
                .set_checksum_crc64_nvme(copied.checksum_crc64_nvme)
                .build(),
        );
        Ok(())
    }

    /// Makes the object appear.
    pub(super) async fn complete(mut self, mode: PutMode) -> Result<()> {
        self.media
            .create(self.key, Some(&self.write), mode, || async {
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
                    .customize()
                    .config_override(patient())
                    .send()
                    .await
                    .map_err(|error| error.failed())?;
                Ok(())
            })
            .await?;
        self.done = true;
        Ok(())
    }
}

/// Also where the future of a put is dropped, since its client left.
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
