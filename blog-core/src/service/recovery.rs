//! Passwords after the first: forgotten, set anew by a link, changed.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::blog::{Core, detached};
use crate::error::{Entity, Error, Reason, Result};
use crate::id::UserId;
use crate::model::audit::AuditAction;
use crate::model::effects::Effects;
use crate::model::letter::{Compose, Letter};
use crate::model::outbox::Task;
use crate::model::secret::Secret;
use crate::model::token::{Purpose, Token};
use crate::model::user::{EmailAddress, User};
use crate::password::{Password, Verdict};
use crate::service::letters::tell;
use crate::service::quotas;
use crate::service::sessions::{Login, Sessions, Visitor};

/// How long a link that sets a password is good.
const RESET: Duration = Duration::from_secs(30 * 60);

/// Passwords after the first.
#[derive(Debug, Clone)]
pub struct Recovery {
    core: Arc<Core>,
}

/// What somebody gives to change their password.
#[derive(Clone, Default)]
pub struct PasswordChange {
    /// The one that they have.
    pub current: String,
    /// The one that they want.
    pub password: String,
    /// The browser's `User-Agent`, for the session that begins.
    pub device: String,
}

/// Hides both passwords.
impl fmt::Debug for PasswordChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordChange")
            .field("device", &self.device)
            .finish_non_exhaustive()
    }
}

/// A password as its owner chooses it: not like their name or address.
pub(crate) fn chosen(field: &'static str, password: &str, user: &User) -> Result<Password> {
    let email = user.email.as_ref().map_or("", EmailAddress::as_str);
    Password::chosen(password, &[user.username.as_str(), email])
        .map_err(|reason| Error::invalid(field, reason))
}

impl Recovery {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// Sends a link that sets a new password to whoever has this name or address. The answer, and the store's work for
    /// it, are the same where there is nobody, or nobody who logs in with a password and has an address; above three
    /// mails an hour to one account it sends none.
    ///
    /// # Errors
    /// `Invalid` with field `login`, `RateLimited` above 20 an hour from one client.
    pub async fn forgot(&self, login: &str, client: &str, compose: Compose) -> Result<()> {
        let login = login.trim().to_lowercase();
        if login.is_empty() {
            return Err(Error::invalid("login", Reason::Empty));
        }
        quotas::LINK_CLIENT.take(&self.core, client).await?;
        let this = self.clone();
        detached(&self.core, async move {
            this.send_reset(&login, &compose).await
        })
        .await
    }

    async fn send_reset(&self, login: &str, compose: &Compose) -> Result<()> {
        let found = match self.core.records.users.credentials(login).await {
            Ok((user, Some(_))) if !user.is_suspended() && user.waiting.is_none() => Some(user),
            Ok(_) | Err(Error::NotFound(_)) => None,
            Err(other) => return Err(other),
        };
        let account = found.as_ref().map(|user| user.id.to_string());
        let account = account.as_deref().unwrap_or(login);
        let granted = match quotas::FORGOT_ACCOUNT.take(&self.core, account).await {
            Ok(()) => true,
            Err(Error::RateLimited { .. }) => false,
            Err(other) => return Err(other),
        };
        let now = self.core.now();
        let secret = Secret::generate();
        let subject = found.as_ref().map(|user| format!("user:{}", user.id));
        let subject = subject.unwrap_or_default();
        let mut effects = Effects::at(now).audit(None, AuditAction::UserForgot, subject, "");
        let reader = found.filter(|_| granted);
        let reader = reader.and_then(|user| Some((user.email.clone()?, user)));
        // What is written for nobody is over already.
        let mut token = Token {
            hash: secret.hash(),
            purpose: Purpose::Reset,
            user: None,
            email: None,
            created_at: now,
            expires_at: now,
        };
        if let Some((email, user)) = reader {
            let letter = Letter::Reset {
                username: &user.username,
                secret: &secret,
            };
            effects = effects.letter(&email, compose(&letter));
            token.user = Some(user.id);
            token.email = Some(email);
            token.expires_at = now.plus(RESET);
        } else {
            effects = effects.later(now, Task::DeleteObjects { keys: Vec::new() });
        }
        self.core.records.tokens.issue(token, effects).await?;
        self.core.wake.notify_one();
        Ok(())
    }

    /// The secret of a link that sets a new password, from the command line; nothing is hidden from whoever has a shell.
    ///
    /// # Errors
    /// `NotFound(User)`.
    pub async fn link(&self, login: &str) -> Result<(User, Secret)> {
        let (user, _) = self.core.records.users.credentials(login).await?;
        let now = self.core.now();
        let secret = Secret::generate();
        let token = Token {
            hash: secret.hash(),
            purpose: Purpose::Reset,
            user: Some(user.id),
            email: user.email.clone(),
            created_at: now,
            expires_at: now.plus(RESET),
        };
        let subject = format!("user:{}", user.id);
        let effects = Effects::at(now).audit(
            None,
            AuditAction::UserForgot,
            subject,
            "from the command line",
        );
        self.core.records.tokens.issue(token, effects).await?;
        Ok((user, secret))
    }

    /// Whose password a link sets, for showing its form.
    ///
    /// # Errors
    /// `NotFound(Token)` for a link that is used, over or none, whose mail went to an address that is theirs no more,
    /// or of somebody who is suspended.
    pub async fn check(&self, secret: &Secret) -> Result<User> {
        let tokens = &self.core.records.tokens;
        let token = tokens
            .peek(&secret.hash(), Purpose::Reset, self.core.now())
            .await?;
        let gone = Error::NotFound(Entity::Token);
        let Some(user) = token.user else {
            return Err(gone);
        };
        match self.core.records.users.get(user).await {
            Ok(user) if user.email == token.email && !user.is_suspended() => Ok(user),
            Ok(_) | Err(Error::NotFound(_)) => Err(gone),
            Err(other) => Err(other),
        }
    }

    /// Sets the password by a link: uses up this link and every other one of theirs but those that take a change of the
    /// address back, ends all their sessions, logs
    /// nobody in, and tells them by mail. A refused password costs nobody the link.
    ///
    /// # Errors
    /// `NotFound(Token)`, `Invalid` with field `password`.
    pub async fn reset(&self, secret: &Secret, password: &str, compose: Compose) -> Result<()> {
        let user = self.check(secret).await?;
        let password = chosen("password", password, &user)?;
        let this = self.clone();
        let hash = secret.hash();
        detached(&self.core, async move {
            let password = this.core.passwords.hash(password).await?;
            let tokens = &this.core.records.tokens;
            let now = this.core.now();
            let token = tokens.redeem(&hash, Purpose::Reset, now).await?;
            // It may have been changed while the password was hashed.
            if this.core.records.users.get(user.id).await?.email != token.email {
                return Err(Error::NotFound(Entity::Token));
            }
            let effects = this.changed(&user, "by a link", &compose).await?;
            let users = &this.core.records.users;
            users.set_password(user.id, password, effects).await?;
            this.end_links(user.id).await?;
            // Whoever guessed at the old one kept its owner out as well.
            quotas::LOGIN_ACCOUNT
                .clear(&this.core, &user.id.to_string())
                .await?;
            this.core.wake.notify_one();
            Ok(())
        })
        .await
    }

    /// Changes the password of who is logged in, ends all their sessions, and begins a new one where they are.
    ///
    /// # Errors
    /// `Invalid` with field `current` for a wrong password, or with field `password`; `RateLimited` as at a log-in.
    pub async fn change(
        &self,
        visitor: &Visitor,
        input: PasswordChange,
        compose: Compose,
    ) -> Result<Login> {
        let user = visitor.user.clone();
        let remember = visitor.session.remember;
        let password = chosen("password", &input.password, &user)?;
        let this = self.clone();
        detached(&self.core, async move {
            this.confirm(&user, "current", &input.current).await?;
            let password = this.core.passwords.hash(password).await?;
            let effects = this.changed(&user, "by its owner", &compose).await?;
            let users = &this.core.records.users;
            users.set_password(user.id, password, effects).await?;
            this.end_links(user.id).await?;
            this.core.wake.notify_one();
            let user = users.get(user.id).await?;
            Sessions::new(this.core.clone())
                .begin(user, remember, &input.device)
                .await
        })
        .await
    }

    /// Ends the links that somebody who knew the old password may have asked for.
    pub(crate) async fn end_links(&self, user: UserId) -> Result<()> {
        for purpose in [Purpose::Reset, Purpose::Verify, Purpose::SecondFactor] {
            self.core.records.tokens.revoke(Some(user), purpose).await?;
        }
        Ok(())
    }

    /// Whether the password is the user's: asked before what may not be done by whoever finds an open browser.
    pub(crate) async fn confirm(
        &self,
        user: &User,
        field: &'static str,
        password: &str,
    ) -> Result<()> {
        if password.is_empty() {
            return Err(Error::invalid(field, Reason::Empty));
        }
        let core = &*self.core;
        let account = user.id.to_string();
        let (_, hash) = core
            .records
            .users
            .credentials(user.username.as_str())
            .await?;
        let wrong = || Error::invalid(field, Reason::WrongPassword);
        let Ok(password) = Password::typed(password) else {
            return Err(wrong());
        };
        quotas::LOGIN_ACCOUNT.take(core, &account).await?;
        match core.passwords.verify(password, hash).await {
            Ok(Verdict::Right { .. }) => quotas::LOGIN_ACCOUNT.give_back(core, &account).await,
            Ok(_) => Err(wrong()),
            Err(busy) => {
                quotas::LOGIN_ACCOUNT.give_back(core, &account).await?;
                Err(busy)
            }
        }
    }

    async fn changed(&self, user: &User, how: &str, compose: &Compose) -> Result<Effects> {
        let subject = format!("user:{}", user.id);
        let effects = Effects::at(self.core.now());
        let effects = effects.audit(Some(user.id), AuditAction::UserPassword, subject, how);
        let letter = Letter::PasswordChanged {
            username: &user.username,
        };
        tell(&self.core, effects, user, &letter, compose).await
    }
}
