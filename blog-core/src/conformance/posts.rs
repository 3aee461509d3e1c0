//! The contract of [`PostStore`](crate::ports::PostStore): writes. Addresses, lists and search have files of their own.

use crate::conformance::chance::fresh_word;
use crate::conformance::check::{Check, Port};
use crate::conformance::lab::{Lab, slug_request, tag};
use crate::conformance::texts;
use crate::conformance::verdict::{Failure, Verdict, ensure, refused, same};
use crate::error::{Conflict, Entity, Error};
use crate::id::{MediaId, UserId};
use crate::markdown::TocEntry;
use crate::model::effects::Effects;
use crate::model::post::{
    Body, NewPost, Post, PostContent, PostScope, PostStatus, RenderedBody, SafeHtml, SlugHit, Title,
};
use crate::model::revision::RevisionHead;
use crate::policy::Surface;

pub(super) mod archive;
mod context;
mod delete;
mod lists;
mod renewal;
mod revisions;
mod save;
mod search;
mod slugs;
mod tags;

pub(super) fn checks() -> Vec<Check> {
    let posts = Port::Posts;
    let mut checks = vec![
        posts.check("posts-site-generation", "The site's generation: raised by every write whose effects say `invalidates`.", site_generation).alone(),
        posts.check("posts-create", "Stores a post with version 1, zero counters, its slug, tags and media.", create),
        posts.check("posts-create-revision", "Stores the first revision of a post.", create_revision),
        posts.check("posts-create-no-author", "`create`: `NotFound(User)` when the author does not exist.", create_no_author),
        posts.check("posts-create-no-media", "`create`: `NotFound(Media)` when a media item does not exist.", create_no_media),
        posts.check("posts-create-exists", "`create`: `Conflict(Exists)` when there is a post of this id.", create_exists),
        posts.check("posts-cover-joined", "Posts and cards carry the facts of their cover.", cover_joined),
        posts.check("posts-site-next", "The earliest `published_at` after `now` among published and unlisted posts.", site_next),
        posts.check("posts-texts", "Texts come back byte for byte (title, body, HTML, excerpt, headings, tag names).", texts_return),
        posts.check("posts-longest", "A title of 300 characters outside the basic plane and a body of 512 KiB are stored whole.", longest),
        posts.check("posts-times", "Stores keep moments to the microsecond, before 1970 and far ahead too.", times),
    ];
    checks.extend(slugs::checks());
    checks.extend(lists::checks());
    checks.extend(tags::checks());
    checks.extend(archive::checks());
    checks.extend(context::checks());
    checks.extend(search::checks());
    checks.extend(save::checks());
    checks.extend(delete::checks());
    checks.extend(renewal::checks());
    checks.extend(revisions::checks());
    checks
}

/// The post that creating this leaves.
async fn expected(lab: &Lab, new: &NewPost) -> Verdict<Post> {
    let content = new.content.clone();
    let author = lab.records.users.get(new.author).await?.to_ref();
    let mut cover = None;
    if let Some(id) = content.cover {
        let items = lab.records.catalog.get(&[id]).await?;
        cover = items.first().map(|item| item.to_ref());
    }
    Ok(Post {
        id: new.id,
        author,
        slug: new.slug.base.clone(),
        title: content.title,
        body: content.body,
        rendered: content.rendered,
        tags: content.tags,
        cover,
        media: content.media,
        status: content.status,
        published_at: content.published_at,
        created_at: lab.now,
        updated_at: lab.now,
        version: 1,
        likes: 0,
        views: 0,
        comments: 0,
        liked: false,
    })
}

/// The same post with its media in the order of their ids: their order carries nothing.
fn sorted(mut post: Post) -> Post {
    post.media.sort();
    post
}

/// Contents with everything in them.
async fn full_content(lab: &Lab, owner: UserId) -> Verdict<PostContent> {
    let (one, two) = (lab.picture(owner).await?, lab.picture(owner).await?);
    let word = fresh_word();
    let plain = lab.content();
    Ok(PostContent {
        rendered: RenderedBody {
            toc: vec![
                TocEntry {
                    level: 2,
                    id: "a".to_owned(),
                    text: "A & B".to_owned(),
                },
                TocEntry {
                    level: 3,
                    id: "b".to_owned(),
                    text: "ζ".to_owned(),
                },
            ],
            words: 4_000_000_000,
            renderer_version: 7,
            ..plain.rendered
        },
        tags: vec![
            tag(&format!("z-{word}"), "Zebra"),
            tag(&format!("a-{word}"), "Ähre"),
        ],
        cover: Some(one.id),
        media: vec![one.id, two.id],
        ..plain
    })
}

async fn site_generation(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let before = lab.records.posts.site(lab.now).await?.generation;
    lab.post(user.id).await?;
    let quiet = lab.records.posts.site(lab.now).await?.generation;
    same!(
        quiet,
        before,
        "the generation after a write that does not invalidate"
    );
    let new = lab.new_post(user.id, lab.content());
    let post = lab
        .records
        .posts
        .create(new, lab.fx().invalidating())
        .await?;
    let after = lab.records.posts.site(lab.now).await?.generation;
    same!(
        after,
        before + 1,
        "the generation after an invalidating write"
    );
    let results = lab
        .race(10, |lab, _| {
            let new = lab.new_post(post.author.id, lab.content());
            async move { lab.records.posts.create(new, lab.fx().invalidating()).await }
        })
        .await?;
    for result in results {
        result?;
    }
    let raced = lab.records.posts.site(lab.now).await?.generation;
    same!(
        raced,
        after + 10,
        "the generation after ten invalidating writes at once"
    );
    Ok(())
}

async fn create(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    for status in [
        PostStatus::Published,
        PostStatus::Unlisted,
        PostStatus::Draft,
    ] {
        let content = PostContent {
            status,
            published_at: (status != PostStatus::Draft).then_some(lab.now),
            ..full_content(&lab, user.id).await?
        };
        let new = lab.new_post(user.id, content);
        let expected = sorted(expected(&lab, &new).await?);
        let id = new.id;
        let answer = lab.records.posts.create(new, lab.fx()).await?;
        same!(sorted(answer), expected, "the answer");
        same!(sorted(lab.stored(id).await?), expected, "the stored post");
    }
    Ok(())
}

async fn create_revision(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let post = lab.post(user.id).await?;
    let expected = RevisionHead {
        version: 1,
        title: post.title.clone(),
        bytes: post.body.as_str().len() as u64,
        editor: Some(user.to_ref()),
        saved_at: lab.now,
    };
    let listed = lab.records.posts.revisions(post.id, None, 10).await?;
    same!(
        (listed.items, listed.next),
        (vec![expected.clone()], None),
        "revisions of a new post"
    );
    let first = lab.records.posts.revision(post.id, 1).await?;
    same!(
        (first.head, first.body),
        (expected, post.body),
        "the revision"
    );
    Ok(())
}

async fn create_no_author(lab: Lab) -> Verdict {
    let new = lab.new_post(UserId::generate(), lab.content());
    let (id, slug) = (new.id, new.slug.base.clone());
    refused!(
        lab.records.posts.create(new, lab.fx()).await,
        Error::NotFound(Entity::User)
    );
    refused!(lab.stored(id).await, Error::NotFound(Entity::Post));
    refused!(
        lab.records
            .posts
            .by_slug(&slug, &lab.editor(Surface::Page))
            .await,
        Error::NotFound(Entity::Post)
    );
    Ok(())
}

async fn create_exists(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let first = lab.post_of(user.id, lab.content()).await?;
    for slug in [first.slug.to_string(), fresh_word()] {
        let again = NewPost {
            id: first.id,
            slug: slug_request(&slug),
            ..lab.new_post(user.id, lab.content())
        };
        let refused = lab.records.posts.create(again, lab.fx()).await;
        refused!(refused, Error::Conflict(Conflict::Exists));
    }
    same!(lab.stored(first.id).await?, first, "the post");
    Ok(())
}

async fn create_no_media(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let picture = lab.picture(user.id).await?;
    let nothing = MediaId::generate();
    for (cover, media) in [
        (None, vec![picture.id, nothing]),
        (Some(nothing), vec![nothing]),
    ] {
        let content = PostContent {
            cover,
            media,
            ..lab.content()
        };
        let new = lab.new_post(user.id, content);
        let (id, slug) = (new.id, new.slug.clone());
        refused!(
            lab.records.posts.create(new, lab.fx()).await,
            Error::NotFound(Entity::Media)
        );
        refused!(lab.stored(id).await, Error::NotFound(Entity::Post));
        let again = NewPost {
            slug: slug.clone(),
            ..lab.new_post(user.id, lab.content())
        };
        let post = lab.records.posts.create(again, lab.fx()).await?;
        same!(
            post.slug,
            slug.base,
            "the address that the refused post asked for"
        );
    }
    Ok(())
}

async fn cover_joined(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let picture = lab.picture(user.id).await?;
    let content = PostContent {
        cover: Some(picture.id),
        media: vec![picture.id],
        ..lab.content()
    };
    let post = lab.post_of(user.id, content).await?;
    same!(
        post.cover,
        Some(picture.to_ref()),
        "the cover of the answer"
    );
    same!(
        lab.stored(post.id).await?.cover,
        Some(picture.to_ref()),
        "the cover of the post"
    );
    let cards = lab
        .cards(PostScope::Author(user.id), 10, &lab.stranger(Surface::List))
        .await?;
    let covers: Vec<_> = cards.into_iter().map(|card| card.cover).collect();
    same!(
        covers,
        vec![Some(picture.to_ref())],
        "the covers of the cards"
    );
    Ok(())
}

async fn site_next(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    // Its own moments, so far ahead that no other post of the store stands among them.
    let from = lab.far_ahead();
    let at = |seconds| from.plus(std::time::Duration::from_secs(seconds));
    for (status, seconds) in [
        (PostStatus::Draft, 1),
        (PostStatus::Unlisted, 2),
        (PostStatus::Published, 3),
    ] {
        let content = PostContent {
            status,
            published_at: Some(at(seconds)),
            ..lab.content()
        };
        lab.post_of(user.id, content).await?;
    }
    for (now, next) in [(0, 2), (1, 2), (2, 3)] {
        let found = lab.records.posts.site(at(now)).await?.next_publication;
        same!(found, Some(at(next)), "the next publication after {now} s");
        let found = lab.records.site.current(at(now)).await?.next_publication;
        same!(found, Some(at(next)), "the site's next one after {now} s");
    }
    let behind = lab.records.posts.site(at(3)).await?.next_publication;
    ensure!(
        behind.is_none_or(|next| next > at(3)),
        "a moment is ahead of itself"
    );
    Ok(())
}

async fn texts_return(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    for line in texts::LINES {
        let paragraphs = texts::paragraphs() + line;
        let content = PostContent {
            title: Title::from_store((*line).to_owned()),
            body: Body::from_store(paragraphs.clone()),
            rendered: RenderedBody {
                html: SafeHtml::from_sanitiser(paragraphs.clone()),
                excerpt: paragraphs.clone(),
                toc: vec![TocEntry {
                    level: 2,
                    id: (*line).to_owned(),
                    text: (*line).to_owned(),
                }],
                words: 1,
                renderer_version: 1,
            },
            tags: vec![tag(&fresh_word(), line)],
            ..lab.content()
        };
        let post = lab.post_of(user.id, content.clone()).await?;
        let stored = lab.stored(post.id).await?;
        same!(stored.title, content.title, "the title");
        same!(stored.body, content.body, "the body");
        same!(stored.rendered, content.rendered, "what was rendered");
        same!(stored.tags, content.tags, "the tags");
        let revision = lab.records.posts.revision(post.id, 1).await?;
        same!(
            revision.head.bytes,
            content.body.as_str().len() as u64,
            "the bytes of the revision"
        );
        same!(
            (revision.head.title, revision.body),
            (content.title, content.body),
            "the revision"
        );
    }
    Ok(())
}

async fn longest(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let title = Title::try_from(texts::astral(300).as_str())
        .map_err(|reason| Failure::new(format!("the title of this check: {reason}")))?;
    let text = texts::of_bytes(crate::markdown::MAX_POST_BYTES);
    let content = PostContent {
        title,
        body: Body::from_store(text.clone()),
        rendered: RenderedBody {
            html: SafeHtml::from_sanitiser(format!("<p>{text}</p>")),
            ..lab.content().rendered
        },
        ..lab.content()
    };
    let post = lab.post_of(user.id, content.clone()).await?;
    let SlugHit::Current(stored) = lab
        .records
        .posts
        .by_slug(&post.slug, &lab.stranger(Surface::Page))
        .await?
    else {
        return Err(Failure::new("the post is not at its address"));
    };
    same!(stored.title, content.title, "the title");
    same!(stored.body, content.body, "the body");
    same!(stored.rendered.html, content.rendered.html, "the HTML");
    same!(
        lab.records.posts.revision(post.id, 1).await?.body,
        content.body,
        "the revision"
    );
    Ok(())
}

async fn times(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    for micros in [-1, 0, 1, -62_135_596_800_000_000, 253_402_300_799_999_999] {
        let at = crate::Timestamp::from_micros(micros);
        let content = PostContent {
            status: PostStatus::Draft,
            published_at: Some(at),
            ..lab.content()
        };
        let new = lab.new_post(user.id, content);
        let post = lab.records.posts.create(new, Effects::at(at)).await?;
        let stored = lab.stored(post.id).await?;
        same!(
            (stored.published_at, stored.created_at, stored.updated_at),
            (Some(at), at, at),
            "the moments of a post"
        );
    }
    Ok(())
}
