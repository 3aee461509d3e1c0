//! Log-ins that last.

use super::secret::SecretHash;
use crate::id::{SessionId, UserId};
use crate::time::Timestamp;

/// A session as stores keep one. It holds no data of its own, so a late save cannot bring it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Identity, for lists; not secret.
    pub id: SessionId,
    /// The hash of the cookie's secret; unique.
    pub token: SecretHash,
    /// Whose.
    pub user: UserId,
    /// The user's epoch when the session began.
    pub auth_epoch: u64,
    /// Whether it was asked to last.
    pub remember: bool,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_seen_at: Timestamp,
    /// When the password was last given.
    pub password_at: Timestamp,
    /// When it ends unless used: raised with `last_seen_at`.
    pub idle_expires_at: Timestamp,
    /// When it ends whatever happens.
    pub expires_at: Timestamp,
    /// The browser's `User-Agent`, at most 200 characters, for the person's list of sessions.
    pub device: String,
}

/// A use of a session, to be written later and in batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionTouch {
    /// Which.
    pub id: SessionId,
    /// When it was used.
    pub at: Timestamp,
    /// Until when it now lives unless used.
    pub idle_expires_at: Timestamp,
}
