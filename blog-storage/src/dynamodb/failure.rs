//! What DynamoDB's errors mean.

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use blog_core::error::Error;

use super::BACKEND;
use crate::aws::trouble::Trouble;

/// A row that others wrote each time before this write came.
#[derive(Debug, thiserror::Error)]
#[error("{0} writes of one row met others; try again later")]
pub(super) struct Contended(pub(super) u32);

/// An error of the SDK, in one line, with what it came from.
#[derive(Debug, thiserror::Error)]
#[error("{said}")]
pub(super) struct Cause {
    said: String,
    pub(super) code: String,
    pub(super) trouble: Trouble,
    /// Whether DynamoDB answered at all.
    pub(super) answered: bool,
    status: u16,
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl Cause {
    pub(super) fn of<E>(error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let status = error
            .raw_response()
            .map_or(0, |answer| answer.status().as_u16());
        let code = error.code().unwrap_or_default().to_owned();
        let trouble = Trouble::of(&error);
        let said = match (error.message(), &error) {
            (Some(message), _) if !code.is_empty() => format!("{code}: {message}"),
            (_, SdkError::TimeoutError(_)) => "no answer in time".to_owned(),
            (_, SdkError::DispatchFailure(_)) => "no connection".to_owned(),
            (_, SdkError::ServiceError(_)) => format!("status {status} {code}"),
            _ => "the request or its answer is broken".to_owned(),
        };
        Self {
            said,
            answered: matches!(error, SdkError::ServiceError(_)),
            status,
            code,
            trouble,
            source: Box::new(error),
        }
    }

    /// It may pass by itself. The SDK has tried again within its budget before.
    fn passes(&self) -> bool {
        let throttled = matches!(
            self.code.as_str(),
            "ProvisionedThroughputExceededException"
                | "ThrottlingException"
                | "RequestLimitExceeded"
                | "LimitExceededException"
                | "InternalServerError"
                | "TransactionInProgressException"
                | "ReplicatedWriteConflictException"
        );
        !self.answered || throttled || matches!(self.status, 429 | 500..=599)
    }

    /// The credentials, or what they allow, are why.
    pub(super) fn refused(&self) -> bool {
        matches!(
            self.code.as_str(),
            "AccessDeniedException"
                | "UnrecognizedClientException"
                | "InvalidSignatureException"
                | "IncompleteSignatureException"
                | "MissingAuthenticationTokenException"
                | "MissingAuthenticationToken"
                | "ExpiredTokenException"
                | "InvalidClientTokenId"
        )
    }
}

/// The blog's error for an error of the SDK.
pub(super) fn failed<E>(error: SdkError<E, HttpResponse>) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let cause = Cause::of(error);
    if cause.passes() {
        Error::unavailable(BACKEND, cause)
    } else {
        Error::backend(BACKEND, cause)
    }
}
