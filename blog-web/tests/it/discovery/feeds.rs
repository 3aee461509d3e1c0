//! RSS, Atom and JSON Feed.

use std::collections::{BTreeMap, BTreeSet};

use blog_core::model::user::Role;
use blog_core::{Settings, markdown};
use feed_rs::model::{Entry, Feed};
use http::header;

use super::{HOSTILE, SITE, picture};
use crate::app::{Person, TestApp, memory, post_form};

const SCOPES: [&str; 3] = ["", "/@ada", "/tags/harbour"];
const FILES: [&str; 3] = ["feed.xml", "atom.xml", "feed.json"];

fn every_feed() -> impl Iterator<Item = String> {
    let feed = |scope: &'static str| FILES.map(|file| format!("{scope}/{file}"));
    SCOPES.into_iter().flat_map(feed)
}

/// A feed as a parser of somebody else's reads it.
async fn read(app: &TestApp, address: &str) -> Feed {
    let answer = app.get(address, &Person::default()).await;
    assert_eq!(answer.status, 200, "{address}: {}", answer.text());
    feed_rs::parser::parse(answer.body.as_slice())
        .unwrap_or_else(|error| panic!("{address}: {error}\n{}", answer.text()))
}

fn html(entry: &Entry) -> String {
    let content = entry
        .content
        .as_ref()
        .and_then(|content| content.body.clone());
    content.unwrap_or_default()
}

#[tokio::test]
async fn every_feed_carries_the_whole_post_for_other_programs() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let picture = picture(&app, &ada).await;
    let body = format!(
        "Opening words.\n\n![A lamp](media:{picture}) and [a page](/posts/other?a=1&b=2), \
         [a part](#h-more), a note[^1].\n\n## More\n\n    let text = \" href=\\\"/x\\\"\";\n\n[^1]: The note."
    );
    let mut form = post_form(HOSTILE, &body, "published");
    form.push(("cover", &picture));
    let saved = app.post("/write", &ada, &form).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    let address = format!("{SITE}{}", saved.location());
    let page = app.get(&saved.location(), &Person::default()).await.text();

    let mut ids = BTreeSet::new();
    for path in every_feed() {
        let feed = read(&app, &path).await;
        let [entry] = feed.entries.as_slice() else {
            panic!("{path}: {} entries", feed.entries.len());
        };
        ids.insert(entry.id.clone());
        let text = |text: &Option<feed_rs::model::Text>| text.as_ref().map(|t| t.content.clone());
        assert_eq!(text(&entry.title).as_deref(), Some(HOSTILE), "{path}");
        assert_eq!(
            text(&entry.summary).as_deref(),
            Some("Opening words. and a page, a part, a note."),
            "{path}"
        );
        let links: Vec<&str> = entry.links.iter().map(|link| link.href.as_str()).collect();
        assert!(links.contains(&address.as_str()), "{path}: {links:?}");
        let names: Vec<_> = entry
            .authors
            .iter()
            .map(|who| who.name.as_deref())
            .collect();
        assert_eq!(names, [Some("ada")], "{path}");
        let tags: BTreeSet<&str> = entry
            .categories
            .iter()
            .map(|tag| tag.label.as_deref().unwrap_or(&tag.term))
            .collect();
        assert_eq!(tags, BTreeSet::from(["Harbour", "Lamps"]), "{path}");
        let published = entry.published.as_ref().unwrap().to_string();
        assert!(
            published.starts_with("2026-01-31 18:30:00"),
            "{path}: {published}"
        );

        let html = html(entry);
        for expected in [
            &format!("<img src=\"{SITE}/media/public/"),
            &format!("<a href=\"{SITE}/posts/other?a=1&amp;b=2\""),
            &format!("<a href=\"{address}#h-more\""),
            &format!("<a href=\"{address}#fn-1\""),
            "The note.",
            // Words of the text that look like an address are left alone.
            " href=\\\"/x\\\"",
        ] {
            assert!(html.contains(expected), "{path}: no {expected} in\n{html}");
        }
        for relative in ["src=\"/", "href=\"/", "href=\"#"] {
            let code = html.replace(" href=\\\"/x\\\"", "");
            assert!(!code.contains(relative), "{path}: {relative} in\n{html}");
        }
        let language = feed.language.as_deref();
        assert_eq!(language, Some("en"), "{path}");
    }
    assert_eq!(ids.len(), 1, "one post, one id: {ids:?}");
    assert!(ids.first().unwrap().starts_with("urn:uuid:"), "{ids:?}");
    assert!(page.contains("/media/public/"), "the cover is public");
}

#[tokio::test]
async fn feeds_say_what_they_are_and_where() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    app.post("/write", &ada, &post_form("One", "Text", "published"))
        .await;
    for (scope, title) in [
        ("", "A blog"),
        ("/@ada", "ada · A blog"),
        ("/tags/harbour", "Harbour · A blog"),
    ] {
        for file in FILES {
            let path = format!("{scope}/{file}");
            let answer = app.get(&path, &Person::default()).await;
            let feed = feed_rs::parser::parse(answer.body.as_slice()).unwrap();
            assert_eq!(feed.title.unwrap().content, title, "{path}");
            let media_type = match file {
                "feed.xml" => "application/rss+xml",
                "atom.xml" => "application/atom+xml",
                _ => "application/feed+json",
            };
            let content_type = answer.headers[header::CONTENT_TYPE].to_str().unwrap();
            assert_eq!(content_type, format!("{media_type}; charset=utf-8"));
            let own = format!("{SITE}{path}");
            assert_eq!(
                answer.headers[header::LINK].to_str().unwrap(),
                format!("<{own}>; rel=\"self\"; type=\"{media_type}\"")
            );
            let links: Vec<&str> = feed.links.iter().map(|link| link.href.as_str()).collect();
            assert!(links.contains(&own.as_str()), "{path}: {links:?}");
            let page = format!("{SITE}{}", if scope.is_empty() { "/" } else { scope });
            assert!(links.contains(&page.as_str()), "{path}: {links:?}");
        }
    }
    for (path, status) in [
        ("/tags/nothing/feed.xml", 404),
        ("/tags/NOTHING!/atom.xml", 404),
        ("/@nobody/feed.json", 404),
        ("/@ada/other.xml", 404),
    ] {
        let answer = app.get(path, &Person::default()).await;
        assert_eq!(answer.status, status, "{path}");
    }
    let moved = app.get("/@ADA/atom.xml", &Person::default()).await;
    assert_eq!(moved.status, 301);
    assert_eq!(moved.location(), "/@ada/atom.xml");
    // An author without posts has an empty feed, a page that anybody may subscribe to before the first post.
    app.person("bob", Role::Author).await;
    for file in FILES {
        let feed = read(&app, &format!("/@bob/{file}")).await;
        assert!(feed.entries.is_empty());
    }
}

/// What the specification requires, and what it says of each value.
/// <https://www.jsonfeed.org/version/1.1/>
fn check_json_feed(feed: &serde_json::Value) {
    assert_eq!(feed["version"], "https://jsonfeed.org/version/1.1");
    assert!(
        feed["title"]
            .as_str()
            .is_some_and(|title| !title.is_empty())
    );
    let address = |value: &serde_json::Value| {
        let address = value
            .as_str()
            .unwrap_or_else(|| panic!("{value} is no address"));
        url::Url::parse(address).unwrap_or_else(|error| panic!("{address}: {error}"));
    };
    address(&feed["home_page_url"]);
    address(&feed["feed_url"]);
    let mut ids = BTreeSet::new();
    for item in feed["items"].as_array().expect("items are required") {
        let id = item["id"].as_str().expect("an id is required, as a string");
        assert!(ids.insert(id), "{id} twice");
        assert!(
            item["content_html"].is_string(),
            "one of the contents is required"
        );
        address(&item["url"]);
        for date in ["date_published", "date_modified"] {
            let text = item[date].as_str().unwrap();
            assert!(blog_core::Timestamp::parse(text).is_some(), "{text}");
        }
        for author in item["authors"].as_array().expect("authors is an array") {
            assert!(author["name"].is_string() && author["url"].is_string());
        }
        for tag in item["tags"].as_array().into_iter().flatten() {
            assert!(tag.is_string());
        }
        for attachment in item["attachments"].as_array().into_iter().flatten() {
            address(&attachment["url"]);
            assert!(attachment["mime_type"].as_str().unwrap().contains('/'));
            assert!(attachment["size_in_bytes"].is_u64());
        }
    }
}

#[tokio::test]
async fn a_json_feed_keeps_its_specification_and_covers_are_enclosed() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let picture = picture(&app, &ada).await;
    let mut form = post_form("One", "Text", "published");
    form.push(("cover", &picture));
    app.post("/write", &ada, &form).await;
    app.post("/write", &ada, &post_form("Two", "", "published"))
        .await;
    let text = app.get("/feed.json", &Person::default()).await.text();
    let feed: serde_json::Value = serde_json::from_str(&text).unwrap();
    check_json_feed(&feed);
    let with_cover = &feed["items"][1];
    let attachment = &with_cover["attachments"][0];
    let cover = attachment["url"].as_str().unwrap();
    assert_eq!(with_cover["image"], cover);
    assert!(feed["items"][0].get("attachments").is_none());

    // What is said of the file is true of the file.
    let file = app
        .get(cover.strip_prefix(SITE).unwrap(), &Person::default())
        .await;
    assert_eq!(attachment["size_in_bytes"], file.body.len());
    let content_type = file.headers[header::CONTENT_TYPE].to_str().unwrap();
    assert_eq!(attachment["mime_type"], content_type);
    let rss = app.get("/feed.xml", &Person::default()).await.text();
    let enclosure = format!(
        "<enclosure url=\"{cover}\" length=\"{}\" type=\"{content_type}\"/>",
        file.body.len()
    );
    assert!(rss.contains(&enclosure), "{rss}");
    let atom = read(&app, "/atom.xml").await;
    let enclosed = |link: &feed_rs::model::Link| link.rel.as_deref() == Some("enclosure");
    let link = atom.entries[1].links.iter().find(|link| enclosed(link));
    let link = link.expect("the cover is enclosed");
    assert_eq!(link.href, cover);
    assert_eq!(link.length, Some(file.body.len() as u64));
}

#[tokio::test]
async fn a_post_keeps_its_id_when_its_address_changes() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    app.post("/write", &ada, &post_form("One", "Text", "published"))
        .await;
    let mut before = BTreeMap::new();
    for path in every_feed() {
        before.insert(path.clone(), read(&app, &path).await.entries[0].id.clone());
    }
    app.advance(60);
    let mut form = post_form("Another title", "Text", "published");
    form.extend([("slug", "elsewhere"), ("version", "1")]);
    let saved = app.post("/posts/one/edit", &ada, &form).await;
    assert_eq!(saved.location(), "/posts/elsewhere", "{}", saved.text());
    for path in every_feed() {
        let feed = read(&app, &path).await;
        let entry = &feed.entries[0];
        assert_eq!(before[&path], entry.id, "{path}");
        let updated = entry.updated.as_ref().map(ToString::to_string);
        if path.ends_with("atom.xml") {
            let updated = updated.unwrap();
            assert!(
                updated.starts_with("2026-01-31 18:31:00"),
                "{path}: {updated}"
            );
        }
        assert!(
            entry
                .links
                .iter()
                .any(|l| l.href.ends_with("/posts/elsewhere"))
        );
    }
}

#[tokio::test]
async fn a_feed_is_bounded_in_number_and_in_bytes() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let long = "All & sundry <i>words</i>. ".repeat(18_000);
    let middling = format!("Whole. {}", "Some words of a middling post. ".repeat(3_000));
    let mut expected = Vec::new();
    for number in 0..24 {
        let (body, whole) = match number {
            // The newest is far too long, and keeps nobody else out.
            23 => (long.as_str(), false),
            // Of 90 KB each, five fit into what is left.
            _ => (middling.as_str(), number >= 18),
        };
        let title = format!("Number {number}.");
        let form = post_form(&title, body, "published");
        assert_eq!(app.post("/write", &ada, &form).await.status, 303);
        app.advance(60);
        expected.push((title, whole));
    }
    expected.reverse();
    expected.truncate(20);
    for path in every_feed() {
        let answer = app.get(&path, &Person::default()).await;
        assert!(answer.body.len() < 700_000, "{path}: {}", answer.body.len());
        let feed = read(&app, &path).await;
        let found: Vec<(String, bool)> = feed
            .entries
            .iter()
            .map(|entry| {
                let html = html(entry);
                let opening = html.contains("Read the whole post</a>");
                assert!(!opening || html.contains("<a href=\"http://localhost:3000/posts/number-"));
                (entry.title.clone().unwrap().content, !opening)
            })
            .collect();
        assert_eq!(found, expected, "{path}");
    }
}

#[tokio::test]
async fn a_reader_who_has_the_feed_is_told_so_until_it_changes() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    app.post("/write", &ada, &post_form("One", "Text", "published"))
        .await;
    let mut form = post_form("Soon", "Text", "scheduled");
    form.push(("publish_at", "2026-01-31T19:00"));
    assert_eq!(app.post("/write", &ada, &form).await.status, 303);

    let mut seen: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for step in 0..4 {
        match step {
            // A scheduled post appears without anybody writing.
            1 => drop(app.advance(1_800)),
            2 => {
                let mut form = post_form("One", "Other text", "published");
                form.push(("version", "1"));
                app.post("/posts/one/edit", &ada, &form).await;
            }
            3 => {
                let parts: [(&str, Option<&str>, &[u8]); 3] = [
                    ("display_name", None, b"Ada L."),
                    ("bio", None, b""),
                    ("version", None, b"1"),
                ];
                let saved = app.post_parts("/account/profile", &ada, &parts).await;
                assert_eq!(saved.status, 303, "{}", saved.text());
            }
            _ => {}
        }
        for path in every_feed() {
            let answer = app.get(&path, &Person::default()).await;
            assert_eq!(answer.status, 200);
            let etag = answer.headers[header::ETAG].to_str().unwrap().to_owned();
            let tags = seen.entry(path.clone()).or_default();
            assert!(!tags.contains(&etag), "{path} changed in step {step}");
            tags.push(etag.clone());
            for (sent, status) in [
                (format!("W/\"other\", {etag}"), 304),
                (tags[0].clone(), if step == 0 { 304 } else { 200 }),
                ("\"other\"".to_owned(), 200),
            ] {
                let request = app.request("GET", &path, &Person::default());
                let again = app
                    .send(request.header("if-none-match", &sent).finish())
                    .await;
                assert_eq!(again.status, status, "{path} with {sent} in step {step}");
                assert_eq!(again.headers[header::ETAG], etag.as_str());
            }
        }
    }
    let all: Vec<&String> = seen.values().flatten().collect();
    let different: BTreeSet<&String> = all.iter().copied().collect();
    assert_eq!(all.len(), different.len(), "feeds share a tag");
}

#[tokio::test]
async fn what_xml_cannot_carry_never_leaves() {
    let settings = Settings {
        title: "A\u{1} blog\u{b}".to_owned(),
        description: "\u{ffff}Words\u{0}".to_owned(),
        ..Settings::default()
    };
    let app = TestApp::on(memory(), settings);
    let ada = app.person("ada", Role::Author).await;
    app.post(
        "/write",
        &ada,
        &post_form(HOSTILE, "Text &#1; text", "published"),
    )
    .await;
    for path in every_feed() {
        let text = app.get(&path, &Person::default()).await.text();
        assert!(!text.contains(markdown::is_forbidden), "{path}: {text:?}");
        read(&app, &path).await;
    }
}

#[tokio::test]
async fn pages_announce_the_feeds_that_fit_them() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    app.post("/write", &ada, &post_form("One", "Text", "published"))
        .await;
    for (page, scope) in [
        ("/", ""),
        ("/posts/one", ""),
        ("/search", ""),
        ("/@ada", "/@ada"),
        ("/tags/harbour", "/tags/harbour"),
    ] {
        let html = app.get(page, &Person::default()).await.text();
        let announced: Vec<(String, String)> = html
            .split("<link rel=\"alternate\"")
            .skip(1)
            .map(|link| {
                let value = |name: &str| {
                    let from = link.split(&format!("{name}=\"")).nth(1).unwrap();
                    from.split('"').next().unwrap().replace("&#x2f;", "/")
                };
                (value("href"), value("type"))
            })
            .collect();
        let paths: Vec<&str> = announced.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, FILES.map(|file| format!("{scope}/{file}")), "{page}");
        for (path, content_type) in announced {
            let feed = app.get(&path, &Person::default()).await;
            assert_eq!(feed.status, 200, "{page}: {path}");
            let sent = feed.headers[header::CONTENT_TYPE].to_str().unwrap();
            assert!(sent.starts_with(&content_type), "{page}: {sent}");
        }
    }
}
