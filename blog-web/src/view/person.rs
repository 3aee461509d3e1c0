//! A person as a byline shows them.

use serde::Serialize;

use super::PictureView;

/// Number of colours of the style sheet for people without a picture (`tone-0` to `tone-5`).
const TONES: u32 = 6;

/// Name and face of an author or commenter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonView {
    /// The name in addresses: `/@username`.
    pub username: String,
    /// The name that people read; never empty.
    pub name: String,
    /// Their picture.
    pub avatar: Option<PictureView>,
    /// Stands in for a missing picture: the first letter or digit of the name.
    initial: String,
    /// Colour behind the initial, the same wherever the person appears.
    tone: u32,
}

impl PersonView {
    /// A blank `display_name` falls back to the username.
    pub fn new(username: &str, display_name: &str, avatar: Option<PictureView>) -> Self {
        let name = match display_name.trim() {
            "" => username,
            name => name,
        };
        let first = name
            .chars()
            .find(|c| c.is_alphanumeric())
            .or_else(|| name.chars().next())
            .unwrap_or('?');
        let sum = username.bytes().fold(0_u32, |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(u32::from(byte))
        });
        Self {
            username: username.to_owned(),
            name: name.to_owned(),
            avatar,
            initial: first.to_uppercase().collect(),
            tone: sum % TONES,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_without_a_picture_has_an_initial() {
        let initial = |name: &str| PersonView::new("user", name, None).initial;
        assert_eq!(initial("Ada"), "A");
        assert_eq!(initial("  çiğdem"), "Ç");
        assert_eq!(initial("“Q”"), "Q");
        assert_eq!(initial("李白"), "李");
        assert_eq!(initial("🦀🦀"), "🦀");
        assert_eq!(initial("   "), "U");
        assert_eq!(PersonView::new("", "", None).initial, "?");
    }
}
