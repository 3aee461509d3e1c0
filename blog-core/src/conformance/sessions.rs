//! The contract of [`SessionStore`](crate::ports::SessionStore).

use std::time::Duration;

use crate::conformance::chance::fresh_bytes;
use crate::conformance::check::{Check, Port};
use crate::conformance::lab::{Lab, MICRO};
use crate::conformance::texts;
use crate::conformance::verdict::{Verdict, ensure, refused, same};
use crate::error::{Entity, Error};
use crate::id::{SessionId, UserId};
use crate::model::session::Session;

mod touch;

pub(super) fn checks() -> Vec<Check> {
    let sessions = Port::Sessions;
    let mut checks = vec![
        sessions.check("sessions-purge", "Deletes sessions that ended before `now`, at most `limit`; returns how many it deleted.", purge).alone(),
        sessions.check("sessions-authenticate", "The session of this token with its user, in one call.", authenticate),
        sessions.check("sessions-create-no-user", "`create`: `NotFound(User)` when its user does not exist.", create_no_user),
        sessions.check("sessions-unknown", "`authenticate`: `NotFound(Session)` when there is none.", unknown),
        sessions.check("sessions-idle", "`NotFound(Session)` when it is past `idle_expires_at` at `now` (the moment itself is past).", idle),
        sessions.check("sessions-expired", "`NotFound(Session)` when it is past `expires_at` at `now` (the moment itself is past).", expired),
        sessions.check("sessions-clock-back", "Times are given, never read from a clock: a session ended at one moment lives at an earlier one.", clock_back),
        sessions.check("sessions-epoch", "`NotFound(Session)` when its epoch is not the user's.", epoch),
        sessions.check("sessions-suspended", "`NotFound(Session)` when the user is suspended.", suspended),
        sessions.check("sessions-confirm", "Notes that the password was given again at `at`.", confirm),
        sessions.check("sessions-confirm-unknown", "`confirm_password`: `NotFound(Session)` when the session does not exist.", confirm_unknown),
        sessions.check("sessions-delete", "Deletes the session of this token.", delete),
        sessions.check("sessions-delete-unknown", "Deleting one that does not exist is a success.", delete_unknown),
        sessions.check("sessions-delete-all", "Deletes a user's sessions, all.", delete_all),
        sessions.check("sessions-delete-others", "Deletes a user's sessions, all but one.", delete_others),
        sessions.check("sessions-end", "Deletes one of a user's sessions.", end),
        sessions.check("sessions-end-others", "`end`: one that does not exist, or is somebody else's, is left: a success.", end_others),
        sessions.check("sessions-list", "A user's live sessions at `now` (those that `authenticate` would return), newest first.", list),
        sessions.check("sessions-list-most", "`list`: at most 100.", list_most),
        sessions.check("sessions-device", "Texts come back byte for byte (device).", device),
    ];
    checks.extend(touch::checks());
    checks
}

async fn purge(lab: Lab) -> Verdict {
    let then = lab.long_ago();
    while lab.records.sessions.purge(then, 1_000).await? > 0 {}
    let user = lab.user().await?;
    let day = Duration::from_secs(86_400);
    let ending = |idle, end| Session {
        created_at: then.minus(day),
        last_seen_at: then.minus(day),
        password_at: then.minus(day),
        idle_expires_at: idle,
        expires_at: end,
        ..lab.new_session(&user)
    };
    let live = ending(then.plus(MICRO), then.plus(day));
    let early = then.minus(Duration::from_secs(10));
    for session in [
        ending(then.minus(MICRO), then.plus(day)),
        ending(then.minus(MICRO), then.minus(MICRO)),
        ending(then.plus(MICRO), then.minus(MICRO)),
        live.clone(),
    ] {
        lab.records.sessions.create(session, lab.fx()).await?;
    }
    same!(
        lab.records.sessions.purge(then, 2).await?,
        2,
        "deleted with the limit 2"
    );
    same!(
        lab.records.sessions.purge(then, 1_000).await?,
        1,
        "deleted of the rest"
    );
    same!(
        lab.records.sessions.purge(then, 1_000).await?,
        0,
        "deleted of nothing"
    );
    let left = lab.records.sessions.list(user.id, early).await?;
    same!(left, vec![live], "the sessions that are left");
    Ok(())
}

async fn authenticate(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let session = Session {
        remember: true,
        password_at: lab.before(7),
        ..lab.new_session(&user)
    };
    lab.records
        .sessions
        .create(session.clone(), lab.fx())
        .await?;
    lab.session(&user).await?;
    let found = lab
        .records
        .sessions
        .authenticate(&session.token, lab.now)
        .await?;
    same!(found, (session, user), "session and user");
    Ok(())
}

async fn create_no_user(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let session = Session {
        user: UserId::generate(),
        ..lab.new_session(&user)
    };
    let token = session.token;
    refused!(
        lab.records.sessions.create(session, lab.fx()).await,
        Error::NotFound(Entity::User)
    );
    refused!(
        lab.records.sessions.authenticate(&token, lab.now).await,
        Error::NotFound(Entity::Session)
    );
    Ok(())
}

async fn unknown(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let session = lab.session(&user).await?;
    let mut close = *session.token.as_bytes();
    close[31] ^= 1;
    for token in [close, fresh_bytes(), [0; 32]] {
        refused!(
            lab.records
                .sessions
                .authenticate(&token.into(), lab.now)
                .await,
            Error::NotFound(Entity::Session)
        );
    }
    Ok(())
}

async fn idle(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let session = lab.session(&user).await?;
    let end = session.idle_expires_at;
    lab.records
        .sessions
        .authenticate(&session.token, end.minus(MICRO))
        .await?;
    for past in [end, end.plus(MICRO)] {
        refused!(
            lab.records
                .sessions
                .authenticate(&session.token, past)
                .await,
            Error::NotFound(Entity::Session)
        );
    }
    Ok(())
}

async fn expired(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let session = Session {
        idle_expires_at: lab.after(1_000_000),
        ..lab.new_session(&user)
    };
    lab.records
        .sessions
        .create(session.clone(), lab.fx())
        .await?;
    let end = session.expires_at;
    lab.records
        .sessions
        .authenticate(&session.token, end.minus(MICRO))
        .await?;
    for past in [end, end.plus(MICRO)] {
        refused!(
            lab.records
                .sessions
                .authenticate(&session.token, past)
                .await,
            Error::NotFound(Entity::Session)
        );
    }
    Ok(())
}

async fn clock_back(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let session = lab.session(&user).await?;
    refused!(
        lab.records
            .sessions
            .authenticate(&session.token, lab.after(1_000_000))
            .await,
        Error::NotFound(Entity::Session)
    );
    let found = lab
        .records
        .sessions
        .authenticate(&session.token, lab.before(1_000_000))
        .await?;
    same!(found.0, session, "the session before its making");
    Ok(())
}

async fn epoch(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    for auth_epoch in [1, 2] {
        let session = Session {
            auth_epoch,
            ..lab.new_session(&user)
        };
        lab.records
            .sessions
            .create(session.clone(), lab.fx())
            .await?;
        refused!(
            lab.records
                .sessions
                .authenticate(&session.token, lab.now)
                .await,
            Error::NotFound(Entity::Session)
        );
    }
    Ok(())
}

async fn suspended(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let gone = lab
        .records
        .users
        .set_suspended(user.id, Some(lab.reason()), lab.fx())
        .await?;
    let session = lab.session(&gone).await?;
    refused!(
        lab.records
            .sessions
            .authenticate(&session.token, lab.now)
            .await,
        Error::NotFound(Entity::Session)
    );
    Ok(())
}

async fn confirm(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let session = lab.session(&user).await?;
    lab.records
        .sessions
        .confirm_password(session.id, lab.after(77))
        .await?;
    let (found, _) = lab
        .records
        .sessions
        .authenticate(&session.token, lab.now)
        .await?;
    let expected = Session {
        password_at: lab.after(77),
        ..session
    };
    same!(found, expected, "the session");
    Ok(())
}

async fn confirm_unknown(lab: Lab) -> Verdict {
    refused!(
        lab.records
            .sessions
            .confirm_password(SessionId::generate(), lab.now)
            .await,
        Error::NotFound(Entity::Session)
    );
    Ok(())
}

async fn delete(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let (one, two) = (lab.session(&user).await?, lab.session(&user).await?);
    lab.records.sessions.delete(&one.token, lab.fx()).await?;
    refused!(
        lab.records.sessions.authenticate(&one.token, lab.now).await,
        Error::NotFound(Entity::Session)
    );
    lab.records
        .sessions
        .authenticate(&two.token, lab.now)
        .await?;
    Ok(())
}

async fn delete_unknown(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let session = lab.session(&user).await?;
    lab.records
        .sessions
        .delete(&fresh_bytes().into(), lab.fx())
        .await?;
    lab.records
        .sessions
        .delete(&session.token, lab.fx())
        .await?;
    lab.records
        .sessions
        .delete(&session.token, lab.fx())
        .await?;
    Ok(())
}

async fn end(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let (one, two) = (lab.session(&user).await?, lab.session(&user).await?);
    let sessions = &lab.records.sessions;
    sessions.end(user.id, one.id, lab.fx()).await?;
    refused!(
        sessions.authenticate(&one.token, lab.now).await,
        Error::NotFound(Entity::Session)
    );
    same!(
        sessions.list(user.id, lab.now).await?,
        vec![two],
        "the sessions that are left"
    );
    Ok(())
}

async fn end_others(lab: Lab) -> Verdict {
    let (user, other) = (lab.user().await?, lab.user().await?);
    let theirs = lab.session(&other).await?;
    let sessions = &lab.records.sessions;
    for id in [theirs.id, SessionId::generate()] {
        sessions.end(user.id, id, lab.fx()).await?;
    }
    sessions.authenticate(&theirs.token, lab.now).await?;
    Ok(())
}

async fn delete_all(lab: Lab) -> Verdict {
    let (user, other) = (lab.user().await?, lab.user().await?);
    lab.session(&user).await?;
    lab.session(&user).await?;
    let others = lab.session(&other).await?;
    lab.records
        .sessions
        .delete_all(user.id, None, lab.fx())
        .await?;
    same!(
        lab.records.sessions.list(user.id, lab.now).await?,
        vec![],
        "the user's sessions"
    );
    same!(
        lab.records.sessions.list(other.id, lab.now).await?,
        vec![others],
        "another's sessions"
    );
    Ok(())
}

async fn delete_others(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let kept = lab.session(&user).await?;
    lab.session(&user).await?;
    lab.session(&user).await?;
    lab.records
        .sessions
        .delete_all(user.id, Some(kept.id), lab.fx())
        .await?;
    same!(
        lab.records.sessions.list(user.id, lab.now).await?,
        vec![kept],
        "the user's sessions"
    );
    Ok(())
}

async fn list(lab: Lab) -> Verdict {
    let (user, other) = (lab.user().await?, lab.user().await?);
    lab.session(&other).await?;
    let mut live = Vec::new();
    for seconds in [30, 10, 20] {
        let session = Session {
            created_at: lab.before(seconds),
            ..lab.new_session(&user)
        };
        lab.records
            .sessions
            .create(session.clone(), lab.fx())
            .await?;
        live.push(session);
    }
    for (idle, end) in [(lab.now, lab.after(9)), (lab.after(9), lab.now)] {
        let ended = Session {
            idle_expires_at: idle,
            expires_at: end,
            ..lab.new_session(&user)
        };
        lab.records.sessions.create(ended, lab.fx()).await?;
    }
    let old_epoch = Session {
        auth_epoch: user.auth_epoch + 1,
        ..lab.new_session(&user)
    };
    lab.records.sessions.create(old_epoch, lab.fx()).await?;
    live.sort_by_key(|session| std::cmp::Reverse(session.created_at));
    same!(
        lab.records.sessions.list(user.id, lab.now).await?,
        live,
        "the live sessions"
    );
    Ok(())
}

async fn list_most(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    for seconds in 0..103 {
        let session = Session {
            created_at: lab.before(seconds),
            ..lab.new_session(&user)
        };
        lab.records.sessions.create(session, lab.fx()).await?;
    }
    let found = lab.records.sessions.list(user.id, lab.now).await?;
    same!(found.len(), 100, "sessions listed of 103");
    ensure!(
        found
            .iter()
            .all(|session| session.created_at >= lab.before(99)),
        "the list left out newer sessions for older ones"
    );
    Ok(())
}

async fn device(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    for line in texts::LINES {
        let session = Session {
            device: (*line).to_owned(),
            ..lab.new_session(&user)
        };
        lab.records
            .sessions
            .create(session.clone(), lab.fx())
            .await?;
        let (found, _) = lab
            .records
            .sessions
            .authenticate(&session.token, lab.now)
            .await?;
        same!(found.device, session.device, "the device");
    }
    Ok(())
}
