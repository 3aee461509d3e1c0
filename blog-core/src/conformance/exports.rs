//! The contract of [`ExportStore`](crate::ports::ExportStore).

use super::check::{Check, Port};
use super::lab::{Lab, MICRO};
use super::verdict::{Verdict, refused, same, winners};
use crate::error::{Conflict, Entity, Error, Result};
use crate::id::{ExportId, UserId};
use crate::model::effects::Effects;
use crate::model::export::{Archive, ClaimedExport, Export, ExportWords, NewExport};
use crate::model::letter::LetterText;
use crate::time::Timestamp;

pub(super) fn checks() -> Vec<Check> {
    let exports = Port::Exports;
    vec![
        exports.check("exports-claim", "Claims the export that waits longest, by `asked_at`, until `lease_until`, and counts the attempt; `None` when there is nothing to be made.", claim).alone(),
        exports.check("exports-claim-lease", "None is handed to two claimers within its lease; one whose lease ran out is handed out again.", claim_lease).alone(),
        exports.check("exports-claim-race", "Of many claims at once each export is handed to one.", claim_race).alone(),
        exports.check("exports-note-lengthens", "`note` lengthens the lease.", note_lengthens).alone(),
        exports.check("exports-finish", "Says that an attempt has made the archive; it is claimed no more.", finish).alone(),
        exports.check("exports-expired", "The exports that are ready and expired at `now` (the moment itself is expired), the oldest first, at most `limit`.", expired).alone(),
        exports.check("exports-ask", "Stores an export that is to be made, asked for at the moment of the effects.", ask),
        exports.check("exports-ask-again", "`ask`: `Conflict(State)` while one of theirs is not ready; in the place of one that is ready.", ask_again).alone(),
        exports.check("exports-ask-race", "Of any number of asks at once exactly one is stored.", ask_race),
        exports.check("exports-ask-nobody", "`ask`: `NotFound(User)` when there is no such owner.", ask_nobody),
        exports.check("exports-note-lost", "`note`: `NotFound(Lease)` when there is a later attempt, the export is ready, or it is gone.", note_lost).alone(),
        exports.check("exports-finish-lost", "`finish`: `NotFound(Lease)` as in `note`, and nothing changes.", finish_lost).alone(),
        exports.check("exports-forget", "Forgets an export, ready or not; forgetting one that is not there is a success.", forget),
        exports.check("exports-erased", "An export goes with its owner.", erased),
    ]
}

fn words(word: &str) -> ExportWords {
    ExportWords {
        letter: LetterText {
            subject: format!("Subject {word}"),
            text: format!("Text {word}\n"),
        },
        failed: Some(LetterText {
            subject: format!("Failed {word}"),
            text: format!("Sorry {word}\n"),
        }),
        readme: format!("Read me, {word}: ş 日本 \"\\"),
    }
}

/// An export of a user of its own, asked for at a moment.
async fn asked(lab: &Lab, at: Timestamp) -> Result<Export> {
    let owner = lab.user().await?.id;
    let id = ExportId::generate();
    let new = NewExport {
        id,
        owner,
        words: words(&id.to_string()),
    };
    lab.records.exports.ask(new, Effects::at(at)).await?;
    Ok(Export {
        id,
        owner,
        asked_at: at,
        attempts: 0,
        done: 0,
        total: 0,
        archive: None,
    })
}

/// Forgets what earlier checks left to be made.
async fn nothing_waits(lab: &Lab) -> Result<()> {
    let exports = &lab.records.exports;
    let late = lab.far_ahead();
    while let Some(claimed) = exports.claim(late, late.plus(MICRO)).await? {
        exports.forget(claimed.export.id, lab.fx()).await?;
    }
    Ok(())
}

fn archive(lab: &Lab, expires_at: Timestamp) -> Archive {
    Archive {
        bytes: 5_000_000_000,
        ready_at: lab.now,
        expires_at,
    }
}

async fn claim(lab: Lab) -> Verdict {
    nothing_waits(&lab).await?;
    let exports = &lab.records.exports;
    same!(
        exports.claim(lab.now, lab.after(9)).await?,
        None,
        "a claim of nothing"
    );
    let second = asked(&lab, lab.before(10)).await?;
    let first = asked(&lab, lab.before(20)).await?;
    for export in [first, second] {
        let expected = ClaimedExport {
            words: words(&export.id.to_string()),
            export: Export {
                attempts: 1,
                ..export
            },
        };
        same!(
            exports.claim(lab.now, lab.after(9)).await?,
            Some(expected),
            "the claim"
        );
    }
    same!(
        exports.claim(lab.now, lab.after(9)).await?,
        None,
        "a claim of what is leased"
    );
    nothing_waits(&lab).await?;
    Ok(())
}

async fn claim_lease(lab: Lab) -> Verdict {
    nothing_waits(&lab).await?;
    let exports = &lab.records.exports;
    let export = asked(&lab, lab.now).await?;
    let until = lab.after(60);
    exports.claim(lab.now, until).await?;
    same!(
        exports.claim(until.minus(MICRO), lab.after(90)).await?,
        None,
        "within the lease"
    );
    let again = exports.claim(until, lab.after(90)).await?;
    let again = again.map(|claimed| (claimed.export.id, claimed.export.attempts));
    same!(again, Some((export.id, 2)), "when the lease is over");
    nothing_waits(&lab).await?;
    Ok(())
}

async fn claim_race(lab: Lab) -> Verdict {
    nothing_waits(&lab).await?;
    for _ in 0..2 {
        asked(&lab, lab.now).await?;
    }
    let answers = lab
        .race(6, |lab, _| async move {
            let exports = &lab.records.exports;
            exports.claim(lab.now, lab.after(60)).await
        })
        .await?;
    let mut claimed = Vec::new();
    for answer in answers {
        claimed.extend(answer?.map(|claimed| claimed.export.id));
    }
    // One that met another at the same export may come back with nothing, so the rest is claimed now.
    while let Some(rest) = lab.records.exports.claim(lab.now, lab.after(60)).await? {
        claimed.push(rest.export.id);
    }
    claimed.sort_unstable();
    let all = claimed.len();
    claimed.dedup();
    same!(
        (all, claimed.len()),
        (2, 2),
        "claims, and exports that were claimed"
    );
    nothing_waits(&lab).await?;
    Ok(())
}

async fn note_lengthens(lab: Lab) -> Verdict {
    nothing_waits(&lab).await?;
    let exports = &lab.records.exports;
    let export = asked(&lab, lab.now).await?;
    exports.claim(lab.now, lab.after(60)).await?;
    exports.note(export.id, 1, 3, 7, lab.after(90)).await?;
    let noted = exports.of(export.owner).await?;
    let noted = noted.map(|noted| (noted.done, noted.total));
    same!(noted, Some((3, 7)), "how far it has come");
    same!(
        exports.claim(lab.after(89), lab.after(99)).await?,
        None,
        "within the longer lease"
    );
    nothing_waits(&lab).await?;
    Ok(())
}

async fn finish(lab: Lab) -> Verdict {
    nothing_waits(&lab).await?;
    let exports = &lab.records.exports;
    let export = asked(&lab, lab.now).await?;
    exports.claim(lab.now, lab.after(60)).await?;
    let archive = archive(&lab, lab.after(600));
    exports.finish(export.id, 1, archive, lab.fx()).await?;
    let expected = Export {
        attempts: 1,
        archive: Some(archive),
        ..export.clone()
    };
    same!(
        exports.of(export.owner).await?,
        Some(expected),
        "the export"
    );
    same!(
        exports.claim(lab.far_ahead(), lab.far_ahead()).await?,
        None,
        "a claim of what is made"
    );
    exports.forget(export.id, lab.fx()).await?;
    Ok(())
}

/// An export that is ready until then.
async fn ready(lab: &Lab, expires_at: Timestamp) -> Result<Export> {
    let export = asked(lab, lab.now).await?;
    let exports = &lab.records.exports;
    exports.claim(lab.far_ahead(), lab.far_ahead()).await?;
    let archive = archive(lab, expires_at);
    exports.finish(export.id, 1, archive, lab.fx()).await?;
    Ok(Export {
        attempts: 1,
        archive: Some(archive),
        ..export
    })
}

async fn expired(lab: Lab) -> Verdict {
    nothing_waits(&lab).await?;
    let exports = &lab.records.exports;
    let then = lab.long_ago();
    for old in exports.expired(then, 1_000).await? {
        exports.forget(old.id, lab.fx()).await?;
    }
    let second = ready(&lab, then).await?;
    let first = ready(&lab, then.minus(MICRO)).await?;
    let later = ready(&lab, then.plus(MICRO)).await?;
    let both = vec![first.clone(), second.clone()];
    same!(exports.expired(then, 9).await?, both, "what is over");
    same!(
        exports.expired(then, 1).await?,
        vec![first.clone()],
        "the oldest"
    );
    for export in [first, second, later] {
        exports.forget(export.id, lab.fx()).await?;
    }
    Ok(())
}

async fn ask(lab: Lab) -> Verdict {
    let export = asked(&lab, lab.before(5)).await?;
    let exports = &lab.records.exports;
    same!(
        exports.of(export.owner).await?,
        Some(export.clone()),
        "the export"
    );
    same!(
        exports.of(UserId::generate()).await?,
        None,
        "nobody's export"
    );
    exports.forget(export.id, lab.fx()).await?;
    Ok(())
}

async fn ask_again(lab: Lab) -> Verdict {
    nothing_waits(&lab).await?;
    let exports = &lab.records.exports;
    let again = |owner| NewExport {
        id: ExportId::generate(),
        owner,
        words: words("again"),
    };
    let waits = asked(&lab, lab.now).await?;
    refused!(
        exports.ask(again(waits.owner), lab.fx()).await,
        Error::Conflict(Conflict::State)
    );
    same!(
        exports.of(waits.owner).await?,
        Some(waits.clone()),
        "the one that waits"
    );
    exports.forget(waits.id, lab.fx()).await?;
    let ready = ready(&lab, lab.after(600)).await?;
    let new = again(ready.owner);
    let id = new.id;
    exports.ask(new, lab.fx()).await?;
    let found = exports.of(ready.owner).await?;
    let found = found.map(|found| (found.id, found.attempts, found.archive));
    same!(found, Some((id, 0, None)), "the one in its place");
    exports.forget(id, lab.fx()).await?;
    Ok(())
}

async fn ask_race(lab: Lab) -> Verdict {
    let owner = lab.user().await?.id;
    let answers = lab
        .race(6, |lab, _| async move {
            let new = NewExport {
                id: ExportId::generate(),
                owner,
                words: words("race"),
            };
            let id = new.id;
            lab.records.exports.ask(new, lab.fx()).await.map(|()| id)
        })
        .await?;
    let won = winners!(answers, Error::Conflict(Conflict::State));
    same!(won.len(), 1, "exports that were stored");
    lab.records.exports.forget(won[0], lab.fx()).await?;
    Ok(())
}

async fn ask_nobody(lab: Lab) -> Verdict {
    let new = NewExport {
        id: ExportId::generate(),
        owner: UserId::generate(),
        words: words("nobody"),
    };
    refused!(
        lab.records.exports.ask(new, lab.fx()).await,
        Error::NotFound(Entity::User)
    );
    Ok(())
}

async fn note_lost(lab: Lab) -> Verdict {
    nothing_waits(&lab).await?;
    let exports = &lab.records.exports;
    let export = asked(&lab, lab.now).await?;
    exports.claim(lab.now, lab.after(1)).await?;
    exports.claim(lab.after(1), lab.after(60)).await?;
    refused!(
        exports.note(export.id, 1, 1, 1, lab.after(90)).await,
        Error::NotFound(Entity::Lease)
    );
    exports.note(export.id, 2, 1, 1, lab.after(90)).await?;
    let archive = archive(&lab, lab.after(600));
    exports.finish(export.id, 2, archive, lab.fx()).await?;
    refused!(
        exports.note(export.id, 2, 1, 1, lab.after(90)).await,
        Error::NotFound(Entity::Lease)
    );
    exports.forget(export.id, lab.fx()).await?;
    refused!(
        exports.note(export.id, 2, 1, 1, lab.after(90)).await,
        Error::NotFound(Entity::Lease)
    );
    Ok(())
}

async fn finish_lost(lab: Lab) -> Verdict {
    nothing_waits(&lab).await?;
    let exports = &lab.records.exports;
    let export = asked(&lab, lab.now).await?;
    exports.claim(lab.now, lab.after(1)).await?;
    exports.claim(lab.after(1), lab.after(60)).await?;
    let archive = archive(&lab, lab.after(600));
    refused!(
        exports.finish(export.id, 1, archive, lab.fx()).await,
        Error::NotFound(Entity::Lease)
    );
    let found = exports.of(export.owner).await?;
    same!(found.map(|found| found.archive), Some(None), "the archive");
    exports.forget(export.id, lab.fx()).await?;
    refused!(
        exports.finish(export.id, 2, archive, lab.fx()).await,
        Error::NotFound(Entity::Lease)
    );
    Ok(())
}

async fn forget(lab: Lab) -> Verdict {
    let exports = &lab.records.exports;
    let export = asked(&lab, lab.now).await?;
    exports.forget(ExportId::generate(), lab.fx()).await?;
    same!(
        exports.of(export.owner).await?,
        Some(export.clone()),
        "the export"
    );
    for _ in 0..2 {
        exports.forget(export.id, lab.fx()).await?;
        same!(exports.of(export.owner).await?, None, "what is forgotten");
    }
    Ok(())
}

async fn erased(lab: Lab) -> Verdict {
    let export = asked(&lab, lab.now).await?;
    let users = &lab.records.users;
    users
        .schedule_erasure(export.owner, lab.now, lab.fx())
        .await?;
    users.erase(export.owner, lab.fx()).await?;
    let found = lab.records.exports.of(export.owner).await?;
    same!(found, None, "the export of somebody who left");
    Ok(())
}
