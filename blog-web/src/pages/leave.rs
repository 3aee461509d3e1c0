//! Leaving: the page on which somebody has their account erased.

use poem::Response;
use serde::Deserialize;

use super::call::Call;
use super::{letters, refusal};
use crate::edge::EdgeError;
use crate::view::FormView;
use crate::view::page::LeavePage;

const LEAVE: &str = "/account/delete";

pub(crate) async fn form(call: Call) -> Result<Response, EdgeError> {
    let form = FormView::new(LEAVE);
    call.page(&call.chrome(LEAVE), &LeavePage { form })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    password: String,
}

pub(crate) async fn leave(mut call: Call) -> Result<Response, EdgeError> {
    let fields: Fields = call.form().await?.parse()?;
    let Some(visitor) = call.visitor.clone() else {
        return call.to_login();
    };
    let compose = letters::composer(&call);
    let privacy = call.blog().privacy();
    match privacy.leave(&visitor, &fields.password, compose).await {
        Ok(_) => {
            let mut response = call.redirect_with("/", "leaving");
            let headers = response.headers_mut();
            headers.append(http::header::SET_COOKIE, call.app.session.clear());
            Ok(response)
        }
        Err(error) => {
            let (refusal, form) = refusal::refuse(FormView::new(LEAVE), error);
            call.refused_page(&refusal, &call.chrome(LEAVE), &LeavePage { form })
        }
    }
}
