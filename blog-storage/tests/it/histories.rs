//! Two thousand random histories of objects: whatever the order and the repetition of the events, each store ends as the
//! model says.

use std::sync::Arc;
use std::time::Instant;

use blog_core::id::UserId;
use blog_core::model::index::{IndexItem, ObjectChange, ObjectEvent, ObjectState, Sequencer};
use blog_core::ports::ObjectIndex;
use blog_core::time::Timestamp;
use futures_util::{StreamExt as _, stream};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use uuid::Uuid;

const HISTORIES: usize = 2_000;

/// A moment: so many seconds after a fixed one.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(1_800_000_000_000_000 + seconds * 1_000_000)
}

/// Events of one key, and the order in which they arrive: each once to three times, and then some all over again.
#[derive(Debug, Clone)]
struct History {
    events: Vec<ObjectEvent>,
    arrivals: Vec<usize>,
}

fn event() -> impl Strategy<Value = (bool, u64, i64, u8, bool)> {
    // Whether it is a removal, size, moment, digits behind the number, lower case.
    (
        prop::bool::weighted(0.35),
        0..1_000_u64,
        -500..500_i64,
        0..4_u8,
        any::<bool>(),
    )
}

fn history() -> impl Strategy<Value = History> {
    prop::collection::vec(event(), 1..6).prop_flat_map(|facts| {
        let events: Vec<_> = facts
            .into_iter()
            .zip(1_u64..)
            .map(|((is_removal, size, moment, tail, is_lower), number)| {
                let digits = format!("{number:04X}{}", &"AF0C"[..usize::from(tail)]);
                let digits = if is_lower {
                    digits.to_lowercase()
                } else {
                    digits
                };
                ObjectEvent {
                    bucket: "histories".to_owned(),
                    key: String::new(),
                    version: (size % 3 == 0).then(|| format!("v{number}")),
                    change: if is_removal {
                        ObjectChange::Removed
                    } else {
                        ObjectChange::Created {
                            size,
                            etag: format!("etag-{number}"),
                            content_type: Some(format!("type/{number}")),
                            owner: Some(UserId::from(Uuid::from_u128(u128::from(size % 5)))),
                        }
                    },
                    sequencer: Sequencer::parse(&digits).expect("hexadecimal digits"),
                    at: at(moment),
                }
            })
            .collect();
        let times = prop::collection::vec(1..=3_usize, events.len());
        let replay = prop::bool::weighted(0.2);
        (Just(events), times, replay)
            .prop_flat_map(|(events, times, replay)| {
                let once: Vec<usize> = times
                    .iter()
                    .enumerate()
                    .flat_map(|(nth, times)| vec![nth; *times])
                    .collect();
                let again = if replay {
                    (0..events.len()).collect()
                } else {
                    Vec::new()
                };
                (Just(events), Just(once).prop_shuffle(), Just(again))
            })
            .prop_map(|(events, mut arrivals, again)| {
                arrivals.extend(again);
                History { events, arrivals }
            })
    })
}

/// What a history must end as, without the facts of a tombstone: those are of the last version that was seen.
fn model(events: &[ObjectEvent]) -> IndexItem {
    let last = events
        .iter()
        .max_by(|a, b| a.sequencer.cmp(&b.sequencer))
        .expect("a history has an event");
    IndexItem {
        first_seen: events.iter().map(|event| event.at).min().expect("an event"),
        ..IndexItem::first(last)
    }
}

fn without_facts(mut item: IndexItem) -> IndexItem {
    if item.state != ObjectState::Present {
        let blank = IndexItem::first(&ObjectEvent {
            bucket: item.bucket.clone(),
            key: item.key.clone(),
            version: item.version.clone(),
            change: ObjectChange::Removed,
            sequencer: item.sequencer.clone(),
            at: item.last_seen,
        });
        item = IndexItem {
            first_seen: item.first_seen,
            ..blank
        };
    }
    item
}

/// Plays all histories, several at once, and looks at what they ended as: by itself, and in the list of the bucket.
async fn converge(name: &str, index: Arc<dyn ObjectIndex>) {
    let begun = Instant::now();
    let mut runner = TestRunner::deterministic();
    let mut histories = Vec::with_capacity(HISTORIES);
    for number in 0..HISTORIES {
        let mut history = history()
            .new_tree(&mut runner)
            .expect("a history")
            .current();
        for event in &mut history.events {
            event.key = format!("{:02}/{number}", number % 50);
        }
        histories.push(history);
    }
    let arrivals: usize = histories.iter().map(|history| history.arrivals.len()).sum();
    stream::iter(&histories)
        .for_each_concurrent(8, |history| {
            let index = index.clone();
            async move {
                for nth in &history.arrivals {
                    index.apply(&history.events[*nth]).await.expect("applied");
                }
                let expected = model(&history.events);
                let found = index.get(&expected.bucket, &expected.key).await;
                let found = found.expect("read").expect("heard of");
                assert_eq!(without_facts(found), expected, "{history:?}");
            }
        })
        .await;

    let mut present: Vec<IndexItem> = histories
        .iter()
        .map(|history| model(&history.events))
        .filter(|item| item.state == ObjectState::Present)
        .collect();
    present.sort_by(|a, b| a.key.cmp(&b.key));
    let mut listed = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = index
            .by_prefix("histories", "", after.as_deref(), 300)
            .await
            .expect("listed");
        listed.extend(page.items);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(listed, present);
    println!(
        "{name}: {HISTORIES} histories of {arrivals} events end in the model's state, {} of them present, in {:.1} s",
        present.len(),
        begun.elapsed().as_secs_f64()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory() {
    converge("memory", Arc::new(blog_storage::memory::MemoryStore::new())).await;
}

#[cfg(feature = "dynamodb")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dynamodb() {
    let Some(endpoint) = crate::dynamodb::endpoint() else {
        return;
    };
    let url = crate::dynamodb::table(&endpoint).await;
    let index = blog_storage::dynamodb::DynamoIndex::open(&url, Some(&endpoint))
        .await
        .unwrap();
    converge("DynamoDB", Arc::new(index)).await;
}

#[cfg(feature = "sqlite")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("blog.db").display());
    let stores = blog_storage::connect(&blog_storage::Urls::new(url, "memory:"))
        .await
        .unwrap();
    stores.migrate().await.unwrap();
    converge("SQLite", stores.backend.index.clone()).await;
    stores.close().await;
}

#[cfg(feature = "mysql")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mysql() {
    let Some(server) = crate::mysql::server::Server::shared() else {
        return;
    };
    let database = server.database().await;
    let stores = blog_storage::connect(&blog_storage::Urls::new(database.url(), "memory:"))
        .await
        .unwrap();
    stores.migrate().await.unwrap();
    converge("MySQL", stores.backend.index.clone()).await;
    stores.close().await;
    database.drop().await;
}
