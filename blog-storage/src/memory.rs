//! Everything in memory: for tests, demonstrations and throw-away blogs.
//!
//! It keeps the same contract as every other adapter, except that nothing outlives the process. All tables stand
//! behind one lock, and a write checks everything before it changes anything, so each call is a transaction.

mod audit;
mod autosaves;
mod catalog;
mod comments;
mod discovery;
mod engagement;
mod exports;
mod index;
mod intents;
mod invitations;
mod limits;
mod media;
mod outbox;
mod personal;
mod posts;
mod preview_links;
mod second_factors;
mod sessions;
mod site;
mod state;
mod static_pages;
mod tokens;
mod users;

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use blog_core::Result;
use blog_core::Timestamp;
use blog_core::backend::Health;
use blog_core::model::effects::Effects;

pub use media::MemoryMedia;
use state::State;

/// The name of this backend in errors.
const BACKEND: &str = "memory";

/// Records and the object index in memory: implements every relational port, and
/// [`ObjectIndex`](blog_core::ports::ObjectIndex).
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: Mutex<State>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// The tables. No call changes them before it has checked everything, and nothing between the first change and
    /// the last can panic, so a poisoned lock guards a whole state.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A transaction: `work` checks, then changes; its effects are stored only if it succeeded.
    fn write<T>(
        &self,
        effects: Effects,
        work: impl FnOnce(&mut State, Timestamp) -> Result<T>,
    ) -> Result<T> {
        let mut state = self.lock();
        state.check(&effects)?;
        let answer = work(&mut state, effects.at)?;
        state.commit(effects);
        Ok(answer)
    }
}

#[async_trait]
impl Health for MemoryStore {
    async fn ping(&self) -> Result<()> {
        Ok(())
    }
}
