//! Comments and their replies.

use serde::Serialize;

use super::{PersonView, SafeHtml};

/// One comment.
#[derive(Debug, Clone, Serialize)]
pub struct CommentView {
    /// Its id: part of `/comments/{id}/edit`, and its anchor `#comment-{id}`.
    pub id: String,
    /// Its own address below the mount, which leads to the page that it stands on.
    pub path: String,
    /// Under whose name it stands; none when the comment was deleted and only its replies remain,
    /// or when its author is gone.
    pub author: Option<PersonView>,
    /// What it says.
    pub body: SafeHtml,
    /// Microseconds since the epoch.
    pub created_at: i64,
    /// Microseconds since the epoch; none when it was never edited.
    pub edited_at: Option<i64>,
    /// Whether it was deleted; the body is not shown then.
    pub deleted: bool,
    /// Whether it is the post's author who speaks.
    pub by_post_author: bool,
    /// Whether the viewer may edit it.
    pub can_edit: bool,
    /// Whether the viewer may delete it.
    pub can_delete: bool,
    /// Whether the viewer may report it.
    pub can_report: bool,
}

/// A comment with its replies, which have none of their own.
#[derive(Debug, Clone, Serialize)]
pub struct ThreadView {
    /// The comment that opens the thread.
    pub comment: CommentView,
    /// Answers to it, oldest first.
    pub replies: Vec<CommentView>,
}
