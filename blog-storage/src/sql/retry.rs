//! Which writes are made again, how often, and after which pause. SQLite undoes nothing by itself, so this is for servers.

use std::time::{Duration, Instant};

use blog_core::error::Error;
use uuid::Uuid;

/// Why a write was undone, or never made, although the same write may succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Undone {
    /// Two transactions waited for each other, or one waited too long.
    Contended,
    /// The connection was lost before the write was to be made lasting.
    Lost,
    /// The server takes no writes: it is the old one after a failover, until connections go to the new one.
    ReadOnly,
}

/// A database's error after which the whole transaction may be made again.
#[derive(Debug, thiserror::Error)]
#[error("the database undid a write that may be made again")]
pub(super) struct Again {
    pub(super) undone: Undone,
    pub(super) source: sqlx::Error,
}

/// How often a contended write is made again.
const CONTENDED: u32 = 3;
/// How often a write is made again whose connection was lost: another connection of the pool may be as old.
const LOST: u32 = 3;
/// How long a server that takes no writes is waited for: a failover takes about as long.
const READ_ONLY: Duration = Duration::from_secs(30);

/// What was tried for one write.
#[derive(Debug, Default)]
pub(super) struct Retries {
    contended: u32,
    lost: u32,
    read_only_since: Option<Instant>,
}

impl Retries {
    /// The pause before the next attempt; `None` where there is to be none.
    pub(super) fn pause(&mut self, error: &Error) -> Option<Duration> {
        let Error::Unavailable { source, .. } = error else {
            return None;
        };
        match source.downcast_ref::<Again>()?.undone {
            Undone::Contended => {
                self.contended += 1;
                (self.contended <= CONTENDED).then(|| jitter(20 * self.contended))
            }
            Undone::Lost => {
                self.lost += 1;
                (self.lost <= LOST).then(|| jitter(50 * self.lost))
            }
            Undone::ReadOnly => {
                let since = *self.read_only_since.get_or_insert_with(Instant::now);
                (since.elapsed() < READ_ONLY).then(|| jitter(500))
            }
        }
    }
}

/// Between half of so many milliseconds and all of them, so that those who met do not meet again.
fn jitter(millis: u32) -> Duration {
    // The last bytes of a version 7 uuid are random.
    let random = u32::from(Uuid::now_v7().into_bytes()[15]);
    Duration::from_millis(u64::from(millis / 2 + millis * random / 512))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn undone(undone: Undone) -> Error {
        let source = sqlx::Error::WorkerCrashed;
        Error::unavailable("mysql", Again { undone, source })
    }

    #[test]
    fn every_reason_has_an_end_and_other_errors_none_at_all() {
        let mut retries = Retries::default();
        let contended = undone(Undone::Contended);
        for attempt in 1..=CONTENDED {
            let pause = retries.pause(&contended).unwrap();
            let most = Duration::from_millis(u64::from(20 * attempt));
            assert!(pause >= most / 2 && pause <= most, "{pause:?}");
        }
        assert_eq!(retries.pause(&contended), None);
        assert!(retries.pause(&undone(Undone::Lost)).is_some());

        retries.read_only_since = Instant::now().checked_sub(READ_ONLY);
        assert_eq!(retries.pause(&undone(Undone::ReadOnly)), None);
        assert!(
            Retries::default()
                .pause(&undone(Undone::ReadOnly))
                .is_some()
        );
        let other = Error::unavailable("mysql", sqlx::Error::PoolTimedOut);
        assert_eq!(Retries::default().pause(&other), None);
    }
}
