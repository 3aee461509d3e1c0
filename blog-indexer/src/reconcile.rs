//! The bucket, its index and the catalog side by side: where they differ, and how the index is set right.
//!
//! All are listed in the order of their keys, a page of each in memory. What differs there may only be on its way, so each
//! difference is looked at again after a while, one object at a time and with consistent reads, before it is called
//! drift. A repair tells the index what is in the bucket, in the order right behind what the row knew: an event that
//! comes meanwhile counts more.
//!
//! The catalog is the truth about which objects there are to be, and is never changed. An item comes before its objects and
//! goes before them, so an object without an item is looked at once more after another while; then it may be put into
//! [quarantine](crate::quarantine), which is the only thing in the bucket that is ever changed, and only on demand.

mod look;
mod sides;

use std::sync::Arc;
use std::time::Duration;

use blog_core::Result;
use blog_core::model::drift::Run;
use blog_core::model::index::IndexItem;
use blog_core::model::media::{Folder, ObjectMeta, PROBE, owner_in};
use blog_core::ports::{Clock, MediaCatalog, MediaStore, ObjectIndex};

use crate::quarantine::Quarantine;
use sides::{Held, Items, PAGE, Side};

pub use blog_core::model::drift::{Class, Drift, Found};

/// After how many differences they are looked at again.
const SUSPECTS: usize = 1_000;

/// What is to be compared, and what is done about it.
#[derive(Debug, Clone)]
pub struct Request {
    /// Only keys that begin so.
    pub prefix: String,
    /// Only keys behind this one: where another run ended.
    pub after: Option<String>,
    /// Whether the index is set right.
    pub is_applied: bool,
    /// From what age on a stray object is put into quarantine; `None` leaves all where they are.
    pub quarantine: Option<Duration>,
    /// Whether a schedule begins it.
    pub is_scheduled: bool,
    /// Objects and rows that changed less than this ago are left alone: their events may be on the way.
    pub settling: Duration,
    /// How long a difference is waited for to go away by itself.
    pub pause: Duration,
}

impl Request {
    /// By this age of an object everything that was to be done about it is done: no upload and no copy goes on for so long.
    pub const QUARANTINE: Duration = Duration::from_secs(24 * 3_600);
}

impl Default for Request {
    fn default() -> Self {
        Self {
            prefix: String::new(),
            after: None,
            is_applied: false,
            quarantine: None,
            is_scheduled: false,
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
        /// How many keys were compared so far.
        compared: u64,
    },
}

/// Who hears how a run goes.
type Watch<'a> = &'a mut (dyn FnMut(Step<'_>) + Send);

/// Compares a bucket with its index, and with the catalog where it is given one.
#[derive(Debug, Clone)]
pub struct Reconcile {
    media: Arc<dyn MediaStore>,
    index: Arc<dyn ObjectIndex>,
    catalog: Option<Arc<dyn MediaCatalog>>,
    clock: Arc<dyn Clock>,
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
            catalog: None,
            clock,
        }
    }

    /// And both with the catalog of the items whose objects are in the bucket.
    pub fn with_catalog(mut self, catalog: Arc<dyn MediaCatalog>) -> Self {
        self.catalog = Some(catalog);
        self
    }

    fn quarantine(&self) -> Quarantine {
        Quarantine::new(self.media.clone(), self.index.clone(), self.clock.clone())
    }

    /// Compares, tells `watch` how it goes, sets right what it may, and keeps its report beside the index.
    ///
    /// # Errors
    /// Of the stores; what was done is done, and the last [`Step::Behind`] is where to go on.
    pub async fn run(&self, request: &Request, watch: Watch<'_>) -> Result<Found> {
        let mut run = Run {
            prefix: request.prefix.clone(),
            from: request.after.clone(),
            is_scheduled: request.is_scheduled,
            is_applied: request.is_applied,
            ..Run::begin(self.media.bucket(), self.clock.now())
        };
        self.note(&mut run).await?;
        let mut objects: Side<ObjectMeta> = Side::behind(request.after.clone());
        let mut rows: Side<IndexItem> = Side::behind(request.after.clone());
        let mut items: Vec<Items> = match &self.catalog {
            Some(_) => Folder::ALL
                .into_iter()
                .filter_map(|folder| Items::of(folder, request))
                .collect(),
            None => Vec::new(),
        };
        let mut suspects = Vec::new();
        let mut since = 0;
        loop {
            self.fill(&request.prefix, &mut objects, &mut rows, &mut items)
                .await?;
            let fronts = [objects.front(), rows.front()].into_iter();
            let fronts = fronts.chain(items.iter().map(|items| items.side.front()));
            let Some(key) = fronts.flatten().min().map(str::to_owned) else {
                break;
            };
            let (object, row) = (objects.pop(&key), rows.pop(&key));
            let held = items.iter_mut().filter_map(|items| items.side.pop(&key));
            let held = held.last();
            run.found.compared += 1;
            since += 1;
            if self.is_suspect(&key, object.as_ref(), row.as_ref(), held.as_ref()) {
                suspects.push(key.clone());
            }
            if suspects.len() >= SUSPECTS || since >= usize::from(PAGE) {
                self.look_again(request, &mut suspects, &mut run, watch)
                    .await?;
                since = 0;
                watch(Step::Behind {
                    key: &key,
                    compared: run.found.compared,
                });
                run.behind = Some(key);
                self.note(&mut run).await?;
            }
        }
        self.look_again(request, &mut suspects, &mut run, watch)
            .await?;
        run.is_done = true;
        self.note(&mut run).await?;
        Ok(run.found)
    }

    /// Behind which key the last run of a schedule ended, if it did not come to its end.
    ///
    /// # Errors
    /// Of the index.
    pub async fn left_off(&self) -> Result<Option<String>> {
        let runs = self.index.runs(self.media.bucket()).await?;
        let mut scheduled = runs.into_iter().filter(|run| run.is_scheduled);
        let last = scheduled.next().filter(|run| !run.is_done);
        Ok(last.and_then(|run| run.behind.or(run.from)))
    }

    async fn note(&self, run: &mut Run) -> Result<()> {
        run.noted_at = self.clock.now();
        self.index.note_run(run).await
    }

    async fn fill(
        &self,
        prefix: &str,
        objects: &mut Side<ObjectMeta>,
        rows: &mut Side<IndexItem>,
        items: &mut [Items],
    ) -> Result<()> {
        objects.fill(&*self.media, prefix).await?;
        rows.fill(&*self.index, self.media.bucket(), prefix).await?;
        if let Some(catalog) = &self.catalog {
            for items in items {
                items.fill(&**catalog).await?;
            }
        }
        Ok(())
    }

    /// Whether the lists differ at a key.
    fn is_suspect(
        &self,
        key: &str,
        object: Option<&ObjectMeta>,
        row: Option<&IndexItem>,
        held: Option<&Held>,
    ) -> bool {
        // What a doctor puts there for a moment no index hears of.
        if key.starts_with(PROBE) {
            return false;
        }
        let folder = Folder::of(key);
        let owner = held
            .filter(|_| folder == Some(Folder::Private))
            .map(|held| held.owner)
            .or_else(|| owner_in(key));
        look::compare(row, object, owner).is_some()
            || match (object, held) {
                (Some(_), None) => self.catalog.is_some() && folder.is_some(),
                (None, Some(held)) => held.is_stored,
                _ => false,
            }
    }
}
