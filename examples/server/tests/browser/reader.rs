//! What others see and do.

use crate::http::{self, Answer};
use crate::media::{CAMERA, CLIP, has};
use crate::visitor::Visitor;
use crate::writer::{self, MARKER, Post, TITLE};

pub(crate) const PASSWORD: &str = "seven slow bicycles";

/// Everything that lists posts.
const LISTS: [&str; 5] = ["/", "/@ada", "/tags/travel", "/feed.xml", "/atom.xml"];

/// Makes an account and logs in with it.
pub(crate) async fn join(visitor: &Visitor, username: &str) {
    visitor.open("/account/register").await;
    visitor.sign_up(username, PASSWORD).await;
    visitor.see("#f-login").await;
    visitor.see(".notice-success").await;
    visitor.log_in(username, PASSWORD).await;
}

/// To this person the draft is not there: its addresses answer byte for byte what nothing answers, no list has
/// anything of it, and nobody gets its picture or video.
pub(crate) async fn finds_nothing(visitor: &Visitor, draft: &Post) {
    let same = async |hidden: &str, missing: &str, mask: [&str; 2]| {
        let (hidden, missing) = (visitor.fetch(hidden).await, visitor.fetch(missing).await);
        let (told, nothing) = (hidden.without_its_number(), missing.without_its_number());
        assert_eq!(
            told.replace(mask[0], "MASK"),
            nothing.replace(mask[1], "MASK")
        );
        hidden.status
    };
    let slugs = [draft.slug(), "never-written"];
    assert_eq!(same(&draft.path, "/posts/never-written", slugs).await, 404);
    let edit = format!("{}/edit", draft.path);
    let logged_in = !visitor.cookies().await.is_empty();
    let status = same(&edit, "/posts/never-written/edit", slugs).await;
    assert_eq!(status, if logged_in { 404 } else { 303 });

    for path in LISTS {
        let answer = visitor.fetch(path).await;
        let text = answer.text();
        let ids = draft.media.iter().map(|src| file_of(src));
        for trace in [TITLE, MARKER, draft.slug()].into_iter().chain(ids) {
            assert!(!text.contains(trace), "{path} shows {trace:?}: {text}");
        }
    }
    assert_eq!(
        same("/tags/travel", "/tags/unused", ["travel", "unused"]).await,
        404
    );

    for src in &draft.media {
        let missing = "/media/private/0192f0a0-0000-7000-8000-000000000000";
        assert_eq!(
            same(src, missing, [file_of(src), file_of(missing)]).await,
            404
        );
    }

    visitor.open(&draft.path).await;
    visitor.see(".page-error").await;
    visitor.open("/").await;
    visitor.see(".empty").await;
}

/// The published post is on every list, with its picture and video for everybody.
pub(crate) async fn finds_it(visitor: &Visitor, post: &Post) {
    for path in LISTS {
        let text = visitor.fetch(path).await.text();
        assert!(
            text.contains(TITLE) && text.contains(&post.path),
            "{path} has the post: {text}"
        );
    }
    visitor.open("/").await;
    visitor.follow(".card-title a").await;
    assert_eq!(visitor.text(".post-title").await, TITLE);
    assert_eq!(visitor.path().await, post.path);
    assert_eq!(visitor.text(".byline-name").await, writer::NAME);
    writer::check_media(visitor).await;
    // Data for programs; that the page's policy lets it stand there, the browser's log shows at the end.
    let data = "script[type='application/ld+json']";
    assert_eq!(visitor.count(data).await, 1);

    let shown = Post::on_page(visitor).await;
    let [picture, video] = &shown.media;
    let answer = http::get(&visitor.origin, picture).send().await;
    check_picture(&answer);
    assert_eq!(
        answer.header("cache-control"),
        "public, max-age=31536000, immutable"
    );
    let whole = http::get(&visitor.origin, video).send().await;
    assert_eq!((whole.status, &whole.body[..]), (200, CLIP));
    let part = http::get(&visitor.origin, video)
        .range(100, 199)
        .send()
        .await;
    assert_eq!((part.status, &part.body[..]), (206, &CLIP[100..200]));
    assert_eq!(
        part.header("content-range"),
        format!("bytes 100-199/{}", CLIP.len())
    );
}

/// The picture as readers get it: upright, and without what the camera wrote.
pub(crate) fn check_picture(answer: &Answer) {
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, "image/jpeg")
    );
    let picture = image::load_from_memory(&answer.body).expect("a picture");
    assert_eq!((picture.width(), picture.height()), (90, 160));
    assert!(
        !has(&answer.body, CAMERA) && !has(&answer.body, b"Exif"),
        "nothing of the camera"
    );
}

/// Says something below the post.
pub(crate) async fn comment(visitor: &Visitor, post: &Post, text: &str) {
    visitor.open(&post.path).await;
    visitor.fill("#comment-form textarea", text).await;
    visitor.press("#comment-form button[type=submit]").await;
    assert_eq!(visitor.text(".thread .comment-body").await, text);
}

/// Likes the post, takes it back, and likes it again: one like.
pub(crate) async fn like(visitor: &Visitor, post: &Post) {
    visitor.open(&post.path).await;
    for pressed in ["true", "false", "true"] {
        visitor.press(".button-like").await;
        visitor
            .see(&format!(".button-like[aria-pressed={pressed}]"))
            .await;
    }
    assert!(visitor.text(".button-like").await.contains("1 like"));
}

/// The last part of an address.
fn file_of(src: &str) -> &str {
    src.rsplit('/').next().expect("an address has a last part")
}
