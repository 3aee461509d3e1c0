//! The bucket and its index, side by side: where they differ, and how the index is set right.
//!
//! Both are listed in the order of their keys, a page of each in memory. What differs there may only be on its way, so
//! each difference is looked at again after a while, one object at a time and with consistent reads, before it is called
//! drift. A repair tells the index what is in the bucket, in the order right behind what the row knew: an event that
//! comes meanwhile counts more. Nothing in the bucket is ever changed.

use std::cmp::Ordering;
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use blog_core::error::Error;
use blog_core::model::index::{Applied, IndexItem, ObjectState, Sequencer};
use blog_core::model::media::{ObjectKey, ObjectMeta};
use blog_core::ports::{Clock, MediaStore, ObjectIndex};
use blog_core::{Result, Timestamp};
use futures_util::{StreamExt as _, stream};

use crate::handle::found;

/// How many objects and rows are asked for at once.
const PAGE: u16 = 1_000;
/// How many differences are looked at again at a time.
const AT_ONCE: usize = 16;
/// How many rows are read again at once.
const BATCH: usize = 100;
/// After how many differences they are looked at again.
const SUSPECTS: usize = 1_000;

/// In which way an object and its row differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Class {
    /// The index never heard of the object.
    Missing,
    /// The index takes the object for removed, and it is there.
    Stale,
    /// Size or etag are not the object's.
    Mismatched,
    /// The index has an object that is not there.
    Orphan,
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Class::Missing => "missing",
            Class::Stale => "stale",
            Class::Mismatched => "mismatched",
            Class::Orphan => "orphan",
        })
    }
}

/// A difference that lasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// In which way.
    pub class: Class,
    /// The object's full key.
    pub key: String,
    /// Whether the index was set right.
    pub is_repaired: bool,
}

/// What is to be compared, and what is done about it.
#[derive(Debug, Clone)]
pub struct Request {
    /// Only keys that begin so.
    pub prefix: String,
    /// Only keys behind this one: where another run ended.
    pub after: Option<String>,
    /// Whether the index is set right.
    pub is_applied: bool,
    /// Objects and rows that changed less than this ago are left alone: their events may be on the way.
    pub settling: Duration,
    /// How long a difference is waited for to go away by itself.
    pub pause: Duration,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            prefix: String::new(),
            after: None,
            is_applied: false,
            settling: Duration::from_secs(15 * 60),
            pause: Duration::from_secs(5),
        }
    }
}

/// How a run goes.
#[derive(Debug)]
pub enum Step<'a> {
    /// A difference that lasts.
    Drift(&'a Drift),
    /// Everything up to this key is done: a run may go on from here.
    Behind {
        /// The key.
        key: &'a str,
        /// How many objects and rows were compared so far.
        compared: u64,
    },
}

/// What a run found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Found {
    /// Objects and rows that were compared.
    pub compared: u64,
    /// Differences that last.
    pub drift: u64,
    /// Of those, the ones that were set right.
    pub repaired: u64,
    /// Differences that were left alone, or went away by themselves.
    pub passing: u64,
}

/// Compares a bucket with its index.
#[derive(Debug, Clone)]
pub struct Reconcile {
    media: Arc<dyn MediaStore>,
    index: Arc<dyn ObjectIndex>,
    clock: Arc<dyn Clock>,
}

/// A list in the order of keys, a page of it in memory.
struct Side<T> {
    page: VecDeque<T>,
    after: Option<String>,
    is_over: bool,
}

impl<T> Side<T> {
    fn behind(after: Option<String>) -> Self {
        Self {
            page: VecDeque::new(),
            after,
            is_over: false,
        }
    }

    fn wants_more(&self) -> bool {
        self.page.is_empty() && !self.is_over
    }

    fn take(&mut self, items: Vec<T>, next: Option<String>) {
        self.is_over = next.is_none();
        self.after = next;
        self.page = items.into();
    }
}

impl Reconcile {
    /// Compares the bucket behind `media` with `index`.
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

    /// Compares, tells `watch` how it goes, and sets right what it may.
    ///
    /// # Errors
    /// Of the stores; what was done is done, and the last [`Step::Behind`] is where to go on.
    pub async fn run(
        &self,
        request: &Request,
        watch: &mut (dyn FnMut(Step<'_>) + Send),
    ) -> Result<Found> {
        let mut found = Found::default();
        let mut objects: Side<ObjectMeta> = Side::behind(request.after.clone());
        let mut rows: Side<IndexItem> = Side::behind(request.after.clone());
        let mut suspects = Vec::new();
        let mut since = 0;
        loop {
            self.fill(&request.prefix, &mut objects, &mut rows).await?;
            let order = match (objects.page.front(), rows.page.front()) {
                (None, None) => break,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(object), Some(row)) => object.key.as_str().cmp(row.key.as_str()),
            };
            let object = (order != Ordering::Greater)
                .then(|| objects.page.pop_front())
                .flatten();
            let row = (order != Ordering::Less)
                .then(|| rows.page.pop_front())
                .flatten();
            let key = match (&object, &row) {
                (Some(object), _) => object.key.as_str().to_owned(),
                (None, Some(row)) => row.key.clone(),
                (None, None) => break,
            };
            found.compared += 1;
            since += 1;
            if compare(row.as_ref(), object.as_ref()).is_some() {
                suspects.push(key.clone());
            }
            if suspects.len() >= SUSPECTS || since >= usize::from(PAGE) {
                self.look_again(request, &mut suspects, &mut found, watch)
                    .await?;
                since = 0;
                watch(Step::Behind {
                    key: &key,
                    compared: found.compared,
                });
            }
        }
        self.look_again(request, &mut suspects, &mut found, watch)
            .await?;
        Ok(found)
    }

    async fn fill(
        &self,
        prefix: &str,
        objects: &mut Side<ObjectMeta>,
        rows: &mut Side<IndexItem>,
    ) -> Result<()> {
        if objects.wants_more() {
            let after = objects.after.take().map(ObjectKey::from_store);
            let page = self.media.list(prefix, after.as_ref(), PAGE).await?;
            objects.take(page.items, page.next.map(ObjectKey::into_string));
        }
        if rows.wants_more() {
            let after = rows.after.take();
            let bucket = self.media.bucket();
            let page = self
                .index
                .by_prefix(bucket, prefix, after.as_deref(), PAGE)
                .await?;
            rows.take(page.items, page.next);
        }
        Ok(())
    }

    /// Looks at each suspect by itself, and sets right what is still different.
    async fn look_again(
        &self,
        request: &Request,
        suspects: &mut Vec<String>,
        found: &mut Found,
        watch: &mut (dyn FnMut(Step<'_>) + Send),
    ) -> Result<()> {
        if suspects.is_empty() {
            return Ok(());
        }
        tokio::time::sleep(request.pause).await;
        for keys in suspects.chunks(BATCH) {
            // The rows first: whatever happens between the two looks is an event behind them.
            let rows = self.index.get_many(self.media.bucket(), keys).await?;
            let looked: Vec<Result<Option<Drift>>> = stream::iter(keys.iter().zip(rows))
                .map(|(key, row)| self.look(request, key.clone(), row))
                .buffered(AT_ONCE)
                .collect()
                .await;
            for drift in looked {
                match drift? {
                    None => found.passing += 1,
                    Some(drift) => {
                        found.drift += 1;
                        found.repaired += u64::from(drift.is_repaired);
                        watch(Step::Drift(&drift));
                    }
                }
            }
        }
        suspects.clear();
        Ok(())
    }

    async fn look(
        &self,
        request: &Request,
        key: String,
        row: Option<IndexItem>,
    ) -> Result<Option<Drift>> {
        let bucket = self.media.bucket();
        let now = self.clock.now();
        let there = match self.media.head(&ObjectKey::from_store(key.clone())).await {
            Ok(meta) => Some(meta),
            Err(Error::NotFound(_)) => None,
            Err(error) => return Err(error),
        };
        let Some(class) = compare(row.as_ref(), there.as_ref()) else {
            return Ok(None);
        };
        let settled = now.minus(request.settling);
        let is_young = |at: Timestamp| at > settled;
        if row.as_ref().is_some_and(|row| is_young(row.last_seen))
            || there
                .as_ref()
                .is_some_and(|meta| is_young(meta.modified_at))
        {
            return Ok(None);
        }
        // An event that came between the two looks explains the difference.
        if row.is_some() && self.index.get(bucket, &key).await? != row {
            return Ok(None);
        }
        let mut drift = Drift {
            class,
            key,
            is_repaired: false,
        };
        if request.is_applied {
            let sequencer = row.map_or_else(Sequencer::least, |row| row.sequencer.next());
            let event = found(bucket, &drift.key, there, sequencer, now);
            match self.index.apply(&event).await? {
                Applied::Written => drift.is_repaired = true,
                // An event came just now.
                Applied::Stale => return Ok(None),
            }
        }
        Ok(Some(drift))
    }
}

/// How a row and an object differ. A tombstone without an object is as it should be.
fn compare(row: Option<&IndexItem>, object: Option<&ObjectMeta>) -> Option<Class> {
    let present = row.is_some_and(|row| row.state == ObjectState::Present);
    match (row, object) {
        (None, None) => None,
        (Some(_), None) => present.then_some(Class::Orphan),
        (None, Some(_)) => Some(Class::Missing),
        (Some(_), Some(_)) if !present => Some(Class::Stale),
        (Some(row), Some(object)) => {
            (row.size != object.size || row.etag != object.etag).then_some(Class::Mismatched)
        }
    }
}
