//! The contract of [`PersonalData`](crate::ports::PersonalData).

use super::chance::fresh_bytes;
use super::check::{Check, Port};
use super::lab::{Lab, MICRO};
use super::verdict::{Verdict, same};
use crate::error::Result;
use crate::id::{AutosaveId, InvitationId, PreviewLinkId, UserId};
use crate::model::autosave::{Autosave, FormText};
use crate::model::comment::{CommentState, Report, ReportReason};
use crate::model::export::{OwnComment, OwnLike, OwnReport};
use crate::model::invitation::Invitation;
use crate::model::post::PostStatus;
use crate::model::preview_link::PreviewLink;
use crate::model::user::Role;

pub(super) fn checks() -> Vec<Check> {
    let personal = Port::Personal;
    vec![
        personal.check("personal-comments", "Their comments that are not deleted, also those that wait, each with the slug of its post unless that is a draft; in the order of the ids, those behind `after`, at most `limit`.", comments),
        personal.check("personal-likes", "Their likes, by the posts' ids, each with the slug of the post unless that is a draft.", likes),
        personal.check("personal-reports", "Their reports, by the comments' ids.", reports),
        personal.check("personal-autosaves", "Their unsaved texts.", autosaves),
        personal.check("personal-preview-links", "The links to posts that they made.", preview_links),
        personal.check("personal-invitations", "The invitations that they made.", invitations),
        personal.check("personal-nobody", "Somebody who is not there has nothing.", nobody),
    ]
}

/// Asks for a list whole, and page by page, and holds both against what is expected, by ids.
macro_rules! listed {
    ($lab:ident, $port:ident, $who:expr, $id:ident, $expected:expr) => {{
        let mut expected = $expected;
        expected.sort_by_key(|row| row.$id);
        let personal = &$lab.records.personal;
        let whole = personal.$port($who, None, 100).await?;
        same!(whole, expected, stringify!($port));
        let mut after = None;
        let mut pages = Vec::new();
        loop {
            let page = personal.$port($who, after, 1).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.$id);
            same!(page.len(), 1, "a page of one");
            pages.extend(page);
        }
        same!(pages, expected, "pages of {}", stringify!($port));
    }};
}

async fn comments(lab: Lab) -> Verdict {
    let author = lab.user().await?.id;
    let other = lab.user().await?.id;
    let post = lab.post(other).await?;
    let draft = lab.post(other).await?;
    let mut expected = Vec::new();
    for (post, state) in [
        (&post, CommentState::Visible),
        (&post, CommentState::Pending),
        (&draft, CommentState::Visible),
    ] {
        let mut new = lab.new_comment(post.id, author);
        new.state = state;
        let stored = lab.records.comments.create(new, lab.fx()).await?;
        expected.push(OwnComment {
            id: stored.id,
            post: post.id,
            slug: (post.id != draft.id).then(|| post.slug.clone()),
            parent: None,
            body: stored.body,
            state,
            created_at: stored.created_at,
            edited_at: None,
        });
    }
    let mut content = lab.content();
    content.status = PostStatus::Draft;
    let change = lab.change(&draft, content);
    lab.records.posts.save(change, lab.fx()).await?;
    // Not theirs, and not there any more.
    let strange = lab.new_comment(post.id, other);
    lab.records.comments.create(strange, lab.fx()).await?;
    let gone = lab.new_comment(post.id, author);
    let gone = lab.records.comments.create(gone, lab.fx()).await?;
    lab.records.comments.delete(gone.id, lab.fx()).await?;
    listed!(lab, comments, author, id, expected);
    Ok(())
}

async fn likes(lab: Lab) -> Verdict {
    let liker = lab.user().await?.id;
    let other = lab.user().await?.id;
    let engagement = &lab.records.engagement;
    let mut expected = Vec::new();
    for seconds in 1..=3 {
        let post = lab.post(other).await?;
        let at = lab.before(seconds);
        engagement.set_like(post.id, liker, true, at).await?;
        // Once more changes nothing.
        engagement.set_like(post.id, liker, true, lab.now).await?;
        engagement.set_like(post.id, other, true, at).await?;
        expected.push(OwnLike {
            post: post.id,
            slug: Some(post.slug),
            at,
        });
    }
    let taken_back = lab.post(other).await?;
    engagement
        .set_like(taken_back.id, liker, true, lab.now)
        .await?;
    engagement
        .set_like(taken_back.id, liker, false, lab.now)
        .await?;
    listed!(lab, likes, liker, post, expected);
    Ok(())
}

async fn reports(lab: Lab) -> Verdict {
    let reporter = lab.user().await?.id;
    let other = lab.user().await?.id;
    let post = lab.post(other).await?;
    let mut expected = Vec::new();
    for _ in 0..2 {
        let comment = lab.comment(post.id, other, None).await?;
        for by in [reporter, other] {
            let report = Report {
                comment: comment.id,
                reporter: by,
                reason: ReportReason::from_store(format!("Because of {by}")),
            };
            lab.records.comments.report(report, lab.fx()).await?;
        }
        expected.push(OwnReport {
            comment: comment.id,
            reason: format!("Because of {reporter}"),
            at: lab.now,
        });
    }
    listed!(lab, reports, reporter, comment, expected);
    Ok(())
}

async fn autosaves(lab: Lab) -> Verdict {
    let writer = lab.user().await?.id;
    let other = lab.user().await?.id;
    let post = lab.post(other).await?;
    let mut expected = Vec::new();
    for (who, of) in [(writer, None), (writer, Some(post.id)), (other, None)] {
        let kept = Autosave {
            id: AutosaveId::generate(),
            writer: who,
            post: of,
            version: 1,
            step: 2,
            text: FormText::from_store(vec![("body".to_owned(), format!("Text of {who}"))]),
            saved_at: lab.now,
        };
        lab.records.autosaves.keep(kept.clone()).await?;
        if who == writer {
            expected.push(kept);
        }
    }
    listed!(lab, autosaves, writer, id, expected);
    Ok(())
}

async fn preview_links(lab: Lab) -> Verdict {
    let maker = lab.user().await?.id;
    let other = lab.user().await?.id;
    let post = lab.post(maker).await?;
    let mut expected = Vec::new();
    for who in [maker, other, maker] {
        let link = PreviewLink {
            id: PreviewLinkId::generate(),
            token: fresh_bytes().into(),
            post: post.id,
            maker: who,
            created_at: lab.now,
            expires_at: lab.now.plus(MICRO),
        };
        let links = &lab.records.preview_links;
        links.create(link.clone(), lab.fx()).await?;
        if who == maker {
            expected.push(link);
        }
    }
    listed!(lab, preview_links, maker, id, expected);
    Ok(())
}

async fn invitations(lab: Lab) -> Verdict {
    let maker = lab.user().await?.id;
    let other = lab.user().await?.id;
    let mut expected = Vec::new();
    for who in [maker, other, maker] {
        let invitation = Invitation {
            id: InvitationId::generate(),
            token: fresh_bytes().into(),
            maker: who,
            role: Role::Editor,
            created_at: lab.now,
            expires_at: lab.after(60),
            used_at: None,
        };
        let invitations = &lab.records.invitations;
        invitations.create(invitation.clone(), lab.fx()).await?;
        if who == maker {
            expected.push(invitation);
        }
    }
    listed!(lab, invitations, maker, id, expected);
    Ok(())
}

async fn nobody(lab: Lab) -> Verdict {
    let who = UserId::generate();
    let personal = &lab.records.personal;
    let found: Result<[usize; 6]> = async {
        Ok([
            personal.comments(who, None, 9).await?.len(),
            personal.likes(who, None, 9).await?.len(),
            personal.reports(who, None, 9).await?.len(),
            personal.autosaves(who, None, 9).await?.len(),
            personal.preview_links(who, None, 9).await?.len(),
            personal.invitations(who, None, 9).await?.len(),
        ])
    }
    .await;
    same!(found?, [0; 6], "what nobody has");
    Ok(())
}
