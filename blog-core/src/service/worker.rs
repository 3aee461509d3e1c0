//! The work in the background: the outbox, counters, sweeps.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::blog::Core;
use crate::error::{Entity, Error, Result};
use crate::model::effects::Effects;
use crate::model::letter::LetterText;
use crate::model::media::{MediaItem, ObjectKey, QUARANTINE};
use crate::model::outbox::{OutboxMessage, Task};
use crate::ports::mailer::Mail;
use crate::service::engagement::Engagement;
use crate::service::export::Exports;
use crate::service::library::Library;
use crate::service::privacy::Privacy;
use crate::service::publishing::Publishing;
use crate::service::renewal::Renewal;
use crate::service::retention;
use crate::service::sessions::Sessions;

/// Twice within the second for which what was seen of the site counts.
const LOOK: Duration = Duration::from_millis(500);
const POLL: Duration = Duration::from_secs(1);
const FLUSH: Duration = Duration::from_secs(10);
const SWEEP: Duration = Duration::from_secs(600);
/// Of a mail: with the pauses between, about a day after the first.
const LAST_TRY: u32 = 100;
const LEASE: Duration = Duration::from_secs(60);
const CLAIM: u32 = 16;
/// How long a mail server may take for one mail in all.
const MAIL: Duration = Duration::from_secs(30);

/// The work in the background. Any number of instances may run it on the same stores.
#[derive(Debug, Clone)]
pub struct Worker {
    core: Arc<Core>,
}

impl Worker {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// Runs until cancelled, sweeping first; then writes what is noted in memory and ends. Failures are logged and tried again.
    pub async fn run(self, cancel: CancellationToken) {
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut flush = tokio::time::interval(FLUSH);
        let mut sweep = tokio::time::interval(SWEEP);
        let renewal = Renewal::new(self.core.clone()).run(cancel.clone());
        let renewal = tokio::spawn(renewal);
        // Apart, since an archive may take hours.
        let exports = tokio::spawn(Exports::new(self.core.clone()).run(cancel.clone()));
        // Apart, since a mail server that does not answer must hold up nothing else.
        let tasks = tokio::spawn(self.core.clone().work(cancel.clone()));
        loop {
            tokio::select! {
                () = cancel.cancelled() => break,
                _ = look.tick() => self.core.look_at_site().await,
                _ = flush.tick() => self.flush().await,
                _ = sweep.tick() => report("sweeping", self.sweep().await),
            }
        }
        self.flush().await;
        for part in [renewal, exports, tasks] {
            if let Err(panic) = part.await {
                tracing::error!(error = %panic, "a part of the worker ended early");
            }
        }
    }

    /// Does what is due by now: what writes left for this moment, and what a crash or a failure kept them from doing.
    /// For hosts that have a clock of their own and do not [`run`](Self::run) the worker; failures are tried again.
    pub async fn catch_up(&self) {
        self.core.run_due_tasks().await;
        Exports::new(self.core.clone()).make_all().await;
        self.core.run_due_tasks().await;
    }

    /// Writes the views and the uses of sessions that are noted in memory.
    pub async fn flush(&self) {
        let engagement = Engagement::new(self.core.clone());
        report("counting views", engagement.flush().await);
        let sessions = Sessions::new(self.core.clone());
        report("noting the use of sessions", sessions.flush().await);
    }

    /// Tells the index what a crash, a client that left or the index's own failure kept from it, and removes what was kept
    /// for as long as [`retention::TABLE`] says.
    ///
    /// # Errors
    /// Of the stores; what was not swept is swept next time.
    pub async fn sweep(&self) -> Result<()> {
        let core = &self.core;
        if let Some(observed) = &core.observed {
            report("replaying intents", observed.replay().await.map(drop));
        }
        retention::sweep(core).await
    }

    /// Brings what an older version of the program stored up to what this one makes, once and without a pause; a worker
    /// that runs does so by the way.
    ///
    /// # Errors
    /// Of the records; what cannot be renewed is logged and left as it is.
    pub async fn renew(&self) -> Result<()> {
        Renewal::new(self.core.clone()).all(Duration::ZERO).await
    }
}

/// How far a task has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// It is done.
    Whole,
    /// It goes on in another turn.
    Part,
}

impl Core {
    /// An upload that never ended: its objects, and its place in the catalog.
    pub(super) async fn forget_upload(&self, item: &MediaItem) -> Result<()> {
        for key in item.objects() {
            self.media.delete(&key).await?;
        }
        let effects = Effects::at(self.now());
        match self.records.catalog.delete(item.id, effects).await {
            Ok(_) | Err(Error::NotFound(_)) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// Does a write's own tasks before it answers, so that what it promises (a withdrawn picture) holds by then. Their
    /// messages stay for the worker, which does them once more: every task may be done any number of times.
    pub(crate) async fn perform_now(self: &Arc<Self>, tasks: Vec<Task>) {
        for task in tasks {
            report("a write's own task", self.perform(task).await.map(drop));
        }
        self.wake.notify_one();
    }

    /// Does what is due, until cancelled; what is under way then is done by the next who claims it.
    async fn work(self: Arc<Self>, cancel: CancellationToken) {
        let mut poll = tokio::time::interval(POLL);
        loop {
            tokio::select! {
                () = cancel.cancelled() => return,
                _ = poll.tick() => {}
                () = self.wake.notified() => {}
            }
            tokio::select! {
                () = cancel.cancelled() => return,
                () = self.run_due_tasks() => {}
            }
        }
    }

    /// Does the tasks that are due: what writes left, and what a crash or a failure kept them from doing.
    async fn run_due_tasks(self: &Arc<Self>) {
        loop {
            let now = self.now();
            let claimed = self.records.outbox.claim(now, now.plus(LEASE), CLAIM).await;
            let claimed = match claimed {
                Ok(claimed) => claimed,
                Err(error) => return report("claiming tasks", Err(error)),
            };
            if claimed.is_empty() {
                return;
            }
            // Together, so that all of them end within their lease.
            let tasks = claimed.into_iter().map(|message| self.run_task(message));
            futures_util::future::join_all(tasks).await;
            // What they changed is seen now, and not only when somebody asks for a page.
            self.look_at_site().await;
        }
    }

    async fn run_task(self: &Arc<Self>, message: OutboxMessage) {
        let OutboxMessage {
            id, task, attempts, ..
        } = message;
        let outbox = &self.records.outbox;
        let is_mail = matches!(task, Task::Mail { .. } | Task::LastMail { .. });
        let settled = match self.perform(task).await {
            // Behind what is due by now, which it shall not hold up.
            Ok(Progress::Part) => outbox.retry(id, attempts, self.now()).await,
            Ok(Progress::Whole) => {
                self.seen_site.wrote(!is_mail);
                outbox.done(id, attempts).await
            }
            // No later time makes a mail out of one that nobody can get, and a link that is a day late is good for nothing.
            Err(error)
                if is_mail && (matches!(error, Error::Invalid(_)) || attempts >= LAST_TRY) =>
            {
                tracing::error!(message = %id, attempts, error = error.chain(), "a mail is given up");
                outbox.done(id, attempts).await
            }
            Err(error) => {
                tracing::warn!(message = %id, attempts, error = error.chain(), "a task failed and is tried again");
                let wait = Duration::from_secs(2_u64.saturating_pow(attempts.min(10)).min(900));
                outbox.retry(id, attempts, self.now().plus(wait)).await
            }
        };
        match settled {
            // Somebody else has the lease now, and settles it.
            Ok(()) | Err(Error::NotFound(Entity::Lease)) => {}
            Err(error) => report("settling a task", Err(error)),
        }
    }

    async fn perform(self: &Arc<Self>, task: Task) -> Result<Progress> {
        match task {
            Task::EraseUser { user, receipt } => {
                return Privacy::new(self.clone()).erasing(user, receipt).await;
            }
            Task::LastMail { to, letter } => {
                // Earlier ones first, also of an attempt at this: what is said last stays, since who reads a folder hands it on.
                self.mailer.forget(&to).await?;
                if let Some(LetterText { subject, text }) = letter {
                    self.send(Mail { to, subject, text }).await?;
                }
            }
            Task::SyncMedia { media } => {
                let library = Library::new(self.clone());
                // One that cannot be done must not keep the others public.
                let mut outcome = Ok(());
                for id in media {
                    outcome = outcome.and(library.sync_public(id).await);
                }
                outcome?;
            }
            Task::SettleSlug { post, slug } => {
                let publishing = Publishing::new(self.clone());
                publishing.settle(post, &slug).await?;
            }
            Task::DeleteObjects { keys } => {
                let mut outcome = Ok(());
                // A comparison may have taken it for a stray meanwhile.
                let aside = keys.iter().map(|key| format!("{QUARANTINE}{key}"));
                for key in keys.iter().cloned().chain(aside) {
                    outcome = outcome.and(self.media.delete(&ObjectKey::from_store(key)).await);
                }
                outcome?;
            }
            Task::Mail { to, subject, text } => self.send(Mail { to, subject, text }).await?,
        }
        Ok(Progress::Whole)
    }

    async fn send(&self, mail: Mail) -> Result<()> {
        tokio::time::timeout(MAIL, self.mailer.send(&mail))
            .await
            .unwrap_or_else(|late| Err(Error::unavailable("the mail server", late)))
    }
}

pub(super) fn report(what: &str, outcome: Result<()>) {
    if let Err(error) = outcome {
        tracing::error!(error = error.chain(), "{what} failed");
    }
}
