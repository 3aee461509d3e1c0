//! The object index: what is known of each object of a bucket, and the events that say so.

use std::cmp::Ordering;
use std::time::Duration;

use super::media::ObjectKey;
use crate::id::UserId;
use crate::time::Timestamp;

/// How long a tombstone is kept.
pub const TOMBSTONE_DAYS: u64 = 90;

/// The same, as a span of time.
pub const TOMBSTONE: Duration = Duration::from_secs(TOMBSTONE_DAYS * 24 * 3600);

/// The order of events of one key, as S3 gives it: hexadecimal digits of varying length. Compared as
/// upper-case text, right-padded with zeros to 64 digits; the raw text is kept.
/// Source: "Event message structure" in the Amazon S3 User Guide.
#[derive(Debug, Clone)]
pub struct Sequencer(String);

impl Sequencer {
    /// The length that sequencers are padded to.
    pub const DIGITS: usize = 64;

    /// Reads 1 to 64 hexadecimal digits; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=Self::DIGITS).contains(&text.len());
        let hex = text.bytes().all(|b| b.is_ascii_hexdigit());
        (fits && hex).then(|| Self(text.to_owned()))
    }

    /// From a durable counter: 16 digits.
    pub fn from_counter(counter: u64) -> Self {
        Self(format!("{counter:016X}"))
    }

    /// One that every event of a bucket is behind.
    pub fn least() -> Self {
        Self("0".to_owned())
    }

    /// The one right behind this one: for what is told of an object without an event of its own, so that it counts more
    /// than what is known, and less than every later event. The greatest one has none behind it and stays.
    pub fn next(&self) -> Self {
        let mut digits = self.padded().into_bytes();
        let Some(last) = digits.iter().rposition(|digit| *digit != b'F') else {
            return self.clone();
        };
        digits[last] = match digits[last] {
            b'9' => b'A',
            digit => digit + 1,
        };
        digits[last + 1..].fill(b'0');
        Self(digits.into_iter().map(char::from).collect())
    }

    /// As it came.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form that stores compare: 64 digits.
    pub fn padded(&self) -> String {
        format!("{:0<64}", self.0.to_ascii_uppercase())
    }
}

impl PartialEq for Sequencer {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Sequencer {}

impl PartialOrd for Sequencer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Sequencer {
    fn cmp(&self, other: &Self) -> Ordering {
        self.padded().cmp(&other.padded())
    }
}

/// What happened to an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObjectChange {
    /// It was put, copied or restored.
    Created {
        /// In bytes.
        size: u64,
        /// Without quotation marks.
        etag: String,
        /// Where the event says it.
        content_type: Option<String>,
        /// Whose it is, where that is known.
        owner: Option<UserId>,
    },
    /// It is gone.
    Removed,
}

/// One change of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectEvent {
    /// The bucket, or the media store's own name.
    pub bucket: String,
    /// The full key, decoded. Not an [`ObjectKey`]: other programs may have put the object.
    pub key: String,
    /// The version, on versioned buckets.
    pub version: Option<String>,
    /// What happened.
    pub change: ObjectChange,
    /// Its place in the order of this key's events.
    pub sequencer: Sequencer,
    /// When it happened.
    pub at: Timestamp,
}

/// Whether an indexed object exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObjectState {
    /// It does.
    Present,
    /// It did; the row remembers that, so that late events do not revive it.
    Tombstone {
        /// From when on the row may go.
        expires_at: Timestamp,
    },
}

/// A row of the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexItem {
    /// The bucket.
    pub bucket: String,
    /// The full key.
    pub key: String,
    /// The version, on versioned buckets.
    pub version: Option<String>,
    /// In bytes; of the last version seen.
    pub size: u64,
    /// Without quotation marks; of the last version seen.
    pub etag: String,
    /// Where known.
    pub content_type: Option<String>,
    /// Where known.
    pub owner: Option<UserId>,
    /// When the key was first heard of.
    pub first_seen: Timestamp,
    /// When the newest applied event happened.
    pub last_seen: Timestamp,
    /// Of the newest applied event.
    pub sequencer: Sequencer,
    /// Present or gone.
    pub state: ObjectState,
}

/// What an owner's objects come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// How many there are.
    pub objects: u64,
    /// In all.
    pub bytes: u64,
    /// Whether there are others that were not counted.
    pub is_more: bool,
}

impl IndexItem {
    /// The row that the first event of an object leaves.
    pub fn first(event: &ObjectEvent) -> Self {
        let mut row = Self {
            bucket: event.bucket.clone(),
            key: event.key.clone(),
            version: None,
            size: 0,
            etag: String::new(),
            content_type: None,
            owner: None,
            first_seen: event.at,
            last_seen: event.at,
            sequencer: event.sequencer.clone(),
            state: ObjectState::Present,
        };
        row.write(event);
        row
    }

    /// Takes in another event of this object, as [`ObjectIndex::apply`](crate::ports::ObjectIndex::apply) promises: for
    /// stores that write a row whole.
    pub fn hear(&mut self, event: &ObjectEvent) -> Applied {
        self.first_seen = self.first_seen.min(event.at);
        if self.sequencer >= event.sequencer {
            return Applied::Stale;
        }
        self.write(event);
        Applied::Written
    }

    /// Makes the row say what an event says; what the event does not know stays.
    fn write(&mut self, event: &ObjectEvent) {
        self.version.clone_from(&event.version);
        self.last_seen = event.at;
        self.sequencer = event.sequencer.clone();
        match &event.change {
            ObjectChange::Created {
                size,
                etag,
                content_type,
                owner,
            } => {
                self.state = ObjectState::Present;
                self.size = *size;
                self.etag.clone_from(etag);
                self.content_type = content_type.clone().or(self.content_type.take());
                self.owner = owner.or(self.owner);
            }
            ObjectChange::Removed => {
                self.state = ObjectState::Tombstone {
                    expires_at: event.at.plus(TOMBSTONE),
                };
            }
        }
    }
}

/// What applying an event did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// The row is as the event says.
    Written,
    /// The row knew something newer, or this already; nothing but `first_seen` was changed. A success.
    Stale,
}

/// A put or delete that began in [`Observed`](crate::service::observed::Observed) and is not known to have ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// The number that the log gave.
    pub id: u64,
    /// Which object.
    pub key: ObjectKey,
    /// Whose, where known.
    pub owner: Option<UserId>,
    /// When it began.
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::Sequencer;

    #[test]
    fn the_next_sequencer_is_greater_and_before_every_later_event() {
        for (digits, later) in [
            ("0", "0001"),
            ("0055AED6DCD90281E5", "0055AED6DCD90281E6"),
            ("0055aed6dcd90281ef", "0055AED6DCD90281F0"),
            ("00000000000000FF", "0000000000000100"),
        ] {
            let known = Sequencer::parse(digits).expect("hexadecimal digits");
            let mut next = known.clone();
            for _ in 0..300 {
                let behind = next.next();
                assert!(behind > next, "{digits}");
                next = behind;
            }
            let later = Sequencer::parse(later).expect("hexadecimal digits");
            assert!(next < later, "{digits}");
        }
        let nine = Sequencer::parse(&"9".repeat(64)).expect("hexadecimal digits");
        assert_eq!(nine.next().as_str(), format!("{}A", "9".repeat(63)));
        let carried =
            Sequencer::parse(&format!("1{}", "F".repeat(63))).expect("hexadecimal digits");
        assert_eq!(carried.next().as_str(), format!("2{}", "0".repeat(63)));
        let greatest = Sequencer::parse(&"F".repeat(64)).expect("hexadecimal digits");
        assert_eq!(greatest.next(), greatest);
    }
}
