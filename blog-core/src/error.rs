//! One error for the whole engine: few semantic variants, the source always kept.

use std::fmt;
use std::time::Duration;

use crate::model::media::MediaKind;

/// The result of every port and service.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The source of an error: whatever the adapter met.
pub type Source = Box<dyn std::error::Error + Send + Sync + 'static>;

/// What went wrong, in the words of the blog. Adapters convert at their edge; pages turn each
/// variant into one status and one sentence.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no such thing, or the viewer may not know that there is.
    #[error("{0} was not found")]
    NotFound(Entity),
    /// The write met a state that forbids it; nothing was changed.
    #[error("{0}")]
    Conflict(Conflict),
    /// Fields of the input that cannot be accepted; nothing was changed.
    #[error("{0}")]
    Invalid(Violations),
    /// The actor may not do this.
    #[error("{0}")]
    Denied(Denied),
    /// The thing is larger than its limit.
    #[error("the {} is larger than {max} bytes", what.as_str())]
    TooLarge {
        /// What was too large.
        what: MediaKind,
        /// The limit in bytes.
        max: u64,
    },
    /// The bytes are of a kind that is not accepted.
    #[error("this type of file is not accepted; use {accepted}")]
    UnsupportedType {
        /// The accepted kinds.
        accepted: Accepted,
    },
    /// The range asked for lies outside the object (RFC 9110, section 15.5.17).
    #[error("the range lies outside the {size} bytes of the object")]
    RangeNotSatisfiable {
        /// The object's size in bytes.
        size: u64,
    },
    /// The store has no room left; what was there is untouched.
    #[error("the store is full")]
    StorageFull {
        /// What the adapter met.
        #[source]
        source: Source,
    },
    /// Too many attempts.
    #[error("too many attempts; try again in {} seconds", retry_after.as_secs().max(1))]
    RateLimited {
        /// How long to wait before the next attempt can succeed.
        retry_after: Duration,
    },
    /// The account is suspended; told only to whoever knows its password.
    #[error("this account is suspended: {reason}")]
    Suspended {
        /// Why, as an admin wrote it; may be empty.
        reason: String,
    },
    /// A store cannot be reached or asks to wait; nothing is known to be changed.
    #[error("{backend} is not available")]
    Unavailable {
        /// Which backend: "sqlite", "fs", "mysql".
        backend: &'static str,
        /// Whether the same call may succeed later without anybody's help.
        retryable: bool,
        /// What the adapter met.
        #[source]
        source: Source,
    },
    /// Any other failure of a backend.
    #[error("{backend} failed")]
    Backend {
        /// Which backend.
        backend: &'static str,
        /// What the adapter met.
        #[source]
        source: Source,
    },
}

/// The kinds of files that a place takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Accepted {
    /// Pictures alone.
    Pictures,
    /// Pictures and videos.
    PicturesAndVideos,
}

impl fmt::Display for Accepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Accepted::Pictures => "PNG, JPEG, WebP or GIF",
            Accepted::PicturesAndVideos => "PNG, JPEG, WebP, GIF, MP4 or WebM",
        })
    }
}

/// The things that can be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Entity {
    /// A user.
    User,
    /// A session.
    Session,
    /// A one-time token: unknown, used or expired.
    Token,
    /// A post.
    Post,
    /// A revision of a post.
    Revision,
    /// A comment.
    Comment,
    /// A media item of the catalog.
    Media,
    /// A static page.
    StaticPage,
    /// An object of a media store.
    Object,
    /// A text that was not saved.
    Autosave,
    /// A claimed outbox message whose lease has passed to somebody else.
    Lease,
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Entity::User => "the user",
            Entity::Session => "the session",
            Entity::Token => "the link",
            Entity::Post => "the post",
            Entity::Revision => "the revision",
            Entity::Comment => "the comment",
            Entity::Media => "the media item",
            Entity::StaticPage => "the page",
            Entity::Object => "the object",
            Entity::Autosave => "the unsaved text",
            Entity::Lease => "the lease",
        })
    }
}

/// Why a write met a state that forbids it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Conflict {
    /// Somebody saved in between.
    #[error("it was changed in the meantime; the stored version is {current}")]
    Version {
        /// The version that is stored now.
        current: u64,
    },
    /// Another user has this name.
    #[error("this name is taken")]
    Username,
    /// Another user has this address.
    #[error("this address is taken")]
    Email,
    /// Another user has this external identity.
    #[error("this external identity is taken")]
    Subject,
    /// An object of this key exists already.
    #[error("an object of this key exists already")]
    Exists,
    /// The store was expected to have no user yet.
    #[error("the blog already has an owner")]
    HasUsers,
    /// The thread holds as many replies as a thread may.
    #[error("this thread is full")]
    ThreadFull,
    /// Every suffix of the slug that was tried is taken.
    #[error("no free address was found for this title")]
    Slug,
    /// The item is not in the state that the step needs.
    #[error("the item is in another state")]
    State,
    /// Without this admin there would be none.
    #[error("this is the last admin; make somebody else admin first")]
    LastAdmin,
}

/// Why the actor may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Denied {
    /// Nobody is logged in.
    #[error("log in first")]
    LogIn,
    /// It belongs to somebody else.
    #[error("this belongs to somebody else")]
    NotYours,
    /// The actor's role does not include it.
    #[error("your role does not include this")]
    Role,
    /// The account is suspended.
    #[error("this account is suspended")]
    Suspended,
    /// The account waits for the link of its first letter.
    #[error("follow the link in the mail that was sent to you first")]
    LinkFirst,
    /// The address is not verified yet.
    #[error("verify your mail address first")]
    Unverified,
    /// Their right to comment was taken away.
    #[error("this account cannot comment any more")]
    Blocked,
    /// Nobody does this to their own account.
    #[error("somebody else must do this to your account")]
    Yourself,
    /// Nobody approves their own comment but editors.
    #[error("an editor must approve a comment of yours")]
    OwnComment,
    /// Registration is closed.
    #[error("registration is closed; ask the owner for an account")]
    RegistrationClosed,
    /// Accounts are made by invitation.
    #[error("an account needs an invitation; ask the owner for one")]
    InvitationNeeded,
    /// The owner's account must be made first.
    #[error(
        "this blog is being set up; its owner's account comes first, by the link in the server's terminal"
    )]
    OwnerFirst,
    /// A second factor must be set up first.
    #[error("set up a second factor first")]
    SecondFactor,
    /// Name and password do not belong together.
    #[error("the name or the password is wrong")]
    Credentials,
}

/// One or more refused fields.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Violations(Vec<Violation>);

/// One refused field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The form field, as in the HTML form and the JSON document: "title".
    pub field: &'static str,
    /// Why.
    pub reason: Reason,
}

/// Why a field was refused. `Display` is the English sentence beside the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// Nothing was given.
    #[error("Please fill this in.")]
    Empty,
    /// Fewer characters than needed.
    #[error("Use at least {min} characters.")]
    TooShort {
        /// The least number of characters.
        min: usize,
    },
    /// More characters than allowed.
    #[error("Use at most {max} characters.")]
    TooLong {
        /// The greatest number of characters.
        max: usize,
    },
    /// More bytes than allowed.
    #[error("Use at most {} KB of text.", max / 1024)]
    TooManyBytes {
        /// The greatest number of bytes of UTF-8.
        max: usize,
    },
    /// More entries than allowed.
    #[error("Use at most {max} of them.")]
    TooMany {
        /// The greatest number of entries.
        max: usize,
    },
    /// Characters that may not appear.
    #[error("Use only {allowed}.")]
    Characters {
        /// What may appear.
        allowed: Alphabet,
    },
    /// Control or invisible direction-changing characters.
    #[error("Remove the invisible control characters.")]
    ControlCharacters,
    /// Not an address that mail can be sent to.
    #[error("This is not a mail address.")]
    NotAnAddress,
    /// Not a code of their second factor, or one that was used.
    #[error("This code is wrong, or it was used already; wait for the next one.")]
    WrongCode,
    /// Not the password that they have.
    #[error("This is not your password.")]
    WrongPassword,
    /// Somebody else has it.
    #[error("This is taken; choose another.")]
    Taken,
    /// A word that the blog needs for itself.
    #[error("This word is reserved; choose another.")]
    Reserved,
    /// A password on everybody's list.
    #[error("This password is too common; use a few unrelated words.")]
    CommonPassword,
    /// A password that resembles the name or address.
    #[error("This password resembles your name or address; choose another.")]
    SimilarPassword,
    /// Not one of the choices.
    #[error("Choose one of the offered values.")]
    NotAChoice,
    /// Not a date and time that can be read.
    #[error("Give the date and time as 2026-01-31T18:30.")]
    NotATime,
    /// Nesting deeper than allowed.
    #[error("Lists and quotations are nested more than {max} deep; make them flatter.")]
    TooDeep {
        /// The greatest depth.
        max: usize,
    },
    /// A text of which more would become than allowed.
    #[error(
        "This would make a page of more than {} MB; use fewer footnotes, links and tables.",
        max / 1024 / 1024
    )]
    GrowsTooLarge {
        /// The greatest number of bytes of HTML.
        max: usize,
    },
    /// A media item that is not the writer's own, not ready, or not of the needed kind.
    #[error("Choose one of your own pictures.")]
    NotYourMedia,
    /// A picture with more pixels, or longer sides, than are taken.
    #[error(
        "This picture has too many pixels; make it smaller (at most 40 megapixels, 12 000 on a side)."
    )]
    TooManyPixels,
    /// A picture that cannot be decoded.
    #[error("This picture is damaged; export it again.")]
    DamagedPicture,
    /// A tag of which nothing could stand in an address.
    #[error("Each tag needs at least one letter or digit.")]
    NoLetter,
    /// A published post cannot be dated ahead; a scheduled one can.
    #[error("This time lies ahead: choose \"Scheduled\", or leave the date empty.")]
    InFuture,
    /// More links than a comment may have.
    #[error("Use at most {max} links.")]
    TooManyLinks {
        /// The greatest number of links.
        max: usize,
    },
    /// Neither a path of the site nor an `https` address.
    #[error("Begin with / for a page of this site, or with https:// for another site.")]
    NotATarget,
    /// Not a whole number within its limits.
    #[error("Use a whole number from {min} to {max}.")]
    NotInRange {
        /// The least number.
        min: u16,
        /// The greatest number.
        max: u16,
    },
    /// A scheduled post needs a time that lies ahead.
    #[error("Choose a time in the future.")]
    NotInFuture,
}

/// The characters that a text of a kind is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Alphabet {
    /// Of a tag's name.
    Tag,
    /// Of a tag in addresses.
    TagSlug,
    /// Of a user's name in addresses.
    Username,
    /// Of a post in addresses.
    Slug,
    /// Of a media store's keys.
    MediaKey,
}

impl fmt::Display for Alphabet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Alphabet::Tag => "letters, digits and spaces; separate tags with commas",
            Alphabet::TagSlug => "the letters a to z, digits and dashes",
            Alphabet::Username => {
                "the letters a to z, digits, - and _, beginning with a letter or digit"
            }
            Alphabet::Slug => "the letters a to z, digits, and single dashes between them",
            Alphabet::MediaKey => "lower-case letters, digits, -, _, . and single slashes",
        })
    }
}

impl Violations {
    /// No violation yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, field: &'static str, reason: Reason) {
        self.0.push(Violation { field, reason });
    }

    /// Takes a parsed field, or notes why it was refused.
    pub fn check<T>(&mut self, field: &'static str, parsed: Result<T, Reason>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(reason) => {
                self.push(field, reason);
                None
            }
        }
    }

    /// `Err` with all of them, if there is any.
    pub fn finish(self) -> Result<()> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Error::Invalid(self))
        }
    }

    /// All of them, in the order found.
    pub fn iter(&self) -> impl Iterator<Item = &Violation> {
        self.0.iter()
    }

    /// The first reason for a field.
    pub fn of(&self, field: &str) -> Option<&Reason> {
        self.0.iter().find(|v| v.field == field).map(|v| &v.reason)
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, violation) in self.0.iter().enumerate() {
            let gap = if i == 0 { "" } else { " " };
            write!(f, "{gap}{}: {}", violation.field, violation.reason)?;
        }
        Ok(())
    }
}

impl Error {
    /// An `Invalid` of one field.
    pub fn invalid(field: &'static str, reason: Reason) -> Self {
        let mut violations = Violations::new();
        violations.push(field, reason);
        Error::Invalid(violations)
    }

    /// A `Backend` failure with its source.
    pub fn backend(backend: &'static str, source: impl Into<Source>) -> Self {
        Error::Backend {
            backend,
            source: source.into(),
        }
    }

    /// An `Unavailable` that may pass by itself.
    pub fn unavailable(backend: &'static str, source: impl Into<Source>) -> Self {
        Error::Unavailable {
            backend,
            retryable: true,
            source: source.into(),
        }
    }

    /// How long the caller should wait, where the error says so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Error::RateLimited { retry_after } => Some(*retry_after),
            Error::Unavailable {
                retryable: true, ..
            } => Some(Duration::from_secs(5)),
            _ => None,
        }
    }

    /// The whole chain of causes in one line, for the log. Never for people.
    pub fn chain(&self) -> String {
        let mut line = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(cause) = source {
            line.push_str(": ");
            line.push_str(&cause.to_string());
            source = cause.source();
        }
        line
    }
}

impl From<Conflict> for Error {
    fn from(conflict: Conflict) -> Self {
        Error::Conflict(conflict)
    }
}

impl From<Denied> for Error {
    fn from(denied: Denied) -> Self {
        Error::Denied(denied)
    }
}
