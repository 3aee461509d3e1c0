//! Leaving: the page, the grace, and what is left.

use blog_core::model::effects::Effects;
use blog_core::model::user::{Role, Username};
use blog_core::ports::Clock as _;

use crate::app::{PASSWORD, Person, TestApp, post_form, reason};

#[tokio::test]
async fn an_account_is_left_with_its_password_and_erased_after_the_grace() {
    let app = TestApp::new();
    app.person("root", Role::Admin).await;
    let ada = app.person("ada", Role::Author).await;
    app.post("/write", &ada, &post_form("One", "Text", "published"))
        .await;
    let page = app.get("/account/delete", &ada).await;
    assert_eq!(page.status, 200);
    for wrong in ["", "not the password"] {
        let refused = app
            .post("/account/delete", &ada, &[("password", wrong)])
            .await;
        assert_eq!(refused.status, 422, "{wrong:?}");
    }
    let left = app
        .post("/account/delete", &ada, &[("password", PASSWORD)])
        .await;
    assert_eq!(left.status, 303, "{}", left.text());
    let out = app.get("/drafts", &ada).await;
    assert_eq!(out.location(), "/account/login?next=%2Fdrafts");
    let mails = app.mails().await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, "ada@example.org");
    assert!(mails[0].text.contains("14 days"));

    let nobody = Person::default();
    app.advance(14 * 86_400 - 1);
    app.mails().await;
    assert_eq!(app.get("/posts/one", &nobody).await.status, 200);
    app.advance(1);
    for _ in 0..3 {
        app.mails().await;
    }
    assert_eq!(app.get("/posts/one", &nobody).await.status, 404);
    assert_eq!(app.get("/@ada", &nobody).await.status, 404);
    assert_eq!(app.log_in_again("ada").await, None);
}

#[tokio::test]
async fn who_logs_in_again_stays() {
    let app = TestApp::new();
    app.person("root", Role::Admin).await;
    let ada = app.person("ada", Role::Author).await;
    app.post("/account/delete", &ada, &[("password", PASSWORD)])
        .await;
    app.advance(13 * 86_400);
    assert!(app.log_in_again("ada").await.is_some());
    app.advance(30 * 86_400);
    app.mails().await;
    assert_eq!(app.get("/@ada", &Person::default()).await.status, 200);
}

#[tokio::test]
async fn the_last_admin_does_not_leave() {
    let app = TestApp::new();
    let root = app.person("root", Role::Admin).await;
    let refused = app
        .post("/account/delete", &root, &[("password", PASSWORD)])
        .await;
    assert_eq!(refused.status, 409, "{}", refused.text());
    assert!(refused.text().contains("This is the last admin"));
}

#[tokio::test]
async fn nobody_comes_back_when_the_grace_is_over() {
    let app = TestApp::new();
    app.person("root", Role::Admin).await;
    let ada = app.person("ada", Role::Author).await;
    app.post("/account/delete", &ada, &[("password", PASSWORD)])
        .await;
    // The worker has not come to it yet, or is in the middle of it.
    app.advance(14 * 86_400);
    assert_eq!(app.log_in_again("ada").await, None);
    for _ in 0..3 {
        app.mails().await;
    }
    let page = app.get("/@ada", &Person::default()).await;
    assert_eq!(page.status, 404);
}

#[tokio::test]
async fn an_admin_sees_the_clock_of_somebody_suspended_and_stops_it() {
    let app = TestApp::new();
    let root = app.person("root", Role::Admin).await;
    let editor = app.person("ed", Role::Editor).await;
    let ada = app.person("ada", Role::Author).await;
    app.post("/account/delete", &ada, &[("password", PASSWORD)])
        .await;
    let name = Username::try_from("ada").unwrap();
    let user = app.records.users.by_username(&name).await.unwrap();
    let effects = Effects::at(app.clock.now());
    let users = &app.records.users;
    users
        .set_suspended(user.id, reason(), effects)
        .await
        .unwrap();
    // They cannot come back by themselves.
    assert_eq!(app.log_in_again("ada").await, None);
    let page = app.get("/admin/users/ada", &root).await.text();
    assert!(page.contains("Will be erased"), "{page}");
    assert!(page.contains("/admin/users/ada/keep"), "{page}");
    let page = app.get("/admin/users/ada", &editor).await.text();
    assert!(!page.contains("/admin/users/ada/keep"), "{page}");
    let refused = app.post("/admin/users/ada/keep", &editor, &[]).await;
    assert_eq!(refused.status, 403);
    let kept = app.post("/admin/users/ada/keep", &root, &[]).await;
    assert_eq!(kept.location(), "/admin/users/ada");
    let page = app.get("/admin/users/ada", &root).await.text();
    assert!(!page.contains("Will be erased"), "{page}");
    app.advance(30 * 86_400);
    app.mails().await;
    let user = users.by_username(&name).await.unwrap();
    assert!(user.is_suspended() && user.erase_at.is_none());
}

#[tokio::test]
async fn coming_back_ends_what_was_open_before() {
    let app = TestApp::new();
    app.person("root", Role::Admin).await;
    let ada = app.person("ada", Role::Author).await;
    app.post("/account/delete", &ada, &[("password", PASSWORD)])
        .await;
    let name = Username::try_from("ada").unwrap();
    let leaving = app.records.users.by_username(&name).await.unwrap();
    let back = Person {
        cookie: app.log_in_again("ada").await,
        actor: None,
    };
    let user = app.records.users.by_username(&name).await.unwrap();
    assert!(user.auth_epoch > leaving.auth_epoch);
    assert_eq!(app.get("/drafts", &back).await.status, 200);
    assert_eq!(app.get("/drafts", &ada).await.status, 303);
}

#[tokio::test]
async fn nobodys_mail_box_is_flooded_by_leaving_and_coming_back() {
    let app = TestApp::new();
    app.person("root", Role::Admin).await;
    app.person("ada", Role::Author).await;
    let mut letters = 0;
    for _ in 0..10 {
        let ada = Person {
            cookie: app.log_in_again("ada").await,
            actor: None,
        };
        let left = app
            .post("/account/delete", &ada, &[("password", PASSWORD)])
            .await;
        assert_eq!(left.status, 303);
        letters += app.mails().await.len();
    }
    assert_eq!(letters, 6);
    // Strangers who ask for links have not used these up, nor the other way round.
    app.log_in_again("ada").await;
    app.post("/account/forgot", &Person::default(), &[("login", "ada")])
        .await;
    assert_eq!(app.mails().await.len(), 1);
}
