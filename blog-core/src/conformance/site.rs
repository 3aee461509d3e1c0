//! The contract of [`SiteStore`](crate::ports::SiteStore). There is one document of settings for the whole store, so its
//! checks run alone, from whatever version there is.

use super::chance::fresh_word;
use super::check::{Check, Port};
use super::lab::Lab;
use super::texts;
use super::verdict::{Verdict, ensure, refused, same, winners};
use crate::error::{Conflict, Entity, Error};
use crate::id::MediaId;
use crate::model::media::{MediaItem, MediaUse, ObjectKey};
use crate::model::site::{
    FooterText, LanguageTag, MAX_MENU, MenuEntry, MenuLabel, MenuTarget, SettingsChange,
    SiteDescription, SiteSettings, SiteTitle, StoredSettings,
};
use crate::policy::Surface;

pub(super) fn checks() -> Vec<Check> {
    let site = Port::Site;
    let catalog = Port::Catalog;
    let checks = vec![
        site.check("site-save-first", "The first save expects version 0; none is stored before it.", first),
        site.check("site-save", "Replaces the settings and raises their version by one.", save),
        site.check("site-save-conflict", "`save_settings`: `Conflict(Version)` with the stored version when it is not the expected one.", conflict),
        site.check("site-save-race", "Of two saves of the settings from one version exactly one succeeds.", race),
        site.check("site-save-no-logo", "`save_settings`: `NotFound(Media)` when the logo is not in the catalog.", no_logo),
        site.check("site-logo", "The settings with their logo.", logo),
        site.check("site-generation", "What every page needs to know of the site: its generation.", generation),
        site.check("site-texts", "Texts come back byte for byte (settings).", texts_return),
        catalog.check("catalog-visible-logo", "The ready item, if it is the site's logo.", visible_logo),
        catalog.check("catalog-usage-logo", "Something everybody may see uses it: the site's logo.", usage_logo),
        catalog.check("catalog-delete-logo", "`delete`: `Conflict(State)` while the site's logo uses it.", delete_logo),
    ];
    checks.into_iter().map(Check::alone).collect()
}

/// Settings that differ from all others.
pub(super) fn settings() -> SiteSettings {
    let word = fresh_word();
    SiteSettings {
        title: SiteTitle::from_store(format!("Site {word}")),
        description: SiteDescription::from_store(format!("About {word}")),
        logo: None,
        menu: vec![
            entry(&word, "/pages/about"),
            entry("Out", "https://example.org/"),
        ],
        language: LanguageTag::from_store("tr".to_owned()),
        page_size: 17,
        hold_first_comments: true,
        comment_links: 3,
        require_second_factor: true,
        old_addresses: true,
        footer: FooterText::from_store(format!("Foot of {word}")),
    }
}

fn entry(label: &str, target: &str) -> MenuEntry {
    MenuEntry {
        label: MenuLabel::from_store(label.to_owned()),
        target: MenuTarget::from_store(target.to_owned()),
    }
}

/// The version that the next save must name.
pub(super) async fn version(lab: &Lab) -> Verdict<u64> {
    let stored = lab.records.site.current(lab.now).await?.settings;
    Ok(stored.map_or(0, |stored| stored.version))
}

async fn store(lab: &Lab, settings: SiteSettings) -> Verdict<StoredSettings> {
    let change = SettingsChange {
        expected_version: version(lab).await?,
        settings,
    };
    Ok(lab.records.site.save_settings(change, lab.fx()).await?)
}

/// Makes an item the logo; `None` takes it away.
async fn wear(lab: &Lab, logo: Option<MediaId>) -> Verdict<StoredSettings> {
    let settings = SiteSettings { logo, ..settings() };
    store(lab, settings).await
}

async fn first(lab: Lab) -> Verdict {
    if lab.records.site.current(lab.now).await?.settings.is_some() {
        // Only a store without settings shows it.
        return Ok(());
    }
    let change = |expected_version| SettingsChange {
        expected_version,
        settings: settings(),
    };
    let early = lab.records.site.save_settings(change(1), lab.fx()).await;
    refused!(early, Error::Conflict(Conflict::Version { current: 0 }));
    let none = lab.records.site.current(lab.now).await?.settings;
    same!(none, None, "the settings after a refused save");
    let saved = lab.records.site.save_settings(change(0), lab.fx()).await?;
    same!(saved.version, 1, "the version of the first save");
    Ok(())
}

async fn save(lab: Lab) -> Verdict {
    let before = version(&lab).await?;
    for step in 1..=2 {
        let wanted = settings();
        let saved = store(&lab, wanted.clone()).await?;
        let expected = StoredSettings {
            settings: wanted,
            logo: None,
            version: before + step,
            updated_at: lab.now,
        };
        same!(saved, expected, "the answer of a save");
        let found = lab.records.site.current(lab.now).await?.settings;
        same!(found, Some(expected), "the stored settings");
    }
    Ok(())
}

async fn conflict(lab: Lab) -> Verdict {
    let stored = store(&lab, settings()).await?;
    for expected_version in [
        0,
        stored.version - 1,
        stored.version + 1,
        u64::from(u32::MAX),
    ] {
        if expected_version == stored.version {
            continue;
        }
        let change = SettingsChange {
            expected_version,
            settings: settings(),
        };
        match lab.records.site.save_settings(change, lab.fx()).await {
            Err(Error::Conflict(Conflict::Version { current })) => {
                same!(current, stored.version, "the stored version in the refusal");
            }
            other => ensure!(false, "a save from version {expected_version}: {other:?}"),
        }
    }
    let found = lab.records.site.current(lab.now).await?.settings;
    same!(found, Some(stored), "the settings after refused saves");
    Ok(())
}

async fn race(lab: Lab) -> Verdict {
    for _ in 0..6 {
        let expected_version = version(&lab).await?;
        let results = lab
            .race(8, |lab, _| async move {
                let change = SettingsChange {
                    expected_version,
                    settings: settings(),
                };
                lab.records.site.save_settings(change, lab.fx()).await
            })
            .await?;
        let won = winners!(results, Error::Conflict(Conflict::Version { .. }));
        same!(
            won.len(),
            1,
            "saves of eight from one version that succeeded"
        );
        let found = lab.records.site.current(lab.now).await?.settings;
        same!(found, won.into_iter().next(), "the winner's settings");
    }
    Ok(())
}

async fn no_logo(lab: Lab) -> Verdict {
    let stored = store(&lab, settings()).await?;
    let change = SettingsChange {
        expected_version: stored.version,
        settings: SiteSettings {
            logo: Some(MediaId::generate()),
            ..settings()
        },
    };
    let refused = lab.records.site.save_settings(change, lab.fx()).await;
    refused!(refused, Error::NotFound(Entity::Media));
    let found = lab.records.site.current(lab.now).await?.settings;
    same!(found, Some(stored), "the settings after a refused save");
    Ok(())
}

async fn logo(lab: Lab) -> Verdict {
    let item = picture(&lab).await?;
    let stored = wear(&lab, Some(item.id)).await?;
    same!(stored.settings.logo, Some(item.id), "the id of the logo");
    same!(stored.logo, Some(item.to_ref()), "the logo of the answer");
    let key = ObjectKey::from_store(format!("public/{}.png", item.id));
    lab.records
        .catalog
        .set_copies(&item, Some(key.clone()), item.widths.clone(), lab.fx())
        .await?;
    let shown = MediaItem {
        public_key: Some(key),
        ..item
    };
    let found = lab.records.site.current(lab.now).await?.settings;
    let found = found.and_then(|stored| stored.logo);
    same!(
        found,
        Some(shown.to_ref()),
        "the logo that has a public copy"
    );
    let bare = wear(&lab, None).await?;
    same!(bare.logo, None, "the logo after it was taken away");
    Ok(())
}

async fn generation(lab: Lab) -> Verdict {
    let posts = lab.records.posts.site(lab.now).await?.generation;
    let before = lab.records.site.current(lab.now).await?.generation;
    same!(before, posts, "the generation, as the posts have it");
    let change = SettingsChange {
        expected_version: version(&lab).await?,
        settings: settings(),
    };
    let effects = lab.fx().invalidating();
    lab.records.site.save_settings(change, effects).await?;
    let after = lab.records.site.current(lab.now).await?.generation;
    same!(
        after,
        before + 1,
        "the generation after an invalidating save"
    );
    Ok(())
}

async fn texts_return(lab: Lab) -> Verdict {
    for text in texts::LINES {
        let wanted = SiteSettings {
            title: SiteTitle::from_store((*text).to_owned()),
            description: SiteDescription::from_store((*text).to_owned()),
            menu: vec![entry(text, text); MAX_MENU],
            footer: FooterText::from_store(texts::paragraphs()),
            ..settings()
        };
        let stored = store(&lab, wanted.clone()).await?;
        same!(stored.settings, wanted, "the settings of {text:?}");
    }
    let bare = SiteSettings {
        description: SiteDescription::from_store(String::new()),
        menu: Vec::new(),
        hold_first_comments: false,
        comment_links: 5,
        require_second_factor: false,
        old_addresses: false,
        page_size: 1,
        footer: FooterText::from_store(String::new()),
        ..settings()
    };
    let stored = store(&lab, bare.clone()).await?;
    same!(
        stored.settings,
        bare,
        "settings with as little as there can be"
    );
    Ok(())
}

async fn picture(lab: &Lab) -> Verdict<MediaItem> {
    let owner = lab.user().await?;
    Ok(lab.picture(owner.id).await?)
}

async fn visible_logo(lab: Lab) -> Verdict {
    let item = picture(&lab).await?;
    let stranger = lab.stranger(Surface::Page);
    let found = lab.records.catalog.visible(item.id, &stranger).await;
    refused!(found, Error::NotFound(Entity::Media));
    wear(&lab, Some(item.id)).await?;
    let found = lab.records.catalog.visible(item.id, &stranger).await?;
    same!(found, item, "the logo");
    wear(&lab, None).await?;
    let found = lab.records.catalog.visible(item.id, &stranger).await;
    refused!(found, Error::NotFound(Entity::Media));
    Ok(())
}

async fn usage_logo(lab: Lab) -> Verdict {
    let item = picture(&lab).await?;
    wear(&lab, Some(item.id)).await?;
    let shown = MediaUse {
        public: true,
        used: true,
    };
    let found = lab.records.catalog.usage(item.id, lab.now).await?;
    same!(found, shown, "the use by the logo");
    wear(&lab, None).await?;
    let found = lab.records.catalog.usage(item.id, lab.now).await?;
    same!(
        found,
        MediaUse::default(),
        "the use after it was taken away"
    );
    Ok(())
}

async fn delete_logo(lab: Lab) -> Verdict {
    let item = picture(&lab).await?;
    wear(&lab, Some(item.id)).await?;
    let refused = lab.records.catalog.delete(item.id, lab.fx()).await;
    refused!(refused, Error::Conflict(Conflict::State));
    wear(&lab, None).await?;
    let gone = lab.records.catalog.delete(item.id, lab.fx()).await?;
    same!(gone, item, "the deleted item");
    Ok(())
}
