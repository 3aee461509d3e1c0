//! A picture as a page shows it.

use blog_core::model::focus::Focus;
use serde::Serialize;

/// A picture with its place reserved, so that the page does not jump when it arrives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PictureView {
    /// A path below the mount (`/media/…`) or an absolute address on the media host.
    pub src: String,
    /// The same of its smallest copy that is wide enough for a portrait or thumbnail; of itself where it has none.
    pub small: String,
    /// What a browser may choose from, narrowest first; empty when there is nothing to choose.
    pub choices: Vec<WidthView>,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// What stays in sight where it is cropped.
    pub focus: FocusView,
    /// What it shows, for those who do not see it; empty for mere decoration.
    pub alt: String,
}

/// A picture in one of its widths, for `srcset`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WidthView {
    /// Width in pixels.
    pub width: u32,
    /// As [`PictureView::src`].
    pub src: String,
}

/// A point of a picture as two classes of the style sheet, `fx-{column}` and `fy-{row}`: no style can stand in a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FocusView {
    /// From the left, below [`Focus::STEPS`].
    pub column: u8,
    /// From the top, below [`Focus::STEPS`].
    pub row: u8,
    /// Whether it is the middle, which needs no class.
    pub centre: bool,
}

impl From<Focus> for FocusView {
    fn from(focus: Focus) -> Self {
        Self {
            column: focus.column(),
            row: focus.row(),
            centre: focus == Focus::CENTRE,
        }
    }
}
