//! One-time tokens.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::error::Result;
use crate::id::UserId;
use crate::model::effects::Effects;
use crate::model::secret::SecretHash;
use crate::model::token::{Purpose, Token};
use crate::time::Timestamp;

/// One-time tokens.
#[async_trait]
pub trait TokenStore: Debug + Send + Sync + 'static {
    /// Stores a token, with its effects (the mail that carries it). `Conflict(Exists)` when its hash is stored already.
    async fn issue(&self, token: Token, effects: Effects) -> Result<()>;

    /// Looks without using it up: `NotFound(Token)` when there is none of this purpose, or it is used, or expired at
    /// `now` (the moment itself is expired).
    async fn peek(&self, hash: &SecretHash, purpose: Purpose, now: Timestamp) -> Result<Token>;

    /// Uses it up. Of any number of redemptions at once exactly one succeeds; the others, and every later one, get
    /// `NotFound(Token)`, as do a wrong purpose and an expired token.
    async fn redeem(&self, hash: &SecretHash, purpose: Purpose, now: Timestamp) -> Result<Token>;

    /// Revokes the tokens of a purpose: of one user, or with `None` those that belong to nobody.
    async fn revoke(&self, user: Option<UserId>, purpose: Purpose) -> Result<()>;

    /// Deletes tokens that expired before `now`, at most `limit`; returns how many.
    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u64>;
}
