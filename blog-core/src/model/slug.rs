//! The words of posts and static pages in their addresses.

use super::text::text;
use crate::error::{Alphabet, Reason};
use crate::slugify;

text! {
    /// 1 to 96 of `a-z 0-9 -`, no dash at either end or doubled, not a reserved word.
    /// Titles become slugs of at most 80 characters; the rest is for a suffix.
    Slug, parse_slug
}

const MAX: usize = 96;

text! {
    /// 1 to 96 of `a-z 0-9 -`, no dash at either end or doubled; not `new`, where the form of a new page stands, nor
    /// another word that says what is done with a page. Static pages live below `/pages/`, so that words which posts
    /// leave to the application, such as "about", are theirs.
    PageSlug, parse_page_slug
}

fn parse_slug(input: &str) -> Result<String, Reason> {
    let slug = parse_shape(input)?;
    if slugify::is_reserved(&slug) {
        return Err(Reason::Reserved);
    }
    Ok(slug)
}

fn parse_page_slug(input: &str) -> Result<String, Reason> {
    let slug = parse_shape(input)?;
    if PAGE_RESERVED.contains(&slug.as_str()) {
        return Err(Reason::Reserved);
    }
    Ok(slug)
}

/// The words below `/pages/` and `/admin/pages/` that are not a page's.
const PAGE_RESERVED: [&str; 8] = [
    "admin",
    "delete",
    "edit",
    "new",
    "pages",
    "preview",
    "revisions",
    "write",
];

fn parse_shape(input: &str) -> Result<String, Reason> {
    let slug = input.trim();
    if slug.is_empty() {
        return Err(Reason::Empty);
    }
    if slug.len() > MAX {
        return Err(Reason::TooLong { max: MAX });
    }
    let plain = slug
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !plain || slug.starts_with('-') || slug.ends_with('-') || slug.contains("--") {
        return Err(Reason::Characters {
            allowed: Alphabet::Slug,
        });
    }
    Ok(slug.to_owned())
}

impl PageSlug {
    /// The slug of a title, shortened at a word; `None` where nothing of it can stand in an address.
    pub fn from_title(title: &str) -> Option<Self> {
        match slugify::slugify(title)?.as_str() {
            word if PAGE_RESERVED.contains(&word) => Some(Self(format!("{word}-page"))),
            slug => PageSlug::try_from(slug).ok(),
        }
    }

    /// The slug in an address, where a page may stand that took its word before that was reserved.
    ///
    /// # Errors
    /// Why no page can stand there.
    pub fn from_address(text: &str) -> Result<Self, Reason> {
        parse_shape(text).map(Self)
    }
}

/// How many characters of random digits stand behind the words of a hidden post.
const DIGITS: usize = 8;

impl Slug {
    /// The longest wish: what is left beside a hidden post's random digits.
    pub const MAX_WISH: usize = MAX - DIGITS - 2;

    /// The slug of a post that is not for everybody yet: these words, two dashes and random digits. No other slug has
    /// two dashes in a row, so it is known again.
    pub fn hidden(&self, random: u32) -> Self {
        let base: String = self.0.chars().take(Self::MAX_WISH).collect();
        Self(format!("{}--{random:08x}", base.trim_end_matches('-')))
    }

    /// The slug in an address: one that anybody may choose, or a hidden post's.
    ///
    /// # Errors
    /// Why no post can stand there.
    pub fn from_address(text: &str) -> Result<Self, Reason> {
        let slug = Self(text.to_owned());
        match slug.hidden_base() {
            Some(base) => parse_shape(base).map(|_| slug),
            None => Slug::try_from(text),
        }
    }

    /// The words of a hidden post's slug; `None` for every other.
    pub fn hidden_base(&self) -> Option<&str> {
        let (base, digits) = self.0.split_once("--")?;
        let random = digits.len() == DIGITS && digits.bytes().all(|b| b.is_ascii_hexdigit());
        random.then_some(base)
    }

    /// The slug of a title, shortened at a word; `None` where nothing of it can stand in an address.
    pub fn from_title(title: &str) -> Option<Self> {
        let slug = slugify::slugify(title)?;
        if slugify::is_reserved(&slug) {
            return Slug::try_from(format!("{slug}-post").as_str()).ok();
        }
        Slug::try_from(slug.as_str()).ok()
    }

    /// The same slug with a suffix, shortened so that it fits.
    pub fn with_suffix(&self, suffix: &str) -> Self {
        let room = MAX.saturating_sub(suffix.len() + 1);
        let base: String = self.0.chars().take(room).collect();
        Self(format!("{}-{suffix}", base.trim_end_matches('-')))
    }
}
