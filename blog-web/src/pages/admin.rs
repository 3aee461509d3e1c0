//! The administration: where it begins, and everybody's posts.

use blog_core::PageRequest;
use blog_core::model::post::PostStatus;
use blog_core::policy::Action;
use poem::Response;

use super::call::Call;
use super::{Nothing, lists};
use crate::edge::EdgeError;
use crate::view::page::{AdminPage, AdminPostsPage};

const HOME: &str = "/admin";
const POSTS: &str = "/admin/posts";

impl Call {
    /// Whether the administration has more for them than posts and comments.
    pub(super) fn can_manage(&self) -> bool {
        self.blog().policy().may(&self.actor, Action::ManageSite)
    }
}

pub(crate) async fn index(call: Call) -> Result<Response, EdgeError> {
    let policy = call.blog().policy();
    policy.check(&call.actor, Action::Moderate)?;
    let page = AdminPage {
        can_manage: call.can_manage(),
    };
    call.page(&call.chrome(HOME), &page)
}

pub(crate) async fn posts(call: Call) -> Result<Response, EdgeError> {
    let asked = call.query("show").unwrap_or_default();
    let statuses = [
        PostStatus::Draft,
        PostStatus::Published,
        PostStatus::Unlisted,
    ];
    let status = statuses.into_iter().find(|status| status.as_str() == asked);
    let page = PageRequest::new(call.after()?, call.site.settings.page_size);
    let publishing = call.blog().publishing();
    let found = publishing.everybodys(&call.actor, status, page).await?;
    let show = status.map_or("", PostStatus::as_str);
    let path = match show {
        "" => POSTS.to_owned(),
        show => format!("{POSTS}?show={show}"),
    };
    let (posts, pager) = lists::shown(&call, &path, &found);
    let page = AdminPostsPage {
        posts,
        show: show.to_owned(),
        can_manage: call.can_manage(),
        pager,
    };
    call.page(&call.chrome(POSTS), &page)
}

pub(crate) async fn withdraw(mut call: Call) -> Result<Response, EdgeError> {
    let Nothing {} = call.form().await?.parse()?;
    let publishing = call.blog().publishing();
    publishing
        .withdraw(&call.actor, &call.param("slug"))
        .await?;
    Ok(call.redirect_with(POSTS, "post-withdrawn"))
}
