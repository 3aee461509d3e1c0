//! The picture that stands for a post elsewhere.

use blog_core::model::user::Role;

use super::SITE;
use super::head::head;
use crate::app::{Answer, Person, TestApp, post_form};

fn nobody() -> Person {
    Person::default()
}

/// The path of the card that a post's page names.
async fn named(app: &TestApp, post: &str) -> String {
    let head = head(app, post, &nobody()).await;
    let image = head.meta("og:image").expect("a picture").to_owned();
    assert_eq!(head.meta("twitter:card"), Some("summary_large_image"));
    assert_eq!(head.meta("og:image:width"), Some("1200"));
    assert_eq!(head.meta("og:image:height"), Some("630"));
    image.strip_prefix(SITE).unwrap().to_owned()
}

fn etag(answer: &Answer) -> &str {
    answer.headers["etag"].to_str().unwrap()
}

#[tokio::test]
async fn a_post_without_a_cover_has_a_card_of_its_title() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let mut form = post_form("A quiet harbour", "Text", "published");
    let post = app.post("/write", &ada, &form).await.location();
    let path = named(&app, &post).await;
    let card = app.get(&path, &nobody()).await;
    assert_eq!(card.status, 200);
    assert_eq!(card.headers["content-type"], "image/png");
    assert_eq!(card.headers["cache-control"], "no-cache");
    let picture = image::load_from_memory(&card.body).unwrap();
    assert_eq!((picture.width(), picture.height()), (1200, 630));
    let head = head(&app, &post, &nobody()).await;
    assert_eq!(head.meta("og:image:alt"), Some("A quiet harbour"));
    assert_eq!(
        head.node("BlogPosting")["image"],
        head.meta("og:image").unwrap()
    );

    // The same words are the same card, and who has it is told so.
    let bare = format!("{post}/card.png");
    let request = app.request("GET", &bare, &nobody());
    let request = request.header("if-none-match", etag(&card)).finish();
    assert_eq!(app.send(request).await.status, 304);

    // Other words are another card at another address.
    form[0].1 = "A loud harbour";
    form.push(("version", "1"));
    form.push(("slug", post.strip_prefix("/posts/").unwrap()));
    app.post(&format!("{post}/edit"), &ada, &form).await;
    let renamed = named(&app, &post).await;
    assert_ne!(renamed, path);
    let other = app.get(&renamed, &nobody()).await;
    assert_ne!(etag(&other), etag(&card));
    assert_ne!(other.body, card.body);
}

#[tokio::test]
async fn a_card_moves_with_its_post() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let mut form = post_form("One", "Text", "published");
    app.post("/write", &ada, &form).await;
    form.extend([("version", "1"), ("slug", "two")]);
    app.post("/posts/one/edit", &ada, &form).await;
    let old = app.get("/posts/one/card.png", &nobody()).await;
    assert_eq!(old.status, 301);
    assert_eq!(old.location(), "/posts/two/card.png");
    assert_eq!(app.get("/posts/two/card.png", &nobody()).await.status, 200);
}

#[tokio::test]
async fn a_hidden_post_has_no_card_for_anybody() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let none = app.get("/posts/nothing/card.png", &nobody()).await;
    assert_eq!(none.status, 404);
    let mut scheduled = post_form("Soon", "Text", "scheduled");
    scheduled.push(("publish_at", "2026-01-31T19:00"));
    for form in [post_form("A draft", "Text", "draft"), scheduled] {
        let post = app.post("/write", &ada, &form).await.location();
        for who in [&nobody(), &ada] {
            let card = app.get(&format!("{post}/card.png"), who).await;
            assert_eq!(card.status, 404);
            assert!(!card.headers.contains_key("etag"));
            if who.cookie.is_none() {
                assert_eq!(card.masked(), none.masked(), "like nothing");
            }
        }
    }
    let form = post_form("Quiet", "Text", "unlisted");
    let post = app.post("/write", &ada, &form).await.location();
    let card = app.get(&format!("{post}/card.png"), &nobody()).await;
    assert_eq!(card.status, 200, "whoever has the address may preview it");
}

#[tokio::test]
async fn a_crowd_gets_one_card_and_too_many_cards_wait_their_turn() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let titles: Vec<String> = (0..60).map(|n| format!("Lamp number {n}")).collect();
    let mut cards = Vec::new();
    for title in &titles {
        let form = post_form(title, "Text", "published");
        let post = app.post("/write", &ada, &form).await.location();
        cards.push(format!("{post}/card.png"));
    }
    let (someone, app) = (nobody(), &app);
    let crowd = (0..60).map(|_| app.get(&cards[0], &someone));
    for card in futures_util::future::join_all(crowd).await {
        assert_eq!(card.status, 200, "one card, however many ask");
    }
    let all = cards.iter().skip(1).map(|card| app.get(card, &someone));
    let all = futures_util::future::join_all(all).await;
    let mut refused = 0;
    for (card, path) in all.iter().zip(cards.iter().skip(1)) {
        if card.status == 503 {
            refused += 1;
            assert!(card.headers.contains_key("retry-after"));
            let later = app.get(path, &someone).await;
            assert_eq!(later.status, 200, "a refusal is not kept");
        } else {
            assert_eq!(card.status, 200);
        }
    }
    assert!((1..59).contains(&refused), "{refused}");
}
