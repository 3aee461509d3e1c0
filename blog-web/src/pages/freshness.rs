//! Answers that are known to be unchanged before they are made: what programs ask for every hour.
//!
//! Their `ETag` stands for everything that they are made from: the site's generation, which every public change
//! raises; the next scheduled publication, which passes without a write; the site's settings; and this program.

use blog_core::model::post::SiteState;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use poem::{Body, Response};
use sha2::{Digest as _, Sha256};

use super::call::Call;
use super::models;

/// Raised when what is made from the same site changes.
const VERSION: u32 = 1;

/// Whether the reader has an answer already.
pub(super) fn asks(headers: &HeaderMap) -> bool {
    headers.contains_key(header::IF_NONE_MATCH)
}

/// The tag of the answer `key` as the site stands.
pub(super) fn tag(call: &Call, site: &SiteState, key: &str) -> String {
    let shown = models::site(&call.site);
    let next = site.next_publication.map(blog_core::Timestamp::as_micros);
    let mut digest = Sha256::new();
    for part in [
        &format!(
            "{VERSION} {} {}",
            env!("CARGO_PKG_VERSION"),
            blog_core::markdown::RENDERER_VERSION
        ),
        &format!("{} {next:?}", site.generation),
        &call.app.absolute(key),
        &shown.title,
        &shown.description,
        shown.lang.tag(),
    ] {
        digest.update(part.len().to_be_bytes());
        digest.update(part.as_bytes());
    }
    let hex: String = digest.finalize()[..12]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("\"{hex}\"")
}

/// 304 for a reader who has the answer of this tag. `*` asks for anything at all, which is not known yet.
pub(super) fn not_modified(call: &Call, tag: &str) -> Option<Response> {
    let lines = call.request.headers().get_all(header::IF_NONE_MATCH);
    let mut tags = lines
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/"));
    tags.any(|theirs| theirs == tag).then(|| {
        with_tag(
            Response::builder()
                .status(StatusCode::NOT_MODIFIED)
                .finish(),
            tag,
        )
    })
}

/// The answer with its tag; 304 where the reader has it.
pub(super) fn tagged(
    call: &Call,
    tag: &str,
    content_type: &str,
    body: impl Into<Body>,
) -> Response {
    not_modified(call, tag).unwrap_or_else(|| {
        with_tag(
            Response::builder().content_type(content_type).body(body),
            tag,
        )
    })
}

fn with_tag(mut response: Response, tag: &str) -> Response {
    if let Ok(value) = HeaderValue::try_from(tag) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}
