//! What can be wrong with a bucket, with a table, and on the way to them.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use aws_config::BehaviorVersion;

use super::elsewhere::trusting;
use super::fake::{
    self, Certificate, Reply, dynamodb_error, no_route, reply, s3_error, table, web,
};
use super::{Fault, bare};
use crate::bucket::{self, Bucket};
use crate::server::Home;

const ARN: &str = "arn:aws:s3:::pictures";
const TABLE: &str = "arn:aws:dynamodb:us-east-1:*:table/objects";

pub(super) async fn faults(faults: &mut Vec<Fault>, left_out: &mut BTreeSet<&'static str>) {
    s3_refusals(faults).await;
    network(faults).await;
    dynamodb_refusals(faults).await;
    ministack(faults, left_out).await;
    dynoxide(faults, left_out).await;
}

/// Without credentials and region.
fn nobody(endpoint: &str) -> Home {
    bare()
        .variable("AWS_EC2_METADATA_DISABLED", "true")
        .variable("BLOG_AWS_ENDPOINT_URL", endpoint)
}

fn somebody(endpoint: &str) -> Home {
    nobody(endpoint)
        .variable("AWS_REGION", "us-east-1")
        .variable("AWS_ACCESS_KEY_ID", "test")
        .variable("AWS_SECRET_ACCESS_KEY", "test")
}

fn with_bucket(endpoint: &str) -> Home {
    somebody(endpoint).variable("BLOG_MEDIA_URL", "s3://pictures")
}

fn with_table(endpoint: &str) -> Home {
    somebody(endpoint).variable("BLOG_INDEX_URL", "dynamodb://objects")
}

const LIST: &str = "media-bucket: s3:ListBucket arn:aws:s3:::pictures";
const PUT: &str = "media-put: s3:PutObject arn:aws:s3:::pictures/*";
const POLICY: &str = "no identity-based policy allows it; allow this action on this resource there";
const UNSAID: &str = "these credentials may not do it; allow this action on this resource in the policy of their user or \
     role, and look whether the resource's own policy denies it";
const EXPIRED: &str = "the AWS credentials have expired; log in again (aws sso login), or set a new AWS_ACCESS_KEY_ID, \
     AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN";
const UNKNOWN_KEY: &str = "AWS knows no such access key; look at AWS_ACCESS_KEY_ID or AWS_PROFILE, and whether the key was \
     deactivated or deleted";

/// As AWS says it since 2024, with what refuses.
fn denied(action: &str, resource: &str, why: &str) -> String {
    format!(
        "User: arn:aws:sts::111122223333:assumed-role/blog/i-1 is not authorized to perform: {action} on resource: \
         {resource} {why}"
    )
}

fn no_policy(action: &str) -> String {
    format!("because no identity-based policy allows the {action} action")
}

async fn s3_refusals(faults: &mut Vec<Fault>) {
    let own = format!("{ARN}/doctor/0");
    let put_denied = denied("s3:PutObject", &own, &no_policy("s3:PutObject"));
    let endpoint_policy = denied(
        "s3:PutObject",
        &own,
        "with an explicit deny in a VPC endpoint policy",
    );
    let key = "arn:aws:kms:us-east-1:111122223333:key/k";
    let kms_denied = denied(
        "kms:GenerateDataKey",
        key,
        &no_policy("kms:GenerateDataKey"),
    );
    let slow = SystemTime::now() + Duration::from_secs(20 * 60);
    let mut skewed = s3_error(
        403,
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
    );
    skewed.headers.push(("date", http_date(slow)));
    let mut elsewhere = s3_error(
        301,
        "PermanentRedirect",
        "The bucket you are attempting to access must be addressed using the specified endpoint.",
    );
    elsewhere
        .headers
        .push(("x-amz-bucket-region", "eu-central-1".to_owned()));
    let rows: Vec<(&'static str, &'static str, Reply, String)> = vec![
        (
            "s3-list-denied",
            "ListObjectsV2",
            s3_error(403, "AccessDenied", "Access Denied"),
            format!("{LIST}: {UNSAID}"),
        ),
        (
            "s3-put-denied",
            "PutObject",
            s3_error(403, "AccessDenied", &put_denied),
            format!("{PUT}: {POLICY}"),
        ),
        (
            "s3-put-denied-by-an-endpoint-policy",
            "PutObject",
            s3_error(403, "AccessDenied", &endpoint_policy),
            format!("{PUT}: a statement of the VPC endpoint policy denies it; take it away there"),
        ),
        (
            "s3-get-denied",
            "GetObject",
            s3_error(403, "AccessDenied", "Access Denied"),
            format!("media-read: s3:GetObject {ARN}/*: {UNSAID}"),
        ),
        (
            "s3-abort-denied",
            "AbortMultipartUpload",
            s3_error(403, "AccessDenied", "Access Denied"),
            format!("media-parts: s3:AbortMultipartUpload {ARN}/*: {UNSAID}"),
        ),
        (
            "s3-kms-denied",
            "PutObject",
            s3_error(403, "AccessDenied", &kms_denied),
            format!("media-put: kms:GenerateDataKey {key}: {POLICY}"),
        ),
        (
            "s3-kms-key-disabled",
            "PutObject",
            s3_error(
                400,
                "KMS.DisabledException",
                "arn:aws:kms:us-east-1:1:key/k is disabled.",
            ),
            format!(
                "{PUT}: the key that encrypts the bucket \"pictures\" cannot be used (arn:aws:kms:us-east-1:1:key/k is \
                 disabled); enable the key in KMS, or name another one"
            ),
        ),
        (
            "s3-credentials-expired",
            "ListObjectsV2",
            s3_error(400, "ExpiredToken", "The provided token has expired."),
            format!("{LIST}: {EXPIRED}"),
        ),
        (
            "s3-key-unknown",
            "ListObjectsV2",
            s3_error(
                403,
                "InvalidAccessKeyId",
                "The AWS Access Key Id you provided does not exist in our records.",
            ),
            format!("{LIST}: {UNKNOWN_KEY}"),
        ),
        (
            "s3-secret-wrong",
            "ListObjectsV2",
            s3_error(
                403,
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match.",
            ),
            format!(
                "{LIST}: the secret is not that of the access key; look at AWS_SECRET_ACCESS_KEY, and whether a line end \
                 or a space came with it"
            ),
        ),
        (
            "s3-token-wrong",
            "ListObjectsV2",
            s3_error(
                400,
                "InvalidToken",
                "The provided token is malformed or otherwise invalid.",
            ),
            format!(
                "{LIST}: the session token is not that of the access key; take AWS_SESSION_TOKEN from where the key came \
                 from, or leave it away for a key that needs none"
            ),
        ),
        (
            "s3-clock-slow",
            "ListObjectsV2",
            skewed,
            format!(
                "{LIST}: this machine's clock is 20 minutes slow; have it set by NTP (chrony, systemd-timesyncd)"
            ),
        ),
        (
            "s3-other-region",
            "ListObjectsV2",
            elsewhere,
            format!(
                "{LIST}: the bucket \"pictures\" is in another region; set AWS_REGION to eu-central-1"
            ),
        ),
        (
            "s3-signed-for-another-region",
            "ListObjectsV2",
            s3_error(
                400,
                "AuthorizationHeaderMalformed",
                "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'ap-south-1'",
            ),
            format!(
                "{LIST}: the bucket \"pictures\" is in another region; set AWS_REGION to ap-south-1"
            ),
        ),
        (
            "s3-slow-down",
            "ListObjectsV2",
            s3_error(503, "SlowDown", "Please reduce your request rate."),
            format!(
                "{LIST}: S3 asks to slow down; wait a moment and try again, and if it stays, spread the load or raise the \
                 limits"
            ),
        ),
        (
            "s3-internal-error",
            "ListObjectsV2",
            s3_error(
                500,
                "InternalError",
                "We encountered an internal error. Please try again.",
            ),
            format!(
                "{LIST}: S3 has an error of its own (status 500); wait and try again, and look at \
                 https://health.aws.amazon.com/"
            ),
        ),
    ];
    for (name, operation, reply, line) in rows {
        let endpoint = fake::aws(vec![(operation, reply)]).await;
        faults.push(Fault::new(
            name,
            with_bucket(&endpoint),
            format!("failed  {line}"),
        ));
    }
    // What stays has a name that nobody can know before.
    let endpoint = fake::aws(vec![(
        "DeleteObject",
        s3_error(
            403,
            "AccessDenied",
            &denied("s3:DeleteObject", &own, &no_policy("s3:DeleteObject")),
        ),
    )])
    .await;
    faults.push(Fault::new(
        "s3-delete-denied",
        with_bucket(&endpoint),
        format!("failed  media-delete: s3:DeleteObject {ARN}/*: {POLICY}; then delete what lies under doctor/"),
    ));
    let unknown = s3_error(
        501,
        "NotImplemented",
        "A header you provided implies functionality that is not implemented",
    );
    let endpoint = fake::aws(vec![("ListObjectsV2", unknown)]).await;
    faults.push(Fault::new(
        "s3-request-unknown",
        with_bucket(&endpoint),
        format!(
            "failed  {LIST}: what answers does not know this request (NotImplemented: A header you provided implies \
             functionality that is not implemented); look at BLOG_AWS_ENDPOINT_URL, and whether that server speaks all \
             of S3"
        ),
    ));
    let quiet = s3_error(403, "AccessDenied", "Access Denied");
    let endpoint = fake::aws(vec![("GetBucketNotificationConfiguration", quiet)]).await;
    faults.push(Fault::new(
        "s3-notifications-denied",
        with_bucket(&endpoint).variable("BLOG_INDEX_URL", "dynamodb://objects"),
        format!("warning media-events: s3:GetBucketNotification {ARN}: {UNSAID}"),
    ));
    let endpoint = fake::aws(Vec::new()).await;
    let keys = nobody(&endpoint)
        .variable("AWS_ACCESS_KEY_ID", "test")
        .variable("AWS_SECRET_ACCESS_KEY", "test");
    faults.push(Fault::new(
        "s3-no-region",
        keys.variable("BLOG_MEDIA_URL", "s3://pictures"),
        "failed  media-credentials: sign S3: no AWS region is set; set AWS_REGION",
    ));
    let region = nobody(&endpoint).variable("AWS_REGION", "us-east-1");
    faults.push(Fault::new(
        "s3-no-credentials",
        region.variable("BLOG_MEDIA_URL", "s3://pictures"),
        "failed  media-credentials: sign S3: there are no AWS credentials; set AWS_ACCESS_KEY_ID and \
         AWS_SECRET_ACCESS_KEY or AWS_PROFILE, or give this machine a role",
    ));
}

/// RFC 9110, section 5.6.7.
fn http_date(at: SystemTime) -> String {
    httpdate::fmt_http_date(at)
}

async fn network(faults: &mut Vec<Fault>) {
    let mut add = |name, home: Home, said: &str| {
        faults.push(Fault::new(name, home, format!("failed  {LIST}: {said}")));
    };
    let nowhere = "http://127.0.0.1:9";
    add(
        "s3-port-where-nobody-listens",
        with_bucket(nowhere),
        &format!(
            "nobody listens at {nowhere}; look at the address and the port, and whether the server runs"
        ),
    );
    let cut = format!("http://127.0.0.1:{}", fake::cut().await);
    add(
        "s3-cut",
        with_bucket(&cut),
        &format!(
            "{cut} cuts the connection; look at its log, and whether it wants TLS here or wants none"
        ),
    );
    let plain = fake::aws(Vec::new()).await.replace("http:", "https:");
    add(
        "s3-without-tls",
        with_bucket(&plain),
        &format!(
            "what answers at {plain} speaks no TLS; look at the port and at the beginning of the address"
        ),
    );
    for (name, host, expired, trusted, said) in [
        (
            "s3-certificate-self-signed",
            "localhost",
            false,
            false,
            "nobody whom this machine trusts has signed the certificate of PLACE; give the server one of a known \
             authority, or add its authority to this machine's (SSL_CERT_FILE names another file of them)",
        ),
        (
            "s3-certificate-expired",
            "localhost",
            true,
            true,
            "the certificate of PLACE has expired; renew it there, or set this machine's clock",
        ),
        (
            "s3-certificate-of-another-name",
            "s3.example",
            false,
            true,
            "the certificate of PLACE is for another name; write the name that it is for, or give the server another \
             certificate",
        ),
    ] {
        let certificate = Certificate::new(host, expired);
        let port = web(reply(200, ""), Some(certificate.acceptor)).await;
        let place = format!("https://localhost:{port}");
        let home = with_bucket(&place);
        let home = if trusted {
            trusting(home, &certificate.pem)
        } else {
            home
        };
        add(name, home, &said.replace("PLACE", &place));
    }
    for (name, service) in [("s3-no-route", "S3"), ("dynamodb-no-route", "DynamoDB")] {
        let (port, kept) = no_route().await;
        let place = format!("http://127.0.0.1:{port}");
        let (home, line) = match service {
            "S3" => (with_bucket(&place), LIST.to_owned()),
            _ => (
                with_table(&place),
                format!("index-table: dynamodb:DescribeTable {TABLE}"),
            ),
        };
        let line = format!(
            "failed  {line}: no connection to {place} comes about; look at BLOG_AWS_ENDPOINT_URL; in a private network of \
             AWS {service} needs a gateway endpoint, and the route table of this subnet its route"
        );
        faults.push(Fault::new(name, home, line).keeping(kept));
    }
}

async fn dynamodb_refusals(faults: &mut Vec<Fault>) {
    let there = "arn:aws:dynamodb:us-east-1:111122223333:table/objects";
    let by_owner = format!("{there}/index/by_owner");
    let describe = format!("index-table: dynamodb:DescribeTable {TABLE}");
    let deny = |action: &str, resource: &str| {
        dynamodb_error(
            400,
            "AccessDeniedException",
            &denied(action, resource, &no_policy(action)),
        )
    };
    let rows: Vec<(&'static str, &'static str, Reply, String)> = vec![
        (
            "dynamodb-describe-denied",
            "DescribeTable",
            deny("dynamodb:DescribeTable", there),
            format!("index-table: dynamodb:DescribeTable {there}: {POLICY}"),
        ),
        (
            "dynamodb-put-denied",
            "PutItem",
            deny("dynamodb:PutItem", there),
            format!("index-write: dynamodb:PutItem {there}: {POLICY}"),
        ),
        (
            "dynamodb-credentials-expired",
            "DescribeTable",
            dynamodb_error(
                400,
                "ExpiredTokenException",
                "The security token included in the request is expired",
            ),
            format!("{describe}: {EXPIRED}"),
        ),
        (
            "dynamodb-key-unknown",
            "DescribeTable",
            dynamodb_error(
                400,
                "UnrecognizedClientException",
                "The security token included in the request is invalid.",
            ),
            format!("{describe}: {UNKNOWN_KEY}"),
        ),
        (
            "dynamodb-clock-wrong",
            "DescribeTable",
            Reply {
                headers: vec![(
                    "date",
                    http_date(SystemTime::now() - Duration::from_secs(3600)),
                )],
                ..dynamodb_error(
                    400,
                    "InvalidSignatureException",
                    "Signature not yet current: 20261124T160000Z is still later than 20261124T150500Z",
                )
            },
            format!(
                "{describe}: this machine's clock is 60 minutes fast; have it set by NTP (chrony, systemd-timesyncd)"
            ),
        ),
        (
            "dynamodb-throttled",
            "PutItem",
            dynamodb_error(
                400,
                "ThrottlingException",
                "Throughput exceeds the current capacity.",
            ),
            format!(
                "index-write: dynamodb:PutItem {TABLE}: DynamoDB asks to slow down; wait a moment and try again, and if it \
                 stays, spread the load or raise the limits"
            ),
        ),
        (
            "dynamodb-table-being-made",
            "DescribeTable",
            reply(200, table("CREATING")),
            format!(
                "{describe}: the table is CREATING; wait until it is ACTIVE, or name another one"
            ),
        ),
        (
            "dynamodb-encryption-key-gone",
            "DescribeTable",
            reply(200, table("INACCESSIBLE_ENCRYPTION_CREDENTIALS")),
            format!(
                "{describe}: the key that encrypts the table cannot be used; enable it in KMS, and allow the table to use it"
            ),
        ),
    ];
    for (name, operation, reply, line) in rows {
        let endpoint = fake::aws(vec![(operation, reply)]).await;
        faults.push(Fault::new(
            name,
            with_table(&endpoint),
            format!("failed  {line}"),
        ));
    }
    let endpoint = fake::aws(vec![("Query", deny("dynamodb:Query", &by_owner))]).await;
    let line = format!("failed  index-lists: dynamodb:Query {by_owner}: {POLICY}");
    // The fake knows one refusal for all three.
    let fault = Fault::new("dynamodb-query-denied", with_table(&endpoint), line.clone());
    faults.push(fault.and(line.clone()).and(line));
    let keys = nobody(&endpoint)
        .variable("AWS_ACCESS_KEY_ID", "test")
        .variable("AWS_SECRET_ACCESS_KEY", "test");
    faults.push(Fault::new(
        "dynamodb-no-region",
        keys.variable("BLOG_INDEX_URL", "dynamodb://objects"),
        "failed  index-credentials: sign DynamoDB: no AWS region is set; set AWS_REGION",
    ));
}

async fn ministack(faults: &mut Vec<Fault>, left_out: &mut BTreeSet<&'static str>) {
    let names = [
        "s3-no-bucket",
        "s3-no-notification",
        "s3-notification-on-another-prefix",
        "s3-notification-without-removals",
    ];
    let Some(endpoint) = bucket::variable("BLOG_TEST_AWS_ENDPOINT_URL") else {
        left_out.extend(names);
        return;
    };
    faults.push(Fault::new(
        names[0],
        with_bucket(&endpoint).variable("BLOG_MEDIA_URL", "s3://no-such-bucket-here"),
        "failed  media-bucket: s3:ListBucket arn:aws:s3:::no-such-bucket-here: there is no bucket \
         \"no-such-bucket-here\" here; look at its name and at AWS_REGION (us-east-1), or create it",
    ));
    // The table is well.
    let well = fake::aws(Vec::new()).await;
    for (name, notification, said) in [
        (
            names[1],
            None,
            "the bucket tells nobody of its events; add a notification of s3:ObjectCreated:* and s3:ObjectRemoved:* to the \
             indexer's function or queue",
        ),
        (
            names[2],
            Some((true, "uploads/")),
            "the bucket's notifications of s3:ObjectCreated:* are only of keys uploads/…, and media lie under private/ and \
             public/; take the filter away",
        ),
        (
            names[3],
            Some((false, "")),
            "the bucket's notifications leave out s3:ObjectRemoved:*; add it, or the index never hears of them",
        ),
    ] {
        let Some(made) = Bucket::new().await else {
            return;
        };
        let url = &made.variables[0].1;
        if let Some((removals, prefix)) = notification {
            notify(&endpoint, url.trim_start_matches("s3://"), removals, prefix).await;
        }
        let home = with_bucket(&endpoint)
            .variable("BLOG_MEDIA_URL", url)
            .variable(
                "BLOG_INDEX_URL",
                &format!("dynamodb://objects?endpoint={well}"),
            );
        let arn = url.replace("s3://", "arn:aws:s3:::");
        faults.push(Fault::new(
            name,
            home,
            format!(
                "warning media-events: s3:GetBucketNotification {arn}: {said}; until then the index hears only of what this \
                 server itself does"
            ),
        ));
    }
}

/// Has a bucket tell of creations, and of `removals`, of keys that begin so.
async fn notify(endpoint: &str, bucket: &str, removals: bool, prefix: &str) {
    use aws_sdk_s3::types::{
        Event, FilterRule, FilterRuleName, LambdaFunctionConfiguration, NotificationConfiguration,
        NotificationConfigurationFilter, S3KeyFilter,
    };
    let http = aws_smithy_http_client::Builder::new().build_http();
    let shared = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http)
        .endpoint_url(endpoint)
        .load()
        .await;
    let config = aws_sdk_s3::config::Builder::from(&shared).force_path_style(true);
    let mut function = LambdaFunctionConfiguration::builder()
        .lambda_function_arn("arn:aws:lambda:us-east-1:000000000000:function:indexer")
        .events(Event::S3ObjectCreated);
    if removals {
        function = function.events(Event::S3ObjectRemoved);
    }
    if !prefix.is_empty() {
        let rule = FilterRule::builder()
            .name(FilterRuleName::Prefix)
            .value(prefix);
        let key = S3KeyFilter::builder().filter_rules(rule.build()).build();
        function = function.filter(NotificationConfigurationFilter::builder().key(key).build());
    }
    aws_sdk_s3::Client::from_conf(config.build())
        .put_bucket_notification_configuration()
        .bucket(bucket)
        .notification_configuration(
            NotificationConfiguration::builder()
                .lambda_function_configurations(function.build().unwrap())
                .build(),
        )
        .send()
        .await
        .unwrap();
}

async fn dynoxide(faults: &mut Vec<Fault>, left_out: &mut BTreeSet<&'static str>) {
    let names = [
        "dynamodb-no-table",
        "dynamodb-other-key",
        "dynamodb-no-secondary-index",
        "dynamodb-no-time-to-live",
    ];
    let Some(endpoint) = bucket::variable("BLOG_TEST_DYNAMODB_URL") else {
        left_out.extend(names);
        return;
    };
    let describe = "dynamodb:DescribeTable arn:aws:dynamodb:us-east-1:*:table/";
    let keys = |names: &[(&str, &str)]| {
        let keys: Vec<String> = names
            .iter()
            .map(|(name, kind)| format!("{{\"AttributeName\":\"{name}\",\"KeyType\":\"{kind}\"}}"))
            .collect();
        keys.join(",")
    };
    let make = |table: &str, hash: &str, rest: &str| {
        format!(
            "{{\"TableName\":\"{table}\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[{}],{rest}}}",
            keys(&[(hash, "HASH")])
        )
    };
    let define = |names: &[(&str, &str)]| {
        let definitions: Vec<String> = names
            .iter()
            .map(|(name, kind)| {
                format!("{{\"AttributeName\":\"{name}\",\"AttributeType\":\"{kind}\"}}")
            })
            .collect();
        format!("\"AttributeDefinitions\":[{}]", definitions.join(","))
    };
    let index = |name: &str, hash: &str, range: &str| {
        format!(
            "{{\"IndexName\":\"{name}\",\"KeySchema\":[{}],\"Projection\":{{\"ProjectionType\":\"ALL\"}}}}",
            keys(&[(hash, "HASH"), (range, "RANGE")])
        )
    };
    let indexes = [
        index("by_owner", "owner", "owner_sort"),
        index("by_shard", "bucket_shard", "object_key"),
        index("by_end", "tomb", "last_seen"),
    ];
    let whole = define(&[
        ("id", "S"),
        ("owner", "S"),
        ("owner_sort", "S"),
        ("bucket_shard", "S"),
        ("object_key", "S"),
        ("tomb", "S"),
        ("last_seen", "N"),
    ]);
    let with_indexes = format!("{whole},\"GlobalSecondaryIndexes\":[{}]", indexes.join(","));
    let create = "blog-server index create-table";
    for (name, hash, rest, line) in [
        (
            names[0],
            "",
            String::new(),
            format!(
                "failed  index-table: {describe}TABLE: there is no table \"TABLE\" here; look at its name and at AWS_REGION \
             (us-east-1), or make it with \"{create}\""
            ),
        ),
        (
            names[1],
            "pk",
            define(&[("pk", "S")]),
            format!(
                "failed  index-table: {describe}TABLE: the table \"TABLE\" has the key pk (S) where the index needs id (S); name \
             another table, and make it with \"{create}\""
            ),
        ),
        (
            names[2],
            "id",
            define(&[("id", "S")]),
            format!(
                "failed  index-table: {describe}TABLE: the table \"TABLE\" lacks the secondary index by_owner on owner (S) and \
             owner_sort (S); add it, or name another table and make it with \"{create}\""
            ),
        ),
        (
            names[3],
            "id",
            with_indexes,
            format!(
                "warning index-time-to-live: dynamodb:DescribeTimeToLive arn:aws:dynamodb:us-east-1:*:table/TABLE: tombstones do \
             not end by themselves; turn on the time to live on expires_at, as \"{create}\" does"
            ),
        ),
    ] {
        let table = bucket::unique();
        if !hash.is_empty() {
            call(&endpoint, "CreateTable", &make(&table, hash, &rest)).await;
        }
        let home = somebody(&endpoint).variable("BLOG_INDEX_URL", &format!("dynamodb://{table}"));
        faults.push(Fault::new(name, home, line.replace("TABLE", &table)));
    }
}

/// Asks DynamoDB past the SDK; dynoxide looks at no signature.
async fn call(endpoint: &str, operation: &str, document: &str) {
    use http_body_util::{BodyExt as _, Full};
    let address = endpoint.trim_start_matches("http://");
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let io = hyper_util::rt::TokioIo::new(stream);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.unwrap();
    tokio::spawn(connection);
    let request = hyper::Request::post("/")
        .header("host", address)
        .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
        .header("content-type", "application/x-amz-json-1.0")
        .header(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
        )
        .header("x-amz-date", "20260101T000000Z")
        .body(Full::new(bytes::Bytes::from(document.to_owned())))
        .unwrap();
    let answer = sender.send_request(request).await.unwrap();
    let status = answer.status();
    let said = answer.into_body().collect().await.unwrap().to_bytes();
    assert!(status.is_success(), "{}", String::from_utf8_lossy(&said));
}
