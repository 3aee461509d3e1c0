//! Refuses requests that another site makes in a person's name.

use http::{Method, StatusCode, header};
use poem::Request;

use super::cookie::SessionCookie;
use super::error::EdgeError;
use super::host::Site;
use crate::view::Phrase;

/// Whether a method promises to change nothing.
pub fn is_safe(method: &Method) -> bool {
    matches!(
        *method,
        Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE
    )
}

/// Refuses an unsafe request that did not start on the site's own pages. Log in and log out are
/// no exception: logging somebody in as somebody else is an attack too.
///
/// 1. `Sec-Fetch-Site` present: only `same-origin` passes. A page cannot forge it, and it holds
///    where `Origin` is `null` for honest reasons (forms on pages with `no-referrer`).
/// 2. Else `Origin` present: it must be one of the site's own; `null` is not.
/// 3. Else, with a session cookie: refused. Without one there is no person to act for, and
///    programs that bring their own credentials pass.
///
/// # Errors
/// 403 when refused.
pub fn check(request: &Request, site: &Site, session: &SessionCookie) -> Result<(), EdgeError> {
    if is_safe(request.method()) {
        return Ok(());
    }
    let headers = request.headers();
    let mut fetch_sites = headers.get_all("sec-fetch-site").iter().peekable();
    let mut origins = headers.get_all(header::ORIGIN).iter().peekable();
    let own = if fetch_sites.peek().is_some() {
        fetch_sites.all(|value| value == "same-origin")
    } else if origins.peek().is_some() {
        origins.all(|value| {
            value
                .to_str()
                .is_ok_and(|origin| site.is_own_origin(origin))
        })
    } else {
        !session.is_present(headers)
    };
    if own {
        return Ok(());
    }
    Err(EdgeError::new(
        StatusCode::FORBIDDEN,
        "foreign-origin",
        Phrase::new("errors-foreign-origin"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csrf_table() {
        const COOKIE: Option<&str> = Some("sid=anything");
        let site = Site::on_loopback(3000);
        let session = SessionCookie::for_site(&site);
        let own = Some("http://localhost:3000");
        for (method, fetch_site, origin, cookie, passes) in [
            ("POST", Some("same-origin"), None, COOKIE, true),
            ("POST", Some("same-origin"), own, COOKIE, true),
            // A form on a page without referrer.
            ("POST", Some("same-origin"), Some("null"), COOKIE, true),
            ("POST", Some("same-site"), own, COOKIE, false),
            ("POST", Some("cross-site"), own, COOKIE, false),
            ("POST", Some("cross-site"), own, None, false),
            ("POST", Some("none"), None, COOKIE, false),
            ("POST", Some(""), None, None, false),
            ("POST", Some("Same-Origin"), None, COOKIE, false),
            ("POST", None, own, COOKIE, true),
            ("POST", None, Some("http://127.0.0.1:3000"), COOKIE, true),
            ("POST", None, Some("http://[::1]:3000"), COOKIE, true),
            ("POST", None, Some("http://localhost:3001"), COOKIE, false),
            ("POST", None, Some("https://localhost:3000"), COOKIE, false),
            ("POST", None, Some("http://evil.example"), None, false),
            (
                "POST",
                None,
                Some("http://localhost:3000.evil.example"),
                None,
                false,
            ),
            ("POST", None, Some("null"), COOKIE, false),
            ("POST", None, Some("null"), None, false),
            ("POST", None, Some(""), None, false),
            ("POST", None, None, COOKIE, false),
            ("POST", None, None, None, true),
            ("POST", None, None, Some("theme=dark"), true),
            ("PUT", None, None, COOKIE, false),
            ("PATCH", None, None, COOKIE, false),
            ("DELETE", Some("cross-site"), None, None, false),
            ("PURGE", Some("cross-site"), None, None, false),
            (
                "GET",
                Some("cross-site"),
                Some("http://evil.example"),
                COOKIE,
                true,
            ),
            ("HEAD", Some("cross-site"), None, COOKIE, true),
        ] {
            let mut request =
                Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap());
            for (name, value) in [
                ("sec-fetch-site", fetch_site),
                ("origin", origin),
                ("cookie", cookie),
            ] {
                if let Some(value) = value {
                    request = request.header(name, value);
                }
            }
            let result = check(&request.finish(), &site, &session);
            let case = format!("{method} {fetch_site:?} {origin:?} {cookie:?}");
            match result {
                Ok(()) => assert!(passes, "passed: {case}"),
                Err(error) => {
                    assert!(!passes, "refused: {case}");
                    assert_eq!(error.status(), StatusCode::FORBIDDEN);
                }
            }
        }
    }

    #[test]
    fn a_second_value_cannot_hide_a_foreign_one() {
        let site = Site::on_loopback(3000);
        let session = SessionCookie::for_site(&site);
        for (name, first, second) in [
            ("sec-fetch-site", "same-origin", "cross-site"),
            ("origin", "http://localhost:3000", "http://evil.example"),
        ] {
            let request = Request::builder()
                .method(Method::POST)
                .header(name, first)
                .header(name, second)
                .finish();
            assert!(check(&request, &site, &session).is_err(), "{name}");
        }
    }
}
