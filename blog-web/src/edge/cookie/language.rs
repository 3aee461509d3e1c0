//! The cookie of the language that a reader chose.

use std::time::Duration;

use http::{HeaderMap, HeaderValue};

use super::{Place, Site};
use crate::view::Lang;

/// Holds the tag of a language and nothing else, so it tells no reader from another who chose the
/// same. It is set when somebody chooses, never by looking at a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LanguageCookie(Place);

impl LanguageCookie {
    /// How long a choice is remembered: a year.
    pub const MAX_AGE: Duration = Duration::from_secs(365 * 86_400);

    /// The cookie of `site`.
    pub fn for_site(site: &Site) -> Self {
        Self(Place::new(site, "lang"))
    }

    /// `Set-Cookie` for a choice.
    pub fn set(&self, lang: Lang) -> HeaderValue {
        self.0.set(lang.tag(), Some(Self::MAX_AGE))
    }

    /// The language that a request's reader chose; none when it brings none that we speak, or two.
    pub fn read(&self, headers: &HeaderMap) -> Option<Lang> {
        self.0.single(headers).and_then(Lang::from_tag)
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    #[test]
    fn a_choice_comes_back_and_nonsense_does_not() {
        let site = |base: &str| Site::at(&Url::parse(base).unwrap(), true).unwrap();
        let cookie = LanguageCookie::for_site(&site("https://a.example/"));
        assert_eq!(
            cookie.set(Lang::Tr),
            "__Host-lang=tr; Path=/; Max-Age=31536000; Secure; HttpOnly; SameSite=Lax"
        );
        let below = LanguageCookie::for_site(&site("https://a.example/blog"));
        assert!(
            below
                .set(Lang::En)
                .to_str()
                .unwrap()
                .starts_with("__Secure-blog-lang=en; Path=/blog;")
        );
        for (line, read) in [
            ("__Host-lang=tr", Some(Lang::Tr)),
            ("a=b; __Host-lang=en", Some(Lang::En)),
            ("lang=tr", None),
            ("__Host-lang=xx", None),
            ("__Host-lang=", None),
            ("__Host-lang=tr; __Host-lang=en", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("cookie", line.parse().unwrap());
            assert_eq!(cookie.read(&headers), read, "{line}");
        }
    }
}
