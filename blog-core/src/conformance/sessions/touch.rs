//! Uses of sessions, written late.

use std::time::Duration;

use crate::conformance::check::{Check, Port};
use crate::conformance::lab::{Lab, MICRO};
use crate::conformance::verdict::{Verdict, refused, same};
use crate::error::{Entity, Error};
use crate::id::SessionId;
use crate::model::session::{Session, SessionTouch};

pub(super) fn checks() -> Vec<Check> {
    let sessions = Port::Sessions;
    vec![
        sessions.check(
            "sessions-touch-raises",
            "Raises `last_seen_at` and `idle_expires_at`.",
            touch_raises,
        ),
        sessions.check(
            "sessions-touch-never-lowers",
            "`touch` never lowers either.",
            touch_never_lowers,
        ),
        sessions.check(
            "sessions-touch-keeps-end",
            "`touch` never touches `expires_at`.",
            touch_keeps_end,
        ),
        sessions.check(
            "sessions-touch-unknown",
            "`touch` skips sessions that do not exist.",
            touch_unknown,
        ),
        sessions.check(
            "sessions-touch-race",
            "Touches in any order leave the latest times.",
            touch_race,
        ),
        sessions.check(
            "sessions-log-out-race",
            "Nothing brings a deleted session back.",
            log_out_race,
        ),
    ]
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
    let (found, _) = lab
        .records
        .sessions
        .authenticate(&two.token, lab.now)
        .await?;
    same!(found, two, "the other session");
    lab.records.sessions.touch(&[]).await?;
    Ok(())
}

async fn touch_never_lowers(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let session = lab.session(&user).await?;
    lab.records
        .sessions
        .touch(&[touch(&session, lab.before(86_400))])
        .await?;
    let (found, _) = lab
        .records
        .sessions
        .authenticate(&session.token, lab.now)
        .await?;
    same!(
        found,
        session,
        "the session after a clock that stepped back"
    );
    // Each of the two for itself: "remember" may have been shortened, or the clock stepped back.
    let mixed = SessionTouch {
        id: session.id,
        at: lab.after(5),
        idle_expires_at: lab.after(10),
    };
    lab.records.sessions.touch(&[mixed]).await?;
    let (found, _) = lab
        .records
        .sessions
        .authenticate(&session.token, lab.now)
        .await?;
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
    let (found, _) = lab
        .records
        .sessions
        .authenticate(&session.token, last)
        .await?;
    same!(found.expires_at, session.expires_at, "the end");
    refused!(
        lab.records
            .sessions
            .authenticate(&session.token, session.expires_at)
            .await,
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
    lab.records
        .sessions
        .touch(&[unknown, touch(&two, at), touch(&one, at)])
        .await?;
    let left = lab.records.sessions.list(user.id, lab.now).await?;
    same!(
        left.len(),
        1,
        "sessions after touching one that exists and two that do not"
    );
    same!(
        left[0].last_seen_at,
        at,
        "the touch behind the unknown ones"
    );
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
    let latest = (0..20)
        .map(|n| [7, 3, 19, 11, 13, 2, 17, 5][n % 8] + n as u64)
        .max();
    let (found, _) = lab
        .records
        .sessions
        .authenticate(&session.token, lab.now)
        .await?;
    same!(
        Some(found.last_seen_at),
        latest.map(|s| lab.after(s)),
        "last seen"
    );
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
                        0 if number == 0 => {
                            lab.records.sessions.delete(&session.token, lab.fx()).await
                        }
                        1 => match lab
                            .records
                            .sessions
                            .authenticate(&session.token, lab.now)
                            .await
                        {
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
        lab.records
            .sessions
            .touch(&[touch(&session, lab.after(60))])
            .await?;
        refused!(
            lab.records
                .sessions
                .authenticate(&session.token, lab.now)
                .await,
            Error::NotFound(Entity::Session)
        );
    }
    same!(
        lab.records.sessions.list(user.id, lab.now).await?,
        vec![],
        "sessions after log-out"
    );
    Ok(())
}
