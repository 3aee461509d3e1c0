//! The table: what it must be like, and how it is made.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, TableDescription, TableStatus, TimeToLiveSpecification,
    TimeToLiveStatus,
};
use blog_core::error::{Error, Result};

use super::failure::{Cause, failed};
use super::{BACKEND, DynamoIndex};
use crate::aws::trouble::{EXPIRED, Trouble};

/// An owner's objects, in the order of their list.
pub(super) const BY_OWNER: &str = "by_owner";
/// A shard's objects, in the order of their keys.
pub(super) const BY_SHARD: &str = "by_shard";
/// Tombstones, in the order of their events.
pub(super) const BY_END: &str = "by_end";

/// The attribute that the table's time to live looks at.
pub(super) const TTL: &str = "expires_at";
/// How long a table may take to come about.
const COMING: Duration = Duration::from_secs(120);

/// A key: the attribute that rows are spread by, and the one that they are ordered by.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    hash: Attribute,
    range: Option<Attribute>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Attribute {
    name: String,
    kind: ScalarAttributeType,
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.hash.name, self.hash.kind)?;
        match &self.range {
            Some(range) => write!(f, " and {} ({})", range.name, range.kind),
            None => Ok(()),
        }
    }
}

fn attribute(name: &str, kind: ScalarAttributeType) -> Attribute {
    Attribute {
        name: name.to_owned(),
        kind,
    }
}

fn own_key() -> Key {
    Key {
        hash: attribute("id", ScalarAttributeType::S),
        range: None,
    }
}

/// The secondary indexes, and whether a list is read from them (else only keys are).
fn indexes() -> [(&'static str, Key, bool); 3] {
    let key = |hash, range, kind| Key {
        hash: attribute(hash, ScalarAttributeType::S),
        range: Some(attribute(range, kind)),
    };
    [
        (
            BY_OWNER,
            key("owner", "owner_sort", ScalarAttributeType::S),
            true,
        ),
        (
            BY_SHARD,
            key("bucket_shard", "object_key", ScalarAttributeType::S),
            true,
        ),
        (
            BY_END,
            key("tomb", "last_seen", ScalarAttributeType::N),
            false,
        ),
    ]
}

/// What a URL names.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) table: String,
    pub(super) endpoint: Option<String>,
}

/// Why a URL names no table.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoTable {
    #[error("the URL names no table; write dynamodb://table")]
    Name,
    #[error("the URL's option \"{0}\" is not known; there is endpoint")]
    Option(String),
}

impl Place {
    pub(super) fn parse(url: &str) -> std::result::Result<Self, NoTable> {
        let rest = url.strip_prefix("dynamodb://").ok_or(NoTable::Name)?;
        let (table, options) = rest.split_once('?').unwrap_or((rest, ""));
        let named = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        if !(3..=255).contains(&table.len()) || !table.bytes().all(named) {
            return Err(NoTable::Name);
        }
        let mut endpoint = None;
        for option in options.split('&').filter(|option| !option.is_empty()) {
            match option.split_once('=') {
                Some(("endpoint", url)) => endpoint = Some(url.to_owned()),
                _ => return Err(NoTable::Option(option.to_owned())),
            }
        }
        Ok(Self {
            table: table.to_owned(),
            endpoint,
        })
    }
}

/// Why a table cannot be used, and what to do.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error(
        "there is no table \"{table}\" here; look at its name and AWS_REGION, or make it with \"blog-server index \
         create-table\""
    )]
    Missing { table: String },
    #[error(
        "the table \"{table}\" has the key {has} where the index needs {needs}; name another table, and make it with \
         \"blog-server index create-table\""
    )]
    OtherKey {
        table: String,
        has: String,
        needs: Key,
    },
    #[error(
        "the table \"{table}\" lacks the secondary index {index} on {needs}; add it, or name another table and make it \
         with \"blog-server index create-table\""
    )]
    NoIndex {
        table: String,
        index: &'static str,
        needs: Key,
    },
    #[error("{EXPIRED}")]
    Expired { source: Cause },
    #[error(
        "these credentials may not use the table \"{table}\"; look at the key, its secret and the clock, and allow \
         {action} on it"
    )]
    Forbidden {
        table: String,
        action: &'static str,
        source: Cause,
    },
    #[error(
        "DynamoDB cannot be reached for the table \"{table}\"; look at the endpoint, AWS_REGION, the credentials and the \
         network (in a private network DynamoDB needs a gateway endpoint and its route)"
    )]
    Unreachable { table: String, source: Cause },
    #[error("the table \"{table}\" is not ready after {} seconds; look at it and try again", COMING.as_secs())]
    NotReady { table: String },
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        Error::Unavailable {
            backend: BACKEND,
            retryable: false,
            source: refused.into(),
        }
    }
}

/// The sentence for a request about the table that failed.
fn refused(table: &str, action: &'static str, cause: Cause) -> Error {
    let table = table.to_owned();
    match cause.code.as_str() {
        "ResourceNotFoundException" => Refused::Missing { table }.into(),
        _ if cause.trouble == Trouble::Expired => Refused::Expired { source: cause }.into(),
        _ if cause.refused() => Refused::Forbidden {
            table,
            action,
            source: cause,
        }
        .into(),
        _ => Refused::Unreachable {
            table,
            source: cause,
        }
        .into(),
    }
}

/// Looks that the table is there and has the keys that the index needs.
pub(super) async fn check(client: &Client, table: &str) -> Result<TableDescription> {
    let described = client.describe_table().table_name(table).send().await;
    let described =
        described.map_err(|error| refused(table, "dynamodb:DescribeTable", Cause::of(error)))?;
    let description = described
        .table
        .unwrap_or_else(|| TableDescription::builder().build());
    has_keys(table, &description)?;
    Ok(description)
}

pub(super) fn has_keys(table: &str, description: &TableDescription) -> Result<()> {
    let kinds: BTreeMap<&str, &ScalarAttributeType> = description
        .attribute_definitions()
        .iter()
        .map(|one| (one.attribute_name(), one.attribute_type()))
        .collect();
    let key = |schema: &[KeySchemaElement]| {
        let of = |wanted: KeyType| {
            let element = schema.iter().find(|one| *one.key_type() == wanted)?;
            let name = element.attribute_name();
            Some(attribute(name, (*kinds.get(name)?).clone()))
        };
        Some(Key {
            hash: of(KeyType::Hash)?,
            range: of(KeyType::Range),
        })
    };
    let has = key(description.key_schema());
    let needs = own_key();
    if has.as_ref() != Some(&needs) {
        return Err(Refused::OtherKey {
            table: table.to_owned(),
            has: has.map_or_else(|| "nothing".to_owned(), |key| key.to_string()),
            needs,
        }
        .into());
    }
    for (index, needs, _) in indexes() {
        let found = description
            .global_secondary_indexes()
            .iter()
            .find(|one| one.index_name() == Some(index));
        if found.and_then(|one| key(one.key_schema())).as_ref() != Some(&needs) {
            return Err(Refused::NoIndex {
                table: table.to_owned(),
                index,
                needs,
            }
            .into());
        }
    }
    Ok(())
}

/// Makes the table of `dynamodb://table` with its keys, secondary indexes and time to live, and waits until it can be
/// used. Where it is there already, it is looked at, and its time to live turned on; returns whether it was made.
///
/// # Errors
/// `Unavailable` that says what is wrong and what to do.
pub async fn create_table(url: &str, endpoint: Option<&str>) -> Result<bool> {
    let DynamoIndex { client, table } = DynamoIndex::at(url, endpoint).await?;
    let mut attributes = BTreeMap::new();
    let mut create = client
        .create_table()
        .table_name(&table)
        .billing_mode(BillingMode::PayPerRequest)
        .set_key_schema(Some(schema(&own_key(), &mut attributes)?));
    for (name, key, whole) in indexes() {
        let kind = if whole {
            ProjectionType::All
        } else {
            ProjectionType::KeysOnly
        };
        let index = GlobalSecondaryIndex::builder()
            .index_name(name)
            .set_key_schema(Some(schema(&key, &mut attributes)?))
            .projection(Projection::builder().projection_type(kind).build())
            .build();
        create = create.global_secondary_indexes(index.map_err(built)?);
    }
    for (name, kind) in attributes {
        let definition = AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(kind)
            .build();
        create = create.attribute_definitions(definition.map_err(built)?);
    }
    let made = match create.send().await {
        Ok(_) => true,
        Err(error) => {
            let cause = Cause::of(error);
            match cause.code.as_str() {
                "ResourceInUseException" => false,
                _ => return Err(refused(&table, "dynamodb:CreateTable", cause)),
            }
        }
    };
    wait(&client, &table).await?;
    expire(&client, &table).await?;
    Ok(made)
}

fn schema(
    key: &Key,
    attributes: &mut BTreeMap<String, ScalarAttributeType>,
) -> Result<Vec<KeySchemaElement>> {
    let hash = (&key.hash, KeyType::Hash);
    let range = key.range.as_ref().map(|range| (range, KeyType::Range));
    let mut elements = Vec::new();
    for (attribute, kind) in std::iter::once(hash).chain(range) {
        attributes.insert(attribute.name.clone(), attribute.kind.clone());
        let element = KeySchemaElement::builder()
            .attribute_name(&attribute.name)
            .key_type(kind)
            .build();
        elements.push(element.map_err(built)?);
    }
    Ok(elements)
}

fn built(error: aws_sdk_dynamodb::error::BuildError) -> Error {
    Error::backend(BACKEND, error)
}

/// Waits until the table and its secondary indexes can be used.
async fn wait(client: &Client, table: &str) -> Result<()> {
    let begun = tokio::time::Instant::now();
    while begun.elapsed() < COMING {
        let description = check(client, table).await?;
        let indexes = description.global_secondary_indexes();
        let ready = description.table_status() == Some(&TableStatus::Active)
            && indexes.iter().all(|index| {
                index
                    .index_status()
                    .is_none_or(|status| status.as_str() == "ACTIVE")
            });
        if ready {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    Err(Refused::NotReady {
        table: table.to_owned(),
    }
    .into())
}

/// Turns the time to live on, where it is not.
async fn expire(client: &Client, table: &str) -> Result<()> {
    let described = client
        .describe_time_to_live()
        .table_name(table)
        .send()
        .await
        .map_err(|error| refused(table, "dynamodb:DescribeTimeToLive", Cause::of(error)))?;
    let on = described.time_to_live_description.is_some_and(|ttl| {
        ttl.attribute_name.as_deref() == Some(TTL)
            && matches!(
                ttl.time_to_live_status,
                Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)
            )
    });
    if on {
        return Ok(());
    }
    let wanted = TimeToLiveSpecification::builder()
        .enabled(true)
        .attribute_name(TTL)
        .build()
        .map_err(built)?;
    client
        .update_time_to_live()
        .table_name(table)
        .time_to_live_specification(wanted)
        .send()
        .await
        .map_err(failed)?;
    Ok(())
}
