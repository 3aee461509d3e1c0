//! Limits of the server loop, with the defaults a public site can run on.

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use ipnet::IpNet;

use super::rate::MinimumRate;

/// Limits of [`serve`](super::serve). `ServeConfig::default()` is meant for production; tests
/// shorten the waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServeConfig {
    /// How long a connection may stay without the first byte of a request. Default 75 s, above
    /// the 60 s after which common balancers close their side, so that they never send a request
    /// into a connection we are closing.
    pub idle: Duration,
    /// How long a request head may take, counted from its first byte. Default 10 s.
    pub head: Duration,
    /// Largest request head in bytes, above it the answer is 431. At least 8 KiB. Default 64 KiB.
    pub max_head_bytes: usize,
    /// Most header fields in a request, above it the answer is 431. Default 100.
    pub max_headers: usize,
    /// Slowest request body we wait for. Default 1 KiB/s after 10 s.
    pub request_rate: MinimumRate,
    /// Slowest reader of an answer we wait for. Default 1 KiB/s after 30 s: the kernel lets us
    /// write again only when a good part of its buffer has drained, so progress comes in steps.
    pub response_rate: MinimumRate,
    /// Most connections at a time; more wait in the kernel's queue. Default 4096. Keep the
    /// process's descriptor limit above it.
    pub max_connections: usize,
    /// Most connections at a time from one address (one /64 for IPv6); more are answered 429 and
    /// closed. Default 64.
    pub max_connections_per_address: usize,
    /// Proxies in front of us, which bring many people's requests from one address and are
    /// therefore exempt from the limit per address. The limit in all holds for them too, since
    /// descriptors are finite. Default none.
    pub trusted_proxies: Vec<IpNet>,
    /// Pause after a failed `accept`, for example with no descriptor left. Default 50 ms.
    pub accept_pause: Duration,
    /// How long to go on reading and discarding after an answer that did not wait for the whole
    /// request, such as a 413. Closing at once would send a reset, which can destroy the answer
    /// before the client reads it. Default 5 s.
    pub linger: Duration,
    /// How long to go on accepting after shutdown was asked for, with `/readyz` already failing.
    /// Default 0; 15 s behind a load balancer.
    pub shutdown_delay: Duration,
    /// How long requests in flight may take to finish at shutdown. Default 20 s.
    pub drain: Duration,
}

impl Default for ServeConfig {
    fn default() -> Self {
        Self {
            idle: Duration::from_secs(75),
            head: Duration::from_secs(10),
            max_head_bytes: 64 * 1024,
            max_headers: 100,
            request_rate: MinimumRate {
                bytes_per_second: 1024,
                after: Duration::from_secs(10),
            },
            response_rate: MinimumRate {
                bytes_per_second: 1024,
                after: Duration::from_secs(30),
            },
            max_connections: 4096,
            max_connections_per_address: 64,
            trusted_proxies: Vec::new(),
            accept_pause: Duration::from_millis(50),
            linger: Duration::from_secs(5),
            shutdown_delay: Duration::ZERO,
            drain: Duration::from_secs(20),
        }
    }
}

impl ServeConfig {
    /// Smallest [`max_head_bytes`](Self::max_head_bytes) the parser's buffer allows.
    pub const MIN_HEAD_BYTES: usize = 8 * 1024;

    pub(super) fn is_trusted(&self, address: IpAddr) -> bool {
        crate::edge::client::any_contains(&self.trusted_proxies, address)
    }

    pub(super) fn check(&self) -> Result<(), ServeError> {
        if self.max_connections == 0 || self.max_connections > u32::MAX as usize {
            return Err(ServeError::Config(
                "max_connections must be between 1 and 4 294 967 295",
            ));
        }
        if self.max_connections_per_address == 0 {
            return Err(ServeError::Config(
                "max_connections_per_address must be at least 1",
            ));
        }
        if self.max_head_bytes < Self::MIN_HEAD_BYTES {
            return Err(ServeError::Config("max_head_bytes must be at least 8192"));
        }
        if self.max_headers == 0 {
            return Err(ServeError::Config("max_headers must be at least 1"));
        }
        if self.request_rate.bytes_per_second == 0 || self.response_rate.bytes_per_second == 0 {
            return Err(ServeError::Config(
                "a minimum rate must be at least 1 byte per second",
            ));
        }
        Ok(())
    }
}

/// Why the server could not run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// A limit that cannot work; the text names it.
    #[error("the server's configuration is wrong: {0}")]
    Config(&'static str),
    /// The listener cannot say which address it listens on.
    #[error("the listening address cannot be read")]
    Listener(#[source] io::Error),
}
