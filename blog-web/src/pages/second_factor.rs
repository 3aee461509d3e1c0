//! The second step of logging in: set up, used, turned off.

use blog_core::error::{Entity, Error};
use blog_core::model::second_factor::{RecoveryCode, TotpKey};
use blog_core::model::secret::Secret;
use blog_core::service::accounts::{HalfLogin, SecondStep};
use blog_core::service::second_factors::Standing;
use blog_core::service::sessions::Visitor;
use http::header;
use poem::Response;
use qrcode::{Color, EcLevel, QrCode};
use serde::Deserialize;

use super::account::{entered, safe_next};
use super::call::Call;
use super::passwords::secretly;
use super::{letters, models, refusal};
use crate::edge::EdgeError;
use crate::edge::headers::Surface;
use crate::view::FormView;
use crate::view::page::{RecoveryCodesPage, SecondFactorPage, SecondStepPage};

pub(super) const SECOND_FACTOR: &str = "/account/second-factor";
const BEGIN: &str = "/account/second-factor/begin";
const CONFIRM: &str = "/account/second-factor/confirm";
const CODES: &str = "/account/second-factor/codes";
const OFF: &str = "/account/second-factor/off";
const STEP: &str = "/account/login/code";

/// White modules around the picture's own, without which no camera finds it.
const MARGIN: usize = 4;

/// The forms of the page; one of them may have been refused.
#[derive(Default)]
struct Forms {
    first: Option<FormView>,
    codes: Option<FormView>,
    off: Option<FormView>,
}

async fn page(call: &Call, visitor: &Visitor, forms: Forms) -> Result<SecondFactorPage, EdgeError> {
    let factors = call.blog().second_factors();
    let new = |form: Option<FormView>, action| form.unwrap_or_else(|| FormView::new(action));
    let mut page = SecondFactorPage {
        required: factors.is_required(visitor).await,
        ask_password: !call.blog().people().is_recent(visitor),
        form: FormView::default(),
        key: None,
        since: None,
        codes_left: 0,
        failures: 0,
        codes_form: new(forms.codes, CODES),
        off_form: new(forms.off, OFF),
    };
    match factors.standing(visitor).await? {
        Standing::Off => page.form = new(forms.first, BEGIN),
        Standing::Begun(key) => {
            page.form = new(forms.first, CONFIRM);
            page.key = Some(in_groups(&key.to_text()));
        }
        Standing::On {
            since,
            codes_left,
            failures,
        } => {
            page.since = Some(since.as_micros());
            page.codes_left = codes_left;
            page.failures = failures;
        }
    }
    Ok(page)
}

fn in_groups(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    groups.join(" ")
}

pub(crate) async fn show(call: Call) -> Result<Response, EdgeError> {
    let Some(visitor) = &call.visitor else {
        return call.to_login();
    };
    let page = page(&call, visitor, Forms::default()).await?;
    Ok(secretly(call.page(&call.chrome(SECOND_FACTOR), &page)?))
}

/// The page again, with what is wrong beside the form.
async fn refused(
    call: &Call,
    visitor: &Visitor,
    error: Error,
    action: &'static str,
) -> Result<Response, EdgeError> {
    let (refusal, form) = refusal::refuse(FormView::new(action), error);
    let mut forms = Forms::default();
    match action {
        CODES => forms.codes = Some(form),
        OFF => forms.off = Some(form),
        _ => forms.first = Some(form),
    }
    let page = page(call, visitor, forms).await?;
    let chrome = call.chrome(SECOND_FACTOR);
    Ok(secretly(call.refused_page(&refusal, &chrome, &page)?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BeginFields {
    #[serde(default)]
    password: String,
}

pub(crate) async fn begin(mut call: Call) -> Result<Response, EdgeError> {
    let fields: BeginFields = call.form().await?.parse()?;
    let Some(visitor) = call.visitor.clone() else {
        return call.to_login();
    };
    let factors = call.blog().second_factors();
    match factors.begin(&visitor, &fields.password).await {
        Ok(()) => Ok(call.redirect(SECOND_FACTOR)),
        Err(error) => refused(&call, &visitor, error, BEGIN).await,
    }
}

/// The key as a picture, while it waits for its first code.
pub(crate) async fn picture(call: Call) -> Result<Response, EdgeError> {
    let Some(visitor) = &call.visitor else {
        return call.to_login();
    };
    let factors = call.blog().second_factors();
    let Standing::Begun(key) = factors.standing(visitor).await? else {
        return Err(Error::NotFound(Entity::Token).into());
    };
    let mut response = Response::builder()
        .content_type("image/svg+xml")
        .body(drawn(&call, visitor, &key)?);
    response.set_data(Surface::page().without_referrer().personal());
    Ok(response)
}

fn drawn(call: &Call, visitor: &Visitor, key: &TotpKey) -> Result<String, EdgeError> {
    let site = models::site(&call.site).title;
    let uri = key.to_uri(&site, visitor.user.username.as_str());
    let code = QrCode::with_error_correction_level(uri, EcLevel::M)
        .map_err(|error| EdgeError::internal().caused_by(error))?;
    let width = code.width();
    let mut path = String::new();
    for (place, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let (x, y) = (place % width + MARGIN, place / width + MARGIN);
            path.push_str(&format!("M{x} {y}h1v1h-1z"));
        }
    }
    let size = width + 2 * MARGIN;
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{size}v{size}h-{size}z\"/><path d=\"{path}\"/></svg>"
    ))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfirmFields {
    code: String,
}

pub(crate) async fn confirm(mut call: Call) -> Result<Response, EdgeError> {
    let fields: ConfirmFields = call.form().await?.parse()?;
    let Some(visitor) = call.visitor.clone() else {
        return call.to_login();
    };
    let factors = call.blog().second_factors();
    let compose = letters::composer(&call);
    match factors.confirm(&visitor, &fields.code, compose).await {
        Ok((codes, login)) => {
            let mut response = shown_once(&call, &codes)?;
            call.begin_session(&login, &mut response);
            Ok(response)
        }
        Err(Error::NotFound(_)) => Ok(call.redirect_with(SECOND_FACTOR, "second-over")),
        Err(error) => refused(&call, &visitor, error, CONFIRM).await,
    }
}

/// The codes are in this answer and nowhere else, since nobody keeps them.
fn shown_once(call: &Call, codes: &[RecoveryCode]) -> Result<Response, EdgeError> {
    let page = RecoveryCodesPage {
        codes: codes.iter().map(RecoveryCode::to_text).collect(),
    };
    let mut chrome = call.chrome(SECOND_FACTOR);
    // The answer to the form has no address to come back to.
    chrome.back = SECOND_FACTOR.to_owned();
    Ok(secretly(call.page(&chrome, &page)?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProofFields {
    password: String,
    code: String,
}

pub(crate) async fn renew_codes(mut call: Call) -> Result<Response, EdgeError> {
    let fields: ProofFields = call.form().await?.parse()?;
    let Some(visitor) = call.visitor.clone() else {
        return call.to_login();
    };
    let factors = call.blog().second_factors();
    let compose = letters::composer(&call);
    match factors
        .renew_codes(&visitor, &fields.password, &fields.code, compose)
        .await
    {
        Ok(codes) => shown_once(&call, &codes),
        Err(error) => refused(&call, &visitor, error, CODES).await,
    }
}

pub(crate) async fn turn_off(mut call: Call) -> Result<Response, EdgeError> {
    let fields: ProofFields = call.form().await?.parse()?;
    let Some(visitor) = call.visitor.clone() else {
        return call.to_login();
    };
    let factors = call.blog().second_factors();
    let compose = letters::composer(&call);
    match factors
        .turn_off(&visitor, &fields.password, &fields.code, compose)
        .await
    {
        Ok(()) => Ok(call.redirect_with(SECOND_FACTOR, "second-turned-off")),
        Err(error) => refused(&call, &visitor, error, OFF).await,
    }
}

/// To the form that asks for the code; the browser keeps the half that is done.
pub(super) fn to_step(call: &Call, half: &HalfLogin, next: &str, remember: bool) -> Response {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if let Some(next) = safe_next(next) {
        query.append_pair("next", next);
    }
    if remember {
        query.append_pair("remember", "on");
    }
    let mut response = match query.finish() {
        query if query.is_empty() => call.redirect(STEP),
        query => call.redirect(&format!("{STEP}?{query}")),
    };
    let secret = half.secret.encode();
    if let Some(cookie) = call.app.half.set(&secret, Some(half.lasts)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn half(call: &Call) -> Option<Secret> {
    let token = call.app.half.token(call.request.headers());
    token.and_then(Secret::decode)
}

fn step_form(next: &str, remember: bool) -> FormView {
    let mut form = FormView::new(STEP);
    if let Some(next) = safe_next(next) {
        form = form.value("next", next);
    }
    if remember {
        form = form.value("remember", "on");
    }
    form
}

pub(crate) async fn step_page(call: Call) -> Result<Response, EdgeError> {
    let next = call.query("next").unwrap_or_default();
    if call.visitor.is_some() {
        return Ok(call.redirect(safe_next(&next).unwrap_or("/")));
    }
    let known = match half(&call) {
        Some(secret) => call.blog().accounts().check_half(&secret).await,
        None => Err(Error::NotFound(Entity::Token)),
    };
    match known {
        Ok(()) => {
            let form = step_form(&next, call.query("remember").is_some());
            let mut chrome = call.chrome(STEP);
            chrome.noindex = true;
            Ok(secretly(call.page(&chrome, &SecondStepPage { form })?))
        }
        Err(Error::NotFound(_)) => Ok(call.redirect("/account/login")),
        Err(error) => Err(error.into()),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepFields {
    code: String,
    #[serde(default)]
    remember: bool,
    #[serde(default)]
    next: String,
}

pub(crate) async fn step(mut call: Call) -> Result<Response, EdgeError> {
    let fields: StepFields = call.form().await?.parse()?;
    let accounts = call.blog().accounts();
    let ended = match half(&call) {
        Some(secret) => {
            let step = SecondStep {
                code: fields.code,
                remember: fields.remember,
                device: call.user_agent().to_owned(),
                client: call.client(),
            };
            let compose = letters::composer(&call);
            accounts.show_second_factor(&secret, step, compose).await
        }
        None => Err(Error::NotFound(Entity::Token)),
    };
    match ended {
        Ok(login) => {
            let mut response = entered(&call, &login, &fields.next).await?;
            let headers = response.headers_mut();
            headers.append(header::SET_COOKIE, call.app.half.clear());
            Ok(response)
        }
        Err(Error::NotFound(_)) => {
            let mut response = call.redirect_with("/account/login", "second-late");
            let headers = response.headers_mut();
            headers.append(header::SET_COOKIE, call.app.half.clear());
            Ok(response)
        }
        Err(error) => {
            let form = step_form(&fields.next, fields.remember);
            let (refusal, form) = refusal::refuse(form, error);
            let mut chrome = call.chrome(STEP);
            chrome.noindex = true;
            let page = SecondStepPage { form };
            Ok(secretly(call.refused_page(&refusal, &chrome, &page)?))
        }
    }
}
