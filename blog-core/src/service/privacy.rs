//! Leaving: an account and everything that is its owner's, erased 14 days after they asked, unless they log in before.
//!
//! Posts with their revisions and what others said there, pictures and videos with every copy, likes, sessions, links and
//! unsaved texts go. Comments on others' posts stay without a name, since others answered them. The audit log keeps the
//! account's id, which is nobody's name by then.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::blog::{Core, detached};
use crate::error::{Denied, Entity, Error, Result};
use crate::id::UserId;
use crate::model::audit::AuditAction;
use crate::model::effects::Effects;
use crate::model::letter::{Compose, Letter};
use crate::model::library::MediaQuery;
use crate::model::outbox::Task;
use crate::model::post::{PostQuery, PostScope};
use crate::model::user::{ProfileChange, User};
use crate::page::PageRequest;
use crate::policy::{Actor, Surface};
use crate::service::export::Exports;
use crate::service::library::Library;
use crate::service::publishing::Publishing;
use crate::service::recovery::Recovery;
use crate::service::sessions::Visitor;
use crate::time::Timestamp;

/// For how long somebody can come back.
pub const GRACE: Duration = Duration::from_secs(14 * 86_400);

/// Uploads that nobody ended are looked through in steps of so many.
const STEP: u32 = 1_000;

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
            let mut effects = Effects::at(now)
                .audit(
                    Some(user.id),
                    AuditAction::UserLeave,
                    format!("user:{}", user.id),
                    "",
                )
                .later(at, Task::EraseUser { user: user.id });
            if let Some(email) = &user.email {
                let letter = Letter::Leaving {
                    username: &user.username,
                };
                effects = effects.letter(email, compose(&letter));
            }
            let users = &core.records.users;
            users.schedule_erasure(user.id, Some(at), effects).await?;
            recovery.end_links(user.id).await?;
            core.wake.notify_one();
            Ok(at)
        })
        .await
    }

    /// Somebody who wanted to be erased came back in time. Who comes later finds nobody of that name, since what is theirs
    /// may be half gone.
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
        users.schedule_erasure(user.id, None, effects).await
    }

    /// [`Privacy::erase`] as a future of a known type, since what it does leaves tasks that are done in turn.
    pub(crate) fn erasing(self, id: UserId) -> BoxFuture<'static, Result<()>> {
        Box::pin(async move { self.erase(id).await })
    }

    /// Erases a user whose time has come; nothing where they came back. Every step may be done again, so one that was cut
    /// off is ended by the next.
    async fn erase(&self, id: UserId) -> Result<()> {
        let user = match self.core.records.users.get(id).await {
            Ok(user) => user,
            Err(Error::NotFound(Entity::User)) => return Ok(()),
            Err(other) => return Err(other),
        };
        if user.erase_at.is_none_or(|at| at > self.core.now()) {
            return Ok(());
        }
        self.without_avatar(&user).await?;
        // Its owner could do all of this; whether they are suspended makes no difference to what is theirs.
        let actor = Actor::User {
            id,
            role: crate::model::user::Role::Author,
            suspended: false,
            verified: true,
            blocked: false,
        };
        self.delete_posts(&actor, id).await?;
        self.delete_media(&actor, id).await?;
        Exports::new(self.core.clone()).remove_all(id).await?;
        let effects = Effects::at(self.core.now()).invalidating().audit(
            None,
            AuditAction::UserErase,
            format!("user:{id}"),
            "",
        );
        self.core.records.users.erase(id, effects).await
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

    async fn delete_posts(&self, actor: &Actor, id: UserId) -> Result<()> {
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
                return Ok(());
            }
            for card in cards {
                let seen = self.core.visibility(actor, Surface::Page);
                let post = posts.get(card.id, &seen).await?;
                publishing.delete(actor, post.id, post.version).await?;
            }
        }
    }

    /// What nothing shows any more goes; what somebody else's page shows stays with the site.
    async fn delete_media(&self, actor: &Actor, id: UserId) -> Result<()> {
        let library = Library::new(self.core.clone());
        let catalog = &self.core.records.catalog;
        for item in catalog.stale(self.core.now(), STEP).await? {
            if item.owner == id {
                self.core.forget_upload(&item).await?;
            }
        }
        let mut page = PageRequest::first(100);
        loop {
            let found = catalog.by_owner(id, &MediaQuery::default(), page).await?;
            for item in found.items {
                match library.delete(actor, item.id).await {
                    Ok(()) | Err(Error::Conflict(_) | Error::NotFound(_)) => {}
                    Err(other) => return Err(other),
                }
            }
            match found.next {
                Some(next) => page = PageRequest::new(Some(next), 100),
                None => return Ok(()),
            }
        }
    }
}
