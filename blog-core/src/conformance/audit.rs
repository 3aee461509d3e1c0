//! The contract of [`AuditLog`](crate::ports::AuditLog).

use super::chance::fresh_uuid;
use super::check::{Check, Port};
use super::lab::Lab;
use super::texts;
use super::verdict::{Verdict, same};
use crate::id::AuditId;
use crate::model::audit::AuditEntry;
use crate::model::effects::Effects;
use crate::page::{Cursor, PageRequest};
use crate::time::Timestamp;

pub(super) fn checks() -> Vec<Check> {
    let audit = Port::Audit;
    vec![
        audit.check(
            "audit-entries",
            "The entries of a write are stored as they are.",
            entries,
        ),
        audit.check(
            "audit-order",
            "Entries, newest first by `at`, then id, greater first.",
            order,
        ),
        audit.check(
            "audit-pages",
            "Pages of entries neither repeat nor skip.",
            pages,
        ),
        audit.check(
            "audit-texts",
            "Texts come back byte for byte (action, subject, detail).",
            texts_return,
        ),
    ]
}

/// The cursor just before the entries of a moment.
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
        action: "check.run".to_owned(),
        subject: String::new(),
        detail: String::new(),
    }
}

async fn entries(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let mut stored = vec![
        AuditEntry {
            actor: Some(user.id),
            subject: format!("user:{}", user.id),
            detail: "draft → published".to_owned(),
            ..entry(lab.now)
        },
        entry(lab.now),
    ];
    store(&lab, stored.clone()).await?;
    stored.sort_by_key(|entry| std::cmp::Reverse(entry.id));
    let page = PageRequest::new(Some(cursor_at(lab.now)), 2);
    same!(
        lab.records.audit.list(page).await?.items,
        stored,
        "the entries"
    );
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
    same!(
        lab.records.audit.list(page).await?.items,
        stored,
        "the entries"
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
            let page = lab
                .records
                .audit
                .list(PageRequest::new(after, limit))
                .await?;
            after = page.next;
            found.extend(page.items);
        }
        found.truncate(stored.len());
        same!(found, stored, "the entries in pages of {limit}");
    }
    Ok(())
}

async fn texts_return(lab: Lab) -> Verdict {
    let mut stored = Vec::new();
    for line in texts::LINES {
        stored.push(AuditEntry {
            action: (*line).to_owned(),
            subject: format!("x:{line}"),
            detail: texts::astral(400) + line,
            ..entry(lab.now)
        });
    }
    store(&lab, stored.clone()).await?;
    stored.sort_by_key(|entry| std::cmp::Reverse(entry.id));
    let limit = u16::try_from(stored.len()).unwrap_or(PageRequest::MAX);
    let page = PageRequest::new(Some(cursor_at(lab.now)), limit);
    same!(
        lab.records.audit.list(page).await?.items,
        stored,
        "the entries"
    );
    Ok(())
}
