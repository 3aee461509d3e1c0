//! The copies of an item: smaller ones, and public ones.

use futures_util::StreamExt as _;

use super::{COPIES_END, Library, at_once, deleting, key};
use crate::error::{Conflict, Error, Result};
use crate::id::MediaId;
use crate::model::effects::Effects;
use crate::model::media::{MediaItem, ObjectKey, PutMode, PutOptions};
use crate::model::widths::Widths;
use crate::picture::{self, SmallerCopy};

/// The most that is read of a stored picture to make its copies.
const MAX_STORED: u64 = 256 * 1024 * 1024;

/// Steps of `sync_public` before it leaves the rest to the worker: more means that somebody goes back and forth.
const MAX_STEPS: u32 = 8;

impl Library {
    /// Makes the smaller copies of an item that has none yet: of one that was stored before there were any. May be done
    /// any number of times, by any number at once.
    pub(crate) async fn make_copies(&self, item: MediaItem) -> Result<()> {
        let made = tokio::time::timeout(COPIES_END / 4, self.try_copies(item));
        made.await
            .map_err(|late| Error::unavailable("the media store", late))?
    }

    async fn try_copies(&self, item: MediaItem) -> Result<()> {
        let copies = self.smaller(&item).await?;
        let widths = Widths::new(copies.iter().map(|copy| copy.width));
        for copy in copies {
            let options = PutOptions {
                content_type: item.content_type.clone(),
                mode: PutMode::Overwrite,
                size: Some(copy.bytes.len() as u64),
            };
            let key = item.private_key.at_width(copy.width);
            self.put(item.owner, &key, at_once(copy.bytes), options)
                .await?;
        }
        if let Some(public) = &item.public_key {
            for width in widths.iter() {
                let (from, to) = (item.private_key.at_width(width), public.at_width(width));
                match self.core.media.copy(&from, &to).await {
                    // Of somebody who makes them too, or was killed.
                    Ok(_) | Err(Error::Conflict(Conflict::Exists)) => {}
                    Err(other) => return Err(other),
                }
            }
        }
        let mut effects = Effects::at(self.core.now());
        if item.public_key.is_some() && widths.iter().next().is_some() {
            effects = effects.invalidating();
        }
        let key = item.public_key.clone();
        let set = self
            .core
            .records
            .catalog
            .set_copies(&item, key, widths, effects);
        match set.await {
            Err(Error::Conflict(_) | Error::NotFound(_)) => self.withdraw_copies(&item).await,
            other => other,
        }
    }

    /// Deletes the copies that were made of an item which changed meanwhile, as far as they are not its own now.
    async fn withdraw_copies(&self, seen: &MediaItem) -> Result<()> {
        let now = self.core.records.catalog.get(&[seen.id]).await?.pop();
        let theirs = now.iter().flat_map(MediaItem::objects).collect::<Vec<_>>();
        let ours = seen.objects().into_iter();
        self.drop_all(ours.filter(|key| !theirs.contains(key)).collect())
            .await
    }

    /// The copies of a stored picture. One that cannot be read has none: it is shown as it is.
    async fn smaller(&self, item: &MediaItem) -> Result<Vec<SmallerCopy>> {
        let narrow = item.width.is_some_and(|width| width <= Widths::LADDER[0]);
        if narrow || item.bytes > MAX_STORED || !picture::has_copies(&item.content_type) {
            return Ok(Vec::new());
        }
        let mut object = match self.core.media.get(&item.private_key, None).await {
            Ok(object) => object,
            Err(Error::NotFound(_)) => return Ok(Vec::new()),
            Err(other) => return Err(other),
        };
        let mut bytes = Vec::new();
        while let Some(piece) = object.body.next().await {
            bytes.extend_from_slice(
                &piece.map_err(|error| Error::unavailable("the media store", error))?,
            );
        }
        // In turn with uploads, which must not wait for a slow store: so the turn is taken when the bytes are here, of one
        // picture at a time.
        let turn = self.core.pictures.acquire().await;
        let copies = tokio::task::spawn_blocking(move || picture::copies(&bytes))
            .await
            .map_err(|panic| Error::backend("the picture decoder", panic))?;
        drop(turn);
        Ok(copies.unwrap_or_else(|cause| {
            tracing::warn!(media = %item.id, %cause, "a stored picture cannot be read, and gets no copies");
            Vec::new()
        }))
    }

    /// Brings the public copy of an item in line with its use: makes it where something public uses the item, and
    /// withdraws it where nothing does. May be done any number of times, by any number at once: after each step the
    /// use is looked at again, so the last one to step sees what the others did.
    pub(crate) async fn sync_public(&self, id: MediaId) -> Result<()> {
        for _ in 0..MAX_STEPS {
            if !self.step_public(id).await? {
                return Ok(());
            }
        }
        Err(Error::Conflict(Conflict::State))
    }

    /// One step; whether there may be another.
    async fn step_public(&self, id: MediaId) -> Result<bool> {
        let catalog = &self.core.records.catalog;
        let now = self.core.now();
        let Some(item) = catalog.get(&[id]).await?.pop() else {
            return Ok(false);
        };
        let usage = catalog.usage(id, now).await?;
        match (usage.public && item.is_ready(), item.public_key.clone()) {
            (true, None) => {
                let extension = item.private_key.as_str().rsplit('.').next();
                let public = key("public", extension.unwrap_or("bin"));
                let from = item.private_key.with_copies(&item.widths);
                let to = public.with_copies(&item.widths);
                let copied = async {
                    for (from, to) in from.iter().zip(&to) {
                        self.core.media.copy(from, to).await?;
                    }
                    Ok::<_, Error>(())
                };
                if let Err(error) = copied.await {
                    self.drop_all(to).await?;
                    return Err(error);
                }
                let effects = Effects::at(now).invalidating();
                let widths = item.widths.clone();
                let set = catalog.set_copies(&item, Some(public.clone()), widths, effects);
                if let Err(error) = set.await {
                    self.drop_copy(id, &public, to).await?;
                    // Somebody else made one at the same time, or the item is gone: look again.
                    return match error {
                        Error::Conflict(_) | Error::NotFound(_) => Ok(true),
                        other => Err(other),
                    };
                }
                Ok(true)
            }
            (false, Some(public)) => {
                let keys = public.with_possible_copies(&item.widths);
                let effects = Effects::at(now).invalidating();
                let effects = deleting(effects, &item, &keys);
                let cleared = catalog.set_copies(&item, None, item.widths.clone(), effects);
                match cleared.await {
                    Ok(()) => self.drop_all(keys).await?,
                    Err(Error::Conflict(_) | Error::NotFound(_)) => {}
                    Err(other) => return Err(other),
                }
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// Deletes the objects of a public copy that the catalog did not take, unless it did after all.
    async fn drop_copy(&self, id: MediaId, public: &ObjectKey, keys: Vec<ObjectKey>) -> Result<()> {
        let items = self.core.records.catalog.get(&[id]).await?;
        let taken = items
            .iter()
            .any(|item| item.public_key.as_ref() == Some(public));
        match taken {
            true => Ok(()),
            false => self.drop_all(keys).await,
        }
    }
}
