//! Deletions of posts.

use super::{full_content, sorted};
use crate::conformance::check::{Check, Port};
use crate::conformance::lab::Lab;
use crate::conformance::verdict::{Verdict, ensure, refused, same, winners};
use crate::error::{Conflict, Entity, Error};
use crate::id::PostId;
use crate::model::post::{NewPost, PostScope};
use crate::policy::Surface;
use crate::ports::engagement::View;

pub(super) fn checks() -> Vec<Check> {
    let posts = Port::Posts;
    vec![
        posts.check(
            "posts-delete",
            "Deletes a post and returns it as it was.",
            delete,
        ),
        posts.check(
            "posts-delete-with",
            "Deletes a post with its comments, likes, views and revisions.",
            delete_with,
        ),
        posts.check(
            "posts-delete-version",
            "`delete`: `Conflict(Version)` when the version is not the expected one.",
            delete_version,
        ),
        posts.check(
            "posts-delete-not-found",
            "`delete`: `NotFound(Post)` when there is none.",
            delete_not_found,
        ),
        posts.check(
            "posts-delete-race",
            "Of many deletions at once exactly one succeeds.",
            delete_race,
        ),
    ]
}

async fn delete(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let post = lab
        .post_of(user.id, full_content(&lab, user.id).await?)
        .await?;
    let other = lab.post(user.id).await?;
    let gone = lab.records.posts.delete(post.id, 1, lab.fx()).await?;
    same!(sorted(gone), sorted(post.clone()), "the deleted post");
    refused!(lab.stored(post.id).await, Error::NotFound(Entity::Post));
    refused!(
        lab.records
            .posts
            .by_slug(&post.slug, &lab.editor(Surface::Page))
            .await,
        Error::NotFound(Entity::Post)
    );
    let left = lab
        .cards(PostScope::Author(user.id), 10, &lab.editor(Surface::Manage))
        .await?;
    same!(
        left.iter().map(|card| card.id).collect::<Vec<_>>(),
        vec![other.id],
        "the author's list"
    );
    let tag = post.tags[0].slug.clone();
    let tagged = lab
        .cards(PostScope::Tag(tag), 10, &lab.editor(Surface::Manage))
        .await?;
    ensure!(
        tagged.is_empty(),
        "the list of a tag holds the deleted post"
    );
    Ok(())
}

async fn delete_with(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let post = lab.post(user.id).await?;
    let comment = lab.comment(post.id, user.id, None).await?;
    let reply = lab.comment(post.id, user.id, Some(comment.id)).await?;
    lab.records
        .engagement
        .set_like(post.id, user.id, true, lab.now)
        .await?;
    let view = View {
        post: post.id,
        day: 500_000,
        visitor: [1; 16],
    };
    lab.records.engagement.record_views(&[view]).await?;
    let gone = lab.records.posts.delete(post.id, 1, lab.fx()).await?;
    same!(
        (gone.likes, gone.views, gone.comments),
        (1, 1, 2),
        "the counters as they were"
    );
    for id in [comment.id, reply.id] {
        refused!(
            lab.records.comments.get(id).await,
            Error::NotFound(Entity::Comment)
        );
    }
    same!(
        lab.records.posts.revisions(post.id, None, 10).await?.items,
        vec![],
        "revisions"
    );
    // A post of the same id has nothing of the old one.
    let again = NewPost {
        id: post.id,
        ..lab.new_post(user.id, lab.content())
    };
    let again = lab.records.posts.create(again, lab.fx()).await?;
    same!(
        (again.likes, again.views, again.comments),
        (0, 0, 0),
        "the counters of a new post"
    );
    let likes = lab
        .records
        .engagement
        .set_like(post.id, user.id, true, lab.now)
        .await?;
    same!(likes, 1, "likes of the new post");
    same!(
        lab.records.engagement.record_views(&[view]).await?,
        1,
        "new views of the new post"
    );
    Ok(())
}

async fn delete_version(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let post = lab.post(user.id).await?;
    let saved = lab
        .records
        .posts
        .save(lab.change(&post, lab.content()), lab.fx())
        .await?;
    for version in [0, 1, 3] {
        refused!(
            lab.records.posts.delete(post.id, version, lab.fx()).await,
            Error::Conflict(Conflict::Version { current: 2 })
        );
    }
    same!(
        lab.stored(post.id).await?,
        saved,
        "the post after refused deletions"
    );
    Ok(())
}

async fn delete_not_found(lab: Lab) -> Verdict {
    refused!(
        lab.records
            .posts
            .delete(PostId::generate(), 1, lab.fx())
            .await,
        Error::NotFound(Entity::Post)
    );
    Ok(())
}

async fn delete_race(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let post = lab.post(user.id).await?;
    let results = lab
        .race(8, |lab, _| {
            let id = post.id;
            async move { lab.records.posts.delete(id, 1, lab.fx()).await }
        })
        .await?;
    same!(
        winners!(results, Error::NotFound(Entity::Post)),
        vec![post],
        "deletions that succeeded"
    );
    Ok(())
}
