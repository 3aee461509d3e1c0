//! What the AWS stores share: credentials and region from the environment, TLS, time-outs, retries.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(2);
/// How long an answer may take to begin, counted from the first byte of the request: a part of an upload is in it.
const ANSWER: Duration = Duration::from_secs(30);
/// How often a request is sent in all, with pauses that grow.
const ATTEMPTS: u32 = 3;

/// The configuration that the environment gives (`AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_PROFILE`, a role of the
/// machine), with one TLS library for all stores. `endpoint` is another server than AWS: an emulator, or a store that
/// speaks the same language.
pub(crate) async fn config(endpoint: Option<&str>) -> SdkConfig {
    let http = Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https();
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .read_timeout(ANSWER)
        .build();
    let loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http)
        .timeout_config(timeouts)
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS));
    match endpoint {
        Some(endpoint) => loader.endpoint_url(endpoint),
        None => loader,
    }
    .load()
    .await
}
