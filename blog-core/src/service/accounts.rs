//! Accounts: registration, the owner's set-up, log-in, profiles.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::blog::{Core, detached};
use crate::error::{Conflict, Denied, Entity, Error, Reason, Result, Violations};
use crate::id::{MediaId, UserId};
use crate::model::audit::AuditAction;
use crate::model::effects::Effects;
use crate::model::letter::Compose;
use crate::model::media::MediaKind;
use crate::model::outbox::Task;
use crate::model::secret::{Secret, SecretHash};
use crate::model::token::{Purpose, Token};
use crate::model::user::{
    Bio, DisplayName, EmailAddress, NewUser, ProfileChange, Role, User, Username, Waiting,
};
use crate::origin::Origin;
use crate::password::{Password, Verdict};
use crate::policy::{Action, Actor};
use crate::service::addresses::{Addresses, VERIFY};
use crate::service::invitations::Invitations;
use crate::service::privacy::Privacy;
use crate::service::quotas;
use crate::service::recovery::{Recovery, chosen};
use crate::service::second_factors::{self, Asked};
use crate::service::sessions::{Login, Sessions};
use crate::time::Timestamp;

/// How long the owner's link is good. It is made anew at every start while there is no owner.
const OWNER_LINK: Duration = Duration::from_secs(24 * 3600);

/// For how long the right password waits for the second factor.
const HALF_WAY: Duration = Duration::from_secs(5 * 60);

/// Accounts.
#[derive(Debug, Clone)]
pub struct Accounts {
    core: Arc<Core>,
}

/// What somebody gives to make an account.
#[derive(Clone, Default)]
pub struct SignUp {
    /// The name in addresses.
    pub username: String,
    /// The mail address.
    pub email: String,
    /// The password.
    pub password: String,
}

/// Hides the password.
impl fmt::Debug for SignUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignUp")
            .field("username", &self.username)
            .field("email", &self.email)
            .finish_non_exhaustive()
    }
}

/// What somebody gives to log in.
#[derive(Clone, Default)]
pub struct LogIn {
    /// Name or address.
    pub login: String,
    /// The password.
    pub password: String,
    /// Whether the log-in is to last for 14 days of rest.
    pub remember: bool,
    /// The browser's `User-Agent`.
    pub device: String,
    /// Who asks, for limits: the client's address, IPv6 by its /64.
    pub client: String,
}

/// Hides the password.
impl fmt::Debug for LogIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogIn")
            .field("login", &self.login)
            .field("remember", &self.remember)
            .field("device", &self.device)
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}

/// What the right password comes to.
#[derive(Debug)]
pub enum Entry {
    /// They are in.
    In(Box<Login>),
    /// They must show their second factor: see [`Accounts::show_second_factor`].
    Half(HalfLogin),
}

impl Entry {
    /// The session, where the password was enough.
    pub fn login(self) -> Option<Login> {
        match self {
            Entry::In(login) => Some(*login),
            Entry::Half(_) => None,
        }
    }
}

/// A log-in that wants a second factor. Nobody but the browser with the secret goes on with it.
#[derive(Debug)]
pub struct HalfLogin {
    /// For the browser's cookie.
    pub secret: Secret,
    /// For how long it can be gone on with.
    pub lasts: Duration,
}

/// What somebody gives to end a log-in that is half done.
#[derive(Clone, Default)]
pub struct SecondStep {
    /// Of their app, or a recovery code.
    pub code: String,
    /// As [`LogIn::remember`].
    pub remember: bool,
    /// As [`LogIn::device`].
    pub device: String,
    /// As [`LogIn::client`].
    pub client: String,
}

/// Hides the code.
impl fmt::Debug for SecondStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecondStep")
            .field("remember", &self.remember)
            .field("device", &self.device)
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}

/// What somebody gives to change their profile.
#[derive(Debug, Clone)]
pub struct ProfileInput {
    /// The version that the form was filled from.
    pub version: u64,
    /// What readers see.
    pub display_name: String,
    /// Plain text.
    pub bio: String,
    /// An own picture, or none.
    pub avatar: Option<MediaId>,
}

/// How an account begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NewAccount {
    /// It is the first one, and verified.
    Owner,
    /// It works at once.
    Works,
    /// It waits for the link of its first letter.
    Waits,
}

struct Checked {
    username: Username,
    email: EmailAddress,
    password: Password,
}

impl SignUp {
    fn check(&self) -> Result<Checked> {
        let mut violations = Violations::new();
        let username = violations.check("username", Username::try_from(self.username.as_str()));
        let email = violations.check("email", EmailAddress::try_from(self.email.as_str()));
        let names = [self.username.as_str(), self.email.as_str()];
        let password = violations.check("password", Password::chosen(&self.password, &names));
        match (username, email, password) {
            (Some(username), Some(email), Some(password)) => Ok(Checked {
                username,
                email,
                password,
            }),
            _ => Err(Error::Invalid(violations)),
        }
    }
}

impl Accounts {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// Makes an account where registration is open. A taken username is told, since usernames are public.
    ///
    /// Where addresses must be verified and mail can be sent, the account waits for the link of its first letter, for 24
    /// hours, and whether the address is known makes no difference but to its owner: an account of that name is made, which
    /// nobody can log in to, and the letter tells them instead of bringing a link. [`Self::waits`] says whether it is so.
    ///
    /// Elsewhere the account works at once, and the answer is the same whether the address is known or not, but a log-in with
    /// the new name tells it: if it is, nothing is made and its owner gets a mail; if it is not, the mail has a link that
    /// verifies it.
    ///
    /// With an invitation the account has its role, and is made while registration is by invitation as well; of any number of
    /// sign-ups at once with one invitation one is made.
    ///
    /// # Errors
    /// `Denied(RegistrationClosed)`, `Denied(InvitationNeeded)`, `NotFound(Token)`, `Denied(OwnerFirst)`, `Invalid` by field, `RateLimited` above five an hour from one client.
    pub async fn register(
        &self,
        form: SignUp,
        invitation: Option<&Secret>,
        client: &str,
        compose: Compose,
    ) -> Result<()> {
        self.core.policy.may_register(invitation.is_some())?;
        let (role, invitation) = match invitation {
            Some(secret) => {
                let invitations = Invitations::new(self.core.clone());
                let found = invitations.check(secret).await?;
                (found.role, Some(found.token))
            }
            None => (Role::Author, None),
        };
        let checked = form.check()?;
        if self.core.settings.owner_first && self.core.records.users.is_empty().await? {
            return Err(Denied::OwnerFirst.into());
        }
        quotas::SIGN_UP.take(&self.core, client).await?;
        let this = self.clone();
        detached(&self.core, async move {
            let email = checked.email.clone();
            let addresses = Addresses::new(this.core.clone());
            if this.waits() {
                let known = match this.core.records.users.credentials(&email.key()).await {
                    Ok((known, _)) => Some(known),
                    Err(Error::NotFound(_)) => None,
                    Err(other) => return Err(other),
                };
                let kind = NewAccount::Waits;
                let user = this.create(checked, role, kind, invitation).await;
                let user = user.map_err(name_taken)?;
                return addresses
                    .first_letter(&user, email, known.as_ref(), &compose)
                    .await;
            }
            let made = this.create(checked, role, NewAccount::Works, invitation);
            match made.await {
                Ok(user) => addresses.invite(&user, email, &compose).await,
                Err(Error::Conflict(Conflict::Email)) => {
                    addresses.tell_known(&email, &compose).await
                }
                Err(other) => Err(name_taken(other)),
            }
        })
        .await
    }

    /// Whether a new account waits for the link of its first letter.
    pub fn waits(&self) -> bool {
        self.core.settings.require_verified_email && self.core.mailer.delivers()
    }

    async fn create(
        &self,
        checked: Checked,
        role: Role,
        kind: NewAccount,
        invitation: Option<SecretHash>,
    ) -> Result<User> {
        let Checked {
            username,
            email,
            password,
        } = checked;
        let password = self.core.passwords.hash(password).await?;
        let now = self.core.now();
        let id = UserId::generate();
        let effects = Effects::at(now).audit(
            (Origin::current() != Origin::CommandLine).then_some(id),
            AuditAction::UserCreate,
            format!("user:{id}"),
            role.as_str(),
        );
        let new = NewUser {
            id,
            display_name: DisplayName::from_store(username.to_string()),
            username,
            waiting: (kind == NewAccount::Waits).then(|| Waiting {
                email: email.clone(),
                expires_at: now.plus(VERIFY),
            }),
            email: (kind != NewAccount::Waits).then_some(email),
            subject: None,
            password: Some(password),
            role,
            verified_at: (kind == NewAccount::Owner).then_some(now),
            only_if_first: kind == NewAccount::Owner,
            invitation,
        };
        self.core.records.users.create(new, effects).await
    }

    /// Makes an account from the command line; nothing is hidden from whoever has a shell.
    ///
    /// # Errors
    /// `Invalid` by field, also for a taken name or address.
    pub async fn add(&self, form: SignUp, role: Role) -> Result<User> {
        let checked = form.check()?;
        self.create(checked, role, NewAccount::Works, None)
            .await
            .map_err(name_taken)
    }

    /// Sets a user's password from the command line and ends their sessions.
    ///
    /// # Errors
    /// `NotFound(User)`, `Invalid` with field `password`.
    pub async fn set_password(&self, login: &str, password: &str) -> Result<User> {
        let (user, _) = self.core.records.users.credentials(login).await?;
        let password = chosen("password", password, &user)?;
        let hash = self.core.passwords.hash(password).await?;
        let effects = Effects::at(self.core.now()).audit(
            None,
            AuditAction::UserPassword,
            format!("user:{}", user.id),
            "from the command line",
        );
        let users = &self.core.records.users;
        users.set_password(user.id, hash, effects).await?;
        Recovery::new(self.core.clone()).end_links(user.id).await?;
        Ok(user)
    }

    /// Gives a user another role from the command line and ends their sessions.
    ///
    /// # Errors
    /// `NotFound(User)`, `Conflict(State)` for who waits for the link of their first letter.
    pub async fn set_role(&self, login: &str, role: Role) -> Result<User> {
        let (user, _) = self.core.records.users.credentials(login).await?;
        let effects = Effects::at(self.core.now()).audit(
            None,
            AuditAction::UserRole,
            format!("user:{}", user.id),
            format!("{} → {}", user.role.as_str(), role.as_str()),
        );
        let users = &self.core.records.users;
        users.set_role(user.id, role, effects).await
    }

    /// On an empty store, the secret of a new link that makes the owner's account, good once and for 24 hours;
    /// older links are revoked. `None` when there is a user.
    ///
    /// # Errors
    /// Of the store.
    pub async fn owner_link(&self) -> Result<Option<Secret>> {
        if !self.core.records.users.is_empty().await? {
            return Ok(None);
        }
        let now = self.core.now();
        let secret = Secret::generate();
        let tokens = &self.core.records.tokens;
        tokens.revoke(None, Purpose::Owner).await?;
        let token = Token {
            hash: secret.hash(),
            purpose: Purpose::Owner,
            user: None,
            email: None,
            created_at: now,
            expires_at: now.plus(OWNER_LINK),
        };
        tokens.issue(token, Effects::at(now)).await?;
        Ok(Some(secret))
    }

    /// Whether the owner's link is good, for showing its form.
    ///
    /// # Errors
    /// `NotFound(Token)`.
    pub async fn check_owner_link(&self, secret: &Secret) -> Result<()> {
        let tokens = &self.core.records.tokens;
        tokens
            .peek(&secret.hash(), Purpose::Owner, self.core.now())
            .await
            .map(drop)
    }

    /// Makes the owner's account, an admin and verified, and logs them in. The link is used up after the account is made, so that a
    /// refused form costs nobody the link; the store takes only the first account whatever happens in between.
    ///
    /// # Errors
    /// `NotFound(Token)`, `Invalid` by field, `Conflict(HasUsers)` when somebody was quicker.
    pub async fn set_up_owner(&self, secret: &Secret, form: SignUp, device: &str) -> Result<Login> {
        self.check_owner_link(secret).await?;
        let checked = form.check()?;
        let this = self.clone();
        let hash = secret.hash();
        let device = device.to_owned();
        detached(&self.core, async move {
            let kind = NewAccount::Owner;
            let owner = this.create(checked, Role::Admin, kind, None).await;
            let owner = owner.map_err(name_taken)?;
            let tokens = &this.core.records.tokens;
            tokens
                .redeem(&hash, Purpose::Owner, this.core.now())
                .await?;
            Sessions::new(this.core.clone())
                .begin(owner, false, &device)
                .await
        })
        .await
    }

    /// Logs in, or half in where the account has a second factor. Takes as long for an unknown name as for a wrong password,
    /// and says the same.
    ///
    /// # Errors
    /// `Denied(Credentials)`; `Suspended` only after the right password; `RateLimited` above 5 failures in
    /// 15 minutes on one account or 20 from one client; `Unavailable` when too many log in at once.
    pub async fn log_in(&self, form: LogIn) -> Result<Entry> {
        let mut violations = Violations::new();
        if form.login.trim().is_empty() {
            violations.push("login", Reason::Empty);
        }
        if form.password.is_empty() {
            violations.push("password", Reason::Empty);
        }
        violations.finish()?;
        let Ok(password) = Password::typed(&form.password) else {
            return Err(Denied::Credentials.into());
        };
        let this = self.clone();
        detached(
            &self.core,
            async move { this.try_log_in(form, password).await },
        )
        .await
    }

    async fn try_log_in(&self, form: LogIn, password: Password) -> Result<Entry> {
        let core = &*self.core;
        let login = form.login.trim().to_lowercase();
        // Every attempt takes one, success gives it back: so parallel guesses cannot slip past the limit.
        quotas::LOGIN_CLIENT.take(core, &form.client).await?;
        let (user, hash) = match core.records.users.credentials(&login).await {
            Ok((user, hash)) => (Some(user), hash),
            Err(Error::NotFound(_)) => (None, None),
            Err(other) => return Err(other),
        };
        // By account where there is one, since a name and an address are two ways to guess at the same password.
        let account = user.as_ref().map_or(login, |user| user.id.to_string());
        quotas::LOGIN_ACCOUNT.take(core, &account).await?;
        let verdict = match core.passwords.verify(password.clone(), hash.clone()).await {
            Ok(verdict) => verdict,
            Err(busy) => {
                // Nothing was guessed.
                quotas::LOGIN_CLIENT.give_back(core, &form.client).await?;
                quotas::LOGIN_ACCOUNT.give_back(core, &account).await?;
                return Err(busy);
            }
        };
        let (Some(user), Verdict::Right { outdated }) = (user, verdict) else {
            return Err(Denied::Credentials.into());
        };
        quotas::LOGIN_CLIENT.give_back(core, &form.client).await?;
        quotas::LOGIN_ACCOUNT.clear(core, &account).await?;
        may_enter(&user, core.now())?;
        if outdated && let Some(old) = hash {
            let new = core.passwords.hash(password).await?;
            // What is stored by now may be another password's.
            core.records
                .users
                .rehash_password(user.id, &old, new)
                .await?;
        }
        if user.second_factor.is_some() {
            return Ok(Entry::Half(self.half_way(user.id).await?));
        }
        let login = self.enter(user, form.remember, &form.device).await?;
        Ok(Entry::In(Box::new(login)))
    }

    async fn enter(&self, user: User, remember: bool, device: &str) -> Result<Login> {
        let user = Privacy::new(self.core.clone()).stay(user).await?;
        let sessions = Sessions::new(self.core.clone());
        sessions.begin(user, remember, device).await
    }

    async fn half_way(&self, user: UserId) -> Result<HalfLogin> {
        let now = self.core.now();
        let secret = Secret::generate();
        let token = Token {
            hash: secret.hash(),
            purpose: Purpose::SecondFactor,
            user: Some(user),
            email: None,
            created_at: now,
            expires_at: now.plus(HALF_WAY),
        };
        let tokens = &self.core.records.tokens;
        tokens.issue(token, Effects::at(now)).await?;
        Ok(HalfLogin {
            secret,
            lasts: HALF_WAY,
        })
    }

    /// Whether a log-in that is half done can be gone on with, for showing its form.
    ///
    /// # Errors
    /// `NotFound(Token)`.
    pub async fn check_half(&self, secret: &Secret) -> Result<()> {
        self.half_of(&secret.hash()).await.map(drop)
    }

    async fn half_of(&self, hash: &SecretHash) -> Result<User> {
        let tokens = &self.core.records.tokens;
        let token = tokens
            .peek(hash, Purpose::SecondFactor, self.core.now())
            .await?;
        let gone = Error::NotFound(Entity::Token);
        let Some(user) = token.user else {
            return Err(gone);
        };
        match self.core.records.users.get(user).await {
            Ok(user) if user.second_factor.is_some() => Ok(user),
            Ok(_) | Err(Error::NotFound(_)) => Err(gone),
            Err(other) => Err(other),
        }
    }

    /// Ends a log-in that is half done with a code of their app, or a recovery code. A code is good once, whatever number
    /// of browsers show it.
    ///
    /// # Errors
    /// `NotFound(Token)` when it took too long, or the password was changed; `Invalid` with field `code`; `Suspended`;
    /// `RateLimited` above 5 wrong codes in 15 minutes or 20 in a day, or as at a log-in from one client.
    pub async fn show_second_factor(
        &self,
        secret: &Secret,
        form: SecondStep,
        compose: Compose,
    ) -> Result<Login> {
        let this = self.clone();
        let hash = secret.hash();
        detached(&self.core, async move {
            let core = &*this.core;
            let user = this.half_of(&hash).await?;
            may_enter(&user, core.now())?;
            quotas::LOGIN_CLIENT.take(core, &form.client).await?;
            second_factors::take(core, &user, &form.code, Asked::AtLogIn, &compose).await?;
            quotas::LOGIN_CLIENT.give_back(core, &form.client).await?;
            let tokens = &core.records.tokens;
            let purpose = Purpose::SecondFactor;
            tokens.redeem(&hash, purpose, core.now()).await?;
            this.core.wake.notify_one();
            this.enter(user, form.remember, &form.device).await
        })
        .await
    }

    /// The user of this name, unless the account still waits for the link of its first letter.
    ///
    /// # Errors
    /// `NotFound(User)`.
    pub async fn by_username(&self, username: &str) -> Result<User> {
        let username = Username::try_from(username).map_err(|_| Error::NotFound(Entity::User))?;
        let user = self.core.records.users.by_username(&username).await?;
        match user.waiting {
            None => Ok(user),
            Some(_) => Err(Error::NotFound(Entity::User)),
        }
    }

    /// Changes the actor's own profile.
    ///
    /// # Errors
    /// `Denied`, `Invalid` by field, `Conflict(Version)` when it was changed in the meantime.
    pub async fn update_profile(&self, actor: &Actor, input: ProfileInput) -> Result<User> {
        let id = actor.user().ok_or(Denied::LogIn)?;
        self.core
            .policy
            .check(actor, Action::EditProfile { user: id })?;
        let mut violations = Violations::new();
        let display_name =
            violations.check("display_name", DisplayName::try_from(&*input.display_name));
        let bio = violations.check("bio", Bio::try_from(input.bio.as_str()));
        if let Some(avatar) = input.avatar {
            let items = self.core.records.catalog.get(&[avatar]).await?;
            let own_picture = items
                .iter()
                .any(|item| item.owner == id && item.kind == MediaKind::Image && item.is_ready());
            if !own_picture {
                violations.push("avatar", Reason::NotYourMedia);
            }
        }
        let (Some(display_name), Some(bio)) = (display_name, bio) else {
            return Err(Error::Invalid(violations));
        };
        violations.finish()?;
        let this = self.clone();
        detached(&self.core, async move {
            this.save_profile(id, input, display_name, bio).await
        })
        .await
    }

    async fn save_profile(
        &self,
        id: UserId,
        input: ProfileInput,
        display_name: DisplayName,
        bio: Bio,
    ) -> Result<User> {
        let before = self.core.records.users.get(id).await?;
        let media = [before.avatar.map(|a| a.id), input.avatar];
        let now = self.core.now();
        let effects = Effects::at(now)
            .invalidating()
            .audit(Some(id), AuditAction::UserProfile, format!("user:{id}"), "")
            .later(
                now,
                Task::SyncMedia {
                    media: media.into_iter().flatten().collect(),
                },
            );
        let tasks = effects.due();
        let change = ProfileChange {
            id,
            expected_version: input.version,
            display_name,
            bio,
            avatar: input.avatar,
        };
        self.core
            .records
            .users
            .update_profile(change, effects)
            .await?;
        self.core.perform_now(tasks).await;
        self.core.records.users.get(id).await
    }
}

/// Whether somebody whose password was right may come in.
fn may_enter(user: &User, now: Timestamp) -> Result<()> {
    if let Some(reason) = &user.suspension {
        let reason = reason.to_string();
        return Err(Error::Suspended { reason });
    }
    match &user.waiting {
        Some(waiting) if waiting.expires_at <= now => return Err(Denied::Credentials.into()),
        Some(_) => return Err(Denied::LinkFirst.into()),
        None => {}
    }
    // What is theirs may be half gone: there is nobody of that name.
    if user.erase_at.is_some_and(|at| at <= now) {
        return Err(Denied::Credentials.into());
    }
    Ok(())
}

/// Turns what the store found taken into the field's own error.
fn name_taken(error: Error) -> Error {
    match error {
        Error::Conflict(Conflict::Username) => Error::invalid("username", Reason::Taken),
        Error::Conflict(Conflict::Email) => Error::invalid("email", Reason::Taken),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::{LogIn, SecondStep, SignUp};
    use crate::service::recovery::PasswordChange;

    #[test]
    fn what_opens_an_account_is_not_printed() {
        let device = || "a browser".to_owned();
        let secret = || "a long secret".to_owned();
        let step = SecondStep {
            code: secret(),
            device: device(),
            ..SecondStep::default()
        };
        let log_in = LogIn {
            password: secret(),
            device: device(),
            ..LogIn::default()
        };
        let sign_up = SignUp {
            username: device(),
            password: secret(),
            ..SignUp::default()
        };
        let change = PasswordChange {
            current: secret(),
            password: secret(),
            device: device(),
        };
        for printed in [
            format!("{step:?}"),
            format!("{log_in:?}"),
            format!("{sign_up:?}"),
            format!("{change:?}"),
        ] {
            assert!(printed.contains("a browser"), "{printed}");
            assert!(!printed.contains("secret"), "{printed}");
        }
    }
}
