//! The contract of [`DiscoveryStore`](crate::ports::DiscoveryStore).

use std::collections::{BTreeMap, HashMap};

use super::chance::fresh_word;
use super::check::{Check, Port};
use super::lab::{Lab, slug_request, tag};
use super::verdict::{Failure, Verdict, ensure, same};
use crate::id::{PostId, UserId};
use crate::model::discovery::{FeedQuery, FeedScope, MappedPart};
use crate::model::effects::Effects;
use crate::model::post::{NewPost, Post, PostContent, PostQuery, PostScope, PostStatus, SafeHtml};
use crate::model::slug::Slug;
use crate::model::tag::TagSlug;
use crate::page::PageRequest;
use crate::policy::{Actor, Surface, Visibility};
use crate::time::Timestamp;

pub(super) fn checks() -> Vec<Check> {
    let discovery = Port::Discovery;
    vec![
        discovery.check("discovery-feed", "A feed is a page of a list, as `PostStore::list` gives it.", feed),
        discovery.check("discovery-feed-html", "Cards of a feed carry their HTML and media, unless the HTML is longer than asked for.", html),
        discovery.check("discovery-feed-site", "The site of a feed is as `PostStore::site` says it, also where no post is found.", site).alone(),
        discovery.check("discovery-feed-site-first", "The site of a feed is never as of later than its posts.", site_first).alone(),
        discovery.check("discovery-hidden", "Feeds and site maps hold what a list shows under the visibility, and nothing else.", hidden),
        discovery.check("discovery-parts", "The parts that are not empty, by their numbers.", parts).alone(),
        discovery.check("discovery-parts-changed", "Each part says the latest `changed_at` of its posts, if that post is among those that were saved or appeared last.", parts_changed).alone(),
        discovery.check("discovery-part", "A part's posts are at most `size`, in the order of their creation; every listed post is in exactly one part.", part),
        discovery.check("discovery-part-stays", "A post stays in its part whatever is saved or created afterwards.", part_stays),
        discovery.check("discovery-part-changed", "A mapped post changed when its content did, or when it appeared, whichever is later.", part_changed),
        discovery.check("discovery-part-unknown", "An unknown part is empty.", part_unknown),
        discovery.check("discovery-authors", "The authors who have a listed post, in the order of their ids, at most `limit`, each with the time of the newest one.", authors),
        discovery.check("discovery-tags", "The tags that have a listed post, in the order of their slugs, at most `limit`, each with the time of the newest one.", tags),
    ]
}

fn query(scope: FeedScope, limit: u16) -> FeedQuery {
    FeedQuery {
        scope,
        page: PageRequest::first(limit),
        max_html: 1_000_000,
    }
}

/// Content of a post of this moment, with one tag.
fn content(lab: &Lab, word: &str, at: Timestamp) -> PostContent {
    PostContent {
        tags: vec![tag(word, "Word")],
        published_at: Some(at),
        ..lab.content()
    }
}

async fn feed(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let word = fresh_word();
    for seconds in [3, 1, 2] {
        lab.post_of(user.id, content(&lab, &word, lab.before(seconds)))
            .await?;
    }
    let list = lab.stranger(Surface::List);
    let slug = TagSlug::from_store(word);
    for (scope, listed) in [
        (FeedScope::Author(user.id), PostScope::Author(user.id)),
        (FeedScope::Tag(slug.clone()), PostScope::Tag(slug)),
        (FeedScope::All, PostScope::All),
    ] {
        for limit in [1, 2, 3] {
            let listed = PostQuery {
                scope: listed.clone(),
                page: PageRequest::first(limit),
                with_html: true,
            };
            let asked = query(scope.clone(), limit);
            // Other checks publish meanwhile, as everybody does.
            let mut same_once = false;
            for _ in 0..20 {
                let expected = lab.records.posts.list(&listed, &list).await?.items;
                let found = lab.records.discovery.feed(&asked, &list).await?;
                same_once = same_once || found.posts == expected;
            }
            ensure!(same_once, "a feed of {scope:?} differs from the list");
        }
    }
    Ok(())
}

async fn html(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let item = lab.picture(user.id).await?;
    for length in [99, 100, 101] {
        let mut content = lab.content();
        content.rendered.html = SafeHtml::from_sanitiser("x".repeat(length));
        content.media = vec![item.id];
        content.published_at = Some(lab.before(length as u64));
        lab.post_of(user.id, content).await?;
    }
    let asked = FeedQuery {
        max_html: 100,
        ..query(FeedScope::Author(user.id), 10)
    };
    let list = lab.stranger(Surface::List);
    let posts = lab.records.discovery.feed(&asked, &list).await?.posts;
    let lengths: Vec<_> = posts
        .iter()
        .map(|card| card.html.as_ref().map(|html| html.as_str().len()))
        .collect();
    same!(lengths, vec![Some(99), Some(100), None], "the HTML");
    let media: Vec<_> = posts.iter().map(|card| card.media.len()).collect();
    same!(media, vec![1, 1, 0], "the media");
    Ok(())
}

async fn site(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let list = lab.stranger(Surface::List);
    for publish in [false, true] {
        if publish {
            lab.post(user.id).await?;
            let ahead = PostContent {
                published_at: Some(lab.after(9)),
                ..lab.content()
            };
            lab.post_of(user.id, ahead).await?;
        }
        let scope = FeedScope::Author(user.id);
        let feed = lab.records.discovery.feed(&query(scope, 5), &list).await?;
        same!(feed.posts.len(), usize::from(publish), "the posts");
        let site = lab.records.posts.site(lab.now).await?;
        same!(feed.site, site, "the site");
    }
    Ok(())
}

/// How many posts the race publishes.
const RACERS: u64 = 24;

async fn site_first(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let before = lab.records.posts.site(lab.now).await?.generation;
    let writer = {
        let lab = lab.clone();
        tokio::spawn(async move {
            for _ in 0..RACERS {
                let post = lab.new_post(user.id, lab.content());
                let effects = lab.fx().invalidating();
                lab.records.posts.create(post, effects).await?;
                tokio::task::yield_now().await;
            }
            Ok::<_, Failure>(())
        })
    };
    let list = lab.stranger(Surface::List);
    loop {
        let asked = query(FeedScope::Author(user.id), 100);
        let feed = lab.records.discovery.feed(&asked, &list).await?;
        let seen = feed.posts.len() as u64;
        let told = feed.site.generation - before;
        ensure!(
            told <= seen,
            "the site is of after {told} posts, and the feed holds {seen}"
        );
        if seen == RACERS {
            break;
        }
        // A store in memory never waits by itself.
        tokio::task::yield_now().await;
    }
    match writer.await {
        Ok(written) => written,
        Err(panic) => Err(Failure::new(format!("the writer: {panic}"))),
    }
}

/// The slugs of everything that a site map holds, with the part and the place in it.
async fn mapped(lab: &Lab, size: u32, list: &Visibility) -> Verdict<HashMap<Slug, (u32, usize)>> {
    let discovery = &lab.records.discovery;
    let mut found = HashMap::new();
    for MappedPart { number, .. } in discovery.parts(size, list).await? {
        let posts = discovery.part(number, size, list).await?;
        ensure!(
            posts.len() <= size as usize,
            "part {number} of {size} has {} posts",
            posts.len()
        );
        for (place, post) in posts.into_iter().enumerate() {
            let slug = post.slug.clone();
            ensure!(
                found.insert(post.slug, (number, place)).is_none(),
                "{slug} is in two parts"
            );
        }
    }
    Ok(found)
}

async fn hidden(lab: Lab) -> Verdict {
    let suspended = lab.user().await?;
    let user = lab.user().await?;
    let word = fresh_word();
    let shown = lab.post_of(user.id, content(&lab, &word, lab.now)).await?;
    let mut hidden = Vec::new();
    for (status, at) in [
        (PostStatus::Draft, None),
        (PostStatus::Draft, Some(lab.before(1))),
        (PostStatus::Unlisted, Some(lab.before(1))),
        (PostStatus::Published, Some(lab.after(1))),
    ] {
        let content = PostContent {
            status,
            published_at: at,
            ..content(&lab, &fresh_word(), lab.now)
        };
        hidden.push(lab.post_of(user.id, content).await?);
    }
    let content = content(&lab, &fresh_word(), lab.now);
    hidden.push(lab.post_of(suspended.id, content).await?);
    lab.records
        .users
        .set_suspended(suspended.id, Some(lab.reason()), lab.fx())
        .await?;

    let list = lab.stranger(Surface::List);
    let discovery = &lab.records.discovery;
    let mapped = mapped(&lab, 5, &list).await?;
    ensure!(mapped.contains_key(&shown.slug), "the post is not mapped");
    let tags: Vec<TagSlug> = discovery
        .tags(u32::MAX, &list)
        .await?
        .into_iter()
        .map(|tag| tag.of)
        .collect();
    ensure!(tags.contains(&shown.tags[0].slug), "the tag is not mapped");
    for post in &hidden {
        ensure!(
            !mapped.contains_key(&post.slug),
            "{:?} is mapped",
            post.status
        );
        let tag = &post.tags[0].slug;
        ensure!(
            !tags.contains(tag),
            "the tag of {:?} is mapped",
            post.status
        );
        for scope in [
            FeedScope::Tag(tag.clone()),
            FeedScope::Author(post.author.id),
            FeedScope::All,
        ] {
            let feed = discovery.feed(&query(scope, 100), &list).await?;
            let ids: Vec<PostId> = feed.posts.iter().map(|card| card.id).collect();
            ensure!(!ids.contains(&post.id), "{:?} is in a feed", post.status);
        }
    }
    let authors = discovery.authors(u32::MAX, &list).await?;
    let named = |name| authors.iter().any(|author| author.of == name);
    ensure!(named(user.username), "the author is not mapped");
    ensure!(!named(suspended.username), "a suspended author is mapped");
    Ok(())
}

/// Posts of a new user, one after the other.
async fn row(lab: &Lab, count: u64) -> Verdict<(UserId, Vec<Post>)> {
    let user = lab.user().await?;
    let mut posts = Vec::new();
    for _ in 0..count {
        posts.push(lab.post(user.id).await?);
    }
    Ok((user.id, posts))
}

async fn parts(lab: Lab) -> Verdict {
    row(&lab, 7).await?;
    let list = lab.stranger(Surface::List);
    let parts = lab.records.discovery.parts(3, &list).await?;
    let numbers: Vec<u32> = parts.into_iter().map(|part| part.number).collect();
    ensure!(
        numbers.len() >= 3,
        "7 posts need three parts of 3: {numbers:?}"
    );
    ensure!(
        numbers.is_sorted_by(|a, b| a < b),
        "not ascending: {numbers:?}"
    );
    for number in numbers {
        let posts = lab.records.discovery.part(number, 3, &list).await?;
        ensure!(!posts.is_empty(), "part {number} is empty");
    }
    Ok(())
}

/// Long after everything else, so that these are the newest changes.
async fn parts_changed(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let then = lab.far_ahead();
    let at = |seconds| then.plus(std::time::Duration::from_secs(seconds));
    let mut own = Vec::new();
    // The last one nobody sees yet; its part changes when they do.
    for (published, saved) in [(9, 20), (20, 9), (9, 9), (90, 30)] {
        let content = PostContent {
            published_at: Some(at(published)),
            ..lab.content()
        };
        let new: NewPost = lab.new_post(user.id, content);
        let effects = Effects::at(at(saved));
        own.push(lab.records.posts.create(new, effects).await?.slug);
    }
    for (now, visible) in [(60, 3), (90, 4)] {
        let list = Visibility::new(Actor::Anonymous, Surface::List, at(now));
        let discovery = &lab.records.discovery;
        let mut seen = 0;
        for part in discovery.parts(2, &list).await? {
            let posts = discovery.part(part.number, 2, &list).await?;
            let latest = posts.iter().map(|post| post.changed_at).max();
            let here = posts.iter().filter(|post| own.contains(&post.slug));
            let here = here.count();
            if here > 0 {
                same!(part.changed_at, latest, "when a part changed");
            }
            seen += here;
            ensure!(
                part.changed_at.is_none() || part.changed_at == latest,
                "part {} changed at {latest:?}, not at {:?}",
                part.number,
                part.changed_at
            );
        }
        same!(
            seen,
            visible,
            "the posts in parts that say when they changed"
        );
    }
    Ok(())
}

async fn part(lab: Lab) -> Verdict {
    let (_, posts) = row(&lab, 7).await?;
    let list = lab.stranger(Surface::List);
    for size in [1, 3, 1_000] {
        let found = mapped(&lab, size, &list).await?;
        let places: Vec<_> = posts
            .iter()
            .filter_map(|post| found.get(&post.slug))
            .collect();
        same!(places.len(), posts.len(), "the posts in parts of {size}");
        ensure!(
            places.is_sorted(),
            "not in the order of creation: {places:?}"
        );
    }
    Ok(())
}

async fn part_stays(lab: Lab) -> Verdict {
    let (user, posts) = row(&lab, 5).await?;
    let list = lab.stranger(Surface::List);
    let parts_of = |found: &HashMap<Slug, (u32, usize)>, posts: &[Post]| -> Vec<Option<u32>> {
        let part = |post: &Post| found.get(&post.slug).map(|(part, _)| *part);
        posts.iter().map(part).collect()
    };
    let before = parts_of(&mapped(&lab, 2, &list).await?, &posts);
    ensure!(before.iter().all(Option::is_some), "not mapped: {before:?}");
    let mut after = Vec::new();
    for post in &posts {
        let content = PostContent {
            published_at: Some(lab.before(3_600)),
            ..lab.content()
        };
        let change = crate::model::post::PostChange {
            slug: Some(slug_request(&fresh_word())),
            ..lab.change(post, content)
        };
        let at = Effects::at(lab.after(5));
        after.push(lab.records.posts.save(change, at).await?);
        lab.post(user).await?;
    }
    let moved = parts_of(&mapped(&lab, 2, &list).await?, &after);
    same!(moved, before, "the parts");
    Ok(())
}

async fn part_changed(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let mut expected = HashMap::new();
    for (published, saved) in [(9, 20), (20, 9), (9, 9)] {
        let content = PostContent {
            published_at: Some(lab.before(published)),
            ..lab.content()
        };
        let new: NewPost = lab.new_post(user.id, content);
        let effects = Effects::at(lab.before(saved));
        let post = lab.records.posts.create(new, effects).await?;
        expected.insert(post.slug, lab.before(published.min(saved)));
    }
    let list = lab.stranger(Surface::List);
    let mut found = HashMap::new();
    for MappedPart { number, .. } in lab.records.discovery.parts(100, &list).await? {
        for post in lab.records.discovery.part(number, 100, &list).await? {
            if expected.contains_key(&post.slug) {
                found.insert(post.slug, post.changed_at);
            }
        }
    }
    same!(found, expected, "when they changed");
    Ok(())
}

async fn part_unknown(lab: Lab) -> Verdict {
    lab.post(lab.user().await?.id).await?;
    let list = lab.stranger(Surface::List);
    for (number, size) in [(u32::MAX, u32::MAX), (u32::MAX, 1), (4_000_000_000, 50_000)] {
        let posts = lab.records.discovery.part(number, size, &list).await?;
        ensure!(posts.is_empty(), "part {number} of {size} has posts");
    }
    Ok(())
}

async fn authors(lab: Lab) -> Verdict {
    let mut expected = BTreeMap::new();
    for seconds in [5, 1, 3] {
        let user = lab.user().await?;
        for older in [0, 7] {
            let at = lab.before(seconds + older);
            lab.post_of(user.id, content(&lab, "authors", at)).await?;
        }
        expected.insert(user.id, (user.username, lab.before(seconds)));
    }
    let expected: Vec<_> = expected.into_values().collect();
    let list = lab.stranger(Surface::List);
    let all = lab.records.discovery.authors(u32::MAX, &list).await?;
    let ours: Vec<_> = all
        .iter()
        .map(|author| (author.of.clone(), author.newest_at))
        .filter(|(name, _)| expected.iter().any(|(known, _)| known == name))
        .collect();
    same!(ours, expected, "the authors");
    let two = lab.records.discovery.authors(2, &list).await?;
    same!(two.len(), 2, "how many authors a limit of two gives");
    Ok(())
}

async fn tags(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let mut expected = BTreeMap::new();
    for seconds in [5, 1, 3] {
        let word = fresh_word();
        for older in [0, 7] {
            let at = lab.before(seconds + older);
            lab.post_of(user.id, content(&lab, &word, at)).await?;
        }
        expected.insert(TagSlug::from_store(word), lab.before(seconds));
    }
    let list = lab.stranger(Surface::List);
    let all = lab.records.discovery.tags(u32::MAX, &list).await?;
    let slugs: Vec<&TagSlug> = all.iter().map(|tag| &tag.of).collect();
    ensure!(slugs.is_sorted_by(|a, b| a < b), "not in order: {slugs:?}");
    let ours: BTreeMap<_, _> = all
        .iter()
        .filter(|tag| expected.contains_key(&tag.of))
        .map(|tag| (tag.of.clone(), tag.newest_at))
        .collect();
    same!(ours, expected, "the tags");
    let two = lab.records.discovery.tags(2, &list).await?;
    same!(two.len(), 2, "how many tags a limit of two gives");
    Ok(())
}
