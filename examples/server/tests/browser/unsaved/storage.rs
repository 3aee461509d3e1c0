//! The network is away, the browser's storage is full or switched off, and texts are long.

use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::table::{SAVE, Table, same, words};
use crate::gate::Fault;
use crate::media;

super::cases! {
    offline_and_online_again,
    the_browsers_storage_is_full,
    the_browsers_storage_is_switched_off,
    a_picture_is_on_its_way_while_somebody_types,
    a_hundred_kilobytes_are_pasted,
    the_text_is_longer_than_the_server_takes,
}

async fn network(table: &Table, offline: bool) {
    let conditions = json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    table.ada.devtools("Network.enable", json!({})).await;
    table
        .ada
        .devtools("Network.emulateNetworkConditions", conditions)
        .await;
}

async fn offline_and_online_again(table: &mut Table) {
    let text = words("online");
    table.write(&text).await;
    table.gate.kept(&text).await;
    network(table, true).await;
    table.add("#f-body", &words("offline")).await;
    let text = text + &words("offline");
    table.says("Offline: kept in this browser.").await;
    table.ada.press(SAVE).await;
    table.says("Offline: kept in this browser.").await;
    table.has(&text).await;
    network(table, false).await;
    table.gate.kept(&text).await;
    table.save(&text).await;
}

async fn the_browsers_storage_is_full(table: &mut Table) {
    let fill = "for (let size = 4 << 20; size; size >>= 1) {
        for (;;) try { localStorage.setItem('full ' + size + Math.random(), 'x'.repeat(size)); } catch { break; }
    }";
    table.run(fill, json!(null)).await;
    let text = words("no room here");
    table.gate.fail(
        "/write/autosave",
        Fault::Refused(503, "unavailable", "Try again."),
    );
    table.write(&text).await;
    table
        .says("Not kept anywhere yet: copy your text. Try again.")
        .await;
    table.gate.pass();
    table.gate.kept(&text).await;
    table.says("Autosaved").await;
    table.ada.client.refresh().await.expect("the page, again");
    table.bring_back(&text).await;
    table.save(&text).await;
}

async fn the_browsers_storage_is_switched_off(table: &mut Table) {
    let off = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('off', 'SecurityError'); } })";
    let added = table
        .ada
        .devtools(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({ "source": off }),
        )
        .await;
    table.ada.open("/write").await;
    table.ready().await;
    let text = words("nowhere here");
    table.write(&text).await;
    table.gate.kept(&text).await;
    table.ada.client.refresh().await.expect("the page, again");
    table.bring_back(&text).await;
    table.save(&text).await;
    table
        .ada
        .devtools(
            "Page.removeScriptToEvaluateOnNewDocument",
            json!({ "identifier": added["identifier"] }),
        )
        .await;
    table.ada.open("/write").await;
}

async fn a_picture_is_on_its_way_while_somebody_types(table: &mut Table) {
    let files = TempDir::new().expect("a temporary folder");
    let text = words("beside it");
    table.write(&text).await;
    table.gate.fail("/media/uploads", Fault::Held);
    table
        .ada
        .choose("#u-file", &media::photo(files.path()))
        .await;
    table.ada.fill("#u-alt", "A ferry").await;
    table.ada.press("form.upload button[type=submit]").await;
    table.gate.met().await;
    table.add("#f-body", &words("while it goes")).await;
    let text = text + &words("while it goes");
    table.gate.kept(&text).await;
    table.gate.pass();
    table
        .ada
        .see("[data-shelf] .media [data-insert]:not([hidden])")
        .await;
    table.has(&text).await;
    table.ada.press("[data-shelf] .media [data-insert]").await;
    let whole = table.ada.value("#f-body").await;
    assert!(
        whole.starts_with(&text) && whole.contains("![A ferry](media:"),
        "{whole}"
    );
    table.ada.follow(SAVE).await;
    table.arrives(whole.trim_end()).await;
}

/// A long text of many lines.
fn long(bytes: usize) -> String {
    let line = words("one of many");
    let count = bytes / line.len() + 1;
    vec![line; count].join("\n\n")
}

async fn a_hundred_kilobytes_are_pasted(table: &mut Table) {
    let text = long(100 * 1024);
    table.add("#f-title", table.case).await;
    table.paste("#f-body", &text).await;
    table.has(&text).await;
    table.ada.client.refresh().await.expect("the page, again");
    table.bring_back(&text).await;
    table.gate.kept(&text).await;
    table.save(&text).await;
}

async fn the_text_is_longer_than_the_server_takes(table: &mut Table) {
    let text = long(600 * 1024);
    table.add("#f-title", table.case).await;
    table.paste("#f-body", &text).await;
    table.has(&text).await;
    table.ada.press(SAVE).await;
    table
        .says("The text is longer than the server takes (512 KB)")
        .await;
    // So long a text is written down a moment later.
    tokio::time::sleep(Duration::from_millis(500)).await;
    table.ada.client.refresh().await.expect("the page, again");
    table.bring_back(&text).await;
    let short = long(300 * 1024);
    let cut = "const body = document.querySelector('#f-body'); body.value = arguments[0];
        body.dispatchEvent(new Event('input', { bubbles: true }))";
    let answer: Value = table.run(cut, json!(short)).await;
    assert!(answer.is_null());
    same(&table.ada.value("#f-body").await, &short, table.case);
    table.save(&short).await;
}
