//! Where somebody is logged in, and ending it.

use blog_core::Error;
use blog_core::error::Entity;
use blog_core::model::session::Session;
use poem::Response;

use super::Nothing;
use super::call::Call;
use crate::edge::EdgeError;
use crate::view::SessionView;
use crate::view::page::SessionsPage;

const SESSIONS: &str = "/account/sessions";

fn line(session: &Session, own: &Session) -> SessionView {
    SessionView {
        id: session.id.to_string(),
        device: session.device.clone(),
        own: session.id == own.id,
        began_at: session.created_at.as_micros(),
        seen_at: session.last_seen_at.as_micros(),
        ends_at: session.idle_expires_at.min(session.expires_at).as_micros(),
    }
}

pub(crate) async fn list(call: Call) -> Result<Response, EdgeError> {
    let Some(visitor) = &call.visitor else {
        return call.to_login();
    };
    let sessions = call.blog().sessions().list(visitor).await?;
    let mut sessions: Vec<SessionView> = sessions
        .iter()
        .map(|session| line(session, &visitor.session))
        .collect();
    sessions.sort_by_key(|session| !session.own);
    call.page(&call.chrome(SESSIONS), &SessionsPage { sessions })
}

pub(crate) async fn end(mut call: Call) -> Result<Response, EdgeError> {
    let Nothing {} = call.form().await?.parse()?;
    let Some(visitor) = &call.visitor else {
        return call.to_login();
    };
    let missing = |_| EdgeError::from(Error::NotFound(Entity::Session));
    let id = call.param("id").parse().map_err(missing)?;
    call.blog().sessions().end_one(visitor, id).await?;
    Ok(call.redirect_with(SESSIONS, "session-ended"))
}

pub(crate) async fn end_others(mut call: Call) -> Result<Response, EdgeError> {
    let Nothing {} = call.form().await?.parse()?;
    let Some(visitor) = &call.visitor else {
        return call.to_login();
    };
    call.blog().sessions().end_others(visitor).await?;
    Ok(call.redirect_with(SESSIONS, "sessions-ended"))
}
