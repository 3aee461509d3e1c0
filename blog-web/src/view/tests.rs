//! Every page, full of hostile text and quite empty: what comes out must be safe and sound.

mod sample;
mod tags;

use std::collections::BTreeSet;

use super::page::{self, EditorPage, PostPage};
use super::*;
use tags::Tag;

const MOUNT: &str = "/blog";
const HOSTILE: &str =
    "<script>alert(\"1\")</script>' onload='x' \"style=\"y\" {{ 7919*104729 }} & ü";

fn view() -> View {
    View::new(MOUNT).expect("the engine starts")
}

/// Every page in every dress: name and HTML.
fn every_page() -> Vec<(&'static str, String)> {
    let view = view();
    let mut pages = Vec::new();
    for mut chrome in [sample::full_chrome(HOSTILE), sample::bare_chrome()] {
        for lang in Lang::ALL {
            chrome.site.lang = lang;
            pages.extend(sample::full_pages(&view, &chrome, HOSTILE));
            pages.extend(sample::bare_pages(&view, &chrome));
        }
    }
    pages
}

fn each_tag(check: impl Fn(&str, &Tag)) {
    for (name, html) in every_page() {
        for tag in tags::read(&html) {
            check(name, &tag);
        }
    }
}

#[test]
fn every_template_is_compiled_in_and_every_page_is_in_the_sample() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut files = BTreeSet::new();
    let mut folders = vec![folder.clone()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(&folder).unwrap().to_str().unwrap();
                files.insert(name.replace('\\', "/"));
            }
        }
    }
    let compiled: BTreeSet<String> = templates::ALL
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    assert_eq!(files, compiled);
    for lang in Lang::ALL {
        let environment = environment(lang, &Mount::new(MOUNT)).unwrap();
        for name in &compiled {
            environment.get_template(name).unwrap();
        }
    }

    let whole: BTreeSet<&str> = compiled
        .iter()
        .map(String::as_str)
        .filter(|name| !name.starts_with('_') && *name != "base.html")
        .collect();
    assert_eq!(whole, page::TEMPLATES.iter().copied().collect());
    for pages in [
        sample::full_pages(&view(), &sample::bare_chrome(), "a"),
        sample::bare_pages(&view(), &sample::bare_chrome()),
    ] {
        let shown: BTreeSet<&str> = pages.iter().map(|(name, _)| *name).collect();
        assert_eq!(whole, shown);
    }
}

#[test]
fn hostile_text_stays_text() {
    for (name, html) in every_page() {
        assert!(!html.contains("<script>"), "{name}");
        assert!(!html.contains("alert(\"1\")"), "{name}");
        assert!(!html.contains("829348951"), "{name} evaluates its values");
    }
    let view = view();
    let html = &sample::full_pages(&view, &sample::full_chrome(HOSTILE), HOSTILE)[0].1;
    assert!(html.contains("&lt;script&gt;alert(&quot;1&quot;)&lt;&#x2f;script&gt;&#x27; onload"));
}

#[test]
fn sanitised_html_is_shown_as_it_is() {
    let view = view();
    let pages = sample::full_pages(&view, &sample::full_chrome("a"), "a");
    let post = pages
        .iter()
        .find(|(name, _)| *name == PostPage::TEMPLATE)
        .unwrap();
    assert!(post.1.contains("<p>A <em>sanitised</em> body.</p>"));
    assert!(post.1.contains("<p>Well said.</p>"));
}

#[test]
fn nothing_can_mark_text_as_safe_but_its_type() {
    for (name, source) in templates::ALL {
        assert!(!source.contains("autoescape"), "{name}");
    }
    for lang in Lang::ALL {
        let mut environment = environment(lang, &Mount::new(MOUNT)).unwrap();
        environment
            .add_template("x.html", "{{ page|safe }}")
            .unwrap();
        let template = environment.get_template("x.html").unwrap();
        assert!(template.render(context! { page => "<b>" }).is_err());
    }
}

#[test]
fn nothing_is_inline_that_the_content_security_policy_forbids() {
    each_tag(|name, tag| {
        for (key, value) in &tag.attributes {
            assert_ne!(key, "style", "{name}: {tag:?}");
            assert!(!key.starts_with("on"), "{name}: {key}={value}");
        }
        assert!(
            !["style", "iframe", "object", "embed", "base"].contains(&tag.name.as_str()),
            "{name}: {tag:?}"
        );
        if tag.name == "script" && !tag.end {
            // A data block is no script: browsers neither run it nor ask the policy about it.
            let data = tag.get("type") == Some("application/ld+json") && tag.attributes.len() == 1;
            assert!(tag.get("src").is_some() || data, "{name}");
        }
    });
}

#[test]
fn a_data_block_holds_what_was_said_and_ends_where_it_should() {
    let mut seen = 0;
    for (name, html) in every_page() {
        for block in html.split("<script type=\"application/ld+json\">").skip(1) {
            let json = block.split("</script").next().unwrap();
            let data: serde_json::Value = serde_json::from_str(json)
                .unwrap_or_else(|error| panic!("{name}: {error} in {json}"));
            assert_eq!(data["@context"], "https://schema.org", "{name}");
            assert_eq!(data["@graph"][0], sample::structured(HOSTILE), "{name}");
            seen += 1;
        }
    }
    assert!(seen > 10, "{seen}");
}

#[test]
fn every_address_lies_inside_the_mount() {
    each_tag(|name, tag| {
        for key in ["href", "src", "action", "formaction", "poster"] {
            let Some(value) = tag.get(key) else { continue };
            let canonical = matches!(tag.get("rel"), Some("canonical" | "prev" | "next"))
                && value.starts_with("https://blog.example/blog/");
            let fragment = value.starts_with('#') && value.len() > 1;
            // Where the admin's menu leads to another site, it says so.
            let external = tag.get("rel") == Some("external") && value.starts_with("https://");
            assert!(
                canonical || fragment || external || value == MOUNT || value.starts_with("/blog/"),
                "{name}: {key}={value:?}"
            );
            assert!(
                !value.contains(char::is_whitespace),
                "{name}: {key}={value:?}"
            );
        }
        // Addresses with their widths, parted by commas.
        for choice in tag.get("srcset").unwrap_or_default().split_terminator(", ") {
            let (address, width) = choice.split_once(' ').unwrap();
            assert!(address.starts_with("/blog/media/"), "{name}: {choice:?}");
            let width = width.strip_suffix('w').unwrap().parse::<u32>();
            assert!(width.is_ok(), "{name}: {choice:?}");
            assert!(tag.get("sizes").is_some(), "{name}: {choice:?}");
        }
    });
}

#[test]
fn forms_post_and_read_pages_change_nothing() {
    each_tag(|name, tag| {
        if tag.name == "form" && !tag.end {
            let asks = tag.get("role") == Some("search");
            let method = if asks { "get" } else { "post" };
            assert_eq!(tag.get("method"), Some(method), "{name}");
            assert!(tag.get("action").is_some(), "{name}");
        }
        if tag.name == "button" && !tag.end {
            assert!(tag.get("type").is_some(), "{name}: {tag:?}");
        }
    });
}

#[test]
fn ids_are_unique_and_names_lead_somewhere() {
    for (name, html) in every_page() {
        let tags = tags::read(&html);
        let mut ids = BTreeSet::new();
        for tag in &tags {
            if let Some(id) = tag.get("id") {
                assert!(ids.insert(id), "{name}: id {id} twice");
            }
        }
        let labelled: BTreeSet<&str> = tags.iter().filter_map(|tag| tag.get("for")).collect();
        for tag in &tags {
            if let Some(id) = tag.get("for") {
                assert!(
                    ids.contains(id),
                    "{name}: a label is of {id}, which is not there"
                );
            }
            for key in ["aria-describedby", "aria-labelledby"] {
                for id in tag.get(key).unwrap_or_default().split_whitespace() {
                    assert!(
                        ids.contains(id),
                        "{name}: {key} names {id}, which is not there"
                    );
                }
            }
            let control = ["input", "textarea", "select"].contains(&tag.name.as_str()) && !tag.end;
            let shown = tag.get("hidden").is_none();
            if control
                && shown
                && !["hidden", "radio"].contains(&tag.get("type").unwrap_or_default())
            {
                let label = tag.get("id").is_some_and(|id| labelled.contains(id));
                assert!(
                    label || tag.get("aria-label").is_some(),
                    "{name}: no label for {tag:?}"
                );
            }
            if tag.name == "img" {
                assert!(tag.get("alt").is_some(), "{name}: {tag:?}");
                assert!(
                    tag.get("width").is_some() && tag.get("height").is_some(),
                    "{name}: {tag:?}"
                );
            }
        }
    }
}

#[test]
fn a_refused_form_keeps_the_text_and_has_the_error_beside_its_field() {
    let view = view();
    let form = FormView::new("/account/register")
        .value("username", "a b")
        .value("password", "never given back")
        .error("username", Phrase::new("refusals-letters-username"));
    let html = view
        .render(&sample::bare_chrome(), &page::RegisterPage { form })
        .unwrap();
    let tags = tags::read(&html);
    let field = tags
        .iter()
        .find(|tag| tag.get("name") == Some("username"))
        .unwrap();
    assert_eq!(field.get("value"), Some("a b"));
    assert_eq!(field.get("aria-invalid"), Some("true"));
    assert_eq!(
        field.get("aria-describedby"),
        Some("f-username-hint f-username-error")
    );
    let email = tags
        .iter()
        .find(|tag| tag.get("name") == Some("email"))
        .unwrap();
    assert_eq!(email.get("aria-invalid"), None);
    assert!(html.contains("Use only the letters a to z"));
    assert!(!html.contains("never given back"));
    assert_eq!(
        tags.iter()
            .filter(|tag| tag.get("role") == Some("alert"))
            .count(),
        1
    );
}

#[test]
fn a_text_area_keeps_a_leading_line_break() {
    let view = view();
    let form = FormView::new("/write")
        .value("body", "\n\nfirst")
        .value("title", "t");
    let page = EditorPage {
        form,
        slug: None,
        desk: DeskView::default(),
        media: Vec::new(),
        upload: FormView::new("/media/uploads"),
    };
    let html = view.render(&sample::bare_chrome(), &page).unwrap();
    let area = html.split("<textarea id=\"f-body\"").nth(1).unwrap();
    // A browser drops the first line break after the tag, so there is one more than the text has.
    assert!(
        area.split_once('>')
            .unwrap()
            .1
            .starts_with("\n\n\nfirst</textarea>")
    );
}

#[test]
fn a_refused_reply_opens_in_its_place_with_its_text() {
    let view = view();
    let html = sample::full_pages(&view, &sample::bare_chrome(), "kept text")
        .into_iter()
        .find(|(name, _)| *name == PostPage::TEMPLATE)
        .unwrap()
        .1;
    let reply = html.split("<details class=\"reply\" open>").nth(1).unwrap();
    let reply = reply.split("</details>").next().unwrap();
    assert!(reply.contains("value=\"1\"") && reply.contains("\nkept text</textarea>"));
    assert_eq!(html.matches("kept text</textarea>").count(), 1);
}

#[test]
fn a_stranger_is_offered_neither_writing_nor_logging_out() {
    let view = view();
    for (name, html) in sample::bare_pages(&view, &sample::bare_chrome()) {
        assert!(!html.contains("/blog/account/logout"), "{name}");
        assert!(
            !html.contains("href=\"/blog/write\"") || name == "drafts.html",
            "{name}"
        );
        assert!(html.contains("/blog/account/login"), "{name}");
    }
    let mut closed = sample::bare_chrome();
    closed.registration_open = false;
    for (name, html) in sample::bare_pages(&view, &closed) {
        let links = html.matches("href=\"/blog/account/register\"").count();
        assert_eq!(links, 0, "{name}");
    }
}

#[test]
fn a_missing_value_is_an_error_and_not_an_empty_place() {
    #[derive(serde::Serialize)]
    struct Wrong {
        posts: Vec<CardView>,
    }
    impl Page for Wrong {
        const TEMPLATE: &'static str = "home.html";
    }
    let wrong = Wrong { posts: Vec::new() };
    let error = view().render(&sample::bare_chrome(), &wrong).unwrap_err();
    assert!(matches!(
        error,
        ViewError::Render {
            name: "home.html",
            ..
        }
    ));
}

#[test]
fn every_refusal_has_words_and_the_request_id() {
    let view = view();
    let statuses = [
        400, 401, 403, 404, 405, 408, 409, 413, 415, 421, 422, 429, 500, 503, 507,
    ];
    let mut sentences = BTreeSet::new();
    for status in statuses {
        let error = ErrorView::new(status, "req-7f");
        let html = view.render(&sample::bare_chrome(), &error).unwrap();
        assert!(html.contains("req-7f") && html.contains(&status.to_string()));
        assert!(error.sentence.to_text(Lang::En).ends_with('.'), "{status}");
        assert!(
            sentences.insert(error.sentence.to_text(Lang::En)),
            "{status} says the same as another"
        );
    }
    assert_eq!(
        ErrorView::new(418, "x").sentence,
        ErrorView::new(400, "x").sentence
    );
    assert_eq!(
        ErrorView::new(502, "x").sentence,
        ErrorView::new(500, "x").sentence
    );
}

#[test]
fn every_word_on_every_page_is_the_languages_own() {
    /// A text of people, in letters that no catalogue has.
    const TEXT: &str = "ქართული ტექსტი";
    // Names that are the same in every language, keys, places that a script fills, and a tag of the sample.
    let names = "time sentence zone pages b i k e s p Ctrl Shift RSS Atom JSON Feed UTC kB MB GB English Türkçe other example";
    let view = view();
    for lang in Lang::ALL {
        let mut known: BTreeSet<String> = word_list(names).collect();
        known.extend(words::readable(lang).flat_map(|text| word_list(text).collect::<Vec<_>>()));
        for mut chrome in [sample::full_chrome(TEXT), sample::bare_chrome()] {
            chrome.site.lang = lang;
            let pages = sample::full_pages(&view, &chrome, TEXT);
            for (name, html) in pages.into_iter().chain(sample::bare_pages(&view, &chrome)) {
                let html = sample::BODIES
                    .iter()
                    .fold(html, |html, body| html.replace(body, ""));
                for text in tags::texts(&html) {
                    for word in word_list(&text) {
                        assert!(known.contains(&word), "{lang} {name}: {word:?} in {text:?}");
                    }
                }
            }
        }
    }
}

/// The words of a text that have Latin letters.
fn word_list(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphabetic())
        .filter(|word| word.chars().any(|c| c < '\u{250}'))
        .map(str::to_lowercase)
        .collect::<Vec<_>>()
        .into_iter()
}
