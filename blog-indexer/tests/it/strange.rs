//! Documents that are malformed or strange: none panics, and each is acknowledged or returned as the table in
//! `handle.rs` says.

use std::sync::Arc;

use blog_indexer::handle::Handler;
use blog_storage::memory::MemoryStore;
use serde_json::{Value, json};

use crate::bucket::{Bucket, put};

/// What is to come of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    Acknowledged,
    Returned,
    /// No JSON: the call itself fails, and all of it is sent again.
    Refused,
}

use Expected::{Acknowledged, Refused, Returned};

/// Changes of one record, and what they make of it.
fn changed() -> Vec<(String, Value, Expected)> {
    let mut records = Vec::new();
    let mut with = |name: &str, change: &dyn Fn(&mut Value), expected| {
        let mut record = put("a", "01");
        change(&mut record);
        records.push((name.to_owned(), record, expected));
    };
    with("as it is", &|_| {}, Acknowledged);
    for kind in [
        "ObjectCreated:Post",
        "ObjectCreated:Copy",
        "ObjectCreated:CompleteMultipartUpload",
        "s3:ObjectCreated:Put",
        "ObjectRemoved:Delete",
        "ObjectRemoved:DeleteMarkerCreated",
        "LifecycleExpiration:Delete",
        "LifecycleExpiration:DeleteMarkerCreated",
        "ObjectRestore:Completed",
        "ObjectRestore:Post",
        "ObjectRestore:Delete",
        "ObjectTagging:Put",
        "ObjectAcl:Put",
        "LifecycleTransition",
        "IntelligentTiering",
        "Replication:OperationFailedReplication",
        "ReducedRedundancyLostObject",
        "Something:New",
        "",
        ":",
        "ObjectCreated",
    ] {
        with(
            kind,
            &|record| record["eventName"] = json!(kind),
            Acknowledged,
        );
    }
    for version in ["2.0", "2.2", "2.99", "2"] {
        with(
            version,
            &|record| record["eventVersion"] = json!(version),
            Acknowledged,
        );
    }
    for version in ["1.0", "3.0", "20.1", "", "two", "-2"] {
        with(
            version,
            &|record| record["eventVersion"] = json!(version),
            Returned,
        );
    }
    for field in ["eventVersion", "eventTime", "eventName", "s3"] {
        with(
            field,
            &|record| drop(record.as_object_mut().unwrap().remove(field)),
            Returned,
        );
        for other in [json!(7), json!(null), json!([]), json!({})] {
            with(field, &|record| record[field] = other.clone(), Returned);
        }
    }
    for field in ["bucket", "object"] {
        with(
            field,
            &|record| drop(record["s3"].as_object_mut().unwrap().remove(field)),
            Returned,
        );
        for other in [json!("a"), json!(null), json!([])] {
            with(
                field,
                &|record| record["s3"][field] = other.clone(),
                Returned,
            );
        }
    }
    // What an object lacks is asked for: nothing is there, so it is gone.
    for field in ["size", "eTag", "sequencer"] {
        let lacking = |record: &mut Value| {
            drop(
                record["s3"]["object"]
                    .as_object_mut()
                    .unwrap()
                    .remove(field),
            )
        };
        with(field, &lacking, Acknowledged);
        with(
            field,
            &|record| record["s3"]["object"][field] = json!(null),
            Acknowledged,
        );
        for other in [json!([]), json!({}), json!(true), json!(-1)] {
            with(
                field,
                &|record| record["s3"]["object"][field] = other.clone(),
                Returned,
            );
        }
    }
    for key in ["%ff", "%c3%28", "a%80", "%ed%a0%80"] {
        with(
            key,
            &|record| record["s3"]["object"]["key"] = json!(key),
            Returned,
        );
    }
    for key in [
        "",
        "%",
        "%zz",
        "a%2",
        "+",
        "%00",
        "..%2F..",
        "%F0%9F%90%8C",
        "a//b",
        "\u{202e}",
    ] {
        with(
            key,
            &|record| record["s3"]["object"]["key"] = json!(key),
            Acknowledged,
        );
    }
    for sequencer in ["", "g", "0x1", "-1", " 1", "1 ", "٣"] {
        with(
            sequencer,
            &|record| record["s3"]["object"]["sequencer"] = json!(sequencer),
            Returned,
        );
    }
    let long = "F".repeat(65);
    with(
        "long",
        &|record| record["s3"]["object"]["sequencer"] = json!(long),
        Returned,
    );
    with(
        "64",
        &|record| record["s3"]["object"]["sequencer"] = json!(long[1..]),
        Acknowledged,
    );
    for time in [
        "",
        "yesterday",
        "2026-13-01T00:00:00Z",
        "2026-01-31",
        "1769884205",
    ] {
        with(time, &|record| record["eventTime"] = json!(time), Returned);
    }
    with(
        "bucket",
        &|record| record["s3"]["bucket"]["name"] = json!("another"),
        Returned,
    );
    with(
        "source",
        &|record| record["eventSource"] = json!("aws:sns"),
        Acknowledged,
    );
    with(
        "more",
        &|record| record["glacierEventData"] = json!({"a": [1, 2]}),
        Acknowledged,
    );
    records
}

fn documents() -> Vec<(String, Vec<u8>, Expected)> {
    let mut documents = Vec::new();
    for (name, record, expected) in changed() {
        let plain = json!({"Records": [record]});
        let message =
            json!({"eventSource": "aws:sqs", "messageId": "m", "body": plain.to_string()});
        let notice = json!({"Type": "Notification", "Message": plain.to_string()});
        let both = json!({"eventSource": "aws:sqs", "messageId": "m", "body": notice.to_string()});
        for (envelope, document) in [
            ("plain", plain.clone()),
            ("SQS", json!({"Records": [message]})),
            ("SNS in SQS", json!({"Records": [both]})),
        ] {
            let name = format!("{envelope}: {name}");
            documents.push((name, document.to_string().into_bytes(), expected));
        }
    }
    for strange in [
        json!({}),
        json!([]),
        json!(null),
        json!(7),
        json!("text"),
        json!({"Records": []}),
        json!({"Records": {}}),
        json!({"Records": [null, 7, "a", [], {}]}),
        json!({"Records": [{"eventSource": "aws:dynamodb"}]}),
        json!({"Event": "s3:TestEvent"}),
        json!({"source": "aws.ec2"}),
        json!({"Type": "SubscriptionConfirmation"}),
    ] {
        documents.push((
            strange.to_string(),
            strange.to_string().into_bytes(),
            Acknowledged,
        ));
    }
    documents.push((
        "a bridge of nothing".to_owned(),
        br#"{"source":"aws.s3"}"#.to_vec(),
        Returned,
    ));
    // A document that is cut off anywhere is no JSON.
    let whole = json!({"Records": [put("a", "01")]})
        .to_string()
        .into_bytes();
    for end in 0..whole.len() {
        documents.push((
            format!("the first {end} bytes"),
            whole[..end].to_vec(),
            Refused,
        ));
    }
    for bytes in [
        &b"\xff\xfe"[..],
        b"Records",
        b"{\"Records\": [}",
        b"{\"a\": \"\xff\"}",
    ] {
        documents.push((format!("{bytes:?}"), bytes.to_vec(), Refused));
    }
    // Deeper than any envelope, and deeper than a reader should follow.
    let mut nested = json!({"Records": [put("a", "01")]});
    for _ in 0..6 {
        nested = json!({"Records": [{"eventSource": "aws:sqs", "messageId": "m", "body": nested.to_string()}]});
    }
    documents.push((
        "nested".to_owned(),
        nested.to_string().into_bytes(),
        Acknowledged,
    ));
    documents.push(("deep".to_owned(), "[".repeat(100_000).into_bytes(), Refused));
    documents
}

#[tokio::test]
async fn each_document_is_acknowledged_or_returned_as_declared() {
    let documents = documents();
    let count = documents.len();
    assert!(count >= 300, "{count} documents");
    for (name, document, expected) in documents {
        let handler = Handler::new(Arc::new(Bucket::default()), Arc::new(MemoryStore::new()));
        let found = match handler.handle(&document).await {
            Err(_) => Refused,
            Ok(outcome) if outcome.failures.is_empty() => {
                assert!(outcome.messages.is_empty() && !outcome.whole, "{name}");
                Acknowledged
            }
            Ok(outcome) => {
                assert!(!outcome.messages.is_empty() || outcome.whole, "{name}");
                Returned
            }
        };
        assert_eq!(
            found,
            expected,
            "{name}: {}",
            String::from_utf8_lossy(&document)
        );
    }
    println!("{count} malformed or strange documents, each answered as declared");
}
