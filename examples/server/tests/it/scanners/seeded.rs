//! A demo page with two holes, which every scanner must find before its word about the blog counts.

use std::convert::Infallible;
use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use sqlx::sqlite::{SqlitePool, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, Row as _};
use tokio::net::TcpListener;

/// Starts it; it ends with the test.
pub(super) async fn start() -> SocketAddr {
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .connect("sqlite::memory:")
        .await
        .unwrap();
    for statement in [
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)",
        "INSERT INTO notes VALUES (1, 'The ferry leaves at nine'), (2, 'Lamps are lit at dusk')",
    ] {
        sqlx::query(statement).execute(&pool).await.unwrap();
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let pool = pool.clone();
            let service = service_fn(move |request| {
                let pool = pool.clone();
                async move { Ok::<_, Infallible>(answer(&request, &pool).await) }
            });
            let server = http1::Builder::new();
            tokio::spawn(server.serve_connection(TokioIo::new(stream), service));
        }
    });
    address
}

async fn answer(request: &Request<Incoming>, pool: &SqlitePool) -> Response<Full<Bytes>> {
    let query = request.uri().query().unwrap_or_default();
    let word = |wanted: &str| {
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        let found = pairs.find(|(name, _)| name == wanted);
        found.map_or_else(String::new, |(_, value)| value.into_owned())
    };
    let (status, main) = match request.uri().path() {
        "/" => (
            StatusCode::OK,
            "<a href=\"/greet?name=Ada\">Greet</a> <a href=\"/note?id=1\">Note</a>".to_owned(),
        ),
        // The first hole: what was sent is shown as it is.
        "/greet" => (StatusCode::OK, format!("<p>Hello {}</p>", word("name"))),
        // The second: what was sent is a part of the statement.
        "/note" => {
            let statement = format!("SELECT text FROM notes WHERE id = {}", word("id"));
            let row = sqlx::query(AssertSqlSafe(statement))
                .fetch_optional(pool)
                .await;
            match row {
                Ok(Some(row)) => (
                    StatusCode::OK,
                    format!("<p>{}</p>", row.get::<String, _>(0)),
                ),
                Ok(None) => (StatusCode::OK, "<p>There is no such note</p>".to_owned()),
                Err(error) => (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    format!("<p>sqlite3.OperationalError: {error}</p>"),
                ),
            }
        }
        _ => (StatusCode::NOT_FOUND, "<p>Nothing</p>".to_owned()),
    };
    let page = format!("<!DOCTYPE html><html><title>Demo</title><body>{main}</body></html>");
    Response::builder()
        .status(status)
        .header("content-type", "text/html; charset=utf-8")
        .body(Full::from(page))
        .unwrap()
}
