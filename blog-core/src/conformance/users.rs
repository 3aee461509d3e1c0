//! The contract of [`UserStore`](crate::ports::UserStore).

use crate::conformance::chance::fresh_word;
use crate::conformance::check::{Check, Port};
use crate::conformance::lab::Lab;
use crate::conformance::verdict::{Verdict, ensure, refused, same, winners};
use crate::error::{Conflict, Entity, Error};
use crate::model::user::{Bio, EmailAddress, NewUser, Role, Subject, User, Username};

mod change;
mod erase;
mod find;

pub(super) fn checks() -> Vec<Check> {
    let users = Port::Users;
    let mut checks = vec![
        users
            .check(
                "users-first-race",
                "Of many creations at once with `only_if_first`, exactly one succeeds.",
                first_race,
            )
            .alone(),
        users
            .check(
                "users-first-refused",
                "`Conflict(HasUsers)` when `only_if_first` is set and the store holds any user.",
                first_refused,
            )
            .alone(),
        users.check(
            "users-is-empty",
            "Whether there is no user at all.",
            is_empty,
        ),
        users.check(
            "users-create-defaults",
            "Stores a user with version 1, epoch 0, an empty bio and no avatar.",
            create_defaults,
        ),
        users.check(
            "users-create-username-taken",
            "Returns `Conflict(Username)` when another user has it.",
            username_taken,
        ),
        users.check(
            "users-create-email-taken",
            "Returns `Conflict(Email)` when another user has it.",
            email_taken,
        ),
        users.check(
            "users-email-key",
            "Addresses are unique by `EmailAddress::key`: two that differ only in case are one.",
            email_key,
        ),
        users.check(
            "users-create-subject-taken",
            "Returns `Conflict(Subject)` when another user has it.",
            subject_taken,
        ),
        users.check(
            "users-create-optional",
            "Address and external identity are unique only if present.",
            optional,
        ),
        users.check(
            "users-create-race",
            "Of many creations at once with one name, exactly one succeeds.",
            create_race,
        ),
        users.check(
            "users-create-email-race",
            "Of many creations at once with one address, exactly one succeeds.",
            email_race,
        ),
        users.check(
            "users-create-refused-leaves-nothing",
            "A failed write changes nothing: a user who was refused is not there.",
            refused_leaves_nothing,
        ),
    ];
    checks.extend(find::checks());
    checks.extend(change::checks());
    checks.extend(erase::checks());
    checks
}

async fn first_race(lab: Lab) -> Verdict {
    let was_empty = lab.records.users.is_empty().await?;
    let results = lab
        .race(20, |lab, _| async move {
            let user = NewUser {
                only_if_first: true,
                ..lab.new_user()
            };
            lab.records.users.create(user, lab.fx()).await
        })
        .await?;
    let won = winners!(results, Error::Conflict(Conflict::HasUsers));
    same!(
        won.len(),
        usize::from(was_empty),
        "creations that succeeded (1 on an empty store, else 0)"
    );
    Ok(())
}

async fn first_refused(lab: Lab) -> Verdict {
    lab.user().await?;
    let late = NewUser {
        only_if_first: true,
        ..lab.new_user()
    };
    let id = late.id;
    refused!(
        lab.records.users.create(late, lab.fx()).await,
        Error::Conflict(Conflict::HasUsers)
    );
    refused!(
        lab.records.users.get(id).await,
        Error::NotFound(Entity::User)
    );
    Ok(())
}

async fn is_empty(lab: Lab) -> Verdict {
    lab.user().await?;
    ensure!(
        !lab.records.users.is_empty().await?,
        "a store with a user is empty"
    );
    Ok(())
}

async fn create_defaults(lab: Lab) -> Verdict {
    let new = NewUser {
        subject: Some(Subject {
            issuer: "https://id.example.org".to_owned(),
            subject: fresh_word(),
        }),
        ..lab.new_user()
    };
    let expected = User {
        id: new.id,
        username: new.username.clone(),
        email: new.email.clone(),
        subject: new.subject.clone(),
        display_name: new.display_name.clone(),
        bio: Bio::from_store(String::new()),
        avatar: None,
        role: Role::Author,
        suspension: None,
        blocked: false,
        erase_at: None,
        verified_at: Some(lab.now),
        second_factor: None,
        waiting: None,
        auth_epoch: 0,
        version: 1,
        created_at: lab.now,
    };
    same!(
        lab.records.users.create(new, lab.fx()).await?,
        expected,
        "the answer"
    );
    same!(
        lab.records.users.get(expected.id).await?,
        expected,
        "the stored user"
    );
    Ok(())
}

async fn username_taken(lab: Lab) -> Verdict {
    let first = lab.user().await?;
    let second = NewUser {
        username: first.username,
        ..lab.new_user()
    };
    refused!(
        lab.records.users.create(second, lab.fx()).await,
        Error::Conflict(Conflict::Username)
    );
    Ok(())
}

async fn email_taken(lab: Lab) -> Verdict {
    let first = lab.user().await?;
    let second = NewUser {
        email: first.email,
        ..lab.new_user()
    };
    refused!(
        lab.records.users.create(second, lab.fx()).await,
        Error::Conflict(Conflict::Email)
    );
    Ok(())
}

async fn email_key(lab: Lab) -> Verdict {
    let word = fresh_word();
    let with = |address: String| NewUser {
        email: Some(EmailAddress::from_store(address)),
        ..lab.new_user()
    };
    let kept = format!("Änne.{word}@example.org");
    let first = lab
        .records
        .users
        .create(with(kept.clone()), lab.fx())
        .await?;
    same!(
        first.email.map(EmailAddress::into_string),
        Some(kept),
        "the address as it was given"
    );
    let second = with(format!("äNNE.{}@example.org", word.to_uppercase()));
    refused!(
        lab.records.users.create(second, lab.fx()).await,
        Error::Conflict(Conflict::Email)
    );
    // Composed and decomposed letters are different texts, and so are letters with and without marks.
    lab.records
        .users
        .create(with(format!("A\u{308}nne.{word}@example.org")), lab.fx())
        .await?;
    lab.records
        .users
        .create(with(format!("Anne.{word}@example.org")), lab.fx())
        .await?;
    Ok(())
}

fn with_subject(lab: &Lab, issuer: &str, subject: &str) -> NewUser {
    NewUser {
        email: None,
        password: None,
        subject: Some(Subject {
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
        }),
        ..lab.new_user()
    }
}

async fn subject_taken(lab: Lab) -> Verdict {
    let word = fresh_word();
    let users = &lab.records.users;
    users
        .create(with_subject(&lab, "host", &word), lab.fx())
        .await?;
    refused!(
        users
            .create(with_subject(&lab, "host", &word), lab.fx())
            .await,
        Error::Conflict(Conflict::Subject)
    );
    users
        .create(with_subject(&lab, "another host", &word), lab.fx())
        .await?;
    Ok(())
}

async fn optional(lab: Lab) -> Verdict {
    for _ in 0..2 {
        let bare = NewUser {
            email: None,
            password: None,
            ..lab.new_user()
        };
        let user = lab.records.users.create(bare, lab.fx()).await?;
        same!(
            (user.email, user.subject),
            (None, None),
            "address and identity"
        );
    }
    Ok(())
}

async fn create_race(lab: Lab) -> Verdict {
    let name = Username::from_store(fresh_word());
    let results = lab
        .race(20, |lab, _| {
            let username = name.clone();
            async move {
                let user = NewUser {
                    username,
                    ..lab.new_user()
                };
                lab.records.users.create(user, lab.fx()).await
            }
        })
        .await?;
    let won = winners!(results, Error::Conflict(Conflict::Username));
    same!(won.len(), 1, "creations that succeeded");
    same!(
        lab.records.users.by_username(&name).await?,
        won[0],
        "the user of the name"
    );
    Ok(())
}

async fn email_race(lab: Lab) -> Verdict {
    let address = EmailAddress::from_store(format!("{}@example.org", fresh_word()));
    let results = lab
        .race(10, |lab, _| {
            let email = Some(address.clone());
            async move {
                let user = NewUser {
                    email,
                    ..lab.new_user()
                };
                lab.records.users.create(user, lab.fx()).await
            }
        })
        .await?;
    same!(
        winners!(results, Error::Conflict(Conflict::Email)).len(),
        1,
        "creations that succeeded"
    );
    Ok(())
}

async fn refused_leaves_nothing(lab: Lab) -> Verdict {
    let first = lab.user().await?;
    let second = NewUser {
        email: first.email,
        ..lab.new_user()
    };
    let (id, username) = (second.id, second.username.clone());
    refused!(
        lab.records.users.create(second, lab.fx()).await,
        Error::Conflict(Conflict::Email)
    );
    refused!(
        lab.records.users.get(id).await,
        Error::NotFound(Entity::User)
    );
    refused!(
        lab.records.users.by_username(&username).await,
        Error::NotFound(Entity::User)
    );
    let third = NewUser {
        username,
        ..lab.new_user()
    };
    lab.records.users.create(third, lab.fx()).await?;
    Ok(())
}
