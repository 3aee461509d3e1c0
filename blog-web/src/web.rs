//! A [`Blog`] as a poem endpoint.

use std::sync::Arc;

use blog_core::Blog;
use http::{HeaderMap, HeaderValue, header};
use poem::endpoint::{DynEndpoint, ToDynEndpoint};
use poem::{Endpoint, EndpointExt as _, Request, Response, Route};
use url::Url;

use crate::cache::PageCache;
use crate::card::Press;
use crate::edge::client::TrustedProxies;
use crate::edge::cookie::{FlashCookie, LanguageCookie, SessionCookie};
use crate::edge::host::{Site, SiteError};
use crate::edge::{Edge, ErrorContext};
use crate::pages::desk::DeskLimits;
use crate::pages::health::Health;
use crate::pages::{models, notices};
use crate::routes;
use crate::view::{ErrorView, Lang, PageChrome, View, ViewError};

/// A blog's pages, to be nested into a poem application or served by [`serve`](crate::serve::serve).
///
/// ```no_run
/// # fn host(blog: blog_core::Blog) -> Result<(), Box<dyn std::error::Error>> {
/// use blog_web::Web;
///
/// let pages = Web::at(blog, &"https://example.org/blog".parse()?)?.endpoint()?;
/// let app = poem::Route::new().nest("/blog", pages);
/// # let _ = app; Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Web {
    pub(crate) blog: Blog,
    pub(crate) site: Site,
    proxies: TrustedProxies,
    cache_bytes: u64,
}

/// What every handler shares.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) blog: Blog,
    pub(crate) view: View,
    pub(crate) site: Site,
    pub(crate) session: SessionCookie,
    /// Of a log-in that waits for its second step.
    pub(crate) half: SessionCookie,
    pub(crate) flash: FlashCookie,
    pub(crate) language: LanguageCookie,
    pub(crate) health: Health,
    pub(crate) desk: DeskLimits,
    pub(crate) cache: Option<PageCache>,
    pub(crate) cards: Press,
}

impl App {
    /// The language of an answer: the one that its reader chose, else the site's, else what the browser asks for where
    /// the site leaves it open.
    pub(crate) fn lang(&self, headers: &HeaderMap) -> Lang {
        let asked = || {
            let lines = headers.get_all(header::ACCEPT_LANGUAGE).iter();
            let lines: Vec<&str> = lines.filter_map(|line| line.to_str().ok()).collect();
            Lang::asked_for(&lines.join(","))
        };
        self.language
            .read(headers)
            .or_else(|| self.site_lang())
            .or_else(asked)
            .unwrap_or_default()
    }

    /// None where each reader's browser decides: until an admin has saved the site's settings.
    fn site_lang(&self) -> Option<Lang> {
        let site = self.blog.site().last_seen();
        match site.version {
            0 => None,
            _ => Lang::from_tag(site.settings.language.as_str()),
        }
    }

    /// Says what of a request an HTML answer depends on, so that no cache gives one reader another's language.
    pub(crate) fn vary(&self, response: &mut Response) {
        let on = match self.site_lang() {
            Some(_) => "Cookie",
            None => "Accept-Language, Cookie",
        };
        let headers = response.headers_mut();
        headers.append(header::VARY, HeaderValue::from_static(on));
    }

    /// The absolute address of a path below the mount.
    pub(crate) fn absolute(&self, path: &str) -> String {
        let mut url = self.site.base_url().clone();
        url.set_path("");
        let origin = url.as_str().trim_end_matches('/');
        format!("{origin}{}", self.view.mount().url(path))
    }
}

impl Web {
    /// The pages of a blog that people reach at `base`: `https://example.org`, or below a path of somebody else's
    /// application: `https://example.org/blog`. Plain http is for this machine only.
    ///
    /// # Errors
    /// When `base` cannot be a site's address.
    pub fn at(blog: Blog, base: &Url) -> Result<Self, SiteError> {
        Ok(Self::new(blog).site(Site::at(base, false)?))
    }

    /// The pages of a blog on this machine, port 3000, until told another [`site`](Self::site).
    pub fn new(blog: Blog) -> Self {
        Self {
            blog,
            site: Site::on_loopback(3000),
            proxies: TrustedProxies::default(),
            cache_bytes: crate::cache::DEFAULT_BYTES,
        }
    }

    /// At this site: its hosts, origins, base URL and mount.
    #[must_use]
    pub fn site(mut self, site: Site) -> Self {
        self.site = site;
        self
    }

    /// Behind these proxies.
    #[must_use]
    pub fn trusted_proxies(mut self, proxies: TrustedProxies) -> Self {
        self.proxies = proxies;
        self
    }

    /// With a page cache of so many bytes, 24 MiB until told; 0 for none.
    #[must_use]
    pub fn page_cache(mut self, bytes: u64) -> Self {
        self.cache_bytes = bytes;
        self
    }

    /// The endpoint, for paths relative to the mount: nest it there. Below a mount, the Host check and HSTS are the
    /// host application's.
    ///
    /// # Errors
    /// When a template does not compile, which the tests rule out.
    pub fn endpoint(self) -> Result<impl Endpoint<Output = Response> + use<>, ViewError> {
        let mounted = !self.site.mount().is_empty();
        self.build(mounted)
    }

    /// The endpoint of a server of its own, for whole paths: nested at the mount where there is one, with `/livez` and
    /// `/readyz` at the root, where balancers ask.
    ///
    /// # Errors
    /// As [`endpoint`](Self::endpoint).
    pub fn standalone(self) -> Result<impl Endpoint<Output = Response> + use<>, ViewError> {
        let mount = self.site.mount().to_owned();
        let pages = self.build(false)?;
        let all: Box<dyn DynEndpoint<Output = Response>> = match mount.as_str() {
            "" => Box::new(ToDynEndpoint(pages)),
            mount => {
                let pages = Arc::new(pages);
                let health = |path: &'static str| {
                    let pages = pages.clone();
                    poem::endpoint::make(move |mut request: Request| {
                        let pages = pages.clone();
                        async move {
                            *request.uri_mut() = http::Uri::from_static(path);
                            pages.call(request).await
                        }
                    })
                };
                let route = Route::new()
                    .at("/livez", health("/livez"))
                    .at("/readyz", health("/readyz"))
                    .nest(mount, pages.clone());
                Box::new(ToDynEndpoint(route.map_to_response()))
            }
        };
        Ok(all)
    }

    fn build(self, mounted: bool) -> Result<impl Endpoint<Output = Response> + use<>, ViewError> {
        let app = Arc::new(App {
            view: View::new(self.site.mount())?,
            session: SessionCookie::for_site(&self.site),
            half: SessionCookie::half_way(&self.site),
            flash: FlashCookie::for_site(&self.site, notices::CODES),
            language: LanguageCookie::for_site(&self.site),
            health: Health::default(),
            desk: DeskLimits::default(),
            cache: PageCache::new(self.cache_bytes),
            cards: Press::default(),
            blog: self.blog,
            site: self.site,
        });
        let for_errors = app.clone();
        let mut edge = Edge::new(app.site.clone())
            .trusted_proxies(self.proxies)
            .error_page(move |context| error_page(&for_errors, context));
        if mounted {
            edge = edge.mounted();
        }
        Ok(routes::router(&app).with(edge))
    }
}

/// The page for a refusal, in HTML; data for scripts; for programs that ask for neither, the sentence alone.
fn error_page(app: &App, context: &ErrorContext<'_>) -> Response {
    let accept = context
        .headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok());
    let wants = |kind| accept.is_some_and(|accept| accept.contains(kind));
    let status = context.error.status().as_u16();
    let mut error = ErrorView::new(status, context.request_id.as_str());
    if !matches!(status, 404 | 405 | 500) {
        error = error.saying(context.error.sentence().clone());
    }
    let lang = app.lang(context.headers);
    if wants("text/html") {
        let mut chrome = PageChrome::new(models::site(&app.blog.site().last_seen()), "");
        chrome.site.lang = lang;
        // Says nothing of the address, so that all pages of what is not there are the same.
        chrome.back = "/".to_owned();
        chrome.noindex = true;
        match app.view.render(&chrome, &error) {
            Ok(html) => {
                let mut response = Response::builder()
                    .content_type("text/html; charset=utf-8")
                    .body(html);
                app.vary(&mut response);
                return response;
            }
            Err(cause) => tracing::error!(%cause, "the error page could not be rendered"),
        }
    } else if wants("application/json") {
        let refusal = serde_json::json!({
            "code": context.error.code(),
            "sentence": error.sentence.to_text(lang),
            "request": context.request_id.as_str(),
        });
        return Response::builder()
            .content_type("application/json")
            .body(refusal.to_string());
    }
    Response::builder()
        .content_type("text/plain; charset=utf-8")
        .body(format!(
            "{}\n{}\n",
            error.sentence.to_text(Lang::En),
            context.request_id.as_str()
        ))
}
