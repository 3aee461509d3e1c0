//! The addresses of posts: of difficult titles, renamed, and nobody else's.

use std::collections::HashSet;

use blog_core::model::user::Role;

use crate::app::{Answer, Person, TestApp, post_form};

/// One title a line, as JSON, so that invisible characters are seen.
const TITLES: &str = include_str!("slugs/titles.jsonl");

#[tokio::test]
async fn two_hundred_difficult_titles_have_addresses_that_are_valid_unique_and_stable() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let nobody = Person::default();
    let titles: Vec<String> = TITLES
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(titles.len() >= 200, "{}", titles.len());
    let mut seen = HashSet::new();
    for title in &titles {
        let answer = app
            .post("/write", &ada, &post_form(title, "Text", "published"))
            .await;
        assert_eq!(answer.status, 303, "{title:?}: {}", answer.text());
        let address = answer.location();
        let slug = address.strip_prefix("/posts/").unwrap();
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let valid = slug.bytes().all(plain) && (1..=96).contains(&slug.len());
        assert!(
            valid && !slug.starts_with('-') && !slug.ends_with('-'),
            "{title:?}: {slug}"
        );
        assert!(!blog_core::slugify::is_reserved(slug), "{title:?}: {slug}");
        assert!(seen.insert(address.clone()), "{title:?}: {address} twice");
        assert_eq!(app.get(&address, &nobody).await.status, 200, "{address}");
        // A save that changes the text leaves the address.
        let mut edit = post_form(title, "Other text", "published");
        edit.push(("version", "1"));
        let saved = app.post(&format!("{address}/edit"), &ada, &edit).await;
        assert_eq!(
            (saved.status.as_u16(), saved.location()),
            (303, address),
            "{title:?}"
        );
    }
}

/// Gives the post at a slug another one.
async fn rename(app: &TestApp, who: &Person, from: &str, to: &str, version: u32) -> Answer {
    let version = version.to_string();
    let mut form = post_form("One", "Text", "published");
    form.extend([("slug", to), ("version", version.as_str())]);
    app.post(&format!("/posts/{from}/edit"), who, &form).await
}

#[tokio::test]
async fn old_addresses_lead_to_the_newest_in_one_step_after_five_renames_and_back() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let nobody = Person::default();
    app.post("/write", &ada, &post_form("One", "Text", "published"))
        .await;
    let names = [
        "one", "two-b", "three-c", "four-d", "five-e", "six-f", "two-b",
    ];
    for (at, pair) in names.windows(2).enumerate() {
        let version = u32::try_from(at).unwrap() + 1;
        let saved = rename(&app, &ada, pair[0], pair[1], version).await;
        assert_eq!(saved.status, 303, "{}", saved.text());
        let newest = format!("/posts/{}", pair[1]);
        assert_eq!(saved.location(), newest);
        assert_eq!(app.get(&newest, &nobody).await.status, 200);
        for old in names[..=at].iter().filter(|old| **old != pair[1]) {
            let moved = app.get(&format!("/posts/{old}"), &nobody).await;
            assert_eq!(
                (moved.status.as_u16(), moved.location()),
                (301, newest.clone()),
                "{old}"
            );
            // Kept for ever by a browser, a way back to an old name would go round in circles.
            assert_eq!(moved.headers["cache-control"], "no-cache");
        }
    }
    // Nobody else gets one of them.
    let bob = app.person("bob", Role::Author).await;
    for taken in ["one", "six-f", "two-b"] {
        let mut form = post_form("Other", "Text", "published");
        form.push(("slug", taken));
        let answer = app.post("/write", &bob, &form).await;
        assert_eq!(answer.location(), format!("/posts/{taken}-2"));
    }
    // Withdrawn, none of them tells that there is something.
    let mut form = post_form("One", "Text", "draft");
    form.push(("version", "7"));
    assert_eq!(app.post("/posts/two-b/edit", &ada, &form).await.status, 303);
    for old in names {
        let answer = app.get(&format!("/posts/{old}"), &nobody).await;
        assert_eq!(answer.status, 404, "{old}");
    }
}

#[tokio::test]
async fn words_that_the_blog_needs_are_refused_as_addresses() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    app.post("/write", &ada, &post_form("One", "Text", "published"))
        .await;
    for word in [
        "admin",
        "new",
        "revisions",
        "feed",
        "..",
        "a/b",
        "A b",
        "-x",
        "x--y",
    ] {
        let answer = rename(&app, &ada, "one", word, 1).await;
        assert_eq!(answer.status, 422, "{word}");
        assert!(answer.text().contains("id=\"f-slug-error\""), "{word}");
    }
}
