//! Footnotes: taken out of the text, numbered in the order it names them.

use std::collections::HashMap;

use pulldown_cmark::{Event, Tag, TagEnd};

/// The footnotes of a post.
#[derive(Debug, Default)]
pub(super) struct Footnotes<'a> {
    definitions: Vec<Definition<'a>>,
    by_name: HashMap<String, usize>,
    /// Indices of definitions; a note's number is its place here plus one.
    order: Vec<usize>,
    /// Notes handed out.
    taken: usize,
    /// Definitions before this one were looked at when searching unnamed ones.
    searched: usize,
}

#[derive(Debug)]
struct Definition<'a> {
    events: Vec<Event<'a>>,
    number: Option<usize>,
}

/// A footnote to write.
#[derive(Debug)]
pub(super) struct Note<'a> {
    pub(super) number: usize,
    /// Whether the text refers to it.
    pub(super) is_named: bool,
    pub(super) events: Vec<Event<'a>>,
}

impl<'a> Footnotes<'a> {
    /// Parts the text from its footnotes.
    pub(super) fn split(events: Vec<Event<'a>>) -> (Vec<Event<'a>>, Self) {
        let mut footnotes = Self::default();
        // A footnote may be defined within another one.
        let mut body = Vec::with_capacity(events.len());
        let mut notes: Vec<(String, Vec<Event<'a>>)> = Vec::new();
        for event in events {
            match event {
                Event::Start(Tag::FootnoteDefinition(name)) => notes.push((key(&name), Vec::new())),
                Event::End(TagEnd::FootnoteDefinition) => {
                    if let Some((name, events)) = notes.pop() {
                        footnotes.define(name, events);
                    }
                }
                event => match notes.last_mut() {
                    Some((_, events)) => events.push(event),
                    None => body.push(event),
                },
            }
        }
        (body, footnotes)
    }

    fn define(&mut self, name: String, events: Vec<Event<'a>>) {
        // Of two with one name the first counts; the other stays, unnamed.
        self.by_name.entry(name).or_insert(self.definitions.len());
        self.definitions.push(Definition {
            events,
            number: None,
        });
    }

    /// The number of a footnote and whether this is the first reference to it;
    /// `None` when nothing of that name is defined.
    pub(super) fn refer(&mut self, name: &str) -> Option<(usize, bool)> {
        let index = *self.by_name.get(&key(name))?;
        let definition = &mut self.definitions[index];
        if let Some(number) = definition.number {
            return Some((number, false));
        }
        self.order.push(index);
        definition.number = Some(self.order.len());
        Some((self.order.len(), true))
    }

    /// The next footnote to write; notes may name further notes meanwhile.
    pub(super) fn next_note(&mut self) -> Option<Note<'a>> {
        let is_named = self.taken < self.order.len();
        if !is_named {
            let unnamed = |definition: &Definition<'_>| definition.number.is_none();
            let index =
                self.searched + self.definitions[self.searched..].iter().position(unnamed)?;
            self.searched = index + 1;
            self.order.push(index);
            self.definitions[index].number = Some(self.order.len());
        }
        let index = self.order[self.taken];
        self.taken += 1;
        let events = std::mem::take(&mut self.definitions[index].events);
        Some(Note {
            number: self.taken,
            is_named,
            events,
        })
    }
}

/// Names of footnotes are equal in any case of letters.
fn key(name: &str) -> String {
    name.to_lowercase()
}
