//! The library: finding a file, describing it, what stays in sight of it, where it is used, and its end.

use blog_core::model::user::Role;

use crate::app::{Person, TestApp, mp4, png, post_form};

/// Uploads a file and returns its id.
async fn upload(app: &TestApp, who: &Person, name: &str, alt: &str, bytes: &[u8]) -> String {
    let parts: [(&str, Option<&str>, &[u8]); 2] =
        [("file", Some(name), bytes), ("alt", None, alt.as_bytes())];
    let answer = app.post_parts("/media/uploads", who, &parts).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    app.advance(1);
    tiles(&app.get("/library", who).await.text()).remove(0)
}

/// The ids on a page of the library, in its order.
fn tiles(page: &str) -> Vec<String> {
    let marks = page.split("id=\"media-").skip(1);
    marks.map(|rest| rest[..36].to_owned()).collect()
}

async fn found(app: &TestApp, who: &Person, query: &str) -> Vec<String> {
    let answer = app.get(&format!("/library?{query}"), who).await;
    assert_eq!(answer.status, 200, "{query}");
    tiles(&answer.text())
}

#[tokio::test]
async fn files_are_found_by_name_and_description_and_by_kind() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let eve = app.person("eve", Role::Author).await;
    upload(
        &app,
        &eve,
        "sunset.png",
        "A sunset of somebody else",
        &png(),
    )
    .await;
    let sunset = upload(
        &app,
        &ada,
        "IMG_2034.png",
        "Sunset over the harbour",
        &png(),
    )
    .await;
    let istanbul = upload(&app, &ada, "İSTANBUL.png", "", &png()).await;
    let film = upload(&app, &ada, "harbour.mp4", "", &mp4()).await;
    let [sunset, istanbul, film] = [sunset, istanbul, film].map(|id| vec![id]);
    let both = [film.clone(), sunset.clone()].concat();
    let all = [film.clone(), istanbul.clone(), sunset.clone()].concat();
    for (query, expected) in [
        ("q=sunset", &sunset),
        ("q=SUNS+2034", &sunset),
        ("q=istanbul", &istanbul),
        ("q=harbour", &both),
        ("q=harbour&show=videos", &film),
        ("show=pictures&q=harbour", &sunset),
        ("show=videos", &film),
        ("q=", &all),
        ("q=+++", &all),
        ("show=nonsense", &all),
        ("q=nowhere", &vec![]),
        ("q=%F0%9F%8E%89", &vec![]),
    ] {
        assert_eq!(&found(&app, &ada, query).await, expected, "{query}");
    }
    let page = app
        .get("/library?q=%3Cb%3E+no+%22such%22", &ada)
        .await
        .text();
    assert!(
        page.contains("No file matches “&lt;b&gt; no &quot;such&quot;”."),
        "{page}"
    );
    // A search of ten kilobytes is a search.
    let long = format!("q={}", "sunset+".repeat(1_500));
    assert_eq!(found(&app, &ada, &long).await, sunset);
}

#[tokio::test]
async fn pages_of_a_search_meet_and_keep_the_question() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let mut expected = Vec::new();
    for number in 0..30 {
        app.advance(120);
        expected.push(upload(&app, &ada, &format!("lamp {number}.png"), "", &png()).await);
        upload(&app, &ada, "other.png", "", &png()).await;
    }
    expected.reverse();
    let mut path = "/library?q=lamp+png&show=unused".to_owned();
    let mut met = Vec::new();
    for _ in 0..5 {
        let page = app.get(&path, &ada).await.text();
        met.extend(tiles(&page));
        assert!(page.contains("value=\"lamp png\""), "{path}");
        let Some(at) = page.find("rel=\"next\" href=\"") else {
            break;
        };
        let rest = &page[at + 17..];
        path = rest[..rest.find('"').unwrap()].replace("&amp;", "&");
        assert!(path.contains("q=lamp+png&show=unused&after="), "{path}");
    }
    assert_eq!(met, expected);
}

#[tokio::test]
async fn a_file_is_described_and_a_refused_description_comes_back() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let id = upload(&app, &ada, "lamp.png", "A lamp", &png()).await;
    let page = format!("/library/{id}");
    let alt = format!("{page}/alt");
    assert!(
        app.get(&page, &ada)
            .await
            .text()
            .contains("A lamp</textarea>")
    );
    let saved = app.post(&alt, &ada, &[("alt", "A lamp, lit")]).await;
    assert_eq!(
        (saved.status.as_u16(), saved.location()),
        (303, page.clone())
    );
    assert!(
        app.get(&page, &ada)
            .await
            .text()
            .contains("A lamp, lit</textarea>")
    );
    assert_eq!(found(&app, &ada, "q=lit").await, std::slice::from_ref(&id));

    let long = "x".repeat(501);
    for (who, text, status) in [
        (&ada, long.as_str(), 422),
        (&ada, "two\nlines", 422),
        (&Person::default(), "A lamp, out", 403),
    ] {
        let refused = app.post(&alt, who, &[("alt", text)]).await;
        assert_eq!(refused.status, status);
        let kept = format!("\n{text}</textarea>");
        assert!(refused.text().contains(&kept), "{}", refused.text());
        assert!(refused.text().contains("role=\"alert\""));
    }
    let anonymous = app.post(&alt, &Person::default(), &[("alt", "Mine")]).await;
    assert!(!anonymous.text().contains(&format!("/media/private/{id}")));
    let more = app
        .post(&alt, &ada, &[("alt", "a"), ("owner", "eve")])
        .await;
    assert_eq!(more.status, 422);
    assert!(
        app.get(&page, &ada)
            .await
            .text()
            .contains("A lamp, lit</textarea>")
    );
}

#[tokio::test]
async fn the_point_in_sight_is_kept_wherever_a_picture_is_cropped() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let id = upload(&app, &ada, "lamp.png", "A lamp", &png()).await;
    let mut form = post_form("One", "Text", "published");
    form.push(("cover", &id));
    assert_eq!(app.post("/write", &ada, &form).await.status, 303);
    let nobody = Person::default();
    let home = app.get("/", &nobody).await.text();
    assert!(!home.contains("fx-"), "the middle needs no class");

    let focus = format!("/library/{id}/focus");
    let moved = app.post(&focus, &ada, &[("focus", "6-1")]).await;
    assert_eq!(moved.location(), format!("/library/{id}"));
    for (page, who) in [
        ("/".to_owned(), &nobody),
        ("/tags/harbour".to_owned(), &nobody),
        ("/library".to_owned(), &ada),
        (format!("/library/{id}"), &ada),
    ] {
        let text = app.get(&page, who).await.text();
        assert!(text.contains("fx-6 fy-1"), "{page}: {text}");
    }
    let page = app.get(&format!("/library/{id}"), &ada).await.text();
    assert_eq!(page.matches("type=\"radio\"").count(), 49);
    let chosen = page
        .split("<input type=\"radio\"")
        .find(|radio| radio.contains(" checked>"));
    assert!(chosen.unwrap().contains("value=\"6-1\""));

    for wrong in ["7-0", "0-7", "-1-0", "3", "", "a-b"] {
        let answer = app.post(&focus, &ada, &[("focus", wrong)]).await;
        assert_eq!(answer.status, 422, "{wrong}");
    }
    let film = upload(&app, &ada, "film.mp4", "", &mp4()).await;
    let focus = format!("/library/{film}/focus");
    assert_eq!(
        app.post(&focus, &ada, &[("focus", "1-1")]).await.status,
        404
    );
    assert!(app.get("/", &nobody).await.text().contains("fx-6 fy-1"));
}

#[tokio::test]
async fn a_file_tells_where_it_is_used_and_stays_while_it_is() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let id = upload(&app, &ada, "lamp.png", "A lamp", &png()).await;
    let page = format!("/library/{id}");
    let delete = format!("{page}/delete");
    let fresh = app.get(&page, &ada).await.text();
    assert!(fresh.contains("Nothing uses it yet.") && fresh.contains(&delete));
    assert_eq!(
        found(&app, &ada, "show=unused").await,
        std::slice::from_ref(&id)
    );

    let body = format!("![A lamp](media:{id})");
    app.post("/write", &ada, &post_form("In the text", &body, "draft"))
        .await;
    let mut form = post_form("On the cover", "Text", "published");
    form.push(("cover", &id));
    app.post("/write", &ada, &form).await;
    for (answer, status) in [
        (app.get(&page, &ada).await, 200),
        (app.get(&delete, &ada).await, 200),
        (app.post(&delete, &ada, &[]).await, 409),
    ] {
        let text = answer.text();
        assert_eq!(answer.status, status, "{text}");
        let list = text.split("class=\"places\"").nth(1).unwrap();
        let list = list.split("</ul>").next().unwrap();
        for part in [
            "/posts/in-the-text-",
            "In the text",
            "badge-draft",
            "as the cover",
        ] {
            assert!(list.contains(part), "{part}: {list}");
        }
        assert!(list.contains("href=\"/posts/on-the-cover\""), "{list}");
        assert!(
            !text.contains("button-danger"),
            "nothing offers to delete it: {text}"
        );
    }
    assert!(found(&app, &ada, "show=unused").await.is_empty());
    let stays = app.get(&format!("/media/private/{id}"), &ada).await;
    assert_eq!(stays.status, 200);

    app.post("/posts/on-the-cover/delete", &ada, &[("version", "1")])
        .await;
    let text = app.get(&page, &ada).await.text();
    let at = text.find("/posts/in-the-text-").unwrap();
    let draft = &text[at..at + text[at..].find('"').unwrap()];
    app.post(&format!("{draft}/delete"), &ada, &[("version", "1")])
        .await;
    let sure = app.get(&delete, &ada).await.text();
    assert!(sure.contains("button-danger") && sure.contains("cannot be brought back"));
    assert_eq!(
        app.get(&page, &ada).await.status,
        200,
        "asking changes nothing"
    );
    let deleted = app.post(&delete, &ada, &[]).await;
    assert_eq!(
        (deleted.status.as_u16(), deleted.location()),
        (303, "/library".to_owned())
    );
    assert_eq!(app.get(&page, &ada).await.status, 404);
    assert_eq!(app.get(&delete, &ada).await.status, 404);
}

#[tokio::test]
async fn a_portrait_says_whose_it_is() {
    let app = TestApp::new();
    let bob = app.person("bob", Role::Reader).await;
    let parts: [(&str, Option<&str>, &[u8]); 4] = [
        ("version", None, b"1"),
        ("display_name", None, "Bob B\u{f6}ll".as_bytes()),
        ("bio", None, b""),
        ("avatar", Some("me.png"), &png()),
    ];
    assert_eq!(
        app.post_parts("/account/profile", &bob, &parts)
            .await
            .status,
        303
    );
    let id = tiles(&app.get("/library", &bob).await.text()).remove(0);
    let page = app.get(&format!("/library/{id}"), &bob).await.text();
    let list = page.split("class=\"places\"").nth(1).unwrap();
    assert!(
        list.contains("href=\"/@bob\"") && list.contains("as the portrait"),
        "{list}"
    );
    let refused = app.post(&format!("/library/{id}/delete"), &bob, &[]).await;
    assert_eq!(refused.status, 409);
    let focus = app
        .post(&format!("/library/{id}/focus"), &bob, &[("focus", "0-0")])
        .await;
    assert_eq!(focus.status, 303);
    let seen = app.get("/@bob", &Person::default()).await.text();
    assert!(seen.contains("avatar-large fx-0 fy-0"), "{seen}");
}

#[tokio::test]
async fn nobody_learns_of_a_strangers_file_nor_of_a_strangers_draft() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let eve = app.person("eve", Role::Author).await;
    let editor = app.person("edna", Role::Editor).await;
    let id = upload(&app, &ada, "lamp.png", "A lamp", &png()).await;
    let nothing = "00000000-0000-7000-8000-000000000000";
    for path in ["", "/delete"] {
        let theirs = app.get(&format!("/library/{id}{path}"), &eve).await;
        let none = app.get(&format!("/library/{nothing}{path}"), &eve).await;
        assert_eq!(
            (theirs.status, none.status),
            (404.try_into().unwrap(), theirs.status)
        );
        assert_eq!(
            theirs.masked().replace(&id, "X"),
            none.masked().replace(nothing, "X")
        );
    }
    for (path, form) in [
        ("alt", [("alt", "Mine now")].as_slice()),
        ("focus", &[("focus", "0-0")]),
        ("delete", &[]),
    ] {
        let answer = app.post(&format!("/library/{id}/{path}"), &eve, form).await;
        assert_eq!(answer.status, 404, "{path}");
    }
    assert_eq!(app.get("/library/no-id", &ada).await.status, 404);
    let page = app.get(&format!("/library/{id}"), &ada).await.text();
    assert!(page.contains("A lamp</textarea>") && page.contains("value=\"3-3\""));
    assert_eq!(
        app.get(&format!("/library/{id}"), &editor).await.status,
        200
    );

    // An editor put the editor's own picture into somebody's draft, and is an editor no more.
    let theirs = upload(&app, &editor, "own.png", "", &png()).await;
    let draft = app
        .post("/write", &eve, &post_form("Secret plan", "Text", "draft"))
        .await;
    let draft = draft.location();
    let mut form = post_form("Secret plan", "Text", "draft");
    form.extend([("cover", theirs.as_str()), ("version", "1")]);
    let saved = app.post(&format!("{draft}/edit"), &editor, &form).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    let page = format!("/library/{theirs}");
    assert!(app.get(&page, &editor).await.text().contains("Secret plan"));
    app.blog
        .accounts()
        .set_role("edna", Role::Author)
        .await
        .unwrap();
    let editor = Person {
        cookie: app.log_in_again("edna").await,
        ..editor
    };
    for answer in [
        app.get(&page, &editor).await,
        app.get(&format!("{page}/delete"), &editor).await,
        app.post(&format!("{page}/delete"), &editor, &[]).await,
    ] {
        let text = answer.text();
        assert!(
            !text.contains("Secret plan") && !text.contains(&draft),
            "{text}"
        );
        assert!(text.contains("cannot be named here"), "{text}");
    }
}
