//! Why somebody gets a page, or does not: the page is asked for as they would ask, and what policy answered by the way
//! is told.

use std::fmt;

use blog_core::policy::{Heard, Hidden, ReadRule, Rule, Surface, Visibility, overheard};
use blog_core::service::sessions::Visitor;
use http::{StatusCode, header};
use poem::{Endpoint, Request};

use crate::routes::{self, AsIf, Route, Who};
use crate::view::ViewError;
use crate::web::Web;

/// What somebody gets at an address, and by which rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The route in the table that the address belongs to.
    pub route: Option<&'static str>,
    /// Whether policy lets them.
    pub is_allowed: bool,
    /// The rule that decides, as a sentence without a full stop.
    pub rule: String,
    /// What they get.
    pub status: StatusCode,
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.is_allowed { "yes" } else { "no" };
        write!(f, "{word}: {} ({}", self.rule, self.status.as_u16())?;
        match self.route {
            Some(route) => write!(f, ", {route})"),
            None => write!(f, ")"),
        }
    }
}

impl Web {
    /// Asks for a path, with its query, below the mount, as the visitor would, or as nobody; nothing of it is stored.
    ///
    /// # Errors
    /// When a template does not compile, which the tests rule out; of the store, where the rule is looked up.
    pub async fn why(
        self,
        visitor: Option<Visitor>,
        address: &str,
    ) -> Result<Explanation, WhyError> {
        let blog = self.blog.clone();
        let base = self.site.base_url();
        let host = base[url::Position::BeforeHost..url::Position::AfterPort].to_owned();
        // What is kept for everybody is no answer to this.
        let endpoint = self.page_cache(0).endpoint()?;
        let uri: http::Uri = address.parse().map_err(|_| WhyError::Address)?;
        let path = uri.path().to_owned();
        let mut request = Request::builder()
            .uri(uri)
            .header(header::HOST, host)
            .header(header::ACCEPT, "text/html")
            .finish();
        request.extensions_mut().insert(AsIf(visitor.clone()));
        let (answer, heard) = overheard(endpoint.call(request)).await;
        let status = match answer {
            Ok(response) => response.status(),
            Err(error) => error.status(),
        };
        let route = routes::of_path("GET", &path);
        let post = match seen_post(route, &path, &heard) {
            Some((visibility, slug)) => blog.reading().why(&visibility, &slug).await?,
            None => None,
        };
        let must_enrol = visitor.as_ref().is_some_and(|visitor| visitor.must_enrol);
        let is_member = visitor.is_some();
        let (is_allowed, rule) = decided(route, is_member, must_enrol, status, &heard, post);
        Ok(Explanation {
            route: route.map(|route| route.path),
            is_allowed,
            rule,
            status,
        })
    }
}

/// Why nothing can be told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WhyError {
    /// It is no address.
    #[error("this is no address; write a path such as /posts/hello, or the whole address")]
    Address,
    /// A template.
    #[error("the pages cannot be made")]
    View(#[from] ViewError),
    /// A store.
    #[error("{}", .0.chain())]
    Store(#[from] blog_core::Error),
}

/// The post that an address is about, and what was asked about seeing it.
fn seen_post(route: Option<&Route>, path: &str, heard: &[Heard]) -> Option<(Visibility, String)> {
    route?.path.strip_prefix("/posts/:slug")?;
    let slug = path.strip_prefix("/posts/")?.split('/').next()?;
    let slug = percent_encoding::percent_decode_str(slug).decode_utf8_lossy();
    let visibility = heard.iter().find_map(|heard| match heard {
        Heard::Visibility(visibility) if visibility.surface() == Surface::Page => Some(*visibility),
        _ => None,
    })?;
    Some((visibility, slug.into_owned()))
}

/// Whether policy lets them, and the rule.
fn decided(
    route: Option<&Route>,
    is_member: bool,
    must_enrol: bool,
    status: StatusCode,
    heard: &[Heard],
    post: Option<Result<Rule, Hidden>>,
) -> (bool, String) {
    let Some(route) = route else {
        return (false, "no page of the blog has this address".to_owned());
    };
    if route.who == Who::Member && !is_member {
        return (
            false,
            "it is for people who are logged in, so they are sent to log in".to_owned(),
        );
    }
    if must_enrol && route.who == Who::Member && !route.path.starts_with("/account/") {
        let rule = "this account needs two-step log-in, so they are sent to set it up";
        return (false, rule.to_owned());
    }
    if let Some(Err(hidden)) = post {
        return (false, hidden.to_string());
    }
    let missing = status == StatusCode::NOT_FOUND;
    let refused = heard.iter().find_map(|heard| match heard {
        Heard::Checked(action, Err(denied)) => Some((action, denied)),
        // What is hidden by a yes or no is a missing page; elsewhere it hides a button.
        Heard::Asked(action, Err(denied)) if missing => Some((action, denied)),
        _ => None,
    });
    if let Some((action, denied)) = refused {
        return (
            false,
            format!("it needs the right {}: {denied}", action.as_str()),
        );
    }
    if missing {
        let about_media = heard
            .iter()
            .any(|heard| matches!(heard, Heard::Visibility(_)));
        let rule = match about_media && post.is_none() && route.path.starts_with("/media/") {
            true => "it is not theirs, and no post that they see shows it; or it is not there",
            false => "nothing is there, or nothing any more; nobody is refused",
        };
        return (false, rule.to_owned());
    }
    if !(status.is_success() || status.is_redirection()) {
        return (
            false,
            "it is refused by what the page itself asks for".to_owned(),
        );
    }
    let may = heard.iter().rev().find_map(|heard| match heard {
        Heard::Checked(action, Ok(rule)) => Some((action, rule)),
        _ => None,
    });
    if let Some((action, rule)) = may {
        return (
            true,
            format!("they have the right {}: {rule}", action.as_str()),
        );
    }
    if let Some(Ok(rule)) = post {
        return (true, rule.to_string());
    }
    let lists = heard.iter().find_map(|heard| match heard {
        Heard::Visibility(visibility) => Some(visibility.rule()),
        _ => None,
    });
    let rule = match (lists, route.who) {
        (Some(ReadRule::Listed { .. }), _) => {
            "everybody may ask for it; it holds published posts only, whoever asks"
        }
        (Some(ReadRule::Own(_)), _) => "it holds their own posts only",
        (Some(ReadRule::Everything), _) => "editors and admins see every post",
        (Some(ReadRule::Reachable { .. }), _) => "it is theirs, or a post that they see shows it",
        (_, Who::Member) => "everybody who is logged in may ask for it; it is about themselves",
        (_, Who::Public | Who::Anyone) => "everybody may ask for it",
    };
    (true, rule.to_owned())
}
