//! One-time tokens.

use async_trait::async_trait;
use blog_core::error::{Conflict, Entity, Error};
use blog_core::id::UserId;
use blog_core::model::effects::Effects;
use blog_core::model::secret::SecretHash;
use blog_core::model::token::{Purpose, Token};
use blog_core::ports::TokenStore;
use blog_core::{Result, Timestamp};

use super::MemoryStore;
use super::state::State;

impl State {
    fn usable(&self, hash: &SecretHash, purpose: Purpose, now: Timestamp) -> Result<Token> {
        let token = self.tokens.get(hash);
        token
            .filter(|token| token.purpose == purpose && token.expires_at > now)
            .cloned()
            .ok_or(Error::NotFound(Entity::Token))
    }
}

#[async_trait]
impl TokenStore for MemoryStore {
    async fn issue(&self, token: Token, effects: Effects) -> Result<()> {
        self.write(effects, |state, _| {
            if state.tokens.contains_key(&token.hash) {
                return Err(Conflict::Exists.into());
            }
            state.tokens.insert(token.hash, token);
            Ok(())
        })
    }

    async fn peek(&self, hash: &SecretHash, purpose: Purpose, now: Timestamp) -> Result<Token> {
        self.lock().usable(hash, purpose, now)
    }

    async fn redeem(&self, hash: &SecretHash, purpose: Purpose, now: Timestamp) -> Result<Token> {
        let mut state = self.lock();
        let token = state.usable(hash, purpose, now)?;
        state.tokens.remove(hash);
        Ok(token)
    }

    async fn revoke(&self, user: Option<UserId>, purpose: Purpose) -> Result<()> {
        let mut state = self.lock();
        state
            .tokens
            .retain(|_, token| token.user != user || token.purpose != purpose);
        Ok(())
    }

    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u64> {
        let mut state = self.lock();
        let expired: Vec<SecretHash> = state
            .tokens
            .values()
            .filter(|token| token.expires_at < now)
            .take(limit as usize)
            .map(|token| token.hash)
            .collect();
        for hash in &expired {
            state.tokens.remove(hash);
        }
        Ok(expired.len() as u64)
    }
}
