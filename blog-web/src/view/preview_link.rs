//! A link that shows a post to whoever has it, as its makers see it.

use serde::Serialize;

use super::PersonView;

/// A link in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PreviewLinkView {
    /// Its id, for ending it.
    pub id: String,
    /// Who made it.
    pub maker: PersonView,
    /// Microseconds since the epoch.
    pub made_at: i64,
    /// From when on it shows nothing, in microseconds since the epoch.
    pub until: i64,
}
