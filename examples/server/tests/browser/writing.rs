//! A post is written: tools, keys, preview, files, tags, cover and date, with scripts and without.

use std::path::Path;
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;

use crate::browser::{Browser, Scripts, in_turn};
use crate::server::Server;
use crate::unsaved::table::{SAVE, add};
use crate::visitor::Visitor;
use crate::{media, writer};

/// Three quarters of an hour beside whole hours, so that no hour is right by chance.
const ZONE: &str = "Australia/Eucla";

#[tokio::test(flavor = "multi_thread")]
async fn a_post_is_written_with_scripts() {
    in_turn(4, async |browser| walk(&browser, Scripts::On).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_is_written_without_scripts() {
    in_turn(4, async |browser| walk(&browser, Scripts::Off).await).await;
}

async fn walk(browser: &Browser, scripts: Scripts) {
    let data = TempDir::new().expect("a temporary folder");
    let files = TempDir::new().expect("a temporary folder");
    let mut server = Server::start(data.path()).await;
    let author = Visitor::new(browser, scripts, &server.origin).await;
    author
        .devtools(
            "Emulation.setTimezoneOverride",
            json!({ "timezoneId": ZONE }),
        )
        .await;
    writer::take_over(&author, &server.owner_link().await).await;
    match scripts {
        Scripts::On => {
            tools(&author).await;
            files_by_drop_and_paste(&author, files.path()).await;
            tags_and_cover(&author).await;
            date(&author).await;
        }
        Scripts::Off => plain(&author).await,
    }
    author.close().await;
    server.stop().await;
}

async fn run(author: &Visitor, script: &str) -> serde_json::Value {
    let ran = author.client.execute(script, vec![]).await;
    ran.unwrap_or_else(|e| panic!("{script}: {e}"))
}

/// Chooses these words of the text, as a mouse would.
async fn choose(author: &Visitor, words: &str) {
    let script = format!(
        "const body = document.querySelector('#f-body'); const at = body.value.indexOf({0});
         body.focus(); body.setSelectionRange(at, at + {0}.length)",
        json!(words)
    );
    run(author, &script).await;
}

async fn keys(author: &Visitor, keys: &str) {
    let body = author.see("#f-body").await;
    body.send_keys(keys).await.expect("keys");
}

async fn tools(author: &Visitor) {
    author.open("/write").await;
    author.see(".tools[data-ready]").await;
    add(author, "#f-title", "Of bridges").await;
    add(author, "#f-body", "Stone and iron\n\none\ntwo").await;
    choose(author, "Stone").await;
    author.press("[data-tool=bold]").await;
    assert_eq!(
        author.value("#f-body").await,
        "**Stone** and iron\n\none\ntwo"
    );
    // The same again takes it away.
    author.press("[data-tool=bold]").await;
    assert_eq!(author.value("#f-body").await, "Stone and iron\n\none\ntwo");
    keys(author, "\u{e009}b\u{e000}").await;
    choose(author, "iron").await;
    keys(author, "\u{e009}i\u{e000}").await;
    choose(author, "one\ntwo").await;
    author.press("[data-tool=list]").await;
    let text = "**Stone** and *iron*\n\n- one\n- two";
    assert_eq!(author.value("#f-body").await, text);
    // As the server renders it, while somebody types.
    author.see(".editor-preview strong").await;
    author.see(".editor-preview ul li:nth-child(2)").await;
    assert_eq!(author.text(".editor-preview em").await, "iron");
    // Off and on again by its keys.
    keys(author, "\u{e009}p\u{e000}").await;
    assert_eq!(author.count(".with-preview").await, 0);
    keys(author, "\u{e009}p\u{e000}").await;
    assert_eq!(author.count(".with-preview").await, 1);
    author.fill("#f-tags", "Bridges, Rivers").await;
    author.select("#f-status", "published").await;
    author.follow(SAVE).await;
    assert_eq!(author.text(".post-body strong").await, "Stone");
}

/// Gives a file to the text as another program would.
async fn give(author: &Visitor, event: &str, file: &Path) {
    let bytes = std::fs::read(file).expect("the file");
    let script = format!(
        "const data = new DataTransfer();
         data.items.add(new File([Uint8Array.from({})], 'ferry.jpg', {{ type: 'image/jpeg' }}));
         const event = '{event}' === 'drop'
           ? new DragEvent('drop', {{ dataTransfer: data, bubbles: true, cancelable: true }})
           : new ClipboardEvent('paste', {{ clipboardData: data, bubbles: true, cancelable: true }});
         document.querySelector('#f-body').dispatchEvent(event);
         return event.defaultPrevented",
        json!(bytes)
    );
    assert_eq!(run(author, &script).await, true, "{event}");
}

async fn files_by_drop_and_paste(author: &Visitor, files: &Path) {
    author.open("/write").await;
    author.see(".tools[data-ready]").await;
    add(author, "#f-title", "Of ferries").await;
    add(author, "#f-body", "Before.").await;
    for (event, alt) in [("drop", "A ferry from above"), ("paste", "Feribot 🛳️")] {
        give(author, event, &media::photo(files)).await;
        let asked = run(
            author,
            "return document.activeElement.matches('.upload-alt input')",
        )
        .await;
        assert_eq!(asked, true, "what it shows is asked for");
        author
            .devtools("Input.insertText", json!({ "text": alt }))
            .await;
        author.see("[data-uploads] progress[hidden]").await;
        author
            .press("[data-uploads] [data-insert]:not([hidden])")
            .await;
        author
            .see(&format!(".editor-preview img[alt='{alt}']"))
            .await;
    }
    let body = author.value("#f-body").await;
    assert!(
        body.starts_with("Before.\n\n![A ferry from above](media:"),
        "{body}"
    );
    assert!(body.contains("![Feribot 🛳️](media:"), "{body}");
    assert_eq!(author.count("[data-uploads] li").await, 0);
}

async fn tags_and_cover(author: &Visitor) {
    add(author, "#f-tags", "Sea, riv").await;
    author.see("#tag-completions:not([hidden]) li").await;
    assert_eq!(author.text("#tag-completions li span").await, "Rivers");
    let tags = author.see("#f-tags").await;
    tags.send_keys("\u{e015}\u{e007}").await.expect("keys");
    assert_eq!(author.value("#f-tags").await, "Sea, Rivers, ");
    assert_eq!(author.count("#tag-completions[hidden]").await, 1);
    // What was just uploaded can be the cover.
    assert_eq!(author.count(".covers img").await, 2);
    author.press(".covers .cover-choice:last-child").await;
    author.follow(SAVE).await;
    author.see(".post-cover img").await;
    author.loads(".post-cover img", "naturalHeight", 160).await;
    let tags = author.text(".post").await;
    assert!(tags.contains("Rivers") && tags.contains("Sea"), "{tags}");
}

/// Noon of a day next year, in the writer's time and in UTC.
const LOCAL: &str = "2031-03-04T12:00";
const UTC: &str = "2031-03-04T03:15";

async fn date(author: &Visitor) {
    author.open("/write").await;
    author.see(".tools[data-ready]").await;
    let label = author.text("label[for=f-publish_at]").await;
    assert!(label.contains("Date (GMT+8:45)"), "{label}");
    assert_eq!(author.property("#f-publish_at", "title").await, ZONE);
    add(author, "#f-title", "Later").await;
    add(author, "#f-body", "Not before noon.").await;
    author.select("#f-status", "scheduled").await;
    author.set("#f-publish_at", LOCAL).await;
    assert_eq!(author.value("[name=publish_at]").await, UTC);
    author.follow(SAVE).await;
    author.see(".badge-scheduled").await;
    let path = author.path().await;
    author.see(&format!("time[datetime^='{UTC}']")).await;

    // Shown again as it was typed, and moved back.
    author.open(&format!("{path}/edit")).await;
    author.see(".tools[data-ready]").await;
    assert_eq!(author.value("#f-publish_at").await, LOCAL);
    author.select("#f-status", "published").await;
    author.set("#f-publish_at", "2020-01-01T01:30").await;
    author.follow(SAVE).await;
    author.see("time[datetime^='2019-12-31T16:45']").await;
    let day = author.text("time[datetime^='2019-12-31T16:45']").await;
    assert!(day.contains("1 January 2020"), "{day}");

    // What was published at once has seconds.
    author.open(&format!("{path}/edit")).await;
    author.see(".tools[data-ready]").await;
    author.set("#f-publish_at", "2020-01-01T01:30:07").await;
    for mark in ["!", "?"] {
        add(author, "#f-body", mark).await;
        keys(author, "\u{e009}s\u{e000}").await;
        saved_here(author, mark).await;
    }
    assert_eq!(
        author.value("[name=publish_at]").await,
        "2019-12-31T16:45:07"
    );
}

/// Waits until a save that stays is stored, by what another visitor of the page is shown.
async fn saved_here(author: &Visitor, end: &str) {
    let script = format!(
        "const answer = await fetch(location.href);
         const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
         return page.querySelector('#f-body').value.endsWith({})",
        json!(end)
    );
    for _ in 0..100 {
        if run(author, &script).await == true {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("what ends with {end} is not stored");
}

async fn plain(author: &Visitor) {
    author.open("/write").await;
    assert!(
        !author
            .see(".tools")
            .await
            .is_displayed()
            .await
            .expect("an answer")
    );
    let label = author.text("label[for=f-publish_at]").await;
    assert!(label.contains("Date (UTC)"), "{label}");
    add(author, "#f-title", "Plain 🧵").await;
    add(author, "#f-body", "**Bold** and plain.").await;
    author.fill("#f-tags", "Sea").await;
    author.select("#f-status", "scheduled").await;
    author.set("#f-publish_at", UTC).await;
    author.follow("[data-preview]").await;
    assert_eq!(author.text(".preview strong").await, "Bold");
    assert_eq!(author.text(".preview .post-title").await, "Plain 🧵");
    assert_eq!(author.value("#f-body").await, "**Bold** and plain.");
    assert_eq!(author.value("#f-publish_at").await, UTC);
    assert_eq!(author.value("#f-tags").await, "Sea");
    author.follow(SAVE).await;
    author.see(".badge-scheduled").await;
    author.see(&format!("time[datetime^='{UTC}']")).await;
}
