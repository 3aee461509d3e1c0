//! Text that a writer has not saved.

use std::collections::HashSet;

use crate::error::Reason;
use crate::id::{AutosaveId, PostId, UserId};
use crate::markdown;
use crate::time::Timestamp;

/// A form as somebody typed it: names and values in order, each name once. Nothing in it is checked as a save would
/// check it, so that also what could not be saved is kept: a title that is too long, a date that is none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FormText(Vec<(String, String)>);

impl FormText {
    /// The most bytes of all values: a whole post and its other fields.
    pub const MAX_BYTES: usize = markdown::MAX_POST_BYTES + 16 * 1024;

    /// The most fields.
    pub const MAX_FIELDS: usize = 40;

    /// The most bytes of a field's name.
    pub const MAX_NAME_BYTES: usize = 40;

    /// Takes the fields of a form.
    ///
    /// # Errors
    /// `TooManyBytes`, `TooMany`; `NotAChoice` for a name that is empty, too long, or there twice.
    pub fn new(fields: Vec<(String, String)>) -> Result<Self, Reason> {
        if fields.len() > Self::MAX_FIELDS {
            return Err(Reason::TooMany {
                max: Self::MAX_FIELDS,
            });
        }
        let mut names = HashSet::new();
        for (name, _) in &fields {
            let fits = !name.is_empty() && name.len() <= Self::MAX_NAME_BYTES;
            if !fits || !names.insert(name.as_str()) {
                return Err(Reason::NotAChoice);
            }
        }
        let bytes: usize = fields.iter().map(|(_, value)| value.len()).sum();
        if bytes > Self::MAX_BYTES {
            return Err(Reason::TooManyBytes {
                max: Self::MAX_BYTES,
            });
        }
        Ok(Self(fields))
    }

    /// For adapters: takes fields that were accepted when they were written.
    pub fn from_store(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }

    /// The fields in order.
    pub fn fields(&self) -> &[(String, String)] {
        &self.0
    }

    /// The value of a field; empty when there is none.
    pub fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(own, _)| own == name);
        found.map_or("", |(_, value)| value)
    }

    /// Whether both would save the same in the fields of `among`: fields that are not there are empty, and neither the
    /// kind of line ends nor white space at an end counts.
    pub fn means(&self, other: &FormText, among: &FormText) -> bool {
        let mut names = among.0.iter().map(|(name, _)| name);
        names.all(|name| plain(self.get(name)) == plain(other.get(name)))
    }
}

fn plain(value: &str) -> std::borrow::Cow<'_, str> {
    let value = value.trim_end();
    match value.contains('\r') {
        true => value.replace("\r\n", "\n").replace('\r', "\n").into(),
        false => value.into(),
    }
}

/// What a page on which somebody writes has kept so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Autosave {
    /// Made by the page, of random bits; no two pages share one.
    pub id: AutosaveId,
    /// Whose text it is; nobody else is ever given it.
    pub writer: UserId,
    /// The post that it is to change; `None` for one that was never saved.
    pub post: Option<PostId>,
    /// The post's version that the page was filled from; 0 for a new post.
    pub version: u64,
    /// How many texts the page had sent when it sent this one, so that one that comes late is known.
    pub step: u64,
    /// The text.
    pub text: FormText,
    /// When it was kept.
    pub saved_at: Timestamp,
}

impl Autosave {
    /// The most that are kept for one writer; of more, the oldest go.
    pub const MAX_A_WRITER: usize = 50;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(fields: &[(&str, &str)]) -> FormText {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        FormText::new(fields.iter().map(owned).collect()).unwrap()
    }

    #[test]
    fn what_would_save_the_same_is_the_same() {
        let typed = text(&[
            ("title", "One "),
            ("body", "a\r\nb\n\n"),
            ("slug", ""),
            ("page", "7"),
        ]);
        let same = text(&[("body", "a\nb"), ("title", "One")]);
        assert!(typed.means(&same, &same));
        assert!(!typed.means(&same, &typed), "a field more is looked at");
        let moved = text(&[("body", "a\n b"), ("title", "One")]);
        assert!(!typed.means(&moved, &moved));
        let more = text(&[("body", "a\nb"), ("title", "One"), ("tags", "x")]);
        assert!(!typed.means(&more, &more));
    }

    #[test]
    fn a_form_is_bounded() {
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let long = "x".repeat(FormText::MAX_BYTES);
        assert!(FormText::new(vec![field("body", &long)]).is_ok());
        assert_eq!(
            FormText::new(vec![field("body", &long), field("title", "y")]),
            Err(Reason::TooManyBytes {
                max: FormText::MAX_BYTES
            })
        );
        let many = (0..=FormText::MAX_FIELDS).map(|n| field(&n.to_string(), ""));
        assert!(FormText::new(many.collect()).is_err());
        assert!(FormText::new(vec![field("", "a")]).is_err());
        assert!(FormText::new(vec![field("a", ""), field("a", "")]).is_err());
        assert!(FormText::new(vec![field(&"n".repeat(41), "")]).is_err());
    }
}
