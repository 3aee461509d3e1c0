//! The table: made once, looked at each time, and told apart from what cannot be used.

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use blog_core::ports::ObjectIndex as _;
use blog_storage::dynamodb::{DynamoIndex, create_table};
use uuid::Uuid;

use super::proxy::{Fault, Proxy};
use super::{created, endpoint, removed, table};

/// A client past the adapter.
pub(super) async fn client(endpoint: &str) -> Client {
    let http = aws_smithy_http_client::Builder::new().build_http();
    let shared = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http)
        .endpoint_url(endpoint)
        .load()
        .await;
    Client::new(&shared)
}

/// A table with these keys and no secondary index.
async fn other(endpoint: &str, hash: &str, range: Option<&str>) -> String {
    let name = format!("blog-{}", Uuid::now_v7().simple());
    let element = |name: &str, kind| {
        KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind)
            .build()
            .unwrap()
    };
    let definition = |name: &str| {
        AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(ScalarAttributeType::S)
            .build()
            .unwrap()
    };
    let mut create = client(endpoint)
        .await
        .create_table()
        .table_name(&name)
        .billing_mode(BillingMode::PayPerRequest)
        .key_schema(element(hash, KeyType::Hash))
        .attribute_definitions(definition(hash));
    if let Some(range) = range {
        create = create
            .key_schema(element(range, KeyType::Range))
            .attribute_definitions(definition(range));
    }
    create.send().await.unwrap();
    format!("dynamodb://{name}")
}

#[tokio::test]
async fn making_a_table_again_changes_nothing() {
    let Some(endpoint) = endpoint() else {
        return;
    };
    let url = table(&endpoint).await;
    let index = DynamoIndex::open(&url, Some(&endpoint)).await.unwrap();
    index.apply(&created("a", 1)).await.unwrap();
    assert!(!create_table(&url, Some(&endpoint)).await.unwrap());
    assert!(index.get("media", "a").await.unwrap().is_some());
    let name = url.strip_prefix("dynamodb://").unwrap();
    let ttl = client(&endpoint)
        .await
        .describe_time_to_live()
        .table_name(name)
        .send()
        .await
        .unwrap();
    let ttl = ttl.time_to_live_description.unwrap();
    assert_eq!(ttl.attribute_name.as_deref(), Some("expires_at"));
    assert_eq!(ttl.time_to_live_status.unwrap().as_str(), "ENABLED");
}

#[tokio::test]
async fn the_time_to_live_of_a_tombstone_is_in_seconds_and_not_before_its_end() {
    let Some(endpoint) = endpoint() else {
        return;
    };
    let url = table(&endpoint).await;
    let index = DynamoIndex::open(&url, Some(&endpoint)).await.unwrap();
    index.apply(&created("a", 1)).await.unwrap();
    index.apply(&removed("a", 2)).await.unwrap();
    let name = url.strip_prefix("dynamodb://").unwrap();
    let row = client(&endpoint)
        .await
        .get_item()
        .table_name(name)
        .key(
            "id",
            aws_sdk_dynamodb::types::AttributeValue::S("media/a".to_owned()),
        )
        .send()
        .await
        .unwrap();
    let row = row.item.unwrap();
    let expires: i64 = row["expires_at"].as_n().unwrap().parse().unwrap();
    let ends = 1_800_000_000 + 2 + 90 * 86_400;
    assert_eq!(expires, ends + 1);
    // What is gone is in no list.
    for attribute in ["bucket_shard", "owner_sort"] {
        assert!(!row.contains_key(attribute), "{attribute}");
    }
}

#[tokio::test]
async fn what_cannot_be_used_is_said_in_one_sentence() {
    let Some(endpoint) = endpoint() else {
        return;
    };
    let stranger = Proxy::to(&endpoint, |_, _| Fault::Stranger).await;
    let keyed = other(&endpoint, "pk", Some("sk")).await;
    let bare = other(&endpoint, "id", None).await;
    for (url, endpoint, said) in [
        (
            "dynamodb://not-made",
            endpoint.as_str(),
            "there is no table \"not-made\" here; look at its name and AWS_REGION, or make it with \"blog-server index \
             create-table\"",
        ),
        (
            &keyed,
            &endpoint,
            "has the key pk (S) and sk (S) where the index needs id (S); name another table",
        ),
        (
            &bare,
            &endpoint,
            "lacks the secondary index by_owner on owner (S) and owner_sort (S); add it",
        ),
        (
            "dynamodb://table",
            &stranger.url,
            "these credentials may not use the table \"table\"; look at the key, its secret and the clock, and allow \
             dynamodb:DescribeTable on it",
        ),
        (
            "dynamodb://table",
            "http://127.0.0.1:9",
            "DynamoDB cannot be reached for the table \"table\"; look at the endpoint",
        ),
        (
            "dynamodb://",
            &endpoint,
            "the URL names no table; write dynamodb://table",
        ),
        (
            "dynamodb://a/b",
            &endpoint,
            "the URL names no table; write dynamodb://table",
        ),
        (
            "dynamodb://table?keys=1",
            &endpoint,
            "the URL's option \"keys=1\" is not known; there is endpoint",
        ),
    ] {
        let error = DynamoIndex::open(url, Some(endpoint)).await.expect_err(url);
        assert!(error.chain().contains(said), "{url}: {}", error.chain());
        assert_eq!(error.retry_after(), None, "{url}");
    }
    for (url, said) in [
        (&keyed, "has the key pk (S)"),
        (&bare, "lacks the secondary index"),
    ] {
        let error = create_table(url, Some(&endpoint)).await.expect_err(url);
        assert!(error.chain().contains(said), "{url}: {}", error.chain());
    }
    // An address in the URL counts more than the one for all stores.
    let url = table(&endpoint).await;
    let url = format!("{url}?endpoint={endpoint}");
    DynamoIndex::open(&url, Some("http://127.0.0.1:9"))
        .await
        .unwrap();
}
