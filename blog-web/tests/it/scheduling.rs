//! A scheduled post is nowhere before its moment and everywhere from it on, and nothing is written in between.

use std::sync::Arc;

use blog_core::model::outbox::Task;
use blog_core::model::user::Role;
use blog_core::{Backend, Settings};

use crate::app::{Person, TestApp, memory, png, post_form};

fn nobody() -> Person {
    Person::default()
}

/// The title holds a word that stands nowhere else.
const TITLE: &str = "Zephyr at noon";
const WORD: &str = "zephyr";
/// 42 minutes after the clock of the tests stands.
const AT: &str = "2026-01-31T19:12";
const WAIT: u64 = 42 * 60;

fn scheduled<'a>(title: &'a str, body: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut form = post_form(title, body, "scheduled");
    form.retain(|(name, _)| *name != "tags");
    form.extend([("publish_at", AT), ("tags", "Harbour, Winds")]);
    form
}

/// The part of an address that a scheduled post keeps until its time.
fn slug(location: &str) -> String {
    location.strip_prefix("/posts/").unwrap().to_owned()
}

/// Every address on which the post could show, whatever it is.
fn surfaces(slug: &str, media: &str) -> Vec<String> {
    let lists = [
        "/",
        "/@ada",
        "/tags/winds",
        "/tags/harbour",
        "/tags",
        "/archive",
        "/archive/2026",
        "/archive/2026/01",
        "/search?q=zephyr",
        "/feed.xml",
        "/atom.xml",
        "/feed.json",
        "/@ada/feed.xml",
        "/@ada/atom.xml",
        "/@ada/feed.json",
        "/tags/winds/feed.xml",
        "/tags/winds/atom.xml",
        "/tags/winds/feed.json",
        "/sitemap-0.xml",
        "/sitemap-1.xml",
        // The post before it, which names what comes after it and what is related.
        "/posts/calm",
    ];
    let own = [format!("/posts/{slug}"), format!("/media/private/{media}")];
    lists.map(str::to_owned).into_iter().chain(own).collect()
}

async fn on(backend: Backend) {
    let app = TestApp::on(backend, Settings::default());
    let ada = app.person("ada", Role::Author).await;
    app.post("/write", &ada, &post_form("Calm", "Text", "published"))
        .await;
    let parts: [(&str, Option<&str>, &[u8]); 1] = [("file", Some("a.png"), &png())];
    app.post_parts("/media/uploads", &ada, &parts).await;
    let library = app.get("/library", &ada).await.text();
    let at = library.find("media:").unwrap() + 6;
    let media = library[at..at + 36].to_owned();
    let body = format!("Wind ![sail](media:{media})");
    let saved = app.post("/write", &ada, &scheduled(TITLE, &body)).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    let slug = slug(&saved.location());
    let comment = format!("/posts/{slug}/comments");
    let bob = app.person("bob", Role::Reader).await;

    let mut before = Vec::new();
    app.advance(WAIT - 1);
    for path in surfaces(&slug, &media) {
        for who in [&nobody(), &bob] {
            let answer = app.get(&path, who).await;
            let text = answer.text().to_lowercase();
            // What was asked is said again.
            let text = text.replace("value=\"zephyr\"", "").replace("q=zephyr", "");
            let said = text.replace("“zephyr”", "").replace("<title>zephyr", "");
            assert!(!said.contains(&format!("{WORD} at")), "{path}: {said}");
            assert!(!said.contains(&slug), "{path}: {said}");
            if path.contains("winds") && !path.contains("feed") && !path.contains("atom") {
                assert_eq!(answer.status, 404, "{path}: its tag has no other post");
            }
            if path.contains(&slug) || path.contains("/media/") {
                assert_eq!(answer.status, 404, "{path}");
            }
        }
        before.push(app.get(&path, &nobody()).await);
    }
    let refused = app.post(&comment, &bob, &[("body", "First!")]).await;
    assert_eq!(refused.status, 404, "nobody comments on what is not there");
    let liked = app
        .post(&format!("/posts/{slug}/like"), &bob, &[("liked", "true")])
        .await;
    assert_eq!(liked.status, 404);

    // One second later, and nobody has written anything: the worker does not run.
    app.advance(1);
    for (path, before) in surfaces(&slug, &media).iter().zip(before) {
        let answer = app.get(path, &nobody()).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_ne!(answer.body, before.body, "{path} shows it");
        if let (Some(old), Some(new)) = (before.headers.get("etag"), answer.headers.get("etag")) {
            assert_ne!(old, new, "{path}: a cache would go on without it");
        }
        let shown = match path.as_str() {
            "/tags" => "winds",
            // Counts only.
            "/archive" | "/sitemap-0.xml" => "",
            "/sitemap-1.xml" => slug.as_str(),
            path if path.contains("/media/") => "",
            _ => WORD,
        };
        assert!(
            answer.text().to_lowercase().contains(shown),
            "{path}: {}",
            answer.text()
        );
    }
    let said = app.post(&comment, &bob, &[("body", "First!")]).await;
    assert_eq!(said.status, 303);
}

#[tokio::test]
async fn a_scheduled_post_is_nowhere_before_its_moment_and_everywhere_from_it_on() {
    on(memory()).await;
}

#[tokio::test]
async fn so_it_is_in_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("blog.db").display());
    let store = blog_storage::sql::SqlStore::connect(&url).await.unwrap();
    store.migrate().await.unwrap();
    let store = Arc::new(store);
    on(Backend {
        records: blog_core::backend::Records::of(store.clone()),
        media: Arc::new(blog_storage::memory::MemoryMedia::new()),
        index: store.clone(),
    })
    .await;
}

#[tokio::test]
async fn no_address_betrays_a_scheduled_post_and_it_takes_its_titles_one_in_time() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let bob = app.person("bob", Role::Author).await;
    let saved = app.post("/write", &ada, &scheduled(TITLE, "Text")).await;
    let (kept, draft) = (saved.location(), slug(&saved.location()));
    assert!(
        draft.starts_with("zephyr-at-noon--") && draft.len() == 16 + 8,
        "{draft}"
    );
    // Neither a post, nor a scheduled one, nor a wished address is answered with a -2.
    let published = app
        .post("/write", &bob, &post_form(TITLE, "Text", "published"))
        .await;
    assert_eq!(published.location(), "/posts/zephyr-at-noon");
    let second = app.post("/write", &bob, &scheduled(TITLE, "Text")).await;
    assert!(!second.location().ends_with("-2"), "{}", second.location());
    // The form shows no random digits, and saving it again changes nothing.
    let form = app.get(&format!("{kept}/edit"), &ada).await.text();
    assert!(
        form.contains("name=\"slug\" type=\"text\" value=\"\""),
        "{form}"
    );
    let mut again = scheduled(TITLE, "Other text");
    again.extend([("slug", ""), ("version", "1")]);
    let again = app.post(&format!("{kept}/edit"), &ada, &again).await;
    assert_eq!(again.location(), kept);

    app.blog.worker().catch_up().await;
    assert_eq!(app.get(&kept, &ada).await.status, 200, "it is not its time");
    app.advance(WAIT);
    assert_eq!(
        app.get(&kept, &nobody()).await.status,
        200,
        "visible without the worker"
    );
    app.blog.worker().catch_up().await;
    let moved = app.get(&kept, &nobody()).await;
    assert_eq!(moved.status, 301);
    let address = moved.location();
    assert!(
        ["/posts/zephyr-at-noon-2", "/posts/zephyr-at-noon-3"].contains(&address.as_str()),
        "{address}"
    );
    assert_eq!(app.get(&address, &nobody()).await.status, 200);
    // Doing it once more changes nothing.
    app.blog.worker().catch_up().await;
    assert_eq!(app.get(&address, &nobody()).await.status, 200);
    let page = app.get(&address, &nobody()).await.text();
    assert!(page.contains("Other text"), "{page}");
}

/// Digits behind a dash may be a date.
#[tokio::test]
async fn an_address_that_people_know_stays_when_its_post_is_put_off() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let mut form = post_form("A report", "Text", "published");
    form.push(("slug", "report-20240101"));
    let public = app.post("/write", &ada, &form).await.location();
    assert_eq!(public, "/posts/report-20240101");
    for version in ["1", "2"] {
        let mut put_off = scheduled("A report", "Text");
        put_off.extend([("slug", "report-20240101"), ("version", version)]);
        let saved = app.post(&format!("{public}/edit"), &ada, &put_off).await;
        assert_eq!(saved.location(), public);
        let form = app.get(&format!("{public}/edit"), &ada).await.text();
        assert!(form.contains("value=\"report-20240101\""), "{form}");
    }
    app.advance(WAIT);
    app.blog.worker().catch_up().await;
    assert_eq!(app.get(&public, &nobody()).await.status, 200);
}

#[tokio::test]
async fn a_wished_address_is_kept_for_the_moment() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let mut form = scheduled(TITLE, "Text");
    form.push(("slug", "the-wind"));
    let kept = app.post("/write", &ada, &form).await.location();
    assert!(slug(&kept).starts_with("the-wind--"), "{kept}");
    let shown = app.get(&format!("{kept}/edit"), &ada).await.text();
    assert!(shown.contains("value=\"the-wind\""), "{shown}");
    app.advance(WAIT);
    app.blog.worker().catch_up().await;
    assert_eq!(
        app.get(&kept, &nobody()).await.location(),
        "/posts/the-wind"
    );
    // Who publishes at once has the address at once.
    let mut form = scheduled("Later", "Text");
    form.retain(|(name, _)| *name != "publish_at");
    form.push(("publish_at", "2026-03-01T12:00"));
    let kept = app.post("/write", &ada, &form).await.location();
    let mut now = post_form("Later", "Text", "published");
    now.push(("version", "1"));
    let saved = app.post(&format!("{kept}/edit"), &ada, &now).await;
    assert_eq!(saved.location(), "/posts/later");
}

#[tokio::test]
async fn what_is_not_scheduled_any_more_forgets_its_time() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let kept = app
        .post("/write", &ada, &scheduled(TITLE, "Text"))
        .await
        .location();
    let mut draft = post_form(TITLE, "Text", "draft");
    draft.extend([("publish_at", AT), ("version", "1")]);
    let saved = app.post(&format!("{kept}/edit"), &ada, &draft).await;
    assert_eq!(saved.location(), kept, "it stays where it is");
    let form = app.get(&format!("{kept}/edit"), &ada).await.text();
    let date = form.split("name=\"publish_at\"").nth(1).unwrap();
    let date = date.split('>').next().unwrap();
    assert!(date.contains("value=\"\""), "{date}");
    app.advance(WAIT);
    app.blog.worker().catch_up().await;
    assert_eq!(app.get(&kept, &nobody()).await.status, 404);
    assert_eq!(app.get(&kept, &ada).await.status, 200);
    // One that was out keeps the day on which it came out.
    let out = app
        .post("/write", &ada, &post_form("Out", "Text", "published"))
        .await;
    let mut back = post_form("Out", "Text", "draft");
    back.push(("version", "1"));
    assert_eq!(
        app.post("/posts/out/edit", &ada, &back).await.location(),
        out.location()
    );
    let form = app.get("/posts/out/edit", &ada).await.text();
    assert!(form.contains("value=\"2026-01-31T19:12"), "{form}");
}

#[test]
fn the_work_of_a_moment_is_read_back_from_the_store() {
    let task = Task::SettleSlug {
        post: blog_core::id::PostId::generate(),
        slug: "zephyr-1a2b3c4d".to_owned(),
    };
    let text = serde_json::to_string(&task).unwrap();
    assert!(text.contains("\"kind\":\"settle_slug\""), "{text}");
    assert_eq!(serde_json::from_str::<Task>(&text).unwrap(), task);
}
