//! Links that show a post to whoever has them.

use async_trait::async_trait;
use blog_core::error::{Conflict, Entity, Error};
use blog_core::id::{PostId, PreviewLinkId};
use blog_core::model::effects::Effects;
use blog_core::model::preview_link::{MadeLink, PreviewLink};
use blog_core::model::secret::SecretHash;
use blog_core::ports::PreviewLinkStore;
use blog_core::{Result, Timestamp};

use super::MemoryStore;
use super::state::State;

impl State {
    fn join_link(&self, link: &PreviewLink) -> Result<MadeLink> {
        Ok(MadeLink {
            maker: self.join_user(self.user(link.maker)?),
            link: link.clone(),
        })
    }
}

#[async_trait]
impl PreviewLinkStore for MemoryStore {
    async fn create(&self, link: PreviewLink, effects: Effects) -> Result<()> {
        self.write(effects, |state, _| {
            state.post(link.post)?;
            state.user(link.maker)?;
            let mut known = state.preview_links.values();
            if known.any(|known| known.id == link.id || known.token == link.token) {
                return Err(Conflict::Exists.into());
            }
            state.preview_links.insert(link.id, link);
            Ok(())
        })
    }

    async fn find(&self, token: &SecretHash, now: Timestamp) -> Result<MadeLink> {
        let state = self.lock();
        let mut links = state.preview_links.values();
        let link = links.find(|link| link.token == *token && link.expires_at > now);
        state.join_link(link.ok_or(Error::NotFound(Entity::Token))?)
    }

    async fn of_post(&self, post: PostId, now: Timestamp, limit: u16) -> Result<Vec<MadeLink>> {
        let state = self.lock();
        let links = state.preview_links.values();
        let mut links: Vec<&PreviewLink> = links
            .filter(|link| link.post == post && link.expires_at > now)
            .collect();
        links.sort_unstable_by_key(|link| std::cmp::Reverse((link.created_at, link.id)));
        let links = links.into_iter().take(usize::from(limit));
        links.map(|link| state.join_link(link)).collect()
    }

    async fn revoke(&self, post: PostId, id: PreviewLinkId, effects: Effects) -> Result<()> {
        self.write(effects, |state, _| {
            let link = state.preview_links.get(&id);
            if link.is_none_or(|link| link.post != post) {
                return Err(Error::NotFound(Entity::Token));
            }
            state.preview_links.remove(&id);
            Ok(())
        })
    }

    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u64> {
        let mut state = self.lock();
        let expired: Vec<PreviewLinkId> = state
            .preview_links
            .values()
            .filter(|link| link.expires_at < now)
            .take(limit as usize)
            .map(|link| link.id)
            .collect();
        for id in &expired {
            state.preview_links.remove(id);
        }
        Ok(expired.len() as u64)
    }
}
