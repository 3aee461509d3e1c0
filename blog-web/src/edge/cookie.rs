//! The four cookies there are: the session, a log-in that is half done, the message shown after a
//! redirect, and the language that a reader chose.
//!
//! All stay inside the site's mount. The name prefixes are promises that browsers enforce
//! (RFC 6265bis): `__Host-` means set by this very host over https for all of its paths, so no
//! sibling subdomain can plant one; under a mount the path must differ, which leaves `__Secure-`.
//! Browsers refuse either name on plain http, so there both words fall away.

use std::borrow::Cow;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, header};
use url::form_urlencoded;

use super::host::Site;

mod language;

pub use language::LanguageCookie;

/// Where and how a cookie is set.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    name: String,
    path: String,
    secure: bool,
}

impl Place {
    fn new(site: &Site, purpose: &str) -> Self {
        let mount = site.mount();
        let slug: String = mount
            .trim_matches('/')
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect();
        let name = match (site.is_https(), slug.is_empty()) {
            (true, true) => format!("__Host-{purpose}"),
            (true, false) => format!("__Secure-{slug}-{purpose}"),
            (false, true) => purpose.to_owned(),
            (false, false) => format!("{slug}-{purpose}"),
        };
        let path = if mount.is_empty() {
            "/".to_owned()
        } else {
            mount.to_owned()
        };
        Self {
            name,
            path,
            secure: site.is_https(),
        }
    }

    /// `value` must be made of cookie octets, which callers make sure of by its alphabet.
    fn set(&self, value: &str, max_age: Option<Duration>) -> HeaderValue {
        let Self { name, path, .. } = self;
        let secure = if self.secure { "; Secure" } else { "" };
        let age = max_age.map_or(String::new(), |age| format!("; Max-Age={}", age.as_secs()));
        HeaderValue::try_from(format!(
            "{name}={value}; Path={path}{age}{secure}; HttpOnly; SameSite=Lax"
        ))
        .expect("name, path and value are made of visible ASCII characters")
    }

    fn clear(&self) -> HeaderValue {
        self.set("", Some(Duration::ZERO))
    }

    /// All values a request brings under our name, in its order, over all lines. What cannot be
    /// read is somebody else's.
    fn values<'a>(&'a self, headers: &'a HeaderMap) -> impl Iterator<Item = &'a str> {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|line| std::str::from_utf8(line.as_bytes()).ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim_matches([' ', '\t']).split_once('='))
            .filter(|(name, _)| *name == self.name)
            .map(|(_, value)| value)
    }

    /// The one value there is. Two different ones mean that somebody else, say a sibling
    /// subdomain, planted a cookie of our name: taking either could put a person into a stranger's
    /// session, so neither is taken, and the person has to log in again.
    fn single<'a>(&'a self, headers: &'a HeaderMap) -> Option<&'a str> {
        let mut values = self.values(headers);
        let first = values.next()?;
        values.all(|other| other == first).then_some(first)
    }
}

/// The session cookie of a site.
///
/// | | at the root | under `/blog` |
/// |---|---|---|
/// | https | `__Host-sid` | `__Secure-blog-sid` |
/// | plain http | `sid` | `blog-sid` |
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionCookie(Place);

impl SessionCookie {
    /// Characters of a token: 32 random bytes in base64url without padding.
    pub const TOKEN_CHARS: usize = 43;

    /// The cookie of `site`.
    pub fn for_site(site: &Site) -> Self {
        Self(Place::new(site, "sid"))
    }

    /// The cookie of a log-in that waits for its second step: it is no session, and leads into none by itself.
    pub fn half_way(site: &Site) -> Self {
        Self(Place::new(site, "half"))
    }

    /// The cookie's name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// `Set-Cookie` for a new session. Without `max_age` the browser forgets it when it closes.
    ///
    /// `None` when `token` is not [`TOKEN_CHARS`](Self::TOKEN_CHARS) of base64url.
    pub fn set(&self, token: &str, max_age: Option<Duration>) -> Option<HeaderValue> {
        is_token(token).then(|| self.0.set(token, max_age))
    }

    /// `Set-Cookie` that removes it.
    pub fn clear(&self) -> HeaderValue {
        self.0.clear()
    }

    /// The token a request brings: well formed, and not contradicted by a second cookie of the
    /// same name.
    pub fn token<'a>(&'a self, headers: &'a HeaderMap) -> Option<&'a str> {
        self.0.single(headers).filter(|value| is_token(value))
    }

    /// Whether a request brings the cookie at all, readable or not. Errs on the safe side: such a
    /// request is never served from a shared cache, nor taken for a program's.
    pub fn is_present(&self, headers: &HeaderMap) -> bool {
        self.0.values(headers).next().is_some()
    }
}

fn is_token(value: &str) -> bool {
    value.len() == SessionCookie::TOKEN_CHARS
        && value
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// A message to show on the page after a redirect: a code whose text the templates know, and the
/// few words to put into it. Never HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flash {
    code: &'static str,
    params: Vec<(String, String)>,
}

impl Flash {
    /// A message by its code.
    pub fn new(code: &'static str) -> Self {
        Self {
            code,
            params: Vec::new(),
        }
    }

    /// Adds a word. At most [`FlashCookie::MAX_PARAMS`] are kept, each cut to
    /// [`FlashCookie::MAX_PARAM_CHARS`] characters.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        if self.params.len() < FlashCookie::MAX_PARAMS {
            let cut = |text: &str| text.chars().take(FlashCookie::MAX_PARAM_CHARS).collect();
            self.params.push((cut(name), cut(value)));
        }
        self
    }

    /// The message's code.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The word called `name`; text to be escaped like any other.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }

    /// All words in order.
    pub fn params(&self) -> impl Iterator<Item = (&str, &str)> {
        self.params
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// The cookie that carries a [`Flash`] over a redirect. Set it in answers to POST only, where a
/// cookie harms no cache, and [`clear`](Self::clear) it in the answer that shows the message.
///
/// It is not signed: whoever can plant one can at worst show one of our own sentences with a few
/// escaped words in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlashCookie {
    place: Place,
    codes: &'static [&'static str],
}

impl FlashCookie {
    /// Most words in a message.
    pub const MAX_PARAMS: usize = 4;
    /// Most characters of a word and of its name.
    pub const MAX_PARAM_CHARS: usize = 80;
    /// How long a message waits for its page.
    pub const MAX_AGE: Duration = Duration::from_secs(60);

    /// The cookie of `site` for messages with one of `codes`; any other code is ignored.
    pub fn for_site(site: &Site, codes: &'static [&'static str]) -> Self {
        Self {
            place: Place::new(site, "flash"),
            codes,
        }
    }

    /// `Set-Cookie` for `flash`.
    pub fn set(&self, flash: &Flash) -> HeaderValue {
        let mut value = form_urlencoded::Serializer::new(String::new());
        value.append_pair("code", flash.code);
        value.extend_pairs(flash.params());
        self.place.set(&value.finish(), Some(Self::MAX_AGE))
    }

    /// The message a request brings, if it is one we could have set.
    pub fn read(&self, headers: &HeaderMap) -> Option<Flash> {
        let value = self.place.single(headers)?;
        let mut pairs = form_urlencoded::parse(value.as_bytes());
        let (_, code) = pairs.next().filter(|(name, _)| name == "code")?;
        let code = *self.codes.iter().find(|known| **known == code)?;
        let fits = |text: &Cow<'_, str>| {
            text.chars().count() <= Self::MAX_PARAM_CHARS && !text.chars().any(char::is_control)
        };
        let params = pairs
            .map(|(name, value)| {
                (fits(&name) && fits(&value)).then(|| (name.into_owned(), value.into_owned()))
            })
            .collect::<Option<Vec<_>>>()?;
        (params.len() <= Self::MAX_PARAMS).then_some(Flash { code, params })
    }

    /// Whether a request brings the cookie, so that its answer must clear it.
    pub fn is_present(&self, headers: &HeaderMap) -> bool {
        self.place.values(headers).next().is_some()
    }

    /// `Set-Cookie` that removes it.
    pub fn clear(&self) -> HeaderValue {
        self.place.clear()
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    const TOKEN: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNO-_";

    fn session(base: &str) -> SessionCookie {
        SessionCookie::for_site(&Site::at(&Url::parse(base).unwrap(), true).unwrap())
    }

    fn cookies(lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("cookie", HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        headers
    }

    #[test]
    fn cookie_name_table() {
        for (base, expected) in [
            (
                "https://a.example/",
                "__Host-sid=T; Path=/; Secure; HttpOnly; SameSite=Lax",
            ),
            (
                "https://a.example/blog/",
                "__Secure-blog-sid=T; Path=/blog; Secure; HttpOnly; SameSite=Lax",
            ),
            (
                "https://a.example/my/blog",
                "__Secure-my-blog-sid=T; Path=/my/blog; Secure; HttpOnly; SameSite=Lax",
            ),
            (
                "http://localhost:3000/",
                "sid=T; Path=/; HttpOnly; SameSite=Lax",
            ),
            (
                "http://localhost:3000/blog",
                "blog-sid=T; Path=/blog; HttpOnly; SameSite=Lax",
            ),
        ] {
            let header = session(base).set(TOKEN, None).unwrap();
            assert_eq!(
                header.to_str().unwrap().replace(TOKEN, "T"),
                expected,
                "{base}"
            );
        }
    }

    #[test]
    fn a_remembered_session_outlives_the_browser_and_a_cleared_one_ends() {
        let cookie = session("https://a.example/");
        let set = cookie
            .set(TOKEN, Some(Duration::from_secs(14 * 86_400)))
            .unwrap();
        assert!(set.to_str().unwrap().contains("; Max-Age=1209600; Secure"));
        assert_eq!(
            cookie.clear().to_str().unwrap(),
            "__Host-sid=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax"
        );
    }

    #[test]
    fn only_a_token_can_be_set() {
        let cookie = session("https://a.example/");
        for bad in [
            "",
            "short",
            &format!("{}; Domain=x", &TOKEN[..32]),
            &format!("{TOKEN}A"),
        ] {
            assert!(cookie.set(bad, None).is_none(), "{bad}");
        }
    }

    #[test]
    fn cookie_reading_table() {
        let cookie = session("http://localhost:3000/");
        let other = TOKEN.to_uppercase();
        let sid = format!("sid={TOKEN}");
        for (lines, found) in [
            (vec![sid.clone()], true),
            (vec![format!("a=b; {sid};c=d")], true),
            (vec!["a=b".into(), sid.clone()], true),
            (vec![format!("\u{e9}=x; {sid}")], true),
            (vec![format!("{sid}; {sid}")], true),
            (vec![format!(";;=;{sid}")], true),
            (vec![], false),
            (vec!["sid=".into()], false),
            (vec!["sid".into()], false),
            (vec![format!("Sid={TOKEN}")], false),
            (vec![format!("xsid={TOKEN}")], false),
            (vec![format!("__Host-sid={TOKEN}")], false),
            (vec![format!("sid=\"{TOKEN}\"")], false),
            (vec![format!("sid={TOKEN}x")], false),
            (vec![format!("{sid}; sid={other}")], false),
            (vec![sid.clone(), format!("sid={other}")], false),
            (vec![format!("sid=junk; {sid}")], false),
        ] {
            let lines: Vec<_> = lines.iter().map(String::as_str).collect();
            let headers = cookies(&lines);
            assert_eq!(cookie.token(&headers), found.then_some(TOKEN), "{lines:?}");
        }
        assert!(cookie.is_present(&cookies(&["sid=junk"])));
        assert!(!cookie.is_present(&cookies(&["sidx=junk"])));
    }

    #[test]
    fn flash_goes_over_the_cookie_unchanged() {
        let site = Site::on_loopback(3000);
        let cookie = FlashCookie::for_site(&site, &["post-saved", "bye"]);
        let flash = Flash::new("post-saved").with("title", "Ärger; <b>=\"& 100%\r\n'");
        let set = cookie.set(&flash);
        let set = set.to_str().unwrap();
        assert!(
            set.ends_with("; Path=/; Max-Age=60; HttpOnly; SameSite=Lax"),
            "{set}"
        );
        let pair = set.split(';').next().unwrap();
        // Line breaks are no part of a word, so this one is not believed …
        assert_eq!(cookie.read(&cookies(&[pair])), None);
        // … while everything else comes back as it was.
        let flash = Flash::new("post-saved").with("title", "Ärger; <b>=\"& 100%'");
        let set = cookie.set(&flash);
        let pair = set.to_str().unwrap().split(';').next().unwrap();
        assert_eq!(cookie.read(&cookies(&[pair])), Some(flash));
    }

    #[test]
    fn only_our_own_messages_are_read() {
        let cookie = FlashCookie::for_site(&Site::on_loopback(3000), &["bye"]);
        let long = format!("flash=code=bye&n={}", "x".repeat(81));
        for bad in [
            "flash=code=hello",
            "flash=n=1&code=bye",
            "flash=",
            "flash=code=bye&a=1&b=2&c=3&d=4&e=5",
            "flash=code=bye; flash=code=bye&n=1",
            "flash=code=bye&n=%07",
            &long,
        ] {
            assert_eq!(cookie.read(&cookies(&[bad])), None, "{bad}");
        }
        assert_eq!(
            cookie.read(&cookies(&["flash=code=bye"])),
            Some(Flash::new("bye"))
        );
    }
}
