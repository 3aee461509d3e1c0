//! The second step of logging in.

use blog_core::backend::Records;
use blog_core::model::audit::{AuditAction, AuditQuery};
use blog_core::model::second_factor::{TotpKey, step_at};
use blog_core::model::user::{Role, Username};
use blog_core::ports::Clock as _;
use blog_core::{Cursor, PageRequest, Settings};
use http::header;

use crate::app::{Answer, PASSWORD, Person, TestApp, link_in, memory, reason};

const NOBODY: Person = Person {
    cookie: None,
    actor: None,
};

/// The cookie of this name that an answer sets.
fn cookie(answer: &Answer, name: &str) -> Option<Person> {
    let lines = answer.headers.get_all(header::SET_COOKIE).iter();
    let mut pairs = lines.filter_map(|line| line.to_str().unwrap().split(';').next());
    let pair = pairs.find(|pair| pair.starts_with(name) && !pair.ends_with('='))?;
    Some(Person {
        cookie: Some(pair.to_owned()),
        actor: None,
    })
}

async fn key(records: &Records, name: &str) -> TotpKey {
    let name = Username::try_from(name).unwrap();
    let user = records.users.by_username(&name).await.unwrap();
    let factor = records.second_factors.get(user.id).await.unwrap();
    factor.expect("a second factor").key
}

/// The code that the app of this person shows now.
async fn code(app: &TestApp, name: &str) -> String {
    key(&app.records, name).await.code(step_at(app.clock.now()))
}

/// Turns it on for somebody, who goes on in a new session; their recovery codes.
async fn enrol(app: &TestApp, who: &mut Person, name: &str) -> Vec<String> {
    let begun = app.post("/account/second-factor/begin", who, &[]).await;
    assert_eq!(begun.status, 303, "{}", begun.text());
    let code = code(app, name).await;
    let form = [("code", code.as_str())];
    let on = app.post("/account/second-factor/confirm", who, &form).await;
    assert_eq!(on.status, 200, "{}", on.text());
    let codes = codes_of(&on.text());
    who.cookie = cookie(&on, "sid=").expect("a new session").cookie;
    app.advance(30);
    codes
}

fn codes_of(page: &str) -> Vec<String> {
    let list = page.split("class=\"recovery-codes\"").nth(1).unwrap();
    let list = list.split("</ol>").next().unwrap();
    let codes = list.split("<code>").skip(1);
    codes
        .map(|rest| rest.split("</code>").next().unwrap().to_owned())
        .collect()
}

/// The first step; the browser with its half-way cookie.
async fn first_step(app: &TestApp, name: &str) -> Person {
    let form = [("login", name), ("password", PASSWORD), ("next", "/drafts")];
    let answer = app.post("/account/login", &NOBODY, &form).await;
    assert_eq!(answer.location(), "/account/login/code?next=%2Fdrafts");
    assert!(cookie(&answer, "sid=").is_none(), "no session by half");
    cookie(&answer, "half=").expect("the half that is done")
}

async fn second_step(app: &TestApp, half: &Person, code: &str) -> Answer {
    let form = [("code", code), ("next", "/drafts")];
    app.post("/account/login/code", half, &form).await
}

async fn audited(app: &TestApp, action: AuditAction) -> usize {
    let page = PageRequest::new(None::<Cursor>, PageRequest::MAX);
    let query = AuditQuery {
        action: Some(action),
        ..AuditQuery::all(page)
    };
    app.records.audit.list(&query).await.unwrap().items.len()
}

#[tokio::test]
async fn it_is_set_up_with_a_picture_and_a_code_and_asked_for_from_then_on() {
    let app = TestApp::new();
    let mut ada = app.person("ada", Role::Author).await;
    let other = Person {
        cookie: app.log_in_again("ada").await,
        actor: None,
    };
    let off = app.get("/account/second-factor", &ada).await.text();
    assert!(off.contains("It is off."), "{off}");
    let picture = "/account/second-factor/key.svg";
    assert_eq!(app.get(picture, &ada).await.status, 404, "nothing begun");

    app.post("/account/second-factor/begin", &ada, &[]).await;
    let page = app.get("/account/second-factor", &ada).await;
    assert_eq!(page.headers[header::CACHE_CONTROL], "private, no-store");
    let shown = key(&app.records, "ada").await.to_text();
    let groups: Vec<&str> = (0..8).map(|i| &shown[i * 4..i * 4 + 4]).collect();
    assert!(page.text().contains(&groups.join(" ")), "{}", page.text());
    let drawn = app.get(picture, &ada).await;
    assert_eq!(drawn.headers[header::CONTENT_TYPE], "image/svg+xml");
    assert_eq!(drawn.headers[header::CACHE_CONTROL], "private, no-store");
    assert!(drawn.text().starts_with("<svg "), "{}", drawn.text());
    // Until a code shows that the app has the key, a log-in is as before; but whoever knows the password does not learn the
    // key by it, nor turns it on, and no more does who was in before.
    let later = Person {
        cookie: app.log_in_again("ada").await,
        actor: None,
    };
    assert!(later.cookie.is_some());
    let right = code(&app, "ada").await;
    for who in [&later, &other] {
        assert_eq!(app.get(picture, who).await.status, 404);
        let page = app.get("/account/second-factor", who).await.text();
        assert!(page.contains("It is off."), "{page}");
        assert!(!page.contains(&groups.join(" ")), "{page}");
        let form = [("code", right.as_str())];
        let refused = app.post("/account/second-factor/confirm", who, &form).await;
        assert_eq!(refused.location(), "/account/second-factor");
    }
    for wrong in ["", "000000", "not a code"] {
        let form = [("code", wrong)];
        let refused = app
            .post("/account/second-factor/confirm", &ada, &form)
            .await;
        assert_eq!(refused.status, 422, "{wrong}");
    }

    let now = code(&app, "ada").await;
    let form = [("code", now.as_str())];
    let on = app
        .post("/account/second-factor/confirm", &ada, &form)
        .await;
    let codes = codes_of(&on.text());
    assert_eq!(codes.len(), 10);
    // Sessions that began with a password alone are over; a new one begins where it was turned on.
    for over in [&ada, &other, &later] {
        assert_eq!(app.get("/account/profile", over).await.status, 303);
    }
    ada = cookie(&on, "sid=").expect("a new session");
    assert_eq!(app.get("/account/profile", &ada).await.status, 200);
    assert_eq!(app.get(picture, &ada).await.status, 404, "shown no more");
    let page = app.get("/account/second-factor", &ada).await.text();
    assert!(!page.contains(&groups.join(" ")), "{page}");
    assert!(page.contains("10 recovery codes are left."), "{page}");
    assert!(codes.iter().all(|code| !page.contains(code.as_str())));
    let mails = app.mails().await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0].subject.contains("two-step log-in is on"));
    assert_eq!(link_in(&mails[0]), "/account/forgot");
    assert_eq!(audited(&app, AuditAction::SecondFactorOn).await, 1);

    let half = first_step(&app, "ada").await;
    let page = app.get("/account/login/code", &half).await;
    assert_eq!(page.status, 200);
    assert_eq!(app.get("/account/profile", &half).await.status, 303);
    // The code that turned it on was used by that.
    assert_eq!(second_step(&app, &half, &now).await.status, 422);
    app.advance(30);
    let now = code(&app, "ada").await;
    let whole = second_step(&app, &half, &now).await;
    assert_eq!(whole.location(), "/drafts");
    let session = cookie(&whole, "sid=").unwrap();
    assert_eq!(app.get("/account/profile", &session).await.status, 200);
    // The half that is done leads in once.
    app.advance(30);
    let now = code(&app, "ada").await;
    let again = second_step(&app, &half, &now).await;
    assert_eq!(again.location(), "/account/login");
}

#[tokio::test]
async fn a_code_is_taken_once_whoever_shows_it_and_however_many_at_once() {
    let app = TestApp::new();
    let mut ada = app.person("ada", Role::Author).await;
    enrol(&app, &mut ada, "ada").await;
    let mut halves = Vec::new();
    for _ in 0..100 {
        halves.push(first_step(&app, "ada").await);
    }
    let now = code(&app, "ada").await;
    let uses = halves.iter().map(|half| second_step(&app, half, &now));
    let answers = futures_util::future::join_all(uses).await;
    let entered = answers
        .iter()
        .filter(|answer| cookie(answer, "sid=").is_some())
        .count();
    assert_eq!(entered, 1);
    for answer in &answers {
        assert!([303, 422, 429].contains(&answer.status.as_u16()));
    }
}

#[tokio::test]
async fn the_half_that_is_done_lasts_five_minutes_and_only_in_its_browser() {
    let app = TestApp::new();
    let mut ada = app.person("ada", Role::Author).await;
    enrol(&app, &mut ada, "ada").await;
    let half = first_step(&app, "ada").await;
    let now = code(&app, "ada").await;
    let elsewhere = second_step(&app, &NOBODY, &now).await;
    assert_eq!(elsewhere.location(), "/account/login");
    let planted = Person {
        cookie: Some(format!("half={}", "A".repeat(43))),
        actor: None,
    };
    let foreign = second_step(&app, &planted, &now).await;
    assert_eq!(foreign.location(), "/account/login");
    app.advance(5 * 60);
    let late = code(&app, "ada").await;
    let late = second_step(&app, &half, &late).await;
    assert_eq!(late.location(), "/account/login");
    let page = app.get("/account/login/code", &half).await;
    assert_eq!(page.location(), "/account/login");
}

#[tokio::test]
async fn guesses_are_limited_by_account_and_counted() {
    let app = TestApp::new();
    let mut ada = app.person("ada", Role::Author).await;
    enrol(&app, &mut ada, "ada").await;
    app.mails().await;
    for _ in 0..5 {
        // A new half each time, as somebody who knows the password would.
        let half = first_step(&app, "ada").await;
        assert_eq!(second_step(&app, &half, "000000").await.status, 422);
    }
    let half = first_step(&app, "ada").await;
    let right = code(&app, "ada").await;
    let much = second_step(&app, &half, &right).await;
    assert_eq!(much.status, 429);
    assert!(much.headers.contains_key(header::RETRY_AFTER));
    assert_eq!(audited(&app, AuditAction::SecondFactorFail).await, 5);
    let page = app.get("/account/second-factor", &ada).await.text();
    assert!(page.contains("5 wrong codes were given"), "{page}");
    // Their owner is told of the first one, and not kept out of what they do inside.
    let mails = app.mails().await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0].subject.contains("somebody gave a wrong code"));
    assert_eq!(link_in(&mails[0]), "/account/forgot");
    let form = [("password", PASSWORD), ("code", "000000")];
    let inside = app.post("/account/second-factor/off", &ada, &form).await;
    assert_eq!(inside.status, 422);
    app.advance(3 * 60);
    let right = code(&app, "ada").await;
    let entered = second_step(&app, &half, &right).await;
    assert!(cookie(&entered, "sid=").is_some(), "{}", entered.text());
    let page = app.get("/account/second-factor", &ada).await.text();
    assert!(!page.contains("wrong codes"), "{page}");
}

#[tokio::test]
async fn who_guesses_all_day_has_twenty_guesses_and_a_recovery_code_leads_in_all_the_same() {
    let app = TestApp::new();
    let mut ada = app.person("ada", Role::Author).await;
    let codes = enrol(&app, &mut ada, "ada").await;
    for _ in 0..20 {
        app.advance(3 * 60);
        let half = first_step(&app, "ada").await;
        assert_eq!(second_step(&app, &half, "000000").await.status, 422);
    }
    app.advance(3 * 60);
    let half = first_step(&app, "ada").await;
    let right = code(&app, "ada").await;
    assert_eq!(second_step(&app, &half, &right).await.status, 429);
    let entered = second_step(&app, &half, &codes[0]).await;
    assert!(cookie(&entered, "sid=").is_some(), "{}", entered.text());
    app.advance(2 * 3_600);
    let half = first_step(&app, "ada").await;
    let right = code(&app, "ada").await;
    let entered = second_step(&app, &half, &right).await;
    assert!(cookie(&entered, "sid=").is_some(), "{}", entered.text());
}

#[tokio::test]
async fn a_recovery_code_takes_the_place_of_a_code_once_and_its_owner_is_told() {
    let app = TestApp::new();
    let mut ada = app.person("ada", Role::Author).await;
    let codes = enrol(&app, &mut ada, "ada").await;
    app.mails().await;
    let half = first_step(&app, "ada").await;
    let typed = codes[3].to_uppercase().replace('-', " ");
    let entered = second_step(&app, &half, &typed).await;
    let session = cookie(&entered, "sid=").expect("a session");
    let mails = app.mails().await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0].text.contains("Codes that are left: 9."));
    assert_eq!(audited(&app, AuditAction::SecondFactorRecovery).await, 1);
    let half = first_step(&app, "ada").await;
    assert_eq!(second_step(&app, &half, &codes[3]).await.status, 422);

    // Made anew with password and code; the old ones are good for nothing.
    let proof = code(&app, "ada").await;
    let form = [("password", PASSWORD), ("code", proof.as_str())];
    let renewed = app
        .post("/account/second-factor/codes", &session, &form)
        .await;
    let new = codes_of(&renewed.text());
    assert_eq!(new.len(), 10);
    assert_eq!(audited(&app, AuditAction::SecondFactorCodes).await, 1);
    assert_eq!(second_step(&app, &half, &codes[4]).await.status, 422);
    let entered = second_step(&app, &half, &new[4]).await;
    assert!(cookie(&entered, "sid=").is_some());
}

#[tokio::test]
async fn it_is_turned_off_with_password_and_code_and_its_owner_is_told() {
    let app = TestApp::new();
    let mut ada = app.person("ada", Role::Author).await;
    enrol(&app, &mut ada, "ada").await;
    app.mails().await;
    let right = code(&app, "ada").await;
    for (password, code) in [
        ("", right.as_str()),
        ("not the password", &right),
        (PASSWORD, ""),
        (PASSWORD, "000000"),
    ] {
        let form = [("password", password), ("code", code)];
        let refused = app.post("/account/second-factor/off", &ada, &form).await;
        assert_eq!(refused.status, 422, "{password:?} {code:?}");
    }
    assert_eq!(app.mails().await.len(), 1, "of the wrong code");
    let form = [("password", PASSWORD), ("code", right.as_str())];
    let off = app.post("/account/second-factor/off", &ada, &form).await;
    assert_eq!(off.status, 303, "{}", off.text());
    let mails = app.mails().await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0].subject.contains("two-step log-in is off"));
    assert_eq!(audited(&app, AuditAction::SecondFactorOff).await, 1);
    assert!(app.log_in_again("ada").await.is_some());
}

#[tokio::test]
async fn a_new_password_does_not_get_around_it() {
    let app = TestApp::new();
    let mut ada = app.person("ada", Role::Author).await;
    enrol(&app, &mut ada, "ada").await;
    app.mails().await;
    let half = first_step(&app, "ada").await;
    app.post("/account/forgot", &NOBODY, &[("login", "ada")])
        .await;
    let link = link_in(&app.mails().await[0]);
    let token = link.split("token=").nth(1).unwrap();
    let new = "nine loud mountain goats";
    let form = [("token", token), ("password", new)];
    let set = app.post("/account/reset", &NOBODY, &form).await;
    assert_eq!(set.location(), "/account/login");
    assert!(cookie(&set, "sid=").is_none());
    // What the old password began is over.
    let now = code(&app, "ada").await;
    let old = second_step(&app, &half, &now).await;
    assert_eq!(old.location(), "/account/login");
    let form = [("login", "ada"), ("password", new)];
    let answer = app.post("/account/login", &NOBODY, &form).await;
    assert_eq!(answer.location(), "/account/login/code");
    assert!(cookie(&answer, "sid=").is_none());
}

#[tokio::test]
async fn who_was_suspended_between_the_steps_does_not_come_in() {
    let app = TestApp::new();
    let mut ada = app.person("ada", Role::Author).await;
    enrol(&app, &mut ada, "ada").await;
    let half = first_step(&app, "ada").await;
    let name = Username::try_from("ada").unwrap();
    let user = app.records.users.by_username(&name).await.unwrap();
    let effects = blog_core::model::effects::Effects::at(app.clock.now());
    app.records
        .users
        .set_suspended(user.id, reason(), effects)
        .await
        .unwrap();
    let now = code(&app, "ada").await;
    let refused = second_step(&app, &half, &now).await;
    assert_eq!(refused.status, 403);
    assert!(refused.text().contains("Advertising"));
}

#[tokio::test]
async fn leaving_is_taken_back_by_the_whole_log_in_and_not_by_half_of_it() {
    let app = TestApp::new();
    app.person("root", Role::Admin).await;
    let mut ada = app.person("ada", Role::Author).await;
    enrol(&app, &mut ada, "ada").await;
    app.post("/account/delete", &ada, &[("password", PASSWORD)])
        .await;
    let name = Username::try_from("ada").unwrap();
    let half = first_step(&app, "ada").await;
    let user = app.records.users.by_username(&name).await.unwrap();
    assert!(user.erase_at.is_some());
    let now = code(&app, "ada").await;
    second_step(&app, &half, &now).await;
    let user = app.records.users.by_username(&name).await.unwrap();
    assert_eq!(user.erase_at, None);
}

#[tokio::test]
async fn where_the_site_wants_it_editors_set_it_up_before_anything_else() {
    let app = TestApp::new();
    let mut root = app.person("root", Role::Admin).await;
    let mut editor = app.person("ed", Role::Editor).await;
    let author = app.person("ada", Role::Author).await;
    enrol(&app, &mut root, "root").await;
    assert_eq!(app.get("/admin", &editor).await.status, 200);
    let form = [
        ("title", "A blog"),
        ("language", "en"),
        ("page_size", "10"),
        ("version", "0"),
        ("require_second_factor", "on"),
    ];
    let saved = app.post("/admin/settings", &root, &form).await;
    assert_eq!(saved.status, 303, "{}", saved.text());

    for path in ["/admin", "/write", "/drafts", "/library", "/admin/comments"] {
        let led = app.get(path, &editor).await;
        assert_eq!(led.location(), "/account/second-factor", "{path}");
        assert_ne!(app.get(path, &author).await.status, 303, "{path}");
    }
    for (path, status) in [
        ("/", 200),
        ("/account/profile", 200),
        ("/account/sessions", 200),
    ] {
        assert_eq!(app.get(path, &editor).await.status, status, "{path}");
    }
    let post = crate::app::post_form("One", "Text", "published");
    let refused = app.post("/write", &editor, &post).await;
    assert_eq!(refused.status, 403);
    assert!(refused.text().contains("needs two-step log-in"));
    let page = app.get("/account/second-factor", &editor).await.text();
    assert!(page.contains("You look after this site"), "{page}");

    enrol(&app, &mut editor, "ed").await;
    assert_eq!(app.get("/admin", &editor).await.status, 200);
    let page = app.get("/account/second-factor", &editor).await.text();
    assert!(page.contains("it cannot be turned off"), "{page}");
    let now = code(&app, "ed").await;
    let form = [("password", PASSWORD), ("code", now.as_str())];
    let kept = app.post("/account/second-factor/off", &editor, &form).await;
    assert_eq!(kept.status, 403);
    let half = first_step(&app, "ed").await;
    assert_eq!(app.get("/account/login/code", &half).await.status, 200);

    // From the command line, for who lost everything; then they are led to set it up again.
    let factors = app.blog.second_factors();
    factors.turn_off_for("ed").await.unwrap();
    let editor = Person {
        cookie: app.log_in_again("ed").await,
        actor: None,
    };
    let led = app.get("/admin", &editor).await;
    assert_eq!(led.location(), "/account/second-factor");
}

#[tokio::test]
async fn a_key_is_shown_only_to_whoever_gave_the_password() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    app.advance(16 * 60);
    let page = app.get("/account/second-factor", &ada).await.text();
    assert!(page.contains("name=\"password\""), "{page}");
    for wrong in ["", "not the password"] {
        let form = [("password", wrong)];
        let refused = app.post("/account/second-factor/begin", &ada, &form).await;
        assert_eq!(refused.status, 422, "{wrong}");
    }
    let form = [("password", PASSWORD)];
    let begun = app.post("/account/second-factor/begin", &ada, &form).await;
    assert_eq!(begun.status, 303);
    let picture = "/account/second-factor/key.svg";
    assert_eq!(app.get(picture, &ada).await.status, 200);
    app.advance(15 * 60);
    assert_eq!(app.get(picture, &ada).await.status, 404);
    let late = code(&app, "ada").await;
    let form = [("code", late.as_str())];
    let late = app
        .post("/account/second-factor/confirm", &ada, &form)
        .await;
    assert_eq!(late.location(), "/account/second-factor");
    app.advance(1);
    app.blog.worker().sweep().await.unwrap();
    let name = Username::try_from("ada").unwrap();
    let user = app.records.users.by_username(&name).await.unwrap();
    assert_eq!(app.records.second_factors.get(user.id).await.unwrap(), None);
}

#[tokio::test]
async fn two_instances_share_both_halves() {
    let backend = memory();
    let one = TestApp::on(backend.clone(), Settings::default());
    let two = TestApp::on(backend, Settings::default());
    let mut ada = one.person("ada", Role::Author).await;
    enrol(&one, &mut ada, "ada").await;
    two.advance(30);
    let half = first_step(&one, "ada").await;
    let now = code(&two, "ada").await;
    let entered = second_step(&two, &half, &now).await;
    let session = cookie(&entered, "sid=").expect("a session");
    assert_eq!(one.get("/account/profile", &session).await.status, 200);
}
