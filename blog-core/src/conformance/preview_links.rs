//! The contract of [`PreviewLinkStore`](crate::ports::PreviewLinkStore).

use std::time::Duration;

use super::chance::fresh_bytes;
use super::check::{Check, Port};
use super::lab::{Lab, MICRO};
use super::verdict::{Verdict, refused, same, winners};
use crate::error::{Conflict, Entity, Error, Result};
use crate::id::{PostId, PreviewLinkId, UserId};
use crate::model::post::Post;
use crate::model::preview_link::{MadeLink, PreviewLink};
use crate::model::user::User;

pub(super) fn checks() -> Vec<Check> {
    let links = Port::PreviewLinks;
    vec![
        links.check("preview-links-purge", "Deletes preview links that expired before `now`, at most `limit`; returns how many.", purge).alone(),
        links.check("preview-links-create", "Stores a link; `find` gives the link of this secret, with its maker as they are now.", create),
        links.check("preview-links-create-refused", "`create`: `NotFound(Post)` when its post, `NotFound(User)` when its maker does not exist.", create_refused),
        links.check("preview-links-create-exists", "`create`: `Conflict(Exists)` when its id or the hash of its secret is stored already.", create_exists),
        links.check("preview-links-create-race", "Of many links at once with one secret exactly one is stored.", create_race),
        links.check("preview-links-find-expired", "`find`: `NotFound(Token)` when it is expired at `now` (the moment itself is expired).", find_expired),
        links.check("preview-links-find-unknown", "`find`: `NotFound(Token)` when there is none.", find_unknown),
        links.check("preview-links-maker-now", "With its maker as they are now: one who was suspended since is suspended.", maker_now),
        links.check("preview-links-deleted-post", "`find`: `NotFound(Token)` when its post is deleted.", deleted_post),
        links.check("preview-links-list", "The links of a post that are not expired at `now`, newest first by `created_at`, then id, greater first, at most `limit`.", list),
        links.check("preview-links-revoke", "Ends a link of a post at once and for ever.", revoke),
        links.check("preview-links-revoke-other", "`revoke`: `NotFound(Token)` when the post has no such link, and another post keeps it.", revoke_other),
    ]
}

async fn scene(lab: &Lab) -> Result<(User, Post)> {
    let user = lab.user().await?;
    let post = lab.post(user.id).await?;
    Ok((user, post))
}

fn new(lab: &Lab, user: &User, post: &Post) -> PreviewLink {
    PreviewLink {
        id: PreviewLinkId::generate(),
        token: fresh_bytes().into(),
        post: post.id,
        maker: user.id,
        created_at: lab.now,
        expires_at: lab.after(3_600),
    }
}

async fn stored(lab: &Lab, link: PreviewLink) -> Result<PreviewLink> {
    let links = &lab.records.preview_links;
    links.create(link.clone(), lab.fx()).await?;
    Ok(link)
}

async fn purge(lab: Lab) -> Verdict {
    let links = &lab.records.preview_links;
    let then = lab.long_ago();
    while links.purge(then, 1_000).await? > 0 {}
    let (user, post) = scene(&lab).await?;
    let ending = |at| PreviewLink {
        expires_at: at,
        ..new(&lab, &user, &post)
    };
    for seconds in 1..=3 {
        let ended = then.minus(Duration::from_secs(seconds));
        stored(&lab, ending(ended)).await?;
    }
    let live = stored(&lab, ending(then.plus(MICRO))).await?;
    same!(links.purge(then, 2).await?, 2, "deleted with the limit 2");
    same!(links.purge(then, 1_000).await?, 1, "deleted of the rest");
    same!(
        links.find(&live.token, then).await?.link,
        live,
        "the live link"
    );
    Ok(())
}

async fn create(lab: Lab) -> Verdict {
    let (user, post) = scene(&lab).await?;
    let link = stored(&lab, new(&lab, &user, &post)).await?;
    let found = lab.records.preview_links.find(&link.token, lab.now).await?;
    same!(found, MadeLink { link, maker: user }, "the link");
    Ok(())
}

async fn create_refused(lab: Lab) -> Verdict {
    let (user, post) = scene(&lab).await?;
    let links = &lab.records.preview_links;
    let no_post = PreviewLink {
        post: PostId::generate(),
        ..new(&lab, &user, &post)
    };
    let no_user = PreviewLink {
        maker: UserId::generate(),
        ..new(&lab, &user, &post)
    };
    refused!(
        links.create(no_post, lab.fx()).await,
        Error::NotFound(Entity::Post)
    );
    refused!(
        links.create(no_user, lab.fx()).await,
        Error::NotFound(Entity::User)
    );
    Ok(())
}

async fn create_exists(lab: Lab) -> Verdict {
    let (user, post) = scene(&lab).await?;
    let links = &lab.records.preview_links;
    let first = stored(&lab, new(&lab, &user, &post)).await?;
    let same_id = PreviewLink {
        id: first.id,
        ..new(&lab, &user, &post)
    };
    let same_secret = PreviewLink {
        token: first.token,
        ..new(&lab, &user, &post)
    };
    for link in [same_id, same_secret] {
        refused!(
            links.create(link, lab.fx()).await,
            Error::Conflict(Conflict::Exists)
        );
    }
    same!(
        links.find(&first.token, lab.now).await?.link,
        first,
        "the link that was there"
    );
    Ok(())
}

async fn create_race(lab: Lab) -> Verdict {
    let (user, post) = scene(&lab).await?;
    let token = fresh_bytes().into();
    let answers = lab
        .race(6, |lab, _| {
            let link = PreviewLink {
                token,
                ..new(&lab, &user, &post)
            };
            async move {
                let links = &lab.records.preview_links;
                links.create(link, lab.fx()).await
            }
        })
        .await?;
    let won = winners!(answers, Error::Conflict(Conflict::Exists));
    same!(won.len(), 1, "links that were stored");
    Ok(())
}

async fn find_expired(lab: Lab) -> Verdict {
    let (user, post) = scene(&lab).await?;
    let link = stored(&lab, new(&lab, &user, &post)).await?;
    let links = &lab.records.preview_links;
    let last = link.expires_at.minus(MICRO);
    same!(links.find(&link.token, last).await?.link, link, "the link");
    for late in [link.expires_at, link.expires_at.plus(MICRO)] {
        refused!(
            links.find(&link.token, late).await,
            Error::NotFound(Entity::Token)
        );
    }
    Ok(())
}

async fn find_unknown(lab: Lab) -> Verdict {
    let (user, post) = scene(&lab).await?;
    stored(&lab, new(&lab, &user, &post)).await?;
    let unknown = fresh_bytes().into();
    refused!(
        lab.records.preview_links.find(&unknown, lab.now).await,
        Error::NotFound(Entity::Token)
    );
    Ok(())
}

async fn maker_now(lab: Lab) -> Verdict {
    let (user, post) = scene(&lab).await?;
    let link = stored(&lab, new(&lab, &user, &post)).await?;
    lab.records
        .users
        .set_suspended(user.id, Some(lab.reason()), lab.fx())
        .await?;
    let found = lab.records.preview_links.find(&link.token, lab.now).await?;
    same!(
        found.maker.is_suspended(),
        true,
        "whether the maker is suspended"
    );
    Ok(())
}

async fn deleted_post(lab: Lab) -> Verdict {
    let (user, post) = scene(&lab).await?;
    let link = stored(&lab, new(&lab, &user, &post)).await?;
    lab.records
        .posts
        .delete(post.id, post.version, lab.fx())
        .await?;
    let links = &lab.records.preview_links;
    refused!(
        links.find(&link.token, lab.now).await,
        Error::NotFound(Entity::Token)
    );
    same!(links.of_post(post.id, lab.now, 9).await?.len(), 0, "links");
    Ok(())
}

async fn list(lab: Lab) -> Verdict {
    let (user, post) = scene(&lab).await?;
    let another = lab.post(user.id).await?;
    let at = |seconds, lives| PreviewLink {
        created_at: lab.before(seconds),
        expires_at: lab.now.plus(lives),
        ..new(&lab, &user, &post)
    };
    let hour = Duration::from_secs(3_600);
    let mut expected = Vec::new();
    for link in [at(20, MICRO), at(10, hour), at(10, hour), at(30, hour)] {
        expected.push(stored(&lab, link).await?);
    }
    expected.sort_by_key(|link| std::cmp::Reverse((link.created_at, link.id)));
    stored(&lab, at(1, Duration::ZERO)).await?;
    stored(&lab, new(&lab, &user, &another)).await?;
    for limit in [9, 3] {
        let found = lab
            .records
            .preview_links
            .of_post(post.id, lab.now, limit)
            .await?;
        let found: Vec<PreviewLink> = found.into_iter().map(|made| made.link).collect();
        expected.truncate(usize::from(limit));
        same!(found, expected, "the links");
    }
    Ok(())
}

async fn revoke(lab: Lab) -> Verdict {
    let (user, post) = scene(&lab).await?;
    let link = stored(&lab, new(&lab, &user, &post)).await?;
    let other = stored(&lab, new(&lab, &user, &post)).await?;
    let links = &lab.records.preview_links;
    links.revoke(post.id, link.id, lab.fx()).await?;
    for now in [lab.now, lab.before(3_600)] {
        refused!(
            links.find(&link.token, now).await,
            Error::NotFound(Entity::Token)
        );
    }
    refused!(
        links.revoke(post.id, link.id, lab.fx()).await,
        Error::NotFound(Entity::Token)
    );
    same!(
        links.find(&other.token, lab.now).await?.link,
        other,
        "the other link"
    );
    Ok(())
}

async fn revoke_other(lab: Lab) -> Verdict {
    let (user, post) = scene(&lab).await?;
    let another = lab.post(user.id).await?;
    let link = stored(&lab, new(&lab, &user, &post)).await?;
    let links = &lab.records.preview_links;
    for (post, id) in [
        (another.id, link.id),
        (post.id, PreviewLinkId::generate()),
        (PostId::generate(), link.id),
    ] {
        refused!(
            links.revoke(post, id, lab.fx()).await,
            Error::NotFound(Entity::Token)
        );
    }
    same!(
        links.find(&link.token, lab.now).await?.link,
        link,
        "the link"
    );
    Ok(())
}
