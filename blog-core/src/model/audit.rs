//! Who did what, for the record. No bodies, no secrets.
//!
//! Stores keep the entries as a chain: each record carries a hash over itself and the hash of the record before, so a
//! record that was changed, taken out or moved is found by whoever walks along. The end of the chain, the head, is kept
//! apart, so records that are missing at the end are found as well. Whoever can write to the database and knows this
//! program can make another chain; a head that was noted elsewhere tells that one from the first.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::id::{AuditId, UserId};
use crate::origin::Origin;
use crate::page::PageRequest;
use crate::time::Timestamp;

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident $word:literal;)*) => {
        /// What can be done: the word of each is `noun.verb`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum AuditAction {
            $($(#[$doc])* $name,)*
        }

        impl AuditAction {
            /// Every action.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word that stores keep.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }
        }
    };
}

actions! {
    /// An account was made.
    UserCreate "user.create";
    /// Somebody changed their profile.
    UserProfile "user.profile";
    /// A password was set.
    UserPassword "user.password";
    /// A link that sets a password was asked for.
    UserForgot "user.forgot";
    /// A mail address was verified, changed or taken back.
    UserEmail "user.email";
    /// A role was changed.
    UserRole "user.role";
    /// Somebody was suspended.
    UserSuspend "user.suspend";
    /// A suspension was lifted.
    UserLift "user.lift";
    /// Somebody may not comment any more.
    UserBlock "user.block";
    /// Somebody may comment again.
    UserUnblock "user.unblock";
    /// Somebody asked for their account to be erased.
    UserLeave "user.leave";
    /// Somebody who wanted to be erased came back.
    UserStay "user.stay";
    /// An account was erased.
    UserErase "user.erase";
    /// Somebody asked for an archive of what is theirs.
    ExportAsk "export.ask";
    /// The archive of what is somebody's was made.
    ExportMake "export.make";
    /// The archive of what is somebody's could not be made, and nobody tries any more.
    ExportFail "export.fail";
    /// A second factor was turned on.
    SecondFactorOn "second-factor.on";
    /// A second factor was turned off.
    SecondFactorOff "second-factor.off";
    /// Recovery codes were made anew.
    SecondFactorCodes "second-factor.codes";
    /// A recovery code was used.
    SecondFactorRecovery "second-factor.recovery";
    /// A code was refused.
    SecondFactorFail "second-factor.fail";
    /// An invitation was made.
    InvitationMake "invitation.make";
    /// An invitation was ended.
    InvitationRevoke "invitation.revoke";
    /// A log-in began.
    SessionCreate "session.create";
    /// A log-in was ended, or all of a user.
    SessionDelete "session.delete";
    /// A post was made.
    PostCreate "post.create";
    /// A post was saved.
    PostSave "post.save";
    /// An old version of a post was brought back.
    PostRestore "post.restore";
    /// A post was taken back to a draft by the administration.
    PostWithdraw "post.withdraw";
    /// A post was deleted.
    PostDelete "post.delete";
    /// A link that shows a post was made.
    PreviewMake "preview.make";
    /// A link that shows a post was ended.
    PreviewRevoke "preview.revoke";
    /// A comment was written.
    CommentCreate "comment.create";
    /// A comment was changed.
    CommentEdit "comment.edit";
    /// A comment was deleted.
    CommentDelete "comment.delete";
    /// A comment that waited was approved.
    CommentApprove "comment.approve";
    /// A comment was reported.
    CommentReport "comment.report";
    /// The reports of a comment were set aside.
    CommentDismiss "comment.dismiss";
    /// A file was uploaded.
    MediaUpload "media.upload";
    /// A file was deleted.
    MediaDelete "media.delete";
    /// A static page was made.
    PageCreate "page.create";
    /// A static page was saved.
    PageSave "page.save";
    /// A static page was deleted.
    PageDelete "page.delete";
    /// The site's settings were saved.
    SiteSave "site.save";
}

impl AuditAction {
    /// Reads the word back.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|action| action.as_str() == word)
    }
}

impl fmt::Display for AuditAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An entry that a write brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Identity, made by the caller.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// Who; `None` for the system and for strangers.
    pub actor: Option<UserId>,
    /// Where it came from.
    pub origin: Origin,
    /// What.
    pub action: AuditAction,
    /// To what, as `noun:id`; empty where there is none.
    pub subject: String,
    /// A few words more: "draft → published". At most 500 characters.
    pub detail: String,
}

/// A SHA-256 of the chain; `Display` and `FromStr` have it as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct AuditHash(pub [u8; 32]);

impl fmt::Display for AuditHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for AuditHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Not 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a hash of 64 hexadecimal digits")]
pub struct NoHash;

impl FromStr for AuditHash {
    type Err = NoHash;

    fn from_str(text: &str) -> Result<Self, NoHash> {
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(NoHash);
        }
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| NoHash)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| NoHash)?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for AuditHash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A record of the log: what a store keeps of an entry. Its texts are what is stored, whatever that is, so that also a
/// record which no version of this program wrote can be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditRecord {
    /// Its place in the chain, counted from 1.
    pub number: u64,
    /// Identity.
    pub id: AuditId,
    /// When.
    #[serde(serialize_with = "rfc3339")]
    pub at: Timestamp,
    /// Who; `None` for the system and for strangers.
    pub actor: Option<UserId>,
    /// Where it came from, as [`Origin`] is written; empty in records of before that was noted.
    pub origin: String,
    /// What: the word of an [`AuditAction`].
    pub action: String,
    /// To what, as `noun:id`.
    pub subject: String,
    /// A few words more.
    pub detail: String,
    /// Over all of this and the hash of the record before.
    pub hash: AuditHash,
}

fn rfc3339<S: serde::Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&at.to_rfc3339())
}

impl AuditRecord {
    /// What is stored of an entry behind this head.
    pub fn behind(head: &AuditHead, entry: AuditEntry) -> Self {
        Self {
            number: 0,
            id: entry.id,
            at: entry.at,
            actor: entry.actor,
            origin: entry.origin.to_string(),
            action: entry.action.as_str().to_owned(),
            subject: entry.subject,
            detail: entry.detail,
            hash: AuditHash::default(),
        }
        .sealed(head)
    }

    /// The same record, as the next one behind this head.
    pub fn sealed(mut self, head: &AuditHead) -> Self {
        self.number = head.number + 1;
        self.hash = self.digest(&head.hash);
        self
    }

    /// The head of a chain that ends here.
    pub fn head(&self) -> AuditHead {
        AuditHead {
            number: self.number,
            hash: self.hash,
        }
    }

    /// What its hash must be behind a record of this hash. Each text is written with its length before it, so no two
    /// records are written alike.
    pub fn digest(&self, before: &AuditHash) -> AuditHash {
        let mut digest = Sha256::new();
        digest.update(b"audit record 1\n");
        digest.update(before.0);
        digest.update(self.number.to_be_bytes());
        digest.update(self.id.uuid().as_bytes());
        digest.update(self.at.as_micros().to_be_bytes());
        match self.actor {
            Some(actor) => {
                digest.update([1]);
                digest.update(actor.uuid().as_bytes());
            }
            None => digest.update([0]),
        }
        for text in [&self.origin, &self.action, &self.subject, &self.detail] {
            digest.update((text.len() as u64).to_be_bytes());
            digest.update(text.as_bytes());
        }
        AuditHash(digest.finalize().into())
    }
}

/// Where the chain ends: 0 and zeros before the first record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct AuditHead {
    /// The last record's number, which is how many there are.
    pub number: u64,
    /// Its hash.
    pub hash: AuditHash,
}

/// `NUMBER:HASH`, to be noted elsewhere.
impl fmt::Display for AuditHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.number, self.hash)
    }
}

impl FromStr for AuditHead {
    type Err = NoHash;

    fn from_str(text: &str) -> Result<Self, NoHash> {
        let (number, hash) = text.split_once(':').ok_or(NoHash)?;
        Ok(Self {
            number: number.parse().map_err(|_| NoHash)?,
            hash: hash.parse()?,
        })
    }
}

/// Whose records, or which.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum AuditScope {
    /// All.
    #[default]
    All,
    /// What this user did.
    By(UserId),
    /// What was done to this subject.
    To(String),
}

/// Which page of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditQuery {
    /// Whose, or which.
    pub scope: AuditScope,
    /// Only this action.
    pub action: Option<AuditAction>,
    /// Which page.
    pub page: PageRequest,
}

impl AuditQuery {
    /// A page of the whole log.
    pub fn all(page: PageRequest) -> Self {
        Self {
            scope: AuditScope::All,
            action: None,
            page,
        }
    }
}

/// Walks along a chain from its beginning and says where it is broken.
#[derive(Debug, Default)]
pub struct AuditWalk {
    head: AuditHead,
    breaks: Vec<AuditBreak>,
}

/// What is wrong at a place of the chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuditBreak {
    /// Numbers are missing.
    #[error("records {from} to {to} are missing")]
    Missing {
        /// The first one.
        from: u64,
        /// The last one.
        to: u64,
    },
    /// The record, or the one before it, is not what was written.
    #[error("record {number} does not fit the record before it: one of them was changed or moved")]
    Changed {
        /// Which.
        number: u64,
    },
    /// The chain does not end where its head says.
    #[error("the log ends with record {found}, and its head says {head}")]
    Head {
        /// The end that the records have.
        found: AuditHead,
        /// The end that was noted.
        head: AuditHead,
    },
    /// The record is not the one whose hash was noted elsewhere.
    #[error("record {number} is not the one that was noted")]
    Noted {
        /// Which.
        number: u64,
    },
}

impl AuditWalk {
    /// A walk that begins behind a record.
    pub fn behind(head: AuditHead) -> Self {
        Self {
            head,
            breaks: Vec::new(),
        }
    }

    /// How many breaks are told apart; there may be more.
    pub const MOST: usize = 100;

    /// Where it has come.
    pub fn head(&self) -> AuditHead {
        self.head
    }

    /// Takes the next record, by its number. What stands behind a break is looked at from there on, so that one change
    /// is told once.
    pub fn step(&mut self, record: &AuditRecord) {
        let next = self.head.number + 1;
        if record.number != next {
            self.note(AuditBreak::Missing {
                from: next,
                to: record.number.saturating_sub(1),
            });
        } else if record.digest(&self.head.hash) != record.hash {
            self.note(AuditBreak::Changed {
                number: record.number,
            });
        }
        self.head = record.head();
    }

    fn note(&mut self, found: AuditBreak) {
        if self.breaks.len() < Self::MOST {
            self.breaks.push(found);
        }
    }

    /// Compares a record with what was noted elsewhere when it was the last one.
    pub fn compare(&mut self, noted: &AuditHead, record: &AuditRecord) {
        if noted.number == record.number && noted.hash != record.hash {
            self.note(AuditBreak::Noted {
                number: record.number,
            });
        }
    }

    /// Ends the walk at the head that the store keeps; what it found. A noted head that lies beyond is a log cut short.
    pub fn finish(mut self, head: AuditHead, noted: Option<AuditHead>) -> Vec<AuditBreak> {
        if self.head != head {
            let found = self.head;
            self.note(AuditBreak::Head { found, head });
        }
        if let Some(noted) = noted.filter(|noted| noted.number > head.number) {
            self.note(AuditBreak::Missing {
                from: head.number + 1,
                to: noted.number,
            });
        }
        self.breaks
    }
}
