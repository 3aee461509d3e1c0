//! Likes and views.

use async_trait::async_trait;
use blog_core::error::{Entity, Error};
use blog_core::id::{PostId, UserId};
use blog_core::ports::EngagementStore;
use blog_core::ports::engagement::View;
use blog_core::{Result, Timestamp};

use super::MemoryStore;

#[async_trait]
impl EngagementStore for MemoryStore {
    async fn set_like(
        &self,
        post: PostId,
        user: UserId,
        liked: bool,
        at: Timestamp,
    ) -> Result<u64> {
        let mut state = self.lock();
        let has_user = state.users.contains_key(&user);
        let row = state.posts.get_mut(&post);
        let row = row.ok_or(Error::NotFound(Entity::Post))?;
        if !has_user {
            return Err(Error::NotFound(Entity::User));
        }
        match liked {
            true => {
                row.likes.entry(user).or_insert(at);
            }
            false => {
                row.likes.remove(&user);
            }
        }
        Ok(row.likes.len() as u64)
    }

    async fn record_views(&self, views: &[View]) -> Result<u64> {
        let mut state = self.lock();
        let state = &mut *state;
        let mut new = 0;
        for view in views {
            let Some(row) = state.posts.get_mut(&view.post) else {
                continue;
            };
            let visitors = state.views.entry(view.day).or_default();
            if visitors.insert((view.post, view.visitor)) {
                row.views += 1;
                new += 1;
            }
        }
        Ok(new)
    }

    async fn salt(&self, day: i64, proposal: [u8; 32]) -> Result<[u8; 32]> {
        Ok(*self.lock().salts.entry(day).or_insert(proposal))
    }

    async fn forget_before(&self, day: i64) -> Result<()> {
        let mut state = self.lock();
        state.salts = state.salts.split_off(&day);
        state.views = state.views.split_off(&day);
        Ok(())
    }
}
