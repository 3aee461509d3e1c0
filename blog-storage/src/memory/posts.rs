//! Posts.

mod around;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Bound;

use async_trait::async_trait;
use blog_core::error::{Conflict, Entity, Error};
use blog_core::id::{CommentId, MediaId, PostId, UserId};
use blog_core::model::archive::{MonthCount, TagCount};
use blog_core::model::effects::Effects;
use blog_core::model::library::PostPlace;
use blog_core::model::post::{
    Body, NewPost, OutdatedPost, Post, PostCard, PostChange, PostContent, PostInContext, PostQuery,
    PostScope, PostStatus, RenderedBody, SiteState, SlugHit, SlugRequest, Title,
};
use blog_core::model::revision::{Revision, RevisionHead};
use blog_core::model::slug::Slug;
use blog_core::model::tag::{Tag, TagName, TagSlug, TagUse};
use blog_core::policy::{PostFacts, Surface, Visibility};
use blog_core::ports::PostStore;
use blog_core::{Cursor, Page, Result, Timestamp};
use uuid::Uuid;

use super::MemoryStore;
use super::state::{State, unlink};

/// A saved state of a post.
#[derive(Debug)]
struct RevisionRow {
    version: u64,
    title: Title,
    body: Body,
    editor: UserId,
    saved_at: Timestamp,
}

/// A post.
#[derive(Debug)]
pub(super) struct PostRow {
    pub(super) id: PostId,
    /// Counts up with each post that is created.
    pub(super) number: u64,
    pub(super) author: UserId,
    /// Of all that it had, the one that it has.
    pub(super) slug: Slug,
    slugs: BTreeSet<Slug>,
    pub(super) content: PostContent,
    /// The words of the content's terms.
    words: HashSet<String>,
    created_at: Timestamp,
    pub(super) updated_at: Timestamp,
    version: u64,
    /// Oldest first.
    revisions: Vec<RevisionRow>,
    /// By whom, and when.
    pub(super) likes: HashMap<UserId, Timestamp>,
    pub(super) views: u64,
    /// The visible comments.
    pub(super) comments: u64,
    /// The comments that answer none, oldest first.
    pub(super) threads: BTreeSet<(Timestamp, CommentId)>,
}

impl PostRow {
    /// The media items that it uses, each once.
    fn uses(content: &PostContent) -> BTreeSet<MediaId> {
        content.media.iter().copied().chain(content.cover).collect()
    }

    /// Whether everybody who has the address sees it at `now`.
    pub(super) fn is_public(&self, now: Timestamp) -> bool {
        self.content.status != PostStatus::Draft
            && self.content.published_at.is_some_and(|at| at <= now)
    }

    /// When it was changed last; of one time, the greater id is the later.
    pub(super) fn changed(&self) -> (Timestamp, PostId) {
        (self.updated_at, self.id)
    }

    /// How its author finds it among the places of an item that it uses.
    pub(super) fn place(&self, item: MediaId) -> PostPlace {
        PostPlace {
            slug: self.slug.clone(),
            title: self.content.title.clone(),
            status: self.content.status,
            published_at: self.content.published_at,
            as_cover: self.content.cover == Some(item),
        }
    }

    fn is_of(&self, scope: &PostScope) -> bool {
        match scope {
            PostScope::All => true,
            PostScope::Author(author) => self.author == *author,
            PostScope::Status(status) => self.content.status == *status,
            PostScope::Tag(slug) => self.content.tags.iter().any(|tag| tag.slug == *slug),
            PostScope::Between { from, until } => {
                let at = self.content.published_at;
                at.is_some_and(|at| *from <= at && at < *until)
            }
            PostScope::Search(terms) => {
                !terms.is_empty() && terms.iter().all(|term| self.words.contains(term))
            }
        }
    }

    /// Keeps the present content as a revision.
    fn keep_revision(&mut self, editor: UserId) {
        self.revisions.push(RevisionRow {
            version: self.version,
            title: self.content.title.clone(),
            body: self.content.body.clone(),
            editor,
            saved_at: self.updated_at,
        });
    }
}

impl State {
    /// The earliest publication after a moment.
    pub(super) fn next_publication(&self, now: Timestamp) -> Option<Timestamp> {
        let after_now = (
            Bound::Excluded((now, PostId::from(Uuid::max()))),
            Bound::Unbounded,
        );
        let mut ahead = self.by_published.range(after_now);
        let next = ahead.find(|(_, id)| {
            let row = self.posts.get(id);
            row.is_some_and(|row| row.content.status != PostStatus::Draft)
        });
        next.map(|(at, _)| *at)
    }

    /// Whether a post may be seen.
    pub(super) fn sees(&self, visibility: &Visibility, row: &PostRow) -> bool {
        let author = self.users.get(&row.author);
        visibility.allows(&PostFacts {
            author: row.author,
            author_suspended: author.is_some_and(|author| author.user.is_suspended()),
            status: row.content.status,
            published_at: row.content.published_at,
        })
    }

    fn visible_post(&self, id: PostId, visibility: &Visibility) -> Result<&PostRow> {
        let row = self.posts.get(&id);
        row.filter(|row| self.sees(visibility, row))
            .ok_or(Error::NotFound(Entity::Post))
    }

    fn join_post(&self, row: &PostRow, viewer: Option<UserId>) -> Result<Post> {
        let author = self.join_author(row.author);
        let content = &row.content;
        Ok(Post {
            id: row.id,
            author: author.ok_or(Error::NotFound(Entity::User))?,
            slug: row.slug.clone(),
            title: content.title.clone(),
            body: content.body.clone(),
            rendered: content.rendered.clone(),
            tags: content.tags.clone(),
            cover: self.join_media(content.cover),
            media: content.media.clone(),
            status: content.status,
            published_at: content.published_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
            likes: row.likes.len() as u64,
            views: row.views,
            comments: row.comments,
            liked: viewer.is_some_and(|viewer| row.likes.contains_key(&viewer)),
        })
    }

    fn join_revision(&self, row: &RevisionRow) -> RevisionHead {
        RevisionHead {
            version: row.version,
            title: row.title.clone(),
            bytes: row.body.as_str().len() as u64,
            editor: self.join_author(row.editor),
            saved_at: row.saved_at,
        }
    }

    pub(super) fn join_card(&self, row: &PostRow, with_html: bool) -> Result<PostCard> {
        let author = self.join_author(row.author);
        let content = &row.content;
        Ok(PostCard {
            id: row.id,
            author: author.ok_or(Error::NotFound(Entity::User))?,
            slug: row.slug.clone(),
            title: content.title.clone(),
            excerpt: content.rendered.excerpt.clone(),
            html: with_html.then(|| content.rendered.html.clone()),
            media: if with_html {
                content.media.clone()
            } else {
                Vec::new()
            },
            tags: content.tags.clone(),
            cover: self.join_media(content.cover),
            status: content.status,
            published_at: content.published_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
            words: content.rendered.words,
            likes: row.likes.len() as u64,
            views: row.views,
            comments: row.comments,
        })
    }

    /// The first slug of a request that is free for a post: nobody's, or its own.
    fn free_slug(&self, request: &SlugRequest, post: PostId) -> Result<Slug> {
        let free = |slug: &Slug| self.slugs.get(slug).is_none_or(|owner| *owner == post);
        let base = &request.base;
        let numbered = (2..=20).map(|number| base.with_suffix(&number.to_string()));
        // The last four bytes of a version 7 UUID are random (RFC 9562, section 5.7).
        let random = Uuid::now_v7().as_u128() as u32;
        std::iter::once(base.clone())
            .chain(numbered)
            .chain([base.with_suffix(&format!("{random:08x}"))])
            .find(free)
            .ok_or(Error::Conflict(Conflict::Slug))
    }

    fn check_media(&self, content: &PostContent) -> Result<()> {
        let uses = PostRow::uses(content);
        match uses.iter().all(|id| self.media.contains_key(id)) {
            true => Ok(()),
            false => Err(Error::NotFound(Entity::Media)),
        }
    }

    fn link_post(&mut self, row: PostRow) {
        for id in PostRow::uses(&row.content) {
            self.media_posts.entry(id).or_default().insert(row.id);
        }
        if let Some(at) = row.content.published_at {
            self.by_published.insert((at, row.id));
        }
        self.by_updated.insert((row.updated_at, row.id));
        for slug in &row.slugs {
            self.slugs.insert(slug.clone(), row.id);
        }
        self.posts.insert(row.id, row);
    }

    fn unlink_post(&mut self, id: PostId) -> Result<PostRow> {
        let row = self
            .posts
            .remove(&id)
            .ok_or(Error::NotFound(Entity::Post))?;
        for used in PostRow::uses(&row.content) {
            unlink(&mut self.media_posts, &used, &id);
        }
        if let Some(at) = row.content.published_at {
            self.by_published.remove(&(at, id));
        }
        self.by_updated.remove(&(row.updated_at, id));
        for slug in &row.slugs {
            self.slugs.remove(slug);
        }
        Ok(row)
    }
}

fn words(terms: &str) -> HashSet<String> {
    terms.split_ascii_whitespace().map(str::to_owned).collect()
}

fn check_version(row: &PostRow, expected: u64) -> Result<()> {
    match row.version {
        current if current == expected => Ok(()),
        current => Err(Conflict::Version { current }.into()),
    }
}

#[async_trait]
impl PostStore for MemoryStore {
    async fn create(&self, post: NewPost, effects: Effects) -> Result<Post> {
        self.write(effects, |state, at| {
            state.user(post.author)?;
            state.check_media(&post.content)?;
            if state.posts.contains_key(&post.id) {
                return Err(Conflict::Exists.into());
            }
            let slug = state.free_slug(&post.slug, post.id)?;
            state.last_post += 1;
            let mut row = PostRow {
                id: post.id,
                number: state.last_post,
                author: post.author,
                slugs: BTreeSet::from([slug.clone()]),
                slug,
                words: words(&post.content.terms),
                content: post.content,
                created_at: at,
                updated_at: at,
                version: 1,
                revisions: Vec::new(),
                likes: HashMap::new(),
                views: 0,
                comments: 0,
                threads: BTreeSet::new(),
            };
            row.keep_revision(post.author);
            state.link_post(row);
            state.join_post(state.post(post.id)?, None)
        })
    }

    async fn save(&self, change: PostChange, effects: Effects) -> Result<Post> {
        self.write(effects, |state, at| {
            check_version(state.post(change.id)?, change.expected_version)?;
            state.check_media(&change.content)?;
            let slug = match &change.slug {
                Some(request) => Some(state.free_slug(request, change.id)?),
                None => None,
            };
            let mut row = state.unlink_post(change.id)?;
            if let Some(slug) = slug {
                row.slugs.insert(slug.clone());
                row.slug = slug;
            }
            row.words = words(&change.content.terms);
            row.content = change.content;
            row.updated_at = at;
            row.version += 1;
            row.keep_revision(change.editor);
            state.link_post(row);
            state.join_post(state.post(change.id)?, Some(change.editor))
        })
    }

    async fn rename(
        &self,
        id: PostId,
        from: &Slug,
        to: SlugRequest,
        effects: Effects,
    ) -> Result<Slug> {
        self.write(effects, |state, _| {
            if state.post(id)?.slug != *from {
                return Err(Conflict::State.into());
            }
            let slug = state.free_slug(&to, id)?;
            let mut row = state.unlink_post(id)?;
            row.slugs.insert(slug.clone());
            row.slug = slug.clone();
            state.link_post(row);
            Ok(slug)
        })
    }

    async fn delete(&self, id: PostId, expected_version: u64, effects: Effects) -> Result<Post> {
        self.write(effects, |state, _| {
            let row = state.post(id)?;
            check_version(row, expected_version)?;
            let post = state.join_post(row, None)?;
            state.unlink_post(id)?;
            state.comments.retain(|_, comment| comment.post != id);
            state.autosaves.retain(|_, kept| kept.post != Some(id));
            state.preview_links.retain(|_, link| link.post != id);
            for visitors in state.views.values_mut() {
                visitors.retain(|(post, _)| *post != id);
            }
            Ok(post)
        })
    }

    async fn get(&self, id: PostId, visibility: &Visibility) -> Result<Post> {
        let state = self.lock();
        let row = state.visible_post(id, visibility)?;
        state.join_post(row, visibility.viewer().user())
    }

    async fn by_slug(&self, slug: &Slug, visibility: &Visibility) -> Result<SlugHit> {
        let state = self.lock();
        let id = state.slugs.get(slug).copied();
        let id = id.ok_or(Error::NotFound(Entity::Post))?;
        let row = state.visible_post(id, visibility)?;
        if row.slug != *slug {
            return Ok(SlugHit::Moved(row.slug.clone()));
        }
        let post = state.join_post(row, visibility.viewer().user())?;
        Ok(SlugHit::Current(Box::new(post)))
    }

    async fn in_context(
        &self,
        slug: &Slug,
        visibility: &Visibility,
    ) -> Result<SlugHit<PostInContext>> {
        match self.by_slug(slug, visibility).await? {
            SlugHit::Current(post) => {
                let found = self.lock().around(*post, visibility)?;
                Ok(SlugHit::Current(Box::new(found)))
            }
            SlugHit::Moved(slug) => Ok(SlugHit::Moved(slug)),
        }
    }

    async fn list(&self, query: &PostQuery, visibility: &Visibility) -> Result<Page<PostCard>> {
        let state = self.lock();
        let order = match visibility.surface() {
            Surface::List => &state.by_published,
            Surface::Page | Surface::Own | Surface::Manage => &state.by_updated,
        };
        let end = match query.page.after {
            Some(cursor) => Bound::Excluded((cursor.at, PostId::from(cursor.id))),
            None => Bound::Unbounded,
        };
        let limit = query.page.limit();
        let rows: Vec<(Timestamp, &PostRow)> = order
            .range((Bound::Unbounded, end))
            .rev()
            .filter_map(|(at, id)| Some((*at, state.posts.get(id)?)))
            .filter(|(_, row)| row.is_of(&query.scope) && state.sees(visibility, row))
            .take(limit + 1)
            .collect();
        let page = Page::from_overfetch(rows, limit, |(at, row)| Cursor {
            at: *at,
            id: row.id.uuid(),
        });
        let cards = page
            .items
            .iter()
            .map(|(_, row)| state.join_card(row, query.with_html));
        Ok(Page {
            items: cards.collect::<Result<_>>()?,
            next: page.next,
        })
    }

    async fn months(&self, visibility: &Visibility) -> Result<Vec<MonthCount>> {
        Ok(self.lock().months(visibility))
    }

    async fn tag_counts(
        &self,
        after: Option<&TagSlug>,
        limit: u16,
        visibility: &Visibility,
    ) -> Result<Page<TagCount, TagSlug>> {
        Ok(self.lock().tag_counts(after, limit.into(), visibility))
    }

    async fn revisions(
        &self,
        id: PostId,
        before: Option<u64>,
        limit: u16,
    ) -> Result<Page<RevisionHead, u64>> {
        let state = self.lock();
        let row = state.posts.get(&id);
        let revisions = row.into_iter().flat_map(|row| row.revisions.iter().rev());
        let limit = usize::from(limit);
        let heads = revisions
            .filter(|row| before.is_none_or(|before| row.version < before))
            .take(limit + 1)
            .map(|row| state.join_revision(row))
            .collect();
        Ok(Page::from_overfetch(heads, limit, |head| head.version))
    }

    async fn revision(&self, id: PostId, version: u64) -> Result<Revision> {
        let state = self.lock();
        let revisions = state.posts.get(&id).map(|row| row.revisions.iter());
        let row = revisions
            .into_iter()
            .flatten()
            .find(|row| row.version == version)
            .ok_or(Error::NotFound(Entity::Revision))?;
        Ok(Revision {
            head: state.join_revision(row),
            body: row.body.clone(),
        })
    }

    async fn tag_uses(
        &self,
        prefix: &str,
        visibility: &Visibility,
        limit: u16,
    ) -> Result<Vec<TagUse>> {
        let state = self.lock();
        let listed = Visibility::new(visibility.viewer(), Surface::List, visibility.now());
        let viewer = visibility.viewer().user();
        let mut uses: BTreeMap<TagSlug, (TagName, u64)> = BTreeMap::new();
        for row in state.posts.values() {
            if Some(row.author) != viewer && !state.sees(&listed, row) {
                continue;
            }
            for tag in &row.content.tags {
                if tag.slug.as_str().starts_with(prefix) {
                    let (_, posts) = uses
                        .entry(tag.slug.clone())
                        .or_insert_with(|| (tag.name.clone(), 0));
                    *posts += 1;
                }
            }
        }
        let use_of = |(slug, (name, posts))| TagUse {
            tag: Tag { slug, name },
            posts,
        };
        let mut uses: Vec<TagUse> = uses.into_iter().map(use_of).collect();
        // Stable, so that equals stay in the order of their slugs.
        uses.sort_by_key(|found| std::cmp::Reverse(found.posts));
        uses.truncate(usize::from(limit));
        Ok(uses)
    }

    async fn outdated(
        &self,
        renderer: u32,
        after: Option<PostId>,
        limit: u16,
    ) -> Result<Vec<OutdatedPost>> {
        let state = self.lock();
        let mut rows: Vec<&PostRow> = state
            .posts
            .values()
            .filter(|row| row.content.rendered.renderer_version < renderer)
            .filter(|row| Some(row.id) > after)
            .collect();
        rows.sort_unstable_by_key(|row| row.id);
        let outdated = rows.into_iter().take(usize::from(limit));
        Ok(outdated
            .map(|row| OutdatedPost {
                id: row.id,
                version: row.version,
                body: row.content.body.clone(),
                html: row.content.rendered.html.clone(),
                is_public: row.content.status != PostStatus::Draft,
            })
            .collect())
    }

    async fn set_rendered(
        &self,
        id: PostId,
        version: u64,
        rendered: RenderedBody,
        effects: Effects,
    ) -> Result<()> {
        self.write(effects, |state, _| {
            let row = state.posts.get_mut(&id);
            let row = row.ok_or(Error::NotFound(Entity::Post))?;
            if row.version != version {
                let current = row.version;
                return Err(Conflict::Version { current }.into());
            }
            row.content.rendered = rendered;
            Ok(())
        })
    }

    async fn site(&self, now: Timestamp) -> Result<SiteState> {
        let state = self.lock();
        Ok(SiteState {
            generation: state.generation,
            next_publication: state.next_publication(now),
        })
    }
}
