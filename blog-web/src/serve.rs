//! The hardened HTTP/1 server loop: runs any poem [`Endpoint`](poem::Endpoint) on a listener.
//!
//! A server that faces the open internet must survive clients that are slow on purpose, so this
//! loop owns every wait that a peer can cause:
//!
//! | wait | limit (default) | then |
//! |---|---|---|
//! | for the first byte of a request | [`ServeConfig::idle`], 75 s | closed |
//! | for the rest of the head | [`ServeConfig::head`], 10 s after its first byte | closed |
//! | for the body | [`ServeConfig::request_rate`], 1 KiB/s after 10 s | body error `TimedOut` |
//! | for the peer to take the answer | [`ServeConfig::response_rate`], 1 KiB/s after 30 s | reset |
//!
//! hyper's own `header_read_timeout` also runs while a kept-alive connection is idle and would cut
//! it, therefore the timers live in the stream below hyper, which sees the first byte arrive.
//! How long a handler may work is not decided here but per route, by
//! [`Deadline`](crate::edge::deadline::Deadline).
//!
//! A head that is no HTTP is answered with 400, one above the limits with 431, and both close, with
//! a sentence and the security headers like every other answer.

use std::sync::Arc;
use std::time::Duration;

use poem::endpoint::{DynEndpoint, ToDynEndpoint};
use poem::{EndpointExt, IntoEndpoint, Response};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

mod config;
mod connection;
mod rate;
mod refusal;
mod slots;
mod stream;

pub use config::{ServeConfig, ServeError};
pub use rate::{MinimumRate, guard_body};

use connection::Connections;
use slots::AddressSlots;

/// Tells an endpoint whether the server is about to stop, for `/readyz`.
///
/// The loop puts one into the data of every request: `req.data::<Readiness>()`. A request that
/// came by another server has none and should be taken as ready.
#[derive(Debug, Clone)]
pub struct Readiness(CancellationToken);

impl Readiness {
    /// Follows `shutdown`: ready until it is cancelled.
    pub fn new(shutdown: CancellationToken) -> Self {
        Self(shutdown)
    }

    /// Whether a balancer may go on sending requests; `false` from the moment shutdown is asked
    /// for, although connections are still accepted for [`ServeConfig::shutdown_delay`].
    pub fn is_ready(&self) -> bool {
        !self.0.is_cancelled()
    }
}

/// Accepts connections on `listener` and answers their requests with `endpoint` until `shutdown`
/// is cancelled and the connections have ended.
///
/// Shutdown has three steps. At once [`Readiness`] turns false. For
/// [`ServeConfig::shutdown_delay`] everything else goes on, so that a balancer notices. Then the
/// listener closes, idle connections end, requests in flight have [`ServeConfig::drain`] to
/// finish, and what is left is dropped.
///
/// # Errors
/// [`ServeError::Config`] when a limit in `config` cannot work, [`ServeError::Listener`] when the
/// listener's address cannot be read. A failing `accept` is never an error of the server: it waits
/// [`ServeConfig::accept_pause`] and tries again.
pub async fn serve<E>(
    listener: TcpListener,
    endpoint: E,
    config: ServeConfig,
    shutdown: CancellationToken,
) -> Result<(), ServeError>
where
    E: IntoEndpoint,
    E::Endpoint: 'static,
{
    config.check()?;
    let local = listener.local_addr().map_err(ServeError::Listener)?;
    let endpoint: Arc<dyn DynEndpoint<Output = Response>> =
        Arc::new(ToDynEndpoint(endpoint.into_endpoint().map_to_response()));
    let config = Arc::new(config);
    let permits = Arc::new(Semaphore::new(config.max_connections));
    let slots = AddressSlots::new(config.max_connections_per_address);
    let drain = CancellationToken::new();
    let stop = CancellationToken::new();
    let connections = Connections {
        endpoint,
        config: Arc::clone(&config),
        readiness: Readiness::new(shutdown.clone()),
        local,
        drain: drain.clone(),
        stop: stop.clone(),
    };

    info!(address = %local, "listening");
    let closing = async {
        shutdown.cancelled().await;
        info!(
            delay_s = config.shutdown_delay.as_secs_f32(),
            "shutdown asked for"
        );
        tokio::time::sleep(config.shutdown_delay).await;
    };
    tokio::select! {
        () = closing => {}
        () = accept_all(&listener, &connections, &permits, &slots) => {}
    }

    drop(listener);
    drain.cancel();
    // Every connection holds one permit, so holding them all means that all have ended.
    let everyone = u32::try_from(config.max_connections).unwrap_or(u32::MAX);
    if tokio::time::timeout(config.drain, permits.acquire_many(everyone))
        .await
        .is_err()
    {
        let left = config.max_connections - permits.available_permits();
        warn!(
            connections = left,
            "connections did not end in time and are dropped"
        );
        stop.cancel();
        // Dropping takes one poll of each task; waiting keeps their last log lines.
        let _ = tokio::time::timeout(Duration::from_secs(1), permits.acquire_many(everyone)).await;
    }
    info!("server stopped");
    Ok(())
}

/// Never returns: every failure to accept is waited out.
async fn accept_all(
    listener: &TcpListener,
    connections: &Connections,
    permits: &Arc<Semaphore>,
    slots: &AddressSlots,
) {
    let mut failing = false;
    loop {
        // The permit comes first: when all are taken, clients wait in the kernel's queue instead
        // of costing descriptors.
        let Ok(permit) = Arc::clone(permits).acquire_owned().await else {
            return;
        };
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => {
                failing = false;
                accepted
            }
            Err(error) => {
                // A full descriptor table fails again at once and would spin; one line for a
                // whole run of failures is enough.
                if !failing {
                    warn!(%error, "accepting connections fails");
                }
                failing = true;
                tokio::time::sleep(connections.config.accept_pause).await;
                continue;
            }
        };
        let slot = if connections.config.is_trusted(peer.ip()) {
            None
        } else {
            let Some(slot) = slots.take(peer.ip()) else {
                debug!(%peer, "too many connections from this address");
                slots::refuse(&stream);
                continue;
            };
            Some(slot)
        };
        let connection = connections.run(stream, peer);
        tokio::spawn(async move {
            connection.await;
            drop((slot, permit));
        });
    }
}
