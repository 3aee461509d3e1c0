//! The server dies, or says no.

use std::time::Duration;

use serde_json::json;

use super::table::{SAVE, Table, same, words};
use crate::gate::Fault;

super::cases! {
    the_server_is_killed_while_somebody_types,
    the_server_is_killed_and_the_tab_closed_before_it_is_back,
    the_server_is_killed_while_a_save_is_under_way,
    the_server_is_killed_after_a_save_and_before_its_answer,
    the_answer_to_a_first_save_is_lost,
    the_disk_is_full,
    the_database_is_away,
    an_autosave_is_refused,
    somebody_types_on_while_a_save_is_under_way,
    save_is_asked_for_many_times_at_once,
    the_tab_is_left_while_a_save_is_under_way,
}

async fn the_server_is_killed_while_somebody_types(table: &mut Table) {
    let text = words("before");
    table.write(&text).await;
    table.gate.kept(&text).await;
    table.kill();
    table.add("#f-body", &words("without it")).await;
    let text = text + &words("without it");
    table.says("Offline: kept in this browser.").await;
    table.start().await;
    table.gate.kept(&text).await;
    table.has(&text).await;
    table.save(&text).await;
}

async fn the_server_is_killed_and_the_tab_closed_before_it_is_back(table: &mut Table) {
    let text = words("in vain");
    let tab = table.this_tab().await;
    table.kill();
    table.write(&text).await;
    table.start().await;
    let next = table.new_tab("/account/profile").await;
    table.close(&tab, &next).await;
    table.ada.open("/write").await;
    table.bring_back(&text).await;
    table.save(&text).await;
}

async fn the_server_is_killed_while_a_save_is_under_way(table: &mut Table) {
    let text = words("under way");
    table.write(&text).await;
    table.gate.fail("/write", Fault::Lost);
    table.ada.press(SAVE).await;
    table.gate.met().await;
    table.kill();
    table.gate.pass();
    table.start().await;
    table.ada.open("/write").await;
    table.bring_back(&text).await;
    table.save(&text).await;
}

async fn the_server_is_killed_after_a_save_and_before_its_answer(table: &mut Table) {
    let text = words("first");
    let path = table.post(&text).await;
    table.add("#f-body", &words("second")).await;
    let text = text + &words("second");
    table.gate.fail(&format!("{path}/edit"), Fault::Unanswered);
    table.ada.press(SAVE).await;
    // The answer is there, and goes no further.
    table.gate.answered(&format!("{path}/edit"), 303).await;
    table.kill();
    table.gate.pass();
    table.start().await;
    table.stored(&path, &text).await;
}

/// What is sent once more is a save of the post that the first one made.
async fn the_answer_to_a_first_save_is_lost(table: &mut Table) {
    let text = words("answered");
    table.write(&text).await;
    let before = table.gate.statuses("/write").len();
    table.gate.fail("/write", Fault::Unanswered);
    save_and_stay(table).await;
    table.gate.met().await;
    table.gate.answered("/write", 200).await;
    table.gate.pass();
    table.add("#f-body", "!").await;
    let text = text + "!";
    let path = table.save(&text).await;
    assert_eq!(table.gate.statuses("/write")[before..], [200, 303]);
    table.ada.open("/drafts").await;
    let called = "return [...document.querySelectorAll('.row-title')]
        .filter(title => title.textContent.trim() === arguments[0]).length";
    let posts = table.run(called, json!(table.case)).await;
    assert_eq!(posts, 1, "one post");
    table.stored(&path, &text).await;
}

async fn the_disk_is_full(table: &mut Table) {
    let text = words("no room");
    let full = Fault::Refused(507, "storage-full", "There is no room left.");
    table.gate.fail("/write/", full);
    table.write(&text).await;
    table.ada.press(SAVE).await;
    table
        .says("Kept in this browser only. There is no room left.")
        .await;
    table.has(&text).await;
    table.ada.open("/write").await;
    table.bring_back(&text).await;
    table.gate.pass();
    table.save(&text).await;
}

async fn the_database_is_away(table: &mut Table) {
    let text = words("stored");
    let path = table.post(&text).await;
    table.add("#f-body", &words("meanwhile")).await;
    let text = text + &words("meanwhile");
    let away = Fault::Refused(503, "unavailable", "Try again in a minute.");
    table.gate.fail("/", away);
    save_and_stay(table).await;
    table
        .says("Kept in this browser only. Try again in a minute.")
        .await;
    table.has(&text).await;
    table.gate.pass();
    save_and_stay(table).await;
    table.says("Saved").await;
    table.stored(&path, &text).await;
}

/// The keys held down, pressed again, and the button twice: one post, one version each.
async fn save_is_asked_for_many_times_at_once(table: &mut Table) {
    let before = table.gate.statuses("/write").len();
    let text = words("once");
    table.write(&text).await;
    table.gate.fail("/write", Fault::Held);
    let hold =
        "const key = repeat => document.querySelector('#f-body').dispatchEvent(new KeyboardEvent(
          'keydown', { key: 's', ctrlKey: true, repeat, bubbles: true, cancelable: true }));
        [false, true, true, false].forEach(key)";
    table.run(hold, json!(null)).await;
    table.ada.press(SAVE).await;
    table.ada.press(SAVE).await;
    table.gate.met().await;
    table.gate.pass();
    let path = table.arrives(&text).await;
    assert_eq!(table.gate.statuses("/write")[before..], [200]);
    assert_eq!(table.gate.statuses(&format!("{path}/edit")), [303]);
    table.add("#f-body", "!").await;
    let twice = "const save = document.querySelector(arguments[0]); save.click(); save.click();";
    table.run(twice, json!(SAVE)).await;
    let text = text + "!";
    table
        .until(
            "the post is shown",
            "return !!document.querySelector('article .post-body')",
        )
        .await;
    table.stored(&path, &text).await;
    assert_eq!(table.gate.statuses(&format!("{path}/edit")), [303, 303]);
}

async fn the_tab_is_left_while_a_save_is_under_way(table: &mut Table) {
    let text = words("left");
    let path = table.post(&text).await;
    table.add("#f-body", "!").await;
    let text = text + "!";
    table.gate.fail(&format!("{path}/edit"), Fault::Held);
    save_and_stay(table).await;
    table.gate.met().await;
    let hidden = "document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))";
    table.run(hidden, json!(null)).await;
    // Long enough for an autosave that does not wait.
    tokio::time::sleep(Duration::from_millis(300)).await;
    table.gate.pass();
    table.says("Saved").await;
    table.stored(&path, &text).await;
}

/// By the keys that save without leaving the page.
async fn save_and_stay(table: &Table) {
    let body = table.ada.see("#f-body").await;
    body.send_keys("\u{e009}s\u{e000}").await.expect("keys");
}

async fn an_autosave_is_refused(table: &mut Table) {
    let text = words("refused");
    let refused = Fault::Refused(422, "invalid", "That cannot be kept.");
    table.gate.fail("/write/autosave", refused);
    // A cover that is not on the page that the text comes back to.
    let choose = "const none = document.querySelector('.covers label');
        const other = none.cloneNode(true);
        none.after(other);
        other.querySelector('input').value = arguments[0];
        other.querySelector('input').click()";
    table.run(choose, json!("of another page")).await;
    table.write(&text).await;
    table
        .says("Kept in this browser only. That cannot be kept.")
        .await;
    table.ada.open("/write").await;
    table.bring_back(&text).await;
    let cover = table.ada.value("[name=cover]:checked").await;
    assert_eq!(cover, "of another page");
    table.ada.press(".covers .cover-choice:first-of-type").await;
    table.gate.pass();
    table.add("#f-body", "!").await;
    let text = text + "!";
    table.gate.kept(&text).await;
    table.save(&text).await;
}

async fn somebody_types_on_while_a_save_is_under_way(table: &mut Table) {
    let text = words("stored");
    let path = table.post(&text).await;
    table.add("#f-body", "one").await;
    table.gate.fail(&format!("{path}/edit"), Fault::Held);
    // A browser on its way to another page takes no commands, so the page types by itself once the form is sent.
    let typing = "const [text] = arguments;
        document.addEventListener('submit', e => e.defaultPrevented || setTimeout(() => {
            const body = document.querySelector('#f-body');
            body.setSelectionRange(body.value.length, body.value.length);
            body.focus();
            document.execCommand('insertText', false, text);
        }))";
    table.run(typing, json!("too late 🧵")).await;
    tokio::join!(table.ada.follow(SAVE), async {
        table.gate.met().await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        table.gate.pass();
    });
    table.ada.see(".post-body").await;
    table.ada.open(&format!("{path}/edit")).await;
    table.ready().await;
    table.has(&format!("{text}one")).await;
    let late = format!("{text}onetoo late 🧵");
    table.bring_back(&late).await;
    // It was written over the version before, and changed the same line.
    table.ada.follow(SAVE).await;
    table.ada.see(".merged").await;
    same(&table.ada.value("#m-body").await, &late, table.case);
    let both = table.ada.value("#f-body").await;
    let chosen = match both.contains("<<<<<<< ") {
        true => late.clone(),
        false => both,
    };
    let script = "document.querySelector('#f-body').value = ''";
    table.run(script, json!(null)).await;
    table.paste("#f-body", &chosen).await;
    table.ada.follow(SAVE).await;
    assert_eq!(table.arrives(&late).await, path);
}
