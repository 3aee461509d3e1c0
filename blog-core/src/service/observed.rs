//! The decorator that keeps the object index true in embedded mode.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::RwLock;

use crate::error::{Error, Result};
use crate::id::UserId;
use crate::model::index::{Intent, ObjectChange, ObjectEvent};
use crate::model::media::{ByteRange, ByteStream, Object, ObjectKey, ObjectMeta, PutOptions};
use crate::page::Page;
use crate::ports::{Clock, IntentLog, MediaStore, ObjectIndex};

/// No put goes on for longer, here or in another process.
pub(crate) const LONGEST_PUT: Duration = Duration::from_secs(24 * 3600);

/// A media store whose every finished put and delete is told to the object index.
///
/// Each notes its intent, does its work, takes a number of the durable counter, looks at what is there *then*, and
/// tells the index that under the number. So of two events of a key, the one with the greater number looked later and
/// saw what the other's work left, whatever the order of the works: nothing is locked during an upload, and other
/// processes may write too. A process that dies in between leaves its intent, and [`Observed::replay`] tells what is
/// there.
#[derive(Debug)]
pub struct Observed {
    inner: Arc<dyn MediaStore>,
    index: Arc<dyn ObjectIndex>,
    intents: Arc<dyn IntentLog>,
    clock: Arc<dyn Clock>,
    /// The intents whose work goes on in this process: a replay leaves them alone.
    running: Mutex<HashSet<u64>>,
    /// Held while an intent is stored and not yet in `running`, so that a replay does not meet one in between.
    beginning: RwLock<()>,
    /// By the key's hash: events of one key are told one after the other, so that none is stale when it comes and the
    /// owner that only it knows is not lost.
    telling: [tokio::sync::Mutex<()>; 32],
}

/// An intent whose work goes on; also when it is dropped half-way, it ends here, and is left to a replay.
struct Running<'a> {
    observed: &'a Observed,
    intent: Intent,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.observed.running().remove(&self.intent.id);
    }
}

impl Observed {
    /// Observes `inner`.
    pub fn new(
        inner: Arc<dyn MediaStore>,
        index: Arc<dyn ObjectIndex>,
        intents: Arc<dyn IntentLog>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            inner,
            index,
            intents,
            clock,
            running: Mutex::default(),
            beginning: RwLock::default(),
            telling: Default::default(),
        }
    }

    /// A put whose object's owner is known. Once the object is stored the answer is a success: if the index cannot be
    /// told, that is logged and left to [`Observed::replay`].
    ///
    /// # Errors
    /// As [`MediaStore::put`]; those of the intent log, with nothing stored.
    pub async fn put_owned(
        &self,
        key: &ObjectKey,
        body: ByteStream,
        options: PutOptions,
        owner: Option<UserId>,
    ) -> Result<ObjectMeta> {
        let running = self.begin(key, owner).await?;
        let put = self.inner.put(key, body, options).await;
        self.settle_put(&running, &put).await;
        put
    }

    /// Brings the index in line for every put and delete that is not known to have ended, and does not go on in this
    /// process, nor may in another; returns how many. An object that cannot be looked at because it is damaged is logged and left.
    ///
    /// # Errors
    /// Of the stores; what was not replayed is replayed next time.
    pub async fn replay(&self) -> Result<u64> {
        let mut replayed = 0;
        let mut after = None;
        loop {
            let (intents, running) = {
                let _nothing_begins = self.beginning.write().await;
                let intents = self.intents.pending(after, 100).await?;
                (intents, self.running().clone())
            };
            let Some(last) = intents.last() else {
                return Ok(replayed);
            };
            after = Some(last.id);
            for intent in intents {
                if running.contains(&intent.id) || self.may_be_on_its_way(&intent).await? {
                    continue;
                }
                match self.tell(&intent.key, intent.owner, None).await {
                    Ok(()) => {
                        self.intents.finish(intent.id).await?;
                        replayed += 1;
                    }
                    // One damaged object must not keep the others from the index.
                    Err(error @ Error::Backend { .. }) => {
                        tracing::error!(key = %intent.key, error = error.chain(), "the index does not hear of this object");
                    }
                    Err(other) => return Err(other),
                }
            }
        }
    }

    /// Whether another process may just be putting the object: nobody has heard of it, it is not there, and its intent
    /// is no older than a put may be. If that process dies after all, somebody has to tell of it later.
    async fn may_be_on_its_way(&self, intent: &Intent) -> Result<bool> {
        if self.clock.now().since(intent.at) >= LONGEST_PUT {
            return Ok(false);
        }
        let bucket = self.inner.bucket();
        if self.index.get(bucket, intent.key.as_str()).await?.is_some() {
            return Ok(false);
        }
        match self.inner.head(&intent.key).await {
            Ok(_) | Err(Error::Backend { .. }) => Ok(false),
            Err(Error::NotFound(_)) => Ok(true),
            Err(other) => Err(other),
        }
    }

    async fn begin(&self, key: &ObjectKey, owner: Option<UserId>) -> Result<Running<'_>> {
        let _no_replay_looks = self.beginning.read().await;
        let intent = self.intents.begin(key, owner, self.clock.now()).await?;
        self.running().insert(intent.id);
        Ok(Running {
            observed: self,
            intent,
        })
    }

    /// A set is whole whatever panicked beside it.
    fn running(&self) -> MutexGuard<'_, HashSet<u64>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn settle_put(&self, running: &Running<'_>, put: &Result<ObjectMeta>) {
        let Intent { id, key, owner, .. } = &running.intent;
        let told = match put {
            Ok(meta) => self.tell(key, *owner, Some(meta)).await,
            // Whether it happened is not known, so the store is asked. If nothing is there, nothing was taken away.
            Err(Error::Unavailable { .. } | Error::Backend { .. }) => {
                match self.inner.head(key).await {
                    Err(Error::NotFound(_)) => Ok(()),
                    _ => self.tell(key, *owner, None).await,
                }
            }
            Err(_) => Ok(()),
        };
        self.finish(*id, key, told).await;
    }

    async fn finish(&self, intent: u64, key: &ObjectKey, told: Result<()>) {
        let finished = match told {
            Ok(()) => self.intents.finish(intent).await,
            failed => failed,
        };
        if let Err(error) = finished {
            tracing::warn!(%key, error = error.chain(), "the index hears of this object at the next replay");
        }
    }

    /// Tells the index what is there now. The owner is the object's if it is the one that was `put`; where that is not
    /// known, if the index has not heard of this content yet.
    async fn tell(
        &self,
        key: &ObjectKey,
        owner: Option<UserId>,
        put: Option<&ObjectMeta>,
    ) -> Result<()> {
        let bucket = self.inner.bucket();
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let stripe = hasher.finish() as usize % self.telling.len();
        let _turn = self.telling[stripe].lock().await;
        let sequencer = self.intents.next_sequencer().await?;
        let change = match self.inner.head(key).await {
            Ok(meta) => {
                let put_it = match (owner, put) {
                    (None, _) => false,
                    (Some(_), Some(put)) => put.etag == meta.etag,
                    (Some(_), None) => {
                        let row = self.index.get(bucket, key.as_str()).await?;
                        row.is_none_or(|row| row.etag != meta.etag || row.owner.is_none())
                    }
                };
                ObjectChange::Created {
                    size: meta.size,
                    etag: meta.etag,
                    content_type: Some(meta.content_type),
                    owner: owner.filter(|_| put_it),
                }
            }
            Err(Error::NotFound(_)) => ObjectChange::Removed,
            Err(other) => return Err(other),
        };
        let event = ObjectEvent {
            bucket: bucket.to_owned(),
            key: key.to_string(),
            version: None,
            change,
            sequencer,
            at: self.clock.now(),
        };
        self.index.apply(&event).await.map(drop)
    }
}

#[async_trait]
impl MediaStore for Observed {
    fn bucket(&self) -> &str {
        self.inner.bucket()
    }

    async fn put(
        &self,
        key: &ObjectKey,
        body: ByteStream,
        options: PutOptions,
    ) -> Result<ObjectMeta> {
        self.put_owned(key, body, options, None).await
    }

    async fn get(&self, key: &ObjectKey, range: Option<ByteRange>) -> Result<Object> {
        self.inner.get(key, range).await
    }

    async fn head(&self, key: &ObjectKey) -> Result<ObjectMeta> {
        self.inner.head(key).await
    }

    async fn delete(&self, key: &ObjectKey) -> Result<()> {
        let running = self.begin(key, None).await?;
        let deleted = self.inner.delete(key).await;
        let told = self.tell(key, None, None).await;
        self.finish(running.intent.id, key, told).await;
        deleted
    }

    async fn copy(&self, from: &ObjectKey, to: &ObjectKey) -> Result<ObjectMeta> {
        let running = self.begin(to, None).await?;
        let copied = self.inner.copy(from, to).await;
        self.settle_put(&running, &copied).await;
        copied
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&ObjectKey>,
        limit: u16,
    ) -> Result<Page<ObjectMeta, ObjectKey>> {
        self.inner.list(prefix, after, limit).await
    }
}
