//! What a folder adds to the contract of media: crashes, damage, full disks, keys that look like paths.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use blog_core::error::{Conflict, Error};
use blog_core::model::media::{ByteRange, ByteStream, ObjectKey, PutMode, PutOptions};
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

#[tokio::test]
async fn a_crash_between_publishing_and_tidying_up_harms_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let media = FsMedia::open(folder.path()).await.unwrap();
    media
        .put(&key("a/b.png"), body(b"whole"), options())
        .await
        .unwrap();
    let object = folder.path().join("objects/a/b.png@");
    let draft = folder.path().join("tmp/draft");
    // After the link, before the draft's own name went; and once before the link, so that only a folder is there.
    std::fs::hard_link(&object, &draft).unwrap();
    std::fs::create_dir(folder.path().join("objects/empty")).unwrap();
    let long_ago = SystemTime::now() - Duration::from_secs(49 * 3600);
    let file = std::fs::File::options().write(true).open(&draft).unwrap();
    file.set_modified(long_ago).unwrap();
    let media = FsMedia::open(folder.path()).await.unwrap();
    assert!(!draft.exists());
    assert_eq!(read(&media, "a/b.png").await.unwrap(), b"whole");
    assert_eq!(media.list("", None, 10).await.unwrap().items.len(), 1);
    media
        .put(&key("empty/c.png"), body(b"c"), options())
        .await
        .unwrap();
    assert_eq!(read(&media, "empty/c.png").await.unwrap(), b"c");
    assert_eq!(files(&folder.path().join("tmp")), [] as [PathBuf; 0]);
}

#[tokio::test]
async fn a_copy_takes_no_room_and_outlives_its_source() {
    let folder = tempfile::tempdir().unwrap();
    let media = FsMedia::open(folder.path()).await.unwrap();
    let (from, to) = (key("private/a.png"), key("public/b.png"));
    let put = media.put(&from, body(b"bytes"), options()).await.unwrap();
    let copied = media.copy(&from, &to).await.unwrap();
    assert_eq!(
        (&copied.etag, &copied.content_type),
        (&put.etag, &put.content_type)
    );
    media.delete(&from).await.unwrap();
    assert_eq!(read(&media, "public/b.png").await.unwrap(), b"bytes");
    // Another object at the old key changes nothing in the copy.
    let overwrite = PutOptions {
        mode: PutMode::Overwrite,
        ..options()
    };
    media.put(&from, body(b"other"), overwrite).await.unwrap();
    assert_eq!(read(&media, "public/b.png").await.unwrap(), b"bytes");
}

#[tokio::test]
async fn large_objects_come_in_pieces_and_damage_withholds_the_last() {
    let folder = tempfile::tempdir().unwrap();
    let media = FsMedia::open(folder.path()).await.unwrap();
    let bytes: Vec<u8> = (0..1_000_003_u32).map(|n| (n % 251) as u8).collect();
    let pieces: Vec<_> = bytes
        .chunks(300_001)
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    media
        .put(&key("v.mp4"), stream::iter(pieces).boxed(), options())
        .await
        .unwrap();
    assert!(read(&media, "v.mp4").await.unwrap() == bytes);
    let part = media
        .get(&key("v.mp4"), Some(ByteRange::Between(262_143, 524_290)))
        .await
        .unwrap();
    let part: Vec<Bytes> = part.body.map(|piece| piece.unwrap()).collect().await;
    assert!(part.iter().all(|piece| piece.len() <= 256 * 1024));
    assert!(part.concat() == bytes[262_143..=524_290]);

    let file = folder.path().join("objects/v.mp4@");
    let mut damaged = std::fs::read(&file).unwrap();
    damaged[10] ^= 1;
    std::fs::write(&file, damaged).unwrap();
    let object = media.get(&key("v.mp4"), None).await.unwrap();
    let pieces: Vec<_> = object.body.collect().await;
    let (last, before) = pieces.split_last().unwrap();
    assert!(last.is_err());
    let read: usize = before
        .iter()
        .map(|piece| piece.as_ref().unwrap().len())
        .sum();
    assert!(read < bytes.len(), "nobody takes what is damaged for whole");
}

#[tokio::test]
async fn pages_follow_the_bytes_of_the_keys_through_a_crowded_folder() {
    let folder = tempfile::tempdir().unwrap();
    let media = FsMedia::open(folder.path()).await.unwrap();
    media
        .put(&key("crowd/0"), body(b"x"), options())
        .await
        .unwrap();
    let objects = folder.path().join("objects");
    let crowd = objects.join("crowd");
    let mut keys = vec!["crowd/0".to_owned()];
    for n in 1..2_500 {
        // Every third is alone in a folder of its own.
        let name = if n % 3 == 0 {
            format!("{n}/x")
        } else {
            n.to_string()
        };
        let file = crowd.join(format!("{name}@"));
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::hard_link(crowd.join("0@"), file).unwrap();
        keys.push(format!("crowd/{name}"));
    }
    // Folders that lead to nothing, and what other programs leave.
    std::fs::create_dir_all(objects.join("empty/emptier")).unwrap();
    for n in 0..2_100 {
        std::fs::create_dir(objects.join(format!("a{n}"))).unwrap();
    }
    std::fs::create_dir(objects.join("lost+found")).unwrap();
    std::fs::hard_link(crowd.join("0@"), objects.join("lost+found/x@")).unwrap();
    std::fs::write(objects.join(".DS_Store"), b"?").unwrap();
    std::fs::write(crowd.join("notes.txt"), b"?").unwrap();
    keys.sort();

    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = media.list("", after.as_ref(), 700).await.unwrap();
        found.extend(page.items.into_iter().map(|meta| meta.key.to_string()));
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert!(
        found == keys,
        "{} keys, {} expected",
        found.len(),
        keys.len()
    );
    let within = media
        .list("crowd/12", Some(&key("crowd/1203/x")), 3)
        .await
        .unwrap();
    let within: Vec<_> = within
        .items
        .iter()
        .map(|meta| meta.key.to_string())
        .collect();
    assert_eq!(within, ["crowd/1204", "crowd/1205", "crowd/1206/x"]);
    for outside in ["../", "../tmp/", "crowd/../", "/", "crowd//", "CROWD/"] {
        let page = media.list(outside, None, 10).await.unwrap();
        assert!(page.items.is_empty(), "{outside}");
    }
}

#[tokio::test]
async fn a_key_that_no_parser_saw_is_no_path() {
    let folder = tempfile::tempdir().unwrap();
    let media = FsMedia::open(folder.path().join("media")).await.unwrap();
    std::fs::write(folder.path().join("outside@"), b"somebody's").unwrap();
    for bad in ["../../outside", "/outside", "a/../../../outside"] {
        let bad = ObjectKey::from_store(bad.to_owned());
        let mut refusals = vec![
            media.put(&bad, body(b"x"), options()).await.map(drop),
            media.get(&bad, None).await.map(drop),
            media.head(&bad).await.map(drop),
            media.delete(&bad).await,
            media.copy(&bad, &key("a")).await.map(drop),
        ];
        media
            .put(
                &key("b"),
                body(b"x"),
                PutOptions {
                    mode: PutMode::Overwrite,
                    ..options()
                },
            )
            .await
            .unwrap();
        refusals.push(media.copy(&key("b"), &bad).await.map(drop));
        for refusal in refusals {
            assert!(
                matches!(refusal, Err(Error::Invalid(_))),
                "{bad}: {refusal:?}"
            );
        }
    }
    assert_eq!(
        std::fs::read(folder.path().join("outside@")).unwrap(),
        b"somebody's"
    );
}

#[tokio::test]
async fn a_folder_that_went_away_is_not_taken_for_deleted_objects() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("media");
    let media = FsMedia::open(&root).await.unwrap();
    media.put(&key("a/b"), body(b"x"), options()).await.unwrap();
    // Somebody tidied up an empty-looking folder: the next put makes it again.
    std::fs::remove_dir_all(root.join("objects/a")).unwrap();
    assert!(matches!(
        media.head(&key("a/b")).await,
        Err(Error::NotFound(_))
    ));
    media.put(&key("a/b"), body(b"x"), options()).await.unwrap();
    // A volume that is not mounted is something else.
    let away = folder.path().join("away");
    std::fs::rename(&root, &away).unwrap();
    let answers = [
        media.head(&key("a/b")).await.map(drop),
        media.get(&key("a/b"), None).await.map(drop),
        media.delete(&key("a/b")).await,
        media.list("", None, 10).await.map(drop),
        media
            .put(&key("a/c"), body(b"x"), options())
            .await
            .map(drop),
    ];
    for answer in answers {
        assert!(
            matches!(answer, Err(Error::Unavailable { .. })),
            "{answer:?}"
        );
    }
    std::fs::rename(&away, &root).unwrap();
    assert_eq!(read(&media, "a/b").await.unwrap(), b"x");
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
