//! A name for every request, to find it again in the log.

use std::fmt;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

/// The header a request id travels in.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request, in its data, its log lines, its answer's `X-Request-Id` and on error
/// pages.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// Most characters of an id taken over from a proxy.
    pub const MAX_CHARS: usize = 64;

    /// A new id: a UUID v7, so that ids sort by time.
    pub fn new() -> Self {
        Self(Uuid::now_v7().to_string().into())
    }

    /// The id a proxy gave the request: 8 to 64 letters, digits, `-`, `_` or `.`, which is safe in
    /// a log line. To be asked only when the proxy is trusted.
    pub fn from_proxy(headers: &HeaderMap) -> Option<Self> {
        let mut lines = headers.get_all(X_REQUEST_ID).iter();
        let (Some(line), None) = (lines.next(), lines.next()) else {
            return None;
        };
        let id = line.to_str().ok()?;
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        let fits = (8..=Self::MAX_CHARS).contains(&id.len()) && id.bytes().all(allowed);
        fits.then(|| Self(id.into()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn to_header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.0).expect("an id is made of visible ASCII characters")
    }
}

impl Default for RequestId {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_harmless_id_is_taken_over() {
        let read = |lines: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(X_REQUEST_ID, HeaderValue::from_static(line));
            }
            RequestId::from_proxy(&headers).map(|id| id.to_string())
        };
        assert_eq!(read(&["Root=1-67891233"]), None);
        assert_eq!(
            read(&["1-67891233-abc_d.e"]).as_deref(),
            Some("1-67891233-abc_d.e")
        );
        assert_eq!(read(&["short"]), None);
        assert_eq!(read(&["with a space"]), None);
        assert_eq!(read(&["twice-12", "twice-12"]), None);
        assert_eq!(
            read(&["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]),
            None
        );
        assert_eq!(read(&[]), None);
    }

    #[test]
    fn new_ids_sort_by_time() {
        let first = RequestId::new();
        let second = RequestId::new();
        assert!(first.as_str() < second.as_str());
    }
}
