//! What forms about accounts answer, and how long it takes them, says nothing about who has one. The clock of the blog goes
//! on by an hour between samples, so that no limit is met.

use std::sync::Arc;
use std::time::{Duration, Instant};

use blog_core::backend::Records;
use blog_core::model::secret::Secret;
use blog_core::model::user::Role;
use blog_core::{Backend, Settings};
use blog_storage::sql::SqlStore;

use crate::app::{Answer, PASSWORD, Person, TestApp};

/// In all, interleaved: half of them about what is there.
const FULL: usize = 2_000;
const TARGET: Duration = Duration::from_millis(2);
const REDUCED: usize = 60;
/// Samples that are taken first and not counted.
const WARM_UP: usize = 6;

const NOBODY: Person = Person {
    cookie: None,
    actor: None,
};

fn samples() -> usize {
    match std::env::var("BLOG_TEST_HOSTILE").as_deref() {
        Ok("all") => FULL,
        _ => REDUCED,
    }
}

async fn app(store: &tempfile::TempDir) -> TestApp {
    let url = format!("sqlite:{}", store.path().join("blog.db").display());
    let records = SqlStore::connect(&url).await.unwrap();
    records.migrate().await.unwrap();
    let backend = Backend {
        records: Records::of(Arc::new(records)),
        ..crate::app::memory()
    };
    let settings = Settings {
        require_verified_email: true,
        ..Settings::default()
    };
    let app = TestApp::on(backend, settings);
    app.person("known", Role::Author).await;
    app
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Asks about what is there and what is not, in turn; the answers must be alike, and the difference of the medians is
/// printed. It is asserted by a bound that a busy machine keeps, and that work left out for one of the two breaks.
#[expect(clippy::print_stdout, reason = "the times are said")]
async fn compare(what: &str, app: &TestApp, ask: impl AsyncFn(&TestApp, bool, usize) -> Answer) {
    let samples = samples();
    let mut times = [Vec::new(), Vec::new()];
    let mut looks: Option<(u16, usize)> = None;
    for number in 0..samples + WARM_UP {
        // Which goes first changes, so that neither profits from the other.
        let exists = (number % 2 == 0) != (number % 4 >= 2);
        app.advance(3_600);
        let begun = Instant::now();
        let answer = ask(app, exists, number).await;
        let took = begun.elapsed();
        let look = (answer.status.as_u16(), answer.body.len());
        assert_eq!(*looks.get_or_insert(look), look, "{what}, sample {number}");
        if number >= WARM_UP {
            times[usize::from(exists)].push(took);
        }
        // Letters are sent apart, and not in the time of the next sample.
        app.mails().await;
    }
    let [missing, existing] = times.map(median);
    let difference = existing.abs_diff(missing);
    let told = format!(
        "{what}: {samples} samples of {FULL}; median {existing:?} for what is there, {missing:?} for what is not, \
         difference {difference:?} (target {TARGET:?})"
    );
    println!("{told}");
    let bound = TARGET.max(existing.max(missing) / 4);
    assert!(difference <= bound, "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_in_says_nothing_about_who_has_an_account() {
    let store = tempfile::tempdir().unwrap();
    let app = app(&store).await;
    compare("log-in", &app, async |app, exists, _| {
        let login = if exists { "known" } else { "ghost" };
        let form = [("login", login), ("password", "not the password")];
        app.post("/account/login", &NOBODY, &form).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_up_says_nothing_about_who_has_an_account() {
    let store = tempfile::tempdir().unwrap();
    let app = app(&store).await;
    compare("sign-up", &app, async |app, exists, number| {
        let name = format!("name{number:05}");
        let email = match exists {
            true => "known@example.org".to_owned(),
            false => format!("x{number:04}@example.org"),
        };
        let form = [
            ("username", name.as_str()),
            ("email", &email),
            ("password", PASSWORD),
        ];
        app.post("/account/register", &NOBODY, &form).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_says_nothing_about_who_has_an_account() {
    let store = tempfile::tempdir().unwrap();
    let app = app(&store).await;
    compare("reset", &app, async |app, exists, _| {
        let login = if exists { "known" } else { "ghost" };
        app.post("/account/forgot", &NOBODY, &[("login", login)])
            .await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_says_nothing_about_whether_it_was_ever_good() {
    let store = tempfile::tempdir().unwrap();
    let app = app(&store).await;
    let form = [
        ("username", "other"),
        ("email", "other@example.org"),
        ("password", PASSWORD),
    ];
    app.post("/account/register", &NOBODY, &form).await;
    let letters = app.mails().await;
    let link = crate::app::link_in(&letters[0]);
    let over = link.split("token=").nth(1).unwrap().to_owned();
    app.advance(24 * 3_600);
    compare("verify", &app, async |app, exists, _| {
        let token = match exists {
            true => over.clone(),
            false => Secret::generate().encode(),
        };
        app.post("/account/verify", &NOBODY, &[("token", token.as_str())])
            .await
    })
    .await;
}
