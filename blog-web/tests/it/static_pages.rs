//! Static pages: who writes them, who sees them, and where they stand.

use blog_core::model::user::Role;

use crate::app::{Person, TestApp};
use crate::site::{picture, settings_form};

fn nobody() -> Person {
    Person::default()
}

/// The form of a static page.
fn form<'a>(title: &'a str, body: &'a str, status: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("title", title), ("body", body), ("status", status)]
}

fn with<'a>(
    mut form: Vec<(&'a str, &'a str)>,
    more: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    form.extend(more);
    form
}

async fn admin(app: &TestApp) -> Person {
    app.person("ruth", Role::Admin).await
}

#[tokio::test]
async fn a_page_is_written_seen_moved_and_deleted() {
    let app = TestApp::new();
    let ruth = admin(&app).await;
    let body = "We write **slowly**.\n\n<script>alert(1)</script>\n\n[Home](/)";
    let saved = app
        .post(
            "/admin/pages/new",
            &ruth,
            &form("About us", body, "published"),
        )
        .await;
    assert_eq!(
        (saved.status.as_u16(), saved.location().as_str()),
        (303, "/admin/pages/about-us")
    );
    let page = app.get("/pages/about-us", &nobody()).await;
    assert_eq!(page.status, 200);
    let text = page.text().replace("&#x2f;", "/");
    for part in [
        "<title>About us · A blog</title>",
        "<h1 class=\"post-title\" dir=\"auto\">About us</h1>",
        "We write <strong>slowly</strong>.",
        "<link rel=\"canonical\" href=\"http://localhost:3000/pages/about-us\">",
        "<meta property=\"og:title\" content=\"About us\">",
        "<meta name=\"description\" content=\"We write slowly. Home\">",
        "\"@type\":\"WebPage\"",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(
        !text.contains("<script>alert") && !text.contains("noindex"),
        "{text}"
    );
    assert!(
        !text.contains("/admin/pages"),
        "a reader is offered no desk"
    );
    let map = app.get("/sitemap-0.xml", &nobody()).await.text();
    assert!(
        map.contains(
            "<loc>http://localhost:3000/pages/about-us</loc><lastmod>2026-01-31T18:30:00Z</lastmod>"
        ),
        "{map}"
    );
    // A new address: the old one leads there.
    let moved = with(
        form("About us", body, "published"),
        &[("slug", "colophon"), ("version", "1")],
    );
    let saved = app.post("/admin/pages/about-us", &ruth, &moved).await;
    assert_eq!(saved.location(), "/admin/pages/colophon");
    let old = app.get("/pages/about-us", &nobody()).await;
    assert_eq!(
        (old.status.as_u16(), old.location().as_str()),
        (301, "/pages/colophon")
    );
    assert_eq!(app.get("/admin/pages/about-us", &ruth).await.status, 200);
    // Deletion asks first, and is refused for a version that moved on.
    let asks = app.get("/admin/pages/colophon/delete", &ruth).await.text();
    assert!(
        asks.contains("name=\"version\" value=\"2\"") && asks.contains("Delete the page"),
        "{asks}"
    );
    let early = app
        .post("/admin/pages/colophon/delete", &ruth, &[("version", "1")])
        .await;
    assert_eq!(early.status, 409);
    assert!(early.text().contains("name=\"version\" value=\"2\""));
    assert_eq!(app.get("/pages/colophon", &nobody()).await.status, 200);
    let gone = app
        .post("/admin/pages/colophon/delete", &ruth, &[("version", "2")])
        .await;
    assert_eq!(gone.location(), "/admin/pages");
    for path in ["/pages/colophon", "/pages/about-us"] {
        assert_eq!(app.get(path, &nobody()).await.status, 404, "{path}");
    }
    assert!(
        !app.get("/sitemap-0.xml", &nobody())
            .await
            .text()
            .contains("/pages/")
    );
}

#[tokio::test]
async fn a_draft_is_nothing_to_everybody_but_admins() {
    let app = TestApp::new();
    let ruth = admin(&app).await;
    let draft = with(form("Secret plans", "Hush", "draft"), &[("in_menu", "on")]);
    app.post("/admin/pages/new", &ruth, &draft).await;
    let editor = app.person("edi", Role::Editor).await;
    let nothing = app.get("/pages/no-such-page", &nobody()).await;
    let hidden = app.get("/pages/secret-plans", &nobody()).await;
    assert_eq!(
        (hidden.status, nothing.status),
        (nothing.status, http::StatusCode::NOT_FOUND)
    );
    assert_eq!(hidden.masked(), nothing.masked());
    assert_eq!(app.get("/pages/secret-plans", &editor).await.status, 404);
    for path in ["/", "/sitemap-0.xml", "/archive"] {
        let text = app.get(path, &nobody()).await.text();
        assert!(!text.to_lowercase().contains("secret"), "{path}: {text}");
    }
    let seen = app.get("/pages/secret-plans", &ruth).await.text();
    assert!(
        seen.contains("Only admins see this page.") && seen.contains("content=\"noindex\""),
        "{seen}"
    );
    assert!(!seen.contains("rel=\"canonical\""), "{seen}");
    // An old address of a draft leads nobody to it either.
    let moved = with(
        form("Secret plans", "Hush", "draft"),
        &[("slug", "hush"), ("version", "1")],
    );
    app.post("/admin/pages/secret-plans", &ruth, &moved).await;
    assert_eq!(app.get("/pages/secret-plans", &nobody()).await.status, 404);
    assert_eq!(
        app.get("/pages/secret-plans", &ruth).await.location(),
        "/pages/hush"
    );
}

#[tokio::test]
async fn only_admins_write_pages_and_nobody_loses_text() {
    let app = TestApp::new();
    let ruth = admin(&app).await;
    app.post(
        "/admin/pages/new",
        &ruth,
        &form("About", "Ours", "published"),
    )
    .await;
    let mine = with(
        form("Taken over", "My only copy", "published"),
        &[("version", "1")],
    );
    let mut people = vec![("nobody", nobody())];
    for (name, role) in [("author", Role::Author), ("editor", Role::Editor)] {
        people.push((name, app.person(name, role).await));
    }
    for (name, person) in &people {
        for path in [
            "/admin/pages/new",
            "/admin/pages/about",
            "/admin/pages/nothing",
        ] {
            let refused = app.post(path, person, &mine).await;
            assert_eq!(refused.status, 403, "{name} {path}");
            assert!(refused.text().contains("My only copy"), "{name} {path}");
        }
        let delete = [("version", "1")];
        app.post("/admin/pages/about/delete", person, &delete).await;
    }
    let page = app.get("/pages/about", &nobody()).await.text();
    assert!(
        page.contains("Ours") && !page.contains("Taken over"),
        "{page}"
    );
    // Of two admins the later one sees both versions.
    let hers = with(form("About", "Hers", "published"), &[("version", "1")]);
    assert_eq!(
        app.post("/admin/pages/about", &ruth, &hers).await.status,
        303
    );
    let refused = app.post("/admin/pages/about", &ruth, &mine).await;
    assert_eq!(refused.status, 409);
    let page = refused.text();
    let stored = page.split("class=\"stored\"").nth(1).unwrap();
    let (stored, form) = stored.split_once("</section>").unwrap();
    assert!(stored.contains("\nHers</textarea>"), "{stored}");
    for kept in [
        "value=\"Taken over\"",
        "\nMy only copy</textarea>",
        "name=\"version\" value=\"2\"",
    ] {
        assert!(form.contains(kept), "{kept}: {form}");
    }
    // A form that says no version was not filled from the page.
    let blind = form_without_version();
    assert_eq!(
        app.post("/admin/pages/about", &ruth, &blind).await.status,
        409
    );
}

fn form_without_version() -> Vec<(&'static str, &'static str)> {
    form("Blind", "Text", "published")
}

#[tokio::test]
async fn refused_pages_keep_their_text_with_a_sentence_beside_the_field() {
    let app = TestApp::new();
    let ruth = admin(&app).await;
    let first = form("About", "Ours", "published");
    app.post("/admin/pages/new", &ruth, &first).await;
    let long = "x".repeat(301);
    let cases = [
        (
            form("", "My only copy", "draft"),
            "title",
            "Please fill this in.",
        ),
        (
            form(&long, "My only copy", "draft"),
            "title",
            "Use at most 300 characters.",
        ),
        (
            form("About", "My only copy", "draft"),
            "slug",
            "This is taken; choose another.",
        ),
        (
            form("?!", "My only copy", "draft"),
            "slug",
            "Please fill this in.",
        ),
        (
            with(form("T", "My only copy", "draft"), &[("slug", "Über")]),
            "slug",
            "Use only",
        ),
        (
            with(form("T", "My only copy", "draft"), &[("slug", "new")]),
            "slug",
            "This word is reserved",
        ),
        (
            with(form("T", "My only copy", "draft"), &[("slug", "delete")]),
            "slug",
            "This word is reserved",
        ),
        (
            with(form("T", "My only copy", "draft"), &[("slug", "admin")]),
            "slug",
            "This word is reserved",
        ),
    ];
    for (form, field, sentence) in cases {
        let refused = app.post("/admin/pages/new", &ruth, &form).await;
        assert_eq!(refused.status, 422, "{form:?}");
        let page = refused.text();
        assert!(
            page.contains("\nMy only copy</textarea>"),
            "{form:?}: {page}"
        );
        let error = page.split(&format!("id=\"f-{field}-error\"")).nth(1);
        let error = error.unwrap_or_else(|| panic!("{form:?}: no error at {field}: {page}"));
        let error = error.split("</p>").next().unwrap();
        assert!(error.contains(sentence), "{form:?}: {error}");
    }
    // What a page is called may be such a word all the same.
    for (title, place) in [("New", "new-page"), ("Delete", "delete-page")] {
        let saved = app
            .post("/admin/pages/new", &ruth, &form(title, "", "draft"))
            .await;
        assert_eq!(saved.location(), format!("/admin/pages/{place}"));
    }
}

#[tokio::test]
async fn a_page_that_took_a_word_before_it_was_reserved_keeps_it() {
    use blog_core::model::slug::PageSlug;
    use blog_core::model::static_page::{NewStaticPage, StaticPageContent};
    let app = TestApp::new();
    let ruth = admin(&app).await;
    app.post("/admin/pages/new", &ruth, &form("Old", "Ours", "published"))
        .await;
    let pages = &app.records.static_pages;
    let slug = PageSlug::try_from("old").unwrap();
    let old = pages.by_slug(&slug).await.unwrap();
    let effects = blog_core::model::effects::Effects::at(app.blog.now()).invalidating();
    let early = NewStaticPage {
        id: blog_core::id::StaticPageId::generate(),
        content: StaticPageContent {
            slug: PageSlug::from_store("edit".to_owned()),
            ..old.content
        },
    };
    pages.create(early, effects).await.unwrap();
    assert_eq!(app.get("/pages/edit", &nobody()).await.status, 200);
    let kept = with(
        form("Old", "Ours anew", "published"),
        &[("slug", "edit"), ("version", "1")],
    );
    let saved = app.post("/admin/pages/edit", &ruth, &kept).await;
    assert_eq!(saved.location(), "/admin/pages/edit");
}

#[tokio::test]
async fn a_page_with_code_brings_its_colours() {
    let app = TestApp::new();
    let ruth = admin(&app).await;
    let code = "```rust\nfn main() {}\n```";
    for (title, body, coloured) in [("Code", code, true), ("Words", "No code", false)] {
        app.post("/admin/pages/new", &ruth, &form(title, body, "published"))
            .await;
        let path = format!("/pages/{}", title.to_lowercase());
        let page = app.get(&path, &nobody()).await.text();
        assert_eq!(page.contains("/assets/code."), coloured, "{page}");
    }
}

#[tokio::test]
async fn a_page_stands_in_the_menu_once() {
    let app = TestApp::new();
    let ruth = admin(&app).await;
    let about = with(form("About", "Ours", "published"), &[("in_menu", "on")]);
    app.post("/admin/pages/new", &ruth, &about).await;
    let menu = |page: String| {
        let menu = page.split("class=\"sections-list\"").nth(1);
        let menu = menu.map(|rest| rest.split("</ul>").next().unwrap().to_owned());
        menu.unwrap_or_default()
    };
    let home = menu(app.get("/", &nobody()).await.text());
    assert_eq!(home.matches("href=\"/pages/about\"").count(), 1, "{home}");
    assert!(home.contains("<bdi>About</bdi>"), "{home}");
    // The settings offer it, and what is chosen there is not shown twice.
    let settings = app.get("/admin/settings", &ruth).await.text();
    assert!(
        settings.contains("<option value=\"&#x2f;pages&#x2f;about\">About</option>"),
        "{settings}"
    );
    let chosen = settings_form(
        "0",
        &[
            ("menu_label_1", "Who we are"),
            ("menu_target_1", "/pages/about"),
        ],
    );
    assert_eq!(
        app.post("/admin/settings", &ruth, &chosen).await.status,
        303
    );
    let home = menu(app.get("/", &nobody()).await.text());
    assert_eq!(home.matches("href=\"/pages/about\"").count(), 1, "{home}");
    assert!(home.contains("<bdi>Who we are</bdi>"), "{home}");
}

#[tokio::test]
async fn a_pages_pictures_are_public_while_it_is() {
    let app = TestApp::new();
    let ruth = admin(&app).await;
    let ada = app.person("ada", Role::Author).await;
    // An admin may show what anybody uploaded.
    for (person, title) in [(&ruth, "Hers"), (&ada, "Theirs")] {
        let id = picture(&app, person).await;
        let private = format!("/media/private/{id}");
        let body = format!("![A lamp](media:{id})");
        let slug = title.to_lowercase();
        let path = format!("/pages/{slug}");
        app.post("/admin/pages/new", &ruth, &form(title, &body, "draft"))
            .await;
        assert_eq!(app.get(&private, &nobody()).await.status, 404);
        let published = with(form(title, &body, "published"), &[("version", "1")]);
        let saved = app
            .post(&format!("/admin/pages/{slug}"), &ruth, &published)
            .await;
        assert_eq!(saved.status, 303);
        let page = app.get(&path, &nobody()).await.text();
        let src = page
            .split("<img src=\"")
            .nth(1)
            .unwrap_or_else(|| panic!("{page}"));
        let src = src.split('"').next().unwrap().to_owned();
        assert!(src.starts_with("/media/public/"), "{src}");
        assert_eq!(app.get(&src, &nobody()).await.status, 200);
        app.post(
            &format!("/admin/pages/{slug}/delete"),
            &ruth,
            &[("version", "2")],
        )
        .await;
        assert_eq!(app.get(&src, &nobody()).await.status, 404, "withdrawn");
        assert_eq!(app.get(&private, &nobody()).await.status, 404);
    }
}

#[tokio::test]
async fn the_list_goes_on_page_by_page() {
    let app = TestApp::new();
    let ruth = admin(&app).await;
    let empty = app.get("/admin/pages", &ruth).await.text();
    assert!(empty.contains("There is no page yet."), "{empty}");
    for number in 0..12 {
        app.advance(1);
        let title = format!("Page {number}");
        app.post("/admin/pages/new", &ruth, &form(&title, "", "draft"))
            .await;
    }
    let first = app.get("/admin/pages", &ruth).await.text();
    assert_eq!(first.matches("class=\"row-title\"").count(), 10, "{first}");
    assert!(
        first.contains("Page 11") && !first.contains("Page 1<"),
        "{first}"
    );
    let next = first
        .split("class=\"pager-older\" rel=\"next\" href=\"")
        .nth(1);
    let next = next.unwrap().split('"').next().unwrap();
    let second = app.get(next, &ruth).await.text();
    assert_eq!(second.matches("class=\"row-title\"").count(), 2, "{second}");
}
