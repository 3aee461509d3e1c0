//! What a post was: its saved states, what changed between them, and bringing one back.

use std::sync::Arc;

use crate::blog::Core;
use crate::diff::Diff;
use crate::error::{Entity, Error, Result};
use crate::model::post::Post;
use crate::model::revision::{Revision, RevisionHead};
use crate::page::Page;
use crate::policy::Actor;
use crate::service::publishing::{PostInput, Publishing};

/// What posts were. For those who may edit a post; everybody else finds nothing.
#[derive(Debug, Clone)]
pub struct History {
    core: Arc<Core>,
}

/// A saved state beside what was saved before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What was saved.
    pub saved: RevisionHead,
    /// What it was before; `None` for the first.
    pub before: Option<RevisionHead>,
}

/// With what a revision is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// The one before it; the first with nothing.
    Before,
    /// The post as it is now.
    Current,
    /// One of this version.
    Version(u64),
}

/// Two revisions of a post compared.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The post as it is now.
    pub post: Post,
    /// The older one; `None` where the newer one is the first and is compared with nothing.
    pub old: Option<RevisionHead>,
    /// The newer one.
    pub new: RevisionHead,
    /// What differs in their sources.
    pub diff: Diff,
}

/// Rows of a page of the list.
const A_PAGE: u16 = 30;

impl History {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// The post at a slug and its saved states before a version, newest first. Two queries.
    ///
    /// # Errors
    /// `NotFound(Post)` where the actor may not edit one, the same as for nothing.
    pub async fn list(
        &self,
        actor: &Actor,
        slug: &str,
        before: Option<u64>,
    ) -> Result<(Post, Page<Step, u64>)> {
        let post = self.post(actor, slug).await?;
        let posts = &self.core.records.posts;
        // One more than is shown: what the last one changed is seen by it.
        let heads = posts.revisions(post.id, before, A_PAGE + 1).await?.items;
        let mut steps: Vec<Step> = Vec::with_capacity(heads.len());
        for head in heads {
            if let Some(step) = steps.last_mut() {
                step.before = Some(head.clone());
            }
            steps.push(Step {
                saved: head,
                before: None,
            });
        }
        let page = Page::from_overfetch(steps, usize::from(A_PAGE), |step| step.saved.version);
        Ok((post, page))
    }

    /// A saved state compared with another, the older one first. Three queries.
    ///
    /// # Errors
    /// `NotFound(Post)` as for [`History::list`], `NotFound(Revision)`.
    pub async fn compare(
        &self,
        actor: &Actor,
        slug: &str,
        version: u64,
        against: Against,
    ) -> Result<Comparison> {
        let post = self.post(actor, slug).await?;
        let other = match against {
            Against::Before => version.checked_sub(1).filter(|before| *before > 0),
            Against::Current => Some(post.version),
            Against::Version(other) => Some(other),
        };
        let posts = &self.core.records.posts;
        let this = posts.revision(post.id, version).await?;
        let other = match other {
            Some(other) => Some(posts.revision(post.id, other).await?),
            None => None,
        };
        let (old, new) = match other {
            Some(other) if other.head.version > version => (Some(this), other),
            other => (other, this),
        };
        let (old_head, old_body) = match old {
            Some(Revision { head, body }) => (Some(head), body.into_string()),
            None => (None, String::new()),
        };
        let new_body = new.body.into_string();
        let bytes = old_body.len() + new_body.len();
        let diff = self
            .core
            .rendered(bytes, move || Ok(Diff::of(&old_body, &new_body)))
            .await?;
        Ok(Comparison {
            post,
            old: old_head,
            new: new.head,
            diff,
        })
    }

    /// Saves the title and text of an old version as a new one. Nothing is taken away: what was current stays in the
    /// list. Tags, cover, status and address stay as they are.
    ///
    /// # Errors
    /// `NotFound(Post)` as for [`History::list`], `NotFound(Revision)`, `Conflict(Version)` when `expected_version` is
    /// not the current one, `Invalid` where the text breaks a rule that came later, `Denied` where the post is public
    /// and the actor may not publish.
    pub async fn restore(
        &self,
        actor: &Actor,
        slug: &str,
        version: u64,
        expected_version: u64,
    ) -> Result<Post> {
        let post = self.post(actor, slug).await?;
        let revision = self.core.records.posts.revision(post.id, version).await?;
        let input = PostInput {
            title: revision.head.title.into_string(),
            body: revision.body.into_string(),
            ..PostInput::of(&post, self.core.now())
        };
        Publishing::new(self.core.clone())
            .save(actor, post.id, expected_version, &input)
            .await
    }

    /// The post at a slug, if the actor may edit it.
    async fn post(&self, actor: &Actor, slug: &str) -> Result<Post> {
        let publishing = Publishing::new(self.core.clone());
        match publishing.for_edit(actor, slug).await {
            Err(Error::Denied(_)) => Err(Error::NotFound(Entity::Post)),
            other => other,
        }
    }
}
