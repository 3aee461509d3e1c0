//! The addresses of a Django blog that stood here before: where the site is told so, they lead to what stands here now.
//!
//! Only paths that no route has come here, so nothing of ours is ever shadowed, and what leads nowhere stays what it
//! was: not found, whatever the method. A target is one of our own paths, with at most the slug of something that
//! everybody may see in it, so no address can lead to another site, and none says that a draft exists.

use std::sync::Arc;

use blog_core::model::post::SlugHit;
use blog_core::model::static_page::StaticPageHit;
use blog_core::policy::Actor;
use blog_core::{Error, Result};
use http::{Method, StatusCode, Uri, header};
use poem::error::NotFoundError;
use poem::{Endpoint, Request, Response};

use crate::edge::EdgeError;
use crate::web::App;

/// What an old path asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Old<'a> {
    /// What has an address of its own, whatever posts there are.
    Page(&'static str),
    /// A post, or what could be done to one: its slug, and what stands behind the new address.
    Post(&'a str, &'static str),
}

/// Reads a path, with the slash at its end or without. Everything is compared as it was sent: an old slug has no
/// character that is written another way.
fn read(path: &str) -> Option<Old<'_>> {
    let path = path.strip_prefix('/')?;
    let path = path.strip_suffix('/').unwrap_or(path);
    let parts: Vec<&str> = path.splitn(3, '/').collect();
    Some(match parts.as_slice() {
        ["create"] => Old::Page("/write"),
        ["users", "login"] => Old::Page("/account/login"),
        ["users", "register"] => Old::Page("/account/register"),
        ["users", "profile"] => Old::Page("/account/profile"),
        // Nobody is logged out by a link, and mails of that time hold links that are over.
        ["users", "logout"] => Old::Page("/"),
        ["users", "password_reset" | "reset"] | ["users", "password_reset" | "reset", _] => {
            Old::Page("/account/login")
        }
        [slug] => Old::Post(slug, ""),
        [slug, "update"] => Old::Post(slug, "/edit"),
        [slug, "delete"] => Old::Post(slug, "/delete"),
        [slug, "like"] => Old::Post(slug, ""),
        _ => return None,
    })
}

/// The path below the mount that an old one leads to. Posts are asked for as a stranger would, since an answer that
/// browsers keep for ever must not depend on who asked; one query, or two where it is a static page's word.
async fn target(app: &App, path: &str) -> Result<Option<String>> {
    let (slug, behind) = match read(path) {
        None => return Ok(None),
        Some(Old::Page(page)) => return Ok(Some(page.to_owned())),
        Some(Old::Post(slug, behind)) => (slug, behind),
    };
    let stranger = Actor::Anonymous;
    match app.blog.reading().post(&stranger, slug).await {
        Ok(SlugHit::Current(post)) => return Ok(Some(format!("/posts/{}{behind}", post.slug))),
        Ok(SlugHit::Moved(slug)) => return Ok(Some(format!("/posts/{slug}{behind}"))),
        Err(Error::NotFound(_)) => {}
        Err(error) => return Err(error),
    }
    match app.blog.static_pages().read(&stranger, slug).await {
        Ok(StaticPageHit::Current(page)) => Ok(Some(format!("/pages/{}", page.content.slug))),
        Ok(StaticPageHit::Moved(slug)) => Ok(Some(format!("/pages/{slug}"))),
        Err(Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The routes, and behind them the old addresses.
pub(crate) struct WithOldAddresses<E> {
    pub(crate) routes: E,
    pub(crate) app: Arc<App>,
}

impl<E: Endpoint<Output = Response>> Endpoint for WithOldAddresses<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let asks = *request.method() == Method::GET;
        let uri: Uri = request.uri().clone();
        let error = match self.routes.call(request).await {
            Err(error) if asks && error.is::<NotFoundError>() => error,
            answer => return answer,
        };
        if !self.app.blog.site().now().await.settings.old_addresses {
            return Err(error);
        }
        let target = target(&self.app, uri.path()).await;
        match target.map_err(EdgeError::from)? {
            None => Err(error),
            Some(path) => Ok(Response::builder()
                .status(StatusCode::MOVED_PERMANENTLY)
                .header(header::LOCATION, self.app.view.mount().url(&path))
                .finish()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_paths_and_what_they_ask_for() {
        for (path, old) in [
            ("/create/", Some(Old::Page("/write"))),
            ("/create", Some(Old::Page("/write"))),
            ("/users/login/", Some(Old::Page("/account/login"))),
            ("/users/register/", Some(Old::Page("/account/register"))),
            ("/users/profile/", Some(Old::Page("/account/profile"))),
            ("/users/logout/", Some(Old::Page("/"))),
            ("/users/password_reset/", Some(Old::Page("/account/login"))),
            (
                "/users/reset/MQ/set-password/",
                Some(Old::Page("/account/login")),
            ),
            ("/my-post/", Some(Old::Post("my-post", ""))),
            ("/my-post", Some(Old::Post("my-post", ""))),
            ("/my-post/update/", Some(Old::Post("my-post", "/edit"))),
            ("/my-post/delete/", Some(Old::Post("my-post", "/delete"))),
            ("/my-post/like/", Some(Old::Post("my-post", ""))),
            ("/my-post/other/", None),
            ("/users/other/", None),
            ("/a/b/c/", None),
            ("", None),
        ] {
            assert_eq!(read(path), old, "{path}");
        }
    }
}
