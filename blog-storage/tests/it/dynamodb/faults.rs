//! Throttling, errors of the server, and requests and answers that are lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use blog_core::Error;
use blog_core::model::index::Applied;
use blog_core::page::PageRequest;
use blog_core::ports::ObjectIndex as _;
use blog_storage::dynamodb::DynamoIndex;

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
