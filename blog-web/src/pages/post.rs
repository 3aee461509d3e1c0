//! A post's page, and its like button.

use blog_core::error::{Entity, Error};
use blog_core::model::post::{Post, SlugHit};
use blog_core::policy::Action;
use poem::Response;
use serde::Deserialize;

use super::call::Call;
use super::models;
use crate::edge::EdgeError;
use crate::edge::head::WasHead;
use crate::view::FormView;
use crate::view::page::PostPage;

pub(crate) async fn show(call: Call) -> Result<Response, EdgeError> {
    let slug = call.param("slug");
    let post = match call.blog().reading().post(&call.actor, &slug).await? {
        SlugHit::Current(post) => *post,
        SlugHit::Moved(slug) => return Ok(call.moved(&format!("/posts/{slug}"))),
    };
    let by_its_author = call.actor.user() == Some(post.author.id);
    if call.request.data::<WasHead>().is_none() && !by_its_author {
        let engagement = call.blog().engagement();
        engagement.seen(&post, &call.client(), call.user_agent());
    }
    page(&call, &post, None, None).await
}

/// The post's page; after a refused comment, with the refusal and the comment's form.
pub(super) async fn page(
    call: &Call,
    post: &Post,
    refusal: Option<&EdgeError>,
    refused: Option<FormView>,
) -> Result<Response, EdgeError> {
    let reading = call.blog().reading();
    let threads = reading.comments(post.id, call.after()?).await?;
    let mount = call.app.view.mount().as_str();
    let body = &post.rendered.html;
    let body = reading.resolve(body, &post.media, mount).await?;
    let policy = call.blog().policy();
    let now = call.blog().now();
    let may_comment = policy.may(&call.actor, Action::Comment);
    let path = format!("/posts/{}", post.slug);
    let page = PostPage {
        post: models::post(post, &body, &call.actor, policy, now),
        threads: threads
            .items
            .iter()
            .map(|thread| models::thread(thread, post, &call.actor, policy))
            .collect(),
        more_comments: models::cursor(threads.next),
        comment_form: refused
            .or_else(|| may_comment.then(|| FormView::new(format!("{path}/comments")))),
    };
    let mut chrome = call.chrome(&path);
    chrome.canonical = Some(call.app.absolute(&path));
    chrome.description = Some(post.rendered.excerpt.clone()).filter(|text| !text.is_empty());
    chrome.preview_image = post
        .cover
        .as_ref()
        .filter(|cover| cover.public_key.is_some())
        .map(|cover| call.app.absolute(&cover.path()));
    let listed = page.post.card.status == crate::view::PostStatus::Published;
    chrome.noindex = !listed;
    match refusal {
        Some(refusal) => call.refused_page(refusal, &chrome, &page),
        None => call.page(&chrome, &page),
    }
}

/// The post at a slug that the actor can see, for what is done to it.
pub(super) async fn find(call: &Call, slug: &str) -> Result<Post, EdgeError> {
    let reading = call.blog().reading();
    match reading.post(&call.actor, slug).await? {
        SlugHit::Current(post) => Ok(*post),
        SlugHit::Moved(slug) => match reading.post(&call.actor, slug.as_str()).await? {
            SlugHit::Current(post) => Ok(*post),
            SlugHit::Moved(_) => Err(Error::NotFound(Entity::Post).into()),
        },
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LikeForm {
    liked: bool,
}

pub(crate) async fn like(mut call: Call) -> Result<Response, EdgeError> {
    let form: LikeForm = call.form().await?.parse()?;
    let post = find(&call, &call.param("slug")).await?;
    if call.visitor.is_none() {
        return call.to_login();
    }
    let engagement = call.blog().engagement();
    engagement.like(&call.actor, post.id, form.liked).await?;
    Ok(call.redirect(&format!("/posts/{}", post.slug)))
}
