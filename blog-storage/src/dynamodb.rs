//! The object index in a DynamoDB table.
//!
//! A row is written whole, on the condition that the row of before is still the one that was seen: of an object that
//! nobody heard of, that there is none. What a failed condition met comes with its answer, so an event costs one request,
//! and two where the row is known; no write is built on a read that may be old by then. `apply` and `get` are consistent.
//! The lists are read from secondary indexes, which on AWS follow the table by some milliseconds.
//!
//! Tombstones leave by the table's time to live, and by [`purge`](blog_core::ports::ObjectIndex::purge) where that has
//! not come yet.

mod batch;
pub(crate) mod doctor;
mod failure;
mod list;
mod row;
mod runs;
mod table;

use std::time::Duration;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use blog_core::error::Result;
use blog_core::id::UserId;
use blog_core::model::drift::Run;
use blog_core::model::index::{Applied, IndexItem, ObjectEvent, TOMBSTONE, Usage};
use blog_core::page::{Page, PageRequest};
use blog_core::ports::ObjectIndex;
use blog_core::time::Timestamp;
use blog_core::{Cursor, Error};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::row_id::row_id;
use failure::{Contended, failed};
use row::{number, text};

pub use table::create_table;

/// The name of this backend in errors.
const BACKEND: &str = "dynamodb";
/// How long an answer may take to begin; a request and its repetitions together have three times that.
const ANSWER: Duration = Duration::from_secs(3);
/// How often a write is made anew that met another one of the same row.
const MEETINGS: u32 = 64;
/// How many requests of one call are under way at a time.
const AT_ONCE: usize = 16;

/// What this adapter asks of DynamoDB while a blog runs, as IAM names it; [`create_table`] asks for [`TABLE_ACTIONS`].
pub const ACTIONS: [&str; 6] = [
    "dynamodb:BatchGetItem",
    "dynamodb:DeleteItem",
    "dynamodb:DescribeTable",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
];

/// What [`create_table`] asks for.
pub const TABLE_ACTIONS: [&str; 4] = [
    "dynamodb:CreateTable",
    "dynamodb:DescribeTable",
    "dynamodb:DescribeTimeToLive",
    "dynamodb:UpdateTimeToLive",
];

/// The object index in a DynamoDB table. A bucket's name holds no slash.
#[derive(Debug, Clone)]
pub struct DynamoIndex {
    client: Client,
    table: String,
}

impl DynamoIndex {
    /// Opens `dynamodb://table` and looks that the table is there and has the keys that it needs. Credentials and region
    /// are those of the environment; `endpoint`, or `dynamodb://table?endpoint=http://…`, is another server than AWS.
    ///
    /// # Errors
    /// `Unavailable` that says what is missing and what to do; `Backend` for a URL that names no table.
    pub async fn open(url: &str, endpoint: Option<&str>) -> Result<Self> {
        let index = Self::at(url, endpoint).await?;
        table::check(&index.client, &index.table).await?;
        Ok(index)
    }

    /// The same without a look at the table.
    async fn at(url: &str, endpoint: Option<&str>) -> Result<Self> {
        let place = table::Place::parse(url).map_err(|error| Error::backend(BACKEND, error))?;
        let shared = crate::aws::config(place.endpoint.as_deref().or(endpoint)).await;
        crate::aws::check(&shared)
            .await
            .map_err(|lacks| Error::Unavailable {
                backend: BACKEND,
                retryable: false,
                source: lacks.into(),
            })?;
        Ok(Self::on(place.table, &shared))
    }

    fn on(table: String, shared: &SdkConfig) -> Self {
        let mut config = aws_sdk_dynamodb::config::Builder::from(shared);
        let timeouts = shared
            .timeout_config()
            .map_or_else(Default::default, |config| config.to_builder());
        config.set_timeout_config(Some(
            timeouts
                .read_timeout(ANSWER)
                .operation_timeout(ANSWER * 3)
                .build(),
        ));
        Self {
            client: Client::from_conf(config.build()),
            table,
        }
    }

    /// Puts a row where the one that was `seen` still is; `Err` with what is there instead.
    async fn put(
        &self,
        row: &IndexItem,
        seen: Option<&IndexItem>,
    ) -> Result<std::result::Result<(), Option<IndexItem>>> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(row::attributes(row)?))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        // A row never changes without its sequencer growing or its first moment falling.
        let put = match seen {
            None => put.condition_expression("attribute_not_exists(id)"),
            Some(seen) => put
                .condition_expression("seq = :seq AND first_seen = :first")
                .expression_attribute_values(":seq", text(seen.sequencer.padded()))
                .expression_attribute_values(":first", number(seen.first_seen.as_micros())),
        };
        match put.send().await {
            Ok(_) => Ok(Ok(())),
            Err(SdkError::ServiceError(error))
                if error.err().is_conditional_check_failed_exception() =>
            {
                let PutItemError::ConditionalCheckFailedException(met) = error.into_err() else {
                    return Ok(Err(None));
                };
                let there = met.item.filter(|item| !item.is_empty());
                Ok(Err(there.map(|item| row::item(&item)).transpose()?))
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// Deletes a tombstone unless something happened to its object meanwhile.
    async fn delete_ended(&self, id: String, before: Timestamp) -> Result<u64> {
        let deleted = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key("id", text(id))
            .condition_expression("attribute_exists(tomb) AND last_seen < :before")
            .expression_attribute_values(":before", number(before.as_micros()))
            .send()
            .await;
        match deleted {
            Ok(_) => Ok(1),
            Err(SdkError::ServiceError(error))
                if matches!(
                    error.err(),
                    DeleteItemError::ConditionalCheckFailedException(_)
                ) =>
            {
                Ok(0)
            }
            Err(error) => Err(failed(error)),
        }
    }
}

#[async_trait]
impl ObjectIndex for DynamoIndex {
    /// An answer that was lost and asked for again may be `Stale` though this call wrote.
    async fn apply(&self, event: &ObjectEvent) -> Result<Applied> {
        let mut known: Option<IndexItem> = None;
        for meeting in 0..MEETINGS {
            let (row, applied) = match &known {
                None => (IndexItem::first(event), Applied::Written),
                Some(known) => {
                    let mut row = known.clone();
                    let applied = row.hear(event);
                    if row == *known {
                        return Ok(applied);
                    }
                    (row, applied)
                }
            };
            match self.put(&row, known.as_ref()).await? {
                Ok(()) => return Ok(applied),
                Err(there) => known = there,
            }
            // The first meeting is how the row becomes known; more of them are a race.
            if meeting > 1 {
                let pause = u64::from(meeting.min(8))
                    * u64::from(
                        row_id(&event.bucket, event.sequencer.as_str()).as_bytes()[0] % 8 + 1,
                    );
                tokio::time::sleep(Duration::from_millis(pause)).await;
            }
        }
        Err(Error::unavailable(BACKEND, Contended(MEETINGS)))
    }

    async fn get(&self, bucket: &str, key: &str) -> Result<Option<IndexItem>> {
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("id", text(row::id(bucket, key)))
            .consistent_read(true)
            .send()
            .await
            .map_err(failed)?;
        found.item.map(|item| row::item(&item)).transpose()
    }

    async fn get_many(&self, bucket: &str, keys: &[String]) -> Result<Vec<Option<IndexItem>>> {
        let ids: Vec<String> = keys.iter().map(|key| row::id(bucket, key)).collect();
        let found = self.batch(ids.iter().cloned().collect()).await?;
        let rows = ids
            .iter()
            .map(|id| found.get(id).map(row::item).transpose());
        rows.collect()
    }

    async fn by_owner(&self, owner: UserId, page: PageRequest) -> Result<Page<IndexItem>> {
        let items = self.owned(owner, page.after, page.limit() + 1).await?;
        Ok(Page::from_overfetch(
            items,
            page.limit(),
            |item: &IndexItem| Cursor {
                at: item.first_seen,
                id: row_id(&item.bucket, &item.key),
            },
        ))
    }

    /// One query to each of the shards that a bucket is spread over, at the same time.
    async fn by_prefix(
        &self,
        bucket: &str,
        prefix: &str,
        after: Option<&str>,
        limit: u16,
    ) -> Result<Page<IndexItem, String>> {
        let limit = usize::from(limit.clamp(1, 1_000));
        let items = self.listed(bucket, prefix, after, limit + 1).await?;
        Ok(Page::from_overfetch(items, limit, |item: &IndexItem| {
            item.key.clone()
        }))
    }

    /// As many requests as the counted rows are megabytes.
    async fn usage(&self, owner: UserId, most: u32) -> Result<Usage> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let rows = self.owned(owner, None, most.saturating_add(1)).await?;
        let counted = rows.len().min(most);
        Ok(Usage {
            objects: counted as u64,
            bytes: rows[..counted].iter().map(|row| row.size).sum(),
            is_more: rows.len() > counted,
        })
    }

    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u64> {
        let before = now.minus(TOMBSTONE);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut gone = 0;
        for shard in 0..row::SHARDS {
            let wanted = limit - usize::try_from(gone).unwrap_or(limit);
            if wanted == 0 {
                break;
            }
            let ended = self.ended(shard, before, wanted).await?;
            gone += stream::iter(ended)
                .map(|id| self.delete_ended(id, before))
                .buffer_unordered(AT_ONCE)
                .try_fold(0, |sum, one| std::future::ready(Ok(sum + one)))
                .await?;
        }
        Ok(gone)
    }

    async fn note_run(&self, run: &Run) -> Result<()> {
        self.put_run(run).await
    }

    async fn runs(&self, bucket: &str) -> Result<Vec<Run>> {
        let slots = self.run_slots(bucket).await?;
        let mut runs: Vec<Run> = slots.into_iter().flatten().collect();
        runs.sort_unstable_by_key(|run| std::cmp::Reverse(run.id));
        Ok(runs)
    }
}
