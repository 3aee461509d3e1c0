//! Passwords: forgotten, set anew by a link, changed.

use blog_core::model::secret::Secret;
use blog_core::service::recovery::PasswordChange;
use poem::Response;
use serde::Deserialize;

use super::call::Call;
use super::{letters, refusal};
use crate::edge::EdgeError;
use crate::edge::headers::Surface;
use crate::view::FormView;
use crate::view::page::{ForgotPage, PasswordPage, ResetPage};

const FORGOT: &str = "/account/forgot";
const RESET: &str = "/account/reset";
const PASSWORD: &str = "/account/password";

pub(crate) async fn forgot_form(call: Call) -> Result<Response, EdgeError> {
    let form = FormView::new(FORGOT);
    let page = ForgotPage { form, sent: false };
    call.page(&call.chrome(FORGOT), &page)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ForgotFields {
    login: String,
}

pub(crate) async fn forgot(mut call: Call) -> Result<Response, EdgeError> {
    let fields: ForgotFields = call.form().await?.parse()?;
    let form = FormView::new(FORGOT).value("login", fields.login.as_str());
    let chrome = call.chrome(FORGOT);
    let recovery = call.blog().recovery();
    let compose = letters::composer(&call);
    match recovery
        .forgot(&fields.login, &call.client(), compose)
        .await
    {
        Ok(()) => call.page(&chrome, &ForgotPage { form, sent: true }),
        Err(error) => {
            let (refusal, form) = refusal::refuse(form, error);
            call.refused_page(&refusal, &chrome, &ForgotPage { form, sent: false })
        }
    }
}

/// The secret of a link that a mail carried.
pub(super) fn secret(token: &str) -> Result<Secret, EdgeError> {
    Secret::decode(token)
        .ok_or_else(|| blog_core::Error::NotFound(blog_core::error::Entity::Token).into())
}

/// A page whose address holds a secret: nobody else may learn of it, and nobody keeps it.
pub(super) fn secretly(mut response: Response) -> Response {
    response.set_data(Surface::page().without_referrer().personal());
    response
}

pub(crate) async fn reset_form(call: Call) -> Result<Response, EdgeError> {
    let token = call.query("token").unwrap_or_default();
    let user = call.blog().recovery().check(&secret(&token)?).await?;
    let page = ResetPage {
        form: FormView::new(RESET).value("token", token),
        username: user.username.to_string(),
    };
    let mut chrome = call.chrome(RESET);
    chrome.noindex = true;
    Ok(secretly(call.page(&chrome, &page)?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ResetFields {
    token: String,
    password: String,
}

pub(crate) async fn reset(mut call: Call) -> Result<Response, EdgeError> {
    let fields: ResetFields = call.form().await?.parse()?;
    let token = secret(&fields.token)?;
    let recovery = call.blog().recovery();
    let user = recovery.check(&token).await?;
    let compose = letters::composer(&call);
    match recovery.reset(&token, &fields.password, compose).await {
        Ok(()) => Ok(call.redirect_with("/account/login", "password-set")),
        Err(error) => {
            let form = FormView::new(RESET).value("token", fields.token);
            let (refusal, form) = refusal::refuse(form, error);
            let page = ResetPage {
                form,
                username: user.username.to_string(),
            };
            let mut chrome = call.chrome(RESET);
            chrome.noindex = true;
            Ok(secretly(call.refused_page(&refusal, &chrome, &page)?))
        }
    }
}

pub(crate) async fn change_form(call: Call) -> Result<Response, EdgeError> {
    let form = FormView::new(PASSWORD);
    call.page(&call.chrome(PASSWORD), &PasswordPage { form })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeFields {
    current: String,
    password: String,
}

pub(crate) async fn change(mut call: Call) -> Result<Response, EdgeError> {
    let fields: ChangeFields = call.form().await?.parse()?;
    let Some(visitor) = call.visitor.clone() else {
        return call.to_login();
    };
    let input = PasswordChange {
        current: fields.current,
        password: fields.password,
        device: call.user_agent().to_owned(),
    };
    let recovery = call.blog().recovery();
    let compose = letters::composer(&call);
    match recovery.change(&visitor, input, compose).await {
        Ok(login) => {
            let mut response = call.redirect_with(PASSWORD, "password-changed");
            call.begin_session(&login, &mut response);
            Ok(response)
        }
        Err(error) => {
            let (refusal, form) = refusal::refuse(FormView::new(PASSWORD), error);
            call.refused_page(&refusal, &call.chrome(PASSWORD), &PasswordPage { form })
        }
    }
}
