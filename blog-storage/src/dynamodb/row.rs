//! A row as DynamoDB has it.
//!
//! | attribute | |
//! |---|---|
//! | `id` | the key: bucket, slash, object key |
//! | `bucket`, `object_key`, `version`, `bytes`, `etag`, `content_type`, `owner`, `first_seen`, `last_seen`, `sequencer` | what [`IndexItem`] has; times in microseconds |
//! | `seq` | the sequencer in the form that is compared |
//! | `owner_sort` | present rows with an owner only: moment and hash, the order of an owner's list |
//! | `bucket_shard` | present rows only: the bucket and one of [`SHARDS`], so that no partition holds a whole bucket |
//! | `tomb` | tombstones only: one of [`SHARDS`] |
//! | `expires_at` | tombstones only: seconds, as the time to live wants them |

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use blog_core::error::{Error, Result};
use blog_core::id::UserId;
use blog_core::model::index::{IndexItem, ObjectState, Sequencer, TOMBSTONE};
use blog_core::page::Cursor;
use blog_core::time::Timestamp;
use uuid::Uuid;

use super::BACKEND;
use crate::row_id::row_id;

/// How many partitions the rows of a bucket are spread over.
pub(super) const SHARDS: u8 = 16;

pub(super) type Attributes = HashMap<String, AttributeValue>;

pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(super) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// The key of a row. What stands before the first slash is the bucket, so none has a slash.
pub(super) fn id(bucket: &str, key: &str) -> String {
    format!("{bucket}/{key}")
}

/// A partition of a bucket's rows.
pub(super) fn shard(bucket: &str, number: u8) -> String {
    format!("{bucket}#{number:x}")
}

/// The place of a row in its owner's list: a text that sorts as the moment does, before 1970 too, and then the hash.
pub(super) fn owner_sort(place: Cursor) -> String {
    let moment = place.at.as_micros() as u64 ^ (1 << 63);
    format!("{moment:016x}#{}", place.id.simple())
}

/// The partition of tombstones.
pub(super) fn tomb(number: u8) -> String {
    format!("{number:x}")
}

/// A bucket's name that could be taken for a bucket and a part of a key.
#[derive(Debug, thiserror::Error)]
#[error("the bucket \"{0}\" has a slash in its name, which this index cannot keep")]
struct Slash(String);

pub(super) fn attributes(item: &IndexItem) -> Result<Attributes> {
    if item.bucket.contains('/') {
        return Err(Error::backend(BACKEND, Slash(item.bucket.clone())));
    }
    let hash = row_id(&item.bucket, &item.key);
    let number_of_shard = hash.as_bytes()[0] % SHARDS;
    let mut row = Attributes::from(
        [
            ("id", text(id(&item.bucket, &item.key))),
            ("bucket", text(&item.bucket)),
            ("object_key", text(&item.key)),
            ("bytes", number(item.size)),
            ("etag", text(&item.etag)),
            ("first_seen", number(item.first_seen.as_micros())),
            ("last_seen", number(item.last_seen.as_micros())),
            ("sequencer", text(item.sequencer.as_str())),
            ("seq", text(item.sequencer.padded())),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    let mut with = |name: &str, value| row.insert(name.to_owned(), value);
    if let Some(version) = &item.version {
        with("version", text(version));
    }
    if let Some(content_type) = &item.content_type {
        with("content_type", text(content_type));
    }
    if let Some(owner) = item.owner {
        with("owner", text(owner.to_string()));
    }
    match item.state {
        ObjectState::Present => {
            with("bucket_shard", text(shard(&item.bucket, number_of_shard)));
            if item.owner.is_some() {
                let place = Cursor {
                    at: item.first_seen,
                    id: hash,
                };
                with("owner_sort", text(owner_sort(place)));
            }
        }
        ObjectState::Tombstone { expires_at } => {
            with("tomb", text(tomb(number_of_shard)));
            let seconds = expires_at.as_micros().div_euclid(1_000_000) + 1;
            with("expires_at", number(seconds));
        }
    }
    Ok(row)
}

/// An attribute that is missing or not what this adapter writes.
#[derive(Debug, thiserror::Error)]
#[error("the attribute {name} of the row {id:?} cannot be read")]
struct Unreadable {
    name: &'static str,
    id: Option<String>,
}

/// Reads a row.
pub(super) fn item(row: &Attributes) -> Result<IndexItem> {
    let unreadable = |name| {
        let id = row.get("id").and_then(|value| value.as_s().ok()).cloned();
        Error::backend(BACKEND, Unreadable { name, id })
    };
    let text = |name| match row.get(name) {
        None => Ok(None),
        Some(AttributeValue::S(text)) => Ok(Some(text.clone())),
        Some(_) => Err(unreadable(name)),
    };
    let needed = |name| text(name)?.ok_or_else(|| unreadable(name));
    let moment = |name| match row.get(name) {
        Some(AttributeValue::N(digits)) => match digits.parse() {
            Ok(micros) => Ok(Timestamp::from_micros(micros)),
            Err(_) => Err(unreadable(name)),
        },
        _ => Err(unreadable(name)),
    };
    let size = match row.get("bytes") {
        Some(AttributeValue::N(digits)) => digits.parse().map_err(|_| unreadable("bytes"))?,
        _ => return Err(unreadable("bytes")),
    };
    let owner = match text("owner")? {
        None => None,
        Some(owner) => Some(UserId::from(
            Uuid::try_parse(&owner).map_err(|_| unreadable("owner"))?,
        )),
    };
    let last_seen = moment("last_seen")?;
    Ok(IndexItem {
        bucket: needed("bucket")?,
        key: needed("object_key")?,
        version: text("version")?,
        size,
        etag: needed("etag")?,
        content_type: text("content_type")?,
        owner,
        first_seen: moment("first_seen")?,
        last_seen,
        sequencer: Sequencer::parse(&needed("sequencer")?)
            .ok_or_else(|| unreadable("sequencer"))?,
        // To the microsecond, which the attribute of the time to live does not know.
        state: match row.get("expires_at") {
            None => ObjectState::Present,
            Some(_) => ObjectState::Tombstone {
                expires_at: last_seen.plus(TOMBSTONE),
            },
        },
    })
}
