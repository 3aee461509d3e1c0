//! The contract of [`AuditLog`](crate::ports::AuditLog).

use super::chance::fresh_uuid;
use super::check::{Check, Port};
use super::lab::Lab;
use super::texts;
use super::verdict::{Verdict, ensure, same};
use crate::error::Result;
use crate::id::{AuditId, UserId};
use crate::model::audit::{
    AuditAction, AuditEntry, AuditHash, AuditHead, AuditQuery, AuditRecord, AuditScope,
};
use crate::model::effects::Effects;
use crate::origin::Origin;
use crate::page::{Cursor, PageRequest};
use crate::time::Timestamp;

pub(super) fn checks() -> Vec<Check> {
    let audit = Port::Audit;
    vec![
        audit.check(
            "audit-entries",
            "Each entry of a write's effects becomes one record, in the order of the entries.",
            entries,
        ),
        audit.check(
            "audit-order",
            "The records of a scope, newest first by `at`, then id, greater first.",
            order,
        ),
        audit.check(
            "audit-scopes",
            "The records of a scope and an action, and no others.",
            scopes,
        ),
        audit.check(
            "audit-pages",
            "Pages of records neither repeat nor skip.",
            pages,
        ),
        audit.check(
            "audit-texts",
            "Texts come back byte for byte (subject, detail).",
            texts_return,
        ),
        audit.check(
            "audit-chain",
            "A record's number is one more than that of the record before, and its hash is the digest behind that record's; \
             records with a number greater than `after` come in the order of their numbers, at most `limit`.",
            chain,
        ),
        audit
            .check(
                "audit-head",
                "The head is number and hash of the record that was stored last.",
                head,
            )
            .alone(),
        audit.check(
            "audit-race",
            "Of writes at once, no two records share a number and none is left out.",
            race,
        ),
    ]
}

/// The cursor just before the records of a moment.
fn cursor_at(at: Timestamp) -> Cursor {
    Cursor {
        at,
        id: uuid::Uuid::max(),
    }
}

/// Stores the entries with a write.
async fn store(lab: &Lab, entries: Vec<AuditEntry>) -> Verdict {
    let effects = Effects {
        audit: entries,
        ..lab.fx()
    };
    lab.records.users.create(lab.new_user(), effects).await?;
    Ok(())
}

fn entry(at: Timestamp) -> AuditEntry {
    AuditEntry {
        id: AuditId::from(fresh_uuid()),
        at,
        actor: None,
        origin: Origin::System,
        action: AuditAction::SiteSave,
        subject: String::new(),
        detail: String::new(),
    }
}

/// What records say, wherever in the chain they stand.
pub(super) fn said(records: Vec<AuditRecord>) -> Vec<AuditRecord> {
    let unsealed = |record| AuditRecord {
        number: 0,
        hash: AuditHash::default(),
        ..record
    };
    records.into_iter().map(unsealed).collect()
}

/// What is said by the records that entries become.
pub(super) fn told(entries: &[AuditEntry]) -> Vec<AuditRecord> {
    let record = |entry: &AuditEntry| AuditRecord::behind(&AuditHead::default(), entry.clone());
    said(entries.iter().map(record).collect())
}

async fn listed(lab: &Lab, page: PageRequest) -> Result<Vec<AuditRecord>> {
    let query = AuditQuery::all(page);
    Ok(said(lab.records.audit.list(&query).await?.items))
}

async fn entries(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let mut stored = vec![
        AuditEntry {
            actor: Some(user.id),
            origin: Origin::client([203, 0, 113, 7].into()),
            subject: format!("user:{}", user.id),
            detail: "draft → published".to_owned(),
            ..entry(lab.now)
        },
        AuditEntry {
            origin: Origin::CommandLine,
            ..entry(lab.now)
        },
    ];
    store(&lab, stored.clone()).await?;
    let chain = whole_chain(&lab).await?;
    let mine = |record: &&AuditRecord| stored.iter().any(|entry| entry.id == record.id);
    let mine = chain.iter().filter(mine).cloned().collect();
    same!(said(mine), told(&stored), "the records in their order");
    stored.sort_by_key(|entry| std::cmp::Reverse(entry.id));
    let page = PageRequest::new(Some(cursor_at(lab.now)), 2);
    same!(listed(&lab, page).await?, told(&stored), "the records");
    Ok(())
}

async fn order(lab: Lab) -> Verdict {
    let mut stored = Vec::new();
    for seconds in [2, 1, 2, 0, 1, 2] {
        stored.push(entry(lab.after(seconds)));
    }
    store(&lab, stored.clone()).await?;
    stored.sort_by_key(|entry| std::cmp::Reverse((entry.at, entry.id)));
    let page = PageRequest::new(Some(cursor_at(lab.after(2))), 6);
    same!(listed(&lab, page).await?, told(&stored), "the records");
    Ok(())
}

async fn scopes(lab: Lab) -> Verdict {
    let (one, other) = (lab.user().await?.id, lab.user().await?.id);
    let subject = |user: UserId| format!("user:{user}");
    let mut stored = Vec::new();
    let actions = [AuditAction::UserRole, AuditAction::UserProfile];
    for (number, action) in actions.into_iter().cycle().take(8).enumerate() {
        stored.push(AuditEntry {
            actor: Some(if number < 4 { one } else { other }),
            subject: subject(if number % 4 < 2 { one } else { other }),
            action,
            ..entry(lab.after(number as u64))
        });
    }
    store(&lab, stored.clone()).await?;
    stored.reverse();
    for scope in [
        AuditScope::By(one),
        AuditScope::By(other),
        AuditScope::To(subject(one)),
    ] {
        for action in [None, Some(AuditAction::UserRole)] {
            let mut expected = stored.clone();
            expected.retain(|entry| match &scope {
                AuditScope::All => true,
                AuditScope::By(user) => entry.actor == Some(*user),
                AuditScope::To(subject) => entry.subject == *subject,
            });
            expected.retain(|entry| action.is_none_or(|action| entry.action == action));
            let query = AuditQuery {
                scope: scope.clone(),
                action,
                page: PageRequest::first(PageRequest::MAX),
            };
            let found = lab.records.audit.list(&query).await?;
            same!(said(found.items), told(&expected), "{query:?}");
        }
    }
    let only = AuditQuery {
        scope: AuditScope::All,
        action: Some(AuditAction::UserRole),
        page: PageRequest::new(Some(cursor_at(lab.after(7))), 2),
    };
    let mut expected = stored;
    expected.retain(|entry| entry.action == AuditAction::UserRole);
    expected.truncate(2);
    let found = lab.records.audit.list(&only).await?;
    same!(
        said(found.items),
        told(&expected),
        "one action of everybody"
    );
    Ok(())
}

async fn pages(lab: Lab) -> Verdict {
    let mut stored = Vec::new();
    for number in 0..7 {
        stored.push(entry(lab.after(number / 4)));
    }
    store(&lab, stored.clone()).await?;
    stored.sort_by_key(|entry| std::cmp::Reverse((entry.at, entry.id)));
    for limit in 1..=8 {
        let mut found = Vec::new();
        let mut after = Some(cursor_at(lab.after(1)));
        while found.len() < stored.len() && after.is_some() {
            let query = AuditQuery::all(PageRequest::new(after, limit));
            let page = lab.records.audit.list(&query).await?;
            after = page.next;
            found.extend(page.items);
        }
        found.truncate(stored.len());
        same!(
            said(found),
            told(&stored),
            "the records in pages of {limit}"
        );
    }
    Ok(())
}

async fn texts_return(lab: Lab) -> Verdict {
    let mut stored = Vec::new();
    for line in texts::LINES {
        stored.push(AuditEntry {
            subject: format!("x:{}", line.chars().take(100).collect::<String>()),
            detail: texts::astral(400) + line,
            ..entry(lab.now)
        });
    }
    store(&lab, stored.clone()).await?;
    stored.sort_by_key(|entry| std::cmp::Reverse(entry.id));
    let limit = u16::try_from(stored.len()).unwrap_or(PageRequest::MAX);
    let page = PageRequest::new(Some(cursor_at(lab.now)), limit);
    same!(listed(&lab, page).await?, told(&stored), "the records");
    Ok(())
}

/// All records that are stored by now, read in steps.
async fn whole_chain(lab: &Lab) -> Verdict<Vec<AuditRecord>> {
    let end = lab.records.audit.head().await?.number;
    let mut chain: Vec<AuditRecord> = Vec::new();
    while let after = chain.last().map_or(0, |record| record.number)
        && after < end
    {
        let step = lab.records.audit.chain(after, 50).await?;
        ensure!(!step.is_empty(), "the chain ends at {after} of {end}");
        ensure!(step.len() <= 50, "a step has {} records", step.len());
        chain.extend(step);
    }
    Ok(chain)
}

/// Whether the records are a chain from its beginning.
fn ensure_chained(chain: &[AuditRecord]) -> Verdict {
    let mut head = AuditHead::default();
    for record in chain {
        same!(record.number, head.number + 1, "the next number");
        let number = record.number;
        same!(
            record.hash,
            record.digest(&head.hash),
            "the hash of {number}"
        );
        head = record.head();
    }
    Ok(())
}

async fn chain(lab: Lab) -> Verdict {
    store(&lab, vec![entry(lab.now), entry(lab.before(9))]).await?;
    store(&lab, vec![entry(lab.after(9))]).await?;
    let whole = whole_chain(&lab).await?;
    ensure!(whole.len() >= 3, "only {} records", whole.len());
    ensure_chained(&whole)?;
    let last = whole[whole.len() - 1].number;
    let one = lab.records.audit.chain(last - 2, 1).await?;
    let middle = whole[whole.len() - 2].clone();
    same!(one, vec![middle], "one in the middle");
    Ok(())
}

async fn head(lab: Lab) -> Verdict {
    let last = entry(lab.now);
    store(&lab, vec![entry(lab.after(5)), last.clone()]).await?;
    let head = lab.records.audit.head().await?;
    let record = lab.records.audit.chain(head.number - 1, 2).await?;
    same!(record.len(), 1, "records at the head");
    same!(record[0].id, last.id, "the last record");
    same!(record[0].head(), head, "the head");
    Ok(())
}

async fn race(lab: Lab) -> Verdict {
    let entries: Vec<_> = (0..12).map(|_| entry(lab.now)).collect();
    let stored = lab
        .race(entries.len(), |lab, number| {
            let entry = entries[number].clone();
            async move { store(&lab, vec![entry]).await.is_ok() }
        })
        .await?;
    ensure!(stored.iter().all(|stored| *stored), "a write failed");
    let chain = whole_chain(&lab).await?;
    ensure_chained(&chain)?;
    for entry in &entries {
        let found = chain.iter().filter(|record| record.id == entry.id).count();
        same!(found, 1, "records of one entry");
    }
    Ok(())
}
