//! What a post was: its saved states, what changed between them, and bringing one back.

use std::sync::Arc;

use crate::blog::Core;
use crate::diff::Diff;
use crate::error::{Entity, Error, Result};
use crate::merge::Merge;
use crate::model::media::MediaRef;
use crate::model::post::{Body, Post, Title};
use crate::model::revision::{Revision, RevisionHead};
use crate::model::tag::Tag;
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

/// Two saves that began from one version, side by side and put together.
#[derive(Debug, Clone)]
pub struct Clash {
    /// The post as the other save left it.
    pub stored: Post,
    /// The same as its form shows it.
    pub theirs: PostInput,
    /// What was to be saved.
    pub mine: PostInput,
    /// The picture of what was to be saved.
    pub my_cover: Option<MediaRef>,
    /// The title to go on with: the changed one, or mine where both changed it.
    pub title: String,
    /// Whether both changed the title, each to another one.
    pub titles_clash: bool,
    /// The tags of both, theirs first: of tags nobody knows what they were.
    pub tags: String,
    /// The texts put together.
    pub body: Merge,
    /// From their text to mine.
    pub diff: Diff,
}

impl Clash {
    /// Whether what was to be saved is what is stored already, as when a form is sent twice.
    pub fn is_none(&self) -> bool {
        let (mine, theirs) = (&self.mine, &self.theirs);
        // Left empty, these two mean: as it is.
        let kept = |mine: &str, theirs: &str| mine.is_empty() || mine == theirs;
        self.diff.is_empty()
            && mine.title == theirs.title
            && mine.tags == theirs.tags
            && mine.status == theirs.status
            && mine.cover == theirs.cover
            && kept(&mine.slug, &theirs.slug)
            && kept(&mine.publish_at, &theirs.publish_at)
    }
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
            .restore(actor, post.id, version, expected_version, &input)
            .await
    }

    /// What to do about a save that was refused with `Conflict(Version)`: the post at the slug as it is now, beside what
    /// was to be saved over the version `base`, and both put together. Where there never was such a version, nothing is
    /// known to be common. Three queries.
    ///
    /// # Errors
    /// `NotFound(Post)` where the actor cannot see it, `Denied` where they see but may not edit it.
    pub async fn clash(
        &self,
        actor: &Actor,
        slug: &str,
        base: u64,
        mine: &PostInput,
    ) -> Result<Clash> {
        let publishing = Publishing::new(self.core.clone());
        let stored = publishing.for_edit(actor, slug).await?;
        let theirs = PostInput::of(&stored, self.core.now());
        let (base_title, base_body) = match self.core.records.posts.revision(stored.id, base).await
        {
            Ok(base) => (Some(base.head.title.into_string()), base.body.into_string()),
            Err(Error::NotFound(_)) => (None, String::new()),
            Err(error) => return Err(error),
        };
        let my_cover = match mine.cover.trim().parse() {
            Ok(id) => self.core.records.catalog.get(&[id]).await?.pop(),
            Err(_) => None,
        };
        let mine = as_stored(mine);
        let (my_body, their_body) = (mine.body.clone(), theirs.body.clone());
        let bytes = base_body.len() + my_body.len() + their_body.len();
        let put_together = move || {
            let merge = Merge::of(&base_body, &my_body, &their_body);
            Ok((merge, Diff::of(&their_body, &my_body)))
        };
        let (body, diff) = self.core.rendered(bytes, put_together).await?;
        let changed = |title: &String| base_title.as_ref() != Some(title);
        let titles_clash =
            mine.title != theirs.title && changed(&mine.title) && changed(&theirs.title);
        let title = match changed(&mine.title) {
            true => mine.title.clone(),
            false => theirs.title.clone(),
        };
        Ok(Clash {
            title,
            titles_clash,
            tags: all_tags(&theirs.tags, &mine.tags),
            my_cover: my_cover.map(|item| item.to_ref()),
            stored,
            theirs,
            mine,
            body,
            diff,
        })
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

/// An input as it would have been stored, so that only what differs differs.
fn as_stored(input: &PostInput) -> PostInput {
    let title = Title::try_from(input.title.as_str()).map(Title::into_string);
    let body = Body::try_from(input.body.as_str()).map(Body::into_string);
    let status = match input.status.trim() {
        "" => "draft",
        status => status,
    };
    PostInput {
        title: title.unwrap_or_else(|_| input.title.clone()),
        body: body.unwrap_or_else(|_| input.body.clone()),
        tags: all_tags("", &input.tags),
        status: status.to_owned(),
        publish_at: PostInput::shown_time(&input.publish_at),
        slug: input.slug.trim().to_owned(),
        cover: input.cover.trim().to_owned(),
        unsaved: Vec::new(),
    }
}

/// The tags of two lists, each once, as a form shows them.
fn all_tags(first: &str, second: &str) -> String {
    let mut all: Vec<Tag> = Vec::new();
    for list in [first, second] {
        let Ok(tags) = Tag::parse_list(list) else {
            return [first, second].join(", ");
        };
        for tag in tags {
            if all.iter().all(|known| known.slug != tag.slug) {
                all.push(tag);
            }
        }
    }
    let names: Vec<&str> = all.iter().map(|tag| tag.name.as_str()).collect();
    names.join(", ")
}
