//! Titles and tag names made into address parts.
//!
//! A slug is lower-case ASCII, `[a-z0-9]+(-[a-z0-9]+)*`, at most
//! [`MAX_SLUG_CHARS`] long. Other scripts are transliterated, so that a
//! Japanese or Turkish title has an address that can be read aloud and typed.

/// The longest slug, in characters (which are bytes, for a slug is ASCII).
pub const MAX_SLUG_CHARS: usize = 80;

/// The longest input that is looked at, in characters; titles are far shorter.
const MAX_INPUT_CHARS: usize = 1_024;

/// Words that are, or may become, the first or second part of an address of
/// the application, sorted. A post called "New" must not hide `/posts/new`.
const RESERVED: &[&str] = &[
    "about",
    "account",
    "admin",
    "api",
    "archive",
    "assets",
    "atom",
    "author",
    "authors",
    "categories",
    "category",
    "comment",
    "comments",
    "create",
    "delete",
    "draft",
    "drafts",
    "edit",
    "favicon",
    "feed",
    "feeds",
    "health",
    "healthz",
    "help",
    "home",
    "index",
    "library",
    "like",
    "likes",
    "livez",
    "login",
    "logout",
    "media",
    "metrics",
    "new",
    "page",
    "pages",
    "post",
    "posts",
    "preview",
    "private",
    "profile",
    "public",
    "readyz",
    "register",
    "report",
    "reset",
    "revisions",
    "robots",
    "rss",
    "save",
    "search",
    "security",
    "settings",
    "setup",
    "signin",
    "signup",
    "sitemap",
    "static",
    "tag",
    "tags",
    "unlike",
    "upload",
    "uploads",
    "user",
    "users",
    "verify",
    "well-known",
    "write",
];

/// The slug of a title, or `None` when nothing of it can stand in an address
/// (only punctuation, only spaces, empty).
///
/// Cut at a word boundary when longer than [`MAX_SLUG_CHARS`]; a single word
/// that is longer is cut inside. The result may be a reserved word: ask
/// [`is_reserved`].
///
/// ```
/// use blog_core::slugify::slugify;
/// assert_eq!(slugify("İstanbul'da Kış"), Some("istanbulda-kis".to_owned()));
/// assert_eq!(slugify("?!"), None);
/// ```
pub fn slugify(title: &str) -> Option<String> {
    let mut slug = String::with_capacity(title.len().min(MAX_SLUG_CHARS * 2));
    let mut gap = false;
    for ch in title.chars().take(MAX_INPUT_CHARS) {
        // Apostrophes join: "don't" is "dont", not "don-t".
        if matches!(ch, '\'' | '’' | '‘' | 'ʼ' | '`' | '´') {
            continue;
        }
        let Some(ascii) = transliterate(ch) else {
            gap = true;
            continue;
        };
        for out in ascii.chars() {
            if out.is_ascii_alphanumeric() {
                if gap && !slug.is_empty() {
                    slug.push('-');
                }
                gap = false;
                slug.push(out.to_ascii_lowercase());
            } else if out != '\'' {
                gap = true;
            }
        }
        if slug.len() > MAX_SLUG_CHARS * 2 {
            break;
        }
    }
    truncate_at_word(&mut slug);
    (!slug.is_empty()).then_some(slug)
}

/// The slug of a tag's name; tags obey the same rules as titles.
pub fn tag_slug(name: &str) -> Option<String> {
    slugify(name)
}

/// Whether a slug is a word that the application's own addresses need, or no
/// slug at all (empty, `.`, `..`).
pub fn is_reserved(slug: &str) -> bool {
    slug.is_empty()
        || slug == "."
        || slug == ".."
        || RESERVED
            .binary_search(&slug.to_ascii_lowercase().as_str())
            .is_ok()
}

/// ASCII for one character, empty for an invisible one; `None` when it has no
/// reading and parts words.
fn transliterate(ch: char) -> Option<&'static str> {
    if ch.is_whitespace() || ch.is_control() {
        return None;
    }
    deunicode::deunicode_char(ch)
}

/// Cuts to [`MAX_SLUG_CHARS`], after the last whole word that fits.
fn truncate_at_word(slug: &mut String) {
    if slug.len() <= MAX_SLUG_CHARS {
        return;
    }
    let whole = slug.as_bytes()[MAX_SLUG_CHARS] == b'-';
    let end = if whole {
        MAX_SLUG_CHARS
    } else {
        slug[..MAX_SLUG_CHARS].rfind('-').unwrap_or(MAX_SLUG_CHARS)
    };
    slug.truncate(end);
}
