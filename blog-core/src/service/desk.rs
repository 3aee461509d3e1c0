//! A writer's desk: text that is not saved yet, how it will look, and words that complete what is being typed.

use std::sync::Arc;

use crate::blog::{Core, detached};
use crate::error::{Denied, Error, Result};
use crate::id::{AutosaveId, PostId};
use crate::markdown;
use crate::model::autosave::{Autosave, FormText};
use crate::model::media::MediaItem;
use crate::model::post::{Body, Post, SafeHtml};
use crate::model::tag::TagUse;
use crate::policy::{Action, Actor, Surface};
use crate::service::publishing::MAX_MEDIA;
use crate::service::publishing::refused;
use crate::service::reading;
use crate::slugify;
use crate::time::Timestamp;

/// A writer's desk.
#[derive(Debug, Clone)]
pub struct Desk {
    core: Arc<Core>,
}

/// A text as the page on which it is written sends it, to be kept.
#[derive(Debug, Clone)]
pub struct Unsaved {
    /// Made by the page, of random bits.
    pub id: AutosaveId,
    /// The post that it changes; `None` for a new one.
    pub post: Option<PostId>,
    /// The post's version that the page was filled from; 0 for a new one.
    pub version: u64,
    /// How many texts the page has sent with this one.
    pub step: u64,
    /// The form.
    pub text: FormText,
}

/// How a text will look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// With addresses for its media, as far as the post may show them.
    pub html: SafeHtml,
    /// For the reading time.
    pub words: u32,
}

/// How many tags are offered.
const COMPLETIONS: u16 = 8;

/// How many unsaved texts of one post are offered.
const OFFERED: u16 = 8;

impl Desk {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// Keeps what somebody writes and has not saved; nothing of the post changes. A text that comes after a newer one of
    /// its page is left. Returns when it was kept.
    ///
    /// # Errors
    /// `Denied`; `NotFound(Post)` where the actor cannot see it; `Conflict(Exists)` for an id that is somebody else's.
    pub async fn keep(&self, actor: &Actor, unsaved: Unsaved) -> Result<Timestamp> {
        let writer = actor.user().ok_or(Denied::LogIn)?;
        let post = match unsaved.post {
            Some(id) => {
                let visibility = self.core.visibility(actor, Surface::Page);
                Some(self.core.records.posts.get(id, &visibility).await?)
            }
            None => None,
        };
        self.check(actor, post.as_ref())?;
        let now = self.core.now();
        let autosave = Autosave {
            id: unsaved.id,
            writer,
            post: unsaved.post,
            version: unsaved.version,
            step: unsaved.step,
            text: unsaved.text,
            saved_at: now,
        };
        let core = self.core.clone();
        detached(&self.core, async move {
            core.records.autosaves.keep(autosave).await
        })
        .await?;
        Ok(now)
    }

    /// What the actor wrote for a post, or for a new one, and did not save; newest first, each text once, and without
    /// those that say the same as `shown`, which the form shows anyway. One query.
    ///
    /// # Errors
    /// `Denied(LogIn)`.
    pub async fn unsaved(
        &self,
        actor: &Actor,
        post: Option<PostId>,
        shown: &FormText,
    ) -> Result<Vec<Autosave>> {
        let writer = actor.user().ok_or(Denied::LogIn)?;
        let autosaves = &self.core.records.autosaves;
        let mut texts: Vec<Autosave> = Vec::new();
        for kept in autosaves.list(writer, post, OFFERED).await? {
            let known = kept.text.means(shown, shown)
                || texts.iter().any(|one| kept.text.means(&one.text, shown));
            if !known {
                texts.push(kept);
            }
        }
        Ok(texts)
    }

    /// An unsaved text of the actor's.
    ///
    /// # Errors
    /// `Denied(LogIn)`; `NotFound(Autosave)`, the same for somebody else's.
    pub async fn bring_back(&self, actor: &Actor, id: AutosaveId) -> Result<Autosave> {
        let writer = actor.user().ok_or(Denied::LogIn)?;
        self.core.records.autosaves.get(writer, id).await
    }

    /// Drops an unsaved text of the actor's; one that is not there is dropped already.
    ///
    /// # Errors
    /// `Denied(LogIn)`.
    pub async fn forget(&self, actor: &Actor, id: AutosaveId) -> Result<()> {
        let writer = actor.user().ok_or(Denied::LogIn)?;
        self.core.records.autosaves.forget(writer, id).await
    }

    /// How a text will look: in a post that the actor was given to edit, or in a new one. Addresses of media get
    /// `prefix`, the mount, before them. One query, or none where there are no media.
    ///
    /// # Errors
    /// `Denied`; `Invalid` with field `body`.
    pub async fn preview(
        &self,
        actor: &Actor,
        body: &str,
        post: Option<&Post>,
        prefix: &str,
    ) -> Result<Preview> {
        let writer = actor.user().ok_or(Denied::LogIn)?;
        self.check(actor, post)?;
        let cost = markdown::cost(body);
        let body = Body::try_from(body).map_err(|reason| Error::invalid("body", reason))?;
        let render = move || {
            markdown::render_post(body.as_str())
                .map_err(|error| Error::invalid("body", refused(error)))
        };
        let rendered = self.core.rendered(cost, render).await?;
        // As many as a post may have: one that has more is refused when it is saved.
        let shown = rendered.media.iter().take(MAX_MEDIA);
        let ids: Vec<_> = shown.map(|id| (*id).into()).collect();
        let items = reading::items(&self.core, &ids).await?;
        let theirs = |item: &MediaItem| match post {
            Some(post) => item.owner == post.author.id || post.media.contains(&item.id),
            None => false,
        };
        let usable: Vec<_> = items
            .values()
            .filter(|item| item.owner == writer || theirs(item))
            .map(|item| item.id)
            .collect();
        let html = SafeHtml::from_sanitiser(rendered.html);
        Ok(Preview {
            html: reading::resolve(&html, &usable, &items, prefix),
            words: rendered.words,
        })
    }

    /// The tags that a text may be the beginning of, the most used first. One query.
    ///
    /// # Errors
    /// `Denied`.
    pub async fn tags(&self, actor: &Actor, text: &str) -> Result<Vec<TagUse>> {
        self.core.policy.check(actor, Action::WritePost)?;
        let text = text.trim();
        let prefix = match slugify::tag_slug(text) {
            Some(slug) => slug,
            None if text.is_empty() => String::new(),
            None => return Ok(Vec::new()),
        };
        let visibility = self.core.visibility(actor, Surface::Page);
        let posts = &self.core.records.posts;
        posts.tag_uses(&prefix, &visibility, COMPLETIONS).await
    }

    /// Whether the actor may change the post, or write a new one.
    fn check(&self, actor: &Actor, post: Option<&Post>) -> Result<()> {
        let action = match post {
            Some(post) => Action::EditPost {
                author: post.author.id,
            },
            None => Action::WritePost,
        };
        self.core.policy.check(actor, action)
    }
}
