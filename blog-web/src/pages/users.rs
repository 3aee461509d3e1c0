//! The users as admins see them, and what is done to them.

use blog_core::Error;
use blog_core::error::{Entity, Reason};
use blog_core::model::user::{Role, User};
use blog_core::policy::Action;
use blog_core::service::sessions::Visitor;
use poem::Response;
use serde::Deserialize;

use super::call::Call;
use super::{Nothing, models, refusal};
use crate::edge::EdgeError;
use crate::view::page::{UserPage, UsersPage};
use crate::view::{FormView, PagerView, Phrase, UserLineView};

const USERS: &str = "/admin/users";

/// More of a search is not looked at.
const QUERY_CHARS: usize = 254;

pub(super) fn role(role: Role) -> Phrase {
    match role {
        Role::Reader => Phrase::new("admin-role-reader"),
        Role::Author => Phrase::new("admin-role-author"),
        Role::Editor => Phrase::new("admin-role-editor"),
        Role::Admin => Phrase::new("admin-role-admin"),
    }
}

fn line(user: &User) -> UserLineView {
    UserLineView {
        person: models::person(&user.to_ref()),
        role: role(user.role),
        email: user
            .email
            .as_ref()
            .or(user.waiting.as_ref().map(|waiting| &waiting.email))
            .map(ToString::to_string),
        verified: user.verified_at.is_some(),
        suspended: user.is_suspended(),
        blocked: user.blocked,
        created_at: user.created_at.as_micros(),
    }
}

pub(crate) async fn list(call: Call) -> Result<Response, EdgeError> {
    let query = call.query("q").unwrap_or_default();
    let query: String = query.trim().chars().take(QUERY_CHARS).collect();
    let after = call.query("after");
    let size = call.site.settings.page_size;
    let people = call.blog().people();
    let found = people
        .list(&call.actor, &query, after.as_deref(), size)
        .await?;
    let path = match query.as_str() {
        "" => USERS.to_owned(),
        query => {
            let mut path = url::form_urlencoded::Serializer::new(format!("{USERS}?"));
            path.append_pair("q", query).finish()
        }
    };
    let next = found.next.map(|name| name.to_string());
    let page = UsersPage {
        users: found.items.iter().map(line).collect(),
        pager: PagerView::new(path, after.as_deref(), next),
        query,
    };
    call.page(&call.chrome(USERS), &page)
}

fn here(user: &User) -> String {
    format!("{USERS}/{}", user.username)
}

/// The forms of a user's page.
struct Forms {
    role: FormView,
    suspend: FormView,
}

impl Forms {
    fn of(user: &User) -> Self {
        let here = here(user);
        Self {
            role: FormView::new(format!("{here}/role")).value("role", user.role.as_str()),
            suspend: FormView::new(format!("{here}/suspend")),
        }
    }
}

fn page(call: &Call, visitor: &Visitor, user: &User, forms: Forms) -> UserPage {
    let policy = call.blog().policy();
    let may = |action| policy.may(&call.actor, action);
    UserPage {
        reason: user
            .suspension
            .as_ref()
            .map_or_else(String::new, ToString::to_string),
        subject: format!("user:{}", user.id),
        erase_at: user.erase_at.map(|at| at.as_micros()),
        own: user.id == visitor.user.id,
        can_manage: may(Action::ManageUsers),
        can_change: may(Action::ChangeUser { user: user.id }),
        can_block: may(Action::BlockUser {
            user: user.id,
            role: user.role,
        }),
        ask_password: !call.blog().people().is_recent(visitor),
        role_form: forms.role,
        suspend_form: forms.suspend,
        user: line(user),
    }
}

pub(crate) async fn show(call: Call) -> Result<Response, EdgeError> {
    let Some(visitor) = &call.visitor else {
        return call.to_login();
    };
    let people = call.blog().people();
    let user = people.get(&call.actor, &call.param("user")).await?;
    let page = page(&call, visitor, &user, Forms::of(&user));
    call.page(&call.chrome(&here(&user)), &page)
}

/// Which form was sent, with what stood in it.
enum Sent<'a> {
    Role(&'a str),
    Suspension(&'a str),
}

/// The user's page again, with what is wrong beside the form.
async fn refused(
    call: &Call,
    visitor: &Visitor,
    error: Error,
    sent: Sent<'_>,
) -> Result<Response, EdgeError> {
    // Who may not see the user at all sees no form of theirs.
    if matches!(error, Error::NotFound(_) | Error::Denied(_)) {
        return Err(error.into());
    }
    let people = call.blog().people();
    let user = people.get(&call.actor, &call.param("user")).await?;
    let mut forms = Forms::of(&user);
    let refusal = match sent {
        Sent::Role(role) => {
            let (refusal, form) = refusal::refuse(forms.role.value("role", role), error);
            forms.role = form;
            refusal
        }
        Sent::Suspension(reason) => {
            let form = forms.suspend.value("reason", reason);
            let (refusal, form) = refusal::refuse(form, error);
            forms.suspend = form;
            refusal
        }
    };
    let page = page(call, visitor, &user, forms);
    call.refused_page(&refusal, &call.chrome(&here(&user)), &page)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleFields {
    role: String,
    #[serde(default)]
    password: String,
}

pub(crate) async fn set_role(mut call: Call) -> Result<Response, EdgeError> {
    let fields: RoleFields = call.form().await?.parse()?;
    let Some(visitor) = call.visitor.clone() else {
        return call.to_login();
    };
    let people = call.blog().people();
    let username = call.param("user");
    let changed = match Role::try_from(fields.role.as_str()) {
        Ok(role) => {
            people
                .set_role(&visitor, &username, role, &fields.password)
                .await
        }
        Err(_) => Err(Error::invalid("role", Reason::NotAChoice)),
    };
    match changed {
        Ok(user) => Ok(call.redirect_with(&here(&user), "role-changed")),
        Err(error) => refused(&call, &visitor, error, Sent::Role(&fields.role)).await,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SuspendFields {
    reason: String,
    #[serde(default)]
    password: String,
}

pub(crate) async fn suspend(mut call: Call) -> Result<Response, EdgeError> {
    let fields: SuspendFields = call.form().await?.parse()?;
    let Some(visitor) = call.visitor.clone() else {
        return call.to_login();
    };
    let people = call.blog().people();
    let suspended = people
        .suspend(
            &visitor,
            &call.param("user"),
            &fields.reason,
            &fields.password,
        )
        .await;
    match suspended {
        Ok(user) => Ok(call.redirect_with(&here(&user), "user-suspended")),
        Err(error) => {
            let sent = Sent::Suspension(&fields.reason);
            refused(&call, &visitor, error, sent).await
        }
    }
}

pub(crate) async fn lift(mut call: Call) -> Result<Response, EdgeError> {
    let Nothing {} = call.form().await?.parse()?;
    let visitor = member(&call)?;
    let people = call.blog().people();
    let user = people.lift(visitor, &call.param("user")).await?;
    Ok(call.redirect_with(&here(&user), "user-lifted"))
}

pub(crate) async fn keep(mut call: Call) -> Result<Response, EdgeError> {
    let Nothing {} = call.form().await?.parse()?;
    let visitor = member(&call)?;
    let people = call.blog().people();
    let user = people.keep(visitor, &call.param("user")).await?;
    Ok(call.redirect_with(&here(&user), "user-kept"))
}

pub(crate) async fn block(call: Call) -> Result<Response, EdgeError> {
    set_blocked(call, true, "user-blocked").await
}

pub(crate) async fn unblock(call: Call) -> Result<Response, EdgeError> {
    set_blocked(call, false, "user-unblocked").await
}

async fn set_blocked(
    mut call: Call,
    blocked: bool,
    notice: &'static str,
) -> Result<Response, EdgeError> {
    let Nothing {} = call.form().await?.parse()?;
    let visitor = member(&call)?;
    let people = call.blog().people();
    let user = people
        .set_blocked(visitor, &call.param("user"), blocked)
        .await?;
    Ok(call.redirect_with(&here(&user), notice))
}

/// Who is logged in: the routes are for members only.
fn member(call: &Call) -> Result<&Visitor, EdgeError> {
    let visitor = call.visitor.as_ref();
    visitor.ok_or_else(|| Error::NotFound(Entity::Session).into())
}
