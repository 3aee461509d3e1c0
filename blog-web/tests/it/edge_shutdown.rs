//! How the server ends.

use std::sync::Arc;
use std::time::{Duration, Instant};

use blog_web::serve::{Readiness, ServeConfig};
use poem::endpoint::make;
use poem::{Endpoint, Request};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::sleep;

use crate::raw::{PATIENCE, TestServer};

/// `/readyz` as a site would answer it; everything else waits for `go`, and says so in `begun`.
fn endpoint(begun: &Arc<Notify>, go: &Arc<Notify>) -> impl Endpoint + use<> {
    let (begun, go) = (Arc::clone(begun), Arc::clone(go));
    make(move |request: Request| {
        let (begun, go) = (Arc::clone(&begun), Arc::clone(&go));
        async move {
            match request.uri().path() {
                "/readyz" => {
                    let ready = request.data::<Readiness>().unwrap().is_ready();
                    http::StatusCode::from_u16(if ready { 200 } else { 503 })
                        .unwrap()
                        .into()
                }
                "/quick" => poem::Response::from("quick"),
                _ => {
                    begun.notify_one();
                    go.notified().await;
                    poem::Response::from("slow")
                }
            }
        }
    })
}

fn signals() -> (Arc<Notify>, Arc<Notify>) {
    (Arc::new(Notify::new()), Arc::new(Notify::new()))
}

#[tokio::test]
async fn a_request_in_flight_is_finished_and_nothing_new_begins() {
    let (begun, go) = signals();
    let server = TestServer::start(ServeConfig::default(), endpoint(&begun, &go)).await;
    let address = server.address;
    let mut unused = server.client().await;
    let mut idle = server.client().await;
    assert_eq!(idle.get("/quick").await.status, 200);
    let mut busy = server.client().await;
    busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").await;
    begun.notified().await;

    server.shutdown.cancel();
    // Those without a request are closed at once, not after their idle time.
    assert!(idle.closes_within(Duration::from_secs(2)).await);
    assert!(unused.closes_within(Duration::from_secs(2)).await);
    assert!(
        TcpStream::connect(address).await.is_err(),
        "still listening"
    );

    go.notify_one();
    let answer = busy.answer().await;
    assert_eq!((answer.status, answer.text()), (200, "slow"));
    assert_eq!(answer.header("connection"), Some("close"));
    let started = Instant::now();
    server.ended().await;
    assert!(
        started.elapsed() < Duration::from_secs(2),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn an_answer_on_its_way_to_a_slow_reader_arrives_whole() {
    let size = 6 << 20;
    let body = vec![b'x'; size];
    let server = TestServer::start(
        ServeConfig::default(),
        make(move |_| {
            let body = body.clone();
            async move { body }
        }),
    )
    .await;
    let mut client = server.client().await;
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let head = client.head().await;
    assert_eq!(
        head.header("content-length"),
        Some(size.to_string().as_str())
    );
    server.shutdown.cancel();
    sleep(Duration::from_millis(300)).await;
    assert_eq!(client.rest().await.len(), size);
    server.ended().await;
}

#[tokio::test]
async fn readiness_fails_at_once_while_the_rest_goes_on_for_the_delay() {
    let (begun, go) = signals();
    let config = ServeConfig {
        shutdown_delay: Duration::from_secs(1),
        ..ServeConfig::default()
    };
    let server = TestServer::start(config, endpoint(&begun, &go)).await;
    let mut balancer = server.client().await;
    assert_eq!(balancer.get("/readyz").await.status, 200);
    server.shutdown.cancel();
    assert_eq!(balancer.get("/readyz").await.status, 503);
    // New connections too.
    assert_eq!(server.client().await.get("/readyz").await.status, 503);
    assert_eq!(server.client().await.get("/quick").await.text(), "quick");
    assert!(balancer.closes_within(PATIENCE).await);
    assert!(TcpStream::connect(server.address).await.is_err());
    server.ended().await;
}

#[tokio::test]
async fn what_does_not_finish_in_time_is_dropped() {
    let (begun, go) = signals();
    let config = ServeConfig {
        drain: Duration::from_millis(500),
        ..ServeConfig::default()
    };
    let server = TestServer::start(config, endpoint(&begun, &go)).await;
    let mut stuck = server.client().await;
    stuck.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").await;
    begun.notified().await;
    let started = Instant::now();
    server.shutdown.cancel();
    server.ended().await;
    let took = started.elapsed().as_millis();
    assert!((490..2_000).contains(&took), "ended after {took} ms");
    assert!(stuck.closes_within(PATIENCE).await);
}
