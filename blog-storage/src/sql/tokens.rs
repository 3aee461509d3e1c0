//! One-time tokens.

use async_trait::async_trait;
use blog_core::error::{Entity, Error, Result};
use blog_core::id::UserId;
use blog_core::model::effects::Effects;
use blog_core::model::secret::SecretHash;
use blog_core::model::token::{Purpose, Token};
use blog_core::model::user::EmailAddress;
use blog_core::ports::TokenStore;
use blog_core::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use super::SqlStore;
use super::args::args;
use super::effects;
use super::rows::time;

#[derive(FromRow)]
struct TokenRow {
    owner: Option<Uuid>,
    email: Option<String>,
    created_at: i64,
    expires_at: i64,
}

impl TokenRow {
    fn token(self, hash: SecretHash, purpose: Purpose) -> Token {
        Token {
            hash,
            purpose,
            user: self.owner.map(UserId::from),
            email: self.email.map(EmailAddress::from_store),
            created_at: time(self.created_at),
            expires_at: time(self.expires_at),
        }
    }
}

/// The usable token: (hash, purpose, now).
const USABLE: &str = "SELECT owner, email, created_at, expires_at FROM blog_tokens \
     WHERE hash = ? AND purpose = ? AND expires_at > ?";

#[async_trait]
impl TokenStore for SqlStore {
    async fn issue(&self, token: Token, effects: Effects) -> Result<()> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                tx.run(
                    "INSERT INTO blog_tokens (hash, purpose, owner, email, created_at, expires_at) \
                 VALUES (?, ?, ?, ?, ?, ?)",
                    args![
                        token.hash.as_bytes().as_slice(),
                        token.purpose.as_str(),
                        token.user,
                        token.email.as_ref().map(EmailAddress::as_str),
                        token.created_at,
                        token.expires_at,
                    ],
                )
                .await?;
                effects::commit(tx, &effects).await
            })
            .await
    }

    async fn peek(&self, hash: &SecretHash, purpose: Purpose, now: Timestamp) -> Result<Token> {
        let row: Option<TokenRow> = self
            .db
            .one(
                USABLE,
                args![hash.as_bytes().as_slice(), purpose.as_str(), now],
            )
            .await?;
        let row = row.ok_or(Error::NotFound(Entity::Token))?;
        Ok(row.token(*hash, purpose))
    }

    async fn redeem(&self, hash: &SecretHash, purpose: Purpose, now: Timestamp) -> Result<Token> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let row: Option<TokenRow> = tx
                    .one(
                        USABLE,
                        args![hash.as_bytes().as_slice(), purpose.as_str(), now],
                    )
                    .await?;
                let row = row.ok_or(Error::NotFound(Entity::Token))?;
                // The delete decides: it touches the row for one caller only.
                let used = tx
                    .run(
                        "DELETE FROM blog_tokens WHERE hash = ?",
                        args![hash.as_bytes().as_slice()],
                    )
                    .await?;
                if used == 0 {
                    return Err(Error::NotFound(Entity::Token));
                }
                tx.commit().await?;
                Ok(row.token(*hash, purpose))
            })
            .await
    }

    async fn revoke(&self, user: Option<UserId>, purpose: Purpose) -> Result<()> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                match user {
                    Some(user) => {
                        tx.run(
                            "DELETE FROM blog_tokens WHERE owner = ? AND purpose = ?",
                            args![user, purpose.as_str()],
                        )
                        .await?
                    }
                    None => {
                        tx.run(
                            "DELETE FROM blog_tokens WHERE owner IS NULL AND purpose = ?",
                            args![purpose.as_str()],
                        )
                        .await?
                    }
                };
                tx.commit().await
            })
            .await
    }

    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u64> {
        self.db.retried(|| async {
            let mut tx = self.db.begin().await?;
            let gone = tx
                .run(
                    "DELETE FROM blog_tokens WHERE hash IN (SELECT hash FROM \
                     (SELECT hash FROM blog_tokens WHERE expires_at < ? ORDER BY expires_at LIMIT ?) AS ended)",
                    args![now, limit],
                )
                .await?;
            tx.commit().await?;
            Ok(gone)
        })
        .await
    }
}
