//! Mail addresses: shown to be somebody's, changed, and taken back.

use std::sync::Arc;
use std::time::Duration;

use crate::blog::{Core, detached};
use crate::error::{Entity, Error, Result};
use crate::model::audit::AuditAction;
use crate::model::effects::Effects;
use crate::model::letter::{Compose, Letter};
use crate::model::secret::Secret;
use crate::model::token::{Purpose, Token};
use crate::model::user::{EmailAddress, User};
use crate::service::quotas;
use crate::service::recovery::Recovery;
use crate::service::sessions::Visitor;

/// How long a link that verifies is good.
pub const VERIFY: Duration = Duration::from_secs(24 * 3600);
/// How long the old address can take a change back.
const UNDO: Duration = Duration::from_secs(7 * 24 * 3600);

/// Mail addresses.
#[derive(Debug, Clone)]
pub struct Addresses {
    core: Arc<Core>,
}

/// A link of a mail, before its button is pressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressLink {
    /// Whose account it is.
    pub user: User,
    /// The address that becomes theirs, or becomes theirs again.
    pub email: EmailAddress,
}

impl Addresses {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// Sends a link that verifies the address they have; nothing where it is verified already, or where they have none.
    ///
    /// # Errors
    /// `RateLimited` above three an hour.
    pub async fn send_link(&self, visitor: &Visitor, compose: Compose) -> Result<()> {
        let user = visitor.user.clone();
        let Some(email) = user.email.clone().filter(|_| user.verified_at.is_none()) else {
            return Ok(());
        };
        quotas::LINK_ACCOUNT
            .take(&self.core, &user.id.to_string())
            .await?;
        let this = self.clone();
        detached(&self.core, async move {
            this.invite(&user, email, &compose).await
        })
        .await
    }

    /// Nobody's mail box is flooded through us, whoever asks; what is above that is not sent.
    async fn may_write_to(&self, email: &EmailAddress) -> Result<bool> {
        match quotas::LETTER.take(&self.core, &email.key()).await {
            Ok(()) => Ok(true),
            Err(Error::RateLimited { .. }) => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// Sends the link that makes an address theirs.
    pub(crate) async fn invite(
        &self,
        user: &User,
        email: EmailAddress,
        compose: &Compose,
    ) -> Result<()> {
        if !self.may_write_to(&email).await? {
            return Ok(());
        }
        let secret = Secret::generate();
        let letter = Letter::Verify {
            username: &user.username,
            secret: &secret,
        };
        let now = self.core.now();
        let effects = Effects::at(now).letter(&email, compose(&letter));
        let token = Token {
            hash: secret.hash(),
            purpose: Purpose::Verify,
            user: Some(user.id),
            email: Some(email),
            created_at: now,
            expires_at: now.plus(VERIFY),
        };
        self.core.records.tokens.issue(token, effects).await?;
        self.core.wake.notify_one();
        Ok(())
    }

    /// The letter of an account that waits: the link that ends the waiting, or, to an address that has an account, that
    /// there is one. Both are the same work.
    pub(crate) async fn first_letter(
        &self,
        user: &User,
        email: EmailAddress,
        known: Option<&User>,
        compose: &Compose,
    ) -> Result<()> {
        if !self.may_write_to(&email).await? {
            return Ok(());
        }
        let now = self.core.now();
        let secret = Secret::generate();
        let letter = match known {
            None => Letter::Verify {
                username: &user.username,
                secret: &secret,
            },
            Some(known) => Letter::Known {
                username: &known.username,
            },
        };
        let effects = Effects::at(now).letter(&email, compose(&letter));
        let token = Token {
            hash: secret.hash(),
            purpose: Purpose::Verify,
            user: Some(user.id),
            email: known.is_none().then_some(email),
            created_at: now,
            expires_at: now.plus(VERIFY),
        };
        self.core.records.tokens.issue(token, effects).await?;
        self.core.wake.notify_one();
        Ok(())
    }

    /// Tells the owner of a known address that somebody gave it as theirs. The mail goes with a token that nobody has the
    /// secret of, since mail is an effect and effects belong to a write.
    pub(crate) async fn tell_known(&self, email: &EmailAddress, compose: &Compose) -> Result<()> {
        if !self.may_write_to(email).await? {
            return Ok(());
        }
        let now = self.core.now();
        let (user, _) = self.core.records.users.credentials(&email.key()).await?;
        let letter = Letter::Known {
            username: &user.username,
        };
        let effects = Effects::at(now).letter(email, compose(&letter));
        let token = Token {
            hash: Secret::generate().hash(),
            purpose: Purpose::Verify,
            user: Some(user.id),
            email: None,
            created_at: now,
            expires_at: now,
        };
        self.core.records.tokens.issue(token, effects).await?;
        self.core.wake.notify_one();
        Ok(())
    }

    /// Sends a link to a new address; it takes the place of the old one when the link is followed. The answer is the same
    /// where somebody else has the address: then they are told.
    ///
    /// # Errors
    /// `Invalid` with field `email`, or with field `password` for a wrong one; `RateLimited`.
    pub async fn change(
        &self,
        visitor: &Visitor,
        email: &str,
        password: &str,
        compose: Compose,
    ) -> Result<()> {
        let email = EmailAddress::try_from(email).map_err(|why| Error::invalid("email", why))?;
        let user = visitor.user.clone();
        let this = self.clone();
        let password = password.to_owned();
        detached(&self.core, async move {
            let recovery = Recovery::new(this.core.clone());
            recovery.confirm(&user, "password", &password).await?;
            quotas::LINK_ACCOUNT
                .take(&this.core, &user.id.to_string())
                .await?;
            match this.core.records.users.credentials(&email.key()).await {
                Ok((other, _)) if other.id != user.id => this.tell_known(&email, &compose).await,
                Ok(_) | Err(Error::NotFound(_)) => this.invite(&user, email, &compose).await,
                Err(other) => Err(other),
            }
        })
        .await
    }

    /// What a link that verifies is about, for showing its page.
    ///
    /// # Errors
    /// `NotFound(Token)`.
    pub async fn check(&self, secret: &Secret) -> Result<AddressLink> {
        self.look(secret, Purpose::Verify).await
    }

    /// What a link that takes a change back is about, for showing its page.
    ///
    /// # Errors
    /// `NotFound(Token)`.
    pub async fn check_undo(&self, secret: &Secret) -> Result<AddressLink> {
        self.look(secret, Purpose::Undo).await
    }

    async fn look(&self, secret: &Secret, purpose: Purpose) -> Result<AddressLink> {
        let tokens = &self.core.records.tokens;
        let token = tokens
            .peek(&secret.hash(), purpose, self.core.now())
            .await?;
        self.about(token).await
    }

    async fn about(&self, token: Token) -> Result<AddressLink> {
        let gone = Error::NotFound(Entity::Token);
        let (Some(user), Some(email)) = (token.user, token.email) else {
            return Err(gone);
        };
        match self.core.records.users.get(user).await {
            Ok(user) if !user.is_suspended() => Ok(AddressLink { user, email }),
            Ok(_) | Err(Error::NotFound(_)) => Err(gone),
            Err(other) => Err(other),
        }
    }

    /// Makes the link's address theirs. Where it takes the place of another that was shown to be theirs, the old one is
    /// told; with a link that takes it back for 7 days if it was theirs for as long, so that whoever held it for a moment
    /// gets none.
    ///
    /// # Errors
    /// `NotFound(Token)`, `Conflict(Email)` when somebody else took the address since.
    pub async fn verify(&self, secret: &Secret, compose: Compose) -> Result<User> {
        let this = self.clone();
        let hash = secret.hash();
        detached(&self.core, async move {
            let tokens = &this.core.records.tokens;
            let now = this.core.now();
            let token = tokens.redeem(&hash, Purpose::Verify, now).await?;
            let AddressLink { user, email } = this.about(token).await?;
            let mut effects = Effects::at(now);
            let old = user.email.clone().filter(|old| old.key() != email.key());
            if let (Some(old), Some(since)) = (old, user.verified_at) {
                let secret = match now.since(since) >= UNDO {
                    true => Some(this.keep_for_undo(&user, old.clone()).await?),
                    false => None,
                };
                let letter = Letter::Moved {
                    username: &user.username,
                    to: &email,
                    secret: secret.as_ref(),
                };
                effects = effects.letter(&old, compose(&letter));
            }
            let stored = this.take(&user, email, "by a link", effects).await?;
            tokens.revoke(Some(user.id), Purpose::Verify).await?;
            this.core.wake.notify_one();
            Ok(stored)
        })
        .await
    }

    async fn take(
        &self,
        user: &User,
        email: EmailAddress,
        how: &str,
        effects: Effects,
    ) -> Result<User> {
        let subject = format!("user:{}", user.id);
        let effects = effects.audit(Some(user.id), AuditAction::UserEmail, subject, how);
        self.core
            .records
            .users
            .set_email(user.id, email, effects)
            .await
    }

    /// The secret of a link that takes the address back. It is stored before the address changes, since the letter goes
    /// with the change.
    async fn keep_for_undo(&self, user: &User, old: EmailAddress) -> Result<Secret> {
        let secret = Secret::generate();
        let now = self.core.now();
        let token = Token {
            hash: secret.hash(),
            purpose: Purpose::Undo,
            user: Some(user.id),
            email: Some(old),
            created_at: now,
            expires_at: now.plus(UNDO),
        };
        let tokens = &self.core.records.tokens;
        tokens.issue(token, Effects::at(now)).await?;
        Ok(secret)
    }

    /// Takes a change of the address back: it is the old one again, all sessions end, and no other link is good. Whoever
    /// changed it may know the password, so its owner is to set a new one.
    ///
    /// # Errors
    /// `NotFound(Token)`, `Conflict(Email)` when somebody else took the address since.
    pub async fn undo(&self, secret: &Secret) -> Result<User> {
        let this = self.clone();
        let hash = secret.hash();
        detached(&self.core, async move {
            let core = &this.core;
            let tokens = &core.records.tokens;
            let token = tokens.redeem(&hash, Purpose::Undo, core.now()).await?;
            let AddressLink { user, email } = this.about(token).await?;
            let effects = Effects::at(core.now());
            let stored = this.take(&user, email, "taken back", effects).await?;
            for purpose in [
                Purpose::Verify,
                Purpose::Reset,
                Purpose::Undo,
                Purpose::SecondFactor,
            ] {
                tokens.revoke(Some(user.id), purpose).await?;
            }
            let effects = Effects::at(core.now()).audit(
                Some(user.id),
                AuditAction::SessionDelete,
                format!("user:{}", user.id),
                "all, with the address taken back",
            );
            core.records
                .sessions
                .delete_all(user.id, None, effects)
                .await?;
            Ok(stored)
        })
        .await
    }

    /// Counts somebody's address as verified, from the command line.
    ///
    /// # Errors
    /// `NotFound(User)`, also for a user without an address.
    pub async fn confirm(&self, login: &str) -> Result<User> {
        let (user, _) = self.core.records.users.credentials(login).await?;
        let waiting = user.waiting.as_ref().map(|waiting| waiting.email.clone());
        let email = user.email.clone().or(waiting);
        let email = email.ok_or(Error::NotFound(Entity::User))?;
        let effects = Effects::at(self.core.now());
        self.take(&user, email, "from the command line", effects)
            .await
    }
}
