//! A thousand clients that send half a request head and wait.

use std::path::Path;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::client::{Client, connect_from};
use super::server::Server;
use super::{Outcome, millis};

const CLIENTS: u32 = 1_000;

pub(super) async fn run(binary: &Path, folder: &Path) -> Outcome {
    let server = Server::start(binary, folder, &[("BLOG_LOG", "error")]).await?;
    let mut slow = Vec::new();
    for number in 0..CLIENTS {
        let mut stream = connect_from(number, server.address).await?;
        stream.write_all(b"GET / HTTP/1.1\r\nHost: local").await?;
        slow.push(tokio::spawn(async move {
            let began = Instant::now();
            let mut rest = Vec::new();
            let read = stream.read_to_end(&mut rest);
            match tokio::time::timeout(Duration::from_secs(30), read).await {
                Ok(_) => Some(began.elapsed()),
                Err(_) => None,
            }
        }));
    }
    let mut client = Client::connect(server.address).await?;
    let mut slowest = Duration::ZERO;
    for _ in 0..100 {
        let began = Instant::now();
        let (status, ..) = client.get("/", None).await?;
        if status != 200 {
            return Err(format!("another request was answered {status}").into());
        }
        slowest = slowest.max(began.elapsed());
    }
    println!(
        "other requests go on: 100 of 100, slowest {:.1} ms",
        millis(slowest)
    );
    let mut last = Duration::ZERO;
    let mut open = 0;
    for one in slow {
        match one.await? {
            Some(after) => last = last.max(after),
            None => open += 1,
        }
    }
    println!(
        "closed: {} of {CLIENTS}, the last after {:.1} s (target 15)",
        CLIENTS - open,
        last.as_secs_f64()
    );
    server.stop().await
}
