//! Writing: the form of a post, new or stored, its deletion, and the list of own posts.

use std::collections::BTreeMap;

use blog_core::error::{Conflict, Entity, Error};
use blog_core::id::AutosaveId;
use blog_core::model::post::Post;
use blog_core::service::publishing::PostInput;
use blog_core::{Cursor, PageRequest, Timestamp};
use http::StatusCode;
use poem::Response;
use serde::{Deserialize, Serialize};

use super::call::Call;
use super::{conflict, desk, models, notices, refusal};
use crate::edge::EdgeError;
use crate::edge::cookie::Flash;
use crate::view::page::{DraftsPage, EditorPage, PostDeletePage};
use crate::view::{FormView, MediaView, PagerView, Phrase, PostStatus, ProofView};

/// The form of a post, as it is sent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PostForm {
    pub(super) title: String,
    #[serde(default)]
    pub(super) body: String,
    #[serde(default)]
    tags: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    publish_at: String,
    #[serde(default)]
    slug: String,
    #[serde(default)]
    cover: String,
    #[serde(default, deserialize_with = "crate::edge::form::unseen_number")]
    version: Option<u64>,
    /// From the page of a conflict, whose marks are not to be saved unseen.
    #[serde(default)]
    merging: String,
    /// Who wrote it, by name: a browser may be somebody else's by now. Empty when that is not known.
    #[serde(default)]
    pub(super) writer: String,
    /// The post's id, for what is asked beside the form; a save goes to the post's own address.
    #[serde(default)]
    post: String,
    /// The ids of the unsaved texts that are in this one, the page's own last.
    #[serde(default)]
    unsaved: String,
}

/// How many unsaved texts one save ends; a text that was brought back more often than this leaves some to their time.
const ENDED: usize = 16;

impl PostForm {
    pub(super) fn input(&self) -> PostInput {
        let unsaved = self.unsaved.split_whitespace().rev();
        PostInput {
            title: self.title.clone(),
            body: self.body.clone(),
            tags: self.tags.clone(),
            status: self.status.clone(),
            publish_at: self.publish_at.clone(),
            slug: self.slug.clone(),
            cover: self.cover.clone(),
            unsaved: unsaved
                .filter_map(|id| id.parse().ok())
                .take(ENDED)
                .collect(),
        }
    }

    /// The form again, as it was sent.
    pub(super) fn filled(&self, action: &str) -> FormView {
        filled(action, &self.input(), self.version)
            .value("merging", &self.merging)
            .value("writer", &self.writer)
            .value("post", &self.post)
            .value("unsaved", &self.unsaved)
    }

    /// The form again, for a new post.
    fn as_new(&self) -> FormView {
        filled("/write", &self.input(), None)
            .value("writer", &self.writer)
            .value("unsaved", &self.unsaved)
    }

    /// Another text in the place of this one, which a save ends as it would have ended this one.
    pub(super) fn refilled(&self, action: &str, input: &PostInput, version: u64) -> FormView {
        filled(action, input, Some(version))
            .value("writer", &self.writer)
            .value("post", &self.post)
            .value("unsaved", &self.unsaved)
    }
}

pub(super) fn filled(action: &str, input: &PostInput, version: Option<u64>) -> FormView {
    let form = FormView::new(action)
        .value("title", &input.title)
        .value("body", &input.body)
        .value("tags", &input.tags)
        .value("status", &input.status)
        .value("publish_at", PostInput::shown_time(&input.publish_at))
        .value("slug", &input.slug)
        .value("cover", &input.cover)
        .value("merging", "");
    match version {
        Some(version) => form.value("version", version.to_string()),
        None => form,
    }
}

/// The form that shows a post as it is stored.
fn of_post(post: &Post, now: Timestamp) -> FormView {
    filled(
        &desk::place(Some(post)),
        &PostInput::of(post, now),
        Some(post.version),
    )
    .value("post", post.id.to_string())
}

/// How many of the writer's newest files stand beside the text.
const SHELF: u16 = 24;

/// The newest files of the writer, and the cover where it is an older one or somebody else's.
async fn shelf(call: &Call, post: Option<&Post>) -> Result<Vec<MediaView>, EdgeError> {
    if call.visitor.is_none() {
        return Ok(Vec::new());
    }
    let library = call.blog().library();
    let own = library.own(&call.actor, PageRequest::first(SHELF)).await?;
    let mut media: Vec<MediaView> = own.items.iter().map(models::media).collect();
    if let Some(cover) = post.and_then(|post| post.cover.as_ref())
        && !own.items.iter().any(|item| item.id == cover.id)
    {
        media.push(models::media_of(cover));
    }
    Ok(media)
}

/// A page with the form, and what it is shown for.
pub(super) struct Sheet<'a> {
    pub(super) form: FormView,
    pub(super) post: Option<&'a Post>,
    pub(super) refusal: Option<&'a EdgeError>,
    pub(super) preview: Option<ProofView>,
    /// Whether the form shows what is stored.
    pub(super) fresh: bool,
}

impl Sheet<'_> {
    pub(super) fn of(form: FormView) -> Self {
        Self {
            form,
            post: None,
            refusal: None,
            preview: None,
            fresh: false,
        }
    }
}

pub(super) async fn page(call: &Call, sheet: Sheet<'_>) -> Result<Response, EdgeError> {
    let path = desk::place(sheet.post);
    let mut desk = desk::around(call, &sheet.form, sheet.post, sheet.fresh).await?;
    desk.preview = sheet.preview;
    let page = EditorPage {
        form: sheet.form,
        slug: sheet.post.map(|post| post.slug.to_string()),
        desk,
        media: shelf(call, sheet.post).await?,
        upload: FormView::new("/media/uploads"),
    };
    let chrome = call.chrome(&path);
    match sheet.refusal {
        Some(refusal) => call.refused_page(refusal, &chrome, &page),
        None => call.page(&chrome, &page),
    }
}

/// The form that is not sent: of a new post, or of one as it is stored, with an unsaved text where one is asked for.
async fn fresh_page(
    call: &Call,
    form: FormView,
    post: Option<&Post>,
) -> Result<Response, EdgeError> {
    match desk::brought_back(call, form, post).await? {
        Some(form) => {
            let fresh = call.query("unsaved").is_none();
            let sheet = Sheet {
                post,
                fresh,
                ..Sheet::of(form)
            };
            page(call, sheet).await
        }
        None => Ok(call.redirect(&desk::place(post))),
    }
}

fn notice(post: &Post, call: &Call) -> &'static str {
    match models::card_of(post, call.blog().now()).status {
        PostStatus::Draft => "draft-saved",
        PostStatus::Published => "published",
        PostStatus::Scheduled => "scheduled",
        PostStatus::Unlisted => "unlisted",
    }
}

/// A post that is saved: its page, or for a script that stays what the form needs to go on.
pub(super) fn saved(call: &Call, sent: &PostForm, post: &Post) -> Result<Response, EdgeError> {
    let mut flash = Flash::new(notice(post, call));
    if let Some(own) = sent.unsaved.split_whitespace().last() {
        flash = flash.with(notices::SAVED, own);
    }
    if !call.is_script() {
        return Ok(call.redirect_saying(&format!("/posts/{}", post.slug), &flash));
    }
    let now = call.blog().now();
    let form = of_post(post, now);
    let edit = desk::place(Some(post));
    let lang = call.chrome(&edit).site.lang;
    let sentence = notices::show(&flash).map(|notice| notice.text.to_text(lang));
    let mount = call.app.view.mount();
    call.data(&SavedData {
        edit: mount.url(&edit),
        preview: mount.url(&format!("/write/preview?post={}", post.slug)),
        sentence: sentence.unwrap_or_default(),
        fields: form
            .values()
            .filter(|(name, _)| ["post", "version", "slug", "publish_at"].contains(name))
            .collect(),
    })
}

#[derive(Serialize)]
struct SavedData<'a> {
    /// Where the form is now.
    edit: String,
    /// Where its preview is asked for.
    preview: String,
    sentence: String,
    /// What the save itself decided.
    fields: BTreeMap<&'a str, &'a str>,
}

pub(crate) async fn new_form(call: Call) -> Result<Response, EdgeError> {
    let policy = call.blog().policy();
    policy.check(&call.actor, blog_core::policy::Action::WritePost)?;
    let input = PostInput {
        status: "draft".to_owned(),
        ..PostInput::default()
    };
    // Without a script the page makes no id; with one, the script's own stands behind this one.
    let page = AutosaveId::generate();
    let form = filled("/write", &input, None).value("unsaved", page.to_string());
    fresh_page(&call, form, None).await
}

pub(crate) async fn create(mut call: Call) -> Result<Response, EdgeError> {
    let sent: PostForm = call.form().await?.parse()?;
    if let Err(refusal) = desk::check_writer(&call, &sent.writer) {
        return again(&call, sent.filled("/write"), None, refusal).await;
    }
    let publishing = call.blog().publishing();
    match publishing.create(&call.actor, &sent.input()).await {
        Ok(post) => saved(&call, &sent, &post),
        Err(error) => refused(&call, sent.filled("/write"), None, error).await,
    }
}

/// Not saved: the form goes back with the text; a script has it still, and is told.
pub(super) async fn refused(
    call: &Call,
    form: FormView,
    post: Option<&Post>,
    error: Error,
) -> Result<Response, EdgeError> {
    if call.is_script() {
        return Err(error.into());
    }
    let (refusal, form) = refusal::refuse(form, error);
    again(call, form, post, refusal).await
}

/// The form again, which says already what is wrong with it.
pub(super) async fn again(
    call: &Call,
    form: FormView,
    post: Option<&Post>,
    refusal: EdgeError,
) -> Result<Response, EdgeError> {
    if call.is_script() {
        return Err(refusal);
    }
    let form = match form.has_errors() {
        true => form,
        false => form.refuse(refusal.sentence().clone()),
    };
    let sheet = Sheet {
        post,
        refusal: Some(&refusal),
        ..Sheet::of(form)
    };
    page(call, sheet).await
}

pub(crate) async fn edit_form(call: Call) -> Result<Response, EdgeError> {
    let slug = call.param("slug");
    let publishing = call.blog().publishing();
    let post = publishing.for_edit(&call.actor, &slug).await?;
    fresh_page(&call, of_post(&post, call.blog().now()), Some(&post)).await
}

/// The session ended while somebody wrote, or the post is gone or not theirs any more: the text goes back to them.
pub(super) async fn given_back(
    call: &Call,
    slug: &str,
    sent: &PostForm,
    error: Error,
) -> Result<Response, EdgeError> {
    let error = match error {
        // A stranger is not told whether there is such a post.
        Error::NotFound(_) if call.visitor.is_none() => {
            Error::Denied(blog_core::error::Denied::LogIn)
        }
        // Nothing is left that it could change, so the next save makes a post of it.
        Error::NotFound(Entity::Post) => {
            let sentence = Phrase::new("editor-gone");
            let refusal = EdgeError::from(error).saying(sentence);
            return again(call, sent.as_new(), None, refusal).await;
        }
        other => other,
    };
    refused(
        call,
        sent.filled(&format!("/posts/{slug}/edit")),
        None,
        error,
    )
    .await
}

pub(crate) async fn save(mut call: Call) -> Result<Response, EdgeError> {
    let sent: PostForm = call.form().await?.parse()?;
    let slug = call.param("slug");
    if let Err(refusal) = desk::check_writer(&call, &sent.writer) {
        let form = sent.filled(&format!("/posts/{slug}/edit"));
        return again(&call, form, None, refusal).await;
    }
    let publishing = call.blog().publishing();
    let stored = match publishing.for_edit(&call.actor, &slug).await {
        Ok(stored) => stored,
        Err(error) => return given_back(&call, &slug, &sent, error).await,
    };
    if !sent.merging.is_empty() && conflict::has_marks(&sent.body) {
        let sentence = Phrase::new("conflict-marks-left");
        let form = sent
            .filled(&desk::place(Some(&stored)))
            .error("body", sentence.clone());
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let refusal = EdgeError::new(status, "marks-left", sentence);
        return again(&call, form, Some(&stored), refusal).await;
    }
    // A form without a version was not filled from a stored post; it is shown the conflict.
    let expected = sent.version.unwrap_or(0);
    let input = sent.input();
    let saving = publishing.save(&call.actor, stored.id, expected, &input);
    match saving.await {
        Ok(post) => saved(&call, &sent, &post),
        Err(Error::Conflict(Conflict::Version { .. })) if !call.is_script() => {
            let history = call.blog().history();
            match history.clash(&call.actor, &slug, expected, &input).await {
                Ok(clash) => conflict::answer(&call, clash, &sent),
                Err(error) => given_back(&call, &slug, &sent, error).await,
            }
        }
        Err(error) => {
            let form = sent.filled(&desk::place(Some(&stored)));
            refused(&call, form, Some(&stored), error).await
        }
    }
}

fn delete_page(call: &Call, post: &Post) -> PostDeletePage {
    PostDeletePage {
        post: models::card_of(post, call.blog().now()),
        form: FormView::new(format!("/posts/{}/delete", post.slug))
            .value("version", post.version.to_string()),
    }
}

pub(crate) async fn delete_form(call: Call) -> Result<Response, EdgeError> {
    let slug = call.param("slug");
    let post = call
        .blog()
        .publishing()
        .for_edit(&call.actor, &slug)
        .await?;
    let chrome = call.chrome(&format!("/posts/{}/delete", post.slug));
    call.page(&chrome, &delete_page(&call, &post))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeleteForm {
    version: u64,
}

pub(crate) async fn delete(mut call: Call) -> Result<Response, EdgeError> {
    let form: DeleteForm = call.form().await?.parse()?;
    let slug = call.param("slug");
    let publishing = call.blog().publishing();
    let post = publishing.for_edit(&call.actor, &slug).await?;
    match publishing.delete(&call.actor, post.id, form.version).await {
        Ok(_) => Ok(call.redirect_with("/drafts", "post-deleted")),
        Err(error @ Error::Conflict(Conflict::Version { .. })) => {
            // Shown again as it is now: somebody may have saved what should not be deleted.
            let mut page = delete_page(&call, &post);
            let (refusal, form) = refusal::refuse(page.form, error);
            page.form = form;
            let chrome = call.chrome(&format!("/posts/{}/delete", post.slug));
            call.refused_page(&refusal, &chrome, &page)
        }
        Err(error) => Err(error.into()),
    }
}

pub(crate) async fn drafts(call: Call) -> Result<Response, EdgeError> {
    let after: Option<Cursor> = call.after()?;
    let size = call.site.settings.page_size;
    let publishing = call.blog().publishing();
    let own = publishing
        .own(&call.actor, PageRequest::new(after, size))
        .await?;
    let asked = call.query("after");
    let page = DraftsPage {
        posts: models::cards(&own.items, call.blog().now()),
        pager: PagerView::new("/drafts", asked.as_deref(), models::cursor(own.next)),
    };
    call.page(&call.chrome("/drafts"), &page)
}
