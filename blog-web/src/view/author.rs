//! An author with their own page.

use serde::Serialize;

use super::PersonView;

/// An author as their own page shows them.
#[derive(Debug, Clone, Serialize)]
pub struct AuthorView {
    /// Name and face.
    pub person: PersonView,
    /// About them, plain text in their own words; may be empty.
    pub bio: String,
    /// How many posts of theirs are public, when the number is at hand.
    pub posts: Option<u64>,
}
