//! A coarse rate limit per client address, in this process only.
//!
//! It keeps one client from keeping everything busy. What must be exact, or shared by several
//! instances, is counted in the store.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use poem::{Endpoint, Middleware, Request, Result};
use tokio::time::Instant;

use super::client::{AddressKey, ClientAddr};
use super::error::EdgeError;

const SHARDS: usize = 16;

/// So many requests at once, and one more each `period / burst`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// How many may come at once; at least 1.
    pub burst: u32,
    /// The time in which that many are earned back.
    pub period: Duration,
}

/// Counts requests per address, or per another key, by the generic cell rate algorithm: one time stamp per address says
/// when its bucket will be full again. Cloning shares the counts.
///
/// Memory is bounded: of more than [`capacity`](Self::new) addresses, those nearest to a clean
/// slate are forgotten first.
///
/// As a middleware it answers 429 with `Retry-After`.
#[derive(Debug, Clone)]
pub struct RateLimiter<K = AddressKey>(Arc<Inner<K>>);

#[derive(Debug)]
struct Inner<K> {
    /// Time one request costs.
    cost: Duration,
    /// How far ahead of now an address may get.
    tolerance: Duration,
    per_shard: usize,
    hasher: RandomState,
    shards: [Mutex<HashMap<K, Instant>>; SHARDS],
}

impl<K: Copy + Eq + Hash> RateLimiter<K> {
    /// A limiter that remembers about `capacity` keys, at some 60 bytes each.
    pub fn new(quota: Quota, capacity: usize) -> Self {
        let burst = quota.burst.max(1);
        let cost = quota.period / burst;
        Self(Arc::new(Inner {
            cost,
            tolerance: cost * (burst - 1),
            per_shard: capacity.div_ceil(SHARDS).max(1),
            hasher: RandomState::new(),
            shards: std::array::from_fn(|_| Mutex::default()),
        }))
    }

    /// Counts one request of `key`.
    ///
    /// # Errors
    /// The time after which the next one passes; a refused request costs nothing.
    pub fn check(&self, key: K) -> Result<(), Duration> {
        let inner = &*self.0;
        let now = Instant::now();
        let shard = inner.hasher.hash_one(key) as usize % SHARDS;
        let mut full_again = inner.shards[shard]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let due = full_again.get(&key).copied().unwrap_or(now).max(now);
        let ahead = due - now;
        if ahead > inner.tolerance {
            return Err(ahead - inner.tolerance);
        }
        if !full_again.contains_key(&key) && full_again.len() >= inner.per_shard {
            full_again.retain(|_, due| *due > now);
            while full_again.len() >= inner.per_shard {
                let Some(next) = full_again
                    .iter()
                    .min_by_key(|(_, due)| **due)
                    .map(|(key, _)| *key)
                else {
                    break;
                };
                full_again.remove(&next);
            }
        }
        full_again.insert(key, due + inner.cost);
        Ok(())
    }
}

impl RateLimiter {
    /// Counts `request` for its client.
    ///
    /// # Errors
    /// 429 with `Retry-After`.
    pub fn check_request(&self, request: &Request) -> Result<(), EdgeError> {
        self.check(ClientAddr::of(request).key())
            .map_err(EdgeError::too_many_requests)
    }
}

impl<E: Endpoint> Middleware<E> for RateLimiter {
    type Output = RateLimitEndpoint<E>;

    fn transform(&self, ep: E) -> Self::Output {
        RateLimitEndpoint {
            ep,
            limiter: self.clone(),
        }
    }
}

/// The endpoint made by [`RateLimiter`].
#[derive(Debug)]
pub struct RateLimitEndpoint<E> {
    ep: E,
    limiter: RateLimiter,
}

impl<E: Endpoint> Endpoint for RateLimitEndpoint<E> {
    type Output = E::Output;

    async fn call(&self, request: Request) -> Result<Self::Output> {
        self.limiter.check_request(&request)?;
        self.ep.call(request).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u32) -> AddressKey {
        AddressKey::of(std::net::Ipv4Addr::from(n).into())
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_and_then_the_steady_rate() {
        let limiter = RateLimiter::new(
            Quota {
                burst: 5,
                period: Duration::from_secs(60),
            },
            1_000,
        );
        for _ in 0..5 {
            limiter.check(key(1)).unwrap();
        }
        assert_eq!(limiter.check(key(1)), Err(Duration::from_secs(12)));
        limiter.check(key(2)).unwrap();
        tokio::time::advance(Duration::from_secs(11)).await;
        assert_eq!(limiter.check(key(1)), Err(Duration::from_secs(1)));
        tokio::time::advance(Duration::from_secs(1)).await;
        limiter.check(key(1)).unwrap();
        assert!(limiter.check(key(1)).is_err());
        tokio::time::advance(Duration::from_secs(600)).await;
        for _ in 0..5 {
            limiter.check(key(1)).unwrap();
        }
        assert!(limiter.check(key(1)).is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn memory_is_bounded_and_the_worst_are_remembered() {
        let limiter = RateLimiter::new(
            Quota {
                burst: 2,
                period: Duration::from_secs(60),
            },
            160,
        );
        limiter.check(key(0)).unwrap();
        limiter.check(key(0)).unwrap();
        for n in 1..10_000 {
            limiter.check(key(n)).unwrap();
        }
        let held: usize = limiter
            .0
            .shards
            .iter()
            .map(|shard| shard.lock().unwrap().len())
            .sum();
        assert!(held <= 160, "{held} addresses held");
        assert!(limiter.check(key(0)).is_err());
    }
}
