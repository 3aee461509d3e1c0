//! A server that is lost: in the middle of a commit, for a while, and by a kill.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use blog_core::model::slug::Slug;
use blog_core::ports::PostStore;
use blog_storage::sql::SqlStore;
use sqlx::Executor as _;

use super::contention::{made, open};
use super::own::Own;
use super::proxy::{Cut, Proxy};
use super::server::{Database, Server};
use super::writes;
use crate::fixture::{at, new_post, page, user};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_write_whose_commit_is_lost_on_the_way_is_made_once() {
    let Some(server) = Server::shared() else {
        return;
    };
    for cut in [Cut::Before, Cut::Behind] {
        let database = server.database().await;
        let proxy = Proxy::to(server.port).await;
        let store = open(&database.url_as("root", proxy.port)).await;
        let writes = writes::ready(&store).await;
        let mut look = database.raw().await;
        for write in writes {
            let before = made(&mut look).await;
            proxy.cut(cut);
            write
                .make
                .await
                .unwrap_or_else(|error| panic!("{} {cut:?}: {}", write.name, error.chain()));
            assert!(proxy.is_done(), "{} committed nothing", write.name);
            assert_eq!(made(&mut look).await - before, 1, "{} {cut:?}", write.name);
        }
        store.close().await;
        database.drop().await;
    }
}

/// Without a server nobody can say whether the write was made, and the store does not pretend to know.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_lost_server_is_an_error_that_says_so_and_work_goes_on_when_it_is_back() {
    let Some(mut own) = Own::start().await else {
        return;
    };
    let database = own.server().database().await;
    let store = open(&database.url()).await;
    let author = user(&store, "ann").await;
    own.kill();
    let asked = Instant::now();
    let error = PostStore::create(
        &*store,
        new_post(author.id, "lost", at(0)),
        blog_core::model::effects::Effects::at(at(0)),
    )
    .await
    .unwrap_err();
    assert!(
        matches!(error, blog_core::Error::Unavailable { .. }),
        "{}",
        error.chain()
    );
    assert!(
        asked.elapsed() < Duration::from_secs(12),
        "{:?}",
        asked.elapsed()
    );
    own.run().await;
    let back = Instant::now();
    write_until(&store, author.id, "back").await;
    assert!(
        back.elapsed() < Duration::from_secs(10),
        "{:?}",
        back.elapsed()
    );
    store.close().await;
}

/// Writes until it works.
async fn write_until(store: &SqlStore, author: blog_core::id::UserId, slug: &str) {
    let began = Instant::now();
    loop {
        let post = new_post(author, slug, at(0));
        let effects = blog_core::model::effects::Effects::at(at(0));
        match PostStore::create(store, post, effects).await {
            Ok(_) => return,
            Err(error) if began.elapsed() > Duration::from_secs(30) => {
                panic!("it never works again: {}", error.chain())
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

/// `kill -9` of the server under write load, so many times: `BLOG_TEST_KILLS`, or ten.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn kills_of_the_server_lose_nothing_that_was_answered() {
    let Some(mut own) = Own::start().await else {
        return;
    };
    let kills: u32 = std::env::var("BLOG_TEST_KILLS").map_or(10, |kills| {
        kills.parse().expect("BLOG_TEST_KILLS is a number")
    });
    let database = own.server().database().await;
    let store = open(&database.url()).await;
    let author = user(&store, "ann").await.id;
    let stop = Arc::new(AtomicBool::new(false));
    let next = Arc::new(AtomicU32::new(0));
    let writers: Vec<_> = (0..4)
        .map(|_| {
            let (store, stop, next) = (store.clone(), stop.clone(), next.clone());
            tokio::spawn(async move {
                let mut stored = Vec::new();
                while !stop.load(Ordering::SeqCst) {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    let post = new_post(author, &format!("post-{number}"), at(i64::from(number)));
                    let effects = blog_core::model::effects::Effects::at(at(0)).invalidating();
                    match PostStore::create(&*store, post, effects).await {
                        Ok(post) => stored.push(post.slug),
                        Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                    }
                }
                stored
            })
        })
        .collect();
    let mut slowest = Duration::ZERO;
    for kill in 0..kills {
        tokio::time::sleep(Duration::from_millis(150 + u64::from(kill * 37 % 200))).await;
        own.kill();
        own.run().await;
        let back = Instant::now();
        write_until(&store, author, &format!("after-{kill}")).await;
        slowest = slowest.max(back.elapsed());
    }
    stop.store(true, Ordering::SeqCst);
    let mut stored: Vec<Slug> = Vec::new();
    for writer in writers {
        stored.extend(writer.await.unwrap());
    }
    let always = page(at(1_000_000));
    for slug in &stored {
        store
            .by_slug(slug, &always)
            .await
            .unwrap_or_else(|error| panic!("{slug} was answered and is gone: {}", error.chain()));
    }
    println!(
        "{kills} kills, {} answered writes, all there; writing again after at most {slowest:?}",
        stored.len()
    );
    assert!(stored.len() > 20, "{} writes are no load", stored.len());
    assert!(slowest < Duration::from_secs(10), "{slowest:?}");
    store.close().await;
}

#[tokio::test]
async fn a_server_that_cannot_be_used_is_named_in_one_sentence() {
    let Some(server) = Server::shared() else {
        return;
    };
    let database = server.database().await;
    let mut root = database.raw().await;
    root.execute("CREATE OR REPLACE USER blog_stranger@'127.0.0.1' IDENTIFIED BY 'open sesame'")
        .await
        .unwrap();
    let address = format!("127.0.0.1:{}", server.port);
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .unwrap();
    for (url, says) in [
        (
            format!(
                "mysql://blog_stranger:wrong@{address}/{}?ssl-mode=DISABLED",
                database.name
            ),
            format!("MySQL at {address} refuses the user name or password"),
        ),
        (
            format!(
                "mysql://blog_stranger:open%20sesame@{address}/{}?ssl-mode=DISABLED",
                database.name
            ),
            "does not let this user into the database".to_owned(),
        ),
        (
            format!("mysql://root@{address}/no_such_blog?ssl-mode=DISABLED"),
            "has no such database".to_owned(),
        ),
        (
            format!("mysql://root@{closed}/blog?ssl-mode=DISABLED"),
            format!("MySQL at {closed} cannot be reached"),
        ),
        // A server without TLS is not spoken to in plain text unasked.
        (
            format!("mysql://root@{address}/{}", database.name),
            "speaks no TLS".to_owned(),
        ),
        (
            "mysql://root@localhost".to_owned(),
            "names no database".to_owned(),
        ),
    ] {
        let error = blog_storage::connect(&blog_storage::Urls::new(url.as_str(), "memory:"))
            .await
            .expect_err(&url);
        let mut text = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            text.push_str(&format!("; {cause}"));
            source = cause.source();
        }
        assert!(text.contains(&says), "{url}: {text}");
        assert!(
            !text.contains("sesame") && !text.contains(":wrong"),
            "{text}"
        );
    }
    root.execute("DROP USER blog_stranger@'127.0.0.1'")
        .await
        .unwrap();
    database.drop().await;
}

/// Several start at once on an empty database.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn programs_that_start_at_once_all_find_the_schema() {
    let Some(server) = Server::shared() else {
        return;
    };
    let database: Database = server.database().await;
    let starts: Vec<_> = (0..6)
        .map(|_| {
            let url = database.url();
            tokio::spawn(async move { open(&url).await })
        })
        .collect();
    for start in starts {
        let store = start.await.unwrap();
        assert!(store.is_current().await.unwrap());
        store.close().await;
    }
    database.drop().await;
}
