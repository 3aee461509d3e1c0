//! Mails about an account, before anybody chose their words.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::secret::Secret;
use super::user::{EmailAddress, Username};

/// What a mail is about.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Letter<'a> {
    /// To an address that somebody gave as theirs: a link that shows it, good for 24 hours.
    Verify {
        /// Whose account it is.
        username: &'a Username,
        /// The link's.
        secret: &'a Secret,
    },
    /// To an address that has an account, when somebody tried to register with it or to take it.
    Known {
        /// Of the account that there is.
        username: &'a Username,
    },
    /// A link that sets a new password, good for 30 minutes.
    Reset {
        /// Whose account it is.
        username: &'a Username,
        /// The link's.
        secret: &'a Secret,
    },
    /// The password was changed.
    PasswordChanged {
        /// Whose account it is.
        username: &'a Username,
    },
    /// The account is erased in 14 days, unless its owner logs in.
    Leaving {
        /// Whose account it is.
        username: &'a Username,
    },
    /// The account was erased, and what that came to: texts that stand for the counts until they are known, in the order
    /// of [`ERASED`](super::receipt::ERASED).
    Erased {
        /// Of posts, files, comments and likes.
        counts: &'a [String; 4],
    },
    /// The archive of what is theirs is ready, for a week.
    Exported {
        /// Whose account it is.
        username: &'a Username,
    },
    /// The archive of what is theirs could not be made.
    ExportFailed {
        /// Whose account it is.
        username: &'a Username,
    },
    /// From now on a log-in asks for a code besides the password.
    SecondFactorOn {
        /// Whose account it is.
        username: &'a Username,
    },
    /// A log-in asks for the password alone again.
    SecondFactorOff {
        /// Whose account it is.
        username: &'a Username,
    },
    /// Somebody logged in with a recovery code.
    RecoveryCodeUsed {
        /// Whose account it is.
        username: &'a Username,
        /// How many are left.
        left: u64,
    },
    /// Somebody gave the right password, and a wrong code after it.
    WrongCode {
        /// Whose account it is.
        username: &'a Username,
    },
    /// To the old address, when another took its place.
    Moved {
        /// Whose account it is.
        username: &'a Username,
        /// The new address.
        to: &'a EmailAddress,
        /// Of a link that takes it back, good for 7 days; none for an address that was theirs for less.
        secret: Option<&'a Secret>,
    },
}

/// The words of a mail.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LetterText {
    /// On one line.
    pub subject: String,
    /// Plain text, lines ended by `\n`.
    pub text: String,
}

/// Whoever knows the pages, and so the links and the reader's language, puts a letter into words.
pub type Compose = Arc<dyn Fn(&Letter<'_>) -> LetterText + Send + Sync>;
