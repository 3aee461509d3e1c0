//! Events made into well-formed HTML.
//!
//! Every element that is opened here is closed here, in order, including those
//! that a writer typed as HTML; and no element stands where an HTML parser would
//! close another one on its account. So the sanitiser's parser sees a tree of
//! at most [`MAX_NESTING`] levels and does nothing but read it.

mod typed;

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use pulldown_cmark::{Alignment, CodeBlockKind, Event, HeadingLevel, LinkType, Tag, TagEnd};
use uuid::Uuid;

use super::footnotes::{Footnotes, Note};
use super::{MAX_NESTING, MAX_TOC_ENTRIES, MarkdownError, TocEntry, clean, code, media, plain};
use crate::slugify::slugify;

/// Empty table cells that are written. Rows are filled up to the width of their
/// table, so a few bytes of source can ask for thousands of cells.
const MAX_EMPTY_CELLS: usize = 10_000;

/// The longest text node that the sanitiser gets to see, about, in bytes.
///
/// html5ever's serialiser looks for `<` through all of what is left of a text
/// each time that it meets an `&` or a character of U+0080 to U+00BF, which
/// takes quadratic time on a long text of those. An empty comment ends a text
/// node and is gone after cleaning.
const MAX_TEXT_NODE_BYTES: usize = 4_096;

/// The longest value of an attribute, in bytes, for the same reason; a longer
/// text is cut, a longer address is no address.
const MAX_ATTRIBUTE_BYTES: usize = 4_096;

/// What writing gives, not yet sanitised.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) html: String,
    pub(super) toc: Vec<TocEntry>,
    pub(super) media: Vec<Uuid>,
}

/// Writes a post.
pub(super) fn post(events: Vec<Event<'_>>) -> Result<Written, MarkdownError> {
    let (body, footnotes) = Footnotes::split(events);
    let mut writer = Writer {
        footnotes,
        pictures: true,
        top_heading: top_heading(&body),
        ..Writer::default()
    };
    writer.events(&body)?;
    writer.notes()?;
    Ok(writer.written)
}

/// The greatest heading of a text, 1 to 6. It becomes the page's `h2`, below the title's `h1`, and the others keep
/// their distance from it: so no level is left out, whether somebody begins with `#` or with `##`.
fn top_heading(events: &[Event<'_>]) -> u8 {
    let headings = events.windows(2).filter_map(|pair| match pair {
        [Event::Start(Tag::Heading { .. }), Event::End(_)] => None,
        [Event::Start(Tag::Heading { level, .. }), _] => Some(*level as u8),
        _ => None,
    });
    headings.min().unwrap_or(1)
}

/// Writes a comment: pictures are links.
pub(super) fn comment(events: Vec<Event<'_>>) -> Result<Written, MarkdownError> {
    let mut writer = Writer::default();
    writer.events(&events)?;
    Ok(writer.written)
}

/// Appends text with `&`, `<`, `>` and `"` escaped and without the characters
/// that no feed can carry; right for text and for quoted attributes.
pub(super) fn escape_into(out: &mut String, text: &str) {
    for ch in text.chars() {
        match ch {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // In Markdown a line end may be `\r\n`, in HTML it is `\n`.
            '\r' => {}
            _ if clean::is_forbidden(ch) => {}
            _ => out.push(ch),
        }
    }
}

/// An element that is open.
#[derive(Debug)]
enum Open {
    /// From Markdown, with the text that closes it.
    Markdown(&'static str),
    /// Typed as HTML, or implied like a task's label; closed with the Markdown
    /// element around it at the latest.
    Html(&'static str),
}

#[derive(Debug, Default)]
struct Writer<'a> {
    written: Written,
    open: Vec<Open>,
    open_links: usize,
    pictures: bool,
    footnotes: Footnotes<'a>,
    alignments: Vec<Alignment>,
    column: usize,
    in_table_head: bool,
    empty_cells: usize,
    /// A task marker that waits for its paragraph.
    task: Option<bool>,
    html_block: Option<String>,
    /// Where the last text node was ended on purpose.
    text_node_start: usize,
    /// The level that becomes `h2`.
    top_heading: u8,
    heading_ids: HashSet<String>,
    /// The number that the next heading of the same text gets.
    heading_numbers: HashMap<String, u32>,
    seen_media: HashSet<Uuid>,
    /// What colouring code may still cost.
    allowance: code::Allowance,
}

/// The language that the words behind a fence name first.
fn language(info: &str) -> String {
    info.split(|ch: char| ch.is_whitespace() || matches!(ch, ',' | '{' | ':'))
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase()
}

impl<'a> Writer<'a> {
    fn events(&mut self, events: &[Event<'a>]) -> Result<(), MarkdownError> {
        let mut at = 0;
        while let Some(event) = events.get(at) {
            at += 1;
            let rest = &events[at..];
            match event {
                Event::Start(Tag::Image {
                    link_type: _,
                    dest_url,
                    title,
                    id: _,
                }) => {
                    let (alt, length) = plain::image_text(rest);
                    at += length;
                    self.picture(dest_url, &alt, title);
                }
                // A heading without text is no heading; nothing could link to it.
                Event::Start(Tag::Heading { .. })
                    if matches!(rest.first(), Some(Event::End(TagEnd::Heading(_)))) =>
                {
                    at += 1;
                }
                Event::Start(Tag::TableCell)
                    if matches!(rest.first(), Some(Event::End(TagEnd::TableCell)))
                        && self.skips_empty_cell() =>
                {
                    at += 1;
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info)))
                    if code::grammar(&language(info)).is_some() =>
                {
                    at += self.coloured(&language(info), rest);
                }
                Event::Start(tag) => self.start(tag, rest)?,
                Event::End(TagEnd::HtmlBlock) => {
                    let html = self.html_block.take().unwrap_or_default();
                    self.html(&html, true)?;
                }
                Event::End(_) => self.end(),
                Event::Text(text) => self.escaped(text),
                Event::Code(code) => {
                    self.raw("<code>");
                    self.escaped(code);
                    self.raw("</code>");
                }
                Event::Html(html) | Event::InlineHtml(html) => match &mut self.html_block {
                    Some(block) => block.push_str(html),
                    None => self.html(html, false)?,
                },
                Event::SoftBreak => self.raw("\n"),
                Event::HardBreak => self.raw("<br>\n"),
                Event::Rule => {
                    self.close_phrases();
                    self.raw("<hr>\n");
                }
                Event::FootnoteReference(name) => self.footnote_reference(name),
                Event::TaskListMarker(done) => {
                    if matches!(rest.first(), Some(Event::Start(Tag::Paragraph))) {
                        self.task = Some(*done);
                    } else {
                        self.task_marker(*done)?;
                    }
                }
                // Formulas are not enabled; their source is their text.
                Event::InlineMath(text) | Event::DisplayMath(text) => self.escaped(text),
            }
        }
        Ok(())
    }

    fn start(&mut self, tag: &Tag<'a>, rest: &[Event<'a>]) -> Result<(), MarkdownError> {
        let close = match tag {
            Tag::HtmlBlock => {
                self.html_block = Some(String::new());
                return Ok(());
            }
            Tag::Emphasis => self.phrase("<em>", "</em>"),
            Tag::Strong => self.phrase("<strong>", "</strong>"),
            Tag::Strikethrough => self.phrase("<del>", "</del>"),
            Tag::Superscript => self.phrase("<sup>", "</sup>"),
            Tag::Subscript => self.phrase("<sub>", "</sub>"),
            Tag::Link {
                link_type,
                dest_url,
                title,
                id: _,
            } => self.link(*link_type == LinkType::Email, dest_url, title),
            block => {
                self.close_phrases();
                self.start_block(block, rest)
            }
        };
        self.push(Open::Markdown(close))?;
        if matches!(tag, Tag::Paragraph)
            && let Some(done) = self.task.take()
        {
            self.task_marker(done)?;
        }
        Ok(())
    }

    fn start_block(&mut self, tag: &Tag<'a>, rest: &[Event<'a>]) -> &'static str {
        match tag {
            Tag::Paragraph => self.phrase("<p>", "</p>\n"),
            Tag::Heading { level, .. } => self.heading(*level, rest),
            Tag::BlockQuote(_) => self.phrase("<blockquote>\n", "</blockquote>\n"),
            Tag::CodeBlock(kind) => {
                self.code_block(kind);
                "</code></pre>\n"
            }
            Tag::List(Some(1)) => self.phrase("<ol>\n", "</ol>\n"),
            Tag::List(Some(start)) => {
                let _ = writeln!(self.written.html, "<ol start=\"{start}\">");
                "</ol>\n"
            }
            Tag::List(None) => self.phrase("<ul>\n", "</ul>\n"),
            Tag::Item => self.phrase("<li>", "</li>\n"),
            Tag::Table(alignments) => {
                self.alignments.clone_from(alignments);
                self.phrase("<table>", "</tbody></table>\n")
            }
            Tag::TableHead => {
                self.in_table_head = true;
                self.column = 0;
                self.phrase("<thead><tr>", "</tr></thead><tbody>\n")
            }
            Tag::TableRow => {
                self.in_table_head = false;
                self.column = 0;
                self.phrase("<tr>", "</tr>\n")
            }
            Tag::TableCell => self.cell(),
            // Not enabled, or taken apart before: their content stands alone.
            _ => "",
        }
    }

    /// Writes the opening and hands the closing back.
    fn phrase(&mut self, open: &str, close: &'static str) -> &'static str {
        self.raw(open);
        close
    }

    fn end(&mut self) {
        while let Some(open) = self.open.pop() {
            match open {
                Open::Html(name) => self.close_html(name),
                Open::Markdown(close) => {
                    if close == "</a>" {
                        self.open_links -= 1;
                    }
                    self.raw(close);
                    return;
                }
            }
        }
    }

    fn push(&mut self, open: Open) -> Result<(), MarkdownError> {
        if self.open.len() >= MAX_NESTING {
            return Err(MarkdownError::TooDeep { max: MAX_NESTING });
        }
        self.open.push(open);
        Ok(())
    }

    fn heading(&mut self, level: HeadingLevel, rest: &[Event<'a>]) -> &'static str {
        let (level, close) = match (level as u8).saturating_sub(self.top_heading) {
            0 => (2, "</h2>\n"),
            1 => (3, "</h3>\n"),
            2 => (4, "</h4>\n"),
            3 => (5, "</h5>\n"),
            _ => (6, "</h6>\n"),
        };
        let text = plain::heading_text(rest);
        let id = self.heading_id(&text);
        let _ = write!(self.written.html, "<h{level} id=\"{id}\">");
        if level <= 3 && self.written.toc.len() < MAX_TOC_ENTRIES {
            self.written.toc.push(TocEntry { level, id, text });
        }
        close
    }

    /// An id that no other heading of the post has.
    fn heading_id(&mut self, text: &str) -> String {
        let base = format!(
            "h-{}",
            slugify(text).unwrap_or_else(|| "section".to_owned())
        );
        if self.heading_ids.insert(base.clone()) {
            return base;
        }
        // The numbers never go back, so all headings together try each id once.
        let number = self.heading_numbers.entry(base.clone()).or_insert(1);
        loop {
            *number += 1;
            let id = format!("{base}-{number}");
            if self.heading_ids.insert(id.clone()) {
                return id;
            }
        }
    }

    fn code_block(&mut self, kind: &CodeBlockKind<'_>) {
        let language = match kind {
            CodeBlockKind::Fenced(info) => language(info),
            CodeBlockKind::Indented => String::new(),
        };
        if clean::is_language(&language) {
            let _ = write!(
                self.written.html,
                "<pre><code class=\"language-{language}\">"
            );
        } else {
            self.raw("<pre><code>");
        }
    }

    /// Writes a whole block of code in a language that has a grammar; returns the number of events that it takes, the
    /// end included.
    fn coloured(&mut self, language: &str, rest: &[Event<'a>]) -> usize {
        let ended = |event: &Event<'_>| matches!(event, Event::End(TagEnd::CodeBlock));
        let length = rest.iter().position(ended).unwrap_or(rest.len());
        let mut source = String::new();
        for event in &rest[..length] {
            if let Event::Text(text) = event {
                source.push_str(text);
            }
        }
        self.close_phrases();
        let _ = write!(
            self.written.html,
            "<pre><code class=\"language-{language}\">"
        );
        let grammar = code::grammar(language).unwrap_or_default();
        match code::pieces(grammar, &source, &mut self.allowance) {
            None => self.escaped(&source),
            Some(pieces) => {
                let mut last = "";
                for (class, text) in pieces {
                    if class != last {
                        self.raw(if last.is_empty() { "" } else { "</span>" });
                        if !class.is_empty() {
                            let _ = write!(self.written.html, "<span class=\"{class}\">");
                        }
                        last = class;
                    }
                    self.escaped(text);
                }
                self.raw(if last.is_empty() { "" } else { "</span>" });
            }
        }
        self.raw("</code></pre>\n");
        (length + 1).min(rest.len())
    }

    fn cell(&mut self) -> &'static str {
        let class = match self.alignments.get(self.column) {
            Some(Alignment::Left) => " class=\"align-left\"",
            Some(Alignment::Center) => " class=\"align-center\"",
            Some(Alignment::Right) => " class=\"align-right\"",
            Some(Alignment::None) | None => "",
        };
        self.column += 1;
        let (open, close) = if self.in_table_head {
            ("<th scope=\"col\"", "</th>")
        } else {
            ("<td", "</td>")
        };
        self.raw(open);
        self.raw(class);
        self.raw(">");
        close
    }

    fn skips_empty_cell(&mut self) -> bool {
        self.empty_cells += 1;
        self.empty_cells > MAX_EMPTY_CELLS
    }

    fn link(&mut self, is_email: bool, address: &str, title: &str) -> &'static str {
        // Links do not nest in HTML, but a typed `<a>` may stand around this.
        if self.open_links > 0 {
            return "";
        }
        self.open_links += 1;
        self.raw("<a");
        let mut href = if is_email {
            "mailto:".to_owned()
        } else {
            String::new()
        };
        href.push_str(&encoded_address(address));
        if is_usable_link(&href) {
            self.attribute("href", &href);
        }
        if !title.is_empty() {
            self.attribute("title", title);
        }
        self.raw(">");
        "</a>"
    }

    /// Writes a picture of the site's own, or a link to a stranger's.
    fn picture(&mut self, address: &str, alt: &str, title: &str) {
        if let Some(id) = media::placeholder_id(address).filter(|_| self.pictures) {
            if self.seen_media.insert(id) {
                self.written.media.push(id);
            }
            self.image(&format!("{}:{id}", media::SCHEME), alt, title, "");
            return;
        }
        let address = encoded_address(address);
        let is_short = address.len() <= MAX_ATTRIBUTE_BYTES;
        if self.pictures && is_short && media::is_site_address(&address) {
            self.image(&address, alt, title, " loading=\"lazy\" decoding=\"async\"");
            return;
        }
        let text = if alt.is_empty() { &address } else { alt };
        if is_usable_link(&address) && self.open_links == 0 {
            self.raw("<a");
            self.attribute("href", &address);
            self.raw(">");
            self.escaped(text);
            self.raw("</a>");
        } else {
            self.escaped(text);
        }
    }

    fn image(&mut self, address: &str, alt: &str, title: &str, more: &str) {
        self.raw("<img");
        self.attribute("src", address);
        self.attribute("alt", alt);
        if !title.is_empty() {
            self.attribute("title", title);
        }
        self.raw(more);
        self.raw(">");
    }

    fn task_marker(&mut self, done: bool) -> Result<(), MarkdownError> {
        // The label gives the box the task's text as its name.
        self.raw("<label><input type=\"checkbox\" disabled");
        self.raw(if done { " checked> " } else { "> " });
        self.push(Open::Html("label"))
    }

    fn footnote_reference(&mut self, name: &str) {
        let Some((number, is_first)) = self.footnotes.refer(name) else {
            self.raw("[^");
            self.escaped(name);
            self.raw("]");
            return;
        };
        self.raw("<sup class=\"footnote-ref\">");
        if self.open_links > 0 {
            let _ = write!(self.written.html, "{number}");
        } else {
            let _ = write!(self.written.html, "<a href=\"#fn-{number}\"");
            if is_first {
                let _ = write!(self.written.html, " id=\"fnref-{number}\"");
            }
            let _ = write!(self.written.html, ">{number}</a>");
        }
        self.raw("</sup>");
    }

    /// Writes the footnotes in the order in which the text names them, then
    /// those that it never names.
    fn notes(&mut self) -> Result<(), MarkdownError> {
        // HTML that the text left open ends before the notes.
        while let Some(Open::Html(name)) = self.open.pop() {
            self.close_html(name);
        }
        let mut is_open = false;
        while let Some(Note {
            number,
            is_named,
            events,
        }) = self.footnotes.next_note()
        {
            if !is_open {
                self.raw("<section class=\"footnotes\">\n<ol>\n");
                is_open = true;
            }
            let _ = write!(self.written.html, "<li id=\"fn-{number}\">");
            self.push(Open::Markdown("</li>\n"))?;
            self.events(&events)?;
            if is_named {
                let _ = write!(
                    self.written.html,
                    "<a class=\"footnote-back\" href=\"#fnref-{number}\">\u{21a9}\u{fe0e}</a>"
                );
            }
            self.end();
        }
        if is_open {
            self.raw("</ol>\n</section>\n");
        }
        Ok(())
    }

    fn attribute(&mut self, name: &str, value: &str) {
        let _ = write!(self.written.html, " {name}=\"");
        let end = value.floor_char_boundary(MAX_ATTRIBUTE_BYTES);
        escape_into(&mut self.written.html, &value[..end]);
        self.raw("\"");
    }

    fn escaped(&mut self, text: &str) {
        let mut rest = text;
        while !rest.is_empty() {
            self.bound_text_node();
            let (part, after) = rest.split_at(rest.floor_char_boundary(MAX_TEXT_NODE_BYTES));
            escape_into(&mut self.written.html, part);
            rest = after;
        }
    }

    fn bound_text_node(&mut self) {
        if self.written.html.len() - self.text_node_start > MAX_TEXT_NODE_BYTES {
            self.raw("<!---->");
            self.text_node_start = self.written.html.len();
        }
    }

    fn raw(&mut self, html: &str) {
        self.written.html.push_str(html);
    }
}

fn is_usable_link(address: &str) -> bool {
    address.len() <= MAX_ATTRIBUTE_BYTES && clean::is_link(address)
}

/// An address as it stands in HTML: no spaces, no control characters, and `\`
/// as what it is, since browsers read it as `/`.
fn encoded_address(address: &str) -> String {
    let mut encoded = String::with_capacity(address.len());
    for ch in address.trim().chars() {
        match ch {
            ' ' => encoded.push_str("%20"),
            '\\' => encoded.push_str("%5C"),
            '"' => encoded.push_str("%22"),
            '<' => encoded.push_str("%3C"),
            '>' => encoded.push_str("%3E"),
            _ if ch.is_control() => {}
            _ => encoded.push(ch),
        }
    }
    encoded
}
