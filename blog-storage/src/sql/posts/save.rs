//! Writing posts: each write is one transaction over the post, its texts, tags, media, search terms and revision.

use blog_core::error::{Conflict, Entity, Error, Result};
use blog_core::id::{MediaId, PostId, UserId};
use blog_core::model::effects::Effects;
use blog_core::model::post::{NewPost, Post, PostChange, PostContent, PostStatus, SlugRequest};
use blog_core::model::slug::Slug;
use blog_core::policy::ReadRule;

use super::counts::Counts;
use super::rows::{PostRow, tags_to_json, toc_to_json};
use super::{rule_args, slugs, text};
use crate::sql::args::args;
use crate::sql::catalog::require_media;
use crate::sql::db::{Db, Tx};
use crate::sql::effects;
use crate::sql::rows::to_json;

pub(super) async fn create(db: &Db, post: NewPost, effects: Effects) -> Result<Post> {
    db.retried(|| async {
        let mut tx = db.begin().await?;
        let author: Option<(i64,)> = tx
            .one(
                "SELECT suspended FROM blog_users WHERE id = ?",
                args![post.author],
            )
            .await?;
        let (suspended,) = author.ok_or(Error::NotFound(Entity::User))?;
        let content = &post.content;
        let used = used_media(content);
        require_media(&mut tx, &used).await?;
        let (slug, own) = slugs::choose(&mut tx, &post.slug, post.id).await?;
        tx.run(
            "INSERT INTO blog_posts (id, author, slug, title, excerpt, tags, cover, status, listed, is_public, \
             published_at, created_at, updated_at, words, likes, views, comments, version) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 1)",
            args![
                post.id,
                post.author,
                slug.as_str(),
                content.title.as_str(),
                content.rendered.excerpt.as_str(),
                tags_to_json(&content.tags)?,
                content.cover,
                content.status.as_str(),
                content.status == PostStatus::Published && suspended == 0,
                content.status != PostStatus::Draft,
                content.published_at,
                effects.at,
                effects.at,
                content.rendered.words,
            ],
        )
        .await?;
        tx.run(
            "INSERT INTO blog_post_bodies (body, html, toc, media, renderer_version, post) VALUES (?, ?, ?, ?, ?, ?)",
            args![
                content.body.as_str(),
                content.rendered.html.as_str(),
                toc_to_json(&content.rendered.toc)?,
                to_json(&content.media)?,
                content.rendered.renderer_version,
                post.id,
            ],
        )
        .await?;
        take_slug(&mut tx, post.id, &slug, own).await?;
        store_parts(&mut tx, post.id, content, &used, 1, post.author, &effects).await?;
        let mut counts = Counts::default();
        counts.with_post(&mut tx, post.id).await?;
        counts.store(&mut tx).await?;
        let stored = whole(&mut tx, post.id, None).await?;
        effects::commit(tx, &effects).await?;
        Ok(stored)
    })
    .await
}

pub(super) async fn save(db: &Db, change: PostChange, effects: Effects) -> Result<Post> {
    db.retried(|| async {
        let mut tx = db.begin().await?;
        let content = &change.content;
        let id = change.id;
        let mut counts = Counts::default();
        counts.without_post(&mut tx, id).await?;
        let changed = tx
            .run(
                "UPDATE blog_posts SET title = ?, excerpt = ?, tags = ?, cover = ?, status = ?, \
                 listed = CASE WHEN ? = 1 AND NOT EXISTS \
                 (SELECT 1 FROM blog_users u WHERE u.id = blog_posts.author AND u.suspended = 1) THEN 1 ELSE 0 END, \
                 is_public = ?, published_at = ?, updated_at = ?, words = ?, version = version + 1 \
                 WHERE id = ? AND version = ?",
                args![
                    content.title.as_str(),
                    content.rendered.excerpt.as_str(),
                    tags_to_json(&content.tags)?,
                    content.cover,
                    content.status.as_str(),
                    content.status == PostStatus::Published,
                    content.status != PostStatus::Draft,
                    content.published_at,
                    effects.at,
                    content.rendered.words,
                    id,
                    change.expected_version,
                ],
            )
            .await?;
        if changed == 0 {
            let current = whole(&mut tx, id, None).await?.version;
            return Err(Conflict::Version { current }.into());
        }
        let used = used_media(content);
        require_media(&mut tx, &used).await?;
        tx.run(
            "UPDATE blog_post_bodies SET body = ?, html = ?, toc = ?, media = ?, renderer_version = ? WHERE post = ?",
            args![
                content.body.as_str(),
                content.rendered.html.as_str(),
                toc_to_json(&content.rendered.toc)?,
                to_json(&content.media)?,
                content.rendered.renderer_version,
                id,
            ],
        )
        .await?;
        if let Some(request) = &change.slug {
            let (slug, own) = slugs::choose(&mut tx, request, id).await?;
            take_slug(&mut tx, id, &slug, own).await?;
            tx.run(
                "UPDATE blog_posts SET slug = ? WHERE id = ?",
                args![slug.as_str(), id],
            )
            .await?;
        }
        tx.run("DELETE FROM blog_post_tags WHERE post = ?", args![id])
            .await?;
        tx.run("DELETE FROM blog_post_media WHERE post = ?", args![id])
            .await?;
        let unindex = tx.dialect().unindex_post;
        tx.run(unindex, args![id]).await?;
        let version = change.expected_version + 1;
        store_parts(
            &mut tx,
            id,
            content,
            &used,
            version,
            change.editor,
            &effects,
        )
        .await?;
        counts.with_post(&mut tx, id).await?;
        counts.store(&mut tx).await?;
        let stored = whole(&mut tx, id, Some(change.editor)).await?;
        effects::commit(tx, &effects).await?;
        Ok(stored)
    })
    .await
}

pub(super) async fn delete(
    db: &Db,
    id: PostId,
    expected_version: u64,
    effects: Effects,
) -> Result<Post> {
    db.retried(|| async {
        let mut tx = db.begin().await?;
        let post = whole(&mut tx, id, None).await?;
        let current = post.version;
        if current != expected_version {
            return Err(Conflict::Version { current }.into());
        }
        let mut counts = Counts::default();
        counts.without_post(&mut tx, id).await?;
        let unindex = tx.dialect().unindex_post;
        tx.run(unindex, args![id]).await?;
        // Everything else that is the post's goes by its foreign key.
        let gone = tx
            .run(
                "DELETE FROM blog_posts WHERE id = ? AND version = ?",
                args![id, expected_version],
            )
            .await?;
        if gone == 0 {
            return Err(Conflict::Version { current }.into());
        }
        counts.store(&mut tx).await?;
        effects::commit(tx, &effects).await?;
        Ok(post)
    })
    .await
}

/// The post as the transaction sees it; `NotFound(Post)` when there is none.
pub(super) async fn whole(tx: &mut Tx<'_>, id: PostId, viewer: Option<UserId>) -> Result<Post> {
    let mut args = args![viewer, id];
    args.extend(rule_args(ReadRule::Everything));
    let row: Option<PostRow> = tx.one(text::BY_ID, args).await?;
    row.ok_or(Error::NotFound(Entity::Post))?.post()
}

/// Every item that the post uses, in text or as cover, each once.
fn used_media(content: &PostContent) -> Vec<MediaId> {
    let mut used: Vec<MediaId> = content.media.iter().copied().chain(content.cover).collect();
    used.sort_unstable();
    used.dedup();
    used
}

pub(super) async fn rename(
    db: &Db,
    id: PostId,
    from: &Slug,
    to: &SlugRequest,
    effects: Effects,
) -> Result<Slug> {
    db.retried(|| async {
        let mut tx = db.begin().await?;
        let (slug, own) = slugs::choose(&mut tx, to, id).await?;
        let moved = tx
            .run(
                "UPDATE blog_posts SET slug = ? WHERE id = ? AND slug = ?",
                args![slug.as_str(), id, from.as_str()],
            )
            .await?;
        if moved == 0 {
            let there = "SELECT 1 FROM blog_posts WHERE id = ?";
            return Err(match tx.any(there, args![id]).await? {
                true => Conflict::State.into(),
                false => Error::NotFound(Entity::Post),
            });
        }
        take_slug(&mut tx, id, &slug, own).await?;
        effects::commit(tx, &effects).await?;
        Ok(slug)
    })
    .await
}

async fn take_slug(tx: &mut Tx<'_>, id: PostId, slug: &Slug, own: bool) -> Result<()> {
    if !own {
        tx.run(
            "INSERT INTO blog_slugs (slug, post) VALUES (?, ?)",
            args![slug.as_str(), id],
        )
        .await?;
    }
    Ok(())
}

/// Stores what lies beside the post's row; a save has removed what was there.
async fn store_parts(
    tx: &mut Tx<'_>,
    id: PostId,
    content: &PostContent,
    used: &[MediaId],
    version: u64,
    editor: UserId,
    effects: &Effects,
) -> Result<()> {
    for (place, tag) in content.tags.iter().enumerate() {
        // Tags of one slug are one tag, whatever their names.
        if content.tags[..place]
            .iter()
            .any(|before| before.slug == tag.slug)
        {
            continue;
        }
        tx.run(
            "INSERT INTO blog_post_tags (post, tag, listed, published_at, updated_at) \
             SELECT id, ?, listed, published_at, updated_at FROM blog_posts WHERE id = ?",
            args![tag.slug.as_str(), id],
        )
        .await?;
    }
    for media in used {
        tx.run(
            "INSERT INTO blog_post_media (post, media) VALUES (?, ?)",
            args![id, *media],
        )
        .await?;
    }
    let index = tx.dialect().index_post;
    tx.run(index, args![content.terms.as_str(), id]).await?;
    tx.run(
        "INSERT INTO blog_revisions (post, version, title, body, editor, saved_at) VALUES (?, ?, ?, ?, ?, ?)",
        args![id, version, content.title.as_str(), content.body.as_str(), editor, effects.at],
    )
    .await?;
    Ok(())
}
