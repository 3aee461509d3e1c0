//! Shared rate limits: per key one time, when all of its quota is given back.

use std::time::Duration;

use async_trait::async_trait;
use blog_core::error::Result;
use blog_core::ports::RateLimits;
use blog_core::ports::limits::{Permit, Quota};
use blog_core::time::Timestamp;

use super::SqlStore;
use super::args::args;

const FULL_AT: &str = "SELECT full_at FROM blog_limits WHERE name = ?";

/// The microseconds in which one comes back, and all of them. All is a multiple of one, so that rounding grants
/// neither one more nor one less than `burst`.
fn pace(quota: Quota) -> (i64, i64) {
    let one = i64::try_from(quota.interval().as_micros())
        .unwrap_or(i64::MAX)
        .max(1);
    (one, one.saturating_mul(i64::from(quota.burst.max(1))))
}

#[async_trait]
impl RateLimits for SqlStore {
    async fn take(&self, key: &str, quota: Quota, now: Timestamp) -> Result<Permit> {
        let (one, all) = pace(quota);
        let now = now.as_micros();
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let stored: Option<(i64,)> = tx.one(FULL_AT, args![key.as_bytes()]).await?;
                let stored = stored.map_or(now, |(full_at,)| full_at);
                // A time further ahead than the quota allows was written before the clock stepped back, or under a larger quota.
                let base = stored.clamp(now, now.saturating_add(all));
                let next = base.saturating_add(one);
                let over = next.saturating_sub(now).saturating_sub(all);
                let put = tx.dialect().put_limit;
                if over <= 0 {
                    tx.run(put, args![key.as_bytes(), next]).await?;
                    tx.commit().await?;
                    return Ok(Permit::Granted);
                }
                if base < stored {
                    tx.run(put, args![key.as_bytes(), base]).await?;
                    tx.commit().await?;
                }
                Ok(Permit::Refused {
                    retry_after: Duration::from_micros(over.unsigned_abs()),
                })
            })
            .await
    }

    async fn give_back(&self, key: &str, quota: Quota, now: Timestamp) -> Result<()> {
        let (one, _) = pace(quota);
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                // What lies in the past is given back already.
                tx.run(
                    "UPDATE blog_limits SET full_at = full_at - ? WHERE name = ? AND full_at > ?",
                    args![one, key.as_bytes(), now],
                )
                .await?;
                tx.commit().await
            })
            .await
    }

    async fn clear(&self, key: &str) -> Result<()> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                tx.run(
                    "DELETE FROM blog_limits WHERE name = ?",
                    args![key.as_bytes()],
                )
                .await?;
                tx.commit().await
            })
            .await
    }

    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u64> {
        self.db.retried(|| async {
            let mut tx = self.db.begin().await?;
            let gone = tx
                .run(
                    "DELETE FROM blog_limits WHERE name IN (SELECT name FROM \
                     (SELECT name FROM blog_limits WHERE full_at < ? ORDER BY full_at LIMIT ?) AS ended)",
                    args![now, limit],
                )
                .await?;
            tx.commit().await?;
            Ok(gone)
        })
        .await
    }
}
