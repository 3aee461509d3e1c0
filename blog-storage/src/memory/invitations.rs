//! Links that make an account.

use async_trait::async_trait;
use blog_core::error::{Conflict, Entity, Error};
use blog_core::id::InvitationId;
use blog_core::model::effects::Effects;
use blog_core::model::invitation::Invitation;
use blog_core::model::secret::SecretHash;
use blog_core::page::PageRequest;
use blog_core::ports::InvitationStore;
use blog_core::{Cursor, Page, Result, Timestamp};

use super::MemoryStore;

#[async_trait]
impl InvitationStore for MemoryStore {
    async fn create(&self, invitation: Invitation, effects: Effects) -> Result<()> {
        self.write(effects, |state, _| {
            state.user(invitation.maker)?;
            let mut known = state.invitations.values();
            if known.any(|known| known.id == invitation.id || known.token == invitation.token) {
                return Err(Conflict::Exists.into());
            }
            state.invitations.insert(invitation.id, invitation);
            Ok(())
        })
    }

    async fn find(&self, token: &SecretHash, now: Timestamp) -> Result<Invitation> {
        let state = self.lock();
        let found = state
            .invitations
            .values()
            .find(|one| one.token == *token && one.used_at.is_none() && one.expires_at > now);
        found.cloned().ok_or(Error::NotFound(Entity::Token))
    }

    async fn list(&self, page: PageRequest) -> Result<Page<Invitation>> {
        let state = self.lock();
        let after = page
            .after
            .map(|after| (after.at, InvitationId::from(after.id)));
        let mut found: Vec<Invitation> = state
            .invitations
            .values()
            .filter(|one| after.is_none_or(|after| (one.created_at, one.id) < after))
            .cloned()
            .collect();
        found.sort_by_key(|one| std::cmp::Reverse((one.created_at, one.id)));
        found.truncate(page.limit() + 1);
        Ok(Page::from_overfetch(found, page.limit(), |one| Cursor {
            at: one.created_at,
            id: one.id.uuid(),
        }))
    }

    async fn revoke(&self, id: InvitationId, effects: Effects) -> Result<()> {
        self.write(effects, |state, _| {
            let unused = |one: &Invitation| one.used_at.is_none();
            if !state.invitations.get(&id).is_some_and(unused) {
                return Err(Error::NotFound(Entity::Token));
            }
            state.invitations.remove(&id);
            Ok(())
        })
    }

    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u64> {
        let mut state = self.lock();
        let over = |one: &&Invitation| one.expires_at < now;
        let ids: Vec<InvitationId> = state
            .invitations
            .values()
            .filter(over)
            .take(usize::try_from(limit).unwrap_or(usize::MAX))
            .map(|one| one.id)
            .collect();
        for id in &ids {
            state.invitations.remove(id);
        }
        Ok(ids.len() as u64)
    }
}
