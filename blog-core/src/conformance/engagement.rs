//! The contract of [`EngagementStore`](crate::ports::EngagementStore).

use super::chance::{fresh_below, fresh_bytes};
use super::check::{Check, Port};
use super::lab::Lab;
use super::verdict::{Verdict, refused, same};
use crate::error::{Entity, Error};
use crate::id::{PostId, UserId};
use crate::model::post::PostQuery;
use crate::model::post::PostScope;
use crate::page::PageRequest;
use crate::policy::{Actor, Surface, Visibility};
use crate::ports::engagement::View;

pub(super) fn checks() -> Vec<Check> {
    let engagement = Port::Engagement;
    vec![
        engagement.check("engagement-forget-salts", "Destroys the salts of the days before `day`.", forget_salts).alone(),
        engagement.check("engagement-forget-visitors", "Destroys the visitor hashes of the days before `day`. Counters stay.", forget_visitors).alone(),
        engagement.check("engagement-like", "Sets whether a user likes a post, and returns the post's number of likes.", like),
        engagement.check("engagement-like-again", "Setting what is set already changes nothing.", like_again),
        engagement.check("engagement-like-race", "Any number of equal calls at once leave exactly one like.", like_race),
        engagement.check("engagement-like-crowd", "The counters on posts are kept: likes of many users at once are all counted.", like_crowd),
        engagement.check("engagement-like-mixed", "Likes and their withdrawal at once leave the counter at the number of those who like.", like_mixed),
        engagement.check("engagement-like-no-post", "`set_like`: `NotFound(Post)` when there is none.", like_no_post),
        engagement.check("engagement-like-no-user", "`set_like`: `NotFound(User)` when there is no such user.", like_no_user),
        engagement.check("engagement-liked", "Whether the viewer of the question likes it.", liked),
        engagement.check("engagement-views", "Counts the views that are new: each (post, day, visitor) once. Returns how many were new.", views),
        engagement.check("engagement-views-twice", "A view is counted once, however often and in however many calls it is given.", views_twice),
        engagement.check("engagement-views-race", "A view that many calls give at once is counted once.", views_race),
        engagement.check("engagement-views-no-post", "Views of posts that do not exist are dropped.", views_no_post),
        engagement.check("engagement-salt", "The salt of a day: the stored one, or `proposal`, which then is stored.", salt),
        engagement.check("engagement-salt-race", "All callers of one day get the same salt.", salt_race),
    ]
}

/// A day that is probably nobody else's, far behind those of the checks that forget.
fn day() -> i64 {
    1_000_000 + i64::try_from(fresh_below(1 << 40)).unwrap_or(0)
}

/// A day before those of all other checks.
fn old_day() -> i64 {
    10 + i64::try_from(fresh_below(1_000)).unwrap_or(0)
}

async fn forget_salts(lab: Lab) -> Verdict {
    let day = old_day();
    lab.records.engagement.forget_before(day + 2).await?;
    let old = fresh_bytes();
    let young = fresh_bytes();
    same!(
        lab.records.engagement.salt(day, old).await?,
        old,
        "the salt of a forgotten day"
    );
    let young = lab.records.engagement.salt(day + 1, young).await?;
    lab.records.engagement.forget_before(day + 1).await?;
    let kept = lab.records.engagement.salt(day + 1, fresh_bytes()).await?;
    same!(kept, young, "the salt of the day itself");
    let fresh = fresh_bytes();
    same!(
        lab.records.engagement.salt(day, fresh).await?,
        fresh,
        "the salt after it was destroyed"
    );
    Ok(())
}

async fn forget_visitors(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let post = lab.post(user.id).await?;
    let day = old_day();
    let view = |day| View {
        post: post.id,
        day,
        visitor: [7; 16],
    };
    same!(
        lab.records
            .engagement
            .record_views(&[view(day), view(day + 1)])
            .await?,
        2,
        "new views"
    );
    lab.records.engagement.forget_before(day + 1).await?;
    same!(
        lab.stored(post.id).await?.views,
        2,
        "the counter after forgetting"
    );
    // The hash is gone, so the same visitor is new; the one of the day itself is still known.
    same!(
        lab.records
            .engagement
            .record_views(&[view(day + 1)])
            .await?,
        0,
        "a remembered view"
    );
    same!(
        lab.records.engagement.record_views(&[view(day)]).await?,
        1,
        "a forgotten view"
    );
    Ok(())
}

async fn like(lab: Lab) -> Verdict {
    let (one, two) = (lab.user().await?, lab.user().await?);
    let post = lab.post(one.id).await?;
    let other = lab.post(one.id).await?;
    let likes = &lab.records.engagement;
    same!(
        likes.set_like(post.id, one.id, true, lab.now).await?,
        1,
        "after the first like"
    );
    same!(
        likes.set_like(post.id, two.id, true, lab.now).await?,
        2,
        "after the second like"
    );
    same!(
        likes.set_like(post.id, one.id, false, lab.now).await?,
        1,
        "after its withdrawal"
    );
    same!(lab.stored(post.id).await?.likes, 1, "the post's counter");
    same!(
        lab.stored(other.id).await?.likes,
        0,
        "another post's counter"
    );
    Ok(())
}

async fn like_again(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let post = lab.post(user.id).await?;
    for (liked, count) in [
        (false, 0),
        (true, 1),
        (true, 1),
        (false, 0),
        (false, 0),
        (true, 1),
    ] {
        let likes = lab
            .records
            .engagement
            .set_like(post.id, user.id, liked, lab.now)
            .await?;
        same!(likes, count, "likes after setting {liked}");
        same!(
            lab.stored(post.id).await?.likes,
            count,
            "the post's counter after setting {liked}"
        );
    }
    Ok(())
}

async fn like_race(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let post = lab.post(user.id).await?;
    // Several rounds, since tasks of a fast store may pass each other by luck.
    for (liked, count) in [(true, 1), (false, 0)].repeat(4) {
        let results = lab
            .race(20, |lab, _| {
                let (post, user) = (post.id, user.id);
                async move {
                    lab.records
                        .engagement
                        .set_like(post, user, liked, lab.now)
                        .await
                }
            })
            .await?;
        for result in results {
            same!(
                result?,
                count,
                "likes returned while setting {liked} 20 times at once"
            );
        }
        same!(
            lab.stored(post.id).await?.likes,
            count,
            "the post's counter after setting {liked}"
        );
        let again = lab
            .records
            .engagement
            .set_like(post.id, user.id, liked, lab.now)
            .await?;
        same!(again, count, "likes after setting {liked} once more");
    }
    Ok(())
}

async fn like_crowd(lab: Lab) -> Verdict {
    let author = lab.user().await?;
    let post = lab.post(author.id).await?;
    let mut users = Vec::new();
    for _ in 0..20 {
        users.push(lab.user().await?.id);
    }
    let results = lab
        .race(20, |lab, number| {
            let (post, user) = (post.id, users[number]);
            async move {
                lab.records
                    .engagement
                    .set_like(post, user, true, lab.now)
                    .await
            }
        })
        .await?;
    let mut counts = Vec::new();
    for result in results {
        counts.push(result?);
    }
    same!(
        counts.iter().max(),
        Some(&20),
        "the greatest number returned"
    );
    same!(lab.stored(post.id).await?.likes, 20, "the post's counter");
    Ok(())
}

async fn like_mixed(lab: Lab) -> Verdict {
    let author = lab.user().await?;
    let post = lab.post(author.id).await?;
    let mut users = Vec::new();
    for _ in 0..6 {
        users.push(lab.user().await?.id);
    }
    let results = lab
        .race(36, |lab, number| {
            let (post, user) = (post.id, users[number % 6]);
            async move {
                lab.records
                    .engagement
                    .set_like(post, user, number % 4 < 2, lab.now)
                    .await
            }
        })
        .await?;
    for result in results {
        result?;
    }
    let mut liking = 0;
    for user in users {
        let viewer = Actor::of(&lab.records.users.get(user).await?);
        let seen = Visibility::new(viewer, Surface::Page, lab.now);
        liking += u64::from(lab.records.posts.get(post.id, &seen).await?.liked);
    }
    same!(
        lab.stored(post.id).await?.likes,
        liking,
        "the counter against those who like"
    );
    Ok(())
}

async fn like_no_post(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    for liked in [true, false] {
        refused!(
            lab.records
                .engagement
                .set_like(PostId::generate(), user.id, liked, lab.now)
                .await,
            Error::NotFound(Entity::Post)
        );
    }
    Ok(())
}

async fn like_no_user(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let post = lab.post(user.id).await?;
    refused!(
        lab.records
            .engagement
            .set_like(post.id, UserId::generate(), true, lab.now)
            .await,
        Error::NotFound(Entity::User)
    );
    same!(
        lab.stored(post.id).await?.likes,
        0,
        "the counter after a refused like"
    );
    Ok(())
}

async fn liked(lab: Lab) -> Verdict {
    let (one, two) = (lab.user().await?, lab.user().await?);
    let post = lab.post(one.id).await?;
    lab.records
        .engagement
        .set_like(post.id, one.id, true, lab.now)
        .await?;
    for (viewer, liked) in [
        (Actor::of(&one), true),
        (Actor::of(&two), false),
        (Actor::Anonymous, false),
    ] {
        let seen = Visibility::new(viewer, Surface::Page, lab.now);
        let found = lab.records.posts.get(post.id, &seen).await?;
        same!(
            (found.liked, found.likes),
            (liked, 1),
            "liked and likes for {viewer:?}"
        );
        let found = lab.records.posts.by_slug(&post.slug, &seen).await?;
        match found {
            crate::model::post::SlugHit::Current(found) => {
                same!(found.liked, liked, "liked by address for {viewer:?}");
            }
            moved => same!(Some(moved), None, "the post at its address"),
        }
    }
    let query = PostQuery {
        scope: PostScope::Author(one.id),
        page: PageRequest::first(10),
        with_html: false,
    };
    let cards = lab
        .records
        .posts
        .list(&query, &lab.stranger(Surface::List))
        .await?;
    same!(
        cards
            .items
            .iter()
            .map(|card| card.likes)
            .collect::<Vec<_>>(),
        vec![1],
        "likes in lists"
    );
    Ok(())
}

async fn views(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let (post, other) = (lab.post(user.id).await?, lab.post(user.id).await?);
    let today = day();
    let mut batch = Vec::new();
    for (post, day, visitor) in [
        (post.id, today, 1),
        (post.id, today, 2),
        (post.id, today + 1, 1),
        (other.id, today, 1),
    ] {
        batch.push(View {
            post,
            day,
            visitor: [visitor; 16],
        });
    }
    same!(
        lab.records.engagement.record_views(&batch).await?,
        4,
        "new views"
    );
    same!(lab.stored(post.id).await?.views, 3, "views of the post");
    same!(
        lab.stored(other.id).await?.views,
        1,
        "views of the other post"
    );
    same!(
        lab.records.engagement.record_views(&[]).await?,
        0,
        "new views of nothing"
    );
    Ok(())
}

async fn views_twice(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let post = lab.post(user.id).await?;
    let view = View {
        post: post.id,
        day: day(),
        visitor: fresh_bytes(),
    };
    same!(
        lab.records
            .engagement
            .record_views(&[view, view, view])
            .await?,
        1,
        "new in one call"
    );
    same!(
        lab.records.engagement.record_views(&[view]).await?,
        0,
        "new in a later call"
    );
    same!(lab.stored(post.id).await?.views, 1, "the post's counter");
    Ok(())
}

async fn views_race(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let post = lab.post(user.id).await?;
    let day = day();
    let batch: Vec<View> = (0..30)
        .map(|visitor| View {
            post: post.id,
            day,
            visitor: [visitor; 16],
        })
        .collect();
    let results = lab
        .race(10, |lab, number| {
            let mut batch = batch.clone();
            batch.rotate_left(number * 3);
            async move { lab.records.engagement.record_views(&batch).await }
        })
        .await?;
    let mut new = 0;
    for result in results {
        new += result?;
    }
    same!(new, 30, "new views over all calls");
    same!(lab.stored(post.id).await?.views, 30, "the post's counter");
    Ok(())
}

async fn views_no_post(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let post = lab.post(user.id).await?;
    let view = |post| View {
        post,
        day: day(),
        visitor: [9; 16],
    };
    let batch = [
        view(PostId::generate()),
        view(post.id),
        view(PostId::generate()),
    ];
    same!(
        lab.records.engagement.record_views(&batch).await?,
        1,
        "new views"
    );
    same!(lab.stored(post.id).await?.views, 1, "the post's counter");
    Ok(())
}

async fn salt(lab: Lab) -> Verdict {
    let day = day();
    let first = fresh_bytes();
    same!(
        lab.records.engagement.salt(day, first).await?,
        first,
        "the first proposal"
    );
    same!(
        lab.records.engagement.salt(day, fresh_bytes()).await?,
        first,
        "the stored salt"
    );
    let next = fresh_bytes();
    same!(
        lab.records.engagement.salt(day + 1, next).await?,
        next,
        "the salt of the next day"
    );
    Ok(())
}

async fn salt_race(lab: Lab) -> Verdict {
    let day = day();
    let results = lab
        .race(20, |lab, _| async move {
            lab.records.engagement.salt(day, fresh_bytes()).await
        })
        .await?;
    let stored = lab.records.engagement.salt(day, fresh_bytes()).await?;
    for result in results {
        same!(result?, stored, "the salt that a caller got");
    }
    Ok(())
}
