//! HTML that the writer of a post typed, kept balanced.

use std::fmt::Write as _;

use super::{Open, Writer, escape_into};
use crate::markdown::MarkdownError;
use crate::markdown::raw::{Content, Element, StartTag, Token, Tokens};

impl Writer<'_> {
    /// Takes HTML that was typed: keeps the tags on the list, balanced.
    pub(super) fn html(&mut self, html: &str, is_block: bool) -> Result<(), MarkdownError> {
        for token in Tokens::new(html) {
            match token {
                Token::Text(text) => self.references(text),
                Token::Start(tag) => self.start_html(&tag, is_block)?,
                Token::End(name) => self.end_html(name),
            }
        }
        Ok(())
    }

    fn start_html(&mut self, tag: &StartTag<'_>, is_block: bool) -> Result<(), MarkdownError> {
        let Some(element) = Element::named(tag.name) else {
            return Ok(());
        };
        match (element.content, element.name) {
            // In a paragraph a block would end the paragraph behind our back.
            (Content::Block, _) if !is_block => return Ok(()),
            (Content::Block, _) => self.close_phrases(),
            (Content::Void, "img") => {
                let [address, alt, title] = ["src", "alt", "title"]
                    .map(|name| unescaped(tag.attribute(name).unwrap_or_default()));
                self.picture(&address, &alt, &title);
                return Ok(());
            }
            (Content::Inline, "a") if self.open_links > 0 => return Ok(()),
            (Content::Inline, "a") => self.open_links += 1,
            (Content::Inline | Content::Void, _) => {}
        }
        let _ = write!(self.written.html, "<{}", element.name);
        for name in element.attributes {
            if let Some(value) = tag.attribute(name) {
                // The references in it are read by the sanitiser's parser.
                let _ = write!(self.written.html, " {name}=\"");
                for (at, part) in value.split('&').enumerate() {
                    self.raw(if at > 0 { "&" } else { "" });
                    escape_into(&mut self.written.html, part);
                }
                self.raw("\"");
            }
        }
        self.raw(">");
        if element.content == Content::Void {
            return Ok(());
        }
        self.push(Open::Html(element.name))
    }

    /// Closes the innermost open element of that name and what is open in it,
    /// unless Markdown opened something in between.
    fn end_html(&mut self, name: &str) {
        let is_wanted =
            |open: &Open| matches!(open, Open::Html(open) if open.eq_ignore_ascii_case(name));
        let inner = self.inner_html();
        // The label of a task is not the writer's to close.
        if !self.open[inner..].iter().any(is_wanted) || name.eq_ignore_ascii_case("label") {
            return;
        }
        while let Some(Open::Html(open)) = self.open.pop() {
            self.close_html(open);
            if open.eq_ignore_ascii_case(name) {
                return;
            }
        }
    }

    /// Closes a typed `<p>` or a task's label that a new block would end.
    pub(super) fn close_phrases(&mut self) {
        let inner = self.inner_html();
        let ended = self.open[inner..]
            .iter()
            .position(|open| matches!(open, Open::Html("p" | "label")));
        if let Some(ended) = ended {
            while self.open.len() > inner + ended {
                if let Some(Open::Html(name)) = self.open.pop() {
                    self.close_html(name);
                }
            }
        }
    }

    /// Where the elements begin that were typed since Markdown last opened one.
    fn inner_html(&self) -> usize {
        let markdown = |open: &Open| matches!(open, Open::Markdown(_));
        self.open.iter().rposition(markdown).map_or(0, |at| at + 1)
    }

    pub(super) fn close_html(&mut self, name: &str) {
        if name == "a" {
            self.open_links -= 1;
        }
        let _ = write!(self.written.html, "</{name}>");
    }

    /// Writes text of a typed piece of HTML, its character references as they
    /// are; the sanitiser's parser reads them.
    fn references(&mut self, text: &str) {
        for (at, part) in text.split('&').enumerate() {
            if at > 0 {
                self.bound_text_node();
                self.raw("&");
            }
            escape_into(&mut self.written.html, part);
        }
    }
}

/// The value of a typed attribute with the references read that one needs in
/// HTML; others stay as they were typed.
fn unescaped(value: &str) -> String {
    let mut text = value.to_owned();
    for (reference, ch) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ] {
        text = text.replace(reference, ch);
    }
    text
}
