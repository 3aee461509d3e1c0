//! What people show at log-in besides their password.

use async_trait::async_trait;
use blog_core::error::{Conflict, Entity, Error, Result};
use blog_core::id::UserId;
use blog_core::model::effects::Effects;
use blog_core::model::second_factor::{SecondFactor, TotpKey};
use blog_core::model::secret::SecretHash;
use blog_core::ports::SecondFactorStore;
use blog_core::time::Timestamp;
use sqlx::FromRow;

use super::SqlStore;
use super::args::{args, unsigned};
use super::db::Tx;
use super::effects;
use super::rows::{time, unreadable};
use super::users::{end_sessions, require_user};

#[derive(FromRow)]
struct SecondFactorRow {
    secret: Vec<u8>,
    created_at: i64,
    confirmed_at: Option<i64>,
    last_step: i64,
    failures: i64,
    codes_left: i64,
}

impl SecondFactorRow {
    fn second_factor(self) -> Result<SecondFactor> {
        let key: [u8; 20] = self
            .secret
            .try_into()
            .map_err(|_| unreadable("blog_second_factors.secret"))?;
        Ok(SecondFactor {
            key: TotpKey::from(key),
            created_at: time(self.created_at),
            confirmed_at: self.confirmed_at.map(time),
            last_step: unsigned(self.last_step),
            failures: unsigned(self.failures),
            codes_left: unsigned(self.codes_left),
        })
    }
}

/// Puts these codes in the place of all others.
async fn replace_codes(tx: &mut Tx<'_>, user: UserId, codes: &[SecretHash]) -> Result<()> {
    tx.run(
        "DELETE FROM blog_recovery_codes WHERE owner = ?",
        args![user],
    )
    .await?;
    for code in codes {
        tx.run(
            "INSERT INTO blog_recovery_codes (owner, code) VALUES (?, ?)",
            args![user, code.as_bytes().as_slice()],
        )
        .await?;
    }
    Ok(())
}

fn in_this_state(rows: u64) -> Result<()> {
    match rows {
        0 => Err(Conflict::State.into()),
        _ => Ok(()),
    }
}

#[async_trait]
impl SecondFactorStore for SqlStore {
    async fn begin(&self, user: UserId, key: &TotpKey, effects: Effects) -> Result<()> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                require_user(&mut tx, user).await?;
                let confirmed = tx
                    .any(
                        "SELECT 1 FROM blog_second_factors WHERE owner = ? AND confirmed_at IS NOT NULL",
                        args![user],
                    )
                    .await?;
                if confirmed {
                    return Err(Conflict::State.into());
                }
                tx.run("DELETE FROM blog_second_factors WHERE owner = ?", args![user])
                    .await?;
                replace_codes(&mut tx, user, &[]).await?;
                tx.run(
                    "INSERT INTO blog_second_factors \
                     (owner, secret, created_at, confirmed_at, last_step, failures, codes_left) \
                     VALUES (?, ?, ?, NULL, 0, 0, 0)",
                    args![user, key.as_bytes().as_slice(), effects.at],
                )
                .await?;
                effects::commit(tx, &effects).await
            })
            .await
    }

    async fn get(&self, user: UserId) -> Result<Option<SecondFactor>> {
        let row: Option<SecondFactorRow> = self
            .db
            .one(
                "SELECT secret, created_at, confirmed_at, last_step, failures, codes_left \
                 FROM blog_second_factors WHERE owner = ?",
                args![user],
            )
            .await?;
        row.map(SecondFactorRow::second_factor).transpose()
    }

    async fn confirm(
        &self,
        user: UserId,
        key: &TotpKey,
        step: u64,
        codes: &[SecretHash],
        effects: Effects,
    ) -> Result<()> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let confirmed = tx
                    .run(
                        "UPDATE blog_second_factors SET confirmed_at = ?, last_step = ?, codes_left = ? \
                         WHERE owner = ? AND secret = ? AND confirmed_at IS NULL",
                        args![
                            effects.at,
                            step,
                            codes.len(),
                            user,
                            key.as_bytes().as_slice(),
                        ],
                    )
                    .await?;
                in_this_state(confirmed)?;
                replace_codes(&mut tx, user, codes).await?;
                tx.run(
                    "UPDATE blog_users SET auth_epoch = auth_epoch + 1 WHERE id = ?",
                    args![user],
                )
                .await?;
                end_sessions(&mut tx, user).await?;
                effects::commit(tx, &effects).await
            })
            .await
    }

    async fn use_step(&self, user: UserId, step: u64, effects: Effects) -> Result<()> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let taken = tx
                    .run(
                        "UPDATE blog_second_factors SET last_step = ?, failures = 0 \
                         WHERE owner = ? AND confirmed_at IS NOT NULL AND last_step < ?",
                        args![step, user, step],
                    )
                    .await?;
                in_this_state(taken)?;
                effects::commit(tx, &effects).await
            })
            .await
    }

    async fn use_code(&self, user: UserId, code: &SecretHash, effects: Effects) -> Result<u64> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                // The delete decides: it touches the row for one caller only.
                let gone = tx
                    .run(
                        "DELETE FROM blog_recovery_codes WHERE owner = ? AND code = ?",
                        args![user, code.as_bytes().as_slice()],
                    )
                    .await?;
                if gone == 0 {
                    return Err(Error::NotFound(Entity::Token));
                }
                tx.run(
                    "UPDATE blog_second_factors SET codes_left = codes_left - 1, failures = 0 WHERE owner = ?",
                    args![user],
                )
                .await?;
                let left: Option<(i64,)> = tx
                    .one(
                        "SELECT codes_left FROM blog_second_factors WHERE owner = ?",
                        args![user],
                    )
                    .await?;
                effects::commit(tx, &effects).await?;
                Ok(left.map_or(0, |(left,)| unsigned(left)))
            })
            .await
    }

    async fn fail(&self, user: UserId, effects: Effects) -> Result<()> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let counted = tx
                    .run(
                        "UPDATE blog_second_factors SET failures = failures + 1 \
                         WHERE owner = ? AND confirmed_at IS NOT NULL",
                        args![user],
                    )
                    .await?;
                in_this_state(counted)?;
                effects::commit(tx, &effects).await
            })
            .await
    }

    async fn renew_codes(
        &self,
        user: UserId,
        codes: &[SecretHash],
        effects: Effects,
    ) -> Result<()> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let renewed = tx
                    .run(
                        "UPDATE blog_second_factors SET codes_left = ? \
                         WHERE owner = ? AND confirmed_at IS NOT NULL",
                        args![codes.len(), user],
                    )
                    .await?;
                in_this_state(renewed)?;
                replace_codes(&mut tx, user, codes).await?;
                effects::commit(tx, &effects).await
            })
            .await
    }

    async fn remove(&self, user: UserId, effects: Effects) -> Result<()> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let gone = tx
                    .run(
                        "DELETE FROM blog_second_factors WHERE owner = ?",
                        args![user],
                    )
                    .await?;
                in_this_state(gone)?;
                replace_codes(&mut tx, user, &[]).await?;
                effects::commit(tx, &effects).await
            })
            .await
    }

    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u64> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                // Asked again of the row that goes, so that this holds without the writers' order too.
                let gone = tx
                    .run(
                        "DELETE FROM blog_second_factors WHERE owner IN (SELECT owner FROM \
                         (SELECT owner FROM blog_second_factors WHERE confirmed_at IS NULL AND created_at < ? \
                         ORDER BY created_at LIMIT ?) AS begun) AND confirmed_at IS NULL AND created_at < ?",
                        args![now, limit, now],
                    )
                    .await?;
                tx.commit().await?;
                Ok(gone)
            })
            .await
    }
}
