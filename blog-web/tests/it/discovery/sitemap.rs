//! The site map, and what robots are told.

use std::collections::BTreeMap;

use blog_core::id::PostId;
use blog_core::model::effects::Effects;
use blog_core::model::post::{
    Body, NewPost, PostContent, PostStatus, RenderedBody, SlugRequest, Title,
};
use blog_core::model::slug::Slug;
use blog_core::model::user::Role;
use blog_core::ports::Clock as _;
use blog_core::{Blog, Settings};
use blog_web::Web;
use http::header;
use poem::{Endpoint as _, Request};
use quick_xml::events::Event;

use super::SITE;
use crate::app::{Person, TestApp, memory, post_form};

/// Each address of a file with its time of change, read by somebody else's parser.
async fn read(app: &TestApp, path: &str, root: &str) -> BTreeMap<String, Option<String>> {
    let answer = app.get(path, &Person::default()).await;
    assert_eq!(answer.status, 200, "{path}");
    assert_eq!(
        answer.headers[header::CONTENT_TYPE],
        "application/xml; charset=utf-8"
    );
    let text = answer.text();
    assert!(text.len() < 50 * 1024 * 1024, "{path}");
    let mut reader = quick_xml::Reader::from_str(&text);
    let mut open = Vec::new();
    let mut found = BTreeMap::new();
    let mut last = String::new();
    loop {
        match reader
            .read_event()
            .unwrap_or_else(|e| panic!("{path}: {e}"))
        {
            Event::Start(tag) => {
                open.push(String::from_utf8(tag.name().as_ref().to_vec()).unwrap())
            }
            Event::End(_) => drop(open.pop()),
            Event::Text(text) => {
                let text = text.decode().unwrap().into_owned();
                match open.last().map(String::as_str) {
                    Some("loc") => {
                        last.clone_from(&text);
                        assert!(found.insert(text, None).is_none(), "{path}: {last} twice");
                    }
                    Some("lastmod") => {
                        assert!(blog_core::Timestamp::parse(&text).is_some(), "{text}");
                        found.insert(last.clone(), Some(text));
                    }
                    _ => assert!(text.trim().is_empty(), "{path}: {text}"),
                }
            }
            Event::Eof => break,
            _ => {}
        }
        if open.len() == 1 {
            assert_eq!(open[0], root);
        }
    }
    assert!(open.is_empty() && !found.is_empty(), "{path}");
    found
}

#[tokio::test]
async fn the_site_map_has_every_public_page_and_no_other() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    app.person("silent", Role::Author).await;
    app.post("/write", &ada, &post_form("One", "Text", "published"))
        .await;
    app.advance(60);
    for (title, status) in [
        ("Draft", "draft"),
        ("Unlisted", "unlisted"),
        ("Soon", "scheduled"),
    ] {
        let mut form = post_form(title, "Text", status);
        form.retain(|(field, _)| *field != "tags");
        form.push(("tags", title));
        if status == "scheduled" {
            form.push(("publish_at", "2026-01-31T19:00"));
        }
        assert_eq!(app.post("/write", &ada, &form).await.status, 303, "{title}");
    }
    app.post(
        "/write",
        &ada,
        &post_form("Two & more", "Text", "published"),
    )
    .await;

    let index = read(&app, "/sitemap.xml", "sitemapindex").await;
    let second = Some("2026-01-31T18:31:00Z".to_owned());
    assert_eq!(index[&format!("{SITE}/sitemap-1.xml")], second);
    let mut pages = BTreeMap::new();
    for file in index.keys() {
        let path = file.strip_prefix(SITE).unwrap();
        pages.extend(read(&app, path, "urlset").await);
    }
    let first = Some("2026-01-31T18:30:00Z".to_owned());
    let expected = [
        ("/", &second),
        ("/archive", &second),
        ("/tags", &second),
        ("/@ada", &second),
        ("/tags/harbour", &second),
        ("/tags/lamps", &second),
        ("/posts/one", &first),
        ("/posts/two-more", &second),
    ];
    let expected = expected.map(|(path, at)| (format!("{SITE}{path}"), at.clone()));
    assert_eq!(pages, BTreeMap::from(expected));
    for address in pages.keys() {
        let page = app
            .get(address.strip_prefix(SITE).unwrap(), &Person::default())
            .await;
        assert_eq!(page.status, 200, "{address}");
        let canonical = format!("<link rel=\"canonical\" href=\"{address}\">");
        let html = page.text().replace("&#x2f;", "/");
        assert!(html.contains(&canonical), "{address}");
    }
    // In half an hour the scheduled post is there, changed when it appeared.
    app.advance(1_740);
    let later = read(&app, "/sitemap-1.xml", "urlset").await;
    let appeared = Some("2026-01-31T19:00:00Z".to_owned());
    let index = read(&app, "/sitemap.xml", "sitemapindex").await;
    assert_eq!(index[&format!("{SITE}/sitemap-1.xml")], appeared);
    let soon = |address: &&String| address.starts_with(&format!("{SITE}/posts/soon-"));
    let soon = later.keys().find(soon).expect("the scheduled post").clone();
    assert_eq!(later[&soon], appeared);
    // A moment later it has the address of its title.
    app.blog.worker().catch_up().await;
    let later = read(&app, "/sitemap-1.xml", "urlset").await;
    assert_eq!(later[&format!("{SITE}/posts/soon")], appeared);
    assert!(!later.contains_key(&soon));
    for path in [
        "/sitemap-2.xml",
        "/sitemap-01.xml",
        "/sitemap-.xml",
        "/sitemap-1",
        "/sitemap-x.xml",
    ] {
        assert_eq!(
            app.get(path, &Person::default()).await.status,
            404,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_large_site_is_mapped_in_files_that_hold_still() {
    let backend = memory();
    let records = backend.records.clone();
    let app = TestApp::on(backend, Settings::default());
    let ada = app.person("ada", Role::Author).await;
    let author = ada.actor.unwrap().user().unwrap();
    let now = app.clock.now();
    let create = async |number: u32| {
        let post = NewPost {
            id: PostId::generate(),
            author,
            slug: SlugRequest {
                base: Slug::try_from(format!("post-{number}").as_str()).unwrap(),
            },
            content: PostContent {
                title: Title::try_from("A post").unwrap(),
                body: Body::try_from("").unwrap(),
                rendered: RenderedBody::default(),
                terms: String::new(),
                tags: Vec::new(),
                cover: None,
                media: Vec::new(),
                status: PostStatus::Published,
                published_at: Some(now),
            },
        };
        let effects = Effects::at(now).invalidating();
        records.posts.create(post, effects).await.unwrap();
    };
    for number in 0..10_001 {
        create(number).await;
    }
    let files = async || {
        let index = read(&app, "/sitemap.xml", "sitemapindex").await;
        let mut files = BTreeMap::new();
        for address in index.into_keys() {
            let path = address.strip_prefix(SITE).unwrap().to_owned();
            files.insert(path.clone(), read(&app, &path, "urlset").await);
        }
        files
    };
    let before = files().await;
    let names: Vec<&str> = before.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "/sitemap-0.xml",
            "/sitemap-1.xml",
            "/sitemap-2.xml",
            "/sitemap-3.xml"
        ]
    );
    let posts: usize = before.values().map(BTreeMap::len).sum();
    assert_eq!(posts, 10_001 + 4, "and the pages that list them");
    assert!(before.values().all(|file| file.len() <= 50_000));
    create(10_001).await;
    // A write past this process's services is seen within a second.
    app.advance(1);
    let after = files().await;
    let changed: Vec<&String> = after
        .iter()
        .filter(|(path, file)| before.get(*path) != Some(*file))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(changed, ["/sitemap-3.xml"], "a new post changes one file");
}

#[tokio::test]
async fn robots_are_told_where_nothing_is_and_where_the_map_is() {
    let app = TestApp::new();
    let answer = app.get("/robots.txt", &Person::default()).await;
    assert_eq!(
        answer.headers[header::CONTENT_TYPE],
        "text/plain; charset=utf-8"
    );
    let text = answer.text();
    assert!(text.starts_with("User-agent: *\n"), "{text}");
    let closed: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("Disallow: "))
        .collect();
    for path in [
        "/account/login",
        "/write",
        "/drafts",
        "/library",
        "/admin/posts",
        "/search?q=x",
    ] {
        assert!(closed.iter().any(|begin| path.starts_with(begin)), "{path}");
    }
    for path in [
        "/",
        "/posts/one",
        "/@ada",
        "/tags/x",
        "/feed.xml",
        "/assets/blog.css",
        "/media/public/x",
        "/sitemap-1.xml",
    ] {
        assert!(
            !closed.iter().any(|begin| path.starts_with(begin)),
            "{path}"
        );
    }
    assert!(
        text.ends_with("\nSitemap: http://localhost:3000/sitemap.xml\n"),
        "{text}"
    );
}

#[tokio::test]
async fn below_a_mount_everything_that_is_told_lies_below_it() {
    let blog = Blog::builder(memory()).build().unwrap();
    let base = "https://example.org/blog".parse().unwrap();
    let endpoint = Web::at(blog, &base).unwrap().endpoint().unwrap();
    for path in [
        "/robots.txt",
        "/sitemap.xml",
        "/sitemap-0.xml",
        "/feed.xml",
        "/atom.xml",
        "/feed.json",
    ] {
        let request = Request::builder()
            .uri(path.parse().unwrap())
            .header("host", "example.org");
        let mut answer = endpoint.call(request.finish()).await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        let text = answer.take_body().into_string().await.unwrap();
        let mut seen = 0;
        for address in text.split("https://example.org").skip(1) {
            assert!(address.starts_with("/blog/"), "{path}: {address:.40}");
            seen += 1;
        }
        assert!(seen > 0, "{path}");
        for line in text
            .lines()
            .filter_map(|line| line.strip_prefix("Disallow: "))
        {
            assert!(line.starts_with("/blog/"), "{line}");
        }
    }
}
