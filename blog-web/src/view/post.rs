//! A whole post.

use serde::Serialize;

use super::{CardView, SafeHtml};

/// A heading in the table of contents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TocView {
    /// 2 for a section, 3 for a part of one.
    pub level: u8,
    /// The heading's anchor in the body.
    pub id: String,
    /// The heading's words, plain.
    pub text: String,
}

/// A post as its own page shows it.
#[derive(Debug, Clone, Serialize)]
pub struct PostView {
    /// Its id, a key of the reader's journal of unsaved text.
    pub id: String,
    /// What lists show of it.
    pub card: CardView,
    /// The rendered text.
    pub body: SafeHtml,
    /// Whether the text has code in colours, whose sheet is one of its own.
    pub coloured: bool,
    /// Its headings in order; shown from three on.
    pub toc: Vec<TocView>,
    /// Whether the text was changed after publication, so that `updated_at` is worth showing.
    pub revised: bool,
    /// Whether the viewer likes it.
    pub liked: bool,
    /// Whether the viewer may like it; otherwise the number is shown without a button.
    pub can_like: bool,
    /// Whether the viewer may edit it.
    pub can_edit: bool,
    /// Whether the viewer may delete it.
    pub can_delete: bool,
}
