//! The addresses of a Django blog lead on where the site is told so, and only then.

use blog_core::model::user::Role;

use crate::app::{Person, TestApp, post_form};
use crate::site::settings_form;

fn nobody() -> Person {
    Person::default()
}

/// A blog with a post, a renamed post, a draft and two static pages; the switch is on.
async fn moved_blog() -> (TestApp, Person) {
    let app = TestApp::new();
    let ruth = app.person("ruth", Role::Admin).await;
    for (title, status) in [
        ("One", "published"),
        ("Before", "published"),
        ("Hush", "draft"),
    ] {
        app.post("/write", &ruth, &post_form(title, "Text", status))
            .await;
    }
    let mut renamed = post_form("Before", "Text", "published");
    renamed.extend([("slug", "after"), ("version", "1")]);
    assert_eq!(
        app.post("/posts/before/edit", &ruth, &renamed).await.status,
        303
    );
    for (title, status) in [("About", "published"), ("Secret", "draft")] {
        let page = [("title", title), ("body", ""), ("status", status)];
        app.post("/admin/pages/new", &ruth, &page).await;
    }
    (app, ruth)
}

async fn switch_on(app: &TestApp, ruth: &Person) {
    let form = settings_form("0", &[("old_addresses", "on")]);
    assert_eq!(app.post("/admin/settings", ruth, &form).await.status, 303);
}

#[tokio::test]
async fn old_addresses_lead_to_the_same_thing_here() {
    let (app, ruth) = moved_blog().await;
    let table = [
        ("/create/", "/write"),
        ("/users/login/", "/account/login"),
        ("/users/login/?next=//evil.example/", "/account/login"),
        ("/users/register/", "/account/register"),
        ("/users/profile/", "/account/profile"),
        ("/users/logout/", "/"),
        ("/users/password_reset/", "/account/login"),
        ("/one/", "/posts/one"),
        ("/one", "/posts/one"),
        ("/one/update/", "/posts/one/edit"),
        ("/one/delete/", "/posts/one/delete"),
        ("/one/like/", "/posts/one"),
        ("/before/", "/posts/after"),
        ("/after/update/", "/posts/after/edit"),
        ("/about/", "/pages/about"),
    ];
    for (path, _) in table {
        assert_eq!(app.get(path, &nobody()).await.status, 404, "off: {path}");
    }
    switch_on(&app, &ruth).await;
    for (path, target) in table {
        for who in [&nobody(), &ruth] {
            let answer = app.get(path, who).await;
            assert_eq!(answer.status, 301, "{path}");
            assert_eq!(answer.location(), target, "{path}");
            assert!(!answer.headers.contains_key("set-cookie"), "{path}");
        }
        let head = app
            .send(app.request("HEAD", path, &nobody()).finish())
            .await;
        assert_eq!(head.status, 301, "{path}");
    }
    // The form shows that it is on.
    let page = app.get("/admin/settings", &ruth).await.text();
    let switch = page.split("name=\"old_addresses\"").nth(1).unwrap();
    assert!(
        switch.split('>').next().unwrap().contains("checked"),
        "{switch}"
    );
}

#[tokio::test]
async fn nothing_else_changes_and_nothing_leads_to_another_site() {
    let (app, ruth) = moved_blog().await;
    let nothing = [
        "/hush/",
        "/secret/",
        "/no-such-post/",
        "/wp-login.php",
        "/one/other/",
        "/one/update/now/",
        "/users/",
        "/a/b/c",
        "//evil.example/",
        "//evil.example",
        "/%2f%2fevil.example/",
        "/%5Cevil.example/",
        "/https:%2F%2Fevil.example/",
        "/https://evil.example/",
        "/..%2f/",
        "/one%0d%0aLocation:%20x/",
        "/ONE/",
    ];
    let mut before = Vec::new();
    for path in nothing {
        let request = app.request("POST", path, &ruth).finish();
        before.push((
            app.get(path, &ruth).await.status,
            app.send(request).await.status,
        ));
    }
    switch_on(&app, &ruth).await;
    for (path, before) in nothing.into_iter().zip(before) {
        let got = app.get(path, &ruth).await;
        let post = app.send(app.request("POST", path, &ruth).finish()).await;
        assert_eq!((got.status, post.status), before, "{path}");
        assert_eq!(got.status, 404, "{path}");
        assert!(!got.headers.contains_key("location"), "{path}");
    }
    for path in ["/create/", "/one/", "/users/login/", "/one/like/"] {
        for method in ["POST", "PUT", "DELETE"] {
            let answer = app.send(app.request(method, path, &ruth).finish()).await;
            assert_eq!(answer.status, 404, "{method} {path}");
        }
    }
    // What has a route keeps it.
    for path in ["/", "/tags", "/write", "/posts/one", "/pages/about"] {
        assert_eq!(app.get(path, &ruth).await.status, 200, "{path}");
    }
}
