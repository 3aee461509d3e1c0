//! Throttling, errors of the server, and requests and answers that are lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use blog_core::Error;
use blog_core::model::index::{Applied, ObjectState};
use blog_core::model::media::{ObjectKey, PutMode, PutOptions};
use blog_core::page::PageRequest;
use blog_core::ports::clock::SystemClock;
use blog_core::ports::{IntentLog as _, MediaStore as _, ObjectIndex as _};
use blog_core::service::observed::Observed;
use blog_storage::dynamodb::DynamoIndex;
use blog_storage::memory::{MemoryMedia, MemoryStore};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};

use super::proxy::{Fault, Proxy};
use super::{created, endpoint, table};

/// The index by way of these faults, and the same table without.
async fn behind(
    endpoint: &str,
    decide: impl Fn(&str, usize) -> Fault + Send + Sync + 'static,
) -> (Proxy, DynamoIndex, DynamoIndex) {
    let url = table(endpoint).await;
    let proxy = Proxy::to(endpoint, decide).await;
    let faulty = DynamoIndex::open(&url, Some(&proxy.url)).await.unwrap();
    let direct = DynamoIndex::open(&url, Some(endpoint)).await.unwrap();
    proxy.forget();
    (proxy, faulty, direct)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_is_sent_again_within_its_budget_and_then_refused_for_now() {
    let Some(endpoint) = endpoint() else {
        return;
    };
    for fault in [Fault::Throttled, Fault::Internal, Fault::Lost] {
        let (proxy, index, direct) = behind(&endpoint, move |operation, before| match operation {
            "PutItem" if before < 2 => fault,
            _ => Fault::None,
        })
        .await;
        let applied = index.apply(&created("a", 1)).await.unwrap();
        assert_eq!(
            (applied, proxy.count("PutItem")),
            (Applied::Written, 3),
            "{fault:?}"
        );
        assert!(direct.get("media", "a").await.unwrap().is_some());

        let (proxy, index, direct) = behind(&endpoint, move |operation, _| match operation {
            "PutItem" => fault,
            _ => Fault::None,
        })
        .await;
        let begun = Instant::now();
        let error = index.apply(&created("a", 1)).await.expect_err("refused");
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "{:?}",
            begun.elapsed()
        );
        assert_eq!(
            error.retry_after(),
            Some(Duration::from_secs(5)),
            "{fault:?}: {}",
            error.chain()
        );
        assert_eq!(proxy.count("PutItem"), 3, "{fault:?}");
        assert_eq!(direct.get("media", "a").await.unwrap(), None, "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_whose_answer_is_lost_happens_once() {
    let Some(endpoint) = endpoint() else {
        return;
    };
    let (proxy, index, direct) = behind(&endpoint, |operation, before| match operation {
        "PutItem" if before == 0 => Fault::Unheard,
        _ => Fault::None,
    })
    .await;
    // It finds what it wrote itself.
    assert_eq!(index.apply(&created("a", 1)).await.unwrap(), Applied::Stale);
    assert_eq!(proxy.count("PutItem"), 2);
    let row = direct.get("media", "a").await.unwrap().unwrap();
    assert_eq!((row.size, row.etag.as_str()), (1, "etag-1"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_is_whole_or_refused() {
    let Some(endpoint) = endpoint() else {
        return;
    };
    let turn = Arc::new(AtomicUsize::new(usize::MAX));
    let seen = turn.clone();
    // The query of one shard is throttled for good, whichever comes at this turn and all that repeat it.
    let (_proxy, index, direct) = behind(&endpoint, move |operation, before| match operation {
        "Query" if before >= seen.load(Ordering::SeqCst) => Fault::Throttled,
        _ => Fault::None,
    })
    .await;
    let owner = blog_core::id::UserId::generate();
    for number in 0..60 {
        let mut event = created(&format!("k{number:02}"), 1);
        if let blog_core::model::index::ObjectChange::Created { owner: whose, .. } =
            &mut event.change
        {
            *whose = Some(owner);
        }
        direct.apply(&event).await.unwrap();
    }
    assert_eq!(
        index
            .by_prefix("media", "", None, 100)
            .await
            .unwrap()
            .items
            .len(),
        60
    );
    turn.store(16 + 15, Ordering::SeqCst);
    for refused in [
        index
            .by_prefix("media", "", None, 100)
            .await
            .map(|page| page.items.len()),
        index
            .by_owner(owner, PageRequest::first(100))
            .await
            .map(|page| page.items.len()),
    ] {
        let error = refused.expect_err("a part of a list is no list");
        assert!(
            matches!(
                error,
                Error::Unavailable {
                    retryable: true,
                    ..
                }
            ),
            "{error:?}"
        );
    }
    let purged = index.purge(crate::histories::at(0), 10).await;
    assert!(
        matches!(purged, Err(Error::Unavailable { .. })),
        "{purged:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_row_points_to_nothing_after_any_fault() {
    let Some(endpoint) = endpoint() else {
        return;
    };
    let healed = Arc::new(AtomicBool::new(false));
    let is_healed = healed.clone();
    let (_proxy, index, direct) = behind(&endpoint, move |_, before| {
        if is_healed.load(Ordering::SeqCst) {
            return Fault::None;
        }
        // Two of three requests, in an order without a pattern.
        match before.wrapping_mul(2_654_435_761) >> 16 & 7 {
            0 => Fault::Throttled,
            1 => Fault::Internal,
            2 => Fault::Lost,
            3 | 4 => Fault::Unheard,
            _ => Fault::None,
        }
    })
    .await;
    let media = Arc::new(MemoryMedia::new());
    let intents = Arc::new(MemoryStore::new());
    let observed = Observed::new(
        media.clone(),
        Arc::new(index),
        intents.clone(),
        Arc::new(SystemClock),
    );
    let name = |number: usize| ObjectKey::from_store(format!("o/{}", number % 12));
    let work = |number: usize| {
        let observed = &observed;
        async move {
            // What was stored counts, whether the index could be told or not.
            if number % 5 == 4 {
                observed.delete(&name(number)).await.expect("deleted");
                return;
            }
            let body = stream::iter([Ok(Bytes::from(format!("body {number}")))]).boxed();
            let options = PutOptions {
                mode: PutMode::Overwrite,
                size: None,
                content_type: "image/png".to_owned(),
            };
            observed
                .put(&name(number), body, options)
                .await
                .expect("put");
        }
    };
    stream::iter(0..60)
        .map(work)
        .buffer_unordered(8)
        .collect::<()>()
        .await;
    let left = intents.pending(None, 100).await.unwrap().len();
    assert!(left > 0, "no fault was met");
    healed.store(true, Ordering::SeqCst);
    observed.replay().await.unwrap();
    let (mut present, mut gone) = (0, 0);
    for number in 0..12 {
        let row = direct.get("memory", name(number).as_str()).await.unwrap();
        let row = row.expect("heard of");
        match media.head(&name(number)).await {
            Ok(meta) => {
                assert_eq!((&row.state, &row.etag), (&ObjectState::Present, &meta.etag));
                present += 1;
            }
            Err(_) => {
                assert_ne!(row.state, ObjectState::Present, "{row:?} points to nothing");
                gone += 1;
            }
        }
    }
    println!(
        "{left} of 60 changes were told by a replay; {present} objects and {gone} that are gone are as the index says"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_is_answered_in_parts_is_asked_for_to_its_end_or_refused() {
    let Some(endpoint) = endpoint() else {
        return;
    };
    let (proxy, index, direct) = behind(&endpoint, |operation, before| match operation {
        "BatchGetItem" if before < 3 => Fault::Half,
        _ => Fault::None,
    })
    .await;
    let keys: Vec<String> = (0..40).map(|number| format!("k{number:02}")).collect();
    for key in keys.iter().step_by(2) {
        direct.apply(&created(key, 1)).await.unwrap();
    }
    let rows = index.get_many("media", &keys).await.unwrap();
    let found: Vec<bool> = rows.iter().map(Option::is_some).collect();
    let expected: Vec<bool> = (0..40).map(|number| number % 2 == 0).collect();
    assert_eq!(found, expected);
    assert_eq!(proxy.count("BatchGetItem"), 4);

    let (proxy, index, _) = behind(&endpoint, |operation, _| match operation {
        "BatchGetItem" => Fault::Empty,
        _ => Fault::None,
    })
    .await;
    let error = index.get_many("media", &keys).await.expect_err("refused");
    assert_eq!(
        error.retry_after(),
        Some(Duration::from_secs(5)),
        "{}",
        error.chain()
    );
    assert!(
        error
            .chain()
            .contains("40 keys of a batch were not answered in 6 attempts")
    );
    assert_eq!(proxy.count("BatchGetItem"), 6);
}
