//! A check, and how checks are run: each in its own task, bounded in time.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt as _};

use super::lab::Lab;
use super::report::{CheckResult, Outcome};
use super::verdict::Verdict;
use crate::backend::Backend;

/// How long a check may take.
pub const TIMEOUT: Duration = Duration::from_secs(30);

/// How many checks run at once, of those that may.
const AT_ONCE: usize = 8;

/// Whose contract a check is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Port {
    /// [`UserStore`](crate::ports::UserStore).
    Users,
    /// [`SessionStore`](crate::ports::SessionStore).
    Sessions,
    /// [`SecondFactorStore`](crate::ports::SecondFactorStore).
    SecondFactors,
    /// [`InvitationStore`](crate::ports::InvitationStore).
    Invitations,
    /// [`TokenStore`](crate::ports::TokenStore).
    Tokens,
    /// [`PostStore`](crate::ports::PostStore).
    Posts,
    /// [`AutosaveStore`](crate::ports::AutosaveStore).
    Autosaves,
    /// [`PreviewLinkStore`](crate::ports::PreviewLinkStore).
    PreviewLinks,
    /// [`CommentStore`](crate::ports::CommentStore).
    Comments,
    /// [`DiscoveryStore`](crate::ports::DiscoveryStore).
    Discovery,
    /// [`EngagementStore`](crate::ports::EngagementStore).
    Engagement,
    /// [`ExportStore`](crate::ports::ExportStore).
    Exports,
    /// [`PersonalData`](crate::ports::PersonalData).
    Personal,
    /// [`MediaCatalog`](crate::ports::MediaCatalog).
    Catalog,
    /// [`SiteStore`](crate::ports::SiteStore).
    Site,
    /// [`StaticPageStore`](crate::ports::StaticPageStore).
    StaticPages,
    /// [`MediaStore`](crate::ports::MediaStore).
    Media,
    /// [`ObjectIndex`](crate::ports::ObjectIndex).
    Index,
    /// [`IntentLog`](crate::ports::IntentLog).
    Intents,
    /// [`AuditLog`](crate::ports::AuditLog).
    Audit,
    /// [`Outbox`](crate::ports::Outbox).
    Outbox,
    /// [`RateLimits`](crate::ports::RateLimits).
    Limits,
    /// [`Health`](crate::backend::Health).
    Health,
}

impl Port {
    /// The word that begins the names of its checks.
    pub fn as_str(self) -> &'static str {
        match self {
            Port::Users => "users",
            Port::Sessions => "sessions",
            Port::SecondFactors => "second-factors",
            Port::Invitations => "invitations",
            Port::Tokens => "tokens",
            Port::Posts => "posts",
            Port::Autosaves => "autosaves",
            Port::PreviewLinks => "preview-links",
            Port::Comments => "comments",
            Port::Discovery => "discovery",
            Port::Engagement => "engagement",
            Port::Exports => "exports",
            Port::Personal => "personal",
            Port::Catalog => "catalog",
            Port::Site => "site",
            Port::StaticPages => "static-pages",
            Port::Media => "media",
            Port::Index => "index",
            Port::Intents => "intents",
            Port::Audit => "audit",
            Port::Outbox => "outbox",
            Port::Limits => "limits",
            Port::Health => "health",
        }
    }

    /// A check of this port.
    pub(super) fn check<F, Fut>(self, name: &'static str, sentence: &'static str, work: F) -> Check
    where
        F: Fn(Lab) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Verdict> + Send + 'static,
    {
        Check {
            name,
            port: self,
            sentence,
            alone: false,
            work: Box::new(move |lab| Box::pin(work(lab))),
        }
    }
}

/// A contract sentence and the work that holds an adapter to it.
pub(super) struct Check {
    pub(super) name: &'static str,
    pub(super) port: Port,
    pub(super) sentence: &'static str,
    alone: bool,
    work: Box<dyn Fn(Lab) -> BoxFuture<'static, Verdict> + Send + Sync>,
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check")
            .field("name", &self.name)
            .field("port", &self.port)
            .field("sentence", &self.sentence)
            .finish_non_exhaustive()
    }
}

impl Check {
    /// It looks at something that the whole store has one of, so nothing else may run meanwhile.
    pub(super) fn alone(mut self) -> Self {
        self.alone = true;
        self
    }

    async fn run(self, backend: &Backend) -> CheckResult {
        let mut task = tokio::spawn((self.work)(Lab::new(backend)));
        let outcome = match tokio::time::timeout(TIMEOUT, &mut task).await {
            Ok(Ok(Ok(()))) => Outcome::Passed,
            Ok(Ok(Err(failure))) => Outcome::Failed(failure.into_string()),
            Ok(Err(panic)) => Outcome::Failed(format!("the check did not end: {panic}")),
            Err(_) => {
                task.abort();
                Outcome::Failed(format!("no answer within {} s", TIMEOUT.as_secs()))
            }
        };
        CheckResult {
            name: self.name,
            port: self.port,
            sentence: self.sentence,
            outcome,
        }
    }
}

/// Runs the checks: first those that must be alone, in their order, then the others several at once.
pub(super) async fn run(backend: &Backend, checks: Vec<Check>) -> Vec<CheckResult> {
    let places: Vec<&'static str> = checks.iter().map(|check| check.name).collect();
    let (alone, together): (Vec<_>, Vec<_>) = checks.into_iter().partition(|check| check.alone);
    let mut results = Vec::with_capacity(places.len());
    for check in alone {
        results.push(check.run(backend).await);
    }
    let mut running = stream::iter(together)
        .map(|check| check.run(backend))
        .buffer_unordered(AT_ONCE);
    while let Some(result) = running.next().await {
        results.push(result);
    }
    results.sort_by_key(|result| places.iter().position(|name| *name == result.name));
    results
}
