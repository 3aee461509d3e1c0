//! What an older version of the program stored, brought up to what this one makes.
//!
//! Nothing waits for it: until it has come by, an old picture is shown without smaller copies. It goes through what is
//! old one by one, with a pause after each, so that readers and writers notice nothing. What is done is marked in the
//! stores, so it goes on where it was when the program ends, and several instances may run it at once.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::worker::report;
use crate::blog::Core;
use crate::error::Result;
use crate::id::MediaId;
use crate::service::library::Library;

/// Leaves the start to those who wait for it.
const START: Duration = Duration::from_secs(5);
/// After each thing that was done.
const PAUSE: Duration = Duration::from_millis(500);
/// Until it looks again: an older instance beside this one may have stored more, and what failed is tried again.
const AGAIN: Duration = Duration::from_secs(1_800);
/// How many are asked for at once.
const BATCH: u32 = 20;

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
        self.pictures(pause).await
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
