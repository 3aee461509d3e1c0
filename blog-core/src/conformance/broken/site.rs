//! Settings and static pages that are kept or shown wrong.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Broken, records, round_trip};
use crate::backend::Backend;
use crate::error::{Conflict, Error, Result};
use crate::id::StaticPageId;
use crate::model::effects::Effects;
use crate::model::site::{SettingsChange, SiteRecord, StoredSettings};
use crate::model::slug::PageSlug;
use crate::model::static_page::{
    NewStaticPage, RenderedPage, StaticPage, StaticPageChange, StaticPageLine,
};
use crate::page::{Page, PageRequest};
use crate::ports::{SiteStore, StaticPageStore};
use crate::time::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    LastSettingsWin,
    LogoAsOfItsSave,
    LastPageWins,
    DraftsListed,
    OldSlugsForgotten,
    RenderedBlindly,
}

pub(super) fn all(working: &Backend) -> Vec<Broken> {
    let faults: [(&str, &[&str], Fault); 6] = [
        (
            "site-last-save-wins",
            &["site-save-conflict", "site-save-race"],
            Fault::LastSettingsWin,
        ),
        (
            "site-logo-as-of-its-save",
            &["site-logo"],
            Fault::LogoAsOfItsSave,
        ),
        (
            "static-pages-last-save-wins",
            &["static-pages-save-conflict", "static-pages-save-race"],
            Fault::LastPageWins,
        ),
        (
            "static-pages-drafts-listed",
            &["static-pages-list-published"],
            Fault::DraftsListed,
        ),
        (
            "static-pages-old-slugs-forgotten",
            &["static-pages-slugs"],
            Fault::OldSlugsForgotten,
        ),
        (
            "static-pages-rendered-blindly",
            &["static-pages-rendered-version"],
            Fault::RenderedBlindly,
        ),
    ];
    let broken = |(name, caught_by, fault)| Broken {
        name,
        caught_by,
        backend: records(working, |records| {
            records.site = Arc::new(Site {
                inner: records.site.clone(),
                saved: tokio::sync::Mutex::default(),
                fault,
            });
            records.static_pages = Arc::new(Pages {
                inner: records.static_pages.clone(),
                fault,
            });
        }),
    };
    faults.into_iter().map(broken).collect()
}

#[derive(Debug)]
struct Site {
    inner: Arc<dyn SiteStore>,
    /// The answer of the last save.
    saved: tokio::sync::Mutex<Option<StoredSettings>>,
    fault: Fault,
}

#[async_trait]
impl SiteStore for Site {
    async fn current(&self, now: Timestamp) -> Result<SiteRecord> {
        let mut record = self.inner.current(now).await?;
        if self.fault == Fault::LogoAsOfItsSave
            && let (Some(settings), Some(saved)) =
                (&mut record.settings, self.saved.lock().await.clone())
        {
            settings.logo = saved.logo;
        }
        Ok(record)
    }

    async fn save_settings(
        &self,
        change: SettingsChange,
        effects: Effects,
    ) -> Result<StoredSettings> {
        let mut change = change;
        let mut saved = self
            .inner
            .save_settings(change.clone(), effects.clone())
            .await;
        while let Err(Error::Conflict(Conflict::Version { current })) = saved
            && self.fault == Fault::LastSettingsWin
        {
            round_trip().await;
            change.expected_version = current;
            saved = self
                .inner
                .save_settings(change.clone(), effects.clone())
                .await;
        }
        let saved = saved?;
        *self.saved.lock().await = Some(saved.clone());
        Ok(saved)
    }
}

#[derive(Debug)]
struct Pages {
    inner: Arc<dyn StaticPageStore>,
    fault: Fault,
}

#[async_trait]
impl StaticPageStore for Pages {
    async fn create(&self, page: NewStaticPage, effects: Effects) -> Result<StaticPage> {
        self.inner.create(page, effects).await
    }

    async fn save(&self, change: StaticPageChange, effects: Effects) -> Result<StaticPage> {
        let mut change = change;
        let mut saved = self.inner.save(change.clone(), effects.clone()).await;
        while let Err(Error::Conflict(Conflict::Version { current })) = saved
            && self.fault == Fault::LastPageWins
        {
            round_trip().await;
            change.expected_version = current;
            saved = self.inner.save(change.clone(), effects.clone()).await;
        }
        saved
    }

    async fn delete(
        &self,
        id: StaticPageId,
        expected_version: u64,
        effects: Effects,
    ) -> Result<StaticPage> {
        self.inner.delete(id, expected_version, effects).await
    }

    async fn by_slug(&self, slug: &PageSlug) -> Result<StaticPage> {
        let page = self.inner.by_slug(slug).await?;
        if self.fault == Fault::OldSlugsForgotten && page.content.slug != *slug {
            return Err(Error::NotFound(crate::error::Entity::StaticPage));
        }
        Ok(page)
    }

    async fn outdated(
        &self,
        renderer: u32,
        after: Option<StaticPageId>,
        limit: u16,
    ) -> Result<Vec<StaticPage>> {
        self.inner.outdated(renderer, after, limit).await
    }

    async fn set_rendered(
        &self,
        id: StaticPageId,
        version: u64,
        rendered: RenderedPage,
        effects: Effects,
    ) -> Result<()> {
        let set = |version| {
            let (rendered, effects) = (rendered.clone(), effects.clone());
            self.inner.set_rendered(id, version, rendered, effects)
        };
        match set(version).await {
            Err(Error::Conflict(Conflict::Version { current }))
                if self.fault == Fault::RenderedBlindly =>
            {
                set(current).await
            }
            result => result,
        }
    }

    async fn list(&self, published_only: bool, page: PageRequest) -> Result<Page<StaticPageLine>> {
        let published_only = published_only && self.fault != Fault::DraftsListed;
        self.inner.list(published_only, page).await
    }
}
