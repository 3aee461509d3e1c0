//! Static pages: About, Imprint, Privacy and their like. They stand in no list of posts and have no author.

use super::post::{Body, SafeHtml, Title};
use super::slug::PageSlug;
use crate::id::{MediaId, StaticPageId};
use crate::markdown::{RENDERER_VERSION, Rendered};
use crate::time::Timestamp;

/// The content of a write, common to creating and saving.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaticPageContent {
    /// Its word in the address.
    pub slug: PageSlug,
    /// Its title.
    pub title: Title,
    /// Markdown.
    pub body: Body,
    /// What was made of the source, with placeholders for media.
    pub html: SafeHtml,
    /// The beginning in plain text, for search engines and previews.
    pub excerpt: String,
    /// The media items that the page may show, each once; no other placeholder of its HTML is resolved.
    pub media: Vec<MediaId>,
    /// [`RENDERER_VERSION`] of the making.
    pub renderer_version: u32,
    /// Whether everybody sees it; a draft is for admins.
    pub published: bool,
    /// Whether it stands in the menu while it is published.
    pub in_menu: bool,
}

/// A stored static page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaticPage {
    /// Identity.
    pub id: StaticPageId,
    /// What it says.
    pub content: StaticPageContent,
    /// Raised by one with every save; a new page has 1.
    pub version: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last saved.
    pub updated_at: Timestamp,
}

/// A static page to be stored.
#[derive(Debug, Clone)]
pub struct NewStaticPage {
    /// Identity, made by the caller.
    pub id: StaticPageId,
    /// What it says.
    pub content: StaticPageContent,
}

/// A save of a stored static page.
#[derive(Debug, Clone)]
pub struct StaticPageChange {
    /// Which.
    pub id: StaticPageId,
    /// The version that the form was filled from.
    pub expected_version: u64,
    /// What it says now.
    pub content: StaticPageContent,
}

/// What was made of a static page's source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedPage {
    /// As [`StaticPageContent::html`].
    pub html: SafeHtml,
    /// As [`StaticPageContent::excerpt`].
    pub excerpt: String,
    /// As [`StaticPageContent::renderer_version`].
    pub renderer_version: u32,
}

impl From<Rendered> for RenderedPage {
    fn from(rendered: Rendered) -> Self {
        Self {
            html: SafeHtml::from_sanitiser(rendered.html),
            excerpt: rendered.excerpt,
            renderer_version: RENDERER_VERSION,
        }
    }
}

/// A static page as lists show one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaticPageLine {
    /// Identity.
    pub id: StaticPageId,
    /// Its word in the address.
    pub slug: PageSlug,
    /// Its title.
    pub title: Title,
    /// As [`StaticPageContent::published`].
    pub published: bool,
    /// As [`StaticPageContent::in_menu`].
    pub in_menu: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last saved.
    pub updated_at: Timestamp,
}

/// What stands at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StaticPageHit {
    /// The page.
    Current(Box<StaticPage>),
    /// The page had this slug once; it is at this one now.
    Moved(PageSlug),
}
