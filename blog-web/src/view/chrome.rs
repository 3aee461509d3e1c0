//! What stands around every page: head, header, messages, footer.

use serde::Serialize;

use super::{Lang, PersonView, Phrase, PictureView, StructuredData};

/// The site as pages name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SiteView {
    /// Its name.
    pub title: String,
    /// A sentence about it, shown on the home page; may be empty.
    pub description: String,
    /// Language of the pages' own words.
    pub lang: Lang,
    /// The picture beside the name.
    pub logo: Option<PictureView>,
    /// The admin's menu, in order.
    pub menu: Vec<MenuEntryView>,
    /// At the foot of every page; may be empty.
    pub footer: String,
}

/// An entry of the menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MenuEntryView {
    /// Its words.
    pub label: String,
    /// A path below the mount, or an `https` address of another site.
    pub target: String,
    /// Whether it leads to another site.
    pub outside: bool,
}

/// Who is looking, when logged in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ViewerView {
    /// Name and face.
    pub person: PersonView,
    /// Whether they may write posts, so that Write, Drafts and Library are offered.
    pub can_write: bool,
    /// Whether they look after others' posts and comments, so that the way to the administration is offered.
    pub can_moderate: bool,
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

/// A picture that stands for a page elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PreviewView {
    /// Its absolute address.
    pub address: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// What it shows; may be empty.
    pub alt: String,
    /// Whether it is to stand above the words, not beside them.
    pub large: bool,
}

/// A post as previews elsewhere name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ArticleView {
    /// Microseconds since the epoch.
    pub published_at: i64,
    /// Microseconds since the epoch.
    pub updated_at: i64,
    /// Who wrote it.
    pub author: String,
    /// Their page's absolute address.
    pub author_page: String,
    /// Names of the tags; the first one is the category.
    pub tags: Vec<String>,
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
    /// Where the choice of another language leads back to: the page's address below the mount.
    pub back: String,
    /// Path to come back to after logging in (`?next=`); none leaves the parameter out.
    pub next: Option<String>,
    /// A sentence about the page for search engines and previews.
    pub description: Option<String>,
    /// The page's one true absolute address; search engines leave a page without one alone.
    pub canonical: Option<String>,
    /// The absolute address of what stands before this page: the post that was published before it. A list that is paged
    /// by key knows no page before.
    pub prev_page: Option<String>,
    /// The absolute address of what stands behind it: the next page of a list, or the post that was published next.
    pub next_page: Option<String>,
    /// The picture for previews.
    pub preview: Option<PreviewView>,
    /// What previews say of a post.
    pub article: Option<ArticleView>,
    /// The same facts for programs.
    pub data: Option<StructuredData>,
    /// Whether search engines shall leave the page alone.
    pub noindex: bool,
    /// Feeds of this page; those of the site when nothing narrower fits.
    pub feeds: Vec<FeedLink>,
}

impl PageChrome {
    /// For an anonymous reader of `path`: registration open, the site's feeds, no message.
    pub fn new(site: SiteView, path: impl Into<String>) -> Self {
        let path = path.into();
        Self {
            feeds: FeedLink::of("/", &site.title),
            site,
            viewer: None,
            registration_open: true,
            flashes: Vec::new(),
            back: path.clone(),
            path,
            next: None,
            description: None,
            canonical: None,
            prev_page: None,
            next_page: None,
            preview: None,
            article: None,
            data: None,
            noindex: false,
        }
    }
}
