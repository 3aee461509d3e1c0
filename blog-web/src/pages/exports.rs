//! Taking along what is one's own: the page on which it is asked for and fetched.

use blog_core::Error;
use blog_core::error::Conflict;
use blog_core::model::export::ExportWords;
use blog_core::model::letter::Letter;
use futures_util::FutureExt as _;
use http::{HeaderValue, header};
use poem::Response;
use serde::Deserialize;

use super::call::Call;
use super::{letters, media, models, refusal};
use crate::edge::EdgeError;
use crate::view::page::ExportPage;
use crate::view::{ExportView, FormView, Phrase};

const EXPORT: &str = "/account/export";

const FETCH: &str = "/account/export/fetch";
const ARCHIVE: &str = "/account/export/archive.zip";

pub(crate) async fn form(call: Call) -> Result<Response, EdgeError> {
    let page = page(&call, FormView::new(EXPORT), FormView::new(FETCH)).await?;
    call.page(&call.chrome(EXPORT), &page)
}

async fn page(call: &Call, form: FormView, fetch_form: FormView) -> Result<ExportPage, EdgeError> {
    let Some(visitor) = &call.visitor else {
        return Ok(ExportPage {
            form,
            fetch_form,
            ask_password: true,
            export: None,
        });
    };
    let ask_password = !call.blog().people().is_recent(visitor);
    let export = call.blog().exports().own(visitor).await?;
    let export = export.map(|export| ExportView {
        done: export.done,
        total: export.total,
        bytes: export.archive.map(|archive| archive.bytes),
        ready_at: export.archive.map(|archive| archive.ready_at.as_micros()),
        expires_at: export.archive.map(|archive| archive.expires_at.as_micros()),
    });
    Ok(ExportPage {
        form,
        fetch_form,
        ask_password,
        export,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    password: String,
}

pub(crate) async fn ask(mut call: Call) -> Result<Response, EdgeError> {
    let fields: Fields = call.form().await?.parse()?;
    let Some(visitor) = call.visitor.clone() else {
        return call.to_login();
    };
    let username = &visitor.user.username;
    let readme = Phrase::new("privacy-readme")
        .with("site", models::site(&call.site).title)
        .with("name", username.as_str());
    let compose = letters::composer(&call);
    let words = ExportWords {
        letter: compose(&Letter::Exported { username }),
        failed: Some(compose(&Letter::ExportFailed { username })),
        readme: readme.to_text(call.lang()) + "\n",
    };
    let exports = call.blog().exports();
    match exports.ask(&visitor, &fields.password, words).await {
        Ok(()) => Ok(call.redirect_with(EXPORT, "export-asked")),
        // The form was sent twice: what it asks for is under way.
        Err(Error::Conflict(Conflict::State)) => Ok(call.redirect_with(EXPORT, "export-busy")),
        Err(error) => {
            let (refusal, form) = refusal::refuse(FormView::new(EXPORT), error);
            let page = page(&call, form, FormView::new(FETCH)).await?;
            call.refused_page(&refusal, &call.chrome(EXPORT), &page)
        }
    }
}

/// The password, where it was not given recently, and then the archive.
pub(crate) async fn confirm(mut call: Call) -> Result<Response, EdgeError> {
    let fields: Fields = call.form().await?.parse()?;
    let Some(visitor) = call.visitor.clone() else {
        return call.to_login();
    };
    let people = call.blog().people();
    match people.confirm(&visitor, &fields.password).await {
        Ok(()) => Ok(call.redirect(ARCHIVE)),
        Err(error) => {
            let (refusal, form) = refusal::refuse(FormView::new(FETCH), error);
            let page = page(&call, FormView::new(EXPORT), form).await?;
            call.refused_page(&refusal, &call.chrome(EXPORT), &page)
        }
    }
}

pub(crate) async fn fetch(call: Call) -> Result<Response, EdgeError> {
    let Some(visitor) = call.visitor.clone() else {
        return call.to_login();
    };
    // Whoever finds the browser open does not find all of it in one file.
    if !call.blog().people().is_recent(&visitor) {
        return Ok(call.redirect(EXPORT));
    }
    let exports = call.blog().exports();
    // Letters, digits, - and _ only.
    let name = format!("attachment; filename=\"{}.zip\"", visitor.user.username);
    let mut response = media::ranged(&call, |range| {
        let (exports, visitor) = (exports.clone(), visitor.clone());
        async move { exports.open(&visitor, range).await }.boxed()
    })
    .await?;
    if let Ok(name) = HeaderValue::try_from(name) {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}
