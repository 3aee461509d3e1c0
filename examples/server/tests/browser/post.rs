//! What a post is to who reads it, and to programs: its contents, code, notes, date, feeds, and the picture that stands
//! for it elsewhere; and what nobody should ask for. With scripts and without.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::browser::{Browser, Scripts, in_turn};
use crate::http;
use crate::server::Server;
use crate::visitor::Visitor;
use crate::{pictures, writer};

const SAVE: &str = "#post-form button[type=submit]";

const TEXT: &str = "\
A lamp on the quay, and what it says.[^keeper]

## The signal

```rust
fn main() {
    println!(\"lit\"); // at dusk
}
```

## The keeper

She came by the last ferry.

## The log

Nothing but dates.

[^keeper]: She kept it for forty years.
";

#[tokio::test(flavor = "multi_thread")]
async fn a_post_is_more_than_its_words_with_scripts() {
    in_turn(4, async |browser| walk(&browser, Scripts::On).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_is_more_than_its_words_without_scripts() {
    in_turn(4, async |browser| walk(&browser, Scripts::Off).await).await;
}

async fn walk(browser: &Browser, scripts: Scripts) {
    let data = TempDir::new().expect("a temporary folder");
    let mut server = Server::start(data.path()).await;
    let author = Visitor::new(browser, scripts, &server.origin).await;
    writer::take_over(&author, &server.owner_link().await).await;
    author.open("/write").await;
    author.fill("#f-title", "The lamp of the strait").await;
    author.set("#f-body", TEXT).await;
    author.fill("#f-tags", "Lamps").await;
    author.select("#f-status", "published").await;
    author.set("#f-publish_at", "2024-02-29T23:30").await;
    author.follow(SAVE).await;
    author.see(".post-title").await;

    let reader = Visitor::new(browser, scripts, &server.origin).await;
    let zone = json!({ "timezoneId": "Australia/Eucla" });
    reader.devtools("Emulation.setTimezoneOverride", zone).await;
    finds_parts(&reader).await;
    finds_the_date(&reader).await;
    programs_find_it(&reader).await;
    asks_for_what_is_not_there(&reader).await;
    assert_eq!(reader.cookies().await, "", "reading leaves no cookie");
    reader.close().await;
    author.close().await;
    server.stop().await;
}

async fn style(reader: &Visitor, css: &str, name: &str) -> Value {
    let element = serde_json::to_value(reader.see(css).await).expect("an element has an id");
    let script = "return getComputedStyle(arguments[0])[arguments[1]]";
    let answer = reader.client.execute(script, vec![element, json!(name)]);
    answer.await.expect("an answer")
}

async fn finds_parts(reader: &Visitor) {
    reader.open("/posts/the-lamp-of-the-strait").await;
    assert_eq!(
        reader.text(".byline .meta").await.matches("1 min").count(),
        1
    );
    // The table of contents leads to a heading.
    assert_eq!(reader.count(".toc li").await, 3);
    reader.press(".toc li:nth-child(2) a").await;
    assert_eq!(reader.text(".post-body h2:target").await, "The keeper");
    // A note, and back to where it was named.
    reader.press(".footnote-ref a").await;
    let note = reader.text(".footnotes :target").await;
    assert!(note.contains("forty years"), "{note}");
    reader.press(".footnote-back").await;
    reader.see(".post-body :target").await;
    // Code has its colours from the style sheet.
    let plain = style(reader, ".post-body pre", "color").await;
    for word in ["k", "s", "c"] {
        let colour = style(reader, &format!(".post-body pre .{word}"), "color").await;
        assert_ne!(colour, plain, "{word}");
    }
    pictures::take_open(reader, "post-parts").await;
}

/// In the reader's own zone, the exact time on hover; where no script runs, in UTC.
async fn finds_the_date(reader: &Visitor) {
    let (day, moment) = (
        reader.text(".byline time").await,
        reader.property(".byline time", "title").await,
    );
    let (expected, hour) = match reader.scripts {
        Scripts::On => ("1 March 2024", "08:15"),
        Scripts::Off => ("29 February 2024", "23:30"),
    };
    assert_eq!(day, expected);
    assert!(moment.contains(hour), "{moment}");
}

async fn attribute(reader: &Visitor, css: &str, name: &str) -> String {
    let element = serde_json::to_value(reader.see(css).await).expect("an element has an id");
    let script = "return arguments[0].getAttribute(arguments[1])";
    let answer = reader.client.execute(script, vec![element, json!(name)]);
    let answer = answer.await.expect("an answer");
    answer.as_str().expect("it is there").to_owned()
}

async fn programs_find_it(reader: &Visitor) {
    reader.open("/posts/the-lamp-of-the-strait").await;
    let own = format!("{}/posts/the-lamp-of-the-strait", reader.origin);
    // The site's address is of the configuration, which calls this machine by its name.
    let same = |address: &str| address.ends_with("/posts/the-lamp-of-the-strait");
    assert!(same(&own) && same(&attribute(reader, "link[rel=canonical]", "href").await));
    let data = reader
        .property("script[type='application/ld+json']", "textContent")
        .await;
    assert!(data.contains("BlogPosting"), "{data}");

    // It has no cover: its picture elsewhere is a card of its title.
    let card = attribute(reader, "meta[property='og:image']", "content").await;
    let path = card.split_once("/posts/").expect("a card below the post").1;
    let card = http::get(&reader.origin, &format!("/posts/{path}"))
        .send()
        .await;
    assert_eq!(
        (card.status, card.header("content-type")),
        (200, "image/png")
    );
    let card = image::load_from_memory(&card.body).expect("a picture");
    assert_eq!((card.width(), card.height()), (1200, 630));
    assert_eq!(
        attribute(reader, "meta[name='twitter:card']", "content").await,
        "summary_large_image"
    );

    for page in ["", "/@ada", "/tags/lamps"] {
        for file in ["feed.xml", "atom.xml", "feed.json"] {
            let feed = http::get(&reader.origin, &format!("{page}/{file}"))
                .send()
                .await;
            assert_eq!(feed.status, 200, "{page}/{file}");
            let text = feed.text();
            for part in ["The lamp of the strait", "by the last ferry", "forty years"] {
                assert!(text.contains(part), "{page}/{file}: {part}");
            }
        }
    }
    let index = http::get(&reader.origin, "/sitemap.xml")
        .send()
        .await
        .text();
    assert!(index.contains("/sitemap-1.xml"), "{index}");
    let part = http::get(&reader.origin, "/sitemap-1.xml")
        .send()
        .await
        .text();
    assert!(
        part.contains("/posts/the-lamp-of-the-strait</loc>"),
        "{part}"
    );
    let robots = http::get(&reader.origin, "/robots.txt").send().await.text();
    assert!(robots.contains("Sitemap:"), "{robots}");
}

/// A friendly answer each, and never a failure.
async fn asks_for_what_is_not_there(reader: &Visitor) {
    let long = "harbour+".repeat(1_250);
    for (path, status, css) in [
        (format!("/search?q={long}"), 200, ".search-note"),
        ("/search?q=%22the+lamp".to_owned(), 200, ".search"),
        ("/search?q=%F0%9F%A6%80".to_owned(), 200, ".empty"),
        ("/tags/never-used".to_owned(), 404, ".empty, .page-error"),
        ("/archive/2024/13".to_owned(), 404, ".page-error"),
        ("/archive/0/1".to_owned(), 404, ".page-error, .empty"),
        ("/?after=nonsense".to_owned(), 404, ".page-error"),
    ] {
        let answer = http::get(&reader.origin, &path).send().await;
        assert_eq!(answer.status, status, "{}", &path[..path.len().min(40)]);
        reader.open(&path).await;
        reader.see(css).await;
    }
    // An error names its request, for who asks about it.
    reader.open("/posts/never-written").await;
    assert!(!reader.text(".request code").await.is_empty());
}
