//! The contract of [`UserStore`](crate::ports::UserStore).

use super::chance::fresh_word;
use super::check::{Check, Port};
use super::lab::Lab;
use super::texts;
use super::verdict::{Verdict, ensure, refused, same, winners};
use crate::error::{Conflict, Entity, Error};
use crate::id::{MediaId, UserId};
use crate::model::user::{
    Bio, DisplayName, EmailAddress, NewUser, PasswordHash, ProfileChange, Role, Subject, User,
    Username,
};

pub(super) fn checks() -> Vec<Check> {
    let users = Port::Users;
    vec![
        users.check("users-first-race", "Of many creations at once with `only_if_first`, exactly one succeeds.", first_race).alone(),
        users.check("users-first-refused", "`Conflict(HasUsers)` when `only_if_first` is set and the store holds any user.", first_refused).alone(),
        users.check("users-is-empty", "Whether there is no user at all.", is_empty),
        users.check("users-create-defaults", "Stores a user with version 1, epoch 0, an empty bio and no avatar.", create_defaults),
        users.check("users-create-username-taken", "Returns `Conflict(Username)` when another user has it.", username_taken),
        users.check("users-create-email-taken", "Returns `Conflict(Email)` when another user has it.", email_taken),
        users.check("users-email-key", "Addresses are unique by `EmailAddress::key`: two that differ only in case are one.", email_key),
        users.check("users-create-subject-taken", "Returns `Conflict(Subject)` when another user has it.", subject_taken),
        users.check("users-create-optional", "Address and external identity are unique only if present.", optional),
        users.check("users-create-race", "Of many creations at once with one name, exactly one succeeds.", create_race),
        users.check("users-create-email-race", "Of many creations at once with one address, exactly one succeeds.", email_race),
        users.check("users-create-refused-leaves-nothing", "A failed write changes nothing: a user who was refused is not there.", refused_leaves_nothing),
        users.check("users-get", "The user of this id; `NotFound(User)` when there is none.", get),
        users.check("users-by-username", "The user of this name; `NotFound(User)` when there is none.", by_username),
        users.check("users-by-subject", "The user of an outside identity; `NotFound(User)` when there is none.", by_subject),
        users.check("users-subject-binary", "An outside identity is compared byte for byte: case and spaces at the end count.", subject_binary),
        users.check("users-credentials-username", "The user whose username `login` is, with their password.", credentials_username),
        users.check("users-credentials-address", "The user whose address (in any case) `login` is, with their password.", credentials_address),
        users.check("users-credentials-missing", "`NotFound(User)` when no username or address is `login`.", credentials_missing),
        users.check("users-credentials-suspended", "Suspended users are found too.", credentials_suspended),
        users.check("users-credentials-no-password", "A user without a password is found without one.", credentials_no_password),
        users.check("users-profile", "Replaces display name, bio and avatar and raises the version by one.", profile),
        users.check("users-profile-version", "Returns `Conflict(Version)` with the stored version when it is not the expected one.", profile_version),
        users.check("users-profile-race", "Of two profile changes from one version exactly one succeeds.", profile_race),
        users.check("users-profile-not-found", "`NotFound(User)` when there is none, or `NotFound(Media)` when the avatar is not in the catalog.", profile_not_found),
        users.check("users-avatar-joined", "Users and authors carry the facts of their avatar.", avatar_joined),
        users.check("users-password-end-sessions", "With `end_sessions` it raises the epoch and deletes the user's sessions.", password_end_sessions),
        users.check("users-password-rehash", "Without `end_sessions` (a rehash at log-in) nothing else changes.", password_rehash),
        users.check("users-password-not-found", "`set_password`: `NotFound(User)` when there is none.", password_not_found),
        users.check("users-role", "Replaces the role, raises the epoch and deletes the user's sessions.", role),
        users.check("users-role-not-found", "`set_role`: `NotFound(User)` when there is none.", role_not_found),
        users.check("users-suspend", "Suspends or restores; suspending raises the epoch and deletes the user's sessions.", suspend),
        users.check("users-suspend-not-found", "`set_suspended`: `NotFound(User)` when there is none.", suspend_not_found),
        users.check("users-texts", "Texts come back byte for byte (display name, bio, address, password hash).", texts_return),
    ]
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
    same!(won.len(), usize::from(was_empty), "creations that succeeded (1 on an empty store, else 0)");
    Ok(())
}

async fn first_refused(lab: Lab) -> Verdict {
    lab.user().await?;
    let late = NewUser {
        only_if_first: true,
        ..lab.new_user()
    };
    let id = late.id;
    refused!(lab.records.users.create(late, lab.fx()).await, Error::Conflict(Conflict::HasUsers));
    refused!(lab.records.users.get(id).await, Error::NotFound(Entity::User));
    Ok(())
}

async fn is_empty(lab: Lab) -> Verdict {
    lab.user().await?;
    ensure!(!lab.records.users.is_empty().await?, "a store with a user is empty");
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
        suspended: false,
        verified_at: Some(lab.now),
        auth_epoch: 0,
        version: 1,
        created_at: lab.now,
    };
    same!(lab.records.users.create(new, lab.fx()).await?, expected, "the answer");
    same!(lab.records.users.get(expected.id).await?, expected, "the stored user");
    Ok(())
}

async fn username_taken(lab: Lab) -> Verdict {
    let first = lab.user().await?;
    let second = NewUser {
        username: first.username,
        ..lab.new_user()
    };
    refused!(lab.records.users.create(second, lab.fx()).await, Error::Conflict(Conflict::Username));
    Ok(())
}

async fn email_taken(lab: Lab) -> Verdict {
    let first = lab.user().await?;
    let second = NewUser {
        email: first.email,
        ..lab.new_user()
    };
    refused!(lab.records.users.create(second, lab.fx()).await, Error::Conflict(Conflict::Email));
    Ok(())
}

async fn email_key(lab: Lab) -> Verdict {
    let word = fresh_word();
    let with = |address: String| NewUser {
        email: Some(EmailAddress::from_store(address)),
        ..lab.new_user()
    };
    let kept = format!("Änne.{word}@example.org");
    let first = lab.records.users.create(with(kept.clone()), lab.fx()).await?;
    same!(first.email.map(EmailAddress::into_string), Some(kept), "the address as it was given");
    let second = with(format!("äNNE.{}@example.org", word.to_uppercase()));
    refused!(lab.records.users.create(second, lab.fx()).await, Error::Conflict(Conflict::Email));
    // Composed and decomposed letters are different texts, and so are letters with and without marks.
    lab.records.users.create(with(format!("A\u{308}nne.{word}@example.org")), lab.fx()).await?;
    lab.records.users.create(with(format!("Anne.{word}@example.org")), lab.fx()).await?;
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
    users.create(with_subject(&lab, "host", &word), lab.fx()).await?;
    refused!(
        users.create(with_subject(&lab, "host", &word), lab.fx()).await,
        Error::Conflict(Conflict::Subject)
    );
    users.create(with_subject(&lab, "another host", &word), lab.fx()).await?;
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
        same!((user.email, user.subject), (None, None), "address and identity");
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
    same!(lab.records.users.by_username(&name).await?, won[0], "the user of the name");
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
    same!(winners!(results, Error::Conflict(Conflict::Email)).len(), 1, "creations that succeeded");
    Ok(())
}

async fn refused_leaves_nothing(lab: Lab) -> Verdict {
    let first = lab.user().await?;
    let second = NewUser {
        email: first.email,
        ..lab.new_user()
    };
    let (id, username) = (second.id, second.username.clone());
    refused!(lab.records.users.create(second, lab.fx()).await, Error::Conflict(Conflict::Email));
    refused!(lab.records.users.get(id).await, Error::NotFound(Entity::User));
    refused!(lab.records.users.by_username(&username).await, Error::NotFound(Entity::User));
    let third = NewUser {
        username,
        ..lab.new_user()
    };
    lab.records.users.create(third, lab.fx()).await?;
    Ok(())
}

async fn get(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    lab.user().await?;
    same!(lab.records.users.get(user.id).await?, user, "the user of the id");
    refused!(lab.records.users.get(UserId::generate()).await, Error::NotFound(Entity::User));
    Ok(())
}

async fn by_username(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    same!(lab.records.users.by_username(&user.username).await?, user, "the user of the name");
    let mut shorter = user.username.into_string();
    shorter.pop();
    refused!(
        lab.records.users.by_username(&Username::from_store(shorter)).await,
        Error::NotFound(Entity::User)
    );
    Ok(())
}

async fn by_subject(lab: Lab) -> Verdict {
    let word = fresh_word();
    let new = with_subject(&lab, "host", &word);
    let subject = new.subject.clone().expect("it was just given");
    let user = lab.records.users.create(new, lab.fx()).await?;
    same!(lab.records.users.by_subject(&subject).await?, user, "the user of the identity");
    for (issuer, subject) in [("host", "nobody"), ("nowhere", word.as_str())] {
        let subject = Subject {
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
        };
        refused!(lab.records.users.by_subject(&subject).await, Error::NotFound(Entity::User));
    }
    Ok(())
}

async fn subject_binary(lab: Lab) -> Verdict {
    let word = fresh_word();
    let users = &lab.records.users;
    let mut ids = Vec::new();
    for subject in [word.clone(), word.to_uppercase(), format!("{word} "), format!("{word}\u{e9}"), format!("{word}e\u{301}")] {
        let user = users.create(with_subject(&lab, "host", &subject), lab.fx()).await?;
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
    let found = lab.records.users.credentials(user.username.as_str()).await?;
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
        same!(found, (user.clone(), password.clone()), "user and password of {login}");
    }
    Ok(())
}

async fn credentials_missing(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let display_name = user.display_name.into_string();
    for login in ["", "%", "_%", "' OR 1=1 --", display_name.as_str(), fresh_word().as_str()] {
        refused!(lab.records.users.credentials(login).await, Error::NotFound(Entity::User));
    }
    Ok(())
}

async fn credentials_suspended(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    lab.records.users.set_suspended(user.id, true, lab.fx()).await?;
    let (found, _) = lab.records.users.credentials(user.username.as_str()).await?;
    same!((found.id, found.suspended), (user.id, true), "the suspended user");
    Ok(())
}

async fn credentials_no_password(lab: Lab) -> Verdict {
    let new = NewUser {
        password: None,
        ..lab.new_user()
    };
    let user = lab.records.users.create(new, lab.fx()).await?;
    let (_, password) = lab.records.users.credentials(user.username.as_str()).await?;
    same!(password, None, "the password of a user without one");
    Ok(())
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
    same!(lab.records.users.update_profile(with_picture, lab.fx()).await?, expected, "the answer");
    same!(lab.records.users.get(user.id).await?, expected, "the stored user");
    let without = lab.records.users.update_profile(change(&expected), lab.fx()).await?;
    same!((without.avatar, without.version), (None, 3), "avatar and version after its removal");
    Ok(())
}

async fn profile_version(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let saved = lab.records.users.update_profile(change(&user), lab.fx()).await?;
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
    same!(lab.records.users.get(user.id).await?, saved, "the user after refused changes");
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
    same!(lab.records.users.get(user.id).await?, won[0], "the stored user");
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
    same!(lab.records.users.get(user.id).await?, user, "the user after refused changes");
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
    same!(comment.author, Some(user.to_ref()), "the author of a comment");
    let session = lab.session(&user).await?;
    let (_, found) = lab.records.sessions.authenticate(&session.token, lab.now).await?;
    same!(found, user, "the user of a session");
    let (found, _) = lab.records.users.credentials(user.username.as_str()).await?;
    same!(found, user, "the user of the credentials");
    same!(lab.records.users.by_username(&user.username).await?, user, "the user of the name");
    Ok(())
}

async fn password_end_sessions(lab: Lab) -> Verdict {
    let (user, other) = (lab.user().await?, lab.user().await?);
    let (session, others) = (lab.session(&user).await?, lab.session(&other).await?);
    let hash = PasswordHash::from_phc("$argon2id$new".to_owned());
    lab.records.users.set_password(user.id, hash.clone(), true, lab.fx()).await?;
    let (stored, password) = lab.records.users.credentials(user.username.as_str()).await?;
    same!(password, Some(hash), "the password");
    same!(stored.auth_epoch, 1, "the epoch");
    refused!(
        lab.records.sessions.authenticate(&session.token, lab.now).await,
        Error::NotFound(Entity::Session)
    );
    lab.records.sessions.authenticate(&others.token, lab.now).await?;
    refused!(
        lab.records.sessions.confirm_password(session.id, lab.now).await,
        Error::NotFound(Entity::Session)
    );
    Ok(())
}

async fn password_rehash(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let session = lab.session(&user).await?;
    let hash = PasswordHash::from_phc("$argon2id$stronger".to_owned());
    lab.records.users.set_password(user.id, hash.clone(), false, lab.fx()).await?;
    let found = lab.records.users.credentials(user.username.as_str()).await?;
    same!(found, (user.clone(), Some(hash)), "user and password");
    let found = lab.records.sessions.authenticate(&session.token, lab.now).await?;
    same!(found, (session, user), "session and user");
    Ok(())
}

async fn password_not_found(lab: Lab) -> Verdict {
    let hash = PasswordHash::from_phc("$argon2id$new".to_owned());
    refused!(
        lab.records.users.set_password(UserId::generate(), hash, true, lab.fx()).await,
        Error::NotFound(Entity::User)
    );
    Ok(())
}

async fn role(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let session = lab.session(&user).await?;
    let admin = lab.records.users.set_role(user.id, Role::Admin, lab.fx()).await?;
    same!((admin.role, admin.auth_epoch), (Role::Admin, 1), "role and epoch");
    same!(lab.records.users.get(user.id).await?, admin, "the stored user");
    refused!(
        lab.records.sessions.authenticate(&session.token, lab.now).await,
        Error::NotFound(Entity::Session)
    );
    for role in [Role::Reader, Role::Author, Role::Editor] {
        same!(lab.records.users.set_role(user.id, role, lab.fx()).await?.role, role, "the role");
    }
    Ok(())
}

async fn role_not_found(lab: Lab) -> Verdict {
    refused!(
        lab.records.users.set_role(UserId::generate(), Role::Admin, lab.fx()).await,
        Error::NotFound(Entity::User)
    );
    Ok(())
}

async fn suspend(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let session = lab.session(&user).await?;
    let gone = lab.records.users.set_suspended(user.id, true, lab.fx()).await?;
    same!((gone.suspended, gone.auth_epoch), (true, 1), "suspension and epoch");
    same!(lab.records.users.get(user.id).await?, gone, "the stored user");
    let back = lab.records.users.set_suspended(user.id, false, lab.fx()).await?;
    ensure!(!back.suspended, "the user is restored");
    refused!(
        lab.records.sessions.authenticate(&session.token, lab.now).await,
        Error::NotFound(Entity::Session)
    );
    Ok(())
}

async fn suspend_not_found(lab: Lab) -> Verdict {
    for suspended in [true, false] {
        refused!(
            lab.records.users.set_suspended(UserId::generate(), suspended, lab.fx()).await,
            Error::NotFound(Entity::User)
        );
    }
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
        let (stored, password) = lab.records.users.credentials(user.username.as_str()).await?;
        same!(stored.display_name.as_str(), *line, "the display name");
        same!(stored.bio, bio, "the bio");
        same!(password.as_ref().map(PasswordHash::as_phc), Some(*line), "the password hash");
    }
    Ok(())
}
