//! Where objects are put that lie among items' objects and are no item's: `quarantine/` and their key, in the same bucket.
//!
//! From there nothing serves them, and nothing is lost: they come back under their old key when somebody says so, or leave
//! when a rule of the bucket, or whoever may, deletes them. That an object is in quarantine, and since when, the bucket
//! itself says, so there is nothing else that could be lost or be wrong.

use std::sync::Arc;

use blog_core::Page;
use blog_core::error::{Conflict, Error, Result};
use blog_core::model::media::{ObjectKey, ObjectMeta, QUARANTINE};
use blog_core::ports::{Clock, MediaStore, ObjectIndex};
use futures_util::StreamExt as _;

use crate::handle::{look, tell};

/// The quarantine of a bucket.
#[derive(Debug, Clone)]
pub struct Quarantine {
    media: Arc<dyn MediaStore>,
    index: Arc<dyn ObjectIndex>,
    clock: Arc<dyn Clock>,
}

impl Quarantine {
    /// That of the bucket behind `media`.
    pub fn new(
        media: Arc<dyn MediaStore>,
        index: Arc<dyn ObjectIndex>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            media,
            index,
            clock,
        }
    }

    /// What is in quarantine, in the order of the keys, behind `after`; each since it was put there, or where the store
    /// makes a copy without moving bytes (files), since the object itself was made.
    ///
    /// # Errors
    /// Of the store.
    pub async fn list(
        &self,
        after: Option<&ObjectKey>,
        limit: u16,
    ) -> Result<Page<ObjectMeta, ObjectKey>> {
        self.media.list(QUARANTINE, after, limit).await
    }

    /// Puts an object into quarantine. May be done again where a crash came in between.
    ///
    /// # Errors
    /// Of the stores; `Conflict(Exists)` where another object is in quarantine under this key.
    pub async fn take(&self, key: &str) -> Result<()> {
        self.carry(key, &format!("{QUARANTINE}{key}")).await
    }

    /// Puts an object back where it was, by the key that it had there.
    ///
    /// # Errors
    /// Of the stores; `NotFound(Object)` where it is not in quarantine, `Conflict(Exists)` where another object is there now.
    pub async fn restore(&self, key: &str) -> Result<()> {
        self.carry(&format!("{QUARANTINE}{key}"), key).await
    }

    /// The object is at its new place before it leaves the old one.
    async fn carry(&self, from: &str, to: &str) -> Result<()> {
        let [old, new] = [from, to].map(|key| ObjectKey::from_store(key.to_owned()));
        match self.media.copy(&old, &new).await {
            Ok(_) => {}
            Err(Error::Conflict(Conflict::Exists)) if self.are_same(&old, &new).await? => {}
            Err(error) => return Err(error),
        }
        self.media.delete(&old).await?;
        for key in [to, from] {
            tell(&*self.media, &*self.index, key, self.clock.now()).await?;
        }
        Ok(())
    }

    /// Whether two objects are the same, byte for byte.
    async fn are_same(&self, one: &ObjectKey, other: &ObjectKey) -> Result<bool> {
        let metas = (
            look(&*self.media, one.as_str()).await?,
            look(&*self.media, other.as_str()).await?,
        );
        match metas {
            (Some(a), Some(b)) if a.size == b.size => {}
            _ => return Ok(false),
        }
        let broken = |error| Error::unavailable("the media store", error);
        let mut one = self.media.get(one, None).await?.body;
        let mut other = self.media.get(other, None).await?.body;
        let (mut left, mut right) = (bytes::Bytes::new(), bytes::Bytes::new());
        loop {
            for (piece, body) in [(&mut left, &mut one), (&mut right, &mut other)] {
                while piece.is_empty() {
                    match body.next().await {
                        Some(next) => *piece = next.map_err(broken)?,
                        None => break,
                    }
                }
            }
            let length = left.len().min(right.len());
            if left.split_to(length) != right.split_to(length) {
                return Ok(false);
            }
            // At least one of them is over.
            if length == 0 {
                return Ok(left.is_empty() && right.is_empty());
            }
        }
    }
}
