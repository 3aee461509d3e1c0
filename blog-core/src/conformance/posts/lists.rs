//! Lists of posts.

use std::collections::HashSet;

use super::super::chance::{fresh_uuid, fresh_word};
use super::super::check::{Check, Port};
use super::super::lab::{Lab, tag};
use super::super::verdict::{Failure, Verdict, ensure, same};
use crate::id::{PostId, UserId};
use crate::model::effects::Effects;
use crate::model::post::{NewPost, Post, PostCard, PostContent, PostQuery, PostScope, PostStatus};
use crate::model::tag::TagSlug;
use crate::page::{Cursor, PageRequest};
use crate::policy::{Actor, Surface, Visibility};
use crate::time::Timestamp;

pub(super) fn checks() -> Vec<Check> {
    let posts = Port::Posts;
    vec![
        posts.check(
            "posts-list-order",
            "A list, newest first: by `published_at` on the surface `List`.",
            order,
        ),
        posts.check(
            "posts-list-own-order",
            "A list is by `updated_at` on `Own` and `Manage`.",
            own_order,
        ),
        posts.check(
            "posts-list-ties",
            "Rows of one time by id, greater first.",
            ties,
        ),
        posts.check(
            "posts-list-pages",
            "Pages neither repeat nor skip a row that does not move.",
            pages,
        ),
        posts.check(
            "posts-list-concurrent",
            "Pages neither repeat nor skip a row that does not move, while others are inserted.",
            concurrent,
        ),
        posts.check(
            "posts-list-deleted-cursor",
            "A cursor names a place, not a row: it holds when its row is gone.",
            deleted_cursor,
        ),
        posts.check(
            "posts-list-last",
            "`next` is `None` when this is the last page.",
            last,
        ),
        posts.check(
            "posts-list-unknown",
            "An unknown author or tag gives an empty page.",
            unknown,
        ),
        posts.check(
            "posts-list-author",
            "The scope of one author's posts.",
            author,
        ),
        posts.check(
            "posts-list-status",
            "The scope of posts of a status.",
            of_status,
        ),
        posts.check("posts-list-tag", "The scope of posts with a tag.", tagged),
        posts.check("posts-list-all", "The scope of all posts.", all),
        posts.check(
            "posts-list-html",
            "The rendered body and the media, when the query asked for it.",
            html,
        ),
        posts.check(
            "posts-list-card",
            "A card carries what lists show of its post.",
            card,
        ),
    ]
}

/// A post of this moment with this id.
async fn post_at(lab: &Lab, author: UserId, id: PostId, at: Timestamp) -> Verdict<Post> {
    let content = PostContent {
        published_at: Some(at),
        ..lab.content()
    };
    let new = NewPost {
        id,
        ..lab.new_post(author, content)
    };
    Ok(lab.records.posts.create(new, Effects::at(at)).await?)
}

/// Posts of few moments with ids of no order; their ids as a list must show them.
async fn crowd(lab: &Lab, author: UserId, count: u64) -> Verdict<Vec<PostId>> {
    let mut rows = Vec::new();
    for number in 0..count {
        let at = lab.before(10 + number % 3);
        let id = PostId::from(fresh_uuid());
        post_at(lab, author, id, at).await?;
        rows.push((at, id));
    }
    rows.sort();
    Ok(rows.into_iter().rev().map(|(_, id)| id).collect())
}

fn ids(cards: &[PostCard]) -> Vec<PostId> {
    cards.iter().map(|card| card.id).collect()
}

async fn order(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let mut expected = Vec::new();
    for seconds in [3, 1, 5, 2, 4] {
        // Written in another order than published.
        let content = PostContent {
            published_at: Some(lab.before(seconds)),
            ..lab.content()
        };
        let new = lab.new_post(user.id, content);
        let post = lab
            .records
            .posts
            .create(new, Effects::at(lab.before(100 - seconds)))
            .await?;
        expected.push((seconds, post.id));
    }
    expected.sort();
    let expected: Vec<_> = expected.into_iter().map(|(_, id)| id).collect();
    let cards = lab
        .cards(
            PostScope::Author(user.id),
            100,
            &lab.stranger(Surface::List),
        )
        .await?;
    same!(ids(&cards), expected, "the list");
    Ok(())
}

async fn own_order(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let mut posts = Vec::new();
    for seconds in [1, 2, 3] {
        posts.push(post_at(&lab, user.id, PostId::generate(), lab.before(seconds)).await?);
    }
    // The oldest is saved last.
    let oldest = posts[2].clone();
    let content = PostContent {
        published_at: oldest.published_at,
        ..lab.content()
    };
    lab.records
        .posts
        .save(lab.change(&oldest, content), Effects::at(lab.after(9)))
        .await?;
    let expected = vec![posts[2].id, posts[0].id, posts[1].id];
    let own = Visibility::new(Actor::of(&user), Surface::Own, lab.now);
    for (visibility, limit) in [(own, 100), (own, 1), (lab.editor(Surface::Manage), 2)] {
        let cards = lab
            .cards(PostScope::Author(user.id), limit, &visibility)
            .await?;
        same!(
            ids(&cards),
            expected,
            "the list on {:?}",
            visibility.surface()
        );
    }
    let public = lab
        .cards(PostScope::Author(user.id), 2, &lab.stranger(Surface::List))
        .await?;
    same!(
        ids(&public),
        vec![posts[0].id, posts[1].id, posts[2].id],
        "the public list"
    );
    Ok(())
}

async fn ties(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let mut expected = Vec::new();
    for _ in 0..8 {
        let id = PostId::from(fresh_uuid());
        post_at(&lab, user.id, id, lab.now).await?;
        expected.push(id);
    }
    expected.sort();
    expected.reverse();
    let own = Visibility::new(Actor::of(&user), Surface::Own, lab.now);
    for visibility in [
        lab.stranger(Surface::List),
        own,
        lab.editor(Surface::Manage),
    ] {
        for limit in [1, 3, 100] {
            let cards = lab
                .cards(PostScope::Author(user.id), limit, &visibility)
                .await?;
            same!(
                ids(&cards),
                expected,
                "{:?} in pages of {limit}",
                visibility.surface()
            );
        }
    }
    Ok(())
}

async fn pages(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let expected = crowd(&lab, user.id, 11).await?;
    for limit in 1..=12 {
        let cards = lab
            .cards(
                PostScope::Author(user.id),
                limit,
                &lab.stranger(Surface::List),
            )
            .await?;
        same!(ids(&cards), expected, "the list in pages of {limit}");
    }
    Ok(())
}

async fn concurrent(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let still = crowd(&lab, user.id, 12).await?;
    let author = user.id;
    let walkers = lab
        .race(4, |lab, number| {
            let still = still.clone();
            async move { walk_and_insert(&lab, author, &still, 1 + number).await }
        })
        .await?;
    walkers.into_iter().collect()
}

/// Walks a list in pages of so many rows, and after each page stores a post among the rows that were shown and one
/// anywhere; others do the same meanwhile.
async fn walk_and_insert(lab: &Lab, author: UserId, still: &[PostId], limit: usize) -> Verdict {
    let size = u16::try_from(limit).unwrap_or(1);
    let mut found = Vec::new();
    let mut page = PageRequest::first(size);
    for step in 0..200 {
        let query = PostQuery {
            scope: PostScope::Author(author),
            page,
            with_html: false,
        };
        let cards = lab
            .records
            .posts
            .list(&query, &lab.stranger(Surface::List))
            .await?;
        found.extend(ids(&cards.items));
        match cards.next {
            Some(next) => page = PageRequest::new(Some(next), size),
            None => break,
        }
        if step < 12 {
            post_at(lab, author, PostId::from(fresh_uuid()), lab.now).await?;
            let anywhere = lab.before(9 + step % 5);
            post_at(lab, author, PostId::from(fresh_uuid()), anywhere).await?;
        }
    }
    let different: HashSet<_> = found.iter().collect();
    same!(
        different.len(),
        found.len(),
        "different rows in pages of {limit}"
    );
    let seen: Vec<_> = found.into_iter().filter(|id| still.contains(id)).collect();
    same!(
        seen,
        still,
        "the rows that did not move, in pages of {limit}"
    );
    Ok(())
}

async fn deleted_cursor(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let rows = crowd(&lab, user.id, 5).await?;
    let query = |after| PostQuery {
        scope: PostScope::Author(user.id),
        page: PageRequest::new(after, 2),
        with_html: false,
    };
    let list = lab.stranger(Surface::List);
    let first = lab.records.posts.list(&query(None), &list).await?;
    same!(ids(&first.items), rows[..2].to_vec(), "the first page");
    let Some(next) = first.next else {
        return Err(Failure::new("the first of three pages has no cursor"));
    };
    lab.records.posts.delete(rows[1], 1, lab.fx()).await?;
    let second = lab.records.posts.list(&query(Some(next)), &list).await?;
    same!(
        ids(&second.items),
        rows[2..4].to_vec(),
        "the page behind a deleted row"
    );
    let named = (Some(next.at), next.id);
    let row = (first.items[1].published_at, rows[1].uuid());
    same!(named, row, "the time and id in the cursor");
    Ok(())
}

async fn last(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    crowd(&lab, user.id, 4).await?;
    for (limit, more) in [(3, true), (4, false), (5, false)] {
        let query = PostQuery {
            scope: PostScope::Author(user.id),
            page: PageRequest::first(limit),
            with_html: false,
        };
        let page = lab
            .records
            .posts
            .list(&query, &lab.stranger(Surface::List))
            .await?;
        same!(
            page.next.is_some(),
            more,
            "whether a page of {limit} of 4 rows has a next one"
        );
    }
    Ok(())
}

async fn unknown(lab: Lab) -> Verdict {
    let nobody = PostScope::Author(UserId::generate());
    let nothing = PostScope::Tag(TagSlug::from_store(fresh_word()));
    for scope in [nobody, nothing] {
        for visibility in [lab.stranger(Surface::List), lab.editor(Surface::Manage)] {
            let query = PostQuery {
                scope: scope.clone(),
                page: PageRequest::first(10),
                with_html: true,
            };
            let page = lab.records.posts.list(&query, &visibility).await?;
            ensure!(
                page.items.is_empty() && page.next.is_none(),
                "a page of nothing has rows"
            );
        }
    }
    Ok(())
}

async fn author(lab: Lab) -> Verdict {
    let (one, two) = (lab.user().await?, lab.user().await?);
    let (mine, other) = (lab.post(one.id).await?, lab.post(two.id).await?);
    let list = lab.stranger(Surface::List);
    for (user, post) in [(one, mine), (two, other)] {
        let cards = lab.cards(PostScope::Author(user.id), 10, &list).await?;
        same!(ids(&cards), vec![post.id], "the author's posts");
    }
    Ok(())
}

async fn tagged(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let (one, two) = (fresh_word(), fresh_word());
    let mut posts = Vec::new();
    for slugs in [vec![&one], vec![&two, &one], vec![&two]] {
        let content = PostContent {
            tags: slugs.into_iter().map(|slug| tag(slug, slug)).collect(),
            ..lab.content()
        };
        posts.push(lab.post_of(user.id, content).await?);
    }
    let list = lab.stranger(Surface::List);
    let of = |slug: &str| PostScope::Tag(TagSlug::from_store(slug.to_owned()));
    let found: HashSet<_> = ids(&lab.cards(of(&one), 1, &list).await?)
        .into_iter()
        .collect();
    same!(
        found,
        HashSet::from([posts[0].id, posts[1].id]),
        "the posts with the tag"
    );
    ensure!(
        lab.cards(of(&one[..20]), 9, &list).await?.is_empty(),
        "part of a tag finds posts"
    );
    lab.records
        .posts
        .save(lab.change(&posts[0], lab.content()), lab.fx())
        .await?;
    same!(
        ids(&lab.cards(of(&one), 9, &list).await?),
        vec![posts[1].id],
        "after its removal"
    );
    Ok(())
}

async fn all(lab: Lab) -> Verdict {
    let (one, two) = (lab.user().await?, lab.user().await?);
    let first = post_at(&lab, one.id, PostId::generate(), lab.now).await?;
    let second = post_at(&lab, two.id, PostId::generate(), lab.now).await?;
    let mut expected = vec![first.id, second.id];
    expected.sort();
    expected.reverse();
    for visibility in [lab.stranger(Surface::List), lab.editor(Surface::Manage)] {
        // From just before the check's own moment, since others have posts in the store too.
        let after = Cursor {
            at: lab.now,
            id: uuid::Uuid::max(),
        };
        let query = PostQuery {
            scope: PostScope::All,
            page: PageRequest::new(Some(after), 2),
            with_html: false,
        };
        let page = lab.records.posts.list(&query, &visibility).await?;
        same!(ids(&page.items), expected, "all posts of one moment");
    }
    Ok(())
}

async fn html(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let picture = lab.picture(user.id).await?;
    let content = PostContent {
        media: vec![picture.id],
        ..lab.content()
    };
    let post = lab.post_of(user.id, content).await?;
    for with_html in [true, false] {
        let query = PostQuery {
            scope: PostScope::Author(user.id),
            page: PageRequest::first(10),
            with_html,
        };
        let page = lab
            .records
            .posts
            .list(&query, &lab.stranger(Surface::List))
            .await?;
        let found: Vec<_> = page
            .items
            .into_iter()
            .map(|card| (card.html, card.media))
            .collect();
        let expected = if with_html {
            (Some(post.rendered.html.clone()), vec![picture.id])
        } else {
            (None, vec![])
        };
        same!(
            found,
            vec![expected],
            "HTML and media with_html = {with_html}"
        );
    }
    Ok(())
}

async fn card(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let picture = lab.picture(user.id).await?;
    let content = PostContent {
        tags: vec![tag(&fresh_word(), "Ein Wort"), tag(&fresh_word(), "Zwei")],
        cover: Some(picture.id),
        media: vec![picture.id],
        published_at: Some(lab.before(3)),
        ..lab.content()
    };
    let post = lab.post_of(user.id, content).await?;
    lab.records
        .engagement
        .set_like(post.id, user.id, true, lab.now)
        .await?;
    lab.comment(post.id, user.id, None).await?;
    let expected = PostCard {
        id: post.id,
        author: user.to_ref(),
        slug: post.slug,
        title: post.title,
        excerpt: post.rendered.excerpt,
        html: None,
        media: vec![],
        tags: post.tags,
        cover: Some(picture.to_ref()),
        status: post.status,
        published_at: post.published_at,
        created_at: post.created_at,
        updated_at: post.updated_at,
        words: post.rendered.words,
        likes: 1,
        views: 0,
        comments: 1,
    };
    let cards = lab
        .cards(PostScope::Author(user.id), 10, &lab.stranger(Surface::List))
        .await?;
    same!(cards, vec![expected], "the card");
    Ok(())
}

async fn of_status(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let mut stored = Vec::new();
    for status in [
        PostStatus::Draft,
        PostStatus::Published,
        PostStatus::Unlisted,
        PostStatus::Draft,
    ] {
        let content = PostContent {
            status,
            ..lab.content()
        };
        stored.push((status, lab.post_of(user.id, content).await?.id));
    }
    let mine = Visibility::new(Actor::of(&user), Surface::Own, lab.now);
    let manage = lab.editor(Surface::Manage);
    for status in [
        PostStatus::Draft,
        PostStatus::Published,
        PostStatus::Unlisted,
    ] {
        let mut expected: Vec<_> = stored.iter().filter(|(own, _)| *own == status).collect();
        expected.sort_by_key(|(_, id)| std::cmp::Reverse(*id));
        let expected: Vec<_> = expected.into_iter().map(|(_, id)| *id).collect();
        let cards = lab.cards(PostScope::Status(status), 2, &mine).await?;
        same!(ids(&cards), expected, "own posts that are {status:?}");
        let cards = lab.cards(PostScope::Status(status), 100, &manage).await?;
        let found = cards.iter().filter(|card| card.author.id == user.id);
        same!(found.count(), expected.len(), "posts that are {status:?}");
        ensure!(
            cards.iter().all(|card| card.status == status),
            "a post of another status"
        );
    }
    Ok(())
}
