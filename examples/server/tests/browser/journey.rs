//! From the owner's link to the second start, in a browser, with scripts and without.

use tempfile::TempDir;

use crate::browser::{Browser, Scripts, in_turn};
use crate::server::Server;
use crate::visitor::Visitor;
use crate::writer::Post;
use crate::{pictures, reader, writer};

const COMMENT: &str = "I took that ferry for years.";
const REPLY: &str = "Then you know the noise.";

#[tokio::test(flavor = "multi_thread")]
async fn from_the_owners_link_to_the_second_start_with_scripts() {
    in_turn(5, async |browser| {
        walk(&browser, Scripts::On, &[]).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_owners_link_to_the_second_start_without_scripts() {
    in_turn(5, async |browser| {
        walk(&browser, Scripts::Off, &[]).await;
    })
    .await;
}

/// The same on MySQL, S3 and DynamoDB: other variables, nothing else.
#[cfg(all(feature = "mysql", feature = "s3", feature = "dynamodb"))]
#[tokio::test(flavor = "multi_thread")]
async fn from_the_owners_link_to_the_second_start_beyond_this_machine() {
    if let Some(stores) = crate::beyond::stores().await {
        in_turn(5, async |browser| {
            walk(&browser, Scripts::On, &stores).await;
        })
        .await;
    }
}

async fn walk(browser: &Browser, scripts: Scripts, stores: &[(&'static str, String)]) {
    let (data, files) = (
        TempDir::new().expect("a temporary folder"),
        TempDir::new().expect("a temporary folder"),
    );
    let mut server = Server::start_with(data.path(), stores).await;
    let mut author = Visitor::new(browser, scripts, &server.origin).await;
    let mut guest = Visitor::new(browser, scripts, &server.origin).await;

    writer::take_over(&author, &server.owner_link().await).await;
    writer::introduce(&author, files.path()).await;
    let draft = writer::draft(&author, files.path()).await;
    reader::check_picture(&author.fetch(&draft.media[0]).await);

    reader::finds_nothing(&guest, &draft).await;
    reader::join(&guest, "carol").await;
    reader::finds_nothing(&guest, &draft).await;
    guest.log_out().await;

    let post = writer::publish(&author, &draft).await;
    reader::finds_it(&guest, &post).await;
    reader::join(&guest, "bob").await;
    reader::comment(&guest, &post, COMMENT).await;
    reader::like(&guest, &post).await;
    writer::reply(&author, &post, REPLY).await;
    writer::edit_in_two_tabs(&author, &post, || pictures::take_open(&author, "conflict")).await;
    stays_at_home(&author).await;
    stays_at_home(&guest).await;

    server.stop().await;
    let server = Server::start_with(data.path(), stores).await;
    assert!(!server.offers_ownership(), "the blog has an owner");
    author.origin.clone_from(&server.origin);
    guest.origin.clone_from(&server.origin);
    all_is_there(&author, &guest, &post).await;

    take_pictures(&author, &guest, &post).await;
    stays_at_home(&author).await;
    stays_at_home(&guest).await;
    guest.close().await;
    author.close().await;
    server.stop().await;
}

/// After a restart: both are still logged in, and nothing is gone.
async fn all_is_there(author: &Visitor, guest: &Visitor, post: &Post) {
    for visitor in [author, guest] {
        visitor.open(&post.path).await;
        visitor.see("header .menu").await;
        assert_eq!(visitor.text(".post-title").await, writer::TITLE);
        writer::check_both_texts(visitor).await;
        writer::check_media(visitor).await;
        assert_eq!(visitor.text(".thread .comment-body").await, COMMENT);
        assert_eq!(visitor.text(".thread .comment-by").await, "bob");
        assert_eq!(visitor.text(".replies .comment-body").await, REPLY);
        assert!(visitor.text(".button-like").await.contains("1 like"));
        writer::check_profile(visitor).await;
    }
    guest.open(&post.path).await;
    guest.see(".button-like[aria-pressed=true]").await;
    author.open(&post.path).await;
    author.see(".button-like[aria-pressed=false]").await;
    reader::finds_it(guest, post).await;
    author.open("/library").await;
    assert_eq!(
        author.count(".tiles .media").await,
        3,
        "a portrait, a photo, a clip"
    );
}

async fn take_pictures(author: &Visitor, guest: &Visitor, post: &Post) {
    pictures::take(author, "write", "/write").await;
    pictures::take(author, "edit", &format!("{}/edit", post.path)).await;
    pictures::take(author, "drafts", "/drafts").await;
    pictures::take(author, "library", "/library").await;
    pictures::take(author, "profile", "/account/profile").await;
    pictures::take(author, "post-by-me", &post.path).await;
    guest.log_out().await;
    pictures::take(guest, "home", "/").await;
    pictures::take(guest, "post", &post.path).await;
    pictures::take(guest, "author", "/@ada").await;
    pictures::take(guest, "tag", "/tags/travel").await;
    pictures::take(guest, "login", "/account/login").await;
    pictures::take(guest, "register", "/account/register").await;
    pictures::take(guest, "nothing", "/posts/never-written").await;
}

/// Since it was last asked, this browser asked nobody but the site, and found nothing that a page's own policy forbids.
async fn stays_at_home(visitor: &Visitor) {
    let asked = visitor.requests().await;
    assert!(asked.len() > 10, "a browser that loads pages: {asked:?}");
    for url in asked {
        assert!(
            url.starts_with(&format!("{}/", visitor.origin)),
            "a request to somebody else: {url}"
        );
    }
    for entry in visitor.log("browser").await {
        let text = entry.to_string();
        // A page that is not found is one of the things looked at.
        let expected = text.contains("status of 404") || text.contains("status of 409");
        assert!(expected, "the browser complains: {text}");
    }
}
