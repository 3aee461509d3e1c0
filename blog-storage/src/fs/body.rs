//! The bytes of an object on their way out.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;

use blog_core::model::media::ByteStream;
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt as _, stream};
use sha2::{Digest as _, Sha256};

use super::trailer::{Trailer, damaged};

/// The size of a piece: a trip to another thread each, so not too small, and memory of every reader, so not too large.
const PIECE: u64 = 128 * 1024;

/// A file that is read from one offset to another.
pub(super) struct Reader {
    file: File,
    rest: Range<u64>,
    /// The hash so far and the one that it must come to, when the whole object is read.
    check: Option<(Sha256, [u8; 32])>,
}

impl Reader {
    pub(super) fn new(mut file: File, range: Range<u64>, trailer: &Trailer) -> io::Result<Self> {
        file.seek(SeekFrom::Start(range.start))?;
        let whole = range == (0..trailer.size);
        Ok(Self {
            file,
            rest: range,
            check: whole.then(|| (Sha256::new(), trailer.sha256)),
        })
    }

    /// The next piece; `None` at the end. The last piece of a damaged object is not given out: whoever reads gets
    /// fewer bytes than announced, and so cannot take it for whole.
    fn read(&mut self) -> io::Result<Option<Bytes>> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let length = (self.rest.end - self.rest.start).min(PIECE);
        // It fits: a piece is small.
        let mut piece = BytesMut::zeroed(length as usize);
        self.file.read_exact(&mut piece)?;
        self.rest.start += length;
        if let Some((hash, _)) = &mut self.check {
            hash.update(&piece);
        }
        if self.rest.is_empty()
            && let Some((hash, expected)) = self.check.take()
            && hash.finalize()[..] != expected
        {
            return Err(damaged());
        }
        Ok(Some(piece.freeze()))
    }

    /// All pieces. The first is read at once, as this is called where waiting is allowed; so a small object costs no
    /// other trip.
    pub(super) fn into_stream(mut self) -> ByteStream {
        let first = self.read().transpose();
        let reader = matches!(first, Some(Ok(_))).then_some(self);
        let rest = stream::unfold(reader, |reader| async move {
            let mut reader = reader.filter(|reader| !reader.rest.is_empty())?;
            let read = tokio::task::spawn_blocking(move || (reader.read().transpose(), reader));
            match read.await {
                Ok((Some(Ok(piece)), reader)) => Some((Ok(piece), Some(reader))),
                Ok((Some(Err(error)), _)) => Some((Err(error), None)),
                Ok((None, _)) => None,
                Err(panic) => Some((Err(io::Error::other(panic)), None)),
            }
        });
        stream::iter(first).chain(rest).boxed()
    }
}
