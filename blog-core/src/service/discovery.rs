//! What programs read of the whole site: feeds and site maps.

use std::sync::Arc;

use super::reading;
use crate::blog::Core;
use crate::error::Result;
use crate::markdown;
use crate::model::discovery::{
    FeedQuery, FeedScope, MappedAuthor, MappedPart, MappedPost, MappedTag,
};
use crate::model::media::MediaItem;
use crate::model::post::{PostCard, SafeHtml, SiteState};
use crate::model::static_page::StaticPageLine;
use crate::page::PageRequest;
use crate::policy::{Actor, Surface, Visibility};

/// What programs read.
#[derive(Debug, Clone)]
pub struct Discovery {
    core: Arc<Core>,
}

/// Posts of a feed.
pub const FEED_POSTS: u16 = 20;

/// All HTML of a feed, in bytes: readers fetch it every hour, most of them whole.
pub const FEED_BYTES: usize = 512 * 1024;

/// A longer post does not come whole, whatever is left: it would keep out all others.
const FEED_POST_CHARS: u32 = 128 * 1024;

/// A feed, read.
#[derive(Debug, Clone)]
pub struct ReadFeed {
    /// The site that it is of.
    pub site: SiteState,
    /// Newest first.
    pub posts: Vec<FeedPost>,
}

/// A post of a feed.
#[derive(Debug, Clone)]
pub struct FeedPost {
    /// With HTML whose addresses are whole, unless the post is too long.
    pub card: PostCard,
    /// All of its cover.
    pub cover: Option<MediaItem>,
}

/// Posts of one part of the site map. The protocol allows 50 000 addresses a file (<https://www.sitemaps.org>); with
/// fewer, one is made and read in a moment, however many posts there are.
pub const PART: u32 = 5_000;

/// Authors and tags in the site map: with the pages of the site itself they are one file. Further ones are found by
/// the links of their posts.
pub const MAPPED: u32 = 20_000;

/// Static pages in the site map; more are found by the links that lead to them.
const MAPPED_PAGES: usize = 1_000;

/// The pages that are no posts.
#[derive(Debug, Clone)]
pub struct MappedPages {
    /// Who wrote something.
    pub authors: Vec<MappedAuthor>,
    /// What it is about.
    pub tags: Vec<MappedTag>,
    /// What it says of itself.
    pub static_pages: Vec<StaticPageLine>,
}

impl Discovery {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// The site as caches see it. One query.
    ///
    /// # Errors
    /// Of the store.
    pub async fn site(&self) -> Result<SiteState> {
        self.core.records.posts.site(self.core.now()).await
    }

    /// The newest posts of a scope for a feed, with every address in their HTML whole, below `prefix` (the base URL
    /// with the mount). At most [`FEED_POSTS`], and [`FEED_BYTES`] of HTML: posts that do not fit come without. Two
    /// queries.
    ///
    /// # Errors
    /// Of the store.
    pub async fn feed(&self, scope: FeedScope, prefix: &str) -> Result<ReadFeed> {
        let query = FeedQuery {
            scope,
            page: PageRequest::first(FEED_POSTS),
            max_html: FEED_POST_CHARS,
        };
        let visibility = self.everybody();
        let found = self
            .core
            .records
            .discovery
            .feed(&query, &visibility)
            .await?;
        let shown = found.posts.iter().flat_map(|card| {
            let cover = card.cover.as_ref().map(|cover| cover.id);
            card.media.iter().copied().chain(cover)
        });
        let items = reading::items(&self.core, &shown.collect::<Vec<_>>()).await?;
        let mut left = FEED_BYTES;
        let posts = found.posts.into_iter().map(|mut card| {
            let html = card.html.take().map(|html| {
                let resolved = reading::resolve(&html, &card.media, &items, prefix);
                match url::Url::parse(&format!("{prefix}/posts/{}", card.slug)) {
                    Ok(base) => SafeHtml::from_sanitiser(markdown::absolute_addresses(
                        resolved.as_str(),
                        &base,
                    )),
                    Err(_) => resolved,
                }
            });
            card.html = html.filter(|html| html.as_str().len() <= left);
            left -= card.html.as_ref().map_or(0, |html| html.as_str().len());
            let cover = card.cover.as_ref().map(|cover| cover.id);
            FeedPost {
                cover: cover.and_then(|id| items.get(&id)).cloned(),
                card,
            }
        });
        Ok(ReadFeed {
            site: found.site,
            posts: posts.collect(),
        })
    }

    /// The parts of the site map that hold posts, and when those that changed lately did. One query.
    ///
    /// # Errors
    /// Of the store.
    pub async fn parts(&self) -> Result<Vec<MappedPart>> {
        let discovery = &self.core.records.discovery;
        discovery.parts(PART, &self.everybody()).await
    }

    /// The posts of a part of the site map; none of an unknown one. One query.
    ///
    /// # Errors
    /// Of the store.
    pub async fn part(&self, number: u32) -> Result<Vec<MappedPost>> {
        let discovery = &self.core.records.discovery;
        discovery.part(number, PART, &self.everybody()).await
    }

    /// The lists and static pages of the site map. Three queries, and one more for each further hundred static pages.
    ///
    /// # Errors
    /// Of the store.
    pub async fn pages(&self) -> Result<MappedPages> {
        let discovery = &self.core.records.discovery;
        let everybody = self.everybody();
        let mut static_pages = Vec::new();
        let mut after = None;
        loop {
            let request = PageRequest::new(after, PageRequest::MAX);
            let page = self.core.records.static_pages.list(true, request).await?;
            static_pages.extend(page.items);
            after = page.next;
            if after.is_none() || static_pages.len() >= MAPPED_PAGES {
                break;
            }
        }
        Ok(MappedPages {
            static_pages,
            authors: discovery.authors(MAPPED, &everybody).await?,
            tags: discovery.tags(MAPPED, &everybody).await?,
        })
    }

    /// Programs see what everybody sees in lists, whoever runs them.
    fn everybody(&self) -> Visibility {
        self.core.visibility(&Actor::Anonymous, Surface::List)
    }
}
