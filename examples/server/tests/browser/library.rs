//! A writer in their library: uploads, searches, describes, chooses what stays in sight, and deletes.

use std::path::Path;
use std::time::Duration;

use fantoccini::elements::Element;
use serde_json::json;
use tempfile::TempDir;

use crate::browser::{Browser, Scripts, in_turn};
use crate::server::Server;
use crate::visitor::Visitor;
use crate::{media, pictures, writer};

#[tokio::test(flavor = "multi_thread")]
async fn a_library_is_kept_in_order_with_scripts() {
    in_turn(5, async |browser| walk(&browser, Scripts::On).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_library_is_kept_in_order_without_scripts() {
    in_turn(5, async |browser| walk(&browser, Scripts::Off).await).await;
}

async fn walk(browser: &Browser, scripts: Scripts) {
    let data = TempDir::new().expect("a temporary folder");
    let files = TempDir::new().expect("a temporary folder");
    let mut server = Server::start(data.path()).await;
    let author = Visitor::new(browser, scripts, &server.origin).await;
    writer::take_over(&author, &server.owner_link().await).await;

    author.open("/library").await;
    assert_eq!(author.text(".empty-line").await, "Nothing uploaded yet.");
    upload(&author, &media::photo(files.path()), "The ferry from above").await;
    upload(&author, &media::clip(files.path()), "The ferry leaves").await;
    upload(&author, &media::lamp(files.path()), "A lamp at night").await;
    find(&author).await;
    let page = describe(&author).await;
    choose_the_point(&author, &page).await;
    let draft = use_as_cover(&author, &page).await;
    is_cropped_there(&author).await;
    take_pictures(&author, &page).await;
    stays_while_it_is_used(&author, &page).await;
    goes_when_it_is_not(&author, &page, &draft).await;
    author.close().await;
    server.stop().await;
}

async fn upload(author: &Visitor, file: &Path, alt: &str) {
    let before = author.count(".tile").await;
    // Open already where the library is empty.
    if author.count(".library-upload[open]").await == 0 {
        author.press(".library-upload summary").await;
    }
    author.choose("#u-file", file).await;
    author.fill("#u-alt", alt).await;
    author.press("form.upload button[type=submit]").await;
    author.see(".notice-success").await;
    author
        .see(&format!(".tile:nth-child({})", before + 1))
        .await;
    assert_eq!(author.text(".tile:first-child .media-alt").await, alt);
}

/// Three square tiles of one size; a search and a shelf show fewer.
async fn find(author: &Visitor) {
    for tile in 1..=3 {
        let css = format!(".tile:nth-child({tile}) .tile-frame");
        let (_, _, width, height) = author.see(&css).await.rectangle().await.expect("a size");
        assert!((width - height).abs() < 1.0, "{css}: {width} by {height}");
    }
    author.fill(".search input[name=q]", "FERRY").await;
    author.follow(".search button").await;
    author.see(".tile:nth-child(2)").await;
    assert_eq!(author.count(".tile").await, 2);
    author.follow(".library-shelves a[href*=videos]").await;
    author
        .see(".library-shelves a[href*=videos][aria-current]")
        .await;
    assert_eq!(author.count(".tile").await, 1);
    assert_eq!(author.text(".tile-name").await, "clip.webm");
    author.fill(".search input[name=q]", "nowhere").await;
    author.follow(".search button").await;
    assert_eq!(
        author.text(".empty-line").await,
        "No file matches “nowhere”."
    );
    author.follow(".empty a").await;
    author.see(".tile:nth-child(3)").await;
}

/// Opens the lamp's page and gives it another description; returns the page's path.
async fn describe(author: &Visitor) -> String {
    author.follow(".tile:first-child .tile-name a").await;
    assert_eq!(author.text("h1").await, "lamp at night.png");
    author.fill("#f-alt", "A lamp on the quay").await;
    author.follow(".item-side form button[type=submit]").await;
    author.see(".notice-success").await;
    assert_eq!(author.value("#f-alt").await, "A lamp on the quay");
    let copy = author.see(".item-side [data-use]").await;
    let shown = copy.is_displayed().await.expect("an answer");
    assert_eq!(
        shown,
        author.scripts == Scripts::On,
        "the button that copies"
    );
    author.path().await
}

/// Presses the picture where the lamp is: the sixth column of seven, the fourth row.
async fn choose_the_point(author: &Visitor, page: &str) {
    assert_eq!(chosen(author).await, "3-3");
    press_at(author, ".focus-picture", 800.0 / 900.0, 0.5).await;
    assert_eq!(chosen(author).await, "6-3");
    if author.scripts == Scripts::On {
        assert_eq!(position(author, ".crop-square").await, "100% 50%");
        // The arrow keys move it in both directions, and stop at the edge.
        for (key, point) in [
            ("\u{e013}", "6-2"),
            ("\u{e014}", "6-2"),
            ("\u{e012}", "5-2"),
            ("\u{e015}", "5-3"),
            ("\u{e014}", "6-3"),
        ] {
            let focused = author.client.active_element().await.expect("the point");
            focused.send_keys(key).await.expect("a key");
            assert_eq!(chosen(author).await, point);
        }
    }
    author.follow(".focus-words button[type=submit]").await;
    author.see(".notice-success").await;
    assert_eq!(author.path().await, page);
    assert_eq!(chosen(author).await, "6-3");
    assert_eq!(position(author, ".crop-square").await, "100% 50%");
}

async fn chosen(author: &Visitor) -> String {
    author.value(".focus-cell input:checked").await
}

/// Presses an element at a part of its width and height.
async fn press_at(author: &Visitor, css: &str, x: f64, y: f64) {
    let element: Element = author.see(css).await;
    let script = "arguments[0].scrollIntoView({ block: 'center' }); \
                  const box = arguments[0].getBoundingClientRect(); \
                  return [box.left, box.top, box.width, box.height];";
    let element = serde_json::to_value(element).expect("an element has an id");
    let bounds = author.client.execute(script, vec![element]).await;
    let bounds: Vec<f64> =
        serde_json::from_value(bounds.expect("an answer")).expect("four numbers");
    let at = json!([bounds[0] + bounds[2] * x, bounds[1] + bounds[3] * y]);
    for kind in ["mousePressed", "mouseReleased"] {
        let event = json!({
            "type": kind, "x": at[0], "y": at[1], "button": "left", "clickCount": 1,
        });
        author.devtools("Input.dispatchMouseEvent", event).await;
    }
}

/// Where the browser says that an element's picture is held.
async fn position(author: &Visitor, css: &str) -> String {
    let element = serde_json::to_value(author.see(css).await).expect("an element has an id");
    let script = "return getComputedStyle(arguments[0]).objectPosition";
    let answer = author.client.execute(script, vec![element]).await;
    answer
        .expect("an answer")
        .as_str()
        .expect("a text")
        .to_owned()
}

/// Waits until a picture has arrived, in whichever of its widths the browser chose.
async fn is_loaded(author: &Visitor, css: &str) {
    for _ in 0..300 {
        if author.property(css, "complete").await == "true" {
            assert_ne!(author.property(css, "naturalWidth").await, "0", "{css}");
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{css} does not arrive");
}

/// Publishes a post with the lamp as its cover; returns the post's path.
async fn use_as_cover(author: &Visitor, page: &str) -> String {
    let id = page.rsplit('/').next().expect("an id");
    author.open("/write").await;
    author.fill("#f-title", "Night on the quay").await;
    author.fill("#f-body", "It burns till four.").await;
    author.select("#f-status", "published").await;
    author
        .press(&format!(".cover-choice:has([value='{id}'])"))
        .await;
    author.follow("#post-form button[type=submit]").await;
    assert_eq!(author.text(".post-title").await, "Night on the quay");
    author.path().await
}

/// The card on the home page shows the lamp, in the square of a phone as in the library.
async fn is_cropped_there(author: &Visitor) {
    author.open("/").await;
    is_loaded(author, ".card-cover img").await;
    assert_eq!(position(author, ".card-cover img").await, "100% 50%");
    author.open("/library").await;
    assert_eq!(position(author, ".tile:first-child img").await, "100% 50%");
    is_loaded(author, ".tile:first-child img").await;
    let tile = author.see(".tile:first-child .tile-frame").await;
    let picture = tile.screenshot().await.expect("a picture of the tile");
    let picture = image::load_from_memory(&picture)
        .expect("a picture")
        .into_luma8();
    let at = |x: f64| {
        let x = (f64::from(picture.width()) * x) as u32;
        picture.get_pixel(x, picture.height() / 2).0[0]
    };
    // The square is the right third of the picture, so the lamp's middle lies two thirds into it.
    assert!(at(0.67) > 200, "the lamp is in the square");
    assert!(at(0.1) < 80, "and what is dark beside it");
}

async fn stays_while_it_is_used(author: &Visitor, page: &str) {
    author.open(page).await;
    assert_eq!(author.text(".places a").await, "Night on the quay");
    assert_eq!(author.count(".item-side .icon-trash").await, 0);
    author.open(&format!("{page}/delete")).await;
    author.see(".notice-error").await;
    assert_eq!(author.text(".places a").await, "Night on the quay");
    assert_eq!(author.count(".button-danger").await, 0);
}

async fn goes_when_it_is_not(author: &Visitor, page: &str, post: &str) {
    author.open(&format!("{post}/delete")).await;
    author.follow(".button-danger").await;
    author.see(".notice-success").await;
    author.open("/library?show=unused").await;
    assert_eq!(author.count(".tile").await, 3);
    author.follow(".tile:first-child .tile-name a").await;
    author.follow(".item-side a[href$='/delete']").await;
    pictures::take_open(author, "library-delete").await;
    author.follow(".button-danger").await;
    author.see(".notice-success").await;
    assert_eq!(author.count(".tile").await, 2);
    author.open(page).await;
    author.see(".page-error").await;
}

async fn take_pictures(author: &Visitor, page: &str) {
    pictures::take(author, "library-shelf", "/library").await;
    pictures::take(author, "library-file", page).await;
    pictures::take(author, "library-in-use", &format!("{page}/delete")).await;
}
