//! What people show at log-in besides their password.

use std::collections::HashSet;

use async_trait::async_trait;
use blog_core::error::{Conflict, Entity, Error};
use blog_core::id::UserId;
use blog_core::model::effects::Effects;
use blog_core::model::second_factor::{SecondFactor, TotpKey};
use blog_core::model::secret::SecretHash;
use blog_core::ports::SecondFactorStore;
use blog_core::{Result, Timestamp};

use super::MemoryStore;
use super::state::State;

/// A second factor; how many codes are left is counted when it is read.
#[derive(Debug)]
pub(super) struct SecondFactorRow {
    pub(super) factor: SecondFactor,
    codes: HashSet<SecretHash>,
}

impl State {
    fn confirmed(&mut self, user: UserId) -> Result<&mut SecondFactorRow> {
        let row = self.second_factors.get_mut(&user);
        row.filter(|row| row.factor.confirmed_at.is_some())
            .ok_or_else(|| Conflict::State.into())
    }
}

#[async_trait]
impl SecondFactorStore for MemoryStore {
    async fn begin(&self, user: UserId, key: &TotpKey, effects: Effects) -> Result<()> {
        self.write(effects, |state, at| {
            state.user(user)?;
            if state.confirmed(user).is_ok() {
                return Err(Conflict::State.into());
            }
            let factor = SecondFactor {
                key: key.clone(),
                created_at: at,
                confirmed_at: None,
                last_step: 0,
                failures: 0,
                codes_left: 0,
            };
            let codes = HashSet::new();
            let row = SecondFactorRow { factor, codes };
            state.second_factors.insert(user, row);
            Ok(())
        })
    }

    async fn get(&self, user: UserId) -> Result<Option<SecondFactor>> {
        let state = self.lock();
        let row = state.second_factors.get(&user);
        Ok(row.map(|row| SecondFactor {
            codes_left: row.codes.len() as u64,
            ..row.factor.clone()
        }))
    }

    async fn confirm(
        &self,
        user: UserId,
        key: &TotpKey,
        step: u64,
        codes: &[SecretHash],
        effects: Effects,
    ) -> Result<()> {
        self.write(effects, |state, at| {
            let row = state.second_factors.get_mut(&user);
            let pending =
                row.filter(|row| row.factor.confirmed_at.is_none() && row.factor.key == *key);
            let row = pending.ok_or(Conflict::State)?;
            row.factor.confirmed_at = Some(at);
            row.factor.last_step = step;
            row.codes = codes.iter().copied().collect();
            state.end_sessions(user);
            Ok(())
        })
    }

    async fn use_step(&self, user: UserId, step: u64, effects: Effects) -> Result<()> {
        self.write(effects, |state, _| {
            let row = state.confirmed(user)?;
            if row.factor.last_step >= step {
                return Err(Conflict::State.into());
            }
            row.factor.last_step = step;
            row.factor.failures = 0;
            Ok(())
        })
    }

    async fn use_code(&self, user: UserId, code: &SecretHash, effects: Effects) -> Result<u64> {
        self.write(effects, |state, _| {
            let row = state.confirmed(user);
            let row = row.map_err(|_| Error::NotFound(Entity::Token))?;
            if !row.codes.remove(code) {
                return Err(Error::NotFound(Entity::Token));
            }
            row.factor.failures = 0;
            Ok(row.codes.len() as u64)
        })
    }

    async fn fail(&self, user: UserId, effects: Effects) -> Result<()> {
        self.write(effects, |state, _| {
            state.confirmed(user)?.factor.failures += 1;
            Ok(())
        })
    }

    async fn renew_codes(
        &self,
        user: UserId,
        codes: &[SecretHash],
        effects: Effects,
    ) -> Result<()> {
        self.write(effects, |state, _| {
            state.confirmed(user)?.codes = codes.iter().copied().collect();
            Ok(())
        })
    }

    async fn remove(&self, user: UserId, effects: Effects) -> Result<()> {
        self.write(effects, |state, _| {
            let gone = state.second_factors.remove(&user);
            gone.map(drop).ok_or_else(|| Conflict::State.into())
        })
    }

    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u64> {
        let mut state = self.lock();
        let rows = state.second_factors.iter();
        let over: Vec<UserId> = rows
            .filter(|(_, row)| row.factor.confirmed_at.is_none() && row.factor.created_at < now)
            .take(limit as usize)
            .map(|(user, _)| *user)
            .collect();
        for user in &over {
            state.second_factors.remove(user);
        }
        Ok(over.len() as u64)
    }
}
