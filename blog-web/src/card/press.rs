//! Where cards are made: one at a time, each once while it is asked for, and never more of them than may wait.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use moka::future::Cache;
use tokio::sync::Semaphore;

use super::Card;
use crate::edge::EdgeError;

/// Bytes of cards that are kept: some eighty.
const KEPT: u64 = 3 * 1024 * 1024;
/// Nobody asks for most of them twice.
const KEPT_FOR: Duration = Duration::from_secs(10 * 60);
/// Cards that may be waited for at once.
const WAITING: usize = 32;

/// Makes cards.
#[derive(Debug)]
pub(crate) struct Press {
    made: Cache<String, Bytes>,
    /// The turn at drawing.
    turn: Arc<Semaphore>,
    /// The places of those who wait for it.
    queue: Semaphore,
}

impl Default for Press {
    fn default() -> Self {
        Self {
            made: Cache::builder()
                .weigher(|_, png: &Bytes| u32::try_from(png.len()).unwrap_or(u32::MAX))
                .max_capacity(KEPT)
                .time_to_idle(KEPT_FOR)
                .build(),
            turn: Arc::new(Semaphore::new(1)),
            queue: Semaphore::new(WAITING),
        }
    }
}

impl Press {
    /// The card as PNG. Who asks for one that is being made gets that one.
    pub(crate) async fn png(&self, card: Card) -> Result<Bytes, EdgeError> {
        let version = card.version();
        let made = self.made.try_get_with(version, self.make(card));
        made.await.map_err(|error| EdgeError::clone(&error))
    }

    async fn make(&self, card: Card) -> Result<Bytes, EdgeError> {
        let busy = || {
            EdgeError::of_status(StatusCode::SERVICE_UNAVAILABLE)
                .retry_after(Duration::from_secs(5))
        };
        let _place = self.queue.try_acquire().map_err(|_| busy())?;
        let turn = self.turn.clone().acquire_owned().await;
        let turn = turn.map_err(|closed| EdgeError::internal().caused_by(closed))?;
        // A client that leaves gives its place away at once, the turn only when the drawing has ended.
        let drawn = tokio::task::spawn_blocking(move || {
            let png = card.draw();
            drop(turn);
            png
        });
        let png = drawn
            .await
            .map_err(|panic| EdgeError::internal().caused_by(panic))?
            .map_err(|error| EdgeError::internal().caused_by(error))?;
        Ok(png.into())
    }
}
