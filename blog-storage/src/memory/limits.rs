//! Rate limits.

use std::time::Duration;

use async_trait::async_trait;
use blog_core::ports::RateLimits;
use blog_core::ports::limits::{Permit, Quota};
use blog_core::{Result, Timestamp};

use super::MemoryStore;

/// A quota in microseconds.
struct Micros {
    /// The time in which one comes back.
    interval: i64,
    /// The time in which all come back, in whole intervals: so `burst` at once are granted, and not one more.
    full: i64,
}

impl Micros {
    fn of(quota: Quota) -> Self {
        let interval = i64::try_from(quota.interval().as_micros()).unwrap_or(i64::MAX);
        let interval = interval.max(1);
        Self {
            interval,
            full: interval.saturating_mul(i64::from(quota.burst.max(1))),
        }
    }

    /// When all is given back, as seen at `now`. More than everything can be out only after the clock stepped back;
    /// then it counts as exactly everything.
    fn given_back(&self, stored: Option<i64>, now: i64) -> i64 {
        stored
            .unwrap_or(now)
            .clamp(now, now.saturating_add(self.full))
    }
}

#[async_trait]
impl RateLimits for MemoryStore {
    async fn take(&self, key: &str, quota: Quota, now: Timestamp) -> Result<Permit> {
        let quota = Micros::of(quota);
        let now = now.as_micros();
        let mut state = self.lock();
        let given_back = quota.given_back(state.limits.get(key).copied(), now);
        let with_this = given_back.saturating_add(quota.interval);
        let wait = with_this.saturating_sub(now.saturating_add(quota.full));
        if wait > 0 {
            // What a step of the clock brought within bounds must stay there, or the wait would never end.
            state.limits.insert(key.to_owned(), given_back);
            return Ok(Permit::Refused {
                retry_after: Duration::from_micros(wait.unsigned_abs()),
            });
        }
        state.limits.insert(key.to_owned(), with_this);
        Ok(Permit::Granted)
    }

    async fn give_back(&self, key: &str, quota: Quota, now: Timestamp) -> Result<()> {
        let quota = Micros::of(quota);
        let now = now.as_micros();
        let mut state = self.lock();
        if let Some(stored) = state.limits.get_mut(key) {
            let given_back = quota.given_back(Some(*stored), now);
            *stored = given_back.saturating_sub(quota.interval).max(now);
        }
        Ok(())
    }

    async fn clear(&self, key: &str) -> Result<()> {
        self.lock().limits.remove(key);
        Ok(())
    }

    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u64> {
        let mut state = self.lock();
        let over: Vec<String> = state
            .limits
            .iter()
            .filter(|(_, given_back)| **given_back < now.as_micros())
            .take(limit as usize)
            .map(|(key, _)| key.clone())
            .collect();
        for key in &over {
            state.limits.remove(key);
        }
        Ok(over.len() as u64)
    }
}
