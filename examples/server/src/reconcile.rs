//! `blog-server reconcile` and `index rebuild`: the bucket and its index, side by side.

use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use blog_core::ports::clock::SystemClock;
use blog_indexer::reconcile::{Reconcile, Request, Step};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::args::Reconciling;
use crate::config::Config;
use crate::failure::Failure;
use crate::{log, print, start};

/// Compares, prints each difference that lasts, and what it came to.
pub(crate) async fn run(config: &Config, asked: Reconciling) -> Result<(), Failure> {
    log::init(&config.log)?;
    let (_, stores) = start::open(config).await?;
    let backend = &stores.backend;
    let reconcile = Reconcile::new(
        backend.media.clone(),
        backend.index.clone(),
        Arc::new(SystemClock),
    );
    let mark = asked.resume.map(Mark);
    let request = Request {
        prefix: asked.prefix,
        after: mark.as_ref().map(Mark::read).transpose()?.flatten(),
        is_applied: asked.is_applied,
        settling: Duration::from_secs(asked.settling_seconds),
        // Where nothing is young, nothing is on its way.
        pause: match asked.settling_seconds {
            0 => Duration::ZERO,
            _ => Request::default().pause,
        },
    };
    let bar = bar();
    let mut failed = None;
    let outcome = reconcile
        .run(&request, &mut |step| {
            let noted = match step {
                Step::Drift(drift) => bar.suspend(|| {
                    let done = if drift.is_repaired { ", set right" } else { "" };
                    print(&format!("{} {}{done}\n", drift.class, drift.key))
                }),
                Step::Behind { key, compared } => {
                    bar.set_message(format!("{compared} compared, behind {key}"));
                    mark.as_ref().map_or(Ok(()), |mark| mark.write(key))
                }
            };
            if let Err(error) = noted {
                failed.get_or_insert(error);
            }
        })
        .await;
    bar.finish_and_clear();
    let found = outcome.map_err(|error| start::unusable(&error))?;
    if let Some(error) = failed {
        return Err(error);
    }
    if let Some(mark) = &mark {
        mark.remove()?;
    }
    stores.close().await;
    let advice = match found.drift - found.repaired {
        0 => "",
        _ => "; \"blog-server reconcile --apply\" sets the index right",
    };
    print(&format!(
        "{} compared: {} differ, {} set right, {} left alone as too young or on their way{advice}.\n",
        found.compared, found.drift, found.repaired, found.passing
    ))
}

/// A spinner at a terminal; nothing elsewhere.
fn bar() -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
        bar.set_style(style);
    }
    bar
}

/// The file that says how far a run has come, so that another one goes on there.
struct Mark(PathBuf);

impl Mark {
    fn read(&self) -> Result<Option<String>, Failure> {
        match fs::read_to_string(&self.0) {
            Ok(key) => Ok(Some(key)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed("read", &error)),
        }
    }

    /// Whole or not at all, since a kill may come at any time.
    fn write(&self, key: &str) -> Result<(), Failure> {
        let new = self.0.with_extension("new");
        let written = fs::File::create(&new)
            .and_then(|mut file| {
                file.write_all(key.as_bytes())
                    .and_then(|()| file.sync_all())
            })
            .and_then(|()| fs::rename(&new, &self.0));
        written.map_err(|error| self.failed("written", &error))
    }

    fn remove(&self) -> Result<(), Failure> {
        match fs::remove_file(&self.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(self.failed("removed", &error))
            }
            _ => Ok(()),
        }
    }

    fn failed(&self, what: &str, error: &io::Error) -> Failure {
        let path: &Path = &self.0;
        Failure::run(format!("{} cannot be {what}: {error}", path.display()))
    }
}
