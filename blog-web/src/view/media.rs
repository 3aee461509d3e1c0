//! An uploaded file in its owner's library.

use serde::Serialize;

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
    /// Its id: the value of the form field `cover`, and part of `/library/{id}/delete`.
    pub id: String,
    /// Picture or video.
    pub kind: MediaKind,
    /// A path below the mount or an absolute address on the media host.
    pub src: String,
    /// Width in pixels, when known.
    pub width: Option<u32>,
    /// Height in pixels, when known.
    pub height: Option<u32>,
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
