//! Mail addresses: verified, changed, taken back.

use blog_core::Error;
use blog_core::error::Entity;
use blog_core::service::addresses::AddressLink;
use blog_core::service::sessions::Visitor;
use poem::Response;
use serde::Deserialize;

use super::call::Call;
use super::passwords::{secret, secretly};
use super::{Nothing, letters, refusal};
use crate::edge::EdgeError;
use crate::view::FormView;
use crate::view::page::{AddressLinkPage, EmailPage};

const EMAIL: &str = "/account/email";
const VERIFY: &str = "/account/verify";
const UNDO: &str = "/account/undo";

fn page(visitor: &Visitor, form: FormView) -> EmailPage {
    let user = &visitor.user;
    EmailPage {
        form,
        email: user.email.as_ref().map(ToString::to_string),
        verified: user.verified_at.is_some(),
    }
}

pub(crate) async fn form(call: Call) -> Result<Response, EdgeError> {
    let Some(visitor) = &call.visitor else {
        return call.to_login();
    };
    call.page(&call.chrome(EMAIL), &page(visitor, FormView::new(EMAIL)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeFields {
    email: String,
    password: String,
}

pub(crate) async fn change(mut call: Call) -> Result<Response, EdgeError> {
    let fields: ChangeFields = call.form().await?.parse()?;
    let Some(visitor) = call.visitor.clone() else {
        return call.to_login();
    };
    let addresses = call.blog().addresses();
    let compose = letters::composer(&call);
    match addresses
        .change(&visitor, &fields.email, &fields.password, compose)
        .await
    {
        Ok(()) => Ok(call.redirect_with(EMAIL, "link-sent")),
        Err(error) => {
            let form = FormView::new(EMAIL).value("email", fields.email);
            let (refusal, form) = refusal::refuse(form, error);
            call.refused_page(&refusal, &call.chrome(EMAIL), &page(&visitor, form))
        }
    }
}

pub(crate) async fn send_link(mut call: Call) -> Result<Response, EdgeError> {
    let Nothing {} = call.form().await?.parse()?;
    let Some(visitor) = call.visitor.clone() else {
        return call.to_login();
    };
    let addresses = call.blog().addresses();
    let compose = letters::composer(&call);
    match addresses.send_link(&visitor, compose).await {
        Ok(()) => Ok(call.redirect_with(EMAIL, "link-sent")),
        Err(error) => {
            let (refusal, form) = refusal::refuse(FormView::new(EMAIL), error);
            call.refused_page(&refusal, &call.chrome(EMAIL), &page(&visitor, form))
        }
    }
}

fn link_page(
    call: &Call,
    path: &str,
    link: AddressLink,
    token: String,
) -> Result<Response, EdgeError> {
    let page = AddressLinkPage {
        form: FormView::new(path).value("token", token),
        username: link.user.username.to_string(),
        email: link.email.to_string(),
        undo: path == UNDO,
    };
    let mut chrome = call.chrome(path);
    chrome.noindex = true;
    Ok(secretly(call.page(&chrome, &page)?))
}

/// The link of a mail changes nothing; its page has the button that does.
pub(crate) async fn verify_form(call: Call) -> Result<Response, EdgeError> {
    let token = call.query("token").unwrap_or_default();
    let link = call.blog().addresses().check(&secret(&token)?).await?;
    link_page(&call, VERIFY, link, token)
}

pub(crate) async fn undo_form(call: Call) -> Result<Response, EdgeError> {
    let token = call.query("token").unwrap_or_default();
    let link = call.blog().addresses().check_undo(&secret(&token)?).await?;
    link_page(&call, UNDO, link, token)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenFields {
    token: String,
}

pub(crate) async fn verify(mut call: Call) -> Result<Response, EdgeError> {
    let fields: TokenFields = call.form().await?.parse()?;
    let token = secret(&fields.token)?;
    let addresses = call.blog().addresses();
    let compose = letters::composer(&call);
    addresses.verify(&token, compose).await.map_err(taken)?;
    let next = match &call.visitor {
        Some(_) => EMAIL,
        None => "/account/login",
    };
    Ok(call.redirect_with(next, "address-verified"))
}

pub(crate) async fn undo(mut call: Call) -> Result<Response, EdgeError> {
    let fields: TokenFields = call.form().await?.parse()?;
    let token = secret(&fields.token)?;
    let addresses = call.blog().addresses();
    addresses.undo(&token).await.map_err(taken)?;
    Ok(call.redirect_with("/account/forgot", "address-back"))
}

/// Whose the address is now, nobody is told: the link is as good as none.
fn taken(error: Error) -> Error {
    match error {
        Error::Conflict(_) => Error::NotFound(Entity::Token),
        other => other,
    }
}
