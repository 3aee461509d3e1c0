//! What stands around every page: head, header, messages, footer.

use serde::Serialize;

use super::{Lang, PersonView, Phrase};

/// The site as pages name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SiteView {
    /// Its name.
    pub title: String,
    /// A sentence about it, shown on the home page; may be empty.
    pub description: String,
    /// Language of the pages' own words.
    pub lang: Lang,
}

/// Who is looking, when logged in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ViewerView {
    /// Name and face.
    pub person: PersonView,
    /// Whether they may write posts, so that Write, Drafts and Library are offered.
    pub can_write: bool,
}

/// Kind of a message; serialised as the name of its class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FlashKind {
    /// It worked.
    Success,
    /// Good to know.
    Info,
    /// It did not work.
    Error,
}

/// A message about what the person has just done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FlashView {
    /// Success, info or error.
    pub kind: FlashKind,
    /// One plain sentence.
    pub text: Phrase,
}

/// A feed that readers' programs discover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeedLink {
    /// Path below the mount: `/feed.xml`.
    pub path: String,
    /// What people call it: `RSS`.
    pub label: String,
    /// `application/rss+xml` or `application/atom+xml`.
    pub content_type: String,
}

/// What stands around every page. [`PageChrome::new`] gives one for an anonymous reader.
#[derive(Debug, Clone, Serialize)]
pub struct PageChrome {
    /// The site.
    pub site: SiteView,
    /// Who is looking; none for anonymous readers.
    pub viewer: Option<ViewerView>,
    /// Whether people may register themselves.
    pub registration_open: bool,
    /// Messages about what was just done.
    pub flashes: Vec<FlashView>,
    /// This page's path below the mount, which marks the current entry of the navigation.
    pub path: String,
    /// Path to come back to after logging in (`?next=`); none leaves the parameter out.
    pub next: Option<String>,
    /// A sentence about the page for search engines and previews.
    pub description: Option<String>,
    /// The page's one true absolute address.
    pub canonical: Option<String>,
    /// Absolute address of a picture for previews.
    pub preview_image: Option<String>,
    /// Whether search engines shall leave the page alone.
    pub noindex: bool,
    /// Feeds of this page; those of the site when nothing narrower fits.
    pub feeds: Vec<FeedLink>,
}

impl PageChrome {
    /// For an anonymous reader of `path`: registration open, the site's RSS and Atom feeds, no
    /// message.
    pub fn new(site: SiteView, path: impl Into<String>) -> Self {
        let feed = |path: &str, label: &str, content_type: &str| FeedLink {
            path: path.to_owned(),
            label: label.to_owned(),
            content_type: content_type.to_owned(),
        };
        Self {
            site,
            viewer: None,
            registration_open: true,
            flashes: Vec::new(),
            path: path.into(),
            next: None,
            description: None,
            canonical: None,
            preview_image: None,
            noindex: false,
            feeds: vec![
                feed("/feed.xml", "RSS", "application/rss+xml"),
                feed("/atom.xml", "Atom", "application/atom+xml"),
            ],
        }
    }
}
