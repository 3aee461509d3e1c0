//! Why somebody gets a page: every route has an answer, and it is what they get.

use blog_core::model::effects::Effects;
use blog_core::model::user::{Role, Username};
use blog_core::service::sessions::Visitor;
use blog_web::Web;
use blog_web::edge::host::Site;
use blog_web::routes::TABLE;
use blog_web::why::Explanation;

use crate::app::{Person, TestApp, post_form};
use crate::matrix::{address, scene};

async fn why(app: &TestApp, visitor: Option<Visitor>, address: &str) -> Explanation {
    let web = Web::new(app.blog.clone()).site(Site::on_loopback(3000));
    web.why(visitor, address).await.unwrap()
}

async fn as_if(app: &TestApp, name: &str) -> Option<Visitor> {
    match name {
        "" => None,
        name => app.blog.sessions().as_if(name).await.unwrap(),
    }
}

#[tokio::test]
async fn every_route_has_an_answer_that_is_what_the_pages_do() {
    let mut asked = 0;
    for (who, name) in ["", "reader", "other", "ada", "editor"]
        .into_iter()
        .enumerate()
    {
        let (app, person, comment) = scene(who).await;
        let visitor = as_if(&app, name).await;
        for route in TABLE.iter().filter(|route| route.method == "GET") {
            let address = address(route.path, &comment);
            let explained = why(&app, visitor.clone(), &address).await;
            let answer = app.get(&address, &person).await;
            assert_eq!(explained.route, Some(route.path), "{address}");
            assert_eq!(
                explained.status, answer.status,
                "{address} as {name:?}: {explained}"
            );
            let to_login = answer.status == 303 && answer.location().starts_with("/account/login?");
            let gets = answer.status.as_u16() < 400 && !to_login;
            assert_eq!(
                explained.is_allowed, gets,
                "{address} as {name:?}: {explained}"
            );
            assert!(explained.rule.len() > 10, "{address}: {explained}");
            asked += 1;
        }
    }
    println!("{asked} addresses explained");
}

/// Who asks, for what, and the line.
const LINES: &[(&str, &str, &str)] = &[
    (
        "",
        "/posts/one",
        "yes: it is published, so everybody who has the address sees it (200, /posts/:slug)",
    ),
    (
        "",
        "/",
        "yes: everybody may ask for it; it holds published posts only, whoever asks (200, /)",
    ),
    (
        "",
        "/drafts",
        "no: it is for people who are logged in, so they are sent to log in (303, /drafts)",
    ),
    (
        "ada",
        "/drafts",
        "yes: it holds their own posts only (200, /drafts)",
    ),
    (
        "ada",
        "/posts/one/edit",
        "yes: they have the right to change this post: it is their own (200, /posts/:slug/edit)",
    ),
    (
        "editor",
        "/posts/one/edit",
        "yes: they have the right to change this post: editors and admins may (200, /posts/:slug/edit)",
    ),
    (
        "other",
        "/posts/one/edit",
        "no: it needs the right to change this post: this belongs to somebody else (403, /posts/:slug/edit)",
    ),
    (
        "other",
        "/posts/one/revisions",
        "no: it needs the right to change this post: this belongs to somebody else (404, /posts/:slug/revisions)",
    ),
    (
        "reader",
        "/write",
        "no: it needs the right to write posts: your role does not include this (403, /write)",
    ),
    (
        "editor",
        "/admin/settings",
        "no: it needs the right to manage the site: your role does not include this (403, /admin/settings)",
    ),
    (
        "",
        "/posts/nothing",
        "no: nothing is there, or nothing any more; nobody is refused (404, /posts/:slug)",
    ),
    (
        "",
        "/nowhere",
        "no: no page of the blog has this address (404)",
    ),
    (
        "",
        "DRAFT",
        "no: it is a draft, which its author, editors and admins see (404, /posts/:slug)",
    ),
    (
        "other",
        "DRAFT",
        "no: it is a draft, which its author, editors and admins see (404, /posts/:slug)",
    ),
    ("ada", "DRAFT", "yes: it is their own (200, /posts/:slug)"),
    (
        "editor",
        "DRAFT",
        "yes: editors and admins may (200, /posts/:slug)",
    ),
    (
        "",
        "LATER",
        "no: its time has not come; until then its author, editors and admins see it (404, /posts/:slug)",
    ),
    ("ada", "LATER", "yes: it is their own (200, /posts/:slug)"),
    (
        "",
        "/assets/nothing.css",
        "no: nothing is there, or nothing any more; nobody is refused (404, /assets/*name)",
    ),
];

#[tokio::test]
async fn the_line_names_the_rule_that_decides() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    for (name, role) in [
        ("reader", Role::Reader),
        ("other", Role::Author),
        ("editor", Role::Editor),
    ] {
        app.person(name, role).await;
    }
    app.post("/write", &ada, &post_form("One", "Text", "published"))
        .await;
    let draft = app
        .post("/write", &ada, &post_form("Two", "Text", "draft"))
        .await;
    let mut later = post_form("Three", "Text", "scheduled");
    later.push(("publish_at", "2026-03-01T08:00"));
    let later = app.post("/write", &ada, &later).await;
    for (name, path, line) in LINES {
        let path = path
            .replace("DRAFT", &draft.location())
            .replace("LATER", &later.location());
        let explained = why(&app, as_if(&app, name).await, &path).await;
        assert_eq!(explained.to_string(), *line, "{path} as {name:?}");
    }
}

/// Nothing that somebody sends makes them somebody else, and asking leaves nothing behind.
#[tokio::test]
async fn asking_as_somebody_leaves_no_session() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let visitor = as_if(&app, "ada").await.unwrap();
    let before = app.blog.sessions().list(&visitor).await.unwrap().len();
    why(&app, Some(visitor.clone()), "/account/sessions").await;
    let sessions = app.blog.sessions().list(&visitor).await.unwrap();
    assert_eq!(sessions.len(), before);
    assert!(
        sessions
            .iter()
            .all(|session| session.id != visitor.session.id)
    );
    assert_eq!(app.get("/drafts", &Person::default()).await.status, 303);
    assert_eq!(app.get("/drafts", &ada).await.status, 200);
}

/// Who is suspended cannot log in, so they get what strangers get, also of their own drafts.
#[tokio::test]
async fn who_is_suspended_gets_what_strangers_get() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let draft = app
        .post("/write", &ada, &post_form("Two", "Text", "draft"))
        .await;
    let draft = draft.location();
    let own = why(&app, as_if(&app, "ada").await, &draft).await;
    assert!(own.is_allowed, "{own}");
    let name = Username::try_from("ada").unwrap();
    let user = app.records.users.by_username(&name).await.unwrap();
    let effects = Effects::at(app.blog.now());
    app.records
        .users
        .set_suspended(user.id, crate::app::reason(), effects)
        .await
        .unwrap();
    let visitor = as_if(&app, "ada").await;
    assert!(visitor.is_none());
    let after = why(&app, visitor, &draft).await;
    assert!(!after.is_allowed, "{after}");
    assert_eq!(after.status, app.get(&draft, &ada).await.status);
}
