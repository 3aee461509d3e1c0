//! What is one person's and no other port lists.

use async_trait::async_trait;
use blog_core::Result;
use blog_core::id::{AutosaveId, CommentId, InvitationId, PostId, PreviewLinkId, UserId};
use blog_core::model::autosave::Autosave;
use blog_core::model::comment::CommentState;
use blog_core::model::export::{OwnComment, OwnLike, OwnReport};
use blog_core::model::invitation::Invitation;
use blog_core::model::post::PostStatus;
use blog_core::model::preview_link::PreviewLink;
use blog_core::model::slug::Slug;
use blog_core::ports::PersonalData;

use super::MemoryStore;
use super::state::State;

impl State {
    /// Where a post stands, unless it is a draft.
    fn slug_of(&self, post: PostId) -> Option<Slug> {
        let row = self.posts.get(&post)?;
        (row.content.status != PostStatus::Draft).then(|| row.slug.clone())
    }
}

/// The rows behind an id, in the order of their ids.
fn page<T, I: Ord + Copy>(
    rows: impl Iterator<Item = T>,
    id: impl Fn(&T) -> I,
    after: Option<I>,
    limit: u16,
) -> Vec<T> {
    let behind = |row: &T| after.is_none_or(|after| id(row) > after);
    let mut rows: Vec<T> = rows.filter(behind).collect();
    rows.sort_by_key(&id);
    rows.truncate(usize::from(limit));
    rows
}

#[async_trait]
impl PersonalData for MemoryStore {
    async fn comments(
        &self,
        author: UserId,
        after: Option<CommentId>,
        limit: u16,
    ) -> Result<Vec<OwnComment>> {
        let state = self.lock();
        let own = state
            .comments
            .values()
            .filter(|row| row.author == Some(author) && row.state != CommentState::Deleted);
        let own = own.map(|row| OwnComment {
            id: row.id,
            post: row.post,
            slug: state.slug_of(row.post),
            parent: row.parent,
            body: row.body.clone(),
            state: row.state,
            created_at: row.created_at,
            edited_at: row.edited_at,
        });
        Ok(page(own, |comment| comment.id, after, limit))
    }

    async fn likes(
        &self,
        liker: UserId,
        after: Option<PostId>,
        limit: u16,
    ) -> Result<Vec<OwnLike>> {
        let state = self.lock();
        let own = state.posts.values().filter_map(|row| {
            Some(OwnLike {
                post: row.id,
                slug: state.slug_of(row.id),
                at: *row.likes.get(&liker)?,
            })
        });
        Ok(page(own, |like| like.post, after, limit))
    }

    async fn reports(
        &self,
        reporter: UserId,
        after: Option<CommentId>,
        limit: u16,
    ) -> Result<Vec<OwnReport>> {
        let state = self.lock();
        let own = state.comments.values().filter_map(|row| {
            let report = row.reports.iter().find(|report| report.by == reporter)?;
            Some(OwnReport {
                comment: row.id,
                reason: report.reason.clone(),
                at: report.at,
            })
        });
        Ok(page(own, |report| report.comment, after, limit))
    }

    async fn autosaves(
        &self,
        writer: UserId,
        after: Option<AutosaveId>,
        limit: u16,
    ) -> Result<Vec<Autosave>> {
        let state = self.lock();
        let own = state
            .autosaves
            .values()
            .filter(|kept| kept.writer == writer);
        Ok(page(own.cloned(), |kept| kept.id, after, limit))
    }

    async fn preview_links(
        &self,
        maker: UserId,
        after: Option<PreviewLinkId>,
        limit: u16,
    ) -> Result<Vec<PreviewLink>> {
        let state = self.lock();
        let own = state
            .preview_links
            .values()
            .filter(|link| link.maker == maker);
        Ok(page(own.cloned(), |link| link.id, after, limit))
    }

    async fn invitations(
        &self,
        maker: UserId,
        after: Option<InvitationId>,
        limit: u16,
    ) -> Result<Vec<Invitation>> {
        let state = self.lock();
        let own = state.invitations.values().filter(|one| one.maker == maker);
        Ok(page(own.cloned(), |one| one.id, after, limit))
    }
}
