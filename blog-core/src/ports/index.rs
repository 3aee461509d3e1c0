//! The object index, and the log that keeps it true where no bucket sends events.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::error::Result;
use crate::id::UserId;
use crate::model::drift::Run;
use crate::model::index::{Applied, IndexItem, Intent, ObjectEvent, Sequencer, Usage};
use crate::model::media::ObjectKey;
use crate::page::{Page, PageRequest};
use crate::time::Timestamp;

/// What is known of each object of a bucket: a view, fed by events in any order, each any number of times.
#[async_trait]
pub trait ObjectIndex: Debug + Send + Sync + 'static {
    /// Applies an event in one conditional write: if the row's sequencer is not smaller, the answer is `Stale` and
    /// nothing but `first_seen` can change. A removal leaves a tombstone for 90 days after the event. Whatever the
    /// order and the repetition of a key's events, the row ends as the event with the greatest sequencer says; only
    /// `first_seen` is the least time of all events seen. Facts that an event does not know (content type, owner) stay as they are.
    async fn apply(&self, event: &ObjectEvent) -> Result<Applied>;

    /// The row of an object, tombstones too; `None` when it was never heard of.
    async fn get(&self, bucket: &str, key: &str) -> Result<Option<IndexItem>>;

    /// The rows of these keys, in their order, each as `get` finds it; at most 100 keys are asked for at once.
    async fn get_many(&self, bucket: &str, keys: &[String]) -> Result<Vec<Option<IndexItem>>> {
        let mut rows = Vec::with_capacity(keys.len());
        for key in keys {
            rows.push(self.get(bucket, key).await?);
        }
        Ok(rows)
    }

    /// The present objects of an owner, newest first by `first_seen`; equal times in an order of the adapter's that
    /// does not change. In one query.
    async fn by_owner(&self, owner: UserId, page: PageRequest) -> Result<Page<IndexItem>>;

    /// The present objects of a bucket whose key begins with `prefix`, in the byte order of their keys, behind
    /// `after`, at most `limit` (1 to 1 000). In one query.
    async fn by_prefix(
        &self,
        bucket: &str,
        prefix: &str,
        after: Option<&str>,
        limit: u16,
    ) -> Result<Page<IndexItem, String>>;

    /// How many present objects an owner has and how many bytes they are in all, of the newest `most`; `is_more` says that
    /// there are others. In one query.
    async fn usage(&self, owner: UserId, most: u32) -> Result<Usage>;

    /// Deletes tombstones that expired before `now`, at most `limit`; returns how many.
    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u64>;

    /// Keeps the report of a comparison, in the place of an earlier one of the same run; of each bucket the newest
    /// [`Run::KEPT`], by their ids.
    async fn note_run(&self, run: &Run) -> Result<()>;

    /// The reports of a bucket that are kept, newest first. In one query.
    async fn runs(&self, bucket: &str) -> Result<Vec<Run>>;
}

/// The intents of an embedded media store, kept with the records, and its durable counter.
#[async_trait]
pub trait IntentLog: Debug + Send + Sync + 'static {
    /// Notes, durably, that a put or delete of this key begins. Numbers grow, and every intent gets one of its own.
    async fn begin(&self, key: &ObjectKey, owner: Option<UserId>, at: Timestamp) -> Result<Intent>;

    /// Takes the next number of the counter: greater than every one before, also after a restart.
    async fn next_sequencer(&self) -> Result<Sequencer>;

    /// Forgets an intent; forgetting an unknown one is a success.
    async fn finish(&self, intent: u64) -> Result<()>;

    /// The intents that are not finished, oldest first, behind the intent `after`, at most `limit`.
    async fn pending(&self, after: Option<u64>, limit: u32) -> Result<Vec<Intent>>;
}
