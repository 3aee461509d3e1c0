//! The contract of [`SecondFactorStore`](crate::ports::SecondFactorStore).

use super::chance::fresh_bytes;
use super::check::{Check, Port};
use super::lab::Lab;
use super::verdict::{Verdict, refused, same, winners};
use crate::error::{Conflict, Entity, Error, Result};
use crate::id::UserId;
use crate::model::effects::Effects;
use crate::model::second_factor::{SecondFactor, TotpKey};
use crate::model::secret::SecretHash;
use crate::model::user::User;

pub(super) fn checks() -> Vec<Check> {
    let factors = Port::SecondFactors;
    vec![
        factors.check(
            "second-factors-begin",
            "Stores a key that is not confirmed yet, in the place of another such one.",
            begin,
        ),
        factors.check(
            "second-factors-begin-refused",
            "`NotFound(User)` when there is no such user, `Conflict(State)` when theirs is confirmed already.",
            begin_refused,
        ),
        factors.check(
            "second-factors-get",
            "A user's, confirmed or not; `None` when they have none.",
            get,
        ),
        factors.check(
            "second-factors-confirm",
            "Confirms this key, with the step whose code showed it and the hashes of recovery codes; users tell since when.",
            confirm,
        ),
        factors.check(
            "second-factors-confirm-end-sessions",
            "`confirm`: raises the epoch and deletes the user's sessions.",
            confirm_end_sessions,
        ),
        factors.check(
            "second-factors-confirm-refused",
            "`Conflict(State)` when the key is not the stored one, or is confirmed already.",
            confirm_refused,
        ),
        factors.check(
            "second-factors-confirm-race",
            "Of any number of confirmations at once exactly one succeeds.",
            confirm_race,
        ),
        factors.check(
            "second-factors-step",
            "Takes a code of this step of a confirmed second factor, and forgets the failures.",
            step,
        ),
        factors.check(
            "second-factors-step-refused",
            "`Conflict(State)` when a code of this step or a later one was taken before, or there is nothing confirmed.",
            step_refused,
        ),
        factors.check(
            "second-factors-step-race",
            "Of any number of uses of one step at once exactly one succeeds.",
            step_race,
        ),
        factors.check(
            "second-factors-code",
            "Takes a recovery code, which is gone then, and forgets the failures; how many are left. `NotFound(Token)` when \
             the user has no such code.",
            code,
        ),
        factors.check(
            "second-factors-code-race",
            "Of any number of uses of one code at once exactly one succeeds.",
            code_race,
        ),
        factors.check(
            "second-factors-fail",
            "Counts a code that was refused; nothing else changes. `Conflict(State)` when there is nothing confirmed.",
            fail,
        ),
        factors.check(
            "second-factors-renew",
            "Puts these recovery codes in the place of all others. `Conflict(State)` when there is nothing confirmed.",
            renew,
        ),
        factors.check(
            "second-factors-remove",
            "Takes a user's second factor away, confirmed or not, with its recovery codes. `Conflict(State)` when there is \
             none.",
            remove,
        ),
        factors.check(
            "second-factors-erase",
            "Who is erased leaves none behind.",
            erase,
        ),
        factors
            .check(
                "second-factors-purge",
                "Deletes what was begun before `now` and not confirmed, at most `limit`; returns how many.",
                purge,
            )
            .alone(),
    ]
}

fn key() -> TotpKey {
    let bytes: [u8; 32] = fresh_bytes();
    let mut key = [0; 20];
    key.copy_from_slice(&bytes[..20]);
    TotpKey::from(key)
}

fn codes(count: usize) -> Vec<SecretHash> {
    (0..count).map(|_| fresh_bytes().into()).collect()
}

/// A user with a confirmed second factor of step 100 and these codes.
pub(super) async fn confirmed(lab: &Lab, codes: &[SecretHash]) -> Result<User> {
    let user = lab.user().await?;
    let (factors, key) = (&lab.records.second_factors, key());
    factors.begin(user.id, &key, lab.fx()).await?;
    factors.confirm(user.id, &key, 100, codes, lab.fx()).await?;
    lab.records.users.get(user.id).await
}

async fn begin(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let factors = &lab.records.second_factors;
    factors.begin(user.id, &key(), lab.fx()).await?;
    let second = key();
    let later = Effects::at(lab.after(5));
    factors.begin(user.id, &second, later).await?;
    let expected = SecondFactor {
        key: second,
        created_at: lab.after(5),
        confirmed_at: None,
        last_step: 0,
        failures: 0,
        codes_left: 0,
    };
    same!(
        factors.get(user.id).await?,
        Some(expected),
        "what was begun"
    );
    same!(
        lab.records.users.get(user.id).await?,
        user,
        "the user, whose second factor does not count yet"
    );
    Ok(())
}

async fn begin_refused(lab: Lab) -> Verdict {
    let factors = &lab.records.second_factors;
    refused!(
        factors.begin(UserId::generate(), &key(), lab.fx()).await,
        Error::NotFound(Entity::User)
    );
    let user = confirmed(&lab, &[]).await?;
    let before = factors.get(user.id).await?;
    refused!(
        factors.begin(user.id, &key(), lab.fx()).await,
        Error::Conflict(Conflict::State)
    );
    same!(factors.get(user.id).await?, before, "the second factor");
    Ok(())
}

async fn get(lab: Lab) -> Verdict {
    let (user, other) = (confirmed(&lab, &codes(3)).await?, lab.user().await?);
    let factors = &lab.records.second_factors;
    let found = factors.get(user.id).await?;
    let found = found.map(|found| (found.confirmed_at, found.codes_left));
    same!(found, Some((Some(lab.now), 3)), "what is confirmed");
    same!(factors.get(other.id).await?, None, "somebody else's");
    same!(factors.get(UserId::generate()).await?, None, "nobody's");
    Ok(())
}

async fn confirm(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let (factors, key) = (&lab.records.second_factors, key());
    factors.begin(user.id, &key, lab.fx()).await?;
    let at = lab.after(30);
    factors
        .confirm(user.id, &key, 7, &codes(10), Effects::at(at))
        .await?;
    let expected = SecondFactor {
        key,
        created_at: lab.now,
        confirmed_at: Some(at),
        last_step: 7,
        failures: 0,
        codes_left: 10,
    };
    same!(
        factors.get(user.id).await?,
        Some(expected),
        "what is stored"
    );
    let told = User {
        second_factor: Some(at),
        auth_epoch: user.auth_epoch + 1,
        ..user
    };
    let users = &lab.records.users;
    same!(users.get(told.id).await?, told, "the user");
    let (found, _) = users.credentials(told.username.as_str()).await?;
    same!(found, told, "the user of the credentials");
    let session = lab.session(&told).await?;
    let sessions = &lab.records.sessions;
    let (_, found) = sessions.authenticate(&session.token, lab.now).await?;
    same!(found, told, "the user of a session");
    Ok(())
}

async fn confirm_end_sessions(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let session = lab.session(&user).await?;
    let (factors, key) = (&lab.records.second_factors, key());
    factors.begin(user.id, &key, lab.fx()).await?;
    let sessions = &lab.records.sessions;
    sessions.authenticate(&session.token, lab.now).await?;
    factors.confirm(user.id, &key, 7, &[], lab.fx()).await?;
    // One whose log-in began before, and that is stored only now.
    let late = lab.session(&user).await?;
    for session in [session, late] {
        refused!(
            sessions.authenticate(&session.token, lab.now).await,
            Error::NotFound(Entity::Session)
        );
    }
    let told = lab.records.users.get(user.id).await?;
    same!(told.auth_epoch, user.auth_epoch + 1, "the epoch");
    Ok(())
}

async fn confirm_refused(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let (factors, right) = (&lab.records.second_factors, key());
    refused!(
        factors.confirm(user.id, &right, 1, &[], lab.fx()).await,
        Error::Conflict(Conflict::State)
    );
    factors.begin(user.id, &right, lab.fx()).await?;
    refused!(
        factors.confirm(user.id, &key(), 1, &[], lab.fx()).await,
        Error::Conflict(Conflict::State)
    );
    factors
        .confirm(user.id, &right, 1, &codes(2), lab.fx())
        .await?;
    refused!(
        factors
            .confirm(user.id, &right, 2, &codes(5), lab.fx())
            .await,
        Error::Conflict(Conflict::State)
    );
    let kept = factors.get(user.id).await?;
    let kept = kept.map(|kept| (kept.last_step, kept.codes_left));
    same!(kept, Some((1, 2)), "step and codes");
    Ok(())
}

async fn confirm_race(lab: Lab) -> Verdict {
    let user = lab.user().await?.id;
    let key = key();
    let factors = &lab.records.second_factors;
    factors.begin(user, &key, lab.fx()).await?;
    let results = lab
        .race(50, |lab, _| {
            let key = key.clone();
            async move {
                let factors = &lab.records.second_factors;
                factors.confirm(user, &key, 1, &codes(1), lab.fx()).await
            }
        })
        .await?;
    let won = winners!(results, Error::Conflict(Conflict::State));
    same!(won.len(), 1, "confirmations that succeeded");
    Ok(())
}

async fn step(lab: Lab) -> Verdict {
    let user = confirmed(&lab, &codes(1)).await?.id;
    let factors = &lab.records.second_factors;
    factors.fail(user, lab.fx()).await?;
    factors.use_step(user, 101, lab.fx()).await?;
    let found = factors.get(user).await?;
    let found = found.map(|found| (found.last_step, found.failures, found.codes_left));
    same!(found, Some((101, 0, 1)), "step, failures and codes");
    Ok(())
}

async fn step_refused(lab: Lab) -> Verdict {
    let (user, other) = (confirmed(&lab, &[]).await?.id, lab.user().await?.id);
    let factors = &lab.records.second_factors;
    factors.use_step(user, 105, lab.fx()).await?;
    for step in [105, 104, 100, 0] {
        refused!(
            factors.use_step(user, step, lab.fx()).await,
            Error::Conflict(Conflict::State)
        );
    }
    factors.begin(other, &key(), lab.fx()).await?;
    for nobody in [other, UserId::generate()] {
        refused!(
            factors.use_step(nobody, 200, lab.fx()).await,
            Error::Conflict(Conflict::State)
        );
    }
    factors.use_step(user, 106, lab.fx()).await?;
    Ok(())
}

async fn step_race(lab: Lab) -> Verdict {
    let user = confirmed(&lab, &[]).await?.id;
    let results = lab
        .race(100, |lab, _| async move {
            let factors = &lab.records.second_factors;
            factors.use_step(user, 101, lab.fx()).await
        })
        .await?;
    let won = winners!(results, Error::Conflict(Conflict::State));
    same!(won.len(), 1, "uses that succeeded");
    Ok(())
}

async fn code(lab: Lab) -> Verdict {
    let own = codes(2);
    let (user, other) = (
        confirmed(&lab, &own).await?.id,
        confirmed(&lab, &codes(1)).await?.id,
    );
    let factors = &lab.records.second_factors;
    factors.fail(user, lab.fx()).await?;
    refused!(
        factors.use_code(other, &own[0], lab.fx()).await,
        Error::NotFound(Entity::Token)
    );
    same!(
        factors.use_code(user, &own[0], lab.fx()).await?,
        1,
        "codes left"
    );
    refused!(
        factors.use_code(user, &own[0], lab.fx()).await,
        Error::NotFound(Entity::Token)
    );
    let found = factors.get(user).await?;
    let found = found.map(|found| (found.codes_left, found.failures, found.last_step));
    same!(found, Some((1, 0, 100)), "codes, failures and step");
    same!(
        factors.use_code(user, &own[1], lab.fx()).await?,
        0,
        "codes left"
    );
    Ok(())
}

async fn code_race(lab: Lab) -> Verdict {
    let own = codes(3);
    let user = confirmed(&lab, &own).await?.id;
    let one = own[1];
    let results = lab
        .race(100, |lab, _| async move {
            let factors = &lab.records.second_factors;
            factors.use_code(user, &one, lab.fx()).await
        })
        .await?;
    let won = winners!(results, Error::NotFound(Entity::Token));
    same!(won, vec![2], "uses that succeeded, and codes left");
    Ok(())
}

async fn fail(lab: Lab) -> Verdict {
    let user = confirmed(&lab, &codes(2)).await?.id;
    let factors = &lab.records.second_factors;
    let before = factors.get(user).await?;
    for _ in 0..3 {
        factors.fail(user, lab.fx()).await?;
    }
    let expected = before.map(|before| SecondFactor {
        failures: 3,
        ..before
    });
    same!(factors.get(user).await?, expected, "the second factor");
    let other = lab.user().await?.id;
    factors.begin(other, &key(), lab.fx()).await?;
    refused!(
        factors.fail(other, lab.fx()).await,
        Error::Conflict(Conflict::State)
    );
    Ok(())
}

async fn renew(lab: Lab) -> Verdict {
    let (old, new) = (codes(3), codes(2));
    let user = confirmed(&lab, &old).await?.id;
    let factors = &lab.records.second_factors;
    factors.renew_codes(user, &new, lab.fx()).await?;
    refused!(
        factors.use_code(user, &old[0], lab.fx()).await,
        Error::NotFound(Entity::Token)
    );
    same!(
        factors.use_code(user, &new[0], lab.fx()).await?,
        1,
        "codes left"
    );
    let other = lab.user().await?.id;
    factors.begin(other, &key(), lab.fx()).await?;
    refused!(
        factors.renew_codes(other, &new, lab.fx()).await,
        Error::Conflict(Conflict::State)
    );
    Ok(())
}

async fn remove(lab: Lab) -> Verdict {
    let own = codes(1);
    let user = confirmed(&lab, &own).await?;
    let factors = &lab.records.second_factors;
    factors.remove(user.id, lab.fx()).await?;
    same!(factors.get(user.id).await?, None, "the second factor");
    let users = &lab.records.users;
    same!(
        users.get(user.id).await?.second_factor,
        None,
        "what the user tells"
    );
    refused!(
        factors.use_code(user.id, &own[0], lab.fx()).await,
        Error::NotFound(Entity::Token)
    );
    refused!(
        factors.remove(user.id, lab.fx()).await,
        Error::Conflict(Conflict::State)
    );
    factors.begin(user.id, &key(), lab.fx()).await?;
    factors.remove(user.id, lab.fx()).await?;
    same!(factors.get(user.id).await?, None, "what was begun");
    Ok(())
}

async fn erase(lab: Lab) -> Verdict {
    let own = codes(1);
    let user = confirmed(&lab, &own).await?.id;
    let users = &lab.records.users;
    users.schedule_erasure(user, lab.now, lab.fx()).await?;
    users.erase(user, lab.fx()).await?;
    let factors = &lab.records.second_factors;
    same!(factors.get(user).await?, None, "the second factor");
    refused!(
        factors.use_code(user, &own[0], lab.fx()).await,
        Error::NotFound(Entity::Token)
    );
    Ok(())
}

async fn purge(lab: Lab) -> Verdict {
    let then = lab.long_ago();
    let at = |seconds| then.plus(std::time::Duration::from_secs(seconds));
    let factors = &lab.records.second_factors;
    while factors.purge(at(9), 100).await? > 0 {}
    let mut begun = Vec::new();
    for seconds in [0, 1, 5] {
        let user = lab.user().await?.id;
        let effects = Effects::at(at(seconds));
        factors.begin(user, &key(), effects).await?;
        begun.push(user);
    }
    let kept = lab.user().await?.id;
    let confirmed = key();
    factors.begin(kept, &confirmed, Effects::at(then)).await?;
    factors
        .confirm(kept, &confirmed, 1, &[], Effects::at(then))
        .await?;
    same!(factors.purge(then, 10).await?, 0, "begun before the first");
    same!(factors.purge(at(5), 1).await?, 1, "at most one");
    same!(factors.purge(at(5), 10).await?, 1, "the other");
    let mut left = 0;
    for user in begun {
        left += usize::from(factors.get(user).await?.is_some());
    }
    same!(left, 1, "what is left of what was begun");
    same!(
        factors.get(kept).await?.is_some(),
        true,
        "what is confirmed is left"
    );
    Ok(())
}
