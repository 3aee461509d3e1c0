//! The administration: users, everybody's posts, the audit log.

use blog_core::model::audit::AuditQuery;
use blog_core::model::user::{Role, Username};
use blog_core::{Error, PageRequest};

use crate::app::{PASSWORD, Person, TestApp, post_form};

async fn scene() -> (TestApp, Person, Person) {
    let app = TestApp::new();
    let root = app.person("root", Role::Admin).await;
    let ada = app.person("ada", Role::Author).await;
    (app, root, ada)
}

async fn role_of(app: &TestApp, name: &str) -> Role {
    let name = Username::try_from(name).unwrap();
    app.records.users.by_username(&name).await.unwrap().role
}

#[tokio::test]
async fn users_are_found_by_the_beginning_of_a_name_or_by_their_address() {
    let (app, root, _) = scene().await;
    app.person("adam", Role::Reader).await;
    let all = app.get("/admin/users", &root).await.text();
    for name in [
        "/admin/users/ada\"",
        "/admin/users/adam\"",
        "/admin/users/root\"",
    ] {
        assert!(all.contains(name), "{name}");
    }
    let some = app.get("/admin/users?q=Ad", &root).await.text();
    assert!(some.contains("/admin/users/adam\"") && !some.contains("/admin/users/root\""));
    let one = app.get("/admin/users?q=ada%40example.org", &root).await;
    let one = one.text();
    assert!(one.contains("/admin/users/ada\"") && !one.contains("/admin/users/adam\""));
    let none = app.get("/admin/users?q=%25_", &root).await.text();
    assert!(none.contains("There is nobody of this name"));
}

#[tokio::test]
async fn the_list_of_users_is_paged_by_name() {
    let (app, root, _) = scene().await;
    for number in 0..12 {
        app.person(&format!("u{number:02}"), Role::Reader).await;
    }
    let first = app.get("/admin/users", &root).await.text();
    assert!(first.contains("/admin/users/u07\"") && !first.contains("/admin/users/u08\""));
    assert!(first.contains("/admin/users?after=u07"));
    let second = app.get("/admin/users?after=u07", &root).await.text();
    assert!(second.contains("/admin/users/u08\"") && second.contains("/admin/users/u11\""));
    assert!(!second.contains("/admin/users/u07\""));
}

#[tokio::test]
async fn a_role_is_changed_and_ends_the_sessions() {
    let (app, root, ada) = scene().await;
    let answer = app
        .post("/admin/users/ada/role", &root, &[("role", "editor")])
        .await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert_eq!(answer.location(), "/admin/users/ada");
    assert_eq!(role_of(&app, "ada").await, Role::Editor);
    let answer = app.get("/write", &ada).await;
    assert_eq!(answer.location(), "/account/login?next=%2Fwrite");
    let wrong = app
        .post("/admin/users/ada/role", &root, &[("role", "king")])
        .await;
    assert_eq!(wrong.status, 422);
    let missing = app
        .post("/admin/users/nobody/role", &root, &[("role", "editor")])
        .await;
    assert_eq!(missing.status, 404);
}

#[tokio::test]
async fn nobody_changes_their_own_role_or_suspends_themselves() {
    let (app, root, _) = scene().await;
    app.person("other", Role::Admin).await;
    for (path, form) in [
        ("/admin/users/root/role", ("role", "reader")),
        ("/admin/users/root/suspend", ("reason", "Enough")),
    ] {
        let answer = app.post(path, &root, &[form]).await;
        assert_eq!(answer.status, 403, "{path}");
        assert!(answer.text().contains("Another admin must do this"));
    }
    let answer = app.post("/admin/users/root/block", &root, &[]).await;
    assert_eq!(answer.status, 403);
    assert_eq!(role_of(&app, "root").await, Role::Admin);
    let page = app.get("/admin/users/root", &root).await.text();
    assert!(page.contains("This is your own account"));
    assert!(!page.contains("/admin/users/root/role"));
}

#[tokio::test]
async fn of_two_admins_who_demote_each_other_at_once_one_is_left() {
    for _ in 0..10 {
        let app = TestApp::new();
        let root = app.person("root", Role::Admin).await;
        let other = app.person("other", Role::Admin).await;
        let reader = [("role", "reader")];
        let (one, two) = tokio::join!(
            app.post("/admin/users/other/role", &root, &reader),
            app.post("/admin/users/root/role", &other, &reader),
        );
        let left = [role_of(&app, "root").await, role_of(&app, "other").await];
        let admins = left.iter().filter(|role| **role == Role::Admin).count();
        assert_eq!(admins, 1, "{} {}", one.status, two.status);
    }
}

#[tokio::test]
async fn a_suspended_user_is_out_at_once_and_told_why() {
    let (app, root, ada) = scene().await;
    app.post("/write", &ada, &post_form("One", "Text", "published"))
        .await;
    let empty = app
        .post("/admin/users/ada/suspend", &root, &[("reason", "")])
        .await;
    assert_eq!(empty.status, 422, "a reason is needed");
    let why = [("reason", "Advertising <b>& worse</b>")];
    let answer = app.post("/admin/users/ada/suspend", &root, &why).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let out = app.get("/drafts", &ada).await;
    assert_eq!(out.location(), "/account/login?next=%2Fdrafts");
    // The right password is told the reason, a wrong one nothing.
    let login = |password| {
        let form = vec![("login", "ada"), ("password", password)];
        let app = &app;
        async move { app.post("/account/login", &Person::default(), &form).await }
    };
    let told = login(PASSWORD).await;
    assert_eq!(told.status, 403);
    let text = told.text();
    assert!(
        text.contains("Advertising &lt;b&gt;&amp; worse&lt;"),
        "{text}"
    );
    assert!(!told.headers.contains_key("set-cookie"));
    let guess = login("not the password").await;
    assert_eq!(guess.status, 422);
    assert!(!guess.text().contains("suspended"));
    // The post stays where it is, in no list.
    let nobody = Person::default();
    assert_eq!(app.get("/posts/one", &nobody).await.status, 200);
    assert!(!app.get("/", &nobody).await.text().contains("/posts/one"));
    let answer = app.post("/admin/users/ada/lift", &root, &[]).await;
    assert_eq!(answer.status, 303);
    assert!(app.get("/", &nobody).await.text().contains("/posts/one"));
    assert_eq!(login(PASSWORD).await.status, 303);
}

#[tokio::test]
async fn what_changes_people_asks_for_the_password_when_the_last_one_is_old() {
    let (app, root, _) = scene().await;
    app.advance(16 * 60);
    let role = ("role", "editor");
    let page = app.get("/admin/users/ada", &root).await.text();
    assert!(page.contains("f-role-password"));
    for password in ["", "not the password"] {
        let answer = app
            .post(
                "/admin/users/ada/role",
                &root,
                &[role, ("password", password)],
            )
            .await;
        assert_eq!(answer.status, 422, "{password:?}");
    }
    assert_eq!(role_of(&app, "ada").await, Role::Author);
    let answer = app
        .post(
            "/admin/users/ada/role",
            &root,
            &[role, ("password", PASSWORD)],
        )
        .await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    // From then on it is recent.
    let answer = app
        .post("/admin/users/ada/suspend", &root, &[("reason", "Rude")])
        .await;
    assert_eq!(answer.status, 303, "{}", answer.text());
}

#[tokio::test]
async fn who_is_blocked_reads_and_writes_no_comment() {
    let (app, root, ada) = scene().await;
    let editor = app.person("edi", Role::Editor).await;
    app.post("/write", &ada, &post_form("One", "Text", "published"))
        .await;
    let bob = app.person("bob", Role::Reader).await;
    let answer = app.post("/admin/users/bob/block", &editor, &[]).await;
    assert_eq!(answer.status, 303);
    let comment = [("body", "Hello")];
    let answer = app.post("/posts/one/comments", &bob, &comment).await;
    assert_eq!(answer.status, 403);
    assert!(answer.text().contains("You cannot comment here any more"));
    assert_eq!(app.get("/posts/one", &bob).await.status, 200);
    // Editors do not block each other, and see no addresses.
    let answer = app.post("/admin/users/root/block", &editor, &[]).await;
    assert_eq!(answer.status, 403);
    let page = app.get("/admin/users/bob", &editor).await.text();
    assert!(!page.contains("bob@example.org"));
    app.post("/admin/users/bob/unblock", &root, &[]).await;
    let answer = app.post("/posts/one/comments", &bob, &comment).await;
    assert_eq!(answer.status, 303);
}

#[tokio::test]
async fn everybodys_posts_are_listed_by_status_and_taken_back() {
    let (app, root, ada) = scene().await;
    let editor = app.person("edi", Role::Editor).await;
    for (title, status) in [
        ("One", "published"),
        ("Two", "draft"),
        ("Three", "unlisted"),
    ] {
        app.post("/write", &ada, &post_form(title, "Text", status))
            .await;
    }
    let all = app.get("/admin/posts", &editor).await.text();
    assert!(all.contains("One") && all.contains("Two") && all.contains("Three"));
    let drafts = app.get("/admin/posts?show=draft", &root).await.text();
    assert!(drafts.contains("/posts/two") && !drafts.contains("/posts/one"));
    let answer = app.post("/admin/posts/one/withdraw", &editor, &[]).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert_eq!(app.get("/posts/one", &Person::default()).await.status, 404);
    assert_eq!(app.get("/posts/one", &ada).await.status, 200);
}

#[tokio::test]
async fn the_log_tells_who_did_what_to_whom() {
    let (app, root, _) = scene().await;
    let why = [("reason", "Rude words: zebra")];
    app.post("/admin/users/ada/suspend", &root, &why).await;
    let query = AuditQuery::all(PageRequest::first(1));
    let last = app.records.audit.list(&query).await.unwrap().items;
    assert_eq!(last[0].action, "user.suspend");
    assert!(!last[0].detail.contains("zebra"), "no bodies");
    let page = app.get("/admin/audit", &root).await.text();
    assert!(page.contains("Account suspended"));
    assert!(page.contains("/admin/users/ada\""));
    let by = app.get("/admin/audit?user=root", &root).await.text();
    assert!(by.contains("Account suspended") && !by.contains("No. 3<"));
    let none = app.get("/admin/audit?user=ada&action=user.suspend", &root);
    assert!(none.await.text().contains("Nothing of this kind"));
    let to = format!("/admin/audit?to={}", last[0].subject);
    let to = app.get(&to, &root).await.text();
    assert!(to.contains("Account suspended") && to.contains("Account made"));
    let nobody = app.get("/admin/audit?user=no-such-name", &root).await;
    assert!(nobody.text().contains("Nothing of this kind"));
    let mut records = 0;
    app.blog
        .audit()
        .export(|_| {
            records += 1;
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
    let report = app.blog.audit().verify(None).await.unwrap();
    assert_eq!((report.breaks, report.head.number), (vec![], records));
}
