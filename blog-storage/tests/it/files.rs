//! What a folder adds to the contract of media: crashes, damage, full disks, keys that look like paths.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use blog_core::error::{Conflict, Error};
use blog_core::model::media::{ByteRange, ByteStream, ObjectKey, PutOptions};
use blog_core::ports::MediaStore;
use blog_storage::fs::FsMedia;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};

fn key(text: &str) -> ObjectKey {
    ObjectKey::try_from(text).unwrap()
}

fn body(bytes: &'static [u8]) -> ByteStream {
    stream::iter(bytes.chunks(7).map(|piece| Ok(Bytes::from_static(piece)))).boxed()
}

fn options() -> PutOptions {
    PutOptions {
        content_type: "image/png".to_owned(),
        ..PutOptions::default()
    }
}

async fn read(media: &FsMedia, name: &str) -> std::io::Result<Vec<u8>> {
    let object = media.get(&key(name), None).await.unwrap();
    let mut all = Vec::new();
    let mut pieces = object.body;
    while let Some(piece) = pieces.next().await {
        all.extend_from_slice(&piece?);
    }
    Ok(all)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path)
            } else {
                found.push(path)
            }
        }
    }
    found
}

#[tokio::test]
async fn objects_outlive_the_store_and_drafts_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let media = FsMedia::open(folder.path()).await.unwrap();
    media
        .put(&key("a/b.png"), body(b"some bytes of a picture"), options())
        .await
        .unwrap();
    // What a crash leaves: the beginning of a body in `tmp`, one of today and one of two days ago.
    let tmp = folder.path().join("tmp");
    let (young, old) = (tmp.join("young"), tmp.join("old"));
    for left in [&young, &old] {
        std::fs::write(left, b"half a bo").unwrap();
    }
    let long_ago = SystemTime::now() - Duration::from_secs(49 * 3600);
    std::fs::File::options()
        .write(true)
        .open(&old)
        .unwrap()
        .set_modified(long_ago)
        .unwrap();
    drop(media);
    let media = FsMedia::open(folder.path()).await.unwrap();
    assert!(young.exists(), "it may be an upload of another process");
    assert!(!old.exists());
    assert_eq!(
        read(&media, "a/b.png").await.unwrap(),
        b"some bytes of a picture"
    );
    assert_eq!(
        media.head(&key("a/b.png")).await.unwrap().content_type,
        "image/png"
    );
    let listed = media.list("", None, 100).await.unwrap();
    assert_eq!(listed.items.len(), 1, "drafts are no objects");
}

#[tokio::test]
async fn damage_ends_the_read_with_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let media = FsMedia::open(folder.path()).await.unwrap();
    media
        .put(&key("a.png"), body(b"some bytes of a picture"), options())
        .await
        .unwrap();
    let file = files(&folder.path().join("objects")).pop().unwrap();
    let whole = std::fs::read(&file).unwrap();
    let mut damaged = whole.clone();
    damaged[5] ^= 1;
    std::fs::write(&file, &damaged).unwrap();
    read(&media, "a.png").await.expect_err("one bit changed");
    // Cut off anywhere, also inside of what the file says of itself, it is no whole object.
    for length in [whole.len() - 1, whole.len() / 2, 3, 0] {
        std::fs::write(&file, &whole[..length]).unwrap();
        let read = match media.get(&key("a.png"), None).await {
            Err(_) => continue,
            Ok(mut object) => loop {
                match object.body.next().await {
                    Some(Ok(_)) => {}
                    Some(Err(_)) => break false,
                    None => break true,
                }
            },
        };
        assert!(
            !read,
            "{length} of {} bytes were taken for the whole",
            whole.len()
        );
    }
    std::fs::write(&file, &whole).unwrap();
    assert_eq!(
        read(&media, "a.png").await.unwrap(),
        b"some bytes of a picture"
    );
}

#[tokio::test]
async fn a_body_that_breaks_off_or_is_dropped_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let media = FsMedia::open(folder.path()).await.unwrap();
    let broken = stream::iter([
        Ok(Bytes::from_static(b"half")),
        Err(std::io::Error::other("gone")),
    ]);
    media
        .put(&key("a.png"), broken.boxed(), options())
        .await
        .unwrap_err();
    // A client that leaves: the put is dropped while its body waits.
    let waiting = stream::iter([Ok(Bytes::from_static(b"half"))]).chain(stream::pending());
    let name = key("b.png");
    let put = media.put(&name, waiting.boxed(), options());
    assert!(
        tokio::time::timeout(Duration::from_millis(200), put)
            .await
            .is_err()
    );
    let mut left = files(folder.path());
    for _ in 0..50 {
        if left.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        left = files(folder.path());
    }
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn keys_are_never_paths() {
    let folder = tempfile::tempdir().unwrap();
    let media = FsMedia::open(folder.path().join("media")).await.unwrap();
    // An object and a "folder" of one name may both be there, and names of our own files too.
    for name in [
        "a",
        "a/b",
        "a/b/c",
        "tmp",
        "objects",
        "a.tmp",
        "..a/b..",
        "con",
        "a/.hidden",
    ] {
        media
            .put(&key(name), body(b"x"), options())
            .await
            .unwrap_or_else(|e| panic!("{name}: {e:?}"));
    }
    let listed = media.list("a/", None, 100).await.unwrap();
    let names: Vec<_> = listed
        .items
        .iter()
        .map(|meta| meta.key.to_string())
        .collect();
    assert_eq!(names, ["a/.hidden", "a/b", "a/b/c"]);
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing beside the root"
    );
    for bad in [
        "../x",
        "a/../../x",
        "/x",
        "a//b",
        ".",
        "..",
        "a/",
        "A",
        "a b",
        "a\\b",
        "ü",
        "a\0",
    ] {
        assert!(ObjectKey::try_from(bad).is_err(), "{bad:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_creations_one_succeeds() {
    let folder = tempfile::tempdir().unwrap();
    let media = std::sync::Arc::new(FsMedia::open(folder.path()).await.unwrap());
    let all: Vec<_> = (0..50)
        .map(|_| {
            let media = media.clone();
            tokio::spawn(async move { media.put(&key("one.png"), body(b"bytes"), options()).await })
        })
        .collect();
    let mut made = 0;
    for one in all {
        match one.await.unwrap() {
            Ok(_) => made += 1,
            Err(Error::Conflict(Conflict::Exists)) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(made, 1);
    let part = media
        .get(&key("one.png"), Some(ByteRange::Last(2)))
        .await
        .unwrap();
    assert_eq!(part.range, 3..5);
}

/// A disk of one megabyte; needs root.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"])
            .arg(folder.path())
            .status();
        if mounted.is_ok_and(|status| status.success()) {
            return Some(Self(folder));
        }
        assert!(
            std::env::var("BLOG_TEST_REQUIRE").as_deref() != Ok("all"),
            "a tmpfs cannot be mounted; this test needs root"
        );
        println!("left out: a full disk needs root, to mount a tmpfs");
        None
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount")
            .arg(self.0.path())
            .status();
    }
}

#[tokio::test]
async fn a_full_disk_loses_nothing_that_was_there() {
    let Some(disk) = SmallDisk::mount() else {
        return;
    };
    let media = FsMedia::open(disk.0.path().join("media")).await.unwrap();
    media
        .put(&key("first.png"), body(b"was there before"), options())
        .await
        .unwrap();
    let large = stream::repeat_with(|| Ok(Bytes::from_static(&[7; 64 * 1024])))
        .take(64)
        .boxed();
    let error = media
        .put(&key("large.png"), large, options())
        .await
        .unwrap_err();
    assert!(matches!(error, Error::StorageFull { .. }), "{error:?}");
    assert!(matches!(
        media.head(&key("large.png")).await,
        Err(Error::NotFound(_))
    ));
    assert_eq!(
        read(&media, "first.png").await.unwrap(),
        b"was there before"
    );
    // The room is free again.
    media
        .put(&key("second.png"), body(b"fits"), options())
        .await
        .unwrap();
}
