//! The contract of [`IntentLog`](crate::ports::IntentLog).

use super::check::{Check, Port};
use super::lab::Lab;
use super::verdict::{Verdict, ensure, same};
use crate::model::index::Intent;
use crate::model::media::ObjectKey;

pub(super) fn checks() -> Vec<Check> {
    let intents = Port::Intents;
    vec![
        intents.check(
            "intents-begin",
            "Notes that a put or delete of this key begins.",
            begin,
        ),
        intents.check(
            "intents-order",
            "The intents that are not finished, oldest first.",
            order,
        ),
        intents.check(
            "intents-after",
            "`pending`: behind the intent `after`, at most `limit`.",
            after,
        ),
        intents.check("intents-finish", "Forgets an intent.", finish),
        intents.check(
            "intents-finish-unknown",
            "Forgetting an unknown one is a success.",
            finish_unknown,
        ),
        intents.check(
            "intents-race",
            "Numbers grow, and every intent gets one of its own.",
            race,
        ),
        intents.check(
            "intents-sequencer",
            "Takes the next number of the counter: greater than every one before.",
            sequencer,
        ),
        intents.check(
            "intents-sequencer-race",
            "Of many takes at once each gets a number of its own.",
            sequencer_race,
        ),
    ]
}

/// The pending ones among these, in the order of the log.
async fn pending_of(lab: &Lab, mine: &[Intent]) -> Verdict<Vec<Intent>> {
    let first = mine.iter().map(|intent| intent.id).min().unwrap_or(0);
    let found = lab
        .records
        .intents
        .pending(first.checked_sub(1), 10_000)
        .await?;
    Ok(found
        .into_iter()
        .filter(|found| mine.iter().any(|own| own.id == found.id))
        .collect())
}

async fn begin(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let longest = ObjectKey::from_store(format!("{}{}", lab.key(), "/abcdefgh".repeat(110)));
    for (key, owner) in [(lab.key(), Some(user.id)), (longest, None)] {
        let intent = lab.records.intents.begin(&key, owner, lab.now).await?;
        let expected = Intent {
            id: intent.id,
            key,
            owner,
            at: lab.now,
        };
        same!(intent, expected, "the answer");
        same!(
            pending_of(&lab, &[intent]).await?,
            vec![expected],
            "the pending intent"
        );
    }
    Ok(())
}

async fn order(lab: Lab) -> Verdict {
    let key = lab.key();
    let mut mine = Vec::new();
    // Numbers tell the age, not clocks.
    for at in [lab.now, lab.before(60), lab.after(60), lab.now] {
        mine.push(lab.records.intents.begin(&key, None, at).await?);
    }
    same!(pending_of(&lab, &mine).await?, mine, "the pending intents");
    Ok(())
}

async fn after(lab: Lab) -> Verdict {
    let key = lab.key();
    let mut mine = Vec::new();
    for _ in 0..4 {
        mine.push(lab.records.intents.begin(&key, None, lab.now).await?);
    }
    lab.records.intents.finish(mine[1].id).await?;
    let behind = lab
        .records
        .intents
        .pending(Some(mine[1].id), 10_000)
        .await?;
    ensure!(
        behind.iter().all(|intent| intent.id > mine[1].id),
        "an intent behind another has a smaller number"
    );
    let own: Vec<_> = behind
        .into_iter()
        .filter(|intent| intent.key == key)
        .collect();
    same!(own, mine[2..].to_vec(), "the intents behind a finished one");
    let limited = lab
        .records
        .intents
        .pending(mine[0].id.checked_sub(1), 1)
        .await?;
    same!(limited, mine[..1].to_vec(), "one intent");
    let limited = lab.records.intents.pending(None, 2).await?;
    same!(limited.len(), 2, "intents with the limit 2");
    Ok(())
}

async fn finish(lab: Lab) -> Verdict {
    let key = lab.key();
    let one = lab.records.intents.begin(&key, None, lab.now).await?;
    let two = lab.records.intents.begin(&key, None, lab.now).await?;
    lab.records.intents.finish(one.id).await?;
    same!(
        pending_of(&lab, &[one, two.clone()]).await?,
        vec![two],
        "the pending intents"
    );
    Ok(())
}

async fn finish_unknown(lab: Lab) -> Verdict {
    let intent = lab.records.intents.begin(&lab.key(), None, lab.now).await?;
    lab.records.intents.finish(intent.id).await?;
    lab.records.intents.finish(intent.id).await?;
    Ok(())
}

async fn race(lab: Lab) -> Verdict {
    let key = lab.key();
    let results = lab
        .race(20, |lab, _| {
            let key = key.clone();
            async move { lab.records.intents.begin(&key, None, lab.now).await }
        })
        .await?;
    let mut mine = Vec::new();
    for result in results {
        mine.push(result?);
    }
    mine.sort_by_key(|intent| intent.id);
    same!(pending_of(&lab, &mine).await?, mine, "the pending intents");
    Ok(())
}

async fn sequencer(lab: Lab) -> Verdict {
    let mut last = lab.records.intents.next_sequencer().await?;
    for _ in 0..40 {
        let next = lab.records.intents.next_sequencer().await?;
        ensure!(
            next > last,
            "{} came after {}",
            next.as_str(),
            last.as_str()
        );
        last = next;
    }
    Ok(())
}

async fn sequencer_race(lab: Lab) -> Verdict {
    let before = lab.records.intents.next_sequencer().await?;
    let results = lab
        .race(50, |lab, _| async move {
            lab.records.intents.next_sequencer().await
        })
        .await?;
    let mut taken = vec![before];
    for result in results {
        taken.push(result?);
    }
    let after = lab.records.intents.next_sequencer().await?;
    ensure!(
        taken.iter().all(|one| *one < after),
        "a later number is not greater"
    );
    ensure!(
        taken[1..].iter().all(|one| *one > taken[0]),
        "a later number is not greater"
    );
    taken.sort();
    taken.dedup();
    same!(taken.len(), 51, "different numbers of 51");
    Ok(())
}
