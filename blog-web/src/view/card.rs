//! A post in a list.

use serde::Serialize;

use super::{PersonView, PictureView};

/// Who can find a post. Serialised as the value of the form field `status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PostStatus {
    /// Only its author.
    #[default]
    Draft,
    /// Everybody.
    Published,
    /// Everybody, from `published_at` on.
    Scheduled,
    /// Everybody who has the address.
    Unlisted,
}

/// A tag with its page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TagView {
    /// As people read it.
    pub name: String,
    /// As it stands in `/tags/{slug}`.
    pub slug: String,
}

/// A post in a list: title, opening and figures, without its body.
#[derive(Debug, Clone, Serialize)]
pub struct CardView {
    /// As it stands in `/posts/{slug}`.
    pub slug: String,
    /// The title; an empty one is shown as "Untitled".
    pub title: String,
    /// Opening of the text, plain.
    pub excerpt: String,
    /// Who wrote it.
    pub author: PersonView,
    /// Draft, published, scheduled or unlisted; shown unless published.
    pub status: PostStatus,
    /// Microseconds since the epoch; none before publication.
    pub published_at: Option<i64>,
    /// Microseconds since the epoch.
    pub updated_at: i64,
    /// The first one is the post's category.
    pub tags: Vec<TagView>,
    /// Picture of the post.
    pub cover: Option<PictureView>,
    /// Minutes it takes to read; 0 shows nothing.
    pub reading_minutes: u32,
    /// How many people like it.
    pub likes: u64,
    /// How many comments it has.
    pub comments: u64,
    /// How many visitors it had.
    pub views: u64,
}
