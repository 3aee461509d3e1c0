//! Who may see an item, who uses it, and when it can go.

use super::{one, pending, using, wear};
use crate::conformance::check::{Check, Port};
use crate::conformance::lab::{Lab, MICRO};
use crate::conformance::verdict::{Verdict, refused, same, winners};
use crate::error::{Conflict, Entity, Error};
use crate::id::MediaId;
use crate::model::media::{MediaItem, MediaUse};
use crate::model::post::{Post, PostContent, PostStatus};
use crate::model::user::Role;
use crate::policy::{Actor, Surface, Visibility};

pub(super) fn checks() -> Vec<Check> {
    let catalog = Port::Catalog;
    vec![
        catalog.check("catalog-visible-owner", "The ready item, if its viewer owns it, is an editor or admin; else `NotFound(Media)`.", visible_owner),
        catalog.check("catalog-visible-pending", "Its bytes are on their way; nobody sees it.", visible_pending),
        catalog.check("catalog-visible-avatar", "The ready item, if an avatar uses it.", visible_avatar),
        catalog.check("catalog-visible-post", "The ready item, if a post that the visibility allows uses it.", visible_post),
        catalog.check("catalog-usage", "Who uses an item at `now`: posts and avatars.", usage),
        catalog.check("catalog-usage-public", "Something everybody may see uses it: an avatar, or a post that is published or unlisted by now.", usage_public),
        catalog.check("catalog-usage-unknown", "An item that does not exist is used by nobody.", usage_unknown),
        catalog.check("catalog-delete", "Deletes an item that nothing uses, and returns it.", delete),
        catalog.check("catalog-delete-used", "`delete`: `Conflict(State)` while a post or avatar uses it, and no longer.", delete_used),
        catalog.check("catalog-delete-not-found", "`delete`: `NotFound(Media)` when there is none.", delete_not_found),
        catalog.check("catalog-delete-race", "An item that a new post uses is not deleted, and a deleted item is used by no new post.", delete_race),
    ]
}

async fn visible_owner(lab: Lab) -> Verdict {
    let (owner, other) = (lab.user().await?, lab.user().await?);
    let item = lab.picture(owner.id).await?;
    let with = |role, suspended| Actor::User {
        id: other.id,
        role,
        suspended,
        verified: true,
        blocked: false,
        must_enrol: false,
    };
    for (viewer, seen) in [
        (Actor::of(&owner), true),
        (with(Role::Editor, false), true),
        (with(Role::Admin, false), true),
        (with(Role::Admin, true), false),
        (with(Role::Author, false), false),
        (with(Role::Reader, false), false),
        (Actor::Anonymous, false),
    ] {
        let visibility = Visibility::new(viewer, Surface::Page, lab.now);
        let found = lab.records.catalog.visible(item.id, &visibility).await;
        if seen {
            same!(found?, item, "the item for {viewer:?}");
        } else {
            refused!(found, Error::NotFound(Entity::Media));
        }
    }
    refused!(
        lab.records
            .catalog
            .visible(MediaId::generate(), &lab.editor(Surface::Page))
            .await,
        Error::NotFound(Entity::Media)
    );
    Ok(())
}

async fn visible_pending(lab: Lab) -> Verdict {
    let owner = lab.user().await?;
    let item = pending(&lab, owner.id);
    lab.records.catalog.insert(item.clone(), lab.fx()).await?;
    lab.post_of(owner.id, using(&lab, item.id, PostStatus::Published))
        .await?;
    for viewer in [
        Actor::of(&owner),
        lab.editor(Surface::Page).viewer(),
        Actor::Anonymous,
    ] {
        let visibility = Visibility::new(viewer, Surface::Page, lab.now);
        refused!(
            lab.records.catalog.visible(item.id, &visibility).await,
            Error::NotFound(Entity::Media)
        );
    }
    Ok(())
}

async fn visible_avatar(lab: Lab) -> Verdict {
    let owner = lab.user().await?;
    let item = lab.picture(owner.id).await?;
    let stranger = lab.stranger(Surface::Page);
    let worn = wear(&lab, &owner, Some(item.id)).await?;
    same!(
        lab.records.catalog.visible(item.id, &stranger).await?,
        item,
        "an avatar"
    );
    wear(&lab, &worn, None).await?;
    refused!(
        lab.records.catalog.visible(item.id, &stranger).await,
        Error::NotFound(Entity::Media)
    );
    Ok(())
}

async fn visible_post(lab: Lab) -> Verdict {
    let owner = lab.user().await?;
    for (status, seen) in [
        (PostStatus::Draft, false),
        (PostStatus::Unlisted, true),
        (PostStatus::Published, true),
    ] {
        let item = lab.picture(owner.id).await?;
        let post = lab.post_of(owner.id, using(&lab, item.id, status)).await?;
        lab.post_of(owner.id, using(&lab, item.id, PostStatus::Draft))
            .await?;
        let stranger = lab.stranger(Surface::Page);
        let found = lab.records.catalog.visible(item.id, &stranger).await;
        if seen {
            same!(found?, item, "the item of a post that is {status:?}");
        } else {
            refused!(found, Error::NotFound(Entity::Media));
        }
        let early = Visibility::new(Actor::Anonymous, Surface::Page, lab.now.minus(MICRO));
        refused!(
            lab.records.catalog.visible(item.id, &early).await,
            Error::NotFound(Entity::Media)
        );
        lab.records
            .posts
            .save(lab.change(&post, lab.content()), lab.fx())
            .await?;
        refused!(
            lab.records.catalog.visible(item.id, &stranger).await,
            Error::NotFound(Entity::Media)
        );
    }
    Ok(())
}

async fn uses(lab: &Lab, item: &MediaItem) -> Verdict<MediaUse> {
    Ok(lab.records.catalog.usage(item.id, lab.now).await?)
}

async fn usage(lab: Lab) -> Verdict {
    let owner = lab.user().await?;
    let item = lab.picture(owner.id).await?;
    same!(
        uses(&lab, &item).await?,
        MediaUse::default(),
        "the use of a new item"
    );
    let mut content = using(&lab, item.id, PostStatus::Draft);
    content.cover = Some(item.id);
    let first = lab.post_of(owner.id, content).await?;
    let second = lab
        .post_of(owner.id, using(&lab, item.id, PostStatus::Draft))
        .await?;
    let hidden = MediaUse {
        public: false,
        used: true,
    };
    same!(uses(&lab, &item).await?, hidden, "the use by two drafts");
    let worn = wear(&lab, &owner, Some(item.id)).await?;
    let shown = MediaUse {
        public: true,
        used: true,
    };
    same!(
        uses(&lab, &item).await?,
        shown,
        "the use by two drafts and an avatar"
    );
    wear(&lab, &worn, None).await?;
    lab.records.posts.delete(first.id, 1, lab.fx()).await?;
    same!(
        uses(&lab, &item).await?,
        hidden,
        "the use by the draft that is left"
    );
    lab.records
        .posts
        .save(lab.change(&second, lab.content()), lab.fx())
        .await?;
    same!(
        uses(&lab, &item).await?,
        MediaUse::default(),
        "the use after all"
    );
    Ok(())
}

async fn usage_public(lab: Lab) -> Verdict {
    let owner = lab.user().await?;
    for (status, at, public) in [
        (PostStatus::Draft, lab.now, false),
        (PostStatus::Published, lab.now, true),
        (PostStatus::Unlisted, lab.now, true),
        (PostStatus::Published, lab.now.plus(MICRO), false),
        (PostStatus::Unlisted, lab.now.plus(MICRO), false),
    ] {
        let item = lab.picture(owner.id).await?;
        let content = PostContent {
            published_at: Some(at),
            ..using(&lab, item.id, status)
        };
        lab.post_of(owner.id, content).await?;
        let found = uses(&lab, &item).await?;
        same!(
            found,
            MediaUse { public, used: true },
            "the use by a post that is {status:?}"
        );
        let later = lab.records.catalog.usage(item.id, lab.after(1)).await?;
        same!(
            later.public,
            status != PostStatus::Draft,
            "whether it is public later"
        );
    }
    Ok(())
}

async fn usage_unknown(lab: Lab) -> Verdict {
    let found = lab
        .records
        .catalog
        .usage(MediaId::generate(), lab.now)
        .await?;
    same!(found, MediaUse::default(), "the use of nothing");
    Ok(())
}

async fn delete(lab: Lab) -> Verdict {
    let owner = lab.user().await?;
    let ready = lab.picture(owner.id).await?;
    let pending = pending(&lab, owner.id);
    lab.records
        .catalog
        .insert(pending.clone(), lab.fx())
        .await?;
    for item in [ready, pending] {
        same!(
            lab.records.catalog.delete(item.id, lab.fx()).await?,
            item,
            "the deleted item"
        );
        same!(
            one(&lab, item.id).await?,
            None,
            "the item after its deletion"
        );
    }
    Ok(())
}

async fn delete_used(lab: Lab) -> Verdict {
    let owner = lab.user().await?;
    let item = lab.picture(owner.id).await?;
    let state = |result: crate::Result<MediaItem>| -> Verdict {
        refused!(result, Error::Conflict(Conflict::State));
        Ok(())
    };
    let draft = lab
        .post_of(owner.id, using(&lab, item.id, PostStatus::Draft))
        .await?;
    state(lab.records.catalog.delete(item.id, lab.fx()).await)?;
    let worn = wear(&lab, &owner, Some(item.id)).await?;
    lab.records.posts.delete(draft.id, 1, lab.fx()).await?;
    state(lab.records.catalog.delete(item.id, lab.fx()).await)?;
    same!(
        one(&lab, item.id).await?,
        Some(item.clone()),
        "the item after refused deletions"
    );
    wear(&lab, &worn, None).await?;
    same!(
        lab.records.catalog.delete(item.id, lab.fx()).await?,
        item,
        "the deleted item"
    );
    Ok(())
}

async fn delete_not_found(lab: Lab) -> Verdict {
    refused!(
        lab.records
            .catalog
            .delete(MediaId::generate(), lab.fx())
            .await,
        Error::NotFound(Entity::Media)
    );
    Ok(())
}

async fn delete_race(lab: Lab) -> Verdict {
    let owner = lab.user().await?;
    for _ in 0..6 {
        let item = lab.picture(owner.id).await?;
        let (id, author) = (item.id, owner.id);
        let results = lab
            .race(2, |lab, number| async move {
                if number == 0 {
                    return lab.records.catalog.delete(id, lab.fx()).await.map(|_| None);
                }
                lab.post_of(author, using(&lab, id, PostStatus::Published))
                    .await
                    .map(Some)
            })
            .await?;
        let won: Vec<Option<Post>> = winners!(
            results,
            Error::Conflict(Conflict::State) | Error::NotFound(Entity::Media)
        );
        same!(
            won.len(),
            1,
            "a deletion and a post of one item at once: how many succeeded"
        );
        let there = one(&lab, id).await?.is_some();
        same!(there, won[0].is_some(), "whether the item is there");
    }
    Ok(())
}
