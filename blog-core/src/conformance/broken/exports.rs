//! Exports that are kept wrong.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Broken, records};
use crate::backend::Backend;
use crate::error::{Error, Result};
use crate::id::{AutosaveId, InvitationId, PreviewLinkId};
use crate::id::{CommentId, ExportId, PostId, UserId};
use crate::model::autosave::Autosave;
use crate::model::effects::Effects;
use crate::model::export::{
    Archive, ClaimedExport, Export, NewExport, OwnComment, OwnLike, OwnReport,
};
use crate::model::invitation::Invitation;
use crate::model::preview_link::PreviewLink;
use crate::ports::{ExportStore, PersonalData};
use crate::time::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    LeaseEndsLate,
    LostLeaseIsNoMatter,
    ExpiresLate,
    NoteForgetsLease,
}

pub(super) fn all(working: &Backend) -> Vec<Broken> {
    let faults: [(&str, &[&str], Fault); 4] = [
        (
            "exports-leased-a-moment-too-long",
            &["exports-claim-lease"],
            Fault::LeaseEndsLate,
        ),
        (
            "exports-finished-by-whoever-comes-late",
            &["exports-finish-lost", "exports-note-lost"],
            Fault::LostLeaseIsNoMatter,
        ),
        (
            "exports-expire-a-moment-late",
            &["exports-expired"],
            Fault::ExpiresLate,
        ),
        (
            "exports-noted-without-the-lease",
            &["exports-note-lengthens"],
            Fault::NoteForgetsLease,
        ),
    ];
    let broken = |(name, caught_by, fault)| Broken {
        name,
        caught_by,
        backend: records(working, |records| {
            let inner = records.exports.clone();
            records.exports = Arc::new(Exports { inner, fault });
        }),
    };
    let mut all: Vec<Broken> = faults.into_iter().map(broken).collect();
    all.push(Broken {
        name: "personal-lists-without-the-last",
        caught_by: &["personal-comments", "personal-likes"],
        backend: records(working, |records| {
            let inner = records.personal.clone();
            records.personal = Arc::new(Personal { inner });
        }),
    });
    all
}

#[derive(Debug)]
struct Exports {
    inner: Arc<dyn ExportStore>,
    fault: Fault,
}

fn a_moment() -> std::time::Duration {
    std::time::Duration::from_micros(1)
}

#[async_trait]
impl ExportStore for Exports {
    async fn ask(&self, export: NewExport, effects: Effects) -> Result<()> {
        self.inner.ask(export, effects).await
    }

    async fn of(&self, owner: UserId) -> Result<Option<Export>> {
        self.inner.of(owner).await
    }

    async fn claim(&self, now: Timestamp, lease_until: Timestamp) -> Result<Option<ClaimedExport>> {
        let lease_until = match self.fault {
            Fault::LeaseEndsLate => lease_until.plus(a_moment()),
            _ => lease_until,
        };
        self.inner.claim(now, lease_until).await
    }

    async fn note(
        &self,
        id: ExportId,
        attempt: u32,
        done: u64,
        total: u64,
        lease_until: Timestamp,
    ) -> Result<()> {
        let lease_until = match self.fault {
            Fault::NoteForgetsLease => Timestamp::EPOCH,
            _ => lease_until,
        };
        match self.inner.note(id, attempt, done, total, lease_until).await {
            Err(Error::NotFound(_)) if self.fault == Fault::LostLeaseIsNoMatter => Ok(()),
            answer => answer,
        }
    }

    async fn finish(
        &self,
        id: ExportId,
        attempt: u32,
        archive: Archive,
        effects: Effects,
    ) -> Result<()> {
        match self.inner.finish(id, attempt, archive, effects).await {
            Err(Error::NotFound(_)) if self.fault == Fault::LostLeaseIsNoMatter => Ok(()),
            answer => answer,
        }
    }

    async fn expired(&self, now: Timestamp, limit: u32) -> Result<Vec<Export>> {
        let now = match self.fault {
            Fault::ExpiresLate => now.minus(a_moment()),
            _ => now,
        };
        self.inner.expired(now, limit).await
    }

    async fn forget(&self, id: ExportId, effects: Effects) -> Result<()> {
        self.inner.forget(id, effects).await
    }
}

/// Takes the last row of a page for the mark that there are more.
#[derive(Debug)]
struct Personal {
    inner: Arc<dyn PersonalData>,
}

fn without_last<T>(mut rows: Vec<T>) -> Vec<T> {
    rows.pop();
    rows
}

#[async_trait]
impl PersonalData for Personal {
    async fn comments(
        &self,
        author: UserId,
        after: Option<CommentId>,
        limit: u16,
    ) -> Result<Vec<OwnComment>> {
        let rows = self.inner.comments(author, after, limit).await?;
        Ok(without_last(rows))
    }

    async fn likes(
        &self,
        liker: UserId,
        after: Option<PostId>,
        limit: u16,
    ) -> Result<Vec<OwnLike>> {
        let rows = self.inner.likes(liker, after, limit).await?;
        Ok(without_last(rows))
    }

    async fn reports(
        &self,
        reporter: UserId,
        after: Option<CommentId>,
        limit: u16,
    ) -> Result<Vec<OwnReport>> {
        self.inner.reports(reporter, after, limit).await
    }

    async fn autosaves(
        &self,
        writer: UserId,
        after: Option<AutosaveId>,
        limit: u16,
    ) -> Result<Vec<Autosave>> {
        self.inner.autosaves(writer, after, limit).await
    }

    async fn preview_links(
        &self,
        maker: UserId,
        after: Option<PreviewLinkId>,
        limit: u16,
    ) -> Result<Vec<PreviewLink>> {
        self.inner.preview_links(maker, after, limit).await
    }

    async fn invitations(
        &self,
        maker: UserId,
        after: Option<InvitationId>,
        limit: u16,
    ) -> Result<Vec<Invitation>> {
        self.inner.invitations(maker, after, limit).await
    }
}
