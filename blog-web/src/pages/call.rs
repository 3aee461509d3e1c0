//! A request on its way through a handler.

use std::sync::Arc;
use std::time::Duration;

use blog_core::model::site::ShownSite;
use blog_core::policy::{Action, Actor};
use blog_core::service::sessions::{Login, Visitor};
use blog_core::{Blog, Cursor};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use poem::{Request, Response};
use sha2::{Digest as _, Sha256};

use super::{models, notices};
use crate::edge::EdgeError;
use crate::edge::client::ClientAddr;
use crate::edge::cookie::Flash;
use crate::edge::form::{Form, FormLimits};
use crate::view::{Lang, Page, PageChrome, ViewerView};
use crate::web::App;

/// The request with everything that handlers ask of it.
pub(crate) struct Call {
    pub(crate) app: Arc<App>,
    pub(crate) request: Request,
    pub(crate) visitor: Option<Visitor>,
    pub(crate) actor: Actor,
    /// The site as pages show it.
    pub(crate) site: Arc<ShownSite>,
}

impl Call {
    pub(crate) fn new(
        app: Arc<App>,
        request: Request,
        visitor: Option<Visitor>,
        site: Arc<ShownSite>,
    ) -> Self {
        let actor = visitor.as_ref().map_or(Actor::Anonymous, Visitor::actor);
        Self {
            app,
            request,
            visitor,
            actor,
            site,
        }
    }

    pub(crate) fn blog(&self) -> &Blog {
        &self.app.blog
    }

    /// Who asks, for limits.
    pub(crate) fn client(&self) -> String {
        ClientAddr::of(&self.request).key().to_string()
    }

    pub(crate) fn user_agent(&self) -> &str {
        self.request.header(header::USER_AGENT).unwrap_or_default()
    }

    /// A segment of the path, decoded.
    pub(crate) fn param(&self, name: &str) -> String {
        let decoded = |raw: &str| {
            percent_encoding::percent_decode_str(raw)
                .decode_utf8_lossy()
                .into_owned()
        };
        self.request
            .raw_path_param(name)
            .map(decoded)
            .unwrap_or_default()
    }

    /// A parameter of the query; the first one of this name.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        let query = self.request.uri().query()?;
        url::form_urlencoded::parse(query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    /// The page of a list that is asked for. A cursor that cannot be read is an address that does not exist.
    pub(crate) fn after(&self) -> Result<Option<Cursor>, EdgeError> {
        match self.query("after") {
            None => Ok(None),
            Some(text) => Cursor::decode(&text)
                .map(Some)
                .ok_or_else(|| EdgeError::of_status(StatusCode::NOT_FOUND)),
        }
    }

    /// Reads the form that was sent; the route has limited its bytes already.
    pub(crate) async fn form(&mut self) -> Result<Form, EdgeError> {
        let limits = FormLimits {
            bytes: u64::MAX,
            ..FormLimits::default()
        };
        Form::read(&mut self.request, limits).await
    }

    /// The language of the answer.
    pub(crate) fn lang(&self) -> Lang {
        self.app.lang(self.request.headers())
    }

    /// What stands around a page at this path below the mount.
    pub(crate) fn chrome(&self, path: &str) -> PageChrome {
        let mut chrome = PageChrome::new(models::site(&self.site), path);
        chrome.site.lang = self.lang();
        // The answer to a form has an address of its own only where a page is.
        if self.request.method() == Method::GET {
            let uri = self.request.uri();
            chrome.back = uri
                .path_and_query()
                .map_or(path, |here| here.as_str())
                .to_owned();
        }
        chrome.registration_open = self.blog().policy().may_register(false).is_ok();
        chrome.viewer = self.visitor.as_ref().map(|visitor| ViewerView {
            person: models::person(&visitor.user.to_ref()),
            can_write: self.blog().policy().may(&self.actor, Action::WritePost),
            can_moderate: self.blog().policy().may(&self.actor, Action::Moderate),
        });
        chrome.flashes = self
            .app
            .flash
            .read(self.request.headers())
            .as_ref()
            .and_then(notices::show)
            .into_iter()
            .collect();
        chrome.next = Some(path.to_owned()).filter(|path| !path.starts_with("/account/"));
        chrome
    }

    /// A whole page.
    pub(crate) fn page<P: Page>(
        &self,
        chrome: &PageChrome,
        page: &P,
    ) -> Result<Response, EdgeError> {
        let html = self.app.view.render(chrome, page)?;
        let response = self.tagged("text/html; charset=utf-8", html);
        Ok(self.finished(response))
    }

    /// A page that says no: with the status and the waiting time of the refusal.
    pub(crate) fn refused_page<P: Page>(
        &self,
        refusal: &EdgeError,
        chrome: &PageChrome,
        page: &P,
    ) -> Result<Response, EdgeError> {
        let html = self.app.view.render(chrome, page)?;
        let mut response = Response::builder()
            .content_type("text/html; charset=utf-8")
            .body(html);
        refusal.put_headers(&mut response);
        Ok(self.finished(response))
    }

    /// A text with an `ETag` of its bytes; 304 for a reader who has these bytes already.
    pub(crate) fn tagged(&self, content_type: &str, text: String) -> Response {
        let digest = Sha256::digest(text.as_bytes());
        let hex: String = digest[..12].iter().map(|b| format!("{b:02x}")).collect();
        let etag = format!("\"{hex}\"");
        let personal = self.visitor.is_some();
        let mut response = if !personal && matches(self.request.headers(), &etag) {
            Response::builder()
                .status(StatusCode::NOT_MODIFIED)
                .finish()
        } else {
            Response::builder().content_type(content_type).body(text)
        };
        if let Ok(value) = HeaderValue::try_from(etag)
            && !personal
        {
            response.headers_mut().insert(header::ETAG, value);
        }
        response
    }

    fn finished(&self, mut response: Response) -> Response {
        self.app.vary(&mut response);
        if self.app.flash.is_present(self.request.headers()) {
            response
                .headers_mut()
                .append(header::SET_COOKIE, self.app.flash.clear());
        }
        response
    }

    /// Whether a script asks, which wants data instead of a page; refusals are then told by the edge.
    pub(crate) fn is_script(&self) -> bool {
        let accept = self.request.header(header::ACCEPT).unwrap_or_default();
        accept.contains("application/json") && !accept.contains("text/html")
    }

    /// Data for a script.
    pub(crate) fn data<T: serde::Serialize>(&self, data: &T) -> Result<Response, EdgeError> {
        let json =
            serde_json::to_string(data).map_err(|error| EdgeError::internal().caused_by(error))?;
        Ok(Response::builder()
            .content_type("application/json")
            .body(json))
    }

    /// Nothing but that it is done.
    pub(crate) fn done(&self) -> Response {
        Response::builder().status(StatusCode::NO_CONTENT).finish()
    }

    /// See Other, to a path below the mount.
    pub(crate) fn redirect(&self, path: &str) -> Response {
        redirect(StatusCode::SEE_OTHER, &self.app.view.mount().url(path))
    }

    /// See Other, with a message for the next page.
    pub(crate) fn redirect_with(&self, path: &str, notice: &'static str) -> Response {
        self.redirect_saying(path, &Flash::new(notice))
    }

    /// See Other, with a message that carries words.
    pub(crate) fn redirect_saying(&self, path: &str, flash: &Flash) -> Response {
        let mut response = self.redirect(path);
        let cookie = self.app.flash.set(flash);
        response.headers_mut().append(header::SET_COOKIE, cookie);
        response
    }

    /// Moved Permanently, to a path below the mount.
    pub(crate) fn moved(&self, path: &str) -> Response {
        redirect(
            StatusCode::MOVED_PERMANENTLY,
            &self.app.view.mount().url(path),
        )
    }

    /// To the log-in page, and back here afterwards. A script is told, and asks for the log-in where it is.
    pub(crate) fn to_login(&self) -> Result<Response, EdgeError> {
        if self.is_script() {
            return Err(blog_core::Error::Denied(blog_core::error::Denied::LogIn).into());
        }
        let here = self.request.uri().path();
        let next = match self.request.method().as_str() {
            "GET" => here,
            _ => "/",
        };
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("next", next)
            .finish();
        Ok(self.redirect(&format!("/account/login?{query}")))
    }

    /// To where a second factor is set up, for who needs one first. A script is told.
    pub(crate) fn to_second_factor(&self) -> Result<Response, EdgeError> {
        match self.is_script() {
            true => Err(blog_core::Error::Denied(blog_core::error::Denied::SecondFactor).into()),
            false => Ok(self.redirect(super::second_factor::SECOND_FACTOR)),
        }
    }

    /// Gives the browser the cookie of a new session.
    pub(crate) fn begin_session(&self, login: &Login, response: &mut Response) {
        let lasting = login.session.remember.then(|| {
            let left = login.session.expires_at.since(self.blog().now());
            left.max(Duration::from_secs(1))
        });
        if let Some(cookie) = self.app.session.set(&login.secret.encode(), lasting) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
}

/// A path below the mount; anything else could lead to a stranger's site.
pub(super) fn own_path(path: &str) -> Option<&str> {
    let own = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && !path.chars().any(char::is_control);
    own.then_some(path)
}

/// Whether `If-None-Match` names this tag (weak comparison, RFC 9110, section 13.1.2).
pub(super) fn matches(headers: &HeaderMap, etag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/"))
        .any(|tag| tag == etag || tag == "*")
}

fn redirect(status: StatusCode, address: &str) -> Response {
    Response::builder()
        .status(status)
        .header(header::LOCATION, address)
        .finish()
}
