//! Leaving: an account and everything that is its owner's, erased 14 days after they asked, unless they log in before.
//!
//! Posts with their revisions and what others said there, pictures and videos with every copy, likes, sessions, links and
//! unsaved texts go. Comments on others' posts stay without a name, since others answered them. The audit log keeps the
//! account's id, which is nobody's name by then.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::blog::{Core, detached};
use crate::error::{Conflict, Denied, Entity, Error, Result};
use crate::id::UserId;
use crate::model::audit::{AuditAction, AuditQuery, AuditScope};
use crate::model::effects::Effects;
use crate::model::letter::{Compose, Letter, LetterText};
use crate::model::library::{MediaFilter, MediaQuery};
use crate::model::media::{Folder, MediaItem, ObjectKey, QUARANTINE};
use crate::model::outbox::Task;
use crate::model::post::{PostQuery, PostScope};
use crate::model::receipt::{ERASED, Receipt};
use crate::model::user::{ProfileChange, User};
use crate::page::PageRequest;
use crate::policy::{Actor, Surface};
use crate::service::export::Exports;
use crate::service::letters::tell;
use crate::service::library::Library;
use crate::service::publishing::Publishing;
use crate::service::recovery::Recovery;
use crate::service::sessions::Visitor;
use crate::service::worker::Progress;
use crate::time::Timestamp;

/// For how long somebody can come back.
pub const GRACE: Duration = Duration::from_secs(14 * 86_400);

/// How many things one turn deletes: a few seconds of writes.
const PORTION: u32 = 100;

/// Comments that lose their name, and likes that go, in one write.
const ROWS: u32 = 500;

/// Leaving.
#[derive(Debug, Clone)]
pub struct Privacy {
    core: Arc<Core>,
}

impl Privacy {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// Has the visitor's account erased in 14 days, ends all their sessions, and tells them by mail; when it will be.
    ///
    /// # Errors
    /// `Invalid` with field `password` for a wrong one, `RateLimited` as at a log-in, `Conflict(LastAdmin)`.
    pub async fn leave(
        &self,
        visitor: &Visitor,
        password: &str,
        compose: Compose,
    ) -> Result<Timestamp> {
        let user = visitor.user.clone();
        let password = password.to_owned();
        let core = self.core.clone();
        detached(&self.core, async move {
            let recovery = Recovery::new(core.clone());
            recovery.confirm(&user, "password", &password).await?;
            let now = core.now();
            let at = now.plus(GRACE);
            let task = Task::EraseUser {
                user: user.id,
                receipt: Some(compose(&Letter::Erased {
                    counts: &ERASED.map(Receipt::place),
                })),
            };
            let effects = Effects::at(now)
                .audit(
                    Some(user.id),
                    AuditAction::UserLeave,
                    format!("user:{}", user.id),
                    "",
                )
                .later(at, task);
            let letter = Letter::Leaving {
                username: &user.username,
            };
            let effects = tell(&core, effects, &user, &letter, &compose).await?;
            let users = &core.records.users;
            users.schedule_erasure(user.id, at, effects).await?;
            recovery.end_links(user.id).await?;
            core.wake.notify_one();
            Ok(at)
        })
        .await
    }

    /// Somebody who wanted to be erased came back in time. Who comes later finds nobody of that name, since what is theirs
    /// may be half gone; so does who gave a password that is another since, or a password alone where that is not enough any
    /// more, since the log-in that was under way must not lead into what came after it.
    pub(crate) async fn stay(&self, user: User) -> Result<User> {
        let now = self.core.now();
        match user.erase_at {
            None => return Ok(user),
            Some(at) if at <= now => return Err(Denied::Credentials.into()),
            Some(_) => {}
        }
        let effects = Effects::at(now).audit(
            Some(user.id),
            AuditAction::UserStay,
            format!("user:{}", user.id),
            "",
        );
        let users = &self.core.records.users;
        match users
            .cancel_erasure(user.id, user.auth_epoch, effects)
            .await
        {
            Err(Error::Conflict(Conflict::State)) => Err(Denied::Credentials.into()),
            other => other,
        }
    }

    /// [`Privacy::erase`] as a future of a known type, since what it does leaves tasks that are done in turn.
    pub(super) fn erasing(
        self,
        id: UserId,
        receipt: Option<LetterText>,
    ) -> BoxFuture<'static, Result<Progress>> {
        Box::pin(async move { self.erase(id, receipt).await })
    }

    /// Erases a user whose time has come, a portion in each turn; nothing where they came back. Every step may be done again,
    /// so one that was cut off is ended by the next.
    async fn erase(&self, id: UserId, letter: Option<LetterText>) -> Result<Progress> {
        let core = &self.core;
        let user = match core.records.users.get(id).await {
            Ok(user) => user,
            Err(Error::NotFound(Entity::User)) => return Ok(Progress::Whole),
            Err(other) => return Err(other),
        };
        let Some(due) = user.erase_at.filter(|at| *at <= core.now()) else {
            return Ok(Progress::Whole);
        };
        self.without_avatar(&user).await?;
        // Its owner could do all of this; whether they are suspended makes no difference to what is theirs.
        let actor = Actor::User {
            id,
            role: crate::model::user::Role::Author,
            suspended: false,
            verified: true,
            blocked: false,
            must_enrol: false,
        };
        let mut portion = Portion::default();
        let done = match self.turn(&actor, id, &mut portion).await {
            Ok(true) => self.end(&user, due, &portion.receipt, letter).await,
            Ok(false) => Ok(Progress::Part),
            Err(error) => Err(error),
        };
        // Also of a turn that failed, since what it did is not found again.
        if !matches!(done, Ok(Progress::Whole)) && !portion.receipt.is_empty() {
            // Nobody has logged in since; the record of this portion needs a write to go with.
            let effects = self.erased(id, &portion.receipt);
            let noted = core.records.sessions.delete_all(id, None, effects).await;
            let done = done?;
            noted?;
            return Ok(done);
        }
        done
    }

    /// A portion of what is theirs; whether nothing is left.
    async fn turn(&self, actor: &Actor, id: UserId, portion: &mut Portion) -> Result<bool> {
        let is_whole = self.delete_posts(actor, id, portion).await?
            && self.delete_media(actor, id, portion).await?
            && self.detach(id, portion).await?;
        if is_whole {
            self.delete_strays(id).await?;
            Exports::new(self.core.clone()).remove_all(id).await?;
        }
        Ok(is_whole)
    }

    /// The account itself, which nothing else is left of.
    async fn end(
        &self,
        user: &User,
        due: Timestamp,
        last: &Receipt,
        letter: Option<LetterText>,
    ) -> Result<Progress> {
        let core = &self.core;
        let id = user.id;
        let receipt = self.summed(id, due, last).await?;
        let mut effects = self.erased(id, &receipt).invalidating();
        if let Some(email) = &user.email {
            let task = Task::LastMail {
                to: email.to_string(),
                letter: letter.map(|letter| LetterText {
                    subject: receipt.fill(&letter.subject),
                    text: receipt.fill(&letter.text),
                }),
            };
            effects = effects.later(core.now(), task);
        }
        core.records.users.erase(id, effects).await?;
        core.wake.notify_one();
        Ok(Progress::Whole)
    }

    /// The record of what was done, by kind.
    fn erased(&self, id: UserId, receipt: &Receipt) -> Effects {
        Effects::at(self.core.now()).audit(
            None,
            AuditAction::UserErase,
            format!("user:{id}"),
            receipt.to_string(),
        )
    }

    /// What all portions came to, by their records.
    async fn summed(&self, id: UserId, since: Timestamp, last: &Receipt) -> Result<Receipt> {
        let mut sum = Receipt::default();
        for kind in ERASED {
            sum.count(kind, last.of(kind));
        }
        let mut query = AuditQuery {
            scope: AuditScope::To(format!("user:{id}")),
            action: Some(AuditAction::UserErase),
            page: PageRequest::first(100),
        };
        loop {
            let page = self.core.records.audit.list(&query).await?;
            for record in page.items.iter().filter(|record| record.at >= since) {
                sum.add_written(&record.detail);
            }
            match page.next {
                Some(next) => query.page = PageRequest::new(Some(next), 100),
                None => return Ok(sum),
            }
        }
    }

    async fn without_avatar(&self, user: &User) -> Result<()> {
        let Some(avatar) = &user.avatar else {
            return Ok(());
        };
        let now = self.core.now();
        let media = vec![avatar.id];
        let effects = Effects::at(now)
            .invalidating()
            .later(now, Task::SyncMedia { media });
        let change = ProfileChange {
            id: user.id,
            expected_version: user.version,
            display_name: user.display_name.clone(),
            bio: user.bio.clone(),
            avatar: None,
        };
        self.core
            .records
            .users
            .update_profile(change, effects)
            .await?;
        Ok(())
    }

    /// Whether nothing is left.
    async fn delete_posts(&self, actor: &Actor, id: UserId, portion: &mut Portion) -> Result<bool> {
        let publishing = Publishing::new(self.core.clone());
        loop {
            let visibility = self.core.visibility(actor, Surface::Own);
            let query = PostQuery {
                scope: PostScope::Author(id),
                page: PageRequest::first(100),
                with_html: false,
            };
            let posts = &self.core.records.posts;
            let cards = posts.list(&query, &visibility).await?.items;
            if cards.is_empty() {
                return Ok(true);
            }
            for card in cards {
                if portion.is_full() {
                    return Ok(false);
                }
                let seen = self.core.visibility(actor, Surface::Page);
                let post = posts.get(card.id, &seen).await?;
                publishing.delete(actor, post.id, post.version).await?;
                portion.did("posts", 1);
            }
        }
    }

    /// What nothing shows any more goes; what somebody else's page shows stays with the site. Whether nothing is left.
    async fn delete_media(&self, actor: &Actor, id: UserId, portion: &mut Portion) -> Result<bool> {
        let library = Library::new(self.core.clone());
        let catalog = &self.core.records.catalog;
        loop {
            let uploads = catalog.unfinished(id, PORTION).await?;
            if uploads.is_empty() {
                break;
            }
            for item in uploads {
                if portion.is_full() {
                    return Ok(false);
                }
                self.core.forget_upload(&item).await?;
                portion.tried();
            }
        }
        // What is shown elsewhere is left out here: tried in every turn, much of it would leave no room for the rest.
        let query = MediaQuery::new("", MediaFilter::Unused).unwrap_or_default();
        let mut page = PageRequest::first(100);
        loop {
            let found = catalog.by_owner(id, &query, page).await?;
            for item in found.items {
                if portion.is_full() {
                    return Ok(false);
                }
                match library.delete(actor, item.id).await {
                    Ok(()) => portion.did("files", 1),
                    Err(Error::Conflict(_) | Error::NotFound(_)) => portion.tried(),
                    Err(other) => return Err(other),
                }
            }
            match found.next {
                Some(next) => page = PageRequest::new(Some(next), 100),
                None => return Ok(true),
            }
        }
    }

    /// Comments lose their name, and likes go, so that the last write has little to do. Whether nothing is left.
    async fn detach(&self, id: UserId, portion: &mut Portion) -> Result<bool> {
        while !portion.is_full() {
            let effects = Effects::at(self.core.now());
            let users = &self.core.records.users;
            let (comments, likes) = users.detach(id, ROWS, effects).await?;
            if comments + likes == 0 {
                return Ok(true);
            }
            portion.did("comments", comments);
            portion.did("likes", likes);
        }
        Ok(false)
    }

    /// What lies among their private objects and is no item's, and what was put into quarantine from there.
    async fn delete_strays(&self, id: UserId) -> Result<()> {
        let own = format!("{}{id}/", Folder::Private.prefix());
        for prefix in [format!("{QUARANTINE}{own}"), own] {
            let media = &self.core.media;
            let mut after: Option<ObjectKey> = None;
            loop {
                let page = media.list(&prefix, after.as_ref(), 500).await?;
                let keys: Vec<ObjectKey> =
                    page.items.into_iter().map(|object| object.key).collect();
                let originals: Vec<ObjectKey> = keys.iter().map(ObjectKey::original).collect();
                // What somebody else's page shows.
                let kept = self.core.records.catalog.of_objects(&originals).await?;
                let kept: HashSet<ObjectKey> = kept.iter().flat_map(MediaItem::objects).collect();
                for key in keys.iter().filter(|key| !kept.contains(key)) {
                    media.delete(key).await?;
                }
                match page.next {
                    Some(next) => after = Some(next),
                    None => break,
                }
            }
        }
        Ok(())
    }
}

/// What one turn of an erasure does: so much that it is over well within its lease, and others come in between.
#[derive(Debug, Default)]
struct Portion {
    steps: u32,
    receipt: Receipt,
}

impl Portion {
    fn is_full(&self) -> bool {
        self.steps >= PORTION
    }

    /// Something that came to nothing that is counted, and yet took its time.
    fn tried(&mut self) {
        self.steps += 1;
    }

    fn did(&mut self, kind: &'static str, count: u64) {
        self.tried();
        if count > 0 {
            self.receipt.count(kind, count);
        }
    }
}
