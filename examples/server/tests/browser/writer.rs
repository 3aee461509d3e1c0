//! What the author does.

use std::path::Path;

use crate::browser::Scripts;
use crate::media;
use crate::visitor::Visitor;

pub(crate) const USERNAME: &str = "ada";
pub(crate) const PASSWORD: &str = "quiet harbour lanterns";
pub(crate) const NAME: &str = "Ada Öztürk";
pub(crate) const BIO: &str = "Writes about ferries and the weather.";
pub(crate) const TITLE: &str = "Two colours of the strait";
/// Stands in the text of the post and nowhere else.
pub(crate) const MARKER: &str = "copper at dusk";
const TEXT: &str = "The water is *copper at dusk* and slate by noon.";

/// A post with a picture and a video.
#[derive(Debug)]
pub(crate) struct Post {
    /// `/posts/…`
    pub(crate) path: String,
    /// The addresses of the picture and the video, as the page that the author sees has them.
    pub(crate) media: [String; 2],
}

impl Post {
    pub(crate) fn slug(&self) -> &str {
        self.path
            .rsplit('/')
            .next()
            .expect("a path has a last part")
    }

    /// Reads the page that is open.
    pub(crate) async fn on_page(author: &Visitor) -> Self {
        let media = [
            author.property(".post-body img", "src").await,
            author.property(".post-body video source", "src").await,
        ];
        Self {
            path: author.path().await,
            media: media.map(|src| src.replace(&author.origin, "")),
        }
    }
}

/// Makes the owner's account by the link from the terminal; then out, and in again with the password.
pub(crate) async fn take_over(author: &Visitor, link: &str) {
    author.open(link).await;
    author.sign_up(USERNAME, PASSWORD).await;
    author.see("header .menu").await;
    author.log_out().await;
    author.log_in(USERNAME, PASSWORD).await;
    let answer = crate::http::get(&author.origin, link).send().await;
    assert_eq!(answer.status, 404, "the link works once");
}

/// Name, some words and a picture.
pub(crate) async fn introduce(author: &Visitor, files: &Path) {
    author.open("/account/profile").await;
    author.fill("#f-display_name", NAME).await;
    author.fill("#f-bio", BIO).await;
    author.choose("#f-avatar", &media::portrait(files)).await;
    author.follow("main form button[type=submit]").await;
    check_profile(author).await;
}

/// The author's page as everybody sees it.
pub(crate) async fn check_profile(visitor: &Visitor) {
    visitor.open(&format!("/@{USERNAME}")).await;
    assert_eq!(visitor.text("h1.author-name").await, NAME);
    assert_eq!(visitor.text(".author-bio").await, BIO);
    visitor
        .loads(".author img.avatar", "naturalWidth", 96)
        .await;
}

/// Writes a draft with a picture and a video, both uploaded beside the text.
pub(crate) async fn draft(author: &Visitor, files: &Path) -> Post {
    author.open("/write").await;
    author.fill("#f-title", TITLE).await;
    author.fill("#f-body", TEXT).await;
    author.fill("#f-tags", "Travel, Sea").await;
    author.select("#f-status", "draft").await;
    upload(author, &media::photo(files), "The ferry from above").await;
    upload(author, &media::clip(files), "The ferry leaves").await;
    author.follow("#post-form button[type=submit]").await;
    assert_eq!(author.text(".post-title").await, TITLE);
    author.see(".badge-draft").await;
    check_media(author).await;
    Post::on_page(author).await
}

/// Uploads a file from the editor and puts its line of Markdown into the text. With scripts the page stays as it is
/// and a button inserts the line; without, the library opens in another tab, to copy the line from.
async fn upload(author: &Visitor, file: &Path, alt: &str) {
    let before = author.count("[data-shelf] .media").await;
    let text = author.value("#f-body").await;
    author.choose("#u-file", file).await;
    author.fill("#u-alt", alt).await;
    match author.scripts {
        Scripts::On => {
            author.press("form.upload button[type=submit]").await;
            author
                .see(&format!("[data-shelf] .media:nth-child({})", before + 1))
                .await;
            author
                .press("[data-shelf] .media:first-child [data-use]")
                .await;
        }
        Scripts::Off => {
            // WebDriver calls every `noscript` hidden, so its size tells.
            let (_, _, _, height) = author
                .see("form.upload noscript")
                .await
                .rectangle()
                .await
                .expect("a size");
            assert!(height > 0.0, "what to expect without scripts is said");
            let editor = author.client.window().await.expect("a window");
            author.press("form.upload button[type=submit]").await;
            let library = author.other_tab(&editor).await;
            author
                .client
                .switch_to_window(library)
                .await
                .expect("the tab that opened");
            assert_eq!(author.text(".media:first-child .media-alt").await, alt);
            let line = author.value(".media:first-child .snippet input").await;
            let button = author.see(".media:first-child [data-use]").await;
            assert!(
                !button.is_displayed().await.expect("an answer"),
                "a button that could do nothing"
            );
            author.client.close_window().await.expect("the tab closes");
            author
                .client
                .switch_to_window(editor)
                .await
                .expect("the editor is still there");
            assert_eq!(author.value("#f-body").await, text, "the text is as it was");
            author
                .see("#f-body")
                .await
                .send_keys(&format!("\n\n{line}\n"))
                .await
                .expect("typing");
        }
    }
    let text = author.value("#f-body").await;
    assert!(
        text.contains("media:") && text.contains(alt),
        "the line is in the text: {text}"
    );
}

/// The post's picture and video on the page that is open: shown upright, and playable.
pub(crate) async fn check_media(visitor: &Visitor) {
    visitor.loads(".post-body img", "naturalWidth", 90).await;
    visitor.loads(".post-body img", "naturalHeight", 160).await;
    visitor.loads(".post-body video", "videoWidth", 64).await;
    visitor.loads(".post-body video", "videoHeight", 36).await;
}

/// Makes a draft public.
pub(crate) async fn publish(author: &Visitor, draft: &Post) -> Post {
    author.open(&format!("{}/edit", draft.path)).await;
    assert!(author.value("#f-body").await.contains(MARKER));
    author.select("#f-status", "published").await;
    author.follow("#post-form button[type=submit]").await;
    author.see(".notice-success").await;
    assert_eq!(author.count(".badge-draft").await, 0);
    check_media(author).await;
    Post::on_page(author).await
}

/// Answers the first comment.
pub(crate) async fn reply(author: &Visitor, post: &Post, text: &str) {
    author.open(&post.path).await;
    author.press(".thread details.reply summary").await;
    author.fill(".thread details.reply textarea", text).await;
    author
        .press(".thread details.reply button[type=submit]")
        .await;
    assert_eq!(author.text(".replies .comment-body").await, text);
    author.see(".replies .comment-by .badge").await;
}

/// Edits the post in two tabs. The second save, from the older form, is refused with both versions on the page, and
/// the author puts them together there; the picture of that page goes to `shoot`.
pub(crate) async fn edit_in_two_tabs<F: Future<Output = ()>>(
    author: &Visitor,
    post: &Post,
    shoot: impl FnOnce() -> F,
) {
    let edit = format!("{}/edit", post.path);
    let first = author.client.window().await.expect("a window");
    author.open(&edit).await;
    let original = author.value("#f-body").await;
    let second = author
        .client
        .new_window(true)
        .await
        .expect("a second tab")
        .handle;
    author
        .client
        .switch_to_window(second)
        .await
        .expect("the second tab");
    author.open(&edit).await;
    author.fill("#f-title", "Three colours of the strait").await;
    author
        .see("#f-body")
        .await
        .send_keys("\n\nFrom the second tab.")
        .await
        .expect("typing");
    let mine = author.value("#f-body").await;

    author
        .client
        .switch_to_window(first)
        .await
        .expect("the first tab");
    author
        .see("#f-body")
        .await
        .send_keys("\n\nFrom the first tab.")
        .await
        .expect("typing");
    let theirs = author.value("#f-body").await;
    author.follow("#post-form button[type=submit]").await;
    author.see(".notice-success").await;
    author
        .client
        .close_window()
        .await
        .expect("the first tab closes");

    let second = author.client.windows().await.expect("windows").remove(0);
    author
        .client
        .switch_to_window(second)
        .await
        .expect("the second tab");
    author.follow("#post-form button[type=submit]").await;
    author.see(".merged").await;
    assert_eq!(
        author.value("#f-title").await,
        "Three colours of the strait"
    );
    assert_eq!(author.value("#m-body").await, mine);
    assert_eq!(author.value("#s-title").await, TITLE);
    assert_eq!(author.value("#s-body").await, theirs);
    assert!(theirs.contains(&original) && mine.contains(&original) && mine != theirs);
    assert_eq!(author.last_status(&edit).await, 409);
    shoot().await;

    let both = author.value("#f-body").await;
    for part in [&original, "From the first tab.", "From the second tab."] {
        assert!(both.contains(part), "{part:?} is in: {both}");
    }
    assert!(both.contains("<<<<<<< "), "somebody has to choose: {both}");
    let chosen: Vec<&str> = both
        .lines()
        .filter(|line| {
            !["<<<<<<< ", "======= ", ">>>>>>> "]
                .iter()
                .any(|m| line.starts_with(m))
        })
        .collect();
    author.fill("#f-body", &chosen.join("\n")).await;
    author.fill("#f-title", TITLE).await;
    author.follow("#post-form button[type=submit]").await;
    author.see(".notice-success").await;
    check_both_texts(author).await;
}

/// The page that is open has what both tabs wrote.
pub(crate) async fn check_both_texts(visitor: &Visitor) {
    let body = visitor.text(".post-body").await;
    for part in [MARKER, "From the first tab.", "From the second tab."] {
        assert!(body.contains(part), "{part:?} is in: {body}");
    }
}
