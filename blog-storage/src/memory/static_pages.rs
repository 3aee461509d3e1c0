//! Static pages.

use std::ops::Bound;

use async_trait::async_trait;
use blog_core::error::{Conflict, Entity, Error};
use blog_core::id::{MediaId, StaticPageId};
use blog_core::model::effects::Effects;
use blog_core::model::slug::PageSlug;
use blog_core::model::static_page::{
    NewStaticPage, RenderedPage, StaticPage, StaticPageChange, StaticPageContent, StaticPageLine,
};
use blog_core::page::PageRequest;
use blog_core::ports::StaticPageStore;
use blog_core::{Cursor, Page, Result, Timestamp};
use uuid::Uuid;

use super::MemoryStore;
use super::state::{State, unlink};

impl State {
    fn static_page(&self, id: StaticPageId) -> Result<&StaticPage> {
        let page = self.static_pages.get(&id);
        page.ok_or(Error::NotFound(Entity::StaticPage))
    }

    /// The static pages that show an item.
    pub(super) fn static_pages_with(&self, id: MediaId) -> impl Iterator<Item = &StaticPage> {
        let pages = self.media_static_pages.get(&id).into_iter().flatten();
        pages.filter_map(|page| self.static_pages.get(page))
    }

    /// Fails unless the content can be stored as this page's.
    fn check_static_page(&self, id: StaticPageId, content: &StaticPageContent) -> Result<()> {
        let known = |media: &MediaId| self.media.contains_key(media);
        if !content.media.iter().all(known) {
            return Err(Error::NotFound(Entity::Media));
        }
        match self.page_slugs.get(&content.slug) {
            Some(holder) if *holder != id => Err(Conflict::Slug.into()),
            _ => Ok(()),
        }
    }

    fn link_static_page(&mut self, page: StaticPage) {
        for media in &page.content.media {
            let users = self.media_static_pages.entry(*media).or_default();
            users.insert(page.id);
        }
        self.page_slugs.insert(page.content.slug.clone(), page.id);
        self.pages_by_created.insert((page.created_at, page.id));
        self.static_pages.insert(page.id, page);
    }

    /// Takes a page out of the tables; its slugs stay its own.
    fn unlink_static_page(&mut self, id: StaticPageId) -> Result<StaticPage> {
        let page = self.static_pages.remove(&id);
        let page = page.ok_or(Error::NotFound(Entity::StaticPage))?;
        for media in &page.content.media {
            unlink(&mut self.media_static_pages, media, &id);
        }
        self.pages_by_created.remove(&(page.created_at, id));
        Ok(page)
    }
}

fn check_version(page: &StaticPage, expected: u64) -> Result<()> {
    match page.version {
        current if current == expected => Ok(()),
        current => Err(Conflict::Version { current }.into()),
    }
}

#[async_trait]
impl StaticPageStore for MemoryStore {
    async fn create(&self, page: NewStaticPage, effects: Effects) -> Result<StaticPage> {
        self.write(effects, |state, at| {
            state.check_static_page(page.id, &page.content)?;
            if state.static_pages.contains_key(&page.id) {
                return Err(Conflict::Exists.into());
            }
            let page = StaticPage {
                id: page.id,
                content: page.content,
                version: 1,
                created_at: at,
                updated_at: at,
            };
            state.link_static_page(page.clone());
            Ok(page)
        })
    }

    async fn save(&self, change: StaticPageChange, effects: Effects) -> Result<StaticPage> {
        self.write(effects, |state, at| {
            check_version(state.static_page(change.id)?, change.expected_version)?;
            state.check_static_page(change.id, &change.content)?;
            let before = state.unlink_static_page(change.id)?;
            let page = StaticPage {
                content: change.content,
                version: before.version + 1,
                updated_at: at,
                ..before
            };
            state.link_static_page(page.clone());
            Ok(page)
        })
    }

    async fn delete(
        &self,
        id: StaticPageId,
        expected_version: u64,
        effects: Effects,
    ) -> Result<StaticPage> {
        self.write(effects, |state, _| {
            check_version(state.static_page(id)?, expected_version)?;
            state.page_slugs.retain(|_, page| *page != id);
            state.unlink_static_page(id)
        })
    }

    async fn by_slug(&self, slug: &PageSlug) -> Result<StaticPage> {
        let state = self.lock();
        let id = state.page_slugs.get(slug).copied();
        let id = id.ok_or(Error::NotFound(Entity::StaticPage))?;
        state.static_page(id).cloned()
    }

    async fn outdated(
        &self,
        renderer: u32,
        after: Option<StaticPageId>,
        limit: u16,
    ) -> Result<Vec<StaticPage>> {
        let state = self.lock();
        let mut pages: Vec<&StaticPage> = state
            .static_pages
            .values()
            .filter(|page| page.content.renderer_version < renderer)
            .filter(|page| Some(page.id) > after)
            .collect();
        pages.sort_unstable_by_key(|page| page.id);
        let pages = pages.into_iter().take(usize::from(limit));
        Ok(pages.cloned().collect())
    }

    async fn set_rendered(
        &self,
        id: StaticPageId,
        version: u64,
        rendered: RenderedPage,
        effects: Effects,
    ) -> Result<()> {
        self.write(effects, |state, _| {
            check_version(state.static_page(id)?, version)?;
            if let Some(page) = state.static_pages.get_mut(&id) {
                page.content.html = rendered.html;
                page.content.excerpt = rendered.excerpt;
                page.content.renderer_version = rendered.renderer_version;
            }
            Ok(())
        })
    }

    async fn list(&self, published_only: bool, page: PageRequest) -> Result<Page<StaticPageLine>> {
        let state = self.lock();
        let end = match page.after {
            Some(cursor) => Bound::Excluded((cursor.at, StaticPageId::from(cursor.id))),
            None => Bound::Included((
                Timestamp::from_micros(i64::MAX),
                StaticPageId::from(Uuid::max()),
            )),
        };
        let lines: Vec<StaticPageLine> = state
            .pages_by_created
            .range((Bound::Unbounded, end))
            .rev()
            .filter_map(|(_, id)| state.static_pages.get(id))
            .filter(|page| page.content.published || !published_only)
            .take(page.limit() + 1)
            .map(|page| StaticPageLine {
                id: page.id,
                slug: page.content.slug.clone(),
                title: page.content.title.clone(),
                published: page.content.published,
                in_menu: page.content.in_menu,
                created_at: page.created_at,
                updated_at: page.updated_at,
            })
            .collect();
        Ok(Page::from_overfetch(lines, page.limit(), |line| Cursor {
            at: line.created_at,
            id: line.id.uuid(),
        }))
    }
}
