//! The contract of [`MediaCatalog`](crate::ports::MediaCatalog).

use std::time::Duration;

use crate::conformance::chance::fresh_uuid;
use crate::conformance::check::{Check, Port};
use crate::conformance::lab::{Lab, MICRO};
use crate::conformance::texts;
use crate::conformance::verdict::{Verdict, ensure, refused, same, winners};
use crate::error::{Conflict, Entity, Error};
use crate::id::{MediaId, UserId};
use crate::model::focus::Focus;
use crate::model::library::MediaQuery;
use crate::model::media::{AltText, FileName, MediaItem, MediaKind, MediaState, ObjectKey};
use crate::model::post::{PostContent, PostStatus};
use crate::model::user::{ProfileChange, User};
use crate::model::widths::Widths;
use crate::page::PageRequest;

mod library;
mod objects;
mod usage;

pub(super) fn checks() -> Vec<Check> {
    let catalog = Port::Catalog;
    let mut checks = vec![
        catalog.check("catalog-stale", "Pending items made before `before`, oldest first, at most `limit`.", stale).alone(),
        catalog.check("catalog-unfinished", "An owner's pending items, oldest first, at most `limit`.", unfinished),
        catalog.check("catalog-insert", "Stores an item.", insert),
        catalog.check("catalog-insert-no-owner", "`insert`: `NotFound(User)` when the owner does not exist.", insert_no_owner),
        catalog.check("catalog-insert-exists", "`Conflict(Exists)` when the id is stored already.", insert_exists),
        catalog.check("catalog-ready", "Makes a pending item ready, with these facts.", ready),
        catalog.check("catalog-ready-twice", "`set_ready`: `Conflict(State)` when it is ready already.", ready_twice),
        catalog.check("catalog-ready-race", "Of many that make an item ready at once exactly one succeeds.", ready_race),
        catalog.check("catalog-ready-not-found", "`set_ready`: `NotFound(Media)`.", ready_not_found),
        catalog.check("catalog-get", "The items of these ids that exist.", get),
        catalog.check("catalog-get-many", "At most 500 ids are asked for at once.", get_many),
        catalog.check("catalog-by-owner", "An owner's ready items, newest first by `created_at`, then id, greater first.", by_owner),
        catalog.check("catalog-alt", "Replaces the text for people who do not see it.", alt),
        catalog.check("catalog-alt-not-found", "`set_alt`: `NotFound(Media)` when there is none.", alt_not_found),
        catalog.check("catalog-public-key", "Sets or clears the public copy's key, if it is as in `seen` now; else `Conflict(State)`.", public_key),
        catalog.check("catalog-widths", "`set_copies`: sets the widths, if they are as in `seen` now; else `Conflict(State)`.", widths),
        catalog.check("catalog-without-copies", "Ready pictures whose smaller copies were not made, by id, those behind `after`, at most `limit`.", without_copies).alone(),
        catalog.check("catalog-public-key-race", "Of many that set the public key at once exactly one succeeds.", public_key_race),
        catalog.check("catalog-public-key-not-found", "`set_copies`: `NotFound(Media)`.", public_key_not_found),
        catalog.check("catalog-texts", "Texts come back byte for byte (alt text, file name).", texts_return),
    ];
    checks.extend(library::checks());
    checks.extend(objects::checks());
    checks.extend(usage::checks());
    checks
}

async fn one(lab: &Lab, id: MediaId) -> Verdict<Option<MediaItem>> {
    let mut found = lab.records.catalog.get(&[id]).await?;
    ensure!(found.len() <= 1, "one id has {} items", found.len());
    Ok(found.pop())
}

fn pending(lab: &Lab, owner: UserId) -> MediaItem {
    MediaItem {
        state: MediaState::Pending,
        ..lab.new_item(owner)
    }
}

async fn wear(lab: &Lab, user: &User, avatar: Option<MediaId>) -> Verdict<User> {
    let change = ProfileChange {
        id: user.id,
        expected_version: user.version,
        display_name: user.display_name.clone(),
        bio: user.bio.clone(),
        avatar,
    };
    Ok(lab.records.users.update_profile(change, lab.fx()).await?)
}

fn using(lab: &Lab, item: MediaId, status: PostStatus) -> PostContent {
    PostContent {
        media: vec![item],
        status,
        ..lab.content()
    }
}

async fn stale(lab: Lab) -> Verdict {
    let then = lab.long_ago();
    let user = lab.user().await?;
    loop {
        let old = lab.records.catalog.stale(then, 500).await?;
        if old.is_empty() {
            break;
        }
        for item in old {
            lab.records.catalog.delete(item.id, lab.fx()).await?;
        }
    }
    let at = |seconds| then.minus(Duration::from_secs(seconds));
    let mut expected = Vec::new();
    for seconds in [2, 3, 1] {
        let item = MediaItem {
            created_at: at(seconds),
            ..pending(&lab, user.id)
        };
        lab.records.catalog.insert(item.clone(), lab.fx()).await?;
        expected.push(item);
    }
    expected.sort_by_key(|item| item.created_at);
    for (created_at, state) in [(at(4), MediaState::Ready), (then, MediaState::Pending)] {
        let item = MediaItem {
            created_at,
            state,
            ..lab.new_item(user.id)
        };
        lab.records.catalog.insert(item, lab.fx()).await?;
    }
    same!(
        lab.records.catalog.stale(then, 100).await?,
        expected,
        "the stale items"
    );
    same!(
        lab.records.catalog.stale(then, 2).await?,
        expected[..2].to_vec(),
        "two stale items"
    );
    for item in lab.records.catalog.stale(then.plus(MICRO), 100).await? {
        lab.records.catalog.delete(item.id, lab.fx()).await?;
    }
    Ok(())
}

async fn unfinished(lab: Lab) -> Verdict {
    let (owner, other) = (lab.user().await?.id, lab.user().await?.id);
    let catalog = &lab.records.catalog;
    let mut expected = Vec::new();
    for seconds in [2, 3, 1] {
        let item = MediaItem {
            created_at: lab.before(seconds),
            ..pending(&lab, owner)
        };
        catalog.insert(item.clone(), lab.fx()).await?;
        expected.push(item);
    }
    expected.sort_by_key(|item| item.created_at);
    lab.picture(owner).await?;
    let others = pending(&lab, other);
    catalog.insert(others, lab.fx()).await?;
    same!(
        catalog.unfinished(owner, 100).await?,
        expected,
        "what is pending"
    );
    same!(
        catalog.unfinished(owner, 2).await?,
        expected[..2].to_vec(),
        "the two oldest"
    );
    Ok(())
}

async fn insert(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let full = MediaItem {
        public_key: Some(lab.key()),
        focus: Focus::from_percent(0, 100),
        widths: Widths::new([480, 960]),
        bytes: 1 << 40,
        ..lab.new_item(user.id)
    };
    let video = MediaItem {
        kind: MediaKind::Video,
        content_type: "video/mp4".to_owned(),
        width: None,
        height: None,
        ..pending(&lab, user.id)
    };
    for item in [full, video] {
        lab.records.catalog.insert(item.clone(), lab.fx()).await?;
        same!(one(&lab, item.id).await?, Some(item), "the stored item");
    }
    Ok(())
}

async fn insert_no_owner(lab: Lab) -> Verdict {
    let item = lab.new_item(UserId::generate());
    let id = item.id;
    refused!(
        lab.records.catalog.insert(item, lab.fx()).await,
        Error::NotFound(Entity::User)
    );
    same!(one(&lab, id).await?, None, "the refused item");
    Ok(())
}

async fn insert_exists(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let item = lab.picture(user.id).await?;
    let twin = MediaItem {
        id: item.id,
        bytes: 9,
        ..pending(&lab, user.id)
    };
    refused!(
        lab.records.catalog.insert(twin, lab.fx()).await,
        Error::Conflict(Conflict::Exists)
    );
    same!(one(&lab, item.id).await?, Some(item), "the first item");
    Ok(())
}

async fn ready(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let item = pending(&lab, user.id);
    lab.records.catalog.insert(item.clone(), lab.fx()).await?;
    let done = MediaItem {
        state: MediaState::Ready,
        content_type: "image/webp".to_owned(),
        bytes: 77,
        focus: Focus::from_percent(100, 33),
        widths: Widths::new(Widths::LADDER),
        width: Some(1),
        height: Some(4_000_000_000),
        private_key: lab.key(),
        ..item
    };
    lab.records
        .catalog
        .set_ready(done.clone(), lab.fx())
        .await?;
    same!(one(&lab, done.id).await?, Some(done), "the ready item");
    Ok(())
}

async fn ready_twice(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let item = lab.picture(user.id).await?;
    let again = MediaItem {
        bytes: 5,
        ..item.clone()
    };
    refused!(
        lab.records.catalog.set_ready(again, lab.fx()).await,
        Error::Conflict(Conflict::State)
    );
    same!(one(&lab, item.id).await?, Some(item), "the item");
    Ok(())
}

async fn ready_race(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let item = pending(&lab, user.id);
    lab.records.catalog.insert(item.clone(), lab.fx()).await?;
    let results = lab
        .race(8, |lab, number| {
            let done = MediaItem {
                state: MediaState::Ready,
                bytes: number as u64,
                ..item.clone()
            };
            async move {
                lab.records.catalog.set_ready(done, lab.fx()).await?;
                Ok(number as u64)
            }
        })
        .await?;
    let won = winners!(results, Error::Conflict(Conflict::State));
    same!(won.len(), 1, "calls that succeeded");
    same!(
        one(&lab, item.id).await?.map(|item| item.bytes),
        Some(won[0]),
        "the facts"
    );
    Ok(())
}

async fn ready_not_found(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let item = lab.new_item(user.id);
    refused!(
        lab.records.catalog.set_ready(item, lab.fx()).await,
        Error::NotFound(Entity::Media)
    );
    Ok(())
}

async fn get(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let mut items = vec![lab.picture(user.id).await?, lab.picture(user.id).await?];
    let ids = [items[1].id, MediaId::generate(), items[0].id];
    let mut found = lab.records.catalog.get(&ids).await?;
    found.sort_by_key(|item| item.id);
    items.sort_by_key(|item| item.id);
    same!(found, items, "the items");
    same!(
        lab.records.catalog.get(&[]).await?,
        vec![],
        "the items of no ids"
    );
    Ok(())
}

async fn get_many(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let mut ids: Vec<_> = (0..500).map(|_| MediaId::generate()).collect();
    for place in [0, 63, 64, 499] {
        ids[place] = lab.picture(user.id).await?.id;
    }
    same!(
        lab.records.catalog.get(&ids).await?.len(),
        4,
        "the items that exist of 500"
    );
    Ok(())
}

async fn by_owner(lab: Lab) -> Verdict {
    let (owner, other) = (lab.user().await?, lab.user().await?);
    lab.picture(other.id).await?;
    lab.records
        .catalog
        .insert(pending(&lab, owner.id), lab.fx())
        .await?;
    let mut expected = Vec::new();
    for number in 0..7 {
        let item = MediaItem {
            id: MediaId::from(fresh_uuid()),
            created_at: lab.before(number % 3),
            ..lab.new_item(owner.id)
        };
        lab.records.catalog.insert(item.clone(), lab.fx()).await?;
        expected.push(item);
    }
    expected.sort_by_key(|item| std::cmp::Reverse((item.created_at, item.id)));
    for limit in 1..=8 {
        let mut found = Vec::new();
        let mut page = PageRequest::first(limit);
        for _ in 0..20 {
            let query = MediaQuery::default();
            let next = lab.records.catalog.by_owner(owner.id, &query, page).await?;
            found.extend(next.items);
            match next.next {
                Some(after) => page = PageRequest::new(Some(after), limit),
                None => break,
            }
        }
        same!(found, expected, "the owner's items in pages of {limit}");
    }
    Ok(())
}

async fn alt(lab: Lab) -> Verdict {
    let owner = lab.user().await?;
    let item = lab.picture(owner.id).await?;
    let content = PostContent {
        cover: Some(item.id),
        ..using(&lab, item.id, PostStatus::Published)
    };
    let post = lab.post_of(owner.id, content).await?;
    let text = AltText::from_store("A heron, standing".to_owned());
    lab.records
        .catalog
        .set_alt(item.id, text.clone(), lab.fx())
        .await?;
    let expected = MediaItem { alt: text, ..item };
    same!(
        one(&lab, expected.id).await?,
        Some(expected.clone()),
        "the item"
    );
    same!(
        lab.stored(post.id).await?.cover,
        Some(expected.to_ref()),
        "the cover of a post"
    );
    Ok(())
}

async fn alt_not_found(lab: Lab) -> Verdict {
    let text = AltText::from_store("Nothing".to_owned());
    refused!(
        lab.records
            .catalog
            .set_alt(MediaId::generate(), text, lab.fx())
            .await,
        Error::NotFound(Entity::Media)
    );
    Ok(())
}

async fn set_key(
    lab: &Lab,
    id: MediaId,
    expected: Option<&ObjectKey>,
    key: Option<&ObjectKey>,
) -> crate::Result<()> {
    let seen = MediaItem {
        id,
        public_key: expected.cloned(),
        ..lab.new_item(UserId::generate())
    };
    let widths = seen.widths.clone();
    let catalog = &lab.records.catalog;
    catalog
        .set_copies(&seen, key.cloned(), widths, lab.fx())
        .await
}

async fn widths(lab: Lab) -> Verdict {
    let owner = lab.user().await?;
    let item = lab.picture(owner.id).await?;
    let unmade = Widths::default();
    let (none, some) = (Widths::new([]), Widths::new([480, 960]));
    for (seen, widths, fits) in [
        (&none, &some, false),
        (&unmade, &none, true),
        (&unmade, &some, false),
        (&some, &none, false),
        (&none, &some, true),
        (&some, &some, true),
    ] {
        let before = one(&lab, item.id).await?;
        let seen = MediaItem {
            widths: seen.clone(),
            ..item.clone()
        };
        let catalog = &lab.records.catalog;
        let set = catalog.set_copies(&seen, None, widths.clone(), lab.fx());
        let left = if fits {
            set.await?;
            Some(MediaItem {
                widths: widths.clone(),
                ..seen
            })
        } else {
            refused!(set.await, Error::Conflict(Conflict::State));
            before
        };
        same!(one(&lab, item.id).await?, left, "the item");
    }
    Ok(())
}

/// All that are without, read two at a time.
async fn all_without_copies(lab: &Lab) -> Verdict<Vec<MediaId>> {
    let mut found: Vec<MediaId> = Vec::new();
    loop {
        let after = found.last().copied();
        let page = lab.records.catalog.without_copies(after, 2).await?;
        ensure!(page.len() <= 2, "{} items of at most 2", page.len());
        if page.is_empty() {
            return Ok(found);
        }
        found.extend(page.iter().map(|item| item.id));
        ensure!(
            found.is_sorted_by(|a, b| a < b),
            "the items are not by id, or come again"
        );
    }
}

async fn without_copies(lab: Lab) -> Verdict {
    let owner = lab.user().await?;
    let video = MediaItem {
        kind: MediaKind::Video,
        ..lab.new_item(owner.id)
    };
    let made = MediaItem {
        widths: Widths::new([]),
        ..lab.new_item(owner.id)
    };
    for item in [pending(&lab, owner.id), video, made] {
        lab.records.catalog.insert(item, lab.fx()).await?;
    }
    // Others may have left some.
    let before = all_without_copies(&lab).await?;
    let mut mine = Vec::new();
    for _ in 0..5 {
        mine.push(lab.picture(owner.id).await?);
    }
    mine.sort_by_key(|item| item.id);
    let ids: Vec<MediaId> = mine.iter().map(|item| item.id).collect();
    let found = all_without_copies(&lab).await?;
    let new = found.into_iter().filter(|id| !before.contains(id));
    same!(new.collect::<Vec<_>>(), ids, "the items without copies");
    for item in mine {
        let catalog = &lab.records.catalog;
        let done = catalog.set_copies(&item, None, Widths::new([480]), lab.fx());
        done.await?;
    }
    same!(all_without_copies(&lab).await?, before, "what is left");
    Ok(())
}

async fn public_key(lab: Lab) -> Verdict {
    let owner = lab.user().await?;
    let item = lab.picture(owner.id).await?;
    let (a, b) = (lab.key(), lab.key());
    for (expected, key, fits) in [
        (Some(&a), Some(&b), false),
        (None, Some(&a), true),
        (None, Some(&b), false),
        (None, None, false),
        (Some(&b), None, false),
        (Some(&a), Some(&b), true),
        (Some(&b), None, true),
        (None, None, true),
    ] {
        let before = one(&lab, item.id).await?.and_then(|item| item.public_key);
        let result = set_key(&lab, item.id, expected, key).await;
        let left = if fits {
            result?;
            key.cloned()
        } else {
            refused!(result, Error::Conflict(Conflict::State));
            before
        };
        let found = one(&lab, item.id).await?.and_then(|item| item.public_key);
        same!(found, left, "the key after {expected:?} → {key:?}");
    }
    Ok(())
}

async fn public_key_race(lab: Lab) -> Verdict {
    let owner = lab.user().await?;
    let item = lab.picture(owner.id).await?;
    let results = lab
        .race(12, |lab, _| {
            let (id, key) = (item.id, lab.key());
            async move {
                set_key(&lab, id, None, Some(&key)).await?;
                Ok(key)
            }
        })
        .await?;
    let won = winners!(results, Error::Conflict(Conflict::State));
    same!(won.len(), 1, "calls that succeeded");
    let stored = one(&lab, item.id).await?.and_then(|item| item.public_key);
    same!(stored.as_ref(), won.first(), "the stored key");
    Ok(())
}

async fn public_key_not_found(lab: Lab) -> Verdict {
    let key = lab.key();
    refused!(
        set_key(&lab, MediaId::generate(), None, Some(&key)).await,
        Error::NotFound(Entity::Media)
    );
    Ok(())
}

async fn texts_return(lab: Lab) -> Verdict {
    let owner = lab.user().await?;
    for line in texts::LINES {
        let item = MediaItem {
            alt: AltText::from_store(texts::astral(400) + line),
            file_name: FileName::from_store((*line).to_owned()),
            ..lab.new_item(owner.id)
        };
        lab.records.catalog.insert(item.clone(), lab.fx()).await?;
        same!(one(&lab, item.id).await?, Some(item), "the item");
    }
    Ok(())
}
