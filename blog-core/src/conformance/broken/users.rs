//! Users that are kept wrong.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Broken, records};
use crate::backend::Backend;
use crate::error::{Conflict, Entity, Error, Result};
use crate::id::UserId;
use crate::model::effects::Effects;
use crate::model::user::{
    DisplayName, EmailAddress, NewUser, PasswordHash, ProfileChange, Role, Subject,
    SuspensionReason, User, UserRef, Username,
};
use crate::page::Page;
use crate::ports::UserStore;
use crate::time::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    FirstNotAsked,
    NameTrimmed,
    AddressInOneCase,
    SuspendedHidden,
    LastProfileWins,
    SessionsSurvive,
    RehashWins,
    AddressUnverified,
    NobodyBlocked,
    ListUnordered,
    NobodyErased,
    StaleStays,
}

pub(super) fn all(working: &Backend) -> Vec<Broken> {
    let faults: [(&str, &[&str], Fault); 12] = [
        (
            "users-only-if-first-ignored",
            &["users-first-refused"],
            Fault::FirstNotAsked,
        ),
        (
            "users-stale-log-in-stays",
            &["users-cancel-erasure-state"],
            Fault::StaleStays,
        ),
        (
            "users-display-name-trimmed",
            &["users-texts"],
            Fault::NameTrimmed,
        ),
        (
            "users-address-found-in-one-case",
            &["users-credentials-address"],
            Fault::AddressInOneCase,
        ),
        (
            "users-suspended-not-found",
            &["users-credentials-suspended"],
            Fault::SuspendedHidden,
        ),
        (
            "users-last-profile-wins",
            &["users-profile-version", "users-profile-race"],
            Fault::LastProfileWins,
        ),
        (
            "users-sessions-survive-password",
            &["users-password-end-sessions"],
            Fault::SessionsSurvive,
        ),
        (
            "users-rehash-wins-over-a-change",
            &["users-rehash-changed"],
            Fault::RehashWins,
        ),
        (
            "users-address-not-verified",
            &["users-email"],
            Fault::AddressUnverified,
        ),
        (
            "users-nobody-blocked",
            &["users-block"],
            Fault::NobodyBlocked,
        ),
        (
            "users-list-unordered",
            &["users-list"],
            Fault::ListUnordered,
        ),
        ("users-nobody-erased", &["users-erase"], Fault::NobodyErased),
    ];
    let broken = |(name, caught_by, fault)| Broken {
        name,
        caught_by,
        backend: records(working, |records| {
            let inner = records.users.clone();
            records.users = Arc::new(Users { inner, fault });
        }),
    };
    faults.into_iter().map(broken).collect()
}

#[derive(Debug)]
struct Users {
    inner: Arc<dyn UserStore>,
    fault: Fault,
}

impl Users {
    /// The hash that is stored by now.
    async fn stored(&self, id: UserId) -> Result<Option<PasswordHash>> {
        let user = self.inner.get(id).await?;
        let (_, stored) = self.inner.credentials(user.username.as_str()).await?;
        Ok(stored)
    }
}

#[async_trait]
impl UserStore for Users {
    async fn create(&self, mut user: NewUser, effects: Effects) -> Result<User> {
        match self.fault {
            Fault::FirstNotAsked => user.only_if_first = false,
            Fault::NameTrimmed => {
                let trimmed = user.display_name.as_str().trim().to_owned();
                user.display_name = DisplayName::from_store(trimmed);
            }
            _ => {}
        }
        self.inner.create(user, effects).await
    }

    async fn purge_waiting(&self, now: Timestamp, limit: u32) -> Result<u64> {
        self.inner.purge_waiting(now, limit).await
    }

    async fn get(&self, id: UserId) -> Result<User> {
        self.inner.get(id).await
    }

    async fn by_username(&self, username: &Username) -> Result<User> {
        self.inner.by_username(username).await
    }

    async fn by_subject(&self, subject: &Subject) -> Result<User> {
        self.inner.by_subject(subject).await
    }

    async fn credentials(&self, login: &str) -> Result<(User, Option<PasswordHash>)> {
        let (user, password) = self.inner.credentials(login).await?;
        let same_case = login == user.username.as_str()
            || user.email.as_ref().map(EmailAddress::as_str) == Some(login);
        let hidden = match self.fault {
            Fault::AddressInOneCase => !same_case,
            Fault::SuspendedHidden => user.is_suspended(),
            _ => false,
        };
        if hidden {
            return Err(Error::NotFound(Entity::User));
        }
        Ok((user, password))
    }

    async fn update_profile(&self, change: ProfileChange, effects: Effects) -> Result<User> {
        let result = self
            .inner
            .update_profile(change.clone(), effects.clone())
            .await;
        match result {
            Err(Error::Conflict(Conflict::Version { current }))
                if self.fault == Fault::LastProfileWins =>
            {
                let change = ProfileChange {
                    expected_version: current,
                    ..change
                };
                self.inner.update_profile(change, effects).await
            }
            result => result,
        }
    }

    async fn set_password(
        &self,
        id: UserId,
        password: PasswordHash,
        effects: Effects,
    ) -> Result<()> {
        if self.fault != Fault::SessionsSurvive {
            return self.inner.set_password(id, password, effects).await;
        }
        match self.stored(id).await? {
            Some(stored) => self
                .inner
                .rehash_password(id, &stored, password)
                .await
                .map(drop),
            None => self.inner.set_password(id, password, effects).await,
        }
    }

    async fn rehash_password(
        &self,
        id: UserId,
        from: &PasswordHash,
        to: PasswordHash,
    ) -> Result<bool> {
        if self.fault != Fault::RehashWins {
            return self.inner.rehash_password(id, from, to).await;
        }
        // Replaces what is there, whatever it is.
        let Some(from) = self.stored(id).await? else {
            return Ok(false);
        };
        self.inner.rehash_password(id, &from, to).await
    }

    async fn set_email(&self, id: UserId, email: EmailAddress, effects: Effects) -> Result<User> {
        let before = self.inner.get(id).await?;
        let stored = self.inner.set_email(id, email, effects).await?;
        match self.fault {
            Fault::AddressUnverified => Ok(User {
                verified_at: before.verified_at,
                ..stored
            }),
            _ => Ok(stored),
        }
    }

    async fn set_role(&self, id: UserId, role: Role, effects: Effects) -> Result<User> {
        self.inner.set_role(id, role, effects).await
    }

    async fn set_suspended(
        &self,
        id: UserId,
        reason: Option<SuspensionReason>,
        effects: Effects,
    ) -> Result<User> {
        self.inner.set_suspended(id, reason, effects).await
    }

    async fn set_blocked(&self, id: UserId, blocked: bool, effects: Effects) -> Result<User> {
        match self.fault {
            Fault::NobodyBlocked => self.inner.get(id).await,
            _ => self.inner.set_blocked(id, blocked, effects).await,
        }
    }

    async fn schedule_erasure(&self, id: UserId, at: Timestamp, effects: Effects) -> Result<User> {
        self.inner.schedule_erasure(id, at, effects).await
    }

    async fn cancel_erasure(&self, id: UserId, auth_epoch: u64, effects: Effects) -> Result<User> {
        let auth_epoch = match self.fault {
            Fault::StaleStays => self.inner.get(id).await?.auth_epoch,
            _ => auth_epoch,
        };
        self.inner.cancel_erasure(id, auth_epoch, effects).await
    }

    async fn detach(&self, id: UserId, limit: u32, effects: Effects) -> Result<(u64, u64)> {
        self.inner.detach(id, limit, effects).await
    }

    async fn erase(&self, id: UserId, effects: Effects) -> Result<()> {
        match self.fault {
            Fault::NobodyErased => self.inner.get(id).await.map(drop),
            _ => self.inner.erase(id, effects).await,
        }
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&Username>,
        limit: u16,
    ) -> Result<Page<User, Username>> {
        let mut page = self.inner.list(prefix, after, limit).await?;
        if self.fault == Fault::ListUnordered {
            page.items.reverse();
        }
        Ok(page)
    }

    async fn refs(&self, ids: &[UserId]) -> Result<Vec<UserRef>> {
        self.inner.refs(ids).await
    }

    async fn is_empty(&self) -> Result<bool> {
        self.inner.is_empty().await
    }
}
