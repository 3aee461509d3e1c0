//! Uploads in parts: what is in memory, and what is left of one that fails.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use blog_core::Error;
use blog_core::error::Conflict;
use blog_core::model::media::{ByteStream, ObjectKey, PutMode, PutOptions};
use blog_core::ports::MediaStore;
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::bucket::Bucket;
use crate::relay::{Fault, Relay};

const MIB: usize = 1024 * 1024;
/// More than two parts of 8 MiB.
pub(super) const LONG: usize = 20 * MIB;

pub(super) fn key(name: &str) -> ObjectKey {
    ObjectKey::from_store(format!("tests/{name}"))
}

pub(super) fn options(size: usize) -> PutOptions {
    PutOptions {
        content_type: "video/mp4".to_owned(),
        mode: PutMode::Create,
        size: Some(size as u64),
    }
}

/// Bytes of which no two parts are alike.
fn byte(at: usize) -> u8 {
    (at % 251) as u8 ^ (at / MIB) as u8
}

/// A body of so many bytes, in pieces as a socket gives them.
pub(super) fn body(size: usize) -> ByteStream {
    let pieces = (0..size).step_by(64 * 1024).map(move |start| {
        let end = (start + 64 * 1024).min(size);
        Ok(Bytes::from((start..end).map(byte).collect::<Vec<_>>()))
    });
    stream::iter(pieces).boxed()
}

pub(super) async fn read(media: &dyn MediaStore, key: &ObjectKey) -> io::Result<Vec<u8>> {
    let object = media.get(key, None).await.unwrap();
    let pieces: Vec<Bytes> = object.body.try_collect().await?;
    Ok(pieces.concat())
}

/// What only long objects make the store do: puts, copies and reads one of several parts, and fails to put another.
pub(super) async fn long_ones(media: &dyn MediaStore) {
    // More than S3 is made to copy at once.
    let size = 65 * MIB + 1;
    let (long, copy) = (key("long"), key("copy"));
    let put = media.put(&long, body(size), options(size)).await.unwrap();
    let copied = media.copy(&long, &copy).await.unwrap();
    for meta in [put, copied] {
        assert_eq!(
            (meta.size, meta.content_type.as_str()),
            (size as u64, "video/mp4")
        );
        let bytes = read(media, &meta.key).await.unwrap();
        assert!(bytes.iter().enumerate().all(|(at, is)| *is == byte(at)));
    }
    let again = media.copy(&long, &copy).await;
    assert!(
        matches!(again, Err(Error::Conflict(Conflict::Exists))),
        "{again:?}"
    );
    let cut = media.put(&key("cut"), body(LONG - 1), options(LONG)).await;
    cut.unwrap_err();
}

/// Nothing is there, and nothing is left behind, soon.
async fn nothing_is_left(bucket: &Bucket) {
    for _ in 0..100 {
        if bucket.open_uploads().await == 0 {
            assert_eq!(bucket.keys().await, [""; 0]);
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{} uploads are still open", bucket.open_uploads().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_is_cut_leaves_no_open_upload() {
    let Some(bucket) = Bucket::new().await else {
        return;
    };
    let relay = Relay::to(bucket.endpoint()).await;
    let media = bucket.media(&relay.endpoint()).await;
    let broken = body(LONG)
        .take(LONG / (64 * 1024) - 3)
        .chain(stream::iter([Err(io::ErrorKind::ConnectionReset.into())]))
        .boxed();
    media
        .put(&key("cut"), broken, options(LONG))
        .await
        .unwrap_err();
    assert_eq!(relay.asked_for("UploadPart").len(), 2, "it was under way");
    nothing_is_left(&bucket).await;
    assert_eq!(relay.asked_for("AbortMultipartUpload").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_leaves_leaves_no_open_upload() {
    let Some(bucket) = Bucket::new().await else {
        return;
    };
    let media = bucket.media(bucket.endpoint()).await;
    // Two parts come, then nothing more.
    let stalled = body(17 * MIB).chain(stream::pending()).boxed();
    let put = tokio::spawn(async move { media.put(&key("left"), stalled, options(LONG)).await });
    for _ in 0..200 {
        if bucket.open_uploads().await > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(bucket.open_uploads().await, 1, "it is under way");
    put.abort();
    assert!(put.await.unwrap_err().is_cancelled());
    nothing_is_left(&bucket).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_part_that_s3_refuses_aborts_the_upload() {
    let Some(bucket) = Bucket::new().await else {
        return;
    };
    let relay = Relay::to(bucket.endpoint()).await;
    let media = bucket.media(&relay.endpoint()).await;
    let denied = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>";
    relay.fail("UploadPart", Fault::Refused(403, denied), 1);
    let error = media.put(&key("denied"), body(LONG), options(LONG)).await;
    let error = error.unwrap_err().chain();
    assert!(error.starts_with("s3 failed: AccessDenied: no"), "{error}");
    nothing_is_left(&bucket).await;
}

/// Of a long body there are never more than three parts between its source and S3: one that is sent, and the room of the
/// next.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_body_is_not_gathered() {
    let Some(bucket) = Bucket::new().await else {
        return;
    };
    let relay = Relay::to(bucket.endpoint()).await;
    let media = bucket.media(&relay.endpoint()).await;
    let size = 64 * MIB;
    let given = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let counted = {
        let (given, most, relay) = (given.clone(), most.clone(), Arc::new(relay));
        let sent = relay.clone();
        body(size).inspect_ok(move |piece| {
            let given = given.fetch_add(piece.len(), Ordering::SeqCst) + piece.len();
            let sent = sent.asked_for("UploadPart").len() * 8 * MIB;
            most.fetch_max(given.saturating_sub(sent), Ordering::SeqCst);
        })
    };
    media
        .put(&key("huge"), counted.boxed(), options(size))
        .await
        .unwrap();
    assert_eq!(given.load(Ordering::SeqCst), size);
    let most = most.load(Ordering::SeqCst);
    assert!(most <= 9 * MIB, "{most} bytes were given ahead of S3");
}
