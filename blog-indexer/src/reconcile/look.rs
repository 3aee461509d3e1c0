//! Differences, looked at again one by one.

use std::collections::HashMap;

use blog_core::error::{Conflict, Error, Result};
use blog_core::id::UserId;
use blog_core::model::drift::{Class, Drift, Run};
use blog_core::model::index::{Applied, IndexItem, ObjectState, Sequencer};
use blog_core::model::media::{Folder, ObjectKey, ObjectMeta, owner_in};
use blog_core::time::Timestamp;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::sides::{Held, Keyed as _, held};
use super::{Reconcile, Request, Step, Watch};
use crate::handle::{found, look};

/// How many differences are looked at again at a time.
const AT_ONCE: usize = 16;
/// How many rows are read again at once.
const BATCH: usize = 100;

/// What one look saw of an object.
struct Seen {
    key: String,
    row: Option<IndexItem>,
    object: Option<ObjectMeta>,
    held: Option<Held>,
}

impl Seen {
    /// Whose the object is, as far as that is known.
    fn owner(&self) -> Option<UserId> {
        let private = Folder::of(&self.key) == Some(Folder::Private);
        let held = self.held.as_ref().filter(|_| private);
        held.map(|held| held.owner).or_else(|| owner_in(&self.key))
    }

    /// How the object and the catalog differ.
    fn class(&self) -> Option<Class> {
        match (&self.object, &self.held) {
            (Some(_), None) if Folder::of(&self.key).is_some() => Some(Class::Stray),
            (None, Some(held)) if held.is_stored => Some(Class::Lost),
            _ => None,
        }
    }
}

/// What came of a look.
enum Looked {
    /// There is no difference, or one that may go away by itself.
    Nothing,
    /// The index differs.
    Drift(Drift),
}

impl Reconcile {
    /// Looks at each suspect by itself, and sets right what is still different.
    pub(super) async fn look_again(
        &self,
        request: &Request,
        suspects: &mut Vec<String>,
        run: &mut Run,
        watch: Watch<'_>,
    ) -> Result<()> {
        if suspects.is_empty() {
            return Ok(());
        }
        tokio::time::sleep(request.pause).await;
        let mut doubtful: HashMap<String, Class> = HashMap::new();
        for keys in suspects.chunks(BATCH) {
            // The rows first, then the objects, then the items: whatever happens between the first two looks is an event
            // behind them, and an item comes before its objects.
            let rows = self.index.get_many(self.media.bucket(), keys).await?;
            let mut seen = self.see(keys).await?;
            for (seen, row) in seen.iter_mut().zip(rows) {
                seen.row = row;
            }
            let looked: Vec<(String, Option<Class>, Looked)> = stream::iter(seen)
                .map(|seen| async move {
                    let class = self.catalog.as_ref().and_then(|_| seen.class());
                    let class = class.filter(|_| !self.is_young(request, &seen));
                    let looked = self.set_right(request, &seen).await?;
                    Ok::<_, blog_core::Error>((seen.key, class, looked))
                })
                .buffered(AT_ONCE)
                .try_collect()
                .await?;
            for (key, class, looked) in looked {
                match looked {
                    Looked::Nothing if class.is_none() => run.found.passing += 1,
                    Looked::Nothing => {}
                    Looked::Drift(drift) => {
                        run.hear(&drift);
                        watch(Step::Drift(&drift));
                    }
                }
                if let Some(class) = class {
                    doubtful.insert(key, class);
                }
            }
        }
        suspects.retain(|key| doubtful.contains_key(key));
        self.confirm(request, suspects, &doubtful, run, watch)
            .await?;
        suspects.clear();
        Ok(())
    }

    /// Looks once more at objects without items and items without objects: an item that is being deleted leaves its
    /// objects for a moment, and one that is being stored has none for a while.
    async fn confirm(
        &self,
        request: &Request,
        keys: &[String],
        doubtful: &HashMap<String, Class>,
        run: &mut Run,
        watch: Watch<'_>,
    ) -> Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        tokio::time::sleep(request.pause).await;
        for keys in keys.chunks(BATCH) {
            for seen in self.see(keys).await? {
                let class = seen.class();
                if class.is_none() || class != doubtful.get(&seen.key).copied() {
                    run.found.passing += 1;
                    continue;
                }
                let Some(class) = class else { continue };
                let drift = Drift {
                    class,
                    is_repaired: self.put_aside(request, class, &seen).await?,
                    key: seen.key,
                };
                run.hear(&drift);
                watch(Step::Drift(&drift));
            }
        }
        Ok(())
    }

    /// Puts a stray object into quarantine if that is asked for and it is old enough; whether it did.
    async fn put_aside(&self, request: &Request, class: Class, seen: &Seen) -> Result<bool> {
        let (Class::Stray, Some(age), Some(object)) = (class, request.quarantine, &seen.object)
        else {
            return Ok(false);
        };
        if object.modified_at > self.clock.now().minus(age) {
            return Ok(false);
        }
        match self.quarantine().take(&seen.key).await {
            Ok(()) => Ok(true),
            // Another object is in quarantine under this key, or somebody was quicker; both are for the next look, and for
            // people, and no reason to leave what comes behind.
            Err(Error::Conflict(Conflict::Exists) | Error::NotFound(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The objects of these keys, then the items that have them.
    async fn see(&self, keys: &[String]) -> Result<Vec<Seen>> {
        let objects: Vec<Option<ObjectMeta>> = stream::iter(keys)
            .map(|key| look(&*self.media, key))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        let mut items = HashMap::new();
        if let Some(catalog) = &self.catalog {
            let originals: Vec<ObjectKey> = keys
                .iter()
                .filter(|key| Folder::of(key).is_some())
                .map(|key| ObjectKey::from_store(key.clone()).original())
                .collect();
            for item in catalog.of_objects(&originals).await? {
                for held in Folder::ALL
                    .map(|folder| held(&item, folder))
                    .into_iter()
                    .flatten()
                {
                    items.insert(held.key().to_owned(), held);
                }
            }
        }
        let seen = keys.iter().zip(objects).map(|(key, object)| Seen {
            key: key.clone(),
            row: None,
            object,
            held: items.remove(key),
        });
        Ok(seen.collect())
    }

    /// Whether an event may be on its way that explains what was seen.
    fn is_young(&self, request: &Request, seen: &Seen) -> bool {
        let settled = self.clock.now().minus(request.settling);
        let moments: [Option<Timestamp>; 2] = [
            seen.row.as_ref().map(|row| row.last_seen),
            seen.object.as_ref().map(|object| object.modified_at),
        ];
        moments.into_iter().flatten().any(|moment| moment > settled)
    }

    /// Sets the index right about an object where it is to be and may be.
    async fn set_right(&self, request: &Request, seen: &Seen) -> Result<Looked> {
        let bucket = self.media.bucket();
        let (row, object, owner) = (seen.row.as_ref(), seen.object.as_ref(), seen.owner());
        let Some(class) = compare(row, object, owner) else {
            return Ok(Looked::Nothing);
        };
        if self.is_young(request, seen) {
            return Ok(Looked::Nothing);
        }
        // An event that came between the two looks explains the difference.
        if row.is_some() && self.index.get(bucket, &seen.key).await?.as_ref() != row {
            return Ok(Looked::Nothing);
        }
        let mut drift = Drift {
            class,
            key: seen.key.clone(),
            is_repaired: false,
        };
        if request.is_applied {
            let sequencer = row.map_or_else(Sequencer::least, |row| row.sequencer.next());
            let now = self.clock.now();
            let event = found(bucket, &seen.key, object.cloned(), owner, sequencer, now);
            match self.index.apply(&event).await? {
                Applied::Written => drift.is_repaired = true,
                // An event came just now.
                Applied::Stale => return Ok(Looked::Nothing),
            }
        }
        Ok(Looked::Drift(drift))
    }
}

/// How a row and an object differ. A tombstone without an object is as it should be.
pub(super) fn compare(
    row: Option<&IndexItem>,
    object: Option<&ObjectMeta>,
    owner: Option<UserId>,
) -> Option<Class> {
    let present = row.is_some_and(|row| row.state == ObjectState::Present);
    match (row, object) {
        (None, None) => None,
        (Some(_), None) => present.then_some(Class::Orphan),
        (None, Some(_)) => Some(Class::Missing),
        (Some(_), Some(_)) if !present => Some(Class::Stale),
        (Some(row), Some(object)) if row.size != object.size || row.etag != object.etag => {
            Some(Class::Mismatched)
        }
        (Some(row), Some(_)) => (owner.is_some() && row.owner != owner).then_some(Class::Unowned),
    }
}
