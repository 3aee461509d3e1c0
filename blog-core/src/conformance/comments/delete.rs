//! Deletions of comments.

use super::{count, pending, shape, stage, threads};
use crate::conformance::check::{Check, Port};
use crate::conformance::lab::Lab;
use crate::conformance::verdict::{Verdict, refused, same, winners};
use crate::error::{Entity, Error};
use crate::id::CommentId;
use crate::model::comment::CommentState;

pub(super) fn checks() -> Vec<Check> {
    let comments = Port::Comments;
    vec![
        comments.check("comments-delete", "Deletes a comment: the post's counter falls by one if it was visible.", delete),
        comments.check("comments-delete-pending", "Deleting a pending comment leaves the post's counter.", delete_pending),
        comments.check("comments-delete-placeholder", "While it has replies a row in state `Deleted` holds its place: body and author are gone from the store.", placeholder),
        comments.check("comments-delete-last-reply", "The row that holds a place goes with its last reply.", last_reply),
        comments.check("comments-delete-not-found", "`delete`: `NotFound(Comment)` when there is none or it is deleted already.", delete_not_found),
        comments.check("comments-delete-race", "Of many deletions at once one succeeds, and the counter falls once.", delete_race),
    ]
}

async fn delete(lab: Lab) -> Verdict {
    let (user, post) = stage(&lab).await?;
    let (one, two) = (
        lab.comment(post.id, user.id, None).await?,
        lab.comment(post.id, user.id, None).await?,
    );
    let reply = lab.comment(post.id, user.id, Some(one.id)).await?;
    lab.records.comments.delete(two.id, lab.fx()).await?;
    same!(count(&lab, &post).await?, 2, "the counter after a deletion");
    lab.records.comments.delete(reply.id, lab.fx()).await?;
    same!(
        count(&lab, &post).await?,
        1,
        "the counter after a reply's deletion"
    );
    same!(
        shape(&threads(&lab, post.id, 10).await?),
        vec![(one.id, vec![])],
        "the threads"
    );
    Ok(())
}

async fn delete_pending(lab: Lab) -> Verdict {
    let (user, post) = stage(&lab).await?;
    lab.comment(post.id, user.id, None).await?;
    let waiting = pending(&lab, &post, None).await?;
    lab.records.comments.delete(waiting.id, lab.fx()).await?;
    same!(count(&lab, &post).await?, 1, "the counter");
    Ok(())
}

async fn placeholder(lab: Lab) -> Verdict {
    let (user, post) = stage(&lab).await?;
    let first = lab.comment(post.id, user.id, None).await?;
    let reply = lab.comment(post.id, user.id, Some(first.id)).await?;
    lab.records.comments.delete(first.id, lab.fx()).await?;
    same!(count(&lab, &post).await?, 1, "the counter");
    let found = threads(&lab, post.id, 10).await?;
    same!(
        shape(&found),
        vec![(first.id, vec![reply.id])],
        "the threads"
    );
    let held = &found[0].comment;
    same!(held.state, CommentState::Deleted, "the state");
    same!(
        (held.body.as_str(), held.html.as_str()),
        ("", ""),
        "body and HTML"
    );
    same!(held.author, None, "the author");
    same!(held.created_at, first.created_at, "its place in time");
    Ok(())
}

async fn last_reply(lab: Lab) -> Verdict {
    let (user, post) = stage(&lab).await?;
    let first = lab.comment(post.id, user.id, None).await?;
    let one = lab.comment(post.id, user.id, Some(first.id)).await?;
    let two = lab.comment(post.id, user.id, Some(first.id)).await?;
    for (gone, left) in [
        (first.id, vec![(first.id, vec![one.id, two.id])]),
        (one.id, vec![(first.id, vec![two.id])]),
        (two.id, vec![]),
    ] {
        lab.records.comments.delete(gone, lab.fx()).await?;
        let mut found = shape(&threads(&lab, post.id, 10).await?);
        for (_, replies) in &mut found {
            replies.sort();
        }
        same!(found, left, "the threads");
    }
    same!(count(&lab, &post).await?, 0, "the counter");
    Ok(())
}

async fn delete_not_found(lab: Lab) -> Verdict {
    let (user, post) = stage(&lab).await?;
    let held = lab.comment(post.id, user.id, None).await?;
    lab.comment(post.id, user.id, Some(held.id)).await?;
    lab.records.comments.delete(held.id, lab.fx()).await?;
    for id in [held.id, CommentId::generate()] {
        refused!(
            lab.records.comments.delete(id, lab.fx()).await,
            Error::NotFound(Entity::Comment)
        );
    }
    same!(
        count(&lab, &post).await?,
        1,
        "the counter after refused deletions"
    );
    Ok(())
}

async fn delete_race(lab: Lab) -> Verdict {
    let (user, post) = stage(&lab).await?;
    let held = lab.comment(post.id, user.id, None).await?;
    lab.comment(post.id, user.id, Some(held.id)).await?;
    let results = lab
        .race(10, |lab, _| {
            let id = held.id;
            async move { lab.records.comments.delete(id, lab.fx()).await }
        })
        .await?;
    same!(
        winners!(results, Error::NotFound(Entity::Comment)).len(),
        1,
        "deletions that succeeded"
    );
    same!(count(&lab, &post).await?, 1, "the counter");
    Ok(())
}
