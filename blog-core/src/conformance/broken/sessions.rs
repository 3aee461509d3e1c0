//! Sessions that are kept wrong.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::{Broken, records};
use crate::backend::Backend;
use crate::conformance::lab::MICRO;
use crate::error::{Entity, Error, Result};
use crate::id::{SessionId, UserId};
use crate::model::effects::Effects;
use crate::model::secret::SecretHash;
use crate::model::session::{Session, SessionTouch};
use crate::model::user::User;
use crate::ports::SessionStore;
use crate::time::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    NeverExpires,
    ExpiresLate,
    TouchRevives,
    TouchLowers,
    ExceptIgnored,
    LongListed,
    AnybodysEnded,
}

pub(super) fn all(working: &Backend) -> Vec<Broken> {
    let faults: [(&str, &[&str], Fault); 7] = [
        (
            "sessions-never-expire",
            &["sessions-idle", "sessions-expired"],
            Fault::NeverExpires,
        ),
        (
            "sessions-live-a-moment-too-long",
            &["sessions-idle", "sessions-expired"],
            Fault::ExpiresLate,
        ),
        (
            "sessions-touch-saves-whole",
            &["sessions-log-out-race", "sessions-touch-unknown"],
            Fault::TouchRevives,
        ),
        (
            "sessions-touch-lowers",
            &["sessions-touch-never-lowers"],
            Fault::TouchLowers,
        ),
        (
            "sessions-own-one-deleted-too",
            &["sessions-delete-others"],
            Fault::ExceptIgnored,
        ),
        (
            "sessions-ended-ones-listed",
            &["sessions-list"],
            Fault::LongListed,
        ),
        (
            "sessions-anybodys-ended",
            &["sessions-end-others"],
            Fault::AnybodysEnded,
        ),
    ];
    let broken = |(name, caught_by, fault)| Broken {
        name,
        caught_by,
        backend: records(working, |records| {
            let inner = records.sessions.clone();
            let known = Mutex::default();
            records.sessions = Arc::new(Sessions {
                inner,
                known,
                fault,
            });
        }),
    };
    faults.into_iter().map(broken).collect()
}

#[derive(Debug)]
struct Sessions {
    inner: Arc<dyn SessionStore>,
    /// Sessions as this process saw them last: what a session kept whole in memory is.
    known: Mutex<HashMap<SessionId, Session>>,
    fault: Fault,
}

impl Sessions {
    fn remember(&self, session: &Session) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(session.id, session.clone());
    }

    fn remembered(&self, id: SessionId) -> Option<Session> {
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&id)
            .cloned()
    }

    /// Writes a session whole, as a store with one "save" would.
    async fn save(&self, session: Session) -> Result<()> {
        let effects = Effects::at(session.created_at);
        self.inner.delete(&session.token, effects.clone()).await?;
        self.inner.create(session, effects).await
    }
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, session: Session, effects: Effects) -> Result<()> {
        self.remember(&session);
        self.inner.create(session, effects).await
    }

    async fn authenticate(&self, token: &SecretHash, now: Timestamp) -> Result<(Session, User)> {
        let now = match self.fault {
            Fault::NeverExpires => Timestamp::EPOCH,
            Fault::ExpiresLate => now.minus(MICRO),
            _ => now,
        };
        self.inner.authenticate(token, now).await
    }

    async fn touch(&self, touches: &[SessionTouch]) -> Result<()> {
        if !matches!(self.fault, Fault::TouchRevives | Fault::TouchLowers) {
            return self.inner.touch(touches).await;
        }
        for touch in touches {
            let Some(session) = self.remembered(touch.id) else {
                continue;
            };
            let there = self
                .inner
                .authenticate(&session.token, session.created_at)
                .await;
            let gone = matches!(there, Err(Error::NotFound(Entity::Session)));
            if gone && self.fault == Fault::TouchLowers {
                continue;
            }
            let saved = Session {
                last_seen_at: touch.at,
                idle_expires_at: touch.idle_expires_at,
                ..session
            };
            self.save(saved).await?;
        }
        Ok(())
    }

    async fn confirm_password(&self, id: SessionId, at: Timestamp) -> Result<()> {
        self.inner.confirm_password(id, at).await
    }

    async fn delete(&self, token: &SecretHash, effects: Effects) -> Result<()> {
        self.inner.delete(token, effects).await
    }

    async fn delete_all(
        &self,
        user: UserId,
        except: Option<SessionId>,
        effects: Effects,
    ) -> Result<()> {
        let except = except.filter(|_| self.fault != Fault::ExceptIgnored);
        self.inner.delete_all(user, except, effects).await
    }

    async fn end(&self, user: UserId, id: SessionId, effects: Effects) -> Result<()> {
        if self.fault == Fault::AnybodysEnded
            && let Some(session) = self.remembered(id)
        {
            return self.inner.delete(&session.token, effects).await;
        }
        self.inner.end(user, id, effects).await
    }

    async fn list(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>> {
        let now = if self.fault == Fault::LongListed {
            Timestamp::EPOCH
        } else {
            now
        };
        self.inner.list(user, now).await
    }

    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u64> {
        self.inner.purge(now, limit).await
    }
}
