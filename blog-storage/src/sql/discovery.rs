//! Feeds and site maps. Parts are ranges of the posts' row numbers, which the primary key walks along.

use std::collections::BTreeMap;

use async_trait::async_trait;
use blog_core::error::Result;
use blog_core::model::discovery::{
    Feed, FeedQuery, FeedScope, MappedAuthor, MappedPart, MappedPost, MappedTag,
};
use blog_core::model::post::SiteState;
use blog_core::model::slug::Slug;
use blog_core::model::tag::TagSlug;
use blog_core::model::user::Username;
use blog_core::policy::{ReadRule, Visibility};
use blog_core::ports::discovery::RECENT;
use blog_core::ports::{DiscoveryStore, PostStore as _};
use blog_core::time::Timestamp;
use sqlx::FromRow;

use super::SqlStore;
use super::args::{Arg, args, unsigned};
use super::posts::{CardRow, text};
use super::rows::time;

/// A list with the site that it is of: (moment, most characters of HTML, then as [`text::listed`] goes on).
macro_rules! feed {
    ($from:literal, $scope:literal, $listed:literal, $at:literal, $id:literal) => {
        text::listed!(
            concat!(text::site!(), ", "),
            "LENGTH(b.html) <= ?",
            $from,
            $scope,
            $listed,
            $at,
            $id
        )
    };
}

const FEED_ALL: &str = feed!(
    "blog_posts p",
    "1 = 1",
    "p.listed",
    "p.published_at",
    "p.id"
);
const FEED_AUTHOR: &str = feed!(
    "blog_posts p",
    "p.author = ?",
    "p.listed",
    "p.published_at",
    "p.id"
);
const FEED_TAG: &str = feed!(
    "blog_post_tags t JOIN blog_posts p ON p.id = t.post",
    "t.tag = ?",
    "t.listed",
    "t.published_at",
    "t.post"
);

/// When everybody saw a listed post change: saved, or there.
macro_rules! changed {
    () => {
        "CASE WHEN p.updated_at < p.published_at THEN p.published_at ELSE p.updated_at END"
    };
}

/// Where each part begins that is not empty, found by going from one part to the next, and beside them the newest
/// changes with the beginnings of their parts: (size, now, size, size, now, size, greatest time, now, how many, size,
/// now, how many). The `+` keeps the planner on the primary key, along which the next row is the first one, and on the
/// index of saves.
const PARTS: &str = concat!(
    "WITH RECURSIVE parts (start) AS ( \
     SELECT (SELECT p.seq - p.seq % ? FROM blog_posts p \
     WHERE p.seq > 0 AND +p.listed = 1 AND +p.published_at <= ? ORDER BY p.seq LIMIT 1) \
     UNION ALL \
     SELECT (SELECT p.seq - p.seq % ? FROM blog_posts p \
     WHERE p.seq >= parts.start + ? AND +p.listed = 1 AND +p.published_at <= ? ORDER BY p.seq LIMIT 1) \
     FROM parts WHERE parts.start IS NOT NULL), \
     saved (start, at) AS (SELECT p.seq - p.seq % ?, ",
    changed!(),
    " FROM blog_posts p WHERE p.updated_at <= ? AND +p.listed = 1 AND +p.published_at <= ? \
     ORDER BY p.updated_at DESC, p.id DESC LIMIT ?), \
     appeared (start, at) AS (SELECT p.seq - p.seq % ?, ",
    changed!(),
    " FROM blog_posts p WHERE p.listed = 1 AND p.published_at <= ? \
     ORDER BY p.published_at DESC, p.id DESC LIMIT ?) \
     SELECT start, NULL AS at FROM parts WHERE start IS NOT NULL \
     UNION ALL SELECT start, at FROM saved UNION ALL SELECT start, at FROM appeared"
);

/// (first number, behind the last number, now)
const PART: &str = concat!(
    "SELECT p.slug, ",
    changed!(),
    " FROM blog_posts p WHERE p.seq >= ? AND p.seq < ? AND +p.listed = 1 AND +p.published_at <= ? ORDER BY p.seq"
);

/// From one author who wrote anything to the next: (now, limit).
const AUTHORS: &str = "WITH RECURSIVE authors (id) AS ( \
    SELECT MIN(author) FROM blog_posts \
    UNION ALL \
    SELECT (SELECT MIN(p.author) FROM blog_posts p WHERE p.author > authors.id) \
    FROM authors WHERE authors.id IS NOT NULL), \
    newest (id, at) AS (SELECT authors.id, (SELECT MAX(p.published_at) FROM blog_posts p \
    WHERE p.author = authors.id AND p.listed = 1 AND p.published_at <= ?) FROM authors WHERE authors.id IS NOT NULL) \
    SELECT u.username, newest.at FROM newest JOIN blog_users u ON u.id = newest.id \
    WHERE newest.at IS NOT NULL ORDER BY newest.id LIMIT ?";

/// From one tag to the next: (now, limit).
const TAGS: &str = "WITH RECURSIVE tags (tag) AS ( \
    SELECT MIN(tag) FROM blog_post_tags \
    UNION ALL \
    SELECT (SELECT MIN(t.tag) FROM blog_post_tags t WHERE t.tag > tags.tag) FROM tags WHERE tags.tag IS NOT NULL), \
    newest (tag, at) AS (SELECT tags.tag, (SELECT MAX(t.published_at) FROM blog_post_tags t \
    WHERE t.tag = tags.tag AND t.listed = 1 AND t.published_at <= ?) FROM tags WHERE tags.tag IS NOT NULL) \
    SELECT tag, at FROM newest WHERE at IS NOT NULL ORDER BY tag LIMIT ?";

#[derive(FromRow)]
struct FeedRow {
    generation: i64,
    next_publication: Option<i64>,
    #[sqlx(flatten)]
    card: CardRow,
}

/// The moment up to which posts are listed; `None` where the visibility is not that of a public list.
fn listed_until(visibility: &Visibility) -> Option<Timestamp> {
    match visibility.rule() {
        ReadRule::Listed { now } => Some(now),
        _ => None,
    }
}

#[async_trait]
impl DiscoveryStore for SqlStore {
    async fn feed(&self, query: &FeedQuery, visibility: &Visibility) -> Result<Feed> {
        let now = visibility.now();
        let (sql, asked) = match &query.scope {
            FeedScope::All => (FEED_ALL, None),
            FeedScope::Author(author) => (FEED_AUTHOR, Some(Arg::from(*author))),
            FeedScope::Tag(tag) => (FEED_TAG, Some(Arg::from(tag.as_str()))),
        };
        let (at, id) = super::newest_first(&query.page);
        let mut args = args![now, query.max_html];
        args.extend(asked);
        args.extend(args![at.min(now.as_micros()), at, id, query.page.limit()]);
        if listed_until(visibility).is_none() {
            return Ok(Feed {
                site: self.site(now).await?,
                posts: Vec::new(),
            });
        }
        let of = |row: &FeedRow| SiteState {
            generation: unsigned(row.generation),
            next_publication: row.next_publication.map(time),
        };
        let mut rows: Vec<FeedRow> = self.db.all(sql, args.clone()).await?;
        let site = match rows.first() {
            Some(row) => of(row),
            // No row says nothing of the site, which is asked for before the posts, or one could come in between.
            None => {
                let site = self.site(now).await?;
                rows = self.db.all(sql, args).await?;
                rows.first().map_or(site, of)
            }
        };
        let posts = rows.into_iter().map(|row| row.card.card());
        Ok(Feed {
            site,
            posts: posts.collect::<Result<_>>()?,
        })
    }

    async fn parts(&self, size: u32, visibility: &Visibility) -> Result<Vec<MappedPart>> {
        let Some(now) = listed_until(visibility) else {
            return Ok(Vec::new());
        };
        let size = size.max(1);
        let mut args = args![size, now, size, size, now];
        args.extend(args![size, i64::MAX, now, RECENT, size, now, RECENT]);
        let rows: Vec<(i64, Option<i64>)> = self.db.all(PARTS, args).await?;
        let mut parts: BTreeMap<u32, Option<i64>> = BTreeMap::new();
        for (start, at) in rows {
            if let Ok(number) = u32::try_from(start / i64::from(size)) {
                let known = parts.entry(number).or_default();
                *known = at.max(*known);
            }
        }
        let part = |(number, at): (u32, Option<i64>)| MappedPart {
            number,
            changed_at: at.map(time),
        };
        Ok(parts.into_iter().map(part).collect())
    }

    async fn part(
        &self,
        number: u32,
        size: u32,
        visibility: &Visibility,
    ) -> Result<Vec<MappedPost>> {
        let Some(now) = listed_until(visibility) else {
            return Ok(Vec::new());
        };
        let size = i64::from(size.max(1));
        let first = i64::from(number).saturating_mul(size);
        let rows: Vec<(String, i64)> = self
            .db
            .all(PART, args![first, first.saturating_add(size), now])
            .await?;
        let mapped = rows.into_iter().map(|(slug, changed_at)| MappedPost {
            slug: Slug::from_store(slug),
            changed_at: time(changed_at),
        });
        Ok(mapped.collect())
    }

    async fn authors(&self, limit: u32, visibility: &Visibility) -> Result<Vec<MappedAuthor>> {
        let Some(now) = listed_until(visibility) else {
            return Ok(Vec::new());
        };
        let rows: Vec<(String, i64)> = self.db.all(AUTHORS, args![now, limit]).await?;
        let mapped = rows.into_iter().map(|(username, newest_at)| MappedAuthor {
            of: Username::from_store(username),
            newest_at: time(newest_at),
        });
        Ok(mapped.collect())
    }

    async fn tags(&self, limit: u32, visibility: &Visibility) -> Result<Vec<MappedTag>> {
        let Some(now) = listed_until(visibility) else {
            return Ok(Vec::new());
        };
        let rows: Vec<(String, i64)> = self.db.all(TAGS, args![now, limit]).await?;
        let mapped = rows.into_iter().map(|(tag, newest_at)| MappedTag {
            of: TagSlug::from_store(tag),
            newest_at: time(newest_at),
        });
        Ok(mapped.collect())
    }
}
