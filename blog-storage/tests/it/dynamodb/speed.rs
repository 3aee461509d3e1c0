//! Events cost what bare conditional writes do.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::types::AttributeValue;
use blog_core::model::index::{Applied, ObjectChange};
use blog_core::ports::ObjectIndex as _;
use blog_storage::dynamodb::DynamoIndex;
use futures_util::{StreamExt as _, stream};

use super::table::client;
use super::{created, endpoint, table};

const ROUNDS: u32 = 10;
const EVENTS: u32 = 1_000;
const AT_ONCE: usize = 16;

/// How long all of a round take.
async fn timed<F: Future<Output = ()>>(work: impl Iterator<Item = F>) -> Duration {
    let begun = Instant::now();
    stream::iter(work)
        .buffer_unordered(AT_ONCE)
        .collect::<()>()
        .await;
    begun.elapsed()
}

fn median(mut rounds: Vec<Duration>) -> Duration {
    rounds.sort_unstable();
    rounds[rounds.len() / 2]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_events_are_as_quick_as_bare_conditional_writes() {
    let Some(endpoint) = endpoint() else {
        return;
    };
    let url = table(&endpoint).await;
    let name = url.strip_prefix("dynamodb://").unwrap();
    let index = DynamoIndex::open(&url, Some(&endpoint)).await.unwrap();
    let bare = client(&endpoint).await;
    let owner = blog_core::id::UserId::generate();
    let (mut events, mut writes) = (Vec::new(), Vec::new());
    // In turns, so that what else this machine does is the same for both.
    for round in 0..ROUNDS {
        let write = |number: u32| {
            let key = format!("bare/{round}/{number}");
            let text = |text: &str| AttributeValue::S(text.to_owned());
            let row: HashMap<String, AttributeValue> = [
                ("id", text(&format!("media/{key}"))),
                ("bucket", text("media")),
                ("object_key", text(&key)),
                ("bytes", AttributeValue::N("1".to_owned())),
                ("etag", text("etag-1")),
                ("content_type", text("image/png")),
                ("owner", text(&owner.to_string())),
                ("owner_sort", text(&format!("{:049}", number))),
                ("bucket_shard", text(&format!("media#{:x}", number % 16))),
                (
                    "first_seen",
                    AttributeValue::N("1800000001000000".to_owned()),
                ),
                (
                    "last_seen",
                    AttributeValue::N("1800000001000000".to_owned()),
                ),
                ("sequencer", text("0000000000000001")),
                ("seq", text(&format!("{:0<64}", "0000000000000001"))),
            ]
            .map(|(name, value)| (name.to_owned(), value))
            .into();
            let put = bare
                .put_item()
                .table_name(name)
                .set_item(Some(row))
                .condition_expression("attribute_not_exists(id)");
            async move { drop(put.send().await.expect("written")) }
        };
        writes.push(timed((0..EVENTS).map(write)).await);
        let apply = |number: u32| {
            let mut event = created(&format!("event/{round}/{number}"), 1);
            if let ObjectChange::Created { owner: whose, .. } = &mut event.change {
                *whose = Some(owner);
            }
            let index = &index;
            async move {
                assert_eq!(
                    index.apply(&event).await.expect("applied"),
                    Applied::Written
                )
            }
        };
        events.push(timed((0..EVENTS).map(apply)).await);
    }
    let (events, writes) = (median(events), median(writes));
    let ratio = writes.as_secs_f64() / events.as_secs_f64();
    println!(
        "{} events: {:.0} a second; bare conditional writes: {:.0}; ratio {ratio:.2}",
        ROUNDS * EVENTS,
        f64::from(EVENTS) / events.as_secs_f64(),
        f64::from(EVENTS) / writes.as_secs_f64(),
    );
    assert!(ratio >= 0.8, "{ratio:.2}");
}
