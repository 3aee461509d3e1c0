//! What stands around a text that is being written.

use serde::Serialize;

use super::SafeHtml;

/// A text that was not saved, as it is offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnsavedView {
    /// Its id, which the page made that it was written on.
    pub id: String,
    /// Its title; may be empty.
    pub title: String,
    /// How it begins; may be empty.
    pub excerpt: String,
    /// Microseconds since the epoch.
    pub saved_at: i64,
    /// By this a browser knows whether its own copy is newer.
    pub step: u64,
    /// Where it is brought back: a path below the mount.
    pub path: String,
}

/// How a text will look.
#[derive(Debug, Clone, Serialize)]
pub struct ProofView {
    /// The title; may be empty.
    pub title: String,
    /// The rendered text.
    pub html: SafeHtml,
}

/// What the script of a page with a text needs to know, and what is offered beside the text.
#[derive(Debug, Clone, Default, Serialize)]
pub struct DeskView {
    /// Whether the form shows what is stored: what a browser keeps of the same then need not be kept any more.
    pub fresh: bool,
    /// What the writer did not save, other than what the form shows; newest first.
    pub unsaved: Vec<UnsavedView>,
    /// How the text will look, where that was asked for without a script.
    pub preview: Option<ProofView>,
}
