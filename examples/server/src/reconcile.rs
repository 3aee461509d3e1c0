//! `blog-server reconcile` and `index rebuild`: the bucket, its index and the catalog, side by side.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use blog_core::Error;
use blog_core::model::media::QUARANTINE;
use blog_core::ports::clock::SystemClock;
use blog_indexer::quarantine::Quarantine;
use blog_indexer::reconcile::{Class, Reconcile, Request, Step};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::args::{QuarantineCommand, Reconciling};
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
    )
    .with_catalog(backend.records.catalog.clone());
    let mark = asked.resume.map(|path| Mark {
        path,
        of: Of {
            bucket: backend.media.bucket().to_owned(),
            prefix: asked.prefix.clone(),
        },
    });
    // What is moved must have stood for a while, however little the rest has to.
    let settling = match asked.is_quarantining {
        true => asked
            .settling_seconds
            .max(Request::default().settling.as_secs()),
        false => asked.settling_seconds,
    };
    let request = Request {
        prefix: asked.prefix,
        after: mark.as_ref().map(Mark::read).transpose()?.flatten(),
        is_applied: asked.is_applied,
        quarantine: asked.is_quarantining.then_some(Request::QUARANTINE),
        is_scheduled: false,
        settling: Duration::from_secs(settling),
        // Where nothing is young, nothing is on its way.
        pause: match settling {
            0 => Duration::ZERO,
            _ => Request::default().pause,
        },
    };
    let bar = bar();
    let mut failed = None;
    let mut left = BTreeSet::new();
    let mut lost = 0_u64;
    let outcome = reconcile
        .run(&request, &mut |step| {
            if let Step::Drift(drift) = &step
                && !drift.is_repaired
            {
                left.insert(drift.class);
                lost += u64::from(drift.class == Class::Lost);
            }
            let noted = match step {
                Step::Drift(drift) => bar.suspend(|| {
                    let done = match (drift.is_repaired, drift.class) {
                        (false, _) => "",
                        (true, Class::Stray) => ", put into quarantine",
                        (true, _) => ", set right",
                    };
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
    let put_aside = match found.quarantined {
        0 => String::new(),
        count => format!(", {count} put into quarantine"),
    };
    print(&format!(
        "{} compared: {} differ, {} set right{put_aside}, {} left alone as too young or on their way{}.\n",
        found.compared,
        found.drift,
        found.repaired,
        found.passing,
        advice(&left)
    ))?;
    match lost {
        0 => Ok(()),
        lost => Err(Failure::run(format!(
            "objects of the catalog are lost ({lost}): they are in no store of the blog; look for them in quarantine and \
             in backups"
        ))),
    }
}

/// What to do about differences that were left as they are.
fn advice(left: &BTreeSet<Class>) -> String {
    let index = |class: &Class| !matches!(class, Class::Lost | Class::Stray);
    let advices = [
        (
            left.iter().any(index),
            "\"blog-server reconcile --apply\" sets the index right",
        ),
        (
            left.contains(&Class::Stray),
            "\"blog-server reconcile --quarantine\" puts stray objects that are a day old into quarantine",
        ),
    ];
    let advices = advices.iter().filter(|(applies, _)| *applies);
    advices.map(|(_, advice)| format!("; {advice}")).collect()
}

/// `blog-server quarantine`: what was put aside, and back where it was.
pub(crate) async fn quarantine(config: &Config, command: QuarantineCommand) -> Result<(), Failure> {
    log::init(&config.log)?;
    let (_, stores) = start::open(config).await?;
    let backend = &stores.backend;
    let quarantine = Quarantine::new(
        backend.media.clone(),
        backend.index.clone(),
        Arc::new(SystemClock),
    );
    let done = match command {
        QuarantineCommand::List => list(&quarantine).await,
        QuarantineCommand::Restore { key } => restore(&quarantine, &key).await,
    };
    stores.close().await;
    done
}

async fn list(quarantine: &Quarantine) -> Result<(), Failure> {
    let mut after = None;
    loop {
        let page = quarantine.list(after.as_ref(), 1_000).await;
        let page = page.map_err(|error| start::unusable(&error))?;
        for meta in &page.items {
            let key = meta.key.as_str();
            print(&format!(
                "{} {} {}\n",
                meta.modified_at.to_rfc3339(),
                meta.size,
                key.strip_prefix(QUARANTINE).unwrap_or(key)
            ))?;
        }
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
}

async fn restore(quarantine: &Quarantine, key: &str) -> Result<(), Failure> {
    match quarantine.restore(key).await {
        Ok(()) => print(&format!("{key} is back where it was.\n")),
        Err(Error::NotFound(_)) => Err(Failure::run(format!(
            "{key} is not in quarantine; \"blog-server quarantine list\" says what is"
        ))),
        Err(Error::Conflict(_)) => Err(Failure::run(format!(
            "another object has the key {key} now; it stays in quarantine"
        ))),
        Err(error) => Err(start::unusable(&error)),
    }
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

/// What a run compares.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Of {
    bucket: String,
    prefix: String,
}

/// What stands in the file of a run: one that compares something else must not go on there, for it would leave out what
/// comes before.
#[derive(Debug, Deserialize)]
struct Marked {
    of: Of,
    behind: String,
}

/// The file that says how far a run has come, so that another one goes on there.
struct Mark {
    path: PathBuf,
    of: Of,
}

impl Mark {
    fn read(&self) -> Result<Option<String>, Failure> {
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.failed("read", &error)),
        };
        let path = self.path.display();
        let marked: Marked = serde_json::from_str(&text).map_err(|_| {
            Failure::run(format!(
                "{path} is not a file that a run has noted its way in; name another one"
            ))
        })?;
        if marked.of != self.of {
            let Of { bucket, prefix } = marked.of;
            return Err(Failure::run(format!(
                "{path} is of a run over other objects (bucket \"{bucket}\", prefix \"{prefix}\"); name another file, or \
                 delete it to begin anew"
            )));
        }
        Ok(Some(marked.behind))
    }

    /// Whole or not at all, since a kill may come at any time.
    fn write(&self, key: &str) -> Result<(), Failure> {
        let new = self.path.with_extension("new");
        let marked = json!({"of": self.of, "behind": key}).to_string();
        let written = fs::File::create(&new)
            .and_then(|mut file| {
                file.write_all(marked.as_bytes())
                    .and_then(|()| file.sync_all())
            })
            .and_then(|()| fs::rename(&new, &self.path));
        written.map_err(|error| self.failed("written", &error))
    }

    fn remove(&self) -> Result<(), Failure> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(self.failed("removed", &error))
            }
            _ => Ok(()),
        }
    }

    fn failed(&self, what: &str, error: &io::Error) -> Failure {
        Failure::run(format!("{} cannot be {what}: {error}", self.path.display()))
    }
}
