//! One-time tokens: a secret in a link, good for one purpose, once.

use super::secret::SecretHash;
use super::user::EmailAddress;
use crate::id::UserId;
use crate::time::Timestamp;

/// What a token is good for; a token of one purpose is unknown to every other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Purpose {
    /// Makes the owner's account on an empty store.
    Owner,
    /// Verifies a mail address.
    Verify,
    /// Sets a new password.
    Reset,
    /// Makes an account where registration is by invitation.
    Invite,
    /// Takes back a change of the mail address.
    Undo,
    /// Lets whoever gave the right password show their second factor.
    SecondFactor,
    /// Lets the session that began a second factor see its key and confirm it.
    Enrolment,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 7] = [
        Self::Owner,
        Self::Verify,
        Self::Reset,
        Self::Invite,
        Self::Undo,
        Self::SecondFactor,
        Self::Enrolment,
    ];

    /// The word that stores keep.
    pub fn as_str(self) -> &'static str {
        match self {
            Purpose::Owner => "owner",
            Purpose::Verify => "verify",
            Purpose::Reset => "reset",
            Purpose::Invite => "invite",
            Purpose::Undo => "undo",
            Purpose::SecondFactor => "second-factor",
            Purpose::Enrolment => "enrolment",
        }
    }

    /// Reads the word back.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|purpose| purpose.as_str() == word)
    }
}

/// A token as stores keep one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The hash of the link's secret; unique.
    pub hash: SecretHash,
    /// What it is good for.
    pub purpose: Purpose,
    /// Whose, if it belongs to a user.
    pub user: Option<UserId>,
    /// The mail address that it is about: which is to be verified, or where the link was sent.
    pub email: Option<EmailAddress>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is unknown.
    pub expires_at: Timestamp,
}
