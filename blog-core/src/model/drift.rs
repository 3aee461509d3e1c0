//! Where a bucket, its index and the catalog differ, and what a comparison of them came to.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::time::Timestamp;

/// In which way an object, its row of the index and its item of the catalog differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
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
    /// The index does not know whose the object is, or takes it for somebody else's.
    Unowned,
    /// The catalog has an item whose object is not there.
    Lost,
    /// An object lies where only items' objects lie, and no item of the catalog has it.
    Stray,
}

impl Class {
    /// All of them.
    pub const ALL: [Class; 7] = [
        Class::Missing,
        Class::Stale,
        Class::Mismatched,
        Class::Orphan,
        Class::Unowned,
        Class::Lost,
        Class::Stray,
    ];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Class::Missing => "missing",
            Class::Stale => "stale",
            Class::Mismatched => "mismatched",
            Class::Orphan => "orphan",
            Class::Unowned => "unowned",
            Class::Lost => "lost",
            Class::Stray => "stray",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A difference that lasts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    /// In which way.
    pub class: Class,
    /// The object's full key.
    pub key: String,
    /// Whether the index was set right; of a stray object, whether it was put into quarantine.
    pub is_repaired: bool,
}

/// What a comparison found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Found {
    /// Keys that were compared.
    pub compared: u64,
    /// Differences that last.
    pub drift: u64,
    /// Of those, the ones in the index that were set right.
    pub repaired: u64,
    /// Of those, the stray objects that were put into quarantine.
    pub quarantined: u64,
    /// Keys with differences that were left alone, or went away by themselves.
    pub passing: u64,
}

impl Found {
    /// Differences that last and were left as they are.
    pub fn left(&self) -> u64 {
        self.drift - self.repaired - self.quarantined
    }
}

/// The report of a comparison. While it goes on it is noted again and again, so that what is there after a kill says how
/// far it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Its own; ids of later runs are greater.
    pub id: Uuid,
    /// Of which bucket.
    pub bucket: String,
    /// Only keys that begin so were compared.
    pub prefix: String,
    /// Only keys behind this one were compared.
    pub from: Option<String>,
    /// Whether a schedule began it.
    pub is_scheduled: bool,
    /// Whether the index was set right.
    pub is_applied: bool,
    /// When it began.
    pub began_at: Timestamp,
    /// When this was noted.
    pub noted_at: Timestamp,
    /// Whether it came to the end.
    pub is_done: bool,
    /// Up to which key everything is done; where another run may go on unless this one is done.
    pub behind: Option<String>,
    /// What was found by then.
    pub found: Found,
    /// The same by class.
    pub classes: BTreeMap<Class, u64>,
    /// The first differences that last.
    pub first: Vec<Drift>,
}

impl Run {
    /// How many differences a report names.
    pub const NAMED: usize = 100;
    /// How many reports of a bucket are kept.
    pub const KEPT: usize = 20;

    /// The report of a comparison of everything that begins now and changes nothing.
    pub fn begin(bucket: &str, now: Timestamp) -> Self {
        Self {
            id: Uuid::now_v7(),
            bucket: bucket.to_owned(),
            prefix: String::new(),
            from: None,
            is_scheduled: false,
            is_applied: false,
            began_at: now,
            noted_at: now,
            is_done: false,
            behind: None,
            found: Found::default(),
            classes: BTreeMap::new(),
            first: Vec::new(),
        }
    }

    /// Takes a difference in.
    pub fn hear(&mut self, drift: &Drift) {
        let found = &mut self.found;
        found.drift += 1;
        match drift.class {
            Class::Stray => found.quarantined += u64::from(drift.is_repaired),
            _ => found.repaired += u64::from(drift.is_repaired),
        }
        *self.classes.entry(drift.class).or_default() += 1;
        if self.first.len() < Self::NAMED {
            self.first.push(drift.clone());
        }
    }
}
