//! What each record comes to, and what its sender hears.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use blog_core::model::index::{IndexItem, ObjectChange, ObjectEvent, ObjectState, Sequencer};
use blog_core::model::media::{ByteRange, ByteStream, Object, ObjectKey, ObjectMeta, PutOptions};
use blog_core::ports::{MediaStore, ObjectIndex};
use blog_core::{Page, Result};
use blog_indexer::event::EventError;
use blog_indexer::handle::{Failure, Handler, Outcome};
use blog_storage::memory::MemoryStore;
use serde_json::{Value, json};

use crate::bucket::{BUCKET, Bucket, at, in_sqs, put, record};

struct Lab {
    bucket: Arc<Bucket>,
    index: Arc<MemoryStore>,
    handler: Handler,
}

impl Lab {
    fn new() -> Self {
        let bucket = Arc::new(Bucket::default());
        let index = Arc::new(MemoryStore::new());
        Self {
            handler: Handler::new(bucket.clone(), index.clone()),
            bucket,
            index,
        }
    }

    async fn handle(&self, document: &Value) -> Outcome {
        self.handler
            .handle(document.to_string().as_bytes())
            .await
            .unwrap()
    }

    async fn row(&self, key: &str) -> Option<IndexItem> {
        self.index.get(BUCKET, key).await.unwrap()
    }
}

#[tokio::test]
async fn every_record_of_every_message_is_applied_and_stale_is_a_success() {
    let lab = Lab::new();
    let document = in_sqs(&[
        put("a", "02"),
        put("b+c", "01"),
        put("a", "01"),
        put("a", "02"),
    ]);
    let outcome = lab.handle(&document).await;
    assert_eq!(
        (outcome.written + outcome.stale, outcome.failures.len()),
        (4, 0)
    );
    assert!(outcome.messages.is_empty() && !outcome.whole);
    assert_eq!(lab.row("a").await.unwrap().sequencer.as_str(), "02");
    assert!(lab.row("b c").await.is_some());
    let again = lab.handle(&document).await;
    assert_eq!((again.written, again.stale), (0, 4));
}

#[tokio::test]
async fn what_fails_is_returned_by_its_message_and_the_rest_is_not() {
    let lab = Lab::new();
    let mut foreign = put("a", "01");
    foreign["s3"]["bucket"]["name"] = json!("another");
    let mut newer = put("a", "01");
    newer["eventVersion"] = json!("3.0");
    let records = [
        put("good", "01"),
        foreign,
        newer,
        put("%ff", "01"),
        put("a", "xyz"),
        record("Reindexed:All", 1, json!({"key": "a"})),
    ];
    let outcome = lab.handle(&in_sqs(&records)).await;
    let returned: Vec<_> = outcome.messages.iter().map(String::as_str).collect();
    assert_eq!(returned, ["m1", "m2", "m3", "m4"]);
    assert_eq!(
        (
            outcome.written,
            outcome.unknown.len(),
            outcome.failures.len()
        ),
        (1, 1, 4)
    );
    assert_eq!(outcome.unknown[0], records[5], "word for word");
    assert!(!outcome.whole);
    let is_foreign =
        |failure: &Failure| matches!(failure, Failure::OtherBucket(name) if name == "another");
    assert_eq!(
        outcome
            .failures
            .iter()
            .filter(|failure| is_foreign(failure))
            .count(),
        1
    );
    assert!(lab.row("good").await.is_some() && lab.row("a").await.is_none());

    // Without messages there is only the whole to be sent again.
    let outcome = lab
        .handle(&json!({"Records": [put("b", "01"), put("%ff", "01")]}))
        .await;
    assert!(outcome.whole && outcome.messages.is_empty());
    assert!(lab.row("b").await.is_some());
}

#[tokio::test]
async fn a_message_of_several_records_is_returned_once() {
    let lab = Lab::new();
    let body =
        json!({"Records": [put("%ff", "01"), put("good", "01"), put("%fe", "01")]}).to_string();
    let document =
        json!({"Records": [{"eventSource": "aws:sqs", "messageId": "m1", "body": body}]});
    let outcome = lab.handle(&document).await;
    assert_eq!(outcome.failures.len(), 2);
    assert_eq!(outcome.messages.len(), 1);
    assert!(lab.row("good").await.is_some());
}

#[tokio::test]
async fn a_test_event_is_acknowledged_and_no_json_is_not() {
    let lab = Lab::new();
    let outcome = lab
        .handle(&json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": BUCKET}))
        .await;
    assert_eq!((outcome.tests, outcome.failures.len()), (1, 0));
    let error = lab.handler.handle(b"{").await.unwrap_err();
    assert!(matches!(error, EventError::Shape(_)));
}

#[tokio::test]
async fn a_removal_on_a_versioned_bucket_asks_what_is_there() {
    let lab = Lab::new();
    lab.handle(&json!({"Records": [put("a", "01")]})).await;
    let removal = |name: &str, sequencer: &str| {
        record(
            name,
            5,
            json!({"key": "a", "versionId": "v2", "sequencer": sequencer}),
        )
    };
    // A version that was not the current one is gone: another one is there.
    lab.bucket.set("a", vec![Some("older".to_owned())]);
    lab.handle(&in_sqs(&[removal("ObjectRemoved:Delete", "02")]))
        .await;
    let row = lab.row("a").await.unwrap();
    assert_eq!(
        (row.state, row.etag.as_str()),
        (ObjectState::Present, "older")
    );
    // A delete marker lies on it.
    lab.bucket.set("a", vec![Some("older".to_owned()), None]);
    lab.handle(&in_sqs(&[removal(
        "ObjectRemoved:DeleteMarkerCreated",
        "03",
    )]))
    .await;
    let row = lab.row("a").await.unwrap();
    assert!(
        matches!(row.state, ObjectState::Tombstone { .. }),
        "{row:?}"
    );
    assert_eq!(row.last_seen, at(5));

    lab.bucket.is_down.store(true, Ordering::SeqCst);
    let outcome = lab
        .handle(&in_sqs(&[removal("ObjectRemoved:Delete", "04")]))
        .await;
    assert_eq!(outcome.messages.len(), 1, "sent again later");
    assert!(matches!(outcome.failures[0], Failure::Store(_)));
}

#[tokio::test]
async fn an_event_without_a_place_in_the_order_yields_to_any_that_has_one() {
    let lab = Lab::new();
    lab.handle(&json!({"Records": [put("a", "01")]})).await;
    lab.bucket.set("a", vec![Some("restored".to_owned())]);
    let restored = record("ObjectRestore:Completed", 9, json!({"key": "a"}));
    for _ in 0..2 {
        lab.handle(&json!({"Records": [restored]})).await;
        let row = lab.row("a").await.unwrap();
        assert_eq!((row.etag.as_str(), row.last_seen), ("restored", at(9)));
    }
    // The very next real event.
    let outcome = lab
        .handle(&json!({"Records": [put("a", "010000000000000001")]}))
        .await;
    assert_eq!(outcome.written, 1);
    assert_eq!(lab.row("a").await.unwrap().etag, "abc");
    // Of an object that nobody heard of, any event counts more.
    lab.bucket.set("b", vec![Some("found".to_owned())]);
    lab.handle(&json!({"Records": [record("ObjectRestore:Completed", 9, json!({"key": "b"}))]}))
        .await;
    assert_eq!(lab.row("b").await.unwrap().etag, "found");
    assert_eq!(
        lab.handle(&json!({"Records": [put("b", "00")]}))
            .await
            .stale,
        1,
        "nothing is less"
    );
    assert_eq!(
        lab.handle(&json!({"Records": [put("b", "0001")]}))
            .await
            .written,
        1
    );
}

/// A bucket that changes right behind each look, and whose change another look tells the index before this one can.
#[derive(Debug)]
struct Overtaking {
    bucket: Arc<Bucket>,
    index: Arc<MemoryStore>,
    /// How many looks are still to be overtaken, and how many were.
    looks: Mutex<(usize, usize)>,
}

#[async_trait]
impl MediaStore for Overtaking {
    fn bucket(&self) -> &str {
        BUCKET
    }

    async fn put(&self, _: &ObjectKey, _: ByteStream, _: PutOptions) -> Result<ObjectMeta> {
        unreachable!("events are not written to buckets")
    }

    async fn get(&self, _: &ObjectKey, _: Option<ByteRange>) -> Result<Object> {
        unreachable!("nobody reads a body")
    }

    async fn head(&self, key: &ObjectKey) -> Result<ObjectMeta> {
        let seen = self.bucket.head(key).await;
        let number = {
            let mut looks = self.looks.lock().unwrap();
            looks.1 += 1;
            if looks.0 == 0 {
                return seen;
            }
            looks.0 -= 1;
            looks.1
        };
        let etag = format!("change {number}");
        self.bucket.set(key.as_str(), vec![Some(etag.clone())]);
        let row = self.index.get(BUCKET, key.as_str()).await?;
        let event = ObjectEvent {
            bucket: BUCKET.to_owned(),
            key: key.to_string(),
            version: None,
            change: ObjectChange::Created {
                size: etag.len() as u64,
                etag,
                content_type: None,
                owner: None,
            },
            sequencer: row.map_or_else(Sequencer::least, |row| row.sequencer.next()),
            at: at(0),
        };
        self.index.apply(&event).await?;
        seen
    }

    async fn delete(&self, _: &ObjectKey) -> Result<()> {
        unreachable!("nothing is deleted")
    }

    async fn copy(&self, _: &ObjectKey, _: &ObjectKey) -> Result<ObjectMeta> {
        unreachable!("nothing is copied")
    }

    async fn list(
        &self,
        _: &str,
        _: Option<&ObjectKey>,
        _: u16,
    ) -> Result<Page<ObjectMeta, ObjectKey>> {
        unreachable!("nothing is listed")
    }
}

#[tokio::test]
async fn a_look_that_others_came_before_is_made_again_until_it_is_the_last() {
    let restored = record("ObjectRestore:Completed", 9, json!({"key": "a"}));
    // (looks that are overtaken, looks in all, whether it comes to an end)
    for (overtaken, looks, is_done) in [(0, 1, true), (3, 4, true), (16, 16, false)] {
        let (bucket, index) = (Arc::new(Bucket::default()), Arc::new(MemoryStore::new()));
        bucket.set("a", vec![Some("first".to_owned())]);
        let media = Arc::new(Overtaking {
            bucket: bucket.clone(),
            index: index.clone(),
            looks: Mutex::new((overtaken, 0)),
        });
        let handler = Handler::new(media.clone(), index.clone());
        let document = in_sqs(std::slice::from_ref(&restored)).to_string();
        let outcome = handler.handle(document.as_bytes()).await.unwrap();
        assert_eq!(media.looks.lock().unwrap().1, looks);
        // A record that came to no end is sent again, and the row is never older than what others saw.
        assert_eq!(outcome.messages.is_empty(), is_done);
        let row = index.get(BUCKET, "a").await.unwrap().unwrap();
        assert_eq!(Some(row.etag), bucket.current("a"));
    }
}

#[tokio::test]
async fn what_a_doctor_puts_for_a_moment_is_in_no_index() {
    let lab = Lab::new();
    let mut recheck = put("doctor/2", "02");
    recheck["eventName"] = json!("ObjectRemoved:Delete");
    recheck["s3"]["object"]["versionId"] = json!("v1");
    let document = in_sqs(&[put("doctor/1", "01"), recheck, put("doctors", "01")]);
    let outcome = lab.handle(&document).await;
    assert_eq!((outcome.written, outcome.tests), (1, 2));
    assert!(outcome.failures.is_empty());
    assert!(lab.row("doctor/1").await.is_none());
    assert!(lab.row("doctor/2").await.is_none());
    assert!(lab.row("doctors").await.is_some());
}
