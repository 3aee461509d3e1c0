//! Links that show a post to whoever has them.

use async_trait::async_trait;
use blog_core::error::{Entity, Error, Result};
use blog_core::id::{PostId, PreviewLinkId, UserId};
use blog_core::model::effects::Effects;
use blog_core::model::preview_link::{MadeLink, PreviewLink};
use blog_core::model::secret::SecretHash;
use blog_core::ports::PreviewLinkStore;
use blog_core::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use super::SqlStore;
use super::args::args;
use super::effects;
use super::rows::{time, unreadable};
use super::users::{UserColumns, require_user, user};

/// Links with their makers, by a condition.
macro_rules! links_where {
    ($condition:literal) => {
        concat!(
            "SELECT l.id AS link_id, l.token, l.post, l.created_at, l.expires_at, ",
            user!(),
            " FROM blog_preview_links l JOIN blog_users u ON u.id = l.maker \
             LEFT JOIN blog_media a ON a.id = u.avatar WHERE ",
            $condition
        )
    };
}

/// A link by itself.
#[derive(FromRow)]
pub(super) struct BareLinkRow {
    link_id: Uuid,
    token: Vec<u8>,
    post: Uuid,
    created_at: i64,
    expires_at: i64,
}

impl BareLinkRow {
    pub(super) fn link(self, maker: UserId) -> Result<PreviewLink> {
        let token: [u8; 32] = self
            .token
            .try_into()
            .map_err(|_| unreadable("blog_preview_links.token"))?;
        Ok(PreviewLink {
            id: PreviewLinkId::from(self.link_id),
            token: SecretHash::from(token),
            post: PostId::from(self.post),
            maker,
            created_at: time(self.created_at),
            expires_at: time(self.expires_at),
        })
    }
}

#[derive(FromRow)]
struct LinkRow {
    #[sqlx(flatten)]
    link: BareLinkRow,
    #[sqlx(flatten)]
    maker: UserColumns,
}

impl LinkRow {
    fn link(self) -> Result<MadeLink> {
        let maker = self.maker.user()?;
        Ok(MadeLink {
            link: self.link.link(maker.id)?,
            maker,
        })
    }
}

#[async_trait]
impl PreviewLinkStore for SqlStore {
    async fn create(&self, link: PreviewLink, effects: Effects) -> Result<()> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let post = "SELECT 1 FROM blog_posts WHERE id = ?";
                if !tx.any(post, args![link.post]).await? {
                    return Err(Error::NotFound(Entity::Post));
                }
                require_user(&mut tx, link.maker).await?;
                tx.run(
                "INSERT INTO blog_preview_links (id, token, post, maker, created_at, expires_at) \
                 VALUES (?, ?, ?, ?, ?, ?)",
                args![
                    link.id,
                    link.token.as_bytes().as_slice(),
                    link.post,
                    link.maker,
                    link.created_at,
                    link.expires_at,
                ],
            )
            .await?;
                effects::commit(tx, &effects).await
            })
            .await
    }

    async fn find(&self, token: &SecretHash, now: Timestamp) -> Result<MadeLink> {
        let row: Option<LinkRow> = self
            .db
            .one(
                links_where!("l.token = ? AND l.expires_at > ?"),
                args![token.as_bytes().as_slice(), now],
            )
            .await?;
        row.ok_or(Error::NotFound(Entity::Token))?.link()
    }

    async fn of_post(&self, post: PostId, now: Timestamp, limit: u16) -> Result<Vec<MadeLink>> {
        let rows: Vec<LinkRow> = self
            .db
            .all(
                links_where!(
                    "l.post = ? AND l.expires_at > ? ORDER BY l.created_at DESC, l.id DESC LIMIT ?"
                ),
                args![post, now, u32::from(limit)],
            )
            .await?;
        rows.into_iter().map(LinkRow::link).collect()
    }

    async fn revoke(&self, post: PostId, id: PreviewLinkId, effects: Effects) -> Result<()> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let revoked = tx
                    .run(
                        "DELETE FROM blog_preview_links WHERE id = ? AND post = ?",
                        args![id, post],
                    )
                    .await?;
                if revoked == 0 {
                    return Err(Error::NotFound(Entity::Token));
                }
                effects::commit(tx, &effects).await
            })
            .await
    }

    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u64> {
        self.db.retried(|| async {
            let mut tx = self.db.begin().await?;
            let gone = tx
                .run(
                    "DELETE FROM blog_preview_links WHERE id IN (SELECT id FROM \
                     (SELECT id FROM blog_preview_links WHERE expires_at < ? ORDER BY expires_at LIMIT ?) AS ended)",
                    args![now, limit],
                )
                .await?;
            tx.commit().await?;
            Ok(gone)
        })
        .await
    }
}
