//! The languages of the pages: who chooses them, and what every refusal says in each.

use std::collections::BTreeSet;

use blog_core::model::user::Role;
use blog_web::view::{Lang, Phrase};

use crate::app::{PASSWORD, Person, TestApp, memory, png, post_form};
use crate::site::settings_form;
use blog_core::Settings;

/// The person with a cookie of this language besides their session.
fn reading(lang: Lang, who: &Person) -> Person {
    let session = who.cookie.iter().map(String::as_str);
    let cookies: Vec<String> = session
        .map(str::to_owned)
        .chain([format!("lang={lang}")])
        .collect();
    Person {
        cookie: Some(cookies.join("; ")),
        actor: who.actor,
    }
}

fn unescaped(html: &str) -> String {
    html.replace("&#x2f;", "/")
        .replace("&#x27;", "'")
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

/// What stands beside a field of a page.
fn beside(page: &str, field: &str) -> String {
    let errors = page.split("<p class=\"error\" id=\"").skip(1);
    let mut errors = errors.map(|rest| rest.split_once("\">").unwrap());
    let of_field = format!("-{field}-error");
    let (_, rest) = errors
        .find(|(id, _)| id.ends_with(&of_field))
        .unwrap_or_else(|| panic!("nothing beside {field}: {page}"));
    let text = rest.split("</p>").next().unwrap();
    unescaped(text.split("</span>").nth(1).unwrap())
}

/// A refusal: the reason's name, where a form is sent, the field that cannot be accepted and its value, the sentence.
type Case = (&'static str, &'static str, &'static str, String, Phrase);

fn cases() -> Vec<Case> {
    let case =
        |reason, path, field, value: &str, phrase| (reason, path, field, value.to_owned(), phrase);
    let count = |id, count: u64| id_with(id, "count", count);
    vec![
        case(
            "NotATarget",
            "/admin/settings",
            "menu_target_1",
            "javascript:alert(1)",
            Phrase::new("refusals-not-a-target"),
        ),
        case(
            "NotInRange",
            "/admin/settings",
            "page_size",
            "101",
            Phrase::new("refusals-not-in-range")
                .with("min", 1_u64)
                .with("max", 100_u64),
        ),
        case(
            "Empty",
            "/write",
            "title",
            "",
            Phrase::new("refusals-empty"),
        ),
        case(
            "TooShort",
            "/account/register",
            "password",
            "short",
            count("refusals-too-short", 12),
        ),
        case(
            "TooLong",
            "/write",
            "title",
            &"x".repeat(301),
            count("refusals-too-long", 300),
        ),
        case(
            "TooManyBytes",
            "/posts/one/comments",
            "body",
            &"x".repeat(16 * 1024 + 1),
            id_with("refusals-too-many-bytes", "kilobytes", 16),
        ),
        case(
            "TooMany",
            "/write",
            "tags",
            "a,b,c,d,e,f,g,h,i,j,k",
            count("refusals-too-many", 10),
        ),
        case(
            "Characters",
            "/account/register",
            "username",
            "a b!",
            Phrase::new("refusals-letters-username"),
        ),
        case(
            "Characters",
            "/write",
            "slug",
            "Not a slug",
            Phrase::new("refusals-letters-slug"),
        ),
        case(
            "ControlCharacters",
            "/write",
            "title",
            "a\u{202e}b",
            Phrase::new("refusals-control-characters"),
        ),
        case(
            "NotAnAddress",
            "/account/register",
            "email",
            "ada",
            Phrase::new("refusals-not-an-address"),
        ),
        case(
            "Taken",
            "/account/register",
            "username",
            "ada",
            Phrase::new("refusals-taken"),
        ),
        case(
            "Reserved",
            "/write",
            "slug",
            "admin",
            Phrase::new("refusals-reserved"),
        ),
        case(
            "CommonPassword",
            "/account/register",
            "password",
            "password1234",
            Phrase::new("refusals-common-password"),
        ),
        case(
            "WrongPassword",
            "/account/password",
            "current",
            "not the one I have",
            Phrase::new("refusals-wrong-password"),
        ),
        case(
            "SimilarPassword",
            "/account/register",
            "password",
            "my newcomer 77x",
            Phrase::new("refusals-similar-password"),
        ),
        case(
            "NotAChoice",
            "/write",
            "status",
            "deleted",
            Phrase::new("refusals-not-a-choice"),
        ),
        case(
            "NotATime",
            "/write",
            "publish_at",
            "tomorrow",
            Phrase::new("refusals-not-a-time"),
        ),
        case(
            "TooManyLinks",
            "/posts/one/comments",
            "body",
            &"<https://example.org/> ".repeat(6),
            count("moderation-too-many-links", 5),
        ),
        case(
            "TooDeep",
            "/write",
            "body",
            &format!("{} x", ">".repeat(200)),
            count("refusals-too-deep", 100),
        ),
        case(
            "GrowsTooLarge",
            "/write",
            "body",
            &format!("{}\n\n[^a]: Note", "[^a]".repeat(100_000)),
            Phrase::new("refusals-grows-too-large").with("megabytes", 4_u64),
        ),
        case(
            "NotYourMedia",
            "/write",
            "cover",
            "7",
            Phrase::new("refusals-not-your-media"),
        ),
        case(
            "NoLetter",
            "/write",
            "tags",
            "one, !!",
            Phrase::new("refusals-no-letter"),
        ),
        case(
            "InFuture",
            "/write",
            "publish_at",
            "2099-01-01T10:00",
            Phrase::new("refusals-in-future"),
        ),
        case(
            "NotInFuture",
            "/write",
            "publish_at",
            "2001-01-01T10:00",
            Phrase::new("refusals-not-in-future"),
        ),
    ]
}

fn id_with(id: &'static str, name: &'static str, count: u64) -> Phrase {
    Phrase::new(id).with(name, count)
}

/// A form that would be accepted but for one field.
fn form<'a>(path: &str, reason: &str, field: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut form = match path {
        "/account/register" => vec![
            ("username", "newcomer"),
            ("email", "newcomer@example.org"),
            ("password", "seven quiet harbour lamps"),
        ],
        "/account/password" => vec![("password", "seven quiet harbour lamps")],
        "/posts/one/comments" => vec![("body", "Fine")],
        "/admin/settings" => {
            settings_form("0", &[("menu_label_1", "Fine"), ("menu_target_1", "/")])
        }
        _ => vec![
            ("title", "Fine"),
            ("body", "Text"),
            (
                "status",
                match reason {
                    "InFuture" => "published",
                    "NotInFuture" => "scheduled",
                    _ => "draft",
                },
            ),
        ],
    };
    form.retain(|(name, _)| *name != field);
    form.push((field, value));
    form
}

#[tokio::test]
async fn every_reason_is_said_beside_its_field_in_both_languages() {
    let app = TestApp::new();
    let author = app.person("ada", Role::Author).await;
    let admin = app.person("ruth", Role::Admin).await;
    app.post("/write", &author, &post_form("One", "Text", "published"))
        .await;
    let mut seen = BTreeSet::new();
    for (reason, path, field, value, phrase) in cases() {
        seen.insert(reason);
        assert_ne!(
            phrase.to_text(Lang::En),
            phrase.to_text(Lang::Tr),
            "{reason}"
        );
        for lang in Lang::ALL {
            let stranger = Person::default();
            let who = match path {
                // Five sign-ups an hour.
                "/account/register" => {
                    app.advance(900);
                    &stranger
                }
                "/admin/settings" => &admin,
                _ => &author,
            };
            let sent = form(path, reason, field, &value);
            let answer = app.post(path, &reading(lang, who), &sent).await;
            assert_eq!(answer.status, 422, "{reason}: {}", answer.text());
            let page = answer.text();
            assert!(page.contains(&format!("<html lang=\"{lang}\">")));
            assert_eq!(beside(&page, field), phrase.to_text(lang), "{reason}");
        }
    }
    // What is shown beside a code depends on a key that was begun.
    let password = [("password", PASSWORD)];
    app.post("/account/second-factor/begin", &author, &password)
        .await;
    for lang in Lang::ALL {
        let form = [("code", "no code")];
        let answer = app
            .post(
                "/account/second-factor/confirm",
                &reading(lang, &author),
                &form,
            )
            .await;
        let phrase = Phrase::new("second-wrong-code");
        assert_eq!(beside(&answer.text(), "code"), phrase.to_text(lang));
    }
    seen.insert("WrongCode");
    // Signature and header of a PNG of 20 000 by 20 000 pixels.
    let mut huge = png();
    huge[16..24].copy_from_slice(&[0, 0, 0x4e, 0x20, 0, 0, 0x4e, 0x20]);
    let damaged = &png()[..60];
    for (reason, bytes, phrase) in [
        (
            "TooManyPixels",
            huge.as_slice(),
            Phrase::new("refusals-too-many-pixels"),
        ),
        (
            "DamagedPicture",
            damaged,
            Phrase::new("refusals-damaged-picture"),
        ),
    ] {
        seen.insert(reason);
        for lang in Lang::ALL {
            let parts = [
                ("alt", None, b"A lamp".as_slice()),
                ("file", Some("a.png"), bytes),
            ];
            let who = reading(lang, &author);
            let answer = app.post_parts("/media/uploads", &who, &parts).await;
            assert_eq!(answer.status, 422, "{reason}");
            assert_eq!(
                beside(&answer.text(), "file"),
                phrase.to_text(lang),
                "{reason}"
            );
        }
    }
    let source = include_str!("../../../blog-core/src/error.rs");
    let reasons = source.split("pub enum Reason {\n").nth(1).unwrap();
    let reasons = reasons.split("\n}\n").next().unwrap();
    for line in reasons.lines().filter_map(|line| line.strip_prefix("    ")) {
        if line.starts_with(|c: char| c.is_ascii_uppercase()) {
            let name = line.split(|c: char| !c.is_alphanumeric()).next().unwrap();
            assert!(
                seen.contains(name),
                "no form here is refused by Reason::{name}"
            );
        }
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_form_as_a_whole_is_said_in_both_languages() {
    let app = TestApp::new();
    let stranger = Person::default();
    app.person("ada", Role::Author).await;
    for lang in Lang::ALL {
        let form = [("login", "ada"), ("password", "a wrong password")];
        let who = reading(lang, &stranger);
        let page = unescaped(&app.post("/account/login", &who, &form).await.text());
        let sentence = Phrase::new("refusals-credentials").to_text(lang);
        assert!(page.contains(&sentence), "{page}");
        let form = post_form("One", "Text", "draft");
        let page = unescaped(&app.post("/write", &who, &form).await.text());
        let sentence = Phrase::new("refusals-log-in").to_text(lang);
        assert!(page.contains(&sentence), "{page}");
    }
}

fn lang_of(page: &str) -> &str {
    let lang = page.split("<html lang=\"").nth(1).unwrap();
    lang.split('"').next().unwrap()
}

#[tokio::test]
async fn a_reader_chooses_once_and_every_page_follows() {
    let app = TestApp::new();
    let author = app.person("ada", Role::Author).await;
    app.post("/write", &author, &post_form("One", "Text", "published"))
        .await;
    let nobody = Person::default();
    let english = app.get("/", &nobody).await;
    assert_eq!(lang_of(&english.text()), "en");

    let choice = [("lang", "tr"), ("back", "/search?q=%C4%B1&after=")];
    let answer = app.post("/language", &nobody, &choice).await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.location(), "/search?q=%C4%B1&after=");
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    assert_eq!(
        cookie,
        "lang=tr; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax"
    );

    let reader = reading(Lang::Tr, &nobody);
    for path in ["/", "/posts/one", "/account/login", "/search", "/nowhere"] {
        let answer = app.get(path, &reader).await;
        assert_eq!(lang_of(&answer.text()), "tr", "{path}");
        assert!(!answer.headers.contains_key("set-cookie"), "{path}");
    }
    let page = app.get("/", &reader).await.text();
    assert!(
        page.contains("Ana sayfa") && page.contains("31 Ocak 2026"),
        "{page}"
    );
    // Who is logged in chooses alike, and goes on being logged in.
    let page = app.get("/drafts", &reading(Lang::Tr, &author)).await.text();
    assert!(page.contains("Yazılarınız"), "{page}");
}

#[tokio::test]
async fn the_choice_leads_back_to_the_page_and_nowhere_else() {
    let app = TestApp::new();
    let nobody = Person::default();
    let page = unescaped(&app.get("/search?q=a+%26+b", &nobody).await.text());
    assert!(
        page.contains("name=\"back\" value=\"/search?q=a+%26+b\""),
        "{page}"
    );
    // The page of what is not there says nothing of the address, so that all of them are the same.
    let page = unescaped(&app.get("/nowhere/at/all", &nobody).await.text());
    assert!(page.contains("name=\"back\" value=\"/\""), "{page}");
    // A refused form is no page to come back to, its own address is.
    let form = [("login", "a"), ("password", "b")];
    let page = unescaped(&app.post("/account/login", &nobody, &form).await.text());
    assert!(
        page.contains("name=\"back\" value=\"/account/login\""),
        "{page}"
    );
    for back in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "evil",
        "",
    ] {
        let answer = app
            .post("/language", &nobody, &[("lang", "tr"), ("back", back)])
            .await;
        assert_eq!(answer.location(), "/", "{back}");
    }
    for form in [
        vec![("lang", "xx"), ("back", "/")],
        vec![("back", "/")],
        vec![("lang", "tr"), ("role", "admin")],
    ] {
        let answer = app.post("/language", &nobody, &form).await;
        assert_eq!(answer.status, 422, "{form:?}");
        assert!(!answer.headers.contains_key("set-cookie"));
    }
    let foreign = app
        .request("POST", "/language", &reading(Lang::En, &nobody))
        .header("sec-fetch-site", "cross-site")
        .content_type("application/x-www-form-urlencoded")
        .body("lang=tr&back=/");
    assert_eq!(app.send(foreign).await.status, 403);
}

#[tokio::test]
async fn a_choice_goes_before_the_setting_and_the_setting_before_the_browser() {
    let nobody = Person::default();
    for (setting, chosen, browser, expected) in [
        ("", None, None, "en"),
        ("", None, Some("tr-TR,tr;q=0.9,en;q=0.8"), "tr"),
        ("", None, Some("de"), "en"),
        ("", Some(Lang::En), Some("tr"), "en"),
    ] {
        let app = TestApp::on(memory(), Settings::default());
        let who = chosen.map_or_else(Person::default, |lang| reading(lang, &nobody));
        for path in ["/", "/nowhere"] {
            let mut request = app.request("GET", path, &who);
            if let Some(browser) = browser {
                request = request.header("accept-language", browser);
            }
            let answer = app.send(request.finish()).await;
            let case = format!("{setting:?} {chosen:?} {browser:?} {path}");
            assert_eq!(lang_of(&answer.text()), expected, "{case}");
            // A cache keeps apart what depends on the reader.
            let vary = answer.headers["vary"].to_str().unwrap();
            let open = if setting.is_empty() {
                "Accept-Language, Cookie"
            } else {
                "Cookie"
            };
            assert_eq!(vary, open, "{case}");
        }
    }
}

#[tokio::test]
async fn a_page_in_another_language_is_another_page_to_caches() {
    let app = TestApp::new();
    let nobody = Person::default();
    let english = app.get("/", &nobody).await;
    let again = |who: Person| {
        let etag = english.headers["etag"].clone();
        app.request("GET", "/", &who)
            .header("if-none-match", etag)
            .finish()
    };
    assert_eq!(app.send(again(nobody.clone())).await.status, 304);
    let turkish = app.send(again(reading(Lang::Tr, &nobody))).await;
    assert_eq!(turkish.status, 200);
    assert_ne!(turkish.headers["etag"], english.headers["etag"]);
    assert_eq!(turkish.headers["cache-control"], "no-cache");
}

#[tokio::test]
async fn errors_are_in_the_readers_language_for_people_and_in_english_for_programs() {
    let app = TestApp::new();
    let reader = reading(Lang::Tr, &Person::default());
    let answer = app.get("/nowhere", &reader).await;
    assert_eq!(answer.status, 404);
    assert!(
        answer.text().contains("Burada bir şey yok"),
        "{}",
        answer.text()
    );
    let request = app
        .request("POST", "/account/login", &reader)
        .content_type("text/plain")
        .body("x");
    let answer = app.send(request).await;
    assert_eq!(answer.status, 415);
    let sentence = Phrase::new("errors-content-type").to_text(Lang::Tr);
    assert!(answer.text().contains(&sentence), "{}", answer.text());
    let program = poem::Request::builder()
        .uri("/nowhere".parse().unwrap())
        .header("host", "localhost:3000")
        .header("cookie", "lang=tr")
        .finish();
    let answer = app.send(program).await;
    assert!(
        answer
            .text()
            .starts_with("There is no page at this address"),
        "{}",
        answer.text()
    );
}
