//! Several tabs, pages that are left and come back, and posts that change meanwhile.

use serde_json::json;

use super::table::{SAVE, Table, add, same, words};
use crate::browser::Scripts;
use crate::visitor::Visitor;
use crate::writer;

super::cases! {
    two_tabs_write_on_one_post,
    two_tabs_write_two_new_posts,
    the_tab_is_closed_and_opened_again,
    the_page_is_loaded_again,
    a_refused_save_is_mended,
    somebody_goes_back_after_a_refused_save,
    a_refused_save_is_mended_where_no_script_runs,
    the_post_is_deleted_meanwhile,
    the_address_changes_meanwhile,
}

async fn two_tabs_write_on_one_post(table: &mut Table) {
    let text = words("first line");
    let path = table.post(&text).await;
    let one = table.this_tab().await;
    let two = table.new_tab(&format!("{path}/edit")).await;
    table.ready().await;
    let theirs = format!("{text}\n\n{}", words("of the second tab"));
    table.add("#f-body", &theirs[text.len()..]).await;
    table.ada.follow(SAVE).await;
    table.ada.see(".post-body").await;
    table.close(&two, &one).await;
    let mine = format!("{text}\n\n{}", words("of the first tab"));
    table.add("#f-body", &mine[text.len()..]).await;
    table.ada.follow(SAVE).await;
    table.ada.see(".merged").await;
    same(&table.ada.value("#m-body").await, &mine, table.case);
    same(&table.ada.value("#s-body").await, &theirs, table.case);
    // Nothing of the page of two versions is lost either.
    let both = table.ada.value("#f-body").await;
    for part in [&words("of the first tab"), &words("of the second tab")] {
        for line in part.lines() {
            assert!(both.contains(line), "{line:?} is in {both}");
        }
    }
    let chosen: Vec<&str> = both
        .lines()
        .filter(|line| {
            !["<<<<<<< ", "======= ", ">>>>>>> "]
                .iter()
                .any(|mark| line.starts_with(mark))
        })
        .collect();
    let chosen = chosen.join("\n");
    table
        .run("document.querySelector('#f-body').value = ''", json!(null))
        .await;
    table.add("#f-body", &chosen).await;
    table.gate.kept(&chosen).await;
    table.ada.open(&format!("{path}/edit")).await;
    // Beside what was mine before the choice.
    assert_eq!(table.ada.count(".unsaved-row").await, 2);
    table.choose_newest(&chosen).await;
    table.save(&chosen).await;
}

async fn two_tabs_write_two_new_posts(table: &mut Table) {
    let (one, two) = (words("one"), words("two"));
    let first = table.this_tab().await;
    table.write(&one).await;
    let second = table.new_tab("/write").await;
    table.ready().await;
    table.add("#f-title", "Another one").await;
    table.add("#f-body", &two).await;
    let third = table.new_tab("/").await;
    table.close(&first, &third).await;
    table.close(&second, &third).await;
    table.ada.open("/write").await;
    table.bring_back(&one).await;
    table.save(&one).await;
    table.ada.open("/write").await;
    table.ready().await;
    table.choose_unsaved("Another one").await;
    same(&table.ada.value("#f-body").await, &two, table.case);
    table.ada.follow(SAVE).await;
    table.ada.see(".post-body").await;
    let path = table.ada.path().await;
    table.ada.open(&format!("{path}/edit")).await;
    same(&table.ada.value("#f-body").await, &two, table.case);
}

async fn the_tab_is_closed_and_opened_again(table: &mut Table) {
    let text = words("closed");
    let path = table.post("Short.").await;
    table.add("#f-body", &text).await;
    let text = format!("Short.{text}");
    let tab = table.this_tab().await;
    let next = table.new_tab("/").await;
    table.close(&tab, &next).await;
    table.ada.open(&format!("{path}/edit")).await;
    table.bring_back(&text).await;
    table.save(&text).await;
}

async fn the_page_is_loaded_again(table: &mut Table) {
    let text = words("again");
    table.write(&text).await;
    table.ada.client.refresh().await.expect("the page, again");
    table.bring_back(&text).await;
    table.add("#f-body", "and again").await;
    table.ada.client.refresh().await.expect("the page, again");
    let text = text + "and again";
    // Beside the one that it was made of.
    assert_eq!(table.ada.count(".unsaved-row").await, 2);
    table.choose_newest(&text).await;
    table.save(&text).await;
}

/// A date that no scheduled post can have.
async fn refuse(table: &Table) {
    table.ada.select("#f-status", "scheduled").await;
    table.ada.follow(SAVE).await;
    table.ada.see("#f-publish_at-error").await;
    table.ready().await;
}

async fn a_refused_save_is_mended(table: &mut Table) {
    let text = words("mended");
    table.write(&text).await;
    refuse(table).await;
    table.has(&text).await;
    table.add("#f-body", "?").await;
    let text = text + "?";
    table.ada.select("#f-status", "draft").await;
    table.save(&text).await;
}

async fn somebody_goes_back_after_a_refused_save(table: &mut Table) {
    let text = words("back");
    table.write(&text).await;
    refuse(table).await;
    table.add("#f-body", &words("then back")).await;
    let text = text + &words("then back");
    table.gate.kept(&text).await;
    table.ada.client.back().await.expect("a page to go back to");
    table.ready().await;
    // A browser may bring the page back as it was left.
    if table.ada.value("#f-title").await == table.case {
        table.ada.open("/write").await;
    }
    table.ready().await;
    table.choose_newest(&text).await;
    table.ada.select("#f-status", "draft").await;
    table.ada.follow(SAVE).await;
    table.ada.see(".post-body").await;
    let path = table.ada.path().await;
    table.ada.open(&format!("{path}/edit")).await;
    table.has(&text).await;
}

async fn a_refused_save_is_mended_where_no_script_runs(table: &mut Table) {
    let text = words("plain");
    let plain = Visitor::new(&table.browser, Scripts::Off, &table.gate.origin).await;
    plain.log_in(writer::USERNAME, writer::PASSWORD).await;
    plain.open("/write").await;
    add(&plain, "#f-title", table.case).await;
    add(&plain, "#f-body", &text).await;
    plain.select("#f-status", "scheduled").await;
    plain.follow(SAVE).await;
    plain.see("#f-publish_at-error").await;
    same(&plain.value("#f-body").await, &text, table.case);
    // Looked at before it is saved, and nothing is lost by looking.
    plain.follow("#post-form [data-preview]").await;
    assert!(
        plain
            .text(".preview")
            .await
            .contains("İğne ipliğe 🧵 dönmüş")
    );
    same(&plain.value("#f-body").await, &text, table.case);
    plain.select("#f-status", "draft").await;
    plain.follow(SAVE).await;
    plain.see(".post-body").await;
    let path = plain.path().await;
    plain.close().await;
    table.stored(&path, &text).await;
}

async fn the_post_is_deleted_meanwhile(table: &mut Table) {
    let text = words("to be deleted");
    let path = table.post(&text).await;
    let tab = table.this_tab().await;
    let other = table.new_tab(&format!("{path}/delete")).await;
    table.ada.follow("main form button[type=submit]").await;
    table.ada.see(".notice-success").await;
    table.close(&other, &tab).await;
    table.add("#f-body", &words("after it")).await;
    let text = text + &words("after it");
    table.says("The post was deleted meanwhile.").await;
    table.has(&text).await;
    table.gate.kept(&text).await;
    table.ada.open("/write").await;
    table.bring_back(&text).await;
    table.save(&text).await;
}

async fn the_address_changes_meanwhile(table: &mut Table) {
    let text = words("moved");
    let path = table.post(&text).await;
    let tab = table.this_tab().await;
    let other = table.new_tab(&format!("{path}/edit")).await;
    table.ready().await;
    table.ada.fill("#f-slug", "somewhere-else").await;
    table.ada.select("#f-status", "published").await;
    table.ada.follow(SAVE).await;
    table.ada.see(".post-body").await;
    assert_eq!(table.ada.path().await, "/posts/somewhere-else");
    table.close(&other, &tab).await;
    table.add("#f-body", &words("at the old address")).await;
    let text = text + &words("at the old address");
    table.gate.kept(&text).await;
    table.ada.follow(SAVE).await;
    table.ada.see(".merged").await;
    same(&table.ada.value("#f-body").await, &text, table.case);
    table.ada.follow(SAVE).await;
    assert_eq!(table.arrives(&text).await, "/posts/somewhere-else");
}
