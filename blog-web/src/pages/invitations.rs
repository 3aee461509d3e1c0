//! Invitations: the page on which admins make and end them. Who follows one registers as everybody does.

use blog_core::PageRequest;
use blog_core::error::{Entity, Error};
use blog_core::model::invitation::Invitation;
use blog_core::model::user::UserRef;
use blog_core::service::invitations::DAYS;
use poem::Response;
use serde::Deserialize;

use super::call::Call;
use super::{Nothing, models, refusal, users};
use crate::edge::EdgeError;
use crate::edge::headers::Surface;
use crate::view::page::InvitationsPage;
use crate::view::{FormView, InvitationView, PagerView};

const INVITATIONS: &str = "/admin/invitations";

fn line(call: &Call, invitation: &Invitation, makers: &[UserRef]) -> InvitationView {
    let maker = makers.iter().find(|user| user.id == invitation.maker);
    InvitationView {
        maker: maker.map(models::person),
        id: invitation.id.to_string(),
        role: users::role(invitation.role),
        made_at: invitation.created_at.as_micros(),
        until: invitation.expires_at.as_micros(),
        used_at: invitation.used_at.map(|at| at.as_micros()),
        over: invitation.expires_at <= call.blog().now(),
    }
}

async fn page(
    call: &Call,
    form: FormView,
    made: Option<String>,
    refusal: Option<&EdgeError>,
) -> Result<Response, EdgeError> {
    let after = call.after()?;
    let request = PageRequest::new(after, call.site.settings.page_size);
    let invitations = call.blog().invitations();
    let (found, makers) = invitations.list(&call.actor, request).await?;
    let page = InvitationsPage {
        invitations: found
            .items
            .iter()
            .map(|one| line(call, one, &makers))
            .collect(),
        days: DAYS.to_vec(),
        form,
        made,
        pager: PagerView::new(
            INVITATIONS,
            call.query("after").as_deref(),
            models::cursor(found.next),
        ),
    };
    let mut chrome = call.chrome(INVITATIONS);
    // The answer to the form has no address to come back to.
    chrome.back = INVITATIONS.to_owned();
    let mut response = match refusal {
        Some(refusal) => call.refused_page(refusal, &chrome, &page)?,
        None => call.page(&chrome, &page)?,
    };
    response.set_data(Surface::page().without_referrer().personal());
    Ok(response)
}

pub(crate) async fn list(call: Call) -> Result<Response, EdgeError> {
    page(&call, FormView::new(INVITATIONS), None, None).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    role: String,
    days: String,
}

/// The link is shown in this answer and nowhere else, since nobody keeps its secret.
pub(crate) async fn make(mut call: Call) -> Result<Response, EdgeError> {
    let fields: Fields = call.form().await?.parse()?;
    let invitations = call.blog().invitations();
    match invitations
        .make(&call.actor, &fields.role, &fields.days)
        .await
    {
        Ok((secret, _)) => {
            let path = format!("/account/register?invitation={}", secret.encode());
            let made = call.app.absolute(&path);
            page(&call, FormView::new(INVITATIONS), Some(made), None).await
        }
        Err(error @ Error::Invalid(_)) => {
            let form = FormView::new(INVITATIONS)
                .value("role", fields.role)
                .value("days", fields.days);
            let (refusal, form) = refusal::refuse(form, error);
            page(&call, form, None, Some(&refusal)).await
        }
        Err(error) => Err(error.into()),
    }
}

pub(crate) async fn revoke(mut call: Call) -> Result<Response, EdgeError> {
    let Nothing {} = call.form().await?.parse()?;
    let missing = |_| EdgeError::from(Error::NotFound(Entity::Token));
    let id = call.param("id").parse().map_err(missing)?;
    call.blog().invitations().revoke(&call.actor, id).await?;
    Ok(call.redirect_with(INVITATIONS, "invitation-revoked"))
}
