//! Comments that are held, reported, decided about, and not taken at all.

use blog_core::PageRequest;
use blog_core::model::user::Role;

use crate::app::{Person, TestApp, post_form};

struct Scene {
    app: TestApp,
    root: Person,
    ada: Person,
    bob: Person,
    /// Another author.
    cleo: Person,
}

/// A blog that holds first comments, a post of ada's, and bob, who never commented.
async fn scene() -> Scene {
    let app = TestApp::new();
    let root = app.person("root", Role::Admin).await;
    let ada = app.person("ada", Role::Author).await;
    let bob = app.person("bob", Role::Reader).await;
    let cleo = app.person("cleo", Role::Author).await;
    app.post("/write", &ada, &post_form("One", "Text", "published"))
        .await;
    let form = [
        ("title", "A blog"),
        ("language", "en"),
        ("page_size", "10"),
        ("hold_first_comments", "on"),
        ("version", "0"),
    ];
    let saved = app.post("/admin/settings", &root, &form).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    let page = app.get("/admin/settings", &root).await.text();
    let switch = page.split("name=\"hold_first_comments\"").nth(1).unwrap();
    assert!(switch.split('>').next().unwrap().contains("checked"));
    Scene {
        app,
        root,
        ada,
        bob,
        cleo,
    }
}

impl Scene {
    async fn say(&self, who: &Person, body: &str) -> String {
        let answer = self
            .app
            .post("/posts/one/comments", who, &[("body", body)])
            .await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        answer.location()
    }

    async fn seen(&self, words: &str) -> bool {
        let page = self.app.get("/posts/one", &Person::default()).await;
        page.text().contains(words)
    }

    /// The id of the newest comment in the queue.
    async fn queued(&self) -> String {
        let comments = &self.app.records.comments;
        let queue = comments.queue(None, PageRequest::first(10)).await.unwrap();
        queue.items[0].comment.id.to_string()
    }

    async fn decide(&self, who: &Person, id: &str, decision: &str) -> http::StatusCode {
        let seen = format!("{id}.1");
        let form = [("comment", seen.as_str()), ("decision", decision)];
        self.app.post("/admin/comments", who, &form).await.status
    }
}

#[tokio::test]
async fn a_first_comment_waits_and_the_next_do_not() {
    let s = scene().await;
    s.say(&s.bob, "A first word").await;
    assert!(!s.seen("A first word").await);
    let queue = s.app.get("/admin/comments", &s.root).await.text();
    assert!(queue.contains("A first word") && queue.contains("Waits"));
    s.say(&s.bob, "A second word").await;
    assert!(!s.seen("A second word").await, "until one is approved");
    assert_eq!(s.decide(&s.root, &s.queued().await, "approve").await, 303);
    assert!(s.seen("A second word").await);
    s.say(&s.bob, "A third word").await;
    assert!(s.seen("A third word").await);
    assert!(!s.seen("A first word").await, "that one still waits");
}

#[tokio::test]
async fn nobody_approves_their_own_first_comment_by_a_post_of_their_own() {
    let s = scene().await;
    s.app
        .post("/write", &s.cleo, &post_form("Mine", "Text", "published"))
        .await;
    let own = s
        .app
        .post("/posts/mine/comments", &s.cleo, &[("body", "To myself")]);
    assert_eq!(own.await.status, 303);
    s.say(&s.cleo, "To everybody").await;
    assert!(!s.seen("To everybody").await);
}

#[tokio::test]
async fn the_author_of_a_post_decides_about_its_comments_and_no_others() {
    let s = scene().await;
    // Who decides does not wait.
    s.say(&s.ada, "From the author").await;
    assert!(s.seen("From the author").await);
    s.say(&s.bob, "A first word").await;
    let other = s.app.get("/admin/comments", &s.cleo).await.text();
    assert!(!other.contains("A first word"));
    let id = s.queued().await;
    // For her it is not there.
    assert_eq!(s.decide(&s.cleo, &id, "approve").await, 303);
    assert_eq!(s.decide(&s.bob, &id, "approve").await, 403);
    assert!(!s.seen("A first word").await);
    let own = s.app.get("/admin/comments", &s.ada).await.text();
    assert!(own.contains("A first word"));
    assert!(!own.contains("/admin/users/"));
    assert_eq!(s.decide(&s.ada, &id, "approve").await, 303);
    assert!(s.seen("A first word").await);
    // A second decision about it finds nothing to do.
    assert_eq!(s.decide(&s.root, &id, "approve").await, 303);
}

#[tokio::test]
async fn several_are_deleted_at_once() {
    let s = scene().await;
    for words in ["One bad word", "Two bad words"] {
        s.say(&s.bob, words).await;
    }
    let comments = &s.app.records.comments;
    let queue = comments.queue(None, PageRequest::first(10)).await.unwrap();
    let ids: Vec<String> = queue
        .items
        .iter()
        .map(|one| format!("{}.1", one.comment.id))
        .collect();
    let mut form: Vec<(&str, &str)> = ids.iter().map(|id| ("comment", id.as_str())).collect();
    form.push(("decision", "delete"));
    let answer = s.app.post("/admin/comments", &s.root, &form).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let empty = s.app.get("/admin/comments", &s.root).await.text();
    assert!(empty.contains("Nothing waits for you"));
    let nothing = s
        .app
        .post("/admin/comments", &s.root, &[("decision", "delete")])
        .await;
    assert_eq!(nothing.status, 422);
    let unknown = [
        ("comment", ids[0].as_str()),
        ("decision", "delete"),
        ("x", ""),
    ];
    let unknown = s.app.post("/admin/comments", &s.root, &unknown).await;
    assert_eq!(unknown.status, 422);
}

#[tokio::test]
async fn a_report_is_taken_once_and_names_nobody() {
    let s = scene().await;
    let place = s.say(&s.ada, "An opinion").await;
    let id = place.split("#comment-").nth(1).unwrap().to_owned();
    let path = format!("/comments/{id}/report");
    let page = s.app.get("/posts/one", &s.bob).await.text();
    assert!(page.contains(&path));
    assert!(!s.seen(&path).await, "strangers report nothing");
    assert_eq!(s.app.get(&path, &s.bob).await.status, 200);
    let own = s.app.post(&path, &s.ada, &[("reason", "Mine")]).await;
    assert_eq!(own.status, 403);
    let empty = s.app.post(&path, &s.bob, &[("reason", " ")]).await;
    assert_eq!(empty.status, 422);
    for reason in ["It is <i>rude</i>", "It is still rude"] {
        let answer = s.app.post(&path, &s.bob, &[("reason", reason)]).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
    }
    let queue = s.app.get("/admin/comments", &s.root).await.text();
    assert!(queue.contains("It is &lt;i&gt;rude&lt;") && queue.contains("1 report"));
    assert!(!queue.contains("still rude") && !queue.contains("bob"));
    assert!(s.seen("An opinion").await, "a report hides nothing");
    assert_eq!(s.decide(&s.root, &id, "approve").await, 303);
    let queue = s.app.get("/admin/comments", &s.root).await.text();
    assert!(queue.contains("Nothing waits for you"));
    assert!(s.seen("An opinion").await);
}

#[tokio::test]
async fn reports_are_limited() {
    let s = scene().await;
    let edi = s.app.person("edi", Role::Editor).await;
    let mut last = http::StatusCode::OK;
    for number in 0..11 {
        let who = [&s.ada, &s.root, &edi][number % 3];
        let place = s.say(who, &format!("Opinion {number}")).await;
        let id = place.split("#comment-").nth(1).unwrap().to_owned();
        let path = format!("/comments/{id}/report");
        let answer = s.app.post(&path, &s.bob, &[("reason", "Rude")]).await;
        last = answer.status;
        assert_eq!(last == 429, number == 10, "report {number}");
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn a_filled_trap_answers_like_success_and_stores_nothing() {
    let s = scene().await;
    let form = [("body", "Buy now"), ("website", "https://spam.example")];
    let answer = s.app.post("/posts/one/comments", &s.ada, &form).await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.location(), "/posts/one#comments");
    assert!(!s.seen("Buy now").await);
    let comments = &s.app.records.comments;
    let queue = comments.queue(None, PageRequest::first(10)).await.unwrap();
    assert_eq!(queue.items.len(), 0);
    let page = s.app.get("/posts/one", &s.ada).await.text();
    assert!(page.contains("<p hidden><label for=\"f-website\">"));
}

#[tokio::test]
async fn a_comment_of_many_links_is_given_back() {
    let s = scene().await;
    let links = |count: usize| {
        let links = (0..count).map(|number| format!("https://example.org/{number} "));
        links
            .map(|link| format!("<{}> ", link.trim()))
            .collect::<String>()
    };
    let body = links(6);
    let answer = s
        .app
        .post("/posts/one/comments", &s.ada, &[("body", &body)])
        .await;
    assert_eq!(answer.status, 422);
    assert!(answer.text().contains("A comment may have 5 links"));
    s.say(&s.ada, &links(5)).await;
}

#[tokio::test]
async fn nobody_sets_aside_what_was_reported_about_their_own_comment() {
    let s = scene().await;
    let place = s.say(&s.ada, "An opinion").await;
    let id = place.split("#comment-").nth(1).unwrap().to_owned();
    let path = format!("/comments/{id}/report");
    let told = s.app.post(&path, &s.bob, &[("reason", "Rude")]).await;
    assert_eq!(told.status, 303);
    let seen = format!("{id}.1");
    let form = [("comment", seen.as_str()), ("decision", "approve")];
    let answer = s.app.post("/admin/comments", &s.ada, &form).await;
    assert_eq!(answer.status, 403);
    assert!(
        answer
            .text()
            .contains("An editor must approve a comment of yours")
    );
    let queue = s.app.get("/admin/comments", &s.ada).await.text();
    assert!(queue.contains("Rude"), "the report stands");
    assert_eq!(s.decide(&s.root, &id, "approve").await, 303);
    let queue = s.app.get("/admin/comments", &s.ada).await.text();
    assert!(!queue.contains("Rude"));
    // An editor may about their own.
    let place = s.say(&s.root, "Another").await;
    let id = place.split("#comment-").nth(1).unwrap().to_owned();
    let path = format!("/comments/{id}/report");
    s.app.post(&path, &s.bob, &[("reason", "Rude")]).await;
    assert_eq!(s.decide(&s.root, &id, "approve").await, 303);
}

#[tokio::test]
async fn how_many_links_a_comment_may_have_is_the_sites_to_say() {
    let s = scene().await;
    let save = async |links: &str, version: &str| {
        let form = [
            ("title", "A blog"),
            ("language", "en"),
            ("page_size", "10"),
            ("comment_links", links),
            ("version", version),
        ];
        s.app.post("/admin/settings", &s.root, &form).await
    };
    for refused in ["101", "-1", "many"] {
        let answer = save(refused, "1").await;
        assert_eq!(answer.status, 422, "{refused}");
        assert!(
            answer.text().contains("id=\"f-comment_links-error\""),
            "{}",
            answer.text()
        );
    }
    assert_eq!(save("1", "1").await.status, 303);
    let page = s.app.get("/admin/settings", &s.root).await.text();
    let field = page.split("name=\"comment_links\"").nth(1).unwrap();
    assert!(field.split('>').next().unwrap().contains("value=\"1\""));
    let two = "<https://example.org/a> <https://example.org/b>";
    let answer = s
        .app
        .post("/posts/one/comments", &s.ada, &[("body", two)])
        .await;
    assert_eq!(answer.status, 422);
    assert!(
        answer.text().contains("A comment may have 1 link"),
        "{}",
        answer.text()
    );
    s.say(&s.ada, "<https://example.org/a>").await;
    assert_eq!(save("2", "2").await.status, 303);
    s.say(&s.ada, two).await;
}

#[tokio::test]
async fn what_its_writer_changed_meanwhile_is_not_approved_unseen() {
    let s = scene().await;
    s.say(&s.bob, "A first word").await;
    let id = s.queued().await;
    let queue = s.app.get("/admin/comments", &s.root).await.text();
    assert!(queue.contains(&format!("value=\"{id}.1\"")));
    let path = format!("/comments/{id}/edit");
    let form = [("body", "Buy now"), ("version", "1")];
    assert_eq!(s.app.post(&path, &s.bob, &form).await.status, 303);
    let seen = format!("{id}.1");
    let form = [("comment", seen.as_str()), ("decision", "approve")];
    let answer = s.app.post("/admin/comments", &s.root, &form).await;
    assert_eq!(answer.status, 303);
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.contains("comments-changed"), "{cookie}");
    assert!(!s.seen("Buy now").await);
    let queue = s.app.get("/admin/comments", &s.root).await.text();
    assert!(queue.contains("Buy now") && queue.contains(&format!("value=\"{id}.2\"")));
    // A box without a version, or with nonsense for one, decides nothing.
    for value in [id.clone(), format!("{id}.x"), format!("{id}.")] {
        let form = [("comment", value.as_str()), ("decision", "approve")];
        let answer = s.app.post("/admin/comments", &s.root, &form).await;
        assert_eq!(answer.status, 422, "{value}");
    }
    let seen = format!("{id}.2");
    let form = [("comment", seen.as_str()), ("decision", "approve")];
    assert_eq!(
        s.app.post("/admin/comments", &s.root, &form).await.status,
        303
    );
    assert!(s.seen("Buy now").await);
}
