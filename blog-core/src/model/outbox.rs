//! Work that a transaction leaves behind: claimed, done, acknowledged; at least once.

use serde::{Deserialize, Serialize};

use super::letter::LetterText;
use crate::id::{MediaId, MessageId, PostId, UserId};
use crate::time::Timestamp;

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Task {
    /// Bring the public copies of these items in line with their use.
    SyncMedia {
        /// Which.
        media: Vec<MediaId>,
    },
    /// Give a scheduled post whose time has come the address of its title.
    SettleSlug {
        /// Which.
        post: PostId,
        /// Where it stands until then; one that was moved since is left.
        slug: String,
    },
    /// Delete these objects of the media store.
    DeleteObjects {
        /// Full keys.
        keys: Vec<String>,
    },
    /// Erase a user whose time has come, unless they came back.
    EraseUser {
        /// Whom.
        user: UserId,
        /// What they are told at the end, in the words of when they asked: [`Receipt::fill`](super::receipt::Receipt::fill)
        /// puts the counts in.
        #[serde(default)]
        receipt: Option<LetterText>,
    },
    /// Tell somebody who was erased what was done, and forget every mail to them that is kept here.
    LastMail {
        /// To whom.
        to: String,
        /// None where nobody asked for it.
        letter: Option<LetterText>,
    },
    /// Send a mail.
    Mail {
        /// To whom.
        to: String,
        /// On one line.
        subject: String,
        /// Plain text.
        text: String,
    },
}

/// A task in the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxMessage {
    /// Identity, made by the caller.
    pub id: MessageId,
    /// What is to be done.
    pub task: Task,
    /// Not before.
    pub available_at: Timestamp,
    /// How often it was claimed.
    pub attempts: u32,
}
