//! The saved states of a post.

use super::post::{Body, Title};
use super::user::UserRef;
use crate::time::Timestamp;

/// What a list says of a saved state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionHead {
    /// The version that this save made.
    pub version: u64,
    /// The title then.
    pub title: Title,
    /// How many bytes of UTF-8 its source has.
    pub bytes: u64,
    /// Who saved it, as they are called now; `None` after that person's erasure.
    pub editor: Option<UserRef>,
    /// When.
    pub saved_at: Timestamp,
}

/// A saved state of a post: its title and source. Tags, cover, status and address are the post's own, whatever its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// What a list says of it.
    pub head: RevisionHead,
    /// Its source.
    pub body: Body,
}
