//! The site's settings: what an admin saves shows at once, and nobody else saves anything.

use std::sync::Arc;

use blog_core::model::user::Role;
use blog_core::{Backend, Settings};

use crate::app::{Person, TestApp, memory, png, post_form};

/// The form of the settings as it stands, with some fields changed; a field that it does not have is added.
pub(crate) fn settings_form<'a>(
    version: &'a str,
    changes: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let mut form = vec![
        ("title", "A blog"),
        ("description", ""),
        ("logo", ""),
        ("language", "en"),
        ("page_size", "10"),
        ("footer", ""),
        ("version", version),
    ];
    for (field, value) in changes {
        form.retain(|(name, _)| name != field);
        form.push((field, value));
    }
    form
}

async fn admin(app: &TestApp) -> Person {
    app.person("ruth", Role::Admin).await
}

fn nobody() -> Person {
    Person::default()
}

#[tokio::test]
async fn what_an_admin_saves_shows_at_once() {
    let app = TestApp::new();
    let ruth = admin(&app).await;
    assert!(
        app.get("/", &nobody())
            .await
            .text()
            .contains("<title>A blog</title>")
    );
    let form = settings_form(
        "0",
        &[
            ("title", "Harbour Notes"),
            ("description", "Letters from the quay"),
            ("footer", "Ruth is responsible.\nWrite to her."),
            ("menu_place_1", "2"),
            ("menu_label_1", "Travel"),
            ("menu_target_1", "/tags/travel"),
            ("menu_place_2", "1"),
            ("menu_label_2", "Elsewhere"),
            ("menu_target_2", "https://example.org/a?b=c&d"),
        ],
    );
    let saved = app.post("/admin/settings", &ruth, &form).await;
    assert_eq!(
        (saved.status.as_u16(), saved.location().as_str()),
        (303, "/admin/settings")
    );
    for path in ["/", "/search", "/account/login", "/nothing-here"] {
        let page = app.get(path, &nobody()).await.text();
        assert!(page.contains("<bdi>Harbour Notes</bdi>"), "{path}: {page}");
        assert!(
            page.contains("Ruth is responsible.\nWrite to her."),
            "{path}"
        );
        let menu = page.split("class=\"sections-list\"").nth(1).unwrap();
        let out = menu.find("href=\"https://example.org/a?b=c&amp;d\" rel=\"external\"");
        let inside = menu.find("href=\"/tags/travel\"");
        assert!(out.unwrap() < inside.unwrap(), "{path}: {menu}");
    }
    let home = app.get("/", &nobody()).await.text();
    assert!(home.contains("Letters from the quay"), "{home}");
    let feed = app.get("/feed.xml", &nobody()).await.text();
    assert!(feed.contains("<title>Harbour Notes</title>"), "{feed}");
    assert!(feed.contains("<description>Letters from the quay</description>"));
    // The form shows what is stored, and a second save builds on it.
    let page = app.get("/admin/settings", &ruth).await.text();
    for value in [
        "value=\"Elsewhere\"",
        "value=\"&#x2f;tags&#x2f;travel\"",
        "name=\"version\" value=\"1\"",
    ] {
        assert!(page.contains(value), "{value}: {page}");
    }
    assert!(page.contains("The settings are saved.") || !page.contains("notice"));
    let again = settings_form("1", &[("title", "Quay")]);
    assert_eq!(app.post("/admin/settings", &ruth, &again).await.status, 303);
    let home = app.get("/", &nobody()).await.text();
    assert!(
        home.contains("<bdi>Quay</bdi>") && !home.contains("sections-list"),
        "{home}"
    );
}

#[tokio::test]
async fn another_instance_shows_it_within_a_second() {
    let store = Arc::new(blog_storage::memory::MemoryStore::new());
    let backend = || Backend {
        records: blog_core::backend::Records::of(store.clone()),
        ..memory()
    };
    let here = TestApp::on(backend(), Settings::default());
    let there = TestApp::on(backend(), Settings::default());
    let ruth = admin(&here).await;
    assert!(there.get("/", &nobody()).await.text().contains("A blog"));
    let form = settings_form("0", &[("title", "Harbour Notes")]);
    assert_eq!(here.post("/admin/settings", &ruth, &form).await.status, 303);
    there.advance(1);
    let page = there.get("/", &nobody()).await.text();
    assert!(page.contains("<bdi>Harbour Notes</bdi>"), "{page}");
}

#[tokio::test]
async fn the_configuration_counts_until_the_first_save_and_no_longer() {
    let configured = Settings {
        title: "Configured".to_owned(),
        description: "By a file".to_owned(),
        page_size: 3,
        ..Settings::default()
    };
    let store = Arc::new(blog_storage::memory::MemoryStore::new());
    let backend = || Backend {
        records: blog_core::backend::Records::of(store.clone()),
        ..memory()
    };
    let app = TestApp::on(backend(), configured.clone());
    let ruth = admin(&app).await;
    let page = app.get("/admin/settings", &ruth).await.text();
    for value in [
        "value=\"Configured\"",
        "value=\"By a file\"",
        "name=\"page_size\" type=\"number\" value=\"3\"",
    ] {
        assert!(page.contains(value), "{value}: {page}");
    }
    let form = settings_form("0", &[("title", "Saved"), ("description", "")]);
    assert_eq!(app.post("/admin/settings", &ruth, &form).await.status, 303);
    // A restart with the same file, or another one.
    let again = TestApp::on(backend(), configured);
    let page = again.get("/", &nobody()).await.text();
    assert!(
        page.contains("<bdi>Saved</bdi>") && !page.contains("By a file"),
        "{page}"
    );
}

#[tokio::test]
async fn only_admins_manage_the_site() {
    let app = TestApp::new();
    let form = settings_form("0", &[("title", "Taken over"), ("footer", "My only copy")]);
    for (name, role) in [
        ("reader", Role::Reader),
        ("author", Role::Author),
        ("editor", Role::Editor),
    ] {
        let person = app.person(name, role).await;
        let page = app.get("/admin/settings", &person).await;
        assert_eq!(page.status, 403, "{name}");
        let refused = app.post("/admin/settings", &person, &form).await;
        assert_eq!(refused.status, 403, "{name}");
        assert!(
            !app.get("/", &person)
                .await
                .text()
                .contains("/admin/settings"),
            "{name}"
        );
    }
    let refused = app.post("/admin/settings", &nobody(), &form).await;
    assert_eq!(refused.status, 403);
    assert!(
        refused.text().contains("My only copy"),
        "a session that ended loses no text"
    );
    let ruth = admin(&app).await;
    let home = app.get("/", &ruth).await.text();
    assert!(home.contains("href=\"/admin\""), "{home}");
    assert!(!home.contains("Taken over"));
    let page = app.get("/admin/settings", &ruth).await.text();
    assert!(page.contains("name=\"version\" value=\"0\""), "{page}");
}

#[tokio::test]
async fn a_second_admins_save_is_refused_with_both_versions_shown() {
    let app = TestApp::new();
    let ruth = admin(&app).await;
    let theirs = settings_form(
        "0",
        &[
            ("title", "Theirs"),
            ("footer", "Their foot"),
            ("menu_label_1", "Their entry"),
            ("menu_target_1", "/tags/theirs"),
        ],
    );
    assert_eq!(
        app.post("/admin/settings", &ruth, &theirs).await.status,
        303
    );
    let mine = settings_form("0", &[("title", "Mine"), ("footer", "My foot")]);
    let refused = app.post("/admin/settings", &ruth, &mine).await;
    assert_eq!(refused.status, 409);
    let page = refused.text();
    for kept in [
        "value=\"Mine\"",
        "My foot</textarea>",
        "name=\"version\" value=\"1\"",
    ] {
        assert!(page.contains(kept), "{kept}: {page}");
    }
    let stored = page.split("class=\"stored\"").nth(1).unwrap();
    let stored = stored.split("</section>").next().unwrap();
    for shown in [
        "Theirs",
        "Their foot",
        "Their entry",
        "&#x2f;tags&#x2f;theirs",
    ] {
        assert!(stored.contains(shown), "{shown}: {stored}");
    }
    assert!(
        app.get("/", &nobody())
            .await
            .text()
            .contains("<bdi>Theirs</bdi>")
    );
    let over = settings_form("1", &[("title", "Mine"), ("footer", "My foot")]);
    assert_eq!(app.post("/admin/settings", &ruth, &over).await.status, 303);
    assert!(
        app.get("/", &nobody())
            .await
            .text()
            .contains("<bdi>Mine</bdi>")
    );
}

#[tokio::test]
async fn refused_settings_keep_their_text() {
    let app = TestApp::new();
    let ruth = admin(&app).await;
    let (title, label) = ("x".repeat(101), "x".repeat(41));
    let foot = "x".repeat(1_001);
    let not_a_target = "Begin with / for a page of this site, or with https:// for another site.";
    let entry = |target| [("menu_label_2", "Words"), ("menu_target_2", target)];
    // Changes of the form, the field that is refused, the sentence beside it.
    type Case<'a> = (Vec<(&'a str, &'a str)>, &'a str, &'a str);
    let cases: Vec<Case<'_>> = vec![
        (vec![("title", "")], "title", "Please fill this in."),
        (
            vec![("title", &title)],
            "title",
            "Use at most 100 characters.",
        ),
        (
            vec![("title", "a\u{202e}b")],
            "title",
            "Remove the invisible control characters.",
        ),
        (
            vec![("footer", &foot)],
            "footer",
            "Use at most 1,000 characters.",
        ),
        (
            vec![("language", "fr")],
            "language",
            "Choose one of the offered values.",
        ),
        (
            vec![("language", "<b>")],
            "language",
            "Choose one of the offered values.",
        ),
        (
            vec![("page_size", "0")],
            "page_size",
            "Use a whole number from 1 to 100.",
        ),
        (
            vec![("page_size", "101")],
            "page_size",
            "Use a whole number from 1 to 100.",
        ),
        (
            vec![("page_size", "ten")],
            "page_size",
            "Use a whole number from 1 to 100.",
        ),
        (
            vec![("menu_label_1", "Alone")],
            "menu_target_1",
            "Please fill this in.",
        ),
        (
            vec![("menu_target_1", "/")],
            "menu_label_1",
            "Please fill this in.",
        ),
        (
            vec![("menu_label_1", &label), ("menu_target_1", "/")],
            "menu_label_1",
            "Use at most 40 characters.",
        ),
        // The one row that is filled is the first.
        (
            entry("javascript:alert(1)").into(),
            "menu_target_1",
            not_a_target,
        ),
        (
            entry("//evil.example/").into(),
            "menu_target_1",
            not_a_target,
        ),
        (
            entry("http://example.org/").into(),
            "menu_target_1",
            not_a_target,
        ),
    ];
    for (changes, field, sentence) in cases {
        let mut changes = changes;
        changes.push(("description", "My only copy of this <text> & that"));
        let form = settings_form("0", &changes);
        let answer = app.post("/admin/settings", &ruth, &form).await;
        let page = answer.text();
        assert_eq!(answer.status, 422, "{changes:?}: {page}");
        assert!(
            page.contains("My only copy of this &lt;text&gt; &amp; that"),
            "{changes:?}: {page}"
        );
        let error = page.split(&format!("id=\"f-{field}-error\"")).nth(1);
        let error = error.unwrap_or_else(|| panic!("{changes:?}: no error at {field}: {page}"));
        assert!(
            error
                .split("</p>")
                .next()
                .unwrap()
                .contains(&sentence.replace('/', "&#x2f;")),
            "{changes:?}: {error}"
        );
    }
    let hostile = settings_form("0", &[("title", "<script>alert(1)</script>\"'")]);
    assert_eq!(
        app.post("/admin/settings", &ruth, &hostile).await.status,
        303
    );
    for path in [
        "/",
        "/feed.xml",
        "/atom.xml",
        "/nothing-here",
        "/admin/settings",
    ] {
        let page = app.get(path, &ruth).await.text();
        assert!(!page.contains("<script>alert"), "{path}: {page}");
    }
}

#[tokio::test]
async fn the_language_and_the_length_of_lists_are_the_sites() {
    let app = TestApp::new();
    let ruth = admin(&app).await;
    for title in ["One", "Two", "Three"] {
        app.post("/write", &ruth, &post_form(title, "Text", "published"))
            .await;
    }
    let form = settings_form("0", &[("language", "tr"), ("page_size", "2")]);
    assert_eq!(app.post("/admin/settings", &ruth, &form).await.status, 303);
    let home = app.get("/", &nobody()).await.text();
    assert!(home.contains("<html lang=\"tr\""), "{home}");
    assert!(home.contains("Giriş yap"));
    assert_eq!(home.matches("class=\"card-title\"").count(), 2, "{home}");
    // A refusal keeps the text in this language too.
    let bad = settings_form(
        "1",
        &[("title", ""), ("footer", "Tek kopya"), ("language", "tr")],
    );
    let answer = app.post("/admin/settings", &ruth, &bad).await;
    assert_eq!(answer.status, 422);
    let page = answer.text();
    assert!(
        page.contains("Tek kopya</textarea>") && page.contains("Sitenin adı"),
        "{page}"
    );
    assert!(page.contains("id=\"f-title-error\""));
}

/// Uploads a picture to a person's library; its id.
pub(crate) async fn picture(app: &TestApp, who: &Person) -> String {
    let parts: [(&str, Option<&str>, &[u8]); 1] = [("file", Some("a.png"), &png())];
    assert_eq!(
        app.post_parts("/media/uploads", who, &parts).await.status,
        303
    );
    let library = app.get("/library", who).await.text();
    let at = library.find("media:").unwrap() + 6;
    library[at..at + 36].to_owned()
}

#[tokio::test]
async fn the_logo_is_public_while_it_is_one_and_cannot_be_deleted() {
    let app = TestApp::new();
    let ruth = admin(&app).await;
    let id = picture(&app, &ruth).await;
    let private = format!("/media/private/{id}");
    assert_eq!(app.get(&private, &nobody()).await.status, 404);
    let form = settings_form("0", &[("logo", &id)]);
    assert_eq!(app.post("/admin/settings", &ruth, &form).await.status, 303);
    let home = app.get("/", &nobody()).await.text();
    let img = home
        .split("<img class=\"wordmark-logo\" src=\"")
        .nth(1)
        .unwrap();
    let src = img.split('"').next().unwrap().to_owned();
    assert!(src.starts_with("/media/public/"), "{src}");
    assert!(
        img.starts_with(&format!("{src}\" width=\"8\" height=\"6\" alt=\"\"")),
        "{img}"
    );
    assert_eq!(app.get(&src, &nobody()).await.status, 200);
    assert_eq!(app.get(&private, &nobody()).await.status, 200);
    app.post(&format!("/library/{id}/delete"), &ruth, &[]).await;
    assert_eq!(
        app.get(&src, &nobody()).await.status,
        200,
        "a used picture stays"
    );
    let form = settings_form("1", &[("logo", "")]);
    assert_eq!(app.post("/admin/settings", &ruth, &form).await.status, 303);
    assert!(
        !app.get("/", &nobody())
            .await
            .text()
            .contains("wordmark-logo")
    );
    assert_eq!(
        app.get(&src, &nobody()).await.status,
        404,
        "a withdrawn copy is gone"
    );
    assert_eq!(app.get(&private, &nobody()).await.status, 404);
    app.post(&format!("/library/{id}/delete"), &ruth, &[]).await;
    assert_eq!(
        app.get(&private, &ruth).await.status,
        404,
        "an unused picture goes"
    );
    // What is no picture of the library is no logo.
    for logo in [id.as_str(), "7", "00000000-0000-7000-8000-000000000000"] {
        let form = settings_form("2", &[("logo", logo)]);
        let answer = app.post("/admin/settings", &ruth, &form).await;
        assert_eq!(answer.status, 422, "{logo}");
        assert!(answer.text().contains("f-logo-error"), "{logo}");
    }
}
