//! Events into the index: what each record asks for, and what its sender hears back.
//!
//! | record | what is done | answer |
//! |---|---|---|
//! | an object was put, or is gone | [`ObjectIndex::apply`] | acknowledged, stale or not |
//! | what is there now the event cannot know | HEAD, then `apply` | acknowledged |
//! | `s3:TestEvent` | nothing | acknowledged |
//! | an object of a doctor's ([`PROBE`]) | nothing | acknowledged |
//! | a kind that is not known | nothing, but it is counted and logged | acknowledged |
//! | of another bucket | nothing | returned |
//! | not to be read, or of an unknown major version | nothing | returned |
//! | the bucket or the index failed | | returned |
//!
//! What is returned is sent again, and ends in the queue for failures, where somebody sees it: nothing is lost in silence.

use std::collections::BTreeSet;
use std::sync::Arc;

use blog_core::id::UserId;
use blog_core::model::index::{Applied, ObjectChange, ObjectEvent, Sequencer};
use blog_core::model::media::{ObjectKey, ObjectMeta, PROBE, owner_in};
use blog_core::ports::{MediaStore, ObjectIndex};
use blog_core::{Error, Timestamp};
use futures_util::{StreamExt as _, stream};

use crate::event::{self, EventError, Received, Recheck, Record};

/// How many records of a document are worked on at a time.
const AT_ONCE: usize = 16;

/// Keeps the index of one bucket.
#[derive(Debug, Clone)]
pub struct Handler {
    media: Arc<dyn MediaStore>,
    index: Arc<dyn ObjectIndex>,
}

/// Why a record is returned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// It cannot be read.
    #[error(transparent)]
    Event(#[from] EventError),
    /// It is about a bucket that this index is not of.
    #[error(
        "the event is about the bucket \"{0}\", which this index is not of; look at the bucket's notifications"
    )]
    OtherBucket(String),
    /// The bucket or the index failed; nothing is known to be changed.
    #[error("{}", .0.chain())]
    Store(#[from] Error),
}

/// What came of the records of a document.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Rows that are as their event says now.
    pub written: usize,
    /// Events that the index knew, or knew newer ones of.
    pub stale: usize,
    /// Test events, and those of what a doctor tried.
    pub tests: usize,
    /// Kinds that are not known, word for word.
    pub unknown: Vec<serde_json::Value>,
    /// What is returned.
    pub failures: Vec<Failure>,
    /// The SQS messages of which a record is returned, each once.
    pub messages: BTreeSet<String>,
    /// Whether a record is returned that came in no message: the whole document is to be sent again.
    pub whole: bool,
}

/// What was done for one record.
enum Done {
    Applied(Applied),
    Test,
    Unknown(serde_json::Value),
}

impl Handler {
    /// Keeps `index` by the events of the bucket behind `media`.
    pub fn new(media: Arc<dyn MediaStore>, index: Arc<dyn ObjectIndex>) -> Self {
        Self { media, index }
    }

    /// Does what the records of a document ask for, several at a time: their order does not matter.
    ///
    /// # Errors
    /// When the whole is no JSON.
    pub async fn handle(&self, document: &[u8]) -> Result<Outcome, EventError> {
        let received = event::read(document)?;
        let mut outcome = Outcome::default();
        let mut done = stream::iter(received)
            .map(|Received { message_id, record }| async { (message_id, self.work(record).await) })
            .buffer_unordered(AT_ONCE);
        while let Some((message, done)) = done.next().await {
            match done {
                Ok(Done::Applied(Applied::Written)) => outcome.written += 1,
                Ok(Done::Applied(Applied::Stale)) => outcome.stale += 1,
                Ok(Done::Test) => outcome.tests += 1,
                Ok(Done::Unknown(value)) => outcome.unknown.push(value),
                Err(failure) => {
                    outcome.failures.push(failure);
                    match message {
                        Some(message) => drop(outcome.messages.insert(message)),
                        None => outcome.whole = true,
                    }
                }
            }
        }
        Ok(outcome)
    }

    async fn work(&self, record: Result<Record, EventError>) -> Result<Done, Failure> {
        match record? {
            Record::Object(event) if event.key.starts_with(PROBE) => Ok(Done::Test),
            Record::Recheck(recheck) if recheck.key.starts_with(PROBE) => Ok(Done::Test),
            Record::Object(event) => {
                self.is_ours(&event.bucket)?;
                Ok(Done::Applied(self.index.apply(&event).await?))
            }
            Record::Recheck(recheck) => {
                self.is_ours(&recheck.bucket)?;
                Ok(Done::Applied(self.recheck(recheck).await?))
            }
            Record::Test => Ok(Done::Test),
            Record::Unknown(value) => Ok(Done::Unknown(value)),
        }
    }

    fn is_ours(&self, bucket: &str) -> Result<(), Failure> {
        if bucket == self.media.bucket() {
            return Ok(());
        }
        Err(Failure::OtherBucket(bucket.to_owned()))
    }

    /// Tells the index what is there now. Under the event's sequencer that is never worse than the event, since what
    /// happened later has a greater one.
    async fn recheck(&self, recheck: Recheck) -> Result<Applied, Failure> {
        let (media, index) = (&*self.media, &*self.index);
        let Recheck { key, at, .. } = recheck;
        let Some(sequencer) = recheck.sequencer else {
            return Ok(tell(media, index, &key, at).await?);
        };
        let there = look(media, &key).await?;
        let owner = owner_in(&key);
        let event = found(media.bucket(), &key, there, owner, sequencer, at);
        Ok(index.apply(&event).await?)
    }
}

/// What is known of an object; `None` where there is none.
pub(crate) async fn look(media: &dyn MediaStore, key: &str) -> Result<Option<ObjectMeta>, Error> {
    match media.head(&ObjectKey::from_store(key.to_owned())).await {
        Ok(meta) => Ok(Some(meta)),
        Err(Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// How often a look is repeated that others came before.
const LOOKS: u32 = 16;

/// Others told of the object before each of our looks could be.
#[derive(Debug, thiserror::Error)]
#[error("the object changes faster than it can be looked at; try again later")]
struct Overtaken;

/// Tells the index what is there now, right behind what its row knew before the look, so that any event that came meanwhile
/// counts more. Where another look came before this one, it is not known which of them saw the later state, so this one
/// is made again, behind that one: whoever is written last looked after all others were.
pub(crate) async fn tell(
    media: &dyn MediaStore,
    index: &dyn ObjectIndex,
    key: &str,
    at: Timestamp,
) -> Result<Applied, Error> {
    let bucket = media.bucket();
    for _ in 0..LOOKS {
        let row = index.get(bucket, key).await?;
        let sequencer = row.map_or_else(Sequencer::least, |row| row.sequencer.next());
        let there = look(media, key).await?;
        let event = found(bucket, key, there, owner_in(key), sequencer, at);
        if index.apply(&event).await? == Applied::Written {
            return Ok(Applied::Written);
        }
    }
    Err(Error::unavailable("the index", Overtaken))
}

/// What a look at the bucket says, as an event.
pub(crate) fn found(
    bucket: &str,
    key: &str,
    there: Option<ObjectMeta>,
    owner: Option<UserId>,
    sequencer: Sequencer,
    at: Timestamp,
) -> ObjectEvent {
    let change = match there {
        None => ObjectChange::Removed,
        Some(meta) => ObjectChange::Created {
            size: meta.size,
            etag: meta.etag,
            // Lists do not always say it.
            content_type: Some(meta.content_type).filter(|name| !name.is_empty()),
            owner,
        },
    };
    ObjectEvent {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        version: None,
        change,
        sequencer,
        at,
    }
}
