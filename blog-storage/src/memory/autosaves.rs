//! Text that writers have not saved.

use std::collections::hash_map::Entry;

use async_trait::async_trait;
use blog_core::error::{Conflict, Entity, Error};
use blog_core::id::{AutosaveId, PostId, UserId};
use blog_core::model::autosave::Autosave;
use blog_core::ports::AutosaveStore;
use blog_core::{Result, Timestamp};

use super::MemoryStore;
use super::state::State;

impl State {
    pub(super) fn forget(&mut self, writer: UserId, id: AutosaveId) {
        if let Entry::Occupied(kept) = self.autosaves.entry(id)
            && kept.get().writer == writer
        {
            kept.remove();
        }
    }

    /// A writer's texts, newest first.
    fn unsaved(&self, writer: UserId) -> Vec<&Autosave> {
        let own = self.autosaves.values();
        let mut own: Vec<&Autosave> = own.filter(|kept| kept.writer == writer).collect();
        own.sort_by_key(|kept| std::cmp::Reverse((kept.saved_at, kept.id)));
        own
    }
}

#[async_trait]
impl AutosaveStore for MemoryStore {
    async fn keep(&self, autosave: Autosave) -> Result<()> {
        let mut state = self.lock();
        match state.autosaves.get_mut(&autosave.id) {
            Some(kept) if kept.writer != autosave.writer => return Err(Conflict::Exists.into()),
            Some(kept) => {
                if kept.step < autosave.step {
                    *kept = Autosave {
                        post: kept.post,
                        ..autosave
                    };
                }
                return Ok(());
            }
            None => {}
        }
        let writer = autosave.writer;
        state.user(writer)?;
        if let Some(post) = autosave.post {
            state.post(post)?;
        }
        state.autosaves.insert(autosave.id, autosave);
        let oldest: Vec<AutosaveId> = state
            .unsaved(writer)
            .iter()
            .skip(Autosave::MAX_A_WRITER)
            .map(|kept| kept.id)
            .collect();
        for id in oldest {
            state.autosaves.remove(&id);
        }
        Ok(())
    }

    async fn get(&self, writer: UserId, id: AutosaveId) -> Result<Autosave> {
        let state = self.lock();
        let kept = state.autosaves.get(&id);
        kept.filter(|kept| kept.writer == writer)
            .cloned()
            .ok_or(Error::NotFound(Entity::Autosave))
    }

    async fn list(
        &self,
        writer: UserId,
        post: Option<PostId>,
        limit: u16,
    ) -> Result<Vec<Autosave>> {
        let state = self.lock();
        let own = state.unsaved(writer).into_iter();
        Ok(own
            .filter(|kept| kept.post == post)
            .take(usize::from(limit))
            .cloned()
            .collect())
    }

    async fn forget(&self, writer: UserId, id: AutosaveId) -> Result<()> {
        self.lock().forget(writer, id);
        Ok(())
    }

    async fn purge(&self, before: Timestamp, limit: u32) -> Result<u64> {
        let mut state = self.lock();
        let over: Vec<AutosaveId> = state
            .autosaves
            .values()
            .filter(|kept| kept.saved_at < before)
            .take(limit as usize)
            .map(|kept| kept.id)
            .collect();
        for id in &over {
            state.autosaves.remove(id);
        }
        Ok(over.len() as u64)
    }
}
