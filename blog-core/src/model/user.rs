//! People who have an account.

use serde::{Deserialize, Serialize};

use super::media::MediaRef;
use super::secret::SecretHash;
use super::text::{Lines, take, text};
use crate::error::{Alphabet, Reason};
use crate::id::UserId;
use crate::time::Timestamp;

text! {
    /// The name in addresses and at log-in: 2 to 32 of `a-z 0-9 _ -`, beginning with a letter or digit.
    /// Given in any case; kept in lower case, so that names differing in case are one name.
    Username, parse_username
}

fn parse_username(input: &str) -> Result<String, Reason> {
    let name = take(input, Lines::One, 2, 32)?;
    let plain = name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    let begins = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    if !plain || !begins {
        return Err(Reason::Characters {
            allowed: Alphabet::Username,
        });
    }
    Ok(name.to_ascii_lowercase())
}

text! {
    /// A mail address: `local@domain`, at most 254 characters (RFC 5321, section 4.5.3.1.3), the domain in lower case.
    /// Two addresses that differ only in case are one address: see [`EmailAddress::key`].
    EmailAddress, parse_email
}

fn parse_email(input: &str) -> Result<String, Reason> {
    let address = take(input, Lines::One, 1, 254)?;
    let (local, domain) = address.rsplit_once('@').ok_or(Reason::NotAnAddress)?;
    let bad = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '<' | '>' | ',' | ';' | ':' | '"' | '(' | ')' | '@' | '\\'
            )
    };
    let labels_ok = domain.split('.').count() >= 2
        && domain.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        });
    let local_ok = !local.is_empty()
        && local.len() <= 64
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && !local.contains(bad);
    if !local_ok || !labels_ok {
        return Err(Reason::NotAnAddress);
    }
    Ok(format!("{local}@{}", domain.to_lowercase()))
}

impl EmailAddress {
    /// The form that must be unique: all in lower case.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

text! {
    /// The name that readers see: 1 to 80 characters on one line.
    DisplayName, |input| take(input, Lines::One, 1, 80)
}

text! {
    /// What an author says of themselves: up to 2 000 characters, plain text.
    Bio, |input| take(input, Lines::Many, 0, 2_000)
}

text! {
    /// Why somebody is suspended, as they are told: 1 to 500 characters.
    SuspensionReason, |input| take(input, Lines::Many, 1, 500)
}

/// What somebody may do; each role includes the ones before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Comments and likes.
    Reader,
    /// Writes and publishes own posts.
    Author,
    /// Edits everybody's posts and comments.
    Editor,
    /// Manages users and the site.
    Admin,
}

impl Role {
    /// The word that stores and the command line use.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Reader => "reader",
            Role::Author => "author",
            Role::Editor => "editor",
            Role::Admin => "admin",
        }
    }
}

impl TryFrom<&str> for Role {
    type Error = Reason;

    fn try_from(word: &str) -> Result<Self, Reason> {
        match word {
            "reader" => Ok(Role::Reader),
            "author" => Ok(Role::Author),
            "editor" => Ok(Role::Editor),
            "admin" => Ok(Role::Admin),
            _ => Err(Reason::NotAChoice),
        }
    }
}

/// An Argon2id hash as a PHC string. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Takes a PHC string.
    pub fn from_phc(phc: String) -> Self {
        Self(phc)
    }

    /// The PHC string.
    pub fn as_phc(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// Who somebody is at an outside identity provider, or in the host application.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Subject {
    /// The provider: an address or the host's own word. At most 200 bytes.
    pub issuer: String,
    /// The provider's stable id of the person. At most 200 bytes.
    pub subject: String,
}

/// What an account waits for whose address was never shown to be its owner's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The address that was given. It may be somebody else's, so it is no address of the account, and not unique.
    pub email: EmailAddress,
    /// From when on the account may be deleted.
    pub expires_at: Timestamp,
}

/// A user as stores keep one, without the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Identity.
    pub id: UserId,
    /// Unique.
    pub username: Username,
    /// Unique by [`EmailAddress::key`]; absent for users of a host application.
    pub email: Option<EmailAddress>,
    /// Unique; present for users of a host application.
    pub subject: Option<Subject>,
    /// What readers see.
    pub display_name: DisplayName,
    /// Plain text.
    pub bio: Bio,
    /// The picture beside the name.
    pub avatar: Option<MediaRef>,
    /// What they may do.
    pub role: Role,
    /// Why they are suspended, if they are: then they cannot log in, and their posts are in no list. Empty where no reason
    /// was kept.
    pub suspension: Option<SuspensionReason>,
    /// A blocked user cannot comment.
    pub blocked: bool,
    /// Whether the account waits for the link of its first letter: nobody logs in to it before.
    pub waiting: Option<Waiting>,
    /// When the account is erased, if its owner asked for that.
    pub erase_at: Option<Timestamp>,
    /// When the address was verified.
    pub verified_at: Option<Timestamp>,
    /// Since when a second factor is asked for at log-in.
    pub second_factor: Option<Timestamp>,
    /// Raised by a change of password or role: sessions of an older epoch are dead.
    pub auth_epoch: u64,
    /// Raised by every change of the profile.
    pub version: u64,
    /// When the account was made.
    pub created_at: Timestamp,
}

/// An author as lists show one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRef {
    /// Identity.
    pub id: UserId,
    /// For the address of the author's page.
    pub username: Username,
    /// What readers see.
    pub display_name: DisplayName,
    /// The picture beside the name.
    pub avatar: Option<MediaRef>,
}

impl User {
    /// Whether they are suspended.
    pub fn is_suspended(&self) -> bool {
        self.suspension.is_some()
    }

    /// The part that lists show.
    pub fn to_ref(&self) -> UserRef {
        UserRef {
            id: self.id,
            username: self.username.clone(),
            display_name: self.display_name.clone(),
            avatar: self.avatar.clone(),
        }
    }
}

/// A user to be stored.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Identity, made by the caller.
    pub id: UserId,
    /// Unique.
    pub username: Username,
    /// Unique if present.
    pub email: Option<EmailAddress>,
    /// Unique if present.
    pub subject: Option<Subject>,
    /// What readers see.
    pub display_name: DisplayName,
    /// Absent for users of a host application.
    pub password: Option<PasswordHash>,
    /// What they may do.
    pub role: Role,
    /// When the address was verified, if it is.
    pub verified_at: Option<Timestamp>,
    /// Store the user only while there is no other (the owner's set-up).
    pub only_if_first: bool,
    /// Whether the account waits for the link of its first letter.
    pub waiting: Option<Waiting>,
    /// The invitation that is used up by this.
    pub invitation: Option<SecretHash>,
}

/// The part of a user that they change themselves.
#[derive(Debug, Clone)]
pub struct ProfileChange {
    /// Who.
    pub id: UserId,
    /// The version that the form was filled from.
    pub expected_version: u64,
    /// What readers see.
    pub display_name: DisplayName,
    /// Plain text.
    pub bio: Bio,
    /// The picture, by catalog id.
    pub avatar: Option<crate::id::MediaId>,
}
