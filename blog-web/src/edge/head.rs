//! HEAD is GET without the body (RFC 9110, 9.3.2), for every route.

use std::io;

use bytes::Bytes;
use http::{HeaderValue, Method, header};
use http_body_util::combinators::BoxBody;
use hyper::body::Body as HttpBody;
use poem::{Request, Response};

/// In the data of a request that came as HEAD, which handlers see as GET; for those that count
/// readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WasHead;

/// Turns HEAD into GET. Whether it did.
pub(super) fn begin(request: &mut Request) -> bool {
    let head = *request.method() == Method::HEAD;
    if head {
        request.set_method(Method::GET);
        request.set_data(WasHead);
    }
    head
}

/// Takes the body away; its length, where known, stays as the answer's `Content-Length`.
pub(super) fn finish(response: &mut Response) {
    let body: BoxBody<Bytes, io::Error> = response.take_body().into();
    let length = body.size_hint().exact();
    if let Some(length) = length
        && !response.headers().contains_key(header::TRANSFER_ENCODING)
    {
        response
            .headers_mut()
            .entry(header::CONTENT_LENGTH)
            .or_insert(HeaderValue::from(length));
    }
}
