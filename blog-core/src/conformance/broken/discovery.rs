//! Feeds and site maps that tell what they should not, or lose track.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Broken, records, round_trip};
use crate::backend::{Backend, Records};
use crate::error::Result;
use crate::id::UserId;
use crate::model::discovery::{Feed, FeedQuery, MappedAuthor, MappedPart, MappedPost, MappedTag};
use crate::model::user::Role;
use crate::policy::{Actor, Surface, Visibility};
use crate::ports::DiscoveryStore;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    SiteLast,
    AlwaysHtml,
    ScheduledMapped,
    Paged,
    PartsOfToday,
    NoLimit,
}

pub(super) fn all(working: &Backend) -> Vec<Broken> {
    let faults: [(&str, &[&str], Fault); 6] = [
        (
            "discovery-site-read-last",
            &["discovery-feed-site-first"],
            Fault::SiteLast,
        ),
        (
            "discovery-html-of-any-length",
            &["discovery-feed-html"],
            Fault::AlwaysHtml,
        ),
        (
            "discovery-scheduled-mapped",
            &["discovery-hidden"],
            Fault::ScheduledMapped,
        ),
        (
            "discovery-parts-of-what-is-listed",
            &["discovery-part-stays"],
            Fault::Paged,
        ),
        (
            "discovery-parts-always-of-today",
            &["discovery-parts-changed"],
            Fault::PartsOfToday,
        ),
        (
            "discovery-limit-forgotten",
            &["discovery-tags", "discovery-authors"],
            Fault::NoLimit,
        ),
    ];
    let broken = faults.map(|(name, caught_by, fault)| Broken {
        name,
        caught_by,
        backend: records(working, |records| {
            let inner = records.clone();
            records.discovery = Arc::new(Faulty { inner, fault });
        }),
    });
    broken.into()
}

#[derive(Debug)]
struct Faulty {
    inner: Records,
    fault: Fault,
}

impl Faulty {
    fn store(&self) -> &dyn DiscoveryStore {
        &*self.inner.discovery
    }

    /// Everything that is mapped, newest first, cut into parts: a new post moves all others.
    async fn paged(&self, size: u32, visibility: &Visibility) -> Result<Vec<Vec<MappedPost>>> {
        let mut all = Vec::new();
        for MappedPart { number, .. } in self.store().parts(1_000, visibility).await? {
            all.extend(self.store().part(number, 1_000, visibility).await?);
        }
        all.reverse();
        let size = usize::try_from(size.max(1)).unwrap_or(usize::MAX);
        Ok(all.chunks(size).map(<[_]>::to_vec).collect())
    }
}

/// A year later: what is scheduled is out.
fn later(visibility: &Visibility) -> Visibility {
    let actor = Actor::User {
        id: UserId::generate(),
        role: Role::Reader,
        suspended: false,
        verified: true,
        blocked: false,
        must_enrol: false,
    };
    let year = std::time::Duration::from_secs(365 * 86_400);
    Visibility::new(actor, Surface::List, visibility.now().plus(year))
}

#[async_trait]
impl DiscoveryStore for Faulty {
    async fn feed(&self, query: &FeedQuery, visibility: &Visibility) -> Result<Feed> {
        let mut query = query.clone();
        if self.fault == Fault::AlwaysHtml {
            query.max_html = u32::MAX;
        }
        let mut feed = self.store().feed(&query, visibility).await?;
        if self.fault == Fault::SiteLast {
            round_trip().await;
            feed.site = self.inner.posts.site(visibility.now()).await?;
        }
        Ok(feed)
    }

    async fn parts(&self, size: u32, visibility: &Visibility) -> Result<Vec<MappedPart>> {
        match self.fault {
            Fault::Paged => {
                let parts = self.paged(size, visibility).await?;
                let part = |number| MappedPart {
                    number,
                    changed_at: None,
                };
                Ok((0..).take(parts.len()).map(part).collect())
            }
            Fault::PartsOfToday => {
                let mut parts = self.store().parts(size, visibility).await?;
                for part in &mut parts {
                    part.changed_at = Some(visibility.now());
                }
                Ok(parts)
            }
            Fault::ScheduledMapped => self.store().parts(size, &later(visibility)).await,
            _ => self.store().parts(size, visibility).await,
        }
    }

    async fn part(
        &self,
        number: u32,
        size: u32,
        visibility: &Visibility,
    ) -> Result<Vec<MappedPost>> {
        match self.fault {
            Fault::Paged => {
                let mut parts = self.paged(size, visibility).await?;
                let place = usize::try_from(number).unwrap_or(usize::MAX);
                Ok(match place < parts.len() {
                    true => parts.swap_remove(place),
                    false => Vec::new(),
                })
            }
            Fault::ScheduledMapped => self.store().part(number, size, &later(visibility)).await,
            _ => self.store().part(number, size, visibility).await,
        }
    }

    async fn authors(&self, limit: u32, visibility: &Visibility) -> Result<Vec<MappedAuthor>> {
        let limit = match self.fault {
            Fault::NoLimit => u32::MAX,
            _ => limit,
        };
        self.store().authors(limit, visibility).await
    }

    async fn tags(&self, limit: u32, visibility: &Visibility) -> Result<Vec<MappedTag>> {
        let limit = match self.fault {
            Fault::NoLimit => u32::MAX,
            _ => limit,
        };
        self.store().tags(limit, visibility).await
    }
}
