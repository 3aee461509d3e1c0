//! Uploads as `multipart/form-data`, never held in memory whole.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use http::StatusCode;
use multer::Constraints;
use poem::Request;

use super::body::limit_body;
use super::error::EdgeError;
use super::form::FormError;
use crate::view::Phrase;

/// How much an upload may hold. Everything above is a 413.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MultipartLimits {
    /// Most bytes of each file.
    pub file_bytes: u64,
    /// Most files.
    pub files: usize,
    /// Most bytes of each text field.
    pub text_bytes: u64,
    /// Most text fields.
    pub fields: usize,
}

impl MultipartLimits {
    /// Room for the boundary and headers of each part. What stands between the data of two parts
    /// is never allowed more either, because it is buffered.
    const OVERHEAD: u64 = 16 * 1024;

    /// One file of at most `file_bytes`, with a few short text fields.
    pub fn one_file(file_bytes: u64) -> Self {
        Self {
            file_bytes,
            files: 1,
            text_bytes: 16 * 1024,
            fields: 20,
        }
    }

    /// Most bytes of the whole body that can hold all of this.
    pub fn total_bytes(&self) -> u64 {
        let parts = |count: usize, bytes: u64| {
            (count as u64).saturating_mul(bytes.saturating_add(Self::OVERHEAD))
        };
        parts(self.files, self.file_bytes)
            .saturating_add(parts(self.fields, self.text_bytes))
            .saturating_add(Self::OVERHEAD)
    }
}

/// The parts of an upload, one after the other.
///
/// ```no_run
/// # use blog_web::edge::{EdgeError, multipart::{Multipart, MultipartLimits, Part}};
/// # async fn store(_: impl futures_util::Stream<Item = std::io::Result<bytes::Bytes>>) -> std::io::Result<()> { Ok(()) }
/// # async fn upload(mut request: poem::Request) -> Result<(), EdgeError> {
/// let mut parts = Multipart::of(&mut request, MultipartLimits::one_file(20 << 20))?;
/// while let Some(part) = parts.next().await? {
///     match part {
///         Part::Text { name, value } => drop((name, value)),
///         // A store's error keeps the stream's own as its source.
///         Part::File(file) => store(file.into_stream()).await.map_err(|error| {
///             EdgeError::find_in(&error).unwrap_or_else(|| EdgeError::internal().caused_by(error))
///         })?,
///     }
/// }
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Multipart {
    inner: multer::Multipart<'static>,
    limits: MultipartLimits,
    files: usize,
    /// The names of the text fields that came.
    fields: Vec<String>,
    between: Arc<Between>,
}

/// One part of an upload.
#[derive(Debug)]
pub enum Part {
    /// A text field.
    Text {
        /// The field's name.
        name: String,
        /// What was typed.
        value: String,
    },
    /// A file, to be read before the next part is asked for.
    File(Box<FilePart>),
}

impl Multipart {
    /// Starts to read the body of `request`.
    ///
    /// # Errors
    /// 415 when it is no `multipart/form-data`; 413, before a byte is read, when its announced
    /// length cannot fit the limits.
    pub fn of(request: &mut Request, limits: MultipartLimits) -> Result<Self, EdgeError> {
        let boundary = multer::parse_boundary(request.content_type().unwrap_or_default()).map_err(
            |error| EdgeError::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE).caused_by(error),
        )?;
        limit_body(request, limits.total_bytes())?;
        let between = Arc::new(Between::default());
        let stream = OneByOne {
            body: Box::pin(request.take_body().into_bytes_stream()),
            between: Arc::clone(&between),
            paused: false,
        };
        let inner = multer::Multipart::with_constraints(stream, boundary, Constraints::new());
        Ok(Self {
            inner,
            limits,
            files: 0,
            fields: Vec::new(),
            between,
        })
    }

    /// The next part. What the last file's reader left unread is skipped, if it is little; a
    /// route that refuses a file should answer and not ask for more.
    ///
    /// # Errors
    /// 413 above a limit, 422 for a text field that came before, 408 or 400 when the body came too slowly, broke off or is malformed.
    pub async fn next(&mut self) -> Result<Option<Part>, EdgeError> {
        self.between.start();
        let field = self.inner.next_field().await.map_err(of_multer)?;
        self.between.stop();
        let Some(field) = field else {
            return Ok(None);
        };
        let name = field.name().map(str::to_owned).ok_or_else(|| {
            EdgeError::bad_request("nameless-part", Phrase::new("errors-nameless-part"))
        })?;
        // Browsers give every file a file name, an empty one when none was chosen.
        if field.file_name().is_some() {
            self.files += 1;
            if self.files > self.limits.files {
                return Err(too_many());
            }
            let left = self.limits.file_bytes;
            return Ok(Some(Part::File(Box::new(FilePart {
                name,
                field,
                left,
                max: left,
            }))));
        }
        if self.fields.contains(&name) {
            return Err(FormError::Repeated(name).into());
        }
        if self.fields.len() == self.limits.fields {
            return Err(too_many());
        }
        self.fields.push(name.clone());
        let value = read_text(field, self.limits.text_bytes).await?;
        Ok(Some(Part::Text { name, value }))
    }
}

async fn read_text(mut field: multer::Field<'static>, max: u64) -> Result<String, EdgeError> {
    let mut text = BytesMut::new();
    while let Some(chunk) = field.chunk().await.map_err(of_multer)? {
        if (text.len() + chunk.len()) as u64 > max {
            return Err(EdgeError::too_large(max));
        }
        text.extend_from_slice(&chunk);
    }
    String::from_utf8(text.into())
        .map_err(|_| EdgeError::bad_request("not-utf8", Phrase::new("errors-not-utf8")))
}

fn too_many() -> EdgeError {
    EdgeError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too-many-parts",
        Phrase::new("errors-too-many-parts"),
    )
}

fn of_multer(error: multer::Error) -> EdgeError {
    EdgeError::find_in(&error)
        .unwrap_or_else(|| {
            EdgeError::bad_request("bad-multipart", Phrase::new("errors-bad-multipart"))
        })
        .caused_by(error)
}

/// A file on its way in. Its name and type are the sender's claims.
#[derive(Debug)]
pub struct FilePart {
    name: String,
    field: multer::Field<'static>,
    max: u64,
    left: u64,
}

impl FilePart {
    /// The form field's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file's name on the sender's machine: only ever shown, never a path or key. Empty when
    /// the form was sent without choosing a file.
    pub fn file_name(&self) -> &str {
        self.field.file_name().unwrap_or_default()
    }

    /// The type the sender says it has.
    pub fn content_type(&self) -> Option<&str> {
        self.field.content_type().map(|mime| mime.as_ref())
    }

    /// The file's bytes as they arrive. Fails at the first byte above the limit, and when the
    /// body came too slowly or broke off, with an [`EdgeError`] inside, which
    /// [`EdgeError::find_in`] finds again behind whatever wraps it.
    pub fn into_stream(self) -> impl Stream<Item = io::Result<Bytes>> + Send + Unpin + 'static {
        let Self {
            field, max, left, ..
        } = self;
        Box::pin(futures_util::stream::try_unfold(
            (field, left),
            move |(mut field, left)| async move {
                let chunk = field
                    .chunk()
                    .await
                    .map_err(|error| io::Error::other(of_multer(error)))?;
                let Some(chunk) = chunk else {
                    return Ok(None);
                };
                let left = left
                    .checked_sub(chunk.len() as u64)
                    .ok_or_else(|| io::Error::other(EdgeError::too_large(max)))?;
                Ok(Some((chunk, (field, left))))
            },
        ))
    }
}

/// Counts what is fed to the parser while it looks for the next part, all of which it buffers.
#[derive(Debug, Default)]
struct Between {
    looking: AtomicBool,
    fed: AtomicU64,
}

impl Between {
    fn start(&self) {
        self.fed.store(0, Ordering::Relaxed);
        self.looking.store(true, Ordering::Relaxed);
    }

    fn stop(&self) {
        self.looking.store(false, Ordering::Relaxed);
    }

    /// Whether the parser may still be fed.
    fn feed(&self, bytes: usize) -> bool {
        // Checked before adding: one chunk may hold headers and the beginning of a file.
        !self.looking.load(Ordering::Relaxed)
            || self.fed.fetch_add(bytes as u64, Ordering::Relaxed) <= MultipartLimits::OVERHEAD
    }
}

/// Hands the parser one chunk each time it is polled. The parser reads until its stream is
/// pending, so a fast sender could otherwise fill its buffer without end.
struct OneByOne<S> {
    body: Pin<Box<S>>,
    between: Arc<Between>,
    paused: bool,
}

impl<S: Stream<Item = io::Result<Bytes>>> Stream for OneByOne<S> {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.paused) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let item = self.body.poll_next_unpin(cx);
        if let Poll::Ready(Some(Ok(chunk))) = &item {
            self.paused = true;
            if !self.between.feed(chunk.len()) {
                return Poll::Ready(Some(Err(io::Error::other(EdgeError::bad_request(
                    "bad-multipart",
                    Phrase::new("errors-long-headers"),
                )))));
            }
        }
        item
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use futures_util::{TryStreamExt, stream};
    use poem::Body;

    use super::*;

    const TYPE: &str = "multipart/form-data; boundary=B";

    fn request(body: impl Into<Body>) -> Request {
        Request::builder().content_type(TYPE).body(body)
    }

    fn text(name: &str, value: &str) -> String {
        format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    }

    fn file(name: &str, bytes: &str) -> String {
        format!(
            "--B\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"a.png\"\r\n\
             Content-Type: image/png\r\n\r\n{bytes}\r\n"
        )
    }

    async fn read_all(request: &mut Request, limits: MultipartLimits) -> Result<String, EdgeError> {
        let mut seen = String::new();
        let mut parts = Multipart::of(request, limits)?;
        while let Some(part) = parts.next().await? {
            match part {
                Part::Text { name, value } => seen += &format!("{name}={value};"),
                Part::File(file) => {
                    let head = format!("{}:{}", file.name(), file.file_name());
                    let bytes = file
                        .into_stream()
                        .try_fold(0, |sum, chunk| async move { Ok(sum + chunk.len()) })
                        .await
                        .map_err(|error| EdgeError::find_in(&error).unwrap())?;
                    seen += &format!("{head}={bytes};");
                }
            }
        }
        Ok(seen)
    }

    const LIMITS: MultipartLimits = MultipartLimits {
        file_bytes: 10,
        files: 1,
        text_bytes: 5,
        fields: 2,
    };

    #[tokio::test]
    async fn limits_table() {
        for (body, expected) in [
            (
                text("alt", "hi") + &file("f", "0123456789"),
                Ok("alt=hi;f:a.png=10;"),
            ),
            (file("f", "01234567890"), Err(413)),
            (text("alt", "sixsix"), Err(413)),
            (file("f", "") + &file("g", ""), Err(413)),
            (text("a", "") + &text("b", "") + &text("c", ""), Err(413)),
            (text("a", "x") + &text("a", "x"), Err(422)),
            (text("a", "").replace(" name=\"a\"", ""), Err(400)),
            (String::from("no part\r\n"), Ok("")),
        ] {
            let body = body + "--B--\r\n";
            let result = read_all(&mut request(body.clone()), LIMITS).await;
            let result = result.map_err(|error| error.status().as_u16());
            assert_eq!(
                result.as_deref(),
                expected.as_ref().map(|text| *text),
                "{body}"
            );
        }
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_a_bad_request() {
        for body in [
            file("f", "01234"),
            text("a", "b"),
            "no boundary".into(),
            String::new(),
        ] {
            let error = read_all(&mut request(body.clone()), LIMITS)
                .await
                .unwrap_err();
            assert_eq!(error.status().as_u16(), 400, "{body}");
        }
    }

    #[tokio::test]
    async fn wrong_types_and_announced_lengths_are_refused_unread() {
        let mut plain = Request::builder().content_type("text/plain").body("x");
        assert_eq!(
            Multipart::of(&mut plain, LIMITS)
                .unwrap_err()
                .status()
                .as_u16(),
            415
        );
        let mut long = Request::builder()
            .content_type(TYPE)
            .header("content-length", LIMITS.total_bytes() + 1)
            .body(Body::from_bytes_stream(stream::poll_fn(
                |_| -> Poll<Option<io::Result<Bytes>>> { panic!("the body was read") },
            )));
        assert_eq!(
            Multipart::of(&mut long, LIMITS)
                .unwrap_err()
                .status()
                .as_u16(),
            413
        );
    }

    /// A long body that is always ready and says how many of its chunks were taken.
    fn endless(head: String, chunk: &'static [u8]) -> (Body, Arc<AtomicUsize>) {
        let taken = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&taken);
        let chunks = stream::repeat_with(move || {
            count.fetch_add(1, Ordering::Relaxed);
            Ok::<_, io::Error>(Bytes::from_static(chunk))
        })
        .take(2_000);
        let head = stream::once(async move { Ok(Bytes::from(head)) });
        (Body::from_bytes_stream(head.chain(chunks)), taken)
    }

    #[tokio::test]
    async fn a_fast_sender_is_read_no_faster_than_its_reader() {
        let head = file("f", "").trim_end_matches("\r\n").to_owned() + "\r\n\r\n";
        let (body, taken) = endless(head, &[b'x'; 8_192]);
        let mut request = request(body);
        let limits = MultipartLimits::one_file(1 << 40);
        let mut parts = Multipart::of(&mut request, limits).unwrap();
        let Some(Part::File(file)) = parts.next().await.unwrap() else {
            panic!("no file");
        };
        let mut stream = file.into_stream();
        for _ in 0..100 {
            stream.next().await.unwrap().unwrap();
        }
        let taken = taken.load(Ordering::Relaxed);
        assert!(taken <= 103, "{taken} chunks taken for 100 read");
    }

    #[tokio::test]
    async fn endless_headers_and_preambles_are_cut_off() {
        for head in ["--B\r\nX-Long: ", "preamble"] {
            let (body, taken) = endless(head.to_owned(), &[b'x'; 8_192]);
            let limits = MultipartLimits::one_file(1 << 40);
            let error = read_all(&mut request(body), limits).await.unwrap_err();
            assert_eq!(error.status().as_u16(), 400, "{head}");
            let taken = taken.load(Ordering::Relaxed);
            assert!(taken <= 4, "{taken} chunks taken");
        }
    }
}
