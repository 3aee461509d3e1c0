//! S3 (ministack here): what a bucket adds to the contract.

mod bucket;
mod faults;
mod grants;
mod headers;
mod signed;
mod uploads;

use std::collections::BTreeSet;

use blog_core::conformance;
use blog_storage::connect::ConnectError;
use blog_storage::{Urls, connect};

use crate::relay::Relay;
use bucket::Bucket;

/// The kit in full, and what it made the adapter ask S3 for is what the adapter says that it asks.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s3_keeps_the_contract_with_the_actions_that_it_declares() {
    let Some(bucket) = Bucket::new().await else {
        return;
    };
    let relay = Relay::to(bucket.endpoint()).await;
    let urls = Urls {
        media: bucket.url(),
        aws_endpoint: Some(relay.endpoint()),
        ..Urls::memory()
    };
    let stores = connect(&urls).await.unwrap();
    let report = conformance::run(&stores.backend).await;
    println!("S3\n{report}");
    report.assert_ok();
    uploads::long_ones(&*stores.backend.media).await;

    let asked = relay.operations();
    let declared: BTreeSet<_> = blog_storage::s3::ACTIONS
        .iter()
        .map(|(operation, _)| (*operation).to_owned())
        .collect();
    assert_eq!(asked, declared);
    for operation in asked {
        println!("S3 was asked for {operation}");
    }
}

/// What an operator reads.
fn chain(error: &ConnectError) -> String {
    match error {
        ConnectError::Open { source, .. } => source.chain(),
        other => other.to_string(),
    }
}
