//! Accounts after the first log-in: passwords, addresses, sessions, and the mails about them.

use std::sync::Arc;
use std::time::Duration;

use blog_core::model::effects::Effects;
use blog_core::model::letter::{Compose, LetterText};
use blog_core::model::secret::Secret;
use blog_core::model::token::{Purpose, Token};
use blog_core::model::user::{EmailAddress, Role};
use blog_core::{Error, Settings};
use http::header;

use crate::app::{Answer, PASSWORD, Person, TestApp, link_in, memory, post_form};

const NEW: &str = "nine loud mountain goats";
const NOBODY: Person = Person {
    cookie: None,
    actor: None,
};

async fn forgot(app: &TestApp, login: &str) -> Answer {
    app.post("/account/forgot", &NOBODY, &[("login", login)])
        .await
}

async fn log_in(app: &TestApp, login: &str, password: &str) -> Answer {
    let form = [("login", login), ("password", password)];
    app.post("/account/login", &NOBODY, &form).await
}

fn token(link: &str) -> &str {
    link.split("token=").nth(1).unwrap()
}

/// The session's cookie that an answer sets.
fn cookie(answer: &Answer) -> Person {
    let lines = answer.headers.get_all(header::SET_COOKIE).iter();
    let mut pairs = lines.filter_map(|line| line.to_str().unwrap().split(';').next());
    let cookie = pairs.find(|pair| pair.starts_with("sid=")).unwrap();
    Person {
        cookie: Some(cookie.to_owned()),
        actor: None,
    }
}

async fn is_logged_in(app: &TestApp, who: &Person) -> bool {
    app.get("/account/profile", who).await.status == 200
}

#[tokio::test]
async fn an_address_is_verified_by_the_link_that_it_gets() {
    let settings = Settings {
        require_verified_email: true,
        ..Settings::default()
    };
    let app = TestApp::on(memory(), settings);
    // Made from the command line, so it works before its address is verified.
    let ada = app.person("ada", Role::Author).await;
    let post = post_form("One", "Text", "published");
    assert_eq!(app.post("/write", &ada, &post).await.status, 403);
    app.post("/account/email/link", &ada, &[]).await;
    let mails = app.mails().await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, "ada@example.org");
    let link = link_in(&mails[0]);

    let page = app.get(&link, &NOBODY).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.headers[header::REFERRER_POLICY], "no-referrer");
    assert_eq!(page.headers[header::CACHE_CONTROL], "private, no-store");
    // Reading the mail, as scanners do, changes nothing.
    assert_eq!(app.post("/write", &ada, &post).await.status, 403);

    let form = [("token", token(&link))];
    let done = app.post("/account/verify", &NOBODY, &form).await;
    assert_eq!(done.location(), "/account/login");
    assert_eq!(app.post("/write", &ada, &post).await.status, 303);
    assert_eq!(
        app.post("/account/verify", &NOBODY, &form).await.status,
        404
    );
    assert_eq!(app.get(&link, &NOBODY).await.status, 404);
    let page = app.get("/account/email", &ada).await.text();
    assert!(page.contains("It is verified."), "{page}");
}

#[tokio::test]
async fn a_link_is_sent_again_three_times_an_hour_and_not_to_the_verified() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    for _ in 0..3 {
        let sent = app.post("/account/email/link", &ada, &[]).await;
        assert_eq!(sent.status, 303);
        assert_eq!(app.mails().await.len(), 1);
    }
    let much = app.post("/account/email/link", &ada, &[]).await;
    assert_eq!(much.status, 429);
    assert!(much.headers.contains_key(header::RETRY_AFTER));
    assert_eq!(app.mails().await, []);

    app.advance(3_600);
    let ada = cookie(&log_in(&app, "ada", PASSWORD).await);
    app.post("/account/email/link", &ada, &[]).await;
    let link = link_in(&app.mails().await[0]);
    let form = [("token", token(&link))];
    let done = app.post("/account/verify", &ada, &form).await;
    assert_eq!(done.location(), "/account/email");
    app.post("/account/email/link", &ada, &[]).await;
    assert_eq!(app.mails().await, []);
}

#[tokio::test]
async fn registering_with_a_known_address_looks_the_same_and_tells_its_owner() {
    let app = TestApp::new();
    let form = |name, email| [("username", name), ("email", email), ("password", PASSWORD)];
    let first = form("ada", "ada@example.org");
    let first = app.post("/account/register", &NOBODY, &first).await;
    let new_to_us = app.mails().await;
    let second = form("eve", "ADA@example.org");
    let second = app.post("/account/register", &NOBODY, &second).await;
    assert_eq!(first.status, second.status);
    assert_eq!(first.location(), second.location());
    let known = app.mails().await;
    assert_eq!((new_to_us.len(), known.len()), (1, 1));
    assert_eq!(known[0].to.to_lowercase(), "ada@example.org");
    assert_eq!(link_in(&known[0]), "/account/forgot");
    assert!(known[0].text.contains("ada"), "{}", known[0].text);
    assert_eq!(log_in(&app, "eve", PASSWORD).await.status, 422);
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew_by_a_link_that_is_good_once() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let known = forgot(&app, "Ada@Example.org").await;
    let mails = app.mails().await;
    assert_eq!(mails.len(), 1);
    let link = link_in(&mails[0]);
    // Whoever asks learns nothing.
    let unknown = forgot(&app, "nobody@example.org").await;
    assert_eq!(app.mails().await, []);
    let (known, unknown) = (
        (known.status, known.masked()),
        (unknown.status, unknown.masked()),
    );
    assert_eq!(known.0, 200);
    let blank = |page: String| {
        page.replace("Ada@Example.org", "")
            .replace("nobody@example.org", "")
    };
    assert_eq!(blank(known.1), blank(unknown.1));

    let page = app.get(&link, &NOBODY).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.headers[header::REFERRER_POLICY], "no-referrer");
    let form = |password| [("token", token(&link)), ("password", password)];
    // A refused password costs nobody the link, nor a session.
    for bad in ["short", "password1234", "ada@example.org"] {
        let refused = app.post("/account/reset", &NOBODY, &form(bad)).await;
        assert_eq!(refused.status, 422, "{bad}");
        assert!(refused.text().contains(token(&link)));
    }
    assert!(is_logged_in(&app, &ada).await);

    let done = app.post("/account/reset", &NOBODY, &form(NEW)).await;
    assert_eq!(done.location(), "/account/login");
    let cookies: Vec<_> = done.headers.get_all(header::SET_COOKIE).iter().collect();
    assert!(
        !cookies
            .iter()
            .any(|line| line.to_str().unwrap().starts_with("sid="))
    );
    assert!(!is_logged_in(&app, &ada).await);
    assert_eq!(log_in(&app, "ada", PASSWORD).await.status, 422);
    assert_eq!(log_in(&app, "ada", NEW).await.status, 303);
    assert_eq!(
        app.post("/account/reset", &NOBODY, &form(NEW)).await.status,
        404
    );
    let told = app.mails().await;
    assert_eq!(told.len(), 1);
    assert!(
        told[0].subject.contains("password was changed"),
        "{}",
        told[0].subject
    );
}

#[tokio::test]
async fn links_in_mails_are_the_sites_own_whatever_host_the_request_names() {
    let app = TestApp::new();
    app.person("ada", Role::Author).await;
    let ask = async |host: &str| {
        let mut request = app
            .request("POST", "/account/forgot", &NOBODY)
            .header("x-forwarded-host", "evil.example")
            .header("forwarded", "host=evil.example;proto=https")
            .content_type("application/x-www-form-urlencoded")
            .body("login=ada");
        let host = header::HeaderValue::from_str(host).unwrap();
        request.headers_mut().insert(header::HOST, host);
        app.send(request).await.status
    };
    assert_eq!(ask("evil.example").await, 421);
    assert_eq!(app.mails().await, []);
    assert_eq!(ask("localhost:3000").await, 200);
    let mails = app.mails().await;
    assert!(link_in(&mails[0]).starts_with("/account/reset?token="));
    assert!(!mails[0].text.contains("evil"), "{}", mails[0].text);
}

#[tokio::test]
async fn a_link_that_sets_a_password_is_over_after_half_an_hour_and_with_its_address() {
    let app = TestApp::new();
    app.person("ada", Role::Author).await;
    forgot(&app, "ada").await;
    let link = link_in(&app.mails().await[0]);
    app.advance(30 * 60 - 1);
    assert_eq!(app.get(&link, &NOBODY).await.status, 200);
    app.advance(1);
    assert_eq!(app.get(&link, &NOBODY).await.status, 404);
    let form = [("token", token(&link)), ("password", NEW)];
    assert_eq!(app.post("/account/reset", &NOBODY, &form).await.status, 404);

    forgot(&app, "ada").await;
    let link = link_in(&app.mails().await[0]);
    let ada = cookie(&log_in(&app, "ada", PASSWORD).await);
    let form = [("email", "new@example.org"), ("password", PASSWORD)];
    app.post("/account/email", &ada, &form).await;
    let verify = link_in(&app.mails().await[0]);
    app.post("/account/verify", &ada, &[("token", token(&verify))])
        .await;
    // Whoever reads the old address's mail is not their owner any more.
    assert_eq!(app.get(&link, &NOBODY).await.status, 404);
}

#[tokio::test]
async fn one_account_gets_three_links_an_hour_and_the_answer_stays_the_same() {
    let app = TestApp::new();
    app.person("ada", Role::Author).await;
    let mut pages = Vec::new();
    for _ in 0..5 {
        let answer = forgot(&app, "ada").await;
        pages.push((answer.status, answer.masked()));
    }
    assert_eq!(app.mails().await.len(), 3);
    pages.dedup();
    assert_eq!(pages.len(), 1);
    for _ in 0..15 {
        forgot(&app, "somebody").await;
    }
    let much = forgot(&app, "somebody").await;
    assert_eq!(much.status, 429);
    assert!(much.text().contains("somebody"));
}

#[tokio::test]
async fn changing_the_password_ends_the_other_sessions_and_goes_on_here() {
    let app = TestApp::new();
    let here = app.person("ada", Role::Author).await;
    let there = cookie(&log_in(&app, "ada", PASSWORD).await);
    let form = |current, password| [("current", current), ("password", password)];
    let wrong = app.post("/account/password", &here, &form(NEW, NEW)).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("This is not your password"));
    assert!(is_logged_in(&app, &there).await);

    let done = app
        .post("/account/password", &here, &form(PASSWORD, NEW))
        .await;
    assert_eq!(done.location(), "/account/password");
    assert!(is_logged_in(&app, &cookie(&done)).await);
    assert!(!is_logged_in(&app, &here).await);
    assert!(!is_logged_in(&app, &there).await);
    assert_eq!(log_in(&app, "ada", PASSWORD).await.status, 422);
    assert_eq!(app.mails().await.len(), 1);
}

#[tokio::test]
async fn whoever_guesses_at_the_password_of_an_open_browser_is_stopped() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let form = [("current", "a wrong one of these"), ("password", NEW)];
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(
            app.post("/account/password", &ada, &form)
                .await
                .status
                .as_u16(),
        );
    }
    assert_eq!(statuses, [422, 422, 422, 422, 422, 429]);
    let form = [("email", "eve@example.org"), ("password", PASSWORD)];
    assert_eq!(app.post("/account/email", &ada, &form).await.status, 429);
}

#[tokio::test]
async fn an_address_counts_when_its_link_is_followed_and_the_old_one_can_take_it_back() {
    let app = TestApp::new();
    app.person("ada", Role::Author).await;
    app.blog.addresses().confirm("ada").await.unwrap();
    app.advance(7 * 24 * 3_600);
    let ada = cookie(&log_in(&app, "ada", PASSWORD).await);
    let form = [
        ("email", "new@example.org"),
        ("password", "a wrong password"),
    ];
    let wrong = app.post("/account/email", &ada, &form).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("new@example.org"));
    assert_eq!(app.mails().await, []);

    let form = [("email", "new@example.org"), ("password", PASSWORD)];
    app.post("/account/email", &ada, &form).await;
    let mails = app.mails().await;
    assert_eq!(mails[0].to, "new@example.org");
    let page = app.get("/account/email", &ada).await.text();
    assert!(page.contains("ada@example.org"));
    let link = link_in(&mails[0]);
    app.post("/account/verify", &ada, &[("token", token(&link))])
        .await;
    let page = app.get("/account/email", &ada).await.text();
    assert!(page.contains("new@example.org") && !page.contains("ada@example.org"));

    let told = app.mails().await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].to, "ada@example.org");
    assert!(told[0].text.contains("new@example.org"));
    let undo = link_in(&told[0]);
    assert_eq!(app.get(&undo, &NOBODY).await.status, 200);
    assert!(is_logged_in(&app, &ada).await);
    let form = [("token", token(&undo))];
    let done = app.post("/account/undo", &NOBODY, &form).await;
    assert_eq!(done.location(), "/account/forgot");
    assert!(!is_logged_in(&app, &ada).await);
    assert_eq!(log_in(&app, "new@example.org", PASSWORD).await.status, 422);
    assert_eq!(log_in(&app, "ada@example.org", PASSWORD).await.status, 303);
    assert_eq!(app.post("/account/undo", &NOBODY, &form).await.status, 404);
    // One purpose is not another.
    forgot(&app, "ada").await;
    let reset = link_in(&app.mails().await[0]);
    for path in ["/account/verify", "/account/undo"] {
        let form = [("token", token(&reset))];
        assert_eq!(app.post(path, &NOBODY, &form).await.status, 404, "{path}");
    }
    assert_eq!(app.get(&reset, &NOBODY).await.status, 200);
}

#[tokio::test]
async fn an_address_that_was_theirs_for_a_moment_or_never_cannot_take_anything_back() {
    let app = TestApp::new();
    // Mistyped at the registration: it belongs to somebody else.
    let ada = app.person("ada", Role::Author).await;
    let moves = async |email: &str| {
        let form = [("email", email), ("password", PASSWORD)];
        app.post("/account/email", &ada, &form).await;
        let link = link_in(&app.mails().await[0]);
        let form = [("token", token(&link))];
        app.post("/account/verify", &ada, &form).await;
        app.mails().await
    };
    assert_eq!(moves("second@example.org").await, []);
    let told = moves("third@example.org").await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].to, "second@example.org");
    assert_eq!(link_in(&told[0]), "/account/login");
}

#[tokio::test]
async fn a_new_password_ends_the_links_of_whoever_knew_the_old_one() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let form = [("email", "evil@example.org"), ("password", PASSWORD)];
    app.post("/account/email", &ada, &form).await;
    let evil = link_in(&app.mails().await[0]);
    assert_eq!(app.get(&evil, &NOBODY).await.status, 200);
    let form = [("current", PASSWORD), ("password", NEW)];
    app.post("/account/password", &ada, &form).await;
    assert_eq!(app.get(&evil, &NOBODY).await.status, 404);

    forgot(&app, "ada").await;
    let mails = app.mails().await;
    let reset = mails
        .iter()
        .find(|mail| mail.text.contains("/account/reset"));
    let reset = link_in(reset.unwrap());
    app.blog
        .accounts()
        .set_password("ada", "ten small paper boats")
        .await
        .unwrap();
    assert_eq!(app.get(&reset, &NOBODY).await.status, 404);
}

#[tokio::test]
async fn somebody_elses_address_is_not_betrayed_and_not_taken() {
    let app = TestApp::new();
    let eve = app.person("eve", Role::Author).await;
    app.person("ada", Role::Author).await;
    let form = |email| [("email", email), ("password", PASSWORD)];
    let taken = app
        .post("/account/email", &eve, &form("Ada@example.org"))
        .await;
    let told = app.mails().await;
    let free = app
        .post("/account/email", &eve, &form("free@example.org"))
        .await;
    assert_eq!(
        (taken.status, taken.location()),
        (free.status, free.location())
    );
    assert_eq!(told.len(), 1);
    assert_eq!(link_in(&told[0]), "/account/forgot");
    // Free when it was asked for, taken when the link is followed.
    let link = link_in(&app.mails().await[0]);
    let form = [
        ("username", "zoe"),
        ("email", "free@example.org"),
        ("password", PASSWORD),
    ];
    app.post("/account/register", &NOBODY, &form).await;
    let late = app
        .post("/account/verify", &eve, &[("token", token(&link))])
        .await;
    assert_eq!(late.status, 404);
    let page = app.get("/account/email", &eve).await.text();
    assert!(page.contains("eve@example.org"));
}

#[tokio::test]
async fn sessions_are_listed_and_ended_by_their_owner_only() {
    let app = TestApp::new();
    let here = app.person("ada", Role::Author).await;
    let there = cookie(&log_in(&app, "ada", PASSWORD).await);
    let eve = app.person("eve", Role::Admin).await;
    let page = app.get("/account/sessions", &here).await.text();
    assert_eq!(page.matches("class=\"row\"").count(), 2);
    assert_eq!(page.matches("This one").count(), 1);
    let end = page.split("action=\"/account/sessions/").nth(1).unwrap();
    let end = format!("/account/sessions/{}", end.split('"').next().unwrap());
    assert_eq!(app.post(&end, &eve, &[]).await.status, 303);
    assert!(is_logged_in(&app, &there).await);
    assert_eq!(app.post(&end, &here, &[]).await.status, 303);
    assert!(!is_logged_in(&app, &there).await);
    assert!(is_logged_in(&app, &here).await);

    let others = [
        cookie(&log_in(&app, "ada", PASSWORD).await),
        cookie(&log_in(&app, "ada", PASSWORD).await),
    ];
    app.post("/account/sessions/end-others", &here, &[]).await;
    for other in &others {
        assert!(!is_logged_in(&app, other).await);
    }
    assert!(is_logged_in(&app, &here).await);
    assert!(is_logged_in(&app, &eve).await);
}

#[tokio::test]
async fn mails_speak_the_readers_language() {
    let app = TestApp::new();
    let mut ada = app.person("ada", Role::Author).await;
    let form = [("lang", "tr"), ("back", "/")];
    let chosen = app.post("/language", &ada, &form).await;
    let lang = chosen.headers[header::SET_COOKIE].to_str().unwrap();
    let lang = lang.split(';').next().unwrap();
    ada.cookie = ada.cookie.map(|cookie| format!("{cookie}; {lang}"));
    app.post("/account/email/link", &ada, &[]).await;
    let mails = app.mails().await;
    assert!(
        mails[0].text.starts_with("Merhaba ada,\n"),
        "{}",
        mails[0].text
    );
    assert!(mails[0].subject.contains("bu adres sizin mi"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_link_followed_a_hundred_times_at_once_counts_once() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let compose: Compose = Arc::new(|_| LetterText {
        subject: String::new(),
        text: String::new(),
    });
    for round in 0..50 {
        let secret = Secret::generate();
        let now = app.blog.now();
        let token = Token {
            hash: secret.hash(),
            purpose: Purpose::Verify,
            user: ada.actor.and_then(|actor| actor.user()),
            email: Some(EmailAddress::from_store(format!("a{round}@example.org"))),
            created_at: now,
            expires_at: now.plus(Duration::from_secs(60)),
        };
        let tokens = &app.records.tokens;
        tokens.issue(token, Effects::at(now)).await.unwrap();
        let tries: Vec<_> = (0..100)
            .map(|_| {
                let (addresses, compose) = (app.blog.addresses(), compose.clone());
                let secret = secret.clone();
                tokio::spawn(async move { addresses.verify(&secret, compose).await })
            })
            .collect();
        let mut won = 0;
        for each in tries {
            match each.await.unwrap() {
                Ok(_) => won += 1,
                Err(Error::NotFound(_)) => {}
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!(won, 1, "round {round}");
    }
}
