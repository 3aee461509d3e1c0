//! Preview links: a draft or scheduled post for whoever has been given its link.

use std::sync::Arc;
use std::time::Duration;

use crate::blog::{Core, detached};
use crate::error::{Entity, Error, Reason, Result};
use crate::id::{MediaId, PreviewLinkId};
use crate::model::audit::AuditAction;
use crate::model::effects::Effects;
use crate::model::media::{ByteRange, Object};
use crate::model::post::{Post, SafeHtml};
use crate::model::preview_link::{MadeLink, PreviewLink};
use crate::model::secret::Secret;
use crate::model::slug::Slug;
use crate::policy::{self, Action, Actor, Surface};
use crate::service::publishing::Publishing;
use crate::service::{library, quotas, reading};
use crate::time::Timestamp;

/// Preview links.
#[derive(Debug, Clone)]
pub struct Previews {
    core: Arc<Core>,
}

/// For how many days a link may show its post; the second is usual.
pub const DAYS: [u16; 3] = [1, 7, 30];

/// The most links of a post that are told.
const TOLD: u16 = 100;

/// What stands behind a link.
#[derive(Debug, Clone)]
pub enum Previewed {
    /// The post as it is now, which not everybody may see yet.
    Hidden {
        /// The post.
        post: Box<Post>,
        /// From when on the link is unknown.
        until: Timestamp,
    },
    /// Everybody may see the post by now; it stands at this slug.
    Public(Slug),
}

impl Previews {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// A post that the actor may change, and its links that are good, newest first. Two queries.
    ///
    /// # Errors
    /// `NotFound(Post)` where the actor cannot see it, `Denied` where they see but may not edit it.
    pub async fn links(&self, actor: &Actor, slug: &str) -> Result<(Post, Vec<MadeLink>)> {
        let post = self.editable(actor, slug).await?;
        let links = &self.core.records.preview_links;
        let links = links.of_post(post.id, self.core.now(), TOLD).await?;
        Ok((post, links))
    }

    /// Makes a link for so many of [`DAYS`]. Its secret is given this once: no store knows it.
    ///
    /// # Errors
    /// As [`Previews::links`]; `Invalid` with field `days`; `RateLimited` above 30 an hour.
    pub async fn make(&self, actor: &Actor, slug: &str, days: &str) -> Result<(Secret, Timestamp)> {
        let post = self.editable(actor, slug).await?;
        let days = days.trim().parse().ok();
        let days = days
            .filter(|days| DAYS.contains(days))
            .ok_or_else(|| Error::invalid("days", Reason::NotAChoice))?;
        let Actor::User { id: maker, .. } = *actor else {
            return Err(crate::error::Denied::LogIn.into());
        };
        quotas::PREVIEW_LINK
            .take(&self.core, &maker.to_string())
            .await?;
        let secret = Secret::generate();
        let now = self.core.now();
        let link = PreviewLink {
            id: PreviewLinkId::generate(),
            token: secret.hash(),
            post: post.id,
            maker,
            created_at: now,
            expires_at: now.plus(Duration::from_secs(u64::from(days) * 24 * 60 * 60)),
        };
        let until = link.expires_at;
        let detail = format!("link:{} until {}", link.id, until.to_rfc3339());
        let effects = Effects::at(now).audit(
            Some(maker),
            AuditAction::PreviewMake,
            format!("post:{}", post.id),
            detail,
        );
        let core = self.core.clone();
        detached(&self.core, async move {
            core.records.preview_links.create(link, effects).await
        })
        .await?;
        Ok((secret, until))
    }

    /// Ends a link of a post; whoever has it finds nothing from now on.
    ///
    /// # Errors
    /// As [`Previews::links`]; `NotFound(Token)` when the post has no such link.
    pub async fn revoke(&self, actor: &Actor, slug: &str, id: PreviewLinkId) -> Result<Post> {
        let post = self.editable(actor, slug).await?;
        let effects = Effects::at(self.core.now()).audit(
            actor.user(),
            AuditAction::PreviewRevoke,
            format!("post:{}", post.id),
            format!("link:{id}"),
        );
        let (core, of) = (self.core.clone(), post.id);
        detached(&self.core, async move {
            core.records.preview_links.revoke(of, id, effects).await
        })
        .await?;
        Ok(post)
    }

    /// What a link shows: the post as it is now, if whoever made the link may still change it. Two queries.
    ///
    /// # Errors
    /// `NotFound(Token)`, whatever the reason: expired, revoked, deleted, or made by somebody who may not any more.
    pub async fn see(&self, secret: &Secret) -> Result<Previewed> {
        let now = self.core.now();
        let (post, made) = self.behind(secret, now).await?;
        Ok(match policy::is_public(&post, now) {
            true => Previewed::Public(post.slug),
            false => Previewed::Hidden {
                post: Box::new(post),
                until: made.link.expires_at,
            },
        })
    }

    /// The text of a post that [`Previews::see`] gave, with addresses for its media; `address` makes one of a path below
    /// the mount. One query, or none where there are no media.
    ///
    /// # Errors
    /// Of the store.
    pub async fn resolve(
        &self,
        post: &Post,
        address: &(dyn Fn(String) -> String + Sync),
    ) -> Result<SafeHtml> {
        let items = reading::items(&self.core, &post.media).await?;
        let html = &post.rendered.html;
        Ok(reading::resolve_to(html, &post.media, &items, address))
    }

    /// Opens an item of the post behind a link; with a width, its copy of that width, or itself where it has none.
    ///
    /// # Errors
    /// As [`Previews::see`]; `NotFound(Media)` for what the post does not show; `RangeNotSatisfiable`.
    pub async fn open_media(
        &self,
        secret: &Secret,
        id: MediaId,
        width: Option<u32>,
        range: Option<ByteRange>,
    ) -> Result<Object> {
        let (post, _) = self.behind(secret, self.core.now()).await?;
        let missing = || Error::NotFound(Entity::Media);
        if !post.media.contains(&id) {
            return Err(missing());
        }
        let item = self.core.records.catalog.get(&[id]).await?.pop();
        let item = item.filter(|item| item.is_ready()).ok_or_else(missing)?;
        library::open(&self.core, item, width, range).await
    }

    async fn behind(&self, secret: &Secret, now: Timestamp) -> Result<(Post, MadeLink)> {
        let missing = || Error::NotFound(Entity::Token);
        let links = &self.core.records.preview_links;
        let made = links.find(&secret.hash(), now).await?;
        let actor = Actor::of(&made.maker);
        let visibility = self.core.visibility(&actor, Surface::Page);
        let post = match self
            .core
            .records
            .posts
            .get(made.link.post, &visibility)
            .await
        {
            Err(Error::NotFound(_)) => return Err(missing()),
            post => post?,
        };
        let author = post.author.id;
        match self.core.policy.may(&actor, Action::EditPost { author }) {
            true => Ok((post, made)),
            false => Err(missing()),
        }
    }

    async fn editable(&self, actor: &Actor, slug: &str) -> Result<Post> {
        Publishing::new(self.core.clone())
            .for_edit(actor, slug)
            .await
    }
}
