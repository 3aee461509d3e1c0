//! The error every part of the edge answers with.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, StatusCode, header};
use poem::Response;
use poem::error::ResponseError;

use crate::view::{Lang, Phrase};

/// A refusal or failure with what a person may be told about it.
///
/// As a poem error it answers in plain English text, for programs. [`Edge`](super::Edge) catches it
/// earlier and hands it to the error page, so that people see the site's own in their language.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", sentence.to_text(Lang::En))]
pub struct EdgeError {
    status: StatusCode,
    code: &'static str,
    sentence: Phrase,
    retry_after: Option<Duration>,
    unkept: bool,
    #[source]
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl EdgeError {
    /// An error answered with `status`. `code` is a stable name in kebab case for programs and
    /// logs; `sentence` is one clear sentence for people, without details of the cause.
    pub fn new(status: StatusCode, code: &'static str, sentence: Phrase) -> Self {
        Self {
            status,
            code,
            sentence,
            retry_after: None,
            unkept: false,
            source: None,
        }
    }

    /// Adds a `Retry-After`, rounded up to whole seconds and at least one.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// No cache keeps the answer, as when the address holds a secret.
    #[must_use]
    pub fn unkept(mut self) -> Self {
        self.unkept = true;
        self
    }

    /// Says something more exact.
    #[must_use]
    pub fn saying(mut self, sentence: Phrase) -> Self {
        self.sentence = sentence;
        self
    }

    /// Keeps the cause, for the log only.
    #[must_use]
    pub fn caused_by(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.source = Some(Arc::new(source));
        self
    }

    /// 413: more than `limit` bytes were announced or sent.
    pub fn too_large(limit: u64) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-large",
            Phrase::new("errors-too-large").with("limit", Bytes(limit).to_string()),
        )
    }

    /// 400: the request cannot be understood.
    pub fn bad_request(code: &'static str, sentence: Phrase) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, sentence)
    }

    /// 429 with the time to wait.
    pub fn too_many_requests(wait: Duration) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too-many-requests",
            Phrase::new("errors-too-many-requests"),
        )
        .retry_after(wait)
    }

    /// 500 for a failure nobody foresaw.
    pub fn internal() -> Self {
        Self::of_status(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The general sentence for `status`.
    pub fn of_status(status: StatusCode) -> Self {
        let (code, sentence) = match status {
            StatusCode::BAD_REQUEST => ("bad-request", Phrase::new("errors-bad-request")),
            StatusCode::FORBIDDEN => ("forbidden", Phrase::new("errors-forbidden")),
            StatusCode::NOT_FOUND => ("not-found", Phrase::new("errors-not-found")),
            StatusCode::METHOD_NOT_ALLOWED => ("method-not-allowed", Phrase::new("errors-method")),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                ("unsupported-media-type", Phrase::new("errors-content-type"))
            }
            StatusCode::SERVICE_UNAVAILABLE => ("unavailable", Phrase::new("errors-unavailable")),
            status if status.is_client_error() => ("refused", Phrase::new("errors-refused")),
            _ => ("internal", Phrase::new("errors-internal")),
        };
        Self::new(status, code, sentence)
    }

    /// 408: the body came slower than the server waits for.
    pub(crate) fn too_slow() -> Self {
        Self::new(
            StatusCode::REQUEST_TIMEOUT,
            "too-slow",
            Phrase::new("errors-too-slow"),
        )
    }

    /// 400: the body ended before its end.
    pub(crate) fn incomplete() -> Self {
        Self::bad_request("incomplete", Phrase::new("errors-incomplete"))
    }

    /// The edge's own error somewhere in a chain of sources, also inside [`std::io::Error`]s: a
    /// store that was fed from a request body reports the body's error as its own cause.
    ///
    /// Nothing is guessed from other errors: a time-out of the store's own is not its sender's.
    pub fn find_in(error: &(dyn StdError + 'static)) -> Option<Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(found) = error.downcast_ref::<Self>() {
                return Some(found.clone());
            }
            // An io::Error's source skips the error inside it.
            if let Some(inner) = error
                .downcast_ref::<std::io::Error>()
                .and_then(|io| io.get_ref())
                && let Some(found) = Self::find_in(inner)
            {
                return Some(found);
            }
            next = error.source();
        }
        None
    }

    /// What a failure to read a request body means for its sender.
    pub(crate) fn of_body(error: std::io::Error) -> Self {
        Self::find_in(&error)
            .unwrap_or_else(Self::incomplete)
            .caused_by(error)
    }

    /// The status to answer with.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The stable name, in kebab case.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The sentence for people.
    pub fn sentence(&self) -> &Phrase {
        &self.sentence
    }

    /// Puts what belongs to every answer for this error, whatever its body, on `response`.
    pub fn put_headers(&self, response: &mut Response) {
        response.set_status(self.status);
        if self.unkept {
            let no_store = HeaderValue::from_static("no-store");
            response
                .headers_mut()
                .insert(header::CACHE_CONTROL, no_store);
        }
        if let Some(wait) = self.retry_after {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
    }

    /// The plain text answer.
    pub fn to_response(&self) -> Response {
        let mut response = Response::builder()
            .content_type("text/plain; charset=utf-8")
            .body(format!("{self}\n"));
        self.put_headers(&mut response);
        response
    }
}

impl ResponseError for EdgeError {
    fn status(&self) -> StatusCode {
        self.status
    }

    fn as_response(&self) -> Response {
        self.to_response()
    }
}

/// A number of bytes for people: whole units, binary steps.
struct Bytes(u64);

impl std::fmt::Display for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
        for (size, unit) in UNITS {
            if self.0 >= size && self.0.is_multiple_of(size) {
                return write!(f, "{} {unit}", self.0 / size);
            }
        }
        write!(f, "{} B", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_found_under_io_errors_and_other_sources() {
        #[derive(Debug, thiserror::Error)]
        #[error("the store failed")]
        struct StoreError(#[source] std::io::Error);

        let error = StoreError(std::io::Error::other(EdgeError::too_large(20 << 20)));
        let found = EdgeError::find_in(&error).unwrap();
        assert_eq!(found.status(), StatusCode::PAYLOAD_TOO_LARGE);
        assert!(found.to_string().contains("20 MiB"), "{found}");
        for other in [
            std::io::Error::other("disk"),
            std::io::Error::from(std::io::ErrorKind::TimedOut),
        ] {
            assert!(EdgeError::find_in(&StoreError(other)).is_none());
        }
    }

    #[test]
    fn retry_after_is_whole_seconds_rounded_up() {
        for (wait, header) in [(0, "1"), (1_000, "1"), (1_001, "2"), (59_400, "60")] {
            let error = EdgeError::too_many_requests(Duration::from_millis(wait));
            assert_eq!(error.to_response().header("retry-after"), Some(header));
        }
    }
}
