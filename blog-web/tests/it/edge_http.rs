//! A whole site behind its edge, over the wire.

use std::io;
use std::sync::{Arc, Mutex};

use blog_web::edge::body::BodyLimit;
use blog_web::edge::deadline::Deadline;
use blog_web::edge::head::WasHead;
use blog_web::edge::headers::Surface;
use blog_web::edge::host::Site;
use blog_web::edge::{Edge, EdgeError, LOG_TARGET};
use blog_web::serve::ServeConfig;
use bytes::Bytes;
use futures_util::stream;
use poem::endpoint::make;
use poem::{Body, Endpoint, EndpointExt, IntoEndpoint, Request, Response, Route, get, post};
use tokio::net::TcpListener;
use tracing_subscriber::layer::SubscriberExt;

use crate::raw::{Answer, TestServer};

fn site() -> Route {
    Route::new()
        .at(
            "/",
            get(make(|request: Request| async move {
                let text = if request.data::<WasHead>().is_some() {
                    "was head"
                } else {
                    "was get"
                };
                Response::builder()
                    .content_type("text/html; charset=utf-8")
                    .body(text)
            })),
        )
        .at(
            "/stream",
            get(make(|_| async {
                let chunks = stream::iter([Ok::<_, io::Error>(Bytes::from_static(b"streamed"))]);
                Response::builder().body(Body::from_bytes_stream(chunks))
            })),
        )
        .at(
            "/media",
            get(make(|_| async {
                let mut response = Response::from("bytes");
                response.set_data(Surface::media());
                response
            })),
        )
        .at(
            "/form",
            post(
                make(|_| async { "done" })
                    .with(BodyLimit(10))
                    .with(Deadline::default()),
            ),
        )
        .at(
            "/panic",
            get(make(|_| async { panic_now() }).with(Deadline::default())),
        )
        .at(
            "/panic-late",
            post(make(|_| async { panic_now() }).with(Deadline::default())),
        )
        .at(
            "/fail",
            get(make(|_| async {
                Err::<(), _>(EdgeError::internal().caused_by(io::Error::other("secret cause")))
            })),
        )
        .at("/livez", get(make(|_| async { "alive" })))
}

fn panic_now() -> &'static str {
    panic!("on purpose")
}

async fn start(edge: impl FnOnce(Edge) -> Edge) -> (TestServer, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let site_address = Site::for_listener(None, address, false).unwrap();
    let endpoint = site().with(edge(Edge::new(site_address)));
    let server = TestServer::on(listener, ServeConfig::default(), endpoint.into_endpoint());
    (server, format!("localhost:{}", address.port()))
}

async fn ask(server: &TestServer, request: String) -> Answer {
    let mut client = server.client().await;
    let head = request.starts_with("HEAD");
    client.send(request).await;
    if head {
        client.head().await
    } else {
        client.answer().await
    }
}

#[tokio::test]
async fn every_answer_has_its_headers() {
    let (server, host) = start(|edge| edge).await;
    let own = format!("Host: {host}\r\n");
    let cross = format!("{own}Sec-Fetch-Site: cross-site\r\nContent-Length: 0\r\n");
    let long = format!("{own}Content-Length: 11\r\n");
    for (request, expected) in [
        (format!("GET / HTTP/1.1\r\n{own}\r\n"), 200),
        (format!("GET /nothing HTTP/1.1\r\n{own}\r\n"), 404),
        (format!("PUT / HTTP/1.1\r\n{own}\r\n"), 405),
        (format!("GET /panic HTTP/1.1\r\n{own}\r\n"), 500),
        (format!("POST /panic-late HTTP/1.1\r\n{own}\r\n"), 500),
        (format!("GET /fail HTTP/1.1\r\n{own}\r\n"), 500),
        (format!("POST /form HTTP/1.1\r\n{long}\r\n"), 413),
        (format!("POST /form HTTP/1.1\r\n{cross}\r\n"), 403),
        ("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n".into(), 421),
        ("GET / HTTP/1.1\r\n\r\n".into(), 400),
        ("GET /livez HTTP/1.1\r\nHost: 10.1.2.3\r\n\r\n".into(), 200),
    ] {
        let answer = ask(&server, request.clone()).await;
        assert_eq!(answer.status, expected, "{request}\n{}", answer.head);
        for name in [
            "content-security-policy",
            "x-content-type-options",
            "referrer-policy",
            "cross-origin-opener-policy",
            "cross-origin-resource-policy",
            "permissions-policy",
            "cache-control",
            "x-request-id",
            "date",
        ] {
            assert!(
                answer.header(name).is_some(),
                "{name} is missing: {request}"
            );
        }
        assert_eq!(answer.header("server"), None);
        assert_eq!(answer.header("set-cookie"), None);
        assert!(!answer.text().contains("secret") && !answer.text().contains("on purpose"));
    }
    let media = ask(&server, format!("GET /media HTTP/1.1\r\n{own}\r\n")).await;
    assert_eq!(
        media.header("content-security-policy"),
        Some("default-src 'none'; sandbox")
    );
    assert_eq!(
        media.header("cross-origin-resource-policy"),
        Some("cross-origin")
    );
}

#[tokio::test]
async fn head_is_get_without_its_body() {
    let (server, host) = start(|edge| edge).await;
    let mut client = server.client().await;
    for (path, status, length) in [
        ("/", 200, Some("8")),
        ("/stream", 200, None),
        ("/nothing", 404, Some("34")),
    ] {
        client
            .send(format!("HEAD {path} HTTP/1.1\r\nHost: {host}\r\n\r\n"))
            .await;
        let answer = client.head().await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.header("content-length"), length, "{path}");
        // Were there a body, it would be read as the next answer.
        client
            .send(format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"))
            .await;
        assert_eq!(client.answer().await.text(), "was get", "after HEAD {path}");
    }
    client
        .send(format!("HEAD /form HTTP/1.1\r\nHost: {host}\r\n\r\n"))
        .await;
    assert_eq!(client.head().await.status, 405);
}

#[tokio::test]
async fn head_has_no_body_whichever_server_runs_the_endpoint() {
    let site_address = Site::on_loopback(3000);
    let endpoint = site().with(Edge::new(site_address));
    let request = Request::builder()
        .method(http::Method::HEAD)
        .header("host", "localhost:3000")
        .finish();
    let mut response = endpoint.get_response(request).await;
    assert_eq!(response.header("content-length"), Some("8"));
    assert_eq!(response.take_body().into_string().await.unwrap(), "");
}

#[tokio::test]
async fn a_session_cookie_makes_the_answer_private() {
    let (server, host) = start(|edge| edge).await;
    for (cookie, expected) in [("", "no-cache"), ("Cookie: sid=x\r\n", "private, no-store")] {
        for path in ["/", "/nothing"] {
            let answer = ask(
                &server,
                format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{cookie}\r\n"),
            )
            .await;
            assert_eq!(
                answer.header("cache-control"),
                Some(expected),
                "{path} {cookie}"
            );
        }
    }
}

#[tokio::test]
async fn errors_are_the_sites_own_pages() {
    let (server, host) = start(|edge| {
        edge.error_page(|context| {
            Response::builder()
                .content_type("text/html; charset=utf-8")
                .body(format!(
                    "<h1>{}</h1><p>{}</p><p>{}</p>",
                    context.error.code(),
                    context.uri.path(),
                    context.request_id,
                ))
        })
    })
    .await;
    for (request, code) in [
        (
            format!("GET /nothing HTTP/1.1\r\nHost: {host}\r\n\r\n"),
            "not-found",
        ),
        (
            format!("GET /panic HTTP/1.1\r\nHost: {host}\r\n\r\n"),
            "internal",
        ),
        (
            "GET /nothing HTTP/1.1\r\nHost: evil.example\r\n\r\n".into(),
            "unknown-host",
        ),
    ] {
        let answer = ask(&server, request).await;
        assert!(
            answer.text().contains(&format!("<h1>{code}</h1>")),
            "{}",
            answer.text()
        );
        let id = answer.header("x-request-id").unwrap();
        assert!(answer.text().contains(id), "{}", answer.text());
        assert!(answer.status >= 400);
    }
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_says_who_asked_what_but_no_secrets() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::registry().with(
        tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .with_writer(move || writer.clone()),
    );
    // For the whole process: a subscriber of this thread alone can miss events whose first use,
    // in another test's thread, found nobody interested. Lines are told apart by request id.
    tracing::subscriber::set_global_default(subscriber).expect("no other test sets one");

    // A statement logged by a store, once from the request's own task and once from a change's.
    let endpoint = make(|_| async {
        tracing::debug!(target: "store", "statement");
        "ok"
    })
    .with(Deadline::default())
    .with(Edge::new(Site::on_loopback(3000)));
    for method in [http::Method::GET, http::Method::POST] {
        let request = http::Request::builder()
            .method(&method)
            .uri("/account/reset?token=SECRET1")
            .header("host", "localhost:3000")
            .header("cookie", "theme=SECRET2")
            .body(())
            .unwrap();
        let (parts, ()) = request.into_parts();
        let parts: poem::RequestParts = (
            parts,
            poem::web::LocalAddr::default(),
            poem::web::RemoteAddr::default(),
            http::uri::Scheme::HTTP,
        )
            .into();
        let response = endpoint
            .call(Request::from_parts(parts, Body::empty()))
            .await
            .unwrap();
        let id = response.header("x-request-id").unwrap().to_owned();

        let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert!(!log.contains("SECRET"), "{log}");
        let own = || log.lines().filter(|line| line.contains(&id));
        let access: Vec<_> = own().filter(|line| line.contains("answered")).collect();
        let [access] = access[..] else {
            panic!("not one access line: {log}")
        };
        for part in [
            &id,
            method.as_str(),
            "/account/reset",
            "200",
            "micros=",
            LOG_TARGET,
            "INFO",
        ] {
            assert!(access.contains(part), "{part} is missing: {access}");
        }
        let statements = own().filter(|line| line.contains("statement")).count();
        assert_eq!(statements, 1, "{log}");
    }
}

#[tokio::test]
async fn a_mounted_site_leaves_the_host_to_its_host() {
    let site_address =
        Site::at(&url::Url::parse("https://a.example/blog").unwrap(), false).unwrap();
    let endpoint = make(|_| async { "ok" }).with(Edge::new(site_address).mounted());
    let response = endpoint
        .get_response(Request::builder().header("host", "other.example").finish())
        .await;
    assert_eq!(response.status().as_u16(), 200);
    assert_eq!(response.header("strict-transport-security"), None);
    assert!(response.header("content-security-policy").is_some());
}
