//! Adapters that break the contract, each in one way that has happened to somebody: they show that the kit sees it.
//!
//! Each wraps a backend that works and spoils one port of it.

use std::sync::Arc;

use crate::backend::{Backend, Records};

mod audit;
mod autosaves;
mod catalog;
mod comments;
mod discovery;
mod engagement;
mod exports;
mod index;
mod invitations;
mod limits;
mod media;
mod outbox;
mod posts;
mod preview_links;
mod second_factors;
mod sessions;
mod site;
mod tokens;
mod users;

/// A backend that breaks the contract in one way.
#[derive(Debug, Clone)]
pub struct Broken {
    /// What it does wrong, in kebab case.
    pub name: &'static str,
    /// The checks of which at least one must fail on it.
    pub caught_by: &'static [&'static str],
    /// The backend.
    pub backend: Backend,
}

/// Every broken backend, made of one that works.
pub fn all(working: &Backend) -> Vec<Broken> {
    let mut all = Vec::new();
    all.extend(users::all(working));
    all.extend(sessions::all(working));
    all.extend(invitations::all(working));
    all.extend(second_factors::all(working));
    all.extend(tokens::all(working));
    all.extend(posts::all(working));
    all.extend(autosaves::all(working));
    all.extend(preview_links::all(working));
    all.extend(comments::all(working));
    all.extend(discovery::all(working));
    all.extend(engagement::all(working));
    all.extend(exports::all(working));
    all.extend(catalog::all(working));
    all.extend(media::all(working));
    all.extend(site::all(working));
    all.extend(index::all(working));
    all.extend(audit::all(working));
    all.extend(outbox::all(working));
    all.extend(limits::all(working));
    all
}

/// The time between a look and a write that should have been one: a round trip to a server.
async fn round_trip() {
    tokio::time::sleep(std::time::Duration::from_millis(3)).await;
}

/// The working backend with other records.
fn records(working: &Backend, spoil: impl FnOnce(&mut Records)) -> Backend {
    let mut backend = working.clone();
    spoil(&mut backend.records);
    backend
}

/// The working backend with another media store.
fn media(working: &Backend, media: impl crate::ports::MediaStore) -> Backend {
    Backend {
        media: Arc::new(media),
        ..working.clone()
    }
}

/// The working backend with another index.
fn index(working: &Backend, index: impl crate::ports::ObjectIndex) -> Backend {
    Backend {
        index: Arc::new(index),
        ..working.clone()
    }
}
