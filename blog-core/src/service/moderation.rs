//! Comments that somebody should look at: held ones and reported ones.

use std::sync::Arc;

use crate::blog::{Core, detached};
use crate::error::{Conflict, Denied, Entity, Error, Result};
use crate::id::CommentId;
use crate::model::audit::AuditAction;
use crate::model::comment::{CommentState, QueuedComment, Report, ReportReason};
use crate::model::effects::Effects;
use crate::page::{Page, PageRequest};
use crate::policy::{Action, Actor};
use crate::service::discussion::Discussion;
use crate::service::quotas;

/// Comments that somebody should look at.
#[derive(Debug, Clone)]
pub struct Moderation {
    core: Arc<Core>,
}

/// What is decided about a comment of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It is shown, and what was reported about it is set aside.
    Approve,
    /// It is deleted.
    Delete,
}

/// A comment as somebody saw it who decides about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Which.
    pub id: CommentId,
    /// Its version then.
    pub version: u64,
}

/// What came of decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Decided {
    /// How many comments were decided about.
    pub done: usize,
    /// How many were changed after they were seen, and not approved therefore.
    pub changed: usize,
}

impl TryFrom<&str> for Decision {
    type Error = crate::error::Reason;

    fn try_from(word: &str) -> Result<Self, Self::Error> {
        match word {
            "approve" => Ok(Self::Approve),
            "delete" => Ok(Self::Delete),
            _ => Err(crate::error::Reason::NotAChoice),
        }
    }
}

impl Moderation {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// The comments that wait or were reported: all of them for editors, those on own posts for authors. One query.
    ///
    /// # Errors
    /// `Denied`.
    pub async fn queue(&self, actor: &Actor, page: PageRequest) -> Result<Page<QueuedComment>> {
        let policy = &self.core.policy;
        let of = match policy.may(actor, Action::Moderate) {
            true => None,
            false => {
                policy.check(actor, Action::WritePost)?;
                actor.user()
            }
        };
        self.core.records.comments.queue(of, page).await
    }

    /// Decides about comments of the queue. Those about which somebody else was quicker are left out, and so is approving
    /// what its writer changed meanwhile.
    ///
    /// # Errors
    /// `Denied` where one of them is not the actor's to decide about; what came before it is done.
    pub async fn decide(
        &self,
        actor: &Actor,
        comments: &[Seen],
        decision: Decision,
    ) -> Result<Decided> {
        let mut decided = Decided::default();
        for seen in comments {
            match self.decide_one(actor, *seen, decision).await {
                Ok(()) => decided.done += 1,
                Err(Error::Conflict(Conflict::Version { .. })) => decided.changed += 1,
                Err(Error::NotFound(_) | Error::Conflict(_)) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(decided)
    }

    async fn decide_one(&self, actor: &Actor, seen: Seen, decision: Decision) -> Result<()> {
        let Seen { id, version } = seen;
        let discussion = Discussion::new(self.core.clone());
        let (comment, post) = discussion.comment_on_post(actor, id).await?;
        let action = Action::ModerateComment {
            post_author: post.author.id,
        };
        self.core.policy.check(actor, action)?;
        if decision == Decision::Approve {
            let action = Action::ApproveComment {
                author: comment.author.as_ref().map(|author| author.id),
                post_author: post.author.id,
            };
            self.core.policy.check(actor, action)?;
        }
        let done = match (decision, comment.state) {
            (Decision::Delete, _) => AuditAction::CommentDelete,
            (Decision::Approve, CommentState::Pending) => AuditAction::CommentApprove,
            (Decision::Approve, _) => AuditAction::CommentDismiss,
        };
        let effects = Effects::at(self.core.now()).invalidating().audit(
            actor.user(),
            done,
            format!("comment:{id}"),
            "",
        );
        let core = self.core.clone();
        detached(&self.core, async move {
            let comments = &core.records.comments;
            match done {
                AuditAction::CommentDelete => comments.delete(id, effects).await,
                AuditAction::CommentApprove => {
                    let at = effects.at;
                    comments.approve(id, version, effects).await?;
                    comments.dismiss(id, version, Effects::at(at)).await
                }
                _ => comments.dismiss(id, version, effects).await,
            }
        })
        .await
    }

    /// Reports a comment that the actor can see; reporting it twice is a success.
    ///
    /// # Errors
    /// `NotFound(Comment)`, `NotFound(Post)`, `Denied`, `Invalid` with field `reason`, `RateLimited` above ten an hour.
    pub async fn report(&self, actor: &Actor, id: CommentId, reason: &str) -> Result<()> {
        let reporter = self.for_report(actor, id).await?;
        let reason = ReportReason::try_from(reason);
        let reason = reason.map_err(|reason| Error::invalid("reason", reason))?;
        quotas::REPORT
            .take(&self.core, &reporter.to_string())
            .await?;
        let effects = Effects::at(self.core.now()).audit(
            Some(reporter),
            AuditAction::CommentReport,
            format!("comment:{id}"),
            "",
        );
        let report = Report {
            comment: id,
            reporter,
            reason,
        };
        let core = self.core.clone();
        detached(&self.core, async move {
            core.records.comments.report(report, effects).await?;
            Ok(())
        })
        .await
    }

    /// Who would report a comment.
    ///
    /// # Errors
    /// `NotFound(Comment)` also for one that is not to be seen, `NotFound(Post)`, `Denied`.
    pub async fn for_report(&self, actor: &Actor, id: CommentId) -> Result<crate::id::UserId> {
        let reporter = actor.user().ok_or(Denied::LogIn)?;
        let discussion = Discussion::new(self.core.clone());
        let (comment, _) = discussion.comment_on_post(actor, id).await?;
        if comment.state != CommentState::Visible {
            return Err(Error::NotFound(Entity::Comment));
        }
        let author = comment.author.as_ref().map(|author| author.id);
        let action = Action::ReportComment { author };
        self.core.policy.check(actor, action)?;
        Ok(reporter)
    }
}
