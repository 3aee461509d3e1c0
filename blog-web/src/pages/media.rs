//! The bytes of pictures and videos, whole or in ranges.

use blog_core::error::{Entity, Error};
use blog_core::model::media::{ByteRange, Object};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, StreamExt as _};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use poem::{Body, Response};

use super::call::{Call, matches};
use crate::edge::EdgeError;
use crate::edge::headers::Surface;

const IMMUTABLE: &str = "public, max-age=31536000, immutable";
const PERSONAL: &str = "private, no-store";

pub(crate) async fn public(call: Call) -> Result<Response, EdgeError> {
    let name = call.param("name");
    let library = call.blog().library();
    let range = range(call.request.headers());
    let object = match library.open_public(&name, range).await {
        Ok(object) => object,
        Err(Error::RangeNotSatisfiable { size }) => return Ok(unsatisfiable(size)),
        Err(error) => return Err(error.into()),
    };
    let part = range.is_some() && fresh(&call, &object);
    let object = match range.is_some() && !part {
        true => library.open_public(&name, None).await?,
        false => object,
    };
    Ok(answer(&call, object, part, IMMUTABLE))
}

pub(crate) async fn private(call: Call) -> Result<Response, EdgeError> {
    let id = call
        .param("id")
        .parse()
        .map_err(|_| EdgeError::from(Error::NotFound(Entity::Media)))?;
    let width = call.query("w").and_then(|width| width.parse().ok());
    let (library, actor) = (call.blog().library(), call.actor);
    ranged(&call, |range| {
        let library = library.clone();
        async move { library.open_private(&actor, id, width, range).await }.boxed()
    })
    .await
}

/// What `open` gives for the range that is asked for, for this person alone.
pub(super) async fn ranged(
    call: &Call,
    open: impl Fn(Option<ByteRange>) -> BoxFuture<'static, blog_core::Result<Object>>,
) -> Result<Response, EdgeError> {
    let range = range(call.request.headers());
    let object = match open(range).await {
        Ok(object) => object,
        Err(Error::RangeNotSatisfiable { size }) => return Ok(unsatisfiable(size)),
        Err(error) => return Err(error.into()),
    };
    let part = range.is_some() && fresh(call, &object);
    let object = match range.is_some() && !part {
        true => open(None).await?,
        false => object,
    };
    Ok(answer(call, object, part, PERSONAL))
}

/// The one range that is asked for. Several ranges, or what is no range of bytes, are answered with the whole
/// (RFC 9110, section 14.2: a server may ignore the field).
fn range(headers: &HeaderMap) -> Option<ByteRange> {
    let value = headers.get(header::RANGE)?.to_str().ok()?;
    let (unit, spec) = value.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") || spec.contains(',') {
        return None;
    }
    let digits = |text: &str| -> Option<u64> {
        let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| text.parse().ok())?
    };
    match spec.trim().split_once('-')? {
        ("", last) => digits(last).map(ByteRange::Last),
        (first, "") => digits(first).map(ByteRange::From),
        (first, last) => {
            let (first, last) = (digits(first)?, digits(last)?);
            (first <= last).then_some(ByteRange::Between(first, last))
        }
    }
}

/// Whether the range was asked of this very object (`If-Range`, RFC 9110, section 13.1.5).
fn fresh(call: &Call, object: &Object) -> bool {
    match call.request.headers().get(header::IF_RANGE) {
        None => true,
        Some(tag) => tag.as_bytes() == etag(object).as_bytes(),
    }
}

fn etag(object: &Object) -> String {
    format!("\"{}\"", object.meta.etag)
}

fn unsatisfiable(size: u64) -> Response {
    Response::builder()
        .status(StatusCode::RANGE_NOT_SATISFIABLE)
        .header(header::CONTENT_RANGE, format!("bytes */{size}"))
        .finish()
}

/// `partial` says that the request's range was honoured, which is 206 even when the range is the whole.
fn answer(call: &Call, object: Object, partial: bool, cache: &'static str) -> Response {
    let etag = etag(&object);
    let size = object.meta.size;
    let part = object.range.clone();
    let mut response = if matches(call.request.headers(), &etag) {
        Response::builder()
            .status(StatusCode::NOT_MODIFIED)
            .finish()
    } else {
        let mut builder = Response::builder()
            .content_type(&object.meta.content_type)
            .header(header::CONTENT_LENGTH, part.end - part.start)
            .header(header::CONTENT_DISPOSITION, "inline");
        if partial {
            let shown = format!("bytes {}-{}/{size}", part.start, part.end.saturating_sub(1));
            builder = builder
                .status(StatusCode::PARTIAL_CONTENT)
                .header(header::CONTENT_RANGE, shown);
        }
        builder.body(Body::from_bytes_stream(object.body.boxed()))
    };
    let headers = response.headers_mut();
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Ok(etag) = HeaderValue::try_from(etag) {
        headers.insert(header::ETAG, etag);
    }
    response.set_data(Surface::media());
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn range_table() {
        for (value, expected) in [
            ("bytes=0-99", Some(ByteRange::Between(0, 99))),
            ("Bytes=5-", Some(ByteRange::From(5))),
            ("bytes=-5", Some(ByteRange::Last(5))),
            ("bytes=9-5", None),
            ("bytes=0-1,3-4", None),
            ("bytes=a-b", None),
            ("bytes=+1-2", None),
            ("bytes=-", None),
            ("items=0-1", None),
            ("bytes", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, HeaderValue::from_static(value));
            assert_eq!(range(&headers), expected, "{value}");
        }
    }
}
