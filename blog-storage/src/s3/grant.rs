//! What lets somebody without credentials read or write one object for a while.

use std::ops::RangeInclusive;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials as _;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use blog_core::Result;
use blog_core::error::Error;
use blog_core::model::media::ObjectKey;
use serde_json::json;

use super::failure::Failed as _;
use super::{BACKEND, S3Media};

/// How long a form may be sent.
const FORM: Duration = Duration::from_secs(5 * 60);

/// A request that carries its own permission.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Presigned {
    /// Where it goes.
    pub url: String,
    /// The headers that must go with it as they are, beside those that every client makes.
    pub headers: Vec<(String, String)>,
}

/// A form with which a browser sends one file straight into the bucket, as `multipart/form-data` by `POST`, its field
/// `file` behind these.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UploadForm {
    /// Where it goes.
    pub url: String,
    /// Its hidden fields, in this order.
    pub fields: Vec<(&'static str, String)>,
}

impl S3Media {
    /// An address that reads this object for so long, at most seven days.
    ///
    /// # Errors
    /// `Backend` for a time that is too long, `Unavailable` without credentials.
    pub async fn presigned_get(&self, key: &ObjectKey, lifetime: Duration) -> Result<Presigned> {
        let request = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(key.as_str())
            .presigned(lasting(lifetime)?)
            .await;
        request
            .map(presigned)
            .map_err(|error| error.failed().error())
    }

    /// A `PUT` that creates this object, of this type, within so long, at most seven days. It says nothing of the size:
    /// see [`upload_form`](S3Media::upload_form).
    ///
    /// # Errors
    /// As [`presigned_get`](S3Media::presigned_get).
    pub async fn presigned_put(
        &self,
        key: &ObjectKey,
        content_type: &str,
        lifetime: Duration,
    ) -> Result<Presigned> {
        let request = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key.as_str())
            .content_type(content_type)
            .set_server_side_encryption(self.encryption())
            .set_ssekms_key_id(self.kms.clone())
            .if_none_match("*")
            .presigned(lasting(lifetime)?)
            .await;
        request
            .map(presigned)
            .map_err(|error| error.failed().error())
    }

    /// A form that stores a file under this very key, of this very type and of a size in `bytes`, within five minutes
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html>). Such a form can replace
    /// an object, so the key is to be a new one.
    ///
    /// # Errors
    /// `Unavailable` without credentials.
    pub async fn upload_form(
        &self,
        key: &ObjectKey,
        content_type: &str,
        bytes: RangeInclusive<u64>,
    ) -> Result<UploadForm> {
        let credentials = self
            .credentials
            .provide_credentials()
            .await
            .map_err(|error| Error::unavailable(BACKEND, error))?;
        // The bucket has its address in its objects' ones.
        let inside = self.presigned_get(key, FORM).await?.url;
        let end = inside.find('?').unwrap_or(inside.len());
        let url = inside[..end].strip_suffix(key.as_str());
        let form = Form {
            bucket: &self.bucket,
            key: key.as_str(),
            content_type,
            bytes,
            kms: self.kms.as_deref(),
            region: self.client.config().region().map_or("", AsRef::as_ref),
        };
        Ok(UploadForm {
            url: url.unwrap_or_default().to_owned(),
            fields: form.fields(&credentials, SystemTime::now()),
        })
    }
}

fn lasting(lifetime: Duration) -> Result<PresigningConfig> {
    PresigningConfig::expires_in(lifetime).map_err(|error| Error::backend(BACKEND, error))
}

fn presigned(request: aws_sdk_s3::presigning::PresignedRequest) -> Presigned {
    let headers = request.headers();
    Presigned {
        url: request.uri().to_owned(),
        headers: headers
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    }
}

/// What a form allows.
struct Form<'a> {
    bucket: &'a str,
    key: &'a str,
    content_type: &'a str,
    bytes: RangeInclusive<u64>,
    kms: Option<&'a str>,
    region: &'a str,
}

impl Form<'_> {
    /// The fields, the policy that demands them, and its signature.
    fn fields(&self, credentials: &Credentials, now: SystemTime) -> Vec<(&'static str, String)> {
        let date = time(now).replace(['-', ':'], "");
        let day = date.split('T').next().unwrap_or_default();
        let by = format!(
            "{}/{day}/{}/s3/aws4_request",
            credentials.access_key_id(),
            self.region
        );
        let mut fields = vec![
            ("key", self.key.to_owned()),
            ("Content-Type", self.content_type.to_owned()),
            ("x-amz-algorithm", "AWS4-HMAC-SHA256".to_owned()),
            ("x-amz-credential", by),
            ("x-amz-date", date),
        ];
        if let Some(key) = self.kms {
            fields.push(("x-amz-server-side-encryption", "aws:kms".to_owned()));
            fields.push((
                "x-amz-server-side-encryption-aws-kms-key-id",
                key.to_owned(),
            ));
        }
        if let Some(token) = credentials.session_token() {
            fields.push(("x-amz-security-token", token.to_owned()));
        }
        let mut conditions = vec![
            json!({ "bucket": self.bucket }),
            json!(["content-length-range", self.bytes.start(), self.bytes.end()]),
        ];
        conditions.extend(fields.iter().map(|(name, value)| json!({ *name: value })));
        let policy = json!({ "expiration": time(now + FORM), "conditions": conditions });
        let policy = STANDARD.encode(policy.to_string());
        let signature = signature(credentials, self.region, now, &policy);
        fields.push(("policy", policy));
        fields.push(("x-amz-signature", signature));
        fields
    }
}

/// Signature version 4 of a policy in base64.
fn signature(credentials: &Credentials, region: &str, now: SystemTime, policy: &str) -> String {
    let key = generate_signing_key(credentials.secret_access_key(), now, region, "s3");
    calculate_signature(key, policy.as_bytes())
}

/// A moment as `2015-12-30T12:00:00Z`.
fn time(moment: SystemTime) -> String {
    let whole = DateTime::from_secs(DateTime::from(moment).secs());
    whole.fmt(DateTimeFormat::DateTime).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2015-12-29 at midnight, UTC.
    fn published() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_451_347_200)
    }

    fn published_credentials() -> Credentials {
        Credentials::new(
            concat!("AKIA", "IOSFODNN7EXAMPLE"),
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            None,
            None,
            "published",
        )
    }

    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-post-example.html>, "Example: Browser-Based Upload using
    /// HTTP POST (Using AWS Signature Version 4)": its policy as it is encoded there, and its signature.
    #[test]
    fn the_signature_is_that_of_the_published_example() {
        let policy = concat!(
            "eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAgICB7ImJ1Y2tldCI6",
            "ICJzaWd2NGV4YW1wbGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91c2VyMS8iXSwNCiAgICB7ImFj",
            "bCI6ICJwdWJsaWMtcmVhZCJ9LA0KICAgIHsic3VjY2Vzc19hY3Rpb25fcmVkaXJlY3QiOiAiaHR0cDovL3NpZ3Y0ZXhhbXBsZWJ1Y2tl",
            "dC5zMy5hbWF6b25hd3MuY29tL3N1Y2Nlc3NmdWxfdXBsb2FkLmh0bWwifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRDb250ZW50LVR5",
            "cGUiLCAiaW1hZ2UvIl0sDQogICAgeyJ4LWFtei1tZXRhLXV1aWQiOiAiMTQzNjUxMjM2NTEyNzQifSwNCiAgICB7IngtYW16LXNlcnZl",
            "ci1zaWRlLWVuY3J5cHRpb24iOiAiQUVTMjU2In0sDQogICAgWyJzdGFydHMtd2l0aCIsICIkeC1hbXotbWV0YS10YWciLCAiIl0sDQoN",
            "CiAgICB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAxNTEyMjkvdXMtZWFzdC0xL3MzL2F3czRfcmVx",
            "dWVzdCJ9LA0KICAgIHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifSwNCiAgICB7IngtYW16LWRhdGUiOiAiMjAx",
            "NTEyMjlUMDAwMDAwWiIgfQ0KICBdDQp9",
        );
        assert_eq!(
            signature(&published_credentials(), "us-east-1", published(), policy),
            "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"
        );
    }

    #[test]
    fn a_form_demands_each_of_its_fields_the_size_and_its_time() {
        let form = Form {
            bucket: "sigv4examplebucket",
            key: "incoming/1",
            content_type: "video/mp4",
            bytes: 1..=1_000,
            kms: Some("alias/blog"),
            region: "us-east-1",
        };
        let credentials =
            Credentials::new("AKID", "secret", Some("token".to_owned()), None, "test");
        let fields = form.fields(&credentials, published());
        let field = |name: &str| {
            let found = fields.iter().find(|(field, _)| *field == name);
            found.unwrap().1.as_str()
        };
        assert_eq!(field("x-amz-date"), "20151229T000000Z");
        assert_eq!(
            field("x-amz-credential"),
            "AKID/20151229/us-east-1/s3/aws4_request"
        );
        let policy = STANDARD.decode(field("policy")).unwrap();
        let policy: serde_json::Value = serde_json::from_slice(&policy).unwrap();
        let expected = json!({
            "expiration": "2015-12-29T00:05:00Z",
            "conditions": [
                { "bucket": "sigv4examplebucket" },
                ["content-length-range", 1, 1_000],
                { "key": "incoming/1" },
                { "Content-Type": "video/mp4" },
                { "x-amz-algorithm": "AWS4-HMAC-SHA256" },
                { "x-amz-credential": "AKID/20151229/us-east-1/s3/aws4_request" },
                { "x-amz-date": "20151229T000000Z" },
                { "x-amz-server-side-encryption": "aws:kms" },
                { "x-amz-server-side-encryption-aws-kms-key-id": "alias/blog" },
                { "x-amz-security-token": "token" },
            ],
        });
        assert_eq!(policy, expected);
        assert_eq!(
            field("x-amz-signature"),
            signature(&credentials, "us-east-1", published(), field("policy"))
        );
    }
}
