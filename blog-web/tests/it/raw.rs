//! A server on a free port, and a client that sends exactly the bytes it is told to.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use blog_web::serve::{ServeConfig, ServeError, serve};
use poem::IntoEndpoint;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// Nothing here takes longer unless a test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    pub(crate) shutdown: CancellationToken,
    task: JoinHandle<Result<(), ServeError>>,
}

impl TestServer {
    pub(crate) async fn start<E>(config: ServeConfig, endpoint: E) -> Self
    where
        E: IntoEndpoint + Send + 'static,
        E::Endpoint: 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::on(listener, config, endpoint)
    }

    pub(crate) fn on<E>(listener: TcpListener, config: ServeConfig, endpoint: E) -> Self
    where
        E: IntoEndpoint + Send + 'static,
        E::Endpoint: 'static,
    {
        let address = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        let task = tokio::spawn(serve(listener, endpoint, config, shutdown.clone()));
        Self {
            address,
            shutdown,
            task,
        }
    }

    pub(crate) async fn client(&self) -> Client {
        self.client_from(LOCALHOST).await
    }

    /// A client with a source address of its own, anywhere in 127.0.0.0/8.
    pub(crate) async fn client_from(&self, source: IpAddr) -> Client {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((source, 0).into()).unwrap();
        Client(socket.connect(self.address).await.unwrap())
    }

    /// Waits for the server to end by itself, after shutdown was asked for.
    pub(crate) async fn ended(self) {
        timeout(PATIENCE, self.task)
            .await
            .expect("the server ends")
            .unwrap()
            .unwrap();
    }
}

/// An answer as it came.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

pub(crate) struct Client(pub(crate) TcpStream);

impl Client {
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
    }

    /// `GET path`, to stay open.
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"))
            .await;
        self.answer().await
    }

    /// The next answer; its body by `Content-Length`, else up to the end of the connection.
    pub(crate) async fn answer(&mut self) -> Answer {
        let mut answer = self.head().await;
        match answer
            .header("content-length")
            .map(|length| length.parse().unwrap())
        {
            Some(length) => {
                answer.body = vec![0; length];
                timeout(PATIENCE, self.0.read_exact(&mut answer.body))
                    .await
                    .unwrap()
                    .unwrap();
            }
            None => answer.body = self.rest().await,
        }
        answer
    }

    /// The head of the next answer, nothing after it.
    pub(crate) async fn head(&mut self) -> Answer {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let byte = timeout(PATIENCE, self.0.read_u8())
                .await
                .expect("an answer in time");
            head.push(byte.unwrap_or_else(|error| {
                panic!(
                    "no whole head ({error}): {:?}",
                    String::from_utf8_lossy(&head)
                )
            }));
        }
        let head = String::from_utf8(head).unwrap();
        let status = head[9..12].parse().unwrap();
        Answer {
            status,
            head,
            body: Vec::new(),
        }
    }

    /// Everything up to the end of the connection, be it closed or reset.
    pub(crate) async fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        let _ = timeout(PATIENCE, self.0.read_to_end(&mut rest))
            .await
            .expect("closed in time");
        rest
    }

    /// Whether the server closes within `time`, without a byte before.
    pub(crate) async fn closes_within(&mut self, time: Duration) -> bool {
        match timeout(time, self.0.read_u8()).await {
            Ok(Ok(byte)) => panic!("got {byte} instead of the end"),
            Ok(Err(_)) => true,
            Err(_) => false,
        }
    }
}
