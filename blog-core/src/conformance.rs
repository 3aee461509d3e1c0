//! The contract of every port as runnable checks, for authors of adapters.
//!
//! Each sentence in the documentation of a port's method that promises something has at least one check with a name,
//! which stores its own data, runs it through the port, and looks at what comes back: also under many calls at once,
//! with texts of every script, at the edges of every limit, and with a clock that steps back.
//!
//! An adapter's test is one line:
//!
//! ```
//! # use blog_core::{Backend, conformance};
//! # async fn test(backend: Backend) {
//! conformance::run(&backend).await.assert_ok();
//! # }
//! ```
//!
//! An adapter of some ports is put into a [`Backend`] beside adapters of the others that are known to work, such as those
//! in memory:
//!
//! ```
//! use std::sync::Arc;
//!
//! use blog_core::ports::MediaStore;
//! use blog_core::{Backend, conformance};
//!
//! /// Holds a new media store to the contract; `known` works.
//! async fn my_media_store_keeps_the_contract(known: Backend, mine: Arc<dyn MediaStore>) {
//!     let backend = Backend { media: mine, ..known };
//!     conformance::run(&backend).await.assert_ok();
//! }
//! ```
//!
//! # What it needs
//! - A Tokio runtime with time; with several threads, races are real ones.
//! - A store that nobody else uses meanwhile, and whose data nobody needs: the kit takes messages out of the outbox and
//!   purges what is older than the year 2000. It may hold data of earlier runs, but on an empty one the kit also sees
//!   that of many first users exactly one is stored.
//!
//! # How checks run
//! Those that look at what the store has one of (the outbox, the site's generation, whatever is purged) run first, one
//! after the other. The others make data of their own with fresh names, and run several at once. A check that panics or
//! takes longer than [`TIMEOUT`] fails, and the others go on.
//!
//! # What it cannot see
//! What takes more than calls of the port stays with the adapter's own tests: that answered writes survive a kill, that
//! damaged bytes and full disks are noticed, that an unreachable store is `Unavailable`, and how many queries a call makes.
//!
//! # Whether it catches anything
//! [`broken`] wraps a backend that works into backends that each break one sentence in a realistic way. The test of an
//! adapter shows with them that the kit sees through it:
//!
//! ```
//! use blog_core::{Backend, conformance};
//!
//! async fn the_kit_catches_broken_adapters(working: &Backend) {
//!     for broken in conformance::broken::all(working) {
//!         let report = conformance::run_only(&broken.backend, broken.caught_by).await;
//!         assert!(report.failures().next().is_some(), "{} was not caught", broken.name);
//!     }
//! }
//! ```

use crate::backend::Backend;

mod audit;
mod autosaves;
pub mod broken;
mod catalog;
mod chance;
mod check;
mod comments;
mod discovery;
mod effects;
mod engagement;
mod exports;
mod health;
mod index;
mod intents;
mod invitations;
mod lab;
mod limits;
mod media;
mod outbox;
mod personal;
mod posts;
mod preview_links;
mod report;
mod second_factors;
mod sessions;
mod site;
mod static_pages;
mod texts;
mod tokens;
mod users;
mod verdict;
mod visibility;

pub use check::{Port, TIMEOUT};
pub use report::{CheckResult, Outcome, Report};

/// Runs every check.
pub async fn run(backend: &Backend) -> Report {
    Report {
        checks: check::run(backend, checks()).await,
    }
}

/// Runs the checks of these names.
///
/// # Panics
/// When there is no check of a name: a test that names one would prove nothing.
pub async fn run_only(backend: &Backend, names: &[&str]) -> Report {
    let all = checks();
    for name in names {
        assert!(
            all.iter().any(|check| check.name == *name),
            "there is no check {name:?}"
        );
    }
    let wanted = all
        .into_iter()
        .filter(|check| names.contains(&check.name))
        .collect();
    Report {
        checks: check::run(backend, wanted).await,
    }
}

/// Every check. The first ones are about a store without users.
fn checks() -> Vec<check::Check> {
    let mut checks = users::checks();
    checks.extend(sessions::checks());
    checks.extend(invitations::checks());
    checks.extend(second_factors::checks());
    checks.extend(tokens::checks());
    checks.extend(posts::checks());
    checks.extend(autosaves::checks());
    checks.extend(preview_links::checks());
    checks.extend(comments::checks());
    checks.extend(exports::checks());
    checks.extend(personal::checks());
    checks.extend(discovery::checks());
    checks.extend(engagement::checks());
    checks.extend(catalog::checks());
    checks.extend(visibility::checks());
    checks.extend(site::checks());
    checks.extend(static_pages::checks());
    checks.extend(effects::checks());
    checks.extend(media::checks());
    checks.extend(index::checks());
    checks.extend(intents::checks());
    checks.extend(audit::checks());
    checks.extend(outbox::checks());
    checks.extend(limits::checks());
    checks.extend(health::checks());
    checks
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::checks;

    #[test]
    fn checks_are_named_once_after_their_port() {
        let mut names = HashSet::new();
        for check in checks() {
            let kebab = check
                .name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b == b'-');
            assert!(kebab, "{} is not kebab case", check.name);
            assert!(
                check.name.starts_with(check.port.as_str()),
                "{} hides its port",
                check.name
            );
            assert!(names.insert(check.name), "{} is there twice", check.name);
        }
        let sentences: HashSet<_> = checks().iter().map(|check| check.sentence).collect();
        assert!(names.len() >= 120, "{} checks", names.len());
        assert!(sentences.len() >= 100, "{} sentences", sentences.len());
    }
}
