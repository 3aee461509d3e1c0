//! A crowd that logs in at once: the memory stays within its bound, who finds no room is told to come again, and readers are
//! served meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Barrier;

use crate::client::Client;
use crate::memory;
use crate::server::{Home, PASSWORD};

const CROWD: usize = 500;
const MB: u64 = 1_000_000;
/// What one hash takes (19 456 KiB), and what all of it may take beside.
const HASH: u64 = 19 * 1024 * 1024;
const ROOM: u64 = 64 * MB;

/// Reads the home page again and again; how long each took.
async fn read(client: Client, until: Arc<AtomicBool>, least: usize) -> Vec<Duration> {
    let mut times = Vec::new();
    while times.len() < least || !until.load(Ordering::Relaxed) {
        let start = Instant::now();
        let answer = client.clone().get("/").await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        times.push(start.elapsed());
    }
    times
}

fn p99(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[(times.len() - 1) * 99 / 100]
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_log_in_at_once() {
    let home = Home::new();
    home.add_user("ada", "author").await;
    let flags = [
        "--rate-factor=1000000",
        "--max-connections-per-address=2000",
    ];
    let server = home.serve_with(&flags).await;
    let mut ada = server.client();
    assert_eq!(ada.log_in("ada", PASSWORD).await.status, 303);
    ada.write("One", "Text").await.unwrap();

    let idle = read(server.client(), Arc::new(AtomicBool::new(true)), 300).await;
    let base = memory::of(server.pid()).now;
    let (over, barrier) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(Barrier::new(CROWD + 1)),
    );
    let reader = tokio::spawn(read(server.client(), over.clone(), 100));
    let crowd: Vec<_> = (0..CROWD)
        .map(|number| {
            let (mut client, barrier) = (server.client(), barrier.clone());
            tokio::spawn(async move {
                barrier.wait().await;
                // A known and an unknown name cost the same.
                let name = if number % 2 == 0 { "ada" } else { "nobody" };
                client.log_in(name, PASSWORD).await
            })
        })
        .collect();
    barrier.wait().await;
    let start = Instant::now();
    let (mut taken, mut wrong, mut later) = (0, 0, 0);
    for login in crowd {
        let answer = login.await.unwrap();
        match answer.status {
            303 => taken += 1,
            422 => wrong += 1,
            429 | 503 => {
                assert!(
                    answer.headers.contains_key("retry-after"),
                    "{}",
                    answer.body
                );
                later += 1;
            }
            other => panic!("{other}: {}", answer.body),
        }
    }
    let took = start.elapsed();
    over.store(true, Ordering::Relaxed);
    let busy = reader.await.unwrap();
    let most = memory::of(server.pid()).most;
    let permits = std::thread::available_parallelism().map_or(2, |n| n.get().max(2)) as u64;
    let bound = base + permits * HASH + ROOM;
    println!(
        "{CROWD} log-ins in {took:?}: {taken} taken, {wrong} refused, {later} told to come again; memory {} MB before, \
         {} MB at most, bound {} MB; readers' p99 {:?} idle, {:?} meanwhile",
        base / MB,
        most / MB,
        bound / MB,
        p99(idle),
        p99(busy)
    );
    assert!(taken > 0 && wrong > 0, "{taken} {wrong}");
    assert!(later > 0, "the crowd was too small to be refused");
    assert!(most <= bound, "{most} > {bound}");
    // Afterwards it is as before.
    assert_eq!(server.client().log_in("ada", PASSWORD).await.status, 303);
    server.stop().await;
}
