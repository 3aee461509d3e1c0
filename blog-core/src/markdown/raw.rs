//! HTML that a writer typed into Markdown, read tag by tag.
//!
//! Not a sanitiser. It finds the tags so that the writer of the HTML can keep
//! them balanced; what is safe is decided later, on the parsed tree.

/// The longest tag that is read as one, in bytes; a longer one is text.
const MAX_TAG_BYTES: usize = 4_096;

/// Elements that writers may type in posts.
pub(super) const ELEMENTS: &[Element] = &[
    Element::inline("a", &["href", "title"]),
    Element::inline("abbr", &["title"]),
    Element::inline("b", &[]),
    Element::void("br"),
    Element::inline("cite", &[]),
    Element::inline("code", &[]),
    Element::inline("del", &[]),
    Element::inline("dfn", &[]),
    Element::inline("em", &[]),
    Element::inline("i", &[]),
    Element::void("img"),
    Element::inline("ins", &[]),
    Element::inline("kbd", &[]),
    Element::inline("mark", &[]),
    Element::inline("q", &[]),
    Element::inline("s", &[]),
    Element::inline("samp", &[]),
    Element::inline("small", &[]),
    Element::inline("strong", &[]),
    Element::inline("sub", &[]),
    Element::inline("sup", &[]),
    Element::inline("u", &[]),
    Element::inline("var", &[]),
    Element::void("wbr"),
    Element::block("blockquote", &[]),
    Element::block("details", &["open"]),
    Element::block("div", &[]),
    Element::block("figcaption", &[]),
    Element::block("figure", &[]),
    Element::block("p", &[]),
    Element::block("pre", &[]),
    Element::block("summary", &[]),
];

/// Elements whose content is no text of the post and goes with them.
const DROPPED_WITH_CONTENT: &[&str] = &[
    "iframe", "math", "noembed", "noframes", "noscript", "object", "script", "select", "style",
    "svg", "template", "textarea", "title", "xmp",
];

/// An element that writers may type, and where.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) name: &'static str,
    pub(super) attributes: &'static [&'static str],
    pub(super) content: Content,
}

/// Where an element may stand and whether it holds anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// Anywhere; holds text.
    Inline,
    /// Outside of paragraphs only; holds anything.
    Block,
    /// Anywhere; holds nothing.
    Void,
}

impl Element {
    const fn inline(name: &'static str, attributes: &'static [&'static str]) -> Self {
        Self {
            name,
            attributes,
            content: Content::Inline,
        }
    }

    const fn block(name: &'static str, attributes: &'static [&'static str]) -> Self {
        Self {
            name,
            attributes,
            content: Content::Block,
        }
    }

    const fn void(name: &'static str) -> Self {
        Self {
            name,
            attributes: &[],
            content: Content::Void,
        }
    }

    /// The element of that name, in any case of letters.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        ELEMENTS
            .iter()
            .find(|element| element.name.eq_ignore_ascii_case(name))
    }
}

/// A piece of HTML.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// Text, in which character references are still to be read.
    Text(&'a str),
    /// A start tag.
    Start(StartTag<'a>),
    /// An end tag's name.
    End(&'a str),
}

/// A start tag, in the letters of the source.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct StartTag<'a> {
    pub(super) name: &'a str,
    /// All that stands between name and `>`.
    attributes: &'a str,
}

impl<'a> StartTag<'a> {
    /// The value of an attribute, first one of that name, character references
    /// still in it; `""` when it has no value.
    pub(super) fn attribute(&self, wanted: &str) -> Option<&'a str> {
        let mut rest = self.attributes;
        while let Some((name, value, after)) = next_attribute(rest) {
            if name.eq_ignore_ascii_case(wanted) {
                return Some(value);
            }
            rest = after;
        }
        None
    }
}

/// The tags and texts of a piece of HTML; comments, declarations and the
/// content of scripts and the like are left out.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(html: &'a str) -> Self {
        Self { rest: html }
    }

    /// Skips over `<!…>`, `<?…>` or a comment; the whole rest when unfinished,
    /// as browsers do.
    fn skip_declaration(&mut self) {
        let (from, end) = if self.rest.starts_with("<!--") {
            (4, "-->")
        } else {
            (2, ">")
        };
        let rest = &self.rest[from..];
        self.rest = rest.find(end).map_or("", |at| &rest[at + end.len()..]);
    }

    /// Skips to behind the end tag of an element that goes with its content.
    fn skip_content(&mut self, name: &str) {
        let mut rest = self.rest;
        while let Some(at) = rest.find("</") {
            rest = &rest[at + 2..];
            if rest
                .get(..name.len())
                .is_some_and(|tag| tag.eq_ignore_ascii_case(name))
            {
                self.rest = rest.find('>').map_or("", |end| &rest[end + 1..]);
                return;
            }
        }
        self.rest = "";
    }

    /// Takes a tag at the start of the rest; `None` when there is none.
    fn take_tag(&mut self) -> Option<Token<'a>> {
        let is_end = self.rest.starts_with("</");
        let tag = &self.rest[if is_end { 2 } else { 1 }..];
        if !tag.starts_with(|ch: char| ch.is_ascii_alphabetic()) {
            return None;
        }
        let ends = |ch: char| ch.is_ascii_whitespace() || matches!(ch, '/' | '>' | '<');
        let name = &tag[..tag.find(ends).unwrap_or(tag.len())];
        let attributes = &tag[name.len()..];
        let length = attributes_length(attributes)?;
        self.rest = &attributes[length + 1..];
        if is_end {
            return Some(Token::End(name));
        }
        Some(Token::Start(StartTag {
            name,
            attributes: &attributes[..length],
        }))
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        while !self.rest.is_empty() {
            if !self.rest.starts_with('<') {
                let end = self.rest.find('<').unwrap_or(self.rest.len());
                let (text, rest) = self.rest.split_at(end);
                self.rest = rest;
                return Some(Token::Text(text));
            }
            if self.rest.starts_with("<!") || self.rest.starts_with("<?") {
                self.skip_declaration();
                continue;
            }
            match self.take_tag() {
                Some(Token::Start(tag)) => {
                    let dropped = DROPPED_WITH_CONTENT
                        .iter()
                        .find(|name| tag.name.eq_ignore_ascii_case(name));
                    match dropped {
                        Some(name) => self.skip_content(name),
                        None => return Some(Token::Start(tag)),
                    }
                }
                Some(token) => return Some(token),
                None => {
                    let (bracket, rest) = self.rest.split_at(1);
                    self.rest = rest;
                    return Some(Token::Text(bracket));
                }
            }
        }
        None
    }
}

/// The bytes up to the `>` that ends a tag, quotes respected; `None` when a `<`
/// or the end comes first, or the tag is too long.
fn attributes_length(attributes: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in attributes.bytes().enumerate().take(MAX_TAG_BYTES) {
        match (quote, byte) {
            (None, b'>') => return Some(at),
            (None, b'<') => return None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

/// The first attribute's name and value, and what follows.
fn next_attribute(attributes: &str) -> Option<(&str, &str, &str)> {
    let separator = |ch: char| ch.is_ascii_whitespace() || matches!(ch, '/' | '"' | '\'' | '=');
    let rest = attributes.trim_start_matches(separator);
    if rest.is_empty() {
        return None;
    }
    let name_end = rest.find(separator).unwrap_or(rest.len());
    let (name, rest) = rest.split_at(name_end);
    let Some(value) = rest
        .trim_ascii_start()
        .strip_prefix('=')
        .map(str::trim_ascii_start)
    else {
        return Some((name, "", rest));
    };
    for quote in ['"', '\''] {
        if let Some(quoted) = value.strip_prefix(quote) {
            let (value, rest) = quoted.split_once(quote).unwrap_or((quoted, ""));
            return Some((name, value, rest));
        }
    }
    let end = value
        .find(|ch: char| ch.is_ascii_whitespace())
        .unwrap_or(value.len());
    let (value, rest) = value.split_at(end);
    Some((name, value, rest))
}
