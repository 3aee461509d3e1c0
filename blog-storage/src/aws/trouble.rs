//! Why AWS did not do what it was asked, and what to do about it: the codes of S3
//! (<https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>), of DynamoDB
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html>) and those that both share
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html>).

use std::time::SystemTime;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::doctor::{Finding, Network};

/// What is the matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// There is no such bucket or table.
    Missing,
    /// It is in another region: this one, when the answer says so.
    Region(Option<String>),
    /// The credentials' time is over.
    Expired,
    /// Nobody has this access key.
    UnknownKey,
    /// The secret is not the key's.
    Secret,
    /// The session token is none, or not the key's.
    Token,
    /// This machine's clock is wrong, by so many seconds where that is known: less than 0 where it is slow.
    Clock(Option<i64>),
    /// Something does not allow it.
    Denied(Denied),
    /// The key that encrypts cannot be used.
    Key(String),
    /// Too much was asked.
    Throttled,
    /// The service has an error of its own.
    Failing(u16),
    /// The account does not use the service.
    Account(String),
    /// The server does not know what it is asked for.
    Unknown(String),
    /// The service was not reached.
    Network(Network),
    /// Anything else, in the words of whoever met it.
    Other(String),
}

/// What does not allow it, as far as the answer tells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Denied {
    action: Option<String>,
    resource: Option<String>,
    /// What holds the statement that denies it.
    denying: Option<String>,
    /// What should allow it and does not.
    lacking: Option<String>,
}

impl Denied {
    /// From a sentence such as "User: arn:… is not authorized to perform: s3:PutObject on resource: \"arn:…\" because no
    /// identity-based policy allows the s3:PutObject action".
    fn read(message: &str) -> Self {
        let word = |behind: &str| {
            let (_, rest) = message.split_once(behind)?;
            let word = rest
                .split_whitespace()
                .next()?
                .trim_matches(['"', '\'', ',']);
            (!word.is_empty()).then(|| word.to_owned())
        };
        let between = |begin: &str, end: &str| {
            let (_, rest) = message.split_once(begin)?;
            let text = match end {
                "" => rest,
                _ => rest.split_once(end)?.0,
            };
            let text = text.trim().trim_end_matches('.');
            (!text.is_empty()).then(|| text.to_owned())
        };
        Self {
            action: word("is not authorized to perform: "),
            resource: word(" on resource: "),
            denying: between("with an explicit deny in a ", "")
                .or_else(|| between("with an explicit deny in an ", "")),
            lacking: between("because no ", " allows"),
        }
    }
}

impl Trouble {
    /// By the answer, or by why there is none.
    pub(crate) fn of<E>(error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let answer = error.raw_response();
        let header = |name| answer.and_then(|answer| answer.headers().get(name));
        let code = error.code().unwrap_or_default();
        let message = error.message().unwrap_or_default();
        let Some(status) = answer.map(|answer| answer.status().as_u16()) else {
            return Self::unreached(error);
        };
        if let Some(trouble) = Self::of_code(code, message) {
            return match trouble {
                Self::Region(None) => {
                    Self::Region(header("x-amz-bucket-region").map(str::to_owned))
                }
                Self::Clock(_) => Self::Clock(header("date").and_then(fast_by)),
                other => other,
            };
        }
        match (status, header("x-amz-bucket-region")) {
            // A question for another region's bucket is led there, or not understood.
            (301 | 307 | 400, Some(region)) => Self::Region(Some(region.to_owned())),
            (301 | 307, None) => Self::Region(None),
            (401 | 403, _) => Self::Denied(Denied::read(message)),
            (404, _) => Self::Missing,
            (429, _) => Self::Throttled,
            (501, _) => Self::Unknown(said(code, message, status)),
            (500..=599, _) => Self::Failing(status),
            _ => Self::Other(said(code, message, status)),
        }
    }

    fn of_code(code: &str, message: &str) -> Option<Self> {
        Some(match code {
            "NoSuchBucket" | "ResourceNotFoundException" => Self::Missing,
            "PermanentRedirect" | "TemporaryRedirect" | "IllegalLocationConstraintException" => {
                Self::Region(None)
            }
            "AuthorizationHeaderMalformed" => {
                let expected = message.split_once("expecting '");
                let region = expected.and_then(|(_, rest)| rest.split('\'').next());
                Self::Region(region.map(str::to_owned))
            }
            "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired" => Self::Expired,
            "InvalidAccessKeyId" | "UnrecognizedClientException" | "InvalidClientTokenId" => {
                Self::UnknownKey
            }
            "RequestTimeTooSkewed" | "RequestExpired" | "RequestInTheFuture" => Self::Clock(None),
            // The same code stands for a wrong secret and for a wrong time.
            "SignatureDoesNotMatch" | "InvalidSignatureException"
                if message.contains("Signature expired")
                    || message.contains("Signature not yet current") =>
            {
                Self::Clock(None)
            }
            "SignatureDoesNotMatch" | "InvalidSignatureException" => Self::Secret,
            "InvalidToken" | "InvalidTokenId" => Self::Token,
            "AccessDenied" | "AccessDeniedException" | "AllAccessDisabled" => {
                Self::Denied(Denied::read(message))
            }
            "SlowDown"
            | "ThrottlingException"
            | "ProvisionedThroughputExceededException"
            | "RequestLimitExceeded"
            | "LimitExceededException" => Self::Throttled,
            "NotSignedUp"
            | "OptInRequired"
            | "SubscriptionRequiredException"
            | "AccountProblem" => Self::Account(message.to_owned()),
            "NotImplemented" | "UnknownOperationException" => {
                Self::Unknown(format!("{code}: {message}"))
            }
            _ if code.starts_with("KMS.") || code.starts_with("KMS") => {
                Self::Key(message.trim_end_matches('.').to_owned())
            }
            _ => return None,
        })
    }

    fn unreached<E>(error: &SdkError<E, HttpResponse>) -> Self
    where
        E: std::error::Error + 'static,
    {
        match Network::of(error) {
            Some(network) => Self::Network(network),
            None if matches!(error, SdkError::TimeoutError(_)) => Self::Network(Network::Silent),
            None => {
                let mut said = error.to_string();
                let mut source = std::error::Error::source(error);
                while let Some(cause) = source {
                    said.push_str(": ");
                    said.push_str(&cause.to_string());
                    source = cause.source();
                }
                Self::Other(said)
            }
        }
    }

    /// The finding for this trouble, where `fine` is what would have been found without.
    pub(crate) fn finding(&self, fine: Finding, place: &Place<'_>) -> Finding {
        let mut finding = fine;
        if let Self::Denied(denied) = self {
            if let Some(action) = &denied.action {
                finding.action.clone_from(action);
            }
            // The object of a probe is one of those that all have to be allowed.
            let of_all = finding.resource.strip_suffix('*');
            if let Some(resource) = &denied.resource
                && !of_all.is_some_and(|all| resource.starts_with(all))
            {
                finding.resource.clone_from(resource);
            }
        }
        finding.failed(self.remedy(place))
    }

    /// What is the matter, and what to do.
    pub(crate) fn remedy(&self, place: &Place<'_>) -> String {
        let (service, thing) = (place.service, place.thing);
        match self {
            Self::Missing => format!(
                "there is no {thing} here; look at its name and at AWS_REGION ({}), or {}",
                place.region, place.making
            ),
            Self::Region(Some(region)) => {
                format!("the {thing} is in another region; set AWS_REGION to {region}")
            }
            Self::Region(None) => format!(
                "the {thing} is in another region than {}; set AWS_REGION to its own",
                place.region
            ),
            Self::Expired => EXPIRED.to_owned(),
            Self::UnknownKey => {
                "AWS knows no such access key; look at AWS_ACCESS_KEY_ID or AWS_PROFILE, and whether the key was \
                 deactivated or deleted"
                    .to_owned()
            }
            Self::Secret => {
                "the secret is not that of the access key; look at AWS_SECRET_ACCESS_KEY, and whether a line end or a \
                 space came with it"
                    .to_owned()
            }
            Self::Token => {
                "the session token is not that of the access key; take AWS_SESSION_TOKEN from where the key came from, \
                 or leave it away for a key that needs none"
                    .to_owned()
            }
            Self::Clock(seconds) => {
                let wrong = match seconds {
                    None => "wrong".to_owned(),
                    Some(fast) => {
                        let minutes = (fast.abs() + 30) / 60;
                        let way = if *fast < 0 { "slow" } else { "fast" };
                        format!("{minutes} minutes {way}")
                    }
                };
                format!("this machine's clock is {wrong}; have it set by NTP (chrony, systemd-timesyncd)")
            }
            Self::Denied(denied) => denied.remedy(),
            Self::Key(said) => format!(
                "the key that encrypts the {thing} cannot be used ({said}); enable the key in KMS, or name another one"
            ),
            Self::Throttled => format!(
                "{service} asks to slow down; wait a moment and try again, and if it stays, spread the load or raise the \
                 limits"
            ),
            Self::Failing(status) => format!(
                "{service} has an error of its own (status {status}); wait and try again, and look at \
                 https://health.aws.amazon.com/"
            ),
            Self::Account(said) => {
                format!("this account does not use {service} ({said}); sign in to the console and enable it")
            }
            Self::Unknown(said) => format!(
                "what answers does not know this request ({said}); look at BLOG_AWS_ENDPOINT_URL, and whether that \
                 server speaks all of {service}"
            ),
            Self::Network(network) => place.unreached(*network),
            Self::Other(said) => {
                format!("{service} does not do it ({said}); look at the address, the region and the credentials")
            }
        }
    }
}

/// For credentials whose time is over.
pub(crate) const EXPIRED: &str = "the AWS credentials have expired; log in again (aws sso login), or set a new \
     AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN";

impl Denied {
    fn remedy(&self) -> String {
        match self {
            Self {
                denying: Some(policy),
                ..
            } => format!("a statement of the {policy} denies it; take it away there"),
            Self {
                lacking: Some(policy),
                ..
            } => format!("no {policy} allows it; allow this action on this resource there"),
            _ => "these credentials may not do it; allow this action on this resource in the policy of their user or \
                  role, and look whether the resource's own policy denies it"
                .to_owned(),
        }
    }
}

/// Where something was asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    /// "S3".
    pub(crate) service: &'static str,
    /// `bucket "pictures"`.
    pub(crate) thing: &'a str,
    /// How one comes to be there.
    pub(crate) making: &'static str,
    pub(crate) region: &'a str,
    /// Another server than AWS.
    pub(crate) endpoint: Option<&'a str>,
}

impl Place<'_> {
    /// Notes what was found by asking for something here: `fine`, or what is the matter. What was answered.
    pub(crate) fn note<T, E>(
        &self,
        findings: &mut Vec<Finding>,
        fine: Finding,
        answer: Result<T, SdkError<E, HttpResponse>>,
    ) -> Option<T>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        match answer {
            Ok(answer) => {
                findings.push(fine);
                Some(answer)
            }
            Err(error) => {
                findings.push(Trouble::of(&error).finding(fine, self));
                None
            }
        }
    }

    fn unreached(&self, network: Network) -> String {
        let (service, region) = (self.service, self.region);
        let Some(endpoint) = self.endpoint else {
            let place = format!("{service} in {region}");
            return match network {
                Network::NoRoute => format!(
                    "no connection to {place} comes about; in a private network {service} needs a gateway endpoint, and \
                     the route table of this subnet its route; look at the security group and the network ACL too"
                ),
                Network::Name => format!(
                    "nobody knows the name of {place}; look at AWS_REGION, and at the DNS of this network"
                ),
                other => other.remedy(&place),
            };
        };
        match network {
            Network::NoRoute => format!(
                "no connection to {endpoint} comes about; look at BLOG_AWS_ENDPOINT_URL; in a private network of AWS \
                 {service} needs a gateway endpoint, and the route table of this subnet its route"
            ),
            other => other.remedy(endpoint),
        }
    }
}

/// The beginning of the ARNs of a region.
pub(crate) fn partition(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

fn said(code: &str, message: &str, status: u16) -> String {
    match (code, message) {
        ("", "") => format!("status {status}"),
        ("", message) => message.to_owned(),
        (code, "") => code.to_owned(),
        (code, message) => format!("{code}: {message}"),
    }
}

/// By how many seconds this machine's clock is fast, by the date of an answer.
fn fast_by(date: &str) -> Option<i64> {
    let theirs = httpdate::parse_http_date(date).ok()?;
    let seconds = |gap: std::time::Duration| i64::try_from(gap.as_secs()).unwrap_or(i64::MAX);
    Some(match SystemTime::now().duration_since(theirs) {
        Ok(ahead) => seconds(ahead),
        Err(behind) => -seconds(behind.duration()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_action_resource_and_what_refuses() {
        let denied = Denied::read(
            "User: arn:aws:sts::1:assumed-role/blog/i-1 is not authorized to perform: kms:GenerateDataKey on resource: \
             \"arn:aws:kms:eu-west-1:1:key/k\" because no identity-based policy allows the kms:GenerateDataKey action",
        );
        assert_eq!(denied.action.as_deref(), Some("kms:GenerateDataKey"));
        assert_eq!(
            denied.resource.as_deref(),
            Some("arn:aws:kms:eu-west-1:1:key/k")
        );
        assert_eq!(
            denied.remedy(),
            "no identity-based policy allows it; allow this action on this resource there"
        );
        let denied = Denied::read(
            "User: arn:aws:iam::1:user/blog is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::b/k with \
             an explicit deny in a VPC endpoint policy",
        );
        assert_eq!(
            denied.remedy(),
            "a statement of the VPC endpoint policy denies it; take it away there"
        );
        assert_eq!(Denied::read("Access Denied"), Denied::default());
    }
}
