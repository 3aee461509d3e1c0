//! The language that a reader chooses at the foot of every page.

use blog_core::error::{Error, Reason};
use http::header;
use poem::Response;
use serde::Deserialize;

use super::call::{Call, own_path};
use crate::edge::EdgeError;
use crate::view::Lang;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Choice {
    lang: String,
    #[serde(default)]
    back: String,
}

pub(crate) async fn choose(mut call: Call) -> Result<Response, EdgeError> {
    let choice: Choice = call.form().await?.parse()?;
    let lang =
        Lang::from_tag(&choice.lang).ok_or_else(|| Error::invalid("lang", Reason::NotAChoice))?;
    let mut response = call.redirect(own_path(&choice.back).unwrap_or("/"));
    let cookie = call.app.language.set(lang);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}
