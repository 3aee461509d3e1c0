//! What S3 answers on a bad day, by way of a relay that answers it.

use std::io;
use std::time::{Duration, Instant};

use blog_core::Error;
use blog_core::error::Conflict;
use blog_core::model::media::{ByteRange, PutMode, PutOptions};
use blog_core::ports::MediaStore;
use blog_storage::s3::S3Media;
use blog_storage::{Urls, connect};
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::bucket::Bucket;
use super::uploads::{LONG, body, key, options, read};
use crate::relay::{Fault, Relay};

const SMALL: usize = 100_000;
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>.
const BUSY: Fault = Fault::Refused(
    503,
    "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>",
);
const INTERNAL: Fault = Fault::Refused(
    500,
    "<Error><Code>InternalError</Code><Message>We encountered an internal error.</Message></Error>",
);

/// Another conditional write of the key was under way:
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>.
const MET: Fault = Fault::Refused(
    409,
    "<Error><Code>ConditionalRequestConflict</Code><Message>A conflicting conditional operation is currently in progress \
     against this resource. Please try again.</Message></Error>",
);
const NO_UPLOAD: Fault = Fault::Refused(
    404,
    "<Error><Code>NoSuchUpload</Code><Message>The specified upload does not exist.</Message></Error>",
);

const DAMAGED: Fault = Fault::Refused(
    400,
    "<Error><Code>BadDigest</Code><Message>The checksum did not match.</Message></Error>",
);

async fn behind_a_relay() -> Option<(Bucket, Relay, S3Media)> {
    let bucket = Bucket::new().await?;
    let relay = Relay::to(bucket.endpoint()).await;
    let media = bucket.media(&relay.endpoint()).await;
    Some((bucket, relay, media))
}

async fn call(media: &S3Media, operation: &str, name: &str) -> blog_core::Result<()> {
    let there = key("there");
    match operation {
        "PutObject" => media
            .put(&key(name), body(SMALL), options(SMALL))
            .await
            .map(drop),
        "UploadPart" | "CreateMultipartUpload" | "CompleteMultipartUpload" => media
            .put(&key(name), body(LONG), options(LONG))
            .await
            .map(drop),
        "GetObject" => media.get(&there, None).await.map(drop),
        "HeadObject" => media.head(&there).await.map(drop),
        "UploadPartCopy" => media.copy(&there, &key(name)).await.map(drop),
        "ListObjectsV2" => media.list("tests/", None, 10).await.map(drop),
        "DeleteObject" => media.delete(&key(name)).await,
        other => panic!("{other} is called by nobody"),
    }
}

const CALLS: [&str; 9] = [
    "PutObject",
    "CreateMultipartUpload",
    "UploadPart",
    "CompleteMultipartUpload",
    "GetObject",
    "HeadObject",
    "UploadPartCopy",
    "ListObjectsV2",
    "DeleteObject",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_passes_is_asked_again_and_what_stays_ends_in_unavailable() {
    let Some(bucket) = Bucket::new().await else {
        return;
    };
    let media = bucket.media(bucket.endpoint()).await;
    media
        .put(&key("there"), body(SMALL), options(SMALL))
        .await
        .unwrap();
    let mut each = Vec::new();
    for (number, fault) in [BUSY, INTERNAL, Fault::Unanswered].into_iter().enumerate() {
        for operation in CALLS {
            each.push(one_fault(&bucket, operation, fault, number));
        }
    }
    for operation in ["PutObject", "UploadPart"] {
        each.push(one_fault(&bucket, operation, DAMAGED, 3));
    }
    futures_util::future::join_all(each).await;
}

async fn one_fault(bucket: &Bucket, operation: &str, fault: Fault, number: usize) {
    let relay = Relay::to(bucket.endpoint()).await;
    let media = bucket.media(&relay.endpoint()).await;
    relay.fail(operation, fault, 1);
    call(&media, operation, &format!("{operation}-{number}"))
        .await
        .unwrap_or_else(|error| panic!("{operation} {fault:?}: {}", error.chain()));
    assert!(relay.asked_for(operation).len() >= 2, "{operation}");

    relay.clear();
    relay.fail(operation, fault, usize::MAX);
    let name = format!("{operation}-{number}-never");
    let error = call(&media, operation, &name).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Unavailable {
                retryable: true,
                ..
            }
        ),
        "{operation} {fault:?}: {}",
        error.chain()
    );
    assert_eq!(relay.asked_for(operation).len(), 3, "{operation}: a budget");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_breaks_off_goes_on_and_one_that_stays_cut_ends_in_an_error() {
    let Some((_bucket, relay, media)) = behind_a_relay().await else {
        return;
    };
    let there = key("there");
    media
        .put(&there, body(SMALL), options(SMALL))
        .await
        .unwrap();
    let whole = read(&media, &there).await.unwrap();
    relay.clear();
    relay.fail("GetObject", Fault::Truncated, 2);
    assert_eq!(read(&media, &there).await.unwrap(), whole);
    let asked = relay.asked_for("GetObject");
    let ranges: Vec<_> = asked
        .iter()
        .map(|asked| asked.headers.get("range"))
        .collect();
    assert_eq!(ranges.len(), 3);
    assert_eq!(ranges[0], None);
    assert_eq!(ranges[1].unwrap(), "bytes=50000-99999");
    assert_eq!(ranges[2].unwrap(), "bytes=75000-99999");

    relay.clear();
    relay.fail("GetObject", Fault::Truncated, usize::MAX);
    read(&media, &there).await.unwrap_err();
    assert_eq!(relay.asked_for("GetObject").len(), 3, "a budget");

    // The rest of another object is not the rest of this one.
    relay.clear();
    relay.fail("GetObject", Fault::Truncated, 1);
    let object = media.get(&there, None).await.unwrap();
    let other = stream::iter([Ok(Bytes::from(vec![7; SMALL]))]).boxed();
    let replacing = PutOptions {
        mode: PutMode::Overwrite,
        ..options(SMALL)
    };
    media.put(&there, other, replacing).await.unwrap();
    let end: io::Result<Vec<Bytes>> = object.body.try_collect().await;
    end.unwrap_err();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_object_is_never_taken_for_the_rest_of_it() {
    let Some((_bucket, relay, media)) = behind_a_relay().await else {
        return;
    };
    let there = key("there");
    media
        .put(&there, body(SMALL), options(SMALL))
        .await
        .unwrap();
    relay.fail("GetObject", Fault::Truncated, 1);
    relay.fail("GetObject", Fault::WithoutRange, usize::MAX);
    let object = media.get(&there, None).await.unwrap();
    let pieces: Vec<io::Result<Bytes>> = object.body.collect().await;
    assert!(pieces.last().unwrap().is_err());
    let told: usize = pieces.iter().flatten().map(Bytes::len).sum();
    assert_eq!(told, SMALL / 2);

    // Asked for a part and told the whole, it says so.
    relay.clear();
    relay.fail("GetObject", Fault::WithoutRange, 1);
    let part = ByteRange::Between(10, 19);
    let object = media.get(&there, Some(part)).await.unwrap();
    assert_eq!(object.range, 0..SMALL as u64);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_creation_that_met_another_one_is_a_conflict_only_where_the_other_made_the_object() {
    let Some((_bucket, relay, media)) = behind_a_relay().await else {
        return;
    };
    for (size, operation) in [(SMALL, "PutObject"), (LONG, "CompleteMultipartUpload")] {
        let put = async |name: &str| {
            let name = key(&format!("{operation}-{name}"));
            media.put(&name, body(size), options(size)).await.map(drop)
        };
        relay.clear();
        relay.fail(operation, MET, 1);
        put("met-once").await.unwrap();

        relay.clear();
        relay.fail(operation, MET, usize::MAX);
        let never = put("never-there").await;
        assert!(
            matches!(
                never,
                Err(Error::Unavailable {
                    retryable: true,
                    ..
                })
            ),
            "{never:?}"
        );
        let other = put("met-once").await;
        assert!(
            matches!(other, Err(Error::Conflict(Conflict::Exists))),
            "{other:?}"
        );
    }
    // The upload is gone after it met the other one.
    let put = async |name: &str| media.put(&key(name), body(LONG), options(LONG)).await;
    for (name, other_is_there) in [("gone", false), ("there-too", true)] {
        relay.clear();
        if other_is_there {
            put(name).await.unwrap();
        }
        relay.fail("CompleteMultipartUpload", MET, 1);
        relay.fail("CompleteMultipartUpload", NO_UPLOAD, 1);
        match (put(name).await, other_is_there) {
            (
                Err(Error::Unavailable {
                    retryable: true, ..
                }),
                false,
            )
            | (Err(Error::Conflict(Conflict::Exists)), true) => {}
            (other, _) => panic!("{name}: {other:?}"),
        }
        if !other_is_there {
            put(name).await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damage_on_the_way_is_seen() {
    let Some((_bucket, relay, media)) = behind_a_relay().await else {
        return;
    };
    let there = key("there");
    media
        .put(&there, body(SMALL), options(SMALL))
        .await
        .unwrap();
    relay.fail("GetObject", Fault::Damaged, 1);
    let error = read(&media, &there).await.unwrap_err();
    assert!(format!("{error:?}").contains("hecksum"), "{error:?}");
    read(&media, &there).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_waits_for_ever() {
    let Some((_bucket, relay, media)) = behind_a_relay().await else {
        return;
    };
    relay.fail("HeadObject", Fault::Silent, usize::MAX);
    let asked = Instant::now();
    let error = media.head(&key("none")).await.unwrap_err();
    assert!(
        matches!(error, Error::Unavailable { .. }),
        "{}",
        error.chain()
    );
    let took = asked.elapsed();
    assert!(took < Duration::from_secs(12), "{took:?}");
}

/// Why `s3://bucket` gave no store.
async fn refused(media: &str, endpoint: &str) -> String {
    let urls = Urls {
        media: media.to_owned(),
        aws_endpoint: Some(endpoint.to_owned()),
        ..Urls::memory()
    };
    super::chain(&connect(&urls).await.unwrap_err())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_cannot_be_opened_says_what_is_wrong_and_what_to_do() {
    let Some((bucket, relay, _media)) = behind_a_relay().await else {
        return;
    };
    let said = refused("s3://no-such-bucket-here", bucket.endpoint()).await;
    assert_eq!(
        said,
        "s3 is not available: there is no bucket \"no-such-bucket-here\" here; look at its name and region, or create it"
    );
    let nowhere = "http://127.0.0.1:9";
    let said = refused(&bucket.url(), nowhere).await;
    let expected = format!(
        "s3 is not available: S3 cannot be reached at {nowhere} for the bucket \"{}\"; look at BLOG_AWS_ENDPOINT_URL, \
         AWS_REGION and the network",
        bucket.name
    );
    assert!(said.starts_with(&expected), "{said}");
    // What only AWS answers.
    relay.fail("HeadBucket", Fault::Elsewhere("eu-central-1"), 1);
    let said = refused(&bucket.url(), &relay.endpoint()).await;
    let expected = format!(
        "s3 is not available: the bucket \"{}\" is in another region; set AWS_REGION to eu-central-1",
        bucket.name
    );
    assert!(said.starts_with(&expected), "{said}");
    // A HEAD says nothing but its status; what it means a list says.
    for (status, body, said) in [
        (
            400,
            "<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>",
            "s3 is not available: the AWS credentials have expired; log in again (aws sso login), or set a new"
                .to_owned(),
        ),
        (
            400,
            "<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; the region \
             'us-east-1' is wrong; expecting 'ap-south-1'</Message></Error>",
            format!(
                "s3 is not available: the bucket \"{}\" is in another region; set AWS_REGION to ap-south-1",
                bucket.name
            ),
        ),
        (
            403,
            "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>",
            format!(
                "s3 is not available: these credentials may not use the bucket \"{}\"; look at the key",
                bucket.name
            ),
        ),
    ] {
        relay.clear();
        relay.fail("HeadBucket", Fault::Refused(status, ""), 1);
        relay.fail("ListObjectsV2", Fault::Refused(status, body), 1);
        let found = refused(&bucket.url(), &relay.endpoint()).await;
        assert!(found.starts_with(&said), "{found}");
    }
}
