//! A post with what stands around it in the lists, in one question.

use blog_core::error::{Entity, Error, Result};
use blog_core::model::post::{PostInContext, SlugHit};
use blog_core::model::slug::Slug;
use blog_core::model::user::Bio;
use blog_core::policy::Visibility;
use sqlx::FromRow;

use super::rows::{CardRow, PostRow};
use super::{rule_args, text};
use crate::sql::args::args;
use crate::sql::db::Db;

/// The post `h` at the slug, if lists show it, with more joined: (what `more` asks, slug, now).
macro_rules! here {
    ($more:literal) => {
        concat!(
            " FROM blog_slugs s JOIN blog_posts h ON h.id = s.post ",
            $more,
            " WHERE s.slug = ? AND h.listed = 1 AND h.published_at <= ? "
        )
    };
}

/// Of each of its tags the newest other post but so many: (now, slug, now). An offset has to be a number, so each place
/// is a question of its own.
macro_rules! of_tags {
    ($place:literal) => {
        concat!(
            "SELECT (SELECT t.post FROM blog_post_tags t WHERE t.tag = m.tag AND t.listed = 1 \
             AND t.published_at <= ? AND t.post <> m.post \
             ORDER BY t.published_at DESC, t.post DESC LIMIT 1 OFFSET ",
            $place,
            ") AS id, h.id AS here",
            here!("JOIN blog_post_tags m ON m.post = h.id")
        )
    };
}

/// The post, the one before it, the one behind it, and those related to it, in this order: (viewer, slug; slug, now;
/// now, slug, now; thrice now, slug, now; now, slug, now; the four of the rule).
///
/// Each part walks along an index for a few rows, however many posts there are: at most ten tags and one author have a
/// few candidates each.
const CONTEXT: &str = concat!(
    "SELECT k.kind, u.bio, ",
    text::card!(),
    ", b.body, b.toc, b.renderer_version, p.version, \
     EXISTS (SELECT 1 FROM blog_likes l WHERE l.post = p.id AND l.liker = ?) AS liked FROM (",
    "SELECT 0 AS kind, 0 AS shared, f.post AS id FROM blog_slugs f WHERE f.slug = ?",
    " UNION ALL SELECT 1, 0, o.id FROM (SELECT q.id",
    here!(
        "JOIN blog_posts q ON q.listed = 1 AND q.published_at <= h.published_at \
         AND (q.published_at < h.published_at OR q.id < h.id)"
    ),
    "ORDER BY q.published_at DESC, q.id DESC LIMIT 1) o",
    " UNION ALL SELECT 2, 0, n.id FROM (SELECT q.id",
    here!(
        "JOIN blog_posts q ON q.listed = 1 AND q.published_at >= h.published_at AND q.published_at <= ? \
         AND (q.published_at > h.published_at OR q.id > h.id)"
    ),
    "ORDER BY q.published_at, q.id LIMIT 1) n",
    " UNION ALL SELECT 3, r.shared, r.id FROM (SELECT c.id, \
     (SELECT COUNT(x.tag) FROM blog_post_tags x JOIN blog_post_tags y ON y.post = c.here AND y.tag = x.tag \
     WHERE x.post = c.id) AS shared FROM (",
    of_tags!("0"),
    "UNION ",
    of_tags!("1"),
    "UNION ",
    of_tags!("2"),
    "UNION SELECT w.id, w.here FROM (SELECT q.id, h.id AS here",
    here!(
        "JOIN blog_posts q ON q.author = h.author AND q.listed = 1 AND q.published_at <= ? AND q.id <> h.id"
    ),
    "ORDER BY q.published_at DESC, q.id DESC LIMIT 5) w",
    ") c JOIN blog_posts v ON v.id = c.id ORDER BY shared DESC, v.published_at DESC, v.id DESC LIMIT 5) r",
    ") k JOIN blog_posts p ON p.id = k.id",
    text::people!(),
    " LEFT JOIN blog_post_bodies b ON b.post = p.id AND k.kind = 0 WHERE k.kind > 0 OR ",
    text::rule!(),
    " ORDER BY k.kind, k.shared DESC, p.published_at DESC, p.id DESC"
);

#[derive(FromRow)]
struct Row {
    kind: i64,
    bio: String,
    #[sqlx(flatten)]
    card: CardRow,
    body: Option<String>,
    toc: Option<String>,
    renderer_version: Option<i64>,
    version: i64,
    liked: i64,
}

pub(super) async fn in_context(
    db: &Db,
    slug: &Slug,
    visibility: &Visibility,
) -> Result<SlugHit<PostInContext>> {
    let (word, now) = (slug.as_str(), visibility.now());
    let mut args = args![
        visibility.viewer().user(),
        word,
        // The one before, the one behind.
        word,
        now,
        now,
        word,
        now,
        // Related by tags, and by author.
        now,
        word,
        now,
        now,
        word,
        now,
        now,
        word,
        now,
        now,
        word,
        now,
    ];
    args.extend(rule_args(visibility.rule()));
    let mut rows = db.all::<Row>(CONTEXT, args).await?.into_iter();
    // The post comes first, where it may be seen; without it, nothing of the rest is said.
    let Some(row) = rows.next().filter(|row| row.kind == 0) else {
        return Err(Error::NotFound(Entity::Post));
    };
    let bio = Bio::from_store(row.bio);
    let post = PostRow {
        card: row.card,
        body: row.body.unwrap_or_default(),
        toc: row.toc.unwrap_or_default(),
        renderer_version: row.renderer_version.unwrap_or_default(),
        version: row.version,
        liked: row.liked,
    };
    let post = post.post()?;
    if post.slug != *slug {
        return Ok(SlugHit::Moved(post.slug));
    }
    let mut found = PostInContext {
        post,
        bio,
        older: None,
        newer: None,
        related: Vec::new(),
    };
    for row in rows {
        let card = row.card.card()?;
        match row.kind {
            1 => found.older = Some(card),
            2 => found.newer = Some(card),
            _ => found.related.push(card),
        }
    }
    Ok(SlugHit::Current(Box::new(found)))
}
