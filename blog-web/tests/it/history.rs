//! What a post was: every save stays readable, is compared, and can be brought back; for its writers only.

use blog_core::PageRequest;
use blog_core::model::audit::AuditQuery;
use blog_core::model::user::Role;

use crate::app::{Answer, Person, TestApp, post_form};

/// Saves a post over a version.
async fn save(app: &TestApp, who: &Person, slug: &str, title: &str, body: &str, version: &str) {
    let mut form = post_form(title, body, "published");
    form.push(("version", version));
    let answer = app.post(&format!("/posts/{slug}/edit"), who, &form).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
}

/// A blog, its author, and a post of three versions.
async fn scene() -> (TestApp, Person) {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let first = "First paragraph.\n\nA lamp on the quay.\n\nLast paragraph.";
    app.post("/write", &ada, &post_form("One", first, "published"))
        .await;
    app.advance(60);
    let second = first.replace("A lamp on the quay.", "Two lamps on the quay.");
    save(&app, &ada, "one", "One", &second, "1").await;
    app.advance(60);
    let third = format!("{second}\n\nMore words.");
    save(&app, &ada, "one", "One, and more", &third, "2").await;
    (app, ada)
}

fn same_as_nothing(answer: &Answer, nothing: &Answer, what: &str) {
    assert_eq!(answer.status, 404, "{what}");
    assert_eq!(answer.masked(), nothing.masked(), "{what}");
}

#[tokio::test]
async fn the_list_says_when_who_how_much_and_what_it_was_called() {
    let (app, ada) = scene().await;
    let page = app.get("/posts/one/revisions", &ada).await;
    assert_eq!(page.status, 200);
    let text = page.text();
    let at = |version: u32| {
        let link = format!("href=\"/posts/one/revisions/{version}\"");
        text.find(&link).unwrap_or_else(|| panic!("{link}: {text}"))
    };
    assert!(at(3) < at(2) && at(2) < at(1), "newest first");
    assert_eq!(text.matches("class=\"badge\">current").count(), 1);
    assert!(text[..at(2)].contains("class=\"badge\">current"));
    for part in [
        "31 January 2026, 18:32 UTC",
        "31 January 2026, 18:30 UTC",
        "href=\"/@ada\"",
        "13 B longer",
        "3 B longer",
        "first version, 54 B",
        "<del dir=\"auto\">One</del> <ins dir=\"auto\">One, and more</ins>",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("A lamp on the quay"), "a list has no texts");
    let post = app.get("/posts/one", &ada).await.text();
    assert!(post.contains("href=\"/posts/one/revisions\""));
    let edit = app.get("/posts/one/edit", &ada).await.text();
    assert!(edit.contains("href=\"/posts/one/revisions\""));
    let stranger = app.get("/posts/one", &Person::default()).await.text();
    assert!(!stranger.contains("/revisions"));
}

#[tokio::test]
async fn a_version_is_compared_by_lines_and_words() {
    let (app, ada) = scene().await;
    let page = app.get("/posts/one/revisions/2", &ada).await.text();
    let old =
        "<del class=\"diff-line diff-old\" dir=\"auto\"><mark>A lamp</mark> on the quay.</del>";
    let new =
        "<ins class=\"diff-line diff-new\" dir=\"auto\"><mark>Two lamps</mark> on the quay.</ins>";
    assert!(page.contains(old), "{page}");
    assert!(page.contains(new), "{page}");
    assert!(page.contains("<p class=\"diff-line diff-same\" dir=\"auto\">First paragraph.</p>"));

    let current = app
        .get("/posts/one/revisions/1?against=current", &ada)
        .await
        .text();
    assert!(current.contains("diff-new\" dir=\"auto\">More words.</ins>"));
    assert!(
        current
            .contains("<ins class=\"diff-line diff-new\" dir=\"auto\">One<mark>, and more</mark>")
    );
    // The older one is on the left whichever was asked for.
    let turned = app
        .get("/posts/one/revisions/3?against=1", &ada)
        .await
        .text();
    assert!(turned.contains("diff-new\" dir=\"auto\">More words.</ins>"));

    let first = app.get("/posts/one/revisions/1", &ada).await.text();
    assert!(first.contains("There was nothing before."));
    assert!(first.contains("diff-new\" dir=\"auto\">First paragraph.</ins>"));
    let same = app.get("/posts/one/revisions/2?against=2", &ada).await;
    assert!(same.text().contains("The text is the same in both."));

    for nothing in [
        "0",
        "4",
        "-1",
        "x",
        "99999999999999999999",
        "2?against=9",
        "2?against=x",
    ] {
        let answer = app
            .get(&format!("/posts/one/revisions/{nothing}"), &ada)
            .await;
        assert_eq!(answer.status, 404, "{nothing}");
    }
    assert_eq!(
        app.get("/posts/one/revisions?after=x", &ada).await.status,
        404
    );
}

#[tokio::test]
async fn an_old_version_comes_back_as_a_new_one() {
    let (app, ada) = scene().await;
    let page = app.get("/posts/one/revisions/1", &ada).await.text();
    assert!(page.contains("action=\"/posts/one/revisions/1/restore\""));
    let restore = "/posts/one/revisions/1/restore";
    let answer = app.post(restore, &ada, &[("version", "3")]).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert_eq!(answer.location(), "/posts/one");
    let query = AuditQuery::all(PageRequest::first(1));
    let audit = app.records.audit.list(&query).await.unwrap();
    let entry = &audit.items[0];
    assert_eq!(entry.action, "post.restore");
    assert_eq!(entry.detail, "version 1; published → published");
    assert!(entry.origin.ends_with(".0/24"), "{}", entry.origin);
    let post = app.get("/posts/one", &Person::default()).await.text();
    assert!(post.contains("A lamp on the quay") && !post.contains("More words"));
    assert!(post.contains("<h1 class=\"post-title\" dir=\"auto\">One</h1>"));
    assert!(post.contains("/tags/harbour"), "what is no text stays");
    assert!(post.contains("31 January 2026"));
    // Nothing is gone: what was current is one step away.
    let list = app.get("/posts/one/revisions", &ada).await.text();
    for version in 1..=4 {
        assert!(list.contains(&format!("/posts/one/revisions/{version}\"")));
    }
    let back = app
        .post("/posts/one/revisions/3/restore", &ada, &[("version", "4")])
        .await;
    assert_eq!(back.status, 303);
    let post = app.get("/posts/one", &Person::default()).await.text();
    assert!(post.contains("More words"));
}

#[tokio::test]
async fn a_restore_never_overwrites_what_was_saved_meanwhile() {
    let (app, ada) = scene().await;
    let restore = "/posts/one/revisions/1/restore";
    for stale in ["2", "1", "0", "9"] {
        let answer = app.post(restore, &ada, &[("version", stale)]).await;
        assert_eq!(answer.status, 409, "{stale}");
        let text = answer.text();
        assert!(text.contains("role=\"alert\""), "{text}");
        assert!(text.contains("name=\"version\" value=\"3\""), "{text}");
        assert!(
            text.contains("More words."),
            "beside what is current: {text}"
        );
    }
    let post = app.get("/posts/one", &ada).await.text();
    assert!(post.contains("More words"));
    for form in [
        vec![],
        vec![("version", "x")],
        vec![("version", "3"), ("title", "x")],
    ] {
        let answer = app.post(restore, &ada, &form).await;
        assert_eq!(answer.status, 422, "{form:?}");
    }
}

#[tokio::test]
async fn what_a_post_was_is_for_those_who_may_edit_it() {
    let (app, ada) = scene().await;
    let draft = app
        .post("/write", &ada, &post_form("Two", "Secret words", "draft"))
        .await
        .location();
    let strangers = [
        Person::default(),
        app.person("reader", Role::Reader).await,
        app.person("bob", Role::Author).await,
    ];
    let editor = app.person("eve", Role::Editor).await;
    for post in ["/posts/one", draft.as_str()] {
        for who in &strangers {
            let address = format!("{post}/revisions");
            let nothing = app.get("/posts/nothing-here/revisions", who).await;
            same_as_nothing(&app.get(&address, who).await, &nothing, &address);
            let address = format!("{post}/revisions/1");
            let nothing = app.get("/posts/nothing-here/revisions/1", who).await;
            same_as_nothing(&app.get(&address, who).await, &nothing, &address);
            let address = format!("{post}/revisions/1/restore");
            let form = [("version", "1")];
            let nothing = app
                .post("/posts/nothing-here/revisions/1/restore", who, &form)
                .await;
            let answer = app.post(&address, who, &form).await;
            same_as_nothing(&answer, &nothing, &address);
        }
        for who in [&ada, &editor] {
            assert_eq!(app.get(&format!("{post}/revisions"), who).await.status, 200);
            let one = app.get(&format!("{post}/revisions/1"), who).await;
            assert_eq!(one.status, 200);
        }
    }
}

#[tokio::test]
async fn a_long_history_comes_in_pages_that_lose_none() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    app.post("/write", &ada, &post_form("Long", "0", "published"))
        .await;
    for version in 1..75 {
        save(
            &app,
            &ada,
            "long",
            "Long",
            &"x".repeat(version),
            &version.to_string(),
        )
        .await;
    }
    let mut next = "/posts/long/revisions".to_owned();
    let mut seen = Vec::new();
    for _ in 0..5 {
        let page = app.get(&next, &ada).await.text();
        for part in page.split("<li class=\"step\" value=\"").skip(1) {
            let version: u32 = part.split('"').next().unwrap().parse().unwrap();
            seen.push(version);
            let grown = part.contains("B longer") || part.contains("as long as") || version == 1;
            assert!(grown, "each knows the one before: {version}");
        }
        let Some(at) = page.find("class=\"pager-older\"") else {
            break;
        };
        let href = page[at..].split("href=\"").nth(1).unwrap();
        next = href.split('"').next().unwrap().to_owned();
    }
    assert_eq!(seen, (1..=75).rev().collect::<Vec<u32>>());
}

#[tokio::test]
async fn the_largest_texts_are_compared_in_time() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let text = |step: usize| -> String {
        (0..250_000)
            .map(|n| ['a', 'b', 'c'][(n * step + n / 7) % 3])
            .flat_map(|letter| [letter, '\n'])
            .collect()
    };
    app.post("/write", &ada, &post_form("Large", &text(1), "published"))
        .await;
    save(&app, &ada, "large", "Large", &text(2), "1").await;
    let begun = std::time::Instant::now();
    let page = app.get("/posts/large/revisions/2", &ada).await;
    assert_eq!(page.status, 200);
    assert!(begun.elapsed().as_secs() < 8, "{:?}", begun.elapsed());
    assert!(page.body.len() < 2_000_000, "{} bytes", page.body.len());
    assert!(page.text().contains("more changed lines are not shown"));
}
