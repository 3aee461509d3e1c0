//! A running blog with a little of everything, and all that can be asked of it: each route of the table, each form of its
//! pages.

use std::collections::{BTreeMap, BTreeSet};

use blog_web::routes::TABLE;

use super::form::{Form, forms_of};
use super::sqlmap::Request;
use crate::client::Client;
use crate::server::{Home, PASSWORD, Server};
use crate::sync::png;

pub(super) struct Target {
    server: Server,
    /// What a parameter of a path may be.
    known: BTreeMap<&'static str, Vec<String>>,
    _home: Home,
}

/// Somebody who is logged in.
pub(super) struct Session {
    client: Client,
    pub(super) secret: String,
}

impl Target {
    pub(super) async fn start() -> Self {
        let home = Home::new();
        home.add_user("root", "admin").await;
        home.add_user("vera", "author").await;
        let flags = [
            "--rate-factor=1000000",
            "--max-connections-per-address=1000",
        ];
        let server = home.serve_with(&flags).await;
        let mut target = Self {
            server,
            known: BTreeMap::new(),
            _home: home,
        };
        target.fill().await;
        target
    }

    async fn fill(&mut self) {
        let mut root = self.log_in("root").await.client;
        let mut vera = self.log_in("vera").await.client;
        let mut comments = Vec::new();
        for (client, title) in [(&mut root, "One"), (&mut vera, "Two")] {
            let form = [
                ("title", title),
                ("body", "The ferry leaves at nine."),
                ("tags", "harbour"),
                ("status", "published"),
            ];
            assert_eq!(client.post("/write", &form).await.status, 303);
            let said = client.post("/posts/one/comments", &[("body", "I was there.")]);
            let place = said.await.location().to_owned();
            comments.push(place.split("#comment-").nth(1).unwrap().to_owned());
            let sent = client.upload("/media/uploads", "lamp.png", &png()).await;
            assert_eq!(sent.status, 303, "{}", sent.body);
        }
        let library = root.get("/library").await.body;
        let file = library.split("id=\"media-").nth(1).unwrap();
        let file = file.split('"').next().unwrap().to_owned();
        let page = [
            ("title", "About"),
            ("body", "A lamp"),
            ("status", "published"),
            ("version", "0"),
        ];
        let made = root.post("/admin/pages/new", &page).await;
        assert_eq!(made.status, 303, "{}", made.body);
        for path in ["/admin/invitations", "/posts/one/links"] {
            let made = root.post(
                path,
                &[("role", "author"), ("days", "7")][usize::from(path.contains("links"))..],
            );
            assert_eq!(made.await.status, 200, "{path}");
        }
        self.known = BTreeMap::from([
            ("/comments/:id", comments),
            ("/library/:id", vec![file.clone()]),
            ("/media/private/:id", vec![file]),
            ("/pages/:slug", vec!["about".to_owned()]),
            ("/admin/pages/:slug", vec!["about".to_owned()]),
        ]);
    }

    pub(super) fn origin(&self) -> String {
        format!("http://{}/", self.server.address)
    }

    pub(super) async fn log_in(&self, name: &str) -> Session {
        let mut client = self.server.client();
        let answer = client.log_in(name, PASSWORD).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        let secret = client.cookie_values().next().unwrap().to_owned();
        Session { client, secret }
    }

    /// Whether somebody still is.
    pub(super) async fn is_logged_in(&self, session: &mut Session) -> bool {
        session.client.get("/account/profile").await.status == 200
    }

    /// The addresses that a path of the table stands for here, each parameter with a mark behind it.
    fn addresses(&self, path: &str, mark: &str) -> Vec<String> {
        let known = self.known.iter().find(|(of, _)| path.starts_with(**of));
        let (given, values) = match known {
            Some((of, values)) => (*of, values.clone()),
            None => ("", vec![String::new()]),
        };
        let parameters = [
            (":user", "vera"),
            (":tag", "harbour"),
            (":year", "2026"),
            (":month", "11"),
            (":part", "1.xml"),
            (":slug", "one"),
            (":version", "1"),
            (":id", "00000000-0000-7000-8000-000000000000"),
            (":token", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            (":name", "nothing.png"),
        ];
        let address = |value: &String| {
            let mut address = match given.rsplit_once(':') {
                Some((before, _)) => {
                    format!(
                        "{before}{value}{mark}{}",
                        path.strip_prefix(given).unwrap_or_default()
                    )
                }
                None => path.to_owned(),
            };
            for (name, word) in parameters {
                address = address.replace(name, &format!("{word}{mark}"));
            }
            assert!(
                !address.contains(':'),
                "{path}: say what its parameter may be"
            );
            address
        };
        values.iter().map(address).collect()
    }

    /// The addresses of all pages.
    fn pages(&self) -> Vec<String> {
        let routes = TABLE.iter().filter(|route| route.method == "GET");
        let routes = routes.filter(|route| !route.path.contains('*'));
        routes
            .flat_map(|route| self.addresses(route.path, ""))
            .collect()
    }

    /// Where a walk through the site may begin.
    pub(super) fn starts(&self) -> Vec<String> {
        let pages = self.pages();
        let origin = self.origin();
        pages
            .iter()
            .map(|path| format!("{origin}{}", &path[1..]))
            .collect()
    }

    /// What a walk through the site must leave alone, or it is logged out.
    pub(super) fn leave(&self) -> Vec<String> {
        let paths = ["account/logout*", "account/sessions/*", "account/delete*"];
        paths
            .iter()
            .map(|path| format!("{}{path}", self.origin()))
            .collect()
    }

    /// Every request that has parameters: the paths and queries of the table, and the forms of all pages, of strangers and
    /// of an admin; those that take something away at last.
    pub(super) async fn requests(&self) -> Vec<Request> {
        let host = self.server.address;
        let mut gets = Vec::new();
        for route in TABLE
            .iter()
            .filter(|route| route.method == "GET" && !route.path.contains('*'))
        {
            for address in self.addresses(route.path, "*") {
                let query: Vec<_> = route
                    .query
                    .iter()
                    .map(|name| format!("{name}=harbour"))
                    .collect();
                match query.as_slice() {
                    [] => gets.push(address),
                    query => gets.push(format!("{address}?{}", query.join("&"))),
                }
            }
        }
        for more in [
            "/admin/users?q=vera&after=x",
            "/admin/audit?after=x",
            "/admin/comments?after=x",
            "/admin/posts?show=all&after=x",
            "/library?after=x",
            "/library/files?owner=x&prefix=x&after=x",
            "/drafts?after=x",
            "/write/tags?q=har",
            "/posts/one/revisions?after=x",
            "/posts/one/revisions/1?against=1",
            "/account/login?next=/drafts",
            "/account/register?invitation=x",
            "/account/verify?token=x*",
            "/account/reset?token=x*",
            "/account/undo?token=x*",
            "/account/owner?token=x*",
            "/api/v1/objects?owner=x&prefix=x&after=x",
        ] {
            gets.push(more.to_owned());
        }
        let gets: BTreeSet<_> = gets
            .into_iter()
            .filter(|path| path.contains(['*', '?']))
            .collect();
        let mut requests = Vec::new();
        for path in gets {
            for logged_in in [false, true] {
                let session = match logged_in {
                    true => Some(self.log_in("root").await.secret),
                    false => None,
                };
                requests.push(Request::get(host, &path).with(session));
            }
        }
        let mut forms = BTreeMap::new();
        for name in [None, Some("root")] {
            let mut client = match name {
                Some(name) => self.log_in(name).await.client,
                None => self.server.client(),
            };
            for page in self.pages() {
                for form in forms_of(&client.get(&page).await.body) {
                    if form.is_post && !form.fields.is_empty() {
                        forms.entry((name, form.key())).or_insert(form);
                    }
                }
            }
        }
        assert!(forms.len() > 30, "{}", forms.len());
        let takes_away = |form: &Form| {
            let words = ["delete", "withdraw", "revoke", "suspend", "end", "forget"];
            words.iter().any(|word| form.action.contains(word))
        };
        let mut forms: Vec<_> = forms.into_iter().collect();
        forms.sort_by_key(|(_, form)| takes_away(form));
        let posts = TABLE.iter().filter(|route| route.method == "POST");
        let met: BTreeSet<_> = forms.iter().filter_map(|(_, form)| form.route()).collect();
        let unmet: Vec<_> = posts
            .map(|route| route.path)
            .filter(|path| !met.contains(path))
            .collect();
        println!(
            "forms: {}, of {} routes; without a form with fields: {unmet:?}",
            forms.len(),
            met.len()
        );
        for ((name, _), form) in forms {
            let session = match name {
                Some(name) => Some(self.log_in(name).await.secret),
                None => None,
            };
            requests.push(Request::post(host, form.marked(), form.encoded()).with(session));
        }
        requests
    }

    /// That it went through all of it without an error of its own, and that no limit stood before it.
    pub(super) async fn held(self, by: &str) {
        let home = self.server.client().get("/").await;
        assert_eq!(home.status, 200, "{}", home.body);
        let log = self.server.log();
        let mut answers: BTreeMap<&str, usize> = BTreeMap::new();
        for line in log.lines().filter(|line| line.contains("answered")) {
            if let Some((_, rest)) = line.split_once("status=") {
                *answers.entry(&rest[..3]).or_default() += 1;
            }
        }
        println!("{by}: answered {answers:?}");
        assert!(answers.values().sum::<usize>() > 1000, "{answers:?}");
        let broken: Vec<_> = log
            .lines()
            .filter(|line| line.contains("status=5"))
            .collect();
        assert!(broken.is_empty(), "{broken:#?}");
        assert!(!answers.contains_key("429"), "{answers:?}");
        self.server.stop().await;
    }
}
