//! Secrets of every kind are planted, everything is done with them that is done with secrets, at the level of logs that tells
//! most; and then nothing that anybody reads has one of them.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use blog_web::routes::TABLE;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlSslMode};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

use crate::bucket::{Bucket, unique, variable};
use crate::client::Client;
use crate::server::Home;

const PASSWORD: &str = "planted-password-of-ada";
const WRONG: &str = "planted-password-that-is-wrong";
const NEXT: &str = "planted-password-of-tomorrow";
const OF_DATABASE: &str = "planted-password-of-the-database";
const OF_MAIL: &str = "planted-password-of-the-mail-server";
const OF_AWS: &str = "planted/secret+key/of/aws";

/// As each of them may stand somewhere: as it is, as a form or an address carries it, as SMTP does.
fn forms_of(secret: &str) -> Vec<String> {
    let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let mut forms = vec![secret.to_owned(), encoded, BASE64_STANDARD.encode(secret)];
    forms.push(BASE64_STANDARD.encode(format!("\0blog\0{secret}")));
    forms.dedup();
    forms
}

/// What somebody reads, and what it is.
#[derive(Default)]
struct Told(Vec<(String, String)>);

impl Told {
    fn note(&mut self, what: impl Into<String>, text: impl Into<String>) {
        self.0.push((what.into(), text.into()));
    }

    fn command(&mut self, args: &[&str], output: &std::process::Output) {
        let text = [output.stdout.as_slice(), &output.stderr].concat();
        self.note(args.join(" "), String::from_utf8_lossy(&text));
    }

    /// Where one of the secrets stands.
    fn leaks(&self, secrets: &[String]) -> Vec<String> {
        let mut leaks = Vec::new();
        for secret in secrets {
            for form in forms_of(secret) {
                for (what, text) in &self.0 {
                    if let Some(at) = text.find(&form) {
                        let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
                        let line = text[line..].lines().next().unwrap_or_default();
                        leaks.push(format!("{form} is in {what}: {line}"));
                    }
                }
            }
        }
        leaks
    }
}

/// A mail server that asks for a name and a password, and takes neither; its port.
async fn strict_mail_server() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut stream = BufReader::new(stream);
                stream.write_all(b"220 strict.example\r\n").await?;
                let mut line = String::new();
                while stream.read_line(&mut line).await? > 0 {
                    let word = line.trim_end().to_ascii_uppercase();
                    let answer = match word.split(' ').next().unwrap_or_default() {
                        "EHLO" => "250-strict.example\r\n250 AUTH PLAIN LOGIN\r\n".to_owned(),
                        "AUTH" => "535 5.7.8 not you\r\n".to_owned(),
                        "QUIT" => "221 bye\r\n".to_owned(),
                        _ => "530 5.7.0 who are you\r\n".to_owned(),
                    };
                    stream.write_all(answer.as_bytes()).await?;
                    line.clear();
                }
                std::io::Result::Ok(())
            });
        }
    });
    port
}

/// A database that a user with a password has, on the server of the tests; where there is none, the file of SQLite.
async fn database() -> Option<String> {
    let port: u16 = variable("BLOG_TEST_MYSQL_PORT")?.parse().unwrap();
    let options = MySqlConnectOptions::new()
        .host("127.0.0.1")
        .port(port)
        .username("root")
        .ssl_mode(MySqlSslMode::Disabled);
    let name = unique().replace('-', "_");
    let user = format!("u{}", &name[name.len() - 12..]);
    let mut raw = MySqlConnection::connect_with(&options).await.unwrap();
    for statement in [
        format!("CREATE DATABASE {name}"),
        format!("CREATE USER {user}@'127.0.0.1' IDENTIFIED BY '{OF_DATABASE}'"),
        format!("GRANT ALL ON {name}.* TO {user}@'127.0.0.1'"),
    ] {
        raw.execute(AssertSqlSafe(statement)).await.unwrap();
    }
    raw.close().await.unwrap();
    Some(format!(
        "mysql://{user}:{OF_DATABASE}@127.0.0.1:{port}/{name}?ssl-mode=DISABLED"
    ))
}

/// Every page that somebody can open without knowing an id.
async fn read_all(told: &mut Told, client: &mut Client, who: &str) {
    for route in TABLE.iter().filter(|route| route.method == "GET") {
        let path = route
            .path
            .replace(":user", "ada")
            .replace(":slug", "one")
            .replace(":tag", "harbour")
            .replace(":part", "1.xml")
            .replace(":year", "2026")
            .replace(":month", "1")
            .replace('*', ":")
            .replace(':', "x");
        let answer = client.get(&path).await;
        let headers = format!("{:?}", answer.headers);
        told.note(
            format!("{path} for {who}"),
            format!("{headers}\n{}", answer.body),
        );
    }
}

fn token_in(text: &str, before: &str) -> String {
    let text = text.replace("&#x2f;", "/");
    let (_, token) = text
        .split_once(before)
        .unwrap_or_else(|| panic!("{before} in {text}"));
    token
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn planted_secrets_are_told_nowhere() {
    let port = strict_mail_server().await;
    let mut home = Home::new()
        .variable(
            "BLOG_MAIL_URL",
            &format!("smtp://blog:{OF_MAIL}@127.0.0.1:{port}?tls=none"),
        )
        .variable("BLOG_REQUIRE_VERIFIED_EMAIL", "false")
        .variable("BLOG_REGISTRATION", "invite")
        .variable("BLOG_RATE_FACTOR", "1000")
        .variable("RUST_BACKTRACE", "full");
    if let Some(url) = database().await {
        home = home.variable("BLOG_DATABASE_URL", &url);
    }
    if let Some(bucket) = Bucket::new().await {
        for (name, value) in &bucket.variables {
            home = home.variable(name, value);
        }
    }
    let home = home.variable("AWS_SECRET_ACCESS_KEY", OF_AWS);
    let mut told = Told::default();
    let mut server = home.serve_with(&["--log", "trace"]).await;
    let owner = server.next_line().await.expect("the owner's link");
    let owner = token_in(&owner, "token=");
    let mut ada = server.client();
    let form = [
        ("token", owner.as_str()),
        ("username", "ada"),
        ("email", "ada@example.org"),
        ("password", PASSWORD),
    ];
    // First with a field that the form does not have, which is answered with a page.
    let refused = ada
        .post(
            "/account/owner",
            &[&form[..], &[("role", "admin")]].concat(),
        )
        .await;
    told.note("a refused form", refused.body);
    let refused = ada
        .post(
            "/account/owner",
            &[&form[..1], &[("username", "a b")], &form[2..]].concat(),
        )
        .await;
    assert_eq!(refused.status, 422);
    // The page that asks again has the link's token, as the page before it had, and not the password.
    assert!(!refused.body.contains(PASSWORD));
    assert_eq!(ada.post("/account/owner", &form).await.status, 303);
    let logged_in = ada.log_in("ada", PASSWORD).await;
    assert_eq!(logged_in.status, 303, "{}", logged_in.body);
    let cookie = ada.cookie_values().next().expect("a session").to_owned();
    let refused = server.client().log_in("ada", WRONG).await;
    assert_eq!(refused.status, 422);
    told.note("a refused log-in", refused.body);
    let post = [
        ("title", "One"),
        ("body", "Text"),
        ("tags", "harbour"),
        ("status", "published"),
    ];
    assert_eq!(ada.post("/write", &post).await.status, 303);
    let uploaded = ada
        .upload("/media/uploads", "lamp.png", &crate::sync::png())
        .await;
    assert_eq!(uploaded.status, 303, "{}", uploaded.body);
    let link = ada.post("/posts/one/links", &[("days", "7")]).await.body;
    let preview = token_in(&link, "/preview/");
    let invited = ada
        .post("/admin/invitations", &[("role", "author"), ("days", "7")])
        .await
        .body;
    let invitation = token_in(&invited, "invitation=");
    let output = home.run(&["user", "reset-link", "ada"], "").await;
    let reset = token_in(&String::from_utf8_lossy(&output.stdout), "token=");
    // A letter that cannot be sent, again and again.
    server
        .client()
        .post("/account/forgot", &[("login", "ada")])
        .await;
    server.logged("535").await;
    let mut stranger = server.client();
    for path in [
        format!("/preview/{preview}"),
        format!("/account/register?invitation={invitation}"),
        format!("/account/reset?token={reset}"),
        format!("/account/verify?token={reset}"),
        format!("/account/owner?token={owner}"),
        format!("/search?q={reset}&after={cookie}"),
    ] {
        stranger.get(&path).await;
    }
    read_all(&mut told, &mut stranger, "strangers").await;
    read_all(&mut told, &mut ada, "the admin").await;
    let form = [("token", reset.as_str()), ("password", NEXT)];
    assert_eq!(stranger.post("/account/reset", &form).await.status, 303);
    let taken = server.address.to_string();
    for args in [
        &["config"][..],
        &["check", "--deploy"],
        &["check", "--deploy", "--json"],
        &["doctor"],
        &["doctor", "--json"],
        &["migrate"],
        &["audit", "verify"],
        &["audit", "export"],
        &["user", "add", "--username", "a b", "--email", "x"],
        &["serve", "--listen", &taken],
        &["serve", "--base-url", "nonsense"],
        &["serve", "--log", "trace", "--listen", "192.0.2.1:1"],
        &["--help"],
    ] {
        let output = home.run(args, &format!("{PASSWORD}\n")).await;
        told.command(args, &output);
    }
    let last = server.client().get("/livez").await;
    server.logged(last.request_id()).await;
    let log = server.log();
    assert!(
        log.contains("TRACE") && log.lines().count() > 1000,
        "the log tells what it can"
    );
    assert!(!log.contains("panicked"));
    told.note("the log", log);
    let mut secrets: Vec<String> = [PASSWORD, WRONG, NEXT, OF_DATABASE, OF_MAIL, OF_AWS]
        .map(str::to_owned)
        .into();
    secrets.extend([
        owner,
        cookie,
        preview,
        invitation,
        reset,
        "argon2id".to_owned(),
    ]);
    let leaks = told.leaks(&secrets);
    println!("{} secrets sought in {} texts", secrets.len(), told.0.len());
    assert!(leaks.is_empty(), "{leaks:#?}");
    server.stop().await;
}

#[tokio::test]
async fn a_start_that_fails_tells_no_secret() {
    let urls = [
        (
            "BLOG_DATABASE_URL",
            format!("mysql://blog:{OF_DATABASE}@127.0.0.1:1/blog"),
        ),
        (
            "BLOG_DATABASE_URL",
            format!("mysql://blog:{OF_DATABASE}@nowhere.invalid/blog"),
        ),
        (
            "BLOG_DATABASE_URL",
            format!("mysql://blog:{OF_DATABASE}@127.0.0.1:x/blog"),
        ),
        (
            "BLOG_DATABASE_URL",
            format!("mysql://blog:{OF_DATABASE}@127.0.0.1/blog?nonsense=1"),
        ),
        (
            "BLOG_DATABASE_URL",
            format!("postgres://blog:{OF_DATABASE}@127.0.0.1/blog"),
        ),
        ("BLOG_DATABASE_URL", format!("blog:{OF_DATABASE}@127.0.0.1")),
        (
            "BLOG_MAIL_URL",
            format!("smtp://blog:{OF_MAIL}@127.0.0.1:x"),
        ),
        ("BLOG_MAIL_URL", format!("smtps://blog:{OF_MAIL}@?tls=odd")),
        ("BLOG_MAIL_URL", format!("imap://blog:{OF_MAIL}@127.0.0.1")),
        ("BLOG_MAIL_URL", format!("blog:{OF_MAIL}@127.0.0.1")),
        (
            "BLOG_AWS_ENDPOINT_URL",
            format!("http://blog:{OF_AWS}@127.0.0.1:x"),
        ),
        (
            "BLOG_MEDIA_URL",
            format!("http://blog:{OF_AWS}@127.0.0.1/bucket"),
        ),
        ("BLOG_INDEX_URL", format!("dynamodb://blog:{OF_AWS}@table")),
        (
            "BLOG_BASE_URL",
            format!("https://blog:{OF_AWS}@blog.example.org/"),
        ),
    ];
    let mut told = Told::default();
    for (name, url) in &urls {
        let home = Home::new()
            .variable(name, url)
            .variable("AWS_SECRET_ACCESS_KEY", OF_AWS)
            .variable("RUST_BACKTRACE", "full");
        for args in [
            &["serve", "--listen", "127.0.0.1:0", "--log", "trace"][..],
            &["migrate"],
            &["check", "--deploy"],
            &["doctor"],
        ] {
            // What can be started after all runs until it is ended.
            let mut command = home.command(args);
            command.stdin(std::process::Stdio::null());
            let output =
                tokio::time::timeout(std::time::Duration::from_secs(8), command.output()).await;
            let Ok(output) = output else {
                continue;
            };
            let output = output.unwrap();
            assert!(
                !String::from_utf8_lossy(&output.stderr).contains("panicked"),
                "{output:?}"
            );
            told.command(&[&[*name, url.as_str()], args].concat(), &output);
        }
    }
    assert!(told.0.len() > urls.len() * 2, "{}", told.0.len());
    let secrets = [OF_DATABASE, OF_MAIL, OF_AWS].map(str::to_owned);
    let leaks = told.leaks(&secrets);
    println!("{} outputs", told.0.len());
    assert!(leaks.is_empty(), "{leaks:#?}");
}
