//! The end, graceful and not.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::server::{Home, Server};

/// A log-in whose form comes in two parts.
struct InFlight(TcpStream);

impl InFlight {
    async fn begin(server: &Server) -> Self {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let head = format!(
            "POST /account/login HTTP/1.1\r\nHost: {}\r\nSec-Fetch-Site: same-origin\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 26\r\n\r\nlogin=nobody",
            server.address
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        // The server has the head when it is idle again; there is nothing to see from outside.
        tokio::time::sleep(Duration::from_millis(300)).await;
        Self(stream)
    }

    async fn finish(mut self) -> String {
        self.0.write_all(b"&password=four").await.unwrap();
        let mut answer = String::new();
        self.0.read_to_string(&mut answer).await.unwrap();
        answer
    }
}

#[tokio::test]
async fn a_request_in_flight_is_answered_after_sigterm() {
    for signal in ["TERM", "INT"] {
        let home = Home::new();
        let mut server = home.serve().await;
        let request = InFlight::begin(&server).await;
        server.signal(signal).await;
        server.logged("stopping").await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        let refused = TcpStream::connect(server.address).await;
        assert!(refused.is_err(), "nothing new is taken");
        let answer = request.finish().await;
        assert!(answer.starts_with("HTTP/1.1 422"), "{answer}");
        assert_eq!(server.ended().await.code(), Some(0), "{}", server.log());
    }
}

#[tokio::test]
async fn readyz_refuses_at_once_while_the_rest_goes_on() {
    let home = Home::new();
    let mut server = home.serve_with(&["--shutdown-delay-seconds", "2"]).await;
    let mut client = server.client();
    assert_eq!(client.get("/readyz").await.status, 200);
    let asked = Instant::now();
    server.signal("TERM").await;
    server.logged("stopping").await;
    assert_eq!(client.get("/readyz").await.status, 503);
    assert_eq!(client.get("/livez").await.status, 200);
    assert_eq!(client.get("/").await.status, 200);
    assert!(asked.elapsed() < Duration::from_secs(2), "too slow to tell");
    assert_eq!(server.ended().await.code(), Some(0));
    assert!(
        asked.elapsed() >= Duration::from_secs(2),
        "{:?}",
        asked.elapsed()
    );
}

#[tokio::test]
async fn a_second_signal_stops_at_once() {
    let home = Home::new();
    let mut server = home.serve().await;
    let request = InFlight::begin(&server).await;
    server.signal("TERM").await;
    server.logged("stopping").await;
    let asked = Instant::now();
    server.signal("TERM").await;
    assert_eq!(server.ended().await.code(), Some(128 + 15));
    assert!(
        asked.elapsed() < Duration::from_secs(5),
        "{:?}",
        asked.elapsed()
    );
    drop(request);
}

#[tokio::test]
async fn a_request_that_never_ends_holds_up_the_end_only_so_long() {
    let home = Home::new();
    let mut server = home.serve_with(&["--shutdown-drain-seconds", "1"]).await;
    let request = InFlight::begin(&server).await;
    let asked = Instant::now();
    server.signal("TERM").await;
    assert_eq!(server.ended().await.code(), Some(0), "{}", server.log());
    assert!(
        asked.elapsed() < Duration::from_secs(6),
        "{:?}",
        asked.elapsed()
    );
    drop(request);
}

#[tokio::test]
async fn idle_connections_do_not_hold_up_the_end() {
    let home = Home::new();
    let mut server = home.serve().await;
    let mut unused = TcpStream::connect(server.address).await.unwrap();
    let mut kept = TcpStream::connect(server.address).await.unwrap();
    let get = format!("GET /livez HTTP/1.1\r\nHost: {}\r\n\r\n", server.address);
    kept.write_all(get.as_bytes()).await.unwrap();
    let mut answer = [0; 15];
    kept.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
    let asked = Instant::now();
    server.signal("TERM").await;
    assert_eq!(server.ended().await.code(), Some(0));
    assert!(
        asked.elapsed() < Duration::from_secs(5),
        "{:?}",
        asked.elapsed()
    );
    let mut rest = Vec::new();
    unused.read_to_end(&mut rest).await.unwrap();
    assert!(rest.is_empty());
}
