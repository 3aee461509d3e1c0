//! Servers that answer what is hard to have: AWS' own refusals, bad certificates, mail servers that refuse.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

/// An answer: status, headers, body.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
}

pub(super) fn reply(status: u16, body: impl Into<String>) -> Reply {
    Reply {
        status,
        headers: Vec::new(),
        body: body.into(),
    }
}

/// As S3 refuses (<https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>).
pub(super) fn s3_error(status: u16, code: &str, message: &str) -> Reply {
    reply(
        status,
        format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>"),
    )
}

/// As DynamoDB refuses
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html>).
pub(super) fn dynamodb_error(status: u16, code: &str, message: &str) -> Reply {
    reply(
        status,
        format!("{{\"__type\":\"com.amazon.coral.service#{code}\",\"message\":\"{message}\"}}"),
    )
}

type Replies = Vec<(&'static str, Reply)>;

/// A bucket and a table that are well, but for what these operations are answered; its address.
pub(super) async fn aws(replies: Replies) -> String {
    format!("http://127.0.0.1:{}", serve(replies, None).await)
}

/// Any web server; its port.
pub(super) async fn web(reply: Reply, tls: Option<TlsAcceptor>) -> u16 {
    serve(vec![("", reply)], tls).await
}

async fn serve(replies: Replies, tls: Option<TlsAcceptor>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let replies = Arc::new(replies);
    let objects = Arc::new(Mutex::new(BTreeMap::new()));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (replies, objects, tls) = (replies.clone(), objects.clone(), tls.clone());
            tokio::spawn(async move {
                let service = service_fn(move |request| {
                    let (replies, objects) = (replies.clone(), objects.clone());
                    async move { Ok::<_, Infallible>(answer(request, &replies, &objects).await) }
                });
                let server = http1::Builder::new();
                match tls {
                    Some(tls) => {
                        if let Ok(stream) = tls.accept(stream).await {
                            let _ = server.serve_connection(TokioIo::new(stream), service).await;
                        }
                    }
                    None => {
                        let _ = server.serve_connection(TokioIo::new(stream), service).await;
                    }
                }
            });
        }
    });
    port
}

fn operation(request: &Request<Incoming>) -> String {
    if let Some(target) = request.headers().get("x-amz-target") {
        let target = target.to_str().unwrap();
        return target.rsplit('.').next().unwrap().to_owned();
    }
    let query = request.uri().query().unwrap_or_default();
    let object = request.uri().path().trim_matches('/').contains('/');
    let name = match (request.method(), object) {
        (&Method::GET, false) if query.contains("notification") => {
            "GetBucketNotificationConfiguration"
        }
        (&Method::GET, false) => "ListObjectsV2",
        (&Method::GET, true) => "GetObject",
        (&Method::PUT, true) => "PutObject",
        (&Method::POST, true) => "CreateMultipartUpload",
        (&Method::DELETE, true) if query.contains("uploadId") => "AbortMultipartUpload",
        (&Method::DELETE, true) => "DeleteObject",
        _ => "Other",
    };
    name.to_owned()
}

async fn answer(
    request: Request<Incoming>,
    replies: &Replies,
    objects: &Mutex<BTreeMap<String, Bytes>>,
) -> Response<Full<Bytes>> {
    let operation = operation(&request);
    let path = request.uri().path().to_owned();
    let body = request.into_body().collect().await;
    let body = body.map(|body| body.to_bytes()).unwrap_or_default();
    let wrong = replies
        .iter()
        .find(|(name, _)| name.is_empty() || *name == operation);
    if let Some((_, reply)) = wrong {
        let mut response = Response::builder().status(reply.status);
        for (name, value) in &reply.headers {
            response = response.header(*name, value);
        }
        return response.body(Full::new(reply.body.clone().into())).unwrap();
    }
    let said = match operation.as_str() {
        "PutObject" => {
            objects.lock().unwrap().insert(path, body);
            Bytes::new()
        }
        "GetObject" => objects.lock().unwrap()[&path].clone(),
        "ListObjectsV2" => "<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>".into(),
        "CreateMultipartUpload" => {
            "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>".into()
        }
        "GetBucketNotificationConfiguration" => {
            "<NotificationConfiguration><EventBridgeConfiguration/></NotificationConfiguration>".into()
        }
        "DescribeTable" => table("ACTIVE").into(),
        "DescribeTimeToLive" => {
            "{\"TimeToLiveDescription\":{\"AttributeName\":\"expires_at\",\"TimeToLiveStatus\":\"ENABLED\"}}".into()
        }
        "GetItem" => "{\"Item\":{\"id\":{\"S\":\"doctor\"}}}".into(),
        "Query" => "{\"Items\":[],\"Count\":0}".into(),
        _ => Bytes::from_static(b"{}"),
    };
    Response::new(Full::new(said))
}

/// A table with all that it needs, in this state.
pub(super) fn table(status: &str) -> String {
    let element =
        |name: &str, kind: &str| format!("{{\"AttributeName\":\"{name}\",\"KeyType\":\"{kind}\"}}");
    let definition = |name: &str, kind: &str| {
        format!("{{\"AttributeName\":\"{name}\",\"AttributeType\":\"{kind}\"}}")
    };
    let index = |name: &str, hash: &str, range: &str| {
        format!(
            "{{\"IndexName\":\"{name}\",\"IndexStatus\":\"ACTIVE\",\"KeySchema\":[{},{}]}}",
            element(hash, "HASH"),
            element(range, "RANGE")
        )
    };
    let definitions = [
        definition("id", "S"),
        definition("owner", "S"),
        definition("owner_sort", "S"),
        definition("bucket_shard", "S"),
        definition("object_key", "S"),
        definition("tomb", "S"),
        definition("last_seen", "N"),
    ]
    .join(",");
    let indexes = [
        index("by_owner", "owner", "owner_sort"),
        index("by_shard", "bucket_shard", "object_key"),
        index("by_end", "tomb", "last_seen"),
    ]
    .join(",");
    format!(
        "{{\"Table\":{{\"TableStatus\":\"{status}\",\"KeySchema\":[{}],\"AttributeDefinitions\":[{definitions}],\
         \"GlobalSecondaryIndexes\":[{indexes}]}}}}",
        element("id", "HASH")
    )
}

/// A certificate that only whoever knows it trusts.
pub(super) struct Certificate {
    pub(super) acceptor: TlsAcceptor,
    pub(super) pem: String,
}

impl Certificate {
    /// For this name, until the end of the world or of a year long ago.
    pub(super) fn new(name: &str, expired: bool) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        if expired {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        }
        let certificate = params.self_signed(&key).unwrap();
        let secret = PrivatePkcs8KeyDer::from(key.serialize_der());
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], secret.into())
            .unwrap();
        Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            pem: certificate.pem(),
        }
    }
}

/// A port of which every connection is cut at once.
pub(super) async fn cut() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            drop(stream);
        }
    });
    port
}

/// A port where connections do not come about, as where a route or a rule is missing: its queue is full for ever.
pub(super) async fn no_route() -> (u16, Vec<Box<dyn std::any::Any + Send>>) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut kept: Vec<Box<dyn std::any::Any + Send>> = Vec::new();
    for _ in 0..4 {
        let connecting = tokio::spawn(TcpStream::connect(address));
        kept.push(Box::new(connecting));
    }
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    kept.push(Box::new(listener));
    (address.port(), kept)
}

/// How a mail server behaves.
#[derive(Clone)]
pub(super) struct Smtp {
    pub(super) greeting: &'static str,
    pub(super) auth: &'static str,
    pub(super) tls: Option<TlsAcceptor>,
}

impl Smtp {
    /// Starts it, with TLS from the first byte where it has any; its port.
    pub(super) async fn start(self) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let smtp = self.clone();
                tokio::spawn(async move {
                    match smtp.tls.clone() {
                        Some(tls) => smtp.talk(tls.accept(stream).await?).await,
                        None => smtp.talk(stream).await,
                    }
                });
            }
        });
        port
    }

    async fn talk(self, stream: impl AsyncRead + AsyncWrite + Unpin) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        stream.write_all(self.greeting.as_bytes()).await?;
        stream.write_all(b"\r\n").await?;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let answer = match line.split_whitespace().next().unwrap_or_default() {
                "EHLO" => "250-sink.example\r\n250 AUTH PLAIN",
                "AUTH" => self.auth,
                "QUIT" => "221 bye",
                _ => "250 fine",
            };
            stream.write_all(answer.as_bytes()).await?;
            stream.write_all(b"\r\n").await?;
        }
    }
}
