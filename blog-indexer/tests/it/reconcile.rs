//! The bucket and its index, side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use blog_core::error::{Entity, Error};
use blog_core::model::drift::Run;
use blog_core::model::index::{
    Applied, IndexItem, ObjectChange, ObjectEvent, ObjectState, Sequencer, Usage,
};
use blog_core::model::media::{
    ByteRange, ByteStream, Object, ObjectKey, ObjectMeta, PutMode, PutOptions,
};
use blog_core::page::PageRequest;
use blog_core::ports::clock::SystemClock;
use blog_core::ports::{Clock, MediaStore, ObjectIndex};
use blog_core::service::observed::Observed;
use blog_core::{Page, Result, Timestamp};
use blog_indexer::reconcile::{Class, Drift, Found, Reconcile, Request, Step};
use blog_storage::memory::{MemoryMedia, MemoryStore};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};

/// A clock that is an hour ahead: what was put now is an hour old to it.
#[derive(Debug)]
struct Later;

impl Clock for Later {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus(Duration::from_secs(3_600))
    }
}

/// A clock that is two hours ahead.
#[cfg(feature = "lambda")]
#[derive(Debug)]
struct MuchLater;

#[cfg(feature = "lambda")]
impl Clock for MuchLater {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus(Duration::from_secs(7_200))
    }
}

fn body(text: String) -> ByteStream {
    stream::iter([Ok(Bytes::from(text))]).boxed()
}

fn options() -> PutOptions {
    PutOptions {
        mode: PutMode::Overwrite,
        size: None,
        content_type: "image/png".to_owned(),
    }
}

fn key(text: &str) -> ObjectKey {
    ObjectKey::from_store(text.to_owned())
}

/// A bucket, its index, and what keeps one in line with the other.
struct Lab {
    media: Arc<MemoryMedia>,
    index: Arc<MemoryStore>,
    observed: Arc<Observed>,
}

impl Lab {
    fn new() -> Self {
        let media = Arc::new(MemoryMedia::new());
        let index = Arc::new(MemoryStore::new());
        let observed = Observed::new(
            media.clone(),
            index.clone(),
            index.clone(),
            Arc::new(SystemClock),
        );
        Self {
            media,
            index,
            observed: Arc::new(observed),
        }
    }

    async fn put(&self, name: &str) {
        self.observed
            .put(&key(name), body(format!("bytes of {name}")), options())
            .await
            .unwrap();
    }

    /// Runs to the end an hour later; what lasted, by key.
    async fn run(&self, request: &Request) -> (Found, BTreeMap<String, Drift>) {
        self.run_by(Arc::new(Later), request).await
    }

    async fn run_by(
        &self,
        clock: Arc<dyn Clock>,
        request: &Request,
    ) -> (Found, BTreeMap<String, Drift>) {
        let reconcile = Reconcile::new(self.media.clone(), self.index.clone(), clock);
        let mut drifts = BTreeMap::new();
        let found = reconcile
            .run(request, &mut |step| {
                if let Step::Drift(drift) = step {
                    assert!(drifts.insert(drift.key.clone(), drift.clone()).is_none());
                }
            })
            .await
            .unwrap();
        (found, drifts)
    }
}

fn quick() -> Request {
    Request {
        pause: Duration::from_millis(100),
        ..Request::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_class_is_found_among_a_thousand_objects_while_others_come_and_go() {
    let lab = Lab::new();
    for number in 0..1_000 {
        lab.put(&format!("o/{number:04}")).await;
    }
    // Every class, past what keeps the two in line.
    let mut injected = BTreeMap::new();
    for number in (0..1_000).step_by(10) {
        let name = format!("o/{number:04}");
        let there = key(&name);
        let row = lab.index.get("memory", &name).await.unwrap().unwrap();
        let class = match number / 10 % 4 {
            0 => {
                let other = format!("{name}-missing");
                lab.media
                    .put(&key(&other), body("unheard of".to_owned()), options())
                    .await
                    .unwrap();
                injected.insert(other, Class::Missing);
                continue;
            }
            1 => {
                lab.media.delete(&there).await.unwrap();
                Class::Orphan
            }
            2 => {
                lab.media
                    .put(&there, body("others".to_owned()), options())
                    .await
                    .unwrap();
                Class::Mismatched
            }
            _ => {
                let gone = ObjectEvent {
                    bucket: "memory".to_owned(),
                    key: name.clone(),
                    version: None,
                    change: ObjectChange::Removed,
                    sequencer: row.sequencer.next(),
                    at: row.last_seen,
                };
                lab.index.apply(&gone).await.unwrap();
                Class::Stale
            }
        };
        injected.insert(name, class);
    }
    assert_eq!(injected.len(), 100);

    // People upload and delete meanwhile, and each event takes its time.
    let busy = Arc::new(AtomicBool::new(true));
    let (observed, goes_on) = (lab.observed.clone(), busy.clone());
    let people = tokio::spawn(async move {
        let mut number = 0;
        while goes_on.load(Ordering::SeqCst) {
            let name = key(&format!("o/{:04}-busy", number % 300));
            if number % 3 == 2 {
                observed.delete(&name).await.unwrap();
            } else {
                observed
                    .put(&name, body(format!("body {number}")), options())
                    .await
                    .unwrap();
            }
            number += 1;
            tokio::task::yield_now().await;
        }
        number
    });
    // What they touch is young all the time, and the rest is not.
    let plan = Request {
        settling: Duration::from_secs(3),
        ..quick()
    };
    tokio::time::sleep(plan.settling + Duration::from_millis(200)).await;
    let now = || -> Arc<dyn Clock> { Arc::new(SystemClock) };
    let (found, drifts) = lab.run_by(now(), &plan).await;
    let classes: BTreeMap<_, _> = drifts
        .values()
        .map(|drift| (drift.key.clone(), drift.class))
        .collect();
    assert_eq!(classes, injected, "all found, none invented");
    assert_eq!(
        (found.drift, found.repaired),
        (100, 0),
        "a plan changes nothing"
    );

    let apply = Request {
        is_applied: true,
        ..plan
    };
    let (found, drifts) = lab.run_by(now(), &apply).await;
    assert_eq!(
        drifts.keys().collect::<BTreeSet<_>>(),
        injected.keys().collect()
    );
    assert_eq!((found.drift, found.repaired), (100, 100));
    let (found, drifts) = lab.run_by(now(), &apply).await;
    assert_eq!(
        (found.drift, drifts),
        (0, BTreeMap::new()),
        "a second run repairs nothing"
    );
    busy.store(false, Ordering::SeqCst);
    println!(
        "drift of every class found under {} uploads and deletions",
        people.await.unwrap()
    );

    // The index is the bucket, object by object.
    let listed = lab.media.list("", None, 1_000).await.unwrap();
    for meta in listed.items {
        let row = lab
            .index
            .get("memory", meta.key.as_str())
            .await
            .unwrap()
            .unwrap();
        assert_eq!((row.state, row.etag), (ObjectState::Present, meta.etag));
    }
}

#[tokio::test]
async fn what_is_young_is_left_alone_and_a_prefix_limits_the_look() {
    let lab = Lab::new();
    for name in ["a/1", "b/1"] {
        lab.media
            .put(&key(name), body(name.to_owned()), options())
            .await
            .unwrap();
    }
    let patient = Request {
        settling: Duration::from_secs(2 * 3_600),
        ..quick()
    };
    let (found, drifts) = lab.run(&patient).await;
    assert_eq!((found.drift, found.passing, drifts.len()), (0, 2, 0));
    let (found, drifts) = lab
        .run(&Request {
            prefix: "b/".to_owned(),
            ..quick()
        })
        .await;
    assert_eq!((found.compared, found.drift), (1, 1));
    assert_eq!(drifts["b/1"].class, Class::Missing);
}

#[tokio::test]
async fn a_repair_yields_to_an_event_that_comes_meanwhile() {
    let lab = Lab::new();
    lab.put("a").await;
    lab.media.delete(&key("a")).await.unwrap();
    let (found, _) = lab
        .run(&Request {
            is_applied: true,
            ..quick()
        })
        .await;
    assert_eq!(found.repaired, 1);
    let row = lab.index.get("memory", "a").await.unwrap().unwrap();
    assert!(matches!(row.state, ObjectState::Tombstone { .. }));
    // The next event of the store itself.
    lab.put("a").await;
    let row = lab.index.get("memory", "a").await.unwrap().unwrap();
    assert_eq!(row.state, ObjectState::Present);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_index_is_filled_and_a_run_that_was_cut_off_goes_on() {
    let lab = Lab::new();
    for number in 0..2_500 {
        lab.media
            .put(
                &key(&format!("o/{number:04}")),
                body(format!("{number}")),
                options(),
            )
            .await
            .unwrap();
    }
    let request = Request {
        is_applied: true,
        // In it the run can be cut off.
        pause: Duration::from_millis(50),
        ..Request::default()
    };
    let reconcile = Reconcile::new(lab.media.clone(), lab.index.clone(), Arc::new(Later));
    // Cut off in the middle: what a kill leaves is the key that was noted last.
    let (noted, ended) = {
        let noted = std::sync::Mutex::new(None);
        let mut watch = |step: Step<'_>| {
            if let Step::Behind { key, .. } = step {
                *noted.lock().unwrap() = Some(key.to_owned());
            }
        };
        let run = reconcile.run(&request, &mut watch);
        let ended = {
            tokio::pin!(run);
            let cut = async {
                while noted.lock().unwrap().is_none() {
                    tokio::task::yield_now().await;
                }
            };
            tokio::select! {
                biased;
                () = cut => false,
                _ = &mut run => true,
            }
        };
        (noted.into_inner().unwrap(), ended)
    };
    assert!(!ended, "it was cut off");
    let after = noted.unwrap();
    let done = after[2..].parse::<u64>().unwrap() + 1;
    assert!(done < 2_500, "{after}");
    let rest = Request {
        after: Some(after),
        ..request.clone()
    };
    let (found, _) = lab.run(&rest).await;
    assert_eq!(found.compared, 2_500 - done);
    let (found, _) = lab.run(&request).await;
    assert_eq!((found.compared, found.drift), (2_500, 0));
}

/// A bucket of a million objects that are made up when they are asked for, and the rows of all but a few.
#[derive(Debug)]
struct Endless {
    count: u64,
    asked: AtomicU64,
}

impl Endless {
    fn page(&self, after: Option<&str>, limit: u16) -> (std::ops::Range<u64>, Option<String>) {
        let begin = after.map_or(0, |key| key[2..].parse::<u64>().unwrap() + 1);
        let end = (begin + u64::from(limit)).min(self.count);
        self.asked.fetch_add(1, Ordering::SeqCst);
        (begin..end, (end < self.count).then(|| name(end - 1)))
    }

    fn meta(number: u64) -> ObjectMeta {
        ObjectMeta {
            key: key(&name(number)),
            size: number,
            etag: format!("{number:032x}"),
            content_type: String::new(),
            modified_at: Timestamp::from_micros(0),
        }
    }

    fn row(number: u64) -> IndexItem {
        IndexItem::first(&ObjectEvent {
            bucket: "endless".to_owned(),
            key: name(number),
            version: None,
            change: ObjectChange::Created {
                size: number,
                etag: format!("{number:032x}"),
                content_type: None,
                owner: None,
            },
            sequencer: Sequencer::from_counter(number),
            at: Timestamp::from_micros(0),
        })
    }
}

fn name(number: u64) -> String {
    format!("o/{number:09}")
}

#[async_trait]
impl MediaStore for Endless {
    fn bucket(&self) -> &str {
        "endless"
    }

    async fn put(&self, _: &ObjectKey, _: ByteStream, _: PutOptions) -> Result<ObjectMeta> {
        unreachable!("nothing is put")
    }

    async fn get(&self, _: &ObjectKey, _: Option<ByteRange>) -> Result<Object> {
        unreachable!("nothing is read")
    }

    async fn head(&self, key: &ObjectKey) -> Result<ObjectMeta> {
        let number = key.as_str()[2..].parse::<u64>().unwrap();
        (number < self.count)
            .then(|| Self::meta(number))
            .ok_or(Error::NotFound(Entity::Object))
    }

    async fn delete(&self, _: &ObjectKey) -> Result<()> {
        unreachable!("nothing in the bucket is ever changed")
    }

    async fn copy(&self, _: &ObjectKey, _: &ObjectKey) -> Result<ObjectMeta> {
        unreachable!("nothing in the bucket is ever changed")
    }

    async fn list(
        &self,
        _: &str,
        after: Option<&ObjectKey>,
        limit: u16,
    ) -> Result<Page<ObjectMeta, ObjectKey>> {
        let (numbers, next) = self.page(after.map(ObjectKey::as_str), limit);
        Ok(Page {
            items: numbers.map(Self::meta).collect(),
            next: next.map(ObjectKey::from_store),
        })
    }
}

#[async_trait]
impl ObjectIndex for Endless {
    async fn apply(&self, _: &ObjectEvent) -> Result<Applied> {
        unreachable!("a plan changes nothing")
    }

    async fn get(&self, _: &str, key: &str) -> Result<Option<IndexItem>> {
        let number = key[2..].parse::<u64>().unwrap();
        Ok((number % 100_000 != 7).then(|| Self::row(number)))
    }

    async fn by_owner(&self, _: blog_core::id::UserId, _: PageRequest) -> Result<Page<IndexItem>> {
        unreachable!("nobody is asked for")
    }

    async fn by_prefix(
        &self,
        _: &str,
        _: &str,
        after: Option<&str>,
        limit: u16,
    ) -> Result<Page<IndexItem, String>> {
        let (numbers, next) = self.page(after, limit);
        Ok(Page {
            items: numbers
                .filter(|number| number % 100_000 != 7)
                .map(Self::row)
                .collect(),
            next,
        })
    }

    async fn usage(&self, _: blog_core::id::UserId, _: u32) -> Result<Usage> {
        unreachable!("nobody is asked for")
    }

    async fn purge(&self, _: Timestamp, _: u32) -> Result<u64> {
        unreachable!("nothing is purged")
    }

    async fn note_run(&self, run: &Run) -> Result<()> {
        assert!(run.first.len() <= Run::NAMED);
        Ok(())
    }

    async fn runs(&self, _: &str) -> Result<Vec<Run>> {
        unreachable!("no report is read")
    }
}

/// The memory of this process in KiB (`VmRSS`; proc(5)).
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_million_keys_are_compared_in_constant_memory() {
    let begun = Instant::now();
    let endless = Arc::new(Endless {
        count: 1_000_000,
        asked: AtomicU64::new(0),
    });
    let reconcile = Reconcile::new(endless.clone(), endless.clone(), Arc::new(SystemClock));
    let before = memory();
    let mut most = before;
    let mut missing = 0;
    let found = reconcile
        .run(
            &Request {
                pause: Duration::ZERO,
                ..Request::default()
            },
            &mut |step| match step {
                Step::Behind { .. } => most = most.max(memory()),
                Step::Drift(drift) => missing += u32::from(drift.class == Class::Missing),
            },
        )
        .await
        .unwrap();
    assert_eq!((found.compared, found.drift, missing), (1_000_000, 10, 10));
    assert!(
        most - before <= 64 * 1024,
        "{} KiB more than {before}",
        most - before
    );
    println!(
        "1000000 keys compared in {:.1} s, {} requests for pages, {} KiB of memory more",
        begun.elapsed().as_secs_f64(),
        endless.asked.load(Ordering::SeqCst),
        most - before
    );
}

#[cfg(feature = "lambda")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_thousand_keys_are_filled_into_dynamodb_and_compared() {
    use blog_storage::dynamodb::{DynamoIndex, create_table};

    let Some(endpoint) = crate::lambda::variable("BLOG_TEST_DYNAMODB_URL") else {
        return;
    };
    let url = format!("dynamodb://reconcile-{}", uuid::Uuid::now_v7().simple());
    assert!(create_table(&url, Some(&endpoint)).await.unwrap());
    let index = Arc::new(DynamoIndex::open(&url, Some(&endpoint)).await.unwrap());
    let media = Arc::new(MemoryMedia::new());
    for number in 0..20_000 {
        media
            .put(&key(&name(number)), body(format!("{number}")), options())
            .await
            .unwrap();
    }
    let reconcile = Reconcile::new(media.clone(), index.clone(), Arc::new(Later));
    let request = Request {
        is_applied: true,
        pause: Duration::ZERO,
        ..Request::default()
    };
    let begun = Instant::now();
    let found = reconcile.run(&request, &mut |_| {}).await.unwrap();
    let filled = begun.elapsed();
    assert_eq!(
        (found.compared, found.drift, found.repaired),
        (20_000, 20_000, 20_000)
    );
    // One of each class.
    media.delete(&key(&name(7))).await.unwrap();
    media
        .put(&key(&name(8)), body("others".to_owned()), options())
        .await
        .unwrap();
    media
        .put(&key("o/new"), body("new".to_owned()), options())
        .await
        .unwrap();
    // What was filled in is an hour old only to a clock two hours ahead.
    let reconcile = Reconcile::new(media, index, Arc::new(MuchLater));
    let begun = Instant::now();
    let mut drifts = BTreeMap::new();
    let mut watch = |step: Step<'_>| {
        if let Step::Drift(drift) = step {
            drifts.insert(drift.key.clone(), drift.class);
        }
    };
    let found = reconcile.run(&request, &mut watch).await.unwrap();
    let compared = begun.elapsed();
    assert_eq!((found.compared, found.repaired), (20_001, 3));
    let expected = [
        (name(7), Class::Orphan),
        (name(8), Class::Mismatched),
        ("o/new".to_owned(), Class::Missing),
    ];
    assert_eq!(drifts, BTreeMap::from(expected));
    println!(
        "20000 keys filled into DynamoDB in {:.1} s, compared in {:.1} s",
        filled.as_secs_f64(),
        compared.as_secs_f64()
    );
}
