//! Users who leave.

use crate::conformance::chance::fresh_bytes;
use crate::conformance::check::{Check, Port};
use crate::conformance::lab::Lab;
use crate::conformance::verdict::{Verdict, ensure, refused, same};
use crate::error::{Conflict, Entity, Error};
use crate::id::UserId;
use crate::model::effects::Effects;
use crate::model::outbox::Task;
use crate::model::token::{Purpose, Token};
use crate::model::user::{NewUser, ProfileChange, Role};
use crate::page::PageRequest;

pub(super) fn checks() -> Vec<Check> {
    let users = Port::Users;
    vec![
        users.check(
            "users-schedule-erasure",
            "Says when somebody is to be erased, raises the epoch and deletes their sessions.",
            schedule,
        ),
        users.check(
            "users-cancel-erasure",
            "Says that somebody whose epoch is this one is not to be erased after all, raises the epoch and deletes their \
             sessions.",
            cancel,
        ),
        users.check(
            "users-cancel-erasure-state",
            "`Conflict(State)` when their epoch is another, nobody said that they are to be erased, or it is due.",
            cancel_state,
        ),
        users.check(
            "users-schedule-erasure-not-found",
            "`schedule_erasure`, `cancel_erasure`, `erase`: `NotFound(User)` when there is none.",
            not_found,
        ),
        users.check(
            "users-erase",
            "Deletes a user whose erasure is due at the moment of the effects, with their sessions, tokens, likes (whose \
             counts fall). Their comments stay without a name.",
            erase,
        ),
        users
            .check(
                "users-erase-mail",
                "`erase`: with mail to them that has not left.",
                mail,
            )
            .alone(),
        users.check(
            "users-erase-state",
            "`Conflict(State)` when it is not due, or while they have posts, an avatar, or media that nothing uses.",
            state,
        ),
        users.check(
            "users-detach",
            "Takes the name from at most `limit` comments, and away at most `limit` likes, whose counts fall, of a user whose \
             erasure is due; how many of each.",
            detach,
        ),
        users.check(
            "users-detach-state",
            "`detach`: `NotFound(User)` when there is none, `Conflict(State)` when it is not due.",
            detach_state,
        ),
        users.check(
            "users-erase-heir",
            "What somebody else's page still shows of their media goes to the admin who is here longest.",
            heir,
        ),
    ]
}

async fn schedule(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let session = lab.session(&user).await?;
    let users = &lab.records.users;
    let at = lab.after(60);
    let leaving = users.schedule_erasure(user.id, at, lab.fx()).await?;
    same!(
        (leaving.erase_at, leaving.auth_epoch),
        (Some(at), user.auth_epoch + 1),
        "time and epoch"
    );
    same!(users.get(user.id).await?, leaving, "the stored user");
    refused!(
        lab.records
            .sessions
            .authenticate(&session.token, lab.now)
            .await,
        Error::NotFound(Entity::Session)
    );
    Ok(())
}

async fn cancel(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let users = &lab.records.users;
    let at = lab.after(60);
    let leaving = users.schedule_erasure(user.id, at, lab.fx()).await?;
    let session = lab.session(&leaving).await?;
    let epoch = leaving.auth_epoch;
    let back = users.cancel_erasure(user.id, epoch, lab.fx()).await?;
    same!(users.get(user.id).await?, back, "the stored user");
    same!(
        (back.erase_at, back.auth_epoch),
        (None, leaving.auth_epoch + 1),
        "time and epoch after all"
    );
    refused!(
        lab.records
            .sessions
            .authenticate(&session.token, lab.now)
            .await,
        Error::NotFound(Entity::Session)
    );
    Ok(())
}

async fn cancel_state(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let users = &lab.records.users;
    refused!(
        users
            .cancel_erasure(user.id, user.auth_epoch, lab.fx())
            .await,
        Error::Conflict(Conflict::State)
    );
    let at = lab.after(60);
    let leaving = users.schedule_erasure(user.id, at, lab.fx()).await?;
    let epoch = leaving.auth_epoch;
    for (epoch, moment) in [
        (user.auth_epoch, lab.now),
        (epoch + 1, lab.now),
        (epoch, at),
    ] {
        refused!(
            users
                .cancel_erasure(user.id, epoch, Effects::at(moment))
                .await,
            Error::Conflict(Conflict::State)
        );
    }
    same!(
        users.get(user.id).await?,
        leaving,
        "who leaves all the same"
    );
    Ok(())
}

async fn not_found(lab: Lab) -> Verdict {
    let users = &lab.records.users;
    let nobody = UserId::generate();
    refused!(
        users.schedule_erasure(nobody, lab.now, lab.fx()).await,
        Error::NotFound(Entity::User)
    );
    refused!(
        users.cancel_erasure(nobody, 0, lab.fx()).await,
        Error::NotFound(Entity::User)
    );
    refused!(
        users.erase(nobody, lab.fx()).await,
        Error::NotFound(Entity::User)
    );
    Ok(())
}

async fn erase(lab: Lab) -> Verdict {
    let author = lab.user().await?;
    let post = lab.post(author.id).await?;
    let user = lab.user().await?;
    let engagement = &lab.records.engagement;
    engagement
        .set_like(post.id, author.id, true, lab.now)
        .await?;
    engagement.set_like(post.id, user.id, true, lab.now).await?;
    let comment = lab.comment(post.id, user.id, None).await?;
    let token = Token {
        hash: fresh_bytes().into(),
        purpose: Purpose::Verify,
        user: Some(user.id),
        email: user.email.clone(),
        created_at: lab.now,
        expires_at: lab.after(60),
    };
    let tokens = &lab.records.tokens;
    tokens.issue(token.clone(), lab.fx()).await?;
    let users = &lab.records.users;
    users.schedule_erasure(user.id, lab.now, lab.fx()).await?;
    let session = lab.session(&users.get(user.id).await?).await?;
    users.erase(user.id, lab.fx()).await?;

    refused!(users.get(user.id).await, Error::NotFound(Entity::User));
    refused!(
        users.by_username(&user.username).await,
        Error::NotFound(Entity::User)
    );
    refused!(
        lab.records
            .sessions
            .authenticate(&session.token, lab.now)
            .await,
        Error::NotFound(Entity::Session)
    );
    refused!(
        tokens.peek(&token.hash, Purpose::Verify, lab.now).await,
        Error::NotFound(Entity::Token)
    );
    let left = lab.records.comments.get(comment.id).await?;
    same!(left.author, None, "the comment's name");
    same!(left.body, comment.body, "the comment");
    let stored = lab.stored(post.id).await?;
    same!((stored.likes, stored.comments), (1, 1), "the counts");
    // Name and address are free again.
    let again = NewUser {
        username: user.username,
        email: user.email,
        ..lab.new_user()
    };
    users.create(again, lab.fx()).await?;
    Ok(())
}

async fn detach(lab: Lab) -> Verdict {
    let (author, user) = (lab.user().await?, lab.user().await?);
    let mut posts = Vec::new();
    for _ in 0..3 {
        let post = lab.post(author.id).await?;
        let engagement = &lab.records.engagement;
        for liker in [author.id, user.id] {
            engagement.set_like(post.id, liker, true, lab.now).await?;
        }
        lab.comment(post.id, user.id, None).await?;
        posts.push(post.id);
    }
    let strange = lab.comment(posts[0], author.id, None).await?;
    let users = &lab.records.users;
    users.schedule_erasure(user.id, lab.now, lab.fx()).await?;
    for expected in [(2, 2), (1, 1), (0, 0)] {
        let found = users.detach(user.id, 2, lab.fx()).await?;
        same!(found, expected, "comments and likes");
    }
    for post in posts {
        same!(lab.stored(post).await?.likes, 1, "likes of others");
        let threads = &lab.records.comments;
        let threads = threads.threads(post, PageRequest::first(9)).await?;
        let named = threads
            .items
            .iter()
            .filter_map(|thread| thread.comment.author.as_ref());
        ensure!(
            named.into_iter().all(|by| by.id != user.id),
            "a comment has its name"
        );
    }
    let kept = lab.records.comments.get(strange.id).await?;
    same!(
        kept.author.map(|by| by.id),
        Some(author.id),
        "somebody else's comment"
    );
    users.get(user.id).await?;
    Ok(())
}

async fn detach_state(lab: Lab) -> Verdict {
    let users = &lab.records.users;
    refused!(
        users.detach(UserId::generate(), 9, lab.fx()).await,
        Error::NotFound(Entity::User)
    );
    let user = lab.user().await?;
    let post = lab.post(user.id).await?;
    let comment = lab.comment(post.id, user.id, None).await?;
    for at in [None, Some(lab.after(1))] {
        if let Some(at) = at {
            users.schedule_erasure(user.id, at, lab.fx()).await?;
        }
        refused!(
            users.detach(user.id, 9, lab.fx()).await,
            Error::Conflict(Conflict::State)
        );
    }
    let kept = lab.records.comments.get(comment.id).await?;
    same!(
        kept.author.map(|by| by.id),
        Some(user.id),
        "the comment's author"
    );
    Ok(())
}

async fn mail(lab: Lab) -> Verdict {
    let (user, other) = (lab.user().await?, lab.user().await?);
    let users = &lab.records.users;
    let then = lab.long_ago();
    let letter = |to: &str| Task::Mail {
        to: to.to_owned(),
        subject: "Subject".to_owned(),
        text: "Text".to_owned(),
    };
    let mut effects = lab.fx();
    for user in [&user, &other] {
        if let Some(email) = &user.email {
            effects = effects.later(then, letter(email.as_str()));
        }
    }
    users.schedule_erasure(user.id, lab.now, effects).await?;
    users.erase(user.id, lab.fx()).await?;
    let until = then.plus(std::time::Duration::from_secs(60));
    let claimed = lab.records.outbox.claim(then, until, 100).await?;
    let has = |address: &str| claimed.iter().any(|one| one.task == letter(address));
    let address = |user: &crate::model::user::User| {
        user.email
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default()
    };
    ensure!(!has(&address(&user)), "mail to somebody who is gone");
    ensure!(has(&address(&other)), "mail to somebody else is gone");
    for message in claimed {
        lab.records
            .outbox
            .done(message.id, message.attempts)
            .await?;
    }
    Ok(())
}

async fn state(lab: Lab) -> Verdict {
    let users = &lab.records.users;
    let refused_now = async |id: UserId| -> Verdict {
        refused!(
            users.erase(id, lab.fx()).await,
            Error::Conflict(Conflict::State)
        );
        users.get(id).await?;
        Ok(())
    };
    let early = lab.user().await?.id;
    refused_now(early).await?;
    users
        .schedule_erasure(early, lab.after(1), lab.fx())
        .await?;
    refused_now(early).await?;
    users.erase(early, Effects::at(lab.after(1))).await?;

    let writer = lab.user().await?;
    let post = lab.post(writer.id).await?;
    let picture = lab.picture(writer.id).await?;
    users.schedule_erasure(writer.id, lab.now, lab.fx()).await?;
    refused_now(writer.id).await?;
    let posts = &lab.records.posts;
    posts.delete(post.id, post.version, lab.fx()).await?;
    refused_now(writer.id).await?;
    let mut profile = ProfileChange {
        id: writer.id,
        expected_version: writer.version,
        display_name: writer.display_name.clone(),
        bio: writer.bio.clone(),
        avatar: Some(picture.id),
    };
    users.update_profile(profile.clone(), lab.fx()).await?;
    refused_now(writer.id).await?;
    profile.avatar = None;
    profile.expected_version += 1;
    users.update_profile(profile, lab.fx()).await?;
    lab.records.catalog.delete(picture.id, lab.fx()).await?;
    users.erase(writer.id, lab.fx()).await?;
    Ok(())
}

async fn heir(lab: Lab) -> Verdict {
    let admin = NewUser {
        role: Role::Admin,
        ..lab.new_user()
    };
    lab.records.users.create(admin, lab.fx()).await?;
    let (leaver, stays) = (lab.user().await?, lab.user().await?);
    let picture = lab.picture(leaver.id).await?;
    let mut content = lab.content();
    content.media = vec![picture.id];
    lab.post_of(stays.id, content).await?;
    let users = &lab.records.users;
    users.schedule_erasure(leaver.id, lab.now, lab.fx()).await?;
    users.erase(leaver.id, lab.fx()).await?;
    let found = lab.records.catalog.get(&[picture.id]).await?;
    same!(found.len(), 1, "the picture");
    let owner = users.get(found[0].owner).await?;
    same!(owner.role, Role::Admin, "the heir's role");
    let query = crate::model::library::MediaQuery::default();
    let page = PageRequest::first(100);
    let catalog = &lab.records.catalog;
    let own = catalog.by_owner(owner.id, &query, page).await?;
    ensure!(
        own.items.iter().any(|item| item.id == picture.id) || own.next.is_some(),
        "the heir's library"
    );
    Ok(())
}
