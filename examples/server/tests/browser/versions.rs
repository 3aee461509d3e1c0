//! A post over time: other words, other addresses, what it was before, and back to that. With scripts and without.

use tempfile::TempDir;

use crate::browser::{Browser, Scripts, in_turn};
use crate::http;
use crate::server::Server;
use crate::visitor::Visitor;
use crate::{pictures, writer};

const SAVE: &str = "#post-form button[type=submit]";

#[tokio::test(flavor = "multi_thread")]
async fn what_a_post_was_is_kept_with_scripts() {
    in_turn(4, async |browser| walk(&browser, Scripts::On).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_post_was_is_kept_without_scripts() {
    in_turn(4, async |browser| walk(&browser, Scripts::Off).await).await;
}

async fn walk(browser: &Browser, scripts: Scripts) {
    let data = TempDir::new().expect("a temporary folder");
    let mut server = Server::start(data.path()).await;
    let author = Visitor::new(browser, scripts, &server.origin).await;
    let reader = Visitor::new(browser, scripts, &server.origin).await;
    writer::take_over(&author, &server.owner_link().await).await;
    author.open("/write").await;
    author.fill("#f-title", "The old ferry").await;
    author.fill("#f-body", "She leaves at noon.").await;
    author.select("#f-status", "published").await;
    author.follow(SAVE).await;
    author.see(".post-title").await;

    rename(
        &author,
        "the-old-ferry",
        "the-grey-ferry",
        "She leaves at one.",
    )
    .await;
    rename(
        &author,
        "the-grey-ferry",
        "the-last-ferry",
        "She leaves no more.",
    )
    .await;
    leads_on(&author, &reader).await;
    looks_back(&author).await;
    goes_back(&author, &reader).await;
    reader.close().await;
    author.close().await;
    server.stop().await;
}

async fn rename(author: &Visitor, from: &str, to: &str, text: &str) {
    author.open(&format!("/posts/{from}/edit")).await;
    author.fill("#f-slug", to).await;
    author.fill("#f-body", text).await;
    author.follow(SAVE).await;
    author.see(".notice-success").await;
    assert_eq!(author.path().await, format!("/posts/{to}"));
}

/// Every address that the post had leads to the one it has.
async fn leads_on(author: &Visitor, reader: &Visitor) {
    for old in ["/posts/the-old-ferry", "/posts/the-grey-ferry"] {
        let moved = http::get(&author.origin, old).send().await;
        assert_eq!(
            (moved.status, moved.header("location")),
            (301, "/posts/the-last-ferry"),
            "{old}"
        );
        reader.open(old).await;
        assert_eq!(reader.path().await, "/posts/the-last-ferry");
        assert_eq!(reader.text(".post-body").await, "She leaves no more.");
    }
}

async fn looks_back(author: &Visitor) {
    author.open("/posts/the-last-ferry").await;
    author.follow("article a[href$='/revisions']").await;
    assert_eq!(author.count(".step").await, 3);
    pictures::take_open(author, "revisions").await;
    author.follow(".step:nth-child(2) .step-when a").await;
    assert_eq!(author.text("h1").await, "Version 2");
    let (old, new) = (
        author.text(".diff-old mark").await,
        author.text(".diff-new mark").await,
    );
    assert!(old.contains("noon") && new.contains("one"), "{old} {new}");
    author.follow(".compare a[href*='against=current']").await;
    let new = author.text(".diff-new").await;
    assert!(new.contains("no more"), "{new}");
    pictures::take_open(author, "revision").await;
}

/// The first words come back as a save of their own, and the address stays.
async fn goes_back(author: &Visitor, reader: &Visitor) {
    author.open("/posts/the-last-ferry/revisions/1").await;
    author.follow(".restore-form button").await;
    author.see(".notice-success").await;
    reader.open("/posts/the-old-ferry").await;
    assert_eq!(reader.path().await, "/posts/the-last-ferry");
    assert_eq!(reader.text(".post-body").await, "She leaves at noon.");
    author.open("/posts/the-last-ferry/revisions").await;
    assert_eq!(author.count(".step").await, 4);
    reader.open("/posts/the-last-ferry/revisions").await;
    reader.see(".page-error").await;
}
