//! Taking along: everything that is of one person, in one archive, made in the background and theirs for a week.

mod archive;
mod document;
mod making;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio_util::sync::CancellationToken;

use super::worker::report;
use crate::blog::{Core, detached};
use crate::error::{Entity, Error, Reason, Result};
use crate::id::{ExportId, UserId};
use crate::model::audit::AuditAction;
use crate::model::effects::Effects;
use crate::model::export::{
    Archive, ClaimedExport, EXPORTS, Export, ExportWords, NewExport, exports_of,
};
use crate::model::media::{ByteRange, Object, ObjectKey};
use crate::model::outbox::Task;
use crate::model::receipt::Receipt;
use crate::service::people::People;
use crate::service::quotas;
use crate::service::recovery::Recovery;
use crate::service::sessions::Visitor;

use making::Making;

/// For how long an archive can be fetched.
pub const KEPT: Duration = Duration::from_secs(7 * 86_400);

/// Until somebody else may take over from who has not been heard of.
const LEASE: Duration = Duration::from_secs(300);

/// Until an export is looked for that another instance left.
const LOOK: Duration = Duration::from_secs(30);

/// How often one is begun, with growing pauses between: about half a day. One more claim gives it up, whatever became of the
/// tries: also one that takes the process along with it is not begun for ever.
const LAST_TRY: u32 = 50;

/// Expired ones are looked through in steps of so many.
const STEP: u32 = 100;

/// Archives of what is somebody's.
#[derive(Debug, Clone)]
pub struct Exports {
    core: Arc<Core>,
}

impl Exports {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// The visitor's archive, or how far it has come; none where there is nothing to wait for or to fetch. One query.
    ///
    /// # Errors
    /// Of the store.
    pub async fn own(&self, visitor: &Visitor) -> Result<Option<Export>> {
        let export = self.core.records.exports.of(visitor.user.id).await?;
        let now = self.core.now();
        let lives = |archive: &Archive| archive.expires_at > now;
        Ok(export.filter(|export| export.archive.as_ref().is_none_or(lives)))
    }

    /// Has everything that is the visitor's put into an archive, in the place of an earlier one; a mail says when it is
    /// ready.
    ///
    /// # Errors
    /// `Invalid` with field `password` for a wrong one, `RateLimited` as at a log-in and above three a day,
    /// `Conflict(State)` while one is being made.
    pub async fn ask(&self, visitor: &Visitor, password: &str, words: ExportWords) -> Result<()> {
        let user = visitor.user.clone();
        let password = password.to_owned();
        let core = self.core.clone();
        detached(&self.core, async move {
            let recovery = Recovery::new(core.clone());
            recovery.confirm(&user, "password", &password).await?;
            let exports = &core.records.exports;
            let earlier = exports.of(user.id).await?;
            if earlier
                .as_ref()
                .is_some_and(|earlier| earlier.archive.is_none())
            {
                return Err(crate::error::Conflict::State.into());
            }
            quotas::EXPORT.take(&core, &user.id.to_string()).await?;
            let now = core.now();
            let mut effects = Effects::at(now).audit(
                Some(user.id),
                AuditAction::ExportAsk,
                format!("user:{}", user.id),
                "",
            );
            if let Some(earlier) = earlier {
                let keys = vec![earlier.key().to_string()];
                effects = effects.later(now, Task::DeleteObjects { keys });
            }
            let export = NewExport {
                id: ExportId::generate(),
                owner: user.id,
                words,
            };
            exports.ask(export, effects).await?;
            core.wake_exports.notify_one();
            Ok(())
        })
        .await
    }

    /// Opens the visitor's archive.
    ///
    /// # Errors
    /// `Invalid` with field `password` unless that was given recently, `NotFound(Object)` where there is none,
    /// `RangeNotSatisfiable`.
    pub async fn open(&self, visitor: &Visitor, range: Option<ByteRange>) -> Result<Object> {
        if !People::new(self.core.clone()).is_recent(visitor) {
            return Err(Error::invalid("password", Reason::Empty));
        }
        let export = self.own(visitor).await?;
        let ready = export.filter(|export| export.archive.is_some());
        let export = ready.ok_or(Error::NotFound(Entity::Object))?;
        self.core.media.get(&export.key(), range).await
    }

    /// Makes what is asked for, until cancelled. One is made at a time; what is under way then is begun anew by the next who
    /// claims it.
    pub(crate) async fn run(self, cancel: CancellationToken) {
        let work = async {
            loop {
                self.make_all().await;
                let _ = tokio::time::timeout(LOOK, self.core.wake_exports.notified()).await;
            }
        };
        tokio::select! {
            () = cancel.cancelled() => {}
            () = work => {}
        }
    }

    /// Makes what is asked for by now.
    pub(crate) async fn make_all(&self) {
        loop {
            match self.make_next().await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => return report("making an export", Err(error)),
            }
        }
    }

    /// Makes the one that waits longest; whether there was one.
    async fn make_next(&self) -> Result<bool> {
        let core = &self.core;
        let now = core.now();
        let exports = &core.records.exports;
        let Some(claimed) = exports.claim(now, now.plus(LEASE)).await? else {
            return Ok(false);
        };
        let ClaimedExport { export, words } = claimed;
        let attempt = export.attempts;
        if attempt > LAST_TRY {
            self.give_up(&export, words).await?;
            return Ok(true);
        }
        let made = AssertUnwindSafe(self.make(&export, &words)).catch_unwind();
        let made = made.await.unwrap_or_else(|_| {
            let panicked = "making it panicked; the log says where";
            Err(Error::backend("the archive", panicked))
        });
        match made {
            Ok(()) => {}
            // Its owner left, or somebody else makes it by now: what came of this attempt is nobody's.
            Err(Error::NotFound(Entity::Lease | Entity::User)) => {
                core.media.delete(&export.key()).await?;
            }
            Err(error) if attempt >= LAST_TRY => {
                tracing::error!(export = %export.id, attempt, error = error.chain(), "the last try of an export failed");
                self.give_up(&export, words).await?;
            }
            Err(error) => {
                tracing::warn!(export = %export.id, attempt, error = error.chain(), "an export failed and is begun again later");
                let wait = Duration::from_secs(2_u64.saturating_pow(attempt.min(10)).min(900));
                let until = core.now().plus(wait);
                let noted = exports.note(export.id, attempt, 0, 0, until).await;
                match noted {
                    Ok(()) | Err(Error::NotFound(Entity::Lease)) => {}
                    Err(other) => return Err(other),
                }
            }
        }
        Ok(true)
    }

    /// Tells its owner and the audit log that there will be none, so that they can ask anew.
    async fn give_up(&self, export: &Export, words: ExportWords) -> Result<()> {
        tracing::error!(export = %export.id, attempt = export.attempts, "an export is given up");
        let core = &self.core;
        let mut effects = Effects::at(core.now()).audit(
            None,
            AuditAction::ExportFail,
            format!("user:{}", export.owner),
            "",
        );
        let owner = match core.records.users.get(export.owner).await {
            Ok(user) => user.email,
            Err(Error::NotFound(Entity::User)) => None,
            Err(other) => return Err(other),
        };
        if let (Some(email), Some(letter)) = (&owner, words.failed) {
            effects = effects.letter(email, letter);
        }
        core.records.exports.forget(export.id, effects).await?;
        core.wake.notify_one();
        Ok(())
    }

    async fn make(&self, export: &Export, words: &ExportWords) -> Result<()> {
        let core = &self.core;
        let making = Making::new(core.clone(), export, words.readme.clone()).await?;
        let (receipt, bytes) = making.put().await?;
        let now = core.now();
        let archive = Archive {
            bytes,
            ready_at: now,
            expires_at: now.plus(KEPT),
        };
        // Asked now, since it may have been changed.
        let user = core.records.users.get(export.owner).await?;
        let mut effects = self.receipt(export.owner, &receipt);
        if let Some(email) = &user.email {
            effects = effects.letter(email, words.letter.clone());
        }
        let exports = &core.records.exports;
        exports
            .finish(export.id, export.attempts, archive, effects)
            .await?;
        core.wake.notify_one();
        Ok(())
    }

    fn receipt(&self, owner: UserId, receipt: &Receipt) -> Effects {
        Effects::at(self.core.now()).audit(
            None,
            AuditAction::ExportMake,
            format!("user:{owner}"),
            receipt.to_string(),
        )
    }

    /// Forgets archives whose time is over, and removes what attempts left that came to nothing.
    pub(crate) async fn sweep(&self) -> Result<()> {
        let core = &self.core;
        loop {
            let expired = core.records.exports.expired(core.now(), STEP).await?;
            let Some(export) = expired.first() else { break };
            tracing::debug!(export = %export.id, "exports are over");
            for export in &expired {
                // The bytes first: as long as the row is there, somebody comes back for them.
                core.media.delete(&export.key()).await?;
                let effects = Effects::at(core.now());
                core.records.exports.forget(export.id, effects).await?;
            }
        }
        self.remove(EXPORTS, |owner| async move {
            core.records.exports.of(owner).await
        })
        .await
    }

    /// Removes every archive of somebody, also of attempts that came to nothing; how many there were.
    pub(crate) async fn remove_all(&self, owner: UserId) -> Result<()> {
        self.remove(&exports_of(owner), |_| async { Ok(None) })
            .await
    }

    /// Removes the archives below a prefix that are not their owner's.
    async fn remove<F>(&self, prefix: &str, current: impl Fn(UserId) -> F) -> Result<()>
    where
        F: Future<Output = Result<Option<Export>>>,
    {
        let media = &self.core.media;
        let mut after: Option<ObjectKey> = None;
        loop {
            let page = media.list(prefix, after.as_ref(), 1_000).await?;
            for object in page.items {
                let owner = object.key.as_str().strip_prefix(EXPORTS);
                let owner = owner.and_then(|rest| rest.split('/').next()?.parse().ok());
                let current = match owner {
                    Some(owner) => current(owner).await?,
                    None => None,
                };
                if current.is_none_or(|export| export.key() != object.key) {
                    media.delete(&object.key).await?;
                }
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(()),
            }
        }
    }
}
