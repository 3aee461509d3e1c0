//! The outbox.

use async_trait::async_trait;
use blog_core::error::{Entity, Error};
use blog_core::id::MessageId;
use blog_core::model::outbox::{OutboxMessage, Task};
use blog_core::ports::Outbox;
use blog_core::{Result, Timestamp};

use super::MemoryStore;
use super::state::State;

/// A message and its lease.
#[derive(Debug)]
pub(super) struct OutboxRow {
    message: OutboxMessage,
    /// Until when its last claimer has it; nobody, if it was never claimed or was given back.
    leased_until: Option<Timestamp>,
}

impl State {
    /// Mail to an address that has not left.
    pub(super) fn forget_mail(&mut self, address: &str) {
        let theirs = |row: &OutboxRow| match &row.message.task {
            Task::Mail { to, .. } | Task::LastMail { to, .. } => to == address,
            _ => false,
        };
        self.outbox.retain(|_, row| !theirs(row));
        let left = &self.outbox;
        self.outbox_due.retain(|(_, id)| left.contains_key(id));
    }
}

impl OutboxRow {
    pub(super) fn new(message: OutboxMessage) -> Self {
        Self {
            message,
            leased_until: None,
        }
    }
}

impl State {
    /// The row that the lease named by `attempts` is for.
    fn leased(&mut self, id: MessageId, attempts: u32) -> Result<&mut OutboxRow> {
        let row = self.outbox.get_mut(&id);
        row.filter(|row| row.message.attempts == attempts && row.leased_until.is_some())
            .ok_or(Error::NotFound(Entity::Lease))
    }
}

#[async_trait]
impl Outbox for MemoryStore {
    async fn claim(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
    ) -> Result<Vec<OutboxMessage>> {
        let mut state = self.lock();
        let state = &mut *state;
        let mut claimed = Vec::new();
        for (available_at, id) in &state.outbox_due {
            if *available_at > now || claimed.len() >= limit as usize {
                break;
            }
            let Some(row) = state.outbox.get_mut(id) else {
                continue;
            };
            if row.leased_until.is_some_and(|until| until > now) {
                continue;
            }
            row.leased_until = Some(lease_until);
            row.message.attempts += 1;
            claimed.push(row.message.clone());
        }
        Ok(claimed)
    }

    async fn done(&self, id: MessageId, attempts: u32) -> Result<()> {
        let mut state = self.lock();
        let available_at = state.leased(id, attempts)?.message.available_at;
        state.outbox_due.remove(&(available_at, id));
        state.outbox.remove(&id);
        Ok(())
    }

    async fn retry(&self, id: MessageId, attempts: u32, retry_at: Timestamp) -> Result<()> {
        let mut state = self.lock();
        let row = state.leased(id, attempts)?;
        let available_at = std::mem::replace(&mut row.message.available_at, retry_at);
        row.leased_until = None;
        state.outbox_due.remove(&(available_at, id));
        state.outbox_due.insert((retry_at, id));
        Ok(())
    }
}
