//! What S3's errors mean.

use aws_sdk_s3::config::interceptors::InterceptorContext;
use aws_sdk_s3::config::retry::{ClassifyRetry, RetryAction};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use blog_core::error::{Conflict, Entity, Error};

use super::BACKEND;
use crate::aws::trouble::{EXPIRED, Trouble};

/// What a request came to, where it came to nothing.
#[derive(Debug)]
pub(super) enum Failure {
    /// There is no such object.
    Missing,
    /// `If-None-Match: *` found an object.
    Exists,
    /// Another conditional write of this key was under way.
    Meanwhile(Cause),
    /// There is no such upload: it was completed, or aborted.
    Ended(Cause),
    /// The range holds no byte.
    Range,
    /// It may pass: slow down, an internal error, no connection, no answer in time.
    Passing(Cause),
    /// It does not pass by itself.
    Lasting(Cause),
}

/// An error of the SDK, in one line, with what it came from.
#[derive(Debug, thiserror::Error)]
#[error("{said}")]
pub(super) struct Cause {
    said: String,
    code: String,
    trouble: Trouble,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Failure {
    /// Whether an answer without a body, as that to a HEAD, leaves open what is the matter.
    pub(super) fn is_unsaid(&self) -> bool {
        matches!(self, Self::Lasting(cause) if cause.code.is_empty() && !matches!(cause.trouble, Trouble::Region(Some(_))))
    }

    pub(super) fn error(self) -> Error {
        match self {
            Self::Missing => Error::NotFound(Entity::Object),
            Self::Exists => Conflict::Exists.into(),
            // Only ranged reads see it, and they ask for the size.
            Self::Range => Error::RangeNotSatisfiable { size: 0 },
            // The same again, from its start, may well succeed.
            Self::Passing(cause) | Self::Meanwhile(cause) | Self::Ended(cause) => {
                Error::unavailable(BACKEND, cause)
            }
            Self::Lasting(cause) => Error::backend(BACKEND, cause),
        }
    }
}

pub(super) trait Failed {
    fn failed(self) -> Failure;
}

impl<E> Failed for SdkError<E>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    fn failed(self) -> Failure {
        let answer = self.raw_response();
        let status = answer.map_or(0, |answer| answer.status().as_u16());
        let trouble = Trouble::of(&self);
        let code = self.code().unwrap_or_default().to_owned();
        let said = match (self.message(), &self) {
            (Some(message), _) if !code.is_empty() => format!("{code}: {message}"),
            (_, SdkError::TimeoutError(_)) => "no answer in time".to_owned(),
            (_, SdkError::DispatchFailure(_)) => "no connection".to_owned(),
            (_, SdkError::ServiceError(_)) => format!("status {status} {code}"),
            _ => "the request or its answer is broken".to_owned(),
        };
        let reached = matches!(self, SdkError::ServiceError(_));
        let cause = Cause {
            said,
            trouble,
            source: Some(self.into()),
            code,
        };
        match (cause.code.as_str(), status) {
            ("NoSuchBucket", _) => Failure::Lasting(cause),
            ("NoSuchUpload", _) => Failure::Ended(cause),
            ("NoSuchKey" | "NotFound", _) | (_, 404) => Failure::Missing,
            ("PreconditionFailed", _) | (_, 412) => Failure::Exists,
            ("ConditionalRequestConflict", _) | (_, 409) => Failure::Meanwhile(cause),
            ("InvalidRange", _) | (_, 416) => Failure::Range,
            ("SlowDown" | "InternalError" | "RequestTimeout" | "BadDigest", _)
            | (_, 500..=599 | 429) => Failure::Passing(cause),
            _ if !reached => Failure::Passing(cause),
            _ => Failure::Lasting(cause),
        }
    }
}

/// Has what was damaged on its way sent again: S3 answers that its checksum is another, which the SDK takes for the
/// client's mistake.
#[derive(Debug)]
pub(super) struct DamagedOnItsWay;

impl ClassifyRetry for DamagedOnItsWay {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        const SAID: &[u8] = b"<Code>BadDigest</Code>";
        let answer = context.response();
        let answer = answer.filter(|answer| answer.status().as_u16() == 400);
        let damaged = answer
            .and_then(|answer| answer.body().bytes())
            .is_some_and(|body| body.windows(SAID.len()).any(|window| window == SAID));
        match damaged {
            true => RetryAction::transient_error(),
            false => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "damaged on its way"
    }
}

/// Why a bucket cannot be used, and what to do.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("there is no bucket \"{bucket}\" here; look at its name and region, or create it")]
    Missing { bucket: String },
    #[error(
        "these credentials may not use the bucket \"{bucket}\"; look at the key, its secret and the clock, and allow \
         s3:ListBucket on it"
    )]
    Forbidden { bucket: String, source: Cause },
    #[error("{EXPIRED}")]
    Expired { source: Cause },
    #[error("the bucket \"{bucket}\" is in another region; set AWS_REGION to {region}")]
    Region {
        bucket: String,
        region: String,
        source: Cause,
    },
    #[error(
        "S3 cannot be reached at {at} for the bucket \"{bucket}\"; look at BLOG_AWS_ENDPOINT_URL, AWS_REGION and the \
         network (in a private network S3 needs a gateway endpoint and its route)"
    )]
    Unreachable {
        bucket: String,
        at: String,
        source: Cause,
    },
}

/// The sentence for a bucket that does not answer at the start.
pub(super) fn refused(bucket: &str, endpoint: Option<&str>, failure: Failure) -> Error {
    let bucket = bucket.to_owned();
    let cause = match failure {
        Failure::Missing => None,
        Failure::Passing(cause) | Failure::Lasting(cause) => Some(cause),
        other => return other.error(),
    };
    let trouble = cause.as_ref().map(|cause| cause.trouble.clone());
    let refused = match (trouble, cause) {
        (None | Some(Trouble::Missing), _) | (_, None) => Refused::Missing { bucket },
        (Some(Trouble::Region(region)), Some(source)) => Refused::Region {
            bucket,
            region: region.unwrap_or_else(|| "its own".to_owned()),
            source,
        },
        (Some(Trouble::Expired), Some(source)) => Refused::Expired { source },
        (
            Some(
                Trouble::Denied(_)
                | Trouble::UnknownKey
                | Trouble::Secret
                | Trouble::Token
                | Trouble::Clock(_),
            ),
            Some(source),
        ) => Refused::Forbidden { bucket, source },
        (_, Some(source)) => Refused::Unreachable {
            bucket,
            at: endpoint.unwrap_or("AWS").to_owned(),
            source,
        },
    };
    Error::Unavailable {
        backend: BACKEND,
        retryable: false,
        source: refused.into(),
    }
}
