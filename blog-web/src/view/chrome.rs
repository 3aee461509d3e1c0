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
    /// The unsaved text that is saved now, so that the browser need not keep its copy.
    pub saved: Option<String>,
}

/// A feed that readers' programs discover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeedLink {
    /// Path below the mount: `/feed.xml`.
    pub path: String,
    /// What people call it: `RSS`.
    pub label: &'static str,
    /// Its media type.
    pub content_type: &'static str,
    /// Whose posts: the site's name, an author's, a tag's.
    pub of: String,
}

impl FeedLink {
    /// The three feeds of a page at this path below the mount.
    pub fn of(page: &str, of: &str) -> Vec<Self> {
        let page = page.trim_end_matches('/');
        let feed = |file: &str, label, content_type| Self {
            path: format!("{page}/{file}"),
            label,
            content_type,
            of: of.to_owned(),
        };
        vec![
            feed("feed.xml", "RSS", "application/rss+xml"),
            feed("atom.xml", "Atom", "application/atom+xml"),
            feed("feed.json", "JSON Feed", "application/feed+json"),
        ]
    }
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
    /// For an anonymous reader of `path`: registration open, the site's feeds, no message.
    pub fn new(site: SiteView, path: impl Into<String>) -> Self {
        Self {
            feeds: FeedLink::of("/", &site.title),
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
        }
    }
}
