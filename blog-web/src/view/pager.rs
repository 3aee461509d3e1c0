//! The way on from a page of a list.

use serde::Serialize;

/// Links between pages of a list that is paged by key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PagerView {
    /// Path of the list below the mount: `/`, `/tags/rust`.
    pub path: String,
    /// Cursor of the next page (`?after=`); none on the last.
    pub after: Option<String>,
    /// Whether this is the first page; others have a link back to it.
    pub first: bool,
}

impl PagerView {
    /// For a list at `path`, asked for with cursor `asked`, that goes on at `after`.
    pub fn new(path: impl Into<String>, asked: Option<&str>, after: Option<String>) -> Self {
        Self {
            path: path.into(),
            after,
            first: asked.is_none(),
        }
    }
}
