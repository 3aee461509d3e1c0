//! An object index that is kept wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;

use super::Broken;
use crate::backend::Backend;
use crate::error::Result;
use crate::id::UserId;
use crate::model::index::{Applied, IndexItem, ObjectChange, ObjectEvent, ObjectState, Sequencer};
use crate::page::{Page, PageRequest};
use crate::ports::ObjectIndex;
use crate::time::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    LastEventWins,
    NoTombstone,
    SequencerAsText,
    PrefixAsPattern,
}

pub(super) fn all(working: &Backend) -> Vec<Broken> {
    let faults: [(&str, &[&str], Fault); 4] = [
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
    ];
    let broken = |(name, caught_by, fault)| Broken {
        name,
        caught_by,
        backend: super::index(
            working,
            Index {
                inner: working.index.clone(),
                arrivals: AtomicU64::new(1),
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
    fault: Fault,
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
        let mut found = self.inner.get(bucket, key).await?;
        if self.fault == Fault::SequencerAsText
            && let Some(item) = &mut found
        {
            item.sequencer = as_it_came(&item.sequencer);
        }
        let hidden = self.fault == Fault::NoTombstone;
        Ok(found.filter(|item| !hidden || item.state == ObjectState::Present))
    }

    async fn by_owner(&self, owner: UserId, page: PageRequest) -> Result<Page<IndexItem>> {
        self.inner.by_owner(owner, page).await
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
        self.inner.by_prefix(bucket, prefix, after, limit).await
    }

    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u64> {
        self.inner.purge(now, limit).await
    }
}
