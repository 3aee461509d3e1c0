//! Everything that is of one person, for them to take along: one archive, made in the background.

use serde::{Deserialize, Serialize};

use super::comment::CommentState;
use super::letter::LetterText;
use super::media::ObjectKey;
use super::slug::Slug;
use crate::id::{CommentId, ExportId, PostId, UserId};
use crate::time::Timestamp;

/// How the keys of all archives begin. They lie beside the folders of items, since no catalog knows them, and say whose they
/// are: `exports/OWNER/…`.
pub const EXPORTS: &str = "exports/";

/// How the keys of somebody's archives begin.
pub fn exports_of(owner: UserId) -> String {
    format!("{EXPORTS}{owner}/")
}

/// Somebody's archive, or that it is being made. Everybody has one at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Identity.
    pub id: ExportId,
    /// Whose.
    pub owner: UserId,
    /// When they asked for it.
    pub asked_at: Timestamp,
    /// How often somebody began to make it; names the archive that the last one makes.
    pub attempts: u32,
    /// Of the posts and files in it, how many are done.
    pub done: u64,
    /// How many posts and files there are; 0 until they are known.
    pub total: u64,
    /// What there is to fetch; none while it is made.
    pub archive: Option<Archive>,
}

/// An archive that is ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Archive {
    /// Its size.
    pub bytes: u64,
    /// When it was ready.
    pub ready_at: Timestamp,
    /// From when on it is gone.
    pub expires_at: Timestamp,
}

impl Export {
    /// The object that the last attempt makes. Each has an object of its own, so that one which was given up for dead takes
    /// nothing away from the next.
    pub fn key(&self) -> ObjectKey {
        let (owner, id, attempt) = (self.owner, self.id, self.attempts);
        ObjectKey::from_store(format!("{EXPORTS}{owner}/{id}-{attempt}.zip"))
    }
}

/// An export to be made.
#[derive(Debug, Clone)]
pub struct NewExport {
    /// Identity, made by the caller.
    pub id: ExportId,
    /// Whose.
    pub owner: UserId,
    /// What there is to say, in the language of who asked.
    pub words: ExportWords,
}

/// What is said with an export, put into words when it is asked for: whoever makes it knows no language.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ExportWords {
    /// The mail that says that it is ready.
    pub letter: LetterText,
    /// The mail that says that it could not be made; none in what older versions stored.
    #[serde(default)]
    pub failed: Option<LetterText>,
    /// The file in the archive that explains the others.
    pub readme: String,
}

/// An export that somebody has begun to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedExport {
    /// Which; `attempts` counts this one.
    pub export: Export,
    /// What is said with it.
    pub words: ExportWords,
}

/// A comment as its author takes it along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnComment {
    /// Identity.
    pub id: CommentId,
    /// On which post.
    pub post: PostId,
    /// Where that post stands; none while it is a draft.
    pub slug: Option<Slug>,
    /// The comment it answers.
    pub parent: Option<CommentId>,
    /// Its source.
    pub body: String,
    /// Where it stands.
    pub state: CommentState,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub edited_at: Option<Timestamp>,
}

/// A like as its giver takes it along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnLike {
    /// Of which post.
    pub post: PostId,
    /// Where that post stands; none while it is a draft.
    pub slug: Option<Slug>,
    /// When.
    pub at: Timestamp,
}

/// A report as its reporter takes it along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnReport {
    /// Of which comment.
    pub comment: CommentId,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}
