//! Refused forms: the right status, the text kept, the error beside its field.

use std::sync::Arc;

use blog_core::model::effects::Effects;
use blog_core::model::post::SlugHit;
use blog_core::model::slug::Slug;
use blog_core::model::user::Role;
use blog_core::policy::{Actor, Surface, Visibility};
use blog_core::ports::limits::{Permit, Quota};
use blog_core::ports::{PostStore, RateLimits};
use blog_core::{Result, Timestamp};

use crate::app::{PASSWORD, Person, TestApp, mp4, png, post_form};

#[tokio::test]
async fn unknown_fields_are_refused_on_every_form() {
    let app = TestApp::new();
    let author = app.person("ada", Role::Author).await;
    app.post("/write", &author, &post_form("One", "Text", "published"))
        .await;
    for path in [
        "/write",
        "/posts/one/edit",
        "/posts/one/delete",
        "/posts/one/like",
        "/posts/one/comments",
        "/account/login",
        "/account/register",
        "/account/logout",
        "/account/owner",
        "/admin/settings",
    ] {
        let answer = app.post(path, &author, &[("role", "admin")]).await;
        assert_eq!(answer.status, 422, "{path}: {}", answer.text());
    }
    let parts: [(&str, Option<&str>, &[u8]); 1] = [("role", None, b"admin")];
    for path in ["/media/uploads", "/account/profile"] {
        let answer = app.post_parts(path, &author, &parts).await;
        assert_eq!(answer.status, 422, "{path}");
    }
}

#[tokio::test]
async fn a_field_that_comes_twice_is_refused_and_nothing_stays_of_the_upload() {
    let app = TestApp::new();
    let author = app.person("ada", Role::Author).await;
    let picture = png();
    let parts: [(&str, Option<&str>, &[u8]); 3] = [
        ("alt", None, b"One"),
        ("file", Some("a.png"), &picture),
        ("alt", None, b"Two"),
    ];
    let answer = app.post_parts("/media/uploads", &author, &parts).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text().contains("is given more than once"));
    let library = app.get("/library", &author).await.text();
    assert!(!library.contains("media:"), "{library}");
    let parts: [(&str, Option<&str>, &[u8]); 2] = [("bio", None, b"One"), ("bio", None, b"Two")];
    let answer = app.post_parts("/account/profile", &author, &parts).await;
    assert_eq!(answer.status, 422);
}

/// Limits at whose first use for a comment the post goes.
#[derive(Debug)]
struct Deleting {
    limits: Arc<dyn RateLimits>,
    posts: Arc<dyn PostStore>,
    refusing: bool,
}

#[async_trait::async_trait]
impl RateLimits for Deleting {
    async fn take(&self, key: &str, quota: Quota, now: Timestamp) -> Result<Permit> {
        if key.starts_with("comment") {
            let slug = Slug::try_from("one").unwrap();
            let public = Visibility::new(Actor::Anonymous, Surface::Page, now);
            if let Ok(SlugHit::Current(post)) = self.posts.by_slug(&slug, &public).await {
                let effects = Effects::at(now);
                self.posts.delete(post.id, post.version, effects).await?;
            }
            if self.refusing {
                let retry_after = std::time::Duration::from_secs(9);
                return Ok(Permit::Refused { retry_after });
            }
        }
        self.limits.take(key, quota, now).await
    }

    async fn give_back(&self, key: &str, quota: Quota, now: Timestamp) -> Result<()> {
        self.limits.give_back(key, quota, now).await
    }

    async fn clear(&self, key: &str) -> Result<()> {
        self.limits.clear(key).await
    }

    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u64> {
        self.limits.purge(now, limit).await
    }
}

#[tokio::test]
async fn a_comment_survives_its_post_that_goes_while_it_is_sent() {
    for refusing in [false, true] {
        let mut backend = crate::app::memory();
        backend.records.limits = Arc::new(Deleting {
            limits: backend.records.limits.clone(),
            posts: backend.records.posts.clone(),
            refusing,
        });
        let app = TestApp::on(backend, blog_core::Settings::default());
        let author = app.person("ada", Role::Author).await;
        let form = post_form("One", "Text", "published");
        app.post("/write", &author, &form).await;
        let words = [("body", "My only copy")];
        let answer = app.post("/posts/one/comments", &author, &words).await;
        assert_eq!(answer.status, 404, "{}", answer.text());
        let page = answer.text();
        for part in ["My only copy", "The post is not there any more"] {
            assert!(page.contains(part), "{refusing}: {part}: {page}");
        }
    }
}

#[tokio::test]
async fn invisible_characters_of_pasted_texts_are_no_reason_to_refuse() {
    let app = TestApp::new();
    let author = app.person("ada", Role::Author).await;
    let body = "\u{feff}One\u{2028}two \u{2068}\u{5e9}\u{5dc}\u{2069}\u{85}end";
    let form = post_form("\u{feff}One", body, "published");
    let saved = app.post("/write", &author, &form).await;
    assert_eq!(saved.location(), "/posts/one", "{}", saved.text());
    let words = [("body", "A\u{2029}\u{2067}\u{5d0}\u{2069} b")];
    let answer = app.post("/posts/one/comments", &author, &words).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let page = app.get("/posts/one", &author).await.text();
    for part in [
        "two \u{2068}\u{5e9}\u{5dc}\u{2069}",
        "\u{2067}\u{5d0}\u{2069} b",
    ] {
        assert!(page.contains(part), "{part:?}: {page}");
    }
    for unseen in ['\u{feff}', '\u{2028}', '\u{2029}', '\u{85}'] {
        assert!(!page.contains(unseen), "{unseen:?}");
    }
    let bad = [("body", "a\u{202e}b")];
    let answer = app.post("/posts/one/comments", &author, &bad).await;
    assert_eq!(answer.status, 422);
}

#[tokio::test]
async fn refused_posts_keep_their_text() {
    let app = TestApp::new();
    let author = app.person("ada", Role::Author).await;
    let long = "x".repeat(301);
    let text = "My only copy of this <text> & that";
    for (field, value, sentence) in [
        ("title", "", "Please fill this in."),
        ("title", &long, "Use at most 300 characters."),
        (
            "title",
            "a\u{202e}b",
            "Remove the invisible control characters.",
        ),
        ("tags", "a,b,c,d,e,f,g,h,i,j,k", "Use at most 10 of them."),
        ("status", "deleted", "Choose one of the offered values."),
        (
            "publish_at",
            "tomorrow",
            "Give the date and time as 2026-01-31T18:30.",
        ),
        (
            "tags",
            "one, !!",
            "Each tag needs at least one letter or digit.",
        ),
        ("slug", "admin", "This word is reserved; choose another."),
        ("slug", "Not a slug", "Use only the letters a to z"),
        ("cover", "7", "Choose one of your own pictures."),
    ] {
        let mut form = vec![("title", "Fine"), ("body", text), ("status", "draft")];
        form.retain(|(name, _)| *name != field);
        form.push((field, value));
        let answer = app.post("/write", &author, &form).await;
        assert_eq!(answer.status, 422, "{field}={value}");
        let page = answer.text();
        assert!(
            page.contains("My only copy of this &lt;text&gt; &amp; that"),
            "{field}: {page}"
        );
        assert!(page.contains(sentence), "{field}={value}: {page}");
        assert!(page.contains(&format!("f-{field}-error")), "{field}");
    }
    assert!(
        app.get("/drafts", &author)
            .await
            .text()
            .find("Fine")
            .is_none()
    );
}

#[tokio::test]
async fn a_session_that_ended_loses_no_text() {
    let app = TestApp::new();
    let author = app.person("ada", Role::Author).await;
    app.post("/write", &author, &post_form("One", "Text", "published"))
        .await;
    app.advance(13 * 3600);
    let form = post_form("Two", "Hours of work", "draft");
    let answer = app.post("/write", &author, &form).await;
    assert_eq!(answer.status, 403);
    assert!(answer.text().contains("Hours of work"));
    let mut form = post_form("One", "Hours of edits", "published");
    form.push(("version", "1"));
    let answer = app.post("/posts/one/edit", &author, &form).await;
    assert_eq!(answer.status, 403);
    assert!(answer.text().contains("Hours of edits"));
    let answer = app
        .post(
            "/posts/one/comments",
            &author,
            &[("body", "A long comment")],
        )
        .await;
    assert_eq!(answer.status, 403);
    assert!(answer.text().contains("A long comment"));
    let parts: [(&str, Option<&str>, &[u8]); 3] = [
        ("version", None, b"1"),
        ("display_name", None, b"Ada"),
        ("bio", None, b"A long life"),
    ];
    let answer = app.post_parts("/account/profile", &author, &parts).await;
    assert_eq!(answer.status, 403);
    assert!(answer.text().contains("A long life"));
}

#[tokio::test]
async fn a_post_that_went_meanwhile_loses_no_text() {
    let app = TestApp::new();
    let author = app.person("ada", Role::Author).await;
    let reader = app.person("bob", Role::Reader).await;
    app.post("/write", &author, &post_form("One", "Text", "published"))
        .await;
    app.post("/posts/one/delete", &author, &[("version", "1")])
        .await;
    let mut form = post_form("One", "Hours of edits", "published");
    form.push(("version", "1"));
    let answer = app.post("/posts/one/edit", &author, &form).await;
    assert_eq!(answer.status, 404);
    assert!(answer.text().contains("Hours of edits"));
    let mut dated = post_form("Two", "Dated ahead", "published");
    dated.push(("publish_at", "2099-01-01T10:00"));
    let answer = app.post("/write", &author, &dated).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text().contains("This time lies ahead"));
    let comment = [("body", "A long comment")];
    let answer = app.post("/posts/one/comments", &reader, &comment).await;
    assert_eq!(answer.status, 404);
    assert!(answer.text().contains("A long comment"));
}

#[tokio::test]
async fn the_second_of_two_editors_sees_both_versions() {
    let app = TestApp::new();
    let author = app.person("ada", Role::Author).await;
    app.post(
        "/write",
        &author,
        &post_form("One", "First words", "published"),
    )
    .await;
    let mut first = post_form("One", "Words of the first tab", "published");
    first.push(("version", "1"));
    assert_eq!(
        app.post("/posts/one/edit", &author, &first).await.status,
        303
    );
    let mut second = post_form("One", "Words of the second tab", "published");
    second.push(("version", "1"));
    let answer = app.post("/posts/one/edit", &author, &second).await;
    assert_eq!(answer.status, 409);
    let page = answer.text();
    assert!(page.contains("Words of the first tab") && page.contains("Words of the second tab"));
    assert!(page.contains("name=\"version\" value=\"2\""), "{page}");
    assert!(
        app.get("/posts/one", &author)
            .await
            .text()
            .contains("Words of the first tab")
    );
}

#[tokio::test]
async fn empty_comments_come_back_and_strangers_are_asked_to_log_in() {
    let app = TestApp::new();
    let author = app.person("ada", Role::Author).await;
    let reader = app.person("bob", Role::Reader).await;
    app.post("/write", &author, &post_form("One", "Text", "published"))
        .await;
    let answer = app
        .post("/posts/one/comments", &reader, &[("body", "  \n ")])
        .await;
    assert_eq!(answer.status, 422);
    assert!(answer.text().contains("Please fill this in."));
    let long = "y".repeat(16 * 1024 + 1);
    let answer = app
        .post("/posts/one/comments", &reader, &[("body", &long)])
        .await;
    assert_eq!(answer.status, 422);
    assert!(answer.text().contains(&long));
    let answer = app
        .post(
            "/posts/one/comments",
            &Person::default(),
            &[("body", "Hello")],
        )
        .await;
    assert_eq!(answer.status, 403);
    let profile = app.get("/account/profile", &Person::default()).await;
    assert_eq!(profile.status, 303);
    assert_eq!(
        profile.location(),
        "/account/login?next=%2Faccount%2Fprofile"
    );
}

#[tokio::test]
async fn uploads_are_refused_by_size_and_by_their_first_bytes() {
    let settings = blog_core::Settings {
        max_picture_bytes: 200,
        max_video_bytes: 4_000,
        ..blog_core::Settings::default()
    };
    let app = TestApp::on(crate::app::memory(), settings);
    let author = app.person("ada", Role::Author).await;
    let file = async |name: &str, bytes: &[u8]| {
        let parts: [(&str, Option<&str>, &[u8]); 2] =
            [("alt", None, b"Kept words"), ("file", Some(name), bytes)];
        app.post_parts("/media/uploads", &author, &parts).await
    };
    let mut large = png();
    large.extend_from_slice(&[0; 500]);
    assert_eq!(file("a.png", &png()).await.status, 303);
    for (name, bytes, status) in [
        ("a.png", large.as_slice(), 413),
        ("a.mp4", &mp4(), 413),
        ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415),
        ("a.jpg", b"<!doctype html><script>alert(1)</script>", 415),
        ("a.gif", b"", 415),
        ("a.png", b"\x89PNG\r\n\x1a\n damaged", 422),
    ] {
        let answer = file(name, bytes).await;
        assert_eq!(answer.status, status, "{name}: {}", answer.text());
        if status != 413 || name == "a.png" {
            assert!(answer.text().contains("Kept words"), "{name} {status}");
        }
    }
    let library = app.get("/library", &author).await.text();
    assert_eq!(
        library.matches("media:").count(),
        1,
        "only the good one is there"
    );
}

#[tokio::test]
async fn guessing_is_slowed_and_a_success_clears_it() {
    let app = TestApp::new();
    app.person("ada", Role::Author).await;
    let log_in = async |password: &str| {
        let form = [("login", "ada"), ("password", password)];
        app.post("/account/login", &Person::default(), &form).await
    };
    for _ in 0..4 {
        assert_eq!(log_in("wrong").await.status, 422);
    }
    assert_eq!(log_in(PASSWORD).await.status, 303);
    for _ in 0..5 {
        assert_eq!(log_in("wrong").await.status, 422);
    }
    let refused = log_in(PASSWORD).await;
    assert_eq!(refused.status, 429);
    assert!(refused.headers.contains_key("retry-after"));
    app.advance(15 * 60);
    assert_eq!(log_in(PASSWORD).await.status, 303);
}

#[tokio::test]
async fn sign_up_says_the_same_whether_the_address_is_known_or_not() {
    let app = TestApp::new();
    app.person("ada", Role::Author).await;
    let register = async |username: &str, email: &str| {
        let form = [
            ("username", username),
            ("email", email),
            ("password", PASSWORD),
        ];
        app.post("/account/register", &Person::default(), &form)
            .await
    };
    let new = register("bob", "bob@example.org").await;
    let known = register("eve", "ADA@example.org").await;
    assert_eq!(
        (new.status, known.status),
        (http::StatusCode::SEE_OTHER, http::StatusCode::SEE_OTHER)
    );
    assert_eq!(new.location(), known.location());
    assert_eq!(new.headers["set-cookie"], known.headers["set-cookie"]);
    assert_eq!(new.body, known.body);
    let taken = register("ada", "new@example.org").await;
    assert_eq!(taken.status, 422);
    assert!(taken.text().contains("This is taken; choose another."));
    assert!(taken.text().contains("new@example.org"));
    // Five an hour from one client.
    register("cy", "cy@example.org").await;
    register("dee", "dee@example.org").await;
    assert_eq!(register("fay", "fay@example.org").await.status, 429);
}

#[tokio::test]
async fn a_version_that_is_no_number_loses_no_text() {
    let app = TestApp::new();
    let ruth = app.person("ruth", Role::Admin).await;
    app.post("/write", &ruth, &post_form("One", "Text", "published"))
        .await;
    let comment = [("body", "Said")];
    let said = app.post("/posts/one/comments", &ruth, &comment).await;
    let comment = said.location();
    let comment = comment.split("#comment-").nth(1).unwrap();
    let page = [
        ("title", "About"),
        ("body", "Ours"),
        ("status", "published"),
    ];
    app.post("/admin/pages/new", &ruth, &page).await;
    let post = post_form("One", "My only copy", "published");
    let page = vec![
        ("title", "About"),
        ("body", "My only copy"),
        ("status", "published"),
    ];
    let settings = vec![
        ("title", "A blog"),
        ("description", "My only copy"),
        ("language", "en"),
        ("page_size", "10"),
    ];
    let edit = format!("/comments/{comment}/edit");
    for (path, form) in [
        ("/posts/one/edit", post),
        (edit.as_str(), vec![("body", "My only copy")]),
        ("/admin/pages/about", page),
        ("/admin/settings", settings),
    ] {
        for version in ["", "x", "-1", "1.5", "99999999999999999999999999"] {
            let mut form = form.clone();
            form.push(("version", version));
            // Comments are limited by the minute.
            app.advance(60);
            let refused = app.post(path, &ruth, &form).await;
            assert_eq!(refused.status, 409, "{path} with {version:?}");
            assert!(refused.text().contains("My only copy"), "{path}");
        }
        let refused = app.post(path, &ruth, &form).await;
        assert_eq!(refused.status, 409, "{path} without a version");
        assert!(refused.text().contains("My only copy"), "{path}");
    }
}

#[tokio::test]
async fn what_is_too_long_is_told_by_the_limit_of_its_text() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    app.post("/write", &ada, &post_form("One", "Text", "published"))
        .await;
    let long = "x".repeat(3 * 1024 * 1024);
    for (path, limit) in [("/write", "512"), ("/posts/one/comments", "16")] {
        let form = [("title", "T"), ("body", long.as_str())];
        let refused = app.post(path, &ada, &form).await;
        assert_eq!(refused.status, 413);
        let page = refused.text();
        assert!(page.contains(&format!("at most {limit} KiB")), "{page}");
    }
}

#[tokio::test]
async fn a_form_that_is_sent_twice_makes_one_post() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let eve = app.person("eve", Role::Author).await;
    // The page gives each of its forms an id.
    let id = |page: String| {
        let id = page.split("name=\"unsaved\" value=\"").nth(1).unwrap();
        id.split('"').next().unwrap().to_owned()
    };
    let page = id(app.get("/write", &ada).await.text());
    let other = id(app.get("/write", &ada).await.text());
    assert_ne!(page, other);
    let own = async |who: &Person| {
        let drafts = app.get("/drafts", who).await.text();
        drafts.matches("<li class=\"row\">").count()
    };
    let sent = |title: &'static str, body: &'static str, status: &'static str, page: &str| {
        let mut form: Vec<(String, String)> = post_form(title, body, status)
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        form.push(("unsaved".to_owned(), page.to_owned()));
        form
    };
    let send = async |who: &Person, form: &[(String, String)]| {
        let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let answer = app.post("/write", who, &form).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        answer.location()
    };
    let first = send(&ada, &sent("One", "Text", "draft", &page)).await;
    // Its answer was lost.
    let again = send(&ada, &sent("One", "Text", "draft", &page)).await;
    assert_eq!(again, first);
    assert_eq!(own(&ada).await, 1);
    let revisions = app.get(&format!("{first}/revisions"), &ada).await.text();
    assert_eq!(revisions.matches("version-2").count(), 0);

    // Some words more meanwhile, and published: a save of the same post.
    let more = send(&ada, &sent("One", "Text and more", "published", &page)).await;
    assert_eq!(more, "/posts/one");
    assert_eq!(own(&ada).await, 1);
    let nobody = Person::default();
    let shown = app.get("/posts/one", &nobody).await.text();
    assert!(shown.contains("Text and more"));

    // It has changed since: what the old form says is a post of its own, and undoes nothing.
    let stale = send(&ada, &sent("One", "Text", "published", &page)).await;
    assert_ne!(stale, more);
    let shown = app.get("/posts/one", &nobody).await.text();
    assert!(shown.contains("Text and more"));

    // Another page, and another writer's page of the same id, make posts of their own.
    let others = [
        send(&ada, &sent("Two", "Text", "published", &other)).await,
        send(&eve, &sent("Three", "Text", "published", &page)).await,
    ];
    assert_eq!(others, ["/posts/two", "/posts/three"]);
    assert_eq!((own(&ada).await, own(&eve).await), (3, 1));

    // Of many at once one makes the post.
    let page = id(app.get("/write", &ada).await.text());
    let form = sent("Four", "Text", "published", &page);
    let crowd = (0..8).map(|_| send(&ada, &form));
    for location in futures_util::future::join_all(crowd).await {
        assert_eq!(location, "/posts/four");
    }
    assert_eq!(own(&ada).await, 4);
}
