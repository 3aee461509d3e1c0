//! An admin makes the site their own: its name, a page about it, its menu; shows somebody a draft by a link; and a
//! reader chooses the language. With scripts and without.

use tempfile::TempDir;

use crate::browser::{Browser, Scripts, in_turn};
use crate::server::Server;
use crate::visitor::Visitor;
use crate::{pictures, writer};

const SAVE: &str = "main form.settings button[type=submit]";

#[tokio::test(flavor = "multi_thread")]
async fn a_site_is_made_ones_own_with_scripts() {
    in_turn(4, async |browser| walk(&browser, Scripts::On).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_is_made_ones_own_without_scripts() {
    in_turn(4, async |browser| walk(&browser, Scripts::Off).await).await;
}

async fn walk(browser: &Browser, scripts: Scripts) {
    let data = TempDir::new().expect("a temporary folder");
    let mut server = Server::start(data.path()).await;
    let admin = Visitor::new(browser, scripts, &server.origin).await;
    let reader = Visitor::new(browser, scripts, &server.origin).await;
    writer::take_over(&admin, &server.owner_link().await).await;

    name_the_site(&admin).await;
    write_about_it(&admin).await;
    finds_it_in_the_menu(&reader).await;
    choose_the_menu(&admin).await;
    reads_in_turkish(&reader, &admin).await;
    show_a_draft(&admin, &reader).await;
    lead_old_addresses_on(&admin, &reader).await;
    delete_the_page(&admin, &reader).await;
    reader.close().await;
    admin.close().await;
    server.stop().await;
}

async fn name_the_site(admin: &Visitor) {
    admin.open("/").await;
    admin.press("header .menu summary").await;
    admin.follow("header .menu a[href$='/admin']").await;
    admin.follow(".rows a[href$='/admin/settings']").await;
    admin.fill("#f-title", "Harbour Notes").await;
    admin.fill("#f-description", "Letters from the quay").await;
    admin.follow(SAVE).await;
    admin.see(".notice-success").await;
    assert_eq!(admin.text(".wordmark").await, "Harbour Notes");
    // What is refused keeps what was typed.
    admin.fill("#f-page_size", "0").await;
    admin.fill("#f-description", "Letters from the pier").await;
    admin.follow(SAVE).await;
    admin.see("#f-page_size-error").await;
    assert_eq!(admin.value("#f-description").await, "Letters from the pier");
    pictures::take_open(admin, "settings-refused").await;
    admin.fill("#f-page_size", "10").await;
    admin.follow(SAVE).await;
    admin.see(".notice-success").await;
}

async fn write_about_it(admin: &Visitor) {
    admin.follow(".tabs a[href$='/admin/pages']").await;
    admin.see(".empty").await;
    admin.follow(".empty a[href$='/admin/pages/new']").await;
    admin.fill("#f-title", "About us").await;
    admin.fill("#f-body", "We write **slowly**.").await;
    admin.press("#f-in_menu").await;
    admin.follow(SAVE).await;
    admin.see(".notice-success").await;
    assert_eq!(admin.path().await, "/admin/pages/about-us");
    assert_eq!(admin.value("#f-status").await, "draft");
    admin.select("#f-status", "published").await;
    admin.follow(SAVE).await;
    admin.see(".notice-success").await;
    pictures::take_open(admin, "page-form").await;
    admin.follow("main form a[href$='/pages/about-us']").await;
    assert_eq!(admin.text(".post-body strong").await, "slowly");
}

async fn finds_it_in_the_menu(reader: &Visitor) {
    reader.open("/").await;
    assert_eq!(reader.text(".intro").await, "Letters from the pier");
    assert_eq!(reader.text(".sections a").await, "About us");
    reader.follow(".sections a").await;
    assert_eq!(reader.text("h1").await, "About us");
    reader.see(".sections a[aria-current=page]").await;
    assert_eq!(reader.count("main a[href*='/admin']").await, 0);
    pictures::take_open(reader, "static-page").await;
}

async fn choose_the_menu(admin: &Visitor) {
    admin.open("/admin/settings").await;
    admin.see("datalist option[value='/pages/about-us']").await;
    admin.fill("#f-menu_label_1", "Who we are").await;
    admin.fill("#f-menu_target_1", "/pages/about-us").await;
    admin.fill("#f-menu_label_2", "Elsewhere").await;
    admin.fill("#f-menu_target_2", "https://example.org/").await;
    admin.follow(SAVE).await;
    admin.see(".notice-success").await;
    assert_eq!(
        admin.count(".sections a").await,
        2,
        "no entry is there twice"
    );
    assert_eq!(admin.text(".sections a").await, "Who we are");
}

/// The language is the reader's own, on every page, until they choose another.
async fn reads_in_turkish(reader: &Visitor, admin: &Visitor) {
    reader.open("/pages/about-us").await;
    reader.follow(".languages button[value=tr]").await;
    assert_eq!(reader.path().await, "/pages/about-us");
    assert_eq!(reader.property("html", "lang").await, "tr");
    reader.open("/account/login").await;
    assert_eq!(reader.text("h1").await, "Giriş yap");
    reader
        .see(".languages button[value=tr][aria-current]")
        .await;
    admin.open("/account/profile").await;
    assert_eq!(admin.property("html", "lang").await, "en");
    reader.follow(".languages button[value=en]").await;
    assert_eq!(reader.text("h1").await, "Log in");
}

async fn show_a_draft(admin: &Visitor, reader: &Visitor) {
    admin.open("/write").await;
    admin.fill("#f-title", "Not yet").await;
    admin.fill("#f-body", "A text that is *still* wet.").await;
    admin.follow("main form button[type=submit]").await;
    let draft = admin.path().await;
    admin.open(&format!("{draft}/edit")).await;
    admin.follow("main a[href$='/links']").await;
    let (first, second) = (make_a_link(admin, "1").await, make_a_link(admin, "7").await);
    assert_ne!(first, second);
    pictures::take_open(admin, "preview-links").await;

    reader.open(&draft).await;
    reader.see(".page-error").await;
    for link in [&first, &second] {
        reader.open(link).await;
        assert_eq!(reader.text(".post-body em").await, "still");
        let banner = reader.text(".notice-info").await;
        assert!(banner.contains("preview of a draft"), "{banner}");
        assert_eq!(reader.count("#comments, .post-figures, main form").await, 0);
    }
    pictures::take_open(reader, "preview").await;
    // The newer one stands first in the list.
    admin.open(&format!("{draft}/links")).await;
    assert_eq!(admin.count(".rows .row").await, 2);
    admin.follow(".rows .row:first-child button").await;
    admin.see(".notice-success").await;
    assert_eq!(admin.count(".rows .row").await, 1);
    reader.open(&second).await;
    reader.see(".page-error").await;

    admin.open(&format!("{draft}/edit")).await;
    admin.select("#f-status", "published").await;
    admin.follow("#post-form button[type=submit]").await;
    admin.see(".post-title").await;
    reader.open(&first).await;
    assert_eq!(reader.path().await, "/posts/not-yet");
    reader.see("#comments").await;
}

/// Makes a link on the page that is open, and reads its address, which is shown this once.
async fn make_a_link(admin: &Visitor, days: &str) -> String {
    admin.select("#f-days", days).await;
    admin.follow(SAVE).await;
    let address = admin.value(".snippet input").await;
    let token = address.rsplit('/').next().expect("an address");
    assert_eq!(token.len(), 43, "{address}");
    address
}

async fn lead_old_addresses_on(admin: &Visitor, reader: &Visitor) {
    reader.open("/not-yet/").await;
    reader.see(".page-error").await;
    admin.open("/admin/settings").await;
    admin.press("#f-old_addresses").await;
    admin.follow(SAVE).await;
    admin.see(".notice-success").await;
    for (old, new) in [
        ("/not-yet/?page=2", "/posts/not-yet"),
        ("/about-us/", "/pages/about-us"),
        ("/users/login/", "/account/login"),
    ] {
        reader.open(old).await;
        assert_eq!(reader.path().await, new, "{old}");
    }
}

async fn delete_the_page(admin: &Visitor, reader: &Visitor) {
    admin.open("/admin/pages").await;
    admin.follow(".row-actions a").await;
    admin.follow("main form a[href$='/delete']").await;
    admin.follow("main form button[type=submit]").await;
    admin.see(".empty").await;
    assert_eq!(admin.path().await, "/admin/pages");
    reader.open("/pages/about-us").await;
    reader.see(".page-error").await;
}
