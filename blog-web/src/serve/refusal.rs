//! Answers that are given below HTTP, where no endpoint and no site is known yet.

use std::fmt::Write as _;

use bytes::Bytes;
use http::{StatusCode, header};

use crate::edge::headers::bare;

/// A whole answer, after which the connection closes: `status`, a sentence, and the security headers of an answer that
/// shows nothing.
pub(super) fn answer(status: StatusCode) -> Bytes {
    let sentence = match status {
        StatusCode::BAD_REQUEST => "This is not a request that HTTP/1.1 knows.\n",
        StatusCode::URI_TOO_LONG => "The address of this request is too long.\n",
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
            "The headers of this request are too long or too many. Deleting this site's cookies may help.\n"
        }
        StatusCode::TOO_MANY_REQUESTS => {
            "Too many connections are open from your address. Try again in ten seconds.\n"
        }
        _ => "This request cannot be answered.\n",
    };
    let mut head = format!("HTTP/1.1 {status}\r\n");
    let mut line = |name: &str, value: &str| {
        // Writing to a string cannot fail.
        let _ = write!(head, "{name}: {value}\r\n");
    };
    line("connection", "close");
    line("content-type", "text/plain; charset=utf-8");
    line("content-length", &sentence.len().to_string());
    line(
        header::DATE.as_str(),
        &httpdate::fmt_http_date(std::time::SystemTime::now()),
    );
    for (name, value) in bare() {
        line(name.as_str(), value);
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        line(header::RETRY_AFTER.as_str(), "10");
    }
    head.push_str("\r\n");
    head.push_str(sentence);
    head.into()
}

/// What to send in place of hyper's own refusal of a head, which has no body and no security headers; `None` for bytes
/// that are something else. hyper offers no other way: a head that it cannot read never reaches a service.
pub(super) fn in_place_of(written: &[u8]) -> Option<Bytes> {
    // Longer is no refusal: that has `connection`, `content-length` and `date`, and nothing else.
    const LONGEST: usize = 200;
    let text = std::str::from_utf8(written.get(..LONGEST.min(written.len()))?).ok()?;
    let head = text.strip_suffix("\r\n\r\n")?;
    let mut lines = head.split("\r\n");
    let code = lines.next()?.strip_prefix("HTTP/1.1 ")?.get(..3)?;
    let status = [
        StatusCode::BAD_REQUEST,
        StatusCode::URI_TOO_LONG,
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
    ]
    .into_iter()
    .find(|status| status.as_str() == code)?;
    let mut headers: Vec<&str> = lines.collect();
    headers.retain(|line| !line.starts_with("date: "));
    headers.sort_unstable();
    (headers == ["connection: close", "content-length: 0"]).then(|| answer(status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_bare_refusal_is_replaced() {
        let refusal = "HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n\
                       content-length: 0\r\ndate: Tue, 24 Nov 2026 08:00:00 GMT\r\n\r\n";
        let ours = in_place_of(refusal.as_bytes()).unwrap();
        assert!(ours.starts_with(b"HTTP/1.1 431 Request Header Fields Too Large\r\n"));
        for other in [
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 3\r\n\r\nabc",
            "HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\nx: y\r\n\r\n",
            "HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 4",
            "HTTP/1.1 xyz\r\ncontent-length: 0\r\n\r\n",
            "",
        ] {
            assert_eq!(in_place_of(other.as_bytes()), None, "{other}");
        }
    }
}
