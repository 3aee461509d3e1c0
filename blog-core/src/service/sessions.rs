//! Sessions: who a cookie belongs to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::blog::{Core, detached};
use crate::error::{Error, Result};
use crate::id::SessionId;
use crate::model::audit::AuditAction;
use crate::model::effects::Effects;
use crate::model::secret::Secret;
use crate::model::session::{Session, SessionTouch};
use crate::model::user::{Role, User};
use crate::policy::{self, Actor};
use crate::time::Timestamp;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A use of a session is noted when the last noted one is this old.
const TOUCH_AFTER: Duration = Duration::from_secs(60);

/// Uses of sessions that are not written yet. Bounded: what does not fit is noted at its next use.
#[derive(Debug, Default)]
pub(crate) struct PendingTouches(Mutex<HashMap<SessionId, SessionTouch>>);

const MAX_PENDING: usize = 10_000;

impl PendingTouches {
    fn note(&self, touch: SessionTouch) {
        let mut pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if pending.len() < MAX_PENDING || pending.contains_key(&touch.id) {
            pending.insert(touch.id, touch);
        }
    }

    fn take(&self) -> Vec<SessionTouch> {
        let mut pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pending.drain().map(|(_, touch)| touch).collect()
    }
}

/// A log-in that began: the cookie's secret is known only here.
#[derive(Debug)]
pub struct Login {
    /// For the cookie.
    pub secret: Secret,
    /// What was stored.
    pub session: Session,
    /// Whose.
    pub user: User,
}

/// A request's session.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The session.
    pub session: Session,
    /// Whose.
    pub user: User,
    /// Whether they must set up a second factor before they do anything else.
    pub must_enrol: bool,
}

impl Visitor {
    /// The actor that policy is asked about.
    pub fn actor(&self) -> Actor {
        let mut actor = Actor::of(&self.user);
        if let Actor::User { must_enrol, .. } = &mut actor {
            *must_enrol = self.must_enrol;
        }
        actor
    }
}

/// Sessions.
#[derive(Debug, Clone)]
pub struct Sessions {
    core: Arc<Core>,
}

/// How long a session lives unused, and in all.
fn lifetime(role: Role, remember: bool) -> (Duration, Duration) {
    match (role, remember) {
        (Role::Admin, _) => (2 * HOUR, 12 * HOUR),
        (Role::Editor, _) => (2 * HOUR, 30 * DAY),
        (_, true) => (14 * DAY, 30 * DAY),
        (_, false) => (12 * HOUR, 30 * DAY),
    }
}

/// A session that begins now.
fn new(user: &User, secret: &Secret, remember: bool, device: &str, now: Timestamp) -> Session {
    let (idle, absolute) = lifetime(user.role, remember);
    Session {
        id: SessionId::generate(),
        token: secret.hash(),
        user: user.id,
        auth_epoch: user.auth_epoch,
        remember,
        created_at: now,
        last_seen_at: now,
        password_at: now,
        idle_expires_at: now.plus(idle),
        expires_at: now.plus(absolute),
        device: device
            .chars()
            .filter(|c| !c.is_control())
            .take(200)
            .collect(),
    }
}

impl Sessions {
    /// The user of this name as they would be here, for telling what they may; `None` for who is suspended, since they
    /// cannot log in and are nobody known. Nothing is stored, so no cookie leads to it.
    ///
    /// # Errors
    /// `NotFound(User)`.
    pub async fn as_if(&self, username: &str) -> Result<Option<Visitor>> {
        let accounts = super::accounts::Accounts::new(self.core.clone());
        let user = accounts.by_username(username).await?;
        if user.is_suspended() {
            return Ok(None);
        }
        let session = new(&user, &Secret::generate(), false, "", self.core.now());
        Ok(Some(self.visiting(session, user).await))
    }

    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// Begins a session for a user whose identity was just proven.
    pub(crate) async fn begin(&self, user: User, remember: bool, device: &str) -> Result<Login> {
        let secret = Secret::generate();
        let session = new(&user, &secret, remember, device, self.core.now());
        self.store(secret, session, user).await
    }

    /// Begins a session in the place of one that ended with all others of its user: it lasts no longer, and the password is
    /// no more recent.
    pub(crate) async fn renew(&self, old: &Session, user: User) -> Result<Login> {
        let secret = Secret::generate();
        let now = self.core.now();
        let session = Session {
            password_at: old.password_at,
            expires_at: old.expires_at,
            ..new(&user, &secret, old.remember, &old.device, now)
        };
        self.store(secret, session, user).await
    }

    async fn store(&self, secret: Secret, session: Session, user: User) -> Result<Login> {
        let effects = Effects::at(session.created_at).audit(
            Some(user.id),
            AuditAction::SessionCreate,
            format!("session:{}", session.id),
            "",
        );
        let sessions = &self.core.records.sessions;
        sessions.create(session.clone(), effects).await?;
        Ok(Login {
            secret,
            session,
            user,
        })
    }

    /// Who a cookie belongs to; `None` when it is nobody's any more. Notes the use, to be written later.
    ///
    /// # Errors
    /// Of the store.
    pub async fn visitor(&self, secret: &Secret) -> Result<Option<Visitor>> {
        let now = self.core.now();
        let found = self
            .core
            .records
            .sessions
            .authenticate(&secret.hash(), now)
            .await;
        let (session, user) = match found {
            Ok(found) => found,
            Err(Error::NotFound(_)) => return Ok(None),
            Err(other) => return Err(other),
        };
        if now.since(session.last_seen_at) >= TOUCH_AFTER {
            let (idle, _) = lifetime(user.role, session.remember);
            self.core.touches.note(SessionTouch {
                id: session.id,
                at: now,
                idle_expires_at: now.plus(idle),
            });
        }
        Ok(Some(self.visiting(session, user).await))
    }

    async fn visiting(&self, session: Session, user: User) -> Visitor {
        let must_enrol = policy::must_enrol(&user, &self.core.site().await.settings);
        Visitor {
            session,
            user,
            must_enrol,
        }
    }

    /// Logs out. Logging out twice is a success.
    ///
    /// # Errors
    /// Of the store.
    pub async fn end(&self, secret: &Secret) -> Result<()> {
        let hash = secret.hash();
        let core = self.core.clone();
        detached(&self.core, async move {
            let now = core.now();
            let mut effects = Effects::at(now);
            match core.records.sessions.authenticate(&hash, now).await {
                Ok((session, user)) => {
                    let subject = format!("session:{}", session.id);
                    let action = AuditAction::SessionDelete;
                    effects = effects.audit(Some(user.id), action, subject, "log-out");
                }
                Err(Error::NotFound(_)) => {}
                Err(other) => return Err(other),
            }
            core.records.sessions.delete(&hash, effects).await
        })
        .await
    }

    /// The visitor's sessions that are alive, newest first, at most 100.
    ///
    /// # Errors
    /// Of the store.
    pub async fn list(&self, visitor: &Visitor) -> Result<Vec<Session>> {
        let sessions = &self.core.records.sessions;
        sessions.list(visitor.user.id, self.core.now()).await
    }

    /// Ends one of the visitor's sessions. One that ended by itself is a success.
    ///
    /// # Errors
    /// Of the store.
    pub async fn end_one(&self, visitor: &Visitor, id: SessionId) -> Result<()> {
        let user = visitor.user.id;
        let core = self.core.clone();
        detached(&self.core, async move {
            let effects = Effects::at(core.now());
            let subject = format!("session:{id}");
            let effects = effects.audit(
                Some(user),
                AuditAction::SessionDelete,
                subject,
                "from the list",
            );
            core.records.sessions.end(user, id, effects).await
        })
        .await
    }

    /// Ends all of the visitor's sessions but the one they are here with.
    ///
    /// # Errors
    /// Of the store.
    pub async fn end_others(&self, visitor: &Visitor) -> Result<()> {
        let (user, own) = (visitor.user.id, visitor.session.id);
        let core = self.core.clone();
        detached(&self.core, async move {
            let effects = Effects::at(core.now());
            let subject = format!("user:{user}");
            let effects = effects.audit(
                Some(user),
                AuditAction::SessionDelete,
                subject,
                "all others",
            );
            let sessions = &core.records.sessions;
            sessions.delete_all(user, Some(own), effects).await
        })
        .await
    }

    /// Writes the noted uses.
    pub(crate) async fn flush(&self) -> Result<()> {
        let touches = self.core.touches.take();
        if touches.is_empty() {
            return Ok(());
        }
        let written = self.core.records.sessions.touch(&touches).await;
        if written.is_err() {
            touches
                .into_iter()
                .for_each(|touch| self.core.touches.note(touch));
        }
        written
    }
}
