//! The smaller Markdown of comments.

use pulldown_cmark::{Event, Tag, TagEnd};

/// Turns what comments do not have into what they have, losing no text.
///
/// Headings become bold paragraphs, HTML becomes the text that was typed,
/// rules go. Tables, footnotes and task lists were never parsed.
pub(super) fn reduce<'a>(events: impl Iterator<Item = Event<'a>>) -> Vec<Event<'a>> {
    let mut reduced = Vec::new();
    for event in events {
        match event {
            Event::Start(Tag::Heading { .. }) => {
                reduced.push(Event::Start(Tag::Paragraph));
                reduced.push(Event::Start(Tag::Strong));
            }
            Event::End(TagEnd::Heading(_)) => {
                reduced.push(Event::End(TagEnd::Strong));
                reduced.push(Event::End(TagEnd::Paragraph));
            }
            Event::Start(Tag::HtmlBlock) => reduced.push(Event::Start(Tag::Paragraph)),
            Event::End(TagEnd::HtmlBlock) => reduced.push(Event::End(TagEnd::Paragraph)),
            Event::Html(html) | Event::InlineHtml(html) => reduced.push(Event::Text(html)),
            Event::Rule => {}
            other => reduced.push(other),
        }
    }
    reduced
}
