//! How long what is kept of people is kept: the one table that says so, and the one job that goes by it.
//!
//! What a page says about it takes its numbers from here, so both are the same.

use std::sync::Arc;
use std::time::Duration;

use super::export;
use super::observed::LONGEST_PUT;
use super::second_factors::ENROLMENT;
use super::worker::report;
use crate::blog::Core;
use crate::error::Result;
use crate::model::index::TOMBSTONE;

const DAY: Duration = Duration::from_secs(86_400);

/// How many rows of a kind go in one write.
const STEP: u32 = 1_000;

/// What is kept for a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Log-ins that ended.
    Sessions,
    /// Links in mails that are over or used.
    Tokens,
    /// Accounts that wait for their address to be shown, when they wait no more.
    WaitingAccounts,
    /// Second factors that somebody began to set up and did not finish.
    Enrolments,
    /// Invitations that are over, used or not.
    Invitations,
    /// Links to drafts that are over.
    PreviewLinks,
    /// How often somebody did something, when it counts no more.
    Limits,
    /// Texts that their writer did not come back for.
    UnsavedTexts,
    /// Archives of what is somebody's.
    Exports,
    /// Uploads that never ended.
    Uploads,
    /// By what a visitor is told from another, to count each once a day: a hash under a salt of that day.
    Visitors,
    /// That there was an object, after it was removed.
    RemovedObjects,
}

/// How long each kind is kept: after it ended, or since it was last changed where it has no end of its own.
pub const TABLE: [(Kept, Duration); 12] = [
    (Kept::Sessions, Duration::ZERO),
    (Kept::Tokens, Duration::ZERO),
    (Kept::WaitingAccounts, Duration::ZERO),
    (Kept::Enrolments, ENROLMENT),
    (Kept::Invitations, Duration::ZERO),
    (Kept::PreviewLinks, Duration::ZERO),
    (Kept::Limits, Duration::ZERO),
    (Kept::UnsavedTexts, DAY.saturating_mul(30)),
    (Kept::Exports, export::KEPT),
    (Kept::Uploads, LONGEST_PUT),
    (Kept::Visitors, DAY),
    (Kept::RemovedObjects, TOMBSTONE),
];

impl Kept {
    /// How many whole days the table gives this kind.
    pub fn days(self) -> u64 {
        let found = TABLE.iter().find(|(kind, _)| *kind == self);
        found.map_or(0, |(_, kept)| kept.as_secs() / DAY.as_secs())
    }

    /// Removes what was kept for longer.
    async fn remove(self, core: &Arc<Core>, kept: Duration) -> Result<()> {
        let now = core.now();
        let records = &core.records;
        /// Write by write, until one finds less than it may.
        macro_rules! purge {
            ($port:expr, $before:expr) => {
                while $port.purge($before, STEP).await? == u64::from(STEP) {}
            };
        }
        match self {
            Self::Sessions => purge!(records.sessions, now.minus(kept)),
            Self::Tokens => purge!(records.tokens, now.minus(kept)),
            Self::WaitingAccounts => {
                let before = now.minus(kept);
                while records.users.purge_waiting(before, STEP).await? == u64::from(STEP) {}
            }
            Self::Enrolments => purge!(records.second_factors, now.minus(kept)),
            Self::Invitations => purge!(records.invitations, now.minus(kept)),
            Self::PreviewLinks => purge!(records.preview_links, now.minus(kept)),
            Self::Limits => purge!(records.limits, now.minus(kept)),
            Self::UnsavedTexts => purge!(records.autosaves, now.minus(kept)),
            // Both carry their end.
            Self::Exports => export::Exports::new(core.clone()).sweep().await?,
            Self::RemovedObjects => purge!(core.index, now),
            // A day is over when the next one begins.
            Self::Visitors => records.engagement.forget_before(now.day()).await?,
            Self::Uploads => {
                for item in records.catalog.stale(now.minus(kept), STEP).await? {
                    // One that cannot be swept must not keep the others.
                    report(
                        "sweeping an upload that never ended",
                        core.forget_upload(&item).await,
                    );
                }
            }
        }
        Ok(())
    }
}

/// Removes of each kind what was kept for longer than the table says. A kind that fails keeps no other; the first failure is
/// told.
pub(super) async fn sweep(core: &Arc<Core>) -> Result<()> {
    let mut outcome = Ok(());
    for (kind, kept) in TABLE {
        outcome = outcome.and(kind.remove(core, kept).await);
    }
    outcome
}
