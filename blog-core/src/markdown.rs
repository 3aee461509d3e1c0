//! Markdown made into safe HTML.
//!
//! The way of a text: pulldown-cmark reads it, `write` turns its events into
//! well-formed HTML of bounded depth, and `clean` lets only an allow-list
//! through. The sanitiser alone decides what is safe; the writer before it only
//! sees to it that the sanitiser's parser never meets the unbalanced tags that
//! make HTML parsers take quadratic time and memory.
//!
//! # Dialect
//!
//! CommonMark with tables, footnotes, task lists and strikethrough. `#` becomes
//! `<h2>`, since a page's title is its only `<h1>`. Posts may use a small list
//! of HTML elements; in comments HTML is shown as the text it is.
//!
//! # Code
//!
//! A fenced block with a known language is coloured: its words are `<span>`s
//! with one of eight classes of a single letter.
//!
//! # Media
//!
//! `![alt](media:ID)` stands for an uploaded picture or video. It stays in the
//! stored HTML as `<img src="media:ID" alt="…">` and gets its address from
//! [`resolve_media`] when a page is made, so media can move between stores
//! without a post being touched.

mod absolute;
mod clean;
mod code;
mod comment;
mod footnotes;
mod media;
mod plain;
mod raw;
mod strip;
mod write;

pub use absolute::absolute_addresses;
pub use clean::is_forbidden;
pub use media::{MediaKind, ResolvedMedia, resolve_media};
pub use strip::text_of;

use pulldown_cmark::{Event, Options, Parser};
use thiserror::Error;
use uuid::Uuid;

/// Version of renderer and sanitiser, stored beside the HTML; raised when the
/// output changes, so that stored HTML can be made anew.
pub const RENDERER_VERSION: u32 = 2;

/// The longest source of a post, in bytes.
pub const MAX_POST_BYTES: usize = 512 * 1024;

/// The longest source of a comment, in bytes.
pub const MAX_COMMENT_BYTES: usize = 16 * 1024;

/// The most HTML that a post may become, in bytes. A text is seldom twice as long in HTML; a hundred thousand references
/// to one footnote are twenty times.
pub const MAX_HTML_BYTES: usize = 4 * 1024 * 1024;

/// How deep quotes, lists, emphasis and HTML elements may nest in all.
pub const MAX_NESTING: usize = 100;

/// Headings listed in a table of contents; later ones are left out.
pub const MAX_TOC_ENTRIES: usize = 200;

/// What a post's source became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// Sanitised HTML, with media placeholders for [`resolve_media`].
    pub html: String,
    /// Plain text from the first paragraphs, at most about 200 characters, cut
    /// between words and then ended by an ellipsis. Not HTML: escape it.
    pub excerpt: String,
    /// The first [`MAX_TOC_ENTRIES`] headings of level 2 and 3, in order.
    pub toc: Vec<TocEntry>,
    /// Media that the post shows, each once, in order of appearance.
    pub media: Vec<Uuid>,
    /// Number of words, for the reading time. A CJK character is a word.
    pub words: u32,
    /// All of the text without markup and addresses, for the search index.
    /// Not HTML: escape it.
    pub text: String,
}

/// A heading in the table of contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TocEntry {
    /// Level in the HTML, 2 or 3.
    pub level: u8,
    /// The `id` of the heading, to link to as `#id`.
    pub id: String,
    /// The heading's text, without markup. Not HTML: escape it.
    pub text: String,
}

/// Why a source was not rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MarkdownError {
    /// The source has more bytes than allowed.
    #[error("the text is longer than {max} bytes")]
    TooLarge {
        /// Bytes allowed.
        max: usize,
    },
    /// The HTML would have more bytes than allowed.
    #[error("the text becomes more than {max} bytes of HTML")]
    GrowsTooLarge {
        /// Bytes allowed.
        max: usize,
    },
    /// Quotes, lists, emphasis or HTML elements are nested too deep.
    #[error("the text is nested deeper than {max} levels")]
    TooDeep {
        /// Levels allowed.
        max: usize,
    },
}

/// Renders the source of a post, at most [`MAX_POST_BYTES`] long.
///
/// Fails with [`MarkdownError::TooLarge`] for a longer one, with
/// [`MarkdownError::TooDeep`] beyond [`MAX_NESTING`], and with
/// [`MarkdownError::GrowsTooLarge`] beyond [`MAX_HTML_BYTES`]. Takes time in proportion
/// to the source, about 0.1 ms for 3 KB and up to a second for the worst
/// 512 KiB: call it off the async threads when the source is long.
pub fn render_post(source: &str) -> Result<Rendered, MarkdownError> {
    check_size(source, MAX_POST_BYTES)?;
    check_container_markers(source)?;
    let source = without_controls(source);
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS;
    let events: Vec<Event<'_>> = Parser::new_ext(&source, options).collect();
    let plain = plain::extract(&events);
    let written = write::post(events)?;
    check_growth(&written.html)?;
    let html = clean::post(&written.html);
    check_growth(&html)?;
    Ok(Rendered {
        html,
        excerpt: plain.excerpt,
        toc: written.toc,
        media: written.media,
        words: plain.words,
        text: plain.text,
    })
}

/// Renders the source of a comment, at most [`MAX_COMMENT_BYTES`] long, to
/// sanitised HTML.
///
/// Knows paragraphs, emphasis, code, quotes, lists and links. Headings become
/// bold paragraphs, pictures become links, HTML is shown as text. Fails as
/// [`render_post`] does.
pub fn render_comment(source: &str) -> Result<String, MarkdownError> {
    check_size(source, MAX_COMMENT_BYTES)?;
    check_container_markers(source)?;
    let source = without_controls(source);
    let events = Parser::new_ext(&source, Options::ENABLE_STRIKETHROUGH);
    let written = write::comment(comment::reduce(events))?;
    Ok(clean::comment(&written.html))
}

/// What a source costs to render, in bytes of one without code.
pub(crate) fn cost(source: &str) -> usize {
    let has_code = source.contains("```") || source.contains("~~~");
    match has_code {
        // Up to two seconds.
        true => usize::MAX,
        false => source.len(),
    }
}

/// A text for HTML, as content or within the double quotes of an attribute.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    write::escape_into(&mut out, text);
    out
}

fn check_size(source: &str, max: usize) -> Result<(), MarkdownError> {
    if source.len() > max {
        return Err(MarkdownError::TooLarge { max });
    }
    Ok(())
}

/// Asked before the sanitiser too, which takes the longest of all.
fn check_growth(html: &str) -> Result<(), MarkdownError> {
    if html.len() > MAX_HTML_BYTES {
        return Err(MarkdownError::GrowsTooLarge {
            max: MAX_HTML_BYTES,
        });
    }
    Ok(())
}

/// Refuses lines that open more than [`MAX_NESTING`] quotes and list items at
/// once.
///
/// The parser's first pass visits every open container on every line, and a
/// blank line continues a list item without a single character of its own. So
/// `- - - - …` with 100 000 items, followed by as many blank lines, would take
/// hours before the first event, and with it the limit on nesting, is seen.
fn check_container_markers(source: &str) -> Result<(), MarkdownError> {
    for line in source.lines() {
        // No line shorter than this can hold too many; most lines end here.
        if line.len() > MAX_NESTING && leading_markers(line) > MAX_NESTING {
            return Err(MarkdownError::TooDeep { max: MAX_NESTING });
        }
    }
    Ok(())
}

/// How many quote and list markers a line starts with; 0 for a thematic break,
/// which looks like a row of list markers.
fn leading_markers(line: &str) -> usize {
    let rule = |mark: char| line.chars().all(|ch| ch == mark || ch == ' ' || ch == '\t');
    if rule('-') || rule('*') || rule('_') {
        return 0;
    }
    let bytes = line.as_bytes();
    let blank = |at: usize| {
        bytes
            .get(at)
            .is_none_or(|byte| matches!(byte, b' ' | b'\t'))
    };
    let mut markers = 0;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' => at += 1,
            b'>' => {
                markers += 1;
                at += 1;
            }
            b'-' | b'+' | b'*' if blank(at + 1) => {
                markers += 1;
                at += 1;
            }
            b'0'..=b'9' => {
                let digits = bytes[at..]
                    .iter()
                    .take_while(|byte| byte.is_ascii_digit())
                    .count();
                at += digits;
                if !matches!(bytes.get(at), Some(b'.' | b')')) || !blank(at + 1) {
                    break;
                }
                markers += 1;
                at += 1;
            }
            _ => break,
        }
    }
    markers
}

/// The source without the characters that XML, and so a feed, cannot carry.
fn without_controls(source: &str) -> std::borrow::Cow<'_, str> {
    if source.contains(clean::is_forbidden) {
        source
            .chars()
            .filter(|ch| !clean::is_forbidden(*ch))
            .collect::<String>()
            .into()
    } else {
        source.into()
    }
}
