//! A draft is there for nobody but its author and editors: not on its page, not in a list, not by its pictures.

use blog_core::model::user::Role;

use crate::app::{Answer, Person, TestApp, mp4, png, post_form};

/// What shows a public post.
const LISTS: [&str; 9] = [
    "/",
    "/@ada",
    "/search?q=quiet",
    "/feed.xml",
    "/atom.xml",
    "/feed.json",
    "/@ada/feed.xml",
    "/@ada/atom.xml",
    "/@ada/feed.json",
];

/// What is only there while a tag has a public post.
const TAG_LISTS: [&str; 4] = [
    "/tags/harbour",
    "/tags/harbour/feed.xml",
    "/tags/harbour/atom.xml",
    "/tags/harbour/feed.json",
];

/// All that the site map says.
async fn site_map(app: &TestApp, who: &Person) -> String {
    let mut text = String::new();
    for map in ["/sitemap.xml", "/sitemap-0.xml", "/sitemap-1.xml"] {
        text.push_str(&app.get(map, who).await.text());
    }
    text
}

async fn upload(app: &TestApp, who: &Person, name: &str, bytes: &[u8]) -> String {
    let parts: [(&str, Option<&str>, &[u8]); 2] =
        [("alt", None, b"A lamp"), ("file", Some(name), bytes)];
    let answer = app.post_parts("/media/uploads", who, &parts).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let library = app.get("/library", who).await.text();
    let at = library.find("media:").expect("the library shows a snippet") + "media:".len();
    library[at..at + 36].to_owned()
}

fn same_as_nothing(answer: &Answer, nothing: &Answer, what: &str) {
    assert_eq!(answer.status, 404, "{what}");
    assert_eq!(answer.masked(), nothing.masked(), "{what}");
    let names = |answer: &Answer| {
        let mut names: Vec<_> = answer.headers.keys().map(|k| k.to_string()).collect();
        names.sort();
        names
    };
    assert_eq!(names(answer), names(nothing), "{what}");
}

fn addresses(html: &str, begin: &str) -> Vec<String> {
    let mut found = Vec::new();
    for part in html.split(begin).skip(1) {
        let end = part.find(['"', '\'', '<', ')']).unwrap_or(part.len());
        found.push(format!("{begin}{}", &part[..end]));
    }
    found
}

#[tokio::test]
async fn a_draft_is_invisible_everywhere_until_it_is_published() {
    let app = TestApp::new();
    let author = app.person("ada", Role::Author).await;
    let other = app.person("bob", Role::Author).await;
    let nobody = Person::default();
    let picture = upload(&app, &author, "lamp.png", &png()).await;
    let video = upload(&app, &author, "lamp.mp4", &mp4()).await;
    let body = format!("Quiet words. ![A lamp](media:{picture}) ![Film](media:{video})");
    let mut form = post_form("Secret lamps", &body, "draft");
    form.push(("cover", &picture));
    let saved = app.post("/write", &author, &form).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    let draft = saved.location();

    let own = app.get(&draft, &author).await;
    assert_eq!(own.status, 200);
    let private = [
        format!("/media/private/{picture}"),
        format!("/media/private/{video}"),
    ];
    for address in &private {
        assert!(own.text().contains(address.as_str()), "{address}");
        let bytes = app.get(address, &author).await;
        assert_eq!(bytes.status, 200);
        assert_eq!(bytes.headers["cache-control"], "private, no-store");
    }
    for who in [&nobody, &other] {
        let nothing = app.get("/posts/there-is-nothing-here", who).await;
        same_as_nothing(&app.get(&draft, who).await, &nothing, &draft);
        for address in &private {
            same_as_nothing(&app.get(address, who).await, &nothing, address);
        }
        for list in LISTS {
            let page = app.get(list, who).await;
            assert_eq!(page.status, 200, "{list}");
            assert!(
                !page.text().to_lowercase().contains("secret lamps"),
                "{list}"
            );
        }
        for list in TAG_LISTS {
            assert_eq!(app.get(list, who).await.status, 404, "{list}");
        }
        let map = site_map(&app, who).await;
        for hidden in ["secret-lamps", "/@ada", "/tags/", "/sitemap-1.xml"] {
            assert!(!map.contains(hidden), "{hidden} in {map}");
        }
        let edit = format!("{draft}/edit");
        assert_ne!(app.get(&edit, who).await.status, 200);
    }

    // Published, everything is there; the pictures have public addresses that everybody may open.
    let mut form = post_form("Secret lamps", &body, "published");
    form.push(("cover", &picture));
    form.push(("version", "1"));
    let saved = app.post(&format!("{draft}/edit"), &author, &form).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    assert_eq!(saved.location(), "/posts/secret-lamps");
    let page = app.get("/posts/secret-lamps", &nobody).await;
    assert_eq!(page.status, 200);
    let public = addresses(&page.text(), "/media/public/");
    assert!(public.len() >= 3, "cover, picture, video: {public:?}");
    for address in &public {
        let bytes = app.get(address, &nobody).await;
        assert_eq!(bytes.status, 200, "{address}");
        assert_eq!(
            bytes.headers["cache-control"],
            "public, max-age=31536000, immutable"
        );
    }
    for list in LISTS.into_iter().chain(TAG_LISTS) {
        let page = app.get(list, &nobody).await.text();
        assert!(page.contains("Secret lamps"), "{list}");
    }
    let map = site_map(&app, &nobody).await;
    for shown in [
        "/posts/secret-lamps<",
        "/@ada<",
        "/tags/harbour<",
        "/sitemap-1.xml<",
    ] {
        assert!(map.contains(shown), "{shown} in {map}");
    }
    // The draft's own address leads on.
    let old = app.get(&draft, &nobody).await;
    assert_eq!(
        (old.status.as_u16(), old.location()),
        (301, "/posts/secret-lamps".to_owned())
    );

    // Withdrawn, the public addresses are gone for good.
    let mut form = post_form("Secret lamps", &body, "draft");
    form.push(("version", "2"));
    let saved = app.post("/posts/secret-lamps/edit", &author, &form).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    for address in &public {
        assert_eq!(app.get(address, &nobody).await.status, 404, "{address}");
        assert_eq!(app.get(address, &author).await.status, 404, "{address}");
    }
    for address in &private {
        assert_eq!(app.get(address, &nobody).await.status, 404, "{address}");
        assert_eq!(app.get(address, &author).await.status, 200, "{address}");
    }
}

#[tokio::test]
async fn a_scheduled_post_appears_by_time_with_its_pictures() {
    let app = TestApp::new();
    let author = app.person("ada", Role::Author).await;
    let nobody = Person::default();
    let picture = upload(&app, &author, "lamp.png", &png()).await;
    let body = format!("![A lamp](media:{picture})");
    let mut form = post_form("Tomorrow", &body, "scheduled");
    form.push(("publish_at", "2026-01-31T19:00"));
    let saved = app.post("/write", &author, &form).await;
    // As a draft's, its address tells nobody that there is one.
    let address = saved.location();
    assert!(address.starts_with("/posts/tomorrow-"), "{address}");
    assert_eq!(app.get(&address, &nobody).await.status, 404);
    assert!(!app.get("/", &nobody).await.text().contains("Tomorrow"));
    app.advance(29 * 60 + 59);
    assert_eq!(app.get(&address, &nobody).await.status, 404);
    app.advance(1);
    let page = app.get(&address, &nobody).await;
    assert_eq!(page.status, 200);
    assert!(app.get("/", &nobody).await.text().contains("Tomorrow"));
    // Nobody has made the public copy yet; the address that asks policy serves until then.
    let private = format!("/media/private/{picture}");
    assert!(page.text().contains(&private));
    assert_eq!(app.get(&private, &nobody).await.status, 200);
}

#[tokio::test]
async fn a_picture_that_a_writer_does_not_own_is_not_shown_by_their_post() {
    let app = TestApp::new();
    let author = app.person("ada", Role::Author).await;
    let thief = app.person("bob", Role::Author).await;
    let picture = upload(&app, &author, "lamp.png", &png()).await;
    let body = format!("Mine now: ![A lamp](media:{picture})");
    let saved = app
        .post("/write", &thief, &post_form("Stolen", &body, "published"))
        .await;
    assert_eq!(saved.status, 303);
    let page = app.get("/posts/stolen", &thief).await.text();
    assert!(!page.contains("/media/"), "{page}");
    let private = format!("/media/private/{picture}");
    assert_eq!(app.get(&private, &thief).await.status, 404);
    let mut form = post_form("Stolen too", "x", "published");
    form.push(("cover", &picture));
    assert_eq!(app.post("/write", &thief, &form).await.status, 422);
}
