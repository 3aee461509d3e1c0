//! What S3's errors mean.

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use blog_core::error::{Conflict, Entity, Error};

use super::BACKEND;

/// What a request came to, where it came to nothing.
#[derive(Debug)]
pub(super) enum Failure {
    /// There is no such object.
    Missing,
    /// `If-None-Match: *` found an object.
    Exists,
    /// Another conditional write of this key was under way.
    Meanwhile,
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
    status: u16,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Failure {
    pub(super) fn error(self) -> Error {
        match self {
            Self::Missing => Error::NotFound(Entity::Object),
            Self::Exists | Self::Meanwhile => Conflict::Exists.into(),
            // Only ranged reads see it, and they ask for the size.
            Self::Range => Error::RangeNotSatisfiable { size: 0 },
            Self::Passing(cause) => Error::unavailable(BACKEND, cause),
            Self::Lasting(cause) => Error::backend(BACKEND, cause),
        }
    }
}

pub(super) trait Failed {
    fn failed(self) -> Failure;
}

impl<E, R> Failed for SdkError<E, R>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: Status + std::fmt::Debug + Send + Sync + 'static,
{
    fn failed(self) -> Failure {
        let status = self.raw_response().map_or(0, Status::status);
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
            status,
            source: Some(self.into()),
            code,
        };
        match (cause.code.as_str(), status) {
            ("NoSuchBucket", _) => Failure::Lasting(cause),
            ("NoSuchKey" | "NotFound", _) | (_, 404) => Failure::Missing,
            ("PreconditionFailed", _) | (_, 412) => Failure::Exists,
            ("ConditionalRequestConflict", _) | (_, 409) => Failure::Meanwhile,
            ("InvalidRange", _) | (_, 416) => Failure::Range,
            ("SlowDown" | "InternalError" | "RequestTimeout", _) | (_, 500..=599 | 429) => {
                Failure::Passing(cause)
            }
            _ if !reached => Failure::Passing(cause),
            _ => Failure::Lasting(cause),
        }
    }
}

/// The status of an answer.
pub(super) trait Status {
    fn status(&self) -> u16;
}

impl Status for aws_sdk_s3::config::http::HttpResponse {
    fn status(&self) -> u16 {
        self.status().as_u16()
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
    #[error("the bucket \"{bucket}\" is in another region; set AWS_REGION to its own")]
    Region { bucket: String, source: Cause },
    #[error(
        "S3 cannot be reached for the bucket \"{bucket}\"; look at the endpoint, the region, the credentials and the \
         network (in a private network S3 needs a gateway endpoint and its route)"
    )]
    Unreachable { bucket: String, source: Cause },
}

/// The sentence for a bucket that does not answer at the start.
pub(super) fn refused(bucket: &str, failure: Failure) -> Error {
    let bucket = bucket.to_owned();
    let refused = match failure {
        Failure::Missing => Refused::Missing { bucket },
        Failure::Lasting(source) if source.code == "NoSuchBucket" => Refused::Missing { bucket },
        Failure::Lasting(source) if matches!(source.status, 301 | 307 | 400) => {
            Refused::Region { bucket, source }
        }
        Failure::Lasting(source) if matches!(source.status, 401 | 403) => {
            Refused::Forbidden { bucket, source }
        }
        Failure::Passing(source) | Failure::Lasting(source) => {
            Refused::Unreachable { bucket, source }
        }
        other => return other.error(),
    };
    Error::Unavailable {
        backend: BACKEND,
        retryable: false,
        source: refused.into(),
    }
}
