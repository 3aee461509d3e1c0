//! What a post was: the list of its saved states, two of them compared, and one brought back.

use blog_core::diff::Diff;
use blog_core::error::{Conflict, Entity, Error};
use blog_core::model::revision::RevisionHead;
use blog_core::service::history::{Against, Comparison, Step};
use poem::Response;
use serde::Deserialize;

use super::call::Call;
use super::{models, refusal};
use crate::edge::EdgeError;
use crate::view::page::{RevisionPage, RevisionsPage};
use crate::view::{FormView, PagerView, RevisionView, RowView, StepView};

fn revision(head: &RevisionHead, current: u64) -> RevisionView {
    RevisionView {
        version: head.version,
        title: head.title.to_string(),
        editor: head.editor.as_ref().map(models::person),
        saved_at: head.saved_at.as_micros(),
        current: head.version == current,
    }
}

fn step(step: &Step, current: u64) -> StepView {
    let before = step.before.as_ref();
    let bytes = step.saved.bytes;
    let was = before.map_or(0, |before| before.bytes);
    StepView {
        saved: revision(&step.saved, current),
        bytes,
        longer: bytes.saturating_sub(was),
        shorter: was.saturating_sub(bytes),
        old_title: before
            .filter(|before| before.title != step.saved.title)
            .map(|before| before.title.to_string()),
    }
}

pub(crate) async fn list(call: Call) -> Result<Response, EdgeError> {
    let slug = call.param("slug");
    let asked = call.query("after");
    let before = match &asked {
        None => None,
        Some(version) => Some(number(version)?),
    };
    let history = call.blog().history();
    let (post, steps) = history.list(&call.actor, &slug, before).await?;
    let path = format!("/posts/{}/revisions", post.slug);
    let page = RevisionsPage {
        slug: post.slug.to_string(),
        title: post.title.to_string(),
        steps: steps
            .items
            .iter()
            .map(|one| step(one, post.version))
            .collect(),
        pager: PagerView::new(
            &path,
            asked.as_deref(),
            steps.next.map(|next| next.to_string()),
        ),
    };
    call.page(&call.chrome(&path), &page)
}

/// A version in an address; anything else there is an address that does not exist.
fn number(text: &str) -> Result<u64, EdgeError> {
    text.parse()
        .map_err(|_| Error::NotFound(Entity::Revision).into())
}

fn compared(comparison: Comparison, asked: u64) -> RevisionPage {
    let Comparison {
        post,
        old,
        new,
        diff,
    } = comparison;
    let titles = old
        .as_ref()
        .filter(|old| old.title != new.title)
        .map(|old| {
            let titles = Diff::of(old.title.as_str(), new.title.as_str());
            let stretch = titles.stretches.into_iter().next();
            match stretch {
                Some(blog_core::diff::Stretch::Changed(rows)) => {
                    rows.into_iter().map(RowView::from).collect()
                }
                _ => Vec::new(),
            }
        });
    let restore = (asked != post.version).then(|| {
        FormView::new(format!("/posts/{}/revisions/{asked}/restore", post.slug))
            .value("version", post.version.to_string())
    });
    RevisionPage {
        slug: post.slug.to_string(),
        title: post.title.to_string(),
        asked,
        current: post.version,
        old: old.as_ref().map(|old| revision(old, post.version)),
        new: revision(&new, post.version),
        titles: titles.unwrap_or_default(),
        diff: diff.into(),
        restore,
    }
}

async fn comparison(call: &Call, against: Against) -> Result<(String, RevisionPage), EdgeError> {
    let version = number(&call.param("version"))?;
    let slug = call.param("slug");
    let history = call.blog().history();
    let found = history
        .compare(&call.actor, &slug, version, against)
        .await?;
    let path = format!("/posts/{}/revisions/{version}", found.post.slug);
    Ok((path, compared(found, version)))
}

pub(crate) async fn compare(call: Call) -> Result<Response, EdgeError> {
    let against = match call.query("against").as_deref() {
        None => Against::Before,
        Some("current") => Against::Current,
        Some(version) => Against::Version(number(version)?),
    };
    let (path, page) = comparison(&call, against).await?;
    call.page(&call.chrome(&path), &page)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RestoreForm {
    version: u64,
}

pub(crate) async fn restore(mut call: Call) -> Result<Response, EdgeError> {
    let form: RestoreForm = call.form().await?.parse()?;
    let version = number(&call.param("version"))?;
    let slug = call.param("slug");
    let history = call.blog().history();
    let restored = history
        .restore(&call.actor, &slug, version, form.version)
        .await;
    match restored {
        Ok(post) => Ok(call.redirect_with(&format!("/posts/{}", post.slug), "restored")),
        Err(error @ (Error::Conflict(Conflict::Version { .. }) | Error::Invalid(_))) => {
            // Shown beside what is current now, since somebody may have saved what should stay.
            let (path, mut page) = comparison(&call, Against::Current).await?;
            let (refusal, form) = refusal::refuse(page.restore.unwrap_or_default(), error);
            page.restore = Some(form);
            call.refused_page(&refusal, &call.chrome(&path), &page)
        }
        Err(error) => Err(error.into()),
    }
}
