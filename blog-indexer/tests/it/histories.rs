//! A hundred thousand random histories of objects, told in documents: repeated up to three times, shuffled, all over
//! again, cut off in the middle of a batch, on buckets with and without versions. Each ends as the bucket is.

use std::sync::Arc;
use std::time::Instant;

use blog_core::model::index::ObjectState;
use blog_core::ports::ObjectIndex;
use blog_indexer::handle::Handler;
use blog_storage::memory::MemoryStore;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::bucket::{BUCKET, Bucket, in_sqs, record};

const HISTORIES: usize = 100_000;

/// What is done to an object, one after the other.
#[derive(Debug, Clone, Copy)]
enum Step {
    Put,
    /// Without versions the object goes, with them a marker hides it.
    Delete,
    /// With versions: this one of them goes for good, if there are that many.
    DeleteVersion(usize),
}

#[derive(Debug, Clone)]
struct History {
    is_versioned: bool,
    steps: Vec<Step>,
    /// Which events arrive, by their step: each at least once.
    arrivals: Vec<usize>,
    /// After how many of them the function is cut off, and all of them come again.
    cut: Option<usize>,
}

fn history() -> impl Strategy<Value = History> {
    let step = prop_oneof![
        4 => Just(Step::Put),
        2 => Just(Step::Delete),
        2 => (0..3_usize).prop_map(Step::DeleteVersion),
    ];
    (any::<bool>(), prop::collection::vec(step, 1..6)).prop_flat_map(|(is_versioned, steps)| {
        let times = prop::collection::vec(1..=3_usize, steps.len());
        (Just(steps), times, prop::option::weighted(0.3, 0..6_usize)).prop_flat_map(
            move |(steps, times, cut)| {
                let arrivals: Vec<usize> = times
                    .iter()
                    .enumerate()
                    .flat_map(|(nth, times)| vec![nth; *times])
                    .collect();
                (Just(steps), Just(arrivals).prop_shuffle(), Just(cut)).prop_map(
                    move |(steps, arrivals, cut)| History {
                        is_versioned,
                        steps,
                        arrivals,
                        cut,
                    },
                )
            },
        )
    })
}

/// The event of each step, and what is there behind it. A step that does nothing has no event.
fn play(history: &History, key: &str) -> Vec<(Option<Value>, Vec<Option<String>>)> {
    let mut versions: Vec<Option<String>> = Vec::new();
    let mut told = Vec::new();
    for (nth, step) in history.steps.iter().enumerate() {
        let sequencer = format!("0055AED6DCD9{nth:04X}");
        let etag = format!("etag-{nth}");
        let seconds = i64::try_from(nth).unwrap();
        let event = match step {
            Step::Put => {
                if !history.is_versioned {
                    versions.clear();
                }
                versions.push(Some(etag.clone()));
                let mut object =
                    json!({"key": key, "size": etag.len(), "eTag": etag, "sequencer": sequencer});
                if history.is_versioned {
                    object["versionId"] = json!(format!("v{nth}"));
                }
                Some(record("ObjectCreated:Put", seconds, object))
            }
            Step::Delete if history.is_versioned => {
                versions.push(None);
                let object =
                    json!({"key": key, "versionId": format!("v{nth}"), "sequencer": sequencer});
                Some(record("ObjectRemoved:DeleteMarkerCreated", seconds, object))
            }
            Step::DeleteVersion(which) if history.is_versioned && *which < versions.len() => {
                versions.remove(*which);
                let object =
                    json!({"key": key, "versionId": format!("v{which}"), "sequencer": sequencer});
                Some(record("ObjectRemoved:Delete", seconds, object))
            }
            Step::Delete if !versions.is_empty() => {
                versions.clear();
                let object = json!({"key": key, "sequencer": sequencer});
                Some(record("ObjectRemoved:Delete", seconds, object))
            }
            _ => None,
        };
        told.push((event, versions.clone()));
    }
    told
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_history_ends_as_the_bucket_is() {
    let begun = Instant::now();
    let bucket = Arc::new(Bucket::default());
    let mut index = Arc::new(MemoryStore::new());
    let mut runner = TestRunner::deterministic();
    let strategy = history();
    let (mut events, mut present) = (0, 0);
    for number in 0..HISTORIES {
        // A small map stays quick.
        if number % 1_000 == 0 {
            index = Arc::new(MemoryStore::new());
        }
        let handler = Handler::new(bucket.clone(), index.clone());
        let history = strategy.new_tree(&mut runner).unwrap().current();
        let key = format!("k{number}");
        let told = play(&history, &key);
        // An event arrives at any time from its step on: here when the step of the latest that came is over.
        let mut latest = 0;
        let mut batch = Vec::new();
        for (nth, arrival) in history.arrivals.iter().enumerate() {
            latest = latest.max(*arrival);
            if let Some(event) = &told[*arrival].0 {
                bucket.set(&key, told[latest].1.clone());
                batch.push(event.clone());
                // Every other one comes alone, the others in batches.
                if nth % 2 == 0 {
                    events += batch.len();
                    let outcome = handler
                        .handle(in_sqs(&batch).to_string().as_bytes())
                        .await
                        .unwrap();
                    assert!(outcome.failures.is_empty(), "{outcome:?}");
                    batch.clear();
                }
            }
        }
        let (_, last) = told.last().unwrap();
        bucket.set(&key, last.clone());
        let mut documents = vec![batch];
        if let Some(cut) = history.cut {
            // What was done before the cut, and then all of it again.
            let all: Vec<Value> = history
                .arrivals
                .iter()
                .filter_map(|nth| told[*nth].0.clone())
                .collect();
            documents.push(all.iter().take(cut).cloned().collect());
            documents.push(all);
        }
        for document in documents.iter().filter(|batch| !batch.is_empty()) {
            events += document.len();
            handler
                .handle(in_sqs(document).to_string().as_bytes())
                .await
                .unwrap();
        }

        let row = index.get(BUCKET, &key).await.unwrap();
        let there = bucket.current(&key);
        present += usize::from(there.is_some());
        match (row, there) {
            (Some(row), Some(etag)) => {
                assert_eq!(
                    (row.state, &row.etag),
                    (ObjectState::Present, &etag),
                    "{history:?}"
                );
                assert_eq!(row.size, etag.len() as u64, "{history:?}");
            }
            (Some(row), None) => {
                assert!(
                    matches!(row.state, ObjectState::Tombstone { .. }),
                    "{row:?} after {history:?}"
                );
            }
            (None, there) => {
                assert!(told.iter().all(|(event, _)| event.is_none()), "{history:?}");
                assert_eq!(there, None);
            }
        }
    }
    println!(
        "{HISTORIES} histories of {events} events end as the bucket is, {present} of them present, in {:.1} s",
        begun.elapsed().as_secs_f64()
    );
}
