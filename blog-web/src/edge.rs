//! What every request passes before a page sees it, and every answer before it leaves.
//!
//! [`Edge`] is a poem middleware around a whole site; it does, in this order:
//!
//! 1. [`client`] address and [`request_id`], a tracing span that carries the id;
//! 2. [`host`] check: 421 for names that are not ours;
//! 3. [`csrf`] check: 403 for changes that another site started;
//! 4. [`head`]: HEAD is served as GET;
//! 5. the site's own routes;
//! 6. errors become the site's error pages, panics included;
//! 7. [`headers`], the request id in the answer, one line in the access log.
//!
//! What differs by route is put around routes: [`body::BodyLimit`], [`deadline::Deadline`],
//! [`limit::RateLimiter`]. [`form`] and [`multipart`] read bodies, [`cookie`] names the cookies.

use std::borrow::Cow;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use futures_util::FutureExt;
use http::{HeaderMap, Method, header};
use poem::{Endpoint, IntoResponse, Middleware, Request, Response, Result};
use tracing::{Instrument, error, info, warn};
use url::Url;

pub mod body;
pub mod client;
pub mod cookie;
pub mod csrf;
pub mod deadline;
mod error;
pub mod form;
pub mod head;
pub mod headers;
pub mod host;
pub mod limit;
pub mod multipart;
pub mod request_id;

pub use error::EdgeError;

use client::TrustedProxies;
use cookie::SessionCookie;
use headers::SecurityHeaders;
use host::Site;
use request_id::{RequestId, X_REQUEST_ID};

/// The target of the span around each request and of the access log. A subscriber that filters by
/// target must let it through at `info`, or other log lines lose their request id.
pub const LOG_TARGET: &str = "request";

/// What an error page may want to know. Made for every failed request, so it borrows.
#[derive(Debug)]
pub struct ErrorContext<'a> {
    /// What happened.
    pub error: &'a EdgeError,
    /// The id to show, for asking us about it.
    pub request_id: &'a RequestId,
    /// The request's method.
    pub method: &'a Method,
    /// The address asked for, below the mount.
    pub uri: &'a http::Uri,
    /// Of the request's headers: `Accept`, `Accept-Language` and `Cookie`.
    pub headers: &'a HeaderMap,
}

type ErrorPage = dyn Fn(&ErrorContext<'_>) -> Response + Send + Sync;

/// The edge of one site, a middleware to put around all of its routes.
#[derive(Clone)]
pub struct Edge {
    site: Arc<Site>,
    session: SessionCookie,
    headers: SecurityHeaders,
    proxies: TrustedProxies,
    mounted: bool,
    error_page: Option<Arc<ErrorPage>>,
}

impl fmt::Debug for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Edge")
            .field("site", &self.site)
            .field("proxies", &self.proxies)
            .field("mounted", &self.mounted)
            .finish_non_exhaustive()
    }
}

impl Edge {
    /// The edge of `site`, with no proxy trusted, everything from the site's own origin, and
    /// errors in plain text.
    pub fn new(site: Site) -> Self {
        Self {
            session: SessionCookie::for_site(&site),
            headers: SecurityHeaders::new(&site, None, None),
            proxies: TrustedProxies::default(),
            mounted: false,
            error_page: None,
            site: Arc::new(site),
        }
    }

    /// Believes these proxies about client addresses and request ids.
    #[must_use]
    pub fn trusted_proxies(mut self, proxies: TrustedProxies) -> Self {
        self.proxies = proxies;
        self
    }

    /// Lets pages show media from `media`, and pages with
    /// [`Surface::with_upload`](headers::Surface::with_upload) send files to `upload`.
    #[must_use]
    pub fn content_hosts(mut self, media: Option<&Url>, upload: Option<&Url>) -> Self {
        self.headers = SecurityHeaders::new(&self.site, media, upload);
        self
    }

    /// The site lives in somebody else's application, which owns the host: no HSTS and no check of
    /// the Host header.
    #[must_use]
    pub fn mounted(mut self) -> Self {
        self.mounted = true;
        self
    }

    /// Makes error pages. The status and `Retry-After` are put on afterwards.
    #[must_use]
    pub fn error_page(
        mut self,
        page: impl Fn(&ErrorContext<'_>) -> Response + Send + Sync + 'static,
    ) -> Self {
        self.error_page = Some(Arc::new(page));
        self
    }

    /// The site's session cookie.
    pub fn session_cookie(&self) -> &SessionCookie {
        &self.session
    }

    fn request_id(&self, request: &Request) -> RequestId {
        Some(client::peer_of(request))
            .filter(|peer| self.proxies.trusts(*peer))
            .and_then(|_| RequestId::from_proxy(request.headers()))
            .unwrap_or_default()
    }

    /// The refusals that need nothing but the head.
    fn check(&self, request: &Request) -> Result<(), EdgeError> {
        if !self.mounted {
            self.site.check_host(request)?;
        }
        csrf::check(request, &self.site, &self.session)
    }
}

impl<E: Endpoint> Middleware<E> for Edge {
    type Output = EdgeEndpoint<E>;

    fn transform(&self, ep: E) -> Self::Output {
        let mut edge = self.clone();
        if edge.mounted {
            edge.headers = edge.headers.without_hsts();
        }
        EdgeEndpoint { ep, edge }
    }
}

/// A path for the log, without the secrets in it: a segment that is 32 bytes in base64url, as links carry them. Words of
/// addresses have no capital letters, and nearly every secret has one.
fn masked(path: &str) -> Cow<'_, str> {
    let secret = |segment: &str| {
        // As the route reads it: some programs write the marks of a link as percent and digits.
        let segment = percent_encoding::percent_decode_str(segment).decode_utf8_lossy();
        let base64 = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        segment.len() == 43
            && segment.bytes().all(base64)
            && segment.bytes().any(|b| b.is_ascii_uppercase())
    };
    match path.split('/').any(secret) {
        false => Cow::Borrowed(path),
        true => {
            let segments = path.split('/');
            let shown = segments.map(|segment| if secret(segment) { "…" } else { segment });
            Cow::Owned(shown.collect::<Vec<_>>().join("/"))
        }
    }
}

/// The endpoint made by [`Edge`]. Never fails: errors are answered.
#[derive(Debug)]
pub struct EdgeEndpoint<E> {
    ep: E,
    edge: Edge,
}

impl<E: Endpoint> Endpoint for EdgeEndpoint<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        let started = Instant::now();
        let id = self.edge.request_id(&request);
        let client = self
            .edge
            .proxies
            .client(client::peer_of(&request), request.headers());
        request.set_data(id.clone());
        request.set_data(client);
        let span = tracing::info_span!(target: LOG_TARGET, "request", id = %id);
        let brief = Brief::of(&request, id);
        let has_session = self.edge.session.is_present(request.headers());
        async {
            let head = head::begin(&mut request);
            let mut response = self.answer(request, &brief).await;
            if head {
                head::finish(&mut response);
            }
            self.edge.headers.apply(&mut response, has_session);
            response
                .headers_mut()
                .insert(X_REQUEST_ID, brief.id.to_header());
            info!(
                target: LOG_TARGET,
                method = %brief.method,
                path = masked(brief.path.path()).as_ref(),
                status = response.status().as_u16(),
                micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
                "answered"
            );
            Ok(response)
        }
        .instrument(span)
        .await
    }
}

impl<E: Endpoint> EdgeEndpoint<E> {
    async fn answer(&self, request: Request, brief: &Brief) -> Response {
        if let Err(error) = self.edge.check(&request) {
            return self.error_response(&error, brief);
        }
        let work = AssertUnwindSafe(self.ep.call(request)).catch_unwind();
        let error = match work.await {
            Ok(Ok(output)) => return output.into_response(),
            Ok(Err(error)) => error,
            Err(panic) => {
                let message = panic
                    .downcast_ref::<&str>()
                    .copied()
                    .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
                error!(panic = message, "a handler panicked");
                return self.error_response(&EdgeError::internal(), brief);
            }
        };
        if error.is_from_response() {
            return error.into_response();
        }
        let known = EdgeError::find_in(&error);
        let edge_error = known.unwrap_or_else(|| EdgeError::of_status(error.status()));
        if edge_error.status().is_server_error() {
            let mut causes = Vec::new();
            let mut next = std::error::Error::source(&error);
            while let Some(cause) = next {
                causes.push(cause.to_string());
                next = cause.source();
            }
            warn!(code = edge_error.code(), %error, causes = causes.join(": "), "a request failed");
        }
        let mut response = self.error_response(&edge_error, brief);
        // A router's 405 says which methods there are.
        if let Some(allow) = error.into_response().headers_mut().remove(header::ALLOW) {
            response.headers_mut().insert(header::ALLOW, allow);
        }
        response
    }

    fn error_response(&self, error: &EdgeError, brief: &Brief) -> Response {
        let Some(page) = &self.edge.error_page else {
            return error.to_response();
        };
        let mut response = page(&ErrorContext {
            error,
            request_id: &brief.id,
            method: &brief.method,
            uri: &brief.uri,
            headers: &brief.headers,
        });
        error.put_headers(&mut response);
        response
    }
}

/// What is left of a request when its handler has taken it.
struct Brief {
    id: RequestId,
    method: Method,
    /// As sent, for the log.
    path: http::Uri,
    /// Below the mount.
    uri: http::Uri,
    headers: HeaderMap,
}

impl Brief {
    fn of(request: &Request, id: RequestId) -> Self {
        let mut headers = HeaderMap::new();
        for name in [header::ACCEPT, header::ACCEPT_LANGUAGE, header::COOKIE] {
            for value in request.headers().get_all(&name) {
                headers.append(&name, value.clone());
            }
        }
        Self {
            id,
            method: request.method().clone(),
            path: request.original_uri().clone(),
            uri: request.uri().clone(),
            headers,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn the_log_shows_no_secret_of_an_address() {
        let secret = blog_core::model::secret::Secret::generate().encode();
        let path = format!("/blog/preview/{secret}/media/7");
        assert_eq!(masked(&path), "/blog/preview/…/media/7");
        let (first, rest) = secret.split_at(1);
        let written = format!("/preview/%{:02X}{rest}A", first.as_bytes()[0]);
        assert_eq!(masked(&written), written, "44 characters are no secret");
        let written = format!("/preview/%{:02X}{rest}", first.as_bytes()[0]);
        let capital = secret.bytes().any(|b| b.is_ascii_uppercase());
        assert_eq!(masked(&written) == "/preview/…", capital);
        let slug = "a".repeat(43);
        for plain in ["/", "/posts/one", &format!("/posts/{slug}"), "/Z"] {
            assert_eq!(masked(plain), plain);
        }
    }
}
