//! Reading request bodies with a limit that is known before the first byte.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{StatusCode, header};
use http_body_util::BodyExt;
use http_body_util::combinators::BoxBody;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use poem::{Body, Endpoint, Middleware, Request, Result};
use serde::de::DeserializeOwned;

use super::error::EdgeError;
use crate::view::Phrase;

/// Middleware: the route accepts bodies of at most so many bytes. See [`limit_body`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyLimit(pub u64);

impl<E: Endpoint> Middleware<E> for BodyLimit {
    type Output = BodyLimitEndpoint<E>;

    fn transform(&self, ep: E) -> Self::Output {
        BodyLimitEndpoint { ep, max: self.0 }
    }
}

/// The endpoint made by [`BodyLimit`].
#[derive(Debug)]
pub struct BodyLimitEndpoint<E> {
    ep: E,
    max: u64,
}

impl<E: Endpoint> Endpoint for BodyLimitEndpoint<E> {
    type Output = E::Output;

    async fn call(&self, mut request: Request) -> Result<Self::Output> {
        limit_body(&mut request, self.max)?;
        self.ep.call(request).await
    }
}

/// Limits the body of `request` to `max` bytes. Of several limits the smallest holds.
///
/// A body of announced length is refused here, before a byte of it is read. One of unknown length
/// fails while it is read, at the first byte too many, with an [`EdgeError`] inside the
/// [`io::Error`] that [`EdgeError::find_in`] brings out again.
///
/// # Errors
/// 413 when the announced length is above `max`, 400 when it is no number.
pub fn limit_body(request: &mut Request, max: u64) -> Result<(), EdgeError> {
    limit_body_saying(request, max, max)
}

/// The same, where people are told of `said` bytes: those of a text that has them all to itself, once it is decoded.
pub(crate) fn limit_body_saying(
    request: &mut Request,
    max: u64,
    said: u64,
) -> Result<(), EdgeError> {
    if let Some(length) = request.headers().get(header::CONTENT_LENGTH) {
        let length = length
            .to_str()
            .ok()
            .and_then(|text| text.parse::<u64>().ok())
            .ok_or_else(|| EdgeError::bad_request("bad-length", Phrase::new("errors-length")))?;
        if length > max {
            return Err(EdgeError::too_large(said));
        }
    }
    let inner: BoxBody<Bytes, io::Error> = request.take_body().into();
    if inner.size_hint().lower() > max {
        return Err(EdgeError::too_large(said));
    }
    request.set_body(Body::from(
        LimitedBody {
            inner,
            said,
            left: max,
        }
        .boxed(),
    ));
    Ok(())
}

/// Reads the whole body, at most `max` bytes.
///
/// # Errors
/// As [`limit_body`], 408 when it came too slowly, 400 when it broke off.
pub async fn read_body(request: &mut Request, max: u64) -> Result<Bytes, EdgeError> {
    limit_body(request, max)?;
    let body: BoxBody<Bytes, io::Error> = request.take_body().into();
    Ok(body.collect().await.map_err(EdgeError::of_body)?.to_bytes())
}

/// Reads a JSON body of at most `max` bytes. Unknown fields are refused where `T` says
/// `#[serde(deny_unknown_fields)]`, which every `T` here should.
///
/// # Errors
/// As [`read_body`]; 415 for another content type, which also keeps foreign forms away, since
/// those cannot send this one; 422 when the JSON is not a `T`.
pub async fn read_json<T: DeserializeOwned>(
    request: &mut Request,
    max: u64,
) -> Result<T, EdgeError> {
    if media_type(request).as_deref() != Some("application/json") {
        return Err(EdgeError::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    let bytes = read_body(request, max).await?;
    serde_json::from_slice(&bytes).map_err(|error| {
        EdgeError::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "bad-json",
            Phrase::new("errors-json").with("problem", error.to_string()),
        )
    })
}

/// The content type without parameters, in lower case.
pub(crate) fn media_type(request: &Request) -> Option<String> {
    let value = request.content_type()?;
    let essence = value.split(';').next().unwrap_or(value).trim();
    Some(essence.to_ascii_lowercase())
}

struct LimitedBody {
    inner: BoxBody<Bytes, io::Error>,
    said: u64,
    left: u64,
}

impl HttpBody for LimitedBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let frame = Pin::new(&mut self.inner).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &frame
            && let Some(data) = frame.data_ref()
        {
            match self.left.checked_sub(data.len() as u64) {
                Some(left) => self.left = left,
                None => {
                    let error = io::Error::other(EdgeError::too_large(self.said));
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    fn chunked(chunks: Vec<&'static [u8]>) -> Request {
        let chunks = stream::iter(
            chunks
                .into_iter()
                .map(|chunk| io::Result::Ok(Bytes::from(chunk))),
        );
        Request::builder().body(Body::from_bytes_stream(chunks))
    }

    #[tokio::test]
    async fn the_limit_itself_fits_and_one_more_byte_does_not() {
        assert_eq!(
            read_body(&mut chunked(vec![b"ab", b"cd"]), 4)
                .await
                .unwrap(),
            "abcd"
        );
        let error = read_body(&mut chunked(vec![b"ab", b"cde"]), 4)
            .await
            .unwrap_err();
        assert_eq!(error.status(), StatusCode::PAYLOAD_TOO_LARGE);
    }

    #[tokio::test]
    async fn an_announced_length_above_the_limit_is_refused_unread() {
        let body =
            Body::from_bytes_stream(stream::poll_fn(|_| -> Poll<Option<io::Result<Bytes>>> {
                panic!("the body was read")
            }));
        let mut request = Request::builder().header("content-length", 5).body(body);
        assert_eq!(
            limit_body(&mut request, 4).unwrap_err().status().as_u16(),
            413
        );
    }

    #[tokio::test]
    async fn of_two_limits_the_smaller_holds() {
        let mut request = chunked(vec![b"abc"]);
        limit_body(&mut request, 2).unwrap();
        assert_eq!(
            read_body(&mut request, 100)
                .await
                .unwrap_err()
                .status()
                .as_u16(),
            413
        );
    }

    #[tokio::test]
    async fn json_is_asked_for_by_type_and_shape() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Like {
            liked: bool,
        }
        for (content_type, body, expected) in [
            ("application/json", r#"{"liked":true}"#, 200),
            ("Application/JSON; charset=utf-8", r#"{"liked":true}"#, 200),
            ("text/plain", r#"{"liked":true}"#, 415),
            (
                "application/x-www-form-urlencoded",
                r#"{"liked":true}"#,
                415,
            ),
            ("application/json", r#"{"liked":true,"role":"admin"}"#, 422),
            ("application/json", r#"{"liked":"#, 422),
        ] {
            let mut request = Request::builder().content_type(content_type).body(body);
            let status = match read_json::<Like>(&mut request, 1_000).await {
                Ok(like) => {
                    assert!(like.liked);
                    200
                }
                Err(error) => error.status().as_u16(),
            };
            assert_eq!(status, expected, "{content_type} {body}");
        }
    }
}
