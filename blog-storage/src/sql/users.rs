//! Users.

use async_trait::async_trait;
use blog_core::error::{Conflict, Entity, Error, Result};
use blog_core::id::UserId;
use blog_core::model::effects::Effects;
use blog_core::model::user::{
    Bio, EmailAddress, NewUser, PasswordHash, ProfileChange, Role, Subject, SuspensionReason, User,
    UserRef, Username, Waiting,
};
use blog_core::page::Page;
use blog_core::ports::UserStore;
use blog_core::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use super::SqlStore;
use super::args::{Arg, InList, MOST_PLACES, args, in_list, unsigned};
use super::db::Tx;
use super::effects;
use super::rows::{PersonColumns, time, unreadable};

/// The columns of a user `u` with the picture beside their name.
macro_rules! user {
    () => {
        concat!(
            "u.id AS user_id, u.username, u.display_name, u.email, CAST(u.issuer AS CHAR) AS issuer, CAST(u.subject AS CHAR) AS subject, u.bio, u.role, u.suspended, u.suspension, u.blocked, u.erase_at, \
             u.verified_at, (SELECT f.confirmed_at FROM blog_second_factors f WHERE f.owner = u.id) AS second_factor, \
             (SELECT w.email FROM blog_waiting_users w WHERE w.owner = u.id) AS waiting_email, \
             (SELECT w.expires_at FROM blog_waiting_users w WHERE w.owner = u.id) AS waiting_until, \
             u.auth_epoch AS user_epoch, u.version AS user_version, u.created_at AS user_created_at, ",
            $crate::sql::rows::media_columns!("a", "avatar")
        )
    };
}
pub(super) use user;

macro_rules! users_where {
    ($condition:literal) => {
        concat!(
            "SELECT ",
            user!(),
            " FROM blog_users u LEFT JOIN blog_media a ON a.id = u.avatar WHERE ",
            $condition
        )
    };
}

const WAITS: &str = "SELECT 1 FROM blog_waiting_users WHERE owner = ?";
const OWN_POSTS: &str = "SELECT 1 FROM blog_posts WHERE author = ? LIMIT 1";
const OWN_MEDIA: &str = "SELECT 1 FROM blog_media WHERE owner = ? LIMIT 1";
const IDLE_MEDIA: &str = "SELECT 1 FROM blog_media m WHERE m.owner = ? \
    AND NOT EXISTS (SELECT 1 FROM blog_post_media p WHERE p.media = m.id) \
    AND NOT EXISTS (SELECT 1 FROM blog_page_media g WHERE g.media = m.id) \
    AND NOT EXISTS (SELECT 1 FROM blog_settings s WHERE s.logo = m.id) LIMIT 1";

/// What is of a user and does not go by a foreign key.
const ERASE: [&str; 4] = [
    "UPDATE blog_posts SET likes = likes - 1 WHERE id IN (SELECT post FROM blog_likes WHERE liker = ?)",
    "DELETE FROM blog_tokens WHERE owner = ?",
    "UPDATE blog_comments SET author = NULL WHERE author = ?",
    "DELETE FROM blog_comment_reports WHERE reporter = ?",
];

/// A part of a user's comments: (user, how many).
const DETACH_COMMENTS: &str = "UPDATE blog_comments SET author = NULL WHERE id IN (SELECT id FROM \
    (SELECT id FROM blog_comments WHERE author = ? LIMIT ?) AS some)";

/// The same of their likes: the counts of the posts, and the likes of these posts (user, user, how many).
const DETACH_COUNTS: &str = "UPDATE blog_posts SET likes = likes - 1 WHERE id IN (SELECT post FROM \
    (SELECT post FROM blog_likes WHERE liker = ? ORDER BY post LIMIT ?) AS some)";
const DETACH_LIKES: &str = "DELETE FROM blog_likes WHERE liker = ? AND post IN (SELECT post FROM \
    (SELECT post FROM blog_likes WHERE liker = ? ORDER BY post LIMIT ?) AS some)";

/// What nothing holds in its place any more: comments that only this user reported, tags that only they used.
const LEFT_BEHIND: [&str; 2] = [
    "DELETE FROM blog_comment_queue WHERE \
     NOT EXISTS (SELECT 1 FROM blog_comments c WHERE c.id = blog_comment_queue.comment AND c.state = 'pending') \
     AND NOT EXISTS (SELECT 1 FROM blog_comment_reports r WHERE r.comment = blog_comment_queue.comment)",
    "DELETE FROM blog_tags WHERE posts <= 0",
];

const BY_ID: &str = users_where!("u.id = ?");

const REFS: InList = in_list!(
    concat!(
        "SELECT u.id AS user_id, u.username, u.display_name, ",
        super::rows::media_columns!("a", "avatar"),
        " FROM blog_users u LEFT JOIN blog_media a ON a.id = u.avatar WHERE u.id IN "
    ),
    ""
);

/// The columns of [`user!`].
#[derive(Debug, FromRow)]
pub(super) struct UserColumns {
    #[sqlx(flatten)]
    person: PersonColumns,
    email: Option<String>,
    issuer: Option<String>,
    subject: Option<String>,
    bio: String,
    role: String,
    suspended: i64,
    suspension: String,
    blocked: i64,
    erase_at: Option<i64>,
    verified_at: Option<i64>,
    second_factor: Option<i64>,
    waiting_email: Option<String>,
    waiting_until: Option<i64>,
    user_epoch: i64,
    user_version: i64,
    user_created_at: i64,
}

impl UserColumns {
    pub(super) fn user(self) -> Result<User> {
        let person = self
            .person
            .person()
            .ok_or_else(|| unreadable("blog_users.id"))?;
        Ok(User {
            id: person.id,
            username: person.username,
            email: self.email.map(EmailAddress::from_store),
            subject: match (self.issuer, self.subject) {
                (Some(issuer), Some(subject)) => Some(Subject { issuer, subject }),
                _ => None,
            },
            display_name: person.display_name,
            bio: Bio::from_store(self.bio),
            avatar: person.avatar,
            role: Role::try_from(self.role.as_str()).map_err(|_| unreadable("blog_users.role"))?,
            suspension: (self.suspended != 0)
                .then(|| SuspensionReason::from_store(self.suspension)),
            blocked: self.blocked != 0,
            erase_at: self.erase_at.map(time),
            verified_at: self.verified_at.map(time),
            second_factor: self.second_factor.map(time),
            waiting: match (self.waiting_email, self.waiting_until) {
                (Some(email), Some(until)) => Some(Waiting {
                    email: EmailAddress::from_store(email),
                    expires_at: time(until),
                }),
                _ => None,
            },
            auth_epoch: unsigned(self.user_epoch),
            version: unsigned(self.user_version),
            created_at: time(self.user_created_at),
        })
    }
}

#[derive(FromRow)]
struct CredentialsRow {
    #[sqlx(flatten)]
    user: UserColumns,
    password: Option<String>,
}

impl SqlStore {
    async fn user_by(&self, sql: &'static str, args: Vec<Arg>) -> Result<User> {
        let row: Option<UserColumns> = self.db.one(sql, args).await?;
        row.ok_or(Error::NotFound(Entity::User))?.user()
    }
}

/// The user as the transaction sees them.
async fn user_in(tx: &mut Tx<'_>, id: UserId) -> Result<User> {
    let row: Option<UserColumns> = tx.one(BY_ID, args![id]).await?;
    row.ok_or(Error::NotFound(Entity::User))?.user()
}

/// Whether there is such a user, as the transaction sees it.
pub(super) async fn require_user(tx: &mut Tx<'_>, id: UserId) -> Result<()> {
    if tx
        .any("SELECT 1 FROM blog_users WHERE id = ?", args![id])
        .await?
    {
        Ok(())
    } else {
        Err(Error::NotFound(Entity::User))
    }
}

fn found(rows: u64) -> Result<()> {
    if rows == 0 {
        return Err(Error::NotFound(Entity::User));
    }
    Ok(())
}

/// Whether the blog has an admin without this user, if they are one.
async fn require_other_admin(tx: &mut Tx<'_>, id: UserId) -> Result<()> {
    let is_admin = tx
        .any(
            "SELECT 1 FROM blog_users WHERE id = ? AND role = 'admin' AND suspended = 0 AND erase_at IS NULL",
            args![id],
        )
        .await?;
    if is_admin
        && !tx
            .any(
                "SELECT 1 FROM blog_users WHERE id <> ? AND role = 'admin' AND suspended = 0 AND erase_at IS NULL LIMIT 1",
                args![id],
            )
            .await?
    {
        return Err(Conflict::LastAdmin.into());
    }
    Ok(())
}

/// Nobody is invited by who may invite nobody any more.
async fn end_invitations(tx: &mut Tx<'_>, id: UserId) -> Result<()> {
    tx.run(
        "DELETE FROM blog_invitations WHERE maker = ? AND used_at IS NULL",
        args![id],
    )
    .await?;
    Ok(())
}

pub(super) async fn end_sessions(tx: &mut Tx<'_>, id: UserId) -> Result<()> {
    tx.run("DELETE FROM blog_sessions WHERE owner = ?", args![id])
        .await?;
    Ok(())
}

#[async_trait]
impl UserStore for SqlStore {
    async fn create(&self, user: NewUser, effects: Effects) -> Result<User> {
        self.db.retried(|| async {
            let mut tx = self.db.begin().await?;
            if user.only_if_first && tx.any("SELECT 1 FROM blog_users LIMIT 1", args![]).await? {
                return Err(Conflict::HasUsers.into());
            }
            let email_key = user.email.as_ref().map(EmailAddress::key);
            let (issuer, subject) = user
                .subject
                .as_ref()
                .as_ref()
                .map(|subject| (subject.issuer.as_str(), subject.subject.as_str()))
                .unzip();
            tx.run(
                "INSERT INTO blog_users (id, username, email, email_key, issuer, subject, display_name, bio, avatar, \
                 role, suspended, verified_at, password, auth_epoch, version, created_at) \
                 VALUES (?, ?, ?, ?, ?, ?, ?, '', NULL, ?, 0, ?, ?, 0, 1, ?)",
                args![
                    user.id,
                    user.username.as_str(),
                    user.email.as_ref().map(EmailAddress::as_str),
                    email_key,
                    issuer,
                    subject,
                    user.display_name.as_str(),
                    user.role.as_str(),
                    user.verified_at,
                    user.password.as_ref().map(PasswordHash::as_phc),
                    effects.at,
                ],
            )
            .await?;
            if let Some(waiting) = &user.waiting {
                tx.run(
                    "INSERT INTO blog_waiting_users (owner, email, expires_at) VALUES (?, ?, ?)",
                    args![user.id, waiting.email.as_str(), waiting.expires_at],
                )
                .await?;
            }
            if let Some(token) = user.invitation {
                let used = tx
                    .run(
                        "UPDATE blog_invitations SET used_at = ? WHERE token = ? AND used_at IS NULL AND expires_at > ?",
                        args![effects.at, token.as_bytes().as_slice(), effects.at],
                    )
                    .await?;
                if used == 0 {
                    return Err(Error::NotFound(Entity::Token));
                }
            }
            let stored = user_in(&mut tx, user.id).await?;
            effects::commit(tx, &effects).await?;
            Ok(stored)
        })
        .await
    }

    async fn purge_waiting(&self, now: Timestamp, limit: u32) -> Result<u64> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                // Who waits no more is verified: asked of the row that goes, so that this holds without the writers' order too.
                let gone = tx
                    .run(
                        "DELETE FROM blog_users WHERE id IN (SELECT owner FROM \
                         (SELECT owner FROM blog_waiting_users WHERE expires_at < ? \
                         ORDER BY expires_at LIMIT ?) AS waited) AND verified_at IS NULL",
                        args![now, limit],
                    )
                    .await?;
                tx.commit().await?;
                Ok(gone)
            })
            .await
    }

    async fn get(&self, id: UserId) -> Result<User> {
        self.user_by(BY_ID, args![id]).await
    }

    async fn by_username(&self, username: &Username) -> Result<User> {
        self.user_by(users_where!("u.username = ?"), args![username.as_str()])
            .await
    }

    async fn by_subject(&self, subject: &Subject) -> Result<User> {
        self.user_by(
            users_where!("u.issuer = ? AND u.subject = ?"),
            args![subject.issuer.as_str(), subject.subject.as_str()],
        )
        .await
    }

    async fn credentials(&self, login: &str) -> Result<(User, Option<PasswordHash>)> {
        // An address has an @, a name has none: at most one row.
        let row: Option<CredentialsRow> = self
            .db
            .one(
                concat!(
                    "SELECT ",
                    user!(),
                    ", u.password FROM blog_users u LEFT JOIN blog_media a ON a.id = u.avatar \
                     WHERE u.username = ? OR u.email_key = ?"
                ),
                args![login.to_ascii_lowercase(), login.to_lowercase()],
            )
            .await?;
        let row = row.ok_or(Error::NotFound(Entity::User))?;
        Ok((row.user.user()?, row.password.map(PasswordHash::from_phc)))
    }

    async fn update_profile(&self, change: ProfileChange, effects: Effects) -> Result<User> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let changed = tx
                    .run(
                        "UPDATE blog_users SET display_name = ?, bio = ?, version = version + 1 \
                     WHERE id = ? AND version = ?",
                        args![
                            change.display_name.as_str(),
                            change.bio.as_str(),
                            change.id,
                            change.expected_version,
                        ],
                    )
                    .await?;
                if changed == 0 {
                    let current = user_in(&mut tx, change.id).await?.version;
                    return Err(Conflict::Version { current }.into());
                }
                if let Some(avatar) = change.avatar {
                    super::catalog::require_media(&mut tx, &[avatar]).await?;
                }
                tx.run(
                    "UPDATE blog_users SET avatar = ? WHERE id = ?",
                    args![change.avatar, change.id],
                )
                .await?;
                let stored = user_in(&mut tx, change.id).await?;
                effects::commit(tx, &effects).await?;
                Ok(stored)
            })
            .await
    }

    async fn set_password(
        &self,
        id: UserId,
        password: PasswordHash,
        effects: Effects,
    ) -> Result<()> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let changed = tx
                .run(
                    "UPDATE blog_users SET password = ?, auth_epoch = auth_epoch + 1 WHERE id = ?",
                    args![password.as_phc(), id],
                )
                .await?;
                found(changed)?;
                end_sessions(&mut tx, id).await?;
                effects::commit(tx, &effects).await
            })
            .await
    }

    async fn rehash_password(
        &self,
        id: UserId,
        from: &PasswordHash,
        to: PasswordHash,
    ) -> Result<bool> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let changed = tx
                    .run(
                        "UPDATE blog_users SET password = ? WHERE id = ? AND password = ?",
                        args![to.as_phc(), id, from.as_phc()],
                    )
                    .await?;
                tx.commit().await?;
                Ok(changed > 0)
            })
            .await
    }

    async fn set_email(&self, id: UserId, email: EmailAddress, effects: Effects) -> Result<User> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let changed = tx
                    .run(
                        "UPDATE blog_users SET email = ?, email_key = ?, verified_at = ? WHERE id = ?",
                        args![email.as_str(), email.key(), effects.at, id],
                    )
                    .await?;
                found(changed)?;
                tx.run("DELETE FROM blog_waiting_users WHERE owner = ?", args![id])
                    .await?;
                let stored = user_in(&mut tx, id).await?;
                effects::commit(tx, &effects).await?;
                Ok(stored)
            })
            .await
    }

    async fn set_role(&self, id: UserId, role: Role, effects: Effects) -> Result<User> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                if role != Role::Admin {
                    require_other_admin(&mut tx, id).await?;
                }
                if tx.any(WAITS, args![id]).await? {
                    return Err(Conflict::State.into());
                }
                let changed = tx
                    .run(
                        "UPDATE blog_users SET role = ?, auth_epoch = auth_epoch + 1 WHERE id = ?",
                        args![role.as_str(), id],
                    )
                    .await?;
                found(changed)?;
                end_sessions(&mut tx, id).await?;
                if role != Role::Admin {
                    end_invitations(&mut tx, id).await?;
                }
                let stored = user_in(&mut tx, id).await?;
                effects::commit(tx, &effects).await?;
                Ok(stored)
            })
            .await
    }

    async fn set_suspended(
        &self,
        id: UserId,
        reason: Option<SuspensionReason>,
        effects: Effects,
    ) -> Result<User> {
        let suspended = reason.is_some();
        let reason = reason.as_ref().map_or("", SuspensionReason::as_str);
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                if suspended {
                    require_other_admin(&mut tx, id).await?;
                }
                let changed = tx
                    .run(
                        "UPDATE blog_users SET suspended = ?, suspension = ?, auth_epoch = auth_epoch + ? \
                         WHERE id = ?",
                        args![suspended, reason, suspended, id],
                    )
                    .await?;
                found(changed)?;
                if suspended {
                    end_sessions(&mut tx, id).await?;
                    end_invitations(&mut tx, id).await?;
                }
                super::posts::relist(&mut tx, id, suspended).await?;
                let stored = user_in(&mut tx, id).await?;
                effects::commit(tx, &effects).await?;
                Ok(stored)
            })
            .await
    }

    async fn set_blocked(&self, id: UserId, blocked: bool, effects: Effects) -> Result<User> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let changed = tx
                    .run(
                        "UPDATE blog_users SET blocked = ? WHERE id = ?",
                        args![blocked, id],
                    )
                    .await?;
                found(changed)?;
                let stored = user_in(&mut tx, id).await?;
                effects::commit(tx, &effects).await?;
                Ok(stored)
            })
            .await
    }

    async fn schedule_erasure(&self, id: UserId, at: Timestamp, effects: Effects) -> Result<User> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                require_other_admin(&mut tx, id).await?;
                let changed = tx
                    .run(
                        "UPDATE blog_users SET erase_at = ?, auth_epoch = auth_epoch + 1 WHERE id = ?",
                        args![at, id],
                    )
                    .await?;
                found(changed)?;
                end_sessions(&mut tx, id).await?;
                let stored = user_in(&mut tx, id).await?;
                effects::commit(tx, &effects).await?;
                Ok(stored)
            })
            .await
    }

    async fn cancel_erasure(&self, id: UserId, auth_epoch: u64, effects: Effects) -> Result<User> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let changed = tx
                    .run(
                        "UPDATE blog_users SET erase_at = NULL, auth_epoch = auth_epoch + 1 \
                         WHERE id = ? AND auth_epoch = ? AND erase_at > ?",
                        args![id, auth_epoch, effects.at],
                    )
                    .await?;
                if changed == 0 {
                    require_user(&mut tx, id).await?;
                    return Err(Conflict::State.into());
                }
                end_sessions(&mut tx, id).await?;
                let stored = user_in(&mut tx, id).await?;
                effects::commit(tx, &effects).await?;
                Ok(stored)
            })
            .await
    }

    async fn detach(&self, id: UserId, limit: u32, effects: Effects) -> Result<(u64, u64)> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let user = user_in(&mut tx, id).await?;
                if user.erase_at.is_none_or(|due| due > effects.at) {
                    return Err(Conflict::State.into());
                }
                let comments = tx.run(DETACH_COMMENTS, args![id, limit]).await?;
                tx.run(DETACH_COUNTS, args![id, limit]).await?;
                let likes = tx.run(DETACH_LIKES, args![id, id, limit]).await?;
                effects::commit(tx, &effects).await?;
                Ok((comments, likes))
            })
            .await
    }

    async fn erase(&self, id: UserId, effects: Effects) -> Result<()> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let user = user_in(&mut tx, id).await?;
                let due = user.erase_at.is_some_and(|due| due <= effects.at);
                if !due || user.avatar.is_some() {
                    return Err(Conflict::State.into());
                }
                for kept in [OWN_POSTS, IDLE_MEDIA] {
                    if tx.any(kept, args![id]).await? {
                        return Err(Conflict::State.into());
                    }
                }
                for erase in ERASE {
                    tx.run(erase, args![id]).await?;
                }
                for left in LEFT_BEHIND {
                    tx.run(left, args![]).await?;
                }
                let heir: Option<(Uuid,)> = tx
                    .one(
                        "SELECT id FROM blog_users WHERE id <> ? \
                         ORDER BY CASE role WHEN 'admin' THEN 0 WHEN 'editor' THEN 1 WHEN 'author' THEN 2 ELSE 3 END, \
                         suspended, erase_at IS NOT NULL, created_at, id LIMIT 1",
                        args![id],
                    )
                    .await?;
                if let Some((heir,)) = heir {
                    tx.run(
                        "UPDATE blog_media SET owner = ? WHERE owner = ?",
                        args![heir, id],
                    )
                    .await?;
                } else if tx.any(OWN_MEDIA, args![id]).await? {
                    return Err(Conflict::State.into());
                }
                if let Some(email) = &user.email {
                    let to = format!("\"to\":{},", super::rows::to_json(&email.as_str())?);
                    tx.run(
                        "DELETE FROM blog_outbox WHERE INSTR(task, ?) > 0",
                        args![to],
                    )
                    .await?;
                }
                // Sessions, likes, unsaved texts, preview links, reports and invitations go by their foreign keys.
                tx.run("DELETE FROM blog_users WHERE id = ?", args![id])
                    .await?;
                effects::commit(tx, &effects).await
            })
            .await
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&Username>,
        limit: u16,
    ) -> Result<Page<User, Username>> {
        let after = after.map_or("", Username::as_str);
        let limit = usize::from(limit);
        // Behind every name that begins so: names are ASCII.
        let end = format!("{prefix}\u{7f}");
        let rows: Vec<UserColumns> = self
            .db
            .all(
                users_where!(
                    "u.username > ? AND u.username >= ? AND u.username < ? ORDER BY u.username LIMIT ?"
                ),
                args![after, prefix, end, limit + 1],
            )
            .await?;
        let users: Result<Vec<User>> = rows.into_iter().map(UserColumns::user).collect();
        Ok(Page::from_overfetch(users?, limit, |user: &User| {
            user.username.clone()
        }))
    }

    async fn refs(&self, ids: &[UserId]) -> Result<Vec<UserRef>> {
        let mut users = Vec::new();
        for ids in ids.chunks(MOST_PLACES) {
            let ids = ids.iter().map(|id| (*id).into()).collect();
            let (sql, args) = REFS.fill(ids);
            let rows: Vec<PersonColumns> = self.db.all(sql, args).await?;
            users.extend(rows.into_iter().filter_map(PersonColumns::person));
        }
        Ok(users)
    }

    async fn is_empty(&self) -> Result<bool> {
        let any: Option<(i64,)> = self
            .db
            .one("SELECT 1 FROM blog_users LIMIT 1", args![])
            .await?;
        Ok(any.is_none())
    }
}
