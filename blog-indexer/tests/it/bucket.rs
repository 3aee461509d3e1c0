//! A bucket with versions, as S3 keeps them, and the documents that it sends.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use blog_core::error::{Entity, Error};
use blog_core::model::media::{ByteRange, ByteStream, Object, ObjectKey, ObjectMeta, PutOptions};
use blog_core::ports::MediaStore;
use blog_core::{Page, Result, Timestamp};
use serde_json::{Value, json};

/// The bucket's name.
pub(crate) const BUCKET: &str = "media";

/// Its objects: for each key the versions, the current one last; `None` is a delete marker.
#[derive(Debug, Default)]
pub(crate) struct Bucket {
    versions: Mutex<HashMap<String, Vec<Option<String>>>>,
    /// Whether it answers nothing.
    pub(crate) is_down: AtomicBool,
}

impl Bucket {
    pub(crate) fn set(&self, key: &str, versions: Vec<Option<String>>) {
        self.versions
            .lock()
            .unwrap()
            .insert(key.to_owned(), versions);
    }

    /// The etag of what is there now.
    pub(crate) fn current(&self, key: &str) -> Option<String> {
        let versions = self.versions.lock().unwrap();
        versions.get(key)?.last()?.clone()
    }
}

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(1_800_000_000_000_000 + seconds * 1_000_000)
}

#[async_trait]
impl MediaStore for Bucket {
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
        if self.is_down.load(Ordering::SeqCst) {
            return Err(Error::unavailable("s3", std::io::Error::other("down")));
        }
        let etag = self
            .current(key.as_str())
            .ok_or(Error::NotFound(Entity::Object))?;
        Ok(ObjectMeta {
            key: key.clone(),
            size: etag.len() as u64,
            etag,
            content_type: "image/png".to_owned(),
            modified_at: at(0),
        })
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

/// A record of a notification.
pub(crate) fn record(name: &str, seconds: i64, object: Value) -> Value {
    json!({
        "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "eu-central-1",
        "eventTime": at(seconds).to_rfc3339(), "eventName": name,
        "s3": {
            "s3SchemaVersion": "1.0", "configurationId": "index",
            "bucket": {"name": BUCKET, "arn": "arn:aws:s3:::media"},
            "object": object
        }
    })
}

pub(crate) fn put(key: &str, sequencer: &str) -> Value {
    let object = json!({"key": key, "size": 7, "eTag": "abc", "sequencer": sequencer});
    record("ObjectCreated:Put", 1, object)
}

/// Records, each in a message of SQS of its own: m0, m1 and so on.
pub(crate) fn in_sqs(records: &[Value]) -> Value {
    let messages: Vec<Value> = records
        .iter()
        .enumerate()
        .map(|(nth, record)| {
            let body = json!({"Records": [record]}).to_string();
            json!({"eventSource": "aws:sqs", "messageId": format!("m{nth}"), "body": body})
        })
        .collect();
    json!({"Records": messages})
}
