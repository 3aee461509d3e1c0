//! The site itself: what pages show of it, and the settings that an admin saves.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use crate::blog::{Core, detached};
use crate::error::{Error, Reason, Result, Violations};
use crate::id::MediaId;
use crate::model::effects::Effects;
use crate::model::media::MediaKind;
use crate::model::outbox::Task;
use crate::model::site::{
    FooterText, LanguageTag, MAX_MENU, MenuEntry, MenuLabel, MenuTarget, SettingsChange, ShownSite,
    SiteDescription, SiteRecord, SiteSettings, SiteTitle,
};
use crate::policy::{Action, Actor};
use crate::settings::Settings;
use crate::time::Timestamp;

/// The site itself.
#[derive(Debug, Clone)]
pub struct Site {
    core: Arc<Core>,
}

/// The settings as their form gives them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettingsInput {
    /// As [`SiteTitle`].
    pub title: String,
    /// As [`SiteDescription`].
    pub description: String,
    /// The id of a picture; empty means none.
    pub logo: String,
    /// In order; entries without words and target are left out. At most [`MAX_MENU`] are looked at.
    pub menu: Vec<MenuInput>,
    /// As [`LanguageTag`].
    pub language: String,
    /// A number from 1 to 100.
    pub page_size: String,
    /// Whether the addresses of a Django blog lead on.
    pub old_addresses: bool,
    /// As [`FooterText`].
    pub footer: String,
}

/// A menu entry as its form gives it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MenuInput {
    /// As [`MenuLabel`].
    pub label: String,
    /// As [`MenuTarget`].
    pub target: String,
}

/// The form fields of the menu's labels, in order.
pub const MENU_LABELS: [&str; MAX_MENU] = [
    "menu_label_1",
    "menu_label_2",
    "menu_label_3",
    "menu_label_4",
    "menu_label_5",
    "menu_label_6",
    "menu_label_7",
    "menu_label_8",
    "menu_label_9",
    "menu_label_10",
    "menu_label_11",
    "menu_label_12",
];

/// The form fields of the menu's targets, in order.
pub const MENU_TARGETS: [&str; MAX_MENU] = [
    "menu_target_1",
    "menu_target_2",
    "menu_target_3",
    "menu_target_4",
    "menu_target_5",
    "menu_target_6",
    "menu_target_7",
    "menu_target_8",
    "menu_target_9",
    "menu_target_10",
    "menu_target_11",
    "menu_target_12",
];

const MIN_PAGE_SIZE: u16 = 1;
const MAX_PAGE_SIZE: u16 = 100;

impl SettingsInput {
    /// The input that shows settings in their form.
    pub fn of(settings: &SiteSettings) -> Self {
        Self {
            title: settings.title.to_string(),
            description: settings.description.to_string(),
            logo: settings.logo.map(|id| id.to_string()).unwrap_or_default(),
            menu: settings
                .menu
                .iter()
                .map(|entry| MenuInput {
                    label: entry.label.to_string(),
                    target: entry.target.to_string(),
                })
                .collect(),
            language: settings.language.to_string(),
            page_size: settings.page_size.to_string(),
            old_addresses: settings.old_addresses,
            footer: settings.footer.to_string(),
        }
    }

    fn parse(&self) -> Result<SiteSettings> {
        let mut violations = Violations::new();
        let title = violations.check("title", SiteTitle::try_from(self.title.as_str()));
        let description = SiteDescription::try_from(self.description.as_str());
        let description = violations.check("description", description);
        let logo = violations.check(
            "logo",
            match self.logo.trim() {
                "" => Ok(None),
                id => id.parse().map(Some).map_err(|_| Reason::NotYourMedia),
            },
        );
        let mut menu = Vec::new();
        let fields = MENU_LABELS.into_iter().zip(MENU_TARGETS);
        for (entry, (label, target)) in self.menu.iter().zip(fields) {
            if entry.label.trim().is_empty() && entry.target.trim().is_empty() {
                continue;
            }
            let label = violations.check(label, MenuLabel::try_from(entry.label.as_str()));
            let target = violations.check(target, MenuTarget::try_from(entry.target.as_str()));
            if let (Some(label), Some(target)) = (label, target) {
                menu.push(MenuEntry { label, target });
            }
        }
        let language = LanguageTag::try_from(self.language.as_str());
        let language = violations.check("language", language);
        let page_size = violations.check(
            "page_size",
            match self.page_size.trim().parse() {
                Ok(size) if (MIN_PAGE_SIZE..=MAX_PAGE_SIZE).contains(&size) => Ok(size),
                _ => Err(Reason::NotInRange {
                    min: MIN_PAGE_SIZE,
                    max: MAX_PAGE_SIZE,
                }),
            },
        );
        let footer = violations.check("footer", FooterText::try_from(self.footer.as_str()));
        match (title, description, logo, language, page_size, footer) {
            (
                Some(title),
                Some(description),
                Some(logo),
                Some(language),
                Some(page_size),
                Some(footer),
            ) => {
                violations.finish()?;
                Ok(SiteSettings {
                    title,
                    description,
                    logo,
                    menu,
                    language,
                    page_size,
                    old_addresses: self.old_addresses,
                    footer,
                })
            }
            _ => Err(Error::Invalid(violations)),
        }
    }
}

impl Site {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// The site as pages show it, at most a second old; what this process saved is there at once. Mostly without a
    /// query: the worker looks twice a second, and where none runs, a request does at most once a second. When the
    /// store does not answer, it is the last that was seen, or else the configuration.
    pub async fn now(&self) -> Arc<ShownSite> {
        self.core.site().await
    }

    /// The last that was seen of the site, or else the configuration; asks nobody.
    pub fn last_seen(&self) -> Arc<ShownSite> {
        self.core.last_site()
    }

    /// The settings as they are stored now, for their form.
    ///
    /// # Errors
    /// `Denied`.
    pub async fn for_edit(&self, actor: &Actor) -> Result<ShownSite> {
        self.core.policy.check(actor, Action::ManageSite)?;
        let record = self.core.records.site.current().await?;
        Ok(shown(record, &self.core.settings))
    }

    /// Saves the settings over the version that the form was filled from; 0 where nothing was saved yet.
    ///
    /// # Errors
    /// `Denied`, `Invalid` by field, `Conflict(Version)` when they were saved in the meantime: read them again with
    /// [`Site::for_edit`] and show both.
    pub async fn save(&self, actor: &Actor, version: u64, input: &SettingsInput) -> Result<()> {
        let before = self.for_edit(actor).await?;
        let settings = input.parse()?;
        if let Some(logo) = settings.logo
            && before.settings.logo != Some(logo)
        {
            self.check_logo(actor, logo).await?;
        }
        let now = self.core.now();
        let mut effects = Effects::at(now).invalidating().audit(
            actor.user(),
            "site.save",
            "site",
            changed(&before.settings, &settings).join(", "),
        );
        // The version that is expected is the one whose logo this is, or nothing is saved.
        let logos = [before.settings.logo, settings.logo];
        if logos[0] != logos[1] {
            let media = logos.into_iter().flatten().collect();
            effects = effects.later(now, Task::SyncMedia { media });
        }
        let tasks = effects.due();
        let change = SettingsChange {
            expected_version: version,
            settings,
        };
        let core = self.core.clone();
        detached(async move {
            core.records.site.save_settings(change, effects).await?;
            core.perform_now(tasks).await;
            core.look_at_site().await;
            Ok(())
        })
        .await
    }

    /// A ready picture that the actor may manage.
    async fn check_logo(&self, actor: &Actor, logo: MediaId) -> Result<()> {
        let item = self.core.records.catalog.get(&[logo]).await?.pop();
        let usable = item.is_some_and(|item| {
            let action = Action::ManageMedia { owner: item.owner };
            let picture = item.is_ready() && item.kind == MediaKind::Image;
            picture && self.core.policy.may(actor, action)
        });
        match usable {
            true => Ok(()),
            false => Err(Error::invalid("logo", Reason::NotYourMedia)),
        }
    }
}

/// The fields that differ, for the audit log.
fn changed(before: &SiteSettings, after: &SiteSettings) -> Vec<&'static str> {
    [
        ("title", before.title != after.title),
        ("description", before.description != after.description),
        ("logo", before.logo != after.logo),
        ("menu", before.menu != after.menu),
        ("language", before.language != after.language),
        ("page_size", before.page_size != after.page_size),
        ("old_addresses", before.old_addresses != after.old_addresses),
        ("footer", before.footer != after.footer),
    ]
    .into_iter()
    .filter_map(|(field, differs)| differs.then_some(field))
    .collect()
}

/// What is saved counts as a whole; before the first save, the configuration does.
fn shown(record: SiteRecord, configured: &Settings) -> ShownSite {
    match record.settings {
        Some(stored) => ShownSite {
            generation: record.generation,
            settings: stored.settings,
            logo: stored.logo,
            menu_pages: record.menu_pages,
            version: stored.version,
            updated_at: Some(stored.updated_at),
        },
        None => ShownSite {
            generation: record.generation,
            settings: SiteSettings {
                title: SiteTitle::from_store(configured.title.clone()),
                description: SiteDescription::from_store(configured.description.clone()),
                logo: None,
                menu: Vec::new(),
                language: LanguageTag::from_store("en".to_owned()),
                page_size: configured.page_size,
                old_addresses: false,
                footer: FooterText::from_store(String::new()),
            },
            logo: None,
            menu_pages: record.menu_pages,
            version: 0,
            updated_at: None,
        },
    }
}

/// How long what was seen of the site counts.
const FRESH: Duration = Duration::from_secs(1);

/// What this process saw of the site last.
#[derive(Debug, Default)]
pub(crate) struct SeenSite {
    seen: RwLock<Option<(Arc<ShownSite>, Timestamp)>>,
    /// Who holds it looks at the store; what they see replaces what was seen before.
    looking: tokio::sync::Mutex<()>,
}

impl SeenSite {
    fn last(&self) -> Option<(Arc<ShownSite>, Timestamp)> {
        let seen = self.seen.read();
        seen.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was seen within the last second. A clock that stepped back makes it stale.
    fn fresh(&self, now: Timestamp) -> Option<Arc<ShownSite>> {
        let (site, at) = self.last()?;
        (at <= now && now.since(at) < FRESH).then_some(site)
    }

    fn put(&self, site: Arc<ShownSite>, at: Timestamp) {
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        *seen = Some((site, at));
    }
}

impl Core {
    /// As [`Site::now`].
    pub(crate) async fn site(&self) -> Arc<ShownSite> {
        let now = self.now();
        if let Some(site) = self.seen_site.fresh(now) {
            return site;
        }
        let _turn = self.seen_site.looking.lock().await;
        // Somebody else may have looked while this one waited.
        match self.seen_site.fresh(now) {
            Some(site) => site,
            None => self.look().await,
        }
    }

    /// As [`Site::last_seen`].
    pub(crate) fn last_site(&self) -> Arc<ShownSite> {
        match self.seen_site.last() {
            Some((site, _)) => site,
            None => Arc::new(shown(SiteRecord::default(), &self.settings)),
        }
    }

    /// Looks at the store, whatever was seen before: after a write of this process, and in the worker. Waits for a look
    /// that began earlier, so that its answer, which may be older than the write, does not come last.
    pub(crate) async fn look_at_site(&self) {
        let _turn = self.seen_site.looking.lock().await;
        self.look().await;
    }

    /// Called by whoever holds the turn.
    async fn look(&self) -> Arc<ShownSite> {
        // The age counts from before the question.
        let now = self.now();
        let site = match self.records.site.current().await {
            Ok(record) => Arc::new(shown(record, &self.settings)),
            Err(error) => {
                tracing::warn!(error = error.chain(), "the site's settings cannot be read");
                self.last_site()
            }
        };
        self.seen_site.put(site.clone(), now);
        site
    }
}
