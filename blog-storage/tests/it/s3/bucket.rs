//! A test's own bucket.

use aws_config::BehaviorVersion;
use aws_sdk_s3::Client;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use blog_storage::s3::S3Media;
use uuid::Uuid;

/// A bucket on the server of the tests.
#[derive(Debug)]
pub(crate) struct Bucket {
    pub(crate) name: String,
    /// Past the store.
    pub(crate) client: Client,
    endpoint: String,
}

impl Bucket {
    /// A new, empty one; `None` where there is no S3 and none is required.
    pub(crate) async fn new() -> Option<Self> {
        let endpoint = match std::env::var("BLOG_TEST_AWS_ENDPOINT_URL") {
            Ok(url) => url,
            Err(_) if std::env::var_os("BLOG_TEST_REQUIRE").is_some() => {
                panic!("there is no S3: BLOG_TEST_AWS_ENDPOINT_URL is not set")
            }
            Err(_) => {
                println!("left out: there is no S3 (BLOG_TEST_AWS_ENDPOINT_URL)");
                return None;
            }
        };
        Some(Self::at(&endpoint).await)
    }

    /// A new, empty one on this server.
    pub(crate) async fn at(endpoint: &str) -> Self {
        let http = aws_smithy_http_client::Builder::new().build_http();
        let shared = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .http_client(http)
            .endpoint_url(endpoint)
            .load()
            .await;
        let config = aws_sdk_s3::config::Builder::from(&shared).force_path_style(true);
        let client = Client::from_conf(config.build());
        let name = format!("blog-{}", Uuid::now_v7().simple());
        let region = shared.region().expect("AWS_REGION").as_ref();
        // Where nothing is said it is us-east-1, which must not be said.
        let place = (region != "us-east-1").then(|| {
            CreateBucketConfiguration::builder()
                .location_constraint(BucketLocationConstraint::from(region))
                .build()
        });
        client
            .create_bucket()
            .bucket(&name)
            .set_create_bucket_configuration(place)
            .send()
            .await
            .expect("a bucket");
        Self {
            name,
            client,
            endpoint: endpoint.to_owned(),
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("s3://{}", self.name)
    }

    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The store on it, by way of this endpoint.
    pub(crate) async fn media(&self, endpoint: &str) -> S3Media {
        S3Media::open(&self.url(), Some(endpoint)).await.unwrap()
    }

    /// How many uploads are neither completed nor aborted.
    pub(crate) async fn open_uploads(&self) -> usize {
        let listed = self.client.list_multipart_uploads().bucket(&self.name);
        let listed = listed.send().await.expect("a list of uploads");
        listed.uploads().len()
    }

    /// The keys that are there.
    pub(crate) async fn keys(&self) -> Vec<String> {
        let listed = self.client.list_objects_v2().bucket(&self.name);
        let listed = listed.send().await.expect("a list of objects");
        let keys = listed.contents().iter();
        keys.map(|object| object.key().unwrap_or_default().to_owned())
            .collect()
    }
}
