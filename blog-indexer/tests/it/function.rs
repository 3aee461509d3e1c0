//! What the function answers, and what it needs before it starts.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use blog_core::model::media::{ObjectKey, PutOptions};
use blog_core::ports::clock::{ManualClock, SystemClock};
use blog_core::ports::{Clock as _, MediaStore as _, ObjectIndex as _};
use blog_indexer::function::{Config, Function, metrics};
use blog_storage::memory::{MemoryMedia, MemoryStore};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use serde_json::json;

use crate::bucket::{BUCKET, Bucket, in_sqs, put};

const BUDGET: Duration = Duration::from_secs(60);

fn function(bucket: &Arc<Bucket>) -> (Function, Arc<MemoryStore>) {
    let index = Arc::new(MemoryStore::new());
    let function = Function::new(bucket.clone(), index.clone(), Arc::new(SystemClock));
    (function, index)
}

#[tokio::test]
async fn messages_that_failed_are_named_and_the_others_are_done() {
    let bucket = Arc::new(Bucket::default());
    let (function, index) = function(&bucket);
    let called = function
        .call(&in_sqs(&[put("a", "01"), put("%ff", "01")]), BUDGET)
        .await;
    let answer = called.answer.unwrap();
    assert_eq!(
        answer,
        json!({"batchItemFailures": [{"itemIdentifier": "m1"}]})
    );
    assert_eq!(
        called.counts,
        [
            ("Written", 1),
            ("Stale", 0),
            ("Unknown", 0),
            ("Returned", 1)
        ]
    );
    assert!(index.get(BUCKET, "a").await.unwrap().is_some());
    let called = function.call(&in_sqs(&[put("a", "01")]), BUDGET).await;
    assert_eq!(called.answer.unwrap(), json!({"batchItemFailures": []}));
}

#[tokio::test]
async fn a_message_that_failed_is_done_when_it_comes_again() {
    let bucket = Arc::new(Bucket::default());
    let (function, index) = function(&bucket);
    let mut removal = put("a", "02");
    removal["eventName"] = json!("ObjectRemoved:Delete");
    removal["s3"]["object"]["versionId"] = json!("v1");
    bucket.set("a", vec![Some("older".to_owned())]);
    bucket.is_down.store(true, Ordering::SeqCst);
    let document = in_sqs(&[removal]);
    let called = function.call(&document, BUDGET).await;
    assert_eq!(
        called.answer.unwrap(),
        json!({"batchItemFailures": [{"itemIdentifier": "m0"}]})
    );
    bucket.is_down.store(false, Ordering::SeqCst);
    let called = function.call(&document, BUDGET).await;
    assert_eq!(called.answer.unwrap(), json!({"batchItemFailures": []}));
    assert_eq!(index.get(BUCKET, "a").await.unwrap().unwrap().etag, "older");
}

#[tokio::test]
async fn records_without_messages_fail_together() {
    let bucket = Arc::new(Bucket::default());
    let (function, _) = function(&bucket);
    let called = function
        .call(
            &json!({"Records": [put("a", "01"), put("%ff", "01")]}),
            BUDGET,
        )
        .await;
    let error = called.answer.unwrap_err().to_string();
    assert_eq!(
        error,
        "1 records could not be applied; the first: the key %ff is not form-encoded UTF-8"
    );
}

#[tokio::test(start_paused = true)]
async fn a_schedule_starts_a_comparison_that_says_how_far_it_came() {
    let media = Arc::new(MemoryMedia::new());
    let index = Arc::new(MemoryStore::new());
    let function = Function::new(media, index, Arc::new(SystemClock));
    let schedule = json!({"source": "aws.events", "detail-type": "Scheduled Event", "after": "b"});
    let called = function.call(&schedule, BUDGET).await;
    assert_eq!(called.answer.unwrap(), json!({"done": true}));
    assert_eq!(
        called.counts,
        [("Compared", 0), ("Drift", 0), ("Repaired", 0)]
    );
}

#[tokio::test(start_paused = true)]
async fn a_schedule_goes_on_where_the_last_one_had_no_more_time() {
    let media = Arc::new(MemoryMedia::new());
    let index = Arc::new(MemoryStore::new());
    for number in 0..2_500 {
        let key = ObjectKey::from_store(format!("o/{number:04}"));
        let body = stream::iter([Ok(Bytes::from(number.to_string()))]).boxed();
        media.put(&key, body, PutOptions::default()).await.unwrap();
    }
    // To it what was put now is an hour old.
    let clock = ManualClock::new(SystemClock.now().plus(Duration::from_secs(3_600)));
    let function = Function::new(media, index.clone(), Arc::new(clock));
    let schedule = json!({"source": "aws.events", "detail-type": "Scheduled Event"});
    // Each thousand differences are waited for five seconds.
    let short = Duration::from_secs(8);
    let mut ends = Vec::new();
    for _ in 0..3 {
        let called = function.call(&schedule, short).await;
        ends.push(called.answer.unwrap());
    }
    assert_eq!(
        ends,
        [
            json!({"done": false, "after": "o/0999"}),
            json!({"done": false, "after": "o/1999"}),
            json!({"done": true})
        ]
    );
    let runs = index.runs("memory").await.unwrap();
    let told: Vec<_> = runs
        .iter()
        .map(|run| (run.from.as_deref(), run.is_done, run.found.repaired))
        .collect();
    assert_eq!(
        told,
        [
            (Some("o/1999"), true, 500),
            (Some("o/0999"), false, 1_000),
            (None, false, 1_000)
        ]
    );
    // And begins anew when it is through.
    let called = function.call(&schedule, short).await;
    assert_eq!(called.answer.unwrap(), json!({"done": true}));
    assert_eq!(
        called.counts,
        [("Compared", 2_500), ("Drift", 0), ("Repaired", 0)]
    );
}

#[test]
fn what_the_environment_lacks_is_said_in_one_sentence() {
    let read = |media: Option<&str>, index: Option<&str>| {
        let found = Config::read(|name| {
            let value = match name {
                "BLOG_MEDIA_URL" => media,
                "BLOG_INDEX_URL" => index,
                _ => None,
            };
            value.map(str::to_owned)
        });
        found.map_err(|lacks| lacks.to_string())
    };
    let table = Some("dynamodb://table");
    for (media, index, said) in [
        (
            None,
            table,
            "BLOG_MEDIA_URL is not set; set it to s3://BUCKET",
        ),
        (
            Some(""),
            table,
            "BLOG_MEDIA_URL is not set; set it to s3://BUCKET",
        ),
        (
            Some("file:./data/media"),
            table,
            "BLOG_MEDIA_URL names no store that events come from or go to; set it to s3://BUCKET",
        ),
        (
            Some("s3://b"),
            None,
            "BLOG_INDEX_URL is not set; set it to dynamodb://TABLE",
        ),
        (
            Some("s3://b"),
            Some("sqlite:a"),
            "BLOG_INDEX_URL names no store that events come from or go to; set it to dynamodb://TABLE",
        ),
    ] {
        assert_eq!(read(media, index).unwrap_err(), said);
    }
    let config = read(Some("s3://b"), table).unwrap();
    assert_eq!((config.media.as_str(), config.endpoint), ("s3://b", None));
    let with = |url: &str| {
        Config::read(|name| match name {
            "BLOG_MEDIA_URL" => Some("s3://b".to_owned()),
            "BLOG_INDEX_URL" => Some("dynamodb://table".to_owned()),
            "BLOG_DATABASE_URL" => Some(url.to_owned()),
            _ => None,
        })
    };
    assert_eq!(with("").unwrap().database, None);
    assert_eq!(
        with("sqlite:./blog.db").unwrap_err().to_string(),
        "BLOG_DATABASE_URL names no database that a function reaches; set it to mysql://USER:PASSWORD@HOST/DATABASE, or \
         leave it away"
    );
    let config = with("mysql://blog:hunter2@db/blog").unwrap();
    assert!(config.database.is_some() && !format!("{config:?}").contains("hunter2"));
}

#[test]
fn counts_are_a_line_that_metrics_are_made_of() {
    let line = metrics(1_800_000_000_000, &[("Written", 3), ("Stale", 1)]);
    assert_eq!(
        line,
        json!({
            "_aws": {"Timestamp": 1_800_000_000_000_i64, "CloudWatchMetrics": [{
                "Namespace": "blog-indexer", "Dimensions": [[]],
                "Metrics": [{"Name": "Written", "Unit": "Count"}, {"Name": "Stale", "Unit": "Count"}]
            }]},
            "Written": 3, "Stale": 1
        })
    );
}
