//! Pages of threads.

use std::collections::HashSet;

use super::{pending, shape, stage, threads};
use crate::conformance::chance::fresh_uuid;
use crate::conformance::check::{Check, Port};
use crate::conformance::lab::Lab;
use crate::conformance::verdict::{Verdict, ensure, refused, same};
use crate::error::{Entity, Error};
use crate::id::{CommentId, PostId};
use crate::model::comment::NewComment;
use crate::model::effects::Effects;
use crate::model::post::Post;
use crate::page::PageRequest;

pub(super) fn checks() -> Vec<Check> {
    let comments = Port::Comments;
    vec![
        comments.check("comments-order", "A page of threads of a post: oldest first by `created_at`, then id, their replies likewise.", order),
        comments.check("comments-pages", "Pages of threads neither repeat nor skip, with comments arriving meanwhile.", pages),
        comments.check("comments-pending-hidden", "Pending comments are left out of the threads.", pending_hidden),
        comments.check("comments-placeholder-seen", "Deleted ones stay where they have visible replies.", placeholder_seen),
        comments.check("comments-place", "A page of so many threads of a post that shows a comment: the first one, where it stands near the beginning.", place),
        comments.check("comments-place-missing", "`place`: `NotFound(Comment)` when `threads` shows no such comment of this post, or only its place.", place_missing),
        comments.check("comments-unknown-post", "An unknown post gives an empty page.", unknown_post),
    ]
}

/// Comments of few moments with ids of no order; as the threads must show them.
async fn crowd(
    lab: &Lab,
    post: &Post,
    parent: Option<CommentId>,
    count: u64,
) -> Verdict<Vec<CommentId>> {
    let mut rows = Vec::new();
    for number in 0..count {
        let at = lab.after(10 - number % 3);
        let new = NewComment {
            id: CommentId::from(fresh_uuid()),
            parent,
            ..lab.new_comment(post.id, post.author.id)
        };
        rows.push((at, new.id));
        lab.records.comments.create(new, Effects::at(at)).await?;
    }
    rows.sort();
    Ok(rows.into_iter().map(|(_, id)| id).collect())
}

async fn place(lab: Lab) -> Verdict {
    let (_, post) = stage(&lab).await?;
    let first = crowd(&lab, &post, None, 11).await?;
    let mut all = first.clone();
    for id in [first[0], first[7]] {
        all.extend(crowd(&lab, &post, Some(id), 3).await?);
    }
    // Not to be seen, and in nobody's way.
    for _ in 0..3 {
        pending(&lab, &post, None).await?;
    }
    for limit in [1, 2, 3, 5, 100] {
        for id in &all {
            let comments = &lab.records.comments;
            let page = comments.place(post.id, *id, limit).await?;
            same!(page.limit(), usize::from(limit), "the length of the page");
            let found = comments.threads(post.id, page).await?;
            let shown = found.items.iter().any(|thread| {
                let replies = thread.replies.iter().map(|reply| reply.id);
                thread.comment.id == *id || replies.into_iter().any(|reply| reply == *id)
            });
            ensure!(
                shown,
                "a page of {limit} at its place does not show the comment"
            );
        }
        let page = lab.records.comments.place(post.id, first[0], limit).await?;
        ensure!(
            page.after.is_none(),
            "the first comment is not on the first page"
        );
    }
    let page = lab.records.comments.place(post.id, first[10], 100).await?;
    ensure!(
        page.after.is_none(),
        "a page that holds all is not the first"
    );
    Ok(())
}

async fn place_missing(lab: Lab) -> Verdict {
    let (user, post) = stage(&lab).await?;
    let other = lab.post(user.id).await?;
    let comment = lab.comment(post.id, user.id, None).await?;
    let reply = lab.comment(post.id, user.id, Some(comment.id)).await?;
    let waiting = pending(&lab, &post, None).await?;
    let beneath = lab.comment(post.id, user.id, Some(waiting.id)).await?;
    let place = async |post: PostId, id: CommentId| lab.records.comments.place(post, id, 9).await;
    for (post, id) in [
        (other.id, comment.id),
        (PostId::generate(), comment.id),
        (post.id, CommentId::generate()),
        (post.id, waiting.id),
        (post.id, beneath.id),
    ] {
        refused!(place(post, id).await, Error::NotFound(Entity::Comment));
    }
    place(post.id, reply.id).await?;
    lab.records.comments.delete(comment.id, lab.fx()).await?;
    refused!(
        place(post.id, comment.id).await,
        Error::NotFound(Entity::Comment)
    );
    // Its place is kept for the reply, which is still to be seen.
    place(post.id, reply.id).await?;
    lab.records.comments.delete(reply.id, lab.fx()).await?;
    refused!(
        place(post.id, reply.id).await,
        Error::NotFound(Entity::Comment)
    );
    Ok(())
}

async fn order(lab: Lab) -> Verdict {
    let (_, post) = stage(&lab).await?;
    let mut expected = Vec::new();
    for (nth, id) in crowd(&lab, &post, None, 8).await?.into_iter().enumerate() {
        let replies = if nth % 3 == 0 {
            crowd(&lab, &post, Some(id), 5).await?
        } else {
            vec![]
        };
        expected.push((id, replies));
    }
    for limit in 1..=9 {
        let found = threads(&lab, post.id, limit).await?;
        same!(shape(&found), expected, "the threads in pages of {limit}");
    }
    Ok(())
}

async fn pages(lab: Lab) -> Verdict {
    let (_, post) = stage(&lab).await?;
    let still = crowd(&lab, &post, None, 10).await?;
    let walkers = lab
        .race(4, |lab, number| {
            let (still, post) = (still.clone(), post.clone());
            async move { walk_and_insert(&lab, &post, &still, 1 + number).await }
        })
        .await?;
    walkers.into_iter().collect()
}

/// Walks the threads in pages of so many, and after each page stores a comment before those that were shown and one
/// behind them; others do the same meanwhile.
async fn walk_and_insert(lab: &Lab, post: &Post, still: &[CommentId], limit: usize) -> Verdict {
    let size = u16::try_from(limit).unwrap_or(1);
    let mut found = Vec::new();
    let mut page = PageRequest::first(size);
    for step in 0..200 {
        let threads = lab.records.comments.threads(post.id, page).await?;
        found.extend(threads.items.into_iter().map(|thread| thread.comment.id));
        match threads.next {
            Some(next) => page = PageRequest::new(Some(next), size),
            None => break,
        }
        if step < 10 {
            for at in [lab.now, lab.after(9 + step % 4)] {
                let new = lab.new_comment(post.id, post.author.id);
                lab.records.comments.create(new, Effects::at(at)).await?;
            }
        }
    }
    let different: HashSet<_> = found.iter().collect();
    same!(
        different.len(),
        found.len(),
        "different threads in pages of {limit}"
    );
    let seen: Vec<_> = found.into_iter().filter(|id| still.contains(id)).collect();
    same!(
        seen,
        still,
        "the threads that were there, in pages of {limit}"
    );
    Ok(())
}

async fn pending_hidden(lab: Lab) -> Verdict {
    let (user, post) = stage(&lab).await?;
    let first = lab.comment(post.id, user.id, None).await?;
    let reply = lab.comment(post.id, user.id, Some(first.id)).await?;
    let hidden = [
        pending(&lab, &post, None).await?,
        pending(&lab, &post, Some(first.id)).await?,
    ];
    for limit in [1, 10] {
        let found = threads(&lab, post.id, limit).await?;
        same!(
            shape(&found),
            vec![(first.id, vec![reply.id])],
            "the threads in pages of {limit}"
        );
    }
    for waiting in hidden {
        same!(
            lab.records.comments.get(waiting.id).await?,
            waiting,
            "the pending comment itself"
        );
    }
    Ok(())
}

async fn placeholder_seen(lab: Lab) -> Verdict {
    let (user, post) = stage(&lab).await?;
    let seen = lab.comment(post.id, user.id, None).await?;
    let reply = lab.comment(post.id, user.id, Some(seen.id)).await?;
    pending(&lab, &post, Some(seen.id)).await?;
    let unseen = lab.comment(post.id, user.id, None).await?;
    pending(&lab, &post, Some(unseen.id)).await?;
    for comment in [&seen, &unseen] {
        lab.records.comments.delete(comment.id, lab.fx()).await?;
    }
    let found = threads(&lab, post.id, 10).await?;
    same!(
        shape(&found),
        vec![(seen.id, vec![reply.id])],
        "the threads"
    );
    Ok(())
}

async fn unknown_post(lab: Lab) -> Verdict {
    let page = lab
        .records
        .comments
        .threads(PostId::generate(), PageRequest::first(5))
        .await?;
    ensure!(
        page.items.is_empty() && page.next.is_none(),
        "a page of nothing has threads"
    );
    Ok(())
}
