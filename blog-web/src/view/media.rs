//! An uploaded file in its owner's library.

use serde::Serialize;

use super::{FocusView, PersonView, PostStatus, WidthView};

/// What a file is, as far as a page shows it differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MediaKind {
    /// A picture; may be a cover.
    Image,
    /// A video.
    Video,
}

/// An uploaded picture or video.
#[derive(Debug, Clone, Serialize)]
pub struct MediaView {
    /// Its id: the value of the form field `cover`, and part of `/library/{id}`.
    pub id: String,
    /// Picture or video.
    pub kind: MediaKind,
    /// A path below the mount or an absolute address on the media host.
    pub src: String,
    /// As [`PictureView::small`](super::PictureView::small).
    pub small: String,
    /// As [`PictureView::choices`](super::PictureView::choices).
    pub choices: Vec<WidthView>,
    /// Width in pixels, when known.
    pub width: Option<u32>,
    /// Height in pixels, when known.
    pub height: Option<u32>,
    /// What stays in sight where it is cropped.
    pub focus: FocusView,
    /// What it shows, in the owner's words.
    pub alt: String,
    /// The name it was uploaded under, or another name that its owner knows it by.
    pub name: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Microseconds since the epoch.
    pub created_at: i64,
    /// The Markdown that shows it in a post.
    pub snippet: String,
    /// Whether it has been processed and can be shown.
    pub ready: bool,
}

/// Which files of a library are shown; serialised as the value of `?show=`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ShelfView {
    /// All.
    #[default]
    All,
    /// Pictures.
    Pictures,
    /// Videos.
    Videos,
    /// What nothing uses.
    Unused,
}

impl ShelfView {
    /// Every one, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::All, Self::Pictures, Self::Videos, Self::Unused];

    /// The value of `?show=`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Pictures => "pictures",
            Self::Videos => "videos",
            Self::Unused => "unused",
        }
    }
}

/// A post that uses a file.
#[derive(Debug, Clone, Serialize)]
pub struct PostPlaceView {
    /// As it stands in `/posts/{slug}`.
    pub slug: String,
    /// Its title; may be empty.
    pub title: String,
    /// Shown unless published.
    pub status: PostStatus,
    /// Whether the file is its cover.
    pub as_cover: bool,
}

/// Where a file is used, as far as the viewer may know.
#[derive(Debug, Clone, Default, Serialize)]
pub struct PlacesView {
    /// Whose portrait it is.
    pub people: Vec<PersonView>,
    /// Posts, last changed first.
    pub posts: Vec<PostPlaceView>,
    /// Whether it is used in places that are not named.
    pub elsewhere: bool,
    /// Whether it is used at all, and so cannot be deleted.
    pub used: bool,
}
