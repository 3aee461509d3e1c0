//! Comments, one level of replies deep.

use super::post::{SafeHtml, Title};
use super::slug::Slug;
use super::text::{Lines, take, text};
use super::user::UserRef;
use crate::error::Reason;
use crate::id::{CommentId, PostId, UserId};
use crate::markdown;
use crate::time::Timestamp;

text! {
    /// Markdown source (a small part of it), 1 character to 16 KiB of UTF-8.
    CommentBody, parse_body
}

fn parse_body(input: &str) -> Result<String, Reason> {
    if input.len() > markdown::MAX_COMMENT_BYTES {
        return Err(Reason::TooManyBytes {
            max: markdown::MAX_COMMENT_BYTES,
        });
    }
    take(input, Lines::Many, 1, usize::MAX)
}

text! {
    /// Why somebody reports a comment: 1 to 500 characters.
    ReportReason, |input| take(input, Lines::Many, 1, 500)
}

/// The most links of a comment, where the settings say nothing else.
pub const USUAL_LINKS: u16 = 5;

/// The most replies to one comment.
pub const MAX_REPLIES: u64 = 200;

/// Where a comment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CommentState {
    /// Seen by everybody.
    Visible,
    /// Waits for an editor; seen by nobody else.
    Pending,
    /// Deleted, but its replies hold its place. Body and HTML are gone from the store.
    Deleted,
}

impl CommentState {
    /// The word that stores keep.
    pub fn as_str(self) -> &'static str {
        match self {
            CommentState::Visible => "visible",
            CommentState::Pending => "pending",
            CommentState::Deleted => "deleted",
        }
    }

    /// Reads the word back.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Visible, Self::Pending, Self::Deleted]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Identity.
    pub id: CommentId,
    /// On which post.
    pub post: PostId,
    /// The comment it answers; always one that answers none itself.
    pub parent: Option<CommentId>,
    /// Who wrote it; `None` after that person's erasure, and for deleted ones.
    pub author: Option<UserRef>,
    /// Its source; empty for deleted ones.
    pub body: String,
    /// What was made of the source.
    pub html: SafeHtml,
    /// Where it stands.
    pub state: CommentState,
    /// When it was written.
    pub created_at: Timestamp,
    /// When its author last changed it.
    pub edited_at: Option<Timestamp>,
    /// Raised by one with every change; a new comment has 1.
    pub version: u64,
}

/// A comment with its replies, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// The comment that answers none.
    pub comment: Comment,
    /// At most [`MAX_REPLIES`].
    pub replies: Vec<Comment>,
}

/// A comment to be stored.
#[derive(Debug, Clone)]
pub struct NewComment {
    /// Identity, made by the caller.
    pub id: CommentId,
    /// On which post.
    pub post: PostId,
    /// The comment it answers. An answer to an answer is filed under the first comment.
    pub parent: Option<CommentId>,
    /// Who writes it.
    pub author: UserId,
    /// Its source.
    pub body: CommentBody,
    /// What was made of the source.
    pub html: SafeHtml,
    /// Visible, or pending where it must be approved.
    pub state: CommentState,
}

/// A change of a comment by its author.
#[derive(Debug, Clone)]
pub struct CommentChange {
    /// Which.
    pub id: CommentId,
    /// The version that the form was filled from.
    pub expected_version: u64,
    /// Its new source.
    pub body: CommentBody,
    /// What was made of it.
    pub html: SafeHtml,
}

/// A reader's report of a comment.
#[derive(Debug, Clone)]
pub struct Report {
    /// Which.
    pub comment: CommentId,
    /// Who reports it.
    pub reporter: UserId,
    /// Why.
    pub reason: ReportReason,
}

/// A comment that somebody should look at: it waits for approval, or was reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedComment {
    /// The comment.
    pub comment: Comment,
    /// The slug of its post.
    pub post_slug: Slug,
    /// The title of its post.
    pub post_title: Title,
    /// When it came into the queue.
    pub queued_at: Timestamp,
    /// The reasons of at most [`MAX_REASONS`] who reported it, oldest first.
    pub reasons: Vec<String>,
}

/// The most reasons that are kept of one comment; further reports of it are taken and say nothing new.
pub const MAX_REASONS: usize = 10;
