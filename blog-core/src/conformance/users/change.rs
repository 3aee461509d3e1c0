//! Changes of users.

use crate::conformance::chance::fresh_word;
use crate::conformance::check::{Check, Port};
use crate::conformance::lab::Lab;
use crate::conformance::verdict::{Verdict, ensure, refused, same, winners};
use crate::error::{Conflict, Entity, Error, Result};
use crate::id::{MediaId, UserId};
use crate::model::effects::Effects;
use crate::model::user::{
    Bio, DisplayName, EmailAddress, NewUser, PasswordHash, ProfileChange, Role, User, Waiting,
};
use crate::time::Timestamp;

pub(super) fn checks() -> Vec<Check> {
    let users = Port::Users;
    vec![
        users.check("users-profile", "Replaces display name, bio and avatar and raises the version by one.", profile),
        users.check("users-profile-version", "Returns `Conflict(Version)` with the stored version when it is not the expected one.", profile_version),
        users.check("users-profile-race", "Of two profile changes from one version exactly one succeeds.", profile_race),
        users.check("users-profile-not-found", "`NotFound(User)` when there is none, or `NotFound(Media)` when the avatar is not in the catalog.", profile_not_found),
        users.check("users-avatar-joined", "Users and authors carry the facts of their avatar.", avatar_joined),
        users.check("users-password-end-sessions", "With `end_sessions` it raises the epoch and deletes the user's sessions.", password_end_sessions),
        users.check("users-rehash", "Puts `to`, the same password hashed anew at a log-in, in the place of `from`; nothing else changes.", rehash),
        users.check("users-rehash-changed", "`false`, and nothing at all changes, when the stored hash is no longer `from`.", rehash_changed),
        users.check("users-password-not-found", "`set_password`: `NotFound(User)` when there is none.", password_not_found),
        users.check("users-email", "Replaces the address by one that was shown to be theirs, and `verified_at` by the moment of the effects; nothing else changes.", email),
        users.check("users-waiting", "One who waits for the link of their first letter is told so, by every question, until `set_email`.", waiting),
        users.check("users-purge-waiting", "Deletes users who waited until before `now`, at most `limit`; returns how many. Their names are free again.", purge_waiting).alone(),
        users.check("users-email-taken", "`set_email`: `Conflict(Email)` when another user has it.", email_taken),
        users.check("users-email-race", "Of two users who are given one address at once exactly one gets it.", email_race),
        users.check("users-email-not-found", "`set_email`: `NotFound(User)` when there is none.", email_not_found),
        users.check("users-role", "Replaces the role, raises the epoch and deletes the user's sessions.", role),
        users.check("users-role-not-found", "`set_role`: `NotFound(User)` when there is none.", role_not_found),
        users.check("users-role-waiting", "`set_role`: `Conflict(State)` for who waits for the link of their first letter.", role_waiting),
        users.check("users-suspend", "Suspends or restores; suspending raises the epoch and deletes the user's sessions.", suspend),
        users.check("users-block", "Takes the right to comment away, or gives it back; nothing else changes.", block),
        users.check("users-block-not-found", "`set_blocked`: `NotFound(User)` when there is none.", block_not_found),
        users.check("users-last-admin", "Returns `Conflict(LastAdmin)` when they are an admin, the role is another, and no other admin is there who is not suspended; likewise when they are suspended.", last_admin).alone(),
        users.check("users-last-admin-race", "Of any number of such changes at once, one admin is left.", last_admin_race).alone(),
        users.check("users-suspend-not-found", "`set_suspended`: `NotFound(User)` when there is none.", suspend_not_found),
    ]
}

fn change(user: &User) -> ProfileChange {
    ProfileChange {
        id: user.id,
        expected_version: user.version,
        display_name: DisplayName::from_store("Somebody else".to_owned()),
        bio: Bio::from_store("Wrote.\nWrites.".to_owned()),
        avatar: None,
    }
}

async fn profile(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let picture = lab.picture(user.id).await?;
    let with_picture = ProfileChange {
        avatar: Some(picture.id),
        ..change(&user)
    };
    let expected = User {
        display_name: with_picture.display_name.clone(),
        bio: with_picture.bio.clone(),
        avatar: Some(picture.to_ref()),
        version: 2,
        ..user.clone()
    };
    same!(
        lab.records
            .users
            .update_profile(with_picture, lab.fx())
            .await?,
        expected,
        "the answer"
    );
    same!(
        lab.records.users.get(user.id).await?,
        expected,
        "the stored user"
    );
    let without = lab
        .records
        .users
        .update_profile(change(&expected), lab.fx())
        .await?;
    same!(
        (without.avatar, without.version),
        (None, 3),
        "avatar and version after its removal"
    );
    Ok(())
}

async fn profile_version(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let saved = lab
        .records
        .users
        .update_profile(change(&user), lab.fx())
        .await?;
    for expected_version in [1, 3, 0] {
        let stale = ProfileChange {
            expected_version,
            bio: Bio::from_store("late".to_owned()),
            ..change(&user)
        };
        refused!(
            lab.records.users.update_profile(stale, lab.fx()).await,
            Error::Conflict(Conflict::Version { current: 2 })
        );
    }
    same!(
        lab.records.users.get(user.id).await?,
        saved,
        "the user after refused changes"
    );
    Ok(())
}

async fn profile_race(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let results = lab
        .race(8, |lab, number| {
            let change = ProfileChange {
                bio: Bio::from_store(format!("bio {number}")),
                ..change(&user)
            };
            async move { lab.records.users.update_profile(change, lab.fx()).await }
        })
        .await?;
    let won = winners!(results, Error::Conflict(Conflict::Version { current: 2 }));
    same!(won.len(), 1, "changes that succeeded");
    same!(
        lab.records.users.get(user.id).await?,
        won[0],
        "the stored user"
    );
    Ok(())
}

async fn profile_not_found(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let nobody = ProfileChange {
        id: UserId::generate(),
        ..change(&user)
    };
    refused!(
        lab.records.users.update_profile(nobody, lab.fx()).await,
        Error::NotFound(Entity::User)
    );
    let no_picture = ProfileChange {
        avatar: Some(MediaId::generate()),
        ..change(&user)
    };
    refused!(
        lab.records.users.update_profile(no_picture, lab.fx()).await,
        Error::NotFound(Entity::Media)
    );
    same!(
        lab.records.users.get(user.id).await?,
        user,
        "the user after refused changes"
    );
    Ok(())
}

async fn avatar_joined(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let picture = lab.picture(user.id).await?;
    let change = ProfileChange {
        avatar: Some(picture.id),
        ..change(&user)
    };
    let user = lab.records.users.update_profile(change, lab.fx()).await?;
    let post = lab.post(user.id).await?;
    same!(post.author, user.to_ref(), "the author of a post");
    let comment = lab.comment(post.id, user.id, None).await?;
    same!(
        comment.author,
        Some(user.to_ref()),
        "the author of a comment"
    );
    let session = lab.session(&user).await?;
    let (_, found) = lab
        .records
        .sessions
        .authenticate(&session.token, lab.now)
        .await?;
    same!(found, user, "the user of a session");
    let (found, _) = lab
        .records
        .users
        .credentials(user.username.as_str())
        .await?;
    same!(found, user, "the user of the credentials");
    same!(
        lab.records.users.by_username(&user.username).await?,
        user,
        "the user of the name"
    );
    Ok(())
}

async fn password_end_sessions(lab: Lab) -> Verdict {
    let (user, other) = (lab.user().await?, lab.user().await?);
    let (session, others) = (lab.session(&user).await?, lab.session(&other).await?);
    let hash = PasswordHash::from_phc("$argon2id$new".to_owned());
    lab.records
        .users
        .set_password(user.id, hash.clone(), lab.fx())
        .await?;
    let (stored, password) = lab
        .records
        .users
        .credentials(user.username.as_str())
        .await?;
    same!(password, Some(hash), "the password");
    same!(stored.auth_epoch, 1, "the epoch");
    refused!(
        lab.records
            .sessions
            .authenticate(&session.token, lab.now)
            .await,
        Error::NotFound(Entity::Session)
    );
    lab.records
        .sessions
        .authenticate(&others.token, lab.now)
        .await?;
    refused!(
        lab.records
            .sessions
            .confirm_password(session.id, lab.now)
            .await,
        Error::NotFound(Entity::Session)
    );
    Ok(())
}

async fn rehash(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let hash = PasswordHash::from_phc("$argon2id$stronger".to_owned());
    let users = &lab.records.users;
    let old = PasswordHash::from_phc("$argon2id$old".to_owned());
    users.set_password(user.id, old.clone(), lab.fx()).await?;
    let user = users.get(user.id).await?;
    let session = lab.session(&user).await?;
    let done = users.rehash_password(user.id, &old, hash.clone()).await?;
    same!(done, true, "done");
    let found = lab
        .records
        .users
        .credentials(user.username.as_str())
        .await?;
    same!(found, (user.clone(), Some(hash)), "user and password");
    let found = lab
        .records
        .sessions
        .authenticate(&session.token, lab.now)
        .await?;
    same!(found, (session, user), "session and user");
    Ok(())
}

async fn rehash_changed(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let users = &lab.records.users;
    let [old, new, late] = ["$argon2id$old", "$argon2id$new", "$argon2id$late"]
        .map(|phc| PasswordHash::from_phc(phc.to_owned()));
    users.set_password(user.id, old.clone(), lab.fx()).await?;
    users.set_password(user.id, new.clone(), lab.fx()).await?;
    let done = users.rehash_password(user.id, &old, late.clone()).await?;
    same!(done, false, "the old password's new hash is not wanted");
    let (_, stored) = users.credentials(user.username.as_str()).await?;
    same!(stored, Some(new.clone()), "the password");
    let nobody = UserId::generate();
    same!(
        users.rehash_password(nobody, &new, late).await?,
        false,
        "of nobody"
    );
    Ok(())
}

async fn password_not_found(lab: Lab) -> Verdict {
    let hash = PasswordHash::from_phc("$argon2id$new".to_owned());
    refused!(
        lab.records
            .users
            .set_password(UserId::generate(), hash, lab.fx())
            .await,
        Error::NotFound(Entity::User)
    );
    Ok(())
}

fn address(word: &str) -> EmailAddress {
    EmailAddress::from_store(format!("{word}@Example.net"))
}

async fn email(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let session = lab.session(&user).await?;
    let users = &lab.records.users;
    let new = address(&fresh_word());
    let moved = User {
        email: Some(new.clone()),
        verified_at: Some(lab.after(7)),
        ..user.clone()
    };
    let later = || Effects::at(lab.after(7));
    let answer = users.set_email(user.id, new.clone(), later()).await?;
    same!(answer, moved, "the answer");
    same!(users.get(user.id).await?, moved, "the stored user");
    let (found, _) = users.credentials(&new.key()).await?;
    same!(found.id, user.id, "who is found by the new address");
    let old = user.email.as_ref().map(EmailAddress::key);
    refused!(
        users.credentials(&old.unwrap_or_default()).await,
        Error::NotFound(Entity::User)
    );
    lab.records
        .sessions
        .authenticate(&session.token, lab.now)
        .await?;
    // The same one again, as when an address is verified for the first time.
    let same = users.set_email(user.id, new, later()).await?;
    same!(same, moved, "the answer to the same address");
    Ok(())
}

async fn waits(lab: &Lab, expires_at: Timestamp) -> Result<User> {
    let name = fresh_word();
    let new = NewUser {
        email: None,
        verified_at: None,
        waiting: Some(Waiting {
            email: EmailAddress::from_store(format!("{name}@example.net")),
            expires_at,
        }),
        ..lab.new_user()
    };
    lab.records.users.create(new, lab.fx()).await
}

async fn waiting(lab: Lab) -> Verdict {
    let user = waits(&lab, lab.after(60)).await?;
    let users = &lab.records.users;
    let address = user.waiting.clone().map(|waiting| waiting.email);
    ensure!(address.is_some(), "the answer tells that they wait");
    same!(users.get(user.id).await?, user, "the stored user");
    let name = user.username.as_str();
    same!(users.credentials(name).await?.0, user, "by their name");
    if let Some(address) = address {
        refused!(
            users.credentials(&address.key()).await,
            Error::NotFound(Entity::User)
        );
        // The address is nobody's yet.
        let other = lab.user().await?;
        users.set_email(other.id, address, lab.fx()).await?;
    }
    let own = EmailAddress::from_store(format!("{}@example.net", fresh_word()));
    let verified = users.set_email(user.id, own.clone(), lab.fx()).await?;
    let expected = User {
        email: Some(own),
        verified_at: Some(lab.now),
        waiting: None,
        ..user
    };
    same!(verified, expected, "who waits no more");
    same!(users.get(expected.id).await?, expected, "as it is stored");
    Ok(())
}

async fn purge_waiting(lab: Lab) -> Verdict {
    let then = lab.long_ago();
    let at = |seconds| then.plus(std::time::Duration::from_secs(seconds));
    let users = &lab.records.users;
    while users.purge_waiting(at(9), 100).await? > 0 {}
    let over = [waits(&lab, at(1)).await?, waits(&lab, at(2)).await?];
    let (left, known) = (waits(&lab, at(9)).await?, lab.user().await?);
    same!(users.purge_waiting(at(1), 10).await?, 0, "not over before");
    same!(users.purge_waiting(at(5), 1).await?, 1, "at most one");
    same!(users.purge_waiting(at(5), 10).await?, 1, "the other");
    for user in &over {
        refused!(users.get(user.id).await, Error::NotFound(Entity::User));
    }
    users.get(left.id).await?;
    users.get(known.id).await?;
    let again = NewUser {
        username: over[0].username.clone(),
        ..lab.new_user()
    };
    users.create(again, lab.fx()).await?;
    Ok(())
}

async fn email_taken(lab: Lab) -> Verdict {
    let (user, other) = (lab.user().await?, lab.user().await?);
    let users = &lab.records.users;
    let theirs = other.email.as_ref().map(EmailAddress::key);
    let theirs = EmailAddress::from_store(theirs.unwrap_or_default());
    refused!(
        users.set_email(user.id, theirs, lab.fx()).await,
        Error::Conflict(Conflict::Email)
    );
    same!(users.get(user.id).await?, user, "the user");
    same!(users.get(other.id).await?, other, "the other");
    Ok(())
}

async fn email_race(lab: Lab) -> Verdict {
    let wanted = address(&fresh_word());
    let results = lab
        .race(6, |lab, _| {
            let wanted = wanted.clone();
            async move {
                let user = lab.user().await?;
                lab.records.users.set_email(user.id, wanted, lab.fx()).await
            }
        })
        .await?;
    let won = winners!(results, Error::Conflict(Conflict::Email));
    same!(won.len(), 1, "users who got it");
    let (found, _) = lab.records.users.credentials(&wanted.key()).await?;
    same!(found, won[0], "who is found by it");
    Ok(())
}

async fn email_not_found(lab: Lab) -> Verdict {
    refused!(
        lab.records
            .users
            .set_email(UserId::generate(), address(&fresh_word()), lab.fx())
            .await,
        Error::NotFound(Entity::User)
    );
    Ok(())
}

async fn role(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let session = lab.session(&user).await?;
    let admin = lab
        .records
        .users
        .set_role(user.id, Role::Admin, lab.fx())
        .await?;
    same!(
        (admin.role, admin.auth_epoch),
        (Role::Admin, 1),
        "role and epoch"
    );
    same!(
        lab.records.users.get(user.id).await?,
        admin,
        "the stored user"
    );
    refused!(
        lab.records
            .sessions
            .authenticate(&session.token, lab.now)
            .await,
        Error::NotFound(Entity::Session)
    );
    for role in [Role::Reader, Role::Author, Role::Editor] {
        same!(
            lab.records
                .users
                .set_role(user.id, role, lab.fx())
                .await?
                .role,
            role,
            "the role"
        );
    }
    Ok(())
}

async fn role_waiting(lab: Lab) -> Verdict {
    let user = waits(&lab, lab.after(60)).await?;
    let users = &lab.records.users;
    for role in [Role::Admin, Role::Reader] {
        refused!(
            users.set_role(user.id, role, lab.fx()).await,
            Error::Conflict(Conflict::State)
        );
    }
    same!(users.get(user.id).await?, user, "who waits");
    Ok(())
}

async fn role_not_found(lab: Lab) -> Verdict {
    refused!(
        lab.records
            .users
            .set_role(UserId::generate(), Role::Admin, lab.fx())
            .await,
        Error::NotFound(Entity::User)
    );
    Ok(())
}

async fn suspend(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let session = lab.session(&user).await?;
    let gone = lab
        .records
        .users
        .set_suspended(user.id, Some(lab.reason()), lab.fx())
        .await?;
    same!(
        (gone.suspension.clone(), gone.auth_epoch),
        (Some(lab.reason()), 1),
        "suspension and epoch"
    );
    same!(
        lab.records.users.get(user.id).await?,
        gone,
        "the stored user"
    );
    let back = lab
        .records
        .users
        .set_suspended(user.id, None, lab.fx())
        .await?;
    ensure!(!back.is_suspended(), "the user is restored");
    refused!(
        lab.records
            .sessions
            .authenticate(&session.token, lab.now)
            .await,
        Error::NotFound(Entity::Session)
    );
    Ok(())
}

async fn suspend_not_found(lab: Lab) -> Verdict {
    for suspended in [true, false] {
        refused!(
            lab.records
                .users
                .set_suspended(
                    UserId::generate(),
                    suspended.then(|| lab.reason()),
                    lab.fx()
                )
                .await,
            Error::NotFound(Entity::User)
        );
    }
    Ok(())
}

async fn block(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let session = lab.session(&user).await?;
    for blocked in [true, false] {
        let expected = User {
            blocked,
            ..user.clone()
        };
        let answer = lab
            .records
            .users
            .set_blocked(user.id, blocked, lab.fx())
            .await?;
        same!(answer, expected, "the answer");
        same!(
            lab.records.users.get(user.id).await?,
            expected,
            "the stored user"
        );
    }
    let sessions = &lab.records.sessions;
    sessions.authenticate(&session.token, lab.now).await?;
    Ok(())
}

async fn block_not_found(lab: Lab) -> Verdict {
    refused!(
        lab.records
            .users
            .set_blocked(UserId::generate(), true, lab.fx())
            .await,
        Error::NotFound(Entity::User)
    );
    Ok(())
}

async fn admin(lab: &Lab) -> Verdict<User> {
    let admin = NewUser {
        role: Role::Admin,
        ..lab.new_user()
    };
    Ok(lab.records.users.create(admin, lab.fx()).await?)
}

/// Makes an author of every admin but these.
async fn demote_others(lab: &Lab, kept: &[UserId]) -> Verdict {
    let users = &lab.records.users;
    let mut after = None;
    loop {
        let page = users.list("", after.as_ref(), 100).await?;
        for user in page.items {
            if user.role == Role::Admin && !kept.contains(&user.id) {
                users.set_role(user.id, Role::Author, lab.fx()).await?;
            }
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(()),
        }
    }
}

async fn last_admin(lab: Lab) -> Verdict {
    let users = &lab.records.users;
    let (one, two) = (admin(&lab).await?, admin(&lab).await?);
    demote_others(&lab, &[one.id, two.id]).await?;
    let reason = || Some(lab.reason());
    users.set_suspended(two.id, reason(), lab.fx()).await?;
    refused!(
        users.set_role(one.id, Role::Editor, lab.fx()).await,
        Error::Conflict(Conflict::LastAdmin)
    );
    refused!(
        users.set_suspended(one.id, reason(), lab.fx()).await,
        Error::Conflict(Conflict::LastAdmin)
    );
    same!(users.get(one.id).await?, one, "the last admin");
    // What changes nothing for the blog is no matter of the others.
    users.set_role(two.id, Role::Editor, lab.fx()).await?;
    users.set_suspended(one.id, None, lab.fx()).await?;
    users.set_role(one.id, Role::Admin, lab.fx()).await?;
    users.set_suspended(two.id, None, lab.fx()).await?;
    users.set_role(two.id, Role::Admin, lab.fx()).await?;
    users.set_role(one.id, Role::Reader, lab.fx()).await?;
    Ok(())
}

async fn last_admin_race(lab: Lab) -> Verdict {
    let mut admins = Vec::new();
    for _ in 0..6 {
        admins.push(admin(&lab).await?.id);
    }
    demote_others(&lab, &admins).await?;
    let results = lab
        .race(admins.len(), |lab, number| {
            let id = admins[number];
            async move {
                let users = &lab.records.users;
                match number % 2 {
                    0 => users.set_role(id, Role::Editor, lab.fx()).await,
                    _ => {
                        let reason = Some(lab.reason());
                        users.set_suspended(id, reason, lab.fx()).await
                    }
                }
            }
        })
        .await?;
    let won = winners!(results, Error::Conflict(Conflict::LastAdmin));
    same!(won.len(), admins.len() - 1, "changes that succeeded");
    Ok(())
}
