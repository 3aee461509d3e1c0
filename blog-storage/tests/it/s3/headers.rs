//! What goes out beside the bytes: encryption and checksums.

use std::collections::BTreeSet;

use blog_core::ports::MediaStore;
use blog_storage::s3::S3Media;

use super::bucket::Bucket;
use super::uploads::{LONG, body, key, options, read};
use crate::relay::{Asked, Relay};

const SMALL: usize = 1_000;

async fn opened(options: &str) -> Option<(Bucket, Relay, S3Media)> {
    let bucket = Bucket::new().await?;
    let relay = Relay::to(bucket.endpoint()).await;
    let url = format!("{}{options}", bucket.url());
    let media = S3Media::open(&url, Some(&relay.endpoint())).await.unwrap();
    Some((bucket, relay, media))
}

/// Everything that writes, once.
async fn write(media: &S3Media) {
    media
        .put(&key("small"), body(SMALL), options(SMALL))
        .await
        .unwrap();
    media
        .put(&key("long"), body(LONG), options(LONG))
        .await
        .unwrap();
    media.copy(&key("small"), &key("copy")).await.unwrap();
}

fn header<'a>(asked: &'a Asked, name: &str) -> Option<&'a str> {
    asked.headers.get(name).map(|value| value.to_str().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_of_ones_own_goes_with_every_write() {
    let id = "arn:aws:kms:us-east-1:000000000000:key/blog";
    let Some((bucket, relay, media)) = opened(&format!("?kms={id}")).await else {
        return;
    };
    write(&media).await;
    // The long one and the copy.
    for (operation, times) in [("PutObject", 1), ("CreateMultipartUpload", 2)] {
        let all = relay.asked_for(operation);
        assert_eq!(all.len(), times, "{operation}");
        for asked in &all {
            for (name, value) in [
                ("x-amz-server-side-encryption", "aws:kms"),
                ("x-amz-server-side-encryption-aws-kms-key-id", id),
            ] {
                assert_eq!(header(asked, name), Some(value), "{operation}");
            }
        }
    }
    for name in ["small", "long", "copy"] {
        let head = bucket.client.head_object().bucket(&bucket.name);
        let head = head.key(key(name).as_str()).send().await.unwrap();
        assert_eq!(head.ssekms_key_id(), Some(id), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_key_the_bucket_decides() {
    let Some((_bucket, relay, media)) = opened("").await else {
        return;
    };
    write(&media).await;
    for asked in relay.asked() {
        let says = asked.headers.keys();
        let says: Vec<_> = says
            .filter(|name| name.as_str().contains("encryption"))
            .collect();
        assert!(says.is_empty(), "{}: {says:?}", asked.operation);
    }
}

/// Operations whose requests carry a checksum, and those that ask for one.
fn checked(relay: &Relay) -> (BTreeSet<String>, BTreeSet<String>) {
    let of = |mark: fn(&Asked) -> bool| {
        let asked = relay.asked().into_iter();
        asked.filter(mark).map(|asked| asked.operation).collect()
    };
    let carries = |asked: &Asked| {
        let mut names = asked.headers.keys();
        // As a header, or announced as a trailer.
        names.any(|name| name.as_str().starts_with("x-amz-checksum-crc"))
            || header(asked, "x-amz-trailer").is_some_and(|name| name.starts_with("x-amz-checksum"))
    };
    let asks = |asked: &Asked| header(asked, "x-amz-checksum-mode") == Some("ENABLED");
    (of(carries), of(asks))
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn checksums_go_with_every_body_and_are_asked_for() {
    let Some((_bucket, relay, media)) = opened("").await else {
        return;
    };
    write(&media).await;
    read(&media, &key("small")).await.unwrap();
    let (carries, asks) = checked(&relay);
    assert_eq!(carries, names(&["PutObject", "UploadPart"]));
    assert!(asks.contains("GetObject"), "{asks:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn checksums_can_be_left_out_for_servers_that_do_not_know_them() {
    let Some((_bucket, relay, media)) = opened("?checksums=when-required").await else {
        return;
    };
    write(&media).await;
    read(&media, &key("small")).await.unwrap();
    assert_eq!(checked(&relay), (names(&[]), names(&[])));
}
