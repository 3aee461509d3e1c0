//! What an older version of the program stored, brought up to what this one makes.
//!
//! Nothing waits for it: until it has come by, an old picture is shown without smaller copies, and an old post as it was rendered. It goes through what is
//! old one by one, with a pause after each, so that readers and writers notice nothing. What is done is marked in the
//! stores, so it goes on where it was when the program ends, and several instances may run it at once.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::worker::report;
use crate::blog::Core;
use crate::error::{Error, Result};
use crate::id::{MediaId, PostId};
use crate::markdown::{self, RENDERER_VERSION};
use crate::model::effects::Effects;
use crate::model::post::{OutdatedPost, RenderedBody};
use crate::service::library::Library;
use crate::service::publishing::refused;

/// Leaves the start to those who wait for it.
const START: Duration = Duration::from_secs(5);
/// After each thing that was done.
const PAUSE: Duration = Duration::from_millis(500);
/// Until it looks again: an older instance beside this one may have stored more, and what failed is tried again.
const AGAIN: Duration = Duration::from_secs(1_800);
/// How many are asked for at once.
const BATCH: u32 = 20;
/// The same of whole texts, which may be large.
const TEXTS: u16 = 4;

/// The renewal of what is old.
#[derive(Debug)]
pub(crate) struct Renewal {
    core: Arc<Core>,
}

impl Renewal {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// Runs until cancelled.
    pub(crate) async fn run(self, cancel: CancellationToken) {
        let work = async {
            tokio::time::sleep(START).await;
            loop {
                report("renewing what is old", self.all(PAUSE).await);
                tokio::time::sleep(AGAIN).await;
            }
        };
        // What is under way is left: the stores say that it is not done.
        tokio::select! {
            () = cancel.cancelled() => {}
            () = work => {}
        }
    }

    /// Goes through everything once. What fails is logged, and left to the next time.
    pub(crate) async fn all(&self, pause: Duration) -> Result<()> {
        let posts = self.posts(pause / 10).await;
        posts.and(self.pictures(pause).await)
    }

    /// Renders posts whose HTML an older renderer made. Nothing of the post changes but its looks.
    async fn posts(&self, pause: Duration) -> Result<()> {
        let mut after: Option<PostId> = None;
        loop {
            let posts = &self.core.records.posts;
            let outdated = posts.outdated(RENDERER_VERSION, after, TEXTS).await?;
            let Some(last) = outdated.last() else {
                return Ok(());
            };
            after = Some(last.id);
            for post in outdated {
                report("rendering an old post", self.post(post).await);
                tokio::time::sleep(pause).await;
            }
        }
    }

    async fn post(&self, post: OutdatedPost) -> Result<()> {
        let (cost, body) = (markdown::cost(post.body.as_str()), post.body);
        let render = move || {
            markdown::render_post(body.as_str())
                .map_err(|error| Error::invalid("body", refused(error)))
        };
        let rendered = RenderedBody::from(self.core.rendered(cost, render).await?);
        let mut effects = Effects::at(self.core.now());
        if post.is_public && rendered.html != post.html {
            effects = effects.invalidating();
        }
        let posts = &self.core.records.posts;
        let set = posts.set_rendered(post.id, post.version, rendered, effects);
        match set.await {
            // Somebody saved it, and so rendered it, or it is gone.
            Err(Error::Conflict(_) | Error::NotFound(_)) => Ok(()),
            other => other,
        }
    }

    /// Makes the smaller copies of pictures that were stored without.
    async fn pictures(&self, pause: Duration) -> Result<()> {
        let library = Library::new(self.core.clone());
        let mut after: Option<MediaId> = None;
        loop {
            let catalog = &self.core.records.catalog;
            let items = catalog.without_copies(after, BATCH).await?;
            let Some(last) = items.last() else {
                return Ok(());
            };
            after = Some(last.id);
            for item in items {
                report("making a picture's copies", library.make_copies(item).await);
                tokio::time::sleep(pause).await;
            }
        }
    }
}
