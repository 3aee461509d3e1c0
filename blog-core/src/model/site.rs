//! The site itself: its name, its menu, and what else an admin decides in the browser.

use url::Url;

use super::media::MediaRef;
use super::post::Title;
use super::slug::PageSlug;
use super::text::{Lines, take, text};
use crate::error::Reason;
use crate::id::MediaId;
use crate::time::Timestamp;

text! {
    /// The site's name: 1 to 100 characters on one line.
    SiteTitle, |input| take(input, Lines::One, 1, 100)
}

text! {
    /// What the site is about: up to 300 characters on one line.
    SiteDescription, |input| take(input, Lines::One, 0, 300)
}

text! {
    /// What stands at the foot of every page: up to 1 000 characters of plain text.
    FooterText, |input| take(input, Lines::Many, 0, 1_000)
}

text! {
    /// The language of the pages' own words, as the first part of a BCP 47 tag: `en`. Which languages there are, the
    /// pages know.
    LanguageTag, parse_language
}

text! {
    /// The words of a menu entry: 1 to 40 characters on one line.
    MenuLabel, |input| take(input, Lines::One, 1, 40)
}

text! {
    /// Where a menu entry leads: a path of the site below its mount, beginning with `/`, or an `https` address of
    /// another site; at most 500 characters.
    MenuTarget, parse_target
}

fn parse_language(input: &str) -> Result<String, Reason> {
    let tag = input.trim();
    let plain = tag.bytes().all(|b| b.is_ascii_lowercase());
    match plain && (2..=3).contains(&tag.len()) {
        true => Ok(tag.to_owned()),
        false => Err(Reason::NotAChoice),
    }
}

/// What counts is what a browser makes of an odd address (WHATWG URL): `/%2E%2e/x`, `//x` and `/\x` would all leave the
/// mount.
fn parse_target(input: &str) -> Result<String, Reason> {
    let target = take(input, Lines::One, 1, 500)?;
    if target.contains(|c: char| c.is_whitespace() || c == '\\') {
        return Err(Reason::NotATarget);
    }
    if target.starts_with('/') {
        let path = target.split(['?', '#']).next().unwrap_or_default();
        let up = |segment: &str| segment.to_ascii_lowercase().replace("%2e", ".") == "..";
        return match target.starts_with("//") || path.split('/').any(up) {
            true => Err(Reason::NotATarget),
            false => Ok(target),
        };
    }
    match Url::parse(&target) {
        Ok(url)
            if url.scheme() == "https"
                && target.as_bytes().get(5..8) == Some(b"://")
                && url.username().is_empty()
                && url.password().is_none() =>
        {
            Ok(url.into())
        }
        _ => Err(Reason::NotATarget),
    }
}

impl MenuTarget {
    /// Whether it leads to another site.
    pub fn is_outside(&self) -> bool {
        !self.0.starts_with('/')
    }
}

/// An entry of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuEntry {
    /// Its words.
    pub label: MenuLabel,
    /// Where it leads.
    pub target: MenuTarget,
}

/// The most entries of a menu.
pub const MAX_MENU: usize = 12;

/// What an admin decides about the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteSettings {
    /// Its name.
    pub title: SiteTitle,
    /// What it is about; may be empty.
    pub description: SiteDescription,
    /// The picture beside the name.
    pub logo: Option<MediaId>,
    /// In the admin's order; at most [`MAX_MENU`].
    pub menu: Vec<MenuEntry>,
    /// Of the pages' own words.
    pub language: LanguageTag,
    /// Posts on a page of a list: 1 to 100.
    pub page_size: u16,
    /// Whether the addresses of a Django blog that stood here before lead on.
    pub old_addresses: bool,
    /// At the foot of every page; may be empty.
    pub footer: FooterText,
    /// Whether the first comment of everybody waits until an editor or the post's author approves it.
    pub hold_first_comments: bool,
    /// The most links of a comment: 0 to 100.
    pub comment_links: u16,
    /// Whether editors and admins need a second factor.
    pub require_second_factor: bool,
}

/// Settings that were saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSettings {
    /// What was decided.
    pub settings: SiteSettings,
    /// The picture of `settings.logo`.
    pub logo: Option<MediaRef>,
    /// Raised by one with every save; the first save makes 1.
    pub version: u64,
    /// When they were saved.
    pub updated_at: Timestamp,
}

/// A save of the settings.
#[derive(Debug, Clone)]
pub struct SettingsChange {
    /// The version that the form was filled from; 0 where nothing was saved yet.
    pub expected_version: u64,
    /// What is decided.
    pub settings: SiteSettings,
}

/// A static page in the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuPage {
    /// Its word in the address.
    pub slug: PageSlug,
    /// Its title.
    pub title: Title,
}

/// What is stored of the site that every page needs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SiteRecord {
    /// Raised by every write whose effects say `invalidates`.
    pub generation: u64,
    /// The earliest `published_at` that lies ahead of the asked moment.
    pub next_publication: Option<Timestamp>,
    /// None before the first save.
    pub settings: Option<StoredSettings>,
    /// The published static pages that stand in the menu, oldest first.
    pub menu_pages: Vec<MenuPage>,
}

/// The site as pages show it: what an admin saved, or else the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownSite {
    /// As [`SiteRecord::generation`].
    pub generation: u64,
    /// As [`SiteRecord::next_publication`].
    pub next_publication: Option<Timestamp>,
    /// What is saved, or configured.
    pub settings: SiteSettings,
    /// The picture of `settings.logo`.
    pub logo: Option<MediaRef>,
    /// As [`SiteRecord::menu_pages`].
    pub menu_pages: Vec<MenuPage>,
    /// The version that a save must name; 0 where nothing was saved yet.
    pub version: u64,
    /// When they were saved, if ever.
    pub updated_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_stays_on_the_site_or_names_another_by_https() {
        for (input, taken) in [
            ("/", "/"),
            (" /pages/about ", "/pages/about"),
            ("/@ada", "/@ada"),
            ("/tags/çay?after=x#top", "/tags/çay?after=x#top"),
            ("https://example.org", "https://example.org/"),
            ("HTTPS://Example.org/A?b#c", "https://example.org/A?b#c"),
            ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ] {
            let target = MenuTarget::try_from(input);
            assert_eq!(
                target.as_ref().map(MenuTarget::as_str),
                Ok(taken),
                "{input}"
            );
            assert_eq!(target.unwrap().is_outside(), taken.starts_with("https"));
        }
        for hostile in [
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "java\tscript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "http://example.org/",
            "mailto:a@example.org",
            "//evil.example/",
            "/\\evil.example",
            "\\\\evil.example",
            "/..",
            "/../admin",
            "/a/../b",
            "/%2e%2e/admin",
            "/a/.%2E/../admin",
            "https:evil.example",
            "https:/evil.example",
            "https:\\\\evil.example",
            "https://",
            "https://user:secret@evil.example/",
            "https://example.org@evil.example/",
            "pages/about",
            "#main",
            "?q=x",
            "/a b",
        ] {
            let refused = MenuTarget::try_from(hostile).unwrap_err();
            let words = matches!(refused, Reason::NotATarget | Reason::ControlCharacters);
            assert!(words, "{hostile}: {refused:?}");
        }
        assert_eq!(MenuTarget::try_from("  "), Err(Reason::Empty));
        let long = format!("/{}", "x".repeat(500));
        assert_eq!(
            MenuTarget::try_from(long.as_str()),
            Err(Reason::TooLong { max: 500 })
        );
    }

    #[test]
    fn a_language_is_the_first_part_of_a_tag() {
        assert!(LanguageTag::try_from("en").is_ok());
        for refused in ["", "e", "EN", "en-GB", "engl", "e n", "\u{131}n"] {
            assert!(LanguageTag::try_from(refused).is_err(), "{refused}");
        }
    }
}
