//! S3 (ministack here): what a bucket adds to the contract.

use std::sync::Arc;

use aws_config::BehaviorVersion;
use aws_sdk_s3::Client;
use blog_core::conformance;
use blog_storage::s3::S3Media;
use blog_storage::{Urls, connect};
use uuid::Uuid;

/// The address of the emulator; `None` where there is none and none is required.
fn endpoint() -> Option<String> {
    match std::env::var("BLOG_TEST_AWS_ENDPOINT_URL") {
        Ok(url) => Some(url),
        Err(_) if std::env::var_os("BLOG_TEST_REQUIRE").is_some() => {
            panic!("there is no S3: BLOG_TEST_AWS_ENDPOINT_URL is not set")
        }
        Err(_) => {
            println!("left out: there is no S3 (BLOG_TEST_AWS_ENDPOINT_URL)");
            None
        }
    }
}

/// A new, empty bucket.
async fn bucket(endpoint: &str) -> String {
    let name = format!("blog-{}", Uuid::now_v7().simple());
    let created = client(endpoint).await.create_bucket().bucket(&name).send();
    created.await.expect("a bucket");
    name
}

/// A client past the store.
async fn client(endpoint: &str) -> Client {
    let http = aws_smithy_http_client::Builder::new().build_http();
    let shared = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http)
        .endpoint_url(endpoint)
        .load()
        .await;
    let config = aws_sdk_s3::config::Builder::from(&shared).force_path_style(true);
    Client::from_conf(config.build())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s3_keeps_the_contract() {
    let Some(endpoint) = endpoint() else {
        return;
    };
    let bucket = bucket(&endpoint).await;
    let media = S3Media::open(&format!("s3://{bucket}"), Some(&endpoint))
        .await
        .unwrap();
    let mut stores = connect(&Urls::memory()).await.unwrap();
    stores.backend.media = Arc::new(media);
    let report = conformance::run(&stores.backend).await;
    println!("S3\n{report}");
    report.assert_ok();
}
