//! The contract of [`AutosaveStore`](crate::ports::AutosaveStore).

use std::time::Duration;

use uuid::Uuid;

use super::chance::fresh_bytes;
use super::check::{Check, Port};
use super::lab::{Lab, MICRO};
use super::texts;
use super::verdict::{Verdict, refused, same};
use crate::error::{Conflict, Entity, Error, Result};
use crate::id::{AutosaveId, PostId, UserId};
use crate::model::autosave::{Autosave, FormText};

pub(super) fn checks() -> Vec<Check> {
    let autosaves = Port::Autosaves;
    vec![
        autosaves.check("autosaves-purge", "Deletes texts that were kept before `before`, at most `limit`; returns how many it deleted.", purge).alone(),
        autosaves.check("autosaves-keep", "Keeps a text: the first one of its id.", keep),
        autosaves.check("autosaves-keep-newer", "Keeps a text in place of the one of that id whose step is smaller.", keep_newer),
        autosaves.check("autosaves-keep-late", "A text whose step is not greater than the kept one's came late: it changes nothing, and that is a success.", keep_late),
        autosaves.check("autosaves-keep-race", "Of many texts of one id at once the one of the greatest step is kept.", keep_race),
        autosaves.check("autosaves-keep-not-found", "`keep`: `NotFound(User)` when the writer, and `NotFound(Post)` when the post does not exist.", keep_not_found),
        autosaves.check("autosaves-keep-exists", "`keep`: `Conflict(Exists)` when the id is another writer's.", keep_exists),
        autosaves.check("autosaves-keep-most", "Of more than `Autosave::MAX_A_WRITER` texts of a writer the oldest go.", keep_most),
        autosaves.check("autosaves-texts", "Texts come back byte for byte.", bytes),
        autosaves.check("autosaves-get-not-found", "`get`: `NotFound(Autosave)` when there is none, the same for another writer's.", get_not_found),
        autosaves.check("autosaves-list", "The writer's texts of a post, or of posts that were never saved.", list),
        autosaves.check("autosaves-list-order", "Newest first by `saved_at`, then by id, greater first; at most `limit`.", list_order),
        autosaves.check("autosaves-forget", "Deletes the writer's text of this id. Deleting what is not there, or is another writer's, changes nothing and is a success.", forget),
        autosaves.check("autosaves-with-post", "A text goes with the post that it is of.", with_post),
        autosaves.check("autosaves-effects", "A text goes with the write whose effects forget it; a failed write forgets nothing.", effects),
    ]
}

/// Random, as pages make them.
fn fresh_id() -> AutosaveId {
    Uuid::from_bytes(fresh_bytes()).into()
}

fn text(body: &str) -> FormText {
    FormText::from_store(vec![
        ("title".to_owned(), "A title".to_owned()),
        ("body".to_owned(), body.to_owned()),
    ])
}

fn new(lab: &Lab, writer: UserId, post: Option<PostId>) -> Autosave {
    Autosave {
        id: fresh_id(),
        writer,
        post,
        version: u64::from(post.is_some()),
        step: 1,
        text: text("Some words"),
        saved_at: lab.now,
    }
}

async fn kept(lab: &Lab, autosave: Autosave) -> Result<Autosave> {
    lab.records.autosaves.keep(autosave.clone()).await?;
    Ok(autosave)
}

async fn stored(lab: &Lab, of: &Autosave) -> Result<Autosave> {
    lab.records.autosaves.get(of.writer, of.id).await
}

async fn purge(lab: Lab) -> Verdict {
    let autosaves = &lab.records.autosaves;
    let then = lab.long_ago();
    while autosaves.purge(then, 1_000).await? > 0 {}
    let user = lab.user().await?;
    let mut old = Vec::new();
    for seconds in 1..=3 {
        let saved_at = then.minus(Duration::from_secs(seconds));
        let autosave = Autosave {
            saved_at,
            ..new(&lab, user.id, None)
        };
        old.push(kept(&lab, autosave).await?);
    }
    let live = Autosave {
        saved_at: then,
        ..new(&lab, user.id, None)
    };
    let live = kept(&lab, live).await?;
    same!(
        autosaves.purge(then, 2).await?,
        2,
        "deleted with the limit 2"
    );
    same!(
        autosaves.purge(then, 1_000).await?,
        1,
        "deleted of the rest"
    );
    same!(autosaves.purge(then, 1_000).await?, 0, "deleted of nothing");
    for gone in old {
        refused!(stored(&lab, &gone).await, Error::NotFound(Entity::Autosave));
    }
    same!(stored(&lab, &live).await?, live, "the text of that moment");
    autosaves.purge(then.plus(MICRO), 1_000).await?;
    refused!(stored(&lab, &live).await, Error::NotFound(Entity::Autosave));
    Ok(())
}

async fn keep(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let post = lab.post(user.id).await?;
    for post in [None, Some(post.id)] {
        let autosave = kept(&lab, new(&lab, user.id, post)).await?;
        same!(stored(&lab, &autosave).await?, autosave, "the kept text");
    }
    Ok(())
}

async fn keep_newer(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let other = kept(&lab, new(&lab, user.id, None)).await?;
    let first = kept(&lab, new(&lab, user.id, None)).await?;
    let newer = Autosave {
        step: 9,
        version: 4,
        text: text("More words"),
        saved_at: lab.after(30),
        ..first
    };
    let newer = kept(&lab, newer).await?;
    same!(stored(&lab, &newer).await?, newer, "the newer text");
    same!(stored(&lab, &other).await?, other, "a text of another id");
    Ok(())
}

async fn keep_late(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let newest = Autosave {
        step: 5,
        ..new(&lab, user.id, None)
    };
    let newest = kept(&lab, newest).await?;
    for step in [0, 4, 5] {
        let late = Autosave {
            step,
            text: text("Fewer words"),
            saved_at: lab.after(30),
            ..newest.clone()
        };
        lab.records.autosaves.keep(late).await?;
        same!(stored(&lab, &newest).await?, newest, "the newest text");
    }
    Ok(())
}

async fn keep_race(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    // Whoever writes without looking may win by chance, and not five times.
    for _ in 0..5 {
        let first = new(&lab, user.id, None);
        let results = lab
            .race(12, |lab, number| {
                // The greatest first, so that whoever comes last without looking is wrong.
                let step = 12 - number as u64;
                let autosave = Autosave {
                    step,
                    text: text(&format!("Words of step {step}")),
                    ..first.clone()
                };
                async move { lab.records.autosaves.keep(autosave).await }
            })
            .await?;
        for result in results {
            result?;
        }
        let last = stored(&lab, &first).await?;
        same!(last.step, 12, "the step of what is kept");
        same!(last.text, text("Words of step 12"), "what is kept");
    }
    Ok(())
}

async fn keep_not_found(lab: Lab) -> Verdict {
    let autosaves = &lab.records.autosaves;
    let user = lab.user().await?;
    let nobody = new(&lab, UserId::generate(), None);
    refused!(autosaves.keep(nobody).await, Error::NotFound(Entity::User));
    let nothing = new(&lab, user.id, Some(PostId::generate()));
    refused!(
        autosaves.keep(nothing.clone()).await,
        Error::NotFound(Entity::Post)
    );
    refused!(
        stored(&lab, &nothing).await,
        Error::NotFound(Entity::Autosave)
    );
    Ok(())
}

async fn keep_exists(lab: Lab) -> Verdict {
    let (user, other) = (lab.user().await?, lab.user().await?);
    let mine = kept(&lab, new(&lab, user.id, None)).await?;
    let theirs = Autosave {
        writer: other.id,
        step: 7,
        text: text("Other words"),
        ..mine.clone()
    };
    refused!(
        lab.records.autosaves.keep(theirs).await,
        Error::Conflict(Conflict::Exists)
    );
    same!(stored(&lab, &mine).await?, mine, "the first writer's text");
    Ok(())
}

async fn keep_most(lab: Lab) -> Verdict {
    let (user, other) = (lab.user().await?, lab.user().await?);
    let theirs = Autosave {
        saved_at: lab.before(1_000),
        ..new(&lab, other.id, None)
    };
    let theirs = kept(&lab, theirs).await?;
    let mut all = Vec::new();
    for second in 0..=Autosave::MAX_A_WRITER {
        let autosave = Autosave {
            saved_at: lab.after(second as u64),
            ..new(&lab, user.id, None)
        };
        all.push(kept(&lab, autosave).await?);
    }
    refused!(
        stored(&lab, &all[0]).await,
        Error::NotFound(Entity::Autosave)
    );
    for autosave in &all[1..] {
        same!(stored(&lab, autosave).await?, *autosave, "a younger text");
    }
    same!(
        stored(&lab, &theirs).await?,
        theirs,
        "another writer's text"
    );
    Ok(())
}

async fn bytes(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let mut all: Vec<String> = texts::LINES.iter().map(|text| (*text).to_owned()).collect();
    all.push("line\r\nline\r line \t\u{1}\u{0}\u{202e} \n\n".to_owned());
    all.push("é e\u{301} ".repeat(60_000));
    for body in all {
        let autosave = Autosave {
            text: text(&body),
            ..new(&lab, user.id, None)
        };
        let autosave = kept(&lab, autosave).await?;
        same!(stored(&lab, &autosave).await?, autosave, "the kept text");
    }
    Ok(())
}

async fn get_not_found(lab: Lab) -> Verdict {
    let (user, other) = (lab.user().await?, lab.user().await?);
    let mine = kept(&lab, new(&lab, user.id, None)).await?;
    for (writer, id) in [(user.id, fresh_id()), (other.id, mine.id)] {
        refused!(
            lab.records.autosaves.get(writer, id).await,
            Error::NotFound(Entity::Autosave)
        );
    }
    Ok(())
}

async fn list(lab: Lab) -> Verdict {
    let (user, other) = (lab.user().await?, lab.user().await?);
    let (one, two) = (lab.post(user.id).await?, lab.post(user.id).await?);
    let mut of = Vec::new();
    for post in [None, Some(one.id), Some(two.id)] {
        of.push((post, kept(&lab, new(&lab, user.id, post)).await?));
        kept(&lab, new(&lab, other.id, post)).await?;
    }
    for (post, mine) in of {
        let found = lab.records.autosaves.list(user.id, post, 10).await?;
        same!(found, vec![mine], "the writer's texts of one post");
    }
    let unknown = Some(PostId::generate());
    let found = lab.records.autosaves.list(user.id, unknown, 10).await?;
    same!(found, vec![], "the texts of a post that does not exist");
    Ok(())
}

async fn list_order(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let mut all = Vec::new();
    for seconds in [5, 20, 5, 10, 5] {
        let autosave = Autosave {
            saved_at: lab.after(seconds),
            ..new(&lab, user.id, None)
        };
        all.push(kept(&lab, autosave).await?);
    }
    all.sort_by_key(|kept| std::cmp::Reverse((kept.saved_at, kept.id)));
    let found = lab.records.autosaves.list(user.id, None, 10).await?;
    same!(found, all, "all texts");
    let found = lab.records.autosaves.list(user.id, None, 3).await?;
    same!(found, all[..3].to_vec(), "three texts");
    // A newer text of the oldest makes it the newest.
    let again = Autosave {
        step: 2,
        saved_at: lab.after(60),
        ..all[4].clone()
    };
    let again = kept(&lab, again).await?;
    let found = lab.records.autosaves.list(user.id, None, 1).await?;
    same!(found, vec![again], "the newest text");
    Ok(())
}

async fn forget(lab: Lab) -> Verdict {
    let autosaves = &lab.records.autosaves;
    let (user, other) = (lab.user().await?, lab.user().await?);
    let gone = kept(&lab, new(&lab, user.id, None)).await?;
    let mine = kept(&lab, new(&lab, user.id, None)).await?;
    for _ in 0..2 {
        autosaves.forget(user.id, gone.id).await?;
    }
    autosaves.forget(other.id, mine.id).await?;
    refused!(stored(&lab, &gone).await, Error::NotFound(Entity::Autosave));
    same!(stored(&lab, &mine).await?, mine, "the other text");
    Ok(())
}

async fn with_post(lab: Lab) -> Verdict {
    let (user, other) = (lab.user().await?, lab.user().await?);
    let (post, stays) = (lab.post(user.id).await?, lab.post(user.id).await?);
    let gone = [
        kept(&lab, new(&lab, user.id, Some(post.id))).await?,
        kept(&lab, new(&lab, other.id, Some(post.id))).await?,
    ];
    let left = [
        kept(&lab, new(&lab, user.id, Some(stays.id))).await?,
        kept(&lab, new(&lab, user.id, None)).await?,
    ];
    lab.records.posts.delete(post.id, 1, lab.fx()).await?;
    for autosave in &gone {
        refused!(
            stored(&lab, autosave).await,
            Error::NotFound(Entity::Autosave)
        );
    }
    for autosave in left {
        same!(stored(&lab, &autosave).await?, autosave, "another text");
    }
    Ok(())
}

async fn effects(lab: Lab) -> Verdict {
    let (user, other) = (lab.user().await?, lab.user().await?);
    let post = lab.post(user.id).await?;
    let of_post = kept(&lab, new(&lab, user.id, Some(post.id))).await?;
    let of_new = kept(&lab, new(&lab, user.id, None)).await?;
    let theirs = kept(&lab, new(&lab, other.id, None)).await?;
    let forgets = [of_post.id, of_new.id, theirs.id, fresh_id()];
    let effects = || lab.fx().forgetting(user.id, &forgets);
    let late = crate::model::post::PostChange {
        expected_version: 9,
        ..lab.change(&post, lab.content())
    };
    refused!(
        lab.records.posts.save(late, effects()).await,
        Error::Conflict(Conflict::Version { .. })
    );
    same!(
        stored(&lab, &of_post).await?,
        of_post,
        "the text after a refused save"
    );
    lab.records
        .posts
        .save(lab.change(&post, lab.content()), effects())
        .await?;
    for gone in [of_post, of_new] {
        refused!(stored(&lab, &gone).await, Error::NotFound(Entity::Autosave));
    }
    same!(
        stored(&lab, &theirs).await?,
        theirs,
        "another writer's text"
    );
    Ok(())
}
