//! Static pages: what readers see of one, and the pages on which admins list, write and delete them.

use blog_core::PageRequest;
use blog_core::error::{Conflict, Denied, Error};
use blog_core::model::static_page::{StaticPage, StaticPageHit};
use blog_core::policy::Action;
use blog_core::service::addresses::VERIFY;
use blog_core::service::privacy::GRACE;
use blog_core::service::retention::Kept;
use blog_core::service::static_pages::StaticPageInput;
use poem::Response;
use serde::Deserialize;

use super::call::Call;
use super::{head, models, refusal};
use crate::edge::EdgeError;
use crate::view::page::{
    StaticPageDeletePage, StaticPageFormPage, StaticPageView, StaticPagesPage,
};
use crate::view::{FormView, PagerView, Phrase, StoredPageView};

const LIST: &str = "/admin/pages";
const NEW: &str = "/admin/pages/new";

/// Where a page is edited.
fn desk(slug: &str) -> String {
    format!("{LIST}/{slug}")
}

pub(crate) async fn show(call: Call) -> Result<Response, EdgeError> {
    let slug = call.param("slug");
    let pages = call.blog().static_pages();
    let page = match pages.read(&call.actor, &slug).await? {
        StaticPageHit::Current(page) => *page,
        StaticPageHit::Moved(slug) => return Ok(call.moved(&format!("/pages/{slug}"))),
    };
    let content = &page.content;
    let mount = call.app.view.mount().as_str();
    let reading = call.blog().reading();
    let html = reading
        .resolve(&content.html, &content.media, mount)
        .await?;
    let mut chrome = call.chrome(&format!("/pages/{slug}"));
    chrome.noindex = !content.published;
    if content.published {
        head::static_page(&call, &mut chrome, &page);
    }
    let can_edit = call.blog().policy().may(&call.actor, Action::ManageSite);
    let view = StaticPageView {
        slug,
        title: content.title.to_string(),
        body: models::safe(&html),
        coloured: models::is_coloured(&html),
        published: content.published,
        can_edit,
    };
    call.page(&chrome, &view)
}

pub(crate) async fn list(call: Call) -> Result<Response, EdgeError> {
    let after = call.after()?;
    let size = call.site.settings.page_size;
    let service = call.blog().static_pages();
    let pages = service
        .list(&call.actor, PageRequest::new(after, size))
        .await?;
    let asked = call.query("after");
    let page = StaticPagesPage {
        pages: pages.items.iter().map(models::static_page_line).collect(),
        pager: PagerView::new(LIST, asked.as_deref(), models::cursor(pages.next)),
    };
    call.page(&call.chrome(LIST), &page)
}

#[derive(Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "lowercase")]
enum Status {
    #[default]
    Draft,
    Published,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    title: String,
    #[serde(default)]
    slug: String,
    #[serde(default)]
    body: String,
    #[serde(default)]
    status: Status,
    #[serde(default)]
    in_menu: bool,
    #[serde(default, deserialize_with = "crate::edge::form::unseen_number")]
    version: Option<u64>,
}

impl Fields {
    fn input(self) -> (StaticPageInput, Option<u64>) {
        let input = StaticPageInput {
            title: self.title,
            slug: self.slug,
            body: self.body,
            published: matches!(self.status, Status::Published),
            in_menu: self.in_menu,
        };
        (input, self.version)
    }
}

fn filled(action: &str, input: &StaticPageInput, version: Option<u64>) -> FormView {
    let status = if input.published {
        "published"
    } else {
        "draft"
    };
    let form = FormView::new(action)
        .value("title", &input.title)
        .value("slug", &input.slug)
        .value("body", &input.body)
        .value("status", status)
        .value("in_menu", if input.in_menu { "on" } else { "" });
    match version {
        Some(version) => form.value("version", version.to_string()),
        None => form,
    }
}

pub(crate) async fn new_form(call: Call) -> Result<Response, EdgeError> {
    let policy = call.blog().policy();
    policy.check(&call.actor, Action::ManageSite)?;
    let input = match call.query("start").as_deref() {
        Some("privacy") => privacy_statement(&call),
        _ => StaticPageInput::default(),
    };
    let page = StaticPageFormPage {
        form: filled(NEW, &input, None),
        slug: None,
        stored: None,
    };
    call.page(&call.chrome(NEW), &page)
}

/// What to begin a privacy statement from: what this program keeps and for how long, by the numbers that it goes by itself.
fn privacy_statement(call: &Call) -> StaticPageInput {
    let lang = call.lang();
    let body = Phrase::new("privacy-statement")
        .with("site", models::site(&call.site).title)
        .with("grace", GRACE.as_secs() / 86_400)
        .with("waiting", VERIFY.as_secs() / 3_600)
        .with("unsaved", Kept::UnsavedTexts.days())
        .with("exports", Kept::Exports.days())
        .with("uploads", Kept::Uploads.days())
        .with("removed", Kept::RemovedObjects.days());
    StaticPageInput {
        title: Phrase::new("privacy-title").to_text(lang),
        slug: "privacy".to_owned(),
        body: body.to_text(lang),
        ..StaticPageInput::default()
    }
}

pub(crate) async fn create(mut call: Call) -> Result<Response, EdgeError> {
    let (input, _) = call.form().await?.parse::<Fields>()?.input();
    match call.blog().static_pages().create(&call.actor, &input).await {
        Ok(page) => Ok(call.redirect_with(&desk(page.content.slug.as_str()), "page-saved")),
        Err(error) => refuse(&call, None, filled(NEW, &input, None), error),
    }
}

pub(crate) async fn edit_form(call: Call) -> Result<Response, EdgeError> {
    let pages = call.blog().static_pages();
    let page = pages.for_edit(&call.actor, &call.param("slug")).await?;
    let slug = page.content.slug.as_str();
    let form = filled(&desk(slug), &StaticPageInput::of(&page), Some(page.version));
    let chrome = call.chrome(&desk(slug));
    let page = StaticPageFormPage {
        form,
        slug: Some(slug.to_owned()),
        stored: None,
    };
    call.page(&chrome, &page)
}

pub(crate) async fn save(mut call: Call) -> Result<Response, EdgeError> {
    let (input, version) = call.form().await?.parse::<Fields>()?.input();
    let asked = call.param("slug");
    let pages = call.blog().static_pages();
    let stored = match pages.for_edit(&call.actor, &asked).await {
        Ok(stored) => stored,
        // The session ended while somebody wrote, or the page is gone: the text goes back to them.
        Err(error) => return refuse(&call, None, filled(&desk(&asked), &input, version), error),
    };
    // A form without a version was not filled from a stored page; it is shown the conflict.
    let expected = version.unwrap_or(0);
    match pages.save(&call.actor, &stored, expected, &input).await {
        Ok(page) => Ok(call.redirect_with(&desk(page.content.slug.as_str()), "page-saved")),
        Err(error @ Error::Conflict(Conflict::Version { .. })) => {
            // Read again: what stood there before this save may not be what it met.
            let stored = pages
                .for_edit(&call.actor, stored.content.slug.as_str())
                .await?;
            let action = desk(stored.content.slug.as_str());
            let form = filled(&action, &input, Some(stored.version));
            let refusal = EdgeError::from(error);
            let chrome = call.chrome(&action);
            let page = StaticPageFormPage {
                form,
                slug: Some(stored.content.slug.to_string()),
                stored: Some(stored_view(&stored)),
            };
            call.refused_page(&refusal, &chrome, &page)
        }
        Err(error) => {
            let action = desk(stored.content.slug.as_str());
            refuse(
                &call,
                Some(&stored),
                filled(&action, &input, version),
                error,
            )
        }
    }
}

fn stored_view(page: &StaticPage) -> StoredPageView {
    let content = &page.content;
    StoredPageView {
        title: content.title.to_string(),
        slug: content.slug.to_string(),
        body: content.body.to_string(),
        published: content.published,
        in_menu: content.in_menu,
        updated_at: page.updated_at.as_micros(),
    }
}

/// The form again, with the person's text and what is wrong with it.
fn refuse(
    call: &Call,
    stored: Option<&StaticPage>,
    form: FormView,
    error: Error,
) -> Result<Response, EdgeError> {
    // Who is not logged in is not told which drafts there are.
    let error = match error {
        Error::NotFound(_) if call.visitor.is_none() => Error::Denied(Denied::LogIn),
        other => other,
    };
    let (refusal, form) = refusal::refuse(form, error);
    let page = StaticPageFormPage {
        form,
        slug: stored.map(|page| page.content.slug.to_string()),
        stored: None,
    };
    let path = stored.map_or_else(|| NEW.to_owned(), |page| desk(page.content.slug.as_str()));
    call.refused_page(&refusal, &call.chrome(&path), &page)
}

fn delete_page(page: &StaticPage) -> StaticPageDeletePage {
    let slug = page.content.slug.as_str();
    StaticPageDeletePage {
        title: page.content.title.to_string(),
        slug: slug.to_owned(),
        published: page.content.published,
        form: FormView::new(format!("{}/delete", desk(slug)))
            .value("version", page.version.to_string()),
    }
}

pub(crate) async fn delete_form(call: Call) -> Result<Response, EdgeError> {
    let pages = call.blog().static_pages();
    let page = pages.for_edit(&call.actor, &call.param("slug")).await?;
    let view = delete_page(&page);
    let chrome = call.chrome(&format!("{}/delete", desk(&view.slug)));
    call.page(&chrome, &view)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeleteForm {
    version: u64,
}

pub(crate) async fn delete(mut call: Call) -> Result<Response, EdgeError> {
    let form: DeleteForm = call.form().await?.parse()?;
    let pages = call.blog().static_pages();
    let slug = call.param("slug");
    let page = pages.for_edit(&call.actor, &slug).await?;
    match pages.delete(&call.actor, &page, form.version).await {
        Ok(()) => Ok(call.redirect_with(LIST, "page-deleted")),
        Err(error @ Error::Conflict(Conflict::Version { .. })) => {
            // Shown again as it is now: somebody may have saved what should not be deleted.
            let page = pages.for_edit(&call.actor, &slug).await?;
            let mut view = delete_page(&page);
            let (refusal, form) = refusal::refuse(view.form, error);
            view.form = form;
            let chrome = call.chrome(&format!("{}/delete", desk(&view.slug)));
            call.refused_page(&refusal, &chrome, &view)
        }
        Err(error) => Err(error.into()),
    }
}
