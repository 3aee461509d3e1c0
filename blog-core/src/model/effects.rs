//! What a write leaves behind besides itself, committed in its own transaction.

use super::audit::{AuditAction, AuditEntry};
use super::letter::LetterText;
use super::outbox::{OutboxMessage, Task};
use super::user::EmailAddress;
use crate::id::{AuditId, AutosaveId, MessageId, UserId};
use crate::origin::Origin;
use crate::time::Timestamp;

/// The effects of one write. Either the write and all of these are stored, or none.
#[derive(Debug, Clone)]
pub struct Effects {
    /// The moment of the write: what `created_at`, `updated_at` and their like become.
    pub at: Timestamp,
    /// Entries for the audit log.
    pub audit: Vec<AuditEntry>,
    /// Work for later.
    pub outbox: Vec<OutboxMessage>,
    /// Unsaved texts that the write saves, with their writers; they go with it.
    pub forgets: Vec<(UserId, AutosaveId)>,
    /// Whether public pages change: raises the site's generation by one.
    pub invalidates: bool,
}

impl Effects {
    /// A write without effects.
    pub fn at(at: Timestamp) -> Self {
        Self {
            at,
            audit: Vec::new(),
            outbox: Vec::new(),
            forgets: Vec::new(),
            invalidates: false,
        }
    }

    /// With an audit entry, from where this is called.
    pub fn audit(
        mut self,
        actor: Option<UserId>,
        action: AuditAction,
        subject: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        self.audit.push(AuditEntry {
            id: AuditId::generate(),
            at: self.at,
            actor,
            origin: Origin::current(),
            action,
            subject: subject.into(),
            detail: detail.into(),
        });
        self
    }

    /// With a mail.
    pub fn letter(self, to: &EmailAddress, words: LetterText) -> Self {
        let now = self.at;
        let task = Task::Mail {
            to: to.to_string(),
            subject: words.subject,
            text: words.text,
        };
        self.later(now, task)
    }

    /// With work to be done from `available_at` on.
    pub fn later(mut self, available_at: Timestamp, task: Task) -> Self {
        self.outbox.push(OutboxMessage {
            id: MessageId::generate(),
            task,
            available_at,
            attempts: 0,
        });
        self
    }

    /// The writer's unsaved texts of these ids are saved with this write.
    pub fn forgetting(mut self, writer: UserId, ids: &[AutosaveId]) -> Self {
        self.forgets.extend(ids.iter().map(|id| (writer, *id)));
        self
    }

    /// The work that is due at once.
    pub(crate) fn due(&self) -> Vec<Task> {
        let due = self.outbox.iter().filter(|m| m.available_at <= self.at);
        due.map(|message| message.task.clone()).collect()
    }

    /// Public pages change.
    pub fn invalidating(mut self) -> Self {
        self.invalidates = true;
        self
    }
}
