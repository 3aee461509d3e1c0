//! Who has an account.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::error::Result;
use crate::id::UserId;
use crate::model::effects::Effects;
use crate::model::user::{
    EmailAddress, NewUser, PasswordHash, ProfileChange, Role, Subject, SuspensionReason, User,
    UserRef, Username,
};
use crate::page::Page;
use crate::time::Timestamp;

/// Users. Usernames are unique; addresses are unique by [`EmailAddress::key`](crate::model::user::EmailAddress::key).
#[async_trait]
pub trait UserStore: Debug + Send + Sync + 'static {
    /// Stores a user with version 1, epoch 0, an empty bio and no avatar.
    ///
    /// Returns `Conflict(Username)`, `Conflict(Email)` or `Conflict(Subject)` when another user has it, and
    /// `Conflict(HasUsers)` when `only_if_first` is set and the store holds any user. Of many creations at once
    /// with one name, or with `only_if_first`, exactly one succeeds.
    ///
    /// With an invitation it is used up in the same transaction: `NotFound(Token)` when there is no such invitation, or it
    /// is used or over at the moment of the effects. Of any number of creations at once with one invitation exactly one
    /// succeeds, and one that is refused for another reason leaves the invitation as it was.
    ///
    /// One who waits for the link of their first letter is told so, by every question, until `set_email`.
    async fn create(&self, user: NewUser, effects: Effects) -> Result<User>;

    /// Deletes users who waited until before `now`, at most `limit`; returns how many. Their names are free again.
    async fn purge_waiting(&self, now: Timestamp, limit: u32) -> Result<u64>;

    /// The user of this id; `NotFound(User)` when there is none.
    async fn get(&self, id: UserId) -> Result<User>;

    /// The user of this name; `NotFound(User)` when there is none.
    async fn by_username(&self, username: &Username) -> Result<User>;

    /// The user of an outside identity; `NotFound(User)` when there is none.
    async fn by_subject(&self, subject: &Subject) -> Result<User>;

    /// The user whose username or address (in any case) `login` is, with their password;
    /// `NotFound(User)` when there is none. Suspended users are found too.
    async fn credentials(&self, login: &str) -> Result<(User, Option<PasswordHash>)>;

    /// Replaces display name, bio and avatar and raises the version by one.
    ///
    /// Returns `Conflict(Version)` with the stored version when it is not the expected one, `NotFound(User)`,
    /// or `NotFound(Media)` when the avatar is not in the catalog.
    async fn update_profile(&self, change: ProfileChange, effects: Effects) -> Result<User>;

    /// Replaces the password, raises the epoch and deletes the user's sessions. `NotFound(User)` when there is none.
    async fn set_password(
        &self,
        id: UserId,
        password: PasswordHash,
        effects: Effects,
    ) -> Result<()>;

    /// Puts `to`, the same password hashed anew at a log-in, in the place of `from`; nothing else changes. `false`, and
    /// nothing at all changes, when the stored hash is no longer `from`: a password that was changed in the meantime
    /// stays.
    async fn rehash_password(
        &self,
        id: UserId,
        from: &PasswordHash,
        to: PasswordHash,
    ) -> Result<bool>;

    /// Replaces the address by one that was shown to be theirs, and `verified_at` by the moment of the effects, and who
    /// waited for that waits no more; nothing else changes.
    ///
    /// Returns `Conflict(Email)` when another user has it, and `NotFound(User)` when there is none.
    async fn set_email(&self, id: UserId, email: EmailAddress, effects: Effects) -> Result<User>;

    /// Replaces the role, raises the epoch and deletes the user's sessions; of who is no admin then, also the invitations
    /// that nobody used. `NotFound(User)` when there is none.
    ///
    /// Returns `Conflict(LastAdmin)` when they are an admin, the role is another, and no other admin is there who is not
    /// suspended: of any number of such changes at once, one admin is left. `Conflict(State)` for who waits for the link of
    /// their first letter.
    async fn set_role(&self, id: UserId, role: Role, effects: Effects) -> Result<User>;

    /// Suspends for a reason, or restores with `None`; suspending raises the epoch and deletes the user's sessions, and the
    /// invitations of theirs that nobody used.
    /// `NotFound(User)` when there is none; `Conflict(LastAdmin)` as in `set_role`.
    async fn set_suspended(
        &self,
        id: UserId,
        reason: Option<SuspensionReason>,
        effects: Effects,
    ) -> Result<User>;

    /// Takes the right to comment away, or gives it back; nothing else changes. `NotFound(User)` when there is none.
    async fn set_blocked(&self, id: UserId, blocked: bool, effects: Effects) -> Result<User>;

    /// Says when somebody is to be erased, raises the epoch and deletes their sessions. `NotFound(User)` when there is none; `Conflict(LastAdmin)` as in `set_role`, of whose
    /// others those who are to be erased are none.
    async fn schedule_erasure(&self, id: UserId, at: Timestamp, effects: Effects) -> Result<User>;

    /// Says that somebody whose epoch is this one is not to be erased after all, raises the epoch and deletes their sessions.
    ///
    /// `NotFound(User)` when there is none; `Conflict(State)` when their epoch is another, nobody said that they are to be
    /// erased, or it is due at the moment of the effects.
    async fn cancel_erasure(&self, id: UserId, auth_epoch: u64, effects: Effects) -> Result<User>;

    /// Takes the name from at most `limit` comments, and away at most `limit` likes, whose counts fall, of a user whose
    /// erasure is due at the moment of the effects; how many of each. So that nobody with very much holds up the others:
    /// what is left, `erase` does.
    ///
    /// `NotFound(User)` when there is none, `Conflict(State)` when it is not due.
    async fn detach(&self, id: UserId, limit: u32, effects: Effects) -> Result<(u64, u64)>;

    /// Deletes a user whose erasure is due at the moment of the effects, with their sessions, tokens, likes (whose counts
    /// fall), unsaved texts, preview links, reports, invitations, and mail to them that has not left. Their comments stay
    /// without a name, and what somebody else's page still shows of their media goes to the admin who is here longest;
    /// where there is none, to the editor, the author or the reader who is.
    ///
    /// `NotFound(User)` when there is none, `Conflict(State)` when it is not due, or while they have posts, an avatar, media
    /// that nothing uses, or media and are the last user.
    async fn erase(&self, id: UserId, effects: Effects) -> Result<()>;

    /// The users whose names begin with `prefix`, in the order of their names, from behind `after` on, at most `limit`.
    /// In one query.
    async fn list(
        &self,
        prefix: &str,
        after: Option<&Username>,
        limit: u16,
    ) -> Result<Page<User, Username>>;

    /// The users of these ids as lists show them, in any order; unknown ids are left out. In one query.
    async fn refs(&self, ids: &[UserId]) -> Result<Vec<UserRef>>;

    /// Whether there is no user at all.
    async fn is_empty(&self) -> Result<bool>;
}
