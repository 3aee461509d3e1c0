//! Sessions.

use async_trait::async_trait;
use blog_core::error::{Conflict, Entity, Error};
use blog_core::id::{SessionId, UserId};
use blog_core::model::effects::Effects;
use blog_core::model::secret::SecretHash;
use blog_core::model::session::{Session, SessionTouch};
use blog_core::model::user::User;
use blog_core::ports::SessionStore;
use blog_core::{Result, Timestamp};

use super::MemoryStore;
use super::state::{State, unlink};

impl State {
    /// Whether a session opens anything at `now`.
    fn is_live(&self, session: &Session, now: Timestamp) -> bool {
        session.idle_expires_at > now
            && session.expires_at > now
            && self.users.get(&session.user).is_some_and(|row| {
                row.user.auth_epoch == session.auth_epoch && !row.user.is_suspended()
            })
    }

    fn delete_session(&mut self, id: SessionId) {
        if let Some(session) = self.sessions.remove(&id) {
            self.session_tokens.remove(&session.token);
            unlink(&mut self.user_sessions, &session.user, &id);
        }
    }

    pub(super) fn delete_sessions(&mut self, user: UserId, except: Option<SessionId>) {
        let ids = self.user_sessions.get(&user).cloned().unwrap_or_default();
        for id in ids {
            if Some(id) != except {
                self.delete_session(id);
            }
        }
    }
}

#[async_trait]
impl SessionStore for MemoryStore {
    async fn create(&self, session: Session, effects: Effects) -> Result<()> {
        self.write(effects, |state, _| {
            state.user(session.user)?;
            if state.sessions.contains_key(&session.id)
                || state.session_tokens.contains_key(&session.token)
            {
                return Err(Conflict::Exists.into());
            }
            let ids = state.user_sessions.entry(session.user).or_default();
            ids.insert(session.id);
            state.session_tokens.insert(session.token, session.id);
            state.sessions.insert(session.id, session);
            Ok(())
        })
    }

    async fn authenticate(&self, token: &SecretHash, now: Timestamp) -> Result<(Session, User)> {
        let state = self.lock();
        let id = state.session_tokens.get(token);
        let session = id.and_then(|id| state.sessions.get(id));
        let session = session
            .filter(|session| state.is_live(session, now))
            .ok_or(Error::NotFound(Entity::Session))?;
        let user = state.join_user(state.user(session.user)?);
        Ok((session.clone(), user))
    }

    async fn touch(&self, touches: &[SessionTouch]) -> Result<()> {
        let mut state = self.lock();
        for touch in touches {
            if let Some(session) = state.sessions.get_mut(&touch.id) {
                session.last_seen_at = session.last_seen_at.max(touch.at);
                session.idle_expires_at = session.idle_expires_at.max(touch.idle_expires_at);
            }
        }
        Ok(())
    }

    async fn confirm_password(&self, id: SessionId, at: Timestamp) -> Result<()> {
        let mut state = self.lock();
        let session = state.sessions.get_mut(&id);
        session.ok_or(Error::NotFound(Entity::Session))?.password_at = at;
        Ok(())
    }

    async fn delete(&self, token: &SecretHash, effects: Effects) -> Result<()> {
        self.write(effects, |state, _| {
            if let Some(id) = state.session_tokens.get(token).copied() {
                state.delete_session(id);
            }
            Ok(())
        })
    }

    async fn delete_all(
        &self,
        user: UserId,
        except: Option<SessionId>,
        effects: Effects,
    ) -> Result<()> {
        self.write(effects, |state, _| {
            state.delete_sessions(user, except);
            Ok(())
        })
    }

    async fn end(&self, user: UserId, id: SessionId, effects: Effects) -> Result<()> {
        self.write(effects, |state, _| {
            if state
                .sessions
                .get(&id)
                .is_some_and(|session| session.user == user)
            {
                state.delete_session(id);
            }
            Ok(())
        })
    }

    async fn list(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>> {
        let state = self.lock();
        let ids = state.user_sessions.get(&user).into_iter().flatten();
        let mut live: Vec<Session> = ids
            .filter_map(|id| state.sessions.get(id))
            .filter(|session| state.is_live(session, now))
            .cloned()
            .collect();
        live.sort_unstable_by_key(|session| std::cmp::Reverse((session.created_at, session.id)));
        live.truncate(100);
        Ok(live)
    }

    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u64> {
        let mut state = self.lock();
        let ended: Vec<SessionId> = state
            .sessions
            .values()
            .filter(|session| session.idle_expires_at.min(session.expires_at) < now)
            .take(limit as usize)
            .map(|session| session.id)
            .collect();
        for id in &ended {
            state.delete_session(*id);
        }
        Ok(ended.len() as u64)
    }
}
