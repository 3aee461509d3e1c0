//! Rate limits that count wrong.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use super::{Broken, records};
use crate::backend::Backend;
use crate::error::Result;
use crate::ports::RateLimits;
use crate::ports::limits::{Permit, Quota};
use crate::time::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    StepForgets,
    StepRefuses,
    FixedWindow,
    GivesAllBack,
    DeadlockSwallowed,
    WaitInMilliseconds,
}

pub(super) fn all(working: &Backend) -> Vec<Broken> {
    let faults: [(&str, &[&str], Fault); 6] = [
        (
            "limits-forget-on-clock-step",
            &["limits-clock-back-forgets-nothing"],
            Fault::StepForgets,
        ),
        (
            "limits-refuse-until-the-clock-is-back",
            &["limits-clock-back"],
            Fault::StepRefuses,
        ),
        (
            "limits-fixed-window",
            &["limits-interval", "limits-retry-after"],
            Fault::FixedWindow,
        ),
        (
            "limits-give-all-back",
            &["limits-give-back"],
            Fault::GivesAllBack,
        ),
        (
            "limits-deadlock-swallowed",
            &["limits-burst", "limits-race"],
            Fault::DeadlockSwallowed,
        ),
        (
            "limits-wait-in-milliseconds",
            &["limits-retry-after"],
            Fault::WaitInMilliseconds,
        ),
    ];
    let broken = |(name, caught_by, fault)| Broken {
        name,
        caught_by,
        backend: records(working, |records| {
            let inner = records.limits.clone();
            let (seen, windows) = (Mutex::default(), Mutex::default());
            records.limits = Arc::new(Limits {
                inner,
                seen,
                windows,
                fault,
            });
        }),
    };
    faults.into_iter().map(broken).collect()
}

#[derive(Debug)]
struct Limits {
    inner: Arc<dyn RateLimits>,
    /// The latest moment of each key.
    seen: Mutex<HashMap<String, Timestamp>>,
    /// How many were taken of each key in each window.
    windows: Mutex<HashMap<(String, i64), u32>>,
    fault: Fault,
}

impl Limits {
    /// Notes the moment; how far it lies behind the latest one.
    fn step_back(&self, key: &str, now: Timestamp) -> Option<Duration> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let latest = seen.entry(key.to_owned()).or_insert(now);
        let back = latest.since(now);
        *latest = now.max(*latest);
        (back > Duration::ZERO).then_some(back)
    }

    fn window(&self, key: &str, quota: Quota, now: Timestamp) -> Permit {
        let period = i64::try_from(quota.period.as_micros()).unwrap_or(i64::MAX);
        let window = now.as_micros().div_euclid(period);
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = windows.entry((key.to_owned(), window)).or_default();
        if *taken < quota.burst {
            *taken += 1;
            return Permit::Granted;
        }
        let end = Timestamp::from_micros((window + 1).saturating_mul(period));
        Permit::Refused {
            retry_after: end.since(now),
        }
    }
}

#[async_trait]
impl RateLimits for Limits {
    async fn take(&self, key: &str, quota: Quota, now: Timestamp) -> Result<Permit> {
        match (self.fault, self.step_back(key, now)) {
            (Fault::FixedWindow, _) => return Ok(self.window(key, quota, now)),
            (Fault::StepForgets, Some(_)) => self.inner.clear(key).await?,
            (Fault::StepRefuses, Some(back)) => {
                return Ok(Permit::Refused { retry_after: back });
            }
            _ => {}
        }
        let permit = self.inner.take(key, quota, now).await?;
        Ok(match (self.fault, permit) {
            // A write that did not happen is taken for one that did.
            (Fault::DeadlockSwallowed, Permit::Refused { .. }) => Permit::Granted,
            (Fault::WaitInMilliseconds, Permit::Refused { retry_after }) => Permit::Refused {
                retry_after: retry_after / 1_000,
            },
            (_, permit) => permit,
        })
    }

    async fn give_back(&self, key: &str, quota: Quota, now: Timestamp) -> Result<()> {
        if self.fault == Fault::GivesAllBack {
            return self.inner.clear(key).await;
        }
        self.inner.give_back(key, quota, now).await
    }

    async fn clear(&self, key: &str) -> Result<()> {
        self.inner.clear(key).await
    }

    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u64> {
        self.inner.purge(now, limit).await
    }
}
