//! DynamoDB (dynoxide here): what a table adds to the contract.

mod faults;
mod proxy;
mod speed;
mod table;

use std::collections::BTreeSet;
use std::sync::Arc;

use blog_core::conformance;
use blog_core::model::index::{Applied, ObjectChange, ObjectEvent, Sequencer};
use blog_core::ports::ObjectIndex as _;
use blog_storage::dynamodb::{ACTIONS, DynamoIndex, TABLE_ACTIONS, create_table};
use blog_storage::{Urls, connect};
use uuid::Uuid;

use crate::histories::at;
use proxy::{Fault, Proxy};

/// The address of the server; `None` where there is none and none is required.
pub(crate) fn endpoint() -> Option<String> {
    match std::env::var("BLOG_TEST_DYNAMODB_URL") {
        Ok(url) => Some(url),
        Err(_) if std::env::var_os("BLOG_TEST_REQUIRE").is_some() => {
            panic!("there is no DynamoDB: BLOG_TEST_DYNAMODB_URL is not set")
        }
        Err(_) => {
            println!("left out: there is no DynamoDB (BLOG_TEST_DYNAMODB_URL)");
            None
        }
    }
}

/// The URL of a new, empty table.
pub(crate) async fn table(endpoint: &str) -> String {
    let url = format!("dynamodb://blog-{}", Uuid::now_v7().simple());
    assert!(create_table(&url, Some(endpoint)).await.unwrap());
    url
}

/// A creation of an object, its number in the order of the key's events.
fn created(key: &str, number: u64) -> ObjectEvent {
    ObjectEvent {
        bucket: "media".to_owned(),
        key: key.to_owned(),
        version: None,
        change: ObjectChange::Created {
            size: number,
            etag: format!("etag-{number}"),
            content_type: Some("image/png".to_owned()),
            owner: None,
        },
        sequencer: Sequencer::from_counter(number),
        at: at(i64::try_from(number).unwrap()),
    }
}

fn removed(key: &str, number: u64) -> ObjectEvent {
    ObjectEvent {
        change: ObjectChange::Removed,
        ..created(key, number)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn dynamodb_keeps_the_contract_with_the_actions_that_it_declares() {
    let Some(endpoint) = endpoint() else {
        return;
    };
    let proxy = Proxy::to(&endpoint, |_, _| Fault::None).await;
    let url = format!("dynamodb://blog-{}", Uuid::now_v7().simple());
    assert!(create_table(&url, Some(&proxy.url)).await.unwrap());
    assert_eq!(declared(&TABLE_ACTIONS), proxy.used());

    proxy.forget();
    let urls = Urls {
        index: Some(url),
        aws_endpoint: Some(proxy.url.clone()),
        ..Urls::memory()
    };
    let stores = connect(&urls).await.unwrap();
    let report = conformance::run(&stores.backend).await;
    println!("DynamoDB\n{report}");
    report.assert_ok();
    assert_eq!(declared(&ACTIONS), proxy.used());
}

fn declared(actions: &[&str]) -> BTreeSet<String> {
    actions.iter().map(|action| (*action).to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_event_is_one_request_and_two_where_the_row_is_known() {
    let Some(endpoint) = endpoint() else {
        return;
    };
    let url = table(&endpoint).await;
    let proxy = Proxy::to(&endpoint, |_, _| Fault::None).await;
    let index = DynamoIndex::open(&url, Some(&proxy.url)).await.unwrap();
    for (event, applied, requests) in [
        (created("a", 2), Applied::Written, 1),
        (created("a", 3), Applied::Written, 2),
        (created("a", 3), Applied::Stale, 1),
        // Only that it was heard of earlier is new.
        (created("a", 1), Applied::Stale, 2),
        (removed("a", 4), Applied::Written, 2),
    ] {
        proxy.forget();
        assert_eq!(index.apply(&event).await.unwrap(), applied, "{event:?}");
        assert_eq!(proxy.count("PutItem"), requests, "{event:?}");
        assert_eq!(proxy.count(""), requests, "nothing else is asked");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn long_lists_are_read_to_their_end_across_pages_of_a_megabyte() {
    let Some(endpoint) = endpoint() else {
        return;
    };
    let url = table(&endpoint).await;
    let proxy = Proxy::to(&endpoint, |_, _| Fault::None).await;
    let index = Arc::new(DynamoIndex::open(&url, Some(&proxy.url)).await.unwrap());
    // Keys of a kilobyte with a type of 30 KB: 300 of them are nine megabytes, so a page of each shard cannot hold its part.
    let mut keys: Vec<String> = (0..300)
        .map(|n| format!("long/{n:03}/{}", "x".repeat(900)))
        .collect();
    for key in &keys {
        let mut event = created(key, 1);
        if let ObjectChange::Created {
            content_type,
            owner,
            ..
        } = &mut event.change
        {
            *content_type = Some("t".repeat(30_000));
            *owner = Some(blog_core::id::UserId::from(Uuid::from_u128(7)));
        }
        index.apply(&event).await.unwrap();
    }
    keys.sort();
    proxy.forget();
    let page = index
        .by_prefix("media", "long/", None, 1_000)
        .await
        .unwrap();
    let found: Vec<_> = page.items.into_iter().map(|item| item.key).collect();
    assert_eq!(found, keys);
    assert!(page.next.is_none());
    assert_eq!(
        proxy.count("Query"),
        16,
        "a shard's part of 300 is half a megabyte"
    );

    proxy.forget();
    let owner = blog_core::id::UserId::from(Uuid::from_u128(7));
    let page = index
        .by_owner(owner, blog_core::page::PageRequest::first(100))
        .await
        .unwrap();
    assert_eq!(page.items.len(), 100);
    assert!(
        proxy.count("Query") > 1,
        "three megabytes are no single page"
    );
}
