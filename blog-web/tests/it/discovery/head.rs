//! The heads of pages: one address each, Open Graph, JSON-LD; nothing of what is not public.

use std::collections::BTreeMap;

use blog_core::model::user::Role;
use blog_core::service::publishing::PostInput;
use serde_json::Value;

use super::{HOSTILE, SITE, picture};
use crate::app::{Person, TestApp, png, post_form};

/// What the head of a page says.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// `rel` to address.
    links: BTreeMap<String, String>,
    /// Name or property to every content.
    meta: BTreeMap<String, Vec<String>>,
    data: Vec<Value>,
}

impl Head {
    pub(super) fn meta(&self, name: &str) -> Option<&str> {
        self.meta.get(name)?.first().map(String::as_str)
    }

    fn link(&self, rel: &str) -> Option<&str> {
        self.links.get(rel).map(String::as_str)
    }

    /// The node of a type.
    pub(super) fn node(&self, kind: &str) -> &Value {
        let mut nodes = self.data.iter();
        let node = nodes.find(|node| node["@type"] == kind);
        node.unwrap_or_else(|| panic!("no {kind} in {:?}", self.data))
    }
}

fn unescape(text: &str) -> String {
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#x2f;", "/"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

fn value(tag: &str, name: &str) -> Option<String> {
    let from = tag.split(&format!(" {name}=\"")).nth(1)?;
    from.split('"').next().map(unescape)
}

pub(super) async fn head(app: &TestApp, path: &str, who: &Person) -> Head {
    let answer = app.get(path, who).await;
    assert_eq!(answer.status, 200, "{path}");
    let html = answer.text();
    let html = html.split("</head>").next().unwrap();
    let mut head = Head::default();
    for tag in html.split('<').skip(1) {
        let end = tag.find('>').unwrap();
        let (tag, text) = tag.split_at(end);
        if tag.starts_with("link") {
            let (rel, href) = (value(tag, "rel").unwrap(), value(tag, "href").unwrap());
            head.links.insert(rel, href);
        } else if tag.starts_with("meta") {
            let name = value(tag, "name").or_else(|| value(tag, "property"));
            if let Some(name) = name {
                let content = value(tag, "content").unwrap();
                head.meta.entry(name).or_default().push(content);
            }
        } else if tag.contains("ld+json") {
            let document: Value = serde_json::from_str(&text[1..]).unwrap();
            assert_eq!(document["@context"], "https://schema.org");
            head.data = document["@graph"].as_array().unwrap().clone();
        }
    }
    head
}

#[tokio::test]
async fn pages_beside_a_page_are_named_in_its_head() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    for number in 1..=12 {
        app.advance(60);
        let title = format!("Post {number}");
        app.post("/write", &ada, &post_form(&title, "Text", "published"))
            .await;
    }
    let nobody = Person::default();
    let of = async |path: &str| head(&app, path, &nobody).await;
    let middle = of("/posts/post-7").await;
    assert_eq!(
        middle.link("prev"),
        Some(format!("{SITE}/posts/post-6").as_str())
    );
    assert_eq!(
        middle.link("next"),
        Some(format!("{SITE}/posts/post-8").as_str())
    );
    let (first, last) = (of("/posts/post-1").await, of("/posts/post-12").await);
    assert_eq!((first.link("prev"), last.link("next")), (None, None));
    for list in [
        "/",
        "/@ada",
        "/tags/harbour",
        "/archive/2026",
        "/archive/2026/01",
    ] {
        let first = of(list).await;
        assert_eq!(first.link("prev"), None, "{list}");
        let next = first
            .link("next")
            .unwrap_or_else(|| panic!("{list} goes on"));
        let second = of(next.strip_prefix(SITE).unwrap()).await;
        assert_eq!(second.link("next"), None, "{list} ends");
    }
}

#[tokio::test]
async fn every_public_page_has_one_address_and_names_the_next() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    for number in 0..25 {
        let input = PostInput {
            title: format!("Number {number}"),
            body: "Text".to_owned(),
            tags: "Harbour".to_owned(),
            status: "published".to_owned(),
            ..PostInput::default()
        };
        let actor = ada.actor.unwrap();
        app.blog.publishing().create(&actor, &input).await.unwrap();
    }
    let nobody = Person::default();
    for list in ["/", "/@ada", "/tags/harbour"] {
        let mut path = list.to_owned();
        for page in 1..=3 {
            let head = head(&app, &path, &nobody).await;
            assert_eq!(
                head.link("canonical"),
                Some(format!("{SITE}{path}").as_str())
            );
            assert_eq!(head.meta("og:url"), head.link("canonical"));
            assert_eq!(head.meta("robots"), None, "{path}");
            match head.link("next") {
                Some(next) => path = next.strip_prefix(SITE).unwrap().to_owned(),
                None => assert_eq!(page, 3, "{list} ends"),
            }
        }
    }
    // However it is asked for, a page is one.
    let post = head(&app, "/posts/number-3?utm_source=x", &nobody).await;
    assert_eq!(
        post.link("canonical"),
        Some("http://localhost:3000/posts/number-3")
    );
    let sorted = head(&app, "/?order=x", &nobody).await;
    assert_eq!(sorted.link("canonical"), Some("http://localhost:3000/"));
}

#[tokio::test]
async fn previews_of_a_post_have_its_title_picture_and_facts() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let parts: [(&str, Option<&str>, &[u8]); 3] = [
        ("display_name", None, b"Ada \"L\" <i>"),
        ("bio", None, b"Writes\nof lamps."),
        ("version", None, b"1"),
    ];
    let saved = app.post_parts("/account/profile", &ada, &parts).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    let cover = picture(&app, &ada).await;
    let mut form = post_form(HOSTILE, "Opening & \"words\".", "published");
    form.push(("cover", &cover));
    let path = app.post("/write", &ada, &form).await.location();
    app.advance(86_400);
    let ada = Person {
        cookie: app.log_in_again("ada").await,
        ..ada
    };
    form.push(("version", "1"));
    app.post(&format!("{path}/edit"), &ada, &form).await;

    let nobody = Person::default();
    let post = head(&app, &path, &nobody).await;
    for (name, content) in [
        ("description", "Opening & \"words\"."),
        ("author", "Ada \"L\" <i>"),
        ("og:title", HOSTILE),
        ("og:type", "article"),
        ("og:description", "Opening & \"words\"."),
        ("og:site_name", "A blog"),
        ("og:locale", "en_US"),
        ("og:image:width", "8"),
        ("og:image:height", "6"),
        ("og:image:alt", "A lamp"),
        ("article:published_time", "2026-01-31T18:30:00Z"),
        ("article:modified_time", "2026-02-01T18:30:00Z"),
        ("article:author", "http://localhost:3000/@ada"),
        ("article:section", "Harbour"),
        // A small picture stands beside the words.
        ("twitter:card", "summary"),
    ] {
        assert_eq!(post.meta(name), Some(content), "{name}");
    }
    assert_eq!(post.meta["article:tag"], ["Harbour", "Lamps"]);
    let image = post.meta("og:image").unwrap();
    let file = app.get(image.strip_prefix(SITE).unwrap(), &nobody).await;
    assert_eq!(file.status, 200, "{image}");

    let posting = post.node("BlogPosting");
    assert_eq!(posting["headline"], HOSTILE);
    assert_eq!(posting["url"], format!("{SITE}{path}"));
    assert_eq!(posting["datePublished"], "2026-01-31T18:30:00Z");
    assert_eq!(posting["dateModified"], "2026-02-01T18:30:00Z");
    assert_eq!(posting["author"]["name"], "Ada \"L\" <i>");
    assert_eq!(posting["author"]["url"], "http://localhost:3000/@ada");
    assert_eq!(posting["image"], image);
    assert_eq!(posting["keywords"], serde_json::json!(["Harbour", "Lamps"]));
    let steps = post.node("BreadcrumbList")["itemListElement"]
        .as_array()
        .unwrap();
    let items: Vec<&str> = steps
        .iter()
        .map(|step| step["item"].as_str().unwrap())
        .collect();
    let own = format!("{SITE}{path}");
    assert_eq!(
        items,
        [
            "http://localhost:3000/",
            "http://localhost:3000/tags/harbour",
            &own
        ]
    );

    let home = head(&app, "/", &nobody).await;
    let search = home.node("WebSite")["potentialAction"]["target"]["urlTemplate"].clone();
    let search = search
        .as_str()
        .unwrap()
        .replace("{search_term_string}", "opening");
    let found = app.get(search.strip_prefix(SITE).unwrap(), &nobody).await;
    assert!(
        found.text().contains(&path),
        "the site is searched as it says"
    );
    let author = head(&app, "/@ada", &nobody).await;
    let person = &author.node("ProfilePage")["mainEntity"];
    assert_eq!(person["@type"], "Person");
    assert_eq!(person["description"], "Writes of lamps.");
    assert_eq!(author.meta("description"), Some("Writes of lamps."));
    assert_eq!(author.meta("og:type"), Some("profile"));
    let tag = head(&app, "/tags/harbour", &nobody).await;
    assert_eq!(tag.node("CollectionPage")["name"], "Harbour");
    assert_eq!(tag.meta("description"), Some("Posts about Harbour"));
}

#[tokio::test]
async fn a_large_cover_stands_above_the_words() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(640, 400)
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    let bytes = bytes.into_inner();
    assert!(bytes.len() > png().len());
    let parts: [(&str, Option<&str>, &[u8]); 1] = [("file", Some("large.png"), &bytes)];
    app.post_parts("/media/uploads", &ada, &parts).await;
    let library = app.get("/library", &ada).await.text();
    let at = library.find("media:").unwrap() + "media:".len();
    let mut form = post_form("One", "Text", "published");
    form.push(("cover", &library[at..at + 36]));
    app.post("/write", &ada, &form).await;
    let post = head(&app, "/posts/one", &Person::default()).await;
    assert_eq!(post.meta("twitter:card"), Some("summary_large_image"));
    assert_eq!(post.meta("og:image:width"), Some("640"));
}

#[tokio::test]
async fn what_is_not_public_says_nothing_to_programs() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let mut scheduled = post_form("Soon", "Text", "scheduled");
    scheduled.push(("publish_at", "2026-01-31T19:00"));
    for form in [post_form("A draft", "Text", "draft"), scheduled] {
        let saved = app.post("/write", &ada, &form).await;
        let own = head(&app, &saved.location(), &ada).await;
        assert_eq!(own.meta("robots"), Some("noindex"));
        assert_eq!(own.link("canonical"), None);
        assert!(own.meta.keys().all(|name| !name.contains(':')), "{own:?}");
        assert!(own.data.is_empty());
    }
    // An unlisted post is shown to whoever gets its address, with a preview, and to no search engine.
    let form = post_form("Quiet", "Text", "unlisted");
    let saved = app.post("/write", &ada, &form).await;
    let unlisted = head(&app, &saved.location(), &Person::default()).await;
    assert_eq!(unlisted.meta("robots"), Some("noindex"));
    assert_eq!(unlisted.meta("og:title"), Some("Quiet"));
    assert!(unlisted.data.is_empty());
    for (path, who) in [
        ("/account/login", &Person::default()),
        ("/account/register", &Person::default()),
        ("/search?q=text", &Person::default()),
        ("/write", &ada),
        ("/drafts", &ada),
        ("/library", &ada),
        ("/account/profile", &ada),
    ] {
        let page = head(&app, path, who).await;
        assert_eq!(page.meta("robots"), Some("noindex"), "{path}");
        assert_eq!(page.link("canonical"), None, "{path}");
    }
}
