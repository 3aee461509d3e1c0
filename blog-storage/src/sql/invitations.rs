//! Links that make an account.

use async_trait::async_trait;
use blog_core::error::{Entity, Error, Result};
use blog_core::id::{InvitationId, UserId};
use blog_core::model::effects::Effects;
use blog_core::model::invitation::Invitation;
use blog_core::model::secret::SecretHash;
use blog_core::model::user::Role;
use blog_core::page::{Cursor, Page, PageRequest};
use blog_core::ports::InvitationStore;
use blog_core::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use super::SqlStore;
use super::args::args;
use super::effects;
use super::rows::{time, unreadable};
use super::users::require_user;

macro_rules! invitations {
    ($rest:literal) => {
        concat!(
            "SELECT id, token, maker, role, created_at, expires_at, used_at FROM blog_invitations WHERE ",
            $rest
        )
    };
}

#[derive(FromRow)]
pub(super) struct InvitationRow {
    id: Uuid,
    token: Vec<u8>,
    maker: Uuid,
    role: String,
    created_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
}

impl InvitationRow {
    pub(super) fn invitation(self) -> Result<Invitation> {
        let token: [u8; 32] = self
            .token
            .try_into()
            .map_err(|_| unreadable("blog_invitations.token"))?;
        let role = Role::try_from(self.role.as_str());
        Ok(Invitation {
            id: InvitationId::from(self.id),
            token: SecretHash::from(token),
            maker: UserId::from(self.maker),
            role: role.map_err(|_| unreadable("blog_invitations.role"))?,
            created_at: time(self.created_at),
            expires_at: time(self.expires_at),
            used_at: self.used_at.map(time),
        })
    }
}

#[async_trait]
impl InvitationStore for SqlStore {
    async fn create(&self, invitation: Invitation, effects: Effects) -> Result<()> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                require_user(&mut tx, invitation.maker).await?;
                tx.run(
                    "INSERT INTO blog_invitations (id, token, maker, role, created_at, expires_at, used_at) \
                     VALUES (?, ?, ?, ?, ?, ?, ?)",
                    args![
                        invitation.id,
                        invitation.token.as_bytes().as_slice(),
                        invitation.maker,
                        invitation.role.as_str(),
                        invitation.created_at,
                        invitation.expires_at,
                        invitation.used_at,
                    ],
                )
                .await?;
                effects::commit(tx, &effects).await
            })
            .await
    }

    async fn find(&self, token: &SecretHash, now: Timestamp) -> Result<Invitation> {
        let row: Option<InvitationRow> = self
            .db
            .one(
                invitations!("token = ? AND used_at IS NULL AND expires_at > ?"),
                args![token.as_bytes().as_slice(), now],
            )
            .await?;
        row.ok_or(Error::NotFound(Entity::Token))?.invitation()
    }

    async fn list(&self, page: PageRequest) -> Result<Page<Invitation>> {
        let (at, id) = super::newest_first(&page);
        let rows: Vec<InvitationRow> = self
            .db
            .all(
                invitations!(
                    "created_at <= ? AND (created_at < ? OR id < ?) ORDER BY created_at DESC, id DESC LIMIT ?"
                ),
                args![at, at, id, page.limit() + 1],
            )
            .await?;
        let found: Result<Vec<_>> = rows.into_iter().map(InvitationRow::invitation).collect();
        Ok(Page::from_overfetch(
            found?,
            page.limit(),
            |one: &Invitation| Cursor {
                at: one.created_at,
                id: one.id.uuid(),
            },
        ))
    }

    async fn revoke(&self, id: InvitationId, effects: Effects) -> Result<()> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let gone = tx
                    .run(
                        "DELETE FROM blog_invitations WHERE id = ? AND used_at IS NULL",
                        args![id],
                    )
                    .await?;
                if gone == 0 {
                    return Err(Error::NotFound(Entity::Token));
                }
                effects::commit(tx, &effects).await
            })
            .await
    }

    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u64> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let gone = tx
                    .run(
                        "DELETE FROM blog_invitations WHERE id IN (SELECT id FROM \
                         (SELECT id FROM blog_invitations WHERE expires_at < ? \
                         ORDER BY expires_at LIMIT ?) AS ended)",
                        args![now, limit],
                    )
                    .await?;
                tx.commit().await?;
                Ok(gone)
            })
            .await
    }
}
