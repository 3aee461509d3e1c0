//! Comments.

use std::sync::Arc;

use crate::blog::{Core, detached};
use crate::error::{Denied, Entity, Error, Reason, Result};
use crate::id::{CommentId, PostId, UserId};
use crate::markdown;
use crate::model::audit::AuditAction;
use crate::model::comment::{Comment, CommentBody, CommentChange, CommentState, NewComment};
use crate::model::effects::Effects;
use crate::model::post::{Post, SafeHtml};
use crate::policy::{Action, Actor, Surface};
use crate::service::quotas;

/// Comments.
#[derive(Debug, Clone)]
pub struct Discussion {
    core: Arc<Core>,
}

/// A comment as its form gives it.
#[derive(Debug, Clone, Default)]
pub struct CommentInput {
    /// Markdown, a small part of it.
    pub body: String,
    /// The comment it answers, if any.
    pub parent: Option<CommentId>,
}

impl Discussion {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// Comments on a post that the actor can see.
    ///
    /// # Errors
    /// `NotFound(Post)`, `NotFound(Comment)` for the parent, `Denied`, `Invalid` with field `body`, `RateLimited`,
    /// `Conflict(ThreadFull)`.
    pub async fn comment(
        &self,
        actor: &Actor,
        post: PostId,
        input: &CommentInput,
        client: &str,
    ) -> Result<Comment> {
        let author = actor.user().ok_or(Denied::LogIn)?;
        let post = self.post(actor, post).await?;
        self.core.policy.check(actor, Action::Comment)?;
        let site = self.core.site().await;
        let (body, html) = parse(&input.body, site.settings.comment_links)?;
        quotas::COMMENT_ACCOUNT
            .take(&self.core, &author.to_string())
            .await?;
        quotas::COMMENT_CLIENT.take(&self.core, client).await?;
        let state = self.state_of_new(actor, author, &post).await?;
        let id = CommentId::generate();
        let effects = Effects::at(self.core.now()).invalidating().audit(
            Some(author),
            AuditAction::CommentCreate,
            format!("comment:{id}"),
            "",
        );
        let new = NewComment {
            id,
            post: post.id,
            parent: input.parent,
            author,
            body,
            html,
            state,
        };
        let core = self.core.clone();
        detached(&self.core, async move {
            core.records.comments.create(new, effects).await
        })
        .await
    }

    /// A new comment is seen at once, unless the settings hold the first of everybody and this is one. Editors and the
    /// post's author do not wait for themselves.
    async fn state_of_new(
        &self,
        actor: &Actor,
        author: UserId,
        post: &Post,
    ) -> Result<CommentState> {
        let holds = self.core.site().await;
        let decides = Action::ModerateComment {
            post_author: post.author.id,
        };
        let free = !holds.settings.hold_first_comments
            || self.core.policy.may(actor, decides)
            || self.core.records.comments.has_visible(author).await?;
        Ok(match free {
            true => CommentState::Visible,
            false => CommentState::Pending,
        })
    }

    /// A comment that the actor may edit, with its post.
    ///
    /// # Errors
    /// `NotFound(Comment)` also where the actor cannot see the post, or the comment waits for others, `Denied`.
    pub async fn for_edit(&self, actor: &Actor, id: CommentId) -> Result<(Comment, Post)> {
        let (comment, post) = self.comment_on_post(actor, id).await?;
        let author = comment.author.as_ref().map(|author| author.id);
        let action = Action::EditComment { author };
        self.core.policy.check(actor, action)?;
        Ok((comment, post))
    }

    /// A comment that the actor may delete, with its post.
    ///
    /// # Errors
    /// As [`Discussion::for_edit`].
    pub async fn for_delete(&self, actor: &Actor, id: CommentId) -> Result<(Comment, Post)> {
        let (comment, post) = self.comment_on_post(actor, id).await?;
        let action = Action::DeleteComment {
            author: comment.author.as_ref().map(|author| author.id),
            post_author: post.author.id,
        };
        self.core.policy.check(actor, action)?;
        Ok((comment, post))
    }

    /// Changes the text of an own comment.
    ///
    /// # Errors
    /// As [`Discussion::for_edit`]; `Invalid` with field `body`; `Conflict(Version)`; `RateLimited`.
    pub async fn edit(
        &self,
        actor: &Actor,
        id: CommentId,
        version: u64,
        body: &str,
    ) -> Result<(Comment, Post)> {
        let (_, post) = self.for_edit(actor, id).await?;
        let site = self.core.site().await;
        let (body, html) = parse(body, site.settings.comment_links)?;
        if let Some(user) = actor.user() {
            quotas::COMMENT_ACCOUNT
                .take(&self.core, &user.to_string())
                .await?;
        }
        let effects = Effects::at(self.core.now()).invalidating().audit(
            actor.user(),
            AuditAction::CommentEdit,
            format!("comment:{id}"),
            "",
        );
        let change = CommentChange {
            id,
            expected_version: version,
            body,
            html,
        };
        let core = self.core.clone();
        let comment = detached(&self.core, async move {
            core.records.comments.update(change, effects).await
        })
        .await?;
        Ok((comment, post))
    }

    /// Deletes a comment; its text is gone from the store.
    ///
    /// # Errors
    /// As [`Discussion::for_delete`].
    pub async fn delete(&self, actor: &Actor, id: CommentId) -> Result<Post> {
        let (_, post) = self.for_delete(actor, id).await?;
        let effects = Effects::at(self.core.now()).invalidating().audit(
            actor.user(),
            AuditAction::CommentDelete,
            format!("comment:{id}"),
            "",
        );
        let core = self.core.clone();
        detached(&self.core, async move {
            core.records.comments.delete(id, effects).await
        })
        .await?;
        Ok(post)
    }

    /// The post of a comment.
    ///
    /// # Errors
    /// `NotFound(Comment)` also where the actor cannot see it or its post.
    pub async fn post_of(&self, actor: &Actor, id: CommentId) -> Result<Post> {
        self.comment_on_post(actor, id).await.map(|(_, post)| post)
    }

    pub(crate) async fn comment_on_post(
        &self,
        actor: &Actor,
        id: CommentId,
    ) -> Result<(Comment, Post)> {
        let comment = self.core.records.comments.get(id).await?;
        let missing = || Error::NotFound(Entity::Comment);
        let post = match self.post(actor, comment.post).await {
            // Whoever cannot see the post does not hear that it has this comment.
            Err(Error::NotFound(_)) => return Err(missing()),
            post => post?,
        };
        let author = comment.author.as_ref().map(|author| author.id);
        let decides = Action::ModerateComment {
            post_author: post.author.id,
        };
        let held = comment.state == CommentState::Pending;
        if held
            && (author.is_none() || author != actor.user())
            && !self.core.policy.may(actor, decides)
        {
            return Err(missing());
        }
        Ok((comment, post))
    }

    async fn post(&self, actor: &Actor, id: PostId) -> Result<Post> {
        let visibility = self.core.visibility(actor, Surface::Page);
        self.core.records.posts.get(id, &visibility).await
    }
}

fn parse(source: &str, links: u16) -> Result<(CommentBody, SafeHtml)> {
    let body = CommentBody::try_from(source).map_err(|reason| Error::invalid("body", reason))?;
    let html = markdown::render_comment(body.as_str())
        .map_err(|error| Error::invalid("body", super::publishing::refused(error)))?;
    let max = usize::from(links);
    if html.matches("<a ").count() > max {
        let reason = Reason::TooManyLinks { max };
        return Err(Error::invalid("body", reason));
    }
    Ok((body, SafeHtml::from_sanitiser(html)))
}
