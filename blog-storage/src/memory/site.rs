//! The site's settings.

use async_trait::async_trait;
use blog_core::error::{Conflict, Entity, Error};
use blog_core::id::MediaId;
use blog_core::model::effects::Effects;
use blog_core::model::site::{MenuPage, SettingsChange, SiteRecord, SiteSettings, StoredSettings};
use blog_core::ports::SiteStore;
use blog_core::{Result, Timestamp};

use super::MemoryStore;
use super::state::State;

/// The settings as they are kept; their logo is joined when they are read.
#[derive(Debug)]
pub(super) struct SettingsRow {
    pub(super) settings: SiteSettings,
    version: u64,
    updated_at: Timestamp,
}

impl State {
    fn join_settings(&self, row: &SettingsRow) -> StoredSettings {
        StoredSettings {
            settings: row.settings.clone(),
            logo: self.join_media(row.settings.logo),
            version: row.version,
            updated_at: row.updated_at,
        }
    }

    /// Whether an item is the site's logo.
    pub(super) fn is_logo(&self, id: MediaId) -> bool {
        let settings = self.settings.as_ref();
        settings.is_some_and(|row| row.settings.logo == Some(id))
    }
}

#[async_trait]
impl SiteStore for MemoryStore {
    async fn current(&self, now: Timestamp) -> Result<SiteRecord> {
        let state = self.lock();
        let pages = state.pages_by_created.iter();
        let menu_pages = pages
            .filter_map(|(_, id)| state.static_pages.get(id))
            .map(|page| &page.content)
            .filter(|content| content.published && content.in_menu)
            .map(|content| MenuPage {
                slug: content.slug.clone(),
                title: content.title.clone(),
            })
            .collect();
        Ok(SiteRecord {
            generation: state.generation,
            next_publication: state.next_publication(now),
            settings: state.settings.as_ref().map(|row| state.join_settings(row)),
            menu_pages,
        })
    }

    async fn save_settings(
        &self,
        change: SettingsChange,
        effects: Effects,
    ) -> Result<StoredSettings> {
        self.write(effects, |state, at| {
            let current = state.settings.as_ref().map_or(0, |row| row.version);
            if current != change.expected_version {
                return Err(Conflict::Version { current }.into());
            }
            let logo = change.settings.logo;
            if logo.is_some_and(|logo| !state.media.contains_key(&logo)) {
                return Err(Error::NotFound(Entity::Media));
            }
            let row = SettingsRow {
                settings: change.settings,
                version: current + 1,
                updated_at: at,
            };
            let stored = state.join_settings(&row);
            state.settings = Some(row);
            Ok(stored)
        })
    }
}
