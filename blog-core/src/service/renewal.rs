//! What an older version of the program stored, brought up to what this one makes.
//!
//! Nothing waits for it: until it has come by, an old picture is shown without smaller copies, and an old post or static
//! page as it was rendered. It goes through what is old one by one, with a pause after each, so that readers and writers
//! notice nothing. What is done is marked in the
//! stores, so it goes on where it was when the program ends, and several instances may run it at once.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::worker::report;
use crate::blog::Core;
use crate::error::{Error, Result};
use crate::id::{MediaId, PostId, StaticPageId};
use crate::markdown::{self, RENDERER_VERSION, Rendered};
use crate::model::effects::Effects;
use crate::model::post::{Body, OutdatedPost, RenderedBody};
use crate::model::static_page::{RenderedPage, StaticPage};
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
        let pages = self.static_pages(pause / 10).await;
        posts.and(pages).and(self.pictures(pause).await)
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
        let rendered = RenderedBody::from(self.rendered(post.body).await?);
        let effects = self.effects(post.is_public && rendered.html != post.html);
        let posts = &self.core.records.posts;
        done(
            posts
                .set_rendered(post.id, post.version, rendered, effects)
                .await,
        )
    }

    /// The same for static pages.
    async fn static_pages(&self, pause: Duration) -> Result<()> {
        let mut after: Option<StaticPageId> = None;
        loop {
            let pages = &self.core.records.static_pages;
            let outdated = pages.outdated(RENDERER_VERSION, after, TEXTS).await?;
            let Some(last) = outdated.last() else {
                return Ok(());
            };
            after = Some(last.id);
            for page in outdated {
                report("rendering an old static page", self.static_page(page).await);
                tokio::time::sleep(pause).await;
            }
        }
    }

    async fn static_page(&self, page: StaticPage) -> Result<()> {
        let content = page.content;
        let rendered = RenderedPage::from(self.rendered(content.body).await?);
        let effects = self.effects(content.published && rendered.html != content.html);
        let pages = &self.core.records.static_pages;
        done(
            pages
                .set_rendered(page.id, page.version, rendered, effects)
                .await,
        )
    }

    async fn rendered(&self, body: Body) -> Result<Rendered> {
        let cost = markdown::cost(body.as_str());
        let render = move || {
            markdown::render_post(body.as_str())
                .map_err(|error| Error::invalid("body", refused(error)))
        };
        self.core.rendered(cost, render).await
    }

    fn effects(&self, shows: bool) -> Effects {
        let effects = Effects::at(self.core.now());
        match shows {
            true => effects.invalidating(),
            false => effects,
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

/// What was saved meanwhile was rendered by that, and what is gone needs nothing.
fn done(set: Result<()>) -> Result<()> {
    match set {
        Err(Error::Conflict(_) | Error::NotFound(_)) => Ok(()),
        other => other,
    }
}
