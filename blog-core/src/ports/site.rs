//! What an admin decided about the site.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::error::Result;
use crate::model::effects::Effects;
use crate::model::site::{SettingsChange, SiteRecord, StoredSettings};
use crate::time::Timestamp;

/// The site's settings: one document.
#[async_trait]
pub trait SiteStore: Debug + Send + Sync + 'static {
    /// What every page needs to know of the site: its generation, the earliest publication that lies ahead of `now`,
    /// the settings with their logo, or none before the first save, and the published static pages that stand in the
    /// menu, oldest first by `created_at`, then id. All as of one moment, in one query.
    async fn current(&self, now: Timestamp) -> Result<SiteRecord>;

    /// Replaces the settings and raises their version by one; the first save expects version 0.
    ///
    /// Returns `Conflict(Version)` with the stored version when it is not the expected one: of two saves from one
    /// version exactly one succeeds. `NotFound(Media)` when the logo is not in the catalog.
    async fn save_settings(
        &self,
        change: SettingsChange,
        effects: Effects,
    ) -> Result<StoredSettings>;
}
