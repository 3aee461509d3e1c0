//! The picture that stands for a post elsewhere, for posts that everybody may see.

use blog_core::error::{Entity, Error};
use blog_core::model::post::{Post, SlugHit};
use poem::Response;

use super::call::Call;
use super::freshness;
use crate::card::{Card, HEIGHT, WIDTH};
use crate::edge::EdgeError;
use crate::edge::headers::Surface;
use crate::view::PreviewView;

pub(crate) async fn show(call: Call) -> Result<Response, EdgeError> {
    let slug = call.param("slug");
    let post = match call.blog().reading().post(&call.actor, &slug).await? {
        SlugHit::Current(post) => post,
        SlugHit::Moved(slug) => return Ok(call.moved(&path(slug.as_str()))),
    };
    if !blog_core::policy::is_public(&post, call.blog().now()) {
        return Err(Error::NotFound(Entity::Post).into());
    }
    let card = card(&call, &post);
    let tag = format!("\"{}\"", card.version());
    if let Some(same) = freshness::not_modified(&call, &tag) {
        return Ok(same);
    }
    let png = call.app.cards.png(card).await?;
    let mut response = freshness::tagged(&call, &tag, "image/png", png);
    // Other sites show it.
    response.set_data(Surface::media());
    Ok(response)
}

/// The card of a post as its page names it. Other words have another address, so that who keeps pictures by their
/// addresses shows no old ones.
pub(super) fn preview(call: &Call, post: &Post) -> PreviewView {
    let version = card(call, post).version();
    let path = path(post.slug.as_str());
    PreviewView {
        address: call.app.absolute(&format!("{path}?v={}", &version[..8])),
        width: WIDTH,
        height: HEIGHT,
        alt: post.title.to_string(),
        large: true,
    }
}

fn path(slug: &str) -> String {
    format!("/posts/{slug}/card.png")
}

fn card(call: &Call, post: &Post) -> Card {
    Card {
        title: post.title.to_string(),
        author: post.author.display_name.to_string(),
        site: super::models::site(&call.site).title,
    }
}
