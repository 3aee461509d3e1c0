//! A post's page, and its like button.

use blog_core::error::{Entity, Error};
use blog_core::model::post::{Post, PostCard, PostInContext, SlugHit};
use blog_core::model::slug::Slug;
use blog_core::policy::Action;
use poem::Response;
use serde::Deserialize;

use super::call::Call;
use super::head;
use super::kept::Shows;
use super::models;
use crate::edge::EdgeError;
use crate::edge::head::WasHead;
use crate::view::FormView;
use crate::view::page::PostPage;

pub(crate) async fn show(call: Call) -> Result<Response, EdgeError> {
    let slug = call.param("slug");
    let reading = call.blog().reading();
    let found = match reading.post_in_context(&call.actor, &slug).await? {
        SlugHit::Current(found) => *found,
        SlugHit::Moved(slug) => return Ok(call.moved(&format!("/posts/{slug}"))),
    };
    let post = &found.post;
    let by_its_author = call.actor.user() == Some(post.author.id);
    let is_public = blog_core::policy::is_public(post, call.blog().now());
    if is_public && call.request.data::<WasHead>().is_none() && !by_its_author {
        let engagement = call.blog().engagement();
        engagement.seen(post.id, &call.client(), call.user_agent());
    }
    let mut response = page(&call, &found, None, None).await?;
    if is_public {
        response.set_data(Shows(post.id));
    }
    Ok(response)
}

/// The post's page with a refused comment in its form.
pub(super) async fn with_refused(
    call: &Call,
    slug: &Slug,
    refusal: &EdgeError,
    form: FormView,
) -> Result<Response, EdgeError> {
    let reading = call.blog().reading();
    let found = match reading.post_in_context(&call.actor, slug.as_str()).await? {
        // It was given another address meanwhile.
        SlugHit::Moved(slug) => reading.post_in_context(&call.actor, slug.as_str()).await?,
        found => found,
    };
    match found {
        SlugHit::Current(found) => page(call, &found, Some(refusal), Some(form)).await,
        SlugHit::Moved(_) => Err(Error::NotFound(Entity::Post).into()),
    }
}

/// More are not shown.
const RELATED: usize = 3;

/// The post's page; after a refused comment, with the refusal and the comment's form.
async fn page(
    call: &Call,
    found: &PostInContext,
    refusal: Option<&EdgeError>,
    refused: Option<FormView>,
) -> Result<Response, EdgeError> {
    let reading = call.blog().reading();
    let post = &found.post;
    let after = call.after()?;
    let threads = reading.comments(post.id, after).await?;
    let mount = call.app.view.mount().as_str();
    let body = &post.rendered.html;
    let body = reading.resolve(body, &post.media, mount).await?;
    let policy = call.blog().policy();
    let now = call.blog().now();
    let may_comment = policy.may(&call.actor, Action::Comment);
    let path = format!("/posts/{}", post.slug);
    let page = PostPage {
        post: models::post(post, &body, &call.actor, policy, now),
        bio: found.bio.to_string(),
        older: found.older.as_ref().map(|card| models::card(card, now)),
        newer: found.newer.as_ref().map(|card| models::card(card, now)),
        related: found
            .related
            .iter()
            .filter(|card| {
                let beside = [&found.older, &found.newer];
                beside
                    .iter()
                    .all(|one| one.as_ref().is_none_or(|one| one.id != card.id))
            })
            .take(RELATED)
            .map(|card| models::card(card, now))
            .collect(),
        first_comments: after.is_none(),
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
    let listed = page.post.card.status == crate::view::PostStatus::Published;
    chrome.noindex = !listed;
    if blog_core::policy::is_public(post, now) {
        head::post(call, &mut chrome, post, listed);
        let beside = |card: &PostCard| call.app.absolute(&format!("/posts/{}", card.slug));
        chrome.prev_page = found.older.as_ref().map(beside);
        chrome.next_page = found.newer.as_ref().map(beside);
    }
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
