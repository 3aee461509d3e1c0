//! Letters that tell somebody what was done to their account.

use crate::blog::Core;
use crate::error::{Error, Result};
use crate::model::effects::Effects;
use crate::model::letter::{Compose, Letter};
use crate::model::user::User;
use crate::service::quotas;

/// Adds a letter to the user to a write's effects, where they have an address. Above six an hour none is sent, so that
/// nobody's mail box is flooded through us; letters that strangers can ask for are counted apart, so they cannot use these
/// up.
pub(crate) async fn tell(
    core: &Core,
    effects: Effects,
    user: &User,
    letter: &Letter<'_>,
    compose: &Compose,
) -> Result<Effects> {
    let Some(email) = &user.email else {
        return Ok(effects);
    };
    match quotas::NOTICE.take(core, &email.key()).await {
        Ok(()) => Ok(effects.letter(email, compose(letter))),
        Err(Error::RateLimited { .. }) => Ok(effects),
        Err(other) => Err(other),
    }
}
