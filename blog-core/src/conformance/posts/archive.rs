//! Posts by time, and how many of them each month and each tag has.

use std::collections::{BTreeMap, HashSet};

use super::super::chance::fresh_word;
use super::super::check::{Check, Port};
use super::super::lab::{Lab, MICRO, tag};
use super::super::verdict::{Verdict, ensure, same};
use crate::id::{PostId, UserId};
use crate::model::archive::Month;
use crate::model::effects::Effects;
use crate::model::post::{Post, PostContent, PostScope, PostStatus};
use crate::model::tag::TagSlug;
use crate::policy::{Actor, Surface, Visibility};
use crate::time::Timestamp;

pub(super) fn checks() -> Vec<Check> {
    let posts = Port::Posts;
    vec![
        posts.check(
            "posts-list-between",
            "The scope of posts whose `published_at` lies in a span of time: its first moment belongs to it, the first \
             behind it does not.",
            between,
        ),
        posts
            .check(
                "posts-months",
                "The months of which `list` has posts, with how many, newest first.",
                months,
            )
            .alone(),
        posts
            .check(
                "posts-months-follow",
                "`months` follows posts that are saved, deleted, or whose author is suspended.",
                months_follow,
            )
            .alone(),
        posts.check(
            "posts-months-surface",
            "On another surface than `List` there are no months and no tags.",
            surfaces,
        ),
        posts.check(
            "posts-tags",
            "The tags of which `list` has posts, with how many, by slug, those behind `after`, at most `limit`.",
            tags,
        ),
        posts.check(
            "posts-tags-name",
            "A tag is called as the newest of its posts calls it.",
            tag_names,
        ),
        posts.check(
            "posts-tags-follow",
            "`tag_counts` follows posts that are saved, deleted, or whose author is suspended.",
            tags_follow,
        ),
    ]
}

/// The months at a moment with their posts.
pub(in crate::conformance) async fn counted(
    lab: &Lab,
    now: Timestamp,
) -> Verdict<BTreeMap<Month, u64>> {
    let list = Visibility::new(Actor::Anonymous, Surface::List, now);
    let found = lab.records.posts.months(&list).await?;
    let months: Vec<Month> = found.iter().map(|count| count.month).collect();
    ensure!(
        months.is_sorted_by(|a, b| a > b),
        "the months are not newest first: {months:?}"
    );
    ensure!(
        found.iter().all(|count| count.posts > 0),
        "a month has no posts: {found:?}"
    );
    Ok(found
        .into_iter()
        .map(|count| (count.month, count.posts))
        .collect())
}

/// What came to each month between two answers.
pub(in crate::conformance) fn added(
    before: &BTreeMap<Month, u64>,
    after: &BTreeMap<Month, u64>,
) -> BTreeMap<Month, i64> {
    let mut steps: BTreeMap<Month, i64> = BTreeMap::new();
    for (counts, sign) in [(before, -1), (after, 1)] {
        for (month, posts) in counts {
            *steps.entry(*month).or_default() += sign * i64::try_from(*posts).unwrap_or(i64::MAX);
        }
    }
    steps.retain(|_, step| *step != 0);
    steps
}

/// Slug, name and number of the tags that begin with a word, in pages of so many.
pub(in crate::conformance) async fn tags_of(
    lab: &Lab,
    word: &str,
    limit: u16,
    visibility: &Visibility,
) -> Verdict<Vec<(String, String, u64)>> {
    let mut found = Vec::new();
    let mut after = TagSlug::from_store(word.to_owned());
    loop {
        let page = lab
            .records
            .posts
            .tag_counts(Some(&after), limit, visibility)
            .await?;
        ensure!(
            page.items.len() <= usize::from(limit),
            "a page of {limit} tags has {}",
            page.items.len()
        );
        for count in &page.items {
            if !count.tag.slug.as_str().starts_with(word) {
                return Ok(found);
            }
            let tag = &count.tag;
            found.push((tag.slug.to_string(), tag.name.to_string(), count.posts));
        }
        match page.next {
            Some(next) => after = next,
            None => return Ok(found),
        }
    }
}

/// A published post of this moment.
async fn post_at(lab: &Lab, author: UserId, at: Timestamp) -> Verdict<Post> {
    let content = PostContent {
        published_at: Some(at),
        ..lab.content()
    };
    Ok(lab.post_of(author, content).await?)
}

async fn between(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let (from, until) = (lab.before(20), lab.before(10));
    let mut inside = HashSet::new();
    for (at, is_inside) in [
        (from.minus(MICRO), false),
        (from, true),
        (lab.before(15), true),
        (until.minus(MICRO), true),
        (until, false),
        (lab.now, false),
    ] {
        let post = post_at(&lab, user.id, at).await?;
        if is_inside {
            inside.insert(post.id);
        }
    }
    let scope = PostScope::Between { from, until };
    let own = Visibility::new(Actor::of(&user), Surface::Own, lab.now);
    for view in [lab.stranger(Surface::List), own] {
        for limit in [1, 2, 100] {
            let cards = lab.cards(scope.clone(), limit, &view).await?;
            let ids: Vec<PostId> = cards
                .iter()
                .filter(|card| card.author.id == user.id)
                .map(|card| card.id)
                .collect();
            same!(ids.len(), inside.len(), "rows in pages of {limit}");
            let ids: HashSet<PostId> = ids.into_iter().collect();
            same!(ids, inside, "the posts between on {:?}", view.surface());
        }
    }
    // Before its posts have come, and of a span that ends before it begins, there is nothing.
    let earlier = Visibility::new(Actor::Anonymous, Surface::List, lab.before(19));
    let cards = lab.cards(scope, 100, &earlier).await?;
    let mine = cards.iter().filter(|card| card.author.id == user.id);
    same!(mine.count(), 1, "posts between that are out already");
    let backwards = PostScope::Between {
        from: until,
        until: from,
    };
    for view in [lab.stranger(Surface::List), own] {
        ensure!(
            lab.cards(backwards.clone(), 9, &view).await?.is_empty(),
            "a span that ends before it begins has posts"
        );
    }
    Ok(())
}

async fn months(lab: Lab) -> Verdict {
    let (user, gone) = (lab.user().await?, lab.user().await?);
    let this = Month::of(lab.now).expect("a check's moment is in this century");
    let last = Month::of(this.start().minus(MICRO)).expect("so is the month before");
    let next = Month::of(this.end()).expect("and the one behind");
    let moments = [
        lab.now,
        lab.now.minus(MICRO),
        lab.now.plus(MICRO),
        this.start(),
        this.end().minus(MICRO),
        this.end(),
        next.end().plus(MICRO),
    ];
    let mut before = Vec::new();
    for now in moments {
        before.push(counted(&lab, now).await?);
    }
    let mut out = Vec::new();
    for at in [
        last.start(),
        last.end().minus(MICRO),
        this.start(),
        this.start(),
        lab.now,
        lab.now.plus(MICRO),
        this.end().minus(MICRO),
        next.start(),
    ] {
        post_at(&lab, user.id, at).await?;
        out.push(at);
        for status in [PostStatus::Draft, PostStatus::Unlisted] {
            let content = PostContent {
                status,
                published_at: Some(at),
                ..lab.content()
            };
            lab.post_of(user.id, content).await?;
        }
        post_at(&lab, gone.id, at).await?;
    }
    let never = PostContent {
        published_at: None,
        ..lab.content()
    };
    lab.post_of(user.id, never).await?;
    lab.records
        .users
        .set_suspended(gone.id, Some(lab.reason()), lab.fx())
        .await?;
    for (now, before) in moments.into_iter().zip(before) {
        let mut expected: BTreeMap<Month, i64> = BTreeMap::new();
        for at in out.iter().filter(|at| **at <= now) {
            let month = Month::of(*at).expect("near the check's moment");
            *expected.entry(month).or_default() += 1;
        }
        let after = counted(&lab, now).await?;
        same!(added(&before, &after), expected, "the months at {now}");
    }
    Ok(())
}

async fn months_follow(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let before = counted(&lab, lab.now).await?;
    let month = |at| Month::of(at).expect("near the check's moment");
    let this = month(lab.now);
    let last = month(this.start().minus(MICRO));
    let stands = async |expected: &[(Month, i64)], what: &str| -> Verdict {
        let after = counted(&lab, lab.now).await?;
        same!(
            added(&before, &after),
            BTreeMap::from_iter(expected.iter().copied()),
            "the months {what}"
        );
        Ok(())
    };
    let save = async |post: &Post, status, at| -> Verdict<Post> {
        let content = PostContent {
            status,
            published_at: at,
            ..lab.content()
        };
        let change = lab.change(post, content);
        Ok(lab.records.posts.save(change, Effects::at(lab.now)).await?)
    };
    let suspend = async |suspended: bool| -> Verdict {
        let users = &lab.records.users;
        users
            .set_suspended(user.id, suspended.then(|| lab.reason()), lab.fx())
            .await?;
        Ok(())
    };

    let one = post_at(&lab, user.id, lab.now).await?;
    let two = post_at(&lab, user.id, lab.now).await?;
    stands(&[(this, 2)], "after two posts").await?;
    let one = save(&one, PostStatus::Published, Some(last.start())).await?;
    stands(&[(this, 1), (last, 1)], "after one moved").await?;
    let one = save(&one, PostStatus::Draft, Some(last.start())).await?;
    stands(&[(this, 1)], "after one became a draft").await?;
    let one = save(&one, PostStatus::Unlisted, Some(last.start())).await?;
    stands(&[(this, 1)], "after it became unlisted").await?;
    let one = save(&one, PostStatus::Published, Some(last.start())).await?;
    suspend(true).await?;
    stands(&[], "with its author suspended").await?;
    suspend(true).await?;
    let two = save(&two, PostStatus::Published, two.published_at).await?;
    stands(&[], "after a suspended author's save").await?;
    suspend(false).await?;
    stands(&[(this, 1), (last, 1)], "with its author back").await?;
    suspend(false).await?;
    stands(&[(this, 1), (last, 1)], "with its author back again").await?;
    lab.records
        .posts
        .delete(two.id, two.version, lab.fx())
        .await?;
    stands(&[(last, 1)], "after one was deleted").await?;
    lab.records
        .posts
        .delete(one.id, one.version, lab.fx())
        .await?;
    stands(&[], "after both were deleted").await
}

async fn surfaces(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let word = fresh_word();
    let content = PostContent {
        tags: vec![tag(&format!("{word}-a"), "A")],
        ..lab.content()
    };
    lab.post_of(user.id, content).await?;
    let listed = lab.stranger(Surface::List);
    same!(tags_of(&lab, &word, 9, &listed).await?.len(), 1, "tags");
    for surface in [Surface::Page, Surface::Own, Surface::Manage] {
        let own = Visibility::new(Actor::of(&user), surface, lab.now);
        for view in [own, lab.editor(surface)] {
            let months = lab.records.posts.months(&view).await?;
            ensure!(months.is_empty(), "{surface:?} has months");
            let tags = tags_of(&lab, &word, 9, &view).await?;
            ensure!(tags.is_empty(), "{surface:?} has tags");
        }
    }
    Ok(())
}

/// A published post with tags of these endings.
async fn tagged(
    lab: &Lab,
    author: UserId,
    word: &str,
    endings: &[&str],
    at: Timestamp,
) -> Verdict<Post> {
    let content = PostContent {
        tags: endings
            .iter()
            .map(|ending| tag(&format!("{word}-{ending}"), ending))
            .collect(),
        published_at: Some(at),
        ..lab.content()
    };
    Ok(lab.post_of(author, content).await?)
}

/// The endings of found tags, with their numbers.
fn endings(found: Vec<(String, String, u64)>, word: &str) -> Vec<(String, u64)> {
    found
        .into_iter()
        .map(|(slug, _, posts)| (slug[word.len() + 1..].to_owned(), posts))
        .collect()
}

/// What is expected of [`endings`].
fn numbers(expected: &[(&str, u64)]) -> Vec<(String, u64)> {
    expected
        .iter()
        .map(|(ending, posts)| ((*ending).to_owned(), *posts))
        .collect()
}

async fn tags(lab: Lab) -> Verdict {
    let (user, gone) = (lab.user().await?, lab.user().await?);
    let word = fresh_word();
    tagged(&lab, user.id, &word, &["c", "a"], lab.before(9)).await?;
    tagged(&lab, user.id, &word, &["c", "b"], lab.now).await?;
    tagged(&lab, user.id, &word, &["c", "d", "later"], lab.after(9)).await?;
    tagged(&lab, gone.id, &word, &["c", "gone"], lab.before(9)).await?;
    for (status, ending) in [
        (PostStatus::Draft, "draft"),
        (PostStatus::Unlisted, "unlisted"),
    ] {
        let content = PostContent {
            tags: vec![
                tag(&format!("{word}-c"), "c"),
                tag(&format!("{word}-{ending}"), ending),
            ],
            status,
            ..lab.content()
        };
        lab.post_of(user.id, content).await?;
    }
    lab.records
        .users
        .set_suspended(gone.id, Some(lab.reason()), lab.fx())
        .await?;
    let at = |now| Visibility::new(Actor::Anonymous, Surface::List, now);
    let stages: [(Timestamp, &[(&str, u64)]); 4] = [
        (lab.before(10), &[]),
        (lab.before(9), &[("a", 1), ("c", 1)]),
        (lab.now, &[("a", 1), ("b", 1), ("c", 2)]),
        (
            lab.after(9),
            &[("a", 1), ("b", 1), ("c", 3), ("d", 1), ("later", 1)],
        ),
    ];
    for (now, expected) in stages {
        for limit in [1, 2, 100] {
            let found = endings(tags_of(&lab, &word, limit, &at(now)).await?, &word);
            same!(
                found,
                numbers(expected),
                "the tags at {now} in pages of {limit}"
            );
        }
    }
    let all = lab.records.posts.tag_counts(None, 1, &at(lab.now)).await?;
    same!(all.items.len(), 1, "tags of a first page of one");
    Ok(())
}

async fn tag_names(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let word = fresh_word();
    for (name, at) in [
        ("Newest", lab.now),
        ("Older", lab.before(1)),
        ("Later", lab.after(1)),
    ] {
        let content = PostContent {
            tags: vec![tag(&format!("{word}-x"), name)],
            published_at: Some(at),
            ..lab.content()
        };
        lab.post_of(user.id, content).await?;
    }
    for (now, name, posts) in [
        (lab.before(1), "Older", 1),
        (lab.now, "Newest", 2),
        (lab.after(1), "Later", 3),
    ] {
        let view = Visibility::new(Actor::Anonymous, Surface::List, now);
        let expected = vec![(format!("{word}-x"), name.to_owned(), posts)];
        same!(
            tags_of(&lab, &word, 9, &view).await?,
            expected,
            "the tag at {now}"
        );
    }
    Ok(())
}

async fn tags_follow(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let word = fresh_word();
    let list = lab.stranger(Surface::List);
    let stands = async |expected: &[(&str, u64)], what: &str| -> Verdict {
        let found = endings(tags_of(&lab, &word, 9, &list).await?, &word);
        same!(found, numbers(expected), "the tags {what}");
        Ok(())
    };
    let post = tagged(&lab, user.id, &word, &["a", "b"], lab.now).await?;
    let other = tagged(&lab, user.id, &word, &["b"], lab.now).await?;
    stands(&[("a", 1), ("b", 2)], "of two posts").await?;
    let content = PostContent {
        tags: vec![tag(&format!("{word}-c"), "c")],
        ..lab.content()
    };
    let post = lab
        .records
        .posts
        .save(lab.change(&post, content.clone()), lab.fx())
        .await?;
    stands(&[("b", 1), ("c", 1)], "after a save").await?;
    for suspended in [true, false] {
        lab.records
            .users
            .set_suspended(user.id, suspended.then(|| lab.reason()), lab.fx())
            .await?;
        let expected: &[_] = match suspended {
            true => &[],
            false => &[("b", 1), ("c", 1)],
        };
        stands(expected, "of an author who was suspended").await?;
    }
    let hidden = PostContent {
        status: PostStatus::Draft,
        ..content
    };
    let post = lab
        .records
        .posts
        .save(lab.change(&post, hidden), lab.fx())
        .await?;
    stands(&[("b", 1)], "after one became a draft").await?;
    for gone in [&post, &other] {
        lab.records
            .posts
            .delete(gone.id, gone.version, lab.fx())
            .await?;
    }
    stands(&[], "after all were deleted").await
}
