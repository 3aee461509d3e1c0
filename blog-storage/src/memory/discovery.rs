//! Feeds and site maps.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use async_trait::async_trait;
use blog_core::model::discovery::{
    Feed, FeedQuery, FeedScope, MappedAuthor, MappedPart, MappedPost, MappedTag,
};
use blog_core::model::post::{PostQuery, PostScope};
use blog_core::policy::Visibility;
use blog_core::ports::discovery::RECENT;
use blog_core::ports::{DiscoveryStore, PostStore as _};
use blog_core::{Result, Timestamp};

use super::MemoryStore;
use super::posts::PostRow;
use super::state::State;

impl State {
    /// The posts that lists show, with the moment at which each appeared.
    fn listed<'a>(
        &'a self,
        visibility: &'a Visibility,
    ) -> impl Iterator<Item = (Timestamp, &'a PostRow)> {
        let seen = self.posts.values().filter(|row| self.sees(visibility, row));
        seen.filter_map(|row| Some((row.content.published_at?, row)))
    }
}

fn part_of(row: &PostRow, size: u32) -> u32 {
    u32::try_from(row.number / u64::from(size.max(1))).unwrap_or(u32::MAX)
}

/// The newest moment of each key, in the order of the keys.
fn newest<K: Ord>(moments: impl Iterator<Item = (K, Timestamp)>) -> BTreeMap<K, Timestamp> {
    let mut newest = BTreeMap::new();
    for (key, at) in moments {
        let known = newest.entry(key).or_insert(at);
        *known = (*known).max(at);
    }
    newest
}

fn limited(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

#[async_trait]
impl DiscoveryStore for MemoryStore {
    async fn feed(&self, query: &FeedQuery, visibility: &Visibility) -> Result<Feed> {
        // Read first: a write in between makes the site older than the posts, never newer.
        let site = self.site(visibility.now()).await?;
        let list = PostQuery {
            scope: match &query.scope {
                FeedScope::All => PostScope::All,
                FeedScope::Author(author) => PostScope::Author(*author),
                FeedScope::Tag(tag) => PostScope::Tag(tag.clone()),
            },
            page: query.page,
            with_html: true,
        };
        let mut posts = self.list(&list, visibility).await?.items;
        for card in &mut posts {
            let fits = |html: &blog_core::model::post::SafeHtml| {
                html.as_str().chars().count() <= limited(query.max_html)
            };
            if !card.html.as_ref().is_some_and(fits) {
                card.html = None;
                card.media = Vec::new();
            }
        }
        Ok(Feed { site, posts })
    }

    async fn parts(&self, size: u32, visibility: &Visibility) -> Result<Vec<MappedPart>> {
        let state = self.lock();
        let mut listed: Vec<(Timestamp, &PostRow)> = state.listed(visibility).collect();
        let mut parts: BTreeMap<u32, Option<Timestamp>> = BTreeMap::new();
        for (_, row) in &listed {
            parts.insert(part_of(row, size), None);
        }
        let mut note = |recent: &[(Timestamp, &PostRow)]| {
            for (at, row) in recent.iter().take(limited(RECENT)) {
                let changed = Some(row.updated_at.max(*at));
                let known = parts.entry(part_of(row, size)).or_default();
                *known = changed.max(*known);
            }
        };
        listed.sort_by_key(|(at, row)| Reverse((*at, row.id)));
        note(&listed);
        listed.sort_by_key(|(_, row)| Reverse((row.updated_at, row.id)));
        note(&listed);
        let part = |(number, changed_at)| MappedPart { number, changed_at };
        Ok(parts.into_iter().map(part).collect())
    }

    async fn part(
        &self,
        number: u32,
        size: u32,
        visibility: &Visibility,
    ) -> Result<Vec<MappedPost>> {
        let state = self.lock();
        let mut rows: Vec<_> = state
            .listed(visibility)
            .filter(|(_, row)| part_of(row, size) == number)
            .collect();
        rows.sort_unstable_by_key(|(_, row)| row.number);
        let mapped = rows.into_iter().map(|(at, row)| MappedPost {
            slug: row.slug.clone(),
            changed_at: row.updated_at.max(at),
        });
        Ok(mapped.collect())
    }

    async fn authors(&self, limit: u32, visibility: &Visibility) -> Result<Vec<MappedAuthor>> {
        let state = self.lock();
        let authors = newest(state.listed(visibility).map(|(at, row)| (row.author, at)));
        let mut mapped = Vec::new();
        for (author, newest_at) in authors.into_iter().take(limited(limit)) {
            mapped.push(MappedAuthor {
                of: state.user(author)?.user.username.clone(),
                newest_at,
            });
        }
        Ok(mapped)
    }

    async fn tags(&self, limit: u32, visibility: &Visibility) -> Result<Vec<MappedTag>> {
        let state = self.lock();
        let tags = newest(state.listed(visibility).flat_map(|(at, row)| {
            let tags = row.content.tags.iter();
            tags.map(move |tag| (tag.slug.clone(), at))
        }));
        Ok(tags
            .into_iter()
            .take(limited(limit))
            .map(|(of, newest_at)| MappedTag { of, newest_at })
            .collect())
    }
}
