//! A small HTTP client over hyper: one connection, kept alive.

use std::net::{Ipv4Addr, SocketAddr};

use bytes::Bytes;
use http::{Request, header};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpSocket, TcpStream};

use super::Outcome;

/// Status, headers, body.
pub(super) type Answer = (u16, http::HeaderMap, Bytes);

pub(super) struct Client {
    sender: SendRequest<Full<Bytes>>,
    host: String,
}

impl Client {
    pub(super) async fn connect(address: SocketAddr) -> Outcome<Self> {
        Self::over(TcpStream::connect(address).await?, address).await
    }

    async fn over(stream: TcpStream, address: SocketAddr) -> Outcome<Self> {
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self {
            sender,
            host: address.to_string(),
        })
    }

    pub(super) async fn get(&mut self, path: &str, cookie: Option<&str>) -> Outcome<Answer> {
        let mut request = Request::get(path)
            .header(header::HOST, &self.host)
            .header(header::USER_AGENT, "Mozilla/5.0 (bench)");
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        self.send(request.body(Full::default())?).await
    }

    pub(super) async fn post(&mut self, path: &str, form: &str) -> Outcome<Answer> {
        let request = Request::post(path)
            .header(header::HOST, &self.host)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::from(form.to_owned()))?;
        self.send(request).await
    }

    async fn send(&mut self, request: Request<Full<Bytes>>) -> Outcome<Answer> {
        self.sender.ready().await?;
        let (parts, body) = self.sender.send_request(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok((parts.status.as_u16(), parts.headers, body))
    }
}

pub(super) async fn get(address: SocketAddr, path: &str) -> Outcome<Answer> {
    Client::connect(address).await?.get(path, None).await
}

/// The session's cookie, as a request sends it.
pub(super) async fn log_in(address: SocketAddr, login: &str, password: &str) -> Outcome<String> {
    let form = format!("login={login}&password={}", password.replace(' ', "+"));
    let mut client = Client::connect(address).await?;
    let (status, headers, _) = client.post("/account/login", &form).await?;
    let cookies = headers.get_all(header::SET_COOKIE).iter();
    let session = cookies
        .filter_map(|line| line.to_str().ok()?.split(';').next())
        .find(|pair| pair.contains("sid="));
    match session {
        Some(session) if status == 303 => Ok(session.to_owned()),
        _ => Err(format!("the log-in answered {status}").into()),
    }
}

/// A connection from another address of the loopback range, since a server limits connections by address.
pub(super) async fn connect_from(number: u32, address: SocketAddr) -> Outcome<TcpStream> {
    let [_, a, b, c] = number.to_be_bytes();
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((Ipv4Addr::new(127, 1 + a, b, 1 + c), 0)))?;
    Ok(socket.connect(address).await?)
}
