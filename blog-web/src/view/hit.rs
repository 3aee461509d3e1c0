//! What a search found.

use serde::Serialize;

use super::CardView;

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MarkView {
    /// What it says.
    pub text: String,
    /// Whether it is what was searched for, and marked.
    pub hit: bool,
}

/// A post that was found.
#[derive(Debug, Clone, Serialize)]
pub struct HitView {
    /// What other lists show of it.
    pub card: CardView,
    /// Its title in pieces, shown in place of the card's.
    pub title: Vec<MarkView>,
    /// A part of its text in pieces, shown in place of the card's excerpt.
    pub excerpt: Vec<MarkView>,
}
