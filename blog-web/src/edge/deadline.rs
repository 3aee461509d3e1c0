//! How long a request may take.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use poem::{Endpoint, IntoResponse, Middleware, Request, Response, Result};
use tracing::Instrument;

use super::csrf::is_safe;
use super::error::EdgeError;
use crate::view::Phrase;

/// Middleware: answers 503 with `Retry-After` when the endpoint takes longer than a limit.
///
/// A safe request is dropped then, and also when its client goes away. Anything else runs in a
/// task of its own: only the waiting ends, never a change half made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline(Option<Duration>);

impl Deadline {
    /// What a request is expected to need at most.
    pub const DEFAULT: Duration = Duration::from_secs(10);

    /// A limit of its own.
    pub fn after(limit: Duration) -> Self {
        Self(Some(limit))
    }

    /// No limit in time, for uploads and downloads, which are limited by their rate. Changes still
    /// run to their end when the client goes away.
    pub fn by_rate() -> Self {
        Self(None)
    }
}

impl Default for Deadline {
    fn default() -> Self {
        Self::after(Self::DEFAULT)
    }
}

impl<E: Endpoint + 'static> Middleware<E> for Deadline {
    type Output = DeadlineEndpoint<E>;

    fn transform(&self, ep: E) -> Self::Output {
        DeadlineEndpoint {
            ep: Arc::new(ep),
            limit: self.0,
        }
    }
}

/// The endpoint made by [`Deadline`].
#[derive(Debug)]
pub struct DeadlineEndpoint<E> {
    ep: Arc<E>,
    limit: Option<Duration>,
}

impl<E: Endpoint + 'static> Endpoint for DeadlineEndpoint<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let safe = is_safe(request.method());
        let ep = Arc::clone(&self.ep);
        let work = async move { ep.call(request).await.map(IntoResponse::into_response) };
        if safe {
            return within(self.limit, work).await?;
        }
        let task = tokio::spawn(work.in_current_span());
        match within(self.limit, task).await? {
            Ok(answer) => answer,
            Err(error) => match error.try_into_panic() {
                // As if it had run here, for whoever answers panics.
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(EdgeError::of_status(StatusCode::SERVICE_UNAVAILABLE).into()),
            },
        }
    }
}

async fn within<T>(limit: Option<Duration>, work: impl Future<Output = T>) -> Result<T, EdgeError> {
    let Some(limit) = limit else {
        return Ok(work.await);
    };
    tokio::time::timeout(limit, work).await.map_err(|_| {
        EdgeError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "deadline",
            Phrase::new("errors-deadline"),
        )
        .retry_after(limit)
    })
}

#[cfg(test)]
mod tests {
    use http::Method;
    use poem::EndpointExt;
    use poem::endpoint::make;
    use tokio::sync::mpsc;

    use super::*;

    async fn run(method: Method, limit: Deadline) -> (Response, Option<()>) {
        let (done, mut finished) = mpsc::channel(1);
        let ep = make(move |_| {
            let done = done.clone();
            async move {
                tokio::time::sleep(Duration::from_secs(15)).await;
                let _ = done.send(()).await;
                "late"
            }
        })
        .with(limit);
        let response = ep
            .get_response(Request::builder().method(method).finish())
            .await;
        drop(ep);
        (response, finished.recv().await)
    }

    #[tokio::test(start_paused = true)]
    async fn a_late_read_is_dropped() {
        let (response, finished) = run(Method::GET, Deadline::default()).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.header("retry-after"), Some("10"));
        assert_eq!(finished, None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_late_change_is_answered_and_yet_finished() {
        let (response, finished) = run(Method::POST, Deadline::default()).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(finished, Some(()));
    }

    #[tokio::test(start_paused = true)]
    async fn routes_limited_by_rate_have_no_deadline() {
        for method in [Method::GET, Method::POST] {
            let (response, finished) = run(method, Deadline::by_rate()).await;
            assert_eq!(response.status(), StatusCode::OK);
            assert_eq!(finished, Some(()));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_outlives_its_client() {
        let (done, mut finished) = mpsc::channel(1);
        let ep = make(move |_| {
            let done = done.clone();
            async move {
                tokio::time::sleep(Duration::from_secs(5)).await;
                let _ = done.send(()).await;
            }
        })
        .with(Deadline::default());
        let request = Request::builder().method(Method::POST).finish();
        let gone = tokio::time::timeout(Duration::from_secs(1), ep.call(request)).await;
        assert!(gone.is_err());
        drop(ep);
        assert_eq!(finished.recv().await, Some(()));
    }
}
