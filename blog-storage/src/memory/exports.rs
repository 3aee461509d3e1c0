//! Archives of what is one person's.

use async_trait::async_trait;
use blog_core::error::{Conflict, Entity, Error};
use blog_core::id::{ExportId, UserId};
use blog_core::model::effects::Effects;
use blog_core::model::export::{Archive, ClaimedExport, Export, ExportWords, NewExport};
use blog_core::ports::ExportStore;
use blog_core::{Result, Timestamp};

use super::MemoryStore;
use super::state::State;

/// An export, and who makes it until when.
#[derive(Debug)]
pub(super) struct ExportRow {
    export: Export,
    words: ExportWords,
    leased_until: Option<Timestamp>,
}

impl State {
    /// The row that this attempt is for.
    fn attempt(&mut self, id: ExportId, attempt: u32) -> Result<&mut ExportRow> {
        let mut rows = self.exports.values_mut();
        rows.find(|row| {
            let export = &row.export;
            export.id == id && export.attempts == attempt && export.archive.is_none()
        })
        .ok_or(Error::NotFound(Entity::Lease))
    }
}

#[async_trait]
impl ExportStore for MemoryStore {
    async fn ask(&self, export: NewExport, effects: Effects) -> Result<()> {
        self.write(effects, |state, at| {
            state.user(export.owner)?;
            let earlier = state.exports.get(&export.owner);
            if earlier.is_some_and(|row| row.export.archive.is_none()) {
                return Err(Conflict::State.into());
            }
            let row = ExportRow {
                export: Export {
                    id: export.id,
                    owner: export.owner,
                    asked_at: at,
                    attempts: 0,
                    done: 0,
                    total: 0,
                    archive: None,
                },
                words: export.words,
                leased_until: None,
            };
            state.exports.insert(export.owner, row);
            Ok(())
        })
    }

    async fn of(&self, owner: UserId) -> Result<Option<Export>> {
        let state = self.lock();
        Ok(state.exports.get(&owner).map(|row| row.export.clone()))
    }

    async fn claim(&self, now: Timestamp, lease_until: Timestamp) -> Result<Option<ClaimedExport>> {
        let mut state = self.lock();
        let waiting = state.exports.values_mut().filter(|row| {
            row.export.archive.is_none() && row.leased_until.is_none_or(|until| until <= now)
        });
        let Some(row) = waiting.min_by_key(|row| (row.export.asked_at, row.export.id)) else {
            return Ok(None);
        };
        row.leased_until = Some(lease_until);
        row.export.attempts += 1;
        Ok(Some(ClaimedExport {
            export: row.export.clone(),
            words: row.words.clone(),
        }))
    }

    async fn note(
        &self,
        id: ExportId,
        attempt: u32,
        done: u64,
        total: u64,
        lease_until: Timestamp,
    ) -> Result<()> {
        let mut state = self.lock();
        let row = state.attempt(id, attempt)?;
        row.export.done = done;
        row.export.total = total;
        row.leased_until = Some(lease_until);
        Ok(())
    }

    async fn finish(
        &self,
        id: ExportId,
        attempt: u32,
        archive: Archive,
        effects: Effects,
    ) -> Result<()> {
        self.write(effects, |state, _| {
            let row = state.attempt(id, attempt)?;
            row.export.archive = Some(archive);
            row.words = ExportWords::default();
            row.leased_until = None;
            Ok(())
        })
    }

    async fn expired(&self, now: Timestamp, limit: u32) -> Result<Vec<Export>> {
        let state = self.lock();
        let mut expired: Vec<(Timestamp, Export)> = state
            .exports
            .values()
            .filter_map(|row| Some((row.export.archive?.expires_at, row.export.clone())))
            .filter(|(expires_at, _)| *expires_at <= now)
            .collect();
        expired.sort_by_key(|(expires_at, export)| (*expires_at, export.id));
        expired.truncate(limit as usize);
        Ok(expired.into_iter().map(|(_, export)| export).collect())
    }

    async fn forget(&self, id: ExportId, effects: Effects) -> Result<()> {
        self.write(effects, |state, _| {
            state.exports.retain(|_, row| row.export.id != id);
            Ok(())
        })
    }
}
