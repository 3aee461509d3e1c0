//! Second factors that are kept wrong.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Broken, records, round_trip};
use crate::backend::Backend;
use crate::error::{Conflict, Result};
use crate::id::UserId;
use crate::model::effects::Effects;
use crate::model::second_factor::{SecondFactor, TotpKey};
use crate::model::secret::SecretHash;
use crate::ports::SecondFactorStore;
use crate::time::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// A code is good twice.
    StepTwice,
    /// Two who look at once both find the step free.
    LooksThenWrites,
    /// Any key is confirmed.
    AnyKey,
    /// Failures are forgotten.
    NothingCounted,
}

pub(super) fn all(working: &Backend) -> Vec<Broken> {
    let broken = |name, caught_by, fault| Broken {
        name,
        caught_by,
        backend: records(working, |records| {
            let inner = records.second_factors.clone();
            records.second_factors = Arc::new(SecondFactors { inner, fault });
        }),
    };
    vec![
        broken(
            "second-factors-step-twice",
            &["second-factors-step-refused"],
            Fault::StepTwice,
        ),
        broken(
            "second-factors-looks-then-writes",
            &["second-factors-step-race"],
            Fault::LooksThenWrites,
        ),
        broken(
            "second-factors-any-key",
            &["second-factors-confirm-refused"],
            Fault::AnyKey,
        ),
        broken(
            "second-factors-nothing-counted",
            &["second-factors-fail"],
            Fault::NothingCounted,
        ),
    ]
}

#[derive(Debug)]
struct SecondFactors {
    inner: Arc<dyn SecondFactorStore>,
    fault: Fault,
}

#[async_trait]
impl SecondFactorStore for SecondFactors {
    async fn begin(&self, user: UserId, key: &TotpKey, effects: Effects) -> Result<()> {
        self.inner.begin(user, key, effects).await
    }

    async fn get(&self, user: UserId) -> Result<Option<SecondFactor>> {
        self.inner.get(user).await
    }

    async fn confirm(
        &self,
        user: UserId,
        key: &TotpKey,
        step: u64,
        codes: &[SecretHash],
        effects: Effects,
    ) -> Result<()> {
        let stored = self.inner.get(user).await?.map(|stored| stored.key);
        let key = match (self.fault, &stored) {
            (Fault::AnyKey, Some(stored)) => stored,
            _ => key,
        };
        self.inner.confirm(user, key, step, codes, effects).await
    }

    async fn use_step(&self, user: UserId, step: u64, effects: Effects) -> Result<()> {
        match self.fault {
            Fault::LooksThenWrites => {
                let stored = self.inner.get(user).await?;
                round_trip().await;
                if stored.is_none_or(|stored| stored.last_step >= step) {
                    return Err(Conflict::State.into());
                }
                // The write of the slower one changes nothing any more, and says so to nobody.
                let _ = self.inner.use_step(user, step, effects).await;
                Ok(())
            }
            Fault::StepTwice => {
                let stored = self.inner.get(user).await?;
                match stored.is_some_and(|stored| stored.last_step == step) {
                    true => Ok(()),
                    false => self.inner.use_step(user, step, effects).await,
                }
            }
            _ => self.inner.use_step(user, step, effects).await,
        }
    }

    async fn use_code(&self, user: UserId, code: &SecretHash, effects: Effects) -> Result<u64> {
        self.inner.use_code(user, code, effects).await
    }

    async fn fail(&self, user: UserId, effects: Effects) -> Result<()> {
        match self.fault {
            Fault::NothingCounted => Ok(()),
            _ => self.inner.fail(user, effects).await,
        }
    }

    async fn renew_codes(
        &self,
        user: UserId,
        codes: &[SecretHash],
        effects: Effects,
    ) -> Result<()> {
        self.inner.renew_codes(user, codes, effects).await
    }

    async fn remove(&self, user: UserId, effects: Effects) -> Result<()> {
        self.inner.remove(user, effects).await
    }

    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u64> {
        self.inner.purge(now, limit).await
    }
}
