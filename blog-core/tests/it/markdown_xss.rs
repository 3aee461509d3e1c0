//! Hostile Markdown and HTML: nothing that runs, loads or shadows gets through.

use blog_core::markdown::{MarkdownError, render_comment, render_post, resolve_media};
use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::html::{Page, Tag};

/// One attack a line. `\n` stands for a line end, `\t` for a tab, `\0` for NUL.
const ATTACKS: &str = include_str!("markdown_xss/attacks.txt");

const POST_ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "cite",
    "code",
    "del",
    "details",
    "dfn",
    "div",
    "em",
    "figcaption",
    "figure",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "input",
    "ins",
    "kbd",
    "label",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "section",
    "small",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
    "var",
    "wbr",
];

const COMMENT_ELEMENTS: &[&str] = &[
    "p",
    "br",
    "em",
    "strong",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "a",
    "del",
];

fn attacks() -> Vec<String> {
    ATTACKS
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| {
            line.replace("\\n", "\n")
                .replace("\\t", "\t")
                .replace("\\0", "\0")
        })
        .collect()
}

/// What a browser makes of an address: tabs, line ends and outer controls go.
fn as_browsers_read(address: &str) -> String {
    address
        .trim_matches(|ch: char| ch <= ' ')
        .chars()
        .filter(|ch| !matches!(ch, '\t' | '\n' | '\r'))
        .collect::<String>()
        .to_ascii_lowercase()
}

fn scheme(address: &str) -> Option<String> {
    let (scheme, _) = address.split_once(':')?;
    let is_scheme = scheme.starts_with(|ch: char| ch.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|ch| ch.is_ascii_alphanumeric() || "+-.".contains(ch));
    is_scheme.then(|| scheme.to_owned())
}

fn check_link(tag: &Tag, href: &str) -> Result<(), String> {
    match scheme(&as_browsers_read(href)).as_deref() {
        None | Some("http" | "https" | "mailto") => {}
        Some(other) => return Err(format!("link with {other}: {tag:?}")),
    }
    let rel = tag.attribute("rel").unwrap_or_default();
    if rel != "nofollow ugc noopener noreferrer" {
        return Err(format!("link with rel {rel:?}"));
    }
    Ok(())
}

fn check_image(tag: &Tag, source: &str) -> Result<(), String> {
    let address = as_browsers_read(source).replace('\\', "/");
    let is_ours = match scheme(&address).as_deref() {
        None => !address.starts_with("//"),
        Some("media") => source.len() == "media:".len() + 36 && source["media:".len()..].is_ascii(),
        Some(_) => false,
    };
    if is_ours {
        Ok(())
    } else {
        Err(format!("foreign picture {tag:?}"))
    }
}

fn check_attribute(tag: &Tag, name: &str, value: &str) -> Result<(), String> {
    let is_allowed = match (tag.name.as_str(), name) {
        ("a", "href") => return check_link(tag, value),
        ("img", "src") => return check_image(tag, value),
        ("a", "rel" | "title") | ("abbr", "title") | ("img", "alt" | "title") => true,
        ("img", "loading") => value == "lazy",
        ("img", "decoding") => value == "async",
        ("input", "type") => value == "checkbox",
        ("input", "disabled" | "checked") | ("details", "open") => value.is_empty(),
        ("ol", "start") => value.bytes().all(|byte| byte.is_ascii_digit()),
        ("th", "scope") => value == "col",
        ("th" | "td", "class") => ["align-left", "align-center", "align-right"].contains(&value),
        ("code", "class") => value.strip_prefix("language-").is_some_and(|language| {
            language
                .chars()
                .all(|ch| ch.is_ascii_lowercase() || ch.is_ascii_digit() || "+#-".contains(ch))
        }),
        ("span", "class") => value.len() == 1 && "csnkftid".contains(value),
        ("sup" | "section" | "a", "class") => value.starts_with("footnote"),
        (_, "id") => ["h-", "fn-", "fnref-"]
            .iter()
            .any(|prefix| value.starts_with(prefix)),
        _ => false,
    };
    if is_allowed {
        Ok(())
    } else {
        Err(format!("attribute {name}={value:?} in {tag:?}"))
    }
}

/// Checks the parsed output against a list of its own, element by element.
fn check(html: &str, elements: &[&str]) -> Result<(), String> {
    let page = Page::read(html);
    if !page.oddities.is_empty() {
        return Err(format!("{:?} in {html:?}", page.oddities));
    }
    for tag in &page.tags {
        if !elements.contains(&tag.name.as_str()) {
            return Err(format!("element {tag:?} in {html:?}"));
        }
        for (name, value) in &tag.attributes {
            check_attribute(tag, name, value).map_err(|error| format!("{error} in {html:?}"))?;
        }
    }
    Ok(())
}

/// What a browser reads must be what was written.
fn check_stable(html: &str) -> Result<(), String> {
    let again = reread(html);
    if again == html {
        Ok(())
    } else {
        Err(format!("{html:?} became {again:?}"))
    }
}

/// The HTML parsed into a tree as a browser does and written again, by a second
/// sanitiser with its own list.
fn reread(html: &str) -> String {
    let mut builder = ammonia::Builder::empty();
    builder
        .tags(POST_ELEMENTS.iter().copied().collect())
        .tag_attributes(std::collections::HashMap::new())
        .generic_attributes(
            [
                "alt", "checked", "class", "decoding", "disabled", "href", "id", "loading", "open",
                "rel", "scope", "src", "start", "title", "type",
            ]
            .into(),
        )
        .clean_content_tags(std::collections::HashSet::new())
        .url_schemes(["http", "https", "mailto", "media"].into())
        .link_rel(None);
    builder.clean(html).to_string()
}

fn check_all(source: &str) -> Result<(), String> {
    match render_post(source) {
        Ok(post) => {
            check(&post.html, POST_ELEMENTS)?;
            check_stable(&post.html)?;
            if post.excerpt.graphemes(true).count() > 201 {
                return Err(format!("long excerpt {:?}", post.excerpt));
            }
        }
        Err(MarkdownError::TooDeep { .. }) => {}
        Err(error) => return Err(error.to_string()),
    }
    match render_comment(source) {
        Ok(html) => {
            check(&html, COMMENT_ELEMENTS)?;
            check_stable(&html)
        }
        Err(MarkdownError::TooDeep { .. }) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn the_corpus_is_large_enough() {
    assert!(attacks().len() >= 120, "{}", attacks().len());
}

#[test]
fn no_attack_gets_through() {
    for attack in attacks() {
        if let Err(error) = check_all(&attack) {
            panic!("{attack:?}: {error}");
        }
    }
}

#[test]
fn no_attack_gets_through_in_another_place() {
    for attack in attacks() {
        for place in [
            format!("> {attack}"),
            format!("- {attack}"),
            format!("# {attack}"),
            format!("```html\n{attack}\n```"),
            format!("- ~~~js\n  {attack}"),
            format!("| a |\n|---|\n| {attack} |"),
            format!("text {attack} text"),
            format!("[{attack}](/x)"),
            format!("![{attack}](/x)"),
            format!("![a](media:018f3c1e-1b2a-7c3d-8e4f-0123456789ab \"{attack}\")"),
            format!("[a](/x \"{attack}\")"),
            format!("```{attack}\ncode\n```"),
            format!("<div>\n{attack}\n</div>"),
            format!("<b title=\"{attack}\">"),
            format!("a[^1]\n\n[^1]: {attack}"),
            attacks()
                .iter()
                .take(5)
                .fold(attack.clone(), |all, one| format!("{all}{one}")),
        ] {
            if let Err(error) = check_all(&place) {
                panic!("{place:?}: {error}");
            }
        }
    }
}

#[test]
fn no_attack_gets_through_resolved_media() {
    for attack in attacks() {
        let source = format!("![{attack}](media:018f3c1e-1b2a-7c3d-8e4f-0123456789ab)\n\n{attack}");
        let Ok(post) = render_post(&source) else {
            continue;
        };
        let missing = Page::read(&resolve_media(&post.html, &|_| None));
        for tag in &missing.tags {
            for (name, value) in &tag.attributes {
                let is_note = (name.as_str(), value.as_str()) == ("class", "media-missing");
                let checked = check_attribute(tag, name, value);
                assert!(is_note || checked.is_ok(), "{source:?}: {checked:?}");
            }
        }
        assert_eq!(missing.oddities, Vec::<String>::new(), "{source:?}");
    }
}

#[test]
fn the_check_itself_finds_what_it_is_for() {
    for bad in [
        "<script>1</script>",
        "<p onclick=\"x\">a</p>",
        "<p style=\"x\">a</p>",
        "<a href=\"javascript:x\" rel=\"nofollow ugc noopener noreferrer\">a</a>",
        "<a href=\"java\nscript:x\" rel=\"nofollow ugc noopener noreferrer\">a</a>",
        "<a href=\"data:text/html,x\" rel=\"nofollow ugc noopener noreferrer\">a</a>",
        "<a href=\"/x\">a</a>",
        "<img src=\"https://example.org/x.png\">",
        "<img src=\"//example.org/x.png\">",
        "<img src=\"/\\example.org/x.png\">",
        "<h2 id=\"location\">a</h2>",
        "<input type=\"text\">",
        "<!-- a -->",
        "<svg></svg>",
        "<form></form>",
    ] {
        assert!(check(bad, POST_ELEMENTS).is_err(), "{bad}");
    }
}

/// Text in which fragments of attacks are as likely as letters.
fn hostile_text() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        "\\PC{0,6}",
        any::<char>().prop_map(String::from),
        prop::sample::select(
            &[
                "<",
                ">",
                "\"",
                "'",
                "&",
                "=",
                "/",
                "\n",
                "\n\n",
                " ",
                "\t",
                "\0",
                "`",
                "```",
                "*",
                "**",
                "_",
                "~~",
                "[",
                "]",
                "(",
                ")",
                "![",
                "](",
                "[^1]",
                "[^1]: ",
                "> ",
                "- ",
                "1. ",
                "- [ ] ",
                "# ",
                "---",
                "| a |\n|-|\n",
                "|",
                "\\",
                "<!--",
                "-->",
                "<![CDATA[",
                "]]>",
                "<?",
                "?>",
                "<script>",
                "</script>",
                "<style>",
                "<b>",
                "</b>",
                "<a href=",
                "</a>",
                "<p>",
                "</p>",
                "<div>",
                "</div>",
                "<details>",
                "<summary>",
                "<pre>",
                "</pre>",
                "<img src=",
                "<svg>",
                "<math>",
                "<table>",
                "<li>",
                "<template>",
                "<noscript>",
                "<textarea>",
                "<select>",
                "<title>",
                "<plaintext>",
                "<frameset>",
                "<label>",
                "<input>",
                " onerror=alert(1)",
                " style=x",
                "javascript:",
                "data:",
                "media:",
                "media:018f3c1e-1b2a-7c3d-8e4f-0123456789ab",
                "&#106;",
                "&Tab;",
                "&colon;",
                "&lt;",
                "&#13;",
                "&#10;",
                "&#0;",
                "&nbsp;",
                "https://example.org",
                "<https://example.org>",
                "//",
                "    ",
                "\r\n",
                "\u{202e}",
                "\u{fffe}",
                "é",
                "漢",
                "👩\u{200d}👩",
            ][..]
        )
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(fragment, 0..40).prop_map(|fragments| fragments.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    #[test]
    fn any_text_gives_allowed_and_stable_html(source in hostile_text()) {
        prop_assert_eq!(check_all(&source), Ok(()), "{:?}", source);
    }

    #[test]
    fn rendering_is_deterministic(source in hostile_text()) {
        prop_assert_eq!(render_post(&source), render_post(&source));
    }
}
