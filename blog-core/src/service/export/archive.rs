//! A ZIP archive as a stream: what is written leaves at once, in pieces, and nothing goes back.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use tokio::sync::mpsc;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use crate::error::{Error, Result, Source};
use crate::model::media::ByteStream;

/// Bytes that leave together.
const PIECE: usize = 64 * 1024;

/// Pieces that may wait for the store.
const WAITING: usize = 4;

/// What the writer of the format has written and nobody has sent yet. The format's writer knows no waiting, so it writes
/// into memory, and what lies there leaves after each call.
#[derive(Debug, Clone, Default)]
struct Unsent(Arc<Mutex<Vec<u8>>>);

impl Unsent {
    fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Unsent {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut unsent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        unsent.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An archive on its way. Pictures and videos are packed already, so nothing is compressed; sizes stand behind each file,
/// with room for those above 4 GiB.
pub(super) struct Archive {
    zip: ZipWriter<StreamWriter<Unsent>>,
    unsent: Unsent,
    /// `None` is the end.
    pieces: mpsc::Sender<Option<Bytes>>,
    sent: u64,
}

impl std::fmt::Debug for Archive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Archive")
            .field("sent", &self.sent)
            .finish_non_exhaustive()
    }
}

fn broken(error: impl Into<Source>) -> Error {
    Error::backend("the archive", error)
}

async fn send(pieces: &mpsc::Sender<Option<Bytes>>, piece: Option<Bytes>) -> Result<()> {
    let sent = pieces.send(piece).await;
    sent.map_err(|_| broken("the store takes no more of it"))
}

impl Archive {
    /// An empty one, and the stream of its bytes. The stream of an archive that is dropped before its end ends with an error,
    /// so that no store takes a part for the whole.
    pub(super) fn new() -> (Self, ByteStream) {
        let (pieces, receiver) = mpsc::channel(WAITING);
        let unsent = Unsent::default();
        let archive = Self {
            zip: ZipWriter::new_stream(unsent.clone()),
            unsent,
            pieces,
            sent: 0,
        };
        let bytes = stream::unfold(Some(receiver), |receiver| async {
            let mut receiver = receiver?;
            match receiver.recv().await {
                Some(Some(piece)) => Some((Ok(piece), Some(receiver))),
                Some(None) => None,
                None => Some((Err(io::ErrorKind::UnexpectedEof.into()), None)),
            }
        });
        (archive, bytes.boxed())
    }

    /// Begins a file; it ends where the next one begins.
    pub(super) async fn begin(&mut self, name: &str) -> Result<()> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .large_file(true)
            .unix_permissions(0o600);
        self.zip.start_file(name, options).map_err(broken)?;
        self.leave().await
    }

    /// Writes into the file that began last.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        for piece in bytes.chunks(PIECE) {
            self.zip.write_all(piece).map_err(broken)?;
            self.leave().await?;
        }
        Ok(())
    }

    /// Writes the list of files and sends the rest; how many bytes it has become.
    pub(super) async fn finish(self) -> Result<u64> {
        let Self {
            zip,
            unsent,
            pieces,
            mut sent,
        } = self;
        zip.finish().map_err(broken)?;
        for piece in unsent.take().chunks(PIECE) {
            sent += piece.len() as u64;
            send(&pieces, Some(Bytes::copy_from_slice(piece))).await?;
        }
        send(&pieces, None).await?;
        Ok(sent)
    }

    /// Sends what is worth it.
    async fn leave(&mut self) -> Result<()> {
        if self.unsent.len() < PIECE {
            return Ok(());
        }
        let piece = Bytes::from(self.unsent.take());
        self.sent += piece.len() as u64;
        send(&self.pieces, Some(piece)).await
    }
}
