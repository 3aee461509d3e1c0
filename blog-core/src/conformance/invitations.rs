//! The contract of [`InvitationStore`](crate::ports::InvitationStore), and of users who are created with an invitation.

use super::chance::fresh_bytes;
use super::check::{Check, Port};
use super::lab::Lab;
use super::verdict::{Verdict, refused, same, winners};
use crate::error::{Conflict, Entity, Error, Result};
use crate::id::{InvitationId, UserId};
use crate::model::effects::Effects;
use crate::model::invitation::Invitation;
use crate::model::user::{NewUser, Role, User};
use crate::page::{Cursor, PageRequest};
use crate::time::Timestamp;

pub(super) fn checks() -> Vec<Check> {
    let invitations = Port::Invitations;
    vec![
        invitations.check(
            "invitations-find",
            "The invitation of this hash that is good at `now`: `NotFound(Token)` when there is none, or over (the moment \
             itself is over).",
            find,
        ),
        invitations.check(
            "invitations-create-refused",
            "`NotFound(User)` when there is no such maker, `Conflict(Exists)` when its id or hash is stored already.",
            create_refused,
        ),
        invitations.check(
            "invitations-list",
            "All invitations, also used ones and those that are over, newest first by `created_at`, then id, greater first.",
            list,
        ),
        invitations.check(
            "invitations-revoke",
            "Deletes an invitation that nobody used. `NotFound(Token)` when there is none, or it is used.",
            revoke,
        ),
        invitations
            .check(
                "invitations-purge",
                "Deletes invitations, used ones too, that were over before `now`, at most `limit`.",
                purge,
            )
            .alone(),
        Port::Users.check(
            "users-invitations-end",
            "Of who is no admin any more, or is suspended, the invitations that nobody used are deleted in the same \
             transaction.",
            end_with_their_maker,
        ),
        Port::Users.check(
            "users-invited",
            "With an invitation it is used up in the same transaction: `NotFound(Token)` when there is no such invitation, \
             or it is used or over.",
            invited,
        ),
        Port::Users.check(
            "users-invited-race",
            "Of any number of creations at once with one invitation exactly one succeeds.",
            race,
        ),
        Port::Users.check(
            "users-invited-refused",
            "One that is refused for another reason leaves the invitation as it was.",
            refused_leaves,
        ),
    ]
}

fn invitation(lab: &Lab, maker: UserId) -> Invitation {
    Invitation {
        id: InvitationId::generate(),
        token: fresh_bytes().into(),
        maker,
        role: Role::Reader,
        created_at: lab.now,
        expires_at: lab.after(60),
        used_at: None,
    }
}

async fn stored(lab: &Lab, created_at: Timestamp, expires_at: Timestamp) -> Result<Invitation> {
    let maker = lab.user().await?.id;
    let invitation = Invitation {
        created_at,
        expires_at,
        ..invitation(lab, maker)
    };
    let invitations = &lab.records.invitations;
    invitations.create(invitation.clone(), lab.fx()).await?;
    Ok(invitation)
}

async fn one(lab: &Lab) -> Result<Invitation> {
    stored(lab, lab.now, lab.after(60)).await
}

async fn with(lab: &Lab, invitation: &Invitation, at: Timestamp) -> Result<User> {
    let user = NewUser {
        invitation: Some(invitation.token),
        ..lab.new_user()
    };
    lab.records.users.create(user, Effects::at(at)).await
}

async fn find(lab: Lab) -> Verdict {
    let made = one(&lab).await?;
    let invitations = &lab.records.invitations;
    let found = invitations.find(&made.token, lab.after(59)).await?;
    same!(found, made, "the invitation");
    refused!(
        invitations.find(&made.token, lab.after(60)).await,
        Error::NotFound(Entity::Token)
    );
    refused!(
        invitations.find(&fresh_bytes().into(), lab.now).await,
        Error::NotFound(Entity::Token)
    );
    Ok(())
}

async fn create_refused(lab: Lab) -> Verdict {
    let invitations = &lab.records.invitations;
    refused!(
        invitations
            .create(invitation(&lab, UserId::generate()), lab.fx())
            .await,
        Error::NotFound(Entity::User)
    );
    let made = one(&lab).await?;
    let same_id = Invitation {
        token: fresh_bytes().into(),
        ..made.clone()
    };
    let same_token = Invitation {
        id: InvitationId::generate(),
        ..made
    };
    for twin in [same_id, same_token] {
        refused!(
            invitations.create(twin, lab.fx()).await,
            Error::Conflict(Conflict::Exists)
        );
    }
    Ok(())
}

async fn list(lab: Lab) -> Verdict {
    let mut expected = Vec::new();
    for seconds in [2, 1, 2, 3] {
        let made = stored(&lab, lab.after(seconds), lab.after(seconds + 1)).await?;
        expected.push(made);
    }
    with(&lab, &expected[0], lab.after(2)).await?;
    expected[0].used_at = Some(lab.after(2));
    expected.sort_by_key(|one| std::cmp::Reverse((one.created_at, one.id)));
    let mut found = Vec::new();
    let begin = Cursor {
        at: lab.after(3),
        id: uuid::Uuid::max(),
    };
    let mut after = Some(begin);
    while found.len() < expected.len() && after.is_some() {
        let page = PageRequest::new(after, 3);
        let page = lab.records.invitations.list(page).await?;
        after = page.next;
        found.extend(page.items);
    }
    found.truncate(expected.len());
    same!(found, expected, "the invitations");
    Ok(())
}

async fn revoke(lab: Lab) -> Verdict {
    let (open, used) = (one(&lab).await?, one(&lab).await?);
    with(&lab, &used, lab.now).await?;
    let invitations = &lab.records.invitations;
    invitations.revoke(open.id, lab.fx()).await?;
    refused!(
        with(&lab, &open, lab.now).await,
        Error::NotFound(Entity::Token)
    );
    for id in [open.id, used.id] {
        refused!(
            invitations.revoke(id, lab.fx()).await,
            Error::NotFound(Entity::Token)
        );
    }
    Ok(())
}

async fn purge(lab: Lab) -> Verdict {
    let then = lab.long_ago();
    let at = |seconds| then.plus(std::time::Duration::from_secs(seconds));
    let invitations = &lab.records.invitations;
    while invitations.purge(at(9), 100).await? > 0 {}
    let over = stored(&lab, then, at(1)).await?;
    let open = stored(&lab, then, at(9)).await?;
    let used = stored(&lab, then, at(1)).await?;
    with(&lab, &used, then).await?;
    same!(invitations.purge(at(1), 10).await?, 0, "not over before");
    same!(invitations.purge(at(5), 1).await?, 1, "at most one");
    same!(invitations.purge(at(5), 10).await?, 1, "over before");
    same!(invitations.purge(at(5), 10).await?, 0, "once");
    invitations.find(&open.token, at(5)).await?;
    refused!(
        invitations.find(&over.token, then).await,
        Error::NotFound(Entity::Token)
    );
    Ok(())
}

async fn end_with_their_maker(lab: Lab) -> Verdict {
    let users = &lab.records.users;
    let invitations = &lab.records.invitations;
    let (other, kept) = (one(&lab).await?, one(&lab).await?);
    with(&lab, &kept, lab.now).await?;
    for demoted in [true, false] {
        let made = one(&lab).await?;
        users.set_role(made.maker, Role::Admin, lab.fx()).await?;
        invitations.find(&made.token, lab.now).await?;
        match demoted {
            true => users.set_role(made.maker, Role::Author, lab.fx()).await?,
            false => {
                let reason = Some(lab.reason());
                users.set_suspended(made.maker, reason, lab.fx()).await?
            }
        };
        refused!(
            invitations.find(&made.token, lab.now).await,
            Error::NotFound(Entity::Token)
        );
        refused!(
            with(&lab, &made, lab.now).await,
            Error::NotFound(Entity::Token)
        );
    }
    invitations.find(&other.token, lab.now).await?;
    // One that was used stays in the list.
    users.set_role(kept.maker, Role::Reader, lab.fx()).await?;
    refused!(
        invitations.create(kept, lab.fx()).await,
        Error::Conflict(Conflict::Exists)
    );
    Ok(())
}

async fn invited(lab: Lab) -> Verdict {
    let made = one(&lab).await?;
    refused!(
        with(&lab, &made, lab.after(60)).await,
        Error::NotFound(Entity::Token)
    );
    with(&lab, &made, lab.after(59)).await?;
    refused!(
        with(&lab, &made, lab.now).await,
        Error::NotFound(Entity::Token)
    );
    let invitations = &lab.records.invitations;
    refused!(
        invitations.find(&made.token, lab.now).await,
        Error::NotFound(Entity::Token)
    );
    Ok(())
}

async fn race(lab: Lab) -> Verdict {
    let made = one(&lab).await?;
    let results = lab
        .race(100, |lab, _| {
            let made = made.clone();
            async move { with(&lab, &made, lab.now).await }
        })
        .await?;
    let won = winners!(results, Error::NotFound(Entity::Token));
    same!(won.len(), 1, "creations that succeeded");
    Ok(())
}

async fn refused_leaves(lab: Lab) -> Verdict {
    let made = one(&lab).await?;
    let taken = NewUser {
        username: lab.user().await?.username,
        invitation: Some(made.token),
        ..lab.new_user()
    };
    refused!(
        lab.records.users.create(taken, lab.fx()).await,
        Error::Conflict(Conflict::Username)
    );
    with(&lab, &made, lab.now).await?;
    Ok(())
}
