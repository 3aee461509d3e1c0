//! Saved states of posts.

use crate::conformance::check::{Check, Port};
use crate::conformance::lab::Lab;
use crate::conformance::verdict::{Verdict, refused, same};
use crate::error::{Entity, Error};
use crate::id::PostId;
use crate::model::effects::Effects;
use crate::model::post::{Post, PostChange};

pub(super) fn checks() -> Vec<Check> {
    let posts = Port::Posts;
    vec![
        posts.check(
            "posts-save-revision",
            "`save` stores a revision.",
            save_revision,
        ),
        posts.check(
            "posts-revisions",
            "The revisions of a post without their texts, newest first. A post that does not exist has none.",
            revisions,
        ),
        posts.check(
            "posts-revisions-pages",
            "Those before the version `before`, at most `limit`; the cursor of the next page is its last row's version.",
            pages,
        ),
        posts.check(
            "posts-revisions-kept",
            "Every revision is kept until the post is deleted.",
            kept,
        ),
        posts.check(
            "posts-revision-not-found",
            "`NotFound(Revision)` when the post has none of this version.",
            not_found,
        ),
    ]
}

/// The post after so many more saves, all at one moment, so that only versions can order them.
async fn saved(lab: &Lab, mut post: Post, times: usize) -> Verdict<Post> {
    for _ in 0..times {
        let change = lab.change(&post, lab.content());
        post = lab.records.posts.save(change, lab.fx()).await?;
    }
    Ok(post)
}

async fn save_revision(lab: Lab) -> Verdict {
    let (user, editor) = (lab.user().await?, lab.user().await?);
    let post = lab.post(user.id).await?;
    let change = PostChange {
        editor: editor.id,
        ..lab.change(&post, lab.content())
    };
    let saved = lab
        .records
        .posts
        .save(change, Effects::at(lab.after(5)))
        .await?;
    let listed = lab.records.posts.revisions(post.id, None, 10).await?.items;
    let found: Vec<_> = listed
        .iter()
        .map(|head| (head.version, head.editor.clone(), head.saved_at))
        .collect();
    let expected = vec![
        (2, Some(editor.to_ref()), lab.after(5)),
        (1, Some(user.to_ref()), lab.now),
    ];
    same!(found, expected, "the revisions");
    for (version, of) in [(2, &saved), (1, &post)] {
        let revision = lab.records.posts.revision(post.id, version).await?;
        same!(
            (&revision.head.title, &revision.body),
            (&of.title, &of.body),
            "the text of a version"
        );
    }
    Ok(())
}

async fn revisions(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let post = lab.post(user.id).await?;
    saved(&lab, post.clone(), 4).await?;
    let listed = lab.records.posts.revisions(post.id, None, 10).await?;
    let versions: Vec<_> = listed.items.iter().map(|head| head.version).collect();
    same!(versions, vec![5, 4, 3, 2, 1], "the versions");
    for head in listed.items {
        let one = lab.records.posts.revision(post.id, head.version).await?;
        same!(
            head.bytes,
            one.body.as_str().len() as u64,
            "the bytes of a version"
        );
        same!(one.head, head, "the head of a version");
    }
    let nothing = lab.records.posts.revisions(PostId::generate(), None, 10);
    same!(nothing.await?.items, vec![], "those of no post");
    Ok(())
}

async fn pages(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let post = lab.post(user.id).await?;
    // Another post's revisions lie between in time.
    saved(&lab, lab.post(user.id).await?, 3).await?;
    saved(&lab, post.clone(), 6).await?;
    let mut before = None;
    let mut seen = Vec::new();
    for next in [Some(6), Some(4), Some(2), None] {
        let page = lab.records.posts.revisions(post.id, before, 2).await?;
        let versions: Vec<_> = page.items.iter().map(|head| head.version).collect();
        seen.push(versions);
        same!(page.next, next, "the cursor of a page");
        before = page.next;
    }
    same!(
        seen,
        vec![vec![7, 6], vec![5, 4], vec![3, 2], vec![1]],
        "the pages"
    );
    let exact = lab.records.posts.revisions(post.id, Some(3), 2).await?;
    same!(exact.next, None, "the cursor of a page that ends with all");
    let behind = lab.records.posts.revisions(post.id, Some(1), 2).await?;
    same!(behind.items, vec![], "what lies before the first");
    Ok(())
}

async fn kept(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let post = lab.post(user.id).await?;
    saved(&lab, post.clone(), 130).await?;
    let page = lab.records.posts.revisions(post.id, Some(3), 100).await?;
    let versions: Vec<_> = page.items.iter().map(|head| head.version).collect();
    same!(versions, vec![2, 1], "the oldest of 131");
    let first = lab.records.posts.revision(post.id, 1).await?;
    same!(first.body, post.body, "the first text after 130 saves");
    Ok(())
}

async fn not_found(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let (one, other) = (lab.post(user.id).await?, lab.post(user.id).await?);
    saved(&lab, other, 1).await?;
    for (post, version) in [
        (one.id, 0),
        (one.id, 2),
        (one.id, u64::MAX),
        (PostId::generate(), 1),
    ] {
        refused!(
            lab.records.posts.revision(post, version).await,
            Error::NotFound(Entity::Revision)
        );
    }
    Ok(())
}
