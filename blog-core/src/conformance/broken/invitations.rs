//! Invitations that are kept wrong.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Broken, records};
use crate::backend::Backend;
use crate::error::{Error, Result};
use crate::id::InvitationId;
use crate::model::effects::Effects;
use crate::model::invitation::Invitation;
use crate::model::secret::SecretHash;
use crate::page::{Page, PageRequest};
use crate::ports::InvitationStore;
use crate::time::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    NeverOver,
    OldestFirst,
    RevokedTwice,
}

pub(super) fn all(working: &Backend) -> Vec<Broken> {
    let broken = |name, caught_by, fault| Broken {
        name,
        caught_by,
        backend: records(working, |records| {
            let inner = records.invitations.clone();
            records.invitations = Arc::new(Invitations { inner, fault });
        }),
    };
    vec![
        broken(
            "invitations-never-over",
            &["invitations-find"],
            Fault::NeverOver,
        ),
        broken(
            "invitations-oldest-first",
            &["invitations-list"],
            Fault::OldestFirst,
        ),
        broken(
            "invitations-revoked-twice",
            &["invitations-revoke"],
            Fault::RevokedTwice,
        ),
    ]
}

#[derive(Debug)]
struct Invitations {
    inner: Arc<dyn InvitationStore>,
    fault: Fault,
}

#[async_trait]
impl InvitationStore for Invitations {
    async fn create(&self, invitation: Invitation, effects: Effects) -> Result<()> {
        self.inner.create(invitation, effects).await
    }

    async fn find(&self, token: &SecretHash, now: Timestamp) -> Result<Invitation> {
        let now = match self.fault {
            Fault::NeverOver => Timestamp::EPOCH,
            _ => now,
        };
        self.inner.find(token, now).await
    }

    async fn list(&self, page: PageRequest) -> Result<Page<Invitation>> {
        let mut page = self.inner.list(page).await?;
        if self.fault == Fault::OldestFirst {
            page.items.reverse();
        }
        Ok(page)
    }

    async fn revoke(&self, id: InvitationId, effects: Effects) -> Result<()> {
        match self.inner.revoke(id, effects).await {
            Err(Error::NotFound(_)) if self.fault == Fault::RevokedTwice => Ok(()),
            other => other,
        }
    }

    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u64> {
        self.inner.purge(now, limit).await
    }
}
