//! An outbox that hands out wrong.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Broken, records};
use crate::backend::Backend;
use crate::conformance::lab::MICRO;
use crate::error::{Entity, Error, Result};
use crate::id::MessageId;
use crate::model::outbox::OutboxMessage;
use crate::ports::Outbox;
use crate::time::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    NoLease,
    AnybodysDone,
    RetryAtOnce,
}

pub(super) fn all(working: &Backend) -> Vec<Broken> {
    let faults: [(&str, &[&str], Fault); 3] = [
        (
            "outbox-claims-twice",
            &["outbox-lease", "outbox-lease-race"],
            Fault::NoLease,
        ),
        (
            "outbox-done-by-anybody",
            &["outbox-done", "outbox-done-lost"],
            Fault::AnybodysDone,
        ),
        (
            "outbox-retries-at-once",
            &["outbox-retry"],
            Fault::RetryAtOnce,
        ),
    ];
    let broken = |(name, caught_by, fault)| Broken {
        name,
        caught_by,
        backend: records(working, |records| {
            let inner = records.outbox.clone();
            records.outbox = Arc::new(Messages { inner, fault });
        }),
    };
    faults.into_iter().map(broken).collect()
}

#[derive(Debug)]
struct Messages {
    inner: Arc<dyn Outbox>,
    fault: Fault,
}

#[async_trait]
impl Outbox for Messages {
    async fn claim(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
    ) -> Result<Vec<OutboxMessage>> {
        let lease_until = if self.fault == Fault::NoLease {
            now.minus(MICRO)
        } else {
            lease_until
        };
        self.inner.claim(now, lease_until, limit).await
    }

    async fn done(&self, id: MessageId, attempts: u32) -> Result<()> {
        match self.inner.done(id, attempts).await {
            Err(Error::NotFound(Entity::Lease)) if self.fault == Fault::AnybodysDone => Ok(()),
            result => result,
        }
    }

    async fn retry(&self, id: MessageId, attempts: u32, retry_at: Timestamp) -> Result<()> {
        let retry_at = if self.fault == Fault::RetryAtOnce {
            Timestamp::EPOCH
        } else {
            retry_at
        };
        self.inner.retry(id, attempts, retry_at).await
    }
}
