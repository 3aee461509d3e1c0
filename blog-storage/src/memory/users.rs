//! Users.

use async_trait::async_trait;
use blog_core::Result;
use blog_core::error::{Conflict, Entity, Error};
use blog_core::id::{MediaId, UserId};
use blog_core::model::effects::Effects;
use blog_core::model::user::{
    Bio, EmailAddress, NewUser, PasswordHash, ProfileChange, Role, Subject, SuspensionReason, User,
    UserRef, Username,
};
use blog_core::page::Page;
use blog_core::ports::UserStore;

use super::MemoryStore;
use super::state::{State, unlink};

/// A user, whose avatar is joined when read.
#[derive(Debug)]
pub(super) struct UserRow {
    /// Without the avatar.
    pub(super) user: User,
    pub(super) avatar: Option<MediaId>,
    password: Option<PasswordHash>,
}

impl State {
    /// Whether the blog has an admin without this user, if they are one.
    fn require_other_admin(&self, id: UserId) -> Result<()> {
        let is_admin = |row: &UserRow| row.user.role == Role::Admin && !row.user.is_suspended();
        let others = self.users.values().filter(|row| row.user.id != id);
        if is_admin(self.user(id)?) && !others.into_iter().any(is_admin) {
            return Err(Conflict::LastAdmin.into());
        }
        Ok(())
    }

    /// Ends a user's sessions: those that are stored, and by the epoch those that are about to be.
    fn end_sessions(&mut self, id: UserId) {
        if let Some(row) = self.users.get_mut(&id) {
            row.user.auth_epoch += 1;
        }
        self.delete_sessions(id, None);
    }
}

#[async_trait]
impl UserStore for MemoryStore {
    async fn create(&self, user: NewUser, effects: Effects) -> Result<User> {
        self.write(effects, |state, at| {
            if user.only_if_first && !state.users.is_empty() {
                return Err(Conflict::HasUsers.into());
            }
            if state.usernames.contains_key(&user.username) {
                return Err(Conflict::Username.into());
            }
            let email = user.email.as_ref().map(|email| email.key());
            if email
                .as_ref()
                .is_some_and(|key| state.emails.contains_key(key))
            {
                return Err(Conflict::Email.into());
            }
            let subject = user.subject.as_ref();
            if subject.is_some_and(|subject| state.subjects.contains_key(subject)) {
                return Err(Conflict::Subject.into());
            }
            if state.users.contains_key(&user.id) {
                return Err(Conflict::Exists.into());
            }
            if let Some(token) = user.invitation {
                let invitation = state
                    .invitations
                    .values_mut()
                    .find(|one| one.token == token && one.used_at.is_none() && one.expires_at > at)
                    .ok_or(Error::NotFound(Entity::Token))?;
                invitation.used_at = Some(at);
            }
            state.usernames.insert(user.username.clone(), user.id);
            if let Some(key) = email {
                state.emails.insert(key, user.id);
            }
            if let Some(subject) = subject {
                state.subjects.insert(subject.clone(), user.id);
            }
            let stored = User {
                id: user.id,
                username: user.username,
                email: user.email,
                subject: user.subject,
                display_name: user.display_name,
                bio: Bio::from_store(String::new()),
                avatar: None,
                role: user.role,
                suspension: None,
                blocked: false,
                verified_at: user.verified_at,
                auth_epoch: 0,
                version: 1,
                created_at: at,
            };
            let row = UserRow {
                user: stored.clone(),
                avatar: None,
                password: user.password,
            };
            state.users.insert(stored.id, row);
            Ok(stored)
        })
    }

    async fn get(&self, id: UserId) -> Result<User> {
        let state = self.lock();
        Ok(state.join_user(state.user(id)?))
    }

    async fn by_username(&self, username: &Username) -> Result<User> {
        let state = self.lock();
        let id = state.usernames.get(username).copied();
        let id = id.ok_or(Error::NotFound(Entity::User))?;
        Ok(state.join_user(state.user(id)?))
    }

    async fn by_subject(&self, subject: &Subject) -> Result<User> {
        let state = self.lock();
        let id = state.subjects.get(subject).copied();
        let id = id.ok_or(Error::NotFound(Entity::User))?;
        Ok(state.join_user(state.user(id)?))
    }

    async fn credentials(&self, login: &str) -> Result<(User, Option<PasswordHash>)> {
        let state = self.lock();
        // No name holds the `@` that every address holds, so at most one of the two finds somebody.
        let key = login.to_lowercase();
        let by_name = state.usernames.get(&Username::from_store(key.clone()));
        let id = by_name.or_else(|| state.emails.get(&key)).copied();
        let row = state.user(id.ok_or(Error::NotFound(Entity::User))?)?;
        Ok((state.join_user(row), row.password.clone()))
    }

    async fn update_profile(&self, change: ProfileChange, effects: Effects) -> Result<User> {
        self.write(effects, |state, _| {
            let row = state.user(change.id)?;
            let current = row.user.version;
            if current != change.expected_version {
                return Err(Conflict::Version { current }.into());
            }
            if change
                .avatar
                .is_some_and(|id| !state.media.contains_key(&id))
            {
                return Err(Error::NotFound(Entity::Media));
            }
            if let Some(old) = row.avatar {
                unlink(&mut state.media_avatars, &old, &change.id);
            }
            if let Some(new) = change.avatar {
                state
                    .media_avatars
                    .entry(new)
                    .or_default()
                    .insert(change.id);
            }
            let row = state.user_mut(change.id)?;
            row.user.display_name = change.display_name;
            row.user.bio = change.bio;
            row.user.version += 1;
            row.avatar = change.avatar;
            Ok(state.join_user(state.user(change.id)?))
        })
    }

    async fn set_password(
        &self,
        id: UserId,
        password: PasswordHash,
        effects: Effects,
    ) -> Result<()> {
        self.write(effects, |state, _| {
            state.user_mut(id)?.password = Some(password);
            state.end_sessions(id);
            Ok(())
        })
    }

    async fn rehash_password(
        &self,
        id: UserId,
        from: &PasswordHash,
        to: PasswordHash,
    ) -> Result<bool> {
        let mut state = self.lock();
        let stored = state.user_mut(id).ok().map(|row| &mut row.password);
        let Some(password) = stored.filter(|stored| stored.as_ref() == Some(from)) else {
            return Ok(false);
        };
        *password = Some(to);
        Ok(true)
    }

    async fn set_email(&self, id: UserId, email: EmailAddress, effects: Effects) -> Result<User> {
        self.write(effects, |state, at| {
            let old = state.user(id)?.user.email.as_ref().map(EmailAddress::key);
            let key = email.key();
            if state.emails.get(&key).is_some_and(|owner| *owner != id) {
                return Err(Conflict::Email.into());
            }
            if let Some(old) = old {
                state.emails.remove(&old);
            }
            state.emails.insert(key, id);
            let row = state.user_mut(id)?;
            row.user.email = Some(email);
            row.user.verified_at = Some(at);
            Ok(state.join_user(state.user(id)?))
        })
    }

    async fn set_role(&self, id: UserId, role: Role, effects: Effects) -> Result<User> {
        self.write(effects, |state, _| {
            if role != Role::Admin {
                state.require_other_admin(id)?;
            }
            state.user_mut(id)?.user.role = role;
            state.end_sessions(id);
            Ok(state.join_user(state.user(id)?))
        })
    }

    async fn set_suspended(
        &self,
        id: UserId,
        reason: Option<SuspensionReason>,
        effects: Effects,
    ) -> Result<User> {
        self.write(effects, |state, _| {
            let suspends = reason.is_some();
            if suspends {
                state.require_other_admin(id)?;
            }
            state.user_mut(id)?.user.suspension = reason;
            if suspends {
                state.end_sessions(id);
            }
            Ok(state.join_user(state.user(id)?))
        })
    }

    async fn set_blocked(&self, id: UserId, blocked: bool, effects: Effects) -> Result<User> {
        self.write(effects, |state, _| {
            state.user_mut(id)?.user.blocked = blocked;
            Ok(state.join_user(state.user(id)?))
        })
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&Username>,
        limit: u16,
    ) -> Result<Page<User, Username>> {
        let state = self.lock();
        let asked_for = |row: &&UserRow| {
            let name = row.user.username.as_str();
            name.starts_with(prefix) && after.is_none_or(|after| name > after.as_str())
        };
        let mut users: Vec<User> = state
            .users
            .values()
            .filter(asked_for)
            .map(|row| state.join_user(row))
            .collect();
        users.sort_by(|a, b| a.username.as_str().cmp(b.username.as_str()));
        users.truncate(usize::from(limit) + 1);
        Ok(Page::from_overfetch(users, usize::from(limit), |user| {
            user.username.clone()
        }))
    }

    async fn refs(&self, ids: &[UserId]) -> Result<Vec<UserRef>> {
        let state = self.lock();
        let ids: std::collections::BTreeSet<_> = ids.iter().collect();
        Ok(ids
            .into_iter()
            .filter_map(|id| state.join_author(*id))
            .collect())
    }

    async fn is_empty(&self) -> Result<bool> {
        Ok(self.lock().users.is_empty())
    }
}
