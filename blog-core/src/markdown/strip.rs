//! The text of HTML that the sanitiser wrote.

use super::plain::squeezed;

/// Elements that stand within a word; the others part words.
const INLINE: [&str; 18] = [
    "a", "abbr", "b", "code", "del", "em", "i", "ins", "kbd", "mark", "q", "s", "small", "span",
    "strong", "sub", "sup", "u",
];

/// The text of stored HTML without its markup, up to about so many bytes. Not HTML: escape it.
///
/// ```
/// let text = blog_core::markdown::text_of("<p>Tea &amp; <em>cak</em>es</p><p>For two</p>", 100);
/// assert_eq!(text, "Tea & cakes For two");
/// ```
pub fn text_of(html: &str, max: usize) -> String {
    let mut text = String::new();
    let mut rest = html;
    while text.len() < max {
        let Some((before, tag)) = rest.split_once('<') else {
            decode(rest, &mut text);
            break;
        };
        decode(before, &mut text);
        let end = end_of_tag(tag);
        let name = tag[..end]
            .trim_start_matches('/')
            .split(|c: char| !c.is_ascii_alphanumeric())
            .next()
            .unwrap_or_default();
        if !INLINE.contains(&name) {
            text.push(' ');
        }
        rest = tag.get(end + 1..).unwrap_or_default();
    }
    text.truncate(text.floor_char_boundary(max));
    squeezed(&text, max)
}

/// Where the `>` of a tag stands, which may hold others in its attributes.
fn end_of_tag(tag: &str) -> usize {
    let mut quoted = false;
    tag.bytes()
        .position(|byte| {
            quoted ^= byte == b'"';
            byte == b'>' && !quoted
        })
        .unwrap_or(tag.len())
}

/// The references that the sanitiser writes into text.
fn decode(html: &str, text: &mut String) {
    let mut rest = html;
    while let Some((before, reference)) = rest.split_once('&') {
        text.push_str(before);
        let known = [
            ("amp;", '&'),
            ("lt;", '<'),
            ("gt;", '>'),
            ("nbsp;", ' '),
            ("quot;", '"'),
        ];
        let meant = known
            .iter()
            .find_map(|(name, meant)| Some((*meant, reference.strip_prefix(name)?)));
        (_, rest) = match meant {
            Some((meant, behind)) => (text.push(meant), behind),
            None => (text.push('&'), reference),
        };
    }
    text.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::render_post;

    #[test]
    fn the_text_is_what_was_written() {
        for (source, text) in [
            ("# One\n\nTwo *thr*ee", "One Two three"),
            ("a < b && c > d &amp; \"e\"", "a < b && c > d & \"e\""),
            ("- one\n- two\n\n> three", "one two three"),
            (
                "`a<b>` [link](https://example.org/?a=1&b=2 \"a > b\")!",
                "a<b> link!",
            ),
            ("| a | b |\n|---|---|\n| c | d |", "a b c d"),
            ("夜の**港**", "夜の港"),
            ("", ""),
        ] {
            let html = render_post(source).unwrap().html;
            assert_eq!(text_of(&html, 1_000), text, "{html}");
        }
    }

    #[test]
    fn a_long_text_is_cut_and_broken_html_is_no_trouble() {
        let html = "<p>çay çay</p>".repeat(1_000);
        let text = text_of(&html, 101);
        assert!(
            text.len() <= 101 && text.starts_with("çay çay çay"),
            "{text}"
        );
        for broken in ["<", "a<", "<p title=\"", "&", "&amp", "<p", "</"] {
            let text = text_of(broken, 100);
            assert!(text.len() <= broken.len() + 1, "{broken}: {text}");
        }
    }
}
