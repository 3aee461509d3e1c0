//! The contract of [`Outbox`](crate::ports::Outbox). The outbox is one for the whole store, so these checks run alone and
//! take out what lies there from before.

use std::collections::HashSet;
use std::time::Duration;

use super::check::{Check, Port};
use super::lab::{Lab, MICRO};
use super::texts;
use super::verdict::{Verdict, ensure, refused, same};
use crate::error::{Entity, Error};
use crate::id::{MediaId, MessageId};
use crate::model::effects::Effects;
use crate::model::outbox::{OutboxMessage, Task};
use crate::time::Timestamp;

const SECOND: Duration = Duration::from_secs(1);

pub(super) fn checks() -> Vec<Check> {
    let outbox = Port::Outbox;
    vec![
        outbox
            .check(
                "outbox-claim",
                "Claims messages that are available at `now`, and counts the attempt.",
                claim,
            )
            .alone(),
        outbox
            .check(
                "outbox-not-yet",
                "A message is not available before its `available_at`.",
                not_yet,
            )
            .alone(),
        outbox
            .check(
                "outbox-order",
                "Claims oldest first by `available_at`.",
                order,
            )
            .alone(),
        outbox
            .check("outbox-limit", "Claims up to `limit` messages.", limit)
            .alone(),
        outbox
            .check(
                "outbox-lease",
                "No message is handed to two claimers within its lease.",
                lease,
            )
            .alone(),
        outbox
            .check(
                "outbox-lease-race",
                "Of many claimers at once no two get the same message.",
                lease_race,
            )
            .alone(),
        outbox
            .check(
                "outbox-lease-over",
                "A message whose lease ran out is handed out again.",
                lease_over,
            )
            .alone(),
        outbox
            .check(
                "outbox-done",
                "Removes a message that is done; `NotFound(Lease)` when it is gone.",
                done,
            )
            .alone(),
        outbox
            .check(
                "outbox-done-lost",
                "`done`: `NotFound(Lease)` when somebody else claimed it since.",
                done_lost,
            )
            .alone(),
        outbox
            .check(
                "outbox-retry",
                "Gives a message back, to be available again at `retry_at`.",
                retry,
            )
            .alone(),
        outbox
            .check(
                "outbox-retry-lost",
                "`retry`: `NotFound(Lease)` as in `done`.",
                retry_lost,
            )
            .alone(),
        outbox
            .check(
                "outbox-tasks",
                "Texts come back byte for byte (tasks of every kind).",
                tasks,
            )
            .alone(),
    ]
}

/// Removes everything that is available until then.
pub(super) async fn drain(lab: &Lab, until: Timestamp) -> Verdict {
    loop {
        let claimed = lab
            .records
            .outbox
            .claim(until, until.plus(SECOND), 500)
            .await?;
        if claimed.is_empty() {
            return Ok(());
        }
        for message in claimed {
            lab.records
                .outbox
                .done(message.id, message.attempts)
                .await?;
        }
    }
}

/// Stores a message for each of these moments, with one write.
async fn post_at(lab: &Lab, moments: &[Timestamp]) -> Verdict<Vec<OutboxMessage>> {
    let mut effects = lab.fx();
    for at in moments {
        let keys = vec![lab.key().into_string()];
        effects = effects.later(*at, Task::DeleteObjects { keys });
    }
    let messages = effects.outbox.clone();
    lab.records.users.create(lab.new_user(), effects).await?;
    Ok(messages)
}

async fn claim_all(lab: &Lab, now: Timestamp) -> Verdict<Vec<OutboxMessage>> {
    Ok(lab
        .records
        .outbox
        .claim(now, now.plus(SECOND * 60), 100)
        .await?)
}

async fn claim(lab: Lab) -> Verdict {
    let then = lab.long_ago();
    drain(&lab, then).await?;
    let stored = post_at(&lab, &[then.minus(SECOND), then]).await?;
    let expected: Vec<_> = stored
        .into_iter()
        .map(|message| OutboxMessage {
            attempts: 1,
            ..message
        })
        .collect();
    same!(
        claim_all(&lab, then).await?,
        expected,
        "the claimed messages"
    );
    drain(&lab, then.plus(SECOND * 120)).await
}

async fn not_yet(lab: Lab) -> Verdict {
    let then = lab.long_ago();
    drain(&lab, then).await?;
    post_at(&lab, &[then]).await?;
    same!(
        claim_all(&lab, then.minus(MICRO)).await?,
        vec![],
        "claimed before it is available"
    );
    same!(
        claim_all(&lab, then).await?.len(),
        1,
        "claimed when it is available"
    );
    drain(&lab, then.plus(SECOND * 120)).await
}

async fn order(lab: Lab) -> Verdict {
    let then = lab.long_ago();
    drain(&lab, then).await?;
    let moments: Vec<_> = [3_u32, 1, 4, 2, 5].map(|s| then.minus(SECOND * s)).to_vec();
    post_at(&lab, &moments).await?;
    let found: Vec<_> = claim_all(&lab, then)
        .await?
        .iter()
        .map(|m| m.available_at)
        .collect();
    let mut sorted = moments;
    sorted.sort();
    same!(found, sorted, "the moments of the claimed messages");
    drain(&lab, then.plus(SECOND * 120)).await
}

async fn limit(lab: Lab) -> Verdict {
    let then = lab.long_ago();
    drain(&lab, then).await?;
    let moments: Vec<_> = (1..=5).map(|s| then.minus(SECOND * s)).collect();
    post_at(&lab, &moments).await?;
    let mut found = Vec::new();
    for expected in [2, 2, 1, 0] {
        let claimed = lab
            .records
            .outbox
            .claim(then, then.plus(SECOND * 60), 2)
            .await?;
        same!(claimed.len(), expected, "messages claimed with the limit 2");
        found.extend(claimed.into_iter().map(|message| message.available_at));
    }
    let sorted: Vec<_> = moments.into_iter().rev().collect();
    same!(found, sorted, "the moments of the claimed messages");
    drain(&lab, then.plus(SECOND * 120)).await
}

async fn lease(lab: Lab) -> Verdict {
    let then = lab.long_ago();
    drain(&lab, then).await?;
    post_at(&lab, &[then]).await?;
    same!(claim_all(&lab, then).await?.len(), 1, "claimed at first");
    for later in [then, then.plus(SECOND), then.plus(SECOND * 60).minus(MICRO)] {
        same!(
            claim_all(&lab, later).await?,
            vec![],
            "claimed within the lease"
        );
    }
    drain(&lab, then.plus(SECOND * 120)).await
}

async fn lease_race(lab: Lab) -> Verdict {
    let then = lab.long_ago();
    drain(&lab, then).await?;
    let stored = post_at(&lab, &[then; 40]).await?;
    let results = lab
        .race(10, |lab, _| async move {
            let mut mine = Vec::new();
            for _ in 0..6 {
                mine.extend(
                    lab.records
                        .outbox
                        .claim(then, then.plus(SECOND * 60), 7)
                        .await?,
                );
            }
            Ok::<_, Error>(mine)
        })
        .await?;
    let mut claimed = Vec::new();
    for result in results {
        claimed.extend(result?.into_iter().map(|message| message.id));
    }
    let different: HashSet<MessageId> = claimed.iter().copied().collect();
    same!(
        claimed.len(),
        different.len(),
        "messages claimed, against different ones"
    );
    let expected: HashSet<MessageId> = stored.iter().map(|message| message.id).collect();
    ensure!(
        different == expected,
        "{} of 40 messages were claimed",
        different.len()
    );
    drain(&lab, then.plus(SECOND * 120)).await
}

async fn lease_over(lab: Lab) -> Verdict {
    let then = lab.long_ago();
    drain(&lab, then).await?;
    let stored = post_at(&lab, &[then]).await?;
    for attempts in 1..=3 {
        let now = then.plus(SECOND * 61 * (attempts - 1));
        let claimed = claim_all(&lab, now).await?;
        let found: Vec<_> = claimed.iter().map(|m| (m.id, m.attempts)).collect();
        same!(
            found,
            vec![(stored[0].id, attempts)],
            "claimed after the lease ran out"
        );
    }
    drain(&lab, then.plus(SECOND * 600)).await
}

async fn done(lab: Lab) -> Verdict {
    let then = lab.long_ago();
    drain(&lab, then).await?;
    post_at(&lab, &[then.minus(SECOND), then]).await?;
    let claimed = claim_all(&lab, then).await?;
    same!(claimed.len(), 2, "claimed messages");
    lab.records.outbox.done(claimed[0].id, 1).await?;
    refused!(
        lab.records.outbox.done(claimed[0].id, 1).await,
        Error::NotFound(Entity::Lease)
    );
    refused!(
        lab.records.outbox.done(MessageId::generate(), 1).await,
        Error::NotFound(Entity::Lease)
    );
    let again: Vec<_> = claim_all(&lab, then.plus(SECOND * 120))
        .await?
        .iter()
        .map(|m| m.id)
        .collect();
    same!(again, vec![claimed[1].id], "claimed after one was done");
    drain(&lab, then.plus(SECOND * 600)).await
}

async fn done_lost(lab: Lab) -> Verdict {
    let then = lab.long_ago();
    drain(&lab, then).await?;
    post_at(&lab, &[then]).await?;
    let first = claim_all(&lab, then).await?;
    let second = claim_all(&lab, then.plus(SECOND * 61)).await?;
    same!((first.len(), second.len()), (1, 1), "claimed messages");
    refused!(
        lab.records
            .outbox
            .done(first[0].id, first[0].attempts)
            .await,
        Error::NotFound(Entity::Lease)
    );
    lab.records
        .outbox
        .done(second[0].id, second[0].attempts)
        .await?;
    Ok(())
}

async fn retry(lab: Lab) -> Verdict {
    let then = lab.long_ago();
    drain(&lab, then).await?;
    let stored = post_at(&lab, &[then]).await?;
    let claimed = claim_all(&lab, then).await?;
    same!(claimed.len(), 1, "claimed messages");
    // Earlier than the lease's end: giving back ends the lease.
    let retry_at = then.plus(SECOND * 30);
    lab.records.outbox.retry(claimed[0].id, 1, retry_at).await?;
    same!(
        claim_all(&lab, retry_at.minus(MICRO)).await?,
        vec![],
        "claimed before the retry"
    );
    let again = claim_all(&lab, retry_at).await?;
    let expected = OutboxMessage {
        available_at: retry_at,
        attempts: 2,
        ..stored[0].clone()
    };
    same!(again, vec![expected], "claimed at the retry");
    drain(&lab, then.plus(SECOND * 600)).await
}

async fn retry_lost(lab: Lab) -> Verdict {
    let then = lab.long_ago();
    drain(&lab, then).await?;
    post_at(&lab, &[then]).await?;
    let first = claim_all(&lab, then).await?;
    same!(first.len(), 1, "claimed messages");
    let later = then.plus(SECOND * 61);
    let second = claim_all(&lab, later).await?;
    same!(second.len(), 1, "messages claimed after the lease");
    refused!(
        lab.records.outbox.retry(first[0].id, 1, later).await,
        Error::NotFound(Entity::Lease)
    );
    same!(
        claim_all(&lab, later.plus(SECOND)).await?,
        vec![],
        "claimed within the second lease"
    );
    lab.records.outbox.done(first[0].id, 2).await?;
    refused!(
        lab.records.outbox.retry(first[0].id, 2, later).await,
        Error::NotFound(Entity::Lease)
    );
    Ok(())
}

async fn tasks(lab: Lab) -> Verdict {
    let then = lab.long_ago();
    drain(&lab, then).await?;
    let mut effects: Effects = lab.fx().later(
        then,
        Task::SyncMedia {
            media: (0..50).map(|_| MediaId::generate()).collect(),
        },
    );
    for (line, nth) in texts::LINES.iter().zip(1_u32..) {
        let task = Task::Mail {
            to: "somebody@example.org".to_owned(),
            subject: (*line).to_owned(),
            text: texts::paragraphs(),
        };
        effects = effects.later(then.plus(MICRO * nth), task);
    }
    let stored: Vec<_> = effects
        .outbox
        .iter()
        .map(|message| message.task.clone())
        .collect();
    lab.records.users.create(lab.new_user(), effects).await?;
    let found: Vec<_> = claim_all(&lab, then.plus(SECOND))
        .await?
        .into_iter()
        .map(|message| message.task)
        .collect();
    same!(found, stored, "the tasks");
    drain(&lab, then.plus(SECOND * 600)).await
}
