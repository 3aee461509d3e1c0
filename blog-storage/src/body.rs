//! The body of a put on its way into a store.

use std::io;

use blog_core::Result;
use blog_core::error::Error;
use blog_core::model::media::ByteStream;
use bytes::Bytes;
use futures_util::StreamExt as _;

/// What failed, when it was the body and not the store.
const UPLOAD: &str = "the upload";

/// A body that is held to its announced size.
pub(crate) struct Body {
    pieces: ByteStream,
    size: Option<u64>,
    seen: u64,
}

impl Body {
    pub(crate) fn new(pieces: ByteStream, size: Option<u64>) -> Self {
        Self {
            pieces,
            size,
            seen: 0,
        }
    }

    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// `Backend` of "the upload" when the body ends in an error, and as soon as it is longer, or has ended shorter,
    /// than it was said to be. Never `StorageFull`: whatever the body met, it was not this store.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>> {
        let piece = self.pieces.next().await.transpose();
        let piece = piece.map_err(|error| Error::backend(UPLOAD, error))?;
        self.seen += piece.as_ref().map_or(0, |piece| piece.len() as u64);
        match self.size {
            Some(size) if self.seen > size || (piece.is_none() && self.seen < size) => {
                let what = format!("the body is not the {size} bytes that it was said to be");
                let error = io::Error::new(io::ErrorKind::InvalidData, what);
                Err(Error::backend(UPLOAD, error))
            }
            _ => Ok(piece),
        }
    }
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
