//! Reports of comparisons: of each bucket as many rows as reports are kept, beside the objects' rows and in none of the
//! secondary indexes. A new report takes the row of the oldest.
//!
//! | attribute | |
//! |---|---|
//! | `id` | the key: `#run/`, bucket, slash and a number; no bucket's name has a `#` |
//! | `run`, `noted_at` | which report it is, and of when; what a write is conditional on |
//! | `document` | the report as JSON |

use aws_sdk_dynamodb::error::SdkError;
use blog_core::error::{Error, Result};
use blog_core::model::drift::Run;

use super::failure::{Contended, failed};
use super::row::{Attributes, number, text};
use super::{BACKEND, DynamoIndex, MEETINGS};

fn slot(bucket: &str, number: usize) -> String {
    format!("#run/{bucket}/{number:02}")
}

fn run(row: &Attributes) -> Result<Option<Run>> {
    let document = row.get("document").and_then(|value| value.as_s().ok());
    document
        .map(|text| serde_json::from_str(text).map_err(|error| Error::backend(BACKEND, error)))
        .transpose()
}

impl DynamoIndex {
    /// What each row of a bucket holds.
    pub(super) async fn run_slots(&self, bucket: &str) -> Result<Vec<Option<Run>>> {
        let ids: Vec<String> = (0..Run::KEPT).map(|number| slot(bucket, number)).collect();
        let found = self.batch(ids.iter().cloned().collect()).await?;
        let rows = ids.iter().map(|id| found.get(id).map_or(Ok(None), run));
        rows.collect()
    }

    /// Writes a report into its own row, else into an empty one, else into the oldest report's.
    pub(super) async fn put_run(&self, run: &Run) -> Result<()> {
        let document =
            serde_json::to_string(run).map_err(|error| Error::backend(BACKEND, error))?;
        for _ in 0..MEETINGS {
            let slots = self.run_slots(&run.bucket).await?;
            let own = |seen: &Option<Run>| seen.as_ref().is_some_and(|seen| seen.id == run.id);
            let place = slots.iter().position(own).or_else(|| {
                let oldest = slots.iter().enumerate();
                let oldest = oldest.min_by_key(|(_, seen)| seen.as_ref().map(|seen| seen.id));
                oldest.map(|(place, _)| place)
            });
            let Some(place) = place else {
                return Ok(());
            };
            let seen = &slots[place];
            // All that are kept are newer.
            if seen.as_ref().is_some_and(|seen| seen.id > run.id) {
                return Ok(());
            }
            let put = self
                .client
                .put_item()
                .table_name(&self.table)
                .item("id", text(slot(&run.bucket, place)))
                .item("run", text(run.id.to_string()))
                .item("noted_at", number(run.noted_at.as_micros()))
                .item("document", text(&document));
            let put = match seen {
                None => put.condition_expression("attribute_not_exists(id)"),
                Some(seen) => put
                    .condition_expression("run = :run AND noted_at = :noted")
                    .expression_attribute_values(":run", text(seen.id.to_string()))
                    .expression_attribute_values(":noted", number(seen.noted_at.as_micros())),
            };
            match put.send().await {
                Ok(_) => return Ok(()),
                Err(SdkError::ServiceError(error))
                    if error.err().is_conditional_check_failed_exception() => {}
                Err(error) => return Err(failed(error)),
            }
        }
        Err(Error::unavailable(BACKEND, Contended(MEETINGS)))
    }
}
