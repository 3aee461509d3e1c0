//! How texts from people are taken: trimmed, in Unicode normal form C, without control characters.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use crate::error::Reason;

/// Whether line breaks may stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// One line: a line break is refused.
    One,
    /// Many lines: every kind of line break becomes `\n`; tabs stay, and so do the isolates that set off words of
    /// another direction, since what is shown of such a text ends with its paragraph.
    Many,
}

/// Takes a text: trims it, brings it into NFC, drops byte order marks, which come with pasted files, refuses control
/// characters and the invisible characters that turn the direction of a whole line (Unicode TR 36, section 2.4: bidi
/// overrides).
///
/// # Errors
/// `Empty` below one character when `min` is at least one, `TooShort`, `TooLong` in characters (scalar values),
/// `ControlCharacters`.
pub fn take(input: &str, lines: Lines, min: usize, max: usize) -> Result<String, Reason> {
    let input = unified(input, lines);
    let text: String = match lines {
        Lines::One => input.trim().nfc().collect(),
        // Leading white space is Markdown's (an indented code block).
        Lines::Many => input.trim_end().nfc().collect(),
    };
    let forbidden = |c: char| {
        let line_break = lines == Lines::Many && matches!(c, '\n' | '\t');
        (c.is_control() && !line_break)
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{2029}')
            || (matches!(c, '\u{2066}'..='\u{2069}') && lines == Lines::One)
            // Characters that no XML document can carry (XML 1.0, section 2.2), and so no feed.
            || matches!(c, '\u{fffe}' | '\u{ffff}')
    };
    if text.chars().any(forbidden) {
        return Err(Reason::ControlCharacters);
    }
    let length = text.chars().count();
    if text.trim().is_empty() && min > 0 {
        return Err(Reason::Empty);
    }
    if length < min {
        return Err(Reason::TooShort { min });
    }
    if length > max {
        return Err(Reason::TooLong { max });
    }
    Ok(text)
}

/// The text with one kind of line break, where there may be any, and without byte order marks.
fn unified(input: &str, lines: Lines) -> Cow<'_, str> {
    // Of Unicode's mandatory breaks (UAX 14), all but `\n`.
    let breaks = |c: char| {
        lines == Lines::Many
            && matches!(
                c,
                '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
            )
    };
    if !input.contains(|c| c == '\u{feff}' || breaks(c)) {
        return Cow::Borrowed(input);
    }
    let input = input.replace("\r\n", "\n");
    let kept = input.chars().filter(|c| *c != '\u{feff}');
    Cow::Owned(kept.map(|c| if breaks(c) { '\n' } else { c }).collect())
}

/// Declares a newtype over a `String` that is made by parsing only.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $parse:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text, owned.
            pub fn into_string(self) -> String {
                self.0
            }

            /// For adapters: takes a text that this type accepted when it was written. It is not
            /// parsed again, so that a limit that was lowered later hides nobody's text.
            pub fn from_store(text: String) -> Self {
                Self(text)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = $crate::error::Reason;

            fn try_from(input: &str) -> Result<Self, $crate::error::Reason> {
                let parse: fn(&str) -> Result<String, $crate::error::Reason> = $parse;
                parse(input).map(Self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}
pub(crate) use text;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pasted_unseen_is_taken_as_what_it_means() {
        const REFUSED: Result<&str, Reason> = Err(Reason::ControlCharacters);
        for (input, many, one) in [
            ("a\r\nb\rc", Ok("a\nb\nc"), REFUSED),
            ("a\u{2028}b", Ok("a\nb"), REFUSED),
            ("a\u{2029}b", Ok("a\nb"), REFUSED),
            ("a\u{85}b", Ok("a\nb"), REFUSED),
            ("a\u{b}b\u{c}c", Ok("a\nb\nc"), REFUSED),
            ("\u{feff}a\u{feff}b", Ok("ab"), Ok("ab")),
            ("\u{feff}", Err(Reason::Empty), Err(Reason::Empty)),
            (
                "a \u{2068}\u{5d0}\u{2069} b",
                Ok("a \u{2068}\u{5d0}\u{2069} b"),
                REFUSED,
            ),
            ("a\u{202e}b", REFUSED, REFUSED),
            ("a\u{202a}b", REFUSED, REFUSED),
            ("a\u{1}b", REFUSED, REFUSED),
            ("a\u{fffe}b", REFUSED, REFUSED),
        ] {
            let taken = |lines| take(input, lines, 1, 99);
            assert_eq!(taken(Lines::Many), many.map(str::to_owned), "{input:?}");
            assert_eq!(taken(Lines::One), one.map(str::to_owned), "{input:?}");
        }
    }
}
