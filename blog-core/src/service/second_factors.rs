//! Second factors: turned on and off by their owners, and asked for at log-in.

use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::blog::{Core, detached};
use crate::error::{Conflict, Denied, Entity, Error, Reason, Result};
use crate::id::SessionId;
use crate::model::audit::AuditAction;
use crate::model::effects::Effects;
use crate::model::letter::{Compose, Letter};
use crate::model::second_factor::{RECOVERY_CODES, RecoveryCode, SecondFactor, TotpKey};
use crate::model::secret::SecretHash;
use crate::model::token::{Purpose, Token};
use crate::model::user::User;
use crate::policy;
use crate::service::letters::tell;
use crate::service::people::People;
use crate::service::quotas;
use crate::service::recovery::Recovery;
use crate::service::sessions::{Login, Sessions, Visitor};
use crate::time::Timestamp;

/// For how long a key that was begun waits for its first code.
pub(crate) const ENROLMENT: Duration = Duration::from_secs(15 * 60);

/// Second factors.
#[derive(Debug, Clone)]
pub struct SecondFactors {
    core: Arc<Core>,
}

/// How it stands with somebody's second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// They have none.
    Off,
    /// They have this key and have not shown a code of it yet.
    Begun(TotpKey),
    /// It is asked for at log-in.
    On {
        /// Since when.
        since: Timestamp,
        /// Recovery codes that are left.
        codes_left: u64,
        /// Codes that were refused since one was taken.
        failures: u64,
    },
}

impl SecondFactors {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// Whether the visitor needs one, as the site's settings stand: then they cannot turn it off.
    pub async fn is_required(&self, visitor: &Visitor) -> bool {
        policy::needs_second_factor(&visitor.user, &self.core.site().await.settings)
    }

    /// How it stands with the visitor's. A key that waits for its first code is told only to the session that began it, for a
    /// quarter of an hour: whoever else knows the password must not learn it, nor confirm one of theirs here.
    ///
    /// # Errors
    /// Of the store.
    pub async fn standing(&self, visitor: &Visitor) -> Result<Standing> {
        let factors = &self.core.records.second_factors;
        let Some(factor) = factors.get(visitor.user.id).await? else {
            return Ok(Standing::Off);
        };
        let SecondFactor {
            key,
            confirmed_at,
            failures,
            codes_left,
            ..
        } = factor;
        if let Some(since) = confirmed_at {
            return Ok(Standing::On {
                since,
                codes_left,
                failures,
            });
        }
        let beginning = beginning(visitor.session.id, &key);
        let tokens = &self.core.records.tokens;
        let purpose = Purpose::Enrolment;
        match tokens.peek(&beginning, purpose, self.core.now()).await {
            Ok(_) => Ok(Standing::Begun(key)),
            Err(Error::NotFound(_)) => Ok(Standing::Off),
            Err(other) => Err(other),
        }
    }

    /// Makes a key that waits for its first code, in the place of another such one.
    ///
    /// # Errors
    /// `Invalid` with field `password` unless that was given recently, `RateLimited` as at a log-in, `Conflict(State)` when
    /// they have a second factor.
    pub async fn begin(&self, visitor: &Visitor, password: &str) -> Result<()> {
        let people = People::new(self.core.clone());
        people.confirm(visitor, password).await?;
        let (user, session) = (visitor.user.id, visitor.session.id);
        let core = self.core.clone();
        detached(&self.core, async move {
            let (key, now) = (TotpKey::generate(), core.now());
            let factors = &core.records.second_factors;
            factors.begin(user, &key, Effects::at(now)).await?;
            let token = Token {
                hash: beginning(session, &key),
                purpose: Purpose::Enrolment,
                user: Some(user),
                email: None,
                created_at: now,
                expires_at: now.plus(ENROLMENT),
            };
            core.records.tokens.issue(token, Effects::at(now)).await
        })
        .await
    }

    /// Turns it on by a first code of the key that waits, ends all of the visitor's sessions and log-ins under way, begins a
    /// new session where they are, and tells them by mail; the recovery codes, which nobody learns again.
    ///
    /// # Errors
    /// `NotFound(Token)` when no key waits, `Invalid` with field `code`, `Conflict(State)` when it is on.
    pub async fn confirm(
        &self,
        visitor: &Visitor,
        code: &str,
        compose: Compose,
    ) -> Result<(Vec<RecoveryCode>, Login)> {
        let key = match self.standing(visitor).await? {
            Standing::Begun(key) => key,
            Standing::On { .. } => return Err(Conflict::State.into()),
            Standing::Off => return Err(Error::NotFound(Entity::Token)),
        };
        let now = self.core.now();
        let step = key.step_of(code, now).ok_or_else(wrong_code)?;
        let visitor = visitor.clone();
        let core = self.core.clone();
        detached(&self.core, async move {
            let user = &visitor.user;
            let (codes, hashes) = new_codes(user);
            let letter = Letter::SecondFactorOn {
                username: &user.username,
            };
            let effects = effects(&core, user, AuditAction::SecondFactorOn);
            let effects = tell(&core, effects, user, &letter, &compose).await?;
            let factors = &core.records.second_factors;
            factors
                .confirm(user.id, &key, step, &hashes, effects)
                .await?;
            core.wake.notify_one();
            let user = core.records.users.get(user.id).await?;
            let sessions = Sessions::new(core.clone());
            let login = sessions.renew(&visitor.session, user).await?;
            Ok((codes, login))
        })
        .await
    }

    /// Makes the recovery codes anew; those that were left are good for nothing.
    ///
    /// # Errors
    /// `Invalid` with field `password` or `code`, `RateLimited`, `Conflict(State)` when it is not on.
    pub async fn renew_codes(
        &self,
        visitor: &Visitor,
        password: &str,
        code: &str,
        compose: Compose,
    ) -> Result<Vec<RecoveryCode>> {
        let user = visitor.user.clone();
        let (password, code) = (password.to_owned(), code.to_owned());
        let core = self.core.clone();
        detached(&self.core, async move {
            let recovery = Recovery::new(core.clone());
            recovery.confirm(&user, "password", &password).await?;
            take(&core, &user, &code, Asked::InAccount, &compose).await?;
            let (codes, hashes) = new_codes(&user);
            let effects = effects(&core, &user, AuditAction::SecondFactorCodes);
            let factors = &core.records.second_factors;
            factors.renew_codes(user.id, &hashes, effects).await?;
            core.wake.notify_one();
            Ok(codes)
        })
        .await
    }

    /// Turns it off and tells the visitor by mail.
    ///
    /// # Errors
    /// `Denied(SecondFactor)` for whoever needs one, `Invalid` with field `password` or `code`, `RateLimited`,
    /// `Conflict(State)` when it is not on.
    pub async fn turn_off(
        &self,
        visitor: &Visitor,
        password: &str,
        code: &str,
        compose: Compose,
    ) -> Result<()> {
        if self.is_required(visitor).await {
            return Err(Denied::SecondFactor.into());
        }
        let user = visitor.user.clone();
        let (password, code) = (password.to_owned(), code.to_owned());
        let core = self.core.clone();
        detached(&self.core, async move {
            let recovery = Recovery::new(core.clone());
            recovery.confirm(&user, "password", &password).await?;
            take(&core, &user, &code, Asked::InAccount, &compose).await?;
            let letter = Letter::SecondFactorOff {
                username: &user.username,
            };
            let effects = effects(&core, &user, AuditAction::SecondFactorOff);
            let effects = tell(&core, effects, &user, &letter, &compose).await?;
            let factors = &core.records.second_factors;
            factors.remove(user.id, effects).await?;
            core.wake.notify_one();
            Ok(())
        })
        .await
    }

    /// Turns somebody's off from the command line, for who lost app and recovery codes. Whoever has a shell knows whom they
    /// do this for.
    ///
    /// # Errors
    /// `NotFound(User)`, `Conflict(State)` when they have none.
    pub async fn turn_off_for(&self, login: &str) -> Result<User> {
        let (user, _) = self.core.records.users.credentials(login).await?;
        let effects = Effects::at(self.core.now()).audit(
            None,
            AuditAction::SecondFactorOff,
            format!("user:{}", user.id),
            "from the command line",
        );
        let factors = &self.core.records.second_factors;
        factors.remove(user.id, effects).await?;
        Ok(user)
    }
}

/// Where a code is asked for. Wrong ones are counted apart, so that whoever guesses at log-ins does not keep the owner, who
/// is in, from changing anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// After the password.
    AtLogIn,
    /// Of who is in.
    InAccount,
}

/// Takes a code of the user's app, or a recovery code, of which they are told by mail. Each is good once. Of the first wrong
/// one after a right one they are told by mail too: the password before it was right.
///
/// # Errors
/// `Invalid` with field `code`, `RateLimited` above five wrong ones in 15 minutes or twenty in a day, `Conflict(State)` when
/// the user has no second factor.
pub(crate) async fn take(
    core: &Core,
    user: &User,
    code: &str,
    asked: Asked,
    compose: &Compose,
) -> Result<()> {
    if code.trim().is_empty() {
        return Err(Error::invalid("code", Reason::Empty));
    }
    let account = match asked {
        Asked::AtLogIn => user.id.to_string(),
        Asked::InAccount => format!("account:{}", user.id),
    };
    let recovery = RecoveryCode::parse(code);
    // Every attempt takes one, success gives it back: so parallel guesses cannot slip past the limit, and whoever knows the
    // password gets no new guesses by the owner's own log-ins.
    quotas::SECOND_FACTOR.take(core, &account).await?;
    // Nobody guesses 80 bits: a recovery code is the way in while somebody guesses at the others all day.
    if recovery.is_none()
        && let Err(refused) = quotas::SECOND_FACTOR_DAY.take(core, &account).await
    {
        quotas::SECOND_FACTOR.give_back(core, &account).await?;
        return Err(refused);
    }
    let factors = &core.records.second_factors;
    let factor = factors.get(user.id).await?;
    let factor = factor.filter(|factor| factor.confirmed_at.is_some());
    let factor = factor.ok_or(Conflict::State)?;
    let now = core.now();
    let taken = match (factor.key.step_of(code, now), &recovery) {
        (Some(step), _) => factors.use_step(user.id, step, Effects::at(now)).await,
        (None, Some(code)) => {
            let letter = Letter::RecoveryCodeUsed {
                username: &user.username,
                left: factor.codes_left.saturating_sub(1),
            };
            let hash = code.hash(user.id);
            let mut effects = effects(core, user, AuditAction::SecondFactorRecovery);
            // Not counted: there is one for each code, and guesses must not use up what other letters need.
            if let Some(email) = &user.email {
                effects = effects.letter(email, compose(&letter));
            }
            factors.use_code(user.id, &hash, effects).await.map(drop)
        }
        (None, None) => Err(Conflict::State.into()),
    };
    match taken {
        Ok(()) => {
            if recovery.is_none() {
                quotas::SECOND_FACTOR_DAY.give_back(core, &account).await?;
            }
            quotas::SECOND_FACTOR.give_back(core, &account).await
        }
        Err(Error::Conflict(Conflict::State) | Error::NotFound(Entity::Token)) => {
            let mut effects = effects(core, user, AuditAction::SecondFactorFail);
            if factor.failures == 0 {
                let letter = Letter::WrongCode {
                    username: &user.username,
                };
                effects = tell(core, effects, user, &letter, compose).await?;
            }
            factors.fail(user.id, effects).await?;
            core.wake.notify_one();
            Err(wrong_code())
        }
        Err(other) => Err(other),
    }
}

fn wrong_code() -> Error {
    Error::invalid("code", Reason::WrongCode)
}

fn effects(core: &Core, user: &User, action: AuditAction) -> Effects {
    let subject = format!("user:{}", user.id);
    Effects::at(core.now()).audit(Some(user.id), action, subject, "")
}

/// What the session that began a key is known by again, as a token: good for this key alone.
fn beginning(session: SessionId, key: &TotpKey) -> SecretHash {
    let mut hash = Sha256::new();
    hash.update(session.uuid().as_bytes());
    hash.update(key.as_bytes());
    SecretHash::from(<[u8; 32]>::from(hash.finalize()))
}

fn new_codes(user: &User) -> (Vec<RecoveryCode>, Vec<SecretHash>) {
    let codes: Vec<_> = (0..RECOVERY_CODES)
        .map(|_| RecoveryCode::generate())
        .collect();
    let hashes = codes.iter().map(|code| code.hash(user.id)).collect();
    (codes, hashes)
}
