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
    // Found by the index alone, before the texts are read.
    let rows: Vec<(Uuid, i64, String, String, i64)> = db
        .all(
            "SELECT p.id, p.version, b.body, b.html, p.is_public FROM \
             (SELECT o.post FROM blog_post_bodies o WHERE o.renderer_version < ? AND o.post > ? \
             ORDER BY o.post LIMIT ?) x \
             JOIN blog_posts p ON p.id = x.post JOIN blog_post_bodies b ON b.post = x.post ORDER BY p.id",
            args![renderer, after, u32::from(limit)],
        )
        .await?;
    let post = |(id, version, body, html, is_public)| OutdatedPost {
        id: PostId::from(id),
        version: unsigned(version),
        body: Body::from_store(body),
        html: SafeHtml::from_sanitiser(html),
        is_public: is_public == 1,
    };
    Ok(rows.into_iter().map(post).collect())
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
