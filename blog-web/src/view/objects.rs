//! Stored objects, as their owner and admins see them.

use serde::Serialize;

/// An object in its owner's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ObjectView {
    /// The item that it is of; none where the catalog has none.
    pub item: Option<String>,
    /// What the item's file was called; may be empty.
    pub name: String,
    /// Of a smaller copy, how wide it is.
    pub width: Option<u32>,
    /// In bytes.
    pub size: u64,
    /// When the index first heard of it, in microseconds since the epoch.
    pub seen_at: i64,
}

/// What somebody's objects come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct UsageView {
    /// How many.
    pub objects: u64,
    /// In bytes.
    pub size: u64,
    /// Whether there are others that were not counted.
    pub more: bool,
}

/// A comparison of the bucket with its index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunView {
    /// When it began, in microseconds since the epoch.
    pub began_at: i64,
    /// Whether it came to the end.
    pub done: bool,
    /// Whether the index was set right.
    pub applied: bool,
    /// Whether a schedule began it.
    pub scheduled: bool,
    /// Which keys it was of; empty for all.
    pub prefix: String,
    /// Keys that were compared.
    pub compared: u64,
    /// Differences that last.
    pub drift: u64,
    /// Of those, the ones that were set right.
    pub repaired: u64,
    /// Of those, the ones that were put into quarantine.
    pub quarantined: u64,
    /// How many differences there are of each class.
    pub classes: Vec<(&'static str, u64)>,
    /// The first differences that last.
    pub first: Vec<DriftView>,
}

/// A difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DriftView {
    /// In which way.
    pub class: &'static str,
    /// The object's full key.
    pub key: String,
    /// Whether it was set right, or put into quarantine.
    pub repaired: bool,
}

/// An object in quarantine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuarantinedView {
    /// The key that it had.
    pub key: String,
    /// In bytes.
    pub size: u64,
    /// Since when, in microseconds since the epoch.
    pub since: i64,
}
