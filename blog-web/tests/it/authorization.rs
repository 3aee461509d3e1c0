//! Every route, for everybody, with its object in every state; and that what somebody may not know of is answered like what
//! is not there, byte for byte.
//!
//! A route of the table without a row fails.

mod rows;
mod things;

use std::collections::BTreeMap;

use blog_core::Settings;
use blog_core::model::user::Role;
use blog_web::routes::TABLE;

use self::rows::ROWS;
use self::things::Things;
use crate::app::{Answer, PASSWORD, Person, TestApp, memory, post_form};
use crate::matrix::{form_of, parts_of};

/// What a path names, which decides the states it can be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Thing {
    /// Nothing of one person's.
    Nothing,
    Post,
    Comment,
    Media,
    Page,
    User,
    Preview,
    Invitation,
}

impl Thing {
    fn states(self) -> &'static [&'static str] {
        match self {
            Thing::Nothing => &["always"],
            Thing::Post => &[
                "public",
                "unlisted",
                "draft",
                "scheduled",
                "withdrawn",
                "deleted",
            ],
            // By the reader, below a post of the owner.
            Thing::Comment => &["visible", "held", "on a draft", "deleted"],
            Thing::Media => &["private", "published", "deleted"],
            Thing::Page => &["published", "draft", "deleted"],
            // An author.
            Thing::User => &["active", "suspended"],
            Thing::Preview => &["live", "revoked"],
            Thing::Invitation => &["live", "revoked"],
        }
    }
}

/// Who asks, in the order of a row's letters. Somebody who is suspended is not in the rows: they get what strangers get.
const PEOPLE: [(&str, Role); 5] = [
    ("reader", Role::Reader),
    ("owner", Role::Author),
    ("other", Role::Author),
    ("editor", Role::Editor),
    ("admin", Role::Admin),
];

/// What somebody gets, as a letter of a row.
fn letter(answer: &Answer, is_known: bool) -> char {
    let to_log_in = || answer.location().starts_with("/account/login?");
    match answer.status.as_u16() {
        303 if !is_known && to_log_in() => 'L',
        // A form that came without a session is shown again.
        403 if !is_known => 'L',
        403 => 'F',
        404 => 'M',
        200 | 204 | 301 | 303 | 308 => 'O',
        // It is theirs to do, and the form is not complete, or meets a newer version.
        409 | 422 => 'O',
        other => panic!("{other}: {}", answer.text()),
    }
}

pub(crate) struct Scene {
    pub(crate) app: TestApp,
    people: BTreeMap<&'static str, Person>,
}

impl Scene {
    async fn new() -> Self {
        let settings = Settings {
            rate_factor: 1_000_000,
            ..Settings::default()
        };
        let app = TestApp::on(memory(), settings);
        let mut people = BTreeMap::from([("nobody", Person::default())]);
        for (name, role) in PEOPLE {
            people.insert(name, app.person(name, role).await);
        }
        let suspended = app.person("suspended", Role::Author).await;
        people.insert("suspended", suspended);
        let scene = Self { app, people };
        let form = [("reason", "Advertising"), ("password", PASSWORD)];
        let path = "/admin/users/suspended/suspend";
        let done = scene.app.post(path, scene.person("admin"), &form).await;
        assert_eq!(done.status, 303, "{}", done.text());
        let form = post_form("Base", "Text", "published");
        let done = scene.app.post("/write", scene.person("owner"), &form).await;
        assert_eq!(done.status, 303, "{}", done.text());
        scene
    }

    pub(crate) fn person(&self, name: &str) -> &Person {
        &self.people[name]
    }

    async fn ask(&self, method: &str, path: &str, at: &str, who: &str) -> Answer {
        let person = self.person(who);
        match (method, path) {
            ("GET", _) => self.app.get(at, person).await,
            (_, "/media/uploads" | "/account/profile") => {
                self.app.post_parts(at, person, &parts_of(path)).await
            }
            _ => {
                let mut form = form_of(path);
                if path.starts_with("/admin/users/:user/")
                    && form
                        .iter()
                        .any(|(name, _)| *name == "role" || *name == "reason")
                {
                    form.push(("password", PASSWORD));
                }
                self.app.post(at, person, &form).await
            }
        }
    }

    /// What ended somebody's session is made good.
    async fn log_in_again(&mut self, who: &'static str) {
        if matches!(who, "nobody" | "suspended") {
            return;
        }
        let cookie = self.app.log_in_again(who).await;
        assert!(cookie.is_some(), "{who}");
        self.people.get_mut(who).unwrap().cookie = cookie;
    }
}

/// All of an answer that could tell something: status, headers and page, without what each request has of its own.
fn told(answer: &Answer, names: &[&str]) -> (u16, Vec<(String, String)>, String) {
    let hidden = |text: &str| {
        names.iter().fold(text.to_owned(), |text, name| {
            let encoded: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
            text.replace(name, "NAME").replace(&encoded, "NAME")
        })
    };
    let mut headers: Vec<_> = answer
        .headers
        .iter()
        .filter(|(name, _)| *name != "x-request-id")
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            (name.to_string(), hidden(&value))
        })
        .collect();
    headers.sort();
    let page = hidden(&answer.masked().replace("&#x2f;", "/"));
    (answer.status.as_u16(), headers, page)
}

#[tokio::test]
async fn every_route_for_everybody_in_every_state() {
    let rows: Vec<_> = ROWS.iter().map(|row| (row.0, row.1)).collect();
    let mut missing = Vec::new();
    for route in TABLE {
        if !rows.contains(&(route.method, route.path)) {
            missing.push(format!("{} {}", route.method, route.path));
        }
    }
    assert!(
        missing.is_empty(),
        "routes without a row in authorization/rows.rs: {missing:#?}"
    );
    assert_eq!(rows.len(), TABLE.len(), "rows without a route");
    let mut scene = Scene::new().await;
    let mut wrong = Vec::new();
    let (mut asked, mut compared) = (0, 0);
    for (method, path, thing, expected) in ROWS {
        let states = thing.states();
        assert_eq!(
            states.len(),
            expected.len(),
            "{method} {path}: a word for each state"
        );
        for (state, expected) in states.iter().zip(*expected) {
            let mut got = String::new();
            let mut made: Option<Things> = None;
            for who in [
                "nobody",
                "reader",
                "owner",
                "other",
                "editor",
                "admin",
                "suspended",
            ] {
                // What changes something gets an object of its own each time.
                if made.is_none() || *method == "POST" {
                    made = Some(Things::make(&scene, *thing, state).await);
                }
                let things = made.as_ref().unwrap();
                let at = things.address(path);
                let answer = scene.ask(method, path, &at, who).await;
                let is_known = !matches!(who, "nobody" | "suspended");
                let what = letter(&answer, is_known);
                asked += 1;
                let nothings = things.missing();
                let never = nothings.address(path);
                // Of what everybody sees a form may be shown again to somebody who has to log in first.
                let open = *method == "POST" && ["public", "unlisted", "visible"].contains(state);
                let hidden = what == 'M' || (what == 'L' && !open);
                if *thing != Thing::Nothing && never != at && hidden {
                    let nothing = scene.ask(method, path, &never, who).await;
                    let seen = told(&answer, &things.names());
                    let unseen = told(&nothing, &nothings.names());
                    compared += 1;
                    if seen != unseen {
                        wrong.push(format!(
                            "{method} {path} ({state}) tells {who} more than {never} does:\n{seen:?}\n{unseen:?}"
                        ));
                    }
                }
                if who == "suspended" {
                    let strangers = got.chars().next().unwrap();
                    if what != strangers {
                        wrong.push(format!(
                            "{method} {path} ({state}): {who} gets {what}, strangers {strangers}"
                        ));
                    }
                } else {
                    got.push(what);
                }
                if *method == "POST" && path.starts_with("/account/") && answer.status == 303 {
                    for (who, _) in PEOPLE {
                        if scene
                            .app
                            .get("/account/profile", scene.person(who))
                            .await
                            .status
                            != 200
                        {
                            scene.log_in_again(who).await;
                        }
                    }
                }
            }
            if got != *expected {
                wrong.push(format!(
                    "{method} {path} ({state}): {got} instead of {expected}"
                ));
            }
        }
    }
    println!(
        "{} routes: {asked} requests, {compared} compared with those for nothing",
        ROWS.len()
    );
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
