//! The contract of [`ObjectIndex`](crate::ports::ObjectIndex).

use std::time::Duration;

use crate::conformance::chance::{Dice, fresh_word};
use crate::conformance::check::{Check, Port};
use crate::conformance::lab::{Lab, MICRO};
use crate::conformance::verdict::{Failure, Verdict, ensure, same};
use crate::id::UserId;
use crate::model::index::{
    Applied, IndexItem, ObjectChange, ObjectEvent, ObjectState, Sequencer, TOMBSTONE_DAYS,
};
use crate::page::PageRequest;
use crate::time::Timestamp;

mod lists;
mod reports;

pub(super) fn checks() -> Vec<Check> {
    let index = Port::Index;
    let mut checks = vec![
        index.check("index-purge", "Deletes tombstones that expired before `now`, at most `limit`; returns how many.", purge).alone(),
        index.check("index-apply", "Applies an event: the row is as the event says.", apply),
        index.check("index-repeated", "If the row's sequencer is not smaller, the answer is `Stale`: an event that was applied changes nothing again.", repeated),
        index.check("index-stale", "An event with a smaller sequencer than the row's is `Stale`.", stale),
        index.check("index-tombstone", "A removal leaves a tombstone for 90 days after the event.", tombstone),
        index.check("index-tombstone-unheard", "A removal of an object that was never heard of leaves a tombstone.", tombstone_unheard),
        index.check("index-no-revival", "The row remembers a removal, so that late events do not revive it.", no_revival),
        index.check("index-restored", "A creation after a removal makes the object present again.", restored),
        index.check("index-sequencer-forms", "Sequencers of different lengths and cases are compared as padded upper-case digits.", sequencer_forms),
        index.check("index-first-seen", "`first_seen` is the least time of all events seen, stale ones too.", first_seen),
        index.check("index-unknown-facts", "Facts that an event does not know (content type, owner) stay as they are.", unknown_facts),
        index.check("index-converges", "Whatever the order and the repetition of a key's events, the row ends as the event with the greatest sequencer says.", converges),
        index.check("index-race", "Events of one key applied at once leave the row as the greatest sequencer says.", race),
        index.check("index-get", "The row of an object, tombstones too; `None` when it was never heard of.", get),
        index.check("index-get-many", "The rows of these keys, in their order, each as `get` finds it; at most 100 keys are asked for at once.", get_many),
    ];
    checks.extend(lists::checks());
    checks.extend(reports::checks());
    checks
}

/// A creation in a bucket of its own.
fn created(lab: &Lab, bucket: &str, key: &str, counter: u64) -> ObjectEvent {
    ObjectEvent {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        version: None,
        change: ObjectChange::Created {
            size: 100 + counter,
            etag: format!("etag-{counter}"),
            content_type: Some(format!("type/{counter}")),
            owner: None,
        },
        sequencer: Sequencer::from_counter(counter),
        at: lab.after(counter),
    }
}

fn removed(lab: &Lab, bucket: &str, key: &str, counter: u64) -> ObjectEvent {
    ObjectEvent {
        change: ObjectChange::Removed,
        ..created(lab, bucket, key, counter)
    }
}

fn owned(event: ObjectEvent, by: Option<UserId>) -> ObjectEvent {
    let ObjectChange::Created {
        size,
        etag,
        content_type,
        ..
    } = event.change
    else {
        return event;
    };
    ObjectEvent {
        change: ObjectChange::Created {
            size,
            etag,
            content_type,
            owner: by,
        },
        ..event
    }
}

/// The row that a first event leaves; for a removal, without the facts of the object.
fn row(event: &ObjectEvent) -> IndexItem {
    let (size, etag, content_type, owner, state) = match event.change.clone() {
        ObjectChange::Created {
            size,
            etag,
            content_type,
            owner,
        } => (size, etag, content_type, owner, ObjectState::Present),
        ObjectChange::Removed => (0, String::new(), None, None, tomb(event.at)),
    };
    IndexItem {
        bucket: event.bucket.clone(),
        key: event.key.clone(),
        version: event.version.clone(),
        size,
        etag,
        content_type,
        owner,
        first_seen: event.at,
        last_seen: event.at,
        sequencer: event.sequencer.clone(),
        state,
    }
}

fn tomb(at: Timestamp) -> ObjectState {
    ObjectState::Tombstone {
        expires_at: at.plus(Duration::from_secs(TOMBSTONE_DAYS * 86_400)),
    }
}

async fn stored(lab: &Lab, bucket: &str, key: &str) -> Verdict<IndexItem> {
    match lab.index.get(bucket, key).await? {
        Some(item) => Ok(item),
        None => Err(Failure::new(format!("{bucket}/{key} is not in the index"))),
    }
}

async fn purge(lab: Lab) -> Verdict {
    let then = lab.long_ago();
    while lab.index.purge(then, 1_000).await? > 0 {}
    let bucket = fresh_word();
    let kept_for = Duration::from_secs(TOMBSTONE_DAYS * 86_400);
    let dead = then.minus(kept_for).minus(MICRO);
    for (key, at) in [
        ("a", dead),
        ("b", dead),
        ("c", dead),
        ("young", dead.plus(MICRO * 2)),
    ] {
        let event = ObjectEvent {
            at,
            ..removed(&lab, &bucket, key, 1)
        };
        lab.index.apply(&event).await?;
    }
    let present = ObjectEvent {
        at: dead,
        ..created(&lab, &bucket, "present", 1)
    };
    lab.index.apply(&present).await?;
    same!(
        lab.index.purge(then, 2).await?,
        2,
        "deleted with the limit 2"
    );
    same!(
        lab.index.purge(then, 1_000).await?,
        1,
        "deleted of the rest"
    );
    same!(lab.index.purge(then, 1_000).await?, 0, "deleted of nothing");
    for key in ["a", "b", "c"] {
        same!(lab.index.get(&bucket, key).await?, None, "a purged row");
    }
    for key in ["young", "present"] {
        stored(&lab, &bucket, key).await?;
    }
    lab.index.purge(then.plus(MICRO * 2), 1_000).await?;
    Ok(())
}

async fn apply(lab: Lab) -> Verdict {
    let bucket = fresh_word();
    let user = lab.user().await?;
    let event = ObjectEvent {
        version: Some("3/L4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY".to_owned()),
        ..owned(created(&lab, &bucket, "a/b.png", 1), Some(user.id))
    };
    same!(
        lab.index.apply(&event).await?,
        Applied::Written,
        "the first event"
    );
    same!(
        stored(&lab, &bucket, "a/b.png").await?,
        row(&event),
        "the row"
    );
    let newer = created(&lab, &bucket, "a/b.png", 2);
    same!(
        lab.index.apply(&newer).await?,
        Applied::Written,
        "the second event"
    );
    let found = stored(&lab, &bucket, "a/b.png").await?;
    same!(
        (found.size, found.etag.as_str()),
        (102, "etag-2"),
        "size and etag"
    );
    same!(
        found.sequencer.as_str(),
        newer.sequencer.as_str(),
        "the sequencer as it came"
    );
    same!(
        (found.first_seen, found.last_seen),
        (event.at, newer.at),
        "the moments"
    );
    same!(
        stored(&lab, &bucket, "a/b.png").await?.state,
        ObjectState::Present,
        "the state"
    );
    Ok(())
}

async fn repeated(lab: Lab) -> Verdict {
    let bucket = fresh_word();
    for event in [
        created(&lab, &bucket, "k", 1),
        removed(&lab, &bucket, "k", 2),
    ] {
        same!(
            lab.index.apply(&event).await?,
            Applied::Written,
            "the event"
        );
        let before = stored(&lab, &bucket, "k").await?;
        for _ in 0..2 {
            same!(
                lab.index.apply(&event).await?,
                Applied::Stale,
                "the event again"
            );
        }
        same!(stored(&lab, &bucket, "k").await?, before, "the row");
    }
    Ok(())
}

async fn stale(lab: Lab) -> Verdict {
    let bucket = fresh_word();
    let newest = created(&lab, &bucket, "k", 5);
    lab.index.apply(&newest).await?;
    for late in [
        created(&lab, &bucket, "k", 4),
        removed(&lab, &bucket, "k", 3),
    ] {
        same!(
            lab.index.apply(&late).await?,
            Applied::Stale,
            "a late event"
        );
    }
    let expected = IndexItem {
        first_seen: lab.after(3),
        ..row(&newest)
    };
    same!(stored(&lab, &bucket, "k").await?, expected, "the row");
    Ok(())
}

async fn tombstone(lab: Lab) -> Verdict {
    let bucket = fresh_word();
    lab.index.apply(&created(&lab, &bucket, "k", 1)).await?;
    let gone = removed(&lab, &bucket, "k", 2);
    same!(
        lab.index.apply(&gone).await?,
        Applied::Written,
        "the removal"
    );
    let found = stored(&lab, &bucket, "k").await?;
    same!(found.state, tomb(gone.at), "the state");
    same!(
        (found.size, found.etag.as_str()),
        (101, "etag-1"),
        "the facts of the last version seen"
    );
    same!(
        (found.first_seen, found.last_seen),
        (lab.after(1), lab.after(2)),
        "the moments"
    );
    Ok(())
}

async fn tombstone_unheard(lab: Lab) -> Verdict {
    let bucket = fresh_word();
    let gone = removed(&lab, &bucket, "k", 7);
    same!(
        lab.index.apply(&gone).await?,
        Applied::Written,
        "the removal"
    );
    same!(
        stored(&lab, &bucket, "k").await?.state,
        tomb(gone.at),
        "the state"
    );
    Ok(())
}

async fn no_revival(lab: Lab) -> Verdict {
    let bucket = fresh_word();
    let owner = lab.user().await?.id;
    lab.index
        .apply(&owned(created(&lab, &bucket, "k", 1), Some(owner)))
        .await?;
    let gone = removed(&lab, &bucket, "k", 3);
    lab.index.apply(&gone).await?;
    let late = owned(created(&lab, &bucket, "k", 2), Some(owner));
    same!(
        lab.index.apply(&late).await?,
        Applied::Stale,
        "a late creation"
    );
    same!(
        stored(&lab, &bucket, "k").await?.state,
        tomb(gone.at),
        "the state"
    );
    let listed = lab.index.by_prefix(&bucket, "", None, 10).await?;
    same!(listed.items, vec![], "the present objects of the bucket");
    let listed = lab.index.by_owner(owner, PageRequest::first(10)).await?;
    same!(listed.items, vec![], "the present objects of the owner");
    Ok(())
}

async fn restored(lab: Lab) -> Verdict {
    let bucket = fresh_word();
    lab.index.apply(&created(&lab, &bucket, "k", 1)).await?;
    lab.index.apply(&removed(&lab, &bucket, "k", 2)).await?;
    let again = created(&lab, &bucket, "k", 3);
    same!(
        lab.index.apply(&again).await?,
        Applied::Written,
        "the new creation"
    );
    let expected = IndexItem {
        first_seen: lab.after(1),
        ..row(&again)
    };
    same!(stored(&lab, &bucket, "k").await?, expected, "the row");
    let listed = lab.index.by_prefix(&bucket, "", None, 10).await?;
    same!(listed.items, vec![expected], "the present objects");
    Ok(())
}

async fn sequencer_forms(lab: Lab) -> Verdict {
    let bucket = fresh_word();
    let at = |key: &str, digits: &str| -> Verdict<ObjectEvent> {
        Ok(ObjectEvent {
            sequencer: Sequencer::parse(digits)
                .ok_or_else(|| Failure::new(format!("{digits} is no sequencer")))?,
            ..created(&lab, &bucket, key, 1)
        })
    };
    for (nth, (known, next, applied)) in [
        ("0055AED6DCD90281E5", "0055aed6dcd90281e6", Applied::Written),
        ("0055aed6dcd90281e6", "0055AED6DCD90281E5", Applied::Stale),
        ("0055AED6DCD90281E5", "0055aed6dcd90281e5", Applied::Stale),
        // Padded on the right: 2 is greater than 10, and 1 is 1000.
        ("10", "2", Applied::Written),
        ("2", "10", Applied::Stale),
        ("1", "1000", Applied::Stale),
        ("1", "1001", Applied::Written),
        ("9", "a", Applied::Written),
        ("F", "a0", Applied::Stale),
    ]
    .into_iter()
    .enumerate()
    {
        let key = format!("k{nth}");
        lab.index.apply(&at(&key, known)?).await?;
        same!(
            lab.index.apply(&at(&key, next)?).await?,
            applied,
            "{next} after {known}"
        );
        let kept = if applied == Applied::Written {
            next
        } else {
            known
        };
        same!(
            stored(&lab, &bucket, &key).await?.sequencer.as_str(),
            kept,
            "the raw sequencer"
        );
    }
    Ok(())
}

async fn first_seen(lab: Lab) -> Verdict {
    let bucket = fresh_word();
    for (key, counters) in [("a", [3, 1, 2]), ("b", [1, 2, 3]), ("c", [2, 3, 1])] {
        for counter in counters {
            lab.index
                .apply(&created(&lab, &bucket, key, counter))
                .await?;
        }
        let found = stored(&lab, &bucket, key).await?;
        same!(
            (found.first_seen, found.last_seen),
            (lab.after(1), lab.after(3)),
            "the moments"
        );
    }
    // Clocks differ between those who report: a later event may tell of an earlier time.
    let early = ObjectEvent {
        at: lab.before(60),
        ..created(&lab, &bucket, "a", 4)
    };
    lab.index.apply(&early).await?;
    let found = stored(&lab, &bucket, "a").await?;
    same!(
        (found.first_seen, found.last_seen),
        (early.at, early.at),
        "the moments"
    );
    Ok(())
}

async fn unknown_facts(lab: Lab) -> Verdict {
    let bucket = fresh_word();
    let owner = lab.user().await?.id;
    lab.index
        .apply(&owned(created(&lab, &bucket, "k", 1), Some(owner)))
        .await?;
    let bare = ObjectEvent {
        change: ObjectChange::Created {
            size: 7,
            etag: "new".to_owned(),
            content_type: None,
            owner: None,
        },
        ..created(&lab, &bucket, "k", 2)
    };
    lab.index.apply(&bare).await?;
    let found = stored(&lab, &bucket, "k").await?;
    same!(
        (found.size, found.etag.as_str()),
        (7, "new"),
        "what the event knows"
    );
    same!(found.owner, Some(owner), "the owner");
    same!(
        found.content_type.as_deref(),
        Some("type/1"),
        "the content type"
    );
    Ok(())
}

/// A history of one key: creations and removals with sequencers of several forms.
fn history(lab: &Lab, dice: &mut Dice, bucket: &str, key: &str) -> Vec<ObjectEvent> {
    let length = 2 + dice.below(9);
    let mut events = Vec::new();
    for nth in 0..length {
        let counter = nth as u64 + 1;
        let mut event = if dice.below(3) == 0 {
            removed(lab, bucket, key, counter)
        } else {
            created(lab, bucket, key, counter)
        };
        let digits = format!("{counter:02x}{}", &"0ABCDEF"[..dice.below(7)]);
        let digits = if dice.below(2) == 0 {
            digits.to_lowercase()
        } else {
            digits
        };
        event.sequencer = Sequencer::parse(&digits).unwrap_or(event.sequencer);
        event.at = lab.after(dice.below(1_000) as u64);
        events.push(event);
    }
    events
}

/// What a history must end as.
fn model(events: &[ObjectEvent]) -> Option<IndexItem> {
    let last = events.iter().max_by(|a, b| a.sequencer.cmp(&b.sequencer))?;
    Some(IndexItem {
        first_seen: events.iter().map(|event| event.at).min()?,
        ..row(last)
    })
}

/// Fails unless the row is as the model says. A tombstone's size and etag are of the last version that was seen, and
/// which one was seen depends on the order.
async fn matches(lab: &Lab, bucket: &str, key: &str, events: &[ObjectEvent]) -> Verdict {
    let Some(expected) = model(events) else {
        return Err(Failure::new("an empty history"));
    };
    let mut found = stored(lab, bucket, key).await?;
    if expected.state != ObjectState::Present {
        found.size = expected.size;
        found.etag.clone_from(&expected.etag);
        found.content_type.clone_from(&expected.content_type);
        found.owner = expected.owner;
        found.version.clone_from(&expected.version);
    }
    same!(found, expected, "the row after {events:?}");
    Ok(())
}

async fn converges(lab: Lab) -> Verdict {
    let bucket = fresh_word();
    let mut dice = Dice::new(2_718_281_828);
    for round in 0..25 {
        let original = history(&lab, &mut dice, &bucket, "x");
        for order in 0..3 {
            let key = format!("k{round}-{order}");
            let mut events: Vec<_> = original
                .iter()
                .flat_map(|event| vec![event.clone(); 1 + dice.below(3)])
                .map(|event| ObjectEvent {
                    key: key.clone(),
                    ..event
                })
                .collect();
            dice.shuffle(&mut events);
            for event in &events {
                lab.index.apply(event).await?;
            }
            matches(&lab, &bucket, &key, &events).await?;
        }
    }
    Ok(())
}

async fn race(lab: Lab) -> Verdict {
    let bucket = fresh_word();
    let mut dice = Dice::new(31_415);
    for round in 0..5 {
        let key = format!("k{round}");
        let mut events = history(&lab, &mut dice, &bucket, &key);
        events.extend(events.clone());
        dice.shuffle(&mut events);
        let results = lab
            .race(events.len(), |lab, number| {
                let event = events[number].clone();
                async move { lab.index.apply(&event).await }
            })
            .await?;
        let mut written = 0;
        for result in results {
            written += usize::from(result? == Applied::Written);
        }
        ensure!(
            (1..=events.len() / 2).contains(&written),
            "{written} of {} events, half of them repeated, were written",
            events.len()
        );
        matches(&lab, &bucket, &key, &events).await?;
    }
    Ok(())
}

async fn get(lab: Lab) -> Verdict {
    let (bucket, other) = (fresh_word(), fresh_word());
    lab.index.apply(&created(&lab, &bucket, "k", 1)).await?;
    for (bucket, key) in [(&bucket, "j"), (&other, "k"), (&bucket, "")] {
        same!(
            lab.index.get(bucket, key).await?,
            None,
            "a row that was never heard of"
        );
    }
    lab.index.apply(&removed(&lab, &bucket, "k", 2)).await?;
    stored(&lab, &bucket, "k").await?;
    Ok(())
}

async fn get_many(lab: Lab) -> Verdict {
    let (bucket, other) = (fresh_word(), fresh_word());
    // In an order that is not that of the keys, one of them twice; every third was never heard of.
    let mut keys: Vec<String> = (0..99).map(|n| format!("k{:02}", (n * 37) % 99)).collect();
    keys.push(keys[1].clone());
    let mut expected = Vec::new();
    for (key, nth) in keys.iter().zip(0..) {
        if nth % 3 == 0 {
            lab.index.apply(&created(&lab, &other, key, 1)).await?;
        } else if nth % 10 == 1 {
            lab.index.apply(&removed(&lab, &bucket, key, 1)).await?;
        } else {
            lab.index.apply(&created(&lab, &bucket, key, 1)).await?;
        }
    }
    for key in &keys {
        expected.push(lab.index.get(&bucket, key).await?);
    }
    same!(
        lab.index.get_many(&bucket, &keys).await?,
        expected,
        "the rows of 100 keys"
    );
    same!(
        lab.index.get_many(&bucket, &[]).await?,
        vec![],
        "the rows of no key"
    );
    Ok(())
}
