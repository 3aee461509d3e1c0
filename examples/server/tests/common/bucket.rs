//! A bucket of S3, on the server that `.ci/servers` starts.

use aws_config::BehaviorVersion;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};

use crate::require::left_out;

/// What a server needs to know of a bucket of its own.
#[derive(Debug)]
pub(crate) struct Bucket {
    pub(crate) variables: Vec<(&'static str, String)>,
}

impl Bucket {
    /// `None` where there is no S3 and none is required.
    pub(crate) async fn new() -> Option<Self> {
        let endpoint = variable("BLOG_TEST_AWS_ENDPOINT_URL")?;
        let http = aws_smithy_http_client::Builder::new().build_http();
        let shared = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .http_client(http)
            .endpoint_url(&endpoint)
            .load()
            .await;
        let config = aws_sdk_s3::config::Builder::from(&shared).force_path_style(true);
        let name = unique();
        let region = shared.region().expect("AWS_REGION").as_ref();
        // Where nothing is said it is us-east-1, which must not be said.
        let place = (region != "us-east-1").then(|| {
            CreateBucketConfiguration::builder()
                .location_constraint(BucketLocationConstraint::from(region))
                .build()
        });
        aws_sdk_s3::Client::from_conf(config.build())
            .create_bucket()
            .bucket(&name)
            .set_create_bucket_configuration(place)
            .send()
            .await
            .expect("a bucket");
        let mut variables = vec![
            ("BLOG_MEDIA_URL", format!("s3://{name}")),
            ("BLOG_AWS_ENDPOINT_URL", endpoint),
        ];
        for name in [
            "AWS_REGION",
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_EC2_METADATA_DISABLED",
        ] {
            variables.push((name, std::env::var(name).expect(name)));
        }
        Some(Self { variables })
    }
}

/// A name that no other run has.
pub(crate) fn unique() -> String {
    let since = std::time::UNIX_EPOCH.elapsed().expect("a clock");
    format!("blog-{}-{}", std::process::id(), since.as_nanos())
}

/// What `.ci/servers` says of a server; `None` where it is not there and not required.
pub(crate) fn variable(name: &str) -> Option<String> {
    let value = std::env::var(name).ok();
    if value.is_none() {
        left_out("a test of stores beyond this machine", name);
    }
    value
}
