//! Preview links: the page on which a writer makes and ends them, and what whoever has one sees.

use blog_core::error::{Entity, Error};
use blog_core::model::post::Post;
use blog_core::model::preview_link::MadeLink;
use blog_core::model::secret::Secret;
use blog_core::policy::{Actor, is_public};
use blog_core::service::previews::{DAYS, Previewed};
use futures_util::FutureExt as _;
use http::{HeaderName, HeaderValue, StatusCode, header};
use poem::Response;
use serde::Deserialize;

use super::call::Call;
use super::{Nothing, media, models, refusal};
use crate::edge::EdgeError;
use crate::edge::headers::Surface;
use crate::view::page::{PreviewLinksPage, PreviewPage};
use crate::view::{FormView, PictureView, PreviewLinkView};

const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

fn path(post: &Post) -> String {
    format!("/posts/{}/links", post.slug)
}

fn form(post: &Post) -> FormView {
    FormView::new(path(post))
}

async fn page(
    call: &Call,
    post: &Post,
    links: &[MadeLink],
    form: FormView,
    made: Option<(Secret, i64)>,
    refusal: Option<&EdgeError>,
) -> Result<Response, EdgeError> {
    let (secret, until) = made.unzip();
    let made = secret.map(|secret| format!("/preview/{}", secret.encode()));
    let page = PreviewLinksPage {
        slug: post.slug.to_string(),
        title: post.title.to_string(),
        public: is_public(post, call.blog().now()),
        links: links.iter().map(line).collect(),
        days: DAYS.to_vec(),
        form,
        made_address: made.as_ref().map(|path| call.app.absolute(path)),
        made,
        made_until: until,
    };
    let mut chrome = call.chrome(&path(post));
    // The answer to the form has no address to come back to.
    chrome.back = path(post);
    let mut response = match refusal {
        Some(refusal) => call.refused_page(refusal, &chrome, &page)?,
        None => call.page(&chrome, &page)?,
    };
    response.set_data(Surface::page().without_referrer().personal());
    Ok(response)
}

fn line(made: &MadeLink) -> PreviewLinkView {
    PreviewLinkView {
        id: made.link.id.to_string(),
        maker: models::person(&made.maker.to_ref()),
        made_at: made.link.created_at.as_micros(),
        until: made.link.expires_at.as_micros(),
    }
}

pub(crate) async fn list(call: Call) -> Result<Response, EdgeError> {
    let previews = call.blog().previews();
    let (post, links) = previews.links(&call.actor, &call.param("slug")).await?;
    page(&call, &post, &links, form(&post), None, None).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    #[serde(default)]
    days: String,
}

/// The link is shown in this answer and nowhere else, since nobody keeps its secret.
pub(crate) async fn make(mut call: Call) -> Result<Response, EdgeError> {
    let fields: Fields = call.form().await?.parse()?;
    let slug = call.param("slug");
    let previews = call.blog().previews();
    let made = match previews.make(&call.actor, &slug, &fields.days).await {
        // Who may not make one is not shown the others.
        Err(error @ (Error::NotFound(_) | Error::Denied(_))) => return Err(error.into()),
        made => made,
    };
    let (post, links) = previews.links(&call.actor, &slug).await?;
    match made {
        Ok((secret, until)) => {
            let made = Some((secret, until.as_micros()));
            page(&call, &post, &links, form(&post), made, None).await
        }
        Err(error) => {
            let (refusal, form) = refusal::refuse(form(&post).value("days", fields.days), error);
            page(&call, &post, &links, form, None, Some(&refusal)).await
        }
    }
}

pub(crate) async fn revoke(mut call: Call) -> Result<Response, EdgeError> {
    let Nothing {} = call.form().await?.parse()?;
    let missing = |_| EdgeError::from(Error::NotFound(Entity::Token));
    let id = call.param("id").parse().map_err(missing)?;
    let previews = call.blog().previews();
    let post = previews
        .revoke(&call.actor, &call.param("slug"), id)
        .await?;
    Ok(call.redirect_with(&path(&post), "link-revoked"))
}

fn secret(call: &Call) -> Result<Secret, EdgeError> {
    Secret::decode(&call.param("token")).ok_or_else(|| Error::NotFound(Entity::Token).into())
}

/// Where an item of a previewed post is read: what is public stands where it always does.
fn address(token: &str, path: String) -> String {
    match path.strip_prefix("/media/private/") {
        Some(rest) => format!("/preview/{token}/media/{rest}"),
        None => path,
    }
}

fn readdressed(picture: &mut PictureView, token: &str) {
    let choices = picture.choices.iter_mut().map(|choice| &mut choice.src);
    for src in [&mut picture.src, &mut picture.small]
        .into_iter()
        .chain(choices)
    {
        *src = address(token, std::mem::take(src));
    }
}

pub(crate) async fn show(call: Call) -> Result<Response, EdgeError> {
    seen(call).await.map_err(EdgeError::unkept)
}

async fn seen(call: Call) -> Result<Response, EdgeError> {
    let secret = secret(&call)?;
    let token = secret.encode();
    let previews = call.blog().previews();
    let (post, until) = match previews.see(&secret).await? {
        Previewed::Hidden { post, until } => (post, until),
        Previewed::Public(slug) => return Ok(closed(call.redirect(&format!("/posts/{slug}")))),
    };
    let mount = call.app.view.mount().as_str();
    let body = previews
        .resolve(&post, &|path| format!("{mount}{}", address(&token, path)))
        .await?;
    // What a stranger may do here is nothing, whoever has the link.
    let (policy, now) = (call.blog().policy(), call.blog().now());
    let mut view = models::post(&post, &body, &Actor::Anonymous, policy, now);
    if let Some(cover) = &mut view.card.cover {
        readdressed(cover, &token);
    }
    let page = PreviewPage {
        post: view,
        until: until.as_micros(),
    };
    let mut chrome = call.chrome(&format!("/preview/{token}"));
    chrome.noindex = true;
    // The link's secret stands in no other address.
    chrome.next = None;
    Ok(closed(call.page(&chrome, &page)?))
}

/// An answer to a secret address: nobody keeps it, lists it, or learns of it by a link that is followed from it.
fn closed(mut response: Response) -> Response {
    response.set_data(Surface::page().without_referrer().personal());
    response.headers_mut().remove(header::ETAG);
    unlisted(&mut response);
    response
}

fn unlisted(response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert(ROBOTS, HeaderValue::from_static("noindex, nofollow"));
}

pub(crate) async fn file(call: Call) -> Result<Response, EdgeError> {
    opened(call).await.map_err(EdgeError::unkept)
}

async fn opened(call: Call) -> Result<Response, EdgeError> {
    let secret = secret(&call)?;
    let id = call
        .param("id")
        .parse()
        .map_err(|_| EdgeError::of_status(StatusCode::NOT_FOUND))?;
    let width = call.query("w").and_then(|width| width.parse().ok());
    let previews = call.blog().previews();
    let answer = media::ranged(&call, |range| {
        let (previews, secret) = (previews.clone(), secret.clone());
        async move { previews.open_media(&secret, id, width, range).await }.boxed()
    });
    let mut response = answer.await?;
    response.set_data(Surface::media().without_referrer());
    unlisted(&mut response);
    Ok(response)
}
