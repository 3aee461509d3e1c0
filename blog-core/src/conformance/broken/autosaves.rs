//! Unsaved texts that are kept wrong.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Broken, records, round_trip};
use crate::backend::Backend;
use crate::error::Result;
use crate::id::{AutosaveId, PostId, UserId};
use crate::model::autosave::{Autosave, FormText};
use crate::ports::AutosaveStore;
use crate::time::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    LastComesWins,
    LookThenWrite,
    Trimmed,
    EveryPost,
    NeverEnds,
}

pub(super) fn all(working: &Backend) -> Vec<Broken> {
    let faults: [(&str, &[&str], Fault); 5] = [
        (
            "autosaves-last-to-come-wins",
            &["autosaves-keep-late"],
            Fault::LastComesWins,
        ),
        (
            "autosaves-look-then-write",
            &["autosaves-keep-race"],
            Fault::LookThenWrite,
        ),
        ("autosaves-trimmed", &["autosaves-texts"], Fault::Trimmed),
        (
            "autosaves-of-every-post",
            &["autosaves-list"],
            Fault::EveryPost,
        ),
        (
            "autosaves-never-end",
            &["autosaves-purge"],
            Fault::NeverEnds,
        ),
    ];
    let broken = |(name, caught_by, fault)| Broken {
        name,
        caught_by,
        backend: records(working, |records| {
            let inner = records.autosaves.clone();
            records.autosaves = Arc::new(Autosaves { inner, fault });
        }),
    };
    faults.into_iter().map(broken).collect()
}

#[derive(Debug)]
struct Autosaves {
    inner: Arc<dyn AutosaveStore>,
    fault: Fault,
}

impl Autosaves {
    async fn replace(&self, autosave: Autosave) -> Result<()> {
        self.inner.forget(autosave.writer, autosave.id).await?;
        self.inner.keep(autosave).await
    }
}

#[async_trait]
impl AutosaveStore for Autosaves {
    async fn keep(&self, mut autosave: Autosave) -> Result<()> {
        match self.fault {
            Fault::LastComesWins => self.replace(autosave).await,
            Fault::LookThenWrite => {
                match self.inner.get(autosave.writer, autosave.id).await {
                    Ok(kept) if kept.step >= autosave.step => return Ok(()),
                    _ => round_trip().await,
                }
                self.replace(autosave).await
            }
            Fault::Trimmed => {
                let fields = autosave.text.fields().iter();
                let trimmed = fields.map(|(name, value)| (name.clone(), value.trim().to_owned()));
                autosave.text = FormText::from_store(trimmed.collect());
                self.inner.keep(autosave).await
            }
            Fault::EveryPost | Fault::NeverEnds => self.inner.keep(autosave).await,
        }
    }

    async fn get(&self, writer: UserId, id: AutosaveId) -> Result<Autosave> {
        self.inner.get(writer, id).await
    }

    async fn list(
        &self,
        writer: UserId,
        post: Option<PostId>,
        limit: u16,
    ) -> Result<Vec<Autosave>> {
        let mut found = self.inner.list(writer, post, limit).await?;
        if self.fault == Fault::EveryPost && post.is_some() {
            found.extend(self.inner.list(writer, None, limit).await?);
        }
        Ok(found)
    }

    async fn forget(&self, writer: UserId, id: AutosaveId) -> Result<()> {
        self.inner.forget(writer, id).await
    }

    async fn purge(&self, before: Timestamp, limit: u32) -> Result<u64> {
        match self.fault {
            Fault::NeverEnds => Ok(0),
            _ => self.inner.purge(before, limit).await,
        }
    }
}
