//! The contract of [`CommentStore`](crate::ports::CommentStore).

use crate::conformance::check::{Check, Port};
use crate::conformance::lab::Lab;
use crate::conformance::texts;
use crate::conformance::verdict::{Failure, Verdict, ensure, refused, same, winners};
use crate::error::{Conflict, Entity, Error};
use crate::id::{CommentId, PostId, UserId};
use crate::model::comment::{
    Comment, CommentBody, CommentChange, CommentState, MAX_REPLIES, NewComment, Thread,
};
use crate::model::effects::Effects;
use crate::model::post::{Post, SafeHtml};
use crate::model::user::User;
use crate::page::PageRequest;

mod delete;
mod queue;
mod threads;

pub(super) fn checks() -> Vec<Check> {
    let comments = Port::Comments;
    let mut checks = vec![
        comments.check(
            "comments-create",
            "Stores a comment with version 1.",
            create,
        ),
        comments.check(
            "comments-counter",
            "When it is visible, raises the post's counter by one.",
            counter,
        ),
        comments.check(
            "comments-counter-race",
            "Comments at once are all counted.",
            counter_race,
        ),
        comments.check(
            "comments-nesting",
            "An answer to an answer is stored as an answer to that one's parent.",
            nesting,
        ),
        comments.check(
            "comments-create-no-post",
            "`create`: returns `NotFound(Post)`.",
            create_no_post,
        ),
        comments.check(
            "comments-create-no-user",
            "`create`: returns `NotFound(User)`.",
            create_no_user,
        ),
        comments.check(
            "comments-parent-missing",
            "`NotFound(Comment)` when the parent does not exist.",
            parent_missing,
        ),
        comments.check(
            "comments-parent-elsewhere",
            "`NotFound(Comment)` when the parent belongs to another post.",
            parent_elsewhere,
        ),
        comments.check(
            "comments-parent-deleted",
            "`NotFound(Comment)` when the parent is deleted.",
            parent_deleted,
        ),
        comments.check(
            "comments-thread-full",
            "`Conflict(ThreadFull)` when the parent has `MAX_REPLIES`.",
            thread_full,
        ),
        comments.check(
            "comments-update",
            "Replaces the body, sets `edited_at` and raises the version by one.",
            update,
        ),
        comments.check(
            "comments-update-version",
            "`Conflict(Version)` with the stored version when it is not the expected one.",
            update_version,
        ),
        comments.check(
            "comments-update-race",
            "Of two changes from one version exactly one succeeds.",
            update_race,
        ),
        comments.check(
            "comments-update-not-found",
            "`update`: `NotFound(Comment)` when there is none or it is deleted.",
            update_not_found,
        ),
        comments.check(
            "comments-get",
            "The comment; `NotFound(Comment)` when there is none or it is deleted.",
            get,
        ),
        comments.check(
            "comments-texts",
            "Texts come back byte for byte (body, HTML).",
            texts_return,
        ),
    ];
    checks.extend(queue::checks());
    checks.extend(delete::checks());
    checks.extend(threads::checks());
    checks
}

async fn stage(lab: &Lab) -> Verdict<(User, Post)> {
    let user = lab.user().await?;
    let post = lab.post(user.id).await?;
    Ok((user, post))
}

async fn count(lab: &Lab, post: &Post) -> Verdict<u64> {
    Ok(lab.stored(post.id).await?.comments)
}

/// All threads of a post, page by page.
async fn threads(lab: &Lab, post: PostId, limit: u16) -> Verdict<Vec<Thread>> {
    let mut threads = Vec::new();
    let mut page = PageRequest::first(limit);
    for _ in 0..500 {
        let found = lab.records.comments.threads(post, page).await?;
        ensure!(
            found.items.len() <= page.limit(),
            "a page of {limit} is too long"
        );
        threads.extend(found.items);
        match found.next {
            Some(next) => page = PageRequest::new(Some(next), limit),
            None => return Ok(threads),
        }
    }
    Err(Failure::new("the threads of a post have no end"))
}

/// The ids of threads and their replies.
fn shape(threads: &[Thread]) -> Vec<(CommentId, Vec<CommentId>)> {
    threads
        .iter()
        .map(|thread| {
            (
                thread.comment.id,
                thread.replies.iter().map(|reply| reply.id).collect(),
            )
        })
        .collect()
}

async fn pending(lab: &Lab, post: &Post, parent: Option<CommentId>) -> Verdict<Comment> {
    let new = NewComment {
        state: CommentState::Pending,
        parent,
        ..lab.new_comment(post.id, post.author.id)
    };
    Ok(lab.records.comments.create(new, lab.fx()).await?)
}

async fn create(lab: Lab) -> Verdict {
    let (user, post) = stage(&lab).await?;
    for state in [CommentState::Visible, CommentState::Pending] {
        let new = NewComment {
            state,
            ..lab.new_comment(post.id, user.id)
        };
        let expected = Comment {
            id: new.id,
            post: post.id,
            parent: None,
            author: Some(user.to_ref()),
            body: new.body.as_str().to_owned(),
            html: new.html.clone(),
            state,
            created_at: lab.now,
            edited_at: None,
            version: 1,
        };
        same!(
            lab.records.comments.create(new, lab.fx()).await?,
            expected,
            "the answer"
        );
        same!(
            lab.records.comments.get(expected.id).await?,
            expected,
            "the stored comment"
        );
    }
    Ok(())
}

async fn counter(lab: Lab) -> Verdict {
    let (user, post) = stage(&lab).await?;
    let first = lab.comment(post.id, user.id, None).await?;
    same!(count(&lab, &post).await?, 1, "the counter after a comment");
    lab.comment(post.id, user.id, Some(first.id)).await?;
    same!(count(&lab, &post).await?, 2, "the counter after a reply");
    pending(&lab, &post, None).await?;
    pending(&lab, &post, Some(first.id)).await?;
    same!(
        count(&lab, &post).await?,
        2,
        "the counter after pending ones"
    );
    let stored = lab.stored(post.id).await?;
    same!(
        (stored.version, stored.updated_at),
        (1, lab.now),
        "the post's version and time"
    );
    Ok(())
}

async fn counter_race(lab: Lab) -> Verdict {
    let (user, post) = stage(&lab).await?;
    let results = lab
        .race(15, |lab, _| {
            let (post, user) = (post.id, user.id);
            async move { lab.comment(post, user, None).await }
        })
        .await?;
    for result in results {
        result?;
    }
    same!(
        count(&lab, &post).await?,
        15,
        "the counter after 15 comments at once"
    );
    Ok(())
}

async fn nesting(lab: Lab) -> Verdict {
    let (user, post) = stage(&lab).await?;
    let first = lab.comment(post.id, user.id, None).await?;
    let reply = lab.comment(post.id, user.id, Some(first.id)).await?;
    same!(reply.parent, Some(first.id), "the parent of a reply");
    let deep = lab.comment(post.id, user.id, Some(reply.id)).await?;
    same!(
        deep.parent,
        Some(first.id),
        "the parent of a reply to a reply"
    );
    let stored = lab.records.comments.get(deep.id).await?;
    same!(stored.parent, Some(first.id), "the stored parent");
    let found = threads(&lab, post.id, 10).await?;
    same!(found.len(), 1, "threads");
    same!(found[0].replies.len(), 2, "replies");
    Ok(())
}

async fn create_no_post(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let new = lab.new_comment(PostId::generate(), user.id);
    refused!(
        lab.records.comments.create(new, lab.fx()).await,
        Error::NotFound(Entity::Post)
    );
    Ok(())
}

async fn create_no_user(lab: Lab) -> Verdict {
    let (_, post) = stage(&lab).await?;
    let new = lab.new_comment(post.id, UserId::generate());
    refused!(
        lab.records.comments.create(new, lab.fx()).await,
        Error::NotFound(Entity::User)
    );
    same!(
        count(&lab, &post).await?,
        0,
        "the counter after a refused comment"
    );
    same!(
        threads(&lab, post.id, 10).await?,
        vec![],
        "the threads after a refused comment"
    );
    Ok(())
}

async fn refused_parent(lab: &Lab, post: &Post, parent: CommentId) -> Verdict {
    let before = count(lab, post).await?;
    refused!(
        lab.comment(post.id, post.author.id, Some(parent)).await,
        Error::NotFound(Entity::Comment)
    );
    same!(
        count(lab, post).await?,
        before,
        "the counter after a refused reply"
    );
    Ok(())
}

async fn parent_missing(lab: Lab) -> Verdict {
    let (_, post) = stage(&lab).await?;
    refused_parent(&lab, &post, CommentId::generate()).await
}

async fn parent_elsewhere(lab: Lab) -> Verdict {
    let (user, post) = stage(&lab).await?;
    let other = lab.post(user.id).await?;
    let parent = lab.comment(other.id, user.id, None).await?;
    let reply = lab.comment(other.id, user.id, Some(parent.id)).await?;
    refused_parent(&lab, &post, parent.id).await?;
    refused_parent(&lab, &post, reply.id).await
}

async fn parent_deleted(lab: Lab) -> Verdict {
    let (user, post) = stage(&lab).await?;
    let gone = lab.comment(post.id, user.id, None).await?;
    lab.records.comments.delete(gone.id, lab.fx()).await?;
    refused_parent(&lab, &post, gone.id).await?;
    let held = lab.comment(post.id, user.id, None).await?;
    lab.comment(post.id, user.id, Some(held.id)).await?;
    lab.records.comments.delete(held.id, lab.fx()).await?;
    refused_parent(&lab, &post, held.id).await
}

async fn thread_full(lab: Lab) -> Verdict {
    let (user, post) = stage(&lab).await?;
    let first = lab.comment(post.id, user.id, None).await?;
    let mut last = first.id;
    for _ in 2..MAX_REPLIES {
        last = lab.comment(post.id, user.id, Some(first.id)).await?.id;
    }
    // Two places are left: directly and through a reply they are the same.
    let results = lab
        .race(8, |lab, number| {
            let parent = if number % 2 == 0 { first.id } else { last };
            let (post, user) = (post.id, user.id);
            async move { lab.comment(post, user, Some(parent)).await }
        })
        .await?;
    let won = winners!(results, Error::Conflict(Conflict::ThreadFull));
    same!(
        won.len(),
        2,
        "replies that found one of the last two places"
    );
    same!(
        count(&lab, &post).await?,
        MAX_REPLIES + 1,
        "the post's counter"
    );
    let found = threads(&lab, post.id, 10).await?;
    same!(
        found[0].replies.len() as u64,
        MAX_REPLIES,
        "the replies of the thread"
    );
    lab.comment(post.id, user.id, None).await?;
    Ok(())
}

fn change(comment: &Comment, text: &str) -> CommentChange {
    CommentChange {
        id: comment.id,
        expected_version: comment.version,
        body: CommentBody::from_store(text.to_owned()),
        html: SafeHtml::from_sanitiser(format!("<p>{text}</p>")),
    }
}

async fn update(lab: Lab) -> Verdict {
    let (user, post) = stage(&lab).await?;
    let comment = lab.comment(post.id, user.id, None).await?;
    let later = Effects::at(lab.after(60));
    let answer = lab
        .records
        .comments
        .update(change(&comment, "new"), later)
        .await?;
    let expected = Comment {
        body: "new".to_owned(),
        html: SafeHtml::from_sanitiser("<p>new</p>".to_owned()),
        edited_at: Some(lab.after(60)),
        version: 2,
        ..comment
    };
    same!(answer, expected, "the answer");
    same!(
        lab.records.comments.get(expected.id).await?,
        expected,
        "the stored comment"
    );
    same!(count(&lab, &post).await?, 1, "the post's counter");
    Ok(())
}

async fn update_version(lab: Lab) -> Verdict {
    let (user, post) = stage(&lab).await?;
    let comment = lab.comment(post.id, user.id, None).await?;
    let saved = lab
        .records
        .comments
        .update(change(&comment, "new"), lab.fx())
        .await?;
    for expected_version in [0, 1, 3] {
        let stale = CommentChange {
            expected_version,
            ..change(&comment, "stale")
        };
        refused!(
            lab.records.comments.update(stale, lab.fx()).await,
            Error::Conflict(Conflict::Version { current: 2 })
        );
    }
    same!(
        lab.records.comments.get(comment.id).await?,
        saved,
        "the comment after refused changes"
    );
    Ok(())
}

async fn update_race(lab: Lab) -> Verdict {
    let (user, post) = stage(&lab).await?;
    let comment = lab.comment(post.id, user.id, None).await?;
    let results = lab
        .race(8, |lab, number| {
            let change = change(&comment, &format!("text {number}"));
            async move { lab.records.comments.update(change, lab.fx()).await }
        })
        .await?;
    let won = winners!(results, Error::Conflict(Conflict::Version { current: 2 }));
    same!(won.len(), 1, "changes that succeeded");
    same!(
        lab.records.comments.get(comment.id).await?,
        won[0],
        "the stored comment"
    );
    Ok(())
}

async fn update_not_found(lab: Lab) -> Verdict {
    let (user, post) = stage(&lab).await?;
    let held = lab.comment(post.id, user.id, None).await?;
    lab.comment(post.id, user.id, Some(held.id)).await?;
    let gone = lab.comment(post.id, user.id, None).await?;
    for comment in [&held, &gone] {
        lab.records.comments.delete(comment.id, lab.fx()).await?;
    }
    let unknown = CommentChange {
        id: CommentId::generate(),
        ..change(&held, "text")
    };
    let held_now = CommentChange {
        expected_version: 2,
        ..change(&held, "text")
    };
    for change in [
        unknown,
        held_now,
        change(&held, "text"),
        change(&gone, "text"),
    ] {
        refused!(
            lab.records.comments.update(change, lab.fx()).await,
            Error::NotFound(Entity::Comment)
        );
    }
    Ok(())
}

async fn get(lab: Lab) -> Verdict {
    let (user, post) = stage(&lab).await?;
    let held = lab.comment(post.id, user.id, None).await?;
    let reply = lab.comment(post.id, user.id, Some(held.id)).await?;
    let gone = lab.comment(post.id, user.id, None).await?;
    for comment in [&held, &gone] {
        same!(
            lab.records.comments.get(comment.id).await?,
            *comment,
            "the comment"
        );
        lab.records.comments.delete(comment.id, lab.fx()).await?;
    }
    for id in [held.id, gone.id, CommentId::generate()] {
        refused!(
            lab.records.comments.get(id).await,
            Error::NotFound(Entity::Comment)
        );
    }
    same!(
        lab.records.comments.get(reply.id).await?,
        reply,
        "the reply"
    );
    Ok(())
}

async fn texts_return(lab: Lab) -> Verdict {
    let (user, post) = stage(&lab).await?;
    let mut bodies: Vec<String> = texts::LINES.iter().map(|line| (*line).to_owned()).collect();
    bodies.push(texts::paragraphs());
    bodies.push(texts::of_bytes(crate::markdown::MAX_COMMENT_BYTES));
    for body in bodies {
        let new = NewComment {
            body: CommentBody::from_store(body.clone()),
            html: SafeHtml::from_sanitiser(format!("<p>{body}</p>")),
            ..lab.new_comment(post.id, user.id)
        };
        let comment = lab.records.comments.create(new, lab.fx()).await?;
        let stored = lab.records.comments.get(comment.id).await?;
        same!(stored.body, body, "the body");
        same!(stored.html.as_str(), format!("<p>{body}</p>"), "the HTML");
    }
    Ok(())
}
