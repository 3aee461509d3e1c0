//! Beside the form of a post: what was not saved, previews, completion. Nothing of it is anybody else's.

use blog_core::model::user::Role;
use http::header;

use crate::app::{Answer, Person, TestApp, memory, png, post_form};

const ONE: &str = "11111111-1111-4111-8111-111111111111";
const TWO: &str = "22222222-2222-4222-8222-222222222222";

/// A question of the page's script.
async fn ask(
    app: &TestApp,
    method: &str,
    path: &str,
    who: &Person,
    form: &[(&str, &str)],
) -> Answer {
    let body: String = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let mut request = app
        .request(method, path, who)
        .content_type("application/x-www-form-urlencoded")
        .body(body);
    let json = http::HeaderValue::from_static("application/json");
    request.headers_mut().insert(header::ACCEPT, json);
    app.send(request).await
}

fn data(answer: &Answer) -> serde_json::Value {
    assert_eq!(answer.headers["content-type"], "application/json");
    serde_json::from_slice(&answer.body).unwrap()
}

async fn keep(app: &TestApp, who: &Person, id: &str, step: u32, form: &[(&str, &str)]) -> Answer {
    let path = format!("/write/autosave?id={id}&step={step}");
    ask(app, "POST", &path, who, form).await
}

/// The text between two marks, once.
fn between<'a>(page: &'a str, before: &str, behind: &str) -> &'a str {
    let (_, rest) = page
        .split_once(before)
        .unwrap_or_else(|| panic!("no {before} in {page}"));
    rest.split_once(behind).unwrap().0
}

fn post_id(page: &str) -> &str {
    between(page, r#"name="post" value=""#, "\"")
}

async fn scene() -> (TestApp, Person, Person, String) {
    let app = TestApp::new();
    let author = app.person("ada", Role::Author).await;
    let other = app.person("bob", Role::Author).await;
    app.post("/write", &author, &post_form("One", "Text", "published"))
        .await;
    let page = app.get("/posts/one/edit", &author).await.text();
    let id = post_id(&page).to_owned();
    (app, author, other, id)
}

#[tokio::test]
async fn an_unsaved_text_changes_nothing_and_is_offered_to_its_writer_alone() {
    let (app, author, other, id) = scene().await;
    let form = [
        ("post", id.as_str()),
        ("version", "1"),
        ("title", "One"),
        ("body", "Unsaved lines"),
        ("tags", "Harbour, Lamps"),
        ("status", "published"),
        ("slug", "one"),
    ];
    let kept = keep(&app, &author, ONE, 1, &form).await;
    assert_eq!(kept.status, 204, "{}", kept.text());

    let page = app.get("/posts/one/edit", &author).await.text();
    assert!(page.contains(&format!("data-unsaved=\"{ONE}\"")), "{page}");
    assert!(page.contains("Unsaved lines"));
    assert!(
        page.contains(r#"name="version" value="1""#),
        "the post's version stays"
    );
    assert!(
        !app.get("/posts/one", &author)
            .await
            .text()
            .contains("Unsaved lines")
    );
    assert!(
        !app.get("/write", &author)
            .await
            .text()
            .contains("Unsaved lines")
    );

    // Nobody else is shown it, an editor of the same post neither.
    let editor = app.person("eve", Role::Editor).await;
    let theirs = app.get("/posts/one/edit", &editor).await;
    assert_eq!(theirs.status, 200);
    assert!(!theirs.text().contains("Unsaved lines"));
    let asked = app
        .get(&format!("/posts/one/edit?unsaved={ONE}"), &editor)
        .await;
    assert_eq!(
        (asked.status.as_u16(), asked.location()),
        (303, "/posts/one/edit".to_owned())
    );
    let asked = app.get(&format!("/write?unsaved={ONE}"), &other).await;
    assert_eq!(
        (asked.status.as_u16(), asked.location()),
        (303, "/write".to_owned())
    );
    let path = format!("/write/autosaves/{ONE}/forget");
    assert_eq!(app.post(&path, &other, &[]).await.status, 303);
    let taken = keep(&app, &other, ONE, 9, &[("title", "Mine"), ("body", "now")]).await;
    assert_eq!(taken.status, 409, "an id is one writer's");
    assert!(
        app.get("/posts/one/edit", &author)
            .await
            .text()
            .contains("Unsaved lines")
    );
}

#[tokio::test]
async fn a_text_is_brought_back_and_a_save_of_it_ends_it() {
    let (app, author, _, id) = scene().await;
    let form = [
        ("post", id.as_str()),
        ("version", "1"),
        ("title", "One & more"),
        ("body", "<b> unsaved\r\nlines"),
        ("tags", "Tea"),
    ];
    keep(&app, &author, ONE, 1, &form).await;
    let page = app
        .get(&format!("/posts/one/edit?unsaved={ONE}"), &author)
        .await
        .text();
    assert!(page.contains("One &amp; more</textarea>"), "{page}");
    assert!(
        page.contains("&lt;b&gt; unsaved\r\nlines</textarea>"),
        "{page}"
    );
    assert!(page.contains(r#"value="Tea""#));
    assert!(
        !page.contains(&format!("data-unsaved=\"{ONE}\"")),
        "what the form shows is not offered"
    );
    let unsaved = between(&page, r#"name="unsaved" value=""#, "\"").trim();
    assert_eq!(unsaved, ONE);

    let mut form = post_form("One & more", "<b> unsaved\r\nlines", "published");
    form.extend([("version", "1"), ("post", &id), ("unsaved", unsaved)]);
    let saved = app.post("/posts/one/edit", &author, &form).await;
    assert_eq!(saved.status, 303);
    let flash = saved.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(flash.contains(&format!("saved={ONE}")), "{flash}");
    // The page behind the redirect tells the browser that its copy may go.
    let cookie = flash.split(';').next().unwrap();
    let mut person = author.clone();
    person.cookie = Some(format!("{}; {cookie}", author.cookie.as_deref().unwrap()));
    let page = app.get(&saved.location(), &person).await.text();
    assert!(page.contains(&format!("data-saved=\"{ONE}\"")), "{page}");
    let page = app.get("/posts/one/edit", &author).await.text();
    assert!(!page.contains("data-unsaved=\"1111"), "{page}");
}

#[tokio::test]
async fn a_refused_save_keeps_the_unsaved_text_and_an_old_one_meets_the_conflict() {
    let (app, author, _, id) = scene().await;
    let unsaved = [
        ("post", id.as_str()),
        ("version", "1"),
        ("title", "One"),
        ("body", "From the train"),
    ];
    keep(&app, &author, ONE, 1, &unsaved).await;
    let mut first = post_form("One", "From the desk", "published");
    first.extend([("version", "1"), ("post", &id)]);
    assert_eq!(
        app.post("/posts/one/edit", &author, &first).await.status,
        303
    );

    // It was written over version 1, and says so when it is brought back.
    let page = app
        .get(&format!("/posts/one/edit?unsaved={ONE}"), &author)
        .await
        .text();
    assert!(page.contains(r#"name="version" value="1""#), "{page}");
    let mut second = post_form("One", "From the train", "published");
    second.extend([("version", "1"), ("post", &id), ("unsaved", ONE)]);
    let answer = app.post("/posts/one/edit", &author, &second).await;
    assert_eq!(answer.status, 409);
    let page = answer.text();
    assert!(
        page.contains("From the desk</textarea>") && page.contains("From the train</textarea>")
    );
    assert_eq!(
        between(&page, r#"name="unsaved" value=""#, "\""),
        ONE,
        "the merge ends it"
    );
    let refused = ask(&app, "POST", "/posts/one/edit", &author, &second).await;
    assert_eq!(
        (refused.status.as_u16(), data(&refused)["code"].as_str()),
        (409, Some("conflict"))
    );
    let mut bad = second.clone();
    bad.retain(|(name, _)| *name != "title");
    bad.push(("title", ""));
    assert_eq!(app.post("/posts/one/edit", &author, &bad).await.status, 422);
    let page = app.get("/posts/one/edit", &author).await.text();
    assert!(
        page.contains(&format!("data-unsaved=\"{ONE}\"")),
        "it is there still"
    );
}

#[tokio::test]
async fn texts_are_kept_side_by_side_and_a_late_one_changes_nothing() {
    let (app, author, _, _) = scene().await;
    keep(
        &app,
        &author,
        ONE,
        2,
        &[("title", "First tab"), ("body", "newer")],
    )
    .await;
    assert_eq!(
        keep(
            &app,
            &author,
            ONE,
            1,
            &[("title", "First tab"), ("body", "yesterday")]
        )
        .await
        .status,
        204
    );
    app.advance(60);
    keep(
        &app,
        &author,
        TWO,
        1,
        &[("title", "Second tab"), ("body", "also here")],
    )
    .await;
    let page = app.get("/write", &author).await.text();
    for part in ["First tab", "newer", "Second tab", "also here"] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("yesterday"));
    assert!(
        page.find("Second tab") < page.find("First tab"),
        "newest first"
    );

    let back = [("back", "/write")];
    let gone = app
        .post(&format!("/write/autosaves/{TWO}/forget"), &author, &back)
        .await;
    assert_eq!(
        (gone.status.as_u16(), gone.location()),
        (303, "/write".to_owned())
    );
    let page = app.get("/write", &author).await.text();
    assert!(!page.contains("Second tab") && page.contains("First tab"));
    let elsewhere = [("back", "//evil.example")];
    let gone = app
        .post(
            &format!("/write/autosaves/{TWO}/forget"),
            &author,
            &elsewhere,
        )
        .await;
    assert_eq!(gone.location(), "/write");

    // Nobody came back for a month.
    app.advance(29 * 86_400);
    app.blog.worker().sweep().await.unwrap();
    let author = Person {
        cookie: app.log_in_again("ada").await,
        ..author
    };
    assert!(
        app.get("/write", &author)
            .await
            .text()
            .contains("First tab")
    );
    app.advance(2 * 86_400);
    app.blog.worker().sweep().await.unwrap();
    let author = Person {
        cookie: app.log_in_again("ada").await,
        ..author
    };
    assert!(
        !app.get("/write", &author)
            .await
            .text()
            .contains("First tab")
    );
}

#[tokio::test]
async fn who_may_not_write_a_post_keeps_nothing_beside_it() {
    let (app, author, other, id) = scene().await;
    let draft = post_form("Hidden", "Secret", "draft");
    let path = app.post("/write", &author, &draft).await.location();
    let page = app.get(&format!("{path}/edit"), &author).await.text();
    let hidden = post_id(&page).to_owned();
    let reader = app.person("rea", Role::Reader).await;
    let nobody = Person::default();
    let form = |post| vec![("post", post), ("title", "T"), ("body", "B")];
    for (who, post, status, code) in [
        (&nobody, "", 403, "log-in"),
        (&nobody, id.as_str(), 403, "log-in"),
        (&reader, "", 403, "denied"),
        (&reader, &id, 403, "denied"),
        (&other, &id, 403, "denied"),
        // A draft is as nothing.
        (&other, &hidden, 404, "not-found"),
        (&other, TWO, 404, "not-found"),
    ] {
        let answer = keep(&app, who, ONE, 1, &form(post)).await;
        assert_eq!(answer.status, status, "{post}: {}", answer.text());
        let told = data(&answer);
        assert_eq!(told["code"], code);
        assert!(
            told["sentence"].as_str().is_some_and(|s| s.ends_with('.')),
            "{told}"
        );
    }
    for path in [
        "/write/autosave",
        "/write/autosave?id=x&step=1",
        &format!("/write/autosave?id={ONE}&step=-1"),
    ] {
        assert_eq!(
            ask(&app, "POST", path, &author, &form("")).await.status,
            400,
            "{path}"
        );
    }
    let long = "x".repeat(600 * 1024);
    let answer = keep(&app, &author, ONE, 1, &[("title", ""), ("body", &long)]).await;
    assert_eq!(answer.status, 422, "{}", answer.text());
    let longer = "x".repeat(3 * 1024 * 1024);
    let answer = keep(&app, &author, ONE, 1, &[("title", ""), ("body", &longer)]).await;
    assert_eq!(
        (answer.status.as_u16(), data(&answer)["code"].as_str()),
        (413, Some("too-large"))
    );
    // What could not be saved is kept all the same.
    let odd = [
        ("title", "t\u{0}".repeat(400)),
        ("body", "\u{202e}\u{1}".to_owned()),
        ("publish_at", "never".to_owned()),
    ];
    let odd: Vec<_> = odd
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    assert_eq!(keep(&app, &author, ONE, 1, &odd).await.status, 204);
}

#[tokio::test]
async fn a_preview_is_rendered_as_the_post_will_be() {
    let (app, author, other, _) = scene().await;
    let parts: [(&str, Option<&str>, &[u8]); 2] =
        [("alt", None, b"A lamp"), ("file", Some("a.png"), &png())];
    app.post_parts("/media/uploads", &author, &parts).await;
    let library = app.get("/library", &author).await.text();
    let at = library.find("media:").unwrap();
    let body = format!(
        "# Head\n\n<script>x</script>\n\n**bold** ![A lamp]({})",
        &library[at..at + 42]
    );
    let form = [("title", ""), ("body", body.as_str())];

    let answer = ask(&app, "POST", "/write/preview", &author, &form).await;
    assert_eq!(answer.status, 200);
    let html = data(&answer)["html"].as_str().unwrap().to_owned();
    assert!(
        html.contains("<strong>bold</strong>") && html.contains("<h2"),
        "{html}"
    );
    assert!(!html.contains("<script"), "{html}");
    assert!(html.contains("src=\"/media/private/"), "{html}");
    // Somebody else's picture is not theirs to show, in their own post as in mine.
    let theirs = ask(&app, "POST", "/write/preview", &other, &form).await;
    assert!(
        !data(&theirs)["html"].as_str().unwrap().contains("<img"),
        "{}",
        theirs.text()
    );
    let denied = ask(&app, "POST", "/write/preview?post=one", &other, &form).await;
    assert_eq!(denied.status, 403);
    let editor = app.person("eve", Role::Editor).await;
    let edited = ask(&app, "POST", "/write/preview?post=one", &editor, &form).await;
    assert!(
        data(&edited)["html"].as_str().unwrap().contains("<img"),
        "the author's picture in the author's post"
    );

    // Without a script: the page again, the text above the form and in it, nothing saved.
    let full = [
        ("title", "New <title>"),
        ("body", "Some **words**"),
        ("tags", "Tea"),
        ("version", "1"),
    ];
    let page = app.post("/write/preview?post=one", &author, &full).await;
    assert_eq!(page.status, 200);
    let page = page.text();
    assert!(
        page.contains("<p>Some <strong>words</strong></p>"),
        "{page}"
    );
    assert!(
        page.contains("New &lt;title&gt;</textarea>") && page.contains("Some **words**</textarea>")
    );
    assert!(page.contains(r#"action="/posts/one/edit""#) && page.contains(r#"value="Tea""#));
    assert!(
        !app.get("/posts/one", &author)
            .await
            .text()
            .contains("<strong>words")
    );

    // Without a session the text comes back, to the address it came from.
    for (path, action) in [
        ("/write/preview", "/write"),
        ("/write/preview?post=one", "/posts/one/edit"),
    ] {
        let lost = app.post(path, &Person::default(), &full).await;
        assert_eq!(lost.status, 403, "{path}");
        let page = lost.text();
        assert!(page.contains("Some **words**</textarea>"), "{page}");
        assert!(page.contains(&format!("action=\"{action}\"")), "{page}");
        assert!(
            page.contains("/account/login"),
            "a way to log in beside the text"
        );
    }
    let refused = ask(
        &app,
        "POST",
        "/write/preview",
        &author,
        &[("title", ""), ("body", "\u{1}")],
    )
    .await;
    assert_eq!(refused.status, 422);
}

#[tokio::test]
async fn a_save_by_the_script_says_where_the_form_goes_on() {
    let app = TestApp::new();
    let author = app.person("ada", Role::Author).await;
    let mut form = post_form("First", "Text", "draft");
    form.extend([("version", ""), ("post", ""), ("unsaved", ONE)]);
    keep(&app, &author, ONE, 1, &form).await;
    let made = ask(&app, "POST", "/write", &author, &form).await;
    assert_eq!(made.status, 200, "{}", made.text());
    let made = data(&made);
    assert_eq!(made["fields"]["version"], "1");
    let edit = made["edit"].as_str().unwrap();
    assert!(
        !app.get("/write", &author)
            .await
            .text()
            .contains("data-unsaved=\"1111")
    );
    let id = made["fields"]["post"].as_str().unwrap();
    let mut again = post_form("First", "More text", "published");
    again.extend([("version", "1"), ("post", id), ("unsaved", TWO)]);
    let saved = data(&ask(&app, "POST", edit, &author, &again).await);
    assert_eq!(saved["edit"], "/posts/first/edit");
    assert_eq!(saved["fields"]["version"], "2");
    assert_eq!(saved["fields"]["slug"], "first");
    assert!(
        app.get("/posts/first", &Person::default())
            .await
            .text()
            .contains("More text")
    );
    let lost = ask(
        &app,
        "POST",
        "/posts/first/edit",
        &Person::default(),
        &again,
    )
    .await;
    assert_eq!(
        (lost.status.as_u16(), data(&lost)["code"].as_str()),
        (403, Some("log-in"))
    );
}

#[tokio::test]
async fn tags_are_completed_from_public_and_own_posts() {
    let (app, author, other, _) = scene().await;
    let mut draft = post_form("Mine", "Text", "draft");
    draft.retain(|(name, _)| *name != "tags");
    draft.push(("tags", "Haliç, Harbour"));
    app.post("/write", &author, &draft).await;
    let mine = data(&ask(&app, "GET", "/write/tags?q=HA", &author, &[]).await);
    let expected =
        serde_json::json!([{ "name": "Harbour", "posts": 2 }, { "name": "Haliç", "posts": 1 }]);
    assert_eq!(mine, expected);
    let theirs = data(&ask(&app, "GET", "/write/tags?q=ha", &other, &[]).await);
    assert_eq!(
        theirs,
        serde_json::json!([{ "name": "Harbour", "posts": 1 }])
    );
    for (q, found) in [("halic", 1), ("%25", 0), ("zzz", 0), ("", 3)] {
        let found_now = data(&ask(&app, "GET", &format!("/write/tags?q={q}"), &author, &[]).await);
        assert_eq!(found_now.as_array().unwrap().len(), found, "{q}");
    }
    let long = format!("/write/tags?q={}", "x".repeat(10_000));
    assert_eq!(ask(&app, "GET", &long, &author, &[]).await.status, 200);
    let reader = app.person("rea", Role::Reader).await;
    assert_eq!(
        ask(&app, "GET", "/write/tags?q=h", &reader, &[])
            .await
            .status,
        403
    );
    assert_eq!(
        ask(&app, "GET", "/write/tags?q=h", &Person::default(), &[])
            .await
            .status,
        403
    );
    assert_eq!(
        app.get("/write/tags?q=h", &Person::default()).await.status,
        303
    );
}

#[tokio::test]
async fn an_upload_by_the_script_answers_with_its_line_and_takes_its_words_later() {
    let (app, author, other, _) = scene().await;
    let mut body = Vec::new();
    body.extend_from_slice(b"--l\r\nContent-Disposition: form-data; name=\"alt\"\r\n\r\n\r\n--l\r\nContent-Disposition: form-data; name=\"file\"; filename=\"lamp.png\"\r\n\r\n");
    body.extend_from_slice(&png());
    body.extend_from_slice(b"\r\n--l--\r\n");
    let send = |bytes: Vec<u8>, who: &Person| {
        let mut request = app
            .request("POST", "/media/uploads", who)
            .content_type("multipart/form-data; boundary=l")
            .body(bytes);
        let json = http::HeaderValue::from_static("application/json");
        request.headers_mut().insert(header::ACCEPT, json);
        request
    };
    let item = data(&app.send(send(body.clone(), &author)).await);
    assert_eq!(
        (item["name"].as_str(), item["video"].as_bool()),
        (Some("lamp.png"), Some(false))
    );
    let id = item["id"].as_str().unwrap();
    let path = format!("/library/{id}/alt");
    let described = data(&ask(&app, "POST", &path, &author, &[("alt", "A [lit] lamp")]).await);
    assert_eq!(
        described["snippet"],
        format!("![A \\[lit\\] lamp](media:{id})")
    );
    assert_eq!(
        ask(&app, "POST", &path, &other, &[("alt", "x")])
            .await
            .status,
        404
    );
    let long = "x".repeat(600);
    let refused = ask(&app, "POST", &path, &author, &[("alt", &long)]).await;
    assert_eq!(refused.status, 422);
    assert!(
        data(&refused)["sentence"].as_str().unwrap().contains("500"),
        "{}",
        refused.text()
    );
    let text = body
        .iter()
        .map(|b| if *b == 0x89 { b'x' } else { *b })
        .collect();
    let refused = app.send(send(text, &author)).await;
    assert_eq!(refused.status, 415);
    assert!(
        data(&refused)["sentence"].as_str().unwrap().contains("PNG"),
        "{}",
        refused.text()
    );
    let lost = app.send(send(body, &Person::default())).await;
    assert_eq!(
        (lost.status.as_u16(), data(&lost)["code"].as_str()),
        (403, Some("log-in"))
    );
}

#[tokio::test]
async fn typing_has_a_limit_of_its_own_for_each_writer() {
    let app = TestApp::on(memory(), blog_core::Settings::default());
    let (ada, bob) = (
        app.person("ada", Role::Author).await,
        app.person("bob", Role::Author).await,
    );
    let form = [("title", ""), ("body", "a")];
    let mut refused = None;
    for number in 0..200 {
        let answer = ask(&app, "POST", "/write/preview", &ada, &form).await;
        if answer.status == 429 {
            refused = Some((number, answer));
            break;
        }
    }
    let (number, answer) = refused.expect("a limit");
    assert!(number >= 120, "after {number}");
    assert!(answer.headers.contains_key("retry-after"));
    assert_eq!(
        ask(&app, "POST", "/write/preview", &bob, &form)
            .await
            .status,
        200
    );
    assert_eq!(
        keep(&app, &ada, ONE, 1, &form).await.status,
        204,
        "keeping goes on"
    );
}

#[tokio::test]
async fn a_session_that_ended_gives_the_text_back_with_a_way_to_log_in() {
    let (app, _, _, _) = scene().await;
    let mut form = post_form("Lost & found", "Line one\r\nLine two", "published");
    form.extend([("version", "1"), ("post", TWO), ("unsaved", ONE)]);
    for path in ["/write", "/posts/one/edit"] {
        let answer = app.post(path, &Person::default(), &form).await;
        assert_eq!(answer.status, 403);
        let page = answer.text();
        assert!(page.contains("Line one\r\nLine two</textarea>"), "{page}");
        assert!(page.contains("Lost &amp; found</textarea>"));
        assert!(
            page.contains(r#"href="/account/login?next=%2Fdrafts" target="_blank""#),
            "{page}"
        );
        for (name, value) in [("version", "1"), ("post", TWO), ("unsaved", ONE)] {
            assert!(
                page.contains(&format!("name=\"{name}\" value=\"{value}\"")),
                "{name}"
            );
        }
    }
}

#[tokio::test]
async fn what_one_wrote_is_not_saved_by_another_whose_browser_it_is_now() {
    let (app, _, other, id) = scene().await;
    let mut form = post_form("Ada's <secret>", "Line one", "draft");
    form.extend([("writer", "ada"), ("unsaved", ONE)]);
    let sentence = "You are logged in as bob now, and ada wrote this: log in as ada to save it.";
    for path in [
        "/write",
        "/posts/one/edit",
        "/write/preview",
        "/write/preview?post=one",
    ] {
        let answer = app.post(path, &other, &form).await;
        assert_eq!(answer.status, 403, "{path}");
        let page = answer.text();
        assert!(page.contains(sentence), "{path}: {page}");
        assert!(
            page.contains("Ada&#x27;s &lt;secret&gt;</textarea>"),
            "{page}"
        );
        assert!(page.contains(r#"name="writer" value="ada""#), "{page}");
        let refused = ask(&app, "POST", path, &other, &form).await;
        assert_eq!(data(&refused)["code"], "other-writer");
        assert_eq!(data(&refused)["sentence"], sentence);
    }
    let kept = keep(&app, &other, ONE, 1, &form).await;
    assert_eq!(
        (kept.status.as_u16(), data(&kept)["code"].as_str()),
        (403, Some("other-writer"))
    );
    assert!(!app.get("/write", &other).await.text().contains("secret"));
    assert!(!app.get("/drafts", &other).await.text().contains("secret"));
    // Their own go on as they are.
    form.extend([("post", id.as_str())]);
    for field in &mut form {
        if field.0 == "writer" {
            field.1 = "bob";
        }
    }
    assert_eq!(app.post("/write", &other, &form).await.status, 303);
}

#[tokio::test]
async fn files_beside_a_text_do_not_come_to_another_whose_browser_it_is_now() {
    let (app, author, other, _) = scene().await;
    let (writer, file) = (("writer", None, &b"ada"[..]), png());
    let file = ("file", Some("lamp.png"), &file[..]);
    // Whichever comes first.
    for parts in [[writer, file], [file, writer]] {
        let refused = app.post_parts("/media/uploads", &other, &parts).await;
        assert_eq!(refused.status, 403);
        let sentence = "You are logged in as bob now, and ada wrote this";
        assert!(refused.text().contains(sentence), "{}", refused.text());
        let library = app.get("/library", &other).await.text();
        assert!(!library.contains("lamp.png"), "{library}");
        let taken = app.post_parts("/media/uploads", &author, &parts).await;
        assert_eq!(taken.status, 303, "{}", taken.text());
    }
    let id = crate::site::picture(&app, &other).await;
    let alt = [("alt", "Of ada"), ("writer", "ada")];
    let path = format!("/library/{id}/alt");
    let refused = ask(&app, "POST", &path, &other, &alt).await;
    assert_eq!(
        (refused.status.as_u16(), data(&refused)["code"].as_str()),
        (403, Some("other-writer"))
    );
    let page = app.get(&format!("/library/{id}"), &other).await.text();
    assert!(!page.contains("Of ada"), "{page}");
    // Where no script runs, the page's form says it too.
    let page = app.get("/write", &author).await.text();
    let upload = between(&page, r#"<form class="upload""#, "</form>");
    assert!(upload.contains(r#"<input type="hidden" name="writer" value="ada">"#));
}

#[tokio::test]
async fn the_cover_goes_back_with_the_text_wherever_its_picture_is() {
    let (app, author, other, _) = scene().await;
    let theirs = crate::site::picture(&app, &other).await;
    let covers = |page: &str| -> Vec<String> {
        let covers = between(page, r#"<fieldset class="covers""#, "</fieldset>");
        let radios = covers.split(r#"name="cover" value=""#).skip(1);
        let radios = radios.filter(|radio| between(radio, "\"", ">") == " checked");
        radios
            .map(|radio| radio[..36.min(radio.find('"').unwrap())].to_owned())
            .collect()
    };
    let cover = crate::site::picture(&app, &author).await;
    let mut form = post_form("With a cover", "Text", "published");
    form.push(("cover", &cover));
    assert_eq!(app.post("/write", &author, &form).await.status, 303);
    for n in 0..24 {
        let name = format!("{n}.png");
        let parts = [("file", Some(name.as_str()), &png()[..])];
        app.post_parts("/media/uploads", &author, &parts).await;
    }
    form.push(("version", "1"));
    // The session has ended.
    for path in ["/write", "/posts/with-a-cover/edit"] {
        let page = app.post(path, &Person::default(), &form).await.text();
        assert_eq!(covers(&page), [cover.as_str()], "{path}: {page}");
    }
    // Refused for another reason, and not among the newest.
    let page = app.get("/posts/with-a-cover/edit", &author).await.text();
    assert_eq!(covers(&page), [cover.as_str()]);
    form[0].1 = "";
    for path in ["/write", "/posts/with-a-cover/edit"] {
        let refused = app.post(path, &author, &form).await;
        assert_eq!(refused.status, 422);
        assert_eq!(covers(&refused.text()), [cover.as_str()], "{path}");
    }
    // Brought back: the post has no cover yet.
    let text = [
        ("title", "Two"),
        ("body", "x"),
        ("status", "draft"),
        ("cover", &cover),
    ];
    assert_eq!(keep(&app, &author, ONE, 1, &text).await.status, 204);
    let page = app
        .get(&format!("/write?unsaved={ONE}"), &author)
        .await
        .text();
    assert_eq!(covers(&page), [cover.as_str()], "{page}");
    assert!(page.contains("The chosen picture</span></label>"));
    // None that the form does not name.
    let page = app.get("/write", &author).await.text();
    assert_eq!(covers(&page), [""]);
    assert!(!page.contains(&theirs));
}

#[tokio::test]
async fn the_text_of_a_post_that_was_deleted_meanwhile_becomes_a_new_one() {
    let (app, author, _, id) = scene().await;
    let gone = app
        .post("/posts/one/delete", &author, &[("version", "1")])
        .await;
    assert_eq!(gone.status, 303);
    let mut form = post_form("One", "Longer text", "published");
    form.extend([
        ("version", "1"),
        ("post", &id),
        ("unsaved", ONE),
        ("writer", "ada"),
    ]);
    let kept = keep(&app, &author, ONE, 1, &form).await;
    assert_eq!(kept.status, 404);
    let answer = app.post("/posts/one/edit", &author, &form).await;
    assert_eq!(answer.status, 404);
    let page = answer.text();
    assert!(page.contains("Save once more to make a new post"), "{page}");
    assert!(page.contains("Longer text</textarea>"));
    assert!(
        page.contains(r#"id="post-form" method="post" action="/write""#),
        "{page}"
    );
    for (name, value) in [
        ("version", ""),
        ("post", ""),
        ("unsaved", ONE),
        ("writer", "ada"),
    ] {
        assert!(
            page.contains(&format!("name=\"{name}\" value=\"{value}\"")),
            "{name}"
        );
    }
    let mut again = post_form("One", "Longer text", "published");
    again.extend([
        ("version", ""),
        ("post", ""),
        ("unsaved", ONE),
        ("writer", "ada"),
    ]);
    let saved = app.post("/write", &author, &again).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    let post = app.get(&saved.location(), &author).await.text();
    assert!(post.contains("Longer text"));
}
