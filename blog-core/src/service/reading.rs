//! Reading: posts, lists, search.

use std::collections::HashMap;
use std::sync::Arc;

use crate::blog::Core;
use crate::error::{Entity, Error, Result};
use crate::highlight::{self, Piece};
use crate::id::{CommentId, MediaId, PostId, UserId};
use crate::markdown::{self, ResolvedMedia};
use crate::model::archive::{MonthCount, TagCount};
use crate::model::comment::Thread;
use crate::model::media::{MediaItem, MediaKind};
use crate::model::post::{PostCard, PostInContext, PostQuery, PostScope, SafeHtml, SlugHit};
use crate::model::slug::Slug;
use crate::model::tag::TagSlug;
use crate::model::user::{Role, User};
use crate::page::{Cursor, Page, PageRequest};
use crate::policy::{Actor, Hidden, PostFacts, Rule, Surface, Visibility};
use crate::terms;
use crate::time::Timestamp;

/// Reading.
#[derive(Debug, Clone)]
pub struct Reading {
    core: Arc<Core>,
}

/// A post that a search found.
#[derive(Debug, Clone)]
pub struct Found {
    /// What lists show of it.
    pub card: PostCard,
    /// Its title, with what was searched for.
    pub title: Vec<Piece>,
    /// The part of its text that shows most of what was searched for.
    pub excerpt: Vec<Piece>,
}

/// Bytes of a post's text that are looked through for an excerpt; one that is found behind them shows its beginning.
const SEARCHED_TEXT: usize = 32 * 1024;

impl Found {
    fn new(mut card: PostCard, terms: &[String]) -> Self {
        card.media.clear();
        let html = card.html.take().unwrap_or_default();
        let text = markdown::text_of(html.as_str(), SEARCHED_TEXT);
        Self {
            title: highlight::marked(card.title.as_str(), terms),
            excerpt: highlight::excerpt(&text, terms)
                .unwrap_or_else(|| highlight::marked(&card.excerpt, terms)),
            card,
        }
    }
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
        let slug = Slug::from_address(slug).map_err(|_| Error::NotFound(Entity::Post))?;
        let visibility = self.core.visibility(actor, Surface::Page);
        self.core.records.posts.by_slug(&slug, &visibility).await
    }

    /// Why a post's address shows its post under this visibility, or does not; `None` where no post has the address.
    ///
    /// # Errors
    /// Of the store.
    pub async fn why(
        &self,
        visibility: &Visibility,
        slug: &str,
    ) -> Result<Option<std::result::Result<Rule, Hidden>>> {
        // Whoever asks this sees everything; what is told is the rule.
        let everybody = Actor::User {
            id: UserId::generate(),
            role: Role::Admin,
            suspended: false,
            verified: true,
            blocked: false,
            must_enrol: false,
        };
        let everything = Visibility::new(everybody, Surface::Page, visibility.now());
        let posts = &self.core.records.posts;
        let mut slug = Slug::from_store(slug.to_owned());
        for _ in 0..2 {
            match posts.by_slug(&slug, &everything).await {
                Ok(SlugHit::Current(post)) => {
                    return Ok(Some(visibility.decide(&PostFacts {
                        author: post.author.id,
                        // It takes a post from lists, not from its page.
                        author_suspended: false,
                        status: post.status,
                        published_at: post.published_at,
                    })));
                }
                Ok(SlugHit::Moved(now)) => slug = now,
                Err(Error::NotFound(_)) => return Ok(None),
                Err(other) => return Err(other),
            }
        }
        Ok(None)
    }

    /// What the actor finds at a post's address, with what stands around it. One query.
    ///
    /// # Errors
    /// As [`Reading::post`].
    pub async fn post_in_context(
        &self,
        actor: &Actor,
        slug: &str,
    ) -> Result<SlugHit<PostInContext>> {
        let slug = Slug::from_address(slug).map_err(|_| Error::NotFound(Entity::Post))?;
        let visibility = self.core.visibility(actor, Surface::Page);
        self.core.records.posts.in_context(&slug, &visibility).await
    }

    /// The comments of a post that the actor was shown, oldest first. One query.
    ///
    /// # Errors
    /// Of the store.
    pub async fn comments(&self, post: PostId, after: Option<Cursor>) -> Result<Page<Thread>> {
        let page = PageRequest::new(after, COMMENTS_A_PAGE);
        self.core.records.comments.threads(post, page).await
    }

    /// Where a comment of a post that the actor was shown stands: after which cursor, if not among the first. One query.
    ///
    /// # Errors
    /// `NotFound(Comment)`.
    pub async fn place_of(&self, post: PostId, comment: CommentId) -> Result<Option<Cursor>> {
        let comments = &self.core.records.comments;
        let page = comments.place(post, comment, COMMENTS_A_PAGE).await?;
        Ok(page.after)
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
        let user = self.who_writes(username).await?;
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
    pub async fn search(&self, text: &str, after: Option<Cursor>) -> Result<Page<Found>> {
        let terms = terms::query_terms(text);
        let scope = PostScope::Search(terms.clone());
        let page = self.list(scope, after, true).await?;
        Ok(page.map(|card| Found::new(card, &terms)))
    }

    /// The posts published from a moment on and before another, newest first. One query.
    ///
    /// # Errors
    /// Of the store.
    pub async fn between(
        &self,
        from: Timestamp,
        until: Timestamp,
        after: Option<Cursor>,
    ) -> Result<Page<PostCard>> {
        self.list(PostScope::Between { from, until }, after, false)
            .await
    }

    /// The months that have posts, newest first. One query.
    ///
    /// # Errors
    /// Of the store.
    pub async fn months(&self) -> Result<Vec<MonthCount>> {
        let visibility = self.core.visibility(&Actor::Anonymous, Surface::List);
        self.core.records.posts.months(&visibility).await
    }

    /// The tags that have posts, in the order of their slugs. One query.
    ///
    /// # Errors
    /// Of the store.
    pub async fn tags(&self, after: Option<&TagSlug>) -> Result<Page<TagCount, TagSlug>> {
        let visibility = self.core.visibility(&Actor::Anonymous, Surface::List);
        let posts = &self.core.records.posts;
        posts.tag_counts(after, TAGS_A_PAGE, &visibility).await
    }

    /// An author by name. One query.
    ///
    /// # Errors
    /// `NotFound(User)`; also for a suspended one.
    pub async fn who_writes(&self, username: &str) -> Result<User> {
        let accounts = super::accounts::Accounts::new(self.core.clone());
        let user = accounts.by_username(username).await?;
        match user.is_suspended() {
            true => Err(Error::NotFound(Entity::User)),
            false => Ok(user),
        }
    }

    async fn list(
        &self,
        scope: PostScope,
        after: Option<Cursor>,
        with_html: bool,
    ) -> Result<Page<PostCard>> {
        let query = PostQuery {
            scope,
            page: PageRequest::new(after, self.core.site().await.settings.page_size),
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

/// Tags on a page of the index: more than most blogs have.
const TAGS_A_PAGE: u16 = 500;

/// The HTML with addresses for those of the items that are allowed.
pub(super) fn resolve(
    html: &SafeHtml,
    allowed: &[MediaId],
    items: &HashMap<MediaId, MediaItem>,
    prefix: &str,
) -> SafeHtml {
    resolve_to(html, allowed, items, &|path| format!("{prefix}{path}"))
}

/// The same with addresses that `address` makes of paths below the mount.
pub(super) fn resolve_to(
    html: &SafeHtml,
    allowed: &[MediaId],
    items: &HashMap<MediaId, MediaItem>,
    address: &(dyn Fn(String) -> String + Sync),
) -> SafeHtml {
    let resolver = |id: uuid::Uuid| {
        let id = MediaId::from(id);
        let item = items
            .get(&id)
            .filter(|item| allowed.contains(&id) && item.is_ready())?;
        let media = item.to_ref();
        let choices = media.choices().into_iter();
        Some(ResolvedMedia {
            address: address(media.path()),
            choices: choices
                .map(|(width, path)| (width, address(path)))
                .collect(),
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
