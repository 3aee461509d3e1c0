//! The site itself: what pages show of it, and the settings that an admin saves.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use crate::blog::{Core, detached};
use crate::error::{Error, Reason, Result, Violations};
use crate::id::MediaId;
use crate::model::audit::AuditAction;
use crate::model::comment::USUAL_LINKS;
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
    /// Whether first comments wait for approval.
    pub hold_first_comments: bool,
    /// The most links of a comment, a number from 0 to 100; empty for the usual.
    pub comment_links: String,
    /// Whether editors and admins need a second factor.
    pub require_second_factor: bool,
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
const MAX_COMMENT_LINKS: u16 = 100;

/// A number of a form within its bounds.
fn number(text: &str, min: u16, max: u16) -> Result<u16, Reason> {
    match text.trim().parse() {
        Ok(number) if (min..=max).contains(&number) => Ok(number),
        _ => Err(Reason::NotInRange { min, max }),
    }
}

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
            hold_first_comments: settings.hold_first_comments,
            comment_links: settings.comment_links.to_string(),
            require_second_factor: settings.require_second_factor,
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
            number(&self.page_size, MIN_PAGE_SIZE, MAX_PAGE_SIZE),
        );
        let comment_links = violations.check(
            "comment_links",
            match self.comment_links.trim() {
                "" => Ok(USUAL_LINKS),
                links => number(links, 0, MAX_COMMENT_LINKS),
            },
        );
        let footer = violations.check("footer", FooterText::try_from(self.footer.as_str()));
        match (
            title,
            description,
            logo,
            language,
            page_size,
            footer,
            comment_links,
        ) {
            (
                Some(title),
                Some(description),
                Some(logo),
                Some(language),
                Some(page_size),
                Some(footer),
                Some(comment_links),
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
                    hold_first_comments: self.hold_first_comments,
                    comment_links,
                    require_second_factor: self.require_second_factor,
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

    /// The site as pages show it, at most a second old; what this process wrote is there at once. Mostly without a
    /// query: the worker looks twice a second, and where none runs, a request does at most once a second, and after a
    /// write. When the store does not answer within half a second, it is the last that was seen, or else the
    /// configuration.
    pub async fn now(&self) -> Arc<ShownSite> {
        self.core.site().await
    }

    /// The last that was seen of the site, or else the configuration; asks nobody.
    pub fn last_seen(&self) -> Arc<ShownSite> {
        self.core.last_site()
    }

    /// Whether the store did not answer when it was asked last: what pages show may be old.
    pub fn is_lost(&self) -> bool {
        self.core.seen_site.while_lost().is_some()
    }

    /// Whether a write of this process succeeded since the store last said how the site stands: what was seen of it is
    /// then known to be old.
    pub fn is_behind(&self) -> bool {
        self.core.seen_site.is_behind()
    }

    /// Grows with every like and view that this process stores, which the generation does not tell.
    pub fn numbers(&self) -> u64 {
        self.core.seen_site.numbers.load(Ordering::Acquire)
    }

    /// The settings as they are stored now, for their form.
    ///
    /// # Errors
    /// `Denied`.
    pub async fn for_edit(&self, actor: &Actor) -> Result<ShownSite> {
        self.core.policy.check(actor, Action::ManageSite)?;
        let record = self.core.records.site.current(self.core.now()).await?;
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
            AuditAction::SiteSave,
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
        detached(&self.core, async move {
            core.records.site.save_settings(change, effects).await?;
            core.perform_now(tasks).await;
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
        (
            "hold_first_comments",
            before.hold_first_comments != after.hold_first_comments,
        ),
        ("comment_links", before.comment_links != after.comment_links),
        (
            "require_second_factor",
            before.require_second_factor != after.require_second_factor,
        ),
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
            next_publication: record.next_publication,
            settings: stored.settings,
            logo: stored.logo,
            menu_pages: record.menu_pages,
            version: stored.version,
            updated_at: Some(stored.updated_at),
        },
        None => ShownSite {
            generation: record.generation,
            next_publication: record.next_publication,
            settings: SiteSettings {
                title: SiteTitle::from_store(configured.title.clone()),
                description: SiteDescription::from_store(configured.description.clone()),
                logo: None,
                menu: Vec::new(),
                language: LanguageTag::from_store("en".to_owned()),
                page_size: configured.page_size,
                old_addresses: false,
                footer: FooterText::from_store(String::new()),
                hold_first_comments: false,
                comment_links: USUAL_LINKS,
                require_second_factor: false,
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

/// How long a page waits for a store that may have died; then it goes on with what was seen last.
const PATIENCE: Duration = Duration::from_millis(500);

/// What this process saw of the site last.
#[derive(Debug, Default)]
pub(crate) struct SeenSite {
    seen: RwLock<Option<Seen>>,
    /// Who holds it looks at the store; what they see replaces what was seen before.
    looking: tokio::sync::Mutex<()>,
    /// Writes of this process that have ended: what was seen before the last of them does not count.
    writes: AtomicU64,
    /// Those of them that succeeded.
    changes: AtomicU64,
    /// As [`Site::numbers`].
    numbers: AtomicU64,
}

#[derive(Debug, Clone)]
struct Seen {
    site: Arc<ShownSite>,
    /// From before the question.
    at: Timestamp,
    /// [`SeenSite::writes`] from before the question.
    writes: u64,
    /// [`SeenSite::changes`] from before the last question that was answered.
    changes: u64,
    /// Whether the store answered.
    answered: bool,
}

impl SeenSite {
    /// A write of this process has ended, well or not.
    pub(crate) fn wrote(&self, well: bool) {
        if well {
            self.changes.fetch_add(1, Ordering::AcqRel);
        }
        self.writes.fetch_add(1, Ordering::AcqRel);
    }

    /// This process has written numbers of likes or views.
    pub(crate) fn counted(&self) {
        self.numbers.fetch_add(1, Ordering::AcqRel);
    }

    fn last(&self) -> Option<Seen> {
        let seen = self.seen.read();
        seen.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was seen within the last second, after the last write of this process, and before the next publication. A
    /// clock that stepped back makes it stale.
    fn fresh(&self, now: Timestamp) -> Option<Arc<ShownSite>> {
        let seen = self.last()?;
        let counts = seen.at <= now && now.since(seen.at) < FRESH;
        let unchanged = seen.writes == self.writes.load(Ordering::Acquire)
            && seen.site.next_publication.is_none_or(|next| next > now);
        // A store that does not answer is asked once a second, unless it has taken a write since.
        let silent = !seen.answered && seen.changes == self.changes.load(Ordering::Acquire);
        (counts && (unchanged || silent)).then_some(seen.site)
    }

    /// As [`Site::is_behind`].
    fn is_behind(&self) -> bool {
        let changes = self.changes.load(Ordering::Acquire);
        self.last().is_some_and(|seen| seen.changes != changes)
    }

    /// What was seen last, if the store did not answer then.
    fn while_lost(&self) -> Option<Arc<ShownSite>> {
        self.last()
            .filter(|seen| !seen.answered)
            .map(|seen| seen.site)
    }

    fn put(&self, seen: Seen) {
        let mut place = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        *place = Some(seen);
    }
}

impl Core {
    /// As [`Site::now`].
    pub(crate) async fn site(&self) -> Arc<ShownSite> {
        let now = self.now();
        let seen = &self.seen_site;
        if let Some(site) = seen.fresh(now) {
            return site;
        }
        // What is known to be old is not gone on from while somebody looks.
        let last = seen.while_lost().filter(|_| !seen.is_behind());
        let turn = match (seen.looking.try_lock(), last) {
            (Ok(turn), _) => turn,
            // Nobody stands in line for a store that has died.
            (Err(_), Some(site)) => return site,
            (Err(_), None) => seen.looking.lock().await,
        };
        // Somebody else may have looked while this one waited.
        let site = match seen.fresh(now) {
            Some(site) => site,
            None => self.look().await,
        };
        drop(turn);
        site
    }

    /// As [`Site::last_seen`].
    pub(crate) fn last_site(&self) -> Arc<ShownSite> {
        match self.seen_site.last() {
            Some(seen) => seen.site,
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
        let writes = self.seen_site.writes.load(Ordering::Acquire);
        let changes = self.seen_site.changes.load(Ordering::Acquire);
        let before = self.seen_site.last().map_or(0, |seen| seen.changes);
        let now = self.now();
        let asked = tokio::time::timeout(PATIENCE, self.records.site.current(now)).await;
        let lost = self.seen_site.while_lost().is_some();
        let (site, answered) = match asked {
            Ok(Ok(record)) => (Arc::new(shown(record, &self.settings)), true),
            Ok(Err(error)) if !lost => {
                tracing::warn!(
                    error = error.chain(),
                    "the store does not answer: pages go on from what was seen last"
                );
                (self.last_site(), false)
            }
            Err(_) if !lost => {
                tracing::warn!(
                    "the store does not answer in time: pages go on from what was seen last"
                );
                (self.last_site(), false)
            }
            Ok(Err(_)) | Err(_) => (self.last_site(), false),
        };
        if lost && answered {
            tracing::info!("the store answers again");
        }
        self.seen_site.put(Seen {
            site: site.clone(),
            at: now,
            writes,
            changes: if answered { changes } else { before },
            answered,
        });
        site
    }
}
