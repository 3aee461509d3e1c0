//! What is one person's and no other port lists.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::error::Result;
use crate::id::{AutosaveId, CommentId, InvitationId, PostId, PreviewLinkId, UserId};
use crate::model::autosave::Autosave;
use crate::model::export::{OwnComment, OwnLike, OwnReport};
use crate::model::invitation::Invitation;
use crate::model::preview_link::PreviewLink;

/// What is one person's, for them to take along. Each list is in the order of the ids, those behind `after`, at most
/// `limit`, and holds nothing of anybody else. Somebody who is not there has nothing.
#[async_trait]
pub trait PersonalData: Debug + Send + Sync + 'static {
    /// Their comments that are not deleted, also those that wait, each with the slug of its post unless that is a draft.
    async fn comments(
        &self,
        author: UserId,
        after: Option<CommentId>,
        limit: u16,
    ) -> Result<Vec<OwnComment>>;

    /// Their likes, by the posts' ids, each with the slug of the post unless that is a draft.
    async fn likes(&self, liker: UserId, after: Option<PostId>, limit: u16)
    -> Result<Vec<OwnLike>>;

    /// Their reports, by the comments' ids.
    async fn reports(
        &self,
        reporter: UserId,
        after: Option<CommentId>,
        limit: u16,
    ) -> Result<Vec<OwnReport>>;

    /// Their unsaved texts.
    async fn autosaves(
        &self,
        writer: UserId,
        after: Option<AutosaveId>,
        limit: u16,
    ) -> Result<Vec<Autosave>>;

    /// The links to posts that they made.
    async fn preview_links(
        &self,
        maker: UserId,
        after: Option<PreviewLinkId>,
        limit: u16,
    ) -> Result<Vec<PreviewLink>>;

    /// The invitations that they made.
    async fn invitations(
        &self,
        maker: UserId,
        after: Option<InvitationId>,
        limit: u16,
    ) -> Result<Vec<Invitation>>;
}
