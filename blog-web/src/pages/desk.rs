//! Beside the form of a post: what is not saved yet, how it will look, tags that complete what is typed.

use std::time::Duration;

use blog_core::error::Error;
use blog_core::id::UserId;
use blog_core::model::autosave::{Autosave, FormText};
use blog_core::model::post::Post;
use blog_core::service::desk::Unsaved;
use poem::Response;
use serde::{Deserialize, Serialize};

use super::account::safe_next;
use super::call::Call;
use super::editor::{self, PostForm, Sheet};
use crate::edge::EdgeError;
use crate::edge::limit::{Quota, RateLimiter};
use crate::view::{DeskView, FormView, Phrase, ProofView, SafeHtml, UnsavedView};

/// What a page asks for while somebody types. Each has a limit of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Typing {
    Preview,
    Autosave,
    Tags,
}

/// Two a second for each writer and kind: more than a page of ours asks for.
#[derive(Debug)]
pub(crate) struct DeskLimits(RateLimiter<(UserId, Typing)>);

impl Default for DeskLimits {
    fn default() -> Self {
        let quota = Quota {
            burst: 120,
            period: Duration::from_secs(60),
        };
        Self(RateLimiter::new(quota, 10_000))
    }
}

impl DeskLimits {
    fn check(&self, call: &Call, typing: Typing) -> Result<(), EdgeError> {
        let Some(user) = call.actor.user() else {
            return Ok(());
        };
        self.0
            .check((user, typing))
            .map_err(EdgeError::too_many_requests)
    }
}

/// Fields of the form that are no part of the text.
const ENVELOPE: [&str; 4] = ["version", "post", "unsaved", "writer"];

/// Refuses what one person wrote and another, whose browser it is now, would send.
pub(super) fn check_writer(call: &Call, writer: &str) -> Result<(), EdgeError> {
    match &call.visitor {
        Some(now) if !writer.is_empty() && now.user.username.as_str() != writer => {
            let sentence = Phrase::new("editor-other-writer")
                .with("now", now.user.username.as_str())
                .with("writer", writer);
            let status = http::StatusCode::FORBIDDEN;
            Err(EdgeError::new(status, "other-writer", sentence))
        }
        _ => Ok(()),
    }
}

/// What a form says, as unsaved texts are compared with it.
fn text_of(form: &FormView) -> FormText {
    let fields = form.values();
    let text = fields.filter(|(name, _)| !ENVELOPE.contains(name));
    FormText::from_store(
        text.map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    )
}

/// Where a post's form is.
pub(super) fn place(post: Option<&Post>) -> String {
    match post {
        Some(post) => format!("/posts/{}/edit", post.slug),
        None => "/write".to_owned(),
    }
}

const EXCERPT: usize = 140;

fn offer(unsaved: &Autosave, place: &str) -> UnsavedView {
    let words = unsaved.text.get("body").split_whitespace();
    let mut excerpt = String::new();
    for word in words {
        if excerpt.chars().count() + word.chars().count() > EXCERPT {
            excerpt.push('…');
            break;
        }
        if !excerpt.is_empty() {
            excerpt.push(' ');
        }
        excerpt.push_str(word);
    }
    UnsavedView {
        id: unsaved.id.to_string(),
        title: unsaved.text.get("title").trim().to_owned(),
        excerpt,
        saved_at: unsaved.saved_at.as_micros(),
        step: unsaved.step,
        path: format!("{place}?unsaved={}", unsaved.id),
    }
}

/// What stands around a form of this post, or of a new one.
pub(super) async fn around(
    call: &Call,
    form: &FormView,
    post: Option<&Post>,
    fresh: bool,
) -> Result<DeskView, EdgeError> {
    let mut desk = DeskView {
        fresh,
        ..DeskView::default()
    };
    if call.visitor.is_some() {
        let (shown, id) = (text_of(form), post.map(|post| post.id));
        let unsaved = call.blog().desk().unsaved(&call.actor, id, &shown).await?;
        let place = place(post);
        desk.unsaved = unsaved.iter().map(|text| offer(text, &place)).collect();
    }
    Ok(desk)
}

/// The unsaved text that the address asks for, put into the form. None where it is not there any more, or belongs to
/// another post.
pub(super) async fn brought_back(
    call: &Call,
    form: FormView,
    post: Option<&Post>,
) -> Result<Option<FormView>, EdgeError> {
    let Some(id) = call.query("unsaved") else {
        return Ok(Some(form));
    };
    let Ok(id) = id.parse() else { return Ok(None) };
    let unsaved = match call.blog().desk().bring_back(&call.actor, id).await {
        Ok(unsaved) if unsaved.post == post.map(|post| post.id) => unsaved,
        Ok(_) | Err(Error::NotFound(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let names: Vec<String> = text_of(&form)
        .fields()
        .iter()
        .map(|f| f.0.clone())
        .collect();
    let mut form = form;
    for name in names {
        let value = unsaved.text.get(&name).to_owned();
        form = form.value(name, value);
    }
    // A save of it is refused where the post has changed since, and shows both.
    if post.is_some() {
        form = form.value("version", unsaved.version.to_string());
    }
    let before = unsaved.text.get("unsaved");
    Ok(Some(form.value("unsaved", format!("{before} {id}"))))
}

/// How a text will look: for a script as data, else the page again with the text above the form.
pub(crate) async fn preview(mut call: Call) -> Result<Response, EdgeError> {
    call.app.desk.check(&call, Typing::Preview)?;
    let sent: PostForm = call.form().await?.parse()?;
    if let Err(refusal) = check_writer(&call, &sent.writer) {
        let action = match call.query("post") {
            Some(slug) => format!("/posts/{slug}/edit"),
            None => place(None),
        };
        return editor::again(&call, sent.filled(&action), None, refusal).await;
    }
    let stored = match call.query("post") {
        None => None,
        Some(slug) => match call.blog().publishing().for_edit(&call.actor, &slug).await {
            Ok(post) => Some(post),
            Err(error) => return editor::given_back(&call, &slug, &sent, error).await,
        },
    };
    let prefix = call.app.view.mount().as_str();
    let desk = call.blog().desk();
    let shown = desk.preview(&call.actor, &sent.body, stored.as_ref(), prefix);
    let shown = match shown.await {
        Ok(shown) => SafeHtml::from_sanitised(shown.html.as_str().to_owned()),
        Err(error) => {
            let form = sent.filled(&place(stored.as_ref()));
            return editor::refused(&call, form, stored.as_ref(), error).await;
        }
    };
    if call.is_script() {
        let html = shown.as_str();
        return call.data(&PreviewData { html });
    }
    let preview = ProofView {
        title: sent.title.trim().to_owned(),
        html: shown,
    };
    let sheet = Sheet {
        post: stored.as_ref(),
        preview: Some(preview),
        ..Sheet::of(sent.filled(&place(stored.as_ref())))
    };
    editor::page(&call, sheet).await
}

#[derive(Serialize)]
struct PreviewData<'a> {
    html: &'a str,
}

/// Keeps what is typed and not saved. The address names the page's text and its step; the body is the form.
pub(crate) async fn autosave(mut call: Call) -> Result<Response, EdgeError> {
    call.app.desk.check(&call, Typing::Autosave)?;
    let malformed = || EdgeError::of_status(http::StatusCode::BAD_REQUEST);
    let number = |text: Option<String>| text.and_then(|text| text.parse().ok());
    let id = call.query("id").and_then(|id| id.parse().ok());
    let id = id.ok_or_else(malformed)?;
    let step = number(call.query("step")).ok_or_else(malformed)?;
    let form = call.form().await?;
    check_writer(&call, form.get("writer").unwrap_or_default())?;
    let post = match form.get("post").unwrap_or_default() {
        "" => None,
        post => Some(post.parse().map_err(|_| malformed())?),
    };
    let version = form.get("version").and_then(|version| version.parse().ok());
    let text = form
        .iter()
        .filter(|(name, _)| !["version", "post", "writer"].contains(name));
    let text = text.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let text = FormText::new(text.collect()).map_err(|reason| Error::invalid("body", reason))?;
    let unsaved = Unsaved {
        id,
        post,
        version: version.unwrap_or(0),
        step,
        text,
    };
    call.blog().desk().keep(&call.actor, unsaved).await?;
    Ok(call.done())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ForgetForm {
    #[serde(default)]
    back: String,
}

/// Drops an unsaved text for good.
pub(crate) async fn forget(mut call: Call) -> Result<Response, EdgeError> {
    let form: ForgetForm = call.form().await?.parse()?;
    if let Ok(id) = call.param("id").parse() {
        call.blog().desk().forget(&call.actor, id).await?;
    }
    if call.is_script() {
        return Ok(call.done());
    }
    Ok(call.redirect(safe_next(&form.back).unwrap_or("/write")))
}

#[derive(Serialize)]
struct TagData {
    name: String,
    posts: u64,
}

/// The tags that a text may be the beginning of.
pub(crate) async fn tags(call: Call) -> Result<Response, EdgeError> {
    call.app.desk.check(&call, Typing::Tags)?;
    let text = call.query("q").unwrap_or_default();
    let found = call.blog().desk().tags(&call.actor, &text).await?;
    let data = |found: blog_core::model::tag::TagUse| TagData {
        name: found.tag.name.into_string(),
        posts: found.posts,
    };
    call.data(&found.into_iter().map(data).collect::<Vec<_>>())
}
