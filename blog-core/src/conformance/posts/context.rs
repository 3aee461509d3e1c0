//! A post with what stands around it.

use super::super::chance::{fresh_uuid, fresh_word};
use super::super::check::{Check, Port};
use super::super::lab::{Lab, MICRO, slug_request, tag};
use super::super::verdict::{Failure, Verdict, ensure, same};
use crate::id::{PostId, UserId};
use crate::model::post::{
    MAX_RELATED, NewPost, Post, PostCard, PostChange, PostContent, PostInContext, PostStatus,
    SlugHit,
};
use crate::model::user::{Bio, ProfileChange};
use crate::policy::{Actor, Surface, Visibility};
use crate::time::Timestamp;

pub(super) fn checks() -> Vec<Check> {
    let posts = Port::Posts;
    vec![
        posts.check(
            "posts-context",
            "As `by_slug`, with its author's bio.",
            as_by_slug,
        ),
        posts.check(
            "posts-context-neighbours",
            "What stands around the post in the list of all posts: the posts next to it there.",
            neighbours,
        ),
        posts.check(
            "posts-context-related",
            "Of the three newest other posts with each of its tags and the five newest of its author, those that share \
             the most tags with it, newer ones first, at most `MAX_RELATED`.",
            related,
        ),
        posts.check(
            "posts-context-hidden",
            "Around a post stands what everybody has in the list at that moment.",
            hidden,
        ),
        posts.check(
            "posts-context-unlisted",
            "There is nothing around a post that the list does not show.",
            unlisted,
        ),
    ]
}

/// A post of a moment with tags.
async fn post_at(lab: &Lab, author: UserId, at: Timestamp, tags: &[&str]) -> Verdict<Post> {
    let content = PostContent {
        published_at: Some(at),
        tags: tags.iter().map(|slug| tag(slug, slug)).collect(),
        ..lab.content()
    };
    Ok(lab.post_of(author, content).await?)
}

async fn around(lab: &Lab, post: &Post, visibility: &Visibility) -> Verdict<PostInContext> {
    match lab.records.posts.in_context(&post.slug, visibility).await? {
        SlugHit::Current(found) => Ok(*found),
        SlugHit::Moved(to) => Err(Failure::new(format!("{} moved to {to}", post.slug))),
    }
}

fn ids(cards: &[PostCard]) -> Vec<PostId> {
    cards.iter().map(|card| card.id).collect()
}

async fn as_by_slug(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let bio = Bio::from_store(format!("Lives by the harbour.\n{}", fresh_word()));
    let change = ProfileChange {
        id: user.id,
        expected_version: user.version,
        display_name: user.display_name.clone(),
        bio: bio.clone(),
        avatar: None,
    };
    lab.records.users.update_profile(change, lab.fx()).await?;
    let post = lab.post(user.id).await?;
    lab.records
        .engagement
        .set_like(post.id, user.id, true, lab.now)
        .await?;
    let old = post.slug.clone();
    let change = PostChange {
        slug: Some(slug_request(&fresh_word())),
        ..lab.change(&post, lab.content())
    };
    let post = lab.records.posts.save(change, lab.fx()).await?;
    for viewer in [Actor::Anonymous, Actor::of(&user)] {
        let view = Visibility::new(viewer, Surface::Page, lab.now);
        let SlugHit::Current(plain) = lab.records.posts.by_slug(&post.slug, &view).await? else {
            return Err(Failure::new("the post is not at its address"));
        };
        let found = around(&lab, &post, &view).await?;
        same!(found.post, *plain, "the post for {viewer:?}");
        same!(found.bio, bio, "its author's bio");
        let moved = lab.records.posts.in_context(&old, &view).await?;
        same!(
            moved,
            SlugHit::Moved(post.slug.clone()),
            "its former address"
        );
    }
    Ok(())
}

async fn neighbours(lab: Lab) -> Verdict {
    let (one, two) = (lab.user().await?, lab.user().await?);
    let mut rows = Vec::new();
    // Several of one moment, by ids of no order, between two others.
    for (place, at) in [
        lab.now.minus(MICRO),
        lab.now,
        lab.now,
        lab.now,
        lab.now,
        lab.now.plus(MICRO),
    ]
    .into_iter()
    .enumerate()
    {
        let author = if place % 2 == 0 { one.id } else { two.id };
        let content = PostContent {
            published_at: Some(at),
            ..lab.content()
        };
        let new = NewPost {
            id: PostId::from(fresh_uuid()),
            ..lab.new_post(author, content)
        };
        rows.push(lab.records.posts.create(new, lab.fx()).await?);
    }
    rows.sort_by_key(|post| (post.published_at, post.id));
    let later = Visibility::new(Actor::Anonymous, Surface::Page, lab.after(1));
    for place in 1..rows.len() - 1 {
        let found = around(&lab, &rows[place], &later).await?;
        let beside = (
            found.older.map(|card| card.id),
            found.newer.map(|card| card.id),
        );
        let expected = (Some(rows[place - 1].id), Some(rows[place + 1].id));
        same!(beside, expected, "the posts beside number {place}");
    }
    // Before the last one is out, there is no newer one.
    let before_last = &rows[rows.len() - 2];
    let found = around(&lab, before_last, &lab.stranger(Surface::Page)).await?;
    same!(found.newer, None, "the post behind the newest");
    let list = lab.stranger(Surface::List);
    let cards = lab
        .cards(
            crate::model::post::PostScope::Author(before_last.author.id),
            9,
            &list,
        )
        .await?;
    let after = around(&lab, before_last, &later).await?;
    let Some(older) = after.older else {
        return Err(Failure::new("a post has none before it"));
    };
    let same_card = cards.iter().find(|card| card.id == older.id);
    ensure!(
        same_card.is_none_or(|card| *card == older),
        "a neighbour is shown otherwise than in lists: {older:?}"
    );
    Ok(())
}

async fn related(lab: Lab) -> Verdict {
    let (author, other) = (lab.user().await?, lab.user().await?);
    let (one, two, three) = (fresh_word(), fresh_word(), fresh_word());
    let post = post_at(&lab, author.id, lab.before(50), &[&one, &two]).await?;
    let view = lab.stranger(Surface::Page);
    let found = around(&lab, &post, &view).await?;
    same!(
        ids(&found.related),
        vec![],
        "what is related to a lone post"
    );

    // The author's others, in the order of time, before and behind it.
    let mut own = Vec::new();
    for seconds in [60, 40] {
        own.push(
            post_at(&lab, author.id, lab.before(seconds), &[&three])
                .await?
                .id,
        );
    }
    let found = around(&lab, &post, &view).await?;
    same!(
        ids(&found.related),
        vec![own[1], own[0]],
        "what is related by the author alone"
    );

    // One tag shared: newer first, before what shares none.
    let mut shared = Vec::new();
    for seconds in [70, 30, 20] {
        let tags: [&str; 2] = [&one, &three];
        shared.push(
            post_at(&lab, other.id, lab.before(seconds), &tags)
                .await?
                .id,
        );
    }
    let expected = vec![shared[2], shared[1], shared[0], own[1], own[0]];
    let found = around(&lab, &post, &view).await?;
    same!(ids(&found.related), expected, "what shares a tag");

    // Two tags shared stand before one, however old; a fourth with a tag is not among the three newest of it.
    let old = post_at(&lab, other.id, lab.before(90), &[&two, &one]).await?;
    let found = around(&lab, &post, &view).await?;
    same!(
        ids(&found.related),
        vec![old.id, shared[2], shared[1], shared[0], own[1]],
        "what shares two tags"
    );
    let newest = post_at(&lab, author.id, lab.now, &[&one]).await?;
    let found = around(&lab, &post, &view).await?;
    same!(
        ids(&found.related),
        vec![old.id, newest.id, shared[2], shared[1], own[1]],
        "what is among the three newest of a tag"
    );
    same!(found.related.len(), MAX_RELATED, "related posts");
    Ok(())
}

async fn hidden(lab: Lab) -> Verdict {
    let (author, gone) = (lab.user().await?, lab.user().await?);
    let word = fresh_word();
    let post = post_at(&lab, author.id, lab.now, &[&word]).await?;
    let mut times = Vec::new();
    for seconds in [1, 2] {
        times.push(lab.before(seconds));
        times.push(lab.now.minus(MICRO * u32::try_from(seconds).unwrap_or(1)));
    }
    for at in times {
        for status in [PostStatus::Draft, PostStatus::Unlisted] {
            let content = PostContent {
                status,
                published_at: Some(at),
                tags: vec![tag(&word, &word)],
                ..lab.content()
            };
            lab.post_of(author.id, content).await?;
        }
        post_at(&lab, gone.id, at, &[&word]).await?;
    }
    let later = post_at(&lab, author.id, lab.now.plus(MICRO), &[&word]).await?;
    lab.records
        .users
        .set_suspended(gone.id, Some(lab.reason()), lab.fx())
        .await?;
    let viewers = [
        Visibility::new(Actor::Anonymous, Surface::Page, lab.now),
        Visibility::new(Actor::of(&author), Surface::Page, lab.now),
        lab.editor(Surface::Page),
    ];
    for view in viewers {
        let found = around(&lab, &post, &view).await?;
        same!(ids(&found.related), vec![], "what is related for {view:?}");
        same!(found.newer, None, "what is newer for {view:?}");
        let older = found.older.map(|card| card.author.id);
        ensure!(
            older != Some(author.id) && older != Some(gone.id),
            "a hidden post is older for {view:?}"
        );
    }
    let after = Visibility::new(Actor::Anonymous, Surface::Page, lab.after(1));
    let found = around(&lab, &post, &after).await?;
    same!(
        ids(&found.related),
        vec![later.id],
        "what is related when it is out"
    );
    same!(
        found.newer.map(|card| card.id),
        Some(later.id),
        "what is newer when it is out"
    );
    Ok(())
}

async fn unlisted(lab: Lab) -> Verdict {
    let (author, gone) = (lab.user().await?, lab.user().await?);
    let word = fresh_word();
    for user in [&author, &gone] {
        for at in [lab.before(1), lab.now, lab.after(1)] {
            post_at(&lab, user.id, at, &[&word]).await?;
        }
    }
    let mut alone = Vec::new();
    for (status, at) in [
        (PostStatus::Draft, lab.before(1)),
        (PostStatus::Unlisted, lab.before(1)),
        (PostStatus::Published, lab.after(2)),
    ] {
        let content = PostContent {
            status,
            published_at: Some(at),
            tags: vec![tag(&word, &word)],
            ..lab.content()
        };
        alone.push(lab.post_of(author.id, content).await?);
    }
    alone.push(post_at(&lab, gone.id, lab.before(1), &[&word]).await?);
    lab.records
        .users
        .set_suspended(gone.id, Some(lab.reason()), lab.fx())
        .await?;
    for post in &alone {
        let found = around(&lab, post, &lab.editor(Surface::Page)).await?;
        let nothing = found.older.is_none() && found.newer.is_none() && found.related.is_empty();
        ensure!(
            nothing,
            "something stands around a post that is {:?}",
            post.status
        );
    }
    Ok(())
}
