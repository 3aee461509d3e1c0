//! For balancers: is the process alive, can it serve.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::{StatusCode, header};
use poem::Response;

use super::call::Call;
use crate::edge::EdgeError;
use crate::serve::Readiness;

const CAP: Duration = Duration::from_millis(500);
const KEEP: Duration = Duration::from_secs(1);

/// The last answer of the stores, kept for a second: many balancers ask, the stores are asked once.
#[derive(Debug, Default)]
pub(crate) struct Health(Mutex<Option<(Instant, bool)>>);

/// Touches nothing: a store that is down must not get the process killed.
pub(crate) async fn live(_call: Call) -> Result<Response, EdgeError> {
    Ok(answer(true, "alive"))
}

/// 503 from the moment the server is told to stop, and while the records do not answer within half a second.
pub(crate) async fn ready(call: Call) -> Result<Response, EdgeError> {
    let stopping = call
        .request
        .data::<Readiness>()
        .is_some_and(|readiness| !readiness.is_ready());
    if stopping {
        return Ok(answer(false, "stopping"));
    }
    let health = &call.app.health.0;
    let known = *health.lock().unwrap_or_else(PoisonError::into_inner);
    let ready = match known {
        Some((at, ready)) if at.elapsed() < KEEP => ready,
        _ => {
            let asked = tokio::time::timeout(CAP, call.blog().ping()).await;
            let ready = matches!(asked, Ok(Ok(())));
            *health.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), ready));
            ready
        }
    };
    Ok(answer(
        ready,
        if ready {
            "ready"
        } else {
            "the records do not answer"
        },
    ))
}

fn answer(good: bool, text: &'static str) -> Response {
    Response::builder()
        .status(match good {
            true => StatusCode::OK,
            false => StatusCode::SERVICE_UNAVAILABLE,
        })
        .header(header::CACHE_CONTROL, "no-store")
        .content_type("text/plain; charset=utf-8")
        .body(text)
}
