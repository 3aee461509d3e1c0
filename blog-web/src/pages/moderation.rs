//! Comments that somebody should look at, and reports of them.

use blog_core::PageRequest;
use blog_core::error::{Entity, Error, Reason};
use blog_core::id::CommentId;
use blog_core::model::comment::QueuedComment;
use blog_core::policy::Action;
use blog_core::service::moderation::{Decided, Decision, Seen};
use poem::Response;
use serde::Deserialize;

use super::call::Call;
use super::comments::permalink;
use super::{models, refusal};
use crate::edge::EdgeError;
use crate::edge::cookie::Flash;
use crate::view::page::{CommentQueuePage, CommentReportPage};
use crate::view::{FormView, PagerView, QueuedCommentView};

const QUEUE: &str = "/admin/comments";

fn line(queued: &QueuedComment) -> QueuedCommentView {
    let comment = &queued.comment;
    QueuedCommentView {
        id: comment.id.to_string(),
        version: comment.version,
        author: comment.author.as_ref().map(models::person),
        body: models::safe(&comment.html),
        created_at: comment.created_at.as_micros(),
        pending: comment.state == blog_core::model::comment::CommentState::Pending,
        post_slug: queued.post_slug.to_string(),
        post_title: queued.post_title.to_string(),
        reasons: queued.reasons.clone(),
    }
}

pub(crate) async fn queue(call: Call) -> Result<Response, EdgeError> {
    shown(&call, FormView::new(QUEUE), None).await
}

async fn shown(
    call: &Call,
    form: FormView,
    refusal: Option<&EdgeError>,
) -> Result<Response, EdgeError> {
    let after = call.after()?;
    let request = PageRequest::new(after, call.site.settings.page_size);
    let found = call.blog().moderation().queue(&call.actor, request).await?;
    let policy = call.blog().policy();
    let page = CommentQueuePage {
        comments: found.items.iter().map(line).collect(),
        can_moderate: policy.may(&call.actor, Action::Moderate),
        can_manage: call.can_manage(),
        pager: PagerView::new(
            QUEUE,
            call.query("after").as_deref(),
            models::cursor(found.next),
        ),
        form,
    };
    let chrome = call.chrome(QUEUE);
    match refusal {
        Some(refusal) => call.refused_page(refusal, &chrome, &page),
        None => call.page(&chrome, &page),
    }
}

/// A comment of the queue with the version that was shown, as its box sends them.
fn seen(value: &str) -> Option<Seen> {
    let (id, version) = value.split_once('.')?;
    Some(Seen {
        id: id.parse().ok()?,
        version: version.parse().ok()?,
    })
}

pub(crate) async fn decide(mut call: Call) -> Result<Response, EdgeError> {
    let form = call.form().await?;
    if form
        .iter()
        .any(|(name, _)| !matches!(name, "comment" | "decision"))
    {
        return Err(refusal::unknown_field());
    }
    let ids: Option<Vec<Seen>> = form.all("comment").map(seen).collect();
    let decision = Decision::try_from(form.get("decision").unwrap_or_default());
    let refused = match (ids, decision) {
        (Some(ids), Ok(decision)) if !ids.is_empty() => {
            let moderation = call.blog().moderation();
            let done = moderation.decide(&call.actor, &ids, decision).await?;
            let notice = match (done, decision) {
                (Decided { changed: 1.., .. }, _) => "comments-changed",
                (Decided { done: 0, .. }, _) => "comments-decided-before",
                (_, Decision::Approve) => "comments-approved",
                (_, Decision::Delete) => "comments-deleted",
            };
            return Ok(call.redirect_saying(QUEUE, &Flash::new(notice)));
        }
        (Some(_), Ok(_)) => Error::invalid("comment", Reason::Empty),
        _ => Error::invalid("decision", Reason::NotAChoice),
    };
    let (refusal, form) = refusal::refuse(FormView::new(QUEUE), refused);
    shown(&call, form, Some(&refusal)).await
}

fn id(call: &Call) -> Result<CommentId, EdgeError> {
    let missing = |_| EdgeError::from(Error::NotFound(Entity::Comment));
    call.param("id").parse().map_err(missing)
}

fn report_path(id: CommentId) -> String {
    format!("/comments/{id}/report")
}

pub(crate) async fn report_form(call: Call) -> Result<Response, EdgeError> {
    let id = id(&call)?;
    let moderation = call.blog().moderation();
    moderation.for_report(&call.actor, id).await?;
    let form = FormView::new(report_path(id));
    call.page(&call.chrome(&report_path(id)), &CommentReportPage { form })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReportFields {
    reason: String,
}

pub(crate) async fn report(mut call: Call) -> Result<Response, EdgeError> {
    let fields: ReportFields = call.form().await?.parse()?;
    let id = id(&call)?;
    let moderation = call.blog().moderation();
    match moderation.report(&call.actor, id, &fields.reason).await {
        Ok(()) => {
            let discussion = call.blog().discussion();
            let place = discussion.post_of(&call.actor, id).await;
            let place = place.map_or_else(|_| "/".to_owned(), |post| permalink(&post, id));
            Ok(call.redirect_with(&place, "comment-reported"))
        }
        Err(error @ (Error::NotFound(_) | Error::Denied(_))) => Err(error.into()),
        Err(error) => {
            let form = FormView::new(report_path(id)).value("reason", fields.reason);
            let (refusal, form) = refusal::refuse(form, error);
            let chrome = call.chrome(&report_path(id));
            call.refused_page(&refusal, &chrome, &CommentReportPage { form })
        }
    }
}
