//! The intents of an embedded media store.

use std::ops::Bound;

use async_trait::async_trait;
use blog_core::id::UserId;
use blog_core::model::index::{Intent, Sequencer};
use blog_core::model::media::ObjectKey;
use blog_core::ports::IntentLog;
use blog_core::{Result, Timestamp};

use super::MemoryStore;

#[async_trait]
impl IntentLog for MemoryStore {
    async fn begin(&self, key: &ObjectKey, owner: Option<UserId>, at: Timestamp) -> Result<Intent> {
        let mut state = self.lock();
        state.last_intent += 1;
        let intent = Intent {
            id: state.last_intent,
            key: key.clone(),
            owner,
            at,
        };
        state.intents.insert(intent.id, intent.clone());
        Ok(intent)
    }

    async fn next_sequencer(&self) -> Result<Sequencer> {
        let mut state = self.lock();
        state.last_sequencer += 1;
        Ok(Sequencer::from_counter(state.last_sequencer))
    }

    async fn finish(&self, intent: u64) -> Result<()> {
        self.lock().intents.remove(&intent);
        Ok(())
    }

    async fn pending(&self, after: Option<u64>, limit: u32) -> Result<Vec<Intent>> {
        let state = self.lock();
        let begin = after.map_or(Bound::Unbounded, Bound::Excluded);
        let intents = state.intents.range((begin, Bound::Unbounded));
        Ok(intents
            .take(limit as usize)
            .map(|(_, intent)| intent.clone())
            .collect())
    }
}
