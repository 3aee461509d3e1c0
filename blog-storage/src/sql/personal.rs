//! What is one person's and no other port lists.

use async_trait::async_trait;
use blog_core::error::Result;
use blog_core::id::{AutosaveId, CommentId, InvitationId, PostId, PreviewLinkId, UserId};
use blog_core::model::autosave::Autosave;
use blog_core::model::comment::CommentState;
use blog_core::model::export::{OwnComment, OwnLike, OwnReport};
use blog_core::model::invitation::Invitation;
use blog_core::model::preview_link::PreviewLink;
use blog_core::model::slug::Slug;
use blog_core::ports::PersonalData;
use sqlx::FromRow;
use uuid::Uuid;

use super::SqlStore;
use super::args::{Arg, args};
use super::autosaves::AutosaveRow;
use super::invitations::InvitationRow;
use super::preview_links::BareLinkRow;
use super::rows::{time, unreadable};

#[derive(FromRow)]
struct CommentRow {
    id: Uuid,
    post: Uuid,
    slug: Option<String>,
    parent: Option<Uuid>,
    body: String,
    state: String,
    created_at: i64,
    edited_at: Option<i64>,
}

impl CommentRow {
    fn comment(self) -> Result<OwnComment> {
        let state = CommentState::from_word(&self.state);
        Ok(OwnComment {
            id: CommentId::from(self.id),
            post: PostId::from(self.post),
            slug: self.slug.map(Slug::from_store),
            parent: self.parent.map(CommentId::from),
            body: self.body,
            state: state.ok_or_else(|| unreadable("blog_comments.state"))?,
            created_at: time(self.created_at),
            edited_at: self.edited_at.map(time),
        })
    }
}

#[derive(FromRow)]
struct LikeRow {
    post: Uuid,
    slug: Option<String>,
    liked_at: i64,
}

#[derive(FromRow)]
struct ReportRow {
    comment: Uuid,
    reason: String,
    reported_at: i64,
}

/// Whose, behind which id, how many. No id comes before the one of zeros, and none is it.
fn page(owner: UserId, after: Option<impl Into<Uuid>>, limit: u16) -> Vec<Arg> {
    let after = after.map_or(Uuid::nil(), Into::into);
    args![owner, after, u32::from(limit)]
}

#[async_trait]
impl PersonalData for SqlStore {
    async fn comments(
        &self,
        author: UserId,
        after: Option<CommentId>,
        limit: u16,
    ) -> Result<Vec<OwnComment>> {
        let rows: Vec<CommentRow> = self
            .db
            .all(
                "SELECT c.id, c.post, CASE WHEN p.status = 'draft' THEN NULL ELSE p.slug END AS slug, c.parent, \
                 c.body, c.state, c.created_at, c.edited_at \
                 FROM blog_comments c JOIN blog_posts p ON p.id = c.post \
                 WHERE c.author = ? AND c.id > ? AND c.state <> 'deleted' ORDER BY c.id LIMIT ?",
                page(author, after, limit),
            )
            .await?;
        rows.into_iter().map(CommentRow::comment).collect()
    }

    async fn likes(
        &self,
        liker: UserId,
        after: Option<PostId>,
        limit: u16,
    ) -> Result<Vec<OwnLike>> {
        let rows: Vec<LikeRow> = self
            .db
            .all(
                "SELECT l.post, CASE WHEN p.status = 'draft' THEN NULL ELSE p.slug END AS slug, l.liked_at \
                 FROM blog_likes l JOIN blog_posts p ON p.id = l.post \
                 WHERE l.liker = ? AND l.post > ? ORDER BY l.post LIMIT ?",
                page(liker, after, limit),
            )
            .await?;
        let like = |row: LikeRow| OwnLike {
            post: PostId::from(row.post),
            slug: row.slug.map(Slug::from_store),
            at: time(row.liked_at),
        };
        Ok(rows.into_iter().map(like).collect())
    }

    async fn reports(
        &self,
        reporter: UserId,
        after: Option<CommentId>,
        limit: u16,
    ) -> Result<Vec<OwnReport>> {
        let rows: Vec<ReportRow> = self
            .db
            .all(
                "SELECT comment, reason, reported_at FROM blog_comment_reports \
                 WHERE reporter = ? AND comment > ? ORDER BY comment LIMIT ?",
                page(reporter, after, limit),
            )
            .await?;
        let report = |row: ReportRow| OwnReport {
            comment: CommentId::from(row.comment),
            reason: row.reason,
            at: time(row.reported_at),
        };
        Ok(rows.into_iter().map(report).collect())
    }

    async fn autosaves(
        &self,
        writer: UserId,
        after: Option<AutosaveId>,
        limit: u16,
    ) -> Result<Vec<Autosave>> {
        let rows: Vec<AutosaveRow> = self
            .db
            .all(
                "SELECT id, post, version, step, fields, saved_at FROM blog_autosaves \
                 WHERE writer = ? AND id > ? ORDER BY id LIMIT ?",
                page(writer, after, limit),
            )
            .await?;
        rows.into_iter().map(|row| row.autosave(writer)).collect()
    }

    async fn preview_links(
        &self,
        maker: UserId,
        after: Option<PreviewLinkId>,
        limit: u16,
    ) -> Result<Vec<PreviewLink>> {
        let rows: Vec<BareLinkRow> = self
            .db
            .all(
                "SELECT id AS link_id, token, post, created_at, expires_at FROM blog_preview_links \
                 WHERE maker = ? AND id > ? ORDER BY id LIMIT ?",
                page(maker, after, limit),
            )
            .await?;
        rows.into_iter().map(|row| row.link(maker)).collect()
    }

    async fn invitations(
        &self,
        maker: UserId,
        after: Option<InvitationId>,
        limit: u16,
    ) -> Result<Vec<Invitation>> {
        let rows: Vec<InvitationRow> = self
            .db
            .all(
                "SELECT id, token, maker, role, created_at, expires_at, used_at FROM blog_invitations \
                 WHERE maker = ? AND id > ? ORDER BY id LIMIT ?",
                page(maker, after, limit),
            )
            .await?;
        rows.into_iter().map(InvitationRow::invitation).collect()
    }
}
