//! The table of all routes: method, path, who may, how the answer may be cached, how large a body may be.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;

use blog_core::markdown;
use blog_core::origin::Origin;
use blog_core::service::sessions::Visitor;
use http::{HeaderValue, Method, StatusCode, header};
use poem::{Endpoint, EndpointExt as _, Request, Response, Route as PoemRoute};

use crate::edge::EdgeError;
use crate::edge::body::limit_body_saying;
use crate::edge::client::ClientAddr;
use crate::edge::deadline::Deadline;
use crate::pages::call::Call;
use crate::pages::old_addresses::WithOldAddresses;
use crate::pages::{
    account, addresses, admin, archive, assets, audit, card, comments, desk, editor, exports,
    feeds, health, history, invitations, kept, language, leave, library, lists, media, moderation,
    objects, passwords, post, previews, robots, second_factor, sessions, settings, sitemap,
    static_pages, users,
};
use crate::web::App;

/// Who a route is for. What exactly they may do there, policy decides in the services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Everybody; no cookie is read.
    Public,
    /// Everybody; a session changes what is shown.
    Anyone,
    /// People who are logged in; others are sent to log in. A form that comes without a session is not sent away,
    /// since that would lose its text: it is shown again.
    Member,
}

/// How an answer may be cached; the handlers of media and assets set their own headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cache {
    /// Never: it changes something, or is one person's.
    Never,
    /// With an `ETag`, asked for again each time; never for a request with a session.
    Revalidate,
    /// The same, and kept in the page cache: for a request that brings no cookie of a person, the answer depends on
    /// nothing but the site, the address and the language.
    Kept,
    /// For ever: the address changes with the content.
    Immutable,
}

pub(crate) type Answer = Pin<Box<dyn Future<Output = Result<Response, EdgeError>> + Send>>;

/// One route.
#[derive(Clone, Copy)]
pub struct Route {
    /// `GET` (which answers `HEAD` too) or `POST`.
    pub method: &'static str,
    /// Below the mount, `:name` standing for a segment.
    pub path: &'static str,
    /// Who it is for.
    pub who: Who,
    /// How its answers may be cached.
    pub cache: Cache,
    /// The parameters of the query that a kept answer depends on; others are left out before anything looks at them.
    pub query: &'static [&'static str],
    /// The largest body in bytes; a larger one is refused before it is read.
    pub max_body: u64,
    handler: fn(Call) -> Answer,
}

impl std::fmt::Debug for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// A form of a few short fields.
const FORM: u64 = 16 * 1024;
/// A comment of 16 KiB, percent-encoded.
const COMMENT: u64 = 64 * 1024;
/// A post of 512 KiB, percent-encoded, with its other fields.
const POST: u64 = 2 * 1024 * 1024;
/// Multipart routes: the handler sets the exact limit from the settings before a byte is read.
const UPLOAD: u64 = u64::MAX;

macro_rules! routes {
    ($($method:ident $path:literal $who:ident $cache:ident $(? $query:ident)* $max:expr => $handler:path;)*) => {
        /// Every route of the blog.
        pub const TABLE: &[Route] = &[$(Route {
            method: stringify!($method),
            path: $path,
            who: Who::$who,
            cache: Cache::$cache,
            query: &[$(stringify!($query)),*],
            max_body: $max,
            handler: |call| Box::pin($handler(call)),
        }),*];
    };
}

routes! {
    GET  "/"                      Anyone Kept ?after     0 => lists::home;
    GET  "/@:user"                Anyone Kept ?after     0 => lists::author;
    GET  "/tags/:tag"             Anyone Kept ?after     0 => lists::tag;
    GET  "/tags"                  Anyone Kept ?after     0 => archive::tags;
    GET  "/archive"               Anyone Kept            0 => archive::index;
    GET  "/archive/:year"         Anyone Kept ?after     0 => archive::year;
    GET  "/archive/:year/:month"  Anyone Kept ?after     0 => archive::month;
    GET  "/search"                Anyone Kept ?q ?after  0 => lists::search;
    GET  "/feed.xml"              Public Kept            0 => feeds::show;
    GET  "/atom.xml"              Public Kept            0 => feeds::show;
    GET  "/feed.json"             Public Kept            0 => feeds::show;
    GET  "/@:user/feed.xml"       Public Kept            0 => feeds::show;
    GET  "/@:user/atom.xml"       Public Kept            0 => feeds::show;
    GET  "/@:user/feed.json"      Public Kept            0 => feeds::show;
    GET  "/tags/:tag/feed.xml"    Public Kept            0 => feeds::show;
    GET  "/tags/:tag/atom.xml"    Public Kept            0 => feeds::show;
    GET  "/tags/:tag/feed.json"   Public Kept            0 => feeds::show;
    GET  "/robots.txt"            Public Kept            0 => robots::show;
    GET  "/sitemap.xml"           Public Kept            0 => sitemap::index;
    GET  "/sitemap-:part"         Public Kept            0 => sitemap::part;
    GET  "/pages/:slug"           Anyone Kept            0 => static_pages::show;
    GET  "/posts/:slug"           Anyone Kept ?after     0 => post::show;
    GET  "/posts/:slug/card.png"   Public Revalidate 0       => card::show;
    POST "/posts/:slug/like"       Anyone Never      FORM    => post::like;
    POST "/posts/:slug/comments"   Anyone Never      COMMENT => comments::create;
    GET  "/posts/:slug/comments/:id" Anyone Revalidate 0     => comments::show;
    GET  "/comments/:id/edit"      Member Never      0       => comments::edit_form;
    POST "/comments/:id/edit"      Anyone Never      COMMENT => comments::edit;
    GET  "/comments/:id/delete"    Member Never      0       => comments::delete_form;
    POST "/comments/:id/delete"    Member Never      FORM    => comments::delete;
    GET  "/comments/:id/report"    Member Never      0       => moderation::report_form;
    POST "/comments/:id/report"    Member Never      FORM    => moderation::report;
    GET  "/write"                  Member Never      0       => editor::new_form;
    POST "/write"                  Anyone Never      POST    => editor::create;
    POST "/write/preview"          Anyone Never      POST    => desk::preview;
    POST "/write/autosave"         Member Never      POST    => desk::autosave;
    POST "/write/autosaves/:id/forget" Member Never  FORM    => desk::forget;
    GET  "/write/tags"             Member Never      0       => desk::tags;
    GET  "/posts/:slug/edit"       Member Never      0       => editor::edit_form;
    POST "/posts/:slug/edit"       Anyone Never      POST    => editor::save;
    GET  "/posts/:slug/delete"     Member Never      0       => editor::delete_form;
    POST "/posts/:slug/delete"     Member Never      FORM    => editor::delete;
    GET  "/posts/:slug/revisions"  Anyone Never      0       => history::list;
    GET  "/posts/:slug/revisions/:version" Anyone Never 0    => history::compare;
    POST "/posts/:slug/revisions/:version/restore" Anyone Never FORM => history::restore;
    GET  "/posts/:slug/links"      Member Never      0       => previews::list;
    POST "/posts/:slug/links"      Member Never      FORM    => previews::make;
    POST "/posts/:slug/links/:id/revoke" Member Never FORM   => previews::revoke;
    GET  "/preview/:token"         Anyone Never      0       => previews::show;
    GET  "/preview/:token/media/:id" Public Never    0       => previews::file;
    GET  "/drafts"                 Member Never      0       => editor::drafts;
    GET  "/library"                Member Never      0       => library::list;
    GET  "/library/files"          Member Never      0       => objects::files;
    GET  "/library/:id"            Member Never      0       => library::item;
    POST "/library/:id/alt"        Anyone Never      FORM    => library::describe;
    POST "/library/:id/focus"      Member Never      FORM    => library::focus;
    GET  "/library/:id/delete"     Member Never      0       => library::delete_form;
    POST "/library/:id/delete"     Member Never      FORM    => library::delete;
    POST "/media/uploads"          Member Never      UPLOAD  => library::upload;
    GET  "/media/public/:name"     Public Immutable  0       => media::public;
    GET  "/media/private/:id"      Anyone Never      0       => media::private;
    GET  "/account/owner"          Anyone Never      0       => account::owner_form;
    POST "/account/owner"          Anyone Never      FORM    => account::set_up_owner;
    GET  "/account/register"       Anyone Revalidate 0       => account::register_form;
    POST "/account/register"       Anyone Never      FORM    => account::register;
    GET  "/account/login"          Anyone Revalidate 0       => account::login_form;
    POST "/account/login"          Anyone Never      FORM    => account::log_in;
    GET  "/account/login/code"     Anyone Never      0       => second_factor::step_page;
    POST "/account/login/code"     Anyone Never      FORM    => second_factor::step;
    POST "/account/logout"         Anyone Never      FORM    => account::log_out;
    GET  "/account/profile"        Member Never      0       => account::profile_form;
    POST "/account/profile"        Anyone Never      UPLOAD  => account::save_profile;
    GET  "/account/forgot"         Anyone Revalidate 0       => passwords::forgot_form;
    POST "/account/forgot"         Anyone Never      FORM    => passwords::forgot;
    GET  "/account/reset"          Anyone Never      0       => passwords::reset_form;
    POST "/account/reset"          Anyone Never      FORM    => passwords::reset;
    GET  "/account/password"       Member Never      0       => passwords::change_form;
    POST "/account/password"       Member Never      FORM    => passwords::change;
    GET  "/account/email"          Member Never      0       => addresses::form;
    POST "/account/email"          Member Never      FORM    => addresses::change;
    POST "/account/email/link"     Member Never      FORM    => addresses::send_link;
    GET  "/account/verify"         Anyone Never      0       => addresses::verify_form;
    POST "/account/verify"         Anyone Never      FORM    => addresses::verify;
    GET  "/account/undo"           Anyone Never      0       => addresses::undo_form;
    POST "/account/undo"           Anyone Never      FORM    => addresses::undo;
    GET  "/account/sessions"       Member Never      0       => sessions::list;
    POST "/account/sessions/:id/end" Member Never    FORM    => sessions::end;
    POST "/account/sessions/end-others" Member Never FORM    => sessions::end_others;
    GET  "/account/export"         Member Never      0       => exports::form;
    POST "/account/export"         Member Never      FORM    => exports::ask;
    POST "/account/export/fetch"   Member Never      FORM    => exports::confirm;
    GET  "/account/export/archive.zip" Member Never  0       => exports::fetch;
    GET  "/account/second-factor"  Member Never      0       => second_factor::show;
    GET  "/account/second-factor/key.svg" Member Never 0     => second_factor::picture;
    POST "/account/second-factor/begin" Member Never FORM    => second_factor::begin;
    POST "/account/second-factor/confirm" Member Never FORM  => second_factor::confirm;
    POST "/account/second-factor/codes" Member Never FORM    => second_factor::renew_codes;
    POST "/account/second-factor/off" Member Never   FORM    => second_factor::turn_off;
    GET  "/account/delete"         Member Never      0       => leave::form;
    POST "/account/delete"         Member Never      FORM    => leave::leave;
    POST "/language"               Public Never      FORM    => language::choose;
    GET  "/admin"                  Member Never      0       => admin::index;
    GET  "/admin/posts"            Member Never      0       => admin::posts;
    POST "/admin/posts/:slug/withdraw" Member Never  FORM    => admin::withdraw;
    GET  "/admin/comments"         Member Never      0       => moderation::queue;
    POST "/admin/comments"         Member Never      FORM    => moderation::decide;
    GET  "/admin/users"            Member Never      0       => users::list;
    GET  "/admin/users/:user"      Member Never      0       => users::show;
    POST "/admin/users/:user/role" Member Never      FORM    => users::set_role;
    POST "/admin/users/:user/suspend" Member Never   FORM    => users::suspend;
    POST "/admin/users/:user/lift" Member Never      FORM    => users::lift;
    POST "/admin/users/:user/keep" Member Never      FORM    => users::keep;
    POST "/admin/users/:user/block" Member Never     FORM    => users::block;
    POST "/admin/users/:user/unblock" Member Never   FORM    => users::unblock;
    GET  "/admin/invitations"      Member Never      0       => invitations::list;
    POST "/admin/invitations"      Member Never      FORM    => invitations::make;
    POST "/admin/invitations/:id/revoke" Member Never FORM   => invitations::revoke;
    GET  "/admin/audit"            Member Never      0       => audit::list;
    GET  "/admin/settings"         Member Never      0       => settings::form;
    POST "/admin/settings"         Anyone Never      COMMENT => settings::save;
    GET  "/admin/pages"            Member Never      0       => static_pages::list;
    GET  "/admin/pages/new"        Member Never      0       => static_pages::new_form;
    POST "/admin/pages/new"        Anyone Never      POST    => static_pages::create;
    GET  "/admin/pages/:slug"      Member Never      0       => static_pages::edit_form;
    POST "/admin/pages/:slug"      Anyone Never      POST    => static_pages::save;
    GET  "/admin/pages/:slug/delete" Member Never    0       => static_pages::delete_form;
    POST "/admin/pages/:slug/delete" Member Never    FORM    => static_pages::delete;
    GET  "/admin/drift"            Member Never      0       => objects::drift;
    GET  "/api/v1/objects"         Anyone Never      0       => objects::list;
    GET  "/assets/*name"           Public Immutable  0       => assets::show;
    GET  "/livez"                  Public Never      0       => health::live;
    GET  "/readyz"                 Public Never      0       => health::ready;
}

/// All routes as one poem endpoint.
pub(crate) fn router(app: &Arc<App>) -> impl Endpoint<Output = Response> + use<> {
    let mut paths: BTreeMap<&'static str, Vec<Route>> = BTreeMap::new();
    for route in TABLE {
        paths.entry(route.path).or_default().push(*route);
    }
    let mut router = PoemRoute::new();
    for (path, methods) in paths {
        let endpoint = PathEndpoint {
            app: app.clone(),
            methods,
        };
        router = router.at(path, endpoint.with(deadline(path)));
    }
    WithOldAddresses {
        routes: router.map_to_response(),
        app: app.clone(),
    }
}

/// The bytes that a refusal names: people know their text, not how a form carries it.
fn said(max_body: u64) -> u64 {
    match max_body {
        COMMENT => markdown::MAX_COMMENT_BYTES as u64,
        POST => markdown::MAX_POST_BYTES as u64,
        other => other,
    }
}

/// What is long on its way, files and texts, is limited by its rate; everything else by the clock.
fn deadline(path: &str) -> Deadline {
    let long = |route: &&Route| route.path == path && route.max_body >= COMMENT;
    let files = path.starts_with("/media/") || path.contains("/media/:") || path.ends_with(".zip");
    match files || TABLE.iter().any(|route| long(&route)) {
        true => Deadline::by_rate(),
        false => Deadline::default(),
    }
}

/// Who asks, of a request that this process makes itself to see what somebody would get.
#[derive(Debug, Clone)]
pub(crate) struct AsIf(pub(crate) Option<Visitor>);

/// The route of the table that a request of this path, below the mount, goes to. Segments that are said go before
/// those that stand for any.
pub(crate) fn of_path(method: &str, path: &str) -> Option<&'static Route> {
    let asked: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let fits = |route: &&Route| {
        let parts: Vec<&str> = route.path.trim_start_matches('/').split('/').collect();
        let rest = parts.last().is_some_and(|part| part.starts_with('*'));
        let count = match rest {
            true => asked.len() >= parts.len(),
            false => asked.len() == parts.len(),
        };
        count
            && parts
                .iter()
                .zip(&asked)
                .all(|(part, asked)| match part.find([':', '*']) {
                    None => part == asked,
                    Some(at) => asked.len() > at && asked.starts_with(&part[..at]),
                })
    };
    TABLE
        .iter()
        .filter(|route| route.method == method)
        .filter(fits)
        .max_by_key(|route| {
            let parts = route.path.split('/');
            parts.filter(|part| !part.contains([':', '*'])).count()
        })
}

/// The methods of one path.
struct PathEndpoint {
    app: Arc<App>,
    methods: Vec<Route>,
}

impl Endpoint for PathEndpoint {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let method = request.method();
        let Some(route) = self.methods.iter().find(|r| method.as_str() == r.method) else {
            return Ok(self.not_allowed(method));
        };
        if route.method != "GET" {
            limit_body_saying(&mut request, route.max_body, said(route.max_body))?;
        }
        let visitor = match route.who {
            Who::Public => None,
            Who::Anyone | Who::Member => self.visitor(&request).await?,
        };
        let site = self.app.blog.site();
        let site = match (route.who, route.cache) {
            // Files and health checks name no site, and shall not wait for the store.
            (Who::Public, Cache::Immutable | Cache::Never) => site.last_seen(),
            _ => site.now().await,
        };
        if route.cache == Cache::Kept {
            kept::canonical(request.uri_mut(), route.query);
            if let Some(cache) = &self.app.cache
                && kept::is_everybodys(&self.app, &request)
            {
                let app = self.app.clone();
                return Ok(kept::answer(app, cache, request, site, route.handler).await?);
            }
        }
        let origin = Origin::client(ClientAddr::of(&request).0);
        let call = Call::new(self.app.clone(), request, visitor, site);
        if route.who == Who::Member && call.visitor.is_none() {
            return Ok(call.to_login()?);
        }
        let must_enrol = call.visitor.as_ref().is_some_and(|v| v.must_enrol);
        if must_enrol && route.who == Who::Member && !route.path.starts_with("/account/") {
            return Ok(call.to_second_factor()?);
        }
        Ok(origin.scope((route.handler)(call)).await?)
    }
}

impl PathEndpoint {
    async fn visitor(&self, request: &Request) -> Result<Option<Visitor>, EdgeError> {
        // Put there by this process alone: no header becomes one.
        if let Some(AsIf(visitor)) = request.data::<AsIf>() {
            return Ok(visitor.clone());
        }
        let token = self.app.session.token(request.headers());
        match token.and_then(blog_core::model::secret::Secret::decode) {
            Some(secret) => Ok(self.app.blog.sessions().visitor(&secret).await?),
            None => Ok(None),
        }
    }

    /// RFC 9110, section 15.5.6. `OPTIONS` is answered by the same list.
    fn not_allowed(&self, method: &Method) -> Response {
        let mut allow: Vec<&str> = self.methods.iter().map(|route| route.method).collect();
        if allow.contains(&"GET") {
            allow.push("HEAD");
        }
        let status = match *method {
            Method::OPTIONS => StatusCode::NO_CONTENT,
            _ => StatusCode::METHOD_NOT_ALLOWED,
        };
        let mut response = Response::builder().status(status).finish();
        if let Ok(value) = HeaderValue::try_from(allow.join(", ")) {
            response.headers_mut().insert(header::ALLOW, value);
        }
        response
    }
}
