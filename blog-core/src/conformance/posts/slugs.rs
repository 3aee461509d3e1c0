//! Addresses of posts.

use std::collections::HashSet;

use super::super::chance::fresh_word;
use super::super::check::{Check, Port};
use super::super::lab::{Lab, slug_request};
use super::super::verdict::{Failure, Verdict, ensure, refused, same, winners};
use crate::error::{Conflict, Entity, Error};
use crate::id::PostId;
use crate::model::post::{NewPost, Post, PostChange, PostContent, PostStatus, SlugHit};
use crate::model::slug::Slug;
use crate::policy::{Actor, Surface, Visibility};

pub(super) fn checks() -> Vec<Check> {
    let posts = Port::Posts;
    vec![
        posts.check("posts-slug-suffix", "The slug is the first free one of the request: `base`, `base-2`, `base-3` …", suffix),
        posts.check("posts-slug-random", "After 20 tries, `base-` and eight random hexadecimal digits.", random),
        posts.check("posts-slug-history", "A slug that another post has or had is not free.", history),
        posts.check("posts-slug-race", "Of many creations at once with one wish each gets a slug of its own.", race),
        posts.check("posts-slug-binary", "Slugs of the greatest length are kept whole, and prefixes are other slugs.", long),
        posts.check("posts-by-slug", "What stands at a slug: the post.", by_slug),
        posts.check("posts-by-slug-moved", "What stands at a slug: where the post moved to.", by_slug_moved),
        posts.check("posts-by-slug-hidden", "`by_slug`: if the visibility allows that post; else `NotFound(Post)`.", by_slug_hidden),
        posts.check("posts-slug-own", "A slug that the post itself had before is free for it; the previous slug stays its own.", own),
        posts.check("posts-slug-keep", "Takes the new slug if one is asked for; asking for the current one changes nothing.", keep),
        posts.check("posts-rename", "Gives a post that stands at `from` the first free slug of the request, as in `create`, and returns it; the previous slug stays its own.", rename),
        posts.check("posts-rename-rest", "`rename`: version, content and `updated_at` are untouched, and no revision is stored.", rename_rest),
        posts.check("posts-rename-elsewhere", "`rename`: `Conflict(State)` when it stands elsewhere, `NotFound(Post)` when there is none.", rename_elsewhere),
        posts.check("posts-rename-race", "Of two renames from one slug exactly one succeeds.", rename_race),
        posts.check("posts-slug-deleted", "Deletes a post with its slugs: they are free again.", deleted),
    ]
}

async fn at(lab: &Lab, word: &str) -> Verdict<Post> {
    let user = lab.user().await?;
    let new = NewPost {
        slug: slug_request(word),
        ..lab.new_post(user.id, lab.content())
    };
    Ok(lab.records.posts.create(new, lab.fx()).await?)
}

async fn moved(lab: &Lab, post: &Post, word: &str) -> Verdict<Post> {
    let change = PostChange {
        slug: Some(slug_request(word)),
        ..lab.change(post, lab.content())
    };
    Ok(lab.records.posts.save(change, lab.fx()).await?)
}

async fn hit(lab: &Lab, slug: &str) -> Verdict<SlugHit> {
    let slug = Slug::from_store(slug.to_owned());
    Ok(lab
        .records
        .posts
        .by_slug(&slug, &lab.stranger(Surface::Page))
        .await?)
}

/// The address that a slug leads to; its own where the post stands there.
async fn leads_to(lab: &Lab, slug: &str) -> Verdict<String> {
    Ok(match hit(lab, slug).await? {
        SlugHit::Current(post) => post.slug.into_string(),
        SlugHit::Moved(slug) => slug.into_string(),
    })
}

async fn suffix(lab: Lab) -> Verdict {
    let word = fresh_word();
    for expected in [word.clone(), format!("{word}-2"), format!("{word}-3")] {
        same!(at(&lab, &word).await?.slug.as_str(), expected, "the slug");
    }
    same!(
        at(&lab, &format!("{word}-2")).await?.slug.as_str(),
        format!("{word}-2-2"),
        "the slug"
    );
    let late = at(&lab, &fresh_word()).await?;
    same!(
        moved(&lab, &late, &word).await?.slug.as_str(),
        format!("{word}-4"),
        "the saved slug"
    );
    Ok(())
}

async fn random(lab: Lab) -> Verdict {
    let word = fresh_word();
    for number in 1..=20 {
        let expected = if number == 1 {
            word.clone()
        } else {
            format!("{word}-{number}")
        };
        same!(
            at(&lab, &word).await?.slug.as_str(),
            expected,
            "the slug of post {number}"
        );
    }
    let mut seen = HashSet::new();
    for _ in 0..2 {
        let slug = at(&lab, &word).await?.slug.into_string();
        let digits = slug.strip_prefix(&format!("{word}-")).unwrap_or_default();
        let plain = digits
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        ensure!(
            digits.len() == 8 && plain,
            "the slug after 20 tries is {slug}"
        );
        ensure!(seen.insert(slug), "the random suffix repeats");
    }
    Ok(())
}

async fn history(lab: Lab) -> Verdict {
    let (old, new) = (fresh_word(), fresh_word());
    let post = at(&lab, &old).await?;
    moved(&lab, &post, &new).await?;
    let other = at(&lab, &old).await?;
    same!(
        other.slug.as_str(),
        format!("{old}-2"),
        "the slug of another post"
    );
    let moved = moved(&lab, &other, &new).await?;
    same!(
        moved.slug.as_str(),
        format!("{new}-2"),
        "the slug of another post after a save"
    );
    same!(leads_to(&lab, &old).await?, new, "where the old slug leads");
    Ok(())
}

async fn race(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let word = fresh_word();
    let results = lab
        .race(15, |lab, _| {
            let new = NewPost {
                slug: slug_request(&word),
                ..lab.new_post(user.id, lab.content())
            };
            async move { lab.records.posts.create(new, lab.fx()).await }
        })
        .await?;
    let mut slugs = HashSet::new();
    for result in results {
        let post = result?;
        ensure!(
            post.slug.as_str().starts_with(&word),
            "the slug {}",
            post.slug
        );
        same!(
            leads_to(&lab, post.slug.as_str()).await?,
            post.slug.as_str().to_owned(),
            "the slug"
        );
        slugs.insert(post.slug);
    }
    same!(slugs.len(), 15, "different slugs of 15 creations at once");
    Ok(())
}

async fn long(lab: Lab) -> Verdict {
    let longest = format!("{}-{}", fresh_word(), "x".repeat(74));
    same!(longest.len(), 96, "the length of this check's slug");
    let post = at(&lab, &longest).await?;
    same!(post.slug.as_str(), longest, "the longest slug");
    same!(
        leads_to(&lab, &longest).await?,
        longest,
        "where the longest slug leads"
    );
    let shorter = &longest[..95];
    refused!(
        lab.records
            .posts
            .by_slug(
                &Slug::from_store(shorter.to_owned()),
                &lab.editor(Surface::Page)
            )
            .await,
        Error::NotFound(Entity::Post)
    );
    let second = at(&lab, &longest).await?;
    let expected = post.slug.with_suffix("2");
    same!(second.slug, expected, "the suffix of the longest slug");
    Ok(())
}

async fn by_slug(lab: Lab) -> Verdict {
    let post = at(&lab, &fresh_word()).await?;
    same!(
        hit(&lab, post.slug.as_str()).await?,
        SlugHit::Current(Box::new(post)),
        "the post"
    );
    for nothing in [fresh_word(), "%".to_owned()] {
        let slug = Slug::from_store(nothing);
        refused!(
            lab.records
                .posts
                .by_slug(&slug, &lab.editor(Surface::Page))
                .await,
            Error::NotFound(Entity::Post)
        );
    }
    Ok(())
}

async fn by_slug_moved(lab: Lab) -> Verdict {
    let (first, second, third) = (fresh_word(), fresh_word(), fresh_word());
    let post = at(&lab, &first).await?;
    let post = moved(&lab, &post, &second).await?;
    let post = moved(&lab, &post, &third).await?;
    for old in [&first, &second] {
        same!(
            hit(&lab, old).await?,
            SlugHit::Moved(post.slug.clone()),
            "the old address"
        );
    }
    same!(
        hit(&lab, &third).await?,
        SlugHit::Current(Box::new(post)),
        "the new address"
    );
    Ok(())
}

async fn by_slug_hidden(lab: Lab) -> Verdict {
    let author = lab.user().await?;
    let reader = lab.user().await?;
    for (status, published_at) in [
        (PostStatus::Draft, None),
        (PostStatus::Draft, Some(lab.before(60))),
        (PostStatus::Published, Some(lab.after(60))),
        (PostStatus::Unlisted, Some(lab.after(60))),
    ] {
        let content = PostContent {
            status,
            published_at,
            ..lab.content()
        };
        let post = lab.post_of(author.id, content.clone()).await?;
        let old = post.slug.clone();
        let change = PostChange {
            slug: Some(slug_request(&fresh_word())),
            ..lab.change(&post, content)
        };
        let post = lab.records.posts.save(change, lab.fx()).await?;
        for stranger in [Actor::Anonymous, Actor::of(&reader)] {
            let seen = Visibility::new(stranger, Surface::Page, lab.now);
            for slug in [&old, &post.slug] {
                refused!(
                    lab.records.posts.by_slug(slug, &seen).await,
                    Error::NotFound(Entity::Post)
                );
            }
        }
        let own = Visibility::new(Actor::of(&author), Surface::Page, lab.now);
        let found = lab.records.posts.by_slug(&old, &own).await?;
        same!(
            found,
            SlugHit::Moved(post.slug),
            "the old address for the author"
        );
    }
    Ok(())
}

async fn own(lab: Lab) -> Verdict {
    let (first, second) = (fresh_word(), fresh_word());
    let post = at(&lab, &first).await?;
    let post = moved(&lab, &post, &second).await?;
    let post = moved(&lab, &post, &first).await?;
    same!(
        post.slug.as_str(),
        first,
        "the slug that the post had before"
    );
    same!(
        hit(&lab, &second).await?,
        SlugHit::Moved(post.slug.clone()),
        "the previous slug"
    );
    let post = moved(&lab, &post, &second).await?;
    same!(
        post.slug.as_str(),
        second,
        "the slug after going there again"
    );
    same!(
        hit(&lab, &first).await?,
        SlugHit::Moved(post.slug),
        "the other slug"
    );
    same!(
        at(&lab, &first).await?.slug.as_str(),
        format!("{first}-2"),
        "another post's slug"
    );
    Ok(())
}

async fn keep(lab: Lab) -> Verdict {
    let word = fresh_word();
    let post = at(&lab, &word).await?;
    let post = moved(&lab, &post, &word).await?;
    same!(
        post.slug.as_str(),
        word,
        "the slug after asking for the current one"
    );
    let saved = lab
        .records
        .posts
        .save(lab.change(&post, lab.content()), lab.fx())
        .await?;
    same!(saved.slug.as_str(), word, "the slug after asking for none");
    ensure!(
        matches!(hit(&lab, &word).await?, SlugHit::Current(_)),
        "the slug leads elsewhere"
    );
    Ok(())
}

async fn deleted(lab: Lab) -> Verdict {
    let (old, new) = (fresh_word(), fresh_word());
    let post = at(&lab, &old).await?;
    let post = moved(&lab, &post, &new).await?;
    lab.records
        .posts
        .delete(post.id, post.version, lab.fx())
        .await?;
    for word in [&old, &new] {
        let slug = Slug::from_store(word.clone());
        refused!(
            lab.records
                .posts
                .by_slug(&slug, &lab.editor(Surface::Page))
                .await,
            Error::NotFound(Entity::Post)
        );
        same!(
            at(&lab, word).await?.slug.as_str(),
            word.as_str(),
            "the slug of a new post"
        );
    }
    same!(leads_to(&lab, &old).await?, old, "where the slug leads");
    if hit(&lab, &old).await? == SlugHit::Current(Box::new(post)) {
        return Err(Failure::new("the deleted post stands at its address"));
    }
    Ok(())
}

async fn rename(lab: Lab) -> Verdict {
    let (old, new) = (fresh_word(), fresh_word());
    let post = at(&lab, &old).await?;
    let posts = &lab.records.posts;
    let slug = posts
        .rename(post.id, &post.slug, slug_request(&new), lab.fx())
        .await?;
    same!(slug.as_str(), new, "the slug");
    same!(leads_to(&lab, &new).await?, new, "where it stands");
    same!(leads_to(&lab, &old).await?, new, "where the old slug leads");
    let other = at(&lab, &fresh_word()).await?;
    for taken in [&old, &new] {
        let slug = posts
            .rename(
                other.id,
                &lab.stored(other.id).await?.slug,
                slug_request(taken),
                lab.fx(),
            )
            .await?;
        same!(
            slug.as_str(),
            format!("{taken}-2"),
            "the slug beside another's"
        );
    }
    let back = posts
        .rename(post.id, &slug, slug_request(&old), lab.fx())
        .await?;
    same!(back.as_str(), old, "the slug that was its own");
    Ok(())
}

async fn rename_rest(lab: Lab) -> Verdict {
    let post = at(&lab, &fresh_word()).await?;
    let later = crate::model::effects::Effects::at(lab.after(60));
    let posts = &lab.records.posts;
    let slug = posts
        .rename(post.id, &post.slug, slug_request(&fresh_word()), later)
        .await?;
    let revisions = posts.revisions(post.id, None, 9).await?.items.len();
    same!(revisions, 1, "revisions");
    same!(
        lab.stored(post.id).await?,
        Post { slug, ..post },
        "the post"
    );
    Ok(())
}

async fn rename_elsewhere(lab: Lab) -> Verdict {
    let post = at(&lab, &fresh_word()).await?;
    let other = at(&lab, &fresh_word()).await?;
    let posts = &lab.records.posts;
    let wish = || slug_request(&fresh_word());
    refused!(
        posts.rename(post.id, &other.slug, wish(), lab.fx()).await,
        Error::Conflict(Conflict::State)
    );
    refused!(
        posts
            .rename(PostId::generate(), &post.slug, wish(), lab.fx())
            .await,
        Error::NotFound(Entity::Post)
    );
    same!(lab.stored(post.id).await?.slug, post.slug, "the slug");
    Ok(())
}

async fn rename_race(lab: Lab) -> Verdict {
    let post = at(&lab, &fresh_word()).await?;
    let answers = lab
        .race(4, |lab, _| {
            let (id, from) = (post.id, post.slug.clone());
            async move {
                let wish = slug_request(&fresh_word());
                lab.records.posts.rename(id, &from, wish, lab.fx()).await
            }
        })
        .await?;
    let won = winners!(answers, Error::Conflict(Conflict::State));
    same!(won.len(), 1, "renames that succeeded");
    same!(lab.stored(post.id).await?.slug, won[0], "the slug");
    Ok(())
}
