//! The signals that end the server.

use std::io;

use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// SIGTERM and SIGINT (elsewhere than on Unix: Ctrl-C), caught from the moment this exists.
#[derive(Debug)]
pub(crate) struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    pub(crate) fn catch() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    #[cfg(not(unix))]
    pub(crate) fn catch() -> io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(unix)]
    async fn next(&mut self) -> (&'static str, i32) {
        tokio::select! {
            _ = self.terminate.recv() => ("SIGTERM", 15),
            _ = self.interrupt.recv() => ("SIGINT", 2),
        }
    }

    #[cfg(not(unix))]
    async fn next(&mut self) -> (&'static str, i32) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        ("Ctrl-C", 2)
    }

    /// Cancels `shutdown` at the first signal and ends the process at the second, with the code that a shell expects
    /// of a program ended by it.
    pub(crate) async fn into_shutdown(mut self, shutdown: CancellationToken) {
        let (signal, _) = self.next().await;
        info!(signal, "stopping; a second signal stops at once");
        shutdown.cancel();
        let (signal, number) = self.next().await;
        warn!(signal, "stopped at once");
        std::process::exit(128 + number);
    }
}
