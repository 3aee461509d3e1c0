//! One-time tokens that are kept wrong.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Broken, records, round_trip};
use crate::backend::Backend;
use crate::error::{Entity, Error, Result};
use crate::id::UserId;
use crate::model::effects::Effects;
use crate::model::secret::SecretHash;
use crate::model::token::{Purpose, Token};
use crate::ports::TokenStore;
use crate::time::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    LookThenUse,
    AnyPurpose,
    NeverExpires,
    Reissued,
}

pub(super) fn all(working: &Backend) -> Vec<Broken> {
    let faults: [(&str, &[&str], Fault); 4] = [
        (
            "tokens-look-then-use",
            &["tokens-redeem-race"],
            Fault::LookThenUse,
        ),
        (
            "tokens-good-for-anything",
            &["tokens-redeem-purpose"],
            Fault::AnyPurpose,
        ),
        (
            "tokens-never-expire",
            &["tokens-redeem-expired"],
            Fault::NeverExpires,
        ),
        (
            "tokens-replaced-by-hash",
            &["tokens-issue-exists"],
            Fault::Reissued,
        ),
    ];
    let broken = |(name, caught_by, fault)| Broken {
        name,
        caught_by,
        backend: records(working, |records| {
            let inner = records.tokens.clone();
            records.tokens = Arc::new(Tokens { inner, fault });
        }),
    };
    faults.into_iter().map(broken).collect()
}

#[derive(Debug)]
struct Tokens {
    inner: Arc<dyn TokenStore>,
    fault: Fault,
}

#[async_trait]
impl TokenStore for Tokens {
    async fn issue(&self, token: Token, effects: Effects) -> Result<()> {
        match self.inner.issue(token, effects).await {
            Err(Error::Conflict(_)) if self.fault == Fault::Reissued => Ok(()),
            result => result,
        }
    }

    async fn peek(&self, hash: &SecretHash, purpose: Purpose, now: Timestamp) -> Result<Token> {
        self.inner.peek(hash, purpose, now).await
    }

    async fn redeem(&self, hash: &SecretHash, purpose: Purpose, now: Timestamp) -> Result<Token> {
        match self.fault {
            Fault::LookThenUse => {
                let token = self.inner.peek(hash, purpose, now).await?;
                round_trip().await;
                match self.inner.redeem(hash, purpose, now).await {
                    Ok(_) | Err(Error::NotFound(Entity::Token)) => Ok(token),
                    Err(error) => Err(error),
                }
            }
            Fault::AnyPurpose => {
                for purpose in [Purpose::Owner, Purpose::Verify, Purpose::Reset] {
                    if let Ok(token) = self.inner.redeem(hash, purpose, now).await {
                        return Ok(token);
                    }
                }
                self.inner.redeem(hash, Purpose::Invite, now).await
            }
            Fault::NeverExpires => self.inner.redeem(hash, purpose, Timestamp::EPOCH).await,
            Fault::Reissued => self.inner.redeem(hash, purpose, now).await,
        }
    }

    async fn revoke(&self, user: Option<UserId>, purpose: Purpose) -> Result<()> {
        self.inner.revoke(user, purpose).await
    }

    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u64> {
        self.inner.purge(now, limit).await
    }
}
