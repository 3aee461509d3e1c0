//! Whose name stands in the addresses that the blog makes: the configured one, whatever a request says.

use http::header;
use poem::Request;

use crate::app::{Answer, Person, TestApp, link_in, post_form};
use blog_core::model::user::Role;

const EVIL: &str = "evil.example";

/// Hosts that are not this site's.
const HOSTS: &[&[&str]] = &[
    &["evil.example"],
    &["evil.example:3000"],
    &["evil.example."],
    &["localhost:3000.evil.example"],
    &["evil.example/localhost:3000"],
    &["evil.example#localhost:3000"],
    &["evil.example?localhost:3000"],
    &["localhost:3000@evil.example"],
    &["localhost:3000,evil.example"],
    &["localhost:3000 evil.example"],
    &["localhost"],
    &["localhost:3001"],
    &["localhost:03000"],
    &["localhost.:3000"],
    &["127.0.0.1"],
    &["[::1]"],
    &["0.0.0.0:3000"],
    &[""],
    &["localhost:3000", "evil.example"],
    &["evil.example", "localhost:3000"],
];
/// What a proxy, a framework or a cache might believe.
const HEADERS: &[(&str, &str)] = &[
    ("x-forwarded-host", EVIL),
    ("x-forwarded-host", "localhost:3000, evil.example"),
    ("x-forwarded-server", EVIL),
    ("x-forwarded-port", "1; evil.example"),
    ("x-forwarded-proto", "https://evil.example/?"),
    ("x-forwarded-scheme", "evil.example"),
    ("x-forwarded-prefix", "//evil.example"),
    ("x-forwarded-path", "//evil.example"),
    ("x-forwarded-uri", "//evil.example/"),
    ("x-forwarded-for", EVIL),
    ("forwarded", "host=evil.example"),
    ("forwarded", "for=1.2.3.4;host=\"evil.example\";proto=https"),
    ("x-host", EVIL),
    ("x-original-host", EVIL),
    ("x-http-host-override", EVIL),
    ("x-real-host", EVIL),
    ("x-original-url", "//evil.example/"),
    ("x-rewrite-url", "//evil.example/"),
    ("x-script-name", "//evil.example"),
    ("x-base-url", "https://evil.example"),
    ("x-wap-profile", "http://evil.example/p"),
    ("base-url", "https://evil.example"),
    ("origin", "https://evil.example"),
    ("referer", "https://evil.example/"),
    ("via", "1.1 evil.example"),
];
/// Pages that make whole addresses, of links, feeds, cards, redirects and errors.
const PAGES: &[&str] = &[
    "/",
    "/posts/one",
    "/@ada",
    "/tags/harbour",
    "/feed.xml",
    "/atom.xml",
    "/feed.json",
    "/@ada/feed.xml",
    "/@ada/atom.xml",
    "/tags/harbour/feed.json",
    "/sitemap.xml",
    "/sitemap-1.xml",
    "/robots.txt",
    "/write",
    "/drafts",
    "/nothing-here",
];

fn said(answer: &Answer) -> String {
    let headers = answer.headers.iter();
    let headers: Vec<_> = headers
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    format!("{}\n\n{}", headers.join("\n"), answer.text())
}

#[tokio::test]
async fn addresses_are_the_configured_sites_whatever_a_request_says() {
    assert!(HOSTS.len() + HEADERS.len() >= 40);
    let app = TestApp::new();
    let author = app.person("ada", Role::Author).await;
    app.post("/write", &author, &post_form("One", "Text", "published"))
        .await;
    let nobody = Person::default();
    for page in PAGES {
        let plain = app.get(page, &nobody).await;
        for (name, value) in HEADERS {
            let request = app.request("GET", page, &nobody).header(*name, *value);
            let answer = app.send(request.finish()).await;
            let case = format!("{page} with {name}: {value}");
            assert_eq!(answer.status, plain.status, "{case}");
            assert!(!said(&answer).contains(EVIL), "{case}: {}", said(&answer));
        }
        for hosts in HOSTS {
            let mut request = Request::builder().uri(page.parse().unwrap());
            for host in *hosts {
                request = request.header(header::HOST, *host);
            }
            let answer = app.send(request.finish()).await;
            let case = format!("{page} at {hosts:?}");
            assert!(
                matches!(answer.status.as_u16(), 400 | 421),
                "{case}: {}",
                answer.status
            );
            assert!(!said(&answer).contains(EVIL), "{case}: {}", said(&answer));
        }
    }
}

#[tokio::test]
async fn links_in_mails_are_the_configured_sites_whatever_a_request_says() {
    let app = TestApp::new();
    let mut mails = 0;
    for (number, (name, value)) in HEADERS.iter().enumerate() {
        // Nobody's limit is reached.
        app.advance(24 * 60 * 60);
        let someone = format!("reader{number}");
        app.person(&someone, Role::Reader).await;
        let newcomer = format!("newcomer{number}");
        let address = format!("{newcomer}@example.org");
        let register = [
            ("username", newcomer.as_str()),
            ("email", address.as_str()),
            ("password", crate::app::PASSWORD),
        ];
        let forgot = [("login", someone.as_str())];
        for (path, form) in [
            ("/account/register", &register[..]),
            ("/account/forgot", &forgot[..]),
        ] {
            let body = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(form)
                .finish();
            let request = app
                .request("POST", path, &Person::default())
                .header(*name, *value)
                .content_type("application/x-www-form-urlencoded")
                .body(body);
            let answer = app.send(request).await;
            assert!(!said(&answer).contains(EVIL), "{path} with {name}");
            for mail in app.mails().await {
                // Panics unless its one link is the site's.
                link_in(&mail);
                assert!(!mail.text.contains(EVIL), "{name}: {}", mail.text);
                mails += 1;
            }
        }
    }
    assert!(mails >= HEADERS.len() * 2, "{mails}");
}
