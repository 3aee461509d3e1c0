//! Comments that wait for approval or were reported.

use crate::conformance::check::{Check, Port};
use crate::conformance::lab::Lab;
use crate::conformance::verdict::{Verdict, ensure, refused, same, winners};
use crate::error::{Conflict, Entity, Error, Result};
use crate::id::{CommentId, UserId};
use crate::model::comment::{
    Comment, CommentBody, CommentChange, CommentState, MAX_REASONS, NewComment, QueuedComment,
    Report, ReportReason,
};
use crate::model::effects::Effects;
use crate::model::post::{Post, SafeHtml};
use crate::page::PageRequest;
use crate::time::Timestamp;

pub(super) fn checks() -> Vec<Check> {
    let comments = Port::Comments;
    vec![
        comments.check(
            "comments-approve",
            "Makes a pending comment visible and raises the post's counter by one.",
            approve,
        ),
        comments.check(
            "comments-approve-reply",
            "`approve`: a reply is counted and shown in its thread.",
            approve_reply,
        ),
        comments.check(
            "comments-approve-race",
            "`Conflict(State)` when it is not pending: of any number of approvals at once exactly one succeeds.",
            approve_race,
        ),
        comments.check(
            "comments-approve-version",
            "`approve`, `dismiss`: `Conflict(Version)` with the stored version when it is not the expected one.",
            changed_meanwhile,
        ),
        comments.check(
            "comments-report",
            "Stores a report and puts the comment into the queue. `false`, and nothing at all changes, when this reporter \
             reported it before or `MAX_REASONS` did.",
            report,
        ),
        comments.check(
            "comments-report-race",
            "Of many reports of one reporter at once exactly one is new.",
            report_race,
        ),
        comments.check(
            "comments-dismiss",
            "Forgets the reports of a comment, which leaves the queue unless it is pending.",
            dismiss,
        ),
        comments.check(
            "comments-queue-not-found",
            "`approve`, `report`, `dismiss`: `NotFound(Comment)` when there is none or it is deleted.",
            not_found,
        ),
        comments.check(
            "comments-queue",
            "The comments that are pending or reported, newest first by when they came into the queue, then id, greater \
             first; with an author, only those on posts of that author. A deleted comment is in it no more.",
            queue,
        ),
        comments.check(
            "comments-has-visible",
            "Whether this user has a visible comment on somebody else's post.",
            has_visible,
        ),
    ]
}

async fn pending(lab: &Lab, post: &Post, parent: Option<CommentId>) -> Result<Comment> {
    pending_at(lab, post, parent, lab.now).await
}

async fn pending_at(
    lab: &Lab,
    post: &Post,
    parent: Option<CommentId>,
    at: Timestamp,
) -> Result<Comment> {
    let comment = NewComment {
        state: CommentState::Pending,
        parent,
        ..lab.new_comment(post.id, post.author.id)
    };
    lab.records.comments.create(comment, Effects::at(at)).await
}

fn report_of(comment: CommentId, reporter: UserId, reason: &str) -> Report {
    Report {
        comment,
        reporter,
        reason: ReportReason::from_store(reason.to_owned()),
    }
}

async fn scene(lab: &Lab) -> Verdict<Post> {
    let author = lab.user().await?;
    Ok(lab.post(author.id).await?)
}

async fn queued(lab: &Lab, post: &Post) -> Verdict<Vec<QueuedComment>> {
    let page = PageRequest::first(100);
    let comments = &lab.records.comments;
    Ok(comments.queue(Some(post.author.id), page).await?.items)
}

async fn approve(lab: Lab) -> Verdict {
    let post = scene(&lab).await?;
    let held = pending(&lab, &post, None).await?;
    same!(lab.stored(post.id).await?.comments, 0, "the counter before");
    let expected = Comment {
        state: CommentState::Visible,
        ..held.clone()
    };
    let comments = &lab.records.comments;
    same!(
        comments.approve(held.id, 1, lab.fx()).await?,
        expected,
        "the answer"
    );
    same!(comments.get(held.id).await?, expected, "the stored comment");
    same!(lab.stored(post.id).await?.comments, 1, "the counter");
    let page = PageRequest::first(10);
    let threads = comments.threads(post.id, page).await?.items;
    same!(threads.len(), 1, "threads");
    same!(queued(&lab, &post).await?, Vec::new(), "the queue");
    Ok(())
}

async fn approve_reply(lab: Lab) -> Verdict {
    let post = scene(&lab).await?;
    let first = lab.comment(post.id, post.author.id, None).await?;
    let held = pending(&lab, &post, Some(first.id)).await?;
    let comments = &lab.records.comments;
    comments.approve(held.id, 1, lab.fx()).await?;
    let page = PageRequest::first(10);
    let threads = comments.threads(post.id, page).await?.items;
    same!(threads[0].replies.len(), 1, "replies");
    same!(lab.stored(post.id).await?.comments, 2, "the counter");
    // The thread stays while its reply is there.
    comments.delete(first.id, lab.fx()).await?;
    let threads = comments.threads(post.id, page).await?.items;
    same!(threads.len(), 1, "threads after the first comment went");
    Ok(())
}

async fn approve_race(lab: Lab) -> Verdict {
    let post = scene(&lab).await?;
    let held = pending(&lab, &post, None).await?.id;
    let results = lab
        .race(10, |lab, _| async move {
            lab.records.comments.approve(held, 1, lab.fx()).await
        })
        .await?;
    let won = winners!(results, Error::Conflict(Conflict::State));
    same!(won.len(), 1, "approvals that succeeded");
    same!(lab.stored(post.id).await?.comments, 1, "the counter");
    Ok(())
}

async fn changed_meanwhile(lab: Lab) -> Verdict {
    let post = scene(&lab).await?;
    let held = pending(&lab, &post, None).await?;
    let comments = &lab.records.comments;
    let report = report_of(held.id, post.author.id, "Rude");
    comments.report(report, lab.fx()).await?;
    let change = CommentChange {
        id: held.id,
        expected_version: 1,
        body: CommentBody::from_store("Buy now".to_owned()),
        html: SafeHtml::default(),
    };
    comments.update(change, lab.fx()).await?;
    for version in [1, 3] {
        refused!(
            comments.approve(held.id, version, lab.fx()).await,
            Error::Conflict(Conflict::Version { current: 2 })
        );
        refused!(
            comments.dismiss(held.id, version, lab.fx()).await,
            Error::Conflict(Conflict::Version { current: 2 })
        );
    }
    let found = queued(&lab, &post).await?;
    same!(found.len(), 1, "what waits");
    same!(found[0].reasons.len(), 1, "its reports");
    same!(found[0].comment.state, CommentState::Pending, "its state");
    comments.approve(held.id, 2, lab.fx()).await?;
    comments.dismiss(held.id, 2, lab.fx()).await?;
    same!(queued(&lab, &post).await?, Vec::new(), "what waits then");
    Ok(())
}

async fn report(lab: Lab) -> Verdict {
    let post = scene(&lab).await?;
    let comment = lab.comment(post.id, post.author.id, None).await?;
    let comments = &lab.records.comments;
    let mut expected = Vec::new();
    for number in 0..MAX_REASONS + 1 {
        let reporter = lab.user().await?.id;
        let reason = format!("Reason {number}");
        let one = report_of(comment.id, reporter, &reason);
        let fx = Effects::at(lab.after(number as u64));
        let new = comments.report(one.clone(), fx.clone()).await?;
        same!(new, number < MAX_REASONS, "report {number}");
        ensure!(
            !comments.report(one, fx).await?,
            "a reporter is counted twice"
        );
        if new {
            expected.push(reason);
        }
    }
    let found = queued(&lab, &post).await?;
    same!(found.len(), 1, "comments in the queue");
    same!(found[0].reasons, expected, "the reasons");
    same!(found[0].queued_at, lab.now, "when it came into the queue");
    same!(
        (&found[0].post_slug, &found[0].post_title),
        (&post.slug, &post.title),
        "the post"
    );
    same!(found[0].comment, comment, "the comment");
    Ok(())
}

async fn report_race(lab: Lab) -> Verdict {
    let post = scene(&lab).await?;
    let comment = lab.comment(post.id, post.author.id, None).await?.id;
    let reporter = lab.user().await?.id;
    let results = lab
        .race(10, |lab, _| async move {
            let report = report_of(comment, reporter, "Rude");
            lab.records.comments.report(report, lab.fx()).await
        })
        .await?;
    let mut new = 0;
    for result in results {
        new += usize::from(result?);
    }
    same!(new, 1, "reports that were new");
    Ok(())
}

async fn dismiss(lab: Lab) -> Verdict {
    let post = scene(&lab).await?;
    let seen = lab.comment(post.id, post.author.id, None).await?;
    let held = pending(&lab, &post, None).await?;
    let reporter = lab.user().await?.id;
    let comments = &lab.records.comments;
    for id in [seen.id, held.id] {
        let report = report_of(id, reporter, "Rude");
        comments.report(report, lab.fx()).await?;
        comments.dismiss(id, 1, lab.fx()).await?;
    }
    let found = queued(&lab, &post).await?;
    let ids: Vec<_> = found.iter().map(|one| one.comment.id).collect();
    same!(ids, vec![held.id], "the queue");
    same!(found[0].reasons, Vec::<String>::new(), "the reasons");
    let report = report_of(seen.id, reporter, "Still rude");
    ensure!(
        comments.report(report, lab.fx()).await?,
        "a report after a dismissal is new"
    );
    Ok(())
}

async fn not_found(lab: Lab) -> Verdict {
    let post = scene(&lab).await?;
    let gone = lab.comment(post.id, post.author.id, None).await?.id;
    lab.comment(post.id, post.author.id, Some(gone)).await?;
    let comments = &lab.records.comments;
    comments.delete(gone, lab.fx()).await?;
    for id in [gone, CommentId::generate()] {
        refused!(
            comments.approve(id, 1, lab.fx()).await,
            Error::NotFound(Entity::Comment)
        );
        refused!(
            comments.dismiss(id, 1, lab.fx()).await,
            Error::NotFound(Entity::Comment)
        );
        let report = report_of(id, post.author.id, "Rude");
        refused!(
            comments.report(report, lab.fx()).await,
            Error::NotFound(Entity::Comment)
        );
    }
    Ok(())
}

async fn queue(lab: Lab) -> Verdict {
    let (post, other) = (scene(&lab).await?, scene(&lab).await?);
    let mut expected = Vec::new();
    for seconds in [3, 1, 2, 1, 3] {
        let at = lab.after(seconds);
        expected.push((at, pending_at(&lab, &post, None, at).await?.id));
    }
    pending(&lab, &other, None).await?;
    expected.sort();
    expected.reverse();
    let comments = &lab.records.comments;
    for limit in [1, 2, 5] {
        let mut found = Vec::new();
        let mut page = PageRequest::first(limit);
        loop {
            let part = comments.queue(Some(post.author.id), page).await?;
            found.extend(part.items.iter().map(|one| (one.queued_at, one.comment.id)));
            match part.next {
                Some(next) => page = PageRequest::new(Some(next), limit),
                None => break,
            }
        }
        same!(found, expected, "the queue in pages of {limit}");
    }
    let all = comments.queue(None, PageRequest::first(100)).await?.items;
    ensure!(
        all.iter().any(|one| one.comment.post == post.id) || all.len() == 100,
        "the queue of everybody"
    );
    // With answers it holds its place in the thread, and none in the queue.
    let (_, answered) = expected[0];
    let answer = NewComment {
        parent: Some(answered),
        ..lab.new_comment(post.id, post.author.id)
    };
    comments.create(answer, lab.fx()).await?;
    for (_, id) in expected {
        comments.delete(id, lab.fx()).await?;
    }
    same!(queued(&lab, &post).await?, Vec::new(), "the queue at last");
    Ok(())
}

async fn has_visible(lab: Lab) -> Verdict {
    let post = scene(&lab).await?;
    let comments = &lab.records.comments;
    let author = lab.user().await?.id;
    ensure!(!comments.has_visible(author).await?, "nothing was written");
    let own = lab.post(author).await?;
    comments
        .create(lab.new_comment(own.id, author), lab.fx())
        .await?;
    ensure!(
        !comments.has_visible(author).await?,
        "one on their own post"
    );
    let held = NewComment {
        state: CommentState::Pending,
        ..lab.new_comment(post.id, author)
    };
    let held = comments.create(held, lab.fx()).await?;
    ensure!(!comments.has_visible(author).await?, "one is pending");
    comments.approve(held.id, 1, lab.fx()).await?;
    ensure!(comments.has_visible(author).await?, "one is approved");
    comments.delete(held.id, lab.fx()).await?;
    ensure!(!comments.has_visible(author).await?, "it was deleted");
    Ok(())
}
