//! Rows by many keys at once, asked for until all are answered.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use blog_core::error::{Error, Result};

use super::failure::failed;
use super::row::{Attributes, text};
use super::{BACKEND, DynamoIndex};

/// How often the keys of a batch are asked for that DynamoDB left unanswered.
const ATTEMPTS: u32 = 6;
/// The pause before the second time; it doubles with each.
const PAUSE: Duration = Duration::from_millis(25);

/// Keys that are unanswered when the budget is used up: DynamoDB is asked too much.
#[derive(Debug, thiserror::Error)]
#[error("{0} keys of a batch were not answered in {ATTEMPTS} attempts; try again later")]
struct Unanswered(usize);

impl DynamoIndex {
    /// The rows of these ids that there are.
    pub(super) async fn batch(
        &self,
        mut wanted: BTreeSet<String>,
    ) -> Result<HashMap<String, Attributes>> {
        let mut found = HashMap::with_capacity(wanted.len());
        for attempt in 0..ATTEMPTS {
            if wanted.is_empty() {
                return Ok(found);
            }
            if attempt > 0 {
                tokio::time::sleep(PAUSE * (1 << (attempt - 1))).await;
            }
            let keys = wanted
                .iter()
                .map(|id| HashMap::from([("id".to_owned(), text(id))]));
            let asked = KeysAndAttributes::builder()
                .set_keys(Some(keys.collect()))
                .consistent_read(true)
                .build()
                .map_err(|error| Error::backend(BACKEND, error))?;
            let answer = self
                .client
                .batch_get_item()
                .request_items(&self.table, asked)
                .send()
                .await
                .map_err(failed)?;
            let rows = answer.responses.unwrap_or_default().into_values();
            for row in rows.flatten() {
                if let Some(AttributeValue::S(id)) = row.get("id") {
                    found.insert(id.clone(), row);
                }
            }
            // What is neither found nor unanswered was never heard of.
            let left = answer.unprocessed_keys.unwrap_or_default();
            wanted = left
                .values()
                .flat_map(KeysAndAttributes::keys)
                .filter_map(|key| key.get("id")?.as_s().ok().cloned())
                .collect();
        }
        match wanted.len() {
            0 => Ok(found),
            left => Err(Error::unavailable(BACKEND, Unanswered(left))),
        }
    }
}
