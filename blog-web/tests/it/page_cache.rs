//! The page cache, by counts of what the store is asked, and held against answers without it.

use std::sync::Arc;

use blog_core::Backend;
use blog_core::Settings;
use blog_core::id::UserId;
use blog_core::model::user::Role;
use blog_core::policy::Actor;
use blog_core::service::publishing::PostInput;
use blog_core::service::static_pages::StaticPageInput;
use blog_storage::sql::SqlStore;
use blog_web::routes::{Cache, TABLE};
use http::{HeaderMap, header};

use crate::app::{Answer, Person, TestApp, memory, post_form};

struct Scene {
    app: TestApp,
    store: Arc<SqlStore>,
    backend: Backend,
    author: Person,
    _folder: tempfile::TempDir,
}

/// A blog on SQLite with one post, whose statements are counted.
async fn scene() -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("blog.db").display());
    let store = SqlStore::connect(&url).await.unwrap();
    store.migrate().await.unwrap();
    let store = Arc::new(store);
    let backend = Backend {
        records: blog_core::backend::Records::of(store.clone()),
        media: Arc::new(blog_storage::memory::MemoryMedia::new()),
        index: store.clone(),
    };
    let app = TestApp::on(backend.clone(), Settings::default());
    let author = app.person("ada", Role::Author).await;
    app.post("/write", &author, &post_form("One", "Text", "published"))
        .await;
    Scene {
        app,
        store,
        backend,
        author,
        _folder: folder,
    }
}

impl Scene {
    /// What a stranger gets at an address, and the statements it took.
    async fn asked(&self, path: &str) -> (Answer, u64) {
        let before = self.store.statements();
        let answer = self.app.get(path, &Person::default()).await;
        (answer, self.store.statements() - before)
    }

    async fn write(&self, title: &str) {
        let actor = self.author.actor.unwrap();
        let input = PostInput {
            title: title.to_owned(),
            body: "Text".to_owned(),
            tags: "Harbour".to_owned(),
            status: "published".to_owned(),
            ..PostInput::default()
        };
        self.app
            .blog
            .publishing()
            .create(&actor, &input)
            .await
            .unwrap();
    }
}

/// The addresses of every kept route of a blog with the post `one`.
fn kept() -> impl Iterator<Item = String> {
    let kept = TABLE.iter().filter(|route| route.cache == Cache::Kept);
    kept.map(|route| address(route.path))
}

fn address(path: &str) -> String {
    path.replace(":user", "ada")
        .replace(":tag", "harbour")
        .replace(":year", "2026")
        .replace(":month", "01")
        .replace(":part", "1.xml")
        .replace(":slug", "one")
        .replace("*name", "blog.css")
}

#[tokio::test]
async fn a_hit_asks_nothing_and_a_write_of_this_process_is_seen_at_once() {
    let scene = scene().await;
    about(&scene.app).await;
    let mut addresses = 0;
    for path in kept() {
        let (first, _) = scene.asked(&path).await;
        assert_eq!(first.status, 200, "{path}");
        let (again, asked) = scene.asked(&path).await;
        assert_eq!(asked, 0, "{path}");
        assert_eq!(again.body, first.body, "{path}");
        let etag = first.headers[header::ETAG].clone();
        let request = scene.app.request("GET", &path, &Person::default());
        let request = request.header(header::IF_NONE_MATCH, etag).finish();
        let before = scene.store.statements();
        let same = scene.app.send(request).await;
        assert_eq!(same.status, 304, "{path}");
        assert!(same.body.is_empty(), "{path}");
        assert_eq!(scene.store.statements(), before, "{path}");
        addresses += 1;
    }
    assert!(addresses > 20, "{addresses}");
    scene.write("Two").await;
    for path in ["/", "/@ada", "/tags/harbour", "/feed.xml", "/search?q=text"] {
        let (answer, asked) = scene.asked(path).await;
        assert!(asked > 0, "{path}");
        assert!(answer.text().contains("Two"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_requests_at_once_make_one_rendering() {
    let scene = Arc::new(scene().await);
    scene.asked("/").await;
    scene.write("Two").await;
    // The post page's own queries, for comparison, are counted where nobody else asks.
    let (_, one) = scene.asked("/posts/one").await;
    scene.write("Three").await;
    for (path, most) in [("/", 2), ("/posts/one", one)] {
        // What has just been written makes this process look at the site once more.
        let before = scene.store.statements();
        let requests = (0..1_000).map(|_| {
            let scene = scene.clone();
            tokio::spawn(async move { scene.app.get(path, &Person::default()).await })
        });
        for request in requests.collect::<Vec<_>>() {
            let answer = request.await.unwrap();
            assert_eq!(answer.status, 200);
            assert!(path != "/" || answer.text().contains("Three"));
        }
        let asked = scene.store.statements() - before;
        assert!(asked <= most, "{path}: {asked} statements");
        assert!(asked > 0, "{path}");
    }
}

#[tokio::test]
async fn a_write_on_one_blog_is_seen_by_another_within_a_second() {
    let scene = scene().await;
    let other = TestApp::on(scene.backend.clone(), Settings::default());
    for path in ["/", "/posts/one", "/feed.xml"] {
        other.get(path, &Person::default()).await;
    }
    scene.write("Two").await;
    let comment = [("body", "A word about it")];
    let answer = scene
        .app
        .post("/posts/one/comments", &scene.author, &comment)
        .await;
    assert_eq!(answer.status, 303);
    other.advance(1);
    for (path, new) in [
        ("/", "Two"),
        ("/feed.xml", "Two"),
        ("/posts/one", "A word about it"),
    ] {
        let text = other.get(path, &Person::default()).await.text();
        assert!(text.contains(new), "{path}: {text}");
    }
}

#[tokio::test]
async fn likes_show_at_once_here_and_within_a_second_elsewhere() {
    let scene = scene().await;
    let other = TestApp::on(scene.backend.clone(), Settings::default());
    let nobody = Person::default();
    for app in [&scene.app, &other] {
        let page = app.get("/posts/one", &nobody).await.text();
        assert!(page.contains("0 likes"), "{page}");
    }
    let liked = [("liked", "true")];
    scene
        .app
        .post("/posts/one/like", &scene.author, &liked)
        .await;
    let page = scene.app.get("/posts/one", &nobody).await.text();
    assert!(page.contains("1 like<"), "{page}");
    other.advance(1);
    let page = other.get("/posts/one", &nobody).await.text();
    assert!(page.contains("1 like<"), "{page}");
}

#[tokio::test]
async fn a_scheduled_post_appears_on_kept_pages_by_time() {
    let scene = scene().await;
    let mut form = post_form("Later", "Text", "scheduled");
    form.push(("publish_at", "2026-01-31T19:00"));
    let answer = scene.app.post("/write", &scene.author, &form).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    for (seconds, seen) in [(0, false), (1_799, false), (1, true)] {
        scene.app.advance(seconds);
        for path in ["/", "/feed.xml"] {
            let (page, _) = scene.asked(path).await;
            assert_eq!(page.text().contains("Later"), seen, "{path} {seconds}");
        }
    }
}

#[tokio::test]
async fn readers_of_kept_pages_are_counted() {
    let scene = scene().await;
    for agent in ["One/1.0", "Two/1.0", "Three/1.0", "Three/1.0"] {
        let mut request = scene
            .app
            .request("GET", "/posts/one", &Person::default())
            .finish();
        let agent = http::HeaderValue::from_static(agent);
        request.headers_mut().insert(header::USER_AGENT, agent);
        scene.app.send(request).await;
    }
    let head = scene.app.request("HEAD", "/posts/one", &Person::default());
    let head = head.header("x-test", "head").finish();
    scene.app.send(head).await;
    scene.app.blog.worker().flush().await;
    let (page, _) = scene.asked("/posts/one").await;
    assert!(page.text().contains("3 views"), "{}", page.text());
}

#[tokio::test]
async fn a_session_neither_gets_nor_fills_the_cache() {
    let scene = scene().await;
    for cookie in [
        scene.author.cookie.clone().unwrap(),
        format!("sid={}", "A".repeat(43)),
        "sid=nonsense".to_owned(),
        "flash=code%3Dlogged-in".to_owned(),
        "flash=nonsense".to_owned(),
    ] {
        let person = Person {
            cookie: Some(cookie.clone()),
            actor: None,
        };
        scene.write("Another").await;
        // With it, each time anew: nothing is kept, and nothing that is kept is given.
        for turn in 0..3 {
            if turn == 2 {
                let (page, asked) = scene.asked("/").await;
                assert!(asked > 0, "{cookie}: it filled the cache");
                assert!(!page.headers.contains_key(header::SET_COOKIE), "{cookie}");
                assert!(!page.text().contains("/account/logout"), "{cookie}");
            }
            let before = scene.store.statements();
            scene.app.get("/", &person).await;
            assert!(scene.store.statements() > before, "{cookie} {turn}");
        }
    }
}

#[tokio::test]
async fn what_a_page_does_not_know_does_not_fill_the_cache() {
    let scene = scene().await;
    let (plain, _) = scene.asked("/").await;
    for number in 0..50 {
        for path in [
            format!("/?utm_source={number}"),
            format!("/?{number}"),
            format!("/?q={number}&page={number}"),
        ] {
            let (page, asked) = scene.asked(&path).await;
            assert_eq!(asked, 0, "{path}");
            assert_eq!(page.body, plain.body, "{path}");
        }
    }
    // What is not there is asked for each time.
    for path in ["/posts/none", "/tags/none", "/pages/none", "/none"] {
        scene.asked(path).await;
        let (page, _) = scene.asked(path).await;
        assert_eq!(page.status, 404, "{path}");
    }
    scene.write("None").await;
    let (page, _) = scene.asked("/posts/none").await;
    assert_eq!(page.status, 200);
}

#[tokio::test]
async fn what_was_kept_stands_while_the_store_is_gone() {
    let scene = scene().await;
    for path in ["/", "/posts/one"] {
        scene.asked(path).await;
    }
    scene.write("Two").await;
    let (fresh, _) = scene.asked("/").await;
    scene.store.close().await;
    // The numbers on it would have been asked for again by now.
    scene.app.advance(60);
    let (old, _) = scene.asked("/").await;
    assert_eq!(old.status, 200, "{}", old.text());
    assert_eq!(old.body, fresh.body);
    assert_eq!(old.headers[header::AGE], "60");
    assert_eq!(old.headers[header::CACHE_CONTROL], "no-cache");
    assert!(!fresh.headers.contains_key(header::AGE));
    // A page from before the last change may show what was taken back since.
    for path in ["/posts/one", "/archive"] {
        let (gone, _) = scene.asked(path).await;
        assert_eq!(gone.status, 503, "{path}");
        assert!(gone.headers.contains_key(header::RETRY_AFTER), "{path}");
        assert_eq!(gone.headers[header::CACHE_CONTROL], "no-store");
    }
    let form = post_form("Three", "Text", "published");
    let answer = scene.app.post("/write", &scene.author, &form).await;
    assert_eq!(answer.status, 503);
    assert!(answer.headers.contains_key(header::RETRY_AFTER));
}

async fn about(app: &TestApp) {
    let admin = Actor::User {
        id: UserId::generate(),
        role: Role::Admin,
        suspended: false,
        verified: true,
        blocked: false,
        must_enrol: false,
    };
    let page = StaticPageInput {
        title: "One".to_owned(),
        published: true,
        ..StaticPageInput::default()
    };
    app.blog.static_pages().create(&admin, &page).await.unwrap();
}

fn without_id(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    headers.remove("x-request-id");
    headers
}

#[tokio::test]
async fn answers_out_of_the_cache_are_those_without_it_byte_for_byte() {
    let backend = memory();
    let cached = TestApp::on(backend.clone(), Settings::default());
    let author = cached.person("ada", Role::Author).await;
    let form = post_form("One", "Text with <b>marks</b> & words", "published");
    cached.post("/write", &author, &form).await;
    for number in 0..11 {
        let title = format!("Post {number}");
        let form = post_form(&title, "Text", "published");
        cached.post("/write", &author, &form).await;
    }
    cached
        .post("/posts/one/comments", &author, &[("body", "Words")])
        .await;
    about(&cached).await;
    let plain = TestApp::cached(backend, Settings::default(), 0);
    let next = cached.get("/", &Person::default()).await.text();
    let next = next.split("/?after=").nth(1).unwrap();
    let next = next.split('"').next().unwrap();
    let mut addresses: Vec<String> = TABLE
        .iter()
        .filter(|route| route.method == "GET")
        .map(|route| address(route.path))
        .collect();
    addresses.extend([
        format!("/?after={next}"),
        format!("/?after={next}&utm_source=x"),
        "/?after=nonsense".to_owned(),
        "/search?q=words+marks".to_owned(),
        "/search?q=%3Cb%3E&x=1".to_owned(),
        "/posts/post-3".to_owned(),
        "/posts/none".to_owned(),
        "/nothing".to_owned(),
    ]);
    let mut compared = 0;
    for path in &addresses {
        for (method, language, cookie) in [
            ("GET", "en", None),
            ("GET", "tr", None),
            ("GET", "en", Some("lang=tr")),
            ("GET", "en", Some("theme=dark; flash=code%3Dlogged-in")),
            ("HEAD", "en", None),
        ] {
            let asked = |app: &TestApp| {
                let person = Person {
                    cookie: cookie.map(str::to_owned),
                    actor: None,
                };
                let request = app.request(method, path, &person);
                request.header(header::ACCEPT_LANGUAGE, language).finish()
            };
            let expected = plain.send(asked(&plain)).await;
            for turn in 0..2 {
                let answer = cached.send(asked(&cached)).await;
                let case = format!("{method} {path} {language} {cookie:?} {turn}");
                assert_eq!(answer.status, expected.status, "{case}");
                let id = |answer: &Answer| {
                    let id = answer.headers["x-request-id"].to_str().unwrap();
                    answer.text().replace(id, "ID")
                };
                assert_eq!(id(&answer), id(&expected), "{case}");
                assert_eq!(
                    without_id(&answer.headers),
                    without_id(&expected.headers),
                    "{case}"
                );
                compared += 1;
            }
            if let Some(etag) = expected.headers.get(header::ETAG) {
                let conditional = |app: &TestApp| {
                    let mut request = asked(app);
                    let headers = request.headers_mut();
                    headers.insert(header::IF_NONE_MATCH, etag.clone());
                    request
                };
                let expected = plain.send(conditional(&plain)).await;
                let answer = cached.send(conditional(&cached)).await;
                assert_eq!(answer.status, expected.status, "{path} {language}");
                assert_eq!(answer.body, expected.body, "{path} {language}");
                assert_eq!(
                    answer.headers.get(header::ETAG),
                    expected.headers.get(header::ETAG)
                );
            }
        }
    }
    assert!(compared > 400, "{compared}");
}
