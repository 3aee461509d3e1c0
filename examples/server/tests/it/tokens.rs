//! Links that are good once, followed by a hundred clients at once, again and again: one of them has success.
//!
//! Where a password is hashed for each of them it is done ten times, elsewhere fifty; with `BLOG_TEST_TOKENS=all` fifty
//! times everywhere.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Barrier;

use crate::client::Client;
use crate::server::{Home, PASSWORD, Server};

const CLIENTS: usize = 100;
const ROUNDS: usize = 50;
const FLAGS: [&str; 2] = ["--rate-factor=1000000", "--max-connections-per-address=500"];

/// How often where each client costs a hash.
fn costly_rounds() -> usize {
    let all = std::env::var("BLOG_TEST_TOKENS").is_ok_and(|size| size == "all");
    if all { ROUNDS } else { 10 }
}

/// Sends a form from all clients at once; how many had success, which is a redirect.
async fn all_at_once(
    server: &Server,
    path: &'static str,
    form: impl Fn(usize) -> Vec<(&'static str, String)>,
) -> usize {
    let barrier = Arc::new(Barrier::new(CLIENTS));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let (mut client, barrier, form) = (server.client(), barrier.clone(), form(number));
            tokio::spawn(async move {
                let form: Vec<_> = form
                    .iter()
                    .map(|(name, value)| (*name, value.as_str()))
                    .collect();
                barrier.wait().await;
                client.post(path, &form).await
            })
        })
        .collect();
    let mut successes = 0;
    for client in clients {
        let answer = client.await.unwrap();
        match answer.status {
            303 => successes += 1,
            // It is used by now; it was while the form was looked at; there was no turn to hash a password.
            404 | 409 | 422 | 429 | 503 => {}
            other => panic!("{path}: {other}: {}", answer.body),
        }
    }
    successes
}

/// Mails that were not looked at before.
#[derive(Default)]
struct LetterBox(BTreeSet<String>);

impl LetterBox {
    /// The token of the link to a page in the next mail that has one.
    async fn token(&mut self, home: &Path, page: &str) -> String {
        let link = format!("{page}?token=");
        for _ in 0..600 {
            let mut new = Vec::new();
            for entry in std::fs::read_dir(home.join("data/mail"))
                .into_iter()
                .flatten()
            {
                let name = entry.unwrap().file_name().into_string().unwrap();
                if name.ends_with(".eml") && !self.0.contains(&name) {
                    new.push(name);
                }
            }
            new.sort();
            for name in new {
                let mail = std::fs::read_to_string(home.join("data/mail").join(&name)).unwrap();
                self.0.insert(name);
                // Quoted-printable (RFC 2045, section 6.7).
                let mail = mail
                    .replace("=\r\n", "")
                    .replace("=\n", "")
                    .replace("=3D", "=");
                if let Some((_, token)) = mail.split_once(&link) {
                    return token.split_whitespace().next().unwrap().to_owned();
                }
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("no mail with {link}");
    }
}

async fn logged_in(server: &Server) -> Client {
    let mut ada = server.client();
    let answer = ada.log_in("ada", PASSWORD).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    ada
}

fn only(token: &str) -> impl Fn(usize) -> Vec<(&'static str, String)> {
    let token = token.to_owned();
    move |_| vec![("token", token.clone())]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_changes_an_address_is_good_once() {
    let home = Home::new();
    let server = home.serve_with(&FLAGS).await;
    home.add_user("ada", "author").await;
    let mut letters = LetterBox::default();
    for round in 0..ROUNDS {
        let mut ada = logged_in(&server).await;
        let new = format!("ada{round}@example.org");
        let form = [("email", new.as_str()), ("password", PASSWORD)];
        let answer = ada.post("/account/email", &form).await;
        assert!(matches!(answer.status, 200 | 303), "{}", answer.body);
        let token = letters.token(home.path(), "/account/verify").await;
        let changed = all_at_once(&server, "/account/verify", only(&token)).await;
        assert_eq!(changed, 1, "round {round}: the change to {new}");
    }
    println!("changes of an address: {ROUNDS} times by {CLIENTS} clients at once");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_verifies_a_new_account_is_good_once() {
    let home = Home::new().variable("BLOG_REQUIRE_VERIFIED_EMAIL", "true");
    home.add_user("root", "admin").await;
    let server = home.serve_with(&FLAGS).await;
    let mut letters = LetterBox::default();
    for round in 0..ROUNDS {
        let name = format!("new{round}");
        let email = format!("{name}@example.org");
        let form = [
            ("username", name.as_str()),
            ("email", &email),
            ("password", PASSWORD),
        ];
        let answer = server.client().post("/account/register", &form).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        let token = letters.token(home.path(), "/account/verify").await;
        let verified = all_at_once(&server, "/account/verify", only(&token)).await;
        assert_eq!(verified, 1, "round {round}");
    }
    println!("verifications: {ROUNDS} times by {CLIENTS} clients at once");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_resets_a_password_is_good_once() {
    let home = Home::new();
    home.add_user("ada", "author").await;
    let server = home.serve_with(&FLAGS).await;
    let rounds = costly_rounds();
    for round in 0..rounds {
        let output = home.run(&["user", "reset-link", "ada"], "").await;
        let told = String::from_utf8(output.stdout).unwrap();
        let token = told.trim_end().split("token=").nth(1).unwrap().to_owned();
        let form = |number: usize| {
            vec![
                ("token", token.clone()),
                ("password", format!("round {round} of client {number}")),
            ]
        };
        let reset = all_at_once(&server, "/account/reset", form).await;
        assert_eq!(reset, 1, "round {round}");
    }
    println!("resets: {rounds} times by {CLIENTS} clients at once");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_good_once() {
    let home = Home::new().variable("BLOG_REGISTRATION", "invite");
    home.add_user("root", "admin").await;
    let server = home.serve_with(&FLAGS).await;
    let mut root = server.client();
    assert_eq!(root.log_in("root", PASSWORD).await.status, 303);
    let rounds = costly_rounds();
    for round in 0..rounds {
        let made = root
            .post("/admin/invitations", &[("role", "author"), ("days", "7")])
            .await;
        assert_eq!(made.status, 200, "{}", made.body);
        let token = made.body.split("invitation=").nth(1).unwrap();
        let token = token.split('"').next().unwrap().to_owned();
        let form = |number: usize| {
            vec![
                ("invitation", token.clone()),
                ("username", format!("r{round}c{number}")),
                ("email", format!("r{round}c{number}@example.org")),
                ("password", PASSWORD.to_owned()),
            ]
        };
        let registered = all_at_once(&server, "/account/register", form).await;
        assert_eq!(registered, 1, "round {round}");
        let people = root.get(&format!("/admin/users?q=r{round}c")).await.body;
        let made: BTreeSet<_> = people
            .split(&format!("/admin/users/r{round}c"))
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
            .collect();
        assert_eq!(made.len(), 1, "round {round}: {made:?}");
    }
    println!("invitations: {rounds} times by {CLIENTS} clients at once");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owners_link_is_good_once() {
    let rounds = costly_rounds();
    for round in 0..rounds {
        let home = Home::new();
        let mut server = home.serve_with(&FLAGS).await;
        let line = server.next_line().await.expect("the owner's link");
        let token = line.split("token=").nth(1).unwrap();
        let token = token.split_whitespace().next().unwrap().to_owned();
        let form = |number: usize| {
            vec![
                ("token", token.clone()),
                ("username", format!("owner{number}")),
                ("email", format!("owner{number}@example.org")),
                ("password", PASSWORD.to_owned()),
            ]
        };
        let owners = all_at_once(&server, "/account/owner", form).await;
        assert_eq!(owners, 1, "round {round}");
        server.kill().await;
    }
    println!("owners' links: {rounds} times by {CLIENTS} clients at once");
}
