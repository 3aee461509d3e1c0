//! The archive, the tags, and what stands around a post in the lists.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

use blog_core::id::PostId;
use blog_core::model::archive::{Month, MonthCount, TagCount};
use blog_core::model::post::{MAX_RELATED, Post, PostInContext};
use blog_core::model::tag::TagSlug;
use blog_core::policy::{Actor, Surface, Visibility};
use blog_core::ports::posts::MAX_MONTHS;
use blog_core::{Page, Result, Timestamp};

use super::PostRow;
use crate::memory::state::State;

impl PostRow {
    fn tags(&self) -> HashSet<&TagSlug> {
        self.content.tags.iter().map(|tag| &tag.slug).collect()
    }

    /// What is related to it among the listed posts, which are newest first.
    fn related<'a>(&self, listed: &[&'a PostRow]) -> Vec<&'a PostRow> {
        let mine = self.tags();
        let others = || listed.iter().copied().filter(|row| row.id != self.id);
        let of_author = others().filter(|row| row.author == self.author).take(5);
        let mut near: HashSet<PostId> = of_author.map(|row| row.id).collect();
        for tag in &mine {
            let of_tag = others().filter(|row| row.tags().contains(tag)).take(3);
            near.extend(of_tag.map(|row| row.id));
        }
        let mut related: Vec<&PostRow> = others().filter(|row| near.contains(&row.id)).collect();
        // Stable: of those that share as many tags the newer one stays first.
        related.sort_by_key(|row| Reverse(row.tags().intersection(&mine).count()));
        related.truncate(MAX_RELATED);
        related
    }
}

impl State {
    /// The posts of public lists, newest first; none on other surfaces.
    fn in_lists(&self, visibility: &Visibility) -> impl Iterator<Item = (Timestamp, &PostRow)> {
        let visibility = *visibility;
        let public = visibility.surface() == Surface::List;
        self.by_published
            .iter()
            .rev()
            .filter(move |_| public)
            .filter_map(|(at, id)| Some((*at, self.posts.get(id)?)))
            .filter(move |(_, row)| self.sees(&visibility, row))
    }

    /// A post that was found, with what stands around it.
    pub(super) fn around(&self, post: Post, visibility: &Visibility) -> Result<PostInContext> {
        let row = self.post(post.id)?;
        let mut found = PostInContext {
            bio: self.user(row.author)?.user.bio.clone(),
            post,
            older: None,
            newer: None,
            related: Vec::new(),
        };
        let list = Visibility::new(Actor::Anonymous, Surface::List, visibility.now());
        let listed: Vec<&PostRow> = self.in_lists(&list).map(|(_, row)| row).collect();
        let place = listed.iter().position(|other| other.id == row.id);
        if let Some(place) = place {
            let card = |row: &&PostRow| self.join_card(row, false);
            let newer = place.checked_sub(1).and_then(|place| listed.get(place));
            found.newer = newer.map(card).transpose()?;
            found.older = listed.get(place + 1).map(card).transpose()?;
            let related = row.related(&listed);
            found.related = related.iter().map(card).collect::<Result<_>>()?;
        }
        Ok(found)
    }

    pub(super) fn months(&self, visibility: &Visibility) -> Vec<MonthCount> {
        let mut months: BTreeMap<Month, u64> = BTreeMap::new();
        let moments = self.in_lists(visibility).map(|(at, _)| at);
        for month in moments.filter_map(Month::of) {
            *months.entry(month).or_default() += 1;
        }
        let newest = months.into_iter().rev().take(MAX_MONTHS);
        newest
            .map(|(month, posts)| MonthCount { month, posts })
            .collect()
    }

    pub(super) fn tag_counts(
        &self,
        after: Option<&TagSlug>,
        limit: usize,
        visibility: &Visibility,
    ) -> Page<TagCount, TagSlug> {
        let mut tags: BTreeMap<TagSlug, TagCount> = BTreeMap::new();
        for (_, row) in self.in_lists(visibility) {
            let mut of_post = HashSet::new();
            for tag in &row.content.tags {
                if of_post.insert(&tag.slug) {
                    let count = || TagCount {
                        tag: tag.clone(),
                        posts: 0,
                    };
                    let tag = tags.entry(tag.slug.clone());
                    tag.or_insert_with(count).posts += 1;
                }
            }
        }
        let behind = tags
            .into_iter()
            .filter(|(slug, _)| after.is_none_or(|after| slug > after))
            .map(|(_, count)| count);
        Page::from_overfetch(
            behind.take(limit + 1).collect(),
            limit,
            |count: &TagCount| count.tag.slug.clone(),
        )
    }
}
