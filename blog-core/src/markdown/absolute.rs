//! Addresses that hold outside of the site.

use std::borrow::Cow;

use url::Url;

use super::write::escape_into;

/// Attributes that hold an address, as the sanitiser and [`resolve_media`](super::resolve_media) print them.
const ADDRESSES: [&str; 2] = [" href=\"", " src=\""];

/// Makes the addresses of links, pictures and videos whole, for readers that do not know where the HTML came from:
/// feeds. `base` is the page that the HTML stands on, so that `#fn-1` becomes that page's footnote.
///
/// Hand in sanitised HTML only: in it `<` begins a tag and nothing else, and every value stands in double quotes.
pub fn absolute_addresses(html: &str, base: &Url) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 8);
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (text, tag) = rest.split_at(at);
        out.push_str(text);
        let (tag, after) = tag.split_at(tag_length(tag));
        write_tag(&mut out, tag, base);
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The bytes up to and with the `>` that ends a tag, quotes respected.
fn tag_length(tag: &str) -> usize {
    let mut quoted = false;
    for (at, byte) in tag.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'>' if !quoted => return at + 1,
            _ => {}
        }
    }
    tag.len()
}

fn write_tag(out: &mut String, tag: &str, base: &Url) {
    let mut rest = tag;
    // A value may hold the letters of an attribute, so they are looked for from one attribute to the next.
    while let Some((at, name)) = next_address(rest) {
        let (before, value) = rest.split_at(at + name.len());
        out.push_str(before);
        let (value, after) = value.split_at(value.find('"').unwrap_or(value.len()));
        match whole(value, base) {
            Some(address) => escape_into(out, address.as_str()),
            None => out.push_str(value),
        }
        rest = after;
    }
    out.push_str(rest);
}

/// Where the next address begins outside of a quoted value, and the letters before it.
fn next_address(tag: &str) -> Option<(usize, &'static str)> {
    let mut quoted = false;
    for (at, byte) in tag.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b' ' if !quoted => {
                let found = ADDRESSES.iter().find(|name| tag[at..].starts_with(**name));
                if let Some(name) = found {
                    return Some((at, name));
                }
            }
            _ => {}
        }
    }
    None
}

/// The whole address of one that is not; `None` for one that is, or that cannot be.
fn whole(value: &str, base: &Url) -> Option<Url> {
    let value = unescaped(value);
    match Url::parse(&value) {
        Err(url::ParseError::RelativeUrlWithoutBase) => base.join(&value).ok(),
        _ => None,
    }
}

/// What the sanitiser escaped in a value.
fn unescaped(value: &str) -> Cow<'_, str> {
    if !value.contains('&') {
        return Cow::Borrowed(value);
    }
    let mut text = value.to_owned();
    for (reference, ch) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&nbsp;", "\u{a0}"),
        ("&amp;", "&"),
    ] {
        text = text.replace(reference, ch);
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_site_become_whole_and_others_stay() {
        let base = Url::parse("https://blog.example/b/posts/one").unwrap();
        for (html, expected) in [
            (
                "<a href=\"/x?a=1&amp;b=2\">x</a>",
                "<a href=\"https://blog.example/x?a=1&amp;b=2\">x</a>",
            ),
            (
                "<a href=\"two\">x</a>",
                "<a href=\"https://blog.example/b/posts/two\">x</a>",
            ),
            (
                "<sup><a href=\"#fn-1\" id=\"fnref-1\">1</a></sup>",
                "<sup><a href=\"https://blog.example/b/posts/one#fn-1\" id=\"fnref-1\">1</a></sup>",
            ),
            (
                "<img src=\"/m/a.png\" alt=\"a\">",
                "<img src=\"https://blog.example/m/a.png\" alt=\"a\">",
            ),
            (
                "<source src=\"/m/a.mp4\" type=\"video/mp4\">",
                "<source src=\"https://blog.example/m/a.mp4\" type=\"video/mp4\">",
            ),
            (
                "<a href=\"https://a.example/\">x</a>",
                "<a href=\"https://a.example/\">x</a>",
            ),
            (
                "<a href=\"mailto:a@b.example\">x</a>",
                "<a href=\"mailto:a@b.example\">x</a>",
            ),
            // Words that look like an address are words.
            ("<code> href=\"/x\"</code>", "<code> href=\"/x\"</code>"),
            (
                "<img alt=\"a> src='/x' href=\" src=\"/y\">",
                "<img alt=\"a> src='/x' href=\" src=\"https://blog.example/y\">",
            ),
            (
                "<a title=\"&quot; href=&quot;/x\">y</a>",
                "<a title=\"&quot; href=&quot;/x\">y</a>",
            ),
            ("a < b", "a < b"),
            (
                "<a href=\"//other.example/x\">y</a>",
                "<a href=\"https://other.example/x\">y</a>",
            ),
        ] {
            assert_eq!(absolute_addresses(html, &base), expected);
        }
    }
}
