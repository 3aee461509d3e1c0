//! Links to posts that are kept wrong.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Broken, records};
use crate::backend::Backend;
use crate::error::{Error, Result};
use crate::id::{PostId, PreviewLinkId};
use crate::model::effects::Effects;
use crate::model::preview_link::{MadeLink, PreviewLink};
use crate::model::secret::SecretHash;
use crate::ports::PreviewLinkStore;
use crate::time::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    NeverExpires,
    ExpiresLate,
    MakerRemembered,
    AnyPost,
    KeptWhenRevoked,
}

pub(super) fn all(working: &Backend) -> Vec<Broken> {
    let faults: [(&str, &[&str], Fault); 5] = [
        (
            "preview-links-never-expire",
            &["preview-links-find-expired"],
            Fault::NeverExpires,
        ),
        (
            "preview-links-expire-a-moment-late",
            &["preview-links-find-expired"],
            Fault::ExpiresLate,
        ),
        (
            "preview-links-with-the-maker-of-then",
            &["preview-links-maker-now"],
            Fault::MakerRemembered,
        ),
        (
            "preview-links-revoked-by-id-alone",
            &["preview-links-revoke-other"],
            Fault::AnyPost,
        ),
        (
            "preview-links-revoked-in-words-only",
            &["preview-links-revoke"],
            Fault::KeptWhenRevoked,
        ),
    ];
    let broken = |(name, caught_by, fault)| Broken {
        name,
        caught_by,
        backend: records(working, |records| {
            let inner = records.preview_links.clone();
            records.preview_links = Arc::new(Links { inner, fault });
        }),
    };
    faults.into_iter().map(broken).collect()
}

#[derive(Debug)]
struct Links {
    inner: Arc<dyn PreviewLinkStore>,
    fault: Fault,
}

#[async_trait]
impl PreviewLinkStore for Links {
    async fn create(&self, link: PreviewLink, effects: Effects) -> Result<()> {
        self.inner.create(link, effects).await
    }

    async fn find(&self, token: &SecretHash, now: Timestamp) -> Result<MadeLink> {
        let asked = match self.fault {
            Fault::NeverExpires => Timestamp::EPOCH,
            Fault::ExpiresLate => now.minus(std::time::Duration::from_micros(1)),
            _ => now,
        };
        let mut found = self.inner.find(token, asked).await?;
        if self.fault == Fault::MakerRemembered {
            found.maker.suspension = None;
        }
        Ok(found)
    }

    async fn of_post(&self, post: PostId, now: Timestamp, limit: u16) -> Result<Vec<MadeLink>> {
        self.inner.of_post(post, now, limit).await
    }

    async fn revoke(&self, post: PostId, id: PreviewLinkId, effects: Effects) -> Result<()> {
        if self.fault == Fault::KeptWhenRevoked {
            return Ok(());
        }
        match self.inner.revoke(post, id, effects).await {
            Err(Error::NotFound(_)) if self.fault == Fault::AnyPost => Ok(()),
            answer => answer,
        }
    }

    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u64> {
        self.inner.purge(now, limit).await
    }
}
