//! A page of a million rows of the index is one question, and costs no more than one of a thousand.

use std::time::{Duration, Instant};

use blog_core::id::UserId;
use blog_core::page::{Cursor, PageRequest};
use blog_core::ports::ObjectIndex as _;
use blog_storage::sql::SqlStore;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use uuid::Uuid;

use super::{Fixture, at};

/// Every tenth row is somebody else's, and every tenth of the others a tombstone; numbers count the seconds.
async fn fill(fixture: &Fixture, rows: u32, owner: UserId) {
    let options = SqliteConnectOptions::new()
        .filename(fixture.folder.path().join("data/blog.db"))
        .pragma("synchronous", "OFF");
    let mut raw = options.connect().await.unwrap();
    sqlx::query(
        "WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n + 1 < ?) \
         INSERT INTO blog_objects (bucket, object_key, id, bytes, etag, content_type, owner, first_seen, last_seen, sequencer, \
         sequence, present, expires_at) \
         SELECT CAST('files' AS BLOB), CAST(printf('private/%08d.png', n) AS BLOB), CAST(printf('%016d', n) AS BLOB), 7, \
         'etag', 'image/png', CASE WHEN n % 10 = 9 THEN zeroblob(16) ELSE ? END, ? + n * 1000000, ? + n * 1000000, '01', \
         '01' || substr(hex(zeroblob(31)), 1, 62), n % 10 <> 5, CASE WHEN n % 10 = 5 THEN 1 END FROM n",
    )
    .bind(rows)
    .bind(owner.uuid())
    .bind(at(0).as_micros())
    .bind(at(0).as_micros())
    .execute(&mut raw)
    .await
    .unwrap();
    raw.close().await.unwrap();
}

/// The quickest of some tries, each of which is one statement.
async fn quickest<T>(store: &SqlStore, mut ask: impl AsyncFnMut() -> T) -> (T, Duration) {
    let mut best = Duration::MAX;
    let mut last = None;
    for _ in 0..20 {
        let (before, begun) = (store.statements(), Instant::now());
        last = Some(ask().await);
        best = best.min(begun.elapsed());
        assert_eq!(store.statements() - before, 1);
    }
    (last.unwrap(), best)
}

#[tokio::test]
async fn a_page_of_a_million_objects_is_one_statement_as_quick_as_one_of_a_thousand() {
    let mut times = Vec::new();
    for rows in [1_000_u32, 1_000_000] {
        let fixture = Fixture::new().await;
        let owner = UserId::generate();
        fill(&fixture, rows, owner).await;
        let store = &*fixture.store;
        // From the middle on.
        let middle = rows / 2;
        let from = Cursor {
            at: at(i64::from(middle)),
            id: Uuid::nil(),
        };
        let page = PageRequest::new(Some(from), 100);
        let (found, of_owner) = quickest(store, async || store.by_owner(owner, page).await).await;
        let expected: Vec<String> = (0..middle)
            .rev()
            .filter(|number| !matches!(number % 10, 5 | 9))
            .take(100)
            .map(|number| format!("private/{number:08}.png"))
            .collect();
        let found = found.unwrap();
        assert!(found.next.is_some());
        let keys: Vec<String> = found.items.into_iter().map(|item| item.key).collect();
        assert_eq!(keys, expected);

        let after = format!("private/{middle:08}.png");
        let (found, of_prefix) = quickest(store, async || {
            store
                .by_prefix("files", "private/", Some(&after), 100)
                .await
        })
        .await;
        let expected: Vec<String> = (middle + 1..)
            .filter(|number| number % 10 != 5)
            .take(100)
            .map(|number| format!("private/{number:08}.png"))
            .collect();
        let keys: Vec<String> = found
            .unwrap()
            .items
            .into_iter()
            .map(|item| item.key)
            .collect();
        assert_eq!(keys, expected);

        let (usage, of_usage) = quickest(store, async || store.usage(owner, 500).await).await;
        let usage = usage.unwrap();
        assert_eq!(
            (usage.objects, usage.bytes, usage.is_more),
            (500, 3_500, true)
        );
        times.push([of_owner, of_prefix, of_usage]);
        store.close().await;
    }
    for (what, few, many) in [
        ("an owner's page", times[0][0], times[1][0]),
        ("a page of keys", times[0][1], times[1][1]),
        ("an owner's sum", times[0][2], times[1][2]),
    ] {
        println!("{what}: {few:?} of a thousand rows, {many:?} of a million");
        // A walk over all would take a thousand times as long.
        assert!(
            many < few * 10 + Duration::from_millis(5),
            "{what}: {few:?}, {many:?}"
        );
    }
}
