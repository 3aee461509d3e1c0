//! Static pages, their slugs and the media that they show.

use async_trait::async_trait;
use blog_core::error::{Conflict, Entity, Error, Result};
use blog_core::id::{MediaId, StaticPageId};
use blog_core::model::effects::Effects;
use blog_core::model::post::{Body, SafeHtml, Title};
use blog_core::model::slug::PageSlug;
use blog_core::model::static_page::{
    NewStaticPage, RenderedPage, StaticPage, StaticPageChange, StaticPageContent, StaticPageLine,
};
use blog_core::page::{Cursor, Page, PageRequest};
use blog_core::ports::StaticPageStore;
use sqlx::FromRow;
use uuid::Uuid;

use super::SqlStore;
use super::args::{Arg, args, unsigned};
use super::catalog::require_media;
use super::db::Tx;
use super::effects;
use super::rows::{from_json, time, to_json};

/// The columns of a static page in a list.
macro_rules! brief {
    () => {
        "p.id, p.slug, p.title, p.published, p.in_menu, p.created_at, p.updated_at"
    };
}

/// The columns of a whole static page.
macro_rules! whole {
    () => {
        concat!(
            brief!(),
            ", p.version, p.renderer_version, p.media, p.excerpt, p.body, p.html"
        )
    };
}

const BY_ID: &str = concat!("SELECT ", whole!(), " FROM blog_pages p WHERE p.id = ?");

const BY_SLUG: &str = concat!(
    "SELECT ",
    whole!(),
    " FROM blog_page_slugs s JOIN blog_pages p ON p.id = s.page WHERE s.slug = ?"
);

const OUTDATED: &str = concat!(
    "SELECT ",
    whole!(),
    " FROM blog_pages p WHERE p.id > ? AND p.renderer_version < ? ORDER BY p.id LIMIT ?"
);

/// Along an index: (at most this time, before this time, or before this id, how many).
macro_rules! listed {
    ($where:literal) => {
        concat!(
            "SELECT ",
            brief!(),
            " FROM blog_pages p WHERE ",
            $where,
            "p.created_at <= ? AND (p.created_at < ? OR p.id < ?) \
             ORDER BY p.created_at DESC, p.id DESC LIMIT ?"
        )
    };
}

#[derive(FromRow)]
struct LineRow {
    id: Uuid,
    slug: String,
    title: String,
    published: i64,
    in_menu: i64,
    created_at: i64,
    updated_at: i64,
}

impl LineRow {
    fn line(self) -> StaticPageLine {
        StaticPageLine {
            id: StaticPageId::from(self.id),
            slug: PageSlug::from_store(self.slug),
            title: Title::from_store(self.title),
            published: self.published == 1,
            in_menu: self.in_menu == 1,
            created_at: time(self.created_at),
            updated_at: time(self.updated_at),
        }
    }
}

#[derive(FromRow)]
struct PageRow {
    #[sqlx(flatten)]
    line: LineRow,
    version: i64,
    renderer_version: i64,
    media: String,
    excerpt: String,
    body: String,
    html: String,
}

impl PageRow {
    fn page(self) -> Result<StaticPage> {
        let line = self.line.line();
        Ok(StaticPage {
            id: line.id,
            content: StaticPageContent {
                slug: line.slug,
                title: line.title,
                body: Body::from_store(self.body),
                html: SafeHtml::from_sanitiser(self.html),
                excerpt: self.excerpt,
                media: from_json(&self.media)?,
                renderer_version: u32::try_from(self.renderer_version).unwrap_or(0),
                published: line.published,
                in_menu: line.in_menu,
            },
            version: unsigned(self.version),
            created_at: line.created_at,
            updated_at: line.updated_at,
        })
    }
}

fn missing() -> Error {
    Error::NotFound(Entity::StaticPage)
}

async fn whole(tx: &mut Tx<'_>, id: StaticPageId) -> Result<StaticPage> {
    let row: Option<PageRow> = tx.one(BY_ID, args![id]).await?;
    row.ok_or_else(missing)?.page()
}

/// Fails unless nobody else has or had the slug; says whether the page itself has it.
async fn is_own_slug(tx: &mut Tx<'_>, slug: &PageSlug, id: StaticPageId) -> Result<bool> {
    let holder: Option<(Uuid,)> = tx
        .one(
            "SELECT page FROM blog_page_slugs WHERE slug = ?",
            args![slug.as_str()],
        )
        .await?;
    match holder {
        None => Ok(false),
        Some((holder,)) if holder == id.uuid() => Ok(true),
        Some(_) => Err(Conflict::Slug.into()),
    }
}

/// The values of the columns that creating and saving set, in the order of their statements.
fn values(content: &StaticPageContent) -> Result<Vec<Arg>> {
    Ok(args![
        content.slug.as_str(),
        content.title.as_str(),
        content.published,
        content.in_menu,
        content.renderer_version,
        to_json(&content.media)?,
        content.excerpt.as_str(),
        content.body.as_str(),
        content.html.as_str(),
    ])
}

/// Stores what lies beside the page's row.
async fn store_parts(
    tx: &mut Tx<'_>,
    id: StaticPageId,
    content: &StaticPageContent,
    own_slug: bool,
) -> Result<()> {
    if !own_slug {
        tx.run(
            "INSERT INTO blog_page_slugs (slug, page) VALUES (?, ?)",
            args![content.slug.as_str(), id],
        )
        .await?;
    }
    for media in &content.media {
        tx.run(
            "INSERT INTO blog_page_media (page, media) VALUES (?, ?)",
            args![id, *media],
        )
        .await?;
    }
    Ok(())
}

/// Each id once, for a lookup.
fn distinct(media: &[MediaId]) -> Vec<MediaId> {
    let mut media = media.to_vec();
    media.sort_unstable();
    media.dedup();
    media
}

#[async_trait]
impl StaticPageStore for SqlStore {
    async fn create(&self, page: NewStaticPage, effects: Effects) -> Result<StaticPage> {
        self.db.retried(|| async {
            let mut tx = self.db.begin().await?;
            let content = &page.content;
            require_media(&mut tx, &distinct(&content.media)).await?;
            let own = is_own_slug(&mut tx, &content.slug, page.id).await?;
            let mut args = values(content)?;
            args.extend(args![effects.at, effects.at, page.id]);
            tx.run(
                "INSERT INTO blog_pages (slug, title, published, in_menu, renderer_version, media, excerpt, body, html, \
                 updated_at, created_at, id, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
                args,
            )
            .await?;
            store_parts(&mut tx, page.id, content, own).await?;
            let stored = whole(&mut tx, page.id).await?;
            effects::commit(tx, &effects).await?;
            Ok(stored)
        })
        .await
    }

    async fn save(&self, change: StaticPageChange, effects: Effects) -> Result<StaticPage> {
        self.db.retried(|| async {
            let mut tx = self.db.begin().await?;
            let (id, content) = (change.id, &change.content);
            let mut args = values(content)?;
            args.extend(args![effects.at, id, change.expected_version]);
            let changed = tx
                .run(
                    "UPDATE blog_pages SET slug = ?, title = ?, published = ?, in_menu = ?, renderer_version = ?, \
                     media = ?, excerpt = ?, body = ?, html = ?, updated_at = ?, version = version + 1 \
                     WHERE id = ? AND version = ?",
                    args,
                )
                .await?;
            if changed == 0 {
                let current = whole(&mut tx, id).await?.version;
                return Err(Conflict::Version { current }.into());
            }
            require_media(&mut tx, &distinct(&content.media)).await?;
            let own = is_own_slug(&mut tx, &content.slug, id).await?;
            tx.run("DELETE FROM blog_page_media WHERE page = ?", args![id])
                .await?;
            store_parts(&mut tx, id, content, own).await?;
            let stored = whole(&mut tx, id).await?;
            effects::commit(tx, &effects).await?;
            Ok(stored)
        })
        .await
    }

    async fn delete(
        &self,
        id: StaticPageId,
        expected_version: u64,
        effects: Effects,
    ) -> Result<StaticPage> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let page = whole(&mut tx, id).await?;
                let current = page.version;
                if current != expected_version {
                    return Err(Conflict::Version { current }.into());
                }
                // Slugs and media go by their foreign key.
                tx.run("DELETE FROM blog_pages WHERE id = ?", args![id])
                    .await?;
                effects::commit(tx, &effects).await?;
                Ok(page)
            })
            .await
    }

    async fn by_slug(&self, slug: &PageSlug) -> Result<StaticPage> {
        let row: Option<PageRow> = self.db.one(BY_SLUG, args![slug.as_str()]).await?;
        row.ok_or_else(missing)?.page()
    }

    async fn outdated(
        &self,
        renderer: u32,
        after: Option<StaticPageId>,
        limit: u16,
    ) -> Result<Vec<StaticPage>> {
        // Along the primary key: a site has few static pages, and an index would be for these few questions a day.
        let after = after.map_or(Uuid::nil(), StaticPageId::uuid);
        let rows: Vec<PageRow> = self
            .db
            .all(OUTDATED, args![after, renderer, u32::from(limit)])
            .await?;
        rows.into_iter().map(PageRow::page).collect()
    }

    async fn set_rendered(
        &self,
        id: StaticPageId,
        version: u64,
        rendered: RenderedPage,
        effects: Effects,
    ) -> Result<()> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let changed = tx
                    .run(
                        "UPDATE blog_pages SET html = ?, excerpt = ?, renderer_version = ? \
                         WHERE id = ? AND version = ?",
                        args![
                            rendered.html.as_str(),
                            rendered.excerpt.as_str(),
                            rendered.renderer_version,
                            id,
                            version,
                        ],
                    )
                    .await?;
                if changed == 0 {
                    let current = whole(&mut tx, id).await?.version;
                    return Err(Conflict::Version { current }.into());
                }
                effects::commit(tx, &effects).await
            })
            .await
    }

    async fn list(&self, published_only: bool, page: PageRequest) -> Result<Page<StaticPageLine>> {
        let (at, id) = super::newest_first(&page);
        let sql = match published_only {
            true => listed!("p.published = 1 AND "),
            false => listed!(""),
        };
        let rows: Vec<LineRow> = self
            .db
            .all(sql, args![at, at, id, page.limit() + 1])
            .await?;
        let lines = rows.into_iter().map(LineRow::line).collect();
        Ok(Page::from_overfetch(
            lines,
            page.limit(),
            |line: &StaticPageLine| Cursor {
                at: line.created_at,
                id: line.id.uuid(),
            },
        ))
    }
}
