//! Posts: what is read of them, and who may read it. Writing is in [`save`].

mod context;
mod counts;
mod renewal;
mod revisions;
mod rows;
mod save;
mod slugs;
pub(in crate::sql) mod text;

use async_trait::async_trait;
use blog_core::error::{Entity, Error, Result};
use blog_core::id::{PostId, UserId};
use blog_core::model::archive::{MonthCount, TagCount};
use blog_core::model::effects::Effects;
use blog_core::model::post::{
    NewPost, OutdatedPost, Post, PostCard, PostChange, PostInContext, PostQuery, PostScope,
    RenderedBody, SiteState, SlugHit, SlugRequest,
};
use blog_core::model::revision::{Revision, RevisionHead};
use blog_core::model::slug::Slug;
use blog_core::model::tag::{TagSlug, TagUse};
use blog_core::page::{Cursor, Page};
use blog_core::policy::{ReadRule, Visibility};
use blog_core::ports::PostStore;
use blog_core::ports::posts::MAX_TAG_USES;
use blog_core::time::Timestamp;

use super::SqlStore;
use super::args::{Arg, args, unsigned};
use super::db::Tx;
use super::rows::time;
use counts::Counts;
pub(super) use counts::count_all;
pub(super) use rows::CardRow;
use rows::PostRow;

/// The four values that [`text::rule`] takes for a rule.
pub(super) fn rule_args(rule: ReadRule) -> Vec<Arg> {
    const NO_ONE: Option<UserId> = None;
    const NEVER: Option<Timestamp> = None;
    match rule {
        ReadRule::Nothing => args![false, NO_ONE, NEVER, NEVER],
        ReadRule::Everything => args![true, NO_ONE, NEVER, NEVER],
        ReadRule::Own(author) => args![false, author, NEVER, NEVER],
        ReadRule::Listed { now } => args![false, NO_ONE, now, NEVER],
        ReadRule::Reachable { now, viewer } => args![false, viewer, NEVER, now],
    }
}

/// Keeps what lists are made from when an author is suspended or restored.
pub(super) async fn relist(tx: &mut Tx<'_>, author: UserId, suspended: bool) -> Result<()> {
    let mut counts = Counts::default();
    counts.without_author(tx, author).await?;
    tx.run(
        "UPDATE blog_posts SET listed = CASE WHEN ? = 0 AND status = 'published' THEN 1 ELSE 0 END WHERE author = ?",
        args![suspended, author],
    )
    .await?;
    tx.run(
        "UPDATE blog_post_tags SET listed = (SELECT p.listed FROM blog_posts p WHERE p.id = blog_post_tags.post) \
         WHERE post IN (SELECT id FROM blog_posts WHERE author = ?)",
        args![author],
    )
    .await?;
    counts.with_author(tx, author).await?;
    counts.store(tx).await
}

impl SqlStore {
    /// The post behind one of the texts that end in the rule.
    async fn post(&self, sql: &'static str, key: Arg, visibility: &Visibility) -> Result<Post> {
        let mut args = args![visibility.viewer().user()];
        args.push(key);
        args.extend(rule_args(visibility.rule()));
        let row: Option<PostRow> = self.db.one(sql, args).await?;
        row.ok_or(Error::NotFound(Entity::Post))?.post()
    }
}

#[async_trait]
impl PostStore for SqlStore {
    async fn create(&self, post: NewPost, effects: Effects) -> Result<Post> {
        save::create(&self.db, post, effects).await
    }

    async fn save(&self, change: PostChange, effects: Effects) -> Result<Post> {
        save::save(&self.db, change, effects).await
    }

    async fn rename(
        &self,
        id: PostId,
        from: &Slug,
        to: SlugRequest,
        effects: Effects,
    ) -> Result<Slug> {
        save::rename(&self.db, id, from, &to, effects).await
    }

    async fn delete(&self, id: PostId, expected_version: u64, effects: Effects) -> Result<Post> {
        save::delete(&self.db, id, expected_version, effects).await
    }

    async fn get(&self, id: PostId, visibility: &Visibility) -> Result<Post> {
        self.post(text::BY_ID, id.into(), visibility).await
    }

    async fn by_slug(&self, slug: &Slug, visibility: &Visibility) -> Result<SlugHit> {
        let post = self
            .post(text::BY_SLUG, slug.as_str().into(), visibility)
            .await?;
        if post.slug == *slug {
            Ok(SlugHit::Current(Box::new(post)))
        } else {
            Ok(SlugHit::Moved(post.slug))
        }
    }

    async fn in_context(
        &self,
        slug: &Slug,
        visibility: &Visibility,
    ) -> Result<SlugHit<PostInContext>> {
        context::in_context(&self.db, slug, visibility).await
    }

    async fn list(&self, query: &PostQuery, visibility: &Visibility) -> Result<Page<PostCard>> {
        let empty = Page {
            items: Vec::new(),
            next: None,
        };
        let rule = visibility.rule();
        // Somebody's own posts are those of one author, along that author's index.
        let own = match (rule, &query.scope) {
            (ReadRule::Nothing, _) => return Ok(empty),
            (ReadRule::Own(me), PostScope::Author(author)) if me != *author => return Ok(empty),
            (ReadRule::Own(me), PostScope::All) => Some(PostScope::Author(me)),
            _ => None,
        };
        let scope = own.as_ref().unwrap_or(&query.scope);
        let dialect = self.db.dialect();
        let (listed_sql, ruled_sql, asked) = match scope {
            PostScope::All => (text::LISTED_ALL, text::RULED_ALL, args![]),
            PostScope::Author(author) => (text::LISTED_AUTHOR, text::RULED_AUTHOR, args![*author]),
            PostScope::Status(status) => {
                let (listed, ruled) = (text::LISTED_STATUS, text::RULED_STATUS);
                (listed, ruled, args![status.as_str()])
            }
            PostScope::Tag(tag) => (text::LISTED_TAG, text::RULED_TAG, args![tag.as_str()]),
            PostScope::Between { from, until } => (
                text::LISTED_BETWEEN,
                text::RULED_BETWEEN,
                args![*from, *until],
            ),
            PostScope::Search(terms) => match (dialect.match_all)(terms) {
                Some(matching) => (dialect.search_listed, dialect.search_ruled, args![matching]),
                None => return Ok(empty),
            },
        };

        let (at, id) = super::newest_first(&query.page);
        let mut args = args![query.with_html];
        args.extend(asked);
        let sql = if let ReadRule::Listed { now } = rule {
            let mut newest = at.min(now.as_micros());
            if let PostScope::Between { until, .. } = scope {
                // Its end is one more bound on the same column.
                args.pop();
                newest = newest.min(until.as_micros().saturating_sub(1));
            }
            args.push(Arg::from(newest));
            listed_sql
        } else {
            args.extend(rule_args(rule));
            args.push(Arg::from(at));
            ruled_sql
        };
        args.extend(args![at, id, query.page.limit() + 1]);
        let rows: Vec<CardRow> = self.db.all(sql, args).await?;
        let cards = rows
            .into_iter()
            .map(CardRow::card)
            .collect::<Result<Vec<_>>>()?;
        let by_publication = matches!(rule, ReadRule::Listed { .. });
        Ok(Page::from_overfetch(
            cards,
            query.page.limit(),
            |card: &PostCard| Cursor {
                at: match card.published_at {
                    Some(published_at) if by_publication => published_at,
                    _ => card.updated_at,
                },
                id: card.id.uuid(),
            },
        ))
    }

    async fn months(&self, visibility: &Visibility) -> Result<Vec<MonthCount>> {
        counts::months(&self.db, visibility).await
    }

    async fn tag_counts(
        &self,
        after: Option<&TagSlug>,
        limit: u16,
        visibility: &Visibility,
    ) -> Result<Page<TagCount, TagSlug>> {
        counts::tag_counts(&self.db, after, limit, visibility).await
    }

    async fn revisions(
        &self,
        id: PostId,
        before: Option<u64>,
        limit: u16,
    ) -> Result<Page<RevisionHead, u64>> {
        revisions::list(&self.db, id, before, limit).await
    }

    async fn revision(&self, id: PostId, version: u64) -> Result<Revision> {
        revisions::one(&self.db, id, version).await
    }

    async fn tag_uses(
        &self,
        prefix: &str,
        visibility: &Visibility,
        limit: u16,
    ) -> Result<Vec<TagUse>> {
        // Behind every character that a slug may have.
        let end = format!("{prefix}{{");
        let rows: Vec<(String, i64, String)> = self
            .db
            .all(
                text::TAG_USES,
                args![
                    prefix,
                    end,
                    visibility.now(),
                    visibility.viewer().user(),
                    MAX_TAG_USES,
                    u32::from(limit)
                ],
            )
            .await?;
        let mut uses = Vec::with_capacity(rows.len());
        for (slug, posts, tags) in rows {
            let tags = rows::tags_from_json(&tags)?;
            if let Some(tag) = tags.into_iter().find(|tag| tag.slug.as_str() == slug) {
                uses.push(TagUse {
                    tag,
                    posts: unsigned(posts),
                });
            }
        }
        Ok(uses)
    }

    async fn outdated(
        &self,
        renderer: u32,
        after: Option<PostId>,
        limit: u16,
    ) -> Result<Vec<OutdatedPost>> {
        renewal::outdated(&self.db, renderer, after, limit).await
    }

    async fn set_rendered(
        &self,
        id: PostId,
        version: u64,
        rendered: RenderedBody,
        effects: Effects,
    ) -> Result<()> {
        renewal::set_rendered(&self.db, id, version, rendered, effects).await
    }

    async fn site(&self, now: Timestamp) -> Result<SiteState> {
        let row: Option<(i64, Option<i64>)> = self.db.one(text::SITE, args![now]).await?;
        let (generation, next) = row.unwrap_or_default();
        Ok(SiteState {
            generation: unsigned(generation),
            next_publication: next.map(time),
        })
    }
}
