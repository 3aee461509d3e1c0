//! A form as it comes back to the person: their text kept, each error beside its field.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Phrase;

/// Values and errors of a form, by field name.
///
/// ```
/// use blog_web::view::{FormView, Phrase};
///
/// let form = FormView::new("/account/login")
///     .value("login", "ada")
///     .error("password", Phrase::new("refusals-common-password"));
/// assert!(form.has_errors());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct FormView {
    /// Path below the mount that the form is sent to.
    action: String,
    /// What stands in each field. Passwords are never given back.
    values: BTreeMap<String, String>,
    /// A sentence for each field that was refused.
    errors: BTreeMap<String, Phrase>,
    /// A sentence about the form as a whole.
    error: Option<Phrase>,
}

impl FormView {
    /// An empty form that is sent to `action`, a path below the mount.
    pub fn new(action: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            ..Self::default()
        }
    }

    /// Puts a text into a field. A checkbox is on when its value is not empty.
    #[must_use]
    pub fn value(mut self, field: impl Into<String>, value: impl Into<String>) -> Self {
        self.values.insert(field.into(), value.into());
        self
    }

    /// Says what is wrong with a field, as a sentence that tells what to do.
    #[must_use]
    pub fn error(mut self, field: impl Into<String>, sentence: Phrase) -> Self {
        self.errors.insert(field.into(), sentence);
        self
    }

    /// Says what is wrong with the form as a whole.
    #[must_use]
    pub fn refuse(mut self, sentence: Phrase) -> Self {
        self.error = Some(sentence);
        self
    }

    /// What stands in each field.
    pub fn values(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The sentence about a field, if it was refused.
    pub fn error_of(&self, field: &str) -> Option<&Phrase> {
        self.errors.get(field)
    }

    /// Whether anything was refused.
    pub fn has_errors(&self) -> bool {
        self.error.is_some() || !self.errors.is_empty()
    }
}
