//! A small browser: cookies, forms, one connection a request.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::header::{COOKIE, HOST, HeaderMap, LOCATION, SET_COOKIE};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

const PATIENCE: Duration = Duration::from_secs(30);

/// Why a request got no answer, as text: the tests only tell it.
pub(crate) type NoAnswer = Box<dyn std::error::Error + Send + Sync>;

/// Somebody's browser.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    address: SocketAddr,
    /// The host that is asked for, wherever the connection leads.
    host: SocketAddr,
    cookies: BTreeMap<String, String>,
}

/// What came back, complete.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// What came back, complete, as bytes.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    /// Where a redirect leads.
    pub(crate) fn location(&self) -> &str {
        self.headers
            .get(LOCATION)
            .expect("a redirect")
            .to_str()
            .unwrap()
    }

    /// The id that the server gave the request.
    pub(crate) fn request_id(&self) -> &str {
        self.headers
            .get("x-request-id")
            .expect("an id")
            .to_str()
            .unwrap()
    }
}

impl Client {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self {
            address,
            host: address,
            cookies: BTreeMap::new(),
        }
    }

    /// Goes on at another address with the same cookies.
    pub(crate) fn moved_to(&self, address: SocketAddr) -> Self {
        Self {
            address,
            host: address,
            cookies: self.cookies.clone(),
        }
    }

    /// Asks for the same host by way of another address, as a balancer does.
    pub(crate) fn by_way_of(&self, address: SocketAddr) -> Self {
        Self {
            address,
            ..self.clone()
        }
    }

    /// Somebody else at the same address, without cookies.
    pub(crate) fn stranger(&self) -> Self {
        Self {
            cookies: BTreeMap::new(),
            ..self.clone()
        }
    }

    /// What its cookies hold, without the short words of notices.
    pub(crate) fn cookie_values(&self) -> impl Iterator<Item = &str> {
        self.cookies
            .values()
            .map(String::as_str)
            .filter(|value| value.len() >= 40)
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, "", Bytes::new())
            .await
            .expect("an answer")
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.try_post(path, fields).await.expect("an answer")
    }

    /// Posts a form to a server that may die meanwhile.
    pub(crate) async fn try_post(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<Answer, NoAnswer> {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let kind = "application/x-www-form-urlencoded";
        self.send(Method::POST, path, kind, form.into()).await
    }

    /// Posts one file as multipart.
    pub(crate) async fn upload(&mut self, path: &str, name: &str, content: &[u8]) -> Answer {
        let sent = self.try_upload(path, name, content);
        sent.await.expect("an answer")
    }

    /// The same to a server that may die meanwhile.
    pub(crate) async fn try_upload(
        &mut self,
        path: &str,
        name: &str,
        content: &[u8],
    ) -> Result<Answer, NoAnswer> {
        let mut body = format!(
            "--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n--limit--\r\n");
        let kind = "multipart/form-data; boundary=limit";
        self.send(Method::POST, path, kind, body.into()).await
    }

    /// Writes a published post; its path once it is answered.
    pub(crate) async fn write(&mut self, title: &str, body: &str) -> Result<String, NoAnswer> {
        let fields = [("title", title), ("body", body), ("status", "published")];
        let answer = self.try_post("/write", &fields).await?;
        match answer.status {
            303 => Ok(answer.location().to_owned()),
            other => Err(format!("{other}: {}", answer.body).into()),
        }
    }

    /// A file as it is, or a part of it.
    pub(crate) async fn bytes(&self, method: Method, path: &str, range: Option<&str>) -> File {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, self.address.to_string())
            .header("connection", "close");
        let request = match range {
            Some(range) => request.header("range", range),
            None => request,
        };
        let request = request.body(Full::new(Bytes::new())).unwrap();
        let answer = tokio::time::timeout(PATIENCE, self.exchange(request));
        answer.await.expect("in time").expect("an answer")
    }

    /// A file that is this person's.
    pub(crate) async fn own_bytes(&self, path: &str) -> File {
        let pairs = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let request = Request::builder()
            .uri(path)
            .header(HOST, self.host.to_string())
            .header(COOKIE, pairs.collect::<Vec<_>>().join("; "))
            .header("connection", "close")
            .body(Full::new(Bytes::new()))
            .unwrap();
        let answer = tokio::time::timeout(PATIENCE, self.exchange(request));
        answer.await.expect("in time").expect("an answer")
    }

    /// Logs in.
    pub(crate) async fn log_in(&mut self, login: &str, password: &str) -> Answer {
        self.post(
            "/account/login",
            &[("login", login), ("password", password)],
        )
        .await
    }

    async fn send(
        &mut self,
        method: Method,
        path: &str,
        kind: &str,
        body: Bytes,
    ) -> Result<Answer, NoAnswer> {
        let mut request = Request::builder()
            .method(method.clone())
            .uri(path)
            .header(HOST, self.host.to_string())
            .header("accept", "text/html")
            .header("connection", "close");
        if method == Method::POST {
            request = request
                .header("content-type", kind)
                .header("sec-fetch-site", "same-origin");
        }
        if !self.cookies.is_empty() {
            let pairs: Vec<_> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header(COOKIE, pairs.join("; "));
        }
        let request = request.body(Full::new(body))?;
        let File {
            status,
            headers,
            bytes,
        } = tokio::time::timeout(PATIENCE, self.exchange(request)).await??;
        let answer = Answer {
            status,
            headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
        };
        for line in answer.headers.get_all(SET_COOKIE) {
            let pair = line.to_str()?.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').ok_or("a cookie without =")?;
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Ok(answer)
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<File, NoAnswer> {
        let stream = TcpStream::connect(self.address).await?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let connection = tokio::spawn(connection);
        let (head, body) = sender.send_request(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        connection.abort();
        Ok(File {
            status: head.status.as_u16(),
            headers: head.headers,
            bytes: body.to_vec(),
        })
    }
}
