//! Which names this site answers to, and the origins its own pages have.

use std::net::SocketAddr;

use http::header;
use poem::Request;
use url::{Host, Url};

use super::error::EdgeError;
use crate::view::Phrase;

/// The site's own address: from it follow the hosts and origins that are accepted, the scheme, and
/// the path the site is mounted under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    base: Url,
    /// Lower case, without a default port.
    hosts: Vec<String>,
    origins: Vec<String>,
    mount: String,
    loopback: bool,
}

impl Site {
    /// The site at a configured base URL such as `https://example.org/blog`.
    ///
    /// # Errors
    /// [`SiteError`] when the URL is no plain http(s) address, or is http on a host beyond
    /// loopback while `plain_http` is false: without TLS everybody on the way can read sessions.
    pub fn at(base: &Url, plain_http: bool) -> Result<Self, SiteError> {
        let host = base.host().ok_or(SiteError::NoSiteUrl)?;
        let extra = base.query().is_some()
            || base.fragment().is_some()
            || !base.username().is_empty()
            || base.password().is_some();
        if !matches!(base.scheme(), "http" | "https") || extra {
            return Err(SiteError::NoSiteUrl);
        }
        let loopback = is_loopback(&host);
        if base.scheme() == "http" && !loopback && !plain_http {
            return Err(SiteError::PlainHttp);
        }
        let authority = match base.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_string(),
        };
        Ok(Self {
            hosts: vec![authority],
            origins: vec![base.origin().ascii_serialization()],
            mount: base.path().trim_end_matches('/').to_owned(),
            loopback,
            base: base.clone(),
        })
    }

    /// The site on this machine's `port`, known as `localhost`, `127.0.0.1` and `[::1]` alike.
    pub fn on_loopback(port: u16) -> Self {
        let url = |host: &str| {
            Url::parse(&format!("http://{host}:{port}/"))
                .expect("a loopback name makes a valid URL")
        };
        let names = ["localhost", "127.0.0.1", "[::1]"].map(url);
        // Through `Url`, so that port 80 is left out as browsers leave it out.
        let origins = names
            .iter()
            .map(|url| url.origin().ascii_serialization())
            .collect();
        let hosts = names
            .iter()
            .map(|url| url[url::Position::BeforeHost..url::Position::AfterPort].to_owned())
            .collect();
        let [base, ..] = names;
        Self {
            base,
            hosts,
            origins,
            mount: String::new(),
            loopback: true,
        }
    }

    /// The site for a server that listens on `listen`: at `base` if there is one, else on
    /// loopback.
    ///
    /// # Errors
    /// As [`at`](Self::at); [`SiteError::BaseUrlNeeded`] without `base` on another address.
    pub fn for_listener(
        base: Option<&Url>,
        listen: SocketAddr,
        plain_http: bool,
    ) -> Result<Self, SiteError> {
        match base {
            Some(base) => Self::at(base, plain_http),
            None if listen.ip().to_canonical().is_loopback() => {
                Ok(Self::on_loopback(listen.port()))
            }
            None => Err(SiteError::BaseUrlNeeded(listen)),
        }
    }

    /// The base of absolute URLs in mails, feeds and canonical links.
    pub fn base_url(&self) -> &Url {
        &self.base
    }

    /// Whether people reach the site by https.
    pub fn is_https(&self) -> bool {
        self.base.scheme() == "https"
    }

    /// Whether browsers treat the site as a secure context: https or loopback. Only then do they
    /// send `Sec-Fetch-Site`.
    pub fn is_trustworthy(&self) -> bool {
        self.is_https() || self.loopback
    }

    /// The path the site is mounted under, without a slash at its end: `""` or `"/blog"`.
    pub fn mount(&self) -> &str {
        &self.mount
    }

    /// Whether `origin`, as in the header of that name, is one of the site's own.
    pub fn is_own_origin(&self, origin: &str) -> bool {
        self.origins.iter().any(|own| own == origin)
    }

    /// Whether `authority`, as in the `Host` header, names this site.
    pub fn is_own_host(&self, authority: &str) -> bool {
        let authority = authority.to_ascii_lowercase();
        let default_port = if self.is_https() { ":443" } else { ":80" };
        let bare = authority.strip_suffix(default_port).unwrap_or(&authority);
        self.hosts.iter().any(|own| own == bare)
    }

    /// Refuses a request for somebody else's name, so that no answer, link or cache entry is ever
    /// made for it.
    ///
    /// `/livez` and `/readyz` are exempt: a balancer asks them by address.
    ///
    /// # Errors
    /// 400 without exactly one readable `Host`, 421 for an unknown one.
    pub fn check_host(&self, request: &Request) -> Result<(), EdgeError> {
        if matches!(request.original_uri().path(), "/livez" | "/readyz") {
            return Ok(());
        }
        let mut lines = request.headers().get_all(header::HOST).iter();
        let (Some(line), None) = (lines.next(), lines.next()) else {
            return Err(EdgeError::bad_request(
                "no-host",
                Phrase::new("errors-no-host"),
            ));
        };
        let host = line
            .to_str()
            .map_err(|_| EdgeError::bad_request("no-host", Phrase::new("errors-no-host")))?;
        // The absolute form of a request target overrules Host (RFC 9112, 3.2.2), so both must fit.
        let target = request.original_uri().authority();
        let known = self.is_own_host(host)
            && target.is_none_or(|authority| self.is_own_host(authority.as_str()));
        if known {
            return Ok(());
        }
        Err(EdgeError::new(
            http::StatusCode::MISDIRECTED_REQUEST,
            "unknown-host",
            Phrase::new("errors-unknown-host"),
        ))
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(v4) => v4.is_loopback(),
        Host::Ipv6(v6) => v6.is_loopback(),
    }
}

/// Why an address cannot be a site's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SiteError {
    /// Not http or https, without a host, or with user, query or fragment.
    #[error("the base URL must be http:// or https:// with a host and at most a path")]
    NoSiteUrl,
    /// Plain http that leaves the machine, without the flag for it.
    #[error(
        "a base URL beyond this machine must be https, unless plain http is allowed explicitly"
    )]
    PlainHttp,
    /// Other people can reach the listener, so it must be known by which name.
    #[error("listening on {0}, which is not loopback, needs a base URL")]
    BaseUrlNeeded(SocketAddr),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(base: &str) -> Result<Site, SiteError> {
        Site::at(&Url::parse(base).unwrap(), false)
    }

    fn status(site: &Site, target: &str, hosts: &[&str]) -> u16 {
        // poem's own builder knows no original target, so the request is made as a server does.
        let mut head = http::Request::builder().uri(target);
        for host in hosts {
            head = head.header("host", *host);
        }
        let (parts, ()) = head.body(()).unwrap().into_parts();
        let parts: poem::RequestParts = (
            parts,
            poem::web::LocalAddr::default(),
            poem::web::RemoteAddr::default(),
            http::uri::Scheme::HTTP,
        )
            .into();
        let request = Request::from_parts(parts, poem::Body::empty());
        site.check_host(&request)
            .map_or_else(|error| error.status().as_u16(), |()| 200)
    }

    #[test]
    fn host_table() {
        let site = at("https://Blog.example/").unwrap();
        for (target, hosts, expected) in [
            ("/", &["blog.example"][..], 200),
            ("/", &["BLOG.example"], 200),
            ("/", &["blog.example:443"], 200),
            ("/", &["blog.example:80"], 421),
            ("/", &["blog.example:8443"], 421),
            ("/", &["evil.example"], 421),
            ("/", &["blog.example.evil.example"], 421),
            ("/", &["blog.example@evil.example"], 421),
            ("/", &["localhost"], 421),
            ("/", &[""], 421),
            ("/", &[], 400),
            ("/", &["blog.example", "blog.example"], 400),
            ("/", &["blog.example", "evil.example"], 400),
            ("http://evil.example/", &["blog.example"], 421),
            ("http://blog.example/", &["blog.example"], 200),
            ("/livez", &["10.0.0.7:3000"], 200),
            ("/readyz", &[], 200),
            ("/readyz/", &["10.0.0.7"], 421),
            ("/livez2", &["10.0.0.7"], 421),
        ] {
            assert_eq!(status(&site, target, hosts), expected, "{target} {hosts:?}");
        }
    }

    #[test]
    fn loopback_goes_by_three_names_with_its_port() {
        let site = Site::for_listener(None, "127.0.0.1:3000".parse().unwrap(), false).unwrap();
        for (host, expected) in [
            ("localhost:3000", 200),
            ("127.0.0.1:3000", 200),
            ("[::1]:3000", 200),
            ("localhost", 421),
            ("localhost:3001", 421),
            ("127.0.0.2:3000", 421),
        ] {
            assert_eq!(status(&site, "/", &[host]), expected, "{host}");
        }
        assert!(site.is_own_origin("http://[::1]:3000"));
        assert!(!site.is_own_origin("https://localhost:3000"));
        assert!(!site.is_own_origin("http://localhost"));
        assert_eq!(site.base_url().as_str(), "http://localhost:3000/");
        let default_port = Site::on_loopback(80);
        assert!(default_port.is_own_host("localhost") && default_port.is_own_host("localhost:80"));
        assert!(default_port.is_own_origin("http://127.0.0.1"));
    }

    #[test]
    fn base_url_table() {
        assert_eq!(at("https://example.org/blog/").unwrap().mount(), "/blog");
        assert_eq!(at("https://example.org").unwrap().mount(), "");
        assert!(at("http://localhost:8080/").unwrap().is_trustworthy());
        assert_eq!(at("http://example.org/"), Err(SiteError::PlainHttp));
        assert_eq!(at("ftp://example.org/"), Err(SiteError::NoSiteUrl));
        assert_eq!(at("https://user@example.org/"), Err(SiteError::NoSiteUrl));
        assert_eq!(at("https://example.org/?a=b"), Err(SiteError::NoSiteUrl));
        let lan = Site::at(&Url::parse("http://blog.lan:8080/").unwrap(), true).unwrap();
        assert!(!lan.is_trustworthy() && lan.is_own_host("blog.lan:8080"));
        let open = "0.0.0.0:3000".parse().unwrap();
        assert_eq!(
            Site::for_listener(None, open, true),
            Err(SiteError::BaseUrlNeeded(open))
        );
    }
}
