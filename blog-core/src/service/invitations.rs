//! Invitations: made and ended by admins, followed by whoever has the link.

use std::sync::Arc;
use std::time::Duration;

use crate::blog::{Core, detached};
use crate::error::{Denied, Error, Reason, Result, Violations};
use crate::id::InvitationId;
use crate::model::audit::AuditAction;
use crate::model::effects::Effects;
use crate::model::invitation::Invitation;
use crate::model::secret::Secret;
use crate::model::user::{Role, UserRef};
use crate::page::{Page, PageRequest};
use crate::policy::{Action, Actor};
use crate::time::Timestamp;

/// For how many days an invitation may be good; the second is usual.
pub const DAYS: [u16; 3] = [1, 7, 30];

/// What an invitation may give: no more than what somebody gets who registers by themselves.
pub const ROLES: [Role; 2] = [Role::Reader, Role::Author];

/// Invitations.
#[derive(Debug, Clone)]
pub struct Invitations {
    core: Arc<Core>,
}

impl Invitations {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// All invitations, newest first, and those who made them. Two queries.
    ///
    /// # Errors
    /// `Denied`.
    pub async fn list(
        &self,
        actor: &Actor,
        page: PageRequest,
    ) -> Result<(Page<Invitation>, Vec<UserRef>)> {
        self.core.policy.check(actor, Action::ManageUsers)?;
        let found = self.core.records.invitations.list(page).await?;
        let mut makers: Vec<_> = found.items.iter().map(|one| one.maker).collect();
        makers.sort_unstable();
        makers.dedup();
        let users = match makers.is_empty() {
            true => Vec::new(),
            false => self.core.records.users.refs(&makers).await?,
        };
        Ok((found, users))
    }

    /// Makes an invitation; nobody but the caller learns its secret.
    ///
    /// # Errors
    /// `Denied`, `Invalid` with fields `role` (one of [`ROLES`]) and `days` (one of [`DAYS`]).
    pub async fn make(&self, actor: &Actor, role: &str, days: &str) -> Result<(Secret, Timestamp)> {
        self.core.policy.check(actor, Action::ManageUsers)?;
        let maker = actor.user().ok_or(Denied::LogIn)?;
        let mut violations = Violations::new();
        let role = Role::try_from(role).ok();
        let role = role.filter(|role| ROLES.contains(role));
        let role = violations.check("role", role.ok_or(Reason::NotAChoice));
        let days = days.parse().ok().filter(|days| DAYS.contains(days));
        let days = violations.check("days", days.ok_or(Reason::NotAChoice));
        let (Some(role), Some(days)) = (role, days) else {
            return Err(Error::Invalid(violations));
        };
        let now = self.core.now();
        let secret = Secret::generate();
        let invitation = Invitation {
            id: InvitationId::generate(),
            token: secret.hash(),
            maker,
            role,
            created_at: now,
            expires_at: now.plus(Duration::from_secs(u64::from(days) * 86_400)),
            used_at: None,
        };
        let until = invitation.expires_at;
        let effects = Effects::at(now).audit(
            Some(maker),
            AuditAction::InvitationMake,
            format!("invitation:{}", invitation.id),
            format!("{}, {days} days", role.as_str()),
        );
        let core = self.core.clone();
        detached(&self.core, async move {
            let invitations = &core.records.invitations;
            invitations.create(invitation, effects).await
        })
        .await?;
        Ok((secret, until))
    }

    /// Ends an invitation that nobody used.
    ///
    /// # Errors
    /// `Denied`, `NotFound(Token)`.
    pub async fn revoke(&self, actor: &Actor, id: InvitationId) -> Result<()> {
        self.core.policy.check(actor, Action::ManageUsers)?;
        let effects = Effects::at(self.core.now()).audit(
            actor.user(),
            AuditAction::InvitationRevoke,
            format!("invitation:{id}"),
            "",
        );
        let core = self.core.clone();
        detached(&self.core, async move {
            core.records.invitations.revoke(id, effects).await
        })
        .await
    }

    /// The invitation of a link, where it is good and registration lets it count.
    ///
    /// # Errors
    /// `Denied(RegistrationClosed)`, `NotFound(Token)`.
    pub async fn check(&self, secret: &Secret) -> Result<Invitation> {
        self.core.policy.may_register(true)?;
        let invitations = &self.core.records.invitations;
        invitations.find(&secret.hash(), self.core.now()).await
    }
}
