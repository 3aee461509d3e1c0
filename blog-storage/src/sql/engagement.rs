//! Likes and views.

use std::collections::HashMap;

use async_trait::async_trait;
use blog_core::error::{Entity, Error, Result};
use blog_core::id::{PostId, UserId};
use blog_core::ports::EngagementStore;
use blog_core::ports::engagement::View;
use blog_core::time::Timestamp;

use super::SqlStore;
use super::args::{args, unsigned};
use super::rows::unreadable;
use super::users::require_user;

fn salt(stored: Vec<u8>) -> Result<[u8; 32]> {
    stored.try_into().map_err(|_| unreadable("blog_salts.salt"))
}

const SALT: &str = "SELECT salt FROM blog_salts WHERE day = ?";

#[async_trait]
impl EngagementStore for SqlStore {
    async fn set_like(
        &self,
        post: PostId,
        user: UserId,
        liked: bool,
        at: Timestamp,
    ) -> Result<u64> {
        let likes = "SELECT likes FROM blog_posts WHERE id = ?";
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let before: Option<(i64,)> = tx.one(likes, args![post]).await?;
                let (before,) = before.ok_or(Error::NotFound(Entity::Post))?;
                require_user(&mut tx, user).await?;
                let changed = if liked {
                    let insert = tx.dialect().insert_like;
                    tx.run(insert, args![post, user, at]).await?
                } else {
                    tx.run(
                        "DELETE FROM blog_likes WHERE post = ? AND liker = ?",
                        args![post, user],
                    )
                    .await?
                };
                if changed == 0 {
                    return Ok(unsigned(before));
                }
                let step = if liked { 1_i64 } else { -1 };
                tx.run(
                    "UPDATE blog_posts SET likes = likes + ? WHERE id = ?",
                    args![step, post],
                )
                .await?;
                let after: Option<(i64,)> = tx.one(likes, args![post]).await?;
                tx.commit().await?;
                Ok(unsigned(after.map_or(0, |(likes,)| likes)))
            })
            .await
    }

    async fn record_views(&self, views: &[View]) -> Result<u64> {
        if views.is_empty() {
            return Ok(0);
        }
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let insert = tx.dialect().insert_view;
                let mut by_post: HashMap<PostId, u64> = HashMap::new();
                for view in views {
                    let new = tx
                        .run(insert, args![view.day, view.visitor.as_slice(), view.post])
                        .await?;
                    if new > 0 {
                        *by_post.entry(view.post).or_default() += 1;
                    }
                }
                let mut counted = 0;
                for (post, new) in by_post {
                    tx.run(
                        "UPDATE blog_posts SET views = views + ? WHERE id = ?",
                        args![new, post],
                    )
                    .await?;
                    counted += new;
                }
                tx.commit().await?;
                Ok(counted)
            })
            .await
    }

    async fn salt(&self, day: i64, proposal: [u8; 32]) -> Result<[u8; 32]> {
        if let Some((stored,)) = self.db.one::<(Vec<u8>,)>(SALT, args![day]).await? {
            return salt(stored);
        }
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let insert = tx.dialect().insert_salt;
                tx.run(insert, args![day, proposal.as_slice()]).await?;
                let stored: Option<(Vec<u8>,)> = tx.one(SALT, args![day]).await?;
                tx.commit().await?;
                let (stored,) = stored.ok_or_else(|| unreadable("blog_salts.salt"))?;
                salt(stored)
            })
            .await
    }

    async fn forget_before(&self, day: i64) -> Result<()> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                tx.run("DELETE FROM blog_salts WHERE day < ?", args![day])
                    .await?;
                tx.run("DELETE FROM blog_views WHERE day < ?", args![day])
                    .await?;
                tx.commit().await
            })
            .await
    }
}
