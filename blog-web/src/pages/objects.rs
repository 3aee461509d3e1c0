//! What the object index knows: to owners their stored files, to admins where bucket and index differed, to programs both.

use blog_core::PageRequest;
use blog_core::model::drift::Run;
use blog_core::model::index::IndexItem;
use blog_core::model::media::{MediaItem, ObjectKey, ObjectMeta, QUARANTINE};
use blog_core::service::objects::{ObjectOfItem, ObjectsQuestion, ObjectsRefusal};
use http::StatusCode;
use poem::Response;

use super::call::Call;
use super::models;
use crate::edge::EdgeError;
use crate::view::page::{DriftPage, FilesPage};
use crate::view::{DriftView, ObjectView, PagerView, QuarantinedView, RunView, UsageView};

const FILES: &str = "/library/files";
const DRIFT: &str = "/admin/drift";

/// So many files on a page.
const PAGE: u16 = 100;
/// So many comparisons are told.
const RUNS: usize = 10;
/// So many differences of the last comparison are named.
const NAMED: usize = 50;

/// Of a smaller copy, how wide it is.
fn width(object: &IndexItem, item: &MediaItem) -> Option<u32> {
    let copy = |width: &u32| item.private_key.at_width(*width).as_str() == object.key;
    item.widths.iter().find(copy)
}

fn view(ObjectOfItem { object, item }: ObjectOfItem) -> ObjectView {
    ObjectView {
        width: item.as_ref().and_then(|item| width(&object, item)),
        name: item
            .as_ref()
            .map(|item| item.file_name.to_string())
            .unwrap_or_default(),
        // One that is not ready has no page.
        item: item
            .filter(MediaItem::is_ready)
            .map(|item| item.id.to_string()),
        size: object.size,
        seen_at: object.first_seen.as_micros(),
    }
}

pub(crate) async fn files(call: Call) -> Result<Response, EdgeError> {
    let objects = call.blog().objects();
    let page = PageRequest::new(call.after()?, PAGE);
    let own = objects.own(&call.actor, page).await?;
    let usage = objects.usage(&call.actor).await?;
    let asked = call.query("after");
    let page = FilesPage {
        pager: PagerView::new(FILES, asked.as_deref(), models::cursor(own.next)),
        files: own.items.into_iter().map(view).collect(),
        usage: UsageView {
            objects: usage.objects,
            size: usage.bytes,
            more: usage.is_more,
        },
    };
    call.page(&call.chrome(FILES), &page)
}

fn run(run: &Run, named: usize) -> RunView {
    RunView {
        began_at: run.began_at.as_micros(),
        done: run.is_done,
        applied: run.is_applied,
        scheduled: run.is_scheduled,
        prefix: run.prefix.clone(),
        compared: run.found.compared,
        drift: run.found.drift,
        repaired: run.found.repaired,
        quarantined: run.found.quarantined,
        classes: run
            .classes
            .iter()
            .map(|(class, count)| (class.as_str(), *count))
            .collect(),
        first: run
            .first
            .iter()
            .take(named)
            .map(|drift| DriftView {
                class: drift.class.as_str(),
                key: drift.key.clone(),
                repaired: drift.is_repaired,
            })
            .collect(),
    }
}

fn quarantined(meta: &ObjectMeta) -> QuarantinedView {
    let key = meta.key.as_str();
    QuarantinedView {
        key: key.strip_prefix(QUARANTINE).unwrap_or(key).to_owned(),
        size: meta.size,
        since: meta.modified_at.as_micros(),
    }
}

pub(crate) async fn drift(call: Call) -> Result<Response, EdgeError> {
    let report = call.blog().objects().drift(&call.actor).await?;
    let runs = report.runs.iter().take(RUNS).enumerate();
    let page = DriftPage {
        runs: runs
            .map(|(place, report)| run(report, if place == 0 { NAMED } else { 0 }))
            .collect(),
        quarantined: report.quarantined.items.iter().map(quarantined).collect(),
        more: report
            .quarantined
            .next
            .map(ObjectKey::into_string)
            .is_some(),
        bucket: report.bucket,
    };
    call.page(&call.chrome(DRIFT), &page)
}

/// `GET /api/v1/objects`.
pub(crate) async fn list(call: Call) -> Result<Response, EdgeError> {
    let question = ObjectsQuestion {
        owner: call.query("owner"),
        prefix: call.query("prefix"),
        after: call.query("after"),
    };
    match call.blog().objects().list(&call.actor, &question).await {
        Ok(document) => call.data(&document),
        Err(refusal) => refused(&call, &refusal),
    }
}

fn refused(call: &Call, refusal: &ObjectsRefusal) -> Result<Response, EdgeError> {
    let mut response = call.data(refusal)?;
    let status = StatusCode::from_u16(refusal.status);
    response.set_status(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    Ok(response)
}
