//! What the doctor looks at in a table: its keys, its time to live, and each request that the adapter makes, on an item of
//! its own.

use std::collections::HashMap;
use std::time::SystemTime;

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::{
    AttributeValue, KeysAndAttributes, TableDescription, TableStatus, TimeToLiveStatus,
};
use blog_core::model::media::PROBE;
use uuid::Uuid;

use super::DynamoIndex;
use super::row::{number, text};
use super::table::{self, BY_END, BY_OWNER, BY_SHARD, Place, TTL};
use crate::aws;
use crate::aws::trouble::{self, partition};
use crate::doctor::{Finding, Status, misnamed};

/// An item that stays against all odds goes by itself after so many seconds.
const EXPIRES: u64 = 3600;

/// Looks at the table of a URL.
pub(crate) async fn table(url: &str, endpoint: Option<&str>) -> Vec<Finding> {
    let place = match Place::parse(url) {
        Ok(place) => place,
        Err(error) => return vec![misnamed("index-url", url, &error)],
    };
    let endpoint = place.endpoint.as_deref().or(endpoint);
    let shared = aws::config(endpoint).await;
    let credentials = Finding::ok("index-credentials", "sign", "DynamoDB");
    if let Err(lacks) = aws::check(&shared).await {
        return vec![credentials.failed(lacks.sentence())];
    }
    let region = shared.region().map_or("", |region| region.as_ref());
    let examination = Examination {
        thing: format!("table \"{}\"", place.table),
        arn: format!(
            "arn:{}:dynamodb:{region}:*:table/{}",
            partition(region),
            place.table
        ),
        region,
        endpoint,
        index: DynamoIndex::on(place.table.clone(), &shared),
        findings: vec![credentials],
    };
    examination.run().await
}

struct Examination<'a> {
    index: DynamoIndex,
    thing: String,
    arn: String,
    region: &'a str,
    endpoint: Option<&'a str>,
    findings: Vec<Finding>,
}

impl Examination<'_> {
    async fn run(mut self) -> Vec<Finding> {
        if !self.is_there().await {
            return self.findings;
        }
        self.time_to_live().await;
        let id = format!("{PROBE}{}", Uuid::now_v7().simple());
        if self.write(&id).await {
            self.read(&id).await;
            self.delete(&id).await;
        }
        self.lists().await;
        self.findings
    }

    fn fine(&self, check: &'static str, action: &str) -> Finding {
        Finding::ok(check, format!("dynamodb:{action}"), &self.arn)
    }

    fn note<T, E>(
        &mut self,
        fine: Finding,
        answer: Result<T, SdkError<E, HttpResponse>>,
    ) -> Option<T>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let place = trouble::Place {
            service: "DynamoDB",
            thing: &self.thing,
            making: "make it with \"blog-server index create-table\"",
            region: self.region,
            endpoint: self.endpoint,
        };
        place.note(&mut self.findings, fine, answer)
    }

    async fn is_there(&mut self) -> bool {
        let describe = self.index.client.describe_table();
        let answer = describe.table_name(&self.index.table).send().await;
        let fine = self.fine("index-table", "DescribeTable");
        let Some(described) = self.note(fine.clone(), answer) else {
            return false;
        };
        let description = described
            .table
            .unwrap_or_else(|| TableDescription::builder().build());
        let wrong = match table::has_keys(&self.index.table, &description) {
            Err(error) => Some(crate::doctor::cause(&error)),
            Ok(()) => not_ready(&description),
        };
        let Some(wrong) = wrong else { return true };
        self.findings.pop();
        self.findings.push(fine.failed(wrong));
        false
    }

    async fn time_to_live(&mut self) {
        let describe = self.index.client.describe_time_to_live();
        let answer = describe.table_name(&self.index.table).send().await;
        let fine = self.fine("index-time-to-live", "DescribeTimeToLive");
        let Some(found) = self.note(fine.clone(), answer) else {
            // Looking is no need of the blog's, and the worker purges by itself.
            if let Some(finding) = self.findings.last_mut() {
                finding.status = Status::Warning;
            }
            return;
        };
        let on = found.time_to_live_description.is_some_and(|ttl| {
            ttl.attribute_name.as_deref() == Some(TTL)
                && matches!(
                    ttl.time_to_live_status,
                    Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)
                )
        });
        if !on {
            self.findings.pop();
            self.findings.push(fine.warned(format!(
                "tombstones do not end by themselves; turn on the time to live on {TTL}, as \"blog-server index \
                 create-table\" does"
            )));
        }
    }

    async fn write(&mut self, id: &str) -> bool {
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        let expires = i64::try_from(now.as_secs() + EXPIRES).unwrap_or(i64::MAX);
        let put = self
            .index
            .client
            .put_item()
            .table_name(&self.index.table)
            .item("id", text(id))
            .item(TTL, number(expires))
            .condition_expression("attribute_not_exists(id)");
        let answer = put.send().await;
        let fine = self.fine("index-write", "PutItem");
        self.note(fine, answer).is_some()
    }

    async fn read(&mut self, id: &str) {
        let (client, table) = (&self.index.client, &self.index.table);
        let get = client.get_item().table_name(table).key("id", text(id));
        let one = get.consistent_read(true).send().await;
        let key = HashMap::from([("id".to_owned(), text(id))]);
        let keys = KeysAndAttributes::builder().keys(key).build();
        let many = match keys {
            Ok(keys) => Some(
                client
                    .batch_get_item()
                    .request_items(table, keys)
                    .send()
                    .await,
            ),
            Err(_) => None,
        };
        let fine = self.fine("index-read", "GetItem");
        let read = self.note(fine.clone(), one);
        if read.is_some_and(|read| read.item.is_none()) {
            self.findings.pop();
            self.findings.push(fine.failed(
                "what was just written is not there; look whether the endpoint is one server, and not several",
            ));
        }
        if let Some(many) = many {
            let fine = self.fine("index-read-many", "BatchGetItem");
            self.note(fine, many);
        }
    }

    async fn delete(&mut self, id: &str) {
        let delete = self.index.client.delete_item();
        let delete = delete.table_name(&self.index.table).key("id", text(id));
        let answer = delete.send().await;
        let fine = self.fine("index-delete", "DeleteItem");
        self.note(fine, answer);
    }

    /// Of nobody: an answer without rows is an answer.
    async fn lists(&mut self) {
        for (name, key) in [
            (BY_OWNER, "owner"),
            (BY_SHARD, "bucket_shard"),
            (BY_END, "tomb"),
        ] {
            let query = self
                .index
                .client
                .query()
                .table_name(&self.index.table)
                .index_name(name)
                .key_condition_expression("#key = :key")
                .expression_attribute_names("#key", key)
                .expression_attribute_values(":key", AttributeValue::S(PROBE.to_owned()))
                .limit(1);
            let answer = query.send().await;
            let mut fine = self.fine("index-lists", "Query");
            fine.resource.push_str(&format!("/index/{name}"));
            self.note(fine, answer);
        }
    }
}

/// Why a table that has all that it needs cannot be used yet, or any more.
fn not_ready(description: &TableDescription) -> Option<String> {
    match description.table_status() {
        Some(TableStatus::InaccessibleEncryptionCredentials) => {
            return Some(
                "the key that encrypts the table cannot be used; enable it in KMS, and allow the table to use it"
                    .to_owned(),
            );
        }
        Some(
            status @ (TableStatus::Creating
            | TableStatus::Deleting
            | TableStatus::Archived
            | TableStatus::Archiving),
        ) => {
            return Some(format!(
                "the table is {}; wait until it is ACTIVE, or name another one",
                status.as_str()
            ));
        }
        _ => {}
    }
    let behind = description.global_secondary_indexes().iter().find(|index| {
        index
            .index_status()
            .is_some_and(|status| !matches!(status.as_str(), "ACTIVE" | "UPDATING"))
    });
    behind.map(|index| {
        format!(
            "its secondary index {} is not ready; wait until it is ACTIVE",
            index.index_name().unwrap_or_default()
        )
    })
}
