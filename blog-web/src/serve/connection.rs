//! One connection: hyper between the timed stream and the endpoint.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::uri::Scheme;
use http::{HeaderValue, header};
use http_body_util::BodyExt;
use http_body_util::combinators::BoxBody;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use poem::endpoint::DynEndpoint;
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Addr, Request, Response};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tracing::debug;

use crate::edge::EdgeError;

use super::Readiness;
use super::config::ServeConfig;
use super::rate::RatedBody;
use super::stream::{Progress, TimedStream};

/// hyper's own default, which it keeps on the stack.
const HYPER_HEADERS: usize = 100;
/// Most bytes the kernel takes from us ahead of sending them. Bounds the memory a slow reader
/// holds, and makes progress visible in steps small enough to measure, without bounding what is
/// in flight on a fast line.
#[cfg(any(target_os = "linux", target_os = "android"))]
const UNSENT_BYTES: u32 = 128 * 1024;

/// What every connection needs.
pub(super) struct Connections {
    pub(super) endpoint: Arc<dyn DynEndpoint<Output = Response>>,
    pub(super) config: Arc<ServeConfig>,
    pub(super) readiness: Readiness,
    pub(super) local: SocketAddr,
    /// Finish what is in flight, then end.
    pub(super) drain: CancellationToken,
    /// End now.
    pub(super) stop: CancellationToken,
}

impl Connections {
    /// Serves `stream` until either side closes it.
    pub(super) fn run(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
    ) -> impl Future<Output = ()> + Send + use<> {
        let config = Arc::clone(&self.config);
        let (drain, stop) = (self.drain.clone(), self.stop.clone());
        let progress = Arc::new(Progress::default());
        let requests = Requests {
            endpoint: Arc::clone(&self.endpoint),
            readiness: self.readiness.clone(),
            local: stream.local_addr().unwrap_or(self.local),
            peer,
            progress: Arc::clone(&progress),
            config: Arc::clone(&config),
        };
        async move {
            tune(&stream);
            let stream = TimedStream::new(stream, Arc::clone(&progress), &config);
            let service = hyper::service::service_fn(move |request| requests.answer(request));
            let mut http = http1::Builder::new();
            http.header_read_timeout(None)
                .max_header_size(config.max_head_bytes)
                // Holds at least one whole head; more only buys memory per connection.
                .max_buf_size(config.max_head_bytes.max(64 * 1024) * 2);
            if config.max_headers != HYPER_HEADERS {
                http.max_headers(config.max_headers);
            }
            let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = drain.cancelled() => {
                    // Ends the connection now, unless a request is in flight.
                    connection.as_mut().graceful_shutdown();
                    tokio::select! {
                        ended = connection => ended,
                        () = stop.cancelled() => return,
                    }
                }
            };
            if let Err(error) = ended {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                debug!(%peer, %error, cause, "connection ended");
            }
        }
    }
}

fn tune(stream: &TcpStream) {
    // Both are only better with, so a kernel that refuses is no reason to refuse the client.
    let _ = stream.set_nodelay(true);
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = socket2::SockRef::from(stream).set_tcp_notsent_lowat(UNSENT_BYTES);
}

/// The requests of one connection.
struct Requests {
    endpoint: Arc<dyn DynEndpoint<Output = Response>>,
    readiness: Readiness,
    local: SocketAddr,
    peer: SocketAddr,
    progress: Arc<Progress>,
    config: Arc<ServeConfig>,
}

impl Requests {
    fn answer(
        &self,
        request: http::Request<Incoming>,
    ) -> impl Future<Output = Result<http::Response<AnswerBody>, Infallible>> + Send + use<> {
        let has_body = !request.body().is_end_stream();
        self.progress.request_begins(has_body);
        let mut request: Request = (
            request,
            LocalAddr(Addr::SocketAddr(self.local)),
            RemoteAddr(Addr::SocketAddr(self.peer)),
            Scheme::HTTP,
        )
            .into();
        request.set_data(self.readiness.clone());
        if has_body {
            let body: BoxBody<Bytes, io::Error> = request.take_body().into();
            let seen = SeenBody {
                inner: body,
                progress: Arc::clone(&self.progress),
            };
            let rated = RatedBody::new(seen, self.config.request_rate);
            request.set_body(poem::Body::from(rated.boxed()));
        }
        let endpoint = Arc::clone(&self.endpoint);
        let progress = Arc::clone(&self.progress);
        async move {
            let response = endpoint
                .call(request)
                .await
                .unwrap_or_else(poem::Error::into_response);
            let mut response: http::Response<BoxBody<Bytes, io::Error>> = response.into();
            if progress.is_unread() {
                // hyper closes then, but does not say so.
                response
                    .headers_mut()
                    .insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            Ok(response.map(|inner| AnswerBody { inner, progress }))
        }
    }
}

/// A request body that reports when it has been read to its end.
struct SeenBody {
    inner: BoxBody<Bytes, io::Error>,
    progress: Arc<Progress>,
}

impl HttpBody for SeenBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let frame = Pin::new(&mut self.inner).poll_frame(cx);
        let ended = match &frame {
            Poll::Ready(None) => true,
            Poll::Ready(Some(Ok(_))) => self.inner.is_end_stream(),
            _ => false,
        };
        if ended {
            self.progress.body_was_read();
        }
        // Named here, where it is certain that the client and no store is meant.
        frame
            .map_err(|error| io::Error::new(error.kind(), EdgeError::incomplete().caused_by(error)))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// A response body that reports when hyper has taken it whole, or has given up on it.
struct AnswerBody {
    inner: BoxBody<Bytes, io::Error>,
    progress: Arc<Progress>,
}

impl Drop for AnswerBody {
    fn drop(&mut self) {
        self.progress.answer_is_over();
    }
}

impl HttpBody for AnswerBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        Pin::new(&mut self.inner).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
