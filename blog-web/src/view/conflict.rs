//! Two versions of a post between which somebody has to choose.

use serde::Serialize;

use super::{Phrase, PictureView};

/// What a version says, in source form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceView {
    /// The title.
    pub title: String,
    /// Tags as they stand in the form: parted by commas.
    pub tags: String,
    /// The Markdown source.
    pub body: String,
}

/// A setting that differs between two versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChoiceView {
    /// Name of the field.
    pub field: &'static str,
    /// What it is called.
    pub title: Phrase,
    /// As it is stored, and chosen until somebody chooses otherwise.
    pub theirs: OptionView,
    /// As the person sent it.
    pub mine: OptionView,
}

/// A value to choose: words of ours, a text, or a picture.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct OptionView {
    /// What the form sends.
    pub value: String,
    /// Words of ours.
    pub words: Option<Phrase>,
    /// The value as people read it.
    pub text: Option<String>,
    /// The picture.
    pub picture: Option<PictureView>,
}
