//! What an owner's objects come to, and reports of comparisons.

use uuid::Uuid;

use super::{created, owned, removed};
use crate::conformance::chance::fresh_word;
use crate::conformance::check::{Check, Port};
use crate::conformance::lab::Lab;
use crate::conformance::verdict::{Verdict, same};
use crate::model::drift::{Class, Drift, Run};
use crate::model::index::{ObjectEvent, Usage};

pub(super) fn checks() -> Vec<Check> {
    let index = Port::Index;
    vec![
        index.check("index-usage", "How many present objects an owner has and how many bytes they are in all.", usage),
        index.check("index-usage-most", "`usage`: of the newest `most`; `is_more` says that there are others.", usage_most),
        index.check("index-runs", "Keeps the report of a comparison, in the place of an earlier one of the same run; newest first.", runs),
        index.check("index-runs-kept", "`note_run`: of each bucket the newest are kept, by their ids.", runs_kept),
    ]
}

async fn usage(lab: Lab) -> Verdict {
    let bucket = fresh_word();
    let (owner, other) = (lab.user().await?.id, lab.user().await?.id);
    same!(
        lab.index.usage(owner, 10).await?,
        Usage::default(),
        "what nobody put"
    );
    for counter in 1..=4 {
        let event = created(&lab, &bucket, &format!("k{counter}"), counter);
        lab.index.apply(&owned(event, Some(owner))).await?;
    }
    lab.index
        .apply(&created(&lab, &bucket, "nobody", 1))
        .await?;
    lab.index.apply(&removed(&lab, &bucket, "k1", 5)).await?;
    let event = created(&lab, &bucket, "k2", 20);
    lab.index.apply(&owned(event, Some(other))).await?;
    // Put again, of another size.
    lab.index.apply(&created(&lab, &bucket, "k3", 30)).await?;
    let expected = Usage {
        objects: 2,
        bytes: 130 + 104,
        is_more: false,
    };
    same!(lab.index.usage(owner, 10).await?, expected, "the owner's");
    let expected = Usage {
        objects: 1,
        bytes: 120,
        is_more: false,
    };
    same!(lab.index.usage(other, 10).await?, expected, "the other's");
    Ok(())
}

async fn usage_most(lab: Lab) -> Verdict {
    let bucket = fresh_word();
    let owner = lab.user().await?.id;
    for counter in 1..=4 {
        let event = ObjectEvent {
            at: lab.after(counter),
            ..created(&lab, &bucket, &format!("k{counter}"), counter)
        };
        lab.index.apply(&owned(event, Some(owner))).await?;
    }
    for (most, objects, bytes, is_more) in [
        (3, 3, 104 + 103 + 102, true),
        (4, 4, 104 + 103 + 102 + 101, false),
        (1, 1, 104, true),
    ] {
        let expected = Usage {
            objects,
            bytes,
            is_more,
        };
        let found = lab.index.usage(owner, most).await?;
        same!(found, expected, "of the newest {most}");
    }
    Ok(())
}

fn run(lab: &Lab, bucket: &str, id: Uuid) -> Run {
    Run {
        id,
        prefix: "private/".to_owned(),
        from: Some("private/\u{fc} +%".to_owned()),
        is_scheduled: true,
        noted_at: lab.after(1),
        ..Run::begin(bucket, lab.now)
    }
}

async fn runs(lab: Lab) -> Verdict {
    let bucket = fresh_word();
    same!(lab.index.runs(&bucket).await?, vec![], "no reports");
    let (older, newer) = (Uuid::now_v7(), Uuid::now_v7());
    let mut first = run(&lab, &bucket, older);
    lab.index.note_run(&first).await?;
    let second = run(&lab, &bucket, newer);
    lab.index.note_run(&second).await?;
    lab.index
        .note_run(&run(&lab, &fresh_word(), Uuid::now_v7()))
        .await?;
    first.noted_at = lab.after(2);
    first.is_done = true;
    first.behind = Some("z".repeat(1_024));
    first.found.compared = 1 << 40;
    for number in 0..Run::NAMED {
        first.hear(&Drift {
            class: Class::ALL[number % Class::ALL.len()],
            key: format!("private/{number:04}-\u{131}"),
            is_repaired: number % 2 == 0,
        });
    }
    lab.index.note_run(&first).await?;
    same!(
        lab.index.runs(&bucket).await?,
        vec![second, first],
        "the reports"
    );
    Ok(())
}

async fn runs_kept(lab: Lab) -> Verdict {
    let bucket = fresh_word();
    let mut ids: Vec<Uuid> = (0..Run::KEPT + 3).map(|_| Uuid::now_v7()).collect();
    for id in &ids {
        lab.index.note_run(&run(&lab, &bucket, *id)).await?;
    }
    ids.reverse();
    ids.truncate(Run::KEPT);
    let found = lab.index.runs(&bucket).await?;
    let found: Vec<Uuid> = found.into_iter().map(|run| run.id).collect();
    same!(found, ids, "the newest reports");
    Ok(())
}
