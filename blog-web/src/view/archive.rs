//! The archive and the tags, with their numbers of posts.

use serde::Serialize;

use super::TagView;

/// A month of the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MonthView {
    /// 1 to 12; the page says it in words.
    pub month: u8,
    /// Its page below the mount: `/archive/2026/01`.
    pub path: String,
    /// How many posts it has.
    pub posts: u64,
}

/// A year of the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct YearView {
    /// Four digits.
    pub year: String,
    /// Its page below the mount: `/archive/2026`.
    pub path: String,
    /// How many posts it has.
    pub posts: u64,
    /// The months that have posts, newest first.
    pub months: Vec<MonthView>,
}

/// A tag in the index of all tags.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TagCountView {
    /// The tag.
    pub tag: TagView,
    /// How many posts it has.
    pub posts: u64,
}

/// The tags that begin alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TagGroupView {
    /// The capital letter that they begin with; `0–9` for digits.
    pub letter: String,
    /// By name.
    pub tags: Vec<TagCountView>,
}
