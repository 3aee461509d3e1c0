//! What the AWS stores share: credentials and region from the environment, TLS, time limits, retries.

pub(crate) mod trouble;

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(1);
/// How long an answer may take to begin.
const ANSWER: Duration = Duration::from_secs(5);
/// How long an operation may take in all, its repetitions and their pauses included.
const OPERATION: Duration = Duration::from_secs(10);
/// How often a request is sent in all, with pauses that grow. The SDK has a budget beside it: where much fails, nothing
/// is sent again.
pub(crate) const ATTEMPTS: u32 = 3;

/// The configuration that the environment gives (`AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_PROFILE`, a role of the
/// machine), with one TLS library for all stores. `endpoint` is another server than AWS: an emulator, or a store that
/// speaks the same language.
pub(crate) async fn config(endpoint: Option<&str>) -> SdkConfig {
    let http = Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https();
    let loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http)
        .timeout_config(limits(ANSWER, OPERATION))
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS));
    match endpoint {
        Some(endpoint) => loader.endpoint_url(endpoint),
        None => loader,
    }
    .load()
    .await
}

/// Limits of an operation whose answer may take so long to begin, counted from the first byte of the request.
pub(crate) fn limits(answer: Duration, operation: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .read_timeout(answer)
        .operation_timeout(operation)
        .build()
}

/// What the environment lacks, and what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Lacks {
    #[error("no AWS region is set; set AWS_REGION")]
    Region,
    /// The places that were looked at are a list of lines, which says nothing to anybody.
    #[error(
        "there are no AWS credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or AWS_PROFILE, or give this \
         machine a role"
    )]
    Credentials,
    #[error("the AWS credentials cannot be read")]
    CredentialsRead(#[source] CredentialsError),
}

/// Looks that there are a region and credentials at all, since the errors of requests without them name neither; where
/// credentials come from.
pub(crate) async fn check(config: &SdkConfig) -> Result<SharedCredentialsProvider, Lacks> {
    if config.region().is_none() {
        return Err(Lacks::Region);
    }
    let provider = config.credentials_provider().ok_or(Lacks::Credentials)?;
    match provider.provide_credentials().await {
        Ok(_) => Ok(provider),
        Err(CredentialsError::CredentialsNotLoaded(_)) => Err(Lacks::Credentials),
        Err(error) => Err(Lacks::CredentialsRead(error)),
    }
}

impl Lacks {
    /// What is wrong and what to do, with what it came from.
    pub(crate) fn sentence(&self) -> String {
        match std::error::Error::source(self) {
            None => self.to_string(),
            Some(source) => {
                let mut sentence = format!("{self}: {source}");
                let mut source = source.source();
                while let Some(cause) = source {
                    sentence.push_str(&format!(": {cause}"));
                    source = cause.source();
                }
                sentence.push_str(
                    "; look at AWS_PROFILE and the file that it names, or give this machine a role",
                );
                sentence
            }
        }
    }
}
