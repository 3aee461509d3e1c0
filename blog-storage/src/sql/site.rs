//! The site's settings: one row, whose document is JSON.

use async_trait::async_trait;
use blog_core::error::{Conflict, Result};
use blog_core::id::MediaId;
use blog_core::model::comment::USUAL_LINKS;
use blog_core::model::effects::Effects;
use blog_core::model::post::Title;
use blog_core::model::site::{
    FooterText, LanguageTag, MenuEntry, MenuLabel, MenuPage, MenuTarget, SettingsChange,
    SiteDescription, SiteRecord, SiteSettings, SiteTitle, StoredSettings,
};
use blog_core::model::slug::PageSlug;
use blog_core::ports::SiteStore;
use blog_core::time::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

use super::SqlStore;
use super::args::{args, unsigned};
use super::catalog::require_media;
use super::db::Tx;
use super::effects;
use super::posts::text;
use super::rows::{focus, from_json, media_columns, media_ref, time, to_json, unreadable};

/// The columns of the settings `s` with their logo `l`, null before the first save.
macro_rules! settings {
    () => {
        concat!(
            "s.document, s.version, s.updated_at, ",
            media_columns!("l", "logo")
        )
    };
}

/// The site, once for each page in the menu, and once where there is none: (moment).
const CURRENT: &str = concat!(
    "SELECT ",
    text::site!(),
    ", ",
    settings!(),
    ", p.slug AS page_slug, p.title AS page_title FROM blog_site g \
     LEFT JOIN blog_settings s ON s.id = g.id LEFT JOIN blog_media l ON l.id = s.logo \
     LEFT JOIN blog_pages p ON p.in_menu = 1 AND p.published = 1 WHERE g.id = 1 \
     ORDER BY p.created_at, p.id"
);

const SETTINGS: &str = concat!(
    "SELECT ",
    settings!(),
    " FROM blog_settings s LEFT JOIN blog_media l ON l.id = s.logo WHERE s.id = 1"
);

/// The stored form of the settings. A key that is added later has a default, so that what was saved before stays
/// readable.
#[derive(Serialize, Deserialize)]
struct Document {
    title: String,
    description: String,
    /// Label and target.
    menu: Vec<(String, String)>,
    language: String,
    page_size: u16,
    old_addresses: bool,
    footer: String,
    #[serde(default)]
    hold_first_comments: bool,
    #[serde(default = "usual_links")]
    comment_links: u16,
    #[serde(default)]
    require_second_factor: bool,
}

fn usual_links() -> u16 {
    USUAL_LINKS
}

impl Document {
    fn of(settings: &SiteSettings) -> Self {
        let text = |text: &str| text.to_owned();
        Self {
            title: text(settings.title.as_str()),
            description: text(settings.description.as_str()),
            menu: settings
                .menu
                .iter()
                .map(|entry| (text(entry.label.as_str()), text(entry.target.as_str())))
                .collect(),
            language: text(settings.language.as_str()),
            page_size: settings.page_size,
            old_addresses: settings.old_addresses,
            footer: text(settings.footer.as_str()),
            hold_first_comments: settings.hold_first_comments,
            comment_links: settings.comment_links,
            require_second_factor: settings.require_second_factor,
        }
    }

    fn settings(self, logo: Option<MediaId>) -> SiteSettings {
        SiteSettings {
            title: SiteTitle::from_store(self.title),
            description: SiteDescription::from_store(self.description),
            logo,
            menu: self
                .menu
                .into_iter()
                .map(|(label, target)| MenuEntry {
                    label: MenuLabel::from_store(label),
                    target: MenuTarget::from_store(target),
                })
                .collect(),
            language: LanguageTag::from_store(self.language),
            page_size: self.page_size,
            old_addresses: self.old_addresses,
            footer: FooterText::from_store(self.footer),
            hold_first_comments: self.hold_first_comments,
            comment_links: self.comment_links,
            require_second_factor: self.require_second_factor,
        }
    }
}

#[derive(FromRow)]
struct SettingsRow {
    document: Option<String>,
    version: Option<i64>,
    updated_at: Option<i64>,
    logo_id: Option<Uuid>,
    logo_key: Option<String>,
    logo_width: Option<i64>,
    logo_height: Option<i64>,
    logo_alt: Option<String>,
    logo_focus_x: Option<i64>,
    logo_focus_y: Option<i64>,
    logo_widths: Option<String>,
}

impl SettingsRow {
    fn stored(self) -> Result<Option<StoredSettings>> {
        let (Some(document), Some(version), Some(updated_at)) =
            (self.document, self.version, self.updated_at)
        else {
            return Ok(None);
        };
        let logo = self.logo_id.map(MediaId::from);
        Ok(Some(StoredSettings {
            settings: from_json::<Document>(&document)?.settings(logo),
            logo: media_ref(
                self.logo_id,
                self.logo_key,
                self.logo_width,
                self.logo_height,
                self.logo_alt,
                focus(self.logo_focus_x, self.logo_focus_y),
                self.logo_widths,
            ),
            version: unsigned(version),
            updated_at: time(updated_at),
        }))
    }
}

#[derive(FromRow)]
struct CurrentRow {
    generation: i64,
    next_publication: Option<i64>,
    #[sqlx(flatten)]
    settings: SettingsRow,
    page_slug: Option<String>,
    page_title: Option<String>,
}

async fn settings_in(tx: &mut Tx<'_>) -> Result<Option<StoredSettings>> {
    let row: Option<SettingsRow> = tx.one(SETTINGS, args![]).await?;
    row.map_or(Ok(None), SettingsRow::stored)
}

#[async_trait]
impl SiteStore for SqlStore {
    async fn current(&self, now: Timestamp) -> Result<SiteRecord> {
        let rows: Vec<CurrentRow> = self.db.all(CURRENT, args![now]).await?;
        let mut record = SiteRecord::default();
        for (place, row) in rows.into_iter().enumerate() {
            if place == 0 {
                record.generation = unsigned(row.generation);
                record.next_publication = row.next_publication.map(time);
                record.settings = row.settings.stored()?;
            }
            if let (Some(slug), Some(title)) = (row.page_slug, row.page_title) {
                record.menu_pages.push(MenuPage {
                    slug: PageSlug::from_store(slug),
                    title: Title::from_store(title),
                });
            }
        }
        Ok(record)
    }

    async fn save_settings(
        &self,
        change: SettingsChange,
        effects: Effects,
    ) -> Result<StoredSettings> {
        self.db.retried(|| async {
            let mut tx = self.db.begin().await?;
            let stored: Option<(i64,)> = tx
                .one("SELECT version FROM blog_settings WHERE id = 1", args![])
                .await?;
            let current = stored.map_or(0, |(version,)| unsigned(version));
            if current != change.expected_version {
                return Err(Conflict::Version { current }.into());
            }
            let settings = &change.settings;
            let logo: Vec<MediaId> = settings.logo.into_iter().collect();
            require_media(&mut tx, &logo).await?;
            let document = to_json(&Document::of(settings))?;
            let write = match stored {
                Some(_) => {
                    "UPDATE blog_settings SET document = ?, logo = ?, version = ?, updated_at = ? WHERE id = 1"
                }
                None => {
                    "INSERT INTO blog_settings (document, logo, version, updated_at, id) VALUES (?, ?, ?, ?, 1)"
                }
            };
            tx.run(
                write,
                args![document, settings.logo, current + 1, effects.at],
            )
            .await?;
            let stored = settings_in(&mut tx).await?;
            effects::commit(tx, &effects).await?;
            stored.ok_or_else(|| unreadable("blog_settings.document"))
        })
        .await
    }
}
