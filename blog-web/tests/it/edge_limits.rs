//! Sizes and numbers above their limits.

use std::net::IpAddr;
use std::time::Duration;

use blog_web::edge::body::{BodyLimit, read_body};
use blog_web::serve::ServeConfig;
use poem::endpoint::make;
use poem::{Endpoint, EndpointExt, Request};
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use crate::raw::{Answer, PATIENCE, TestServer};

fn upload(limit: u64) -> impl Endpoint {
    make(|mut request: Request| async move {
        Ok::<_, poem::Error>(read_body(&mut request, u64::MAX).await?.len().to_string())
    })
    .with(BodyLimit(limit))
}

#[tokio::test]
async fn an_announced_body_above_the_limit_is_refused_before_it_is_sent() {
    let server = TestServer::start(ServeConfig::default(), upload(1_000)).await;
    let mut client = server.client().await;
    client
        .send(
            "POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n\
             Content-Length: 1001\r\n\r\n",
        )
        .await;
    // Not preceded by a 100, which would invite the body.
    let answer = client.answer().await;
    assert_eq!(answer.status, 413);
    assert_eq!(answer.header("connection"), Some("close"));

    let mut client = server.client().await;
    client
        .send(
            "POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n\
             Content-Length: 1000\r\n\r\n",
        )
        .await;
    assert_eq!(client.head().await.status, 100);
    client.send([b'x'; 1_000]).await;
    assert_eq!(client.answer().await.text(), "1000");
    // A refusal ends its connection, a body read whole does not.
    client
        .send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
        .await;
    assert_eq!(client.answer().await.text(), "0");
}

#[tokio::test]
async fn a_chunked_body_is_refused_at_the_first_byte_too_many() {
    let server = TestServer::start(ServeConfig::default(), upload(10)).await;
    for (body, expected) in [
        ("a\r\n0123456789\r\n0\r\n\r\n", 200),
        ("b\r\n0123456789x\r\n", 413),
    ] {
        let mut client = server.client().await;
        client
            .send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
            .await;
        client.send(body).await;
        assert_eq!(client.answer().await.status, expected);
    }
}

#[tokio::test]
async fn a_refused_body_closes_and_one_read_whole_does_not() {
    let server = TestServer::start(ServeConfig::default(), upload(10)).await;
    let mut client = server.client().await;
    for _ in 0..2 {
        client
            .send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
            .await;
        let answer = client.answer().await;
        assert_eq!((answer.status, answer.header("connection")), (200, None));
    }
    client
        .send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n0123456789x")
        .await;
    let answer = client.answer().await;
    assert_eq!(
        (answer.status, answer.header("connection")),
        (413, Some("close"))
    );
}

#[tokio::test]
async fn a_client_that_sends_on_can_still_read_the_refusal() {
    let server = TestServer::start(ServeConfig::default(), upload(10)).await;
    let mut client = server.client().await;
    let size = 8 << 20;
    client
        .send(format!(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {size}\r\n\r\n"
        ))
        .await;
    // Sends all of it before it reads, as browsers do; a reset would break this off.
    let body = vec![b'x'; size];
    timeout(PATIENCE, client.0.write_all(&body))
        .await
        .unwrap()
        .unwrap();
    client.0.shutdown().await.unwrap();
    assert_eq!(client.answer().await.status, 413);
    assert!(client.closes_within(Duration::from_secs(6)).await);
}

#[tokio::test]
async fn heads_above_the_limits_and_heads_that_are_no_http() {
    let config = ServeConfig {
        max_headers: 20,
        ..ServeConfig::default()
    };
    let servers = [
        TestServer::start(ServeConfig::default(), make(|_| async {})).await,
        TestServer::start(config, make(|_| async {})).await,
    ];
    let long = |bytes| {
        format!(
            "GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n",
            "x".repeat(bytes)
        )
    };
    let many = |count| {
        format!(
            "GET / HTTP/1.1\r\nHost: a\r\n{}\r\n",
            "X: y\r\n".repeat(count)
        )
    };
    for (server, head, expected) in [
        (0, long(60 * 1024), 200),
        (0, long(70 * 1024), 431),
        (0, long(1 << 20), 431),
        (0, many(99), 200),
        (0, many(100), 431),
        (1, many(19), 200),
        (1, many(20), 431),
        (0, "GET / HTTP/1.1\r\nno colon\r\n\r\n".into(), 400),
        (0, "\u{16}\u{3}\u{1}\r\n\r\n".into(), 400),
        (0, "GET / HTTP/9.9\r\n\r\n".into(), 400),
        (
            0,
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 2\r\n\r\n".into(),
            400,
        ),
    ] {
        let mut client = servers[server].client().await;
        let _ = client.0.write_all(head.as_bytes()).await;
        let answer = client.head().await;
        let brief: String = head.chars().take(40).collect();
        assert_eq!(answer.status, expected, "{brief} ({} bytes)", head.len());
        if expected != 200 {
            assert_bare(&answer);
            let body = client.rest().await;
            assert_eq!(
                answer.header("content-length"),
                Some(body.len().to_string().as_str())
            );
            assert!(body.ends_with(b".\n"), "a sentence: {body:?}");
        }
    }
}

#[tokio::test]
async fn a_bad_head_right_behind_a_good_one_is_refused_in_the_same_words() {
    let server = TestServer::start(ServeConfig::default(), make(|_| async { "hello" })).await;
    let mut client = server.client().await;
    client
        .send("GET / HTTP/1.1\r\nHost: a\r\n\r\nno colon\r\n\r\n")
        .await;
    assert_eq!(client.answer().await.status, 200);
    let refusal = client.answer().await;
    assert_eq!(refusal.status, 400);
    assert_bare(&refusal);
}

/// The security headers of an answer from below the site.
fn assert_bare(answer: &Answer) {
    for (name, value) in [
        (
            "content-security-policy",
            "default-src 'none'; frame-ancestors 'none'",
        ),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        ("connection", "close"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}: {answer:?}");
    }
}

#[tokio::test]
async fn one_address_gets_its_share_of_connections_and_no_more() {
    let config = ServeConfig {
        max_connections_per_address: 2,
        trusted_proxies: vec!["127.0.0.9/32".parse().unwrap()],
        ..ServeConfig::default()
    };
    let server = TestServer::start(config, make(|_| async { "hello" })).await;
    let from = |last: u8| IpAddr::from([127, 0, 0, last]);

    let mut first = server.client_from(from(2)).await;
    let mut second = server.client_from(from(2)).await;
    assert_eq!(first.get("/").await.status, 200);
    assert_eq!(second.get("/").await.status, 200);
    let mut third = server.client_from(from(2)).await;
    let refusal = third.answer().await;
    assert_eq!(refusal.status, 429);
    assert_eq!(refusal.header("retry-after"), Some("10"));
    assert_bare(&refusal);
    assert!(third.closes_within(PATIENCE).await);
    assert_eq!(server.client_from(from(3)).await.get("/").await.status, 200);

    // A proxy brings many people.
    let mut proxied = Vec::new();
    for _ in 0..10 {
        let mut client = server.client_from(from(9)).await;
        assert_eq!(client.get("/").await.status, 200);
        proxied.push(client);
    }

    drop(first);
    for attempt in 0.. {
        let mut again = server.client_from(from(2)).await;
        if again.get("/").await.status == 200 {
            break;
        }
        assert!(
            attempt < 100,
            "a closed connection's place is not given back"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn above_the_limit_in_all_clients_wait_for_their_turn() {
    let config = ServeConfig {
        max_connections: 2,
        ..ServeConfig::default()
    };
    let server = TestServer::start(config, make(|_| async { "hello" })).await;
    let mut first = server.client().await;
    let mut second = server.client().await;
    assert_eq!(first.get("/").await.status, 200);
    assert_eq!(second.get("/").await.status, 200);
    let mut third = server.client().await;
    third.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert!(!third.closes_within(Duration::from_millis(300)).await);
    drop(second);
    assert_eq!(third.answer().await.status, 200);
    assert_eq!(first.get("/").await.status, 200);
}

#[tokio::test]
async fn limits_that_cannot_work_are_refused_at_the_start() {
    for config in [
        ServeConfig {
            max_connections: 0,
            ..ServeConfig::default()
        },
        ServeConfig {
            max_connections_per_address: 0,
            ..ServeConfig::default()
        },
        ServeConfig {
            max_head_bytes: 100,
            ..ServeConfig::default()
        },
        ServeConfig {
            max_headers: 0,
            ..ServeConfig::default()
        },
    ] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let result = blog_web::serve::serve(
            listener,
            make(|_| async {}),
            config,
            tokio_util::sync::CancellationToken::new(),
        );
        let error = timeout(PATIENCE, result).await.unwrap().unwrap_err();
        assert!(error.to_string().contains("must be"), "{error}");
    }
}
