//! `blog-server serve`: from the listening address to the graceful end.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use blog_core::blog::Blog;
use blog_core::model::secret::Secret;
use blog_web::Web;
use blog_web::edge::client::TrustedProxies;
use blog_web::serve::ServeConfig;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use url::Url;

use crate::config::Config;
use crate::failure::Failure;
use crate::{log, print, site, start};

pub(crate) mod signals;

use signals::Signals;

/// How long the worker has at the end to write what is noted in memory.
const LAST_FLUSH: Duration = Duration::from_secs(10);

/// Serves the blog until SIGTERM or SIGINT, and ends when the requests in flight are answered; a second signal ends
/// it at once.
pub(crate) async fn serve(config: &Config) -> Result<(), Failure> {
    log::init(&config.log)?;
    let signals = Signals::catch()
        .map_err(|error| Failure::run(format!("signals cannot be caught: {error}")))?;
    let listener = bind(config.serve.listen).await?;
    let address = listener
        .local_addr()
        .map_err(|error| cannot_listen(config.serve.listen, &error))?;
    let site = site::of(config, address).map_err(|error| Failure::run(error.to_string()))?;

    let (blog, stores) = start::open(config).await?;
    let owner = blog
        .accounts()
        .owner_link()
        .await
        .map_err(|error| start::unusable(&error))?;
    let endpoint = Web::new(blog.clone())
        .site(site)
        .trusted_proxies(TrustedProxies {
            peers: config.serve.trusted_proxies.clone(),
            hops: config.serve.trusted_hops.as_usize(),
        })
        .page_cache(config.limits.page_cache_mib.get() * start::MIB)
        .standalone()
        .map_err(|error| Failure::run(format!("the pages cannot be made: {error}")))?;

    let shutdown = CancellationToken::new();
    let worker = Work::begin(&blog);
    tokio::spawn(signals.into_shutdown(shutdown.clone()));
    announce(&site::shown_url(config, address), address, owner.as_ref())?;
    let served = blog_web::serve::serve(listener, endpoint, limits(config), shutdown).await;
    worker.end().await;
    stores.close().await;
    served.map_err(|error| Failure::run(format!("the server cannot run: {error}")))
}

/// Tells the person at the terminal, and nobody else, where the blog is. Not in the log, since the owner's link is a
/// secret.
fn announce(url: &Url, address: SocketAddr, owner: Option<&Secret>) -> Result<(), Failure> {
    let mut text = format!("Your blog is at {url}");
    if url.port_or_known_default() != Some(address.port()) {
        text.push_str(&format!(" (listening on {address})"));
    }
    text.push('\n');
    if let Some(secret) = owner {
        let mut link = url.clone();
        link.set_path(&format!("{}account/owner", url.path()));
        link.set_query(Some(&format!("token={}", secret.encode())));
        text.push_str(&format!(
            "Make the owner's account at {link} (once, within 24 hours)\n"
        ));
    }
    print(&text)
}

fn limits(config: &Config) -> ServeConfig {
    let serve = &config.serve;
    ServeConfig {
        max_connections: serve.max_connections.as_usize(),
        max_connections_per_address: serve.max_connections_per_address.as_usize(),
        trusted_proxies: serve.trusted_proxies.clone(),
        shutdown_delay: Duration::from_secs(serve.shutdown_delay_seconds.get()),
        drain: Duration::from_secs(serve.shutdown_drain_seconds.get()),
        ..ServeConfig::default()
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address)
        .await
        .map_err(|error| cannot_listen(address, &error))
}

fn cannot_listen(address: SocketAddr, error: &io::Error) -> Failure {
    Failure::run(match error.kind() {
        io::ErrorKind::AddrInUse => format!(
            "another program listens on {address}; stop it, or choose another address with --listen or BLOG_LISTEN"
        ),
        io::ErrorKind::PermissionDenied => format!(
            "this user may not listen on {address}; choose a port from 1024 up with --listen or BLOG_LISTEN"
        ),
        io::ErrorKind::AddrNotAvailable => format!(
            "this machine has no address {}; choose one that it has with --listen or BLOG_LISTEN",
            address.ip()
        ),
        _ => format!("the server cannot listen on {address}: {error}"),
    })
}

/// The blog's work in the background.
struct Work {
    cancel: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl Work {
    fn begin(blog: &Blog) -> Self {
        let cancel = CancellationToken::new();
        let (worker, token) = (blog.worker(), cancel.clone());
        Self {
            task: tokio::spawn(async move { worker.run(token).await }),
            cancel,
        }
    }

    /// Lets it write what is noted in memory.
    async fn end(self) {
        self.cancel.cancel();
        match tokio::time::timeout(LAST_FLUSH, self.task).await {
            Ok(Ok(())) => info!("everything is written"),
            Ok(Err(panic)) => warn!(error = %panic, "the work in the background failed"),
            Err(_) => warn!("the last views and uses of sessions were not written in time"),
        }
    }
}
