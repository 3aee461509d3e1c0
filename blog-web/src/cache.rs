//! The page cache: answers that are the same for everybody, made once and kept in memory.
//!
//! An entry is good for as long as nothing that it was made from has changed, which a [`Stamp`] tells. Several requests
//! for one that is not there are one [`flight`](PageCache::begin): the first makes it, the others get what it made.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Place;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use blog_core::Timestamp;
use blog_core::id::PostId;
use bytes::Bytes;
use http::HeaderMap;
use tokio::sync::watch;

use crate::edge::EdgeError;

/// The bytes of a cache that nobody configured: 1 000 pages of 16 KiB, and half as many again.
pub(crate) const DEFAULT_BYTES: u64 = 24 * 1024 * 1024;

/// So many entries of the largest size fill the cache: one answer must not push out all others.
const LARGEST: u64 = 16;

/// What an entry takes besides its address and its body.
const BESIDES: usize = 1024;

/// What nobody asks for so long is forgotten.
const UNASKED: Duration = Duration::from_secs(3600);

/// How old the numbers of likes and views on a page may be, where another instance counted them.
const NUMBERS: Duration = Duration::from_secs(1);

/// The state of the site that an answer is made from, read before anything else of it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Stamp {
    /// Of the site: what everybody may see, but for numbers.
    pub(crate) generation: u64,
    /// Of this process: the likes and views that it stored.
    pub(crate) numbers: u64,
    /// When a scheduled post appears, which no write tells.
    pub(crate) next_publication: Option<Timestamp>,
    /// Whether the generation is known to be an old one: a write of this process succeeded since.
    pub(crate) behind: bool,
}

/// An answer for everybody.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) stamp: Stamp,
    pub(crate) made_at: Timestamp,
    /// Whether it shows numbers of likes or views.
    pub(crate) has_numbers: bool,
    /// The post that it shows, whose readers are counted.
    pub(crate) shows: Option<PostId>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Entry {
    /// Whether an answer that is made now would be the same.
    fn is_good(&self, stamp: &Stamp, now: Timestamp) -> bool {
        let numbers = !self.has_numbers
            || (self.stamp.numbers == stamp.numbers && now.since(self.made_at) < NUMBERS);
        let published = self.stamp.next_publication.is_some_and(|next| next <= now);
        self.could_stand(stamp) && self.made_at <= now && !published && numbers
    }

    /// Whether it may be shown while the store cannot be asked: nothing was withdrawn since it was made.
    fn could_stand(&self, stamp: &Stamp) -> bool {
        self.stamp.generation == stamp.generation && !stamp.behind
    }
}

/// What became of a flight.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    /// An answer for everybody.
    Kept(Arc<Entry>),
    /// An older one, which stands in while the store cannot be asked.
    Standing(Arc<Entry>),
    /// An answer, though not one to share: each has to ask on their own.
    Passed,
    /// None.
    Failed(EdgeError),
}

/// Whose turn it is to make an answer.
#[derive(Debug)]
pub(crate) enum Turn<'c> {
    Mine(Flight<'c>),
    Theirs(watch::Receiver<Option<Outcome>>),
}

type Flights = HashMap<(String, Stamp), watch::Receiver<Option<Outcome>>>;

/// Answers by their address and language, bounded in bytes.
#[derive(Debug)]
pub(crate) struct PageCache {
    entries: moka::future::Cache<String, Arc<Entry>>,
    flights: Mutex<Flights>,
    largest: usize,
}

impl PageCache {
    /// A cache of so many bytes; none of none.
    pub(crate) fn new(bytes: u64) -> Option<Self> {
        (bytes > 0).then(|| Self {
            entries: moka::future::Cache::builder()
                .weigher(|key: &String, entry: &Arc<Entry>| weight(key, entry))
                .max_capacity(bytes)
                .time_to_idle(UNASKED)
                .build(),
            flights: Mutex::default(),
            largest: usize::try_from(bytes / LARGEST).unwrap_or(usize::MAX),
        })
    }

    /// The entry, if it is good.
    pub(crate) async fn good(
        &self,
        key: &str,
        stamp: &Stamp,
        now: Timestamp,
    ) -> Option<Arc<Entry>> {
        let entry = self.entries.get(key).await?;
        entry.is_good(stamp, now).then_some(entry)
    }

    /// The entry, if it may stand in while the store cannot be asked.
    pub(crate) async fn standing(&self, key: &str, stamp: &Stamp) -> Option<Arc<Entry>> {
        let entry = self.entries.get(key).await?;
        entry.could_stand(stamp).then_some(entry)
    }

    /// Joins those who want this answer as the site stands.
    pub(crate) fn begin(&self, key: &str, stamp: Stamp) -> Turn<'_> {
        let mut flights = self.flights();
        match flights.entry((key.to_owned(), stamp)) {
            Place::Occupied(flight) => Turn::Theirs(flight.get().clone()),
            Place::Vacant(place) => {
                let (landed, landing) = watch::channel(None);
                let key = place.key().clone();
                place.insert(landing);
                Turn::Mine(Flight {
                    cache: self,
                    key,
                    landed,
                })
            }
        }
    }

    fn flights(&self) -> std::sync::MutexGuard<'_, Flights> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes that are kept, and the number of entries, after what was put off is done.
    #[cfg(test)]
    async fn size(&self) -> (u64, u64) {
        self.entries.run_pending_tasks().await;
        (self.entries.weighted_size(), self.entries.entry_count())
    }
}

fn weight(key: &str, entry: &Entry) -> u32 {
    u32::try_from(key.len() + entry.body.len() + BESIDES).unwrap_or(u32::MAX)
}

/// The making of an answer. When it ends without an outcome, since its client left, somebody else begins another.
#[derive(Debug)]
pub(crate) struct Flight<'c> {
    cache: &'c PageCache,
    key: (String, Stamp),
    landed: watch::Sender<Option<Outcome>>,
}

impl Flight<'_> {
    /// Gives everybody the outcome, and keeps the answer for those who come later. What is no answer for everybody any
    /// more is forgotten, unless none could be made.
    pub(crate) async fn land(self, outcome: Outcome) {
        let key = &self.key.0;
        match &outcome {
            Outcome::Kept(entry) if weight(key, entry) as usize <= self.cache.largest => {
                self.cache.entries.insert(key.clone(), entry.clone()).await;
            }
            Outcome::Standing(_) => {}
            Outcome::Failed(error) if error.status().is_server_error() => {}
            _ => self.cache.entries.invalidate(key).await,
        }
        self.landed.send_replace(Some(outcome));
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        self.cache.flights().remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAMP: Stamp = Stamp {
        generation: 7,
        numbers: 3,
        next_publication: None,
        behind: false,
    };

    fn at(seconds: u64) -> Timestamp {
        Timestamp::EPOCH.plus(Duration::from_secs(seconds))
    }

    fn entry(stamp: Stamp, has_numbers: bool, bytes: usize) -> Entry {
        Entry {
            stamp,
            made_at: at(100),
            has_numbers,
            shows: None,
            headers: HeaderMap::new(),
            body: Bytes::from(vec![b'x'; bytes]),
        }
    }

    #[test]
    fn an_entry_is_good_until_something_changes() {
        let scheduled = Stamp {
            next_publication: Some(at(105)),
            ..STAMP
        };
        let counted = Stamp {
            numbers: 4,
            ..STAMP
        };
        let written = Stamp {
            generation: 8,
            ..STAMP
        };
        // Withdrawn by this process, though the store does not say so.
        let withdrawn = Stamp {
            behind: true,
            ..STAMP
        };
        for (made, has_numbers, stamp, now, good, stands) in [
            (STAMP, false, withdrawn, 100, false, false),
            (STAMP, true, STAMP, 100, true, true),
            (STAMP, true, STAMP, 101, false, true),
            (STAMP, false, STAMP, 10_000, true, true),
            (STAMP, true, counted, 100, false, true),
            (STAMP, false, counted, 100, true, true),
            (STAMP, false, written, 100, false, false),
            (STAMP, true, STAMP, 99, false, true),
            (scheduled, false, scheduled, 104, true, true),
            (scheduled, false, scheduled, 105, false, true),
        ] {
            let entry = entry(made, has_numbers, 1);
            let case = format!("{made:?} {has_numbers} {stamp:?} {now}");
            assert_eq!(entry.is_good(&stamp, at(now)), good, "{case}");
            assert_eq!(entry.could_stand(&stamp), stands, "{case}");
        }
    }

    async fn keep(cache: &PageCache, key: &str, bytes: usize) {
        match cache.begin(key, STAMP) {
            Turn::Mine(flight) => {
                let entry = Arc::new(entry(STAMP, false, bytes));
                flight.land(Outcome::Kept(entry)).await;
            }
            Turn::Theirs(_) => panic!("nobody else flies"),
        }
    }

    #[tokio::test]
    async fn the_limit_in_bytes_holds() {
        let limit = 1024 * 1024;
        let cache = PageCache::new(limit).unwrap();
        keep(&cache, "/large", 64 * 1024).await;
        assert!(cache.good("/large", &STAMP, at(100)).await.is_none());
        for number in 0..1_000 {
            keep(&cache, &format!("/{number}"), 10_000).await;
            let (bytes, _) = cache.size().await;
            assert!(bytes <= limit, "{bytes} after {number}");
        }
        let (bytes, entries) = cache.size().await;
        assert!(bytes > limit / 2, "{bytes}");
        assert!(entries > 50, "{entries}");
        assert!(PageCache::new(0).is_none());
    }

    #[tokio::test]
    async fn who_comes_while_an_answer_is_made_waits_for_it() {
        let cache = PageCache::new(DEFAULT_BYTES).unwrap();
        let Turn::Mine(flight) = cache.begin("/", STAMP) else {
            panic!("the first makes it");
        };
        let Turn::Theirs(mut landing) = cache.begin("/", STAMP) else {
            panic!("the second waits");
        };
        let later = Stamp {
            generation: 8,
            ..STAMP
        };
        assert!(matches!(cache.begin("/", later), Turn::Mine(_)));
        flight.land(Outcome::Passed).await;
        landing.wait_for(Option::is_some).await.unwrap();

        // Whoever makes it leaves: the next one does.
        let flight = cache.begin("/", STAMP);
        let Turn::Theirs(mut landing) = cache.begin("/", STAMP) else {
            panic!("the second waits");
        };
        drop(flight);
        assert!(landing.wait_for(Option::is_some).await.is_err());
        assert!(matches!(cache.begin("/", STAMP), Turn::Mine(_)));
        assert!(cache.flights().is_empty());
    }
}
