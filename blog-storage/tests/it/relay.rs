//! What stands between an adapter and a server that speaks HTTP: it writes down what is asked, and fails as servers and
//! networks do.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::client::conn::http1 as client;
use hyper::header::HeaderMap;
use hyper::server::conn::http1 as server;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

type Answer = Response<UnsyncBoxBody<Bytes, io::Error>>;

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The server never hears of it; the answer has this status, and this body in S3's and DynamoDB's manner.
    Refused(u16, &'static str),
    /// The server never hears of it; the answer leads to another region of S3.
    Elsewhere(&'static str),
    /// The server does what it is asked, and its answer is lost.
    Unanswered,
    /// The second half of the answer's body is lost.
    Truncated,
    /// A bit of the answer's body is another.
    Damaged,
    /// The server never hears which part of an object is asked for, and answers with the whole.
    WithoutRange,
    /// Nothing is answered.
    Silent,
}

/// A request as it came by.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// As AWS names it.
    pub(crate) operation: String,
    pub(crate) headers: HeaderMap,
}

#[derive(Debug, Default)]
struct State {
    asked: Vec<Asked>,
    /// Operation, fault, and how often it will happen.
    faults: Vec<(String, Fault, usize)>,
}

/// Listens on a port of its own.
#[derive(Debug)]
pub(crate) struct Relay {
    port: u16,
    state: Arc<Mutex<State>>,
}

impl Relay {
    /// In front of the server at `http://host:port`.
    pub(crate) async fn to(endpoint: &str) -> Self {
        let address = endpoint
            .strip_prefix("http://")
            .expect("plain http")
            .trim_end_matches('/')
            .to_owned();
        let state = Arc::<Mutex<State>>::default();
        let shared = state.clone();
        let port = listen(move |stream| {
            let (address, state) = (address.clone(), shared.clone());
            async move {
                let service =
                    service_fn(move |request| pass(request, address.clone(), state.clone()));
                let _ = server::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            }
        })
        .await;
        Self { port, state }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The next so many requests for this operation meet the fault.
    pub(crate) fn fail(&self, operation: &str, fault: Fault, times: usize) {
        let mut state = self.state.lock().unwrap();
        state.faults.push((operation.to_owned(), fault, times));
    }

    /// From now on nothing fails, and what was asked is forgotten.
    pub(crate) fn clear(&self) {
        *self.state.lock().unwrap() = State::default();
    }

    /// What was asked, in order.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.state.lock().unwrap().asked.clone()
    }

    /// The requests for this operation.
    pub(crate) fn asked_for(&self, operation: &str) -> Vec<Asked> {
        let asked = self.asked().into_iter();
        asked.filter(|asked| asked.operation == operation).collect()
    }

    /// The names of what was asked.
    pub(crate) fn operations(&self) -> BTreeSet<String> {
        let asked = self.asked().into_iter();
        asked.map(|asked| asked.operation).collect()
    }
}

/// Accepts connections on a free port of this machine.
pub(crate) async fn listen<F, Fut>(serve: F) -> u16
where
    F: Fn(TcpStream) -> Fut + Send + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    port
}

/// What a request asks for, as AWS names it. DynamoDB says it in a header
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html>), S3 by method,
/// address and parameters.
fn operation(method: &Method, uri: &Uri, headers: &HeaderMap) -> String {
    if let Some(target) = headers.get("x-amz-target") {
        let target = target.to_str().unwrap();
        return target.rsplit('.').next().unwrap().to_owned();
    }
    let has = |name: &str| {
        let mut pairs = uri.query().unwrap_or_default().split('&');
        pairs.any(|pair| pair.split('=').next() == Some(name))
    };
    let copies = headers.contains_key("x-amz-copy-source");
    let object = uri.path().trim_matches('/').contains('/');
    let name = match (method.as_str(), object) {
        ("HEAD", false) => "HeadBucket",
        ("GET", false) if has("list-type") => "ListObjectsV2",
        ("HEAD", true) => "HeadObject",
        ("GET", true) => "GetObject",
        ("DELETE", true) if has("uploadId") => "AbortMultipartUpload",
        ("DELETE", true) => "DeleteObject",
        ("POST", true) if has("uploads") => "CreateMultipartUpload",
        ("POST", true) if has("uploadId") => "CompleteMultipartUpload",
        ("PUT", true) if has("uploadId") && copies => "UploadPartCopy",
        ("PUT", true) if has("uploadId") => "UploadPart",
        ("PUT", true) if copies => "CopyObject",
        ("PUT", true) => "PutObject",
        _ => return format!("{method} {uri}"),
    };
    name.to_owned()
}

async fn pass(
    request: Request<Incoming>,
    address: String,
    state: Arc<Mutex<State>>,
) -> io::Result<Answer> {
    let (mut head, body) = request.into_parts();
    let operation = operation(&head.method, &head.uri, &head.headers);
    let fault = {
        let mut state = state.lock().unwrap();
        state.asked.push(Asked {
            operation: operation.clone(),
            headers: head.headers.clone(),
        });
        let mut due = state.faults.iter_mut();
        due.find(|(of, _, times)| *of == operation && *times > 0)
            .map(|(_, fault, times)| {
                *times -= 1;
                *fault
            })
    };
    // A request is heard to its end, also where it is refused.
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    match fault {
        Some(Fault::Refused(status, said)) => {
            let answer = Response::builder().status(StatusCode::from_u16(status).unwrap());
            return Ok(answer
                .body(whole(Bytes::from_static(said.as_bytes())))
                .unwrap());
        }
        Some(Fault::Elsewhere(region)) => {
            let answer = Response::builder()
                .status(StatusCode::MOVED_PERMANENTLY)
                .header("x-amz-bucket-region", region);
            return Ok(answer.body(whole(Bytes::new())).unwrap());
        }
        Some(Fault::Silent) => {
            tokio::time::sleep(Duration::from_secs(300)).await;
            return Err(io::ErrorKind::TimedOut.into());
        }
        Some(Fault::WithoutRange) => {
            head.headers.remove("range");
        }
        _ => {}
    }
    let stream = TcpStream::connect(&address).await?;
    let (mut sender, connection) = client::handshake(TokioIo::new(stream))
        .await
        .map_err(io::Error::other)?;
    tokio::spawn(connection);
    let asked = Request::from_parts(head, Full::new(body));
    let answer = sender.send_request(asked).await.map_err(io::Error::other)?;
    let (head, body) = answer.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let body = match fault {
        // An error of the service ends the connection without an answer.
        Some(Fault::Unanswered) => return Err(io::ErrorKind::ConnectionReset.into()),
        Some(Fault::Truncated) => {
            let half = body.slice(..body.len() / 2);
            let half = stream::once(async { Ok(Frame::data(half)) });
            // What was given before is on its way by then.
            let cut = stream::once(async {
                tokio::time::sleep(Duration::from_millis(50)).await;
                Err(io::ErrorKind::ConnectionReset.into())
            });
            StreamBody::new(half.chain(cut)).boxed_unsync()
        }
        Some(Fault::Damaged) => {
            let mut bytes = body.to_vec();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            whole(bytes.into())
        }
        _ => whole(body),
    };
    Ok(Response::from_parts(head, body))
}

fn whole(bytes: Bytes) -> UnsyncBoxBody<Bytes, io::Error> {
    let never = |never: Infallible| match never {};
    Full::new(bytes).map_err(never).boxed_unsync()
}
