//! The contract of [`PostStore`](crate::ports::PostStore): writes. Addresses, lists and search have files of their own.

use super::chance::fresh_word;
use super::check::{Check, Port};
use super::lab::{Lab, slug_request, tag};
use super::texts;
use super::verdict::{Failure, Verdict, ensure, refused, same, winners};
use crate::error::{Conflict, Entity, Error};
use crate::id::{MediaId, PostId, UserId};
use crate::markdown::TocEntry;
use crate::model::effects::Effects;
use crate::model::post::{
    Body, NewPost, Post, PostChange, PostContent, PostScope, PostStatus, RenderedBody, SafeHtml,
    SlugHit, Title,
};
use crate::policy::Surface;
use crate::ports::engagement::View;

mod lists;
mod search;
mod slugs;

pub(super) fn checks() -> Vec<Check> {
    let posts = Port::Posts;
    let mut checks = vec![
        posts.check("posts-site-generation", "The site's generation: raised by every write whose effects say `invalidates`.", site_generation).alone(),
        posts.check("posts-create", "Stores a post with version 1, zero counters, its slug, tags and media.", create),
        posts.check("posts-create-revision", "Stores the first revision of a post.", create_revision),
        posts.check("posts-create-no-author", "`create`: `NotFound(User)` when the author does not exist.", create_no_author),
        posts.check("posts-create-no-media", "`create`: `NotFound(Media)` when a media item does not exist.", create_no_media),
        posts.check("posts-save", "Replaces the content, raises the version by one.", save),
        posts.check("posts-save-revision", "`save` stores a revision.", save_revision),
        posts.check("posts-save-version", "Returns `Conflict(Version)` with the stored version when it is not the expected one.", save_version),
        posts.check("posts-save-race", "Of two saves from one version exactly one succeeds.", save_race),
        posts.check("posts-save-not-found", "`save`: `NotFound(Post)` when there is none.", save_not_found),
        posts.check("posts-save-no-media", "`save`: `NotFound(Media)` as in `create`; nothing was changed.", save_no_media),
        posts.check("posts-save-counters", "`save`: counters are untouched.", save_counters),
        posts.check("posts-tags-replaced", "Tags are in the author's order, each named as this post's author wrote it.", tags_replaced),
        posts.check("posts-cover-joined", "Posts and cards carry the facts of their cover.", cover_joined),
        posts.check("posts-delete", "Deletes a post and returns it as it was.", delete),
        posts.check("posts-delete-with", "Deletes a post with its comments, likes, views and revisions.", delete_with),
        posts.check("posts-delete-version", "`delete`: `Conflict(Version)` when the version is not the expected one.", delete_version),
        posts.check("posts-delete-not-found", "`delete`: `NotFound(Post)` when there is none.", delete_not_found),
        posts.check("posts-delete-race", "Of many deletions at once exactly one succeeds.", delete_race),
        posts.check("posts-revisions", "The revisions of a post, newest first.", revisions),
        posts.check("posts-revisions-most", "`revisions`: at most 100.", revisions_most),
        posts.check("posts-site-next", "The earliest `published_at` after `now` among published and unlisted posts.", site_next),
        posts.check("posts-texts", "Texts come back byte for byte (title, body, HTML, excerpt, headings, tag names).", texts_return),
        posts.check("posts-longest", "A title of 300 characters outside the basic plane and a body of 512 KiB are stored whole.", longest),
        posts.check("posts-times", "Stores keep moments to the microsecond, before 1970 and far ahead too.", times),
    ];
    checks.extend(slugs::checks());
    checks.extend(lists::checks());
    checks.extend(search::checks());
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
        tags: vec![tag(&format!("z-{word}"), "Zebra"), tag(&format!("a-{word}"), "Ähre")],
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
    same!(quiet, before, "the generation after a write that does not invalidate");
    let new = lab.new_post(user.id, lab.content());
    let post = lab.records.posts.create(new, lab.fx().invalidating()).await?;
    let after = lab.records.posts.site(lab.now).await?.generation;
    same!(after, before + 1, "the generation after an invalidating write");
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
    same!(raced, after + 10, "the generation after ten invalidating writes at once");
    Ok(())
}

async fn create(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    for status in [PostStatus::Published, PostStatus::Unlisted, PostStatus::Draft] {
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
    let revisions = lab.records.posts.revisions(post.id).await?;
    same!(revisions.len(), 1, "revisions of a new post");
    let first = &revisions[0];
    same!((first.post, first.version, first.editor), (post.id, 1, Some(user.id)), "the revision");
    same!((&first.title, &first.body), (&post.title, &post.body), "its text");
    same!(first.saved_at, lab.now, "its moment");
    Ok(())
}

async fn create_no_author(lab: Lab) -> Verdict {
    let new = lab.new_post(UserId::generate(), lab.content());
    let (id, slug) = (new.id, new.slug.base.clone());
    refused!(lab.records.posts.create(new, lab.fx()).await, Error::NotFound(Entity::User));
    refused!(lab.stored(id).await, Error::NotFound(Entity::Post));
    refused!(
        lab.records.posts.by_slug(&slug, &lab.editor(Surface::Page)).await,
        Error::NotFound(Entity::Post)
    );
    Ok(())
}

async fn create_no_media(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let picture = lab.picture(user.id).await?;
    let nothing = MediaId::generate();
    for (cover, media) in [(None, vec![picture.id, nothing]), (Some(nothing), vec![nothing])] {
        let content = PostContent {
            cover,
            media,
            ..lab.content()
        };
        let new = lab.new_post(user.id, content);
        let (id, slug) = (new.id, new.slug.clone());
        refused!(lab.records.posts.create(new, lab.fx()).await, Error::NotFound(Entity::Media));
        refused!(lab.stored(id).await, Error::NotFound(Entity::Post));
        let again = NewPost {
            slug: slug.clone(),
            ..lab.new_post(user.id, lab.content())
        };
        let post = lab.records.posts.create(again, lab.fx()).await?;
        same!(post.slug, slug.base, "the address that the refused post asked for");
    }
    Ok(())
}

async fn save(lab: Lab) -> Verdict {
    let (user, editor) = (lab.user().await?, lab.user().await?);
    let post = lab.post_of(user.id, full_content(&lab, user.id).await?).await?;
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
    same!(sorted(lab.stored(post.id).await?), expected, "the stored post");
    // Nothing of the old content is left when the new one has less.
    let bare = lab.content();
    let saved = lab.records.posts.save(lab.change(&expected, bare), lab.fx()).await?;
    same!((saved.tags, saved.media, saved.cover), (vec![], vec![], None), "what a bare save leaves");
    Ok(())
}

async fn save_revision(lab: Lab) -> Verdict {
    let (user, editor) = (lab.user().await?, lab.user().await?);
    let post = lab.post(user.id).await?;
    let change = PostChange {
        editor: editor.id,
        ..lab.change(&post, lab.content())
    };
    let saved = lab.records.posts.save(change, Effects::at(lab.after(5))).await?;
    let revisions = lab.records.posts.revisions(post.id).await?;
    let found: Vec<_> = revisions.iter().map(|r| (r.version, r.editor, r.saved_at)).collect();
    let expected = vec![(2, Some(editor.id), lab.after(5)), (1, Some(user.id), lab.now)];
    same!(found, expected, "the revisions");
    same!((&revisions[0].title, &revisions[0].body), (&saved.title, &saved.body), "the new text");
    same!((&revisions[1].title, &revisions[1].body), (&post.title, &post.body), "the old text");
    Ok(())
}

async fn save_version(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let post = lab.post(user.id).await?;
    let saved = lab.records.posts.save(lab.change(&post, lab.content()), lab.fx()).await?;
    for expected_version in [1, 3, 0, 1 << 40] {
        let stale = PostChange {
            expected_version,
            ..lab.change(&post, full_content(&lab, user.id).await?)
        };
        refused!(
            lab.records.posts.save(stale, Effects::at(lab.after(9))).await,
            Error::Conflict(Conflict::Version { current: 2 })
        );
    }
    same!(lab.stored(post.id).await?, saved, "the post after refused saves");
    same!(lab.records.posts.revisions(post.id).await?.len(), 2, "revisions after refused saves");
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
    same!(lab.records.posts.revisions(post.id).await?.len(), 2, "revisions");
    Ok(())
}

async fn save_not_found(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let post = lab.post(user.id).await?;
    let change = PostChange {
        id: PostId::generate(),
        ..lab.change(&post, lab.content())
    };
    refused!(lab.records.posts.save(change, lab.fx()).await, Error::NotFound(Entity::Post));
    Ok(())
}

async fn save_no_media(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let post = lab.post_of(user.id, full_content(&lab, user.id).await?).await?;
    let content = PostContent {
        media: vec![MediaId::generate()],
        ..lab.content()
    };
    let change = PostChange {
        slug: Some(slug_request(&fresh_word())),
        ..lab.change(&post, content)
    };
    refused!(lab.records.posts.save(change, lab.fx()).await, Error::NotFound(Entity::Media));
    same!(lab.stored(post.id).await?, post, "the post after a refused save");
    same!(lab.records.posts.revisions(post.id).await?.len(), 1, "revisions after a refused save");
    Ok(())
}

async fn save_counters(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let post = lab.post(user.id).await?;
    lab.records.engagement.set_like(post.id, user.id, true, lab.now).await?;
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
    same!((liked.version, liked.updated_at), (1, lab.now), "version and time after likes and views");
    let saved = lab.records.posts.save(lab.change(&post, lab.content()), lab.fx()).await?;
    same!((saved.likes, saved.views, saved.comments), (1, 3, 2), "the counters in the answer");
    let stored = lab.stored(post.id).await?;
    same!((stored.likes, stored.views, stored.comments), (1, 3, 2), "the stored counters");
    Ok(())
}

async fn tags_replaced(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let word = fresh_word();
    let slugs: Vec<String> = (0..10).map(|n| format!("{}-{word}", (b'j' - n) as char)).collect();
    let tags: Vec<_> = slugs.iter().map(|slug| tag(slug, "Name of one")).collect();
    let content = PostContent {
        tags: tags.clone(),
        ..lab.content()
    };
    let one = lab.post_of(user.id, content).await?;
    let others: Vec<_> = slugs.iter().rev().take(3).map(|slug| tag(slug, "nAME OF TWO")).collect();
    let content = PostContent {
        tags: others.clone(),
        ..lab.content()
    };
    let two = lab.post_of(user.id, content).await?;
    same!(lab.stored(one.id).await?.tags, tags, "the tags of one post");
    same!(lab.stored(two.id).await?.tags, others, "the tags of the other");
    let content = PostContent {
        tags: tags[4..6].to_vec(),
        ..lab.content()
    };
    lab.records.posts.save(lab.change(&one, content), lab.fx()).await?;
    same!(lab.stored(one.id).await?.tags, tags[4..6].to_vec(), "the tags after a save");
    same!(lab.stored(two.id).await?.tags, others, "the tags of the other after the save");
    let cards = lab.cards(PostScope::Author(user.id), 10, &lab.stranger(Surface::List)).await?;
    let card = cards.into_iter().find(|card| card.id == two.id);
    same!(card.map(|card| card.tags), Some(others), "the tags of the card");
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
    same!(post.cover, Some(picture.to_ref()), "the cover of the answer");
    same!(lab.stored(post.id).await?.cover, Some(picture.to_ref()), "the cover of the post");
    let cards = lab.cards(PostScope::Author(user.id), 10, &lab.stranger(Surface::List)).await?;
    let covers: Vec<_> = cards.into_iter().map(|card| card.cover).collect();
    same!(covers, vec![Some(picture.to_ref())], "the covers of the cards");
    Ok(())
}

async fn delete(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let post = lab.post_of(user.id, full_content(&lab, user.id).await?).await?;
    let other = lab.post(user.id).await?;
    let gone = lab.records.posts.delete(post.id, 1, lab.fx()).await?;
    same!(sorted(gone), sorted(post.clone()), "the deleted post");
    refused!(lab.stored(post.id).await, Error::NotFound(Entity::Post));
    refused!(
        lab.records.posts.by_slug(&post.slug, &lab.editor(Surface::Page)).await,
        Error::NotFound(Entity::Post)
    );
    let left = lab.cards(PostScope::Author(user.id), 10, &lab.editor(Surface::Manage)).await?;
    same!(left.iter().map(|card| card.id).collect::<Vec<_>>(), vec![other.id], "the author's list");
    let tag = post.tags[0].slug.clone();
    let tagged = lab.cards(PostScope::Tag(tag), 10, &lab.editor(Surface::Manage)).await?;
    ensure!(tagged.is_empty(), "the list of a tag holds the deleted post");
    Ok(())
}

async fn delete_with(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let post = lab.post(user.id).await?;
    let comment = lab.comment(post.id, user.id, None).await?;
    let reply = lab.comment(post.id, user.id, Some(comment.id)).await?;
    lab.records.engagement.set_like(post.id, user.id, true, lab.now).await?;
    let view = View {
        post: post.id,
        day: 500_000,
        visitor: [1; 16],
    };
    lab.records.engagement.record_views(&[view]).await?;
    let gone = lab.records.posts.delete(post.id, 1, lab.fx()).await?;
    same!((gone.likes, gone.views, gone.comments), (1, 1, 2), "the counters as they were");
    for id in [comment.id, reply.id] {
        refused!(lab.records.comments.get(id).await, Error::NotFound(Entity::Comment));
    }
    same!(lab.records.posts.revisions(post.id).await?, vec![], "revisions");
    // A post of the same id has nothing of the old one.
    let again = NewPost {
        id: post.id,
        ..lab.new_post(user.id, lab.content())
    };
    let again = lab.records.posts.create(again, lab.fx()).await?;
    same!((again.likes, again.views, again.comments), (0, 0, 0), "the counters of a new post");
    let likes = lab.records.engagement.set_like(post.id, user.id, true, lab.now).await?;
    same!(likes, 1, "likes of the new post");
    same!(lab.records.engagement.record_views(&[view]).await?, 1, "new views of the new post");
    Ok(())
}

async fn delete_version(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let post = lab.post(user.id).await?;
    let saved = lab.records.posts.save(lab.change(&post, lab.content()), lab.fx()).await?;
    for version in [0, 1, 3] {
        refused!(
            lab.records.posts.delete(post.id, version, lab.fx()).await,
            Error::Conflict(Conflict::Version { current: 2 })
        );
    }
    same!(lab.stored(post.id).await?, saved, "the post after refused deletions");
    Ok(())
}

async fn delete_not_found(lab: Lab) -> Verdict {
    refused!(
        lab.records.posts.delete(PostId::generate(), 1, lab.fx()).await,
        Error::NotFound(Entity::Post)
    );
    Ok(())
}

async fn delete_race(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let post = lab.post(user.id).await?;
    let results = lab
        .race(8, |lab, _| {
            let id = post.id;
            async move { lab.records.posts.delete(id, 1, lab.fx()).await }
        })
        .await?;
    same!(winners!(results, Error::NotFound(Entity::Post)), vec![post], "deletions that succeeded");
    Ok(())
}

async fn revisions(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let mut post = lab.post(user.id).await?;
    let mut bodies = vec![post.body.clone()];
    for _ in 0..4 {
        // All at one moment, so that only versions can order them.
        post = lab.records.posts.save(lab.change(&post, lab.content()), lab.fx()).await?;
        bodies.push(post.body.clone());
    }
    bodies.reverse();
    let found = lab.records.posts.revisions(post.id).await?;
    let versions: Vec<_> = found.iter().map(|revision| revision.version).collect();
    same!(versions, vec![5, 4, 3, 2, 1], "the versions");
    same!(found.into_iter().map(|r| r.body).collect::<Vec<_>>(), bodies, "the texts");
    same!(lab.records.posts.revisions(PostId::generate()).await?, vec![], "those of no post");
    Ok(())
}

async fn revisions_most(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let mut post = lab.post(user.id).await?;
    for _ in 0..103 {
        post = lab.records.posts.save(lab.change(&post, lab.content()), lab.fx()).await?;
    }
    let found = lab.records.posts.revisions(post.id).await?;
    let versions: Vec<_> = found.iter().map(|revision| revision.version).collect();
    same!(versions, (5..=104).rev().collect::<Vec<u64>>(), "the versions listed of 104");
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
    }
    let behind = lab.records.posts.site(at(3)).await?.next_publication;
    ensure!(behind.is_none_or(|next| next > at(3)), "a moment is ahead of itself");
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
        let revision = lab.records.posts.revisions(post.id).await?.remove(0);
        same!((revision.title, revision.body), (content.title, content.body), "the revision");
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
    let SlugHit::Current(stored) =
        lab.records.posts.by_slug(&post.slug, &lab.stranger(Surface::Page)).await?
    else {
        return Err(Failure::new("the post is not at its address"));
    };
    same!(stored.title, content.title, "the title");
    same!(stored.body, content.body, "the body");
    same!(stored.rendered.html, content.rendered.html, "the HTML");
    same!(lab.records.posts.revisions(post.id).await?[0].body, content.body, "the revision");
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
