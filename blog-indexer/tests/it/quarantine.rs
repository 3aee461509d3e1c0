//! What is put aside, and comes back, in each store of media.

use std::sync::Arc;

use blog_core::error::{Conflict, Error};
use blog_core::model::index::ObjectState;
use blog_core::model::media::{ByteStream, ObjectKey, PutMode, PutOptions};
use blog_core::ports::clock::SystemClock;
use blog_core::ports::{MediaStore, ObjectIndex};
use blog_indexer::quarantine::Quarantine;
use blog_storage::fs::FsMedia;
use blog_storage::memory::{MemoryMedia, MemoryStore};
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

fn key(text: &str) -> ObjectKey {
    ObjectKey::from_store(text.to_owned())
}

struct Lab {
    media: Arc<dyn MediaStore>,
    index: Arc<MemoryStore>,
    quarantine: Quarantine,
}

impl Lab {
    fn of(media: Arc<dyn MediaStore>) -> Self {
        let index = Arc::new(MemoryStore::new());
        Self {
            quarantine: Quarantine::new(media.clone(), index.clone(), Arc::new(SystemClock)),
            media,
            index,
        }
    }

    async fn put(&self, name: &str, text: &str) {
        let body: ByteStream = stream::iter([Ok(Bytes::from(text.to_owned()))]).boxed();
        let options = PutOptions {
            mode: PutMode::Overwrite,
            size: None,
            content_type: "image/png".to_owned(),
        };
        self.media.put(&key(name), body, options).await.unwrap();
    }

    /// The bytes and the type of an object; `None` where there is none.
    async fn read(&self, name: &str) -> Option<(String, String)> {
        let object = match self.media.get(&key(name), None).await {
            Ok(object) => object,
            Err(Error::NotFound(_)) => return None,
            Err(error) => panic!("{name}: {}", error.chain()),
        };
        let pieces: Vec<Bytes> = object.body.try_collect().await.unwrap();
        let text = String::from_utf8(pieces.concat()).unwrap();
        Some((text, object.meta.content_type))
    }

    async fn is_present(&self, name: &str) -> bool {
        let row = self.index.get(self.media.bucket(), name).await.unwrap();
        row.unwrap().state == ObjectState::Present
    }
}

/// There and back, after a crash in between, and never over another object.
async fn every_way(media: Arc<dyn MediaStore>, names: &[&str]) {
    let lab = Lab::of(media);
    for (number, name) in names.iter().enumerate() {
        let aside = format!("quarantine/{name}");
        let text = format!("bytes of {name}");
        let whole = Some((text.clone(), "image/png".to_owned()));
        lab.put(name, &text).await;
        if number % 2 == 1 {
            // Killed between the copy and what follows.
            lab.media.copy(&key(name), &key(&aside)).await.unwrap();
        }
        lab.quarantine.take(name).await.unwrap();
        assert_eq!(lab.read(name).await, None);
        assert_eq!(lab.read(&aside).await, whole);
        assert!(lab.is_present(&aside).await && !lab.is_present(name).await);
        let listed = lab.quarantine.list(None, 10).await.unwrap().items;
        let listed: Vec<&str> = listed.iter().map(|meta| meta.key.as_str()).collect();
        assert_eq!(listed, [aside.as_str()]);

        // Of the same size, and another.
        let other = text.replace("bytes", "BYTES");
        lab.put(name, &other).await;
        for refused in [
            lab.quarantine.take(name).await,
            lab.quarantine.restore(name).await,
        ] {
            assert!(
                matches!(refused, Err(Error::Conflict(Conflict::Exists))),
                "{refused:?}"
            );
        }
        assert_eq!(lab.read(name).await.unwrap().0, other);
        assert_eq!(lab.read(&aside).await, whole);

        lab.media.delete(&key(name)).await.unwrap();
        if number % 2 == 1 {
            lab.media.copy(&key(&aside), &key(name)).await.unwrap();
        }
        lab.quarantine.restore(name).await.unwrap();
        assert_eq!(lab.read(name).await, whole);
        assert_eq!(lab.read(&aside).await, None);
        assert!(lab.is_present(name).await && !lab.is_present(&aside).await);
        let nothing = lab.quarantine.restore(name).await;
        assert!(matches!(nothing, Err(Error::NotFound(_))), "{nothing:?}");
    }
}

/// Keys as the blog makes them.
const OWN: [&str; 2] = ["public/a-w480.png", "private/0198/b.png"];
/// Keys that only somebody else can have put there.
const STRANGE: [&str; 5] = [
    "public/a b+c.png",
    "public/100%41.png",
    "private/\u{fc}\u{1f426}.png",
    "public/a?x=1&y=2#z",
    "public/'quoted' \"<name>\"",
];

#[tokio::test]
async fn memory_puts_aside_and_back() {
    let names = [&OWN[..], &STRANGE].concat();
    every_way(Arc::new(MemoryMedia::new()), &names).await;
}

#[tokio::test]
async fn files_are_put_aside_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let media = Arc::new(FsMedia::open(folder.path()).await.unwrap());
    every_way(media.clone(), &OWN).await;
    // No file has such a key, so there is nothing to be put aside.
    for name in STRANGE {
        let refused = Lab::of(media.clone()).quarantine.take(name).await;
        assert!(refused.is_err(), "{name}");
    }
}

#[cfg(feature = "lambda")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_puts_aside_and_back() {
    use blog_storage::s3::S3Media;

    use crate::lambda::aws::Aws;

    let Some(endpoint) = crate::lambda::variable("BLOG_TEST_AWS_ENDPOINT_URL") else {
        return;
    };
    let name = format!("quarantine-{}", uuid::Uuid::now_v7().simple());
    Aws::at(&endpoint).bucket(&name).await;
    let media = S3Media::open(&format!("s3://{name}"), Some(&endpoint)).await;
    let names = [&OWN[..], &STRANGE].concat();
    every_way(Arc::new(media.unwrap()), &names).await;
}
