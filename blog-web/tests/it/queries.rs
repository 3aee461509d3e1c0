//! How often a page asks the store: always the same, however many posts there are, and never to write.

use blog_core::model::user::Role;
use blog_core::service::publishing::PostInput;
use blog_core::{Backend, Settings};
use blog_storage::sql::SqlStore;
use std::sync::Arc;

use crate::app::{Person, TestApp, post_form};

async fn sqlite(folder: &std::path::Path) -> (TestApp, Arc<SqlStore>) {
    sqlite_with(folder, 1024 * 1024).await
}

/// With a page cache of so many bytes.
async fn sqlite_with(folder: &std::path::Path, cache: u64) -> (TestApp, Arc<SqlStore>) {
    let url = format!("sqlite:{}", folder.join("blog.db").display());
    let store = SqlStore::connect(&url).await.unwrap();
    store.migrate().await.unwrap();
    let store = Arc::new(store);
    let backend = Backend {
        records: blog_core::backend::Records::of(store.clone()),
        media: Arc::new(blog_storage::memory::MemoryMedia::new()),
        index: store.clone(),
    };
    (TestApp::cached(backend, Settings::default(), cache), store)
}

/// Page, then the most statements for a stranger.
const PAGES: [(&str, u64); 19] = [
    ("/", 2),
    ("/@ada", 2),
    ("/tags/harbour", 2),
    ("/tags", 2),
    ("/archive", 2),
    ("/archive/2026", 2),
    ("/archive/2026/01", 2),
    ("/search?q=text", 2),
    ("/feed.xml", 2),
    ("/atom.xml", 2),
    ("/feed.json", 2),
    ("/tags/harbour/feed.xml", 2),
    ("/tags/harbour/feed.json", 2),
    // The author, whose name may be nobody's, is asked for besides the posts and their media.
    ("/@ada/atom.xml", 3),
    ("/sitemap.xml", 2),
    ("/sitemap-1.xml", 2),
    // The site, its authors, its tags and its static pages.
    ("/sitemap-0.xml", 4),
    ("/pages/about", 3),
    ("/posts/post-0", 3),
];

#[tokio::test]
async fn pages_ask_as_often_for_one_post_as_for_five_hundred() {
    let folder = tempfile::tempdir().unwrap();
    let (app, store) = sqlite_with(folder.path(), 0).await;
    let author = app.person("ada", Role::Author).await;
    let parts: [(&str, Option<&str>, &[u8]); 1] = [("file", Some("a.png"), &crate::app::png())];
    app.post_parts("/media/uploads", &author, &parts).await;
    let library = app.get("/library", &author).await.text();
    let at = library.find("media:").unwrap();
    let body = format!("Text ![A picture]({})", &library[at..at + 42]);
    let admin = app.person("ruth", Role::Admin).await;
    let page = [("title", "About"), ("body", "Us"), ("status", "published")];
    app.post("/admin/pages/new", &admin, &page).await;
    let mut counts = Vec::new();
    for posts in [1, 50, 500] {
        let have = counts.len().min(2);
        for number in [0, 1, 50][have]..posts {
            let title = format!("Post {number}");
            let input = PostInput {
                title: title.clone(),
                body: body.clone(),
                tags: "Harbour".to_owned(),
                status: "published".to_owned(),
                ..PostInput::default()
            };
            let actor = author.actor.unwrap();
            app.blog.publishing().create(&actor, &input).await.unwrap();
        }
        let mut row = Vec::new();
        for (page, most) in PAGES {
            for (who, allowed) in [(&Person::default(), most), (&author, most + 1)] {
                let before = store.statements();
                let answer = app.get(page, who).await;
                let asked = store.statements() - before;
                assert_eq!(answer.status, 200, "{page}");
                assert!(
                    asked <= allowed,
                    "{page} with {posts} posts: {asked} statements"
                );
                row.push(asked);
            }
        }
        counts.push(row);
    }
    assert_eq!(counts[0], counts[1]);
    assert_eq!(counts[1], counts[2]);
}

#[tokio::test]
async fn what_programs_have_already_costs_one_statement_where_nothing_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (app, store) = sqlite_with(folder.path(), 0).await;
    let author = app.person("ada", Role::Author).await;
    app.post("/write", &author, &post_form("One", "Text", "published"))
        .await;
    for feed in [
        "/feed.xml",
        "/@ada/atom.xml",
        "/tags/harbour/feed.json",
        "/sitemap.xml",
        "/sitemap-0.xml",
        "/sitemap-1.xml",
    ] {
        let first = app.get(feed, &Person::default()).await;
        let etag = first.headers["etag"].to_str().unwrap().to_owned();
        let again = app
            .request("GET", feed, &Person::default())
            .header("if-none-match", etag)
            .finish();
        let before = store.statements();
        assert_eq!(app.send(again).await.status, 304, "{feed}");
        assert_eq!(store.statements() - before, 1, "{feed}");
    }
}

#[tokio::test]
async fn reading_writes_nothing_until_the_worker_flushes() {
    let folder = tempfile::tempdir().unwrap();
    let (app, _) = sqlite(folder.path()).await;
    let author = app.person("ada", Role::Author).await;
    let reader = app.person("bob", Role::Reader).await;
    app.post("/write", &author, &post_form("One", "Text", "published"))
        .await;
    app.advance(3600);
    let size = || {
        // Every write of a transaction makes the log of the database longer, or the database younger.
        let entries = std::fs::read_dir(folder.path()).unwrap();
        let mut files: Vec<_> = entries
            .map(|entry| {
                let entry = entry.unwrap();
                let bytes = std::fs::read(entry.path()).unwrap();
                (entry.file_name(), bytes)
            })
            .filter(|(name, _)| !name.to_string_lossy().ends_with("-shm"))
            .collect();
        files.sort();
        files
    };
    let before = size();
    for who in [&Person::default(), &reader] {
        for page in ["/", "/@ada", "/posts/one", "/feed.xml", "/search?q=text"] {
            assert_eq!(app.get(page, who).await.status, 200);
        }
    }
    assert!(size() == before, "a page wrote to the store");
    assert!(
        app.get("/posts/one", &Person::default())
            .await
            .text()
            .contains("0 views")
    );
    app.blog.worker().flush().await;
    assert!(size() != before, "the views are written by the worker");
    // Both came from one address with one browser, several times: one visitor.
    let page = app.get("/posts/one", &Person::default()).await.text();
    assert!(page.contains("1 view<"), "{page}");
    for (agent, views) in [("Other/1.0", "2 views"), ("Googlebot/2.1", "2 views")] {
        let mut request = app
            .request("GET", "/posts/one", &Person::default())
            .finish();
        let agent = http::HeaderValue::from_static(agent);
        request.headers_mut().insert("user-agent", agent);
        app.send(request).await;
        app.blog.worker().flush().await;
        let page = app.get("/posts/one", &Person::default()).await.text();
        assert!(page.contains(views), "{page}");
    }
    // The author's own visits do not count, and neither does HEAD.
    app.get("/posts/one", &author).await;
}

#[tokio::test]
async fn no_request_counts_rows() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../blog-storage/src/sql");
    let mut folders = vec![std::path::PathBuf::from(folder)];
    let mut seen = 0;
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap().to_ascii_uppercase();
            seen += 1;
            for (number, line) in text.lines().enumerate() {
                assert!(
                    !line.contains("COUNT(*)"),
                    "{} line {}",
                    path.display(),
                    number + 1
                );
            }
        }
    }
    assert!(seen > 10);
}

#[tokio::test]
async fn the_health_check_touches_no_store_and_the_readiness_check_seldom() {
    let folder = tempfile::tempdir().unwrap();
    let (app, store) = sqlite(folder.path()).await;
    let before = store.statements();
    for _ in 0..20 {
        assert_eq!(app.get("/livez", &Person::default()).await.status, 200);
    }
    assert_eq!(store.statements(), before);
    for _ in 0..20 {
        assert_eq!(app.get("/readyz", &Person::default()).await.status, 200);
    }
    let asked = store.statements() - before;
    assert!(asked >= 1, "readiness asks the store");
    assert!(asked <= 3, "and keeps the answer for a second: {asked}");
}
