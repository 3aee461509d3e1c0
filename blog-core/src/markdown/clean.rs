//! The sanitiser: an allow-list of elements and attributes, nothing else.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

use super::{code, media};

/// Elements of a post with their attributes.
pub(super) const POST: &[(&str, &[&str])] = &[
    ("a", &["class", "href", "id", "title"]),
    ("abbr", &["title"]),
    ("b", &[]),
    ("blockquote", &[]),
    ("br", &[]),
    ("cite", &[]),
    ("code", &["class"]),
    ("del", &[]),
    ("details", &["open"]),
    ("dfn", &[]),
    ("div", &[]),
    ("em", &[]),
    ("figcaption", &[]),
    ("figure", &[]),
    ("h2", &["id"]),
    ("h3", &["id"]),
    ("h4", &["id"]),
    ("h5", &["id"]),
    ("h6", &["id"]),
    ("hr", &[]),
    ("i", &[]),
    ("img", &["src", "alt", "title", "loading", "decoding"]),
    ("input", &["type", "disabled", "checked"]),
    ("ins", &[]),
    ("kbd", &[]),
    ("label", &[]),
    ("li", &["id"]),
    ("mark", &[]),
    ("ol", &["start"]),
    ("p", &[]),
    ("pre", &[]),
    ("q", &[]),
    ("s", &[]),
    ("samp", &[]),
    ("section", &["class"]),
    ("small", &[]),
    ("span", &["class"]),
    ("strong", &[]),
    ("sub", &[]),
    ("summary", &[]),
    ("sup", &["class"]),
    ("table", &[]),
    ("tbody", &[]),
    ("td", &["class"]),
    ("th", &["class", "scope"]),
    ("thead", &[]),
    ("tr", &[]),
    ("u", &[]),
    ("ul", &[]),
    ("var", &[]),
    ("wbr", &[]),
];

/// Elements of a comment with their attributes.
pub(super) const COMMENT: &[(&str, &[&str])] = &[
    ("a", &["href", "title"]),
    ("blockquote", &[]),
    ("br", &[]),
    ("code", &[]),
    ("del", &[]),
    ("em", &[]),
    ("li", &[]),
    ("ol", &["start"]),
    ("p", &[]),
    ("pre", &[]),
    ("strong", &[]),
    ("ul", &[]),
];

/// Elements that go with all that they contain.
const CLEAN_CONTENT: [&str; 5] = ["iframe", "object", "script", "style", "template"];

/// Schemes that a link may have.
const LINK_SCHEMES: [&str; 3] = ["http", "https", "mailto"];

/// What every link carries: no credit in search engines, no handle on our
/// window, no address of ours told.
const LINK_REL: &str = "nofollow ugc noopener noreferrer";

static POST_POLICY: LazyLock<Builder<'static>> = LazyLock::new(|| policy(POST));
static COMMENT_POLICY: LazyLock<Builder<'static>> = LazyLock::new(|| policy(COMMENT));

/// Sanitises the HTML of a post. Cleaning what was cleaned changes nothing.
pub(super) fn post(html: &str) -> String {
    carriable(POST_POLICY.clean(html).to_string())
}

/// Sanitises the HTML of a comment.
pub(super) fn comment(html: &str) -> String {
    carriable(COMMENT_POLICY.clean(html).to_string())
}

/// Whether XML 1.0 (section 2.2, "Char") cannot carry the character, and so no feed.
pub fn is_forbidden(ch: char) -> bool {
    matches!(ch, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// Whether the text of a link's address may be kept: an allowed scheme, or an
/// address within the site.
pub(super) fn is_link(href: &str) -> bool {
    match url::Url::parse(href) {
        Ok(url) => LINK_SCHEMES.contains(&url.scheme()),
        Err(url::ParseError::RelativeUrlWithoutBase) => true,
        Err(_) => false,
    }
}

/// Whether a word may follow `language-` in the class of a code block.
pub(super) fn is_language(name: &str) -> bool {
    (1..=32).contains(&name.len())
        && name
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'+' | b'#' | b'-'))
}

/// Makes the HTML such that reading it again, as HTML or within XML, gives the
/// same.
///
/// What came in as a character reference, such as `&#1;`, is replaced and not
/// removed, for removing could join the halves of a forbidden word. A line end
/// right after `<pre>` goes, because parsers drop it.
fn carriable(html: String) -> String {
    let is_unstable = |ch: char| ch == '\r' || is_forbidden(ch);
    let html = if html.contains(is_unstable) {
        html.replace(is_unstable, "\u{fffd}")
    } else {
        html
    };
    if !html.contains("<pre>\n") {
        return html;
    }
    let mut parts = html.split("<pre>");
    let mut stable = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        stable.push_str("<pre>");
        stable.push_str(part.trim_start_matches('\n'));
    }
    stable
}

fn policy(elements: &'static [(&'static str, &'static [&'static str])]) -> Builder<'static> {
    let mut builder = Builder::empty();
    builder
        .tags(elements.iter().map(|(name, _)| *name).collect())
        .tag_attributes(
            elements
                .iter()
                .map(|(name, attributes)| (*name, attributes.iter().copied().collect()))
                .collect::<HashMap<&str, HashSet<&str>>>(),
        )
        .clean_content_tags(CLEAN_CONTENT.into())
        .generic_attributes(HashSet::new())
        .url_schemes(LINK_SCHEMES.into_iter().chain([media::SCHEME]).collect())
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some(LINK_REL))
        .strip_comments(true)
        .attribute_filter(|element, attribute, value| {
            is_allowed_value(element, attribute, value).then_some(Cow::Borrowed(value))
        });
    builder
}

/// Decides on the value of an attribute that the element may have.
fn is_allowed_value(element: &str, attribute: &str, value: &str) -> bool {
    match (element, attribute) {
        ("a", "href") => is_link(value),
        ("img", "src") => media::placeholder_id(value).is_some() || media::is_site_address(value),
        ("img", "loading") => value == "lazy",
        ("img", "decoding") => value == "async",
        ("a", "class") => value == "footnote-back",
        ("sup", "class") => value == "footnote-ref",
        ("section", "class") => value == "footnotes",
        ("span", "class") => code::CLASSES.contains(&value),
        ("th" | "td", "class") => matches!(value, "align-left" | "align-center" | "align-right"),
        ("th", "scope") => value == "col",
        ("code", "class") => value.strip_prefix("language-").is_some_and(is_language),
        // Ids have prefixes with a hyphen, so that none can shadow a property
        // of `document` or `window`.
        ("a", "id") => value.strip_prefix("fnref-").is_some_and(is_number),
        ("li", "id") => value.strip_prefix("fn-").is_some_and(is_number),
        (_, "id") => value.strip_prefix("h-").is_some_and(is_slug),
        ("ol", "start") => is_number(value),
        ("input", "type") => value == "checkbox",
        ("input", "disabled" | "checked") | ("details", "open") => value.is_empty(),
        ("img", "alt") | ("a" | "abbr" | "img", "title") => true,
        // `rel` is set by the sanitiser itself, after this was asked.
        ("a", "rel") => value == LINK_REL,
        _ => false,
    }
}

fn is_number(value: &str) -> bool {
    (1..=10).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_slug(value: &str) -> bool {
    !value.is_empty()
        && value
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sanitiser must hold on its own, whatever the writer before it does.
    #[test]
    fn what_is_not_on_the_list_goes() {
        for (html, expected) in [
            ("<script>a</script>b", "b"),
            ("<style>a</style>b", "b"),
            ("<iframe>a</iframe>b", "b"),
            ("<!-- a -->b", "b"),
            ("<p onclick=\"a\" style=\"b\" class=\"c\">d</p>", "<p>d</p>"),
            (
                "<img src=\"https://example.org/x.png\" alt=\"a\">",
                "<img alt=\"a\">",
            ),
            ("<img src=\"//example.org/x.png\">", "<img>"),
            ("<img src=\"/\\example.org/x.png\">", "<img>"),
            ("<img src=\"/\t/example.org/x.png\">", "<img>"),
            ("<img src=\"data:image/png,a\">", "<img>"),
            ("<img src=\"media:a\">", "<img>"),
            (
                "<img src=\"/x.png\" loading=\"eager\" width=\"9\">",
                "<img src=\"/x.png\">",
            ),
            ("<h2 id=\"location\">a</h2>", "<h2>a</h2>"),
            ("<h2 id=\"h-Location\">a</h2>", "<h2>a</h2>"),
            ("<h1>a</h1>", "a"),
            ("<span class=\"k\">a</span>", "<span class=\"k\">a</span>"),
            ("<span class=\"k c\" id=\"k\">a</span>", "<span>a</span>"),
            ("<span class=\"card\">a</span>", "<span>a</span>"),
            ("<input type=\"text\" name=\"a\">", "<input>"),
            ("<code class=\"language-a b\">c</code>", "<code>c</code>"),
            ("<td class=\"align-left\">a</td>", "a"),
            ("<ol start=\"-1\"></ol>", "<ol></ol>"),
            ("<video src=\"/a\"></video>", ""),
        ] {
            assert_eq!(post(html), expected, "{html}");
        }
        for address in [
            "javascript:a",
            "JaVaScRiPt:a",
            " javascript:a",
            "java\nscript:a",
            "data:text/html,a",
            "vbscript:a",
            "media:018f3c1e-1b2a-7c3d-8e4f-0123456789ab",
            "ftp://example.org",
            "http://[",
        ] {
            let expected = format!("<a rel=\"{LINK_REL}\">b</a>");
            assert_eq!(
                post(&format!("<a href=\"{address}\">b</a>")),
                expected,
                "{address}"
            );
            assert_eq!(
                comment(&format!("<a href=\"{address}\">b</a>")),
                expected,
                "{address}"
            );
        }
    }

    #[test]
    fn comments_have_a_smaller_list() {
        assert_eq!(comment("<h2>a</h2><img src=\"/x\"><div>b</div>"), "ab");
        assert_eq!(
            comment("<code class=\"language-a\">b</code>"),
            "<code>b</code>"
        );
    }
}
