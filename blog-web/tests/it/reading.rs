//! Ways through the posts: archive, tags, search, from post to post, and to a comment.

use blog_core::model::user::Role;
use blog_core::service::publishing::PostInput;

use crate::app::{Person, TestApp};

/// A post of a day, `2026-01-31T18:30`.
async fn post_on(app: &TestApp, who: &Person, title: &str, tags: &str, when: &str) {
    let input = PostInput {
        title: title.to_owned(),
        body: format!("Text of {title}."),
        tags: tags.to_owned(),
        // The clock of these tests stands at this moment.
        status: match when > "2026-01-31T18:30" {
            true => "scheduled".to_owned(),
            false => "published".to_owned(),
        },
        publish_at: when.to_owned(),
        ..PostInput::default()
    };
    let actor = who.actor.unwrap();
    app.blog.publishing().create(&actor, &input).await.unwrap();
}

/// What stands in `<main>`.
fn main_of(page: &str) -> String {
    let at = page.find("<main").expect("a page has a main part");
    page[at..].split("</main>").next().unwrap().to_owned()
}

#[tokio::test]
async fn the_archive_leads_to_years_and_months_that_have_posts() {
    let app = TestApp::new();
    let nobody = Person::default();
    let empty = app.get("/archive", &nobody).await;
    assert_eq!(empty.status, 200);
    assert!(empty.text().contains("Nothing has been published yet"));

    let ada = app.person("ada", Role::Author).await;
    for (title, when) in [
        ("First", "2024-02-29T23:59"),
        ("Second", "2025-12-31T23:59"),
        ("Third", "2026-01-01T00:00"),
        ("Fourth", "2026-01-31T18:30"),
        ("Scheduled", "2026-02-01T08:00"),
        ("Later this month", "2026-01-31T23:00"),
    ] {
        post_on(&app, &ada, title, "", when).await;
    }
    let page = main_of(&app.get("/archive", &nobody).await.text());
    for (path, posts) in [
        ("/archive/2026/01", "2 posts"),
        ("/archive/2025/12", "1 post"),
        ("/archive/2024/02", "1 post"),
    ] {
        let link = page.split(&format!("href=\"{path}\"")).nth(1);
        let line = link.unwrap_or_else(|| panic!("no {path} in {page}"));
        let line = line.split("</li>").next().unwrap();
        assert!(line.contains(&format!(">{posts}<")), "{path}: {line}");
    }
    assert!(!page.contains("2026/02"), "{page}");

    let year = main_of(&app.get("/archive/2026", &nobody).await.text());
    assert!(year.contains("Third") && year.contains("Fourth"), "{year}");
    for other in ["Second", "Scheduled", "Later this month"] {
        assert!(!year.contains(other), "{other}: {year}");
    }
    let month = main_of(&app.get("/archive/2024/02", &nobody).await.text());
    assert!(month.contains("February 2024") && month.contains("First"));
    assert!(!month.contains("Second"), "{month}");

    // They appear by time.
    app.advance(24 * 3600);
    let page = main_of(&app.get("/archive", &nobody).await.text());
    assert!(page.contains("/archive/2026/02"), "{page}");
    let january = page.split("/archive/2026/01").nth(1).unwrap();
    assert!(january.contains(">3 posts<"), "{january}");
}

#[tokio::test]
async fn a_month_has_one_address_and_an_impossible_one_has_none() {
    let app = TestApp::new();
    let nobody = Person::default();
    let ada = app.person("ada", Role::Author).await;
    post_on(&app, &ada, "One", "", "2026-01-31T18:30").await;
    for (asked, canonical) in [
        ("/archive/2026/1", "/archive/2026/01"),
        ("/archive/26", "/archive/0026"),
        ("/archive/26/3", "/archive/0026/03"),
        ("/archive/026/03", "/archive/0026/03"),
    ] {
        let answer = app.get(asked, &nobody).await;
        assert_eq!(answer.status, 301, "{asked}");
        assert_eq!(answer.location(), canonical, "{asked}");
    }
    for impossible in [
        "/archive/0",
        "/archive/0000",
        "/archive/10000",
        "/archive/99999999999999999999",
        "/archive/2026/0",
        "/archive/2026/00",
        "/archive/2026/13",
        "/archive/2026/001",
        "/archive/2026/256",
        "/archive/-2026",
        "/archive/+2026",
        "/archive/2026/+1",
        "/archive/%D9%A2%D9%A0%D9%A2%D9%A6",
        "/archive/year",
        "/archive/2026/january",
        "/archive/2026/01?after=nonsense",
    ] {
        let answer = app.get(impossible, &nobody).await;
        assert_eq!(answer.status, 404, "{impossible}");
        assert!(answer.text().contains("</html>"), "{impossible}");
    }
    for quiet in ["/archive/1999", "/archive/2025/12", "/archive/9999/12"] {
        let answer = app.get(quiet, &nobody).await;
        assert_eq!(answer.status, 404, "{quiet}");
        let page = answer.text();
        assert!(
            page.contains("Nothing was published at that time"),
            "{page}"
        );
        assert!(page.contains("href=\"/archive\"") && page.contains("noindex"));
    }
}

#[tokio::test]
async fn what_strangers_may_not_see_counts_nowhere() {
    let app = TestApp::new();
    let nobody = Person::default();
    let ada = app.person("ada", Role::Author).await;
    let zoe = app.person("zoe", Role::Author).await;
    post_on(&app, &ada, "Shown", "Harbour, Shown", "2026-01-10T10:00").await;
    post_on(&app, &zoe, "Gone", "Harbour, Gone", "2025-03-10T10:00").await;
    for (status, tag) in [("draft", "Secret"), ("unlisted", "Hidden")] {
        let input = PostInput {
            title: format!("A {tag} thing"),
            body: "Text".to_owned(),
            tags: format!("Harbour, {tag}"),
            status: status.to_owned(),
            publish_at: "2024-05-05T10:00".to_owned(),
            ..PostInput::default()
        };
        let actor = ada.actor.unwrap();
        app.blog.publishing().create(&actor, &input).await.unwrap();
    }
    let zoe = zoe.actor.unwrap().user().unwrap();
    let users = &app.records.users;
    let at = app.advance(1);
    let effects = || blog_core::model::effects::Effects::at(at).invalidating();
    users
        .set_suspended(zoe, crate::app::reason(), effects())
        .await
        .unwrap();
    for who in [&nobody, &ada] {
        let archive = main_of(&app.get("/archive", who).await.text());
        assert!(archive.contains("/archive/2026/01"), "{archive}");
        assert!(!archive.contains("2025") && !archive.contains("2024"));
        let tags = main_of(&app.get("/tags", who).await.text());
        assert!(tags.contains("/tags/harbour") && tags.contains("/tags/shown"));
        assert!(tags.contains("Harbour</bdi></a> <span class=\"faint\">1<"));
        for hidden in ["Secret", "Hidden", "Gone"] {
            assert!(!tags.contains(hidden), "{hidden}: {tags}");
        }
    }
    users.set_suspended(zoe, None, effects()).await.unwrap();
    // A write past this process's services is seen within a second.
    app.advance(1);
    let archive = main_of(&app.get("/archive", &nobody).await.text());
    assert!(archive.contains("/archive/2025/03"), "{archive}");
    let tags = main_of(&app.get("/tags", &nobody).await.text());
    assert!(
        tags.contains("Harbour</bdi></a> <span class=\"faint\">2<"),
        "{tags}"
    );
}

#[tokio::test]
async fn tags_stand_in_the_order_of_the_alphabet() {
    let app = TestApp::new();
    let nobody = Person::default();
    assert!(
        app.get("/tags", &nobody)
            .await
            .text()
            .contains("No post has a tag")
    );
    let ada = app.person("ada", Role::Author).await;
    let all = ["Zebra", "Çay", "Apple", "2026", "夜の港", "apricot"];
    post_on(&app, &ada, "One", &all.join(", "), "2026-01-01T10:00").await;
    let page = main_of(&app.get("/tags", &nobody).await.text());
    let place = |name: &str| page.find(&format!("<bdi>{name}</bdi>")).unwrap();
    for (one, next) in [
        ("2026", "Apple"),
        ("Apple", "apricot"),
        ("apricot", "Çay"),
        ("Çay", "Zebra"),
    ] {
        assert!(place(one) < place(next), "{one} before {next}: {page}");
    }
    assert!(page.contains("夜の港"));
    for (after, status) in [
        ("apricot", 200),
        ("zzz", 200),
        ("No%20Slug", 404),
        ("", 404),
    ] {
        let answer = app.get(&format!("/tags?after={after}"), &nobody).await;
        assert_eq!(answer.status, status, "{after}");
    }
    let rest = main_of(&app.get("/tags?after=apricot", &nobody).await.text());
    assert!(!rest.contains("Apple") && rest.contains("Zebra"), "{rest}");
}

/// The address in the first link that has this relation.
fn link(page: &str, rel: &str) -> Option<String> {
    let at = page.find(&format!("rel=\"{rel}\""))?;
    let href = page[at..].split("href=\"").nth(1)?;
    Some(href.split('"').next()?.replace("&amp;", "&"))
}

#[tokio::test]
async fn from_each_post_the_way_leads_to_the_ones_beside_it() {
    let app = TestApp::new();
    let nobody = Person::default();
    let ada = app.person("ada", Role::Author).await;
    let bob = app.person("bob", Role::Author).await;
    for (who, title, when) in [
        (&ada, "One", "2026-01-01T10:00"),
        (&bob, "Two", "2026-01-02T10:00"),
        // Two of one moment: which is first is told by lists.
        (&ada, "Three", "2026-01-03T10:00"),
        (&bob, "Four", "2026-01-03T10:00"),
        (&ada, "Five", "2026-01-04T10:00"),
        (&ada, "Later", "2026-02-01T10:00"),
    ] {
        post_on(&app, who, title, "", when).await;
    }
    let home = main_of(&app.get("/", &nobody).await.text());
    let listed: Vec<String> = home
        .split("class=\"card-title\"")
        .skip(1)
        .map(|card| {
            let href = card.split("href=\"").nth(1).unwrap();
            href.split('"').next().unwrap().to_owned()
        })
        .collect();
    assert_eq!(listed.len(), 5, "{home}");
    for (place, path) in listed.iter().enumerate() {
        let page = main_of(&app.get(path, &nobody).await.text());
        let newer = place.checked_sub(1).map(|place| listed[place].clone());
        assert_eq!(link(&page, "next"), newer, "behind {path}");
        assert_eq!(
            link(&page, "prev"),
            listed.get(place + 1).cloned(),
            "before {path}"
        );
    }
}

#[tokio::test]
async fn below_a_post_stand_its_author_and_what_is_related() {
    let app = TestApp::new();
    let nobody = Person::default();
    let ada = app.person("ada", Role::Author).await;
    let bob = app.person("bob", Role::Author).await;
    let profile: [(&str, Option<&str>, &[u8]); 3] = [
        ("display_name", None, b"Ada of the Harbour"),
        ("bio", None, b"Writes <b>about</b> ferries."),
        ("version", None, b"1"),
    ];
    let saved = app.post_parts("/account/profile", &ada, &profile).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    post_on(
        &app,
        &bob,
        "Oldest ferry",
        "Ferries, Night",
        "2026-01-01T10:00",
    )
    .await;
    post_on(&app, &bob, "Between", "", "2026-01-02T10:00").await;
    post_on(
        &app,
        &ada,
        "The ferry",
        "Ferries, Night",
        "2026-01-03T10:00",
    )
    .await;
    post_on(&app, &bob, "Behind", "", "2026-01-04T10:00").await;
    post_on(&app, &bob, "Night watch", "Night", "2026-01-05T10:00").await;
    post_on(&app, &ada, "Of the same author", "", "2026-01-06T10:00").await;
    let draft = [
        ("title", "A secret ferry"),
        ("body", "Text"),
        ("tags", "Ferries"),
        ("status", "draft"),
    ];
    app.post("/write", &ada, &draft).await;

    let page = main_of(&app.get("/posts/the-ferry", &nobody).await.text());
    let about = page.split("class=\"about\"").nth(1).unwrap();
    let about = about.split("</aside>").next().unwrap();
    assert!(about.contains("Ada of the Harbour"), "{about}");
    assert!(about.contains("Writes &lt;b&gt;about&lt;"), "{about}");
    assert!(about.contains("href=\"/@ada\""), "{about}");

    let related = page
        .split("class=\"related\"")
        .nth(1)
        .expect("something is related");
    let order: Vec<usize> = ["Oldest ferry", "Night watch", "Of the same author"]
        .map(|title| {
            related
                .find(title)
                .unwrap_or_else(|| panic!("no {title}: {related}"))
        })
        .into();
    assert!(order.is_sorted(), "{related}");
    for other in ["Between", "Behind", "The ferry<", "secret"] {
        assert!(!related.contains(other), "{other}: {related}");
    }
    // What is beside it is not said twice.
    let lonely = main_of(&app.get("/posts/between", &nobody).await.text());
    let related = lonely.split("class=\"related\"").nth(1).unwrap_or_default();
    assert!(!related.contains("Oldest ferry"), "{related}");
}

#[tokio::test]
async fn a_search_shows_where_it_found_the_words() {
    let app = TestApp::new();
    let nobody = Person::default();
    let ada = app.person("ada", Role::Author).await;
    let filler = "Nothing of this is asked for. ".repeat(30);
    for (title, body) in [
        (
            "Night in İstanbul",
            format!("{filler}\n\nThe *ferries* of İSTANBUL & <i>others</i>. {filler}"),
        ),
        ("東京の夜", "東京都庁の展望台から夜景を見る。".to_owned()),
        (
            "<script>alert(1)</script>",
            "An <b>ordinary</b> ferry".to_owned(),
        ),
    ] {
        let input = PostInput {
            title: title.to_owned(),
            body,
            status: "published".to_owned(),
            ..PostInput::default()
        };
        app.blog
            .publishing()
            .create(&ada.actor.unwrap(), &input)
            .await
            .unwrap();
    }
    let found = async |query: &str| {
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("q", query)
            .finish();
        let answer = app.get(&format!("/search?{query}"), &nobody).await;
        assert_eq!(answer.status, 200, "{query}");
        main_of(&answer.text())
    };
    let page = found("istanbul ferries").await;
    assert!(
        page.contains("Night in <mark>İstanbul</mark></a>"),
        "{page}"
    );
    assert!(
        page.contains("The <mark>ferries</mark> of <mark>İSTANBUL</mark> &amp; others."),
        "{page}"
    );
    let page = found("京都").await;
    assert!(page.contains("東<mark>京都</mark>庁"), "{page}");
    let page = found("script").await;
    assert!(page.contains("&lt;<mark>script</mark>&gt;alert"), "{page}");
    assert!(!page.contains("<script"), "{page}");
}

#[tokio::test]
async fn a_search_for_anything_is_answered_kindly() {
    let app = TestApp::new();
    let nobody = Person::default();
    let empty = app.get("/search", &nobody).await;
    assert_eq!(empty.status, 200);
    let ada = app.person("ada", Role::Author).await;
    post_on(&app, &ada, "One", "Harbour, Lamps", "2026-01-01T10:00").await;
    let long = "word ".repeat(2_048);
    for (query, sentence) in [
        (long.as_str(), "Only the first 200 characters"),
        ("\"unbalanced", "No post holds all of these words"),
        (
            "'; DROP TABLE blog_posts; --",
            "No post holds all of these words",
        ),
        ("(((", "There is no word in this"),
        ("?!… —", "There is no word in this"),
        ("🎉🦀", "There is no word in this"),
        ("zzz AND OR NOT NEAR(", "No post holds all of these words"),
        ("terms:*", "No post holds all of these words"),
        ("\u{0}\u{7f}\u{202e}", "There is no word in this"),
    ] {
        let encoded: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("q", query)
            .finish();
        let answer = app.get(&format!("/search?{encoded}"), &nobody).await;
        assert_eq!(answer.status, 200, "{query:?}");
        let page = main_of(&answer.text());
        assert!(page.contains(sentence), "{query:?}: {page}");
        // Where nothing is found, something else is offered.
        assert!(
            page.contains("/posts/one") && page.contains("/tags/lamps"),
            "{query:?}: {page}"
        );
        assert!(page.len() < 20_000, "{query:?}");
    }
    for broken in [
        "/search?q=%FF%FE",
        "/search?q=a&q=b&after=",
        "/search?q=a&after=nonsense",
        "/search?%%%",
    ] {
        let status = app.get(broken, &nobody).await.status.as_u16();
        assert!(status == 200 || status == 404, "{broken}: {status}");
    }
    let found = main_of(&app.get("/search?q=one", &nobody).await.text());
    assert!(found.contains("<mark>One</mark>") && !found.contains("class=\"suggested\""));
}

#[tokio::test]
async fn an_unknown_tag_is_answered_with_the_way_to_all_tags() {
    let app = TestApp::new();
    let answer = app.get("/tags/never-used", &Person::default()).await;
    assert_eq!(answer.status, 404);
    let page = answer.text();
    assert!(
        page.contains("No posts with this tag") && page.contains("href=\"/tags\""),
        "{page}"
    );
    assert!(page.contains("noindex"));
}

#[tokio::test]
async fn a_comments_address_leads_to_the_page_that_it_stands_on() {
    let app = TestApp::new();
    let nobody = Person::default();
    let ada = app.person("ada", Role::Author).await;
    post_on(&app, &ada, "One", "", "2026-01-01T10:00").await;
    let mut places = Vec::new();
    for number in 0..120 {
        // Within the limit of comments, and of a session.
        app.advance(120);
        let body = format!("Comment number {number}.");
        let answer = app
            .post("/posts/one/comments", &ada, &[("body", body.as_str())])
            .await;
        assert_eq!(answer.status, 303);
        places.push(answer.location());
    }
    for number in [0, 1, 49, 50, 99, 119] {
        let place = &places[number];
        let (page, anchor) = place.split_once('#').unwrap();
        let id = anchor.strip_prefix("comment-").unwrap();
        let answer = app.get(&format!("/posts/one/comments/{id}"), &nobody).await;
        assert_eq!(answer.status, 303, "{number}");
        let (now, there) = (answer.location(), answer.location());
        assert!(now.ends_with(&format!("#comment-{id}")), "{now}");
        for page in [page, there.split('#').next().unwrap()] {
            let page = app.get(page, &nobody).await.text();
            assert!(
                page.contains(&format!("id=\"comment-{id}\"")),
                "{number} on {page}"
            );
            assert!(
                page.contains(&format!("href=\"/posts/one/comments/{id}\"")),
                "{number}"
            );
        }
    }
    let first = app.get("/posts/one", &nobody).await.text();
    assert!(first.contains("Comment number 49.") && !first.contains("Comment number 50."));
    assert!(!first.contains("First comments"));
    let last = places[119].split('#').next().unwrap();
    let last = app.get(last, &nobody).await.text();
    assert!(last.contains("First comments") && last.contains("href=\"/posts/one#comments\""));

    // Of another post, deleted, or none: nothing is there.
    post_on(&app, &ada, "Two", "", "2026-01-02T10:00").await;
    let id = places[7].split("#comment-").nth(1).unwrap();
    let ada = Person {
        cookie: app.log_in_again("ada").await,
        ..ada
    };
    let delete = format!("/comments/{id}/delete");
    assert_eq!(app.post(&delete, &ada, &[]).await.status, 303);
    let kept = places[8].split("#comment-").nth(1).unwrap();
    for missing in [
        format!("/posts/one/comments/{id}"),
        format!("/posts/two/comments/{kept}"),
        format!("/posts/never/comments/{kept}"),
        "/posts/one/comments/nonsense".to_owned(),
        "/posts/one/comments/00000000-0000-7000-8000-000000000000".to_owned(),
    ] {
        assert_eq!(app.get(&missing, &nobody).await.status, 404, "{missing}");
    }
}

#[tokio::test]
async fn a_drafts_comments_have_no_address_for_strangers() {
    let app = TestApp::new();
    let nobody = Person::default();
    let ada = app.person("ada", Role::Author).await;
    post_on(&app, &ada, "One", "", "2026-01-01T10:00").await;
    let made = app
        .post("/posts/one/comments", &ada, &[("body", "Mine")])
        .await;
    let id = made
        .location()
        .split("#comment-")
        .nth(1)
        .unwrap()
        .to_owned();
    let mut form = crate::app::post_form("One", "Text", "draft");
    form.push(("version", "1"));
    app.post("/posts/one/edit", &ada, &form).await;
    let path = format!("/posts/one/comments/{id}");
    assert_eq!(app.get(&path, &nobody).await.status, 404);
    assert_eq!(app.get(&path, &ada).await.status, 303);
}
