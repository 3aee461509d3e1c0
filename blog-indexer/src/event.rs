//! The documents that tell of changes in a bucket, read into [`ObjectEvent`]s.
//!
//! Shapes: "Event message structure" and "Using EventBridge" in the Amazon S3 User Guide; "Using Lambda with Amazon
//! SNS" and "Using Lambda with Amazon SQS" in the AWS Lambda Developer Guide.

use blog_core::Timestamp;
use blog_core::model::index::{ObjectChange, ObjectEvent, Sequencer};
use blog_core::model::media::owner_in;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::Value;

/// One record of a document, with what its sender wants to hear back.
#[derive(Debug)]
pub struct Received {
    /// The SQS message that it came in: what a partial batch response names when the record failed.
    pub message_id: Option<String>,
    /// What it says, or why it cannot be read. One bad record never loses the others.
    pub record: Result<Record, EventError>,
}

/// What a record says.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Record {
    /// An object was put or is gone.
    Object(ObjectEvent),
    /// Something happened to an object, but what is there now the event cannot know: ask the bucket (HEAD).
    Recheck(Recheck),
    /// `s3:TestEvent`, sent when notifications are set up.
    Test,
    /// A kind that is not known here, word for word.
    Unknown(Value),
}

/// An object whose state must be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recheck {
    /// The bucket.
    pub bucket: String,
    /// The full key, decoded.
    pub key: String,
    /// The place in the order of this key's events, if the event had one.
    pub sequencer: Option<Sequencer>,
    /// When it happened.
    pub at: Timestamp,
}

/// Why a document or record cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EventError {
    /// No JSON, or not of the documented shape.
    #[error("the event is not of a known shape")]
    Shape(#[from] serde_json::Error),
    /// The major version of the event's structure is not the one that this program knows; it must not guess.
    #[error("the event has version {0}; only major version 2 is known")]
    Version(String),
    /// The key is not form-encoded UTF-8.
    #[error("the key {0} is not form-encoded UTF-8")]
    Key(String),
    /// The sequencer is not 1 to 64 hexadecimal digits.
    #[error("the sequencer {0} is not hexadecimal")]
    Sequencer(String),
    /// The time is not RFC 3339.
    #[error("the time {0} cannot be read")]
    Time(String),
}

/// Reads a document of any of the four forms.
///
/// # Errors
/// When the whole is no JSON object. Bad records inside are reported one by one.
pub fn read(document: &[u8]) -> Result<Vec<Received>, EventError> {
    let value: Value = serde_json::from_slice(document)?;
    Ok(read_value(value, None, Wrapping::MAX))
}

/// How many envelopes may lie around each other: SQS, SNS, then the notification itself.
struct Wrapping;

impl Wrapping {
    const MAX: u8 = 3;
}

fn read_value(value: Value, message_id: Option<String>, depth: u8) -> Vec<Received> {
    let one = |record| {
        vec![Received {
            message_id: message_id.clone(),
            record,
        }]
    };
    if depth == 0 {
        return one(Ok(Record::Unknown(value)));
    }
    if let Value::Object(map) = &value {
        if map.get("Event").and_then(Value::as_str) == Some("s3:TestEvent") {
            return one(Ok(Record::Test));
        }
        // A notification of SNS as it lies in an SQS message.
        if map.get("Type").and_then(Value::as_str) == Some("Notification")
            && let Some(Value::String(message)) = map.get("Message")
        {
            return read_text(message, message_id, depth);
        }
        if map.get("source").and_then(Value::as_str) == Some("aws.s3") {
            return one(event_bridge(value));
        }
        if let Some(Value::Array(records)) = map.get("Records") {
            let records = records.clone();
            return records
                .into_iter()
                .flat_map(|record| read_record(record, message_id.clone(), depth))
                .collect();
        }
    }
    one(Ok(Record::Unknown(value)))
}

fn read_text(text: &str, message_id: Option<String>, depth: u8) -> Vec<Received> {
    match serde_json::from_str(text) {
        Ok(value) => read_value(value, message_id, depth - 1),
        Err(error) => vec![Received {
            message_id,
            record: Err(error.into()),
        }],
    }
}

fn read_record(record: Value, message_id: Option<String>, depth: u8) -> Vec<Received> {
    let text = |field: &str| record.get(field).and_then(Value::as_str);
    match (text("eventSource"), text("EventSource")) {
        (Some("aws:sqs"), _) => {
            let id = text("messageId").map(str::to_owned);
            match text("body") {
                Some(body) => read_text(body, id, depth),
                None => vec![Received {
                    message_id: id,
                    record: Ok(Record::Unknown(record)),
                }],
            }
        }
        (_, Some("aws:sns")) => {
            let message = record.pointer("/Sns/Message").and_then(Value::as_str);
            match message {
                Some(message) => read_text(message, message_id, depth),
                None => vec![Received {
                    message_id,
                    record: Ok(Record::Unknown(record)),
                }],
            }
        }
        (Some("aws:s3"), _) => vec![Received {
            message_id,
            record: notification(record),
        }],
        _ => vec![Received {
            message_id,
            record: Ok(Record::Unknown(record)),
        }],
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Notification {
    event_version: String,
    event_time: String,
    event_name: String,
    s3: NotificationBody,
}

#[derive(Deserialize)]
struct NotificationBody {
    bucket: Bucket,
    object: NotificationObject,
}

#[derive(Deserialize)]
struct Bucket {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NotificationObject {
    key: String,
    size: Option<u64>,
    e_tag: Option<String>,
    version_id: Option<String>,
    sequencer: Option<String>,
}

fn notification(record: Value) -> Result<Record, EventError> {
    let version = record.get("eventVersion").and_then(Value::as_str);
    // Before anything else is read: another major version may mean other things by the same names.
    if let Some(version) = version
        && version.split('.').next() != Some("2")
    {
        return Err(EventError::Version(version.to_owned()));
    }
    let event: Notification = serde_json::from_value(record.clone())?;
    if event.event_version.is_empty() {
        return Err(EventError::Version(event.event_version));
    }
    let kind = event.event_name.trim_start_matches("s3:").to_owned();
    let object = event.s3.object;
    let facts = Facts {
        bucket: event.s3.bucket.name,
        key: decode_key(&object.key)?,
        size: object.size,
        etag: object.e_tag,
        version: object.version_id,
        sequencer: sequencer(object.sequencer)?,
        at: time(&event.event_time)?,
    };
    Ok(match kind.split_once(':') {
        Some(("ObjectCreated", _)) => facts.created(),
        // Restored from an archive: it is there, but a restoration says nothing of when it was put.
        Some(("ObjectRestore", "Completed")) => facts.recheck(),
        Some(("ObjectRemoved" | "LifecycleExpiration", _)) => facts.removed(),
        _ => Record::Unknown(record),
    })
}

#[derive(Deserialize)]
struct BridgeEvent {
    #[serde(rename = "detail-type")]
    kind: String,
    time: String,
    detail: BridgeDetail,
}

#[derive(Deserialize)]
struct BridgeDetail {
    bucket: Bucket,
    object: BridgeObject,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct BridgeObject {
    key: String,
    size: Option<u64>,
    etag: Option<String>,
    version_id: Option<String>,
    sequencer: Option<String>,
}

fn event_bridge(value: Value) -> Result<Record, EventError> {
    let event: BridgeEvent = serde_json::from_value(value.clone())?;
    let object = event.detail.object;
    let facts = Facts {
        bucket: event.detail.bucket.name,
        // EventBridge does not encode keys.
        key: object.key,
        size: object.size,
        etag: object.etag,
        version: object.version_id,
        sequencer: sequencer(object.sequencer)?,
        at: time(&event.time)?,
    };
    Ok(match event.kind.as_str() {
        "Object Created" => facts.created(),
        "Object Restore Completed" => facts.recheck(),
        "Object Deleted" => facts.removed(),
        _ => Record::Unknown(value),
    })
}

/// What both forms say of an object.
struct Facts {
    bucket: String,
    key: String,
    size: Option<u64>,
    etag: Option<String>,
    version: Option<String>,
    sequencer: Option<Sequencer>,
    at: Timestamp,
}

impl Facts {
    fn created(self) -> Record {
        match (self.sequencer.clone(), self.size, self.etag.clone()) {
            (Some(sequencer), Some(size), Some(etag)) => Record::Object(ObjectEvent {
                change: ObjectChange::Created {
                    size,
                    etag: etag.trim_matches('"').to_owned(),
                    content_type: None,
                    owner: owner_in(&self.key),
                },
                bucket: self.bucket,
                key: self.key,
                version: self.version,
                sequencer,
                at: self.at,
            }),
            _ => self.recheck(),
        }
    }

    fn removed(self) -> Record {
        match (self.sequencer.clone(), &self.version) {
            (Some(sequencer), None) => Record::Object(ObjectEvent {
                bucket: self.bucket,
                key: self.key,
                version: None,
                change: ObjectChange::Removed,
                sequencer,
                at: self.at,
            }),
            // On a versioned bucket one version is gone, or hidden by a marker: another one may be there.
            _ => self.recheck(),
        }
    }

    fn recheck(self) -> Record {
        Record::Recheck(Recheck {
            bucket: self.bucket,
            key: self.key,
            sequencer: self.sequencer,
            at: self.at,
        })
    }
}

/// Decodes a key of a notification, exactly once: `+` is a space, `%xx` a byte of UTF-8.
///
/// # Errors
/// `Key` when the bytes are not UTF-8.
pub fn decode_key(encoded: &str) -> Result<String, EventError> {
    let spaced = encoded.replace('+', " ");
    match percent_decode_str(&spaced).decode_utf8() {
        Ok(key) => Ok(key.into_owned()),
        Err(_) => Err(EventError::Key(encoded.to_owned())),
    }
}

fn sequencer(text: Option<String>) -> Result<Option<Sequencer>, EventError> {
    let Some(text) = text else { return Ok(None) };
    match Sequencer::parse(&text) {
        Some(sequencer) => Ok(Some(sequencer)),
        None => Err(EventError::Sequencer(text)),
    }
}

fn time(text: &str) -> Result<Timestamp, EventError> {
    Timestamp::parse(text).ok_or_else(|| EventError::Time(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn s3(name: &str, object: Value) -> Value {
        json!({
            "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "eu-central-1",
            "eventTime": "2026-01-31T18:30:05.000Z", "eventName": name,
            "s3": {
                "s3SchemaVersion": "1.0", "configurationId": "media",
                "bucket": {"name": "media", "arn": "arn:aws:s3:::media"},
                "object": object
            }
        })
    }

    fn put(key: &str, sequencer: &str) -> Value {
        let object = json!({"key": key, "size": 7, "eTag": "abc", "sequencer": sequencer});
        s3("ObjectCreated:Put", object)
    }

    fn read_json(value: &Value) -> Vec<Received> {
        read(value.to_string().as_bytes()).unwrap()
    }

    fn keys(received: &[Received]) -> Vec<String> {
        received
            .iter()
            .map(|one| match &one.record {
                Ok(Record::Object(event)) => event.key.clone(),
                Ok(Record::Recheck(recheck)) => format!("? {}", recheck.key),
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn every_record_of_a_notification_is_read() {
        let document = json!({"Records": [put("a", "01"), put("b", "02"), put("c", "03")]});
        assert_eq!(keys(&read_json(&document)), ["a", "b", "c"]);
    }

    #[test]
    fn all_envelopes_come_to_the_same() {
        let plain = json!({"Records": [put("two+words%2B.png", "0A")]});
        let in_sns = json!({"Records": [
            {"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": {"Type": "Notification", "Message": plain.to_string()}}
        ]});
        let in_sqs = json!({"Records": [
            {"eventSource": "aws:sqs", "messageId": "m1", "body": plain.to_string()}
        ]});
        let in_both = json!({"Records": [{"eventSource": "aws:sqs", "messageId": "m1", "body":
            json!({"Type": "Notification", "Message": plain.to_string()}).to_string()}]});
        let expected = keys(&read_json(&plain));
        assert_eq!(expected, ["two words+.png"]);
        for (document, id) in [(in_sns, None), (in_sqs, Some("m1")), (in_both, Some("m1"))] {
            let received = read_json(&document);
            assert_eq!(keys(&received), expected);
            assert_eq!(received[0].message_id.as_deref(), id);
        }
        let bridge = json!({
            "version": "0", "id": "1", "detail-type": "Object Created", "source": "aws.s3",
            "time": "2026-01-31T18:30:05Z",
            "detail": {"version": "0", "bucket": {"name": "media"}, "reason": "PutObject",
                "object": {"key": "two words+.png", "size": 7, "etag": "abc", "sequencer": "0A"}}
        });
        let (plain, bridge) = (read_json(&plain), read_json(&bridge));
        let (Ok(plain), Ok(bridge)) = (&plain[0].record, &bridge[0].record) else {
            panic!("both are read")
        };
        assert_eq!(plain, bridge);
    }

    #[test]
    fn one_bad_record_never_loses_the_others() {
        let document = json!({"Records": [
            {"eventSource": "aws:sqs", "messageId": "m1", "body": "{"},
            {"eventSource": "aws:sqs", "messageId": "m2", "body": json!({"Records": [put("%ff", "01"), put("b", "xyz"), put("c", "03")]}).to_string()},
            {"eventSource": "aws:sqs", "messageId": "m3"},
            7,
        ]});
        let received = read_json(&document);
        assert_eq!(received.len(), 6);
        assert!(matches!(received[0].record, Err(EventError::Shape(_))));
        assert!(matches!(received[1].record, Err(EventError::Key(_))));
        assert!(matches!(received[2].record, Err(EventError::Sequencer(_))));
        assert_eq!(keys(&received[3..4]), ["c"]);
        assert!(
            received[1..4]
                .iter()
                .all(|one| one.message_id.as_deref() == Some("m2"))
        );
        assert!(matches!(received[4].record, Ok(Record::Unknown(_))));
        assert!(matches!(received[5].record, Ok(Record::Unknown(_))));
    }

    #[test]
    fn kinds_table() {
        let gone = json!({"key": "a", "sequencer": "02"});
        let version = json!({"key": "a", "sequencer": "02", "versionId": "v1"});
        let no_order = json!({"key": "a", "size": 1, "eTag": "e"});
        for (name, object, expected) in [
            ("ObjectRemoved:Delete", &gone, "a"),
            ("s3:ObjectRemoved:Delete", &gone, "a"),
            ("LifecycleExpiration:Delete", &gone, "a"),
            ("ObjectRemoved:Delete", &version, "? a"),
            ("ObjectRemoved:DeleteMarkerCreated", &version, "? a"),
            ("LifecycleExpiration:DeleteMarkerCreated", &version, "? a"),
            ("ObjectRestore:Completed", &gone, "? a"),
            ("ObjectCreated:CompleteMultipartUpload", &no_order, "? a"),
        ] {
            let received = read_json(&json!({"Records": [s3(name, object.clone())]}));
            assert_eq!(keys(&received), [expected], "{name}");
        }
        let tagging = s3("ObjectTagging:Put", gone.clone());
        let received = read_json(&json!({"Records": [tagging.clone()]}));
        assert!(matches!(&received[0].record, Ok(Record::Unknown(kept)) if *kept == tagging));
    }

    #[test]
    fn versions_and_tests() {
        let test = json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2026-01-31T18:30:05.000Z", "Bucket": "media"});
        assert!(matches!(read_json(&test)[0].record, Ok(Record::Test)));
        let mut minor = put("a", "01");
        minor["eventVersion"] = json!("2.9");
        let mut major = put("a", "01");
        major["eventVersion"] = json!("3.0");
        let received = read_json(&json!({"Records": [minor, major]}));
        assert_eq!(keys(&received[..1]), ["a"]);
        assert!(matches!(&received[1].record, Err(EventError::Version(v)) if v == "3.0"));
        assert!(read(b"not json").is_err());
    }

    #[test]
    fn envelopes_without_end_are_kept_as_they_are() {
        let mut document = json!({"Records": [put("a", "01")]});
        for _ in 0..10 {
            document = json!({"Type": "Notification", "Message": document.to_string()});
        }
        assert!(matches!(
            read_json(&document)[0].record,
            Ok(Record::Unknown(_))
        ));
    }

    proptest! {
        #[test]
        fn keys_are_decoded_exactly_once(key in "\\PC{1,60}") {
            let encoded: String = key
                .bytes()
                .map(|b| match b {
                    b' ' => "+".to_owned(),
                    b if b.is_ascii_alphanumeric() => char::from(b).to_string(),
                    b => format!("%{b:02X}"),
                })
                .collect();
            let received = read_json(&json!({"Records": [put(&encoded, "01")]}));
            prop_assert_eq!(keys(&received), [key]);
        }

        #[test]
        fn nothing_panics(document in "\\PC{0,200}") {
            let _ = read(document.as_bytes());
        }
    }
}
