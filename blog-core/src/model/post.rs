//! Posts.

use super::media::MediaRef;
use super::slug::Slug;
use super::tag::{Tag, TagSlug};
use super::text::{Lines, take, text};
use super::user::{Bio, UserRef};
use crate::error::Reason;
use crate::id::{MediaId, PostId, UserId};
use crate::markdown::{self, TocEntry};
use crate::page::PageRequest;
use crate::time::Timestamp;

text! {
    /// 1 to 300 characters on one line.
    Title, |input| take(input, Lines::One, 1, 300)
}

text! {
    /// Markdown source of up to 512 KiB of UTF-8; may be empty, as a draft may be only a title.
    Body, parse_body
}

fn parse_body(input: &str) -> Result<String, Reason> {
    if input.len() > markdown::MAX_POST_BYTES {
        return Err(Reason::TooManyBytes {
            max: markdown::MAX_POST_BYTES,
        });
    }
    take(input, Lines::Many, 0, usize::MAX)
}

/// HTML that the sanitiser has let through. Only this type is written into pages unescaped.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SafeHtml(String);

impl SafeHtml {
    /// Takes HTML that came out of [`crate::markdown`], or out of a store that got it from there.
    pub fn from_sanitiser(html: String) -> Self {
        Self(html)
    }

    /// The HTML.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where a post stands. *Scheduled* is `Published` with a `published_at` that lies ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PostStatus {
    /// Seen by its author and by editors only.
    Draft,
    /// Seen by everybody and in every list, from `published_at` on.
    Published,
    /// Seen by everybody who has the address, from `published_at` on; in no list.
    Unlisted,
}

impl PostStatus {
    /// The word that stores keep.
    pub fn as_str(self) -> &'static str {
        match self {
            PostStatus::Draft => "draft",
            PostStatus::Published => "published",
            PostStatus::Unlisted => "unlisted",
        }
    }

    /// Reads the word back.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Draft, Self::Published, Self::Unlisted]
            .into_iter()
            .find(|status| status.as_str() == word)
    }
}

/// What was made of a body.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RenderedBody {
    /// With placeholders for media.
    pub html: SafeHtml,
    /// Plain text for lists.
    pub excerpt: String,
    /// Headings.
    pub toc: Vec<TocEntry>,
    /// For the reading time.
    pub words: u32,
    /// [`markdown::RENDERER_VERSION`] of the making.
    pub renderer_version: u32,
}

impl From<markdown::Rendered> for RenderedBody {
    fn from(rendered: markdown::Rendered) -> Self {
        Self {
            html: SafeHtml::from_sanitiser(rendered.html),
            excerpt: rendered.excerpt,
            toc: rendered.toc,
            words: rendered.words,
            renderer_version: markdown::RENDERER_VERSION,
        }
    }
}

/// A post whose HTML an older renderer made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutdatedPost {
    /// Identity.
    pub id: PostId,
    /// As [`Post::version`].
    pub version: u64,
    /// Its source.
    pub body: Body,
    /// What was made of the source.
    pub html: SafeHtml,
    /// Whether it is no draft.
    pub is_public: bool,
}

/// A whole post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Identity.
    pub id: PostId,
    /// Who wrote it.
    pub author: UserRef,
    /// Its word in the address.
    pub slug: Slug,
    /// Its title.
    pub title: Title,
    /// Its source.
    pub body: Body,
    /// What was made of the source.
    pub rendered: RenderedBody,
    /// In the author's order; the first is the category.
    pub tags: Vec<Tag>,
    /// The picture above the text.
    pub cover: Option<MediaRef>,
    /// The media items in body and cover that the post may show, as [`PostContent::media`]; no other placeholder of
    /// its HTML is resolved.
    pub media: Vec<MediaId>,
    /// Draft, published or unlisted.
    pub status: PostStatus,
    /// When it was, or will be, published for the first time. Kept when it becomes a draft again.
    pub published_at: Option<Timestamp>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When its content last changed.
    pub updated_at: Timestamp,
    /// Raised by one with every save; a new post has 1.
    pub version: u64,
    /// How many people like it.
    pub likes: u64,
    /// How many visitors saw it, each counted once a day.
    pub views: u64,
    /// How many visible comments it has, replies included.
    pub comments: u64,
    /// Whether the viewer of the question likes it.
    pub liked: bool,
}

/// A post as lists show one, joined in one query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostCard {
    /// Identity.
    pub id: PostId,
    /// Who wrote it.
    pub author: UserRef,
    /// Its word in the address.
    pub slug: Slug,
    /// Its title.
    pub title: Title,
    /// Plain text.
    pub excerpt: String,
    /// The rendered body, when the query asked for it; feeds do.
    pub html: Option<SafeHtml>,
    /// As [`Post::media`] when the query asked for HTML, else empty.
    pub media: Vec<MediaId>,
    /// In the author's order; the first is the category.
    pub tags: Vec<Tag>,
    /// The picture.
    pub cover: Option<MediaRef>,
    /// Draft, published or unlisted.
    pub status: PostStatus,
    /// When it was, or will be, published.
    pub published_at: Option<Timestamp>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When its content last changed.
    pub updated_at: Timestamp,
    /// For the reading time.
    pub words: u32,
    /// As [`Post::likes`].
    pub likes: u64,
    /// As [`Post::views`].
    pub views: u64,
    /// As [`Post::comments`].
    pub comments: u64,
}

/// Which posts a list is about. What of them the viewer may see is the `Visibility`'s matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PostScope {
    /// All.
    All,
    /// One author's.
    Author(UserId),
    /// Those of a status.
    Status(PostStatus),
    /// Those with a tag.
    Tag(TagSlug),
    /// Those whose `published_at` lies in a span of time.
    Between {
        /// Its first moment.
        from: Timestamp,
        /// The first moment behind it.
        until: Timestamp,
    },
    /// Those whose title, body or tags hold every one of these terms (made by [`crate::terms::query_terms`]).
    /// No terms find nothing.
    Search(Vec<String>),
}

/// A question for a list of posts.
#[derive(Debug, Clone)]
pub struct PostQuery {
    /// Which posts.
    pub scope: PostScope,
    /// Which page.
    pub page: PageRequest,
    /// Whether the cards carry their HTML.
    pub with_html: bool,
}

/// The slug that a write asks for: the store takes the first free of `base`, `base-2`, `base-3` …
/// and, after 20 tries, `base-` and eight random hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlugRequest {
    /// The wish.
    pub base: Slug,
}

/// The content of a write, common to creating and saving.
#[derive(Debug, Clone)]
pub struct PostContent {
    /// Its title.
    pub title: Title,
    /// Its source.
    pub body: Body,
    /// What was made of the source.
    pub rendered: RenderedBody,
    /// What search looks in, made by [`crate::terms::index_terms`] from title, tags and body.
    pub terms: String,
    /// In the author's order.
    pub tags: Vec<Tag>,
    /// The picture above the text.
    pub cover: Option<MediaId>,
    /// Every media item in body and cover, each once.
    pub media: Vec<MediaId>,
    /// Draft, published or unlisted.
    pub status: PostStatus,
    /// Present unless it never was published.
    pub published_at: Option<Timestamp>,
}

/// A post to be stored.
#[derive(Debug, Clone)]
pub struct NewPost {
    /// Identity, made by the caller.
    pub id: PostId,
    /// Who writes it.
    pub author: UserId,
    /// Its address.
    pub slug: SlugRequest,
    /// The rest.
    pub content: PostContent,
}

/// A save of a stored post.
#[derive(Debug, Clone)]
pub struct PostChange {
    /// Which.
    pub id: PostId,
    /// The version that the form was filled from.
    pub expected_version: u64,
    /// Who saves it.
    pub editor: UserId,
    /// A new address, if it is to have one. The old one stays the post's own and leads to the new.
    pub slug: Option<SlugRequest>,
    /// The rest.
    pub content: PostContent,
}

/// A post with its author's own words and what stands around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostInContext {
    /// The post.
    pub post: Post,
    /// What its author says of themselves; may be empty.
    pub bio: Bio,
    /// The post that was published before it.
    pub older: Option<PostCard>,
    /// The post that was published after it.
    pub newer: Option<PostCard>,
    /// Others that its readers may like, the nearest first, at most [`MAX_RELATED`]; they may be its neighbours.
    pub related: Vec<PostCard>,
}

/// The most related posts of one.
pub const MAX_RELATED: usize = 5;

/// What stands at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlugHit<T = Post> {
    /// The post.
    Current(Box<T>),
    /// The post had this slug once; it is at this one now.
    Moved(Slug),
}

/// What page caches need to know about the whole site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SiteState {
    /// Raised by every write whose effects say `invalidates`.
    pub generation: u64,
    /// The earliest `published_at` that lies ahead of the asked moment.
    pub next_publication: Option<Timestamp>,
}
