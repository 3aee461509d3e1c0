//! Writing: the form of a post, new or stored, its deletion, and the list of own posts.

use blog_core::error::{Conflict, Error};
use blog_core::model::post::Post;
use blog_core::service::publishing::PostInput;
use blog_core::{Cursor, PageRequest};
use poem::Response;
use serde::Deserialize;

use super::call::Call;
use super::{models, refusal};
use crate::edge::EdgeError;
use crate::view::page::{ConflictPage, DraftsPage, EditorPage, PostDeletePage};
use crate::view::{FormView, MediaView, PagerView, PostStatus};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PostForm {
    title: String,
    #[serde(default)]
    body: String,
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
    version: Option<u64>,
}

impl PostForm {
    fn input(self) -> (PostInput, Option<u64>) {
        let input = PostInput {
            title: self.title,
            body: self.body,
            tags: self.tags,
            status: self.status,
            publish_at: self.publish_at,
            slug: self.slug,
            cover: self.cover,
        };
        (input, self.version)
    }
}

fn filled(action: &str, input: &PostInput, version: Option<u64>) -> FormView {
    let form = FormView::new(action)
        .value("title", &input.title)
        .value("body", &input.body)
        .value("tags", &input.tags)
        .value("status", &input.status)
        .value("publish_at", &input.publish_at)
        .value("slug", &input.slug)
        .value("cover", &input.cover);
    match version {
        Some(version) => form.value("version", version.to_string()),
        None => form,
    }
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
        let picture = models::picture(cover);
        media.push(MediaView {
            id: cover.id.to_string(),
            kind: crate::view::MediaKind::Image,
            src: picture.src,
            small: picture.small,
            choices: picture.choices,
            width: cover.width,
            height: cover.height,
            focus: picture.focus,
            name: picture.alt.clone(),
            snippet: format!("![](media:{})", cover.id),
            alt: picture.alt,
            bytes: 0,
            created_at: 0,
            ready: true,
        });
    }
    Ok(media)
}

async fn page(
    call: &Call,
    form: FormView,
    post: Option<&Post>,
    refusal: Option<&EdgeError>,
) -> Result<Response, EdgeError> {
    let path = match post {
        Some(post) => format!("/posts/{}/edit", post.slug),
        None => "/write".to_owned(),
    };
    let page = EditorPage {
        form,
        slug: post.map(|post| post.slug.to_string()),
        media: shelf(call, post).await?,
        upload: FormView::new("/media/uploads"),
    };
    let chrome = call.chrome(&path);
    match refusal {
        Some(refusal) => call.refused_page(refusal, &chrome, &page),
        None => call.page(&chrome, &page),
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

pub(crate) async fn new_form(call: Call) -> Result<Response, EdgeError> {
    let policy = call.blog().policy();
    policy.check(&call.actor, blog_core::policy::Action::WritePost)?;
    let form = filled("/write", &PostInput::default(), None);
    page(&call, form, None, None).await
}

pub(crate) async fn create(mut call: Call) -> Result<Response, EdgeError> {
    let (input, _) = call.form().await?.parse::<PostForm>()?.input();
    match call.blog().publishing().create(&call.actor, &input).await {
        Ok(post) => Ok(call.redirect_with(&format!("/posts/{}", post.slug), notice(&post, &call))),
        Err(error) => {
            let (refusal, form) = refusal::refuse(filled("/write", &input, None), error);
            page(&call, form, None, Some(&refusal)).await
        }
    }
}

pub(crate) async fn edit_form(call: Call) -> Result<Response, EdgeError> {
    let slug = call.param("slug");
    let post = call
        .blog()
        .publishing()
        .for_edit(&call.actor, &slug)
        .await?;
    let action = format!("/posts/{}/edit", post.slug);
    let input = PostInput::of(&post, call.blog().now());
    let form = filled(&action, &input, Some(post.version));
    page(&call, form, Some(&post), None).await
}

/// The session ended while somebody wrote, or the post is gone or not theirs any more: the text goes back to them.
async fn given_back(
    call: &Call,
    slug: &str,
    input: &PostInput,
    version: Option<u64>,
    error: Error,
) -> Result<Response, EdgeError> {
    let form = filled(&format!("/posts/{slug}/edit"), input, version);
    let error = match error {
        // A stranger is not told whether there is such a post.
        Error::NotFound(_) if call.visitor.is_none() => {
            Error::Denied(blog_core::error::Denied::LogIn)
        }
        other => other,
    };
    let (refusal, form) = refusal::refuse(form, error);
    page(call, form, None, Some(&refusal)).await
}

pub(crate) async fn save(mut call: Call) -> Result<Response, EdgeError> {
    let form: PostForm = call.form().await?.parse()?;
    let (input, version) = form.input();
    let slug = call.param("slug");
    let publishing = call.blog().publishing();
    let stored = publishing.for_edit(&call.actor, &slug).await;
    let stored = match stored {
        Ok(stored) => stored,
        Err(error) => return given_back(&call, &slug, &input, version, error).await,
    };
    // A form without a version was not filled from a stored post; it is shown the conflict.
    let expected = version.unwrap_or(0);
    let saved = publishing
        .save(&call.actor, stored.id, expected, &input)
        .await;
    match saved {
        Ok(post) => Ok(call.redirect_with(&format!("/posts/{}", post.slug), notice(&post, &call))),
        Err(Error::Conflict(conflict @ Conflict::Version { .. })) => {
            let stored = match publishing.for_edit(&call.actor, &slug).await {
                Ok(stored) => stored,
                Err(error) => return given_back(&call, &slug, &input, version, error).await,
            };
            let action = format!("/posts/{}/edit", stored.slug);
            let page = ConflictPage {
                form: filled(&action, &input, Some(stored.version)),
                stored: models::stored(&stored, call.blog().now()),
            };
            let refusal = EdgeError::from(Error::Conflict(conflict));
            call.refused_page(&refusal, &call.chrome(&action), &page)
        }
        Err(error) => {
            let action = format!("/posts/{}/edit", stored.slug);
            let form = filled(&action, &input, version);
            let (refusal, form) = refusal::refuse(form, error);
            page(&call, form, Some(&stored), Some(&refusal)).await
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
    let size = call.blog().settings().page_size;
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
