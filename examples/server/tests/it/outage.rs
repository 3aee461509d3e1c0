//! The database dies under a running blog, and comes back.

use std::time::{Duration, Instant};

use crate::client::{Answer, Client};
use crate::mysql::own::Own;
use crate::server::{Home, PASSWORD};

/// Readers get what was kept at once; nobody waits for a database that is gone.
const AT_ONCE: Duration = Duration::from_secs(1);

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    let value = answer.headers.get(name);
    value.map_or("", |value| value.to_str().unwrap())
}

async fn timed(reader: &mut Client, path: &str) -> (Answer, Duration) {
    let asked = Instant::now();
    let answer = reader.get(path).await;
    (answer, asked.elapsed())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_go_on_and_writes_wait_while_the_database_is_dead() {
    let Some(mut mariadb) = Own::start().await else {
        return;
    };
    let database = mariadb.server().database().await;
    let home = Home::new().variable("BLOG_DATABASE_URL", &database.url());
    home.add_user("ada", "author").await;
    let server = home.serve().await;
    let mut ada = server.client();
    assert_eq!(ada.log_in("ada", PASSWORD).await.status, 303);
    let post = ada.write("Before", "Words from before").await.unwrap();
    ada.write("Another", "Other words").await.unwrap();

    let mut reader = server.client();
    let pages = ["/", post.as_str(), "/feed.xml", "/@ada"];
    let mut before = Vec::new();
    for page in pages {
        before.push(reader.get(page).await);
    }
    for round in 0..2 {
        mariadb.kill();
        let dead = Instant::now();
        // Longer than what was seen of the site counts.
        while dead.elapsed() < Duration::from_secs(6) {
            for (page, before) in pages.iter().zip(&before) {
                let (answer, took) = timed(&mut reader, page).await;
                assert_eq!(answer.status, 200, "{page}: {}", server.log());
                assert_eq!(answer.body, before.body, "{page}");
                assert_eq!(header(&answer, "etag"), header(before, "etag"), "{page}");
                assert_eq!(header(&answer, "cache-control"), "no-cache", "{page}");
                assert!(took < AT_ONCE, "{page} took {took:?}");
            }
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        let (answer, _) = timed(&mut reader, "/").await;
        let age: u64 = header(&answer, "age").parse().unwrap();
        assert!(age >= 5, "{age}");
        for (who, path) in [(&mut reader, "/posts/another"), (&mut ada, "/")] {
            let (answer, took) = timed(who, path).await;
            assert_eq!(answer.status, 503, "{path}");
            assert!(header(&answer, "retry-after").parse::<u64>().unwrap() > 0);
            assert!(header(&answer, "cache-control").ends_with("no-store"));
            assert!(took < Duration::from_secs(15), "{path} took {took:?}");
        }
        let fields = [("title", "Lost"), ("body", "Lost"), ("status", "published")];
        let refused = ada.post("/write", &fields).await;
        assert_eq!(refused.status, 503);
        assert!(header(&refused, "retry-after").parse::<u64>().unwrap() > 0);
        assert_eq!(reader.get("/livez").await.status, 200);
        assert_eq!(reader.get("/readyz").await.status, 503);

        mariadb.run().await;
        let back = Instant::now();
        let title = format!("After {round}");
        while ada.write(&title, "Words from after").await.is_err() {
            assert!(back.elapsed() < Duration::from_secs(10), "{}", server.log());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        for (page, before) in pages.iter().zip(&mut before) {
            *before = reader.get(page).await;
            assert_eq!(before.status, 200, "{page}");
            assert!(!before.headers.contains_key("age"), "{page}");
        }
        assert!(before[0].body.contains(&title), "{}", before[0].body);
        // Its answer counts for a second.
        while reader.get("/readyz").await.status != 200 {
            assert!(back.elapsed() < Duration::from_secs(15));
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    server.stop().await;
}
