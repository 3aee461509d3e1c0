//! Answers that are the same for everybody: out of the page cache, or made once for all who ask at the same time.

use std::sync::Arc;
use std::time::Duration;

use blog_core::Timestamp;
use blog_core::id::PostId;
use blog_core::model::site::ShownSite;
use bytes::Bytes;
use http::{HeaderValue, StatusCode, Uri, header};
use poem::{Request, Response};

use super::call::{Call, matches};
use crate::cache::{Entry, Flight, Outcome, PageCache, Stamp, Turn};
use crate::edge::EdgeError;
use crate::edge::client::ClientAddr;
use crate::edge::head::WasHead;
use crate::edge::headers::Surface;
use crate::routes::Answer;
use crate::web::App;

/// How long an answer with newer numbers is waited for.
const PATIENCE: Duration = Duration::from_millis(500);

/// In the data of an answer that shows a post which everybody may see, whose readers are counted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shows(pub(crate) PostId);

/// Leaves of the query what the answer depends on, each parameter once, in this order: all other addresses are others'
/// names for the same page.
pub(crate) fn canonical(uri: &mut Uri, known: &[&str]) {
    let Some(query) = uri.query() else { return };
    let mut kept = url::form_urlencoded::Serializer::new(String::new());
    for name in known {
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        if let Some((_, value)) = pairs.find(|(key, _)| key == name) {
            kept.append_pair(name, &value);
        }
    }
    let kept = kept.finish();
    if kept == query && !kept.is_empty() {
        return;
    }
    let target = match kept.as_str() {
        "" => uri.path().to_owned(),
        kept => format!("{}?{kept}", uri.path()),
    };
    let mut parts = uri.clone().into_parts();
    if let Ok(target) = target.parse() {
        parts.path_and_query = Some(target);
        if let Ok(canonical) = Uri::from_parts(parts) {
            *uri = canonical;
        }
    }
}

/// Whether the answer to this request may be everybody's: it brings nothing that makes it one person's.
pub(crate) fn is_everybodys(app: &App, request: &Request) -> bool {
    let headers = request.headers();
    !app.session.is_present(headers) && !app.flash.is_present(headers)
}

/// The answer to a request of nobody in particular, as the site stands.
pub(crate) async fn answer(
    app: Arc<App>,
    cache: &PageCache,
    mut request: Request,
    site: Arc<ShownSite>,
    make: fn(Call) -> Answer,
) -> Result<Response, EdgeError> {
    let stamp = Stamp {
        generation: site.generation,
        numbers: app.blog.site().numbers(),
        next_publication: site.next_publication,
        behind: app.blog.site().is_behind(),
    };
    let key = key(&app, &request);
    let asker = Asker::of(app.clone(), &mut request);
    if let Some(entry) = cache.good(&key, &stamp, app.blog.now()).await {
        return Ok(asker.answer(&entry));
    }
    if app.blog.site().is_lost()
        && let Some(entry) = cache.standing(&key, &stamp).await
    {
        return Ok(asker.stale(&entry));
    }
    let flight = loop {
        let mut landing = match cache.begin(&key, stamp) {
            Turn::Mine(flight) => break flight,
            Turn::Theirs(landing) => landing,
        };
        let landed = landing.wait_for(Option::is_some).await;
        let outcome = landed.ok().and_then(|outcome| outcome.clone());
        match outcome {
            Some(Outcome::Kept(entry)) => return Ok(asker.answer(&entry)),
            Some(Outcome::Standing(entry)) => return Ok(asker.stale(&entry)),
            Some(Outcome::Failed(error)) => return Err(error),
            Some(Outcome::Passed) => {
                let call = Call::new(app, asker.returned(request), None, site);
                return make(call).await;
            }
            // Its maker left; somebody has to begin again.
            None => {}
        }
    };
    // It may have landed between the look into the cache and now.
    if let Some(entry) = cache.good(&key, &stamp, app.blog.now()).await {
        flight.land(Outcome::Kept(entry.clone())).await;
        return Ok(asker.answer(&entry));
    }
    let made_at = app.blog.now();
    let call = Call::new(app, request, None, site);
    let made = match cache.standing(&key, &stamp).await {
        None => make(call).await,
        // Only numbers on it are old: nobody waits long for these, least of all for a store that dies just now.
        Some(entry) => match tokio::time::timeout(PATIENCE, make(call)).await {
            Ok(made) => made,
            Err(_) => {
                flight.land(Outcome::Standing(entry.clone())).await;
                return Ok(asker.stale(&entry));
            }
        },
    };
    land(cache, flight, &key, asker, stamp, made_at, made).await
}

/// Ends a flight with what was made.
async fn land(
    cache: &PageCache,
    flight: Flight<'_>,
    key: &str,
    asker: Asker,
    stamp: Stamp,
    made_at: Timestamp,
    made: Result<Response, EdgeError>,
) -> Result<Response, EdgeError> {
    match made {
        Ok(response) if is_for_all(&response) => {
            let shows = response.data::<Shows>().map(|shows| shows.0);
            let (parts, body) = response.into_parts();
            let body = body
                .into_bytes()
                .await
                .map_err(|error| EdgeError::internal().caused_by(error))?;
            let entry = Arc::new(Entry {
                stamp,
                made_at,
                has_numbers: is_html(&parts.headers),
                shows,
                headers: parts.headers,
                body,
            });
            flight.land(Outcome::Kept(entry.clone())).await;
            Ok(asker.answered(&entry))
        }
        Ok(response) => {
            flight.land(Outcome::Passed).await;
            Ok(response)
        }
        Err(error) if error.status().is_server_error() => {
            let standing = cache.standing(key, &stamp).await;
            match standing {
                Some(entry) => {
                    tracing::warn!(
                        code = error.code(),
                        "a page that is not up to date stands in for one that cannot be made"
                    );
                    flight.land(Outcome::Standing(entry.clone())).await;
                    Ok(asker.stale(&entry))
                }
                None => {
                    flight.land(Outcome::Failed(error.clone())).await;
                    Err(error)
                }
            }
        }
        Err(error) => {
            flight.land(Outcome::Failed(error.clone())).await;
            Err(error)
        }
    }
}

/// Whether an answer, made for nobody in particular, is everybody's.
fn is_for_all(response: &Response) -> bool {
    let headers = response.headers();
    let personal = response.data::<Surface>().is_some();
    response.status() == StatusCode::OK
        && !personal
        && !headers.contains_key(header::SET_COOKIE)
        && !headers.contains_key(header::CACHE_CONTROL)
}

/// Numbers of likes and views stand on pages for people only.
fn is_html(headers: &http::HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// What an answer depends on besides the site: the address, whose query is canonical, and the language.
fn key(app: &App, request: &Request) -> String {
    let uri = request.uri();
    let address = uri.path_and_query().map_or("/", |address| address.as_str());
    format!("{} {address}", app.lang(request.headers()).tag())
}

/// Who asks, and for what of an answer.
struct Asker {
    app: Arc<App>,
    /// What they have already; the answer is made whole, for all.
    has: http::HeaderMap,
    /// Who they are for the count of a post's readers; nobody for those who want no body.
    reader: Option<(ClientAddr, Option<HeaderValue>)>,
}

impl Asker {
    fn of(app: Arc<App>, request: &mut Request) -> Self {
        let mut has = http::HeaderMap::new();
        if let http::header::Entry::Occupied(lines) =
            request.headers_mut().entry(header::IF_NONE_MATCH)
        {
            let (name, values) = lines.remove_entry_mult();
            for value in values {
                has.append(name.clone(), value);
            }
        }
        let reader = request.data::<WasHead>().is_none().then(|| {
            let agent = request.headers().get(header::USER_AGENT);
            (ClientAddr::of(request), agent.cloned())
        });
        Self { app, has, reader }
    }

    /// The request as it came.
    fn returned(&self, mut request: Request) -> Request {
        request.headers_mut().extend(self.has.clone());
        request
    }

    /// An answer that somebody else's request made, whose handler has not seen this one.
    fn answer(&self, entry: &Entry) -> Response {
        if let (Some(post), Some((client, agent))) = (entry.shows, &self.reader) {
            let client = client.key().to_string();
            let agent = agent.as_ref().and_then(|agent| agent.to_str().ok());
            let engagement = self.app.blog.engagement();
            engagement.seen(post, &client, agent.unwrap_or_default());
        }
        self.answered(entry)
    }

    /// The same while the store cannot be asked; `Age` says how old it is (RFC 9111, section 5.1).
    fn stale(&self, entry: &Entry) -> Response {
        let mut response = self.answer(entry);
        let age = self.app.blog.now().since(entry.made_at).as_secs();
        response
            .headers_mut()
            .insert(header::AGE, HeaderValue::from(age));
        response
    }

    /// An answer whose handler saw this request.
    fn answered(&self, entry: &Entry) -> Response {
        let mut response = Response::default();
        *response.headers_mut() = entry.headers.clone();
        let tag = entry.headers.get(header::ETAG);
        let same = tag
            .and_then(|tag| tag.to_str().ok())
            .is_some_and(|tag| matches(&self.has, tag));
        if same {
            response.set_status(StatusCode::NOT_MODIFIED);
            response.headers_mut().remove(header::CONTENT_TYPE);
        } else {
            response.set_body(Bytes::clone(&entry.body));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_one_address() {
        for (address, known, canonical_form) in [
            ("/", &["after"][..], "/"),
            ("/?", &["after"], "/"),
            ("/?utm_source=x", &["after"], "/"),
            ("/?after=a", &["after"], "/?after=a"),
            ("/?after=a&after=b&x=1", &["after"], "/?after=a"),
            ("/?x&after=%61", &["after"], "/?after=a"),
            (
                "/search?after=b&q=a+b",
                &["q", "after"],
                "/search?q=a+b&after=b",
            ),
            ("/search?q=a%20b", &["q", "after"], "/search?q=a+b"),
            ("/search?q=", &["q", "after"], "/search?q="),
            ("/search?%71=x", &["q"], "/search?q=x"),
            ("/robots.txt?x=1", &[], "/robots.txt"),
        ] {
            let mut uri: Uri = address.parse().unwrap();
            canonical(&mut uri, known);
            assert_eq!(uri.to_string(), canonical_form, "{address}");
        }
    }
}
