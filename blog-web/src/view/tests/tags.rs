//! A reader of tags, just strict enough to notice what templates get wrong.

use std::collections::BTreeMap;

/// One start or end tag.
#[derive(Debug)]
pub(super) struct Tag {
    pub(super) name: String,
    pub(super) end: bool,
    /// Attributes with their values unescaped; one without a value has an empty one.
    pub(super) attributes: BTreeMap<String, String>,
}

impl Tag {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }
}

const VOID: [&str; 8] = ["meta", "link", "img", "input", "br", "hr", "source", "col"];

/// Every tag of a document, in order. Panics on what no template of ours may produce: an unquoted
/// or doubled attribute, a stray `<`, tags that do not nest.
pub(super) fn read(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        if rest.starts_with('!') {
            continue;
        }
        let (tag, after) = read_tag(rest);
        if tag.end {
            assert_eq!(
                open.pop().as_deref(),
                Some(tag.name.as_str()),
                "before {after:.200}"
            );
        } else if !VOID.contains(&tag.name.as_str()) {
            open.push(tag.name.clone());
        }
        tags.push(tag);
        rest = after;
    }
    assert!(open.is_empty(), "left open: {open:?}");
    tags
}

/// What people read of a document, in order: the text between tags, and the attributes that are shown or spoken.
pub(super) fn texts(html: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut rest = html;
    let mut inside = String::new();
    while let Some(start) = rest.find('<') {
        // Data blocks are for programs.
        if inside != "script" {
            texts.push(unescape(&rest[..start]));
        }
        rest = &rest[start + 1..];
        if rest.starts_with('!') {
            rest = rest.split_once('>').expect("a declaration ends").1;
            continue;
        }
        let (tag, after) = read_tag(rest);
        rest = after;
        inside = if tag.end {
            String::new()
        } else {
            tag.name.clone()
        };
        let spoken = |key: &str| match key {
            "alt" | "title" | "placeholder" | "label" | "aria-label" | "aria-description" => true,
            "aria-roledescription" | "aria-valuetext" => true,
            "value" => tag.name == "input" && tag.get("type") == Some("submit"),
            "content" => {
                tag.get("name") == Some("description") || tag.get("property") == Some("og:title")
            }
            // Sentences that the script shows.
            _ => key.starts_with("data-") && tag.get(key).is_some_and(|value| value.contains(' ')),
        };
        let shown = tag.attributes.iter().filter(|(key, _)| spoken(key));
        texts.extend(shown.map(|(_, value)| value.clone()));
    }
    texts
}

fn read_tag(text: &str) -> (Tag, &str) {
    let (end, mut rest) = match text.strip_prefix('/') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let length = rest
        .find(|c: char| !c.is_ascii_alphanumeric())
        .expect("a tag ends");
    assert!(length > 0, "a stray < before {rest:.80}");
    let name = rest[..length].to_ascii_lowercase();
    rest = &rest[length..];
    let mut attributes = BTreeMap::new();
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix('>') {
            let tag = Tag {
                name,
                end,
                attributes,
            };
            return (tag, after);
        }
        let length = rest
            .find(|c: char| c == '=' || c == '>' || c.is_whitespace())
            .expect("an attribute ends");
        let key = rest[..length].to_ascii_lowercase();
        assert!(
            key.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b':'),
            "attribute {key:?} of {name}"
        );
        rest = &rest[length..];
        let mut value = String::new();
        if let Some(after) = rest.strip_prefix('=') {
            let quoted = after.strip_prefix('"').expect("values are quoted");
            let length = quoted.find('"').expect("a value ends");
            value = unescape(&quoted[..length]);
            rest = &quoted[length + 1..];
        }
        assert!(
            attributes.insert(key.clone(), value).is_none(),
            "{name} has {key} twice"
        );
    }
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#x27;", "'")
        .replace("&#x2f;", "/")
        .replace("&amp;", "&")
}
