//! Posts that are kept or shown wrong.

use std::sync::Arc;

use async_trait::async_trait;
use unicode_normalization::UnicodeNormalization as _;
use uuid::Uuid;

use super::{Broken, records};
use crate::backend::{Backend, Records};
use crate::conformance::lab::MICRO;
use crate::error::{Conflict, Denied, Entity, Error, Result};
use crate::id::{PostId, UserId};
use crate::model::archive::{Month, MonthCount, TagCount};
use crate::model::effects::Effects;
use crate::model::post::{
    Body, MAX_RELATED, NewPost, OutdatedPost, Post, PostCard, PostChange, PostInContext, PostQuery,
    PostScope, RenderedBody, SiteState, SlugHit, SlugRequest, Title,
};
use crate::model::revision::{Revision, RevisionHead};
use crate::model::secret::SecretHash;
use crate::model::slug::Slug;
use crate::model::tag::{TagSlug, TagUse};
use crate::model::user::Role;
use crate::page::{Cursor, Page, PageRequest};
use crate::policy::{Actor, Surface, Visibility};
use crate::ports::PostStore;
use crate::time::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    LastSaveWins,
    BodyCut,
    TitleNormalised,
    OutboxForgotten,
    EffectsApart,
    MovedRevealed,
    HiddenDenied,
    MomentLate,
    Offsets,
    TimeOnlyCursor,
    DraftsListed,
    SuspendedListed,
    AnyTerm,
    RevisionsCut,
    RevisionsThinned,
    ScheduledCounted,
    TagsByCount,
    NeighboursByTime,
    DraftsRelated,
    RenamedAnywhere,
    RenderedBlindly,
}

pub(super) fn all(working: &Backend) -> Vec<Broken> {
    let faults: [(&str, &[&str], Fault); 21] = [
        (
            "posts-renamed-wherever-they-stand",
            &["posts-rename-elsewhere"],
            Fault::RenamedAnywhere,
        ),
        (
            "posts-rendered-whatever-the-version",
            &["posts-rendered-version"],
            Fault::RenderedBlindly,
        ),
        (
            "posts-last-save-wins",
            &["posts-save-version", "posts-save-race"],
            Fault::LastSaveWins,
        ),
        (
            "posts-body-cut-at-64-kib",
            &["posts-longest"],
            Fault::BodyCut,
        ),
        (
            "posts-title-normalised",
            &["posts-texts"],
            Fault::TitleNormalised,
        ),
        (
            "posts-outbox-forgotten",
            &["posts-effects"],
            Fault::OutboxForgotten,
        ),
        (
            "posts-effects-in-another-transaction",
            &["posts-effects-failed"],
            Fault::EffectsApart,
        ),
        (
            "posts-moved-draft-revealed",
            &["posts-by-slug-hidden"],
            Fault::MovedRevealed,
        ),
        (
            "posts-hidden-is-denied",
            &["posts-visible-get"],
            Fault::HiddenDenied,
        ),
        (
            "posts-appear-a-moment-late",
            &["posts-visible-get", "posts-visible-list"],
            Fault::MomentLate,
        ),
        (
            "posts-pages-by-offset",
            &["posts-list-deleted-cursor", "posts-list-concurrent"],
            Fault::Offsets,
        ),
        (
            "posts-cursor-without-tie-break",
            &["posts-list-ties", "posts-list-pages"],
            Fault::TimeOnlyCursor,
        ),
        (
            "posts-drafts-listed",
            &["posts-visible-list", "posts-search-visible"],
            Fault::DraftsListed,
        ),
        (
            "posts-suspended-author-listed",
            &["posts-suspended"],
            Fault::SuspendedListed,
        ),
        (
            "posts-search-any-term",
            &["posts-search-every"],
            Fault::AnyTerm,
        ),
        (
            "posts-revisions-cut-at-a-page",
            &["posts-revisions-pages"],
            Fault::RevisionsCut,
        ),
        (
            "posts-oldest-revision-dropped",
            &["posts-revisions-kept"],
            Fault::RevisionsThinned,
        ),
        (
            "posts-scheduled-counted-in-its-month",
            &["posts-months", "posts-months-visible"],
            Fault::ScheduledCounted,
        ),
        ("posts-tags-by-count", &["posts-tags"], Fault::TagsByCount),
        (
            "posts-neighbours-without-tie-break",
            &["posts-context-neighbours"],
            Fault::NeighboursByTime,
        ),
        (
            "posts-related-drafts",
            &["posts-context-hidden"],
            Fault::DraftsRelated,
        ),
    ];
    let broken = |(name, caught_by, fault)| Broken {
        name,
        caught_by,
        backend: records(working, |records| {
            let inner = records.clone();
            records.posts = Arc::new(Posts { inner, fault });
        }),
    };
    faults.into_iter().map(broken).collect()
}

#[derive(Debug)]
struct Posts {
    inner: Records,
    fault: Fault,
}

/// An editor's view, under which everything is seen.
fn everything(surface: Surface, now: Timestamp) -> Visibility {
    let editor = Actor::User {
        id: UserId::generate(),
        role: Role::Editor,
        suspended: false,
        verified: true,
        blocked: false,
        must_enrol: false,
    };
    Visibility::new(editor, surface, now)
}

impl Posts {
    fn effects(&self, mut effects: Effects) -> Effects {
        if self.fault == Fault::OutboxForgotten {
            effects.outbox.clear();
        }
        effects
    }

    /// A list whose cursor counts rows instead of naming one.
    async fn by_offset(&self, query: &PostQuery, seen: &Visibility) -> Result<Page<PostCard>> {
        let mut rows = Vec::new();
        let mut whole = PostQuery {
            page: PageRequest::first(PageRequest::MAX),
            ..query.clone()
        };
        loop {
            let page = self.inner.posts.list(&whole, seen).await?;
            rows.extend(page.items);
            match page.next {
                Some(next) => whole.page = PageRequest::new(Some(next), PageRequest::MAX),
                None => break,
            }
        }
        let skipped = query.page.after.map_or(0, |cursor| cursor.at.as_micros());
        let rest: Vec<_> = rows
            .into_iter()
            .skip(usize::try_from(skipped).unwrap_or(0))
            .collect();
        let limit = query.page.limit();
        let next = skipped.saturating_add(i64::try_from(limit).unwrap_or(i64::MAX));
        Ok(Page::from_overfetch(rest, limit, |_| Cursor {
            at: Timestamp::from_micros(next),
            id: Uuid::nil(),
        }))
    }

    /// The posts of any of the terms.
    async fn any_term(
        &self,
        query: &PostQuery,
        terms: &[String],
        seen: &Visibility,
    ) -> Result<Page<PostCard>> {
        let mut rows: Vec<PostCard> = Vec::new();
        for term in terms {
            let one = PostQuery {
                scope: PostScope::Search(vec![term.clone()]),
                ..query.clone()
            };
            for card in self.inner.posts.list(&one, seen).await?.items {
                if rows.iter().all(|known| known.id != card.id) {
                    rows.push(card);
                }
            }
        }
        Ok(Page {
            items: rows,
            next: None,
        })
    }
}

#[async_trait]
impl PostStore for Posts {
    async fn create(&self, mut post: NewPost, effects: Effects) -> Result<Post> {
        match self.fault {
            Fault::BodyCut => {
                let body = post.content.body.as_str();
                let cut = body.floor_char_boundary(65_535);
                post.content.body = Body::from_store(body[..cut].to_owned());
            }
            Fault::TitleNormalised => {
                let title = post.content.title.as_str().nfc().collect();
                post.content.title = Title::from_store(title);
            }
            Fault::EffectsApart => {
                let at = effects.at;
                // Any write of the same adapter takes effects with it.
                let nobody = SecretHash::from([0; 32]);
                self.inner.sessions.delete(&nobody, effects).await?;
                return self.inner.posts.create(post, Effects::at(at)).await;
            }
            _ => {}
        }
        self.inner.posts.create(post, self.effects(effects)).await
    }

    async fn save(&self, change: PostChange, effects: Effects) -> Result<Post> {
        let effects = self.effects(effects);
        let result = self.inner.posts.save(change.clone(), effects.clone()).await;
        match result {
            Err(Error::Conflict(Conflict::Version { current }))
                if self.fault == Fault::LastSaveWins =>
            {
                let change = PostChange {
                    expected_version: current,
                    ..change
                };
                self.inner.posts.save(change, effects).await
            }
            result => result,
        }
    }

    async fn rename(
        &self,
        id: PostId,
        from: &Slug,
        to: SlugRequest,
        effects: Effects,
    ) -> Result<Slug> {
        let effects = self.effects(effects);
        let posts = &self.inner.posts;
        match posts.rename(id, from, to.clone(), effects.clone()).await {
            Err(Error::Conflict(Conflict::State)) if self.fault == Fault::RenamedAnywhere => {
                let all = everything(Surface::Page, effects.at);
                let stands_at = posts.get(id, &all).await?.slug;
                posts.rename(id, &stands_at, to, effects).await
            }
            answer => answer,
        }
    }

    async fn delete(&self, id: PostId, expected_version: u64, effects: Effects) -> Result<Post> {
        self.inner
            .posts
            .delete(id, expected_version, self.effects(effects))
            .await
    }

    async fn get(&self, id: PostId, visibility: &Visibility) -> Result<Post> {
        let seen = match self.fault {
            Fault::MomentLate => Visibility::new(
                visibility.viewer(),
                visibility.surface(),
                visibility.now().minus(MICRO),
            ),
            _ => *visibility,
        };
        let found = self.inner.posts.get(id, &seen).await;
        if self.fault == Fault::HiddenDenied && matches!(found, Err(Error::NotFound(Entity::Post)))
        {
            let all = everything(Surface::Page, visibility.now());
            if self.inner.posts.get(id, &all).await.is_ok() {
                return Err(Error::Denied(Denied::NotYours));
            }
        }
        found
    }

    async fn by_slug(&self, slug: &Slug, visibility: &Visibility) -> Result<SlugHit> {
        if self.fault == Fault::MovedRevealed {
            let all = everything(Surface::Page, visibility.now());
            let found = self.inner.posts.by_slug(slug, &all).await?;
            if matches!(found, SlugHit::Moved(_)) {
                return Ok(found);
            }
        }
        self.inner.posts.by_slug(slug, visibility).await
    }

    async fn in_context(
        &self,
        slug: &Slug,
        visibility: &Visibility,
    ) -> Result<SlugHit<PostInContext>> {
        let mut found = self.inner.posts.in_context(slug, visibility).await?;
        let SlugHit::Current(hit) = &mut found else {
            return Ok(found);
        };
        let now = visibility.now();
        let of_author = PostQuery {
            scope: PostScope::Author(hit.post.author.id),
            page: PageRequest::first(PageRequest::MAX),
            with_html: false,
        };
        match self.fault {
            Fault::NeighboursByTime => {
                // Posts of the same moment are left out.
                let all = PostQuery {
                    scope: PostScope::All,
                    page: PageRequest::first(1),
                    with_html: false,
                };
                let before = hit.post.published_at.map_or(now, |at| at.minus(MICRO));
                let list = Visibility::new(visibility.viewer(), Surface::List, before);
                hit.older = self.inner.posts.list(&all, &list).await?.items.pop();
            }
            Fault::DraftsRelated => {
                let all = everything(Surface::Manage, now);
                let related = self.inner.posts.list(&of_author, &all).await?.items;
                hit.related = related
                    .into_iter()
                    .filter(|card| card.id != hit.post.id)
                    .take(MAX_RELATED)
                    .collect();
            }
            _ => {}
        }
        Ok(found)
    }

    async fn list(&self, query: &PostQuery, visibility: &Visibility) -> Result<Page<PostCard>> {
        let (mut query, mut seen) = (query.clone(), *visibility);
        let public = seen.surface() == Surface::List;
        match self.fault {
            Fault::Offsets => return self.by_offset(&query, &seen).await,
            Fault::AnyTerm => {
                if let PostScope::Search(terms) = &query.scope {
                    return self.any_term(&query, terms, &seen).await;
                }
            }
            Fault::TimeOnlyCursor => {
                let cut = |cursor| Cursor {
                    id: Uuid::nil(),
                    ..cursor
                };
                query.page = PageRequest::new(
                    query.page.after.map(cut),
                    u16::try_from(query.page.limit()).unwrap_or(PageRequest::MAX),
                );
            }
            Fault::MomentLate => {
                seen = Visibility::new(seen.viewer(), seen.surface(), seen.now().minus(MICRO));
            }
            Fault::DraftsListed if public => seen = everything(Surface::Manage, seen.now()),
            Fault::SuspendedListed if public => {
                let mut page = self
                    .inner
                    .posts
                    .list(&query, &everything(Surface::Manage, seen.now()))
                    .await?;
                let status = crate::model::post::PostStatus::Published;
                page.items.retain(|card| {
                    card.status == status && card.published_at.is_some_and(|at| at <= seen.now())
                });
                return Ok(page);
            }
            _ => {}
        }
        self.inner.posts.list(&query, &seen).await
    }

    async fn months(&self, visibility: &Visibility) -> Result<Vec<MonthCount>> {
        let seen = match self.fault {
            // Counted when it was saved, not when it appears.
            Fault::ScheduledCounted => {
                let month = Month::of(visibility.now()).map_or(visibility.now(), Month::end);
                Visibility::new(
                    visibility.viewer(),
                    visibility.surface(),
                    month.minus(MICRO),
                )
            }
            _ => *visibility,
        };
        self.inner.posts.months(&seen).await
    }

    async fn tag_counts(
        &self,
        after: Option<&TagSlug>,
        limit: u16,
        visibility: &Visibility,
    ) -> Result<Page<TagCount, TagSlug>> {
        let mut page = self
            .inner
            .posts
            .tag_counts(after, limit, visibility)
            .await?;
        if self.fault == Fault::TagsByCount {
            page.items
                .sort_by_key(|count| std::cmp::Reverse(count.posts));
        }
        Ok(page)
    }

    async fn revisions(
        &self,
        id: PostId,
        before: Option<u64>,
        limit: u16,
    ) -> Result<Page<RevisionHead, u64>> {
        let mut page = self.inner.posts.revisions(id, before, limit).await?;
        match self.fault {
            Fault::RevisionsCut => page.next = None,
            Fault::RevisionsThinned => page.items.retain(|head| head.version > 1),
            _ => {}
        }
        Ok(page)
    }

    async fn revision(&self, id: PostId, version: u64) -> Result<Revision> {
        if self.fault == Fault::RevisionsThinned && version == 1 {
            return Err(Error::NotFound(Entity::Revision));
        }
        self.inner.posts.revision(id, version).await
    }

    async fn tag_uses(
        &self,
        prefix: &str,
        visibility: &Visibility,
        limit: u16,
    ) -> Result<Vec<TagUse>> {
        self.inner.posts.tag_uses(prefix, visibility, limit).await
    }

    async fn outdated(
        &self,
        renderer: u32,
        after: Option<PostId>,
        limit: u16,
    ) -> Result<Vec<OutdatedPost>> {
        self.inner.posts.outdated(renderer, after, limit).await
    }

    async fn set_rendered(
        &self,
        id: PostId,
        version: u64,
        rendered: RenderedBody,
        effects: Effects,
    ) -> Result<()> {
        let posts = &self.inner.posts;
        let set = posts.set_rendered(id, version, rendered.clone(), effects.clone());
        match set.await {
            Err(Error::Conflict(Conflict::Version { current }))
                if self.fault == Fault::RenderedBlindly =>
            {
                posts.set_rendered(id, current, rendered, effects).await
            }
            result => result,
        }
    }

    async fn site(&self, now: Timestamp) -> Result<SiteState> {
        self.inner.posts.site(now).await
    }
}
