//! The users as admins see them: found, given roles, suspended, blocked.
//!
//! Posts of somebody who is suspended stay where they are and are in no list, feed or search, since others link to them
//! and comment on them; their comments stay as well. Both are the moderators' to take away one by one.

use std::sync::Arc;
use std::time::Duration;

use crate::blog::{Core, detached};
use crate::error::{Error, Result, Violations};
use crate::id::UserId;
use crate::model::audit::AuditAction;
use crate::model::effects::Effects;
use crate::model::user::{Role, SuspensionReason, User, Username};
use crate::page::Page;
use crate::policy::{Action, Actor};
use crate::service::recovery::Recovery;
use crate::service::sessions::Visitor;

/// For how long a password that was given counts as recent.
const RECENT: Duration = Duration::from_secs(15 * 60);

/// The users.
#[derive(Debug, Clone)]
pub struct People {
    core: Arc<Core>,
}

impl People {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// The users whose names begin with what is looked for, in the order of their names; for a whole mail address, the one
    /// who has it. One query.
    ///
    /// # Errors
    /// `Denied`.
    pub async fn list(
        &self,
        actor: &Actor,
        search: &str,
        after: Option<&str>,
        limit: u16,
    ) -> Result<Page<User, Username>> {
        self.core.policy.check(actor, Action::ManageUsers)?;
        let users = &self.core.records.users;
        let search = search.trim().to_lowercase();
        if search.contains('@') {
            let items = match users.credentials(&search).await {
                Ok((user, _)) => vec![user],
                Err(Error::NotFound(_)) => Vec::new(),
                Err(other) => return Err(other),
            };
            return Ok(Page { items, next: None });
        }
        let after = after.map(|name| Username::from_store(name.to_owned()));
        users.list(&search, after.as_ref(), limit).await
    }

    /// The user of a name.
    ///
    /// # Errors
    /// `Denied`, `NotFound(User)`.
    pub async fn get(&self, actor: &Actor, username: &str) -> Result<User> {
        self.core.policy.check(actor, Action::Moderate)?;
        let username = Username::from_store(username.to_lowercase());
        self.core.records.users.by_username(&username).await
    }

    /// Whether the visitor gave their password so recently that they need not give it again.
    pub fn is_recent(&self, visitor: &Visitor) -> bool {
        self.core.now().since(visitor.session.password_at) < RECENT
    }

    /// Whether it is the visitor who asks, and not somebody who found their browser open: by a password that is recent, or
    /// this one.
    ///
    /// # Errors
    /// `Invalid` with field `password`; `RateLimited` as at a log-in.
    pub async fn confirm(&self, visitor: &Visitor, password: &str) -> Result<()> {
        if self.is_recent(visitor) {
            return Ok(());
        }
        let recovery = Recovery::new(self.core.clone());
        recovery
            .confirm(&visitor.user, "password", password)
            .await?;
        let sessions = &self.core.records.sessions;
        sessions
            .confirm_password(visitor.session.id, self.core.now())
            .await
    }

    /// Gives somebody another role and ends their sessions.
    ///
    /// # Errors
    /// `Denied`, also for one's own account; `NotFound(User)`; `Invalid` with field `password`; `Conflict(LastAdmin)`.
    pub async fn set_role(
        &self,
        visitor: &Visitor,
        username: &str,
        role: Role,
        password: &str,
    ) -> Result<User> {
        let user = self.to_change(visitor, username).await?;
        self.confirm(visitor, password).await?;
        let effects = self.effects(
            visitor,
            AuditAction::UserRole,
            user.id,
            format!("{} → {}", user.role.as_str(), role.as_str()),
        );
        let core = self.core.clone();
        detached(&self.core, async move {
            core.records.users.set_role(user.id, role, effects).await
        })
        .await
    }

    /// Suspends somebody: their sessions end, they cannot log in and are told why, and their posts are in no list.
    ///
    /// # Errors
    /// As [`People::set_role`]; `Invalid` with field `reason`.
    pub async fn suspend(
        &self,
        visitor: &Visitor,
        username: &str,
        reason: &str,
        password: &str,
    ) -> Result<User> {
        let user = self.to_change(visitor, username).await?;
        let mut violations = Violations::new();
        let reason = violations.check("reason", SuspensionReason::try_from(reason));
        let Some(reason) = reason else {
            return Err(Error::Invalid(violations));
        };
        self.confirm(visitor, password).await?;
        let effects = self
            .effects(visitor, AuditAction::UserSuspend, user.id, String::new())
            .invalidating();
        self.set_suspended(user.id, Some(reason), effects).await
    }

    /// Lifts a suspension.
    ///
    /// # Errors
    /// `Denied`, `NotFound(User)`.
    pub async fn lift(&self, visitor: &Visitor, username: &str) -> Result<User> {
        let user = self.to_change(visitor, username).await?;
        let effects = self
            .effects(visitor, AuditAction::UserLift, user.id, String::new())
            .invalidating();
        self.set_suspended(user.id, None, effects).await
    }

    /// Takes back that somebody is to be erased, also where they cannot log in themselves since they are suspended.
    ///
    /// # Errors
    /// `Denied`, `NotFound(User)`.
    pub async fn keep(&self, visitor: &Visitor, username: &str) -> Result<User> {
        let user = self.to_change(visitor, username).await?;
        if user.erase_at.is_none_or(|at| at <= self.core.now()) {
            return Ok(user);
        }
        let effects = self.effects(visitor, AuditAction::UserStay, user.id, String::new());
        let core = self.core.clone();
        detached(&self.core, async move {
            let users = &core.records.users;
            users
                .cancel_erasure(user.id, user.auth_epoch, effects)
                .await
        })
        .await
    }

    async fn set_suspended(
        &self,
        id: UserId,
        reason: Option<SuspensionReason>,
        effects: Effects,
    ) -> Result<User> {
        let core = self.core.clone();
        detached(&self.core, async move {
            core.records.users.set_suspended(id, reason, effects).await
        })
        .await
    }

    /// Takes somebody's right to comment away, or gives it back.
    ///
    /// # Errors
    /// `Denied`, also for one's own account; `NotFound(User)`.
    pub async fn set_blocked(
        &self,
        visitor: &Visitor,
        username: &str,
        blocked: bool,
    ) -> Result<User> {
        let actor = visitor.actor();
        let user = self.get(&actor, username).await?;
        let action = Action::BlockUser {
            user: user.id,
            role: user.role,
        };
        self.core.policy.check(&actor, action)?;
        let action = match blocked {
            true => AuditAction::UserBlock,
            false => AuditAction::UserUnblock,
        };
        let effects = self.effects(visitor, action, user.id, String::new());
        let core = self.core.clone();
        detached(&self.core, async move {
            core.records
                .users
                .set_blocked(user.id, blocked, effects)
                .await
        })
        .await
    }

    /// Somebody whom the visitor may change.
    async fn to_change(&self, visitor: &Visitor, username: &str) -> Result<User> {
        let actor = visitor.actor();
        self.core.policy.check(&actor, Action::ManageUsers)?;
        let user = self.get(&actor, username).await?;
        let action = Action::ChangeUser { user: user.id };
        self.core.policy.check(&actor, action)?;
        Ok(user)
    }

    fn effects(
        &self,
        visitor: &Visitor,
        action: AuditAction,
        user: UserId,
        detail: String,
    ) -> Effects {
        let subject = format!("user:{user}");
        Effects::at(self.core.now()).audit(Some(visitor.user.id), action, subject, detail)
    }
}
