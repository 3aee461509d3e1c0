//! Audit logs that are read wrong, or whose chain is none.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Broken, records};
use crate::backend::Backend;
use crate::error::Result;
use crate::model::audit::{AuditHead, AuditQuery, AuditRecord, AuditScope};
use crate::page::Page;
use crate::ports::AuditLog;

pub(super) fn all(working: &Backend) -> Vec<Broken> {
    let broken = |name, caught_by, fault| Broken {
        name,
        caught_by,
        backend: records(working, |records| {
            records.audit = Arc::new(Faulty {
                log: records.audit.clone(),
                fault,
            });
        }),
    };
    vec![
        broken(
            "audit-oldest-first",
            &["audit-order", "audit-pages"],
            Fault::OldestFirst,
        ),
        broken("audit-of-everybody", &["audit-scopes"], Fault::OfEverybody),
        broken(
            "audit-without-a-chain",
            &["audit-chain", "audit-race"],
            Fault::Unchained,
        ),
        broken("audit-head-behind", &["audit-head"], Fault::HeadBehind),
    ]
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    OldestFirst,
    OfEverybody,
    Unchained,
    HeadBehind,
}

#[derive(Debug)]
struct Faulty {
    log: Arc<dyn AuditLog>,
    fault: Fault,
}

#[async_trait]
impl AuditLog for Faulty {
    async fn list(&self, query: &AuditQuery) -> Result<Page<AuditRecord>> {
        let mut query = query.clone();
        if self.fault == Fault::OfEverybody {
            query.scope = AuditScope::All;
        }
        let mut found = self.log.list(&query).await?;
        if self.fault == Fault::OldestFirst {
            found.items.reverse();
        }
        Ok(found)
    }

    async fn chain(&self, after: u64, limit: u32) -> Result<Vec<AuditRecord>> {
        let mut records = self.log.chain(after, limit).await?;
        if self.fault == Fault::Unchained {
            for record in &mut records {
                record.hash = record.digest(&Default::default());
            }
        }
        Ok(records)
    }

    async fn head(&self) -> Result<AuditHead> {
        let mut head = self.log.head().await?;
        if self.fault == Fault::HeadBehind {
            head.number = head.number.saturating_sub(1);
        }
        Ok(head)
    }
}
