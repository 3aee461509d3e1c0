//! Log-ins that last.

use async_trait::async_trait;
use blog_core::error::{Entity, Error, Result};
use blog_core::id::{SessionId, UserId};
use blog_core::model::effects::Effects;
use blog_core::model::secret::SecretHash;
use blog_core::model::session::{Session, SessionTouch};
use blog_core::model::user::User;
use blog_core::ports::SessionStore;
use blog_core::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use super::SqlStore;
use super::args::{args, unsigned};
use super::effects;
use super::rows::{time, unreadable};
use super::users::{UserColumns, require_user, user};

/// The columns of a session `s`.
macro_rules! session {
    () => {
        "s.id AS session_id, s.token, s.owner, s.auth_epoch, s.remember, s.created_at, s.last_seen_at, s.password_at, \
         s.idle_expires_at, s.expires_at, s.device"
    };
}

#[derive(FromRow)]
struct SessionColumns {
    session_id: Uuid,
    token: Vec<u8>,
    owner: Uuid,
    auth_epoch: i64,
    remember: i64,
    created_at: i64,
    last_seen_at: i64,
    password_at: i64,
    idle_expires_at: i64,
    expires_at: i64,
    device: String,
}

impl SessionColumns {
    fn session(self) -> Result<Session> {
        let token: [u8; 32] = self
            .token
            .try_into()
            .map_err(|_| unreadable("blog_sessions.token"))?;
        Ok(Session {
            id: SessionId::from(self.session_id),
            token: SecretHash::from(token),
            user: UserId::from(self.owner),
            auth_epoch: unsigned(self.auth_epoch),
            remember: self.remember != 0,
            created_at: time(self.created_at),
            last_seen_at: time(self.last_seen_at),
            password_at: time(self.password_at),
            idle_expires_at: time(self.idle_expires_at),
            expires_at: time(self.expires_at),
            device: self.device,
        })
    }
}

#[derive(FromRow)]
struct AuthenticatedRow {
    #[sqlx(flatten)]
    session: SessionColumns,
    #[sqlx(flatten)]
    user: UserColumns,
}

#[async_trait]
impl SessionStore for SqlStore {
    async fn create(&self, session: Session, effects: Effects) -> Result<()> {
        self.db.retried(|| async {
            let mut tx = self.db.begin().await?;
            require_user(&mut tx, session.user).await?;
            tx.run(
                "INSERT INTO blog_sessions (id, token, owner, auth_epoch, remember, created_at, last_seen_at, \
                 password_at, idle_expires_at, expires_at, ends_at, device) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                args![
                    session.id,
                    session.token.as_bytes().as_slice(),
                    session.user,
                    session.auth_epoch,
                    session.remember,
                    session.created_at,
                    session.last_seen_at,
                    session.password_at,
                    session.idle_expires_at,
                    session.expires_at,
                    session.idle_expires_at.min(session.expires_at),
                    session.device.as_str(),
                ],
            )
            .await?;
            effects::commit(tx, &effects).await
        })
        .await
    }

    async fn authenticate(&self, token: &SecretHash, now: Timestamp) -> Result<(Session, User)> {
        let row: Option<AuthenticatedRow> = self
            .db
            .one(
                concat!(
                    "SELECT ",
                    session!(),
                    ", ",
                    user!(),
                    " FROM blog_sessions s JOIN blog_users u ON u.id = s.owner \
                     LEFT JOIN blog_media a ON a.id = u.avatar \
                     WHERE s.token = ? AND s.idle_expires_at > ? AND s.expires_at > ? \
                     AND s.auth_epoch = u.auth_epoch AND u.suspended = 0"
                ),
                args![token.as_bytes().as_slice(), now, now],
            )
            .await?;
        let row = row.ok_or(Error::NotFound(Entity::Session))?;
        Ok((row.session.session()?, row.user.user()?))
    }

    async fn touch(&self, touches: &[SessionTouch]) -> Result<()> {
        if touches.is_empty() {
            return Ok(());
        }
        self.db.retried(|| async {
            let mut tx = self.db.begin().await?;
            for touch in touches {
                let (at, idle) = (touch.at, touch.idle_expires_at);
                // Assignments see the row as it was in SQLite and from left to right in MySQL: ends_at repeats the choice.
                tx.run(
                    "UPDATE blog_sessions SET \
                     last_seen_at = CASE WHEN last_seen_at < ? THEN ? ELSE last_seen_at END, \
                     ends_at = CASE WHEN expires_at < ? THEN expires_at WHEN ends_at < ? THEN ? ELSE ends_at END, \
                     idle_expires_at = CASE WHEN idle_expires_at < ? THEN ? ELSE idle_expires_at END \
                     WHERE id = ?",
                    args![at, at, idle, idle, idle, idle, idle, touch.id],
                )
                .await?;
            }
            tx.commit().await
        })
        .await
    }

    async fn confirm_password(&self, id: SessionId, at: Timestamp) -> Result<()> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let changed = tx
                    .run(
                        "UPDATE blog_sessions SET password_at = ? WHERE id = ?",
                        args![at, id],
                    )
                    .await?;
                if changed == 0 {
                    return Err(Error::NotFound(Entity::Session));
                }
                tx.commit().await
            })
            .await
    }

    async fn delete(&self, token: &SecretHash, effects: Effects) -> Result<()> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                tx.run(
                    "DELETE FROM blog_sessions WHERE token = ?",
                    args![token.as_bytes().as_slice()],
                )
                .await?;
                effects::commit(tx, &effects).await
            })
            .await
    }

    async fn delete_all(
        &self,
        user: UserId,
        except: Option<SessionId>,
        effects: Effects,
    ) -> Result<()> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                match except {
                    Some(except) => {
                        tx.run(
                            "DELETE FROM blog_sessions WHERE owner = ? AND id <> ?",
                            args![user, except],
                        )
                        .await?
                    }
                    None => {
                        tx.run("DELETE FROM blog_sessions WHERE owner = ?", args![user])
                            .await?
                    }
                };
                effects::commit(tx, &effects).await
            })
            .await
    }

    async fn end(&self, user: UserId, id: SessionId, effects: Effects) -> Result<()> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                tx.run(
                    "DELETE FROM blog_sessions WHERE id = ? AND owner = ?",
                    args![id, user],
                )
                .await?;
                effects::commit(tx, &effects).await
            })
            .await
    }

    async fn list(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>> {
        let rows: Vec<SessionColumns> = self
            .db
            .all(
                concat!(
                    "SELECT ",
                    session!(),
                    " FROM blog_sessions s JOIN blog_users u ON u.id = s.owner \
                     WHERE s.owner = ? AND s.idle_expires_at > ? AND s.expires_at > ? \
                     AND s.auth_epoch = u.auth_epoch AND u.suspended = 0 \
                     ORDER BY s.created_at DESC, s.id DESC LIMIT 100"
                ),
                args![user, now, now],
            )
            .await?;
        rows.into_iter().map(SessionColumns::session).collect()
    }

    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u64> {
        self.db.retried(|| async {
            let mut tx = self.db.begin().await?;
            let gone = tx
                .run(
                    "DELETE FROM blog_sessions WHERE id IN (SELECT id FROM \
                     (SELECT id FROM blog_sessions WHERE ends_at < ? ORDER BY ends_at LIMIT ?) AS ended)",
                    args![now, limit],
                )
                .await?;
            tx.commit().await?;
            Ok(gone)
        })
        .await
    }
}
