//! The handle that an application holds.

use std::sync::Arc;

use crate::backend::{Backend, Records};
use crate::error::{Error, Result};
use crate::origin::Origin;
use crate::password::PasswordQueue;
use crate::policy::{Actor, Policy, Surface, Visibility};
use crate::ports::clock::SystemClock;
use crate::ports::mailer::NoMail;
use crate::ports::{Clock, Mailer, MediaStore, ObjectIndex};
use crate::service::accounts::Accounts;
use crate::service::addresses::Addresses;
use crate::service::audit::Audit;
use crate::service::desk::Desk;
use crate::service::discovery::Discovery;
use crate::service::discussion::Discussion;
use crate::service::engagement::{Engagement, PendingViews};
use crate::service::export::Exports;
use crate::service::history::History;
use crate::service::invitations::Invitations;
use crate::service::library::Library;
use crate::service::moderation::Moderation;
use crate::service::objects::Objects;
use crate::service::observed::Observed;
use crate::service::people::People;
use crate::service::previews::Previews;
use crate::service::privacy::Privacy;
use crate::service::publishing::Publishing;
use crate::service::reading::Reading;
use crate::service::recovery::Recovery;
use crate::service::second_factors::SecondFactors;
use crate::service::sessions::{PendingTouches, Sessions};
use crate::service::site::{SeenSite, Site};
use crate::service::static_pages::StaticPages;
use crate::service::worker::Worker;
use crate::settings::Settings;
use crate::time::Timestamp;

/// A blog: cheap to clone, shared by all requests. Ask it for a service and tell that what somebody does.
#[derive(Debug, Clone)]
pub struct Blog {
    core: Arc<Core>,
}

/// What the services share.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) records: Records,
    pub(crate) media: Arc<dyn MediaStore>,
    pub(crate) observed: Option<Arc<Observed>>,
    pub(crate) index: Arc<dyn ObjectIndex>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) mailer: Arc<dyn Mailer>,
    pub(crate) policy: Policy,
    pub(crate) settings: Settings,
    pub(crate) passwords: PasswordQueue,
    /// Turns at decoding a picture: decoded, one may take a quarter of a gigabyte.
    pub(crate) pictures: tokio::sync::Semaphore,
    /// Bytes of pictures that may be in memory before they are decoded.
    pub(crate) picture_bytes: Arc<tokio::sync::Semaphore>,
    /// Turns at work on a long text.
    pub(crate) rendering: tokio::sync::Semaphore,
    pub(crate) views: PendingViews,
    pub(crate) touches: PendingTouches,
    pub(crate) seen_site: SeenSite,
    pub(crate) wake: tokio::sync::Notify,
    pub(crate) wake_exports: tokio::sync::Notify,
}

impl Core {
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Does work on a text of so many bytes; for a long one on a thread that may work, a few at a time.
    pub(crate) async fn rendered<T: Send + 'static>(
        &self,
        bytes: usize,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        if bytes <= AT_ONCE {
            return work();
        }
        let turn = self.rendering.acquire().await;
        let done = tokio::task::spawn_blocking(work)
            .await
            .map_err(|panic| Error::backend("the renderer", panic))?;
        drop(turn);
        done
    }

    pub(crate) fn visibility(&self, viewer: &Actor, surface: Surface) -> Visibility {
        Visibility::new(*viewer, surface, self.now())
    }
}

/// Bytes of Markdown that are rendered without leaving the request's thread: well below a millisecond's work.
const AT_ONCE: usize = 8 * 1024;

/// 64 MiB: three pictures of the largest size, or many that are only beginning.
const PICTURE_BYTES: usize = 64 * 1024 * 1024;

/// Runs a mutation in a task of its own: a deadline or a client that leaves abandons the wait, not the work. Whoever
/// reads after its end sees what it changed. The task knows where the mutation comes from.
pub(crate) async fn detached<T: Send + 'static>(
    core: &Arc<Core>,
    work: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    use tracing::Instrument as _;
    let core = core.clone();
    let work = async move {
        let done = work.await;
        // Also after a failure: the write may have been made.
        core.seen_site.wrote(done.is_ok());
        done
    };
    let work = Origin::current().scope(work);
    tokio::spawn(work.in_current_span())
        .await
        .map_err(|panic| Error::backend("the task", panic))?
}

impl Blog {
    /// Begins a blog on a backend.
    pub fn builder(backend: Backend) -> BlogBuilder {
        BlogBuilder {
            backend,
            clock: Arc::new(SystemClock),
            mailer: Arc::new(NoMail),
            settings: Settings::default(),
            events_from_outside: false,
        }
    }

    /// Accounts: registration, the owner's set-up, log-in, profiles.
    pub fn accounts(&self) -> Accounts {
        Accounts::new(self.core.clone())
    }

    /// Passwords after the first: forgotten, set anew, changed.
    pub fn recovery(&self) -> Recovery {
        Recovery::new(self.core.clone())
    }

    /// Second factors: turned on and off, asked for at log-in.
    pub fn second_factors(&self) -> SecondFactors {
        SecondFactors::new(self.core.clone())
    }

    /// Mail addresses: verified, changed, taken back.
    pub fn addresses(&self) -> Addresses {
        Addresses::new(self.core.clone())
    }

    /// Leaving: an account and everything that is its owner's, erased.
    pub fn privacy(&self) -> Privacy {
        Privacy::new(self.core.clone())
    }

    /// Taking along: everything that is of one person, in one archive.
    pub fn exports(&self) -> Exports {
        Exports::new(self.core.clone())
    }

    /// Invitations.
    pub fn invitations(&self) -> Invitations {
        Invitations::new(self.core.clone())
    }

    /// The users, as admins see them.
    pub fn people(&self) -> People {
        People::new(self.core.clone())
    }

    /// The audit log: what was done, by whom.
    pub fn audit(&self) -> Audit {
        Audit::new(self.core.clone())
    }

    /// Sessions: who a cookie belongs to.
    pub fn sessions(&self) -> Sessions {
        Sessions::new(self.core.clone())
    }

    /// Writing: drafts, publication, deletion.
    pub fn publishing(&self) -> Publishing {
        Publishing::new(self.core.clone())
    }

    /// A writer's desk: unsaved text, previews, completion.
    pub fn desk(&self) -> Desk {
        Desk::new(self.core.clone())
    }

    /// Links that show a post before everybody may see it.
    pub fn previews(&self) -> Previews {
        Previews::new(self.core.clone())
    }

    /// What posts were: revisions, what changed between them, and bringing one back.
    pub fn history(&self) -> History {
        History::new(self.core.clone())
    }

    /// Reading: posts, lists, search, feeds.
    pub fn reading(&self) -> Reading {
        Reading::new(self.core.clone())
    }

    /// What programs read of the whole site: feeds and site maps.
    pub fn discovery(&self) -> Discovery {
        Discovery::new(self.core.clone())
    }

    /// Comments.
    pub fn discussion(&self) -> Discussion {
        Discussion::new(self.core.clone())
    }

    /// Comments that somebody should look at.
    pub fn moderation(&self) -> Moderation {
        Moderation::new(self.core.clone())
    }

    /// Likes and views.
    pub fn engagement(&self) -> Engagement {
        Engagement::new(self.core.clone())
    }

    /// Pictures and videos.
    pub fn library(&self) -> Library {
        Library::new(self.core.clone())
    }

    /// What is stored: the index of objects.
    pub fn objects(&self) -> Objects {
        Objects::new(self.core.clone())
    }

    /// The site itself: its name, menu and settings.
    pub fn site(&self) -> Site {
        Site::new(self.core.clone())
    }

    /// Static pages: About, Imprint and their like.
    pub fn static_pages(&self) -> StaticPages {
        StaticPages::new(self.core.clone())
    }

    /// The work in the background; the binary or the host runs it.
    pub fn worker(&self) -> Worker {
        Worker::new(self.core.clone())
    }

    /// What the application decided. Name, description and page size are what pages begin with; what an admin saves
    /// replaces them: see [`Site::now`].
    pub fn settings(&self) -> &Settings {
        &self.core.settings
    }

    /// Who may do what.
    pub fn policy(&self) -> &Policy {
        &self.core.policy
    }

    /// The current time by the blog's clock.
    pub fn now(&self) -> Timestamp {
        self.core.now()
    }

    /// Whether the records answer.
    ///
    /// # Errors
    /// `Unavailable` when they do not.
    pub async fn ping(&self) -> Result<()> {
        self.core.records.health.ping().await
    }

    /// The index of objects, for lists and reports.
    pub fn index(&self) -> &Arc<dyn ObjectIndex> {
        &self.core.index
    }
}

/// Makes a [`Blog`].
#[derive(Debug)]
pub struct BlogBuilder {
    backend: Backend,
    clock: Arc<dyn Clock>,
    mailer: Arc<dyn Mailer>,
    settings: Settings,
    events_from_outside: bool,
}

impl BlogBuilder {
    /// With these settings.
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// With this name.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.settings.title = title.into();
        self
    }

    /// With another clock; tests use a [`ManualClock`](crate::ports::clock::ManualClock).
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// With a way to send mail; without, mails are dropped.
    pub fn mailer(mut self, mailer: Arc<dyn Mailer>) -> Self {
        self.mailer = mailer;
        self
    }

    /// The index is fed by events from the bucket, not by this process.
    pub fn events_from_outside(mut self) -> Self {
        self.events_from_outside = true;
        self
    }

    /// Makes the blog.
    ///
    /// # Errors
    /// `Backend` when the password hasher cannot be set up.
    pub fn build(self) -> Result<Blog> {
        let Backend {
            records,
            media,
            index,
        } = self.backend;
        let observed = (!self.events_from_outside).then(|| {
            Arc::new(Observed::new(
                media.clone(),
                index.clone(),
                records.intents.clone(),
                self.clock.clone(),
            ))
        });
        let media = match &observed {
            Some(observed) => observed.clone() as Arc<dyn MediaStore>,
            None => media,
        };
        Ok(Blog {
            core: Arc::new(Core {
                policy: Policy {
                    require_verified_email: self.settings.require_verified_email,
                    registration: self.settings.registration,
                },
                records,
                media,
                observed,
                index,
                clock: self.clock,
                mailer: self.mailer,
                settings: self.settings,
                passwords: PasswordQueue::new()?,
                pictures: tokio::sync::Semaphore::new(1),
                picture_bytes: Arc::new(tokio::sync::Semaphore::new(PICTURE_BYTES)),
                rendering: tokio::sync::Semaphore::new(2),
                views: PendingViews::default(),
                touches: PendingTouches::default(),
                seen_site: SeenSite::default(),
                wake: tokio::sync::Notify::new(),
                wake_exports: tokio::sync::Notify::new(),
            }),
        })
    }
}
