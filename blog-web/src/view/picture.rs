//! A picture as a page shows it.

use serde::Serialize;

/// A picture with its place reserved, so that the page does not jump when it arrives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PictureView {
    /// A path below the mount (`/media/…`) or an absolute address on the media host.
    pub src: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// What it shows, for those who do not see it; empty for mere decoration.
    pub alt: String,
}
