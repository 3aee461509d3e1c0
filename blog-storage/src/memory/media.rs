//! Objects in memory.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use blog_core::error::{Conflict, Entity, Error};
use blog_core::model::media::{
    ByteRange, ByteStream, Object, ObjectKey, ObjectMeta, PutMode, PutOptions,
};
use blog_core::ports::clock::SystemClock;
use blog_core::ports::{Clock as _, MediaStore};
use blog_core::{Page, Result};
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt as _, stream};
use sha2::{Digest as _, Sha256};

use crate::body::{Body, hex};

/// The size of the pieces that a body is read in.
const PIECE: usize = 64 * 1024;

/// Objects in memory, in a bucket called "memory".
#[derive(Debug, Default)]
pub struct MemoryMedia {
    objects: Mutex<BTreeMap<ObjectKey, Stored>>,
}

#[derive(Debug, Clone)]
struct Stored {
    meta: ObjectMeta,
    bytes: Bytes,
}

impl MemoryMedia {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// No panic can leave the map half changed, so a poisoned lock guards a whole one.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<ObjectKey, Stored>> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, key: &ObjectKey) -> Result<Stored> {
        let objects = self.lock();
        let stored = objects.get(key).cloned();
        stored.ok_or(Error::NotFound(Entity::Object))
    }
}

#[async_trait]
impl MediaStore for MemoryMedia {
    fn bucket(&self) -> &str {
        "memory"
    }

    async fn put(
        &self,
        key: &ObjectKey,
        body: ByteStream,
        options: PutOptions,
    ) -> Result<ObjectMeta> {
        let mut body = Body::new(body, options.size);
        let mut bytes = BytesMut::new();
        while let Some(piece) = body.next().await? {
            bytes.extend_from_slice(&piece);
        }
        let meta = ObjectMeta {
            key: key.clone(),
            size: bytes.len() as u64,
            etag: hex(&Sha256::digest(&bytes)),
            content_type: options.content_type,
            modified_at: SystemClock.now(),
        };
        let stored = Stored {
            meta: meta.clone(),
            bytes: bytes.freeze(),
        };
        let mut objects = self.lock();
        if options.mode == PutMode::Create && objects.contains_key(key) {
            return Err(Conflict::Exists.into());
        }
        objects.insert(key.clone(), stored);
        Ok(meta)
    }

    async fn get(&self, key: &ObjectKey, range: Option<ByteRange>) -> Result<Object> {
        let Stored { meta, bytes } = self.find(key)?;
        let size = meta.size;
        let range = match range {
            None => 0..size,
            Some(range) => range
                .resolve(size)
                .ok_or(Error::RangeNotSatisfiable { size })?,
        };
        // It fits: the bytes of this length are in memory.
        let mut rest = bytes.slice(range.start as usize..range.end as usize);
        let pieces = std::iter::from_fn(move || {
            let piece = rest.split_to(rest.len().min(PIECE));
            (!piece.is_empty()).then_some(Ok(piece))
        });
        Ok(Object {
            meta,
            range,
            body: stream::iter(pieces).boxed(),
        })
    }

    async fn head(&self, key: &ObjectKey) -> Result<ObjectMeta> {
        Ok(self.find(key)?.meta)
    }

    async fn delete(&self, key: &ObjectKey) -> Result<()> {
        self.lock().remove(key);
        Ok(())
    }

    async fn copy(&self, from: &ObjectKey, to: &ObjectKey) -> Result<ObjectMeta> {
        let mut objects = self.lock();
        let source = objects.get(from).cloned();
        let mut copy = source.ok_or(Error::NotFound(Entity::Object))?;
        if objects.contains_key(to) {
            return Err(Conflict::Exists.into());
        }
        copy.meta.key = to.clone();
        copy.meta.modified_at = SystemClock.now();
        let meta = copy.meta.clone();
        objects.insert(to.clone(), copy);
        Ok(meta)
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&ObjectKey>,
        limit: u16,
    ) -> Result<Page<ObjectMeta, ObjectKey>> {
        let limit = usize::from(limit.clamp(1, 1_000));
        let prefix_key = ObjectKey::from_store(prefix.to_owned());
        let begin = match after {
            Some(after) if *after >= prefix_key => Bound::Excluded(after),
            _ => Bound::Included(&prefix_key),
        };
        let objects = self.lock();
        let found: Vec<ObjectMeta> = objects
            .range((begin, Bound::Unbounded))
            .take_while(|(key, _)| key.as_str().starts_with(prefix))
            .take(limit + 1)
            .map(|(_, stored)| stored.meta.clone())
            .collect();
        Ok(Page::from_overfetch(found, limit, |meta| meta.key.clone()))
    }
}
