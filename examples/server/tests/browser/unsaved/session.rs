//! The session ends, or is somebody else's.

use serde_json::json;

use super::table::{SAVE, Table, add, same, words};
use crate::browser::Scripts;
use crate::visitor::Visitor;
use crate::writer;

super::cases! {
    the_session_ends_before_a_save,
    the_session_ends_before_an_autosave,
    the_log_in_is_put_off_and_the_tab_closed,
    somebody_logs_out_in_another_tab,
    somebody_else_logs_in_in_another_tab,
    the_session_ends_where_no_script_runs,
}

const LOG_IN: &str = "dialog[open] button[type=submit]";

async fn the_session_ends_before_a_save(table: &mut Table) {
    let text = words("logged in");
    table.write(&text).await;
    forget_the_session(&table.ada).await;
    table.ada.press(SAVE).await;
    table.log_in_in_place().await;
    table.has(&text).await;
    table.ada.follow(LOG_IN).await;
    table.arrives(&text).await;
}

async fn forget_the_session(visitor: &Visitor) {
    visitor
        .client
        .delete_all_cookies()
        .await
        .expect("no cookies");
}

async fn the_session_ends_before_an_autosave(table: &mut Table) {
    let text = words("logged in");
    table.write(&text).await;
    table.gate.kept(&text).await;
    // Ended at the server too.
    table.run("return fetch('/account/logout', { method: 'POST', body: new URLSearchParams(), redirect: 'manual' }).then(() => 1)", json!(null)).await;
    table.add("#f-body", &words("logged out")).await;
    let text = text + &words("logged out");
    table.says("You are not logged in any more.").await;
    table.ada.press(".editor-state button").await;
    table.log_in_in_place().await;
    table.ada.press(LOG_IN).await;
    table.gate.kept(&text).await;
    table.add("#f-body", "…").await;
    table.save(&(text + "…")).await;
}

async fn the_log_in_is_put_off_and_the_tab_closed(table: &mut Table) {
    let text = words("put off");
    table.write(&text).await;
    forget_the_session(&table.ada).await;
    table.ada.press(SAVE).await;
    table.ada.press("dialog[open] [data-later]").await;
    table.has(&text).await;
    table.says("You are not logged in any more.").await;
    let tab = table.this_tab().await;
    let next = table.new_tab("/").await;
    table.close(&tab, &next).await;
    table.ada.log_in(writer::USERNAME, writer::PASSWORD).await;
    table.ada.open("/write").await;
    table.bring_back(&text).await;
    table.save(&text).await;
}

async fn somebody_logs_out_in_another_tab(table: &mut Table) {
    let text = words("here");
    table.write(&text).await;
    let tab = table.this_tab().await;
    let other = table.new_tab("/").await;
    table.ada.log_out().await;
    table.close(&other, &tab).await;
    table.add("#f-body", "and on").await;
    let text = text + "and on";
    table.ada.press(SAVE).await;
    table.log_in_in_place().await;
    table.ada.follow(LOG_IN).await;
    table.arrives(&text).await;
}

async fn somebody_else_logs_in_in_another_tab(table: &mut Table) {
    let text = words("of ada");
    table.write(&text).await;
    let tab = table.this_tab().await;
    let other = table.new_tab("/").await;
    table.ada.log_out().await;
    table.ada.open("/account/register").await;
    table.ada.sign_up("bob", "seven slow barges").await;
    table.ada.see(".notice-success").await;
    table.ada.log_in("bob", "seven slow barges").await;
    table.go_to(&tab).await;
    table.add("#f-body", "!").await;
    let text = text + "!";
    table
        .says("You are logged in as bob now, and ada wrote this")
        .await;
    table.go_to(&other).await;
    table.ada.open("/write").await;
    table.ready().await;
    assert_eq!(
        table.ada.count(".unsaved-row").await,
        0,
        "bob is shown nothing of it"
    );
    table.close(&other, &tab).await;
    table.ada.press(SAVE).await;
    let asked = table.ada.text("dialog[open] .hint").await;
    assert!(asked.contains("log in as ada"), "{asked}");
    table.log_in_in_place().await;
    table.has(&text).await;
    table.ada.follow(LOG_IN).await;
    let path = table.arrives(&text).await;
    table.ada.open(&path).await;
    assert_eq!(table.ada.count(".post a[href='/@ada']").await.min(1), 1);
}

async fn the_session_ends_where_no_script_runs(table: &mut Table) {
    let text = words("plain");
    let plain = Visitor::new(&table.browser, Scripts::Off, &table.gate.origin).await;
    plain.log_in(writer::USERNAME, writer::PASSWORD).await;
    plain.open("/write").await;
    add(&plain, "#f-title", table.case).await;
    add(&plain, "#f-body", &text).await;
    forget_the_session(&plain).await;
    plain.follow(SAVE).await;
    assert_eq!(
        plain.text(".notice-error").await,
        "You are not logged in any more; log in in another tab, then send this again."
    );
    same(&plain.value("#f-body").await, &text, table.case);
    assert_eq!(plain.value("#f-title").await, table.case);
    let here = plain.client.window().await.expect("a window");
    plain
        .press("a[target=_blank][href*='/account/login']")
        .await;
    let log_in = plain.other_tab(&here).await;
    plain
        .client
        .switch_to_window(log_in)
        .await
        .expect("the tab that opened");
    plain.fill("#f-login", writer::USERNAME).await;
    plain.fill("#f-password", writer::PASSWORD).await;
    plain.follow("main form button[type=submit]").await;
    plain.client.close_window().await.expect("the tab closes");
    plain.client.switch_to_window(here).await.expect("the form");
    plain.follow(SAVE).await;
    plain.see(".post-body").await;
    let path = plain.path().await;
    plain.close().await;
    table.stored(&path, &text).await;
}
