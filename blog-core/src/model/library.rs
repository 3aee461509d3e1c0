//! What is asked of somebody's library, and where an item of it is used.

use super::post::{PostStatus, Title};
use super::slug::Slug;
use super::user::{DisplayName, Username};
use crate::terms;
use crate::time::Timestamp;

/// Which items of a library are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum MediaFilter {
    /// All of them.
    #[default]
    All,
    /// Pictures.
    Images,
    /// Videos.
    Videos,
    /// What nothing uses.
    Unused,
}

/// A question to a library; the default one asks for everything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MediaQuery {
    words: Vec<String>,
    /// Which items.
    pub filter: MediaFilter,
}

impl MediaQuery {
    /// The most words that are looked for; later ones are left out.
    pub const MAX_WORDS: usize = 8;

    /// Asks for the items of this filter whose [`search_terms`](super::media::MediaItem::search_terms) hold, for each
    /// word of `text`, one that begins with it: a word is found while it is being typed. `None` when `text` is not
    /// blank and yet has no word, so that nothing can be found.
    pub fn new(text: &str, filter: MediaFilter) -> Option<Self> {
        let mut words = terms::query_terms(text);
        if words.is_empty() && !text.trim().is_empty() {
            return None;
        }
        words.truncate(Self::MAX_WORDS);
        Some(Self { words, filter })
    }

    /// The words as terms: ASCII letters and digits only.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// Whether an item of these [`search_terms`](super::media::MediaItem::search_terms) has every word.
    pub fn finds(&self, search_terms: &str) -> bool {
        self.words.iter().all(|word| {
            search_terms
                .split(' ')
                .any(|term| term.starts_with(word.as_str()))
        })
    }
}

/// Where an item is used, as far as somebody may know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MediaPlaces {
    /// Whose avatar it is.
    pub avatars: Vec<(Username, DisplayName)>,
    /// Posts that show it, last changed first.
    pub posts: Vec<PostPlace>,
    /// Whether it is used in further places: there are too many, or they may not be told.
    pub elsewhere: bool,
}

impl MediaPlaces {
    /// Whether it is used at all.
    pub fn is_used(&self) -> bool {
        self.elsewhere || !self.avatars.is_empty() || !self.posts.is_empty()
    }
}

/// A post that uses an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostPlace {
    /// Its address.
    pub slug: Slug,
    /// Its title.
    pub title: Title,
    /// Draft, published or unlisted.
    pub status: PostStatus,
    /// When it was, or will be, published.
    pub published_at: Option<Timestamp>,
    /// Whether the item is its cover; it may stand in the text too.
    pub as_cover: bool,
}
