//! What people show at log-in besides their password.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::error::Result;
use crate::id::UserId;
use crate::model::effects::Effects;
use crate::model::second_factor::{SecondFactor, TotpKey};
use crate::model::secret::SecretHash;
use crate::time::Timestamp;

/// Second factors, at most one a user. One counts from [`confirm`](Self::confirm) on; then
/// [`User::second_factor`](crate::model::user::User::second_factor) tells since when.
#[async_trait]
pub trait SecondFactorStore: Debug + Send + Sync + 'static {
    /// Stores a key that is not confirmed yet, in the place of another such one.
    ///
    /// `NotFound(User)` when there is no such user, `Conflict(State)` when theirs is confirmed already.
    async fn begin(&self, user: UserId, key: &TotpKey, effects: Effects) -> Result<()>;

    /// A user's, confirmed or not; `None` when they have none.
    async fn get(&self, user: UserId) -> Result<Option<SecondFactor>>;

    /// Confirms this key, with the step whose code showed it and the hashes of recovery codes; raises the epoch and deletes
    /// the user's sessions.
    ///
    /// `Conflict(State)` when the key is not the stored one, or is confirmed already: of any number of confirmations at once
    /// exactly one succeeds.
    async fn confirm(
        &self,
        user: UserId,
        key: &TotpKey,
        step: u64,
        codes: &[SecretHash],
        effects: Effects,
    ) -> Result<()>;

    /// Takes a code of this step of a confirmed second factor, and forgets the failures.
    ///
    /// `Conflict(State)` when a code of this step or a later one was taken before, or there is nothing confirmed: of any
    /// number of uses of one step at once exactly one succeeds.
    async fn use_step(&self, user: UserId, step: u64, effects: Effects) -> Result<()>;

    /// Takes a recovery code, which is gone then, and forgets the failures; how many are left.
    ///
    /// `NotFound(Token)` when the user has no such code: of any number of uses of one code at once exactly one succeeds.
    async fn use_code(&self, user: UserId, code: &SecretHash, effects: Effects) -> Result<u64>;

    /// Counts a code that was refused; nothing else changes. `Conflict(State)` when there is nothing confirmed.
    async fn fail(&self, user: UserId, effects: Effects) -> Result<()>;

    /// Puts these recovery codes in the place of all others. `Conflict(State)` when there is nothing confirmed.
    async fn renew_codes(&self, user: UserId, codes: &[SecretHash], effects: Effects)
    -> Result<()>;

    /// Takes a user's second factor away, confirmed or not, with its recovery codes. `Conflict(State)` when there is none.
    async fn remove(&self, user: UserId, effects: Effects) -> Result<()>;

    /// Deletes what was begun before `now` and not confirmed, at most `limit`; returns how many.
    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u64>;
}
