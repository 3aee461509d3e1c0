//! Every route of the table, for everybody: a route without a row fails.

use blog_core::id::UserId;
use blog_core::model::user::Role;
use blog_core::policy::Actor;
use blog_core::service::static_pages::StaticPageInput;
use blog_web::routes::{Cache, TABLE};

use crate::app::{Person, TestApp, post_form};

/// Method, path, then the status for: a stranger, a reader, another author, the author, an editor.
const ROWS: &[(&str, &str, [u16; 5])] = &[
    ("GET", "/", [200; 5]),
    ("GET", "/@:user", [200; 5]),
    ("GET", "/tags/:tag", [200; 5]),
    ("GET", "/tags", [200; 5]),
    ("GET", "/archive", [200; 5]),
    ("GET", "/archive/:year", [200; 5]),
    ("GET", "/archive/:year/:month", [200; 5]),
    ("GET", "/search", [200; 5]),
    ("GET", "/feed.xml", [200; 5]),
    ("GET", "/atom.xml", [200; 5]),
    ("GET", "/feed.json", [200; 5]),
    ("GET", "/@:user/feed.xml", [200; 5]),
    ("GET", "/@:user/atom.xml", [200; 5]),
    ("GET", "/@:user/feed.json", [200; 5]),
    ("GET", "/tags/:tag/feed.xml", [200; 5]),
    ("GET", "/tags/:tag/atom.xml", [200; 5]),
    ("GET", "/tags/:tag/feed.json", [200; 5]),
    ("GET", "/robots.txt", [200; 5]),
    ("GET", "/sitemap.xml", [200; 5]),
    ("GET", "/sitemap-:part", [200; 5]),
    ("GET", "/pages/:slug", [200; 5]),
    ("GET", "/posts/:slug", [200; 5]),
    ("GET", "/posts/:slug/card.png", [200; 5]),
    ("POST", "/posts/:slug/like", [303; 5]),
    ("POST", "/posts/:slug/comments", [403, 303, 303, 303, 303]),
    ("GET", "/posts/:slug/comments/:id", [303; 5]),
    ("GET", "/comments/:id/edit", [303, 403, 403, 200, 403]),
    ("POST", "/comments/:id/edit", [403, 403, 403, 303, 403]),
    ("GET", "/comments/:id/delete", [303, 403, 403, 200, 200]),
    ("POST", "/comments/:id/delete", [303, 403, 403, 303, 303]),
    ("GET", "/comments/:id/report", [303, 200, 200, 403, 200]),
    ("POST", "/comments/:id/report", [303, 303, 303, 403, 303]),
    ("GET", "/write", [303, 403, 200, 200, 200]),
    ("POST", "/write", [403, 403, 303, 303, 303]),
    ("POST", "/write/preview", [403, 403, 200, 200, 200]),
    ("POST", "/write/autosave", [303, 403, 204, 204, 204]),
    ("POST", "/write/autosaves/:id/forget", [303; 5]),
    ("GET", "/write/tags", [303, 403, 200, 200, 200]),
    ("GET", "/posts/:slug/edit", [303, 403, 403, 200, 200]),
    ("POST", "/posts/:slug/edit", [403, 403, 403, 303, 303]),
    ("GET", "/posts/:slug/delete", [303, 403, 403, 200, 200]),
    ("POST", "/posts/:slug/delete", [303, 403, 403, 303, 303]),
    ("GET", "/posts/:slug/revisions", [404, 404, 404, 200, 200]),
    (
        "GET",
        "/posts/:slug/revisions/:version",
        [404, 404, 404, 200, 200],
    ),
    (
        "POST",
        "/posts/:slug/revisions/:version/restore",
        [404, 404, 404, 303, 303],
    ),
    ("GET", "/posts/:slug/links", [303, 403, 403, 200, 200]),
    ("POST", "/posts/:slug/links", [303, 403, 403, 200, 200]),
    (
        "POST",
        "/posts/:slug/links/:id/revoke",
        [303, 403, 403, 404, 404],
    ),
    ("GET", "/preview/:token", [404; 5]),
    ("GET", "/preview/:token/media/:id", [404; 5]),
    ("GET", "/drafts", [303, 200, 200, 200, 200]),
    ("GET", "/library", [303, 200, 200, 200, 200]),
    ("GET", "/library/files", [303, 200, 200, 200, 200]),
    ("GET", "/library/:id", [303, 404, 404, 404, 404]),
    ("POST", "/library/:id/alt", [403, 404, 404, 404, 404]),
    ("POST", "/library/:id/focus", [303, 404, 404, 404, 404]),
    ("GET", "/library/:id/delete", [303, 404, 404, 404, 404]),
    ("POST", "/library/:id/delete", [303, 404, 404, 404, 404]),
    ("POST", "/media/uploads", [303, 422, 422, 422, 422]),
    ("GET", "/media/public/:name", [404; 5]),
    ("GET", "/media/private/:id", [404; 5]),
    ("GET", "/account/owner", [404; 5]),
    ("POST", "/account/owner", [404; 5]),
    ("GET", "/account/register", [200, 303, 303, 303, 303]),
    ("POST", "/account/register", [422; 5]),
    ("GET", "/account/login", [200, 303, 303, 303, 303]),
    ("POST", "/account/login", [422; 5]),
    ("GET", "/account/login/code", [303; 5]),
    ("POST", "/account/login/code", [303; 5]),
    ("POST", "/account/logout", [303; 5]),
    ("GET", "/account/profile", [303, 200, 200, 200, 200]),
    ("POST", "/account/profile", [403, 409, 409, 409, 409]),
    ("GET", "/account/forgot", [200; 5]),
    ("POST", "/account/forgot", [422; 5]),
    ("GET", "/account/reset", [404; 5]),
    ("POST", "/account/reset", [404; 5]),
    ("GET", "/account/password", [303, 200, 200, 200, 200]),
    ("POST", "/account/password", [303, 422, 422, 422, 422]),
    ("GET", "/account/email", [303, 200, 200, 200, 200]),
    ("POST", "/account/email", [303, 422, 422, 422, 422]),
    ("POST", "/account/email/link", [303; 5]),
    ("GET", "/account/verify", [404; 5]),
    ("POST", "/account/verify", [404; 5]),
    ("GET", "/account/undo", [404; 5]),
    ("POST", "/account/undo", [404; 5]),
    ("GET", "/account/sessions", [303, 200, 200, 200, 200]),
    ("POST", "/account/sessions/:id/end", [303; 5]),
    ("POST", "/account/sessions/end-others", [303; 5]),
    ("GET", "/account/export", [303, 200, 200, 200, 200]),
    ("POST", "/account/export", [303, 422, 422, 422, 422]),
    ("POST", "/account/export/fetch", [303; 5]),
    (
        "GET",
        "/account/export/archive.zip",
        [303, 404, 404, 404, 404],
    ),
    ("GET", "/account/second-factor", [303, 200, 200, 200, 200]),
    (
        "GET",
        "/account/second-factor/key.svg",
        [303, 404, 404, 404, 404],
    ),
    ("POST", "/account/second-factor/begin", [303; 5]),
    ("POST", "/account/second-factor/confirm", [303; 5]),
    (
        "POST",
        "/account/second-factor/codes",
        [303, 422, 422, 422, 422],
    ),
    (
        "POST",
        "/account/second-factor/off",
        [303, 422, 422, 422, 422],
    ),
    ("GET", "/account/delete", [303, 200, 200, 200, 200]),
    ("POST", "/account/delete", [303, 422, 422, 422, 422]),
    ("POST", "/language", [303; 5]),
    ("GET", "/admin", [303, 403, 403, 403, 200]),
    ("GET", "/admin/posts", [303, 403, 403, 403, 200]),
    (
        "POST",
        "/admin/posts/:slug/withdraw",
        [303, 403, 403, 403, 303],
    ),
    ("GET", "/admin/comments", [303, 403, 200, 200, 200]),
    ("POST", "/admin/comments", [303, 403, 422, 422, 422]),
    ("GET", "/admin/users", [303, 403, 403, 403, 403]),
    ("GET", "/admin/users/:user", [303, 403, 403, 403, 200]),
    ("POST", "/admin/users/:user/role", [303, 403, 403, 403, 403]),
    (
        "POST",
        "/admin/users/:user/suspend",
        [303, 403, 403, 403, 403],
    ),
    ("POST", "/admin/users/:user/lift", [303, 403, 403, 403, 403]),
    ("POST", "/admin/users/:user/keep", [303, 403, 403, 403, 403]),
    (
        "POST",
        "/admin/users/:user/block",
        [303, 403, 403, 403, 303],
    ),
    (
        "POST",
        "/admin/users/:user/unblock",
        [303, 403, 403, 403, 303],
    ),
    ("GET", "/admin/invitations", [303, 403, 403, 403, 403]),
    ("POST", "/admin/invitations", [303, 403, 403, 403, 403]),
    (
        "POST",
        "/admin/invitations/:id/revoke",
        [303, 403, 403, 403, 403],
    ),
    ("GET", "/admin/audit", [303, 403, 403, 403, 403]),
    ("GET", "/admin/settings", [303, 403, 403, 403, 403]),
    ("POST", "/admin/settings", [403; 5]),
    ("GET", "/admin/pages", [303, 403, 403, 403, 403]),
    ("GET", "/admin/pages/new", [303, 403, 403, 403, 403]),
    ("POST", "/admin/pages/new", [403; 5]),
    ("GET", "/admin/pages/:slug", [303, 403, 403, 403, 403]),
    ("POST", "/admin/pages/:slug", [403; 5]),
    (
        "GET",
        "/admin/pages/:slug/delete",
        [303, 403, 403, 403, 403],
    ),
    (
        "POST",
        "/admin/pages/:slug/delete",
        [303, 403, 403, 403, 403],
    ),
    ("GET", "/admin/drift", [303, 403, 403, 403, 403]),
    ("GET", "/api/v1/objects", [403, 200, 200, 200, 200]),
    ("GET", "/assets/*name", [404; 5]),
    ("GET", "/livez", [200; 5]),
    ("GET", "/readyz", [200; 5]),
];

pub(crate) fn form_of(path: &str) -> Vec<(&'static str, &'static str)> {
    match path {
        "/posts/:slug/like" => vec![("liked", "true")],
        "/posts/:slug/comments" => vec![("body", "Hello")],
        "/comments/:id/edit" => vec![("body", "Changed"), ("version", "1")],
        "/posts/:slug/edit" => {
            let mut form = post_form("One", "Other text", "published");
            form.push(("version", "1"));
            form
        }
        "/posts/:slug/links" => vec![("days", "7")],
        "/library/:id/alt" => vec![("alt", "A lamp")],
        "/library/:id/focus" => vec![("focus", "0-6")],
        "/posts/:slug/delete" | "/posts/:slug/revisions/:version/restore" => {
            vec![("version", "1")]
        }
        "/write" | "/write/preview" | "/write/autosave" => post_form("Another", "Text", "draft"),
        "/account/owner" => vec![
            ("token", ""),
            ("username", "x"),
            ("email", "x"),
            ("password", "x"),
        ],
        "/account/register" => vec![("username", ""), ("email", ""), ("password", "")],
        "/account/forgot" => vec![("login", "")],
        "/account/reset" => vec![("token", ""), ("password", "x")],
        "/account/password" => vec![("current", ""), ("password", "")],
        "/account/email" => vec![("email", ""), ("password", "")],
        "/account/delete" | "/account/export" | "/account/export/fetch" => vec![("password", "")],
        "/account/login/code" | "/account/second-factor/confirm" => vec![("code", "1")],
        "/account/second-factor/codes" | "/account/second-factor/off" => {
            vec![("password", ""), ("code", "")]
        }
        "/account/verify" | "/account/undo" => vec![("token", "")],
        "/language" => vec![("lang", "tr"), ("back", "/")],
        "/account/login" => vec![("login", ""), ("password", "")],
        "/admin/pages/new" | "/admin/pages/:slug" => vec![("title", "A"), ("version", "1")],
        "/comments/:id/report" => vec![("reason", "Rude")],
        "/admin/comments" => vec![("decision", "approve")],
        "/admin/invitations" => vec![("role", "author"), ("days", "7")],
        "/admin/users/:user/role" => vec![("role", "editor")],
        "/admin/users/:user/suspend" => vec![("reason", "Rude")],
        "/admin/pages/:slug/delete" => vec![("version", "1")],
        "/admin/settings" => vec![("title", "A"), ("language", "en"), ("page_size", "5")],
        _ => vec![],
    }
}

/// The fields of a form that may carry a file; a text has no file name.
pub(crate) type Part = (&'static str, Option<&'static str>, &'static [u8]);

pub(crate) fn parts_of(path: &str) -> Vec<Part> {
    match path {
        "/account/profile" => vec![
            ("display_name", None, b"A"),
            ("bio", None, b""),
            ("version", None, b"9"),
        ],
        _ => vec![("alt", None, b"")],
    }
}

/// An address that a path of the table stands for, in the scene.
pub(crate) fn address(path: &str, comment: &str) -> String {
    let address = path
        .replace(":user", "ada")
        .replace(":tag", "harbour")
        .replace(":year", "2026")
        .replace(":month", "01")
        .replace(":part", "1.xml")
        .replace(":slug", "one")
        .replace("/comments/:id", &format!("/comments/{comment}"))
        .replace(":id", "00000000-0000-7000-8000-000000000000")
        .replace(":version", "1")
        .replace(":token", &"A".repeat(43))
        .replace(":name", "nothing.png")
        .replace("*name", "nothing.css");
    match path {
        "/write/autosave" => {
            format!("{address}?id=00000000-0000-4000-8000-000000000000&step=1")
        }
        _ => address,
    }
}

/// A blog with one post and a comment of its author, a static page, and one of the five people.
pub(crate) async fn scene(who: usize) -> (TestApp, Person, String) {
    let app = TestApp::new();
    let author = app.person("ada", Role::Author).await;
    app.post("/write", &author, &post_form("One", "Text", "published"))
        .await;
    let answer = app
        .post(
            "/posts/one/comments",
            &author,
            &[("body", "My own comment")],
        )
        .await;
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
    let pages = app.blog.static_pages();
    pages.create(&admin, &page).await.unwrap();
    let location = answer.location();
    let comment = location.split("#comment-").nth(1).unwrap().to_owned();
    let person = match who {
        0 => Person::default(),
        1 => app.person("reader", Role::Reader).await,
        2 => app.person("other", Role::Author).await,
        3 => author,
        _ => app.person("editor", Role::Editor).await,
    };
    (app, person, comment)
}

#[tokio::test]
async fn every_route_for_everybody() {
    let rows: Vec<_> = ROWS
        .iter()
        .map(|(method, path, _)| (*method, *path))
        .collect();
    let table: Vec<_> = TABLE
        .iter()
        .map(|route| (route.method, route.path))
        .collect();
    assert_eq!(rows, table, "a row for each route, in the table's order");
    for who in 0..5 {
        let (mut app, mut person, mut comment) = scene(who).await;
        for (method, path, expected) in ROWS {
            let address = address(path, &comment);
            let answer = match (*method, *path) {
                ("GET", _) => app.get(&address, &person).await,
                (_, "/media/uploads" | "/account/profile") => {
                    let parts = parts_of(path);
                    app.post_parts(&address, &person, &parts).await
                }
                _ => app.post(&address, &person, &form_of(path)).await,
            };
            assert_eq!(
                answer.status,
                expected[who],
                "{method} {path} as {who}: {}",
                answer.text()
            );
            for header in [
                "content-security-policy",
                "x-content-type-options",
                "x-request-id",
            ] {
                assert!(
                    answer.headers.contains_key(header),
                    "{method} {path}: {header}"
                );
            }
            if person.cookie.is_some() && !path.starts_with("/assets") && !path.ends_with("z") {
                let cache = answer.headers["cache-control"].to_str().unwrap();
                assert!(
                    cache == "private, no-store"
                        || path.starts_with("/media/public")
                        || (path.starts_with("/preview") && cache == "no-store"),
                    "{method} {path}: {cache}"
                );
            }
            // What changed the scene has it set again.
            if *method == "POST" && answer.status == 303 {
                (app, person, comment) = scene(who).await;
            }
        }
    }
}

#[tokio::test]
async fn anonymous_reading_sets_no_cookie_and_can_be_asked_for_again() {
    let app = TestApp::new();
    let author = app.person("ada", Role::Author).await;
    app.post("/write", &author, &post_form("One", "Text", "published"))
        .await;
    let nobody = Person::default();
    for route in TABLE.iter().filter(|route| route.method == "GET") {
        let address = route
            .path
            .replace(":user", "ada")
            .replace(":tag", "harbour")
            .replace(":year", "2026")
            .replace(":month", "01")
            .replace(":part", "1.xml")
            .replace(":slug", "one")
            .replace("*name", "blog.css");
        let answer = app.get(&address, &nobody).await;
        assert!(!answer.headers.contains_key("set-cookie"), "{address}");
        let head = app
            .send(app.request("HEAD", &address, &nobody).finish())
            .await;
        assert_eq!(head.status, answer.status, "{address}");
        assert!(head.body.is_empty(), "{address}");
        if matches!(route.cache, Cache::Revalidate | Cache::Kept) && answer.status == 200 {
            let etag = answer.headers["etag"].to_str().unwrap().to_owned();
            let request = app
                .request("GET", &address, &nobody)
                .header("if-none-match", etag);
            let again = app.send(request.finish()).await;
            assert_eq!(again.status, 304, "{address}");
            assert!(again.body.is_empty());
        }
    }
}

#[tokio::test]
async fn other_methods_are_told_which_there_are() {
    let app = TestApp::new();
    for (path, allow) in [
        ("/", "GET, HEAD"),
        ("/write", "GET, POST, HEAD"),
        ("/account/logout", "POST"),
    ] {
        for method in ["PUT", "DELETE", "PATCH"] {
            let answer = app
                .send(app.request(method, path, &Person::default()).finish())
                .await;
            assert_eq!(answer.status, 405, "{method} {path}");
            assert_eq!(answer.headers["allow"], allow);
        }
    }
    let answer = app.get("/account/logout", &Person::default()).await;
    assert_eq!(answer.status, 405, "nobody is logged out by a link");
}
