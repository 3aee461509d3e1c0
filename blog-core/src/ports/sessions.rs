//! Log-ins that last.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::error::Result;
use crate::id::{SessionId, UserId};
use crate::model::effects::Effects;
use crate::model::secret::SecretHash;
use crate::model::session::{Session, SessionTouch};
use crate::model::user::User;
use crate::time::Timestamp;

/// Sessions. There is no way to save one whole, so nothing brings a deleted session back.
#[async_trait]
pub trait SessionStore: Debug + Send + Sync + 'static {
    /// Stores a session. `NotFound(User)` when its user does not exist.
    async fn create(&self, session: Session, effects: Effects) -> Result<()>;

    /// The session of this token with its user, in one call. `NotFound(Session)` when there is none, when it is
    /// past `idle_expires_at` or `expires_at` at `now` (the moment itself is past), when its epoch is not the
    /// user's, or when the user is suspended.
    async fn authenticate(&self, token: &SecretHash, now: Timestamp) -> Result<(Session, User)>;

    /// Raises `last_seen_at` and `idle_expires_at`; never lowers either, never touches `expires_at`, and skips
    /// sessions that do not exist.
    async fn touch(&self, touches: &[SessionTouch]) -> Result<()>;

    /// Notes that the password was given again at `at`. `NotFound(Session)` when the session does not exist.
    async fn confirm_password(&self, id: SessionId, at: Timestamp) -> Result<()>;

    /// Deletes the session of this token. Deleting one that does not exist is a success.
    async fn delete(&self, token: &SecretHash, effects: Effects) -> Result<()>;

    /// Deletes a user's sessions, all or all but one.
    async fn delete_all(
        &self,
        user: UserId,
        except: Option<SessionId>,
        effects: Effects,
    ) -> Result<()>;

    /// Deletes one of a user's sessions. One that does not exist, or is somebody else's, is left: a success.
    async fn end(&self, user: UserId, id: SessionId, effects: Effects) -> Result<()>;

    /// A user's live sessions at `now` (those that `authenticate` would return), newest first, at most 100.
    async fn list(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>>;

    /// Deletes sessions that ended before `now`, at most `limit`; returns how many it deleted.
    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u64>;
}
