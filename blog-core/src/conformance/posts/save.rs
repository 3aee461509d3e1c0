//! Saves of posts.

use super::{expected, full_content, sorted};
use crate::conformance::chance::fresh_word;
use crate::conformance::check::{Check, Port};
use crate::conformance::lab::{Lab, slug_request, tag};
use crate::conformance::verdict::{Verdict, refused, same, winners};
use crate::error::{Conflict, Entity, Error};
use crate::id::{MediaId, PostId};
use crate::model::effects::Effects;
use crate::model::post::{Post, PostChange, PostContent, PostScope, PostStatus};
use crate::policy::Surface;
use crate::ports::engagement::View;

pub(super) fn checks() -> Vec<Check> {
    let posts = Port::Posts;
    vec![
        posts.check(
            "posts-save",
            "Replaces the content, raises the version by one.",
            save,
        ),
        posts.check(
            "posts-save-version",
            "Returns `Conflict(Version)` with the stored version when it is not the expected one.",
            save_version,
        ),
        posts.check(
            "posts-save-race",
            "Of two saves from one version exactly one succeeds.",
            save_race,
        ),
        posts.check(
            "posts-save-not-found",
            "`save`: `NotFound(Post)` when there is none.",
            save_not_found,
        ),
        posts.check(
            "posts-save-no-media",
            "`save`: `NotFound(Media)` as in `create`; nothing was changed.",
            save_no_media,
        ),
        posts.check(
            "posts-save-counters",
            "`save`: counters are untouched.",
            save_counters,
        ),
        posts.check(
            "posts-tags-replaced",
            "Tags are in the author's order, each named as this post's author wrote it.",
            tags_replaced,
        ),
    ]
}

async fn save(lab: Lab) -> Verdict {
    let (user, editor) = (lab.user().await?, lab.user().await?);
    let post = lab
        .post_of(user.id, full_content(&lab, user.id).await?)
        .await?;
    let later = lab.after(60);
    let content = PostContent {
        status: PostStatus::Unlisted,
        published_at: Some(lab.after(30)),
        ..full_content(&lab, user.id).await?
    };
    let change = PostChange {
        editor: editor.id,
        ..lab.change(&post, content.clone())
    };
    let like = lab.new_post(user.id, content);
    let expected = sorted(Post {
        id: post.id,
        slug: post.slug.clone(),
        created_at: post.created_at,
        updated_at: later,
        version: 2,
        ..expected(&lab, &like).await?
    });
    let saved = lab.records.posts.save(change, Effects::at(later)).await?;
    same!(sorted(saved), expected, "the answer");
    same!(
        sorted(lab.stored(post.id).await?),
        expected,
        "the stored post"
    );
    // Nothing of the old content is left when the new one has less.
    let bare = lab.content();
    let saved = lab
        .records
        .posts
        .save(lab.change(&expected, bare), lab.fx())
        .await?;
    same!(
        (saved.tags, saved.media, saved.cover),
        (vec![], vec![], None),
        "what a bare save leaves"
    );
    Ok(())
}

async fn save_version(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let post = lab.post(user.id).await?;
    let saved = lab
        .records
        .posts
        .save(lab.change(&post, lab.content()), lab.fx())
        .await?;
    for expected_version in [1, 3, 0, 1 << 40] {
        let stale = PostChange {
            expected_version,
            ..lab.change(&post, full_content(&lab, user.id).await?)
        };
        refused!(
            lab.records
                .posts
                .save(stale, Effects::at(lab.after(9)))
                .await,
            Error::Conflict(Conflict::Version { current: 2 })
        );
    }
    same!(
        lab.stored(post.id).await?,
        saved,
        "the post after refused saves"
    );
    same!(
        lab.records
            .posts
            .revisions(post.id, None, 10)
            .await?
            .items
            .len(),
        2,
        "revisions after refused saves"
    );
    Ok(())
}

async fn save_race(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let post = lab.post(user.id).await?;
    let results = lab
        .race(10, |lab, _| {
            let change = lab.change(&post, lab.content());
            async move { lab.records.posts.save(change, lab.fx()).await }
        })
        .await?;
    let won = winners!(results, Error::Conflict(Conflict::Version { current: 2 }));
    same!(won.len(), 1, "saves that succeeded");
    same!(lab.stored(post.id).await?, won[0], "the stored post");
    same!(
        lab.records
            .posts
            .revisions(post.id, None, 10)
            .await?
            .items
            .len(),
        2,
        "revisions"
    );
    Ok(())
}

async fn save_not_found(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let post = lab.post(user.id).await?;
    let change = PostChange {
        id: PostId::generate(),
        ..lab.change(&post, lab.content())
    };
    refused!(
        lab.records.posts.save(change, lab.fx()).await,
        Error::NotFound(Entity::Post)
    );
    Ok(())
}

async fn save_no_media(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let post = lab
        .post_of(user.id, full_content(&lab, user.id).await?)
        .await?;
    let content = PostContent {
        media: vec![MediaId::generate()],
        ..lab.content()
    };
    let change = PostChange {
        slug: Some(slug_request(&fresh_word())),
        ..lab.change(&post, content)
    };
    refused!(
        lab.records.posts.save(change, lab.fx()).await,
        Error::NotFound(Entity::Media)
    );
    same!(
        lab.stored(post.id).await?,
        post,
        "the post after a refused save"
    );
    same!(
        lab.records
            .posts
            .revisions(post.id, None, 10)
            .await?
            .items
            .len(),
        1,
        "revisions after a refused save"
    );
    Ok(())
}

async fn save_counters(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let post = lab.post(user.id).await?;
    lab.records
        .engagement
        .set_like(post.id, user.id, true, lab.now)
        .await?;
    let views: Vec<View> = (0..3)
        .map(|visitor| View {
            post: post.id,
            day: 500_000,
            visitor: [visitor; 16],
        })
        .collect();
    lab.records.engagement.record_views(&views).await?;
    lab.comment(post.id, user.id, None).await?;
    lab.comment(post.id, user.id, None).await?;
    let liked = lab.stored(post.id).await?;
    same!(
        (liked.version, liked.updated_at),
        (1, lab.now),
        "version and time after likes and views"
    );
    let saved = lab
        .records
        .posts
        .save(lab.change(&post, lab.content()), lab.fx())
        .await?;
    same!(
        (saved.likes, saved.views, saved.comments),
        (1, 3, 2),
        "the counters in the answer"
    );
    let stored = lab.stored(post.id).await?;
    same!(
        (stored.likes, stored.views, stored.comments),
        (1, 3, 2),
        "the stored counters"
    );
    Ok(())
}

async fn tags_replaced(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let word = fresh_word();
    let slugs: Vec<String> = (0..10)
        .map(|n| format!("{}-{word}", (b'j' - n) as char))
        .collect();
    let tags: Vec<_> = slugs.iter().map(|slug| tag(slug, "Name of one")).collect();
    let content = PostContent {
        tags: tags.clone(),
        ..lab.content()
    };
    let one = lab.post_of(user.id, content).await?;
    let others: Vec<_> = slugs
        .iter()
        .rev()
        .take(3)
        .map(|slug| tag(slug, "nAME OF TWO"))
        .collect();
    let content = PostContent {
        tags: others.clone(),
        ..lab.content()
    };
    let two = lab.post_of(user.id, content).await?;
    same!(lab.stored(one.id).await?.tags, tags, "the tags of one post");
    same!(
        lab.stored(two.id).await?.tags,
        others,
        "the tags of the other"
    );
    let content = PostContent {
        tags: tags[4..6].to_vec(),
        ..lab.content()
    };
    lab.records
        .posts
        .save(lab.change(&one, content), lab.fx())
        .await?;
    same!(
        lab.stored(one.id).await?.tags,
        tags[4..6].to_vec(),
        "the tags after a save"
    );
    same!(
        lab.stored(two.id).await?.tags,
        others,
        "the tags of the other after the save"
    );
    let cards = lab
        .cards(PostScope::Author(user.id), 10, &lab.stranger(Surface::List))
        .await?;
    let card = cards.into_iter().find(|card| card.id == two.id);
    same!(
        card.map(|card| card.tags),
        Some(others),
        "the tags of the card"
    );
    Ok(())
}
