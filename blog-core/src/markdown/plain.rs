//! The text of a post without its markup.

use pulldown_cmark::{Event, Tag, TagEnd};
use unicode_segmentation::UnicodeSegmentation;

/// The longest excerpt, in user-perceived characters (grapheme clusters),
/// without the ellipsis.
const EXCERPT_GRAPHEMES: usize = 200;

/// Text of paragraphs that is gathered for the excerpt, in bytes; more than 200
/// graphemes of any natural text.
const EXCERPT_SOURCE_BYTES: usize = 8_192;

/// The plain side of a post.
#[derive(Debug)]
pub(super) struct Plain {
    pub(super) text: String,
    pub(super) excerpt: String,
    pub(super) words: u32,
}

/// Takes text, excerpt and number of words from a post.
pub(super) fn extract(events: &[Event<'_>]) -> Plain {
    let mut text = String::new();
    let mut paragraphs = String::new();
    let mut in_paragraph = false;
    let mut notes = 0_usize;
    let mut images = 0_usize;
    for event in events {
        let piece = match event {
            Event::Text(piece) | Event::Code(piece) => &**piece,
            Event::InlineMath(piece) | Event::DisplayMath(piece) => &**piece,
            Event::SoftBreak | Event::HardBreak => " ",
            _ => {
                match event {
                    Event::Start(Tag::Paragraph) => in_paragraph = true,
                    Event::End(TagEnd::Paragraph) => in_paragraph = false,
                    Event::Start(Tag::FootnoteDefinition(_)) => notes += 1,
                    Event::End(TagEnd::FootnoteDefinition) => notes = notes.saturating_sub(1),
                    Event::Start(Tag::Image { .. }) => images += 1,
                    Event::End(TagEnd::Image) => images = images.saturating_sub(1),
                    _ => {}
                }
                if ends_a_word(event) {
                    text.push(' ');
                    paragraphs.push(' ');
                }
                continue;
            }
        };
        text.push_str(piece);
        let wanted = in_paragraph && notes == 0 && images == 0;
        if wanted && paragraphs.len() < EXCERPT_SOURCE_BYTES {
            paragraphs.push_str(piece);
        }
    }
    let text = squeezed(&text, usize::MAX);
    let mut excerpt = squeezed(&paragraphs, EXCERPT_SOURCE_BYTES);
    if excerpt.is_empty() {
        excerpt = squeezed(&text, EXCERPT_SOURCE_BYTES);
    }
    let words = u32::try_from(text.unicode_words().count()).unwrap_or(u32::MAX);
    Plain {
        excerpt: cut(&excerpt),
        text,
        words,
    }
}

/// The text up to the end of the image that has just begun, and the number of
/// events that it takes, the end included.
pub(super) fn image_text(rest: &[Event<'_>]) -> (String, usize) {
    let mut images = 1_usize;
    let end = rest
        .iter()
        .position(|event| {
            match event {
                Event::Start(Tag::Image { .. }) => images += 1,
                Event::End(TagEnd::Image) => images -= 1,
                _ => {}
            }
            images == 0
        })
        .unwrap_or(rest.len());
    (joined(&rest[..end]), (end + 1).min(rest.len()))
}

/// The text up to the end of the heading that has just begun.
pub(super) fn heading_text(rest: &[Event<'_>]) -> String {
    let end = rest
        .iter()
        .position(|event| matches!(event, Event::End(TagEnd::Heading(_))));
    joined(&rest[..end.unwrap_or(rest.len())])
}

fn joined(events: &[Event<'_>]) -> String {
    let mut text = String::new();
    for event in events {
        match event {
            Event::Text(piece) | Event::Code(piece) => text.push_str(piece),
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            _ => {}
        }
    }
    squeezed(&text, usize::MAX)
}

/// Whether words before and after the event are two words.
fn ends_a_word(event: &Event<'_>) -> bool {
    let inline = matches!(
        event,
        Event::Start(
            Tag::Emphasis
                | Tag::Strong
                | Tag::Strikethrough
                | Tag::Superscript
                | Tag::Subscript
                | Tag::Link { .. }
        ) | Event::End(
            TagEnd::Emphasis
                | TagEnd::Strong
                | TagEnd::Strikethrough
                | TagEnd::Superscript
                | TagEnd::Subscript
                | TagEnd::Link
        ) | Event::InlineHtml(_)
            | Event::FootnoteReference(_)
    );
    !inline
}

/// The text with each run of white space and control characters made one
/// space, none at the ends; stops after `max` bytes.
pub(super) fn squeezed(text: &str, max: usize) -> String {
    let mut squeezed = String::with_capacity(text.len().min(max));
    for word in text.split(|ch: char| ch.is_whitespace() || ch.is_control()) {
        if squeezed.len() >= max {
            break;
        }
        if !word.is_empty() {
            if !squeezed.is_empty() {
                squeezed.push(' ');
            }
            squeezed.push_str(word);
        }
    }
    squeezed
}

/// The first [`EXCERPT_GRAPHEMES`] of a text, cut between words, an ellipsis
/// behind it when something is missing.
fn cut(text: &str) -> String {
    let Some((limit, _)) = text.grapheme_indices(true).nth(EXCERPT_GRAPHEMES) else {
        return text.to_owned();
    };
    let end = text
        .split_word_bound_indices()
        .map(|(at, _)| at)
        .take_while(|at| *at <= limit)
        .last()
        .filter(|at| *at > limit / 2)
        // One endless word: cut it, but between graphemes.
        .unwrap_or(limit);
    format!(
        "{}…",
        text[..end].trim_end_matches(|ch: char| !ch.is_alphanumeric() && ch != ')')
    )
}
