//! What an older renderer made of posts.

use blog_core::error::{Conflict, Result};
use blog_core::id::PostId;
use blog_core::model::effects::Effects;
use blog_core::model::post::{Body, OutdatedPost, RenderedBody, SafeHtml};
use uuid::Uuid;

use super::rows::toc_to_json;
use super::save::whole;
use crate::sql::args::{args, unsigned};
use crate::sql::db::Db;
use crate::sql::effects;

pub(super) async fn outdated(
    db: &Db,
    renderer: u32,
    after: Option<PostId>,
    limit: u16,
) -> Result<Vec<OutdatedPost>> {
    let after = after.map_or(Uuid::nil(), PostId::uuid);
    // Version by version: each is one walk along the index of versions and posts, and where nothing is old, which is
    // nearly always, the first question says so. Of versions there are few.
    let mut found: Vec<(Uuid,)> = Vec::new();
    let mut below = i64::from(renderer);
    while let Some((Some(version),)) = db
        .one::<(Option<i64>,)>(
            "SELECT MAX(renderer_version) FROM blog_post_bodies WHERE renderer_version < ?",
            args![below],
        )
        .await?
    {
        let posts: Vec<(Uuid,)> = db
            .all(
                "SELECT post FROM blog_post_bodies WHERE renderer_version = ? AND post > ? ORDER BY post LIMIT ?",
                args![version, after, u32::from(limit)],
            )
            .await?;
        found.extend(posts);
        below = version;
    }
    found.sort_unstable();
    found.truncate(usize::from(limit));
    let mut outdated = Vec::with_capacity(found.len());
    for (id,) in found {
        let row: Option<(i64, String, String, i64)> = db
            .one(
                "SELECT p.version, b.body, b.html, p.is_public FROM blog_posts p \
                 JOIN blog_post_bodies b ON b.post = p.id WHERE p.id = ?",
                args![id],
            )
            .await?;
        // One that went meanwhile needs nothing.
        outdated.extend(row.map(|(version, body, html, is_public)| OutdatedPost {
            id: PostId::from(id),
            version: unsigned(version),
            body: Body::from_store(body),
            html: SafeHtml::from_sanitiser(html),
            is_public: is_public == 1,
        }));
    }
    Ok(outdated)
}

pub(super) async fn set_rendered(
    db: &Db,
    id: PostId,
    version: u64,
    rendered: RenderedBody,
    effects: Effects,
) -> Result<()> {
    db.retried(|| async {
        let mut tx = db.begin().await?;
        let changed = tx
            .run(
                "UPDATE blog_posts SET excerpt = ?, words = ? WHERE id = ? AND version = ?",
                args![rendered.excerpt.as_str(), rendered.words, id, version],
            )
            .await?;
        if changed == 0 {
            let current = whole(&mut tx, id, None).await?.version;
            return Err(Conflict::Version { current }.into());
        }
        tx.run(
            "UPDATE blog_post_bodies SET html = ?, toc = ?, renderer_version = ? WHERE post = ?",
            args![
                rendered.html.as_str(),
                toc_to_json(&rendered.toc)?,
                rendered.renderer_version,
                id,
            ],
        )
        .await?;
        effects::commit(tx, &effects).await
    })
    .await
}
