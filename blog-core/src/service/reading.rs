//! Reading: posts, lists, search, feeds.

use std::collections::HashMap;
use std::sync::Arc;

use crate::blog::Core;
use crate::error::{Entity, Error, Result};
use crate::id::{MediaId, PostId};
use crate::markdown::{self, ResolvedMedia};
use crate::model::comment::Thread;
use crate::model::media::{MediaItem, MediaKind};
use crate::model::post::{PostCard, PostQuery, PostScope, SafeHtml, SlugHit};
use crate::model::slug::Slug;
use crate::model::tag::TagSlug;
use crate::model::user::User;
use crate::page::{Cursor, Page, PageRequest};
use crate::policy::{Actor, Surface};
use crate::terms;

/// Reading.
#[derive(Debug, Clone)]
pub struct Reading {
    core: Arc<Core>,
}

/// The longest list of media that one query resolves; a feed of many posts with many pictures needs more.
const RESOLVE_AT_ONCE: usize = 500;

impl Reading {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// What the actor finds at a post's address. One query.
    ///
    /// # Errors
    /// `NotFound(Post)`, the same for a draft that is not theirs as for nothing.
    pub async fn post(&self, actor: &Actor, slug: &str) -> Result<SlugHit> {
        let slug = Slug::try_from(slug).map_err(|_| Error::NotFound(Entity::Post))?;
        let visibility = self.core.visibility(actor, Surface::Page);
        self.core.records.posts.by_slug(&slug, &visibility).await
    }

    /// The comments of a post that the actor was shown, oldest first. One query.
    ///
    /// # Errors
    /// Of the store.
    pub async fn comments(&self, post: PostId, after: Option<Cursor>) -> Result<Page<Thread>> {
        let page = PageRequest::new(after, COMMENTS_A_PAGE);
        self.core.records.comments.threads(post, page).await
    }

    /// Everybody's posts, newest first. One query.
    ///
    /// # Errors
    /// Of the store.
    pub async fn home(&self, after: Option<Cursor>) -> Result<Page<PostCard>> {
        self.list(PostScope::All, after, false).await
    }

    /// One author and their posts, newest first. Two queries.
    ///
    /// # Errors
    /// `NotFound(User)`; also for a suspended one.
    pub async fn author(
        &self,
        username: &str,
        after: Option<Cursor>,
        with_html: bool,
    ) -> Result<(User, Page<PostCard>)> {
        let accounts = super::accounts::Accounts::new(self.core.clone());
        let user = accounts.by_username(username).await?;
        if user.suspended {
            return Err(Error::NotFound(Entity::User));
        }
        let posts = self
            .list(PostScope::Author(user.id), after, with_html)
            .await?;
        Ok((user, posts))
    }

    /// The posts with a tag, newest first. One query.
    ///
    /// # Errors
    /// `NotFound(Post)` for a word that cannot be a tag.
    pub async fn tag(
        &self,
        tag: &str,
        after: Option<Cursor>,
        with_html: bool,
    ) -> Result<Page<PostCard>> {
        let tag = TagSlug::try_from(tag).map_err(|_| Error::NotFound(Entity::Post))?;
        self.list(PostScope::Tag(tag), after, with_html).await
    }

    /// The posts that hold every word of `text`, newest first. One query.
    ///
    /// # Errors
    /// Of the store.
    pub async fn search(&self, text: &str, after: Option<Cursor>) -> Result<Page<PostCard>> {
        self.list(PostScope::Search(terms::query_terms(text)), after, false)
            .await
    }

    /// The newest posts of a scope with their HTML, media resolved, for feeds. Two queries.
    ///
    /// # Errors
    /// Of the store.
    pub async fn feed(&self, scope: PostScope, prefix: &str) -> Result<Vec<PostCard>> {
        let mut cards = self.list(scope, None, true).await?.items;
        let ids: Vec<MediaId> = cards.iter().flat_map(|card| card.media.clone()).collect();
        let items = items(&self.core, &ids).await?;
        for card in &mut cards {
            let resolved = card
                .html
                .as_ref()
                .map(|html| resolve(html, &card.media, &items, prefix));
            card.html = resolved;
        }
        Ok(cards)
    }

    async fn list(
        &self,
        scope: PostScope,
        after: Option<Cursor>,
        with_html: bool,
    ) -> Result<Page<PostCard>> {
        let query = PostQuery {
            scope,
            page: PageRequest::new(after, self.core.settings.page_size),
            with_html,
        };
        // Lists hold what everybody may see, so they are asked for by nobody in particular.
        let visibility = self.core.visibility(&Actor::Anonymous, Surface::List);
        self.core.records.posts.list(&query, &visibility).await
    }

    /// The HTML of a body with addresses for its media, below `prefix` (the mount; for feeds, the whole base URL).
    /// One query, or none where there are no media.
    ///
    /// # Errors
    /// Of the store.
    pub async fn resolve(
        &self,
        html: &SafeHtml,
        media: &[MediaId],
        prefix: &str,
    ) -> Result<SafeHtml> {
        let items = items(&self.core, media).await?;
        Ok(resolve(html, media, &items, prefix))
    }
}

pub(super) async fn items(core: &Core, ids: &[MediaId]) -> Result<HashMap<MediaId, MediaItem>> {
    let mut items = HashMap::new();
    for ids in ids.chunks(RESOLVE_AT_ONCE) {
        let found = core.records.catalog.get(ids).await?;
        items.extend(found.into_iter().map(|item| (item.id, item)));
    }
    Ok(items)
}

/// Threads of comments on a page.
const COMMENTS_A_PAGE: u16 = 50;

/// The HTML with addresses for those of the items that are allowed.
pub(super) fn resolve(
    html: &SafeHtml,
    allowed: &[MediaId],
    items: &HashMap<MediaId, MediaItem>,
    prefix: &str,
) -> SafeHtml {
    let resolver = |id: uuid::Uuid| {
        let id = MediaId::from(id);
        let item = items
            .get(&id)
            .filter(|item| allowed.contains(&id) && item.is_ready())?;
        Some(ResolvedMedia {
            address: format!("{prefix}{}", item.to_ref().path()),
            kind: match item.kind {
                MediaKind::Image => markdown::MediaKind::Image,
                MediaKind::Video => markdown::MediaKind::Video,
            },
            width: item.width,
            height: item.height,
            content_type: item.content_type.clone(),
        })
    };
    SafeHtml::from_sanitiser(markdown::resolve_media(html.as_str(), &resolver))
}
