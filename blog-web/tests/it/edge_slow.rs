//! Clients that are slow, by accident or on purpose.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use blog_web::edge::body::read_body;
use blog_web::serve::{MinimumRate, ServeConfig};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use poem::endpoint::make;
use poem::{Body, Endpoint, Request, Response};
use tokio::io::AsyncReadExt;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use crate::raw::{PATIENCE, TestServer};

fn hello() -> impl Endpoint {
    make(|_| async { "hello" })
}

/// Answers with the number of bytes of the body.
fn count() -> impl Endpoint {
    make(|mut request: Request| async move {
        Ok::<_, poem::Error>(read_body(&mut request, 1 << 20).await?.len().to_string())
    })
}

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn quick() -> ServeConfig {
    ServeConfig {
        idle: ms(3_000),
        head: ms(400),
        request_rate: MinimumRate {
            bytes_per_second: 1_000,
            after: ms(400),
        },
        response_rate: MinimumRate {
            bytes_per_second: 1_000,
            after: ms(400),
        },
        ..ServeConfig::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_half_heads_are_closed_while_others_are_served() {
    let server = TestServer::start(ServeConfig::default(), hello()).await;
    let mut slow = Vec::new();
    let started = Instant::now();
    for n in 0..1_000_u32 {
        // 50 addresses stay below the limit of connections from one.
        let source = IpAddr::V4(Ipv4Addr::from(0x7f00_0100 + n % 50));
        let mut client = server.client_from(source).await;
        client
            .send("GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
            .await;
        let sent = Instant::now();
        slow.push(tokio::spawn(async move {
            assert!(
                client.closes_within(ms(15_000)).await,
                "still open after 15 s"
            );
            sent.elapsed()
        }));
    }
    assert!(
        started.elapsed() < ms(8_000),
        "all are open at the same time"
    );

    // While all of them hang, another client's requests are answered as if they were not there.
    let mut served = 0;
    while !slow.iter().all(tokio::task::JoinHandle::is_finished) {
        let asked = Instant::now();
        let mut client = server.client().await;
        assert_eq!(client.get("/").await.text(), "hello");
        assert!(
            asked.elapsed() < ms(1_000),
            "answered after {:?}",
            asked.elapsed()
        );
        served += 1;
        sleep(ms(100)).await;
    }
    assert!(served >= 20, "{served} requests were served meanwhile");
    for client in slow {
        let open = client.await.unwrap();
        assert!(open > ms(9_000), "closed after {open:?}, before its time");
    }
}

#[tokio::test]
async fn a_head_that_dribbles_has_no_more_time_than_any_other() {
    let server = TestServer::start(quick(), hello()).await;
    let mut client = server.client().await;
    let started = Instant::now();
    client.send("GET / HTTP/1.1\r\n").await;
    while !client.closes_within(ms(50)).await {
        assert!(started.elapsed() < ms(1_500), "still open");
        // The server may close between two bytes.
        let _ = client.0.try_write(b"X");
    }
    assert!(
        started.elapsed() >= ms(390),
        "closed after {:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn the_second_head_on_a_connection_is_timed_too() {
    let server = TestServer::start(quick(), hello()).await;
    let mut client = server.client().await;
    assert_eq!(client.get("/").await.status, 200);
    client.send("GET /").await;
    assert!(!client.closes_within(ms(300)).await);
    assert!(client.closes_within(ms(1_000)).await);
}

#[tokio::test]
async fn an_idle_connection_lives_its_whole_idle_time() {
    let config = ServeConfig {
        idle: ms(1_500),
        head: ms(200),
        ..quick()
    };
    let server = TestServer::start(config, hello()).await;
    let mut client = server.client().await;
    for _ in 0..3 {
        // Much longer than a head may take, and in sum longer than the idle time.
        sleep(ms(900)).await;
        assert_eq!(client.get("/").await.text(), "hello");
    }
    let idle = Instant::now();
    assert!(!client.closes_within(ms(1_300)).await);
    assert!(
        client.closes_within(ms(1_000)).await,
        "open after {:?}",
        idle.elapsed()
    );
}

#[tokio::test]
async fn a_stalled_body_is_answered_408_and_closed() {
    let server = TestServer::start(quick(), count()).await;
    let mut client = server.client().await;
    client
        .send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nab")
        .await;
    let started = Instant::now();
    assert_eq!(client.answer().await.status, 408);
    assert!(
        (390..1_500).contains(&started.elapsed().as_millis()),
        "{:?}",
        started.elapsed()
    );
    assert!(client.closes_within(ms(6_000)).await);
}

#[tokio::test]
async fn a_body_is_judged_by_its_rate_and_not_by_its_time() {
    let server = TestServer::start(quick(), count()).await;
    for (bytes_per_tick, expected) in [(10, 408), (150, 200)] {
        let mut client = server.client().await;
        client
            .send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3000\r\n\r\n")
            .await;
        // 20 ticks of 100 ms, five times the patience.
        let chunk = vec![b'x'; bytes_per_tick];
        for _ in 0..20 {
            let _ = client.0.try_write(&chunk);
            sleep(ms(100)).await;
        }
        if expected == 200 {
            let answer = client.answer().await;
            assert_eq!((answer.status, answer.text()), (200, "3000"));
        } else {
            assert_eq!(client.answer().await.status, 408);
        }
    }
}

/// An endless answer, and a signal for when the server gives up on it.
fn endless() -> (impl Endpoint, Arc<Notify>) {
    struct OnDrop(Arc<Notify>);
    impl Drop for OnDrop {
        fn drop(&mut self) {
            self.0.notify_one();
        }
    }
    let given_up = Arc::new(Notify::new());
    let signal = Arc::clone(&given_up);
    let endpoint = make(move |_| {
        let guard = OnDrop(Arc::clone(&signal));
        async move {
            let chunks = stream::repeat(Bytes::from_static(&[b'x'; 16 * 1024])).map(move |chunk| {
                let _held = &guard;
                Ok::<_, io::Error>(chunk)
            });
            Response::builder().body(Body::from_bytes_stream(chunks))
        }
    });
    (endpoint, given_up)
}

#[tokio::test]
async fn whoever_does_not_take_the_answer_is_cut_off() {
    let (endpoint, given_up) = endless();
    let server = TestServer::start(quick(), endpoint).await;
    let mut client = server.client().await;
    client
        .send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await;
    let started = Instant::now();
    timeout(PATIENCE, given_up.notified())
        .await
        .expect("the server gives up");
    assert!(
        (390..5_000).contains(&started.elapsed().as_millis()),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn a_steady_slow_reader_gets_on() {
    let (endpoint, given_up) = endless();
    let server = TestServer::start(quick(), endpoint).await;
    let mut client = server.client().await;
    client
        .send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await;
    let mut buffer = vec![0; 512 * 1024];
    let started = Instant::now();
    while started.elapsed() < ms(3_000) {
        client
            .0
            .read_exact(&mut buffer)
            .await
            .expect("the answer goes on");
        sleep(ms(100)).await;
    }
    assert!(
        timeout(ms(1), given_up.notified()).await.is_err(),
        "the server gave up"
    );
    drop(client);
    timeout(PATIENCE, given_up.notified())
        .await
        .expect("the server notices the end");
}
