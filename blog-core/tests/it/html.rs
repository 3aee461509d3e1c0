//! HTML as a browser's tokenizer reads it.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

/// An element's start tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
}

impl Tag {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self
            .attributes
            .iter()
            .find(|(attribute, _)| attribute == name)?;
        Some(&found.1)
    }
}

/// What a page consists of.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) tags: Vec<Tag>,
    pub(crate) text: String,
    /// Comments, doctypes and parse errors.
    pub(crate) oddities: Vec<String>,
}

impl Page {
    /// Reads HTML. No element of ours has raw text, so tokens are elements.
    pub(crate) fn read(html: &str) -> Self {
        let input = BufferQueue::default();
        input.push_back(StrTendril::from(html));
        let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
        let _ = tokenizer.feed(&input);
        tokenizer.end();
        tokenizer.sink.0.into_inner()
    }

    pub(crate) fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Tag> {
        self.tags.iter().filter(move |tag| tag.name == name)
    }
}

#[derive(Default)]
struct Sink(RefCell<Page>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut page = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                let attributes = tag
                    .attrs
                    .iter()
                    .map(|attribute| {
                        (
                            attribute.name.local.to_string(),
                            attribute.value.to_string(),
                        )
                    })
                    .collect();
                page.tags.push(Tag {
                    name: tag.name.to_string(),
                    attributes,
                });
            }
            Token::CharacterTokens(text) => page.text.push_str(&text),
            Token::NullCharacterToken => page.oddities.push("NUL".to_owned()),
            Token::CommentToken(text) => page.oddities.push(format!("comment {text}")),
            Token::DoctypeToken(_) => page.oddities.push("doctype".to_owned()),
            Token::ParseError(error) => page.oddities.push(error.into_owned()),
            Token::TagToken(_) | Token::EOFToken => {}
        }
        TokenSinkResult::Continue
    }
}
