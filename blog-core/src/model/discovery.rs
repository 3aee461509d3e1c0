//! What programs read of a whole site: feeds and site maps.

use super::post::{PostCard, SiteState};
use super::slug::Slug;
use super::tag::TagSlug;
use super::user::Username;
use crate::id::UserId;
use crate::page::PageRequest;
use crate::time::Timestamp;

/// What a feed is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedScope {
    /// Everybody's posts.
    All,
    /// One author's.
    Author(UserId),
    /// Those with a tag.
    Tag(TagSlug),
}

/// A question for the posts of a feed.
#[derive(Debug, Clone)]
pub struct FeedQuery {
    /// Which posts.
    pub scope: FeedScope,
    /// How many.
    pub page: PageRequest,
    /// The longest HTML that a card carries: in characters, or in bytes where a store counts those.
    pub max_html: u32,
}

/// The posts of a feed, and the site that they were read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// The site at the moment that the posts are of, or before.
    pub site: SiteState,
    /// Newest first.
    pub posts: Vec<PostCard>,
}

/// A post in a site map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedPost {
    /// Its word in the address.
    pub slug: Slug,
    /// When the public last saw it change: when its content changed, or when it appeared, whichever is later.
    pub changed_at: Timestamp,
}

/// A part of a site map that holds posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MappedPart {
    /// Its number.
    pub number: u32,
    /// The latest [`MappedPost::changed_at`] of its posts, where that is among the newest of the site.
    pub changed_at: Option<Timestamp>,
}

/// A list of posts in a site map, by what it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedList<K> {
    /// An author or a tag.
    pub of: K,
    /// When its newest post appeared.
    pub newest_at: Timestamp,
}

/// The page of an author.
pub type MappedAuthor = MappedList<Username>;

/// The page of a tag.
pub type MappedTag = MappedList<TagSlug>;
