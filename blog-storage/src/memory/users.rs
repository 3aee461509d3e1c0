//! Users.

use async_trait::async_trait;
use blog_core::error::{Conflict, Entity, Error};
use blog_core::id::{MediaId, UserId};
use blog_core::model::effects::Effects;
use blog_core::model::media::MediaItem;
use blog_core::model::user::{
    Bio, EmailAddress, NewUser, PasswordHash, ProfileChange, Role, Subject, SuspensionReason, User,
    UserRef, Username,
};
use blog_core::page::Page;
use blog_core::ports::UserStore;
use blog_core::{Result, Timestamp};

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
        let is_admin = |row: &UserRow| {
            let user = &row.user;
            user.role == Role::Admin && !user.is_suspended() && user.erase_at.is_none()
        };
        let others = self.users.values().filter(|row| row.user.id != id);
        if is_admin(self.user(id)?) && !others.into_iter().any(is_admin) {
            return Err(Conflict::LastAdmin.into());
        }
        Ok(())
    }

    /// Takes everything away that is a user's, and themselves.
    fn forget_user(&mut self, user: &User) {
        let id = user.id;
        self.delete_sessions(id, None);
        self.second_factors.remove(&id);
        self.tokens.retain(|_, token| token.user != Some(id));
        self.autosaves.retain(|_, text| text.writer != id);
        self.preview_links.retain(|_, link| link.maker != id);
        self.invitations.retain(|_, one| one.maker != id);
        self.exports.remove(&id);
        for post in self.posts.values_mut() {
            post.likes.remove(&id);
        }
        for comment in self.comments.values_mut() {
            comment.forget(id);
        }
        let heir = self
            .users
            .values()
            .filter(|row| row.user.id != id)
            .min_by_key(|row| {
                let user = &row.user;
                (
                    std::cmp::Reverse(user.role),
                    user.suspension.is_some(),
                    user.erase_at.is_some(),
                    user.created_at,
                    user.id,
                )
            })
            .map(|row| row.user.id);
        let kept: Vec<_> = self
            .media_owners
            .iter()
            .filter(|(owner, ..)| *owner == id)
            .copied()
            .collect();
        for place in kept {
            let (_, at, item) = place;
            self.media_owners.remove(&place);
            if let Some(heir) = heir
                && let Some(media) = self.media.get_mut(&item)
            {
                media.owner = heir;
                self.media_owners.insert((heir, at, item));
            }
        }
        if let Some(email) = &user.email {
            self.forget_mail(email.as_str());
            self.emails.remove(&email.key());
        }
        if let Some(subject) = &user.subject {
            self.subjects.remove(subject);
        }
        self.usernames.remove(&user.username);
        self.users.remove(&id);
    }

    /// Nobody is invited by who may invite nobody any more.
    fn end_invitations(&mut self, id: UserId) {
        self.invitations
            .retain(|_, one| one.maker != id || one.used_at.is_some());
    }

    /// Ends a user's sessions: those that are stored, and by the epoch those that are about to be.
    pub(super) fn end_sessions(&mut self, id: UserId) {
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
                erase_at: None,
                verified_at: user.verified_at,
                second_factor: None,
                waiting: user.waiting,
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

    async fn purge_waiting(&self, now: Timestamp, limit: u32) -> Result<u64> {
        let mut state = self.lock();
        let users = state.users.values().map(|row| &row.user);
        let over = users.filter(|user| {
            let waiting = user.waiting.as_ref();
            waiting.is_some_and(|waiting| waiting.expires_at < now)
        });
        let over: Vec<User> = over.take(limit as usize).cloned().collect();
        for user in &over {
            state.forget_user(user);
        }
        Ok(over.len() as u64)
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
            row.user.waiting = None;
            Ok(state.join_user(state.user(id)?))
        })
    }

    async fn set_role(&self, id: UserId, role: Role, effects: Effects) -> Result<User> {
        self.write(effects, |state, _| {
            if role != Role::Admin {
                state.require_other_admin(id)?;
            }
            let row = state.user_mut(id)?;
            if row.user.waiting.is_some() {
                return Err(Conflict::State.into());
            }
            row.user.role = role;
            state.end_sessions(id);
            if role != Role::Admin {
                state.end_invitations(id);
            }
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
                state.end_invitations(id);
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

    async fn schedule_erasure(&self, id: UserId, at: Timestamp, effects: Effects) -> Result<User> {
        self.write(effects, |state, _| {
            state.require_other_admin(id)?;
            state.user_mut(id)?.user.erase_at = Some(at);
            state.end_sessions(id);
            Ok(state.join_user(state.user(id)?))
        })
    }

    async fn cancel_erasure(&self, id: UserId, auth_epoch: u64, effects: Effects) -> Result<User> {
        self.write(effects, |state, now| {
            let user = &mut state.user_mut(id)?.user;
            if user.auth_epoch != auth_epoch || user.erase_at.is_none_or(|at| at <= now) {
                return Err(Conflict::State.into());
            }
            user.erase_at = None;
            state.end_sessions(id);
            Ok(state.join_user(state.user(id)?))
        })
    }

    async fn detach(&self, id: UserId, limit: u32, effects: Effects) -> Result<(u64, u64)> {
        self.write(effects, |state, at| {
            let due = state.user(id)?.user.erase_at;
            if due.is_none_or(|due| due > at) {
                return Err(Conflict::State.into());
            }
            let own = state
                .comments
                .values_mut()
                .filter(|row| row.author == Some(id));
            let comments = own
                .take(limit as usize)
                .map(|row| row.author = None)
                .count();
            let own = state
                .posts
                .values_mut()
                .filter(|row| row.likes.contains_key(&id));
            let likes = own
                .take(limit as usize)
                .map(|row| row.likes.remove(&id))
                .count();
            Ok((comments as u64, likes as u64))
        })
    }

    async fn erase(&self, id: UserId, effects: Effects) -> Result<()> {
        self.write(effects, |state, at| {
            let row = state.user(id)?;
            let due = row.user.erase_at.is_some_and(|due| due <= at);
            let idle = |item: &MediaItem| {
                item.owner == id
                    && !state.media_posts.contains_key(&item.id)
                    && !state.media_static_pages.contains_key(&item.id)
                    && !state.is_logo(item.id)
            };
            if !due
                || row.avatar.is_some()
                || state.posts.values().any(|post| post.author == id)
                || state.media.values().any(idle)
                || (state.users.len() == 1 && state.media.values().any(|item| item.owner == id))
            {
                return Err(Conflict::State.into());
            }
            let user = row.user.clone();
            state.forget_user(&user);
            Ok(())
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
