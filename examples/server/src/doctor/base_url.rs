//! Whether the blog answers at the address that people use.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use blog_storage::doctor::{Finding, Network};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::{Request, Response, header};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::Url;

/// How long a connection, and then an answer, may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// What `robots.txt` is at most.
const LONGEST: usize = 64 * 1024;

type Failed = Box<dyn std::error::Error + Send + Sync>;

/// Asks for `robots.txt` there, which says what the blog takes for its own address.
pub(crate) async fn look(base: &Url) -> Finding {
    let mut url = base.clone();
    url.set_path(&format!("{}/robots.txt", base.path().trim_end_matches('/')));
    let fine = Finding::ok("base-url", "get", url.as_str());
    let place = base.origin().ascii_serialization();
    match answer(&url).await {
        Ok((status, location, text)) => match of_answer(base, status, &location, &text) {
            None => fine,
            Some(remedy) => fine.failed(remedy),
        },
        Err(error) => fine.failed(match Network::of(&*error) {
            Some(Network::Refused) => format!(
                "nobody listens at {place}; start blog-server, and look whether the proxy in front of it runs"
            ),
            Some(network) => network.remedy(&place),
            None => format!("{place} does not answer as a web server does ({error}); look at site.base_url"),
        }),
    }
}

/// What is wrong with an answer, and what to do.
fn of_answer(base: &Url, status: u16, location: &str, text: &str) -> Option<String> {
    let own = format!(
        "Sitemap: {}/sitemap.xml",
        base.as_str().trim_end_matches('/')
    );
    Some(match status {
        200 if text.lines().any(|line| line == own) => return None,
        200 if text.contains("Sitemap: ") => {
            "the blog there takes another address for its own; give site.base_url the same value there as here".to_owned()
        }
        300..=399 => format!("it leads on to {location}; write the address that people end at as site.base_url"),
        421 => {
            "the proxy there does not pass on the Host that was asked for; have it do so (nginx: proxy_set_header Host \
             $host)"
                .to_owned()
        }
        502..=504 => {
            "the proxy there does not reach blog-server; start it, and look where the proxy looks for it".to_owned()
        }
        200 | 404 => {
            "something else than the blog answers there; have the proxy lead this host and path to blog-server".to_owned()
        }
        _ => format!("it answers with status {status}; look at the log of what answers there"),
    })
}

/// The status, where it leads to, and the text.
async fn answer(url: &Url) -> Result<(u16, String, String), Failed> {
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or(443);
    let bare = host.trim_matches(['[', ']']);
    let stream = tokio::time::timeout(PATIENCE, TcpStream::connect((bare, port)));
    let stream = stream
        .await
        .map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "connection timed out"))??;
    let asked = async {
        match url.scheme() {
            "https" => {
                let name = ServerName::try_from(bare.to_owned())?;
                ask(tls()?.connect(name, stream).await?, url).await
            }
            _ => ask(stream, url).await,
        }
    };
    tokio::time::timeout(PATIENCE, asked)
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
}

/// With the authorities that this machine trusts.
fn tls() -> Result<TlsConnector, Failed> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

async fn ask(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    url: &Url,
) -> Result<(u16, String, String), Failed> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let authority = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let request = Request::get(url.path())
        .header(header::HOST, authority)
        .header(header::USER_AGENT, "blog-server doctor")
        .body(Empty::<Bytes>::new())?;
    let response: Response<Incoming> = sender.send_request(request).await?;
    let status = response.status().as_u16();
    let location = response.headers().get(header::LOCATION);
    let location = location.and_then(|value| value.to_str().ok());
    let location = location.unwrap_or("another address").to_owned();
    let body = Limited::new(response.into_body(), LONGEST).collect().await;
    let text = body.map(|body| String::from_utf8_lossy(&body.to_bytes()).into_owned());
    Ok((status, location, text.unwrap_or_default()))
}
