//! The body of an answer, asked for anew where it breaks off.

use std::io;
use std::ops::Range;

use aws_sdk_s3::primitives::ByteStream as Incoming;
use blog_core::model::media::{ByteStream, ObjectKey};
use futures_util::{StreamExt as _, stream};

use super::S3Media;

/// How often the rest of a body is asked for, in all.
const RESUMPTIONS: u32 = 2;

/// A body that is being read.
pub(super) struct Reading {
    pub(super) media: S3Media,
    pub(super) key: ObjectKey,
    /// With its quotation marks. The rest of a body is that of the same object or none.
    pub(super) etag: Option<String>,
    /// What is still to come.
    pub(super) rest: Range<u64>,
    pub(super) body: Incoming,
}

impl Reading {
    /// The pieces; a damaged body, and one that stays cut, ends in an error. S3's checksum is of whole objects, so damage
    /// is not seen in a body that broke off on its way.
    pub(super) fn pieces(self) -> ByteStream {
        stream::try_unfold((self, RESUMPTIONS), |(mut reading, mut left)| async move {
            loop {
                let error = match reading.body.try_next().await {
                    Ok(Some(piece)) => {
                        reading.rest.start += piece.len() as u64;
                        return Ok(Some((piece, (reading, left))));
                    }
                    Ok(None) if reading.rest.is_empty() => return Ok(None),
                    Ok(None) => io::ErrorKind::UnexpectedEof.into(),
                    Err(error) => io::Error::other(error),
                };
                // What is wrong with a whole body is its checksum.
                if left == 0 || reading.rest.is_empty() || !reading.resume().await {
                    return Err(error);
                }
                left -= 1;
            }
        })
        .boxed()
    }

    /// Asks for the rest; whether it comes.
    async fn resume(&mut self) -> bool {
        let Some(etag) = self.etag.clone() else {
            return false;
        };
        let Range { start, end } = self.rest;
        let got = self
            .media
            .client
            .get_object()
            .bucket(&self.media.bucket)
            .key(self.key.as_str())
            .range(format!("bytes={start}-{}", end - 1))
            .if_match(etag)
            .send()
            .await;
        match got {
            // A server that answers with other bytes than were asked for, or with the whole, would be taken for the rest.
            Ok(got)
                if got
                    .content_range()
                    .and_then(content_range)
                    .is_some_and(|(range, _)| range == (start..end)) =>
            {
                self.body = got.body;
                true
            }
            Ok(_) | Err(_) => false,
        }
    }
}

/// The part's range and the whole size, of `bytes 0-99/1234`.
pub(super) fn content_range(value: &str) -> Option<(Range<u64>, u64)> {
    let (range, size) = value.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let last: u64 = last.parse().ok()?;
    Some((
        first.parse().ok()?..last.checked_add(1)?,
        size.parse().ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

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
