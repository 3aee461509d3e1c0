//! Security and cache headers, on every answer: pages, errors and redirects alike.

use http::{HeaderName, HeaderValue, header};
use poem::Response;
use url::Url;

use super::host::Site;

const COOP: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const CORP: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");
/// Two years, the shortest that browsers' preload lists recommend.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=63072000");
const MEDIA_CSP: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");
const NO_FEATURES: HeaderValue = HeaderValue::from_static(
    "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), \
     gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()",
);
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-store");

/// The security headers of an answer that is a sentence and nothing else, given where no site is known.
pub(crate) fn bare() -> [(HeaderName, &'static str); 6] {
    [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (COOP, "same-origin"),
        (CORP, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
    ]
}

/// What kind of answer this is, chosen by the handler: `response.set_data(Surface::media())`.
/// Without one an answer is an ordinary page.
///
/// ```
/// use blog_web::edge::headers::Surface;
/// let reset_form = Surface::page().without_referrer();
/// let editor = Surface::page().with_upload();
/// let picture = Surface::media();
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Surface {
    media: bool,
    upload: bool,
    no_referrer: bool,
    personal: bool,
}

impl Surface {
    /// A page, form, redirect, feed or piece of JSON.
    pub fn page() -> Self {
        Self::default()
    }

    /// A file that came from a user: may be embedded by other sites, may do nothing by itself.
    pub fn media() -> Self {
        Self {
            media: true,
            ..Self::default()
        }
    }

    /// The page sends files to the upload host.
    #[must_use]
    pub fn with_upload(mut self) -> Self {
        self.upload = true;
        self
    }

    /// The page's address holds a secret, such as a reset token.
    #[must_use]
    pub fn without_referrer(mut self) -> Self {
        self.no_referrer = true;
        self
    }

    /// The answer is for one person although the request has no session cookie of ours, as with a
    /// host application's own sessions.
    #[must_use]
    pub fn personal(mut self) -> Self {
        self.personal = true;
        self
    }
}

/// The headers of one site, made once.
#[derive(Debug, Clone)]
pub struct SecurityHeaders {
    page_policy: HeaderValue,
    upload_policy: HeaderValue,
    token_referrer: HeaderValue,
    hsts: bool,
}

impl SecurityHeaders {
    /// Headers for `site`, whose pictures and videos may come from `media_host`, and whose upload
    /// pages may send to `upload_host`. Of both only the origin counts.
    pub fn new(site: &Site, media_host: Option<&Url>, upload_host: Option<&Url>) -> Self {
        let origin = |host: Option<&Url>| {
            host.filter(|url| url.has_host())
                .map_or(String::new(), |url| {
                    format!(" {}", url.origin().ascii_serialization())
                })
        };
        let media = origin(media_host);
        let policy = |upload: &str| {
            HeaderValue::try_from(format!(
                "default-src 'none'; script-src 'self'; style-src 'self'; \
                 img-src 'self'{media}; media-src 'self'{media}; font-src 'self'; \
                 connect-src 'self'{upload}; form-action 'self'{upload}; base-uri 'none'; \
                 frame-ancestors 'none'; manifest-src 'self'"
            ))
            .expect("a serialised origin is ASCII")
        };
        // With no-referrer a form is sent with `Origin: null`. Browsers say `Sec-Fetch-Site`
        // besides, but to https and loopback only: elsewhere our own forms would look foreign.
        let token_referrer = if site.is_trustworthy() {
            "no-referrer"
        } else {
            "same-origin"
        };
        Self {
            page_policy: policy(""),
            upload_policy: policy(&origin(upload_host)),
            token_referrer: HeaderValue::from_static(token_referrer),
            hsts: site.is_https(),
        }
    }

    /// Leaves HSTS to the application the site is mounted in, which owns the host.
    #[must_use]
    pub fn without_hsts(mut self) -> Self {
        self.hsts = false;
        self
    }

    /// Completes `response`. `has_session` says that the request brought a session cookie.
    ///
    /// The security headers are not a handler's to choose, except through [`Surface`], and replace
    /// what is there. `Cache-Control` is the handler's: only when unset it becomes
    /// `private, no-store` for a request with a session, `no-store` for a failure, and `no-cache`
    /// for the rest. An answer that sets a cookie is always `private, no-store`.
    pub fn apply(&self, response: &mut Response, has_session: bool) {
        let surface = response.data::<Surface>().copied().unwrap_or_default();
        let status = response.status();
        let headers = response.headers_mut();

        let policy = match surface {
            Surface { media: true, .. } => MEDIA_CSP,
            Surface { upload: true, .. } => self.upload_policy.clone(),
            _ => self.page_policy.clone(),
        };
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        headers.insert(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
        let referrer = if surface.no_referrer {
            self.token_referrer.clone()
        } else {
            HeaderValue::from_static("strict-origin-when-cross-origin")
        };
        headers.insert(header::REFERRER_POLICY, referrer);
        headers.insert(COOP, HeaderValue::from_static("same-origin"));
        let embedding = if surface.media {
            "cross-origin"
        } else {
            "same-origin"
        };
        headers.insert(CORP, HeaderValue::from_static(embedding));
        headers.insert(PERMISSIONS, NO_FEATURES);
        headers.remove(header::SERVER);
        if self.hsts {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
        }

        if headers.contains_key(header::SET_COOKIE) {
            headers.insert(header::CACHE_CONTROL, PRIVATE);
        } else if !headers.contains_key(header::CACHE_CONTROL) {
            let value = if has_session || surface.personal {
                PRIVATE
            } else if status.is_server_error() || status.as_u16() == 429 {
                HeaderValue::from_static("no-store")
            } else {
                HeaderValue::from_static("no-cache")
            };
            headers.insert(header::CACHE_CONTROL, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    fn site(base: &str) -> Site {
        Site::at(&Url::parse(base).unwrap(), true).unwrap()
    }

    fn answer(base: &str, surface: Option<Surface>, has_session: bool) -> Response {
        let media = Url::parse("https://cdn.example/files/").unwrap();
        let upload = Url::parse("https://up.example/bucket").unwrap();
        let headers = SecurityHeaders::new(&site(base), Some(&media), Some(&upload));
        let mut response = Response::builder().header("server", "x").finish();
        if let Some(surface) = surface {
            response.set_data(surface);
        }
        headers.apply(&mut response, has_session);
        response
    }

    #[test]
    fn page_headers_are_exactly_these() {
        let response = answer("https://a.example/", None, false);
        let mut lines: Vec<_> = response
            .headers()
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        lines.sort();
        assert_eq!(
            lines,
            [
                "cache-control: no-cache",
                "content-security-policy: default-src 'none'; script-src 'self'; \
                 style-src 'self'; img-src 'self' https://cdn.example; \
                 media-src 'self' https://cdn.example; font-src 'self'; connect-src 'self'; \
                 form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
                 manifest-src 'self'",
                "cross-origin-opener-policy: same-origin",
                "cross-origin-resource-policy: same-origin",
                "permissions-policy: accelerometer=(), browsing-topics=(), camera=(), \
                 display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), \
                 microphone=(), midi=(), payment=(), usb=()",
                "referrer-policy: strict-origin-when-cross-origin",
                "strict-transport-security: max-age=63072000",
                "x-content-type-options: nosniff",
            ]
        );
    }

    #[test]
    fn surfaces_change_only_what_they_name() {
        let upload = answer(
            "https://a.example/",
            Some(Surface::page().with_upload()),
            false,
        );
        let policy = upload.header("content-security-policy").unwrap();
        assert!(policy.contains(
            "connect-src 'self' https://up.example; form-action 'self' https://up.example;"
        ));

        let media = answer("https://a.example/", Some(Surface::media()), false);
        assert_eq!(
            media.header("content-security-policy"),
            Some("default-src 'none'; sandbox")
        );
        assert_eq!(
            media.header("cross-origin-resource-policy"),
            Some("cross-origin")
        );
        assert_eq!(media.header("x-content-type-options"), Some("nosniff"));

        let token = Some(Surface::page().without_referrer());
        for (base, expected) in [
            ("https://a.example/", "no-referrer"),
            ("http://localhost:3000/", "no-referrer"),
            ("http://blog.lan/", "same-origin"),
        ] {
            assert_eq!(
                answer(base, token, false).header("referrer-policy"),
                Some(expected)
            );
        }
    }

    #[test]
    fn plain_http_and_mounted_sites_set_no_hsts() {
        let plain = answer("http://localhost:3000/", None, false);
        assert_eq!(plain.header("strict-transport-security"), None);
        let headers = SecurityHeaders::new(&site("https://a.example/blog"), None, None);
        let mut response = Response::default();
        headers.without_hsts().apply(&mut response, false);
        assert_eq!(response.header("strict-transport-security"), None);
    }

    #[test]
    fn cache_control_table() {
        const PRIVATE: &str = "private, no-store";
        for (status, set, cookie, session, personal, expected) in [
            (200, None, false, false, false, "no-cache"),
            (200, None, false, true, false, PRIVATE),
            (200, None, false, false, true, PRIVATE),
            (303, None, false, true, false, PRIVATE),
            (404, None, false, false, false, "no-cache"),
            (503, None, false, false, false, "no-store"),
            (429, None, false, false, false, "no-store"),
            (
                200,
                Some("public, max-age=60"),
                false,
                true,
                false,
                "public, max-age=60",
            ),
            (200, Some("public, max-age=60"), true, false, false, PRIVATE),
        ] {
            let mut response = Response::builder().status(StatusCode::from_u16(status).unwrap());
            if let Some(set) = set {
                response = response.header("cache-control", set);
            }
            if cookie {
                response = response.header("set-cookie", "sid=x");
            }
            let mut response = response.finish();
            if personal {
                response.set_data(Surface::page().personal());
            }
            SecurityHeaders::new(&site("https://a.example/"), None, None)
                .apply(&mut response, session);
            let case = format!("{status} {set:?} {cookie} {session} {personal}");
            assert_eq!(response.header("cache-control"), Some(expected), "{case}");
        }
    }
}
