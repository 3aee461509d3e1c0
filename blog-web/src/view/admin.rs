//! What editors and admins look after.

use serde::Serialize;

use super::{PersonView, Phrase, SafeHtml};

/// A user as admins see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UserLineView {
    /// Name and face.
    pub person: PersonView,
    /// What they may do, in a word.
    pub role: Phrase,
    /// Their address.
    pub email: Option<String>,
    /// Whether it is verified.
    pub verified: bool,
    /// Whether they are suspended.
    pub suspended: bool,
    /// Whether they may not comment.
    pub blocked: bool,
    /// Microseconds since the epoch.
    pub created_at: i64,
}

/// A comment that somebody should look at.
#[derive(Debug, Clone, Serialize)]
pub struct QueuedCommentView {
    /// Its id.
    pub id: String,
    /// The version that is shown; a decision is about this one.
    pub version: u64,
    /// Who wrote it.
    pub author: Option<PersonView>,
    /// What it says.
    pub body: SafeHtml,
    /// Microseconds since the epoch.
    pub created_at: i64,
    /// Whether it waits for approval.
    pub pending: bool,
    /// Where its post lives.
    pub post_slug: String,
    /// The post's title.
    pub post_title: String,
    /// What readers said who reported it.
    pub reasons: Vec<String>,
}

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InvitationView {
    /// For ending it.
    pub id: String,
    /// Who made it.
    pub maker: Option<PersonView>,
    /// What the new account may do, in a word.
    pub role: Phrase,
    /// Microseconds since the epoch.
    pub made_at: i64,
    /// Until when it is good, in microseconds since the epoch.
    pub until: i64,
    /// When it was used, in microseconds since the epoch.
    pub used_at: Option<i64>,
    /// Whether its time is over.
    pub over: bool,
}

/// A record of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditLineView {
    /// Its place in the chain.
    pub number: u64,
    /// Microseconds since the epoch.
    pub at: i64,
    /// Who did it; none for strangers, the program itself, and those who are gone.
    pub by: Option<PersonView>,
    /// A network, `command-line`, `system`, or nothing.
    pub origin: String,
    /// What was done, in words; none for an action that this version does not know.
    pub label: Option<Phrase>,
    /// What was done, as the log keeps it.
    pub word: String,
    /// To what, as the log keeps it; may be empty.
    pub subject: String,
    /// To whom, where it was done to a user who is there.
    pub to_person: Option<PersonView>,
    /// A few words more; may be empty.
    pub detail: String,
}

/// An action that can be looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditActionView {
    /// As the log keeps it.
    pub word: String,
    /// In words.
    pub label: Phrase,
}
