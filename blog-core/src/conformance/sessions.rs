//! The contract of [`SessionStore`](crate::ports::SessionStore).

use std::time::Duration;

use super::chance::fresh_bytes;
use super::check::{Check, Port};
use super::lab::{Lab, MICRO};
use super::texts;
use super::verdict::{Verdict, ensure, refused, same};
use crate::error::{Entity, Error};
use crate::id::{SessionId, UserId};
use crate::model::session::{Session, SessionTouch};

pub(super) fn checks() -> Vec<Check> {
    let sessions = Port::Sessions;
    vec![
        sessions.check("sessions-purge", "Deletes sessions that ended before `now`, at most `limit`; returns how many it deleted.", purge).alone(),
        sessions.check("sessions-authenticate", "The session of this token with its user, in one call.", authenticate),
        sessions.check("sessions-create-no-user", "`create`: `NotFound(User)` when its user does not exist.", create_no_user),
        sessions.check("sessions-unknown", "`authenticate`: `NotFound(Session)` when there is none.", unknown),
        sessions.check("sessions-idle", "`NotFound(Session)` when it is past `idle_expires_at` at `now` (the moment itself is past).", idle),
        sessions.check("sessions-expired", "`NotFound(Session)` when it is past `expires_at` at `now` (the moment itself is past).", expired),
        sessions.check("sessions-clock-back", "Times are given, never read from a clock: a session ended at one moment lives at an earlier one.", clock_back),
        sessions.check("sessions-epoch", "`NotFound(Session)` when its epoch is not the user's.", epoch),
        sessions.check("sessions-suspended", "`NotFound(Session)` when the user is suspended.", suspended),
        sessions.check("sessions-touch-raises", "Raises `last_seen_at` and `idle_expires_at`.", touch_raises),
        sessions.check("sessions-touch-never-lowers", "`touch` never lowers either.", touch_never_lowers),
        sessions.check("sessions-touch-keeps-end", "`touch` never touches `expires_at`.", touch_keeps_end),
        sessions.check("sessions-touch-unknown", "`touch` skips sessions that do not exist.", touch_unknown),
        sessions.check("sessions-touch-race", "Touches in any order leave the latest times.", touch_race),
        sessions.check("sessions-log-out-race", "Nothing brings a deleted session back.", log_out_race),
        sessions.check("sessions-confirm", "Notes that the password was given again at `at`.", confirm),
        sessions.check("sessions-confirm-unknown", "`confirm_password`: `NotFound(Session)` when the session does not exist.", confirm_unknown),
        sessions.check("sessions-delete", "Deletes the session of this token.", delete),
        sessions.check("sessions-delete-unknown", "Deleting one that does not exist is a success.", delete_unknown),
        sessions.check("sessions-delete-all", "Deletes a user's sessions, all.", delete_all),
        sessions.check("sessions-delete-others", "Deletes a user's sessions, all but one.", delete_others),
        sessions.check("sessions-list", "A user's live sessions at `now`, newest first.", list),
        sessions.check("sessions-list-most", "`list`: at most 100.", list_most),
        sessions.check("sessions-device", "Texts come back byte for byte (device).", device),
    ]
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
    same!(lab.records.sessions.purge(then, 2).await?, 2, "deleted with the limit 2");
    same!(lab.records.sessions.purge(then, 1_000).await?, 1, "deleted of the rest");
    same!(lab.records.sessions.purge(then, 1_000).await?, 0, "deleted of nothing");
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
    lab.records.sessions.create(session.clone(), lab.fx()).await?;
    lab.session(&user).await?;
    let found = lab.records.sessions.authenticate(&session.token, lab.now).await?;
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
    refused!(lab.records.sessions.create(session, lab.fx()).await, Error::NotFound(Entity::User));
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
            lab.records.sessions.authenticate(&token.into(), lab.now).await,
            Error::NotFound(Entity::Session)
        );
    }
    Ok(())
}

async fn idle(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let session = lab.session(&user).await?;
    let end = session.idle_expires_at;
    lab.records.sessions.authenticate(&session.token, end.minus(MICRO)).await?;
    for past in [end, end.plus(MICRO)] {
        refused!(
            lab.records.sessions.authenticate(&session.token, past).await,
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
    lab.records.sessions.create(session.clone(), lab.fx()).await?;
    let end = session.expires_at;
    lab.records.sessions.authenticate(&session.token, end.minus(MICRO)).await?;
    for past in [end, end.plus(MICRO)] {
        refused!(
            lab.records.sessions.authenticate(&session.token, past).await,
            Error::NotFound(Entity::Session)
        );
    }
    Ok(())
}

async fn clock_back(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let session = lab.session(&user).await?;
    refused!(
        lab.records.sessions.authenticate(&session.token, lab.after(1_000_000)).await,
        Error::NotFound(Entity::Session)
    );
    let found = lab.records.sessions.authenticate(&session.token, lab.before(1_000_000)).await?;
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
        lab.records.sessions.create(session.clone(), lab.fx()).await?;
        refused!(
            lab.records.sessions.authenticate(&session.token, lab.now).await,
            Error::NotFound(Entity::Session)
        );
    }
    Ok(())
}

async fn suspended(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let gone = lab.records.users.set_suspended(user.id, true, lab.fx()).await?;
    let session = lab.session(&gone).await?;
    refused!(
        lab.records.sessions.authenticate(&session.token, lab.now).await,
        Error::NotFound(Entity::Session)
    );
    Ok(())
}

fn touch(session: &Session, at: crate::Timestamp) -> SessionTouch {
    SessionTouch {
        id: session.id,
        at,
        idle_expires_at: at.plus(Duration::from_secs(3_600)),
    }
}

async fn touch_raises(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let (one, two) = (lab.session(&user).await?, lab.session(&user).await?);
    let at = lab.after(60);
    lab.records.sessions.touch(&[touch(&one, at)]).await?;
    let (found, _) = lab.records.sessions.authenticate(&one.token, at).await?;
    let expected = Session {
        last_seen_at: at,
        idle_expires_at: at.plus(Duration::from_secs(3_600)),
        ..one
    };
    same!(found, expected, "the touched session");
    let (found, _) = lab.records.sessions.authenticate(&two.token, lab.now).await?;
    same!(found, two, "the other session");
    lab.records.sessions.touch(&[]).await?;
    Ok(())
}

async fn touch_never_lowers(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let session = lab.session(&user).await?;
    lab.records.sessions.touch(&[touch(&session, lab.before(86_400))]).await?;
    let (found, _) = lab.records.sessions.authenticate(&session.token, lab.now).await?;
    same!(found, session, "the session after a clock that stepped back");
    // Each of the two for itself: "remember" may have been shortened, or the clock stepped back.
    let mixed = SessionTouch {
        id: session.id,
        at: lab.after(5),
        idle_expires_at: lab.after(10),
    };
    lab.records.sessions.touch(&[mixed]).await?;
    let (found, _) = lab.records.sessions.authenticate(&session.token, lab.now).await?;
    same!(
        (found.last_seen_at, found.idle_expires_at),
        (lab.after(5), session.idle_expires_at),
        "last seen later, idle end earlier"
    );
    Ok(())
}

async fn touch_keeps_end(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let session = lab.session(&user).await?;
    let late = SessionTouch {
        id: session.id,
        at: lab.after(10),
        idle_expires_at: lab.after(1_000_000),
    };
    lab.records.sessions.touch(&[late]).await?;
    let last = session.expires_at.minus(MICRO);
    let (found, _) = lab.records.sessions.authenticate(&session.token, last).await?;
    same!(found.expires_at, session.expires_at, "the end");
    refused!(
        lab.records.sessions.authenticate(&session.token, session.expires_at).await,
        Error::NotFound(Entity::Session)
    );
    Ok(())
}

async fn touch_unknown(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let (one, two) = (lab.session(&user).await?, lab.session(&user).await?);
    let unknown = SessionTouch {
        id: SessionId::generate(),
        at: lab.now,
        idle_expires_at: lab.after(60),
    };
    lab.records.sessions.delete(&two.token, lab.fx()).await?;
    let at = lab.after(9);
    lab.records.sessions.touch(&[unknown, touch(&two, at), touch(&one, at)]).await?;
    let left = lab.records.sessions.list(user.id, lab.now).await?;
    same!(left.len(), 1, "sessions after touching one that exists and two that do not");
    same!(left[0].last_seen_at, at, "the touch behind the unknown ones");
    Ok(())
}

async fn touch_race(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let session = lab.session(&user).await?;
    let results = lab
        .race(20, |lab, number| {
            let seconds = [7, 3, 19, 11, 13, 2, 17, 5][number % 8] + number as u64;
            let touch = touch(&session, lab.after(seconds));
            async move { lab.records.sessions.touch(&[touch]).await }
        })
        .await?;
    for result in results {
        result?;
    }
    let latest = (0..20).map(|n| [7, 3, 19, 11, 13, 2, 17, 5][n % 8] + n as u64).max();
    let (found, _) = lab.records.sessions.authenticate(&session.token, lab.now).await?;
    same!(Some(found.last_seen_at), latest.map(|s| lab.after(s)), "last seen");
    Ok(())
}

async fn log_out_race(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    for _ in 0..5 {
        let session = lab.session(&user).await?;
        let results = lab
            .race(12, |lab, number| {
                let session = session.clone();
                async move {
                    match number % 3 {
                        0 if number == 0 => lab.records.sessions.delete(&session.token, lab.fx()).await,
                        1 => match lab.records.sessions.authenticate(&session.token, lab.now).await {
                            Ok(_) | Err(Error::NotFound(Entity::Session)) => Ok(()),
                            Err(error) => Err(error),
                        },
                        _ => {
                            let at = lab.after(number as u64);
                            lab.records.sessions.touch(&[touch(&session, at)]).await
                        }
                    }
                }
            })
            .await?;
        for result in results {
            result?;
        }
        lab.records.sessions.touch(&[touch(&session, lab.after(60))]).await?;
        refused!(
            lab.records.sessions.authenticate(&session.token, lab.now).await,
            Error::NotFound(Entity::Session)
        );
    }
    same!(lab.records.sessions.list(user.id, lab.now).await?, vec![], "sessions after log-out");
    Ok(())
}

async fn confirm(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let session = lab.session(&user).await?;
    lab.records.sessions.confirm_password(session.id, lab.after(77)).await?;
    let (found, _) = lab.records.sessions.authenticate(&session.token, lab.now).await?;
    let expected = Session {
        password_at: lab.after(77),
        ..session
    };
    same!(found, expected, "the session");
    Ok(())
}

async fn confirm_unknown(lab: Lab) -> Verdict {
    refused!(
        lab.records.sessions.confirm_password(SessionId::generate(), lab.now).await,
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
    lab.records.sessions.authenticate(&two.token, lab.now).await?;
    Ok(())
}

async fn delete_unknown(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let session = lab.session(&user).await?;
    lab.records.sessions.delete(&fresh_bytes().into(), lab.fx()).await?;
    lab.records.sessions.delete(&session.token, lab.fx()).await?;
    lab.records.sessions.delete(&session.token, lab.fx()).await?;
    Ok(())
}

async fn delete_all(lab: Lab) -> Verdict {
    let (user, other) = (lab.user().await?, lab.user().await?);
    lab.session(&user).await?;
    lab.session(&user).await?;
    let others = lab.session(&other).await?;
    lab.records.sessions.delete_all(user.id, None, lab.fx()).await?;
    same!(lab.records.sessions.list(user.id, lab.now).await?, vec![], "the user's sessions");
    same!(lab.records.sessions.list(other.id, lab.now).await?, vec![others], "another's sessions");
    Ok(())
}

async fn delete_others(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let kept = lab.session(&user).await?;
    lab.session(&user).await?;
    lab.session(&user).await?;
    lab.records.sessions.delete_all(user.id, Some(kept.id), lab.fx()).await?;
    same!(lab.records.sessions.list(user.id, lab.now).await?, vec![kept], "the user's sessions");
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
        lab.records.sessions.create(session.clone(), lab.fx()).await?;
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
    live.sort_by_key(|session| std::cmp::Reverse(session.created_at));
    same!(lab.records.sessions.list(user.id, lab.now).await?, live, "the live sessions");
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
        found.iter().all(|session| session.created_at >= lab.before(99)),
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
        lab.records.sessions.create(session.clone(), lab.fx()).await?;
        let (found, _) = lab.records.sessions.authenticate(&session.token, lab.now).await?;
        same!(found.device, session.device, "the device");
    }
    Ok(())
}
