//! Accounts: registration, the owner's set-up, log-in, profiles.

use std::sync::Arc;
use std::time::Duration;

use crate::blog::{Core, detached};
use crate::error::{Conflict, Denied, Error, Reason, Result, Violations};
use crate::id::{MediaId, UserId};
use crate::model::audit::AuditAction;
use crate::model::effects::Effects;
use crate::model::letter::Compose;
use crate::model::media::MediaKind;
use crate::model::outbox::Task;
use crate::model::secret::{Secret, SecretHash};
use crate::model::token::{Purpose, Token};
use crate::model::user::{
    Bio, DisplayName, EmailAddress, NewUser, ProfileChange, Role, User, Username,
};
use crate::origin::Origin;
use crate::password::{Password, Verdict};
use crate::policy::{Action, Actor};
use crate::service::addresses::Addresses;
use crate::service::invitations::Invitations;
use crate::service::privacy::Privacy;
use crate::service::quotas;
use crate::service::recovery::{Recovery, chosen};
use crate::service::sessions::{Login, Sessions};

/// How long the owner's link is good. It is made anew at every start while there is no owner.
const OWNER_LINK: Duration = Duration::from_secs(24 * 3600);

/// Accounts.
#[derive(Debug, Clone)]
pub struct Accounts {
    core: Arc<Core>,
}

/// What somebody gives to make an account.
#[derive(Debug, Clone, Default)]
pub struct SignUp {
    /// The name in addresses.
    pub username: String,
    /// The mail address.
    pub email: String,
    /// The password.
    pub password: String,
}

/// What somebody gives to log in.
#[derive(Debug, Clone, Default)]
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

    /// Makes an account where registration is open. The answer is the same whether the address is known or not (a log-in
    /// with the new name tells it, since an account works before its address is verified): if it
    /// is, nothing is made and its owner gets a mail; if it is not, the mail has a link that verifies it. A taken username
    /// is told, since usernames are public.
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
            match this.create(checked, role, false, invitation).await {
                Ok(user) => addresses.invite(&user, email, &compose).await,
                Err(Error::Conflict(Conflict::Email)) => {
                    addresses.tell_known(&email, &compose).await
                }
                Err(other) => Err(name_taken(other)),
            }
        })
        .await
    }

    async fn create(
        &self,
        checked: Checked,
        role: Role,
        only_if_first: bool,
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
            email: Some(email),
            subject: None,
            password: Some(password),
            role,
            verified_at: only_if_first.then_some(now),
            only_if_first,
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
        self.create(checked, role, false, None)
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
    /// `NotFound(User)`.
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
            let owner = this.create(checked, Role::Admin, true, None).await;
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

    /// Logs in. Takes as long for an unknown name as for a wrong password, and says the same.
    ///
    /// # Errors
    /// `Denied(Credentials)`; `Suspended` only after the right password; `RateLimited` above 5 failures in
    /// 15 minutes on one account or 20 from one client; `Unavailable` when too many log in at once.
    pub async fn log_in(&self, form: LogIn) -> Result<Login> {
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

    async fn try_log_in(&self, form: LogIn, password: Password) -> Result<Login> {
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
        if let Some(reason) = user.suspension {
            let reason = reason.to_string();
            return Err(Error::Suspended { reason });
        }
        if outdated && let Some(old) = hash {
            let new = core.passwords.hash(password).await?;
            // What is stored by now may be another password's.
            core.records
                .users
                .rehash_password(user.id, &old, new)
                .await?;
        }
        let user = Privacy::new(self.core.clone()).stay(user).await?;
        Sessions::new(self.core.clone())
            .begin(user, form.remember, &form.device)
            .await
    }

    /// The user of this name.
    ///
    /// # Errors
    /// `NotFound(User)`.
    pub async fn by_username(&self, username: &str) -> Result<User> {
        let username = Username::try_from(username)
            .map_err(|_| Error::NotFound(crate::error::Entity::User))?;
        self.core.records.users.by_username(&username).await
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

/// Turns what the store found taken into the field's own error.
fn name_taken(error: Error) -> Error {
    match error {
        Error::Conflict(Conflict::Username) => Error::invalid("username", Reason::Taken),
        Error::Conflict(Conflict::Email) => Error::invalid("email", Reason::Taken),
        other => other,
    }
}
