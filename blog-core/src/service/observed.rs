//! The decorator that keeps the object index true in embedded mode.

use std::sync::Arc;

use async_trait::async_trait;

use crate::error::{Error, Result};
use crate::id::UserId;
use crate::model::index::{ObjectChange, ObjectEvent};
use crate::model::media::{ByteRange, ByteStream, Object, ObjectKey, ObjectMeta, PutOptions};
use crate::page::Page;
use crate::ports::{Clock, IntentLog, MediaStore, ObjectIndex};

/// A media store whose every finished put and delete is told to the object index.
#[derive(Debug)]
pub struct Observed {
    inner: Arc<dyn MediaStore>,
    index: Arc<dyn ObjectIndex>,
    intents: Arc<dyn IntentLog>,
    clock: Arc<dyn Clock>,
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
        }
    }

    /// A put whose object's owner is known.
    ///
    /// # Errors
    /// As [`MediaStore::put`].
    pub async fn put_owned(
        &self,
        key: &ObjectKey,
        body: ByteStream,
        options: PutOptions,
        owner: Option<UserId>,
    ) -> Result<ObjectMeta> {
        let intent = self.intents.begin(key, owner, self.clock.now()).await?;
        let put = self.inner.put(key, body, options).await;
        self.settle(intent.id, key, owner).await;
        put
    }

    /// Brings the index in line for every put and delete that is not known to have ended; returns how many.
    ///
    /// # Errors
    /// Of the stores.
    pub async fn replay(&self) -> Result<u64> {
        let mut replayed = 0;
        let mut after = None;
        loop {
            let intents = self.intents.pending(after, 100).await?;
            let Some(last) = intents.last() else {
                return Ok(replayed);
            };
            after = Some(last.id);
            for intent in intents {
                self.tell(&intent.key, intent.owner).await?;
                self.intents.finish(intent.id).await?;
                replayed += 1;
            }
        }
    }

    async fn settle(&self, intent: u64, key: &ObjectKey, owner: Option<UserId>) {
        let told = async {
            self.tell(key, owner).await?;
            self.intents.finish(intent).await
        };
        if let Err(error) = told.await {
            tracing::warn!(%key, error = error.chain(), "the index hears of this object at the next start");
        }
    }

    /// Tells the index what is there now.
    async fn tell(&self, key: &ObjectKey, owner: Option<UserId>) -> Result<()> {
        let sequencer = self.intents.next_sequencer().await?;
        let change = match self.inner.head(key).await {
            Ok(meta) => ObjectChange::Created {
                size: meta.size,
                etag: meta.etag,
                content_type: Some(meta.content_type),
                owner,
            },
            Err(Error::NotFound(_)) => ObjectChange::Removed,
            Err(other) => return Err(other),
        };
        let event = ObjectEvent {
            bucket: self.inner.bucket().to_owned(),
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
        let intent = self.intents.begin(key, None, self.clock.now()).await?;
        let deleted = self.inner.delete(key).await;
        self.settle(intent.id, key, None).await;
        deleted
    }

    async fn copy(&self, from: &ObjectKey, to: &ObjectKey) -> Result<ObjectMeta> {
        let intent = self.intents.begin(to, None, self.clock.now()).await?;
        let copied = self.inner.copy(from, to).await;
        self.settle(intent.id, to, None).await;
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
