//! The audit log: read by admins, walked along and exported from the command line.

use std::sync::Arc;

use crate::blog::Core;
use crate::error::Result;
use crate::id::UserId;
use crate::model::audit::{AuditBreak, AuditHead, AuditQuery, AuditRecord, AuditWalk};
use crate::model::user::UserRef;
use crate::page::Page;
use crate::policy::{Action, Actor};

/// Records that are read at once on a walk.
const STEP: u32 = 500;

/// The audit log.
#[derive(Debug, Clone)]
pub struct Audit {
    core: Arc<Core>,
}

/// What a walk along the whole log came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditReport {
    /// Where the log ends: to be noted elsewhere.
    pub head: AuditHead,
    /// What is wrong, at most [`AuditWalk::MOST`]; empty for a log that is as it was written.
    pub breaks: Vec<AuditBreak>,
}

impl Audit {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// A page of the log, and those who are named there: who did something, and to whom. Two queries.
    ///
    /// # Errors
    /// `Denied`.
    pub async fn list(
        &self,
        actor: &Actor,
        query: &AuditQuery,
    ) -> Result<(Page<AuditRecord>, Vec<UserRef>)> {
        self.core.policy.check(actor, Action::ReadAudit)?;
        let records = self.core.records.audit.list(query).await?;
        let subject = |record: &AuditRecord| record.subject.strip_prefix("user:")?.parse().ok();
        let mut named: Vec<UserId> = records
            .items
            .iter()
            .flat_map(|record| [record.actor, subject(record)])
            .flatten()
            .collect();
        named.sort_unstable();
        named.dedup();
        let users = match named.is_empty() {
            true => Vec::new(),
            false => self.core.records.users.refs(&named).await?,
        };
        Ok((records, users))
    }

    /// Walks along the whole log and says where it is not as it was written. With a head that was noted before, also whether
    /// the log still goes through it.
    ///
    /// # Errors
    /// Of the store.
    pub async fn verify(&self, noted: Option<AuditHead>) -> Result<AuditReport> {
        let audit = &self.core.records.audit;
        let mut walk = AuditWalk::default();
        // Read before the records, so that what is written meanwhile stands behind it.
        let head = audit.head().await?;
        while walk.head().number < head.number {
            let records = audit.chain(walk.head().number, STEP).await?;
            if records.is_empty() {
                break;
            }
            for record in records
                .iter()
                .take_while(|record| record.number <= head.number)
            {
                walk.step(record);
                if let Some(noted) = &noted {
                    walk.compare(noted, record);
                }
            }
            if records.iter().any(|record| record.number > head.number) {
                break;
            }
        }
        Ok(AuditReport {
            head,
            breaks: walk.finish(head, noted),
        })
    }

    /// Hands every record over, in the order of the chain.
    ///
    /// # Errors
    /// Of the store, and what `take` answers.
    pub async fn export<E: From<crate::Error>>(
        &self,
        mut take: impl FnMut(&AuditRecord) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let mut after = 0;
        loop {
            let records = self.core.records.audit.chain(after, STEP).await?;
            for record in &records {
                take(record)?;
                after = record.number;
            }
            if records.len() < STEP as usize {
                return Ok(());
            }
        }
    }
}
