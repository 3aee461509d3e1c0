//! How many posts each month and each tag has. The numbers are kept, not counted: a write takes off what the post
//! counted for before, and adds what it counts for after. Scheduled posts are in them, since they appear without a
//! write; a question takes those off that lie ahead, along an index.

use std::collections::BTreeMap;

use blog_core::error::Result;
use blog_core::id::{PostId, UserId};
use blog_core::model::archive::{Month, MonthCount, TagCount};
use blog_core::model::tag::TagSlug;
use blog_core::page::Page;
use blog_core::policy::{ReadRule, Visibility};
use blog_core::ports::posts::MAX_MONTHS;
use blog_core::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use super::rows::tags_from_json;
use crate::sql::args::{Arg, args, unsigned};
use crate::sql::db::{Db, Tx};
use crate::sql::rows::{time, unreadable};

/// What each listed post counts for: a row for each of its tags, and at least one.
macro_rules! counted {
    ($which:literal) => {
        concat!(
            "SELECT p.id AS post, p.published_at, t.tag FROM blog_posts p \
             LEFT JOIN blog_post_tags t ON t.post = p.id WHERE ",
            $which,
            " AND p.listed = 1 AND p.published_at IS NOT NULL ORDER BY p.id"
        )
    };
}

const OF_POST: &str = counted!("p.id = ?");
const OF_AUTHOR: &str = counted!("p.author = ?");
const OF_ALL: &str = counted!("1 = 1");

/// (this month, now, its end, this month, how many)
const MONTHS: &str = "SELECT a.month, a.posts - CASE WHEN a.month = ? THEN (SELECT COUNT(p.id) FROM blog_posts p \
    WHERE p.listed = 1 AND p.published_at > ? AND p.published_at < ?) ELSE 0 END AS posts \
    FROM blog_archive a WHERE a.month <= ? AND a.posts > 0 ORDER BY a.month DESC LIMIT ?";

/// (now, now, behind this tag, how many)
const TAGS: &str = "SELECT k.tag, k.posts - (SELECT COUNT(s.post) FROM blog_post_tags s \
    WHERE s.tag = k.tag AND s.listed = 1 AND s.published_at > ?) AS posts, p.tags AS names \
    FROM blog_tags k JOIN blog_posts p ON p.id = (SELECT t.post FROM blog_post_tags t \
    WHERE t.tag = k.tag AND t.listed = 1 AND t.published_at <= ? \
    ORDER BY t.published_at DESC, t.post DESC LIMIT 1) \
    WHERE k.tag > ? AND k.posts > 0 ORDER BY k.tag LIMIT ?";

#[derive(FromRow)]
struct Counted {
    post: Uuid,
    published_at: i64,
    tag: Option<String>,
}

/// By how much a write changes each number.
#[derive(Debug, Default)]
pub(super) struct Counts {
    months: BTreeMap<i64, i64>,
    tags: BTreeMap<String, i64>,
}

impl Counts {
    /// Takes off what a post counts for now, before it changes.
    pub(super) async fn without_post(&mut self, tx: &mut Tx<'_>, post: PostId) -> Result<()> {
        self.note(tx, OF_POST, args![post], -1).await
    }

    /// Adds what a post counts for now, after it changed.
    pub(super) async fn with_post(&mut self, tx: &mut Tx<'_>, post: PostId) -> Result<()> {
        self.note(tx, OF_POST, args![post], 1).await
    }

    /// As [`Counts::without_post`], for all posts of an author.
    pub(super) async fn without_author(&mut self, tx: &mut Tx<'_>, author: UserId) -> Result<()> {
        self.note(tx, OF_AUTHOR, args![author], -1).await
    }

    /// As [`Counts::with_post`], for all posts of an author.
    pub(super) async fn with_author(&mut self, tx: &mut Tx<'_>, author: UserId) -> Result<()> {
        self.note(tx, OF_AUTHOR, args![author], 1).await
    }

    async fn note(
        &mut self,
        tx: &mut Tx<'_>,
        sql: &'static str,
        which: Vec<Arg>,
        step: i64,
    ) -> Result<()> {
        let rows: Vec<Counted> = tx.all(sql, which).await?;
        let mut last = None;
        for row in rows {
            let first_of_post = last.replace(row.post) != Some(row.post);
            if let Some(month) = Month::of(time(row.published_at)).filter(|_| first_of_post) {
                *self.months.entry(month.number()).or_default() += step;
            }
            if let Some(tag) = row.tag {
                *self.tags.entry(tag).or_default() += step;
            }
        }
        Ok(())
    }

    /// Stores what changed. A number that no write has touched before begins at zero.
    pub(super) async fn store(self, tx: &mut Tx<'_>) -> Result<()> {
        let (insert_month, insert_tag) = (tx.dialect().insert_month, tx.dialect().insert_tag);
        for (month, step) in self.months.into_iter().filter(|(_, step)| *step != 0) {
            tx.run(insert_month, args![month]).await?;
            tx.run(
                "UPDATE blog_archive SET posts = posts + ? WHERE month = ?",
                args![step, month],
            )
            .await?;
        }
        for (tag, step) in self.tags.into_iter().filter(|(_, step)| *step != 0) {
            tx.run(insert_tag, args![tag.as_str()]).await?;
            tx.run(
                "UPDATE blog_tags SET posts = posts + ? WHERE tag = ?",
                args![step, tag],
            )
            .await?;
        }
        Ok(())
    }
}

/// Counts all posts anew, for a store whose writes did not keep the numbers yet.
pub(in crate::sql) async fn count_all(tx: &mut Tx<'_>) -> Result<()> {
    tx.run("DELETE FROM blog_archive", args![]).await?;
    tx.run("DELETE FROM blog_tags", args![]).await?;
    let mut counts = Counts::default();
    counts.note(tx, OF_ALL, args![], 1).await?;
    counts.store(tx).await
}

/// The moment of a public list; `None` for everything else, which has no archive.
fn listed_at(visibility: &Visibility) -> Option<Timestamp> {
    match visibility.rule() {
        ReadRule::Listed { now } => Some(now),
        _ => None,
    }
}

pub(super) async fn months(db: &Db, visibility: &Visibility) -> Result<Vec<MonthCount>> {
    let Some(now) = listed_at(visibility) else {
        return Ok(Vec::new());
    };
    let (this, end) = match Month::of(now) {
        Some(month) => (month.number(), month.end()),
        None if now < Timestamp::EPOCH => return Ok(Vec::new()),
        None => (i64::MAX, now),
    };
    let rows: Vec<(i64, i64)> = db
        .all(MONTHS, args![this, now, end, this, MAX_MONTHS])
        .await?;
    Ok(rows
        .into_iter()
        .filter(|(_, posts)| *posts > 0)
        .filter_map(|(month, posts)| {
            Some(MonthCount {
                month: Month::from_number(month)?,
                posts: unsigned(posts),
            })
        })
        .collect())
}

pub(super) async fn tag_counts(
    db: &Db,
    after: Option<&TagSlug>,
    limit: u16,
    visibility: &Visibility,
) -> Result<Page<TagCount, TagSlug>> {
    let Some(now) = listed_at(visibility) else {
        return Ok(Page {
            items: Vec::new(),
            next: None,
        });
    };
    let limit = usize::from(limit);
    let after = after.map_or("", TagSlug::as_str);
    let rows: Vec<(String, i64, String)> = db.all(TAGS, args![now, now, after, limit + 1]).await?;
    let mut tags = Vec::with_capacity(rows.len());
    for (slug, posts, names) in rows {
        let names = tags_from_json(&names)?;
        let tag = names.into_iter().find(|tag| tag.slug.as_str() == slug);
        tags.push(TagCount {
            tag: tag.ok_or_else(|| unreadable("blog_post_tags.tag"))?,
            posts: unsigned(posts),
        });
    }
    Ok(Page::from_overfetch(tags, limit, |count| {
        count.tag.slug.clone()
    }))
}
