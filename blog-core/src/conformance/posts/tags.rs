//! Tags that complete what is being typed.

use crate::conformance::chance::fresh_word;
use crate::conformance::check::{Check, Port};
use crate::conformance::lab::{self, Lab};
use crate::conformance::verdict::{Verdict, ensure, same};
use crate::error::Result;
use crate::id::UserId;
use crate::model::post::{PostContent, PostStatus};
use crate::model::tag::{Tag, TagUse};
use crate::policy::{Actor, Surface, Visibility};

pub(super) fn checks() -> Vec<Check> {
    let posts = Port::Posts;
    vec![
        posts.check(
            "posts-tags-prefix",
            "The tags whose slug begins with `prefix`.",
            prefix,
        ),
        posts.check(
            "posts-tags-seen",
            "Tags of posts that are listed at the visibility's moment or are the viewer's own, whatever their status.",
            seen,
        ),
        posts.check(
            "posts-tags-order",
            "The most used tags first, then by slug; at most `limit`.",
            order,
        ),
    ]
}

fn tag(slug: &str) -> Tag {
    lab::tag(slug, &slug.to_uppercase())
}

/// A post of these tags.
async fn tagged(lab: &Lab, author: UserId, status: PostStatus, names: &[String]) -> Result<()> {
    let content = PostContent {
        tags: names.iter().map(|name| tag(name)).collect(),
        status,
        ..lab.content()
    };
    lab.post_of(author, content).await.map(drop)
}

fn viewer(lab: &Lab, id: UserId) -> Visibility {
    let actor = Actor::User {
        id,
        role: crate::model::user::Role::Author,
        suspended: false,
        verified: true,
        blocked: false,
        must_enrol: false,
    };
    Visibility::new(actor, Surface::Page, lab.now)
}

async fn found(lab: &Lab, prefix: &str, who: UserId) -> Result<Vec<(String, u64)>> {
    let visibility = viewer(lab, who);
    let uses = lab.records.posts.tag_uses(prefix, &visibility, 100).await?;
    let pair = |found: TagUse| (found.tag.slug.to_string(), found.posts);
    Ok(uses.into_iter().map(pair).collect())
}

async fn prefix(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let word = fresh_word();
    let names = [word.clone(), format!("{word}-x"), format!("{word}z")];
    tagged(&lab, user.id, PostStatus::Published, &names).await?;
    let visibility = viewer(&lab, user.id);
    let posts = &lab.records.posts;
    let mut uses = posts.tag_uses(&word, &visibility, 100).await?;
    uses.sort_by_key(|found| found.tag.slug.to_string());
    let mut all: Vec<TagUse> = names
        .iter()
        .map(|name| TagUse {
            tag: tag(name),
            posts: 1,
        })
        .collect();
    all.sort_by_key(|found| found.tag.slug.to_string());
    same!(uses, all, "the tags, with their names");
    let longer = found(&lab, &format!("{word}-"), user.id).await?;
    same!(longer, vec![(format!("{word}-x"), 1)], "the longer prefix");
    let none = found(&lab, &format!("{word}-y"), user.id).await?;
    ensure!(none.is_empty(), "a prefix of no tag finds {none:?}");
    Ok(())
}

async fn seen(lab: Lab) -> Verdict {
    let (user, other) = (lab.user().await?, lab.user().await?);
    let word = fresh_word();
    let named = |end: &str| [format!("{word}-{end}")];
    tagged(&lab, other.id, PostStatus::Published, &named("out")).await?;
    tagged(&lab, other.id, PostStatus::Draft, &named("draft")).await?;
    tagged(&lab, other.id, PostStatus::Unlisted, &named("unlisted")).await?;
    tagged(&lab, user.id, PostStatus::Draft, &named("mine")).await?;
    let ahead = PostContent {
        tags: vec![tag(&named("ahead")[0])],
        published_at: Some(lab.after(60)),
        ..lab.content()
    };
    lab.post_of(other.id, ahead).await?;
    let theirs = found(&lab, &word, user.id).await?;
    let expected = vec![(format!("{word}-mine"), 1), (format!("{word}-out"), 1)];
    same!(theirs, expected, "what another writer is told");
    same!(
        found(&lab, &word, other.id).await?.len(),
        4,
        "tags of posts that are one's own"
    );
    Ok(())
}

async fn order(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let word = fresh_word();
    let names: Vec<String> = ["b", "c", "a", "d"]
        .iter()
        .map(|end| format!("{word}-{end}"))
        .collect();
    for most in [4, 3, 3, 1] {
        tagged(&lab, user.id, PostStatus::Published, &names[..most]).await?;
    }
    let expected: Vec<(String, u64)> = [("b", 4), ("a", 3), ("c", 3), ("d", 1)]
        .iter()
        .map(|(end, uses)| (format!("{word}-{end}"), *uses))
        .collect();
    same!(found(&lab, &word, user.id).await?, expected, "all tags");
    let two = lab
        .records
        .posts
        .tag_uses(&word, &viewer(&lab, user.id), 2)
        .await?;
    same!(two.len(), 2, "tags with the limit 2");
    same!(two[0].tag.slug.to_string(), expected[0].0, "the first tag");
    Ok(())
}
