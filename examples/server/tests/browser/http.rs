//! Plain requests, for what a browser does not show: statuses, headers, bytes.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use hyper::Request;
use hyper::header::{self, HeaderMap};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap_or(""))
    }

    /// All that tells this answer from another, without the clock and the request's own number.
    pub(crate) fn without_its_number(&self) -> String {
        let id = self.header("x-request-id");
        assert!(!id.is_empty(), "every answer has a request id");
        let mut lines: Vec<String> = self
            .headers
            .iter()
            .filter(|(name, _)| *name != header::DATE)
            .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
            .collect();
        lines.sort();
        format!("{}\n{}\n\n{}", self.status, lines.join("\n"), self.text()).replace(id, "ID")
    }
}

/// A GET request.
#[derive(Debug)]
pub(crate) struct Get {
    origin: String,
    path: String,
    headers: Vec<(header::HeaderName, String)>,
}

/// A GET request for `path`, which may be a whole address of the same origin.
pub(crate) fn get(origin: &str, path: &str) -> Get {
    let path = path.strip_prefix(origin).unwrap_or(path);
    Get {
        origin: origin.to_owned(),
        path: path.to_owned(),
        headers: vec![(header::ACCEPT, "text/html".to_owned())],
    }
}

impl Get {
    /// With a browser's cookies.
    pub(crate) fn cookies(mut self, cookies: &str) -> Self {
        if !cookies.is_empty() {
            self.headers.push((header::COOKIE, cookies.to_owned()));
        }
        self
    }

    /// Only these bytes.
    pub(crate) fn range(mut self, first: usize, last: usize) -> Self {
        self.headers
            .push((header::RANGE, format!("bytes={first}-{last}")));
        self
    }

    pub(crate) async fn send(self) -> Answer {
        let path = self.path.clone();
        tokio::time::timeout(Duration::from_secs(15), self.exchange())
            .await
            .unwrap_or_else(|_| panic!("no answer to {path}"))
    }

    async fn exchange(self) -> Answer {
        let host = self
            .origin
            .strip_prefix("http://")
            .expect("plain http on this machine");
        let stream = TcpStream::connect(host).await.expect("the server listens");
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .expect("it speaks http");
        let driven = tokio::spawn(connection);
        let mut request = Request::get(&self.path).header(header::HOST, host);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let request = request
            .body(Empty::<Bytes>::new())
            .expect("a valid request");
        let response = sender.send_request(request).await.expect("an answer");
        let (head, body) = response.into_parts();
        let body = body.collect().await.expect("a whole body").to_bytes();
        driven.abort();
        Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            body,
        }
    }
}
