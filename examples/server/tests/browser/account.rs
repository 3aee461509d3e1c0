//! The life of an account, its letters read from a mail server: on what a server keeps by itself, and on MySQL.

use std::time::{Duration, SystemTime};

use blog_core::model::second_factor::{STEP_SECONDS, TotpKey};
use fantoccini::Locator;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use tempfile::TempDir;

use crate::browser::{Browser, Scripts, in_turn};
use crate::server::Server;
use crate::sink::{Sink, Tls};
use crate::visitor::Visitor;
use crate::{media, writer};

const NAME: &str = "bea";
const FIRST: &str = "seven slow bicycles";
const SECOND: &str = "nine quiet mountain goats";
const THIRD: &str = "four wooden harbour cranes";
const OLD: &str = "bea@example.org";
const NEW: &str = "bea@example.net";
const SEND: &str = "main form button[type=submit]";

#[tokio::test(flavor = "multi_thread")]
async fn from_sign_up_to_deletion_with_scripts() {
    in_turn(5, async |browser| {
        walk(&browser, Scripts::On, &[]).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_sign_up_to_deletion_without_scripts() {
    in_turn(5, async |browser| {
        walk(&browser, Scripts::Off, &[]).await;
    })
    .await;
}

#[cfg(all(feature = "mysql", feature = "s3", feature = "dynamodb"))]
#[tokio::test(flavor = "multi_thread")]
async fn from_sign_up_to_deletion_on_mysql() {
    if let Some(database) = crate::database::new().await {
        in_turn(5, async |browser| {
            walk(&browser, Scripts::On, &database).await;
        })
        .await;
    }
}

async fn walk(browser: &Browser, scripts: Scripts, database: &[(&'static str, String)]) {
    let (data, files) = (
        TempDir::new().expect("a temporary folder"),
        TempDir::new().expect("a temporary folder"),
    );
    let sink = Sink::start(Tls::None).await;
    let mut variables = database.to_vec();
    let mail = format!("smtp://localhost:{}?tls=none", sink.port);
    variables.push(("BLOG_MAIL_URL", mail));
    variables.push(("BLOG_MAIL_FROM", "news@blog.example".to_owned()));
    variables.push(("BLOG_REQUIRE_VERIFIED_EMAIL", "true".to_owned()));
    let mut server = Server::start_with(data.path(), &variables).await;
    let owner = Visitor::new(browser, scripts, &server.origin).await;
    writer::take_over(&owner, &server.owner_link().await).await;
    owner.close().await;

    let bea = Visitor::new(browser, scripts, &server.origin).await;
    let other = Visitor::new(browser, scripts, &server.origin).await;
    joins(&bea, &sink).await;
    forgets(&bea, &sink).await;
    introduces(&bea, &files).await;
    ends_the_session_of(&bea, &other).await;
    let database = database.first().map_or_else(
        || format!("sqlite:{}", data.path().join("data/blog.db").display()),
        |(_, url)| url.clone(),
    );
    moves_and_takes_it_back(&bea, &sink, &database).await;
    changes_the_password(&bea, &sink).await;
    let codes = turns_the_second_step_on(&bea, &sink).await;
    leaves_and_comes_back(&bea, &sink, &codes).await;
    other.close().await;
    bea.close().await;
    server.stop().await;
}

/// The first step of a log-in.
async fn gives_password(visitor: &Visitor, password: &str) {
    visitor.open("/account/login").await;
    visitor.fill("#f-login", NAME).await;
    visitor.fill("#f-password", password).await;
    visitor.follow(SEND).await;
}

async fn gives_code(visitor: &Visitor, code: &str) {
    visitor.fill("#f-code", code).await;
    visitor.follow(SEND).await;
    visitor.see("header .menu").await;
}

/// An account waits for the link of its letter.
async fn joins(bea: &Visitor, sink: &Sink) {
    let seen = sink.count();
    bea.open("/account/register").await;
    bea.sign_up(NAME, FIRST).await;
    bea.see("#f-login").await;
    gives_password(bea, FIRST).await;
    bea.see("main .notice-error").await;
    let link = sink.link(seen, OLD, "/account/verify?token=").await;
    bea.open(&link).await;
    bea.follow(SEND).await;
    bea.see("#f-login").await;
    bea.log_in(NAME, FIRST).await;
    bea.log_out().await;
}

async fn forgets(bea: &Visitor, sink: &Sink) {
    let seen = sink.count();
    bea.open("/account/forgot").await;
    bea.fill("#f-login", NAME).await;
    bea.follow(SEND).await;
    let link = sink.link(seen, OLD, "/account/reset?token=").await;
    bea.open(&link).await;
    bea.fill("#f-password", SECOND).await;
    bea.follow(SEND).await;
    bea.see("#f-login").await;
    bea.log_in(NAME, SECOND).await;
}

async fn introduces(bea: &Visitor, files: &TempDir) {
    bea.open("/account/profile").await;
    bea.fill("#f-display_name", "Bea Kaya").await;
    bea.fill("#f-bio", "Draws harbours.").await;
    bea.choose("#f-avatar", &media::portrait(files.path()))
        .await;
    bea.follow(SEND).await;
    assert_eq!(bea.text("h1.author-name").await, "Bea Kaya");
    assert_eq!(bea.text(".author-bio").await, "Draws harbours.");
    bea.loads(".author img.avatar", "naturalWidth", 96).await;
}

async fn ends_the_session_of(bea: &Visitor, other: &Visitor) {
    other.log_in(NAME, SECOND).await;
    bea.open("/account/sessions").await;
    assert_eq!(bea.count("main .row").await, 2);
    bea.follow("main .row form[action$='/end'] button").await;
    bea.see("main .row").await;
    assert_eq!(bea.count("main .row").await, 1);
    other.open("/drafts").await;
    other.see("#f-login").await;
}

/// The address was theirs for eight days.
async fn waits_a_week(database: &str) {
    let week = 8_i64 * 86_400 * 1_000_000;
    let sql = format!(
        "UPDATE blog_users SET verified_at = verified_at - {week} WHERE username = '{NAME}'"
    );
    let done = match database.starts_with("mysql:") {
        #[cfg(feature = "mysql")]
        true => {
            let mut raw = sqlx::MySqlConnection::connect(database)
                .await
                .expect("the database");
            let done = raw.execute(AssertSqlSafe(sql)).await.expect("a write");
            done.rows_affected()
        }
        _ => {
            let mut raw = sqlx::SqliteConnection::connect(database)
                .await
                .expect("the database");
            let done = raw.execute(AssertSqlSafe(sql)).await.expect("a write");
            done.rows_affected()
        }
    };
    assert_eq!(done, 1);
}

async fn moves_and_takes_it_back(bea: &Visitor, sink: &Sink, database: &str) {
    waits_a_week(database).await;
    let seen = sink.count();
    bea.open("/account/email").await;
    bea.fill("#f-email", NEW).await;
    bea.fill("#f-password", SECOND).await;
    bea.follow("main form.sheet button[type=submit]").await;
    let link = sink.link(seen, NEW, "/account/verify?token=").await;
    bea.open(&link).await;
    bea.follow(SEND).await;
    assert!(bea.text("main").await.contains(NEW), "it is theirs");
    let link = sink.link(seen, OLD, "/account/undo?token=").await;
    bea.open(&link).await;
    bea.follow(SEND).await;
    // Everybody is logged out, and a new password is offered.
    assert_eq!(bea.path().await, "/account/forgot");
    bea.log_in(NAME, SECOND).await;
    bea.open("/account/email").await;
    assert!(bea.text("main").await.contains(OLD), "it is theirs again");
}

async fn changes_the_password(bea: &Visitor, sink: &Sink) {
    let seen = sink.count();
    bea.open("/account/password").await;
    bea.fill("#f-current", SECOND).await;
    bea.fill("#f-password", THIRD).await;
    bea.follow(SEND).await;
    bea.see(".notice-success").await;
    sink.link(seen, OLD, "/account/forgot").await;
}

/// The key that the page shows as text.
fn read_key(text: &str) -> TotpKey {
    let mut bytes = Vec::new();
    let (mut held, mut bits) = (0_u32, 0);
    for letter in text.bytes().filter(|letter| *letter != b' ') {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'2'..=b'7' => letter - b'2' + 26,
            other => panic!("{other} is no letter of a key"),
        };
        held = held << 5 | u32::from(value);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 255).expect("eight bits"));
        }
    }
    let bytes: [u8; 20] = bytes.try_into().expect("160 bits");
    TotpKey::from(bytes)
}

/// The recovery codes.
async fn turns_the_second_step_on(bea: &Visitor, sink: &Sink) -> Vec<String> {
    let seen = sink.count();
    bea.open("/account/second-factor").await;
    bea.follow("main form.sheet button[type=submit]").await;
    // The picture is seen under the policy of the pages.
    let asked = SystemTime::now();
    while ["", "0"].contains(&&*bea.property(".enrolment-picture", "naturalWidth").await) {
        let waited = asked.elapsed().expect("time goes on");
        assert!(waited < Duration::from_secs(15), "no picture");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let key = read_key(&bea.text(".enrolment-key code").await);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let step = now.expect("after 1970").as_secs() / STEP_SECONDS;
    bea.fill("#f-code", &key.code(step)).await;
    bea.follow("main form.sheet button[type=submit]").await;
    bea.see(".recovery-codes").await;
    let listed = Locator::Css(".recovery-codes code");
    let mut codes = Vec::new();
    for code in bea.client.find_all(listed).await.expect("codes") {
        codes.push(code.text().await.expect("its text"));
    }
    assert_eq!(codes.len(), 10);
    sink.link(seen, OLD, "/account/forgot").await;
    bea.log_out().await;

    // The code of the next step is taken already, and for two steps more.
    gives_password(bea, THIRD).await;
    gives_code(bea, &key.code(step + 1)).await;
    bea.log_out().await;
    let seen = sink.count();
    gives_password(bea, THIRD).await;
    gives_code(bea, &codes[0]).await;
    sink.link(seen, OLD, "/account/forgot").await;
    codes
}

async fn leaves(bea: &Visitor, sink: &Sink) {
    let seen = sink.count();
    bea.open("/account/delete").await;
    bea.fill("#f-password", THIRD).await;
    bea.follow(SEND).await;
    bea.see("header a[href*='/account/login']").await;
    sink.link(seen, OLD, "/account/login").await;
}

async fn leaves_and_comes_back(bea: &Visitor, sink: &Sink, codes: &[String]) {
    leaves(bea, sink).await;
    gives_password(bea, THIRD).await;
    gives_code(bea, &codes[1]).await;
    bea.open("/account/profile").await;
    assert_eq!(bea.value("#f-display_name").await, "Bea Kaya");
    leaves(bea, sink).await;
    bea.open("/account/profile").await;
    bea.see("#f-login").await;
}
