//! Signing up where addresses must be verified: nothing tells whether an address has an account.

use blog_core::Settings;
use blog_core::model::user::Username;
use http::header;

use crate::app::{Answer, PASSWORD, Person, TestApp, link_in, memory, post_form};

const NOBODY: Person = Person {
    cookie: None,
    actor: None,
};

fn app() -> TestApp {
    let settings = Settings {
        require_verified_email: true,
        ..Settings::default()
    };
    TestApp::on(memory(), settings)
}

async fn sign_up(app: &TestApp, name: &str, email: &str) -> Answer {
    let form = [("username", name), ("email", email), ("password", PASSWORD)];
    app.post("/account/register", &NOBODY, &form).await
}

async fn log_in(app: &TestApp, name: &str, password: &str) -> Answer {
    let form = [("login", name), ("password", password)];
    app.post("/account/login", &NOBODY, &form).await
}

/// What somebody sees of an answer: all but the name that they gave, and what each request brings.
fn seen(answer: &Answer, name: &str) -> (u16, Vec<String>, Option<String>, String) {
    let cookies = answer.headers.get_all(header::SET_COOKIE).iter();
    let cookies = cookies.map(|line| line.to_str().unwrap().to_owned());
    let location = answer.headers.get(header::LOCATION);
    let location = location.map(|to| to.to_str().unwrap().to_owned());
    let page = answer.masked().replace(name, "NAME");
    (answer.status.as_u16(), cookies.collect(), location, page)
}

#[tokio::test]
async fn nothing_tells_whether_an_address_has_an_account() {
    let app = app();
    app.person("ada", blog_core::model::user::Role::Author)
        .await;
    let new = sign_up(&app, "bea", "bea@example.org").await;
    let new_letters = app.mails().await;
    let known = sign_up(&app, "eve", "ADA@example.org").await;
    let known_letters = app.mails().await;
    assert_eq!(seen(&new, "bea"), seen(&known, "eve"));
    assert_eq!(new.location(), "/account/login");

    // Whatever is tried with the new name afterwards.
    for password in [PASSWORD, "not the password"] {
        let (new, known) = (
            log_in(&app, "bea", password).await,
            log_in(&app, "eve", password).await,
        );
        assert_eq!(seen(&new, "bea"), seen(&known, "eve"), "{password}");
        assert!(!new.headers.contains_key(header::SET_COOKIE));
    }
    for path in ["/@NAME", "/@NAME/feed.xml"] {
        let (new, known) = (
            app.get(&path.replace("NAME", "bea"), &NOBODY).await,
            app.get(&path.replace("NAME", "eve"), &NOBODY).await,
        );
        assert_eq!(new.status, 404, "{path}");
        assert_eq!(seen(&new, "bea"), seen(&known, "eve"), "{path}");
    }
    let (new, known) = (
        sign_up(&app, "bea", "bob@example.org").await,
        sign_up(&app, "eve", "bob@example.org").await,
    );
    assert_eq!(new.status, 422);
    assert_eq!(seen(&new, "bea"), seen(&known, "eve"));
    for name in ["bea", "eve"] {
        let sent = app
            .post("/account/forgot", &NOBODY, &[("login", name)])
            .await;
        assert_eq!(sent.status, 200, "{name}");
    }
    assert_eq!(app.mails().await, []);

    // Only the letters differ.
    assert_eq!((new_letters.len(), known_letters.len()), (1, 1));
    assert_eq!(known_letters[0].to.to_lowercase(), "ada@example.org");
    assert_eq!(link_in(&known_letters[0]), "/account/forgot");
    assert!(link_in(&new_letters[0]).starts_with("/account/verify?token="));
}

#[tokio::test]
async fn an_account_works_once_its_link_was_followed() {
    let app = app();
    sign_up(&app, "ada", "ada@example.org").await;
    let link = link_in(&app.mails().await[0]);
    let refused = log_in(&app, "ada", PASSWORD).await;
    assert_eq!(refused.status, 403);
    assert!(refused.text().contains("Follow the link in the letter"));
    // Reading the mail, as scanners do, changes nothing.
    assert_eq!(app.get(&link, &NOBODY).await.status, 200);
    assert_eq!(log_in(&app, "ada", PASSWORD).await.status, 403);
    let token = link.split("token=").nth(1).unwrap();
    let verified = app
        .post("/account/verify", &NOBODY, &[("token", token)])
        .await;
    assert_eq!(verified.location(), "/account/login");
    let ada = Person {
        cookie: app.log_in_again("ada").await,
        actor: None,
    };
    let post = post_form("One", "Text", "published");
    assert_eq!(app.post("/write", &ada, &post).await.status, 303);
    assert_eq!(app.get("/@ada", &NOBODY).await.status, 200);
}

#[tokio::test]
async fn two_who_sign_up_with_one_address_do_not_hinder_each_other() {
    let app = app();
    // A stranger was quicker with somebody's address.
    sign_up(&app, "eve", "ada@example.org").await;
    sign_up(&app, "ada", "ada@example.org").await;
    let letters = app.mails().await;
    assert_eq!(letters.len(), 2);
    let link = link_in(&letters[1]);
    let token = link.split("token=").nth(1).unwrap();
    let form = [("token", token)];
    let verified = app.post("/account/verify", &NOBODY, &form).await;
    assert_eq!(verified.status, 303);
    assert!(app.log_in_again("ada").await.is_some());
    let link = link_in(&letters[0]);
    let token = link.split("token=").nth(1).unwrap();
    let form = [("token", token)];
    let late = app.post("/account/verify", &NOBODY, &form).await;
    assert_eq!(late.status, 404);
    assert_eq!(log_in(&app, "eve", PASSWORD).await.status, 403);
}

#[tokio::test]
async fn who_never_follows_the_link_leaves_the_name_free() {
    let app = app();
    sign_up(&app, "ada", "ada@example.org").await;
    app.advance(24 * 3600);
    assert_eq!(log_in(&app, "ada", PASSWORD).await.status, 422);
    app.advance(1);
    app.blog.worker().sweep().await.unwrap();
    let name = Username::try_from("ada").unwrap();
    assert!(app.records.users.by_username(&name).await.is_err());
    app.mails().await;
    let again = sign_up(&app, "ada", "ada@example.org").await;
    assert_eq!(again.status, 303);
    assert_eq!(app.mails().await.len(), 1);
}

#[tokio::test]
async fn the_command_line_ends_the_waiting() {
    let app = app();
    sign_up(&app, "ada", "ada@example.org").await;
    app.blog.addresses().confirm("ada").await.unwrap();
    assert!(app.log_in_again("ada").await.is_some());
}
