//! Comments: written below a post, edited and deleted on pages of their own.

use blog_core::error::{Entity, Error};
use blog_core::id::CommentId;
use blog_core::model::comment::{Comment, CommentState};
use blog_core::model::post::{Post, SlugHit};
use blog_core::service::discussion::CommentInput;
use http::StatusCode;
use poem::Response;
use serde::Deserialize;

use super::call::Call;
use super::{models, post, refusal};
use crate::edge::EdgeError;
use crate::view::FormView;
use crate::view::page::{CommentDeletePage, CommentEditPage};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CommentForm {
    body: String,
    #[serde(default)]
    parent: String,
    /// For programs that fill in whatever they find.
    #[serde(default)]
    website: String,
}

fn missing() -> EdgeError {
    Error::NotFound(Entity::Comment).into()
}

/// The comment's own address, on whichever page of the post it stands.
pub(super) fn permalink(post: &Post, comment: CommentId) -> String {
    format!("/posts/{}/comments/{comment}", post.slug)
}

/// The page of the post that shows the comment, at the comment.
async fn place(call: &Call, post: &Post, comment: CommentId) -> Result<String, EdgeError> {
    let after = call.blog().reading().place_of(post.id, comment).await?;
    let after = after.map(|after| format!("?after={}", after.encode()));
    let after = after.unwrap_or_default();
    Ok(format!("/posts/{}{after}#comment-{comment}", post.slug))
}

/// The same for a comment that was just written: until it is to be seen, the post's page.
async fn place_or_post(call: &Call, post: &Post, comment: CommentId) -> String {
    let place = place(call, post, comment).await;
    place.unwrap_or_else(|_| format!("/posts/{}#comments", post.slug))
}

pub(crate) async fn show(call: Call) -> Result<Response, EdgeError> {
    let (slug, id) = (call.param("slug"), id(&call)?);
    match call.blog().reading().post(&call.actor, &slug).await? {
        SlugHit::Current(post) => Ok(call.redirect(&place(&call, &post, id).await?)),
        SlugHit::Moved(slug) => Ok(call.moved(&format!("/posts/{slug}/comments/{id}"))),
    }
}

/// The post went while somebody wrote, or cannot be read now; what they wrote is still theirs.
fn without_post(
    call: &Call,
    slug: &str,
    body: &str,
    error: &EdgeError,
) -> Result<Response, EdgeError> {
    let path = format!("/posts/{slug}/comments");
    let sentence = match error.status() {
        StatusCode::NOT_FOUND => refusal::gone(Entity::Post),
        _ => error.sentence().clone(),
    };
    let page = CommentEditPage {
        form: FormView::new(path.clone())
            .value("body", body)
            .refuse(sentence),
        back: "/".to_owned(),
    };
    call.refused_page(error, &call.chrome(&path), &page)
}

pub(crate) async fn create(mut call: Call) -> Result<Response, EdgeError> {
    let form: CommentForm = call.form().await?.parse()?;
    let slug = call.param("slug");
    let found = match post::find(&call, &slug).await {
        Ok(found) => found,
        Err(error) => return without_post(&call, &slug, &form.body, &error),
    };
    if !form.website.is_empty() {
        // As if it was stored: who learns that it was not would try again without.
        let place = format!("/posts/{}#comments", found.slug);
        return Ok(call.redirect_with(&place, "commented"));
    }
    let parent = match form.parent.as_str() {
        "" => None,
        id => Some(id.parse().map_err(|_| missing())?),
    };
    let input = CommentInput {
        body: form.body,
        parent,
    };
    let discussion = call.blog().discussion();
    let made = discussion
        .comment(&call.actor, found.id, &input, &call.client())
        .await;
    match made {
        Ok(comment) => {
            let place = place_or_post(&call, &found, comment.id).await;
            let notice = match comment.state {
                CommentState::Pending => "comment-held",
                _ => "commented",
            };
            Ok(call.redirect_with(&place, notice))
        }
        Err(error) => {
            // An answer to a comment that went becomes one to the post.
            let parent = match error {
                Error::NotFound(Entity::Comment) => String::new(),
                _ => form.parent,
            };
            let form = FormView::new(format!("/posts/{}/comments", found.slug))
                .value("body", &input.body)
                .value("parent", parent);
            let (refusal, form) = refusal::refuse(form, error);
            match post::with_refused(&call, &found.slug, &refusal, form).await {
                Ok(answer) => Ok(answer),
                Err(error) => without_post(&call, found.slug.as_str(), &input.body, &error),
            }
        }
    }
}

fn id(call: &Call) -> Result<CommentId, EdgeError> {
    call.param("id").parse().map_err(|_| missing())
}

fn edit_page(comment: &Comment, post: &Post, version: u64, body: &str) -> CommentEditPage {
    CommentEditPage {
        form: FormView::new(format!("/comments/{}/edit", comment.id))
            .value("body", body)
            .value("version", version.to_string()),
        back: permalink(post, comment.id),
    }
}

pub(crate) async fn edit_form(call: Call) -> Result<Response, EdgeError> {
    let discussion = call.blog().discussion();
    let (comment, post) = discussion.for_edit(&call.actor, id(&call)?).await?;
    let chrome = call.chrome(&format!("/comments/{}/edit", comment.id));
    let page = edit_page(&comment, &post, comment.version, &comment.body);
    call.page(&chrome, &page)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EditForm {
    body: String,
    #[serde(default, deserialize_with = "crate::edge::form::unseen_number")]
    version: Option<u64>,
}

pub(crate) async fn edit(mut call: Call) -> Result<Response, EdgeError> {
    let form: EditForm = call.form().await?.parse()?;
    let id = id(&call)?;
    let discussion = call.blog().discussion();
    // A form without a version was not filled from a stored comment; it is shown the conflict.
    let expected = form.version.unwrap_or(0);
    let changed = discussion.edit(&call.actor, id, expected, &form.body).await;
    let error = match changed {
        Ok((comment, post)) => {
            let place = place_or_post(&call, &post, comment.id).await;
            return Ok(call.redirect_with(&place, "comment-saved"));
        }
        Err(error) => error,
    };
    let action = format!("/comments/{id}/edit");
    let chrome = call.chrome(&action);
    let version = match &error {
        // The next save is made over what is there now, by somebody who was told.
        Error::Conflict(blog_core::error::Conflict::Version { current }) => *current,
        _ => expected,
    };
    let back = match discussion.for_edit(&call.actor, id).await {
        Ok((_, post)) => permalink(&post, id),
        Err(_) => "/".to_owned(),
    };
    let form = FormView::new(action)
        .value("body", form.body)
        .value("version", version.to_string());
    let (refusal, form) = refusal::refuse(form, error);
    call.refused_page(&refusal, &chrome, &CommentEditPage { form, back })
}

pub(crate) async fn delete_form(call: Call) -> Result<Response, EdgeError> {
    let discussion = call.blog().discussion();
    let (comment, post) = discussion.for_delete(&call.actor, id(&call)?).await?;
    let action = format!("/comments/{}/delete", comment.id);
    let page = CommentDeletePage {
        comment: models::comment(&comment, &post, &call.actor, call.blog().policy()),
        form: FormView::new(action.clone()),
        back: permalink(&post, comment.id),
    };
    call.page(&call.chrome(&action), &page)
}

pub(crate) async fn delete(mut call: Call) -> Result<Response, EdgeError> {
    let _: super::Nothing = call.form().await?.parse()?;
    let discussion = call.blog().discussion();
    let post = discussion.delete(&call.actor, id(&call)?).await?;
    let back = format!("/posts/{}#comments", post.slug);
    Ok(call.redirect_with(&back, "comment-deleted"))
}
