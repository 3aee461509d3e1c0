//! Lists by the secondary indexes, page by page until they end.

use std::collections::VecDeque;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use blog_core::error::Result;
use blog_core::id::UserId;
use blog_core::model::index::IndexItem;
use blog_core::page::Cursor;
use blog_core::time::Timestamp;
use futures_util::future::try_join_all;

use super::failure::failed;
use super::row::{self, Attributes, SHARDS, number, text};
use super::{DynamoIndex, table};

/// The longest key of an object, and of an index's order (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>).
const LONGEST: usize = 1_024;

/// The keys that a list is of: from `low` to `high`, both included, and of those the ones behind `after` that begin with
/// `prefix`.
struct Range<'a> {
    prefix: &'a str,
    after: Option<&'a str>,
    low: Option<&'a str>,
    high: Option<String>,
}

impl<'a> Range<'a> {
    /// `None` when no key can be in it.
    fn new(prefix: &'a str, after: Option<&'a str>) -> Option<Self> {
        let low = Some(after.unwrap_or_default().max(prefix)).filter(|low| !low.is_empty());
        let high = match prefix.len() {
            // Only that key itself.
            LONGEST => Some(prefix.to_owned()),
            _ => behind_all(prefix),
        };
        let empty = match (low, &high) {
            (Some(low), Some(high)) => low > high.as_str(),
            _ => false,
        };
        (prefix.len() <= LONGEST && !empty).then_some(Self {
            prefix,
            after,
            low,
            high,
        })
    }

    fn holds(&self, key: &str) -> bool {
        key.starts_with(self.prefix) && self.after.is_none_or(|after| key > after)
    }
}

/// The least text behind all that begin with `prefix`: the last character that has a next one, raised by one.
fn behind_all(prefix: &str) -> Option<String> {
    let raised = |last: char| (last..=char::MAX).nth(1);
    let (at, next) = prefix
        .char_indices()
        .rev()
        .find_map(|(at, last)| Some((at, raised(last)?)))?;
    let mut text = prefix[..at].to_owned();
    text.push(next);
    Some(text)
}

/// What is known of one shard: rows that were read, and from where on there are more.
struct Shard {
    number: u8,
    rows: VecDeque<IndexItem>,
    more: Option<Attributes>,
}

impl DynamoIndex {
    /// An owner's present objects, newest first, behind a place.
    pub(super) async fn owned(
        &self,
        owner: UserId,
        after: Option<Cursor>,
        wanted: usize,
    ) -> Result<Vec<IndexItem>> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(table::BY_OWNER)
            .scan_index_forward(false)
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":owner", text(owner.to_string()));
        let query = match after {
            None => query.key_condition_expression("#owner = :owner"),
            Some(place) => query
                .key_condition_expression("#owner = :owner AND owner_sort < :place")
                .expression_attribute_values(":place", text(row::owner_sort(place))),
        };
        let rows = all(query, wanted).await?;
        rows.iter().map(row::item).collect()
    }

    /// The ids of tombstones of a shard whose event was before a moment, oldest first.
    pub(super) async fn ended(
        &self,
        shard: u8,
        before: Timestamp,
        wanted: usize,
    ) -> Result<Vec<String>> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(table::BY_END)
            .key_condition_expression("tomb = :tomb AND last_seen < :before")
            .expression_attribute_values(":tomb", text(row::tomb(shard)))
            .expression_attribute_values(":before", number(before.as_micros()));
        let rows = all(query, wanted).await?;
        let ids = rows.into_iter().filter_map(|mut row| row.remove("id"));
        Ok(ids.filter_map(|id| id.as_s().ok().cloned()).collect())
    }

    /// A bucket's present objects in the order of their keys: the shards' lists, merged.
    pub(super) async fn listed(
        &self,
        bucket: &str,
        prefix: &str,
        after: Option<&str>,
        wanted: usize,
    ) -> Result<Vec<IndexItem>> {
        let Some(range) = Range::new(prefix, after) else {
            return Ok(Vec::new());
        };
        // The shards have about the same share of any list; a shard that has more is asked again.
        let share = wanted / usize::from(SHARDS) + wanted.isqrt() + 2;
        let first = (0..SHARDS).map(|number| self.read_shard(bucket, &range, number, share, None));
        let mut shards = try_join_all(first).await?;
        let mut merged = Vec::with_capacity(wanted);
        while merged.len() < wanted {
            for shard in &mut shards {
                while shard.rows.is_empty()
                    && let Some(start) = shard.more.take()
                {
                    *shard = self
                        .read_shard(bucket, &range, shard.number, share, Some(start))
                        .await?;
                }
            }
            let next = shards
                .iter_mut()
                .filter(|shard| !shard.rows.is_empty())
                .min_by(|a, b| a.rows[0].key.cmp(&b.rows[0].key));
            match next.and_then(|shard| shard.rows.pop_front()) {
                Some(row) => merged.push(row),
                None => break,
            }
        }
        Ok(merged)
    }

    async fn read_shard(
        &self,
        bucket: &str,
        range: &Range<'_>,
        shard: u8,
        share: usize,
        start: Option<Attributes>,
    ) -> Result<Shard> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(table::BY_SHARD)
            .limit(i32::try_from(share).unwrap_or(i32::MAX))
            .set_exclusive_start_key(start)
            .expression_attribute_values(":shard", text(row::shard(bucket, shard)));
        let query = match (range.low, &range.high) {
            (Some(low), Some(high)) => query
                .key_condition_expression(
                    "bucket_shard = :shard AND object_key BETWEEN :low AND :high",
                )
                .expression_attribute_values(":low", text(low))
                .expression_attribute_values(":high", text(high)),
            (Some(low), None) => query
                .key_condition_expression("bucket_shard = :shard AND object_key >= :low")
                .expression_attribute_values(":low", text(low)),
            (None, _) => query.key_condition_expression("bucket_shard = :shard"),
        };
        let answer = query.send().await.map_err(failed)?;
        let mut rows = VecDeque::new();
        for row in answer.items() {
            let item = row::item(row)?;
            if range.holds(&item.key) {
                rows.push_back(item);
            }
        }
        Ok(Shard {
            number: shard,
            rows,
            more: answer.last_evaluated_key,
        })
    }
}

/// The first rows of a query, however many pages they come in: a page ends at a megabyte too.
async fn all(query: QueryFluentBuilder, wanted: usize) -> Result<Vec<Attributes>> {
    let mut rows = Vec::new();
    let mut start = None;
    while rows.len() < wanted {
        let left = i32::try_from(wanted - rows.len()).unwrap_or(i32::MAX);
        let page = query
            .clone()
            .limit(left)
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(failed)?;
        start = page.last_evaluated_key;
        rows.extend(page.items.unwrap_or_default());
        if start.is_none() {
            break;
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::{Range, behind_all};

    #[test]
    fn the_text_behind_a_prefix_is_the_least_that_does_not_begin_with_it() {
        for (prefix, behind) in [
            ("", None),
            ("a", Some("b")),
            ("a/", Some("a0")),
            ("\u{7f}", Some("\u{80}")),
            ("\u{d7ff}", Some("\u{e000}")),
            ("a\u{10ffff}", Some("b")),
            ("\u{10ffff}\u{10ffff}", None),
        ] {
            assert_eq!(behind_all(prefix).as_deref(), behind, "{prefix:?}");
        }
    }

    #[test]
    fn a_range_that_no_key_can_be_in_is_not_asked_for() {
        assert!(Range::new("a", Some("b0")).is_none());
        assert!(Range::new(&"a".repeat(1_025), None).is_none());
        let longest = "\u{7f}".repeat(1_024);
        let range = Range::new(&longest, None).expect("a key of this length may be");
        assert_eq!(range.high.as_deref(), Some(longest.as_str()));
        let range = Range::new("a", Some("ab")).expect("keys may be there");
        assert!(range.holds("ac") && !range.holds("ab") && !range.holds("b"));
    }
}
