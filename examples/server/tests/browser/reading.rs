//! A reader's way: archive, month, post, the next post, search, and a comment's own address; with scripts and without.

use tempfile::TempDir;

use crate::browser::{Browser, Scripts, in_turn};
use crate::server::Server;
use crate::visitor::Visitor;
use crate::writer;

/// Title, text, tags and day of each post, oldest first.
const POSTS: [(&str, &str, &str, &str); 4] = [
    (
        "Lanterns on the quay",
        "In İstanbul the lamps are lit before the ferries come.",
        "Harbour, Night",
        "2024-02-29T18:00",
    ),
    (
        "A winter ferry",
        "Nobody stands outside. The tea is hot.",
        "Harbour",
        "2024-12-03T08:30",
    ),
    (
        "The new timetable",
        "Six crossings, none of them at noon.",
        "Timetables",
        "2024-12-20T08:30",
    ),
    (
        "Spring tide",
        "The landing stage is a slope again.",
        "Harbour",
        "2025-03-01T06:00",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_finds_the_way_with_scripts() {
    in_turn(4, async |browser| walk(&browser, Scripts::On).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_finds_the_way_without_scripts() {
    in_turn(4, async |browser| walk(&browser, Scripts::Off).await).await;
}

async fn walk(browser: &Browser, scripts: Scripts) {
    let data = TempDir::new().expect("a temporary folder");
    let mut server = Server::start(data.path()).await;
    let author = Visitor::new(browser, scripts, &server.origin).await;
    writer::take_over(&author, &server.owner_link().await).await;
    for (title, text, tags, day) in POSTS {
        publish(&author, title, text, tags, day).await;
    }
    let first = remark(&author, "The lamps were never lit on time.").await;

    let reader = Visitor::new(browser, scripts, &server.origin).await;
    through_the_archive(&reader).await;
    from_post_to_post(&reader).await;
    by_tag(&reader).await;
    by_search(&reader).await;
    to_a_comment(&reader, &first).await;
    reader.close().await;
    author.close().await;
    server.stop().await;
}

async fn publish(author: &Visitor, title: &str, text: &str, tags: &str, day: &str) {
    author.open("/write").await;
    author.fill("#f-title", title).await;
    author.fill("#f-body", text).await;
    author.fill("#f-tags", tags).await;
    author.select("#f-status", "published").await;
    author.set("#f-publish_at", day).await;
    author.follow("main form button[type=submit]").await;
    author.see(".post-title").await;
}

/// Says something below the newest post; the comment's own address.
async fn remark(author: &Visitor, text: &str) -> String {
    author.fill("#comment-form textarea", text).await;
    author.press("#comment-form button[type=submit]").await;
    author.see(".comment").await;
    let link = author.property(".comment a.comment-when", "href").await;
    link.replace(&author.origin, "")
}

async fn through_the_archive(reader: &Visitor) {
    reader.open("/").await;
    reader.follow(".colophon a[href$='/archive']").await;
    assert_eq!(reader.count(".year").await, 2);
    reader.follow(".months a[href$='/archive/2024/12']").await;
    assert_eq!(reader.text("h1").await, "December 2024");
    assert_eq!(reader.count(".card").await, 2);
    // From the month to its year, and to another month of it.
    reader.follow(".months-nav a[href$='/archive/2024']").await;
    assert_eq!(reader.count(".card").await, 3);
    reader
        .follow(".months-nav a[href$='/archive/2024/02']")
        .await;
    assert_eq!(reader.count(".card").await, 1);
    reader.open("/archive/2024/2").await;
    assert_eq!(reader.path().await, "/archive/2024/02");
    reader.open("/archive/2024/13").await;
    reader.see(".page-error").await;
    reader.open("/archive/2023/01").await;
    reader.follow(".empty a[href$='/archive']").await;
    reader.see(".year").await;
}

async fn from_post_to_post(reader: &Visitor) {
    reader.open("/archive/2024/02").await;
    reader.follow(".card-title a").await;
    for (place, (title, ..)) in POSTS.iter().enumerate() {
        assert_eq!(reader.text(".post-title").await, *title);
        if place + 1 < POSTS.len() {
            reader.follow(".beside a[rel=next]").await;
        }
    }
    assert_eq!(reader.count(".beside a[rel=next]").await, 0);
    reader.follow(".beside a[rel=prev]").await;
    assert_eq!(reader.text(".post-title").await, POSTS[2].0);
    // What shares a tag and is not beside it already.
    reader.open("/posts/lanterns-on-the-quay").await;
    assert_eq!(reader.text(".related .card-title").await, POSTS[3].0);
    reader.follow(".about a[href$='/@ada']").await;
    assert_eq!(reader.count(".card").await, POSTS.len());
}

async fn by_tag(reader: &Visitor) {
    reader.open("/").await;
    reader.follow(".colophon a[href$='/tags']").await;
    let harbour = reader.text(".tag-list li").await;
    assert!(
        harbour.contains("Harbour") && harbour.contains('3'),
        "{harbour}"
    );
    reader.follow(".tag-list a[href$='/tags/harbour']").await;
    assert_eq!(reader.count(".card").await, 3);
}

async fn by_search(reader: &Visitor) {
    reader.follow(".nav a[href$='/search']").await;
    reader.fill("#q", "istanbul lamps").await;
    reader.follow(".search button").await;
    assert_eq!(reader.text(".card-excerpt mark").await, "İstanbul");
    assert_eq!(reader.count(".card").await, 1);
    reader.fill("#q", "nothing of this sort").await;
    reader.follow(".search button").await;
    reader.see(".empty").await;
    reader.follow(".suggested .card-title a").await;
    assert_eq!(reader.text(".post-title").await, POSTS[3].0);
}

async fn to_a_comment(reader: &Visitor, path: &str) {
    reader.open(path).await;
    let (post, anchor) = path.split_once("/comments/").expect("a comment's address");
    assert_eq!(reader.path().await, format!("{post}#comment-{anchor}"));
    reader.see(&format!("#comment-{anchor}:target")).await;
}
