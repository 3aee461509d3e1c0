//! Invitations, and who may register with one.

use std::sync::Arc;

use blog_core::Settings;
use blog_core::model::user::{Role, Username};
use blog_core::settings::Registration;

use crate::app::{Answer, PASSWORD, Person, TestApp, memory};

fn app(registration: Registration) -> TestApp {
    let settings = Settings {
        registration,
        ..Settings::default()
    };
    TestApp::on(memory(), settings)
}

/// The path of an invitation that was just made.
async fn invite(app: &TestApp, admin: &Person, role: &str) -> String {
    let form = [("role", role), ("days", "7")];
    let made = app.post("/admin/invitations", admin, &form).await;
    assert_eq!(made.status, 200, "{}", made.text());
    let text = made.text().replace("&#x2f;", "/");
    let link = text.split("value=\"http://localhost:3000").nth(1).unwrap();
    link.split('"').next().unwrap().to_owned()
}

fn token(path: &str) -> &str {
    path.split("invitation=").nth(1).unwrap()
}

async fn register(app: &TestApp, name: &str, invitation: &str) -> Answer {
    let email = format!("{name}@example.org");
    let form = [
        ("username", name),
        ("email", &email),
        ("password", PASSWORD),
        ("invitation", invitation),
    ];
    app.post("/account/register", &Person::default(), &form)
        .await
}

async fn role_of(app: &TestApp, name: &str) -> Option<Role> {
    let name = Username::try_from(name).unwrap();
    let found = app.records.users.by_username(&name).await;
    found.ok().map(|user| user.role)
}

#[tokio::test]
async fn by_invitation_only_who_has_one_registers() {
    let app = app(Registration::Invite);
    let root = app.person("root", Role::Admin).await;
    let nobody = Person::default();
    let form = app.get("/account/register", &nobody).await;
    assert_eq!(form.status, 403);
    assert!(form.text().contains("You need an invitation"));
    assert_eq!(register(&app, "eve", "").await.status, 403);
    assert_eq!(role_of(&app, "eve").await, None);
    let home = app.get("/", &nobody).await.text();
    assert!(!home.contains("/account/register"));

    let path = invite(&app, &root, "reader").await;
    let form = app.get(&path, &nobody).await;
    assert_eq!(form.status, 200);
    assert!(form.text().contains("You were invited"));
    assert_eq!(form.headers["referrer-policy"], "no-referrer");
    // A refused form costs nobody the invitation.
    let refused = register(&app, "root", token(&path)).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains(token(&path)));
    assert_eq!(register(&app, "bob", token(&path)).await.status, 303);
    assert_eq!(role_of(&app, "bob").await, Some(Role::Reader));
    assert_eq!(register(&app, "eve", token(&path)).await.status, 404);
    assert_eq!(app.get(&path, &nobody).await.status, 404);
    let list = app.get("/admin/invitations", &root).await.text();
    assert!(list.contains("Used") && !list.contains(token(&path)));
}

#[tokio::test]
async fn of_a_hundred_sign_ups_at_once_with_one_invitation_one_is_made() {
    let app = Arc::new(app(Registration::Invite));
    let root = app.person("root", Role::Admin).await;
    let path = invite(&app, &root, "author").await;
    let secret = blog_core::model::secret::Secret::decode(token(&path)).unwrap();
    let made = (0..100).map(|number| {
        let users = app.records.users.clone();
        let user = blog_core::model::user::NewUser {
            id: blog_core::id::UserId::generate(),
            username: Username::try_from(format!("guest{number}").as_str()).unwrap(),
            email: None,
            subject: None,
            display_name: blog_core::model::user::DisplayName::try_from("Guest").unwrap(),
            password: None,
            role: Role::Author,
            verified_at: None,
            only_if_first: false,
            waiting: None,
            invitation: Some(secret.hash()),
        };
        let effects = blog_core::model::effects::Effects::at(app.blog.now());
        tokio::spawn(async move { users.create(user, effects).await.is_ok() })
    });
    let made = futures_util::future::join_all(made.collect::<Vec<_>>()).await;
    let made = made
        .into_iter()
        .filter(|made| *made.as_ref().unwrap())
        .count();
    assert_eq!(made, 1);
}

#[tokio::test]
async fn an_invitation_ends_by_its_maker_or_by_time_and_gives_no_more_than_author() {
    let app = app(Registration::Invite);
    let root = app.person("root", Role::Admin).await;
    for (role, days) in [("editor", "7"), ("admin", "7"), ("author", "365"), ("", "")] {
        let form = [("role", role), ("days", days)];
        let made = app.post("/admin/invitations", &root, &form).await;
        assert_eq!(made.status, 422, "{role} {days}");
    }
    let path = invite(&app, &root, "author").await;
    let list = app.get("/admin/invitations", &root).await.text();
    let id = list.split("/admin/invitations/").nth(1).unwrap();
    let id = id.split('/').next().unwrap();
    let revoke = format!("/admin/invitations/{id}/revoke");
    assert_eq!(app.post(&revoke, &root, &[]).await.status, 303);
    assert_eq!(app.post(&revoke, &root, &[]).await.status, 404);
    assert_eq!(register(&app, "eve", token(&path)).await.status, 404);

    let path = invite(&app, &root, "author").await;
    app.advance(7 * 86_400);
    assert_eq!(register(&app, "eve", token(&path)).await.status, 404);
    assert_eq!(role_of(&app, "eve").await, None);
}

#[tokio::test]
async fn where_registration_is_closed_no_invitation_counts_and_where_it_is_open_none_is_needed() {
    let closed = app(Registration::Closed);
    let root = closed.person("root", Role::Admin).await;
    let path = invite(&closed, &root, "author").await;
    let nobody = Person::default();
    assert_eq!(closed.get(&path, &nobody).await.status, 403);
    assert_eq!(register(&closed, "eve", token(&path)).await.status, 403);
    assert_eq!(role_of(&closed, "eve").await, None);

    let open = app(Registration::Open);
    let root = open.person("root", Role::Admin).await;
    let path = invite(&open, &root, "reader").await;
    assert_eq!(register(&open, "bob", token(&path)).await.status, 303);
    assert_eq!(role_of(&open, "bob").await, Some(Role::Reader));
    assert_eq!(register(&open, "cleo", "").await.status, 303);
    assert_eq!(role_of(&open, "cleo").await, Some(Role::Author));
}

#[tokio::test]
async fn a_filled_trap_registers_nobody_and_says_nothing() {
    let app = app(Registration::Open);
    app.person("root", Role::Admin).await;
    let form = [
        ("username", "spam"),
        ("email", "spam@example.org"),
        ("password", PASSWORD),
        ("website", "https://spam.example"),
    ];
    let answer = app
        .post("/account/register", &Person::default(), &form)
        .await;
    let honest = register(&app, "bob", "").await;
    assert_eq!(answer.status, honest.status);
    assert_eq!(answer.location(), honest.location());
    assert_eq!(role_of(&app, "spam").await, None);
}

#[tokio::test]
async fn invitations_end_with_the_right_of_whoever_made_them() {
    let app = app(Registration::Invite);
    let root = app.person("root", Role::Admin).await;
    for change in ["role", "suspend"] {
        let name = format!("admin-{change}");
        let maker = app.person(&name, Role::Admin).await;
        let path = invite(&app, &maker, "author").await;
        let list = app.get("/admin/invitations", &root).await.text();
        assert!(list.contains(&format!("/admin/users/{name}\"")), "{list}");
        let form = match change {
            "role" => [("role", "author")],
            _ => [("reason", "Advertising")],
        };
        let address = format!("/admin/users/{name}/{change}");
        let changed = app.post(&address, &root, &form).await;
        assert_eq!(changed.status, 303, "{}", changed.text());
        let page = app.get(&path, &Person::default()).await;
        assert_eq!(page.status, 404, "{change}");
        let refused = register(&app, "eve", token(&path)).await;
        assert_eq!(refused.status, 404, "{change}");
        assert_eq!(role_of(&app, "eve").await, None);
    }
}
