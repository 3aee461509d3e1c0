//! The stylesheet, the script and the icons, compiled in.

use http::{StatusCode, header};
use poem::Response;

use super::call::{Call, matches};
use crate::edge::EdgeError;
use crate::view::assets;

pub(crate) async fn show(call: Call) -> Result<Response, EdgeError> {
    let found = assets::lookup(&call.param("name"))
        .ok_or_else(|| EdgeError::of_status(StatusCode::NOT_FOUND))?;
    let cache = match found.immutable {
        true => "public, max-age=31536000, immutable",
        false => "no-cache",
    };
    let etag = format!("\"{}\"", found.asset.hash);
    let builder = Response::builder()
        .header(header::CACHE_CONTROL, cache)
        .header(header::ETAG, &etag);
    Ok(match matches(call.request.headers(), &etag) {
        true => builder.status(StatusCode::NOT_MODIFIED).finish(),
        false => builder
            .content_type(found.asset.content_type)
            .body(found.asset.bytes.clone()),
    })
}
