//! Shared rate limits for the costly few.

use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;

use crate::error::Result;
use crate::time::Timestamp;

/// So many in so long a time, given back evenly (the generic cell rate algorithm, ITU-T I.371).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// How many at once; at least 1.
    pub burst: u32,
    /// The time in which all of `burst` come back.
    pub period: Duration,
}

impl Quota {
    /// The time in which one comes back.
    pub fn interval(&self) -> Duration {
        self.period / self.burst.max(1)
    }
}

/// What taking one came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permit {
    /// There was one left, and it is taken.
    Granted,
    /// There is none before this time is over; nothing was taken.
    Refused {
        /// At least this long.
        retry_after: Duration,
    },
}

/// Exact limits that every instance shares. Keys are at most 200 bytes; what they are made of, the caller knows.
#[async_trait]
pub trait RateLimits: Debug + Send + Sync + 'static {
    /// Takes one. Of any number of takes at one moment exactly `burst` are granted, then one after each
    /// `interval`. A clock that stepped back refuses nobody for longer than `period`, and gives nothing back.
    async fn take(&self, key: &str, quota: Quota, now: Timestamp) -> Result<Permit>;

    /// Gives one back; never more than were taken.
    async fn give_back(&self, key: &str, quota: Quota, now: Timestamp) -> Result<()>;

    /// Gives all back.
    async fn clear(&self, key: &str) -> Result<()>;

    /// Forgets keys whose all was given back before `now`, at most `limit`; returns how many.
    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u64>;
}
