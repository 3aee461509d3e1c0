//! Leaving: the page, the grace, and what is left.

use blog_core::model::user::Role;

use crate::app::{PASSWORD, Person, TestApp, post_form};

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
