//! Two people, or one in two tabs, save over one version: nothing of either is lost, and one click puts both together.

use blog_core::model::user::Role;

use crate::app::{Answer, Person, TestApp, png, post_form};

const BASE: &str = "First paragraph.\n\nSecond paragraph.\n\nThird paragraph.";

type Form<'a> = Vec<(&'a str, &'a str)>;

fn form<'a>(title: &'a str, body: &'a str, version: &'a str) -> Form<'a> {
    let mut form = post_form(title, body, "published");
    form.push(("version", version));
    form
}

/// A published post of version 2, and what came of saving `mine` over version 1.
async fn clash(theirs: Form<'_>, mine: Form<'_>) -> (TestApp, Person, Answer) {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let eve = app.person("eve", Role::Editor).await;
    app.post("/write", &ada, &post_form("One", BASE, "published"))
        .await;
    let answer = app.post("/posts/one/edit", &eve, &theirs).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let answer = app.post("/posts/one/edit", &ada, &mine).await;
    (app, ada, answer)
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&#x2f;", "/")
        .replace("&#x27;", "'")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

/// What a browser would send of the page's form when somebody presses the button.
fn filled(page: &str) -> Vec<(String, String)> {
    let begin = page.find("<form class=\"merged\"").expect("the form");
    let form = &page[begin..begin + page[begin..].find("</form>").expect("its end")];
    let value = |tag: &str, name: &str| -> Option<String> {
        let rest = tag.split(&format!(" {name}=\"")).nth(1)?;
        Some(unescaped(rest.split('"').next()?))
    };
    let mut fields = Vec::new();
    for tag in form.split('<').skip(1) {
        let (tag, behind) = tag.split_once('>').expect("a whole tag");
        let Some(name) = value(tag, "name") else {
            continue;
        };
        if tag.starts_with("textarea") {
            let text = behind.strip_prefix('\n').unwrap_or(behind);
            fields.push((name, unescaped(text)));
        } else if !tag.contains("type=\"radio\"") || tag.contains(" checked") {
            fields.push((name, value(tag, "value").unwrap_or_default()));
        }
    }
    fields
}

fn field<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    let of_name: Vec<_> = fields.iter().filter(|(field, _)| field == name).collect();
    assert_eq!(of_name.len(), 1, "{name} once in {fields:?}");
    &of_name[0].1
}

async fn send(app: &TestApp, who: &Person, fields: &[(String, String)]) -> Answer {
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    app.post("/posts/one/edit", who, &fields).await
}

#[tokio::test]
async fn different_paragraphs_are_saved_both_with_one_click() {
    let theirs = BASE.replace("First", "Their first");
    let mine = BASE.replace("Third", "My third");
    let (app, ada, answer) = clash(form("One", &theirs, "1"), form("One", &mine, "1")).await;
    assert_eq!(answer.status, 409);
    let page = answer.text();
    assert!(page.contains("Both changes are in the text below: check it and save."));
    assert!(
        page.contains("<mark>Their first</mark> paragraph.</del>"),
        "{page}"
    );
    assert!(
        page.contains("<mark>My third</mark> paragraph.</ins>"),
        "{page}"
    );
    let fields = filled(&page);
    assert_eq!(field(&fields, "version"), "2");
    assert_eq!(
        field(&fields, "body"),
        "Their first paragraph.\n\nSecond paragraph.\n\nMy third paragraph."
    );
    let saved = send(&app, &ada, &fields).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    let post = app.get("/posts/one", &Person::default()).await.text();
    assert!(post.contains("Their first paragraph") && post.contains("My third paragraph"));
    assert!(!post.contains("&lt;&lt;&lt;"));
}

#[tokio::test]
async fn one_paragraph_changed_twice_stands_there_twice_until_somebody_chooses() {
    let theirs = BASE.replace("Second", "Their <second>");
    let mine = BASE.replace("Second", "My \"second\" & last");
    let (app, ada, answer) = clash(form("One", &theirs, "1"), form("One", &mine, "1")).await;
    assert_eq!(answer.status, 409);
    let page = answer.text();
    assert!(
        page.contains("In one place you both changed the same lines."),
        "{page}"
    );
    let mut fields = filled(&page);
    let body = field(&fields, "body").to_owned();
    assert_eq!(
        body,
        "First paragraph.\n\n<<<<<<< YOURS, from here\nMy \"second\" & last paragraph.\n\
         ======= STORED, from here\nTheir <second> paragraph.\n>>>>>>> END of both\n\nThird paragraph."
    );
    // Sent without choosing, it comes back once more with the sentence beside the text.
    let refused = send(&app, &ada, &fields).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused
            .text()
            .contains("The marks of the two versions are still in the text")
    );
    assert!(
        unescaped(&refused.text()).contains(&body),
        "the text is kept"
    );
    let post = app.get("/posts/one", &Person::default()).await.text();
    assert!(post.contains("Their") && !post.contains("END of both"));
    let chosen: String = body
        .lines()
        .filter(|line| {
            !line.contains("<<<<<<<") && !line.contains("=======") && !line.contains(">>>>>>>")
        })
        .map(|line| format!("{line}\n"))
        .collect();
    for (name, value) in &mut fields {
        if name == "body" {
            value.clone_from(&chosen);
        }
    }
    assert_eq!(send(&app, &ada, &fields).await.status, 303);
    let post = app.get("/posts/one", &Person::default()).await.text();
    assert!(
        post.contains("second&gt; paragraph") || post.contains("Their"),
        "{post}"
    );
    assert!(post.contains("last paragraph"));
}

#[tokio::test]
async fn both_versions_are_on_the_page_to_the_character() {
    let theirs = format!("{BASE}\n\nTheirs: ∞ ﬁ <b>&amp;</b>");
    let mine = "  Mine, in\tevery way \u{1f980}\r\nother. ```x```\n\n\n";
    let mut my_form = form("My title", mine, "1");
    my_form.retain(|(name, _)| *name != "tags");
    my_form.push(("tags", "Storm"));
    let (app, ada, answer) = clash(form("Their title", &theirs, "1"), my_form).await;
    assert_eq!(answer.status, 409);
    let page = answer.text();
    let area = |id: &str| {
        let at = page.find(&format!("<textarea id=\"{id}\"")).unwrap();
        let text = page[at..].split_once(">\n").unwrap().1;
        unescaped(text.split("</textarea>").next().unwrap())
    };
    assert_eq!(area("m-body"), mine);
    assert_eq!(area("s-body"), theirs);
    assert!(page.contains("id=\"s-title\" type=\"text\" readonly value=\"Their title\""));
    assert!(page.contains("id=\"m-title\" type=\"text\" readonly value=\"My title\""));
    let fields = filled(&page);
    // Both called it something else: mine is in the field, and theirs beside it.
    assert_eq!(field(&fields, "title"), "My title");
    assert!(page.contains("The stored title is <q dir=\"auto\">Their title</q>"));
    assert_eq!(field(&fields, "tags"), "Harbour, Lamps, Storm");
    // Going away from it loses nothing that was stored.
    let edit = app.get("/posts/one/edit", &ada).await.text();
    assert!(unescaped(&edit).contains(&theirs));
}

#[tokio::test]
async fn a_title_that_one_changed_is_taken_and_settings_are_chosen() {
    let mut theirs = form("A better title", BASE, "1");
    theirs.push(("slug", "better"));
    let mine_body = format!("{BASE}\n\nMore.");
    let mut mine = form("One", &mine_body, "1");
    mine.retain(|(name, _)| *name != "status");
    mine.extend([("status", "draft"), ("slug", "one")]);
    let (app, ada, answer) = clash(theirs, mine).await;
    assert_eq!(answer.status, 409);
    let page = answer.text();
    let fields = filled(&page);
    assert_eq!(field(&fields, "title"), "A better title");
    // What readers have stays, unless somebody chooses: no post is withdrawn or moved by an old form.
    assert_eq!(field(&fields, "status"), "published");
    assert_eq!(field(&fields, "slug"), "better");
    for mine in [
        "name=\"status\" value=\"draft\"",
        "name=\"slug\" value=\"one\"",
    ] {
        assert!(page.contains(mine), "{mine}: {page}");
    }
    let saved = send(&app, &ada, &fields).await;
    assert_eq!(
        (saved.status.as_u16(), saved.location()),
        (303, "/posts/better".to_owned())
    );
    let post = app.get("/posts/better", &Person::default()).await.text();
    assert!(post.contains("More.") && post.contains("A better title"));
}

#[tokio::test]
async fn a_cover_is_chosen_by_its_picture() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let parts: [(&str, Option<&str>, &[u8]); 2] =
        [("alt", None, b"A lamp"), ("file", Some("lamp.png"), &png())];
    app.post_parts("/media/uploads", &ada, &parts).await;
    let library = app.get("/library", &ada).await.text();
    let at = library.find("media:").unwrap() + "media:".len();
    let picture = library[at..at + 36].to_owned();
    app.post("/write", &ada, &post_form("One", BASE, "published"))
        .await;
    let body = format!("{BASE}\n\nMore.");
    let theirs = form("One", &body, "1");
    assert_eq!(app.post("/posts/one/edit", &ada, &theirs).await.status, 303);
    let mut mine = form("One", BASE, "1");
    mine.push(("cover", &picture));
    let answer = app.post("/posts/one/edit", &ada, &mine).await;
    assert_eq!(answer.status, 409);
    let page = answer.text();
    assert!(page.contains(&format!("name=\"cover\" value=\"{picture}\"")));
    assert!(page.contains("alt=\"A lamp\""), "{page}");
    assert_eq!(field(&filled(&page), "cover"), "");
}

#[tokio::test]
async fn a_form_that_is_sent_twice_is_saved_once() {
    let mine = format!("{BASE}\n\nMore.");
    let (app, ada, answer) = clash(form("One", &mine, "1"), form("One", &mine, "1")).await;
    assert_eq!(
        (answer.status.as_u16(), answer.location()),
        (303, "/posts/one".to_owned())
    );
    let list = app.get("/posts/one/revisions", &ada).await.text();
    assert_eq!(list.matches("<li class=\"step\"").count(), 2);
}

#[tokio::test]
async fn a_form_of_no_known_version_shows_both_whole() {
    for version in ["0", "9", "18446744073709551615"] {
        let (_, _, answer) =
            clash(form("One", "Theirs.", "1"), form("One", "Mine.", version)).await;
        assert_eq!(answer.status, 409, "{version}");
        let fields = filled(&answer.text());
        let body = field(&fields, "body");
        assert!(
            body.contains("Mine.\n=======") && body.contains("Theirs.\n>>>>>>>"),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_text_about_marks_can_be_saved() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let body = "<<<<<<< YOURS, from here\na\n======= STORED, from here\nb\n>>>>>>> END of both";
    let answer = app
        .post("/write", &ada, &post_form("About marks", body, "published"))
        .await;
    assert_eq!(answer.status, 303);
    let mut edit = post_form("About marks", body, "published");
    edit.push(("version", "1"));
    let answer = app.post("/posts/about-marks/edit", &ada, &edit).await;
    assert_eq!(answer.status, 303);
}
