//! Preview links: who makes them, what they show, and when they show nothing.

use blog_core::model::user::Role;

use crate::app::{Answer, Person, TestApp, png, post_form};

fn nobody() -> Person {
    Person::default()
}

/// Where a draft of this title stands; its text shows a private picture.
async fn draft(app: &TestApp, who: &Person, status: &str) -> (String, String) {
    let parts: [(&str, Option<&str>, &[u8]); 1] = [("file", Some("a.png"), &png())];
    app.post_parts("/media/uploads", who, &parts).await;
    let library = app.get("/library", who).await.text();
    let at = library.find("media:").unwrap() + 6;
    let id = library[at..at + 36].to_owned();
    let body = format!("Not yet for *everybody* ![A lamp](media:{id})");
    let mut form = post_form("Soon", &body, status);
    form.extend([("cover", id.as_str()), ("publish_at", "2026-02-10T12:00")]);
    if status != "scheduled" {
        form.retain(|(name, _)| *name != "publish_at");
    }
    let saved = app.post("/write", who, &form).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    (saved.location(), id)
}

/// The path of the link that an answer shows.
fn link(answer: &Answer) -> String {
    let text = answer.text().replace("&#x2f;", "/");
    assert_eq!(answer.status, 200, "{text}");
    let at = text
        .find("/preview/")
        .unwrap_or_else(|| panic!("no link: {text}"));
    text[at..at + "/preview/".len() + 43].to_owned()
}

async fn make(app: &TestApp, who: &Person, post: &str, days: &str) -> String {
    let path = format!("{post}/links");
    link(&app.post(&path, who, &[("days", days)]).await)
}

#[tokio::test]
async fn whoever_has_the_link_sees_the_post_as_it_is_now_with_its_pictures() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let (post, id) = draft(&app, &ada, "draft").await;
    let link = make(&app, &ada, &post, "7").await;
    let answer = app.get(&link, &nobody()).await;
    assert_eq!(answer.status, 200);
    let header = |name: &str| answer.headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("cache-control"), "private, no-store");
    assert_eq!(header("referrer-policy"), "no-referrer");
    assert_eq!(header("x-robots-tag"), "noindex, nofollow");
    for absent in ["etag", "set-cookie"] {
        assert!(!answer.headers.contains_key(absent), "{absent}");
    }
    let page = answer.text();
    for part in [
        "Not yet for <em>everybody</em>",
        "This is a preview of a draft",
        "<time datetime=\"2026-02-07T18:30:00Z\">",
        "<meta name=\"robots\" content=\"noindex\">",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    for absent in [
        "id=\"comments\"",
        "comment-form",
        "/like\"",
        "/edit\"",
        "rel=\"canonical\"",
        "og:title",
        "ld+json",
        "/media/private/",
        "?next=",
    ] {
        assert!(!page.contains(absent), "{absent}: {page}");
    }
    // In the text and as its cover.
    let picture = format!("{link}/media/{id}");
    assert!(page.matches(&picture).count() >= 2, "{page}");
    let bytes = app.get(&picture, &nobody()).await;
    assert_eq!(bytes.status, 200);
    assert_eq!(bytes.headers["content-type"], "image/png");
    assert_eq!(bytes.headers["cache-control"], "private, no-store");
    assert_eq!(bytes.headers["referrer-policy"], "no-referrer");
    assert_eq!(bytes.headers["x-robots-tag"], "noindex, nofollow");
    let part = app
        .request("GET", &picture, &nobody())
        .header("range", "bytes=0-3");
    let part = app.send(part.finish()).await;
    assert_eq!((part.status.as_u16(), part.body.len()), (206, 4));
    assert_eq!(
        app.get(&format!("/media/private/{id}"), &nobody())
            .await
            .status,
        404
    );
    // What is saved later is what is shown.
    let mut later = post_form("Sooner", "Another text", "draft");
    later.push(("version", "1"));
    let saved = app.post(&format!("{post}/edit"), &ada, &later).await;
    let page = app.get(&link, &nobody()).await.text();
    assert!(
        page.contains("Another text") && page.contains("Sooner"),
        "{page}"
    );
    assert_eq!(
        app.get(&picture, &nobody()).await.status,
        404,
        "no longer shown"
    );
    // The link stands nowhere else, and reading it was nothing that is counted.
    let list = app
        .get(&format!("{}/links", saved.location()), &ada)
        .await
        .text();
    assert!(!list.contains(&link[9..]), "{list}");
    assert!(
        list.contains("<time datetime=\"2026-02-07T18:30:00Z\">"),
        "{list}"
    );
}

#[tokio::test]
async fn a_link_ends_by_time_by_its_maker_and_with_its_post() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let (post, id) = draft(&app, &ada, "draft").await;
    let nothing = app.get("/no-such-page", &nobody()).await.masked();
    let gone = async |link: &str, why: &str| {
        for path in [link.to_owned(), format!("{link}/media/{id}")] {
            let answer = app.get(&path, &nobody()).await;
            assert_eq!(answer.status, 404, "{why}: {path}");
            assert_eq!(answer.masked(), nothing, "{why}: {path}");
            assert_eq!(answer.headers["cache-control"], "no-store", "{why}: {path}");
        }
    };
    let short = make(&app, &ada, &post, "1").await;
    let long = make(&app, &ada, &post, "30").await;
    let revoked = make(&app, &ada, &post, "7").await;
    app.advance(1);
    let list = app.get(&format!("{post}/links"), &ada).await.text();
    let action = list.split("/revoke\"").next().unwrap();
    let action = action.rsplit("action=\"").next().unwrap();
    let answer = app.post(&format!("{action}/revoke"), &ada, &[]).await;
    assert_eq!(answer.location(), format!("{post}/links"));
    let mut good = 0;
    for link in [&short, &long, &revoked] {
        good += u32::from(app.get(link, &nobody()).await.status == 200);
    }
    assert_eq!(good, 2, "one of the three was ended");
    app.advance(24 * 3600 - 1);
    gone(&short, "a day is over").await;
    app.blog.worker().sweep().await.unwrap();
    app.advance(6 * 24 * 3600);
    gone(&revoked, "seven days are over, or it was ended").await;
    // The session of ada has ended by then.
    let ada = Person {
        cookie: app.log_in_again("ada").await,
        actor: ada.actor,
    };
    let fresh = make(&app, &ada, &post, "7").await;
    assert_eq!(app.get(&fresh, &nobody()).await.status, 200);
    app.post(&format!("{post}/delete"), &ada, &[("version", "1")])
        .await;
    gone(&fresh, "the post is deleted").await;
    gone(&long, "the post is deleted").await;
    for odd in [
        "/preview/",
        "/preview/x",
        &format!("/preview/{}", "A".repeat(43)),
    ] {
        assert_eq!(app.get(odd, &nobody()).await.status, 404, "{odd}");
    }
}

#[tokio::test]
async fn a_link_shows_what_its_maker_may_show_at_that_moment() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let edi = app.person("edi", Role::Editor).await;
    let (post, _) = draft(&app, &ada, "draft").await;
    let (by_ada, by_edi) = (
        make(&app, &ada, &post, "7").await,
        make(&app, &edi, &post, "7").await,
    );
    let users = &app.records.users;
    let fx = || blog_core::model::effects::Effects::at(app.blog.now());
    let id = |person: &Person| person.actor.unwrap().user().unwrap();
    let statuses = async || {
        let of = async |link: &str| app.get(link, &nobody()).await.status.as_u16();
        [of(&by_ada).await, of(&by_edi).await]
    };
    assert_eq!(statuses().await, [200, 200]);
    users
        .set_suspended(id(&edi), crate::app::reason(), fx())
        .await
        .unwrap();
    assert_eq!(statuses().await, [200, 404]);
    users.set_suspended(id(&edi), None, fx()).await.unwrap();
    users.set_role(id(&edi), Role::Author, fx()).await.unwrap();
    assert_eq!(statuses().await, [200, 404], "not an editor any more");
    users
        .set_suspended(id(&ada), crate::app::reason(), fx())
        .await
        .unwrap();
    assert_eq!(statuses().await, [404, 404]);
    users.set_suspended(id(&ada), None, fx()).await.unwrap();
    assert_eq!(statuses().await, [200, 404]);
}

#[tokio::test]
async fn only_who_may_change_a_post_makes_links_to_it() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let other = app.person("bob", Role::Author).await;
    let (post, _) = draft(&app, &ada, "draft").await;
    let path = format!("{post}/links");
    assert_eq!(app.get(&path, &nobody()).await.status, 303);
    for person in [&other, &nobody()] {
        let made = app.post(&path, person, &[("days", "7")]).await;
        assert!(!made.text().contains("/preview/"), "{}", made.text());
    }
    assert_eq!(
        app.get(&path, &other).await.status,
        404,
        "a draft is nothing to others"
    );
    for days in ["", "0", "8", "365", "-1", "seven"] {
        let refused = app.post(&path, &ada, &[("days", days)]).await;
        assert_eq!(refused.status, 422, "{days}");
        assert!(refused.text().contains("f-days-error"), "{days}");
    }
    let unknown = app.post(&path, &ada, &[("days", "7"), ("post", "x")]).await;
    assert_eq!(unknown.status, 422, "unknown fields are refused");
    // Ending somebody's link by another post's address.
    let link = make(&app, &ada, &post, "7").await;
    let list = app.get(&path, &ada).await.text();
    let id = list
        .split("/revoke\"")
        .next()
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap();
    let theirs = app
        .post("/write", &other, &post_form("Mine", "Text", "draft"))
        .await;
    let theirs = theirs.location();
    let refused = app
        .post(&format!("{theirs}/links/{id}/revoke"), &other, &[])
        .await;
    assert_eq!(refused.status, 404);
    assert_eq!(app.get(&link, &nobody()).await.status, 200);
    let made = async || app.post(&path, &ada, &[("days", "7")]).await.status;
    let mut status = made().await;
    for _ in 0..40 {
        status = made().await;
    }
    assert_eq!(status, 429, "there is an end to it");
}

#[tokio::test]
async fn the_preview_of_a_post_that_is_out_leads_to_it() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let (post, id) = draft(&app, &ada, "scheduled").await;
    let link = make(&app, &ada, &post, "30").await;
    let page = app.get(&link, &nobody()).await.text();
    assert!(page.contains("yet to appear"), "{page}");
    assert_eq!(
        app.get(&format!("{link}/media/{id}"), &nobody())
            .await
            .status,
        200
    );
    // To the moment, and nobody writes anything.
    app.advance(9 * 24 * 3600 + 17 * 3600 + 30 * 60 - 1);
    assert_eq!(app.get(&link, &nobody()).await.status, 200);
    app.advance(1);
    let answer = app.get(&link, &nobody()).await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.headers["referrer-policy"], "no-referrer");
    assert_eq!(answer.headers["cache-control"], "private, no-store");
    let there = app.get(&answer.location(), &nobody()).await;
    assert_eq!(there.status, 200);
    assert!(there.text().contains("Not yet for <em>everybody</em>"));
    let ada = Person {
        cookie: app.log_in_again("ada").await,
        actor: ada.actor,
    };
    let list = app
        .get(&format!("{}/links", answer.location()), &ada)
        .await
        .text();
    assert!(list.contains("Everybody can read this post"), "{list}");
    assert!(!list.contains("name=\"days\""), "{list}");
}
