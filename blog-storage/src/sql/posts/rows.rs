//! Posts as they are read.

use blog_core::error::Result;
use blog_core::id::{MediaId, PostId};
use blog_core::markdown::TocEntry;
use blog_core::model::post::{Body, Post, PostCard, PostStatus, RenderedBody, SafeHtml, Title};
use blog_core::model::slug::Slug;
use blog_core::model::tag::{Tag, TagName, TagSlug};
use sqlx::FromRow;
use uuid::Uuid;

use crate::sql::args::unsigned;
use crate::sql::rows::{PersonColumns, focus, from_json, media_ref, time, to_json, unreadable};

/// The columns of [`super::text::card`].
#[derive(Debug, FromRow)]
pub(in crate::sql) struct CardRow {
    post_id: Uuid,
    slug: String,
    title: String,
    excerpt: String,
    tags: String,
    status: String,
    published_at: Option<i64>,
    created_at: i64,
    updated_at: i64,
    words: i64,
    likes: i64,
    views: i64,
    comments: i64,
    html: Option<String>,
    media: Option<String>,
    #[sqlx(flatten)]
    author: PersonColumns,
    cover_id: Option<Uuid>,
    cover_key: Option<String>,
    cover_width: Option<i64>,
    cover_height: Option<i64>,
    cover_alt: Option<String>,
    cover_focus_x: Option<i64>,
    cover_focus_y: Option<i64>,
    cover_widths: Option<String>,
}

impl CardRow {
    pub(in crate::sql) fn card(self) -> Result<PostCard> {
        let media = match &self.media {
            Some(ids) => from_json::<Vec<MediaId>>(ids)?,
            None => Vec::new(),
        };
        Ok(PostCard {
            id: PostId::from(self.post_id),
            author: self
                .author
                .person()
                .ok_or_else(|| unreadable("blog_posts.author"))?,
            slug: Slug::from_store(self.slug),
            title: Title::from_store(self.title),
            excerpt: self.excerpt,
            html: self.html.map(SafeHtml::from_sanitiser),
            media,
            tags: tags_from_json(&self.tags)?,
            cover: media_ref(
                self.cover_id,
                self.cover_key,
                self.cover_width,
                self.cover_height,
                self.cover_alt,
                focus(self.cover_focus_x, self.cover_focus_y),
                self.cover_widths,
            ),
            status: PostStatus::from_word(&self.status)
                .ok_or_else(|| unreadable("blog_posts.status"))?,
            published_at: self.published_at.map(time),
            created_at: time(self.created_at),
            updated_at: time(self.updated_at),
            words: words(self.words),
            likes: unsigned(self.likes),
            views: unsigned(self.views),
            comments: unsigned(self.comments),
        })
    }
}

/// The columns of a whole post.
#[derive(Debug, FromRow)]
pub(super) struct PostRow {
    #[sqlx(flatten)]
    pub(super) card: CardRow,
    pub(super) body: String,
    pub(super) toc: String,
    pub(super) renderer_version: i64,
    pub(super) version: i64,
    pub(super) liked: i64,
}

impl PostRow {
    pub(super) fn post(self) -> Result<Post> {
        let card = self.card.card()?;
        Ok(Post {
            id: card.id,
            author: card.author,
            slug: card.slug,
            title: card.title,
            body: Body::from_store(self.body),
            rendered: RenderedBody {
                html: card.html.unwrap_or_default(),
                excerpt: card.excerpt,
                toc: toc_from_json(&self.toc)?,
                words: card.words,
                renderer_version: words(self.renderer_version),
            },
            tags: card.tags,
            cover: card.cover,
            media: card.media,
            status: card.status,
            published_at: card.published_at,
            created_at: card.created_at,
            updated_at: card.updated_at,
            version: unsigned(self.version),
            likes: card.likes,
            views: card.views,
            comments: card.comments,
            liked: self.liked != 0,
        })
    }
}

fn words(value: i64) -> u32 {
    u32::try_from(value).unwrap_or(0)
}

/// Tags as pairs of slug and name.
pub(super) fn tags_to_json(tags: &[Tag]) -> Result<String> {
    let pairs: Vec<(&str, &str)> = tags
        .iter()
        .map(|tag| (tag.slug.as_str(), tag.name.as_str()))
        .collect();
    to_json(&pairs)
}

pub(super) fn tags_from_json(text: &str) -> Result<Vec<Tag>> {
    let pairs: Vec<(String, String)> = from_json(text)?;
    Ok(pairs
        .into_iter()
        .map(|(slug, name)| Tag {
            slug: TagSlug::from_store(slug),
            name: TagName::from_store(name),
        })
        .collect())
}

/// Headings as level, id and text.
pub(super) fn toc_to_json(toc: &[TocEntry]) -> Result<String> {
    let entries: Vec<(u8, &str, &str)> = toc
        .iter()
        .map(|entry| (entry.level, entry.id.as_str(), entry.text.as_str()))
        .collect();
    to_json(&entries)
}

fn toc_from_json(text: &str) -> Result<Vec<TocEntry>> {
    let entries: Vec<(u8, String, String)> = from_json(text)?;
    Ok(entries
        .into_iter()
        .map(|(level, id, text)| TocEntry { level, id, text })
        .collect())
}
