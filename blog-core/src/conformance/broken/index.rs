//! An object index that is kept wrong.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use super::{Broken, round_trip};
use crate::backend::Backend;
use crate::error::Result;
use crate::id::UserId;
use crate::model::drift::Run;
use crate::model::index::{
    Applied, IndexItem, ObjectChange, ObjectEvent, ObjectState, Sequencer, TOMBSTONE, Usage,
};
use crate::page::{Page, PageRequest};
use crate::ports::ObjectIndex;
use crate::time::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    LastEventWins,
    NoTombstone,
    SequencerAsText,
    PrefixAsPattern,
    LooksThenWrites,
    ConditionNotStrict,
    FirstSeenForgotten,
    OnePageOfPrefix,
    OnePageOfOwner,
    ShardsNotMerged,
    ThrottleSwallowed,
    ShardLeftOut,
    EndInMilliseconds,
    MomentsInSeconds,
    BatchLeftOut,
    OneTooManyCounted,
    ReportsPileUp,
}

pub(super) fn all(working: &Backend) -> Vec<Broken> {
    let faults: [(&str, &[&str], Fault); 17] = [
        (
            "index-last-event-wins",
            &["index-stale", "index-converges"],
            Fault::LastEventWins,
        ),
        (
            "index-deletes-instead-of-tombstones",
            &["index-tombstone", "index-no-revival"],
            Fault::NoTombstone,
        ),
        (
            "index-sequencer-compared-as-it-came",
            &["index-sequencer-forms"],
            Fault::SequencerAsText,
        ),
        (
            "index-prefix-read-as-pattern",
            &["index-by-prefix"],
            Fault::PrefixAsPattern,
        ),
        (
            "index-looks-then-writes",
            &["index-race"],
            Fault::LooksThenWrites,
        ),
        (
            "index-condition-not-strict",
            &["index-repeated"],
            Fault::ConditionNotStrict,
        ),
        (
            "index-first-seen-of-stale-events-forgotten",
            &["index-first-seen", "index-stale"],
            Fault::FirstSeenForgotten,
        ),
        (
            "index-prefix-list-of-one-page",
            &["index-by-prefix", "index-by-prefix-after"],
            Fault::OnePageOfPrefix,
        ),
        (
            "index-owner-list-of-one-page",
            &["index-by-owner-pages"],
            Fault::OnePageOfOwner,
        ),
        (
            "index-shards-not-merged",
            &["index-by-prefix", "index-keys"],
            Fault::ShardsNotMerged,
        ),
        (
            "index-throttle-swallowed",
            &["index-apply", "index-converges"],
            Fault::ThrottleSwallowed,
        ),
        (
            "index-throttled-shard-left-out",
            &["index-by-prefix", "index-keys"],
            Fault::ShardLeftOut,
        ),
        (
            "index-end-in-milliseconds",
            &["index-tombstone", "index-tombstone-unheard"],
            Fault::EndInMilliseconds,
        ),
        (
            "index-moments-in-seconds",
            &["index-apply"],
            Fault::MomentsInSeconds,
        ),
        (
            "index-unprocessed-keys-left-out",
            &["index-get-many"],
            Fault::BatchLeftOut,
        ),
        (
            "index-usage-counts-one-too-many",
            &["index-usage-most"],
            Fault::OneTooManyCounted,
        ),
        (
            "index-reports-pile-up",
            &["index-runs"],
            Fault::ReportsPileUp,
        ),
    ];
    let broken = |(name, caught_by, fault)| Broken {
        name,
        caught_by,
        backend: super::index(
            working,
            Index {
                inner: working.index.clone(),
                arrivals: AtomicU64::new(1),
                rows: Mutex::default(),
                fault,
            },
        ),
    };
    faults.into_iter().map(broken).collect()
}

#[derive(Debug)]
struct Index {
    inner: Arc<dyn ObjectIndex>,
    /// The order of arrival, for the index that takes it for the order of events.
    arrivals: AtomicU64,
    /// The rows of the indexes that write without a condition, which the inner one would not let them.
    rows: Mutex<HashMap<(String, String), IndexItem>>,
    fault: Fault,
}

impl Index {
    fn row(&self, bucket: &str, key: &str) -> Option<IndexItem> {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        rows.get(&(bucket.to_owned(), key.to_owned())).cloned()
    }

    /// What an event makes of the row that was seen, written whatever is there by then.
    async fn write(&self, event: &ObjectEvent) -> Applied {
        let seen = self.row(&event.bucket, &event.key);
        if self.fault == Fault::LooksThenWrites {
            round_trip().await;
        }
        let (row, applied) = match seen {
            None => (IndexItem::first(event), Applied::Written),
            Some(seen) => {
                let mut row = seen.clone();
                let applied = row.hear(event);
                match self.fault {
                    Fault::ConditionNotStrict if row.sequencer == event.sequencer => {
                        (row, Applied::Written)
                    }
                    Fault::FirstSeenForgotten if applied == Applied::Stale => (seen, applied),
                    _ => (row, applied),
                }
            }
        };
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        rows.insert((event.bucket.clone(), event.key.clone()), row);
        applied
    }

    /// Whether the rows are this adapter's own.
    fn writes(&self) -> bool {
        matches!(
            self.fault,
            Fault::LooksThenWrites | Fault::ConditionNotStrict | Fault::FirstSeenForgotten
        )
    }
}

/// The shard of a key, of four.
fn shard(item: &IndexItem) -> u8 {
    item.key.bytes().fold(0, u8::wrapping_add) % 4
}

/// A sequencer that sorts as the text of this one: lower case behind upper case.
fn as_text(sequencer: &Sequencer) -> Sequencer {
    let text = sequencer.as_str().bytes().take(Sequencer::DIGITS / 2);
    let hex: String = text.map(|byte| format!("{byte:02x}")).collect();
    Sequencer::parse(&hex).unwrap_or_else(|| sequencer.clone())
}

/// The sequencer that [`as_text`] was made of.
fn as_it_came(sequencer: &Sequencer) -> Sequencer {
    let digits = sequencer.as_str().as_bytes().chunks(2);
    let text: Option<String> = digits
        .map(|pair| {
            let pair = std::str::from_utf8(pair).ok()?;
            u8::from_str_radix(pair, 16).ok().map(char::from)
        })
        .collect();
    text.and_then(|text| Sequencer::parse(&text))
        .unwrap_or_else(|| sequencer.clone())
}

#[async_trait]
impl ObjectIndex for Index {
    async fn apply(&self, event: &ObjectEvent) -> Result<Applied> {
        let mut event = event.clone();
        match self.fault {
            _ if self.writes() => return Ok(self.write(&event).await),
            Fault::ThrottleSwallowed => {
                let arrival = self.arrivals.fetch_add(1, Ordering::SeqCst);
                if arrival.is_multiple_of(3) {
                    return Ok(Applied::Written);
                }
            }
            Fault::MomentsInSeconds => {
                let seconds = event.at.as_micros().div_euclid(1_000_000);
                event.at = Timestamp::from_micros(seconds * 1_000_000);
            }
            Fault::LastEventWins => {
                let arrival = self.arrivals.fetch_add(1, Ordering::SeqCst);
                event.sequencer = Sequencer::from_counter(arrival);
            }
            Fault::SequencerAsText => event.sequencer = as_text(&event.sequencer),
            _ => {}
        }
        let applied = self.inner.apply(&event).await?;
        if self.fault == Fault::NoTombstone && event.change == ObjectChange::Removed {
            self.inner
                .purge(Timestamp::from_micros(i64::MAX), u32::MAX)
                .await?;
        }
        Ok(applied)
    }

    async fn get(&self, bucket: &str, key: &str) -> Result<Option<IndexItem>> {
        if self.writes() {
            return Ok(self.row(bucket, key));
        }
        let mut found = self.inner.get(bucket, key).await?;
        if self.fault == Fault::EndInMilliseconds
            && let Some(item) = &mut found
            && let ObjectState::Tombstone { expires_at } = &mut item.state
        {
            let kept = Duration::from_millis(TOMBSTONE.as_secs());
            *expires_at = item.last_seen.plus(kept);
        }
        if self.fault == Fault::SequencerAsText
            && let Some(item) = &mut found
        {
            item.sequencer = as_it_came(&item.sequencer);
        }
        let hidden = self.fault == Fault::NoTombstone;
        Ok(found.filter(|item| !hidden || item.state == ObjectState::Present))
    }

    async fn get_many(&self, bucket: &str, keys: &[String]) -> Result<Vec<Option<IndexItem>>> {
        // A batch is answered in parts; here the first one is taken for the whole.
        let answered = match self.fault {
            Fault::BatchLeftOut => keys.len() / 2,
            _ => keys.len(),
        };
        let mut rows = Vec::with_capacity(keys.len());
        for key in &keys[..answered] {
            rows.push(self.get(bucket, key).await?);
        }
        rows.resize(keys.len(), None);
        Ok(rows)
    }

    async fn by_owner(&self, owner: UserId, page: PageRequest) -> Result<Page<IndexItem>> {
        let mut page = self.inner.by_owner(owner, page).await?;
        if self.fault == Fault::OnePageOfOwner {
            page.next = None;
        }
        Ok(page)
    }

    async fn by_prefix(
        &self,
        bucket: &str,
        prefix: &str,
        after: Option<&str>,
        limit: u16,
    ) -> Result<Page<IndexItem, String>> {
        // As `LIKE 'prefix%'` without escapes: a wildcard at the end finds what begins with the rest.
        let prefix = match self.fault {
            Fault::PrefixAsPattern => prefix.trim_end_matches(['%', '_']),
            _ => prefix,
        };
        let mut page = self.inner.by_prefix(bucket, prefix, after, limit).await?;
        match self.fault {
            Fault::OnePageOfPrefix => page.next = None,
            Fault::ShardsNotMerged => page.items.sort_by_key(shard),
            Fault::ShardLeftOut => page.items.retain(|item| shard(item) != 3),
            _ => {}
        }
        Ok(page)
    }

    async fn usage(&self, owner: UserId, most: u32) -> Result<Usage> {
        let most = match self.fault {
            // The row that says that there are others is counted too.
            Fault::OneTooManyCounted => most + 1,
            _ => most,
        };
        self.inner.usage(owner, most).await
    }

    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u64> {
        self.inner.purge(now, limit).await
    }

    async fn note_run(&self, run: &Run) -> Result<()> {
        let mut run = run.clone();
        if self.fault == Fault::ReportsPileUp {
            run.id = uuid::Uuid::now_v7();
        }
        self.inner.note_run(&run).await
    }

    async fn runs(&self, bucket: &str) -> Result<Vec<Run>> {
        self.inner.runs(bucket).await
    }
}
