//! A copy inside the bucket, as an upload in parts that S3 fills itself. `CopyObject` would be one request, but takes at
//! most 5 GiB, and not every server looks at its `If-None-Match`; the request that ends an upload is held to it by all.

use std::fmt::Write as _;

use blog_core::Result;
use blog_core::model::media::{ObjectKey, PutMode, PutOptions};
use bytes::Bytes;

use super::failure::Failure;
use super::upload::Upload;
use super::{S3Media, size};

/// What is copied at once: at most 5 GiB, and little enough to be answered in time.
const PART: u64 = 64 * 1024 * 1024;

impl S3Media {
    /// Makes `to` appear as a copy of `from`.
    pub(super) async fn copy_inside(&self, from: &ObjectKey, to: &ObjectKey) -> Result<()> {
        let original = self.look(from).await.map_err(Failure::error)?;
        let content_type = original.content_type().unwrap_or_default();
        let end = size(original.content_length());
        if end == 0 {
            // An upload has at least one part, and a part of nothing cannot be copied.
            let options = PutOptions {
                content_type: content_type.to_owned(),
                mode: PutMode::Create,
                size: Some(0),
            };
            return self.put_whole(to, Bytes::new(), &options).await;
        }
        let source = format!("{}/{}", self.bucket, encoded(from.as_str()));
        let mut upload = Upload::begin(self, to, content_type).await?;
        let mut start = 0;
        while start < end {
            let next = end.min(start + PART);
            // S3 takes a part of an object of more than 5 MB only.
            let part = (next - start < end).then_some(start..next);
            upload.copied_part(&source, original.e_tag(), part).await?;
            start = next;
        }
        upload.complete(PutMode::Create).await
    }
}

/// A key as the header `x-amz-copy-source` wants it, which S3 decodes:
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html>. Objects that are not the blog's may have any.
fn encoded(key: &str) -> String {
    let mut out = String::with_capacity(key.len());
    for byte in key.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_written_so_that_they_come_back_whole() {
        for (key, written) in [
            ("public/0198-a.webp", "public/0198-a.webp"),
            ("a%41 b?c", "a%2541%20b%3Fc"),
            ("x/é+", "x/%C3%A9%2B"),
        ] {
            assert_eq!(encoded(key), written);
        }
    }
}
