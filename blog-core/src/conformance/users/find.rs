//! Finding users.

use super::with_subject;
use crate::conformance::chance::fresh_word;
use crate::conformance::check::{Check, Port};
use crate::conformance::lab::Lab;
use crate::conformance::texts;
use crate::conformance::verdict::{Verdict, ensure, refused, same};
use crate::error::{Entity, Error};
use crate::id::UserId;
use crate::model::user::{
    Bio, DisplayName, EmailAddress, NewUser, PasswordHash, ProfileChange, Subject, Username,
};

pub(super) fn checks() -> Vec<Check> {
    let users = Port::Users;
    vec![
        users.check(
            "users-get",
            "The user of this id; `NotFound(User)` when there is none.",
            get,
        ),
        users.check(
            "users-by-username",
            "The user of this name; `NotFound(User)` when there is none.",
            by_username,
        ),
        users.check(
            "users-by-subject",
            "The user of an outside identity; `NotFound(User)` when there is none.",
            by_subject,
        ),
        users.check(
            "users-subject-binary",
            "An outside identity is compared byte for byte: case and spaces at the end count.",
            subject_binary,
        ),
        users.check(
            "users-credentials-username",
            "The user whose username `login` is, with their password.",
            credentials_username,
        ),
        users.check(
            "users-credentials-address",
            "The user whose address (in any case) `login` is, with their password.",
            credentials_address,
        ),
        users.check(
            "users-credentials-missing",
            "`NotFound(User)` when no username or address is `login`.",
            credentials_missing,
        ),
        users.check(
            "users-refs",
            "The users of these ids as lists show them, in any order; unknown ids are left out.",
            refs,
        ),
        users.check(
            "users-list",
            "The users whose names begin with `prefix`, in the order of their names, from behind `after` on, at most `limit`.",
            list,
        ),
        users.check(
            "users-credentials-suspended",
            "Suspended users are found too.",
            credentials_suspended,
        ),
        users.check(
            "users-credentials-no-password",
            "A user without a password is found without one.",
            credentials_no_password,
        ),
        users.check(
            "users-texts",
            "Texts come back byte for byte (display name, bio, address, password hash).",
            texts_return,
        ),
    ]
}

async fn get(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    lab.user().await?;
    same!(
        lab.records.users.get(user.id).await?,
        user,
        "the user of the id"
    );
    refused!(
        lab.records.users.get(UserId::generate()).await,
        Error::NotFound(Entity::User)
    );
    Ok(())
}

async fn by_username(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    same!(
        lab.records.users.by_username(&user.username).await?,
        user,
        "the user of the name"
    );
    let mut shorter = user.username.into_string();
    shorter.pop();
    refused!(
        lab.records
            .users
            .by_username(&Username::from_store(shorter))
            .await,
        Error::NotFound(Entity::User)
    );
    Ok(())
}

async fn by_subject(lab: Lab) -> Verdict {
    let word = fresh_word();
    let new = with_subject(&lab, "host", &word);
    let subject = new.subject.clone().expect("it was just given");
    let user = lab.records.users.create(new, lab.fx()).await?;
    same!(
        lab.records.users.by_subject(&subject).await?,
        user,
        "the user of the identity"
    );
    for (issuer, subject) in [("host", "nobody"), ("nowhere", word.as_str())] {
        let subject = Subject {
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
        };
        refused!(
            lab.records.users.by_subject(&subject).await,
            Error::NotFound(Entity::User)
        );
    }
    Ok(())
}

async fn subject_binary(lab: Lab) -> Verdict {
    let word = fresh_word();
    let users = &lab.records.users;
    let mut ids = Vec::new();
    for subject in [
        word.clone(),
        word.to_uppercase(),
        format!("{word} "),
        format!("{word}\u{e9}"),
        format!("{word}e\u{301}"),
    ] {
        let user = users
            .create(with_subject(&lab, "host", &subject), lab.fx())
            .await?;
        ids.push((subject, user.id));
    }
    for (subject, id) in ids {
        let issuer = "host".to_owned();
        let found = users.by_subject(&Subject { issuer, subject }).await?;
        same!(found.id, id, "the user of the identity");
    }
    Ok(())
}

async fn credentials_username(lab: Lab) -> Verdict {
    let new = lab.new_user();
    let password = new.password.clone();
    let user = lab.records.users.create(new, lab.fx()).await?;
    let found = lab
        .records
        .users
        .credentials(user.username.as_str())
        .await?;
    same!(found, (user, password), "user and password");
    Ok(())
}

async fn credentials_address(lab: Lab) -> Verdict {
    let word = fresh_word();
    let new = NewUser {
        email: Some(EmailAddress::from_store(format!("Özge.{word}@example.org"))),
        ..lab.new_user()
    };
    let password = new.password.clone();
    let user = lab.records.users.create(new, lab.fx()).await?;
    for login in [
        format!("Özge.{word}@example.org"),
        format!("özge.{word}@example.org"),
        format!("ÖZGE.{}@EXAMPLE.ORG", word.to_uppercase()),
    ] {
        let found = lab.records.users.credentials(&login).await?;
        same!(
            found,
            (user.clone(), password.clone()),
            "user and password of {login}"
        );
    }
    Ok(())
}

async fn credentials_missing(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let display_name = user.display_name.into_string();
    for login in [
        "",
        "%",
        "_%",
        "' OR 1=1 --",
        display_name.as_str(),
        fresh_word().as_str(),
    ] {
        refused!(
            lab.records.users.credentials(login).await,
            Error::NotFound(Entity::User)
        );
    }
    Ok(())
}

async fn credentials_suspended(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    lab.records
        .users
        .set_suspended(user.id, Some(lab.reason()), lab.fx())
        .await?;
    let (found, _) = lab
        .records
        .users
        .credentials(user.username.as_str())
        .await?;
    same!(
        (found.id, found.is_suspended()),
        (user.id, true),
        "the suspended user"
    );
    Ok(())
}

async fn credentials_no_password(lab: Lab) -> Verdict {
    let new = NewUser {
        password: None,
        ..lab.new_user()
    };
    let user = lab.records.users.create(new, lab.fx()).await?;
    let (_, password) = lab
        .records
        .users
        .credentials(user.username.as_str())
        .await?;
    same!(password, None, "the password of a user without one");
    Ok(())
}

async fn texts_return(lab: Lab) -> Verdict {
    for line in texts::LINES {
        let new = NewUser {
            display_name: DisplayName::from_store((*line).to_owned()),
            password: Some(PasswordHash::from_phc((*line).to_owned())),
            ..lab.new_user()
        };
        let user = lab.records.users.create(new, lab.fx()).await?;
        let bio = Bio::from_store(texts::astral(1_900) + line);
        let change = ProfileChange {
            id: user.id,
            expected_version: 1,
            display_name: user.display_name.clone(),
            bio: bio.clone(),
            avatar: None,
        };
        lab.records.users.update_profile(change, lab.fx()).await?;
        let (stored, password) = lab
            .records
            .users
            .credentials(user.username.as_str())
            .await?;
        same!(stored.display_name.as_str(), *line, "the display name");
        same!(stored.bio, bio, "the bio");
        same!(
            password.as_ref().map(PasswordHash::as_phc),
            Some(*line),
            "the password hash"
        );
    }
    Ok(())
}

async fn list(lab: Lab) -> Verdict {
    let word = fresh_word();
    let mut names: Vec<String> = Vec::new();
    for ending in ["", "-b", "_a", "0", "aa", "z", "zz"] {
        let name = format!("{word}{ending}");
        let user = NewUser {
            username: Username::from_store(name.clone()),
            ..lab.new_user()
        };
        lab.records.users.create(user, lab.fx()).await?;
        names.push(name);
    }
    names.sort();
    for limit in [1, 3, 7, 20] {
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let users = &lab.records.users;
            let page = users.list(&word, after.as_ref(), limit).await?;
            ensure!(page.items.len() <= usize::from(limit), "a page is too long");
            found.extend(page.items.iter().map(|user| user.username.to_string()));
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        same!(found, names, "the names in pages of {limit}");
    }
    let one = lab.records.users.list(&names[6], None, 5).await?;
    let stored = lab
        .records
        .users
        .by_username(&one.items[0].username)
        .await?;
    same!(one.items, vec![stored], "the one of a whole name");
    Ok(())
}

async fn refs(lab: Lab) -> Verdict {
    let users = &lab.records.users;
    let mut expected = Vec::new();
    for _ in 0..10 {
        expected.push(lab.user().await?.to_ref());
    }
    let mut ids: Vec<UserId> = expected.iter().map(|user| user.id).collect();
    ids.insert(4, UserId::generate());
    ids.push(ids[0]);
    let mut found = users.refs(&ids).await?;
    found.sort_by_key(|user| user.id);
    expected.sort_by_key(|user| user.id);
    same!(found, expected, "the users");
    same!(users.refs(&[]).await?, Vec::new(), "nobody");
    Ok(())
}
