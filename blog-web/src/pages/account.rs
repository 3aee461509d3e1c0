//! Accounts: the owner's set-up, registration, log-in and log-out, the profile.

use blog_core::error::{Conflict, Error};
use blog_core::model::secret::Secret;
use blog_core::service::accounts::{Entry, LogIn, ProfileInput, SignUp};
use blog_core::service::sessions::Login;
use poem::Response;
use serde::Deserialize;

use super::call::{Call, own_path};
use super::library::upload_of;
use super::passwords::secretly;
use super::{letters, models, refusal, second_factor};
use crate::edge::EdgeError;
use crate::edge::headers::Surface;
use crate::edge::multipart::{Multipart, MultipartLimits, Part};
use crate::view::FormView;
use crate::view::page::{LoginPage, OwnerPage, ProfilePage, RegisterPage};

fn secret(text: &str) -> Result<Secret, EdgeError> {
    Secret::decode(text).ok_or_else(|| EdgeError::of_status(http::StatusCode::NOT_FOUND))
}

pub(crate) async fn owner_form(call: Call) -> Result<Response, EdgeError> {
    let token = call.query("token").unwrap_or_default();
    let accounts = call.blog().accounts();
    accounts.check_owner_link(&secret(&token)?).await?;
    let form = FormView::new("/account/owner").value("token", token);
    let mut chrome = call.chrome("/account/owner");
    chrome.noindex = true;
    let mut response = call.page(&chrome, &OwnerPage { form })?;
    response.set_data(Surface::page().without_referrer().personal());
    Ok(response)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnerForm {
    token: String,
    username: String,
    email: String,
    password: String,
}

pub(crate) async fn set_up_owner(mut call: Call) -> Result<Response, EdgeError> {
    let form: OwnerForm = call.form().await?.parse()?;
    let sign_up = SignUp {
        username: form.username.clone(),
        email: form.email.clone(),
        password: form.password,
    };
    let accounts = call.blog().accounts();
    let token = secret(&form.token)?;
    match accounts
        .set_up_owner(&token, sign_up, call.user_agent())
        .await
    {
        Ok(login) => {
            let mut response = call.redirect_with("/account/profile", "owner");
            call.begin_session(&login, &mut response);
            Ok(response)
        }
        Err(error) => {
            let form = FormView::new("/account/owner")
                .value("token", form.token)
                .value("username", form.username)
                .value("email", form.email);
            let (refusal, form) = refusal::refuse(form, error);
            let mut response = call.refused_page(
                &refusal,
                &call.chrome("/account/owner"),
                &OwnerPage { form },
            )?;
            response.set_data(Surface::page().without_referrer().personal());
            Ok(response)
        }
    }
}

pub(crate) async fn register_form(call: Call) -> Result<Response, EdgeError> {
    if call.visitor.is_some() {
        return Ok(call.redirect("/"));
    }
    let path = "/account/register";
    let invitation = call.query("invitation");
    let form = match &invitation {
        Some(token) => {
            let invitations = call.blog().invitations();
            invitations.check(&secret(token)?).await?;
            FormView::new(path).value("invitation", token)
        }
        None => {
            call.blog().policy().may_register(false)?;
            FormView::new(path)
        }
    };
    let mut chrome = call.chrome(path);
    chrome.noindex = invitation.is_some();
    let page = call.page(&chrome, &RegisterPage { form })?;
    Ok(match invitation {
        Some(_) => secretly(page),
        None => page,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RegisterForm {
    username: String,
    email: String,
    password: String,
    #[serde(default)]
    invitation: String,
    /// For programs that fill in whatever they find.
    #[serde(default)]
    website: String,
}

pub(crate) async fn register(mut call: Call) -> Result<Response, EdgeError> {
    let form: RegisterForm = call.form().await?.parse()?;
    let sign_up = SignUp {
        username: form.username.clone(),
        email: form.email.clone(),
        password: form.password,
    };
    let accounts = call.blog().accounts();
    let notice = match accounts.waits() {
        true => "registered-waits",
        false => "registered",
    };
    if !form.website.is_empty() {
        // As if it was made: who learns that it was not would try again without.
        return Ok(call.redirect_with("/account/login", notice));
    }
    let invitation = match form.invitation.as_str() {
        "" => None,
        token => Some(secret(token)?),
    };
    let compose = letters::composer(&call);
    let registered = accounts
        .register(sign_up, invitation.as_ref(), &call.client(), compose)
        .await;
    match registered {
        Ok(()) => Ok(call.redirect_with("/account/login", notice)),
        Err(error) => {
            let mut again = FormView::new("/account/register")
                .value("username", form.username)
                .value("email", form.email);
            if invitation.is_some() {
                again = again.value("invitation", form.invitation);
            }
            let (refusal, form) = refusal::refuse(again, error);
            let chrome = call.chrome("/account/register");
            let page = call.refused_page(&refusal, &chrome, &RegisterPage { form })?;
            Ok(match invitation {
                Some(_) => secretly(page),
                None => page,
            })
        }
    }
}

/// Where to go on to after logging in.
pub(super) fn safe_next(next: &str) -> Option<&str> {
    own_path(next).filter(|next| !next.starts_with("/account/log"))
}

fn login_page(next: &str, login: &str, remember: bool) -> FormView {
    let form = FormView::new("/account/login").value("login", login);
    let form = match remember {
        true => form.value("remember", "on"),
        false => form,
    };
    match safe_next(next) {
        Some(next) => form.value("next", next),
        None => form,
    }
}

pub(crate) async fn login_form(call: Call) -> Result<Response, EdgeError> {
    let next = call.query("next").unwrap_or_default();
    if call.visitor.is_some() {
        return Ok(call.redirect(safe_next(&next).unwrap_or("/")));
    }
    let form = login_page(&next, "", false);
    call.page(&call.chrome("/account/login"), &LoginPage { form })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LoginForm {
    login: String,
    password: String,
    #[serde(default)]
    remember: bool,
    #[serde(default)]
    next: String,
}

pub(crate) async fn log_in(mut call: Call) -> Result<Response, EdgeError> {
    let form: LoginForm = call.form().await?.parse()?;
    let log_in = LogIn {
        login: form.login.clone(),
        password: form.password,
        remember: form.remember,
        device: call.user_agent().to_owned(),
        client: call.client(),
    };
    match call.blog().accounts().log_in(log_in).await {
        Ok(Entry::In(login)) => entered(&call, &login, &form.next).await,
        Ok(Entry::Half(half)) => Ok(second_factor::to_step(
            &call,
            &half,
            &form.next,
            form.remember,
        )),
        Err(error) => {
            let form = login_page(&form.next, &form.login, form.remember);
            let (refusal, form) = refusal::refuse(form, error);
            let chrome = call.chrome("/account/login");
            call.refused_page(&refusal, &chrome, &LoginPage { form })
        }
    }
}

/// Where a log-in leads.
pub(super) async fn entered(call: &Call, login: &Login, next: &str) -> Result<Response, EdgeError> {
    // The session that the browser had ends: a planted one must not live on beside the new one.
    if let Some(old) = call.app.session.token(call.request.headers())
        && let Some(old) = Secret::decode(old)
    {
        call.blog().sessions().end(&old).await?;
    }
    let mut response = call.redirect_with(safe_next(next).unwrap_or("/"), "logged-in");
    call.begin_session(login, &mut response);
    Ok(response)
}

pub(crate) async fn log_out(mut call: Call) -> Result<Response, EdgeError> {
    let _: super::Nothing = call.form().await?.parse()?;
    if let Some(token) = call.app.session.token(call.request.headers())
        && let Some(secret) = Secret::decode(token)
    {
        call.blog().sessions().end(&secret).await?;
    }
    let mut response = call.redirect_with("/", "logged-out");
    let headers = response.headers_mut();
    headers.append(http::header::SET_COOKIE, call.app.session.clear());
    Ok(response)
}

fn profile_page(call: &Call, form: FormView) -> ProfilePage {
    let avatar = call.visitor.as_ref().and_then(|v| v.user.avatar.as_ref());
    ProfilePage {
        form,
        avatar: avatar.map(models::picture),
    }
}

pub(crate) async fn profile_form(call: Call) -> Result<Response, EdgeError> {
    let Some(visitor) = &call.visitor else {
        return call.to_login();
    };
    let form = FormView::new("/account/profile")
        .value("display_name", visitor.user.display_name.as_str())
        .value("bio", visitor.user.bio.as_str())
        .value("version", visitor.user.version.to_string());
    let page = profile_page(&call, form);
    call.page(&call.chrome("/account/profile"), &page)
}

#[derive(Default)]
struct ProfileForm {
    version: String,
    display_name: String,
    bio: String,
}

impl ProfileForm {
    fn filled(&self) -> FormView {
        FormView::new("/account/profile")
            .value("display_name", &self.display_name)
            .value("bio", &self.bio)
            .value("version", &self.version)
    }
}

pub(crate) async fn save_profile(mut call: Call) -> Result<Response, EdgeError> {
    let limits = MultipartLimits::one_file(call.blog().settings().max_picture_bytes);
    let mut parts = Multipart::of(&mut call.request, limits)?;
    let mut form = ProfileForm::default();
    let old = call.visitor.as_ref().and_then(|v| v.user.avatar.as_ref());
    let mut avatar = old.map(|avatar| avatar.id);
    let mut taken = None;
    let mut refused = None;
    while let Some(part) = parts.next().await? {
        match part {
            Part::Text { name, value } => match name.as_str() {
                "version" => form.version = value,
                "display_name" => form.display_name = value,
                "bio" => form.bio = value,
                _ => return Err(refusal::unknown_field()),
            },
            Part::File(file) if file.name() == "avatar" => {
                if file.file_name().is_empty() {
                    continue;
                }
                let upload = upload_of(file, "");
                let library = call.blog().library();
                match library.upload_picture(&call.actor, upload).await {
                    Ok(item) => {
                        avatar = Some(item.id);
                        taken = Some(item.id);
                    }
                    Err(error) => {
                        refused = Some(error);
                        break;
                    }
                }
            }
            Part::File(_) => return Err(refusal::unknown_field()),
        }
    }
    if let Some(error) = refused {
        if let Some(own) = EdgeError::find_in(&error) {
            return Err(own);
        }
        let (refusal, form) = refusal::refuse(form.filled(), error);
        let form = move_error(form);
        let page = profile_page(&call, form);
        return call.refused_page(&refusal, &call.chrome("/account/profile"), &page);
    }
    let input = ProfileInput {
        version: form.version.parse().unwrap_or(0),
        display_name: form.display_name.clone(),
        bio: form.bio.clone(),
        avatar,
    };
    match call
        .blog()
        .accounts()
        .update_profile(&call.actor, input)
        .await
    {
        Ok(user) => Ok(call.redirect_with(&format!("/@{}", user.username), "profile-saved")),
        Err(error) => {
            // A refused form has no effect.
            if let Some(taken) = taken {
                call.blog().library().delete(&call.actor, taken).await?;
            }
            if let Error::Conflict(Conflict::Version { current }) = &error {
                form.version = current.to_string();
            }
            let (refusal, form) = refusal::refuse(form.filled(), error);
            let page = profile_page(&call, form);
            call.refused_page(&refusal, &call.chrome("/account/profile"), &page)
        }
    }
}

/// The file's field is called `avatar` on this form.
fn move_error(form: FormView) -> FormView {
    match form.error_of("file").cloned() {
        Some(sentence) => form.error("avatar", sentence),
        None => form,
    }
}

#[cfg(test)]
mod tests {
    use super::safe_next;

    #[test]
    fn only_own_paths_are_gone_on_to() {
        for good in ["/", "/write", "/posts/a?b=c#d", "/@ada"] {
            assert_eq!(safe_next(good), Some(good));
        }
        for bad in [
            "",
            "write",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nX: y",
            "/a\\b",
            "/account/logout",
            "/account/login?next=/",
        ] {
            assert_eq!(safe_next(bad), None, "{bad}");
        }
    }
}
