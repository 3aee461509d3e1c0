//! The object index.

use std::ops::Bound;

use async_trait::async_trait;
use blog_core::id::UserId;
use blog_core::model::drift::Run;
use blog_core::model::index::{Applied, IndexItem, ObjectEvent, ObjectState, Usage};
use blog_core::page::PageRequest;
use blog_core::ports::ObjectIndex;
use blog_core::{Cursor, Page, Result, Timestamp};
use uuid::Uuid;

use super::MemoryStore;
use crate::row_id::row_id;

#[async_trait]
impl ObjectIndex for MemoryStore {
    async fn apply(&self, event: &ObjectEvent) -> Result<Applied> {
        let mut state = self.lock();
        let place = (event.bucket.clone(), event.key.clone());
        match state.objects.get_mut(&place) {
            Some(row) => Ok(row.hear(event)),
            None => {
                state.objects.insert(place, IndexItem::first(event));
                Ok(Applied::Written)
            }
        }
    }

    async fn get(&self, bucket: &str, key: &str) -> Result<Option<IndexItem>> {
        let place = (bucket.to_owned(), key.to_owned());
        Ok(self.lock().objects.get(&place).cloned())
    }

    async fn by_owner(&self, owner: UserId, page: PageRequest) -> Result<Page<IndexItem>> {
        let state = self.lock();
        let mut rows: Vec<(Timestamp, Uuid, &IndexItem)> = state
            .objects
            .values()
            .filter(|row| row.owner == Some(owner) && row.state == ObjectState::Present)
            .map(|row| (row.first_seen, row_id(&row.bucket, &row.key), row))
            .filter(|(at, tie, _)| {
                page.after
                    .is_none_or(|cursor| (*at, *tie) < (cursor.at, cursor.id))
            })
            .collect();
        rows.sort_unstable_by_key(|(at, tie, _)| std::cmp::Reverse((*at, *tie)));
        let page = Page::from_overfetch(rows, page.limit(), |(at, tie, _)| Cursor {
            at: *at,
            id: *tie,
        });
        Ok(page.map(|(_, _, row)| row.clone()))
    }

    async fn by_prefix(
        &self,
        bucket: &str,
        prefix: &str,
        after: Option<&str>,
        limit: u16,
    ) -> Result<Page<IndexItem, String>> {
        let state = self.lock();
        let limit = usize::from(limit.clamp(1, 1_000));
        let begin = match after {
            Some(after) if after >= prefix => {
                Bound::Excluded((bucket.to_owned(), after.to_owned()))
            }
            _ => Bound::Included((bucket.to_owned(), prefix.to_owned())),
        };
        let rows: Vec<IndexItem> = state
            .objects
            .range((begin, Bound::Unbounded))
            .take_while(|((of, key), _)| of == bucket && key.starts_with(prefix))
            .filter(|(_, row)| row.state == ObjectState::Present)
            .take(limit + 1)
            .map(|(_, row)| row.clone())
            .collect();
        Ok(Page::from_overfetch(rows, limit, |row| row.key.clone()))
    }

    async fn usage(&self, owner: UserId, most: u32) -> Result<Usage> {
        let state = self.lock();
        let mut own: Vec<&IndexItem> = state
            .objects
            .values()
            .filter(|row| row.owner == Some(owner) && row.state == ObjectState::Present)
            .collect();
        own.sort_unstable_by_key(|row| {
            std::cmp::Reverse((row.first_seen, row_id(&row.bucket, &row.key)))
        });
        let counted = own.len().min(most as usize);
        Ok(Usage {
            objects: counted as u64,
            bytes: own[..counted].iter().map(|row| row.size).sum(),
            is_more: own.len() > counted,
        })
    }

    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u64> {
        let mut state = self.lock();
        let over: Vec<(String, String)> = state
            .objects
            .iter()
            .filter(|(_, row)| match row.state {
                ObjectState::Present => false,
                ObjectState::Tombstone { expires_at } => expires_at < now,
            })
            .take(limit as usize)
            .map(|(place, _)| place.clone())
            .collect();
        for place in &over {
            state.objects.remove(place);
        }
        Ok(over.len() as u64)
    }

    async fn note_run(&self, run: &Run) -> Result<()> {
        let mut state = self.lock();
        let runs = state.runs.entry(run.bucket.clone()).or_default();
        runs.insert(run.id, run.clone());
        while runs.len() > Run::KEPT {
            runs.pop_first();
        }
        Ok(())
    }

    async fn runs(&self, bucket: &str) -> Result<Vec<Run>> {
        let state = self.lock();
        let runs = state.runs.get(bucket).into_iter().flatten().rev();
        Ok(runs.map(|(_, run)| run.clone()).collect())
    }
}
