//! The index follows the store, also over crashes and its own failures.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use blog_core::error::Error;
use blog_core::id::UserId;
use blog_core::model::drift::Run;
use blog_core::model::index::{Applied, IndexItem, ObjectEvent, ObjectState, Usage};
use blog_core::model::media::{
    ByteRange, ByteStream, Object, ObjectKey, ObjectMeta, PutMode, PutOptions,
};
use blog_core::ports::clock::SystemClock;
use blog_core::ports::{Clock as _, IntentLog, MediaStore, ObjectIndex};
use blog_core::service::observed::Observed;
use blog_core::{Page, PageRequest, Result, Timestamp};
use blog_storage::memory::{MemoryMedia, MemoryStore};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};

/// An index that can be switched off.
#[derive(Debug)]
struct Switched {
    inner: Arc<MemoryStore>,
    off: AtomicBool,
}

#[async_trait]
impl ObjectIndex for Switched {
    async fn apply(&self, event: &ObjectEvent) -> Result<Applied> {
        if self.off.load(Ordering::SeqCst) {
            return Err(Error::unavailable("the index", "it is switched off"));
        }
        let applied = self.inner.apply(event).await;
        tokio::task::yield_now().await;
        applied
    }

    async fn get(&self, bucket: &str, key: &str) -> Result<Option<IndexItem>> {
        ObjectIndex::get(&*self.inner, bucket, key).await
    }

    async fn by_owner(&self, owner: UserId, page: PageRequest) -> Result<Page<IndexItem>> {
        ObjectIndex::by_owner(&*self.inner, owner, page).await
    }

    async fn by_prefix(
        &self,
        bucket: &str,
        prefix: &str,
        after: Option<&str>,
        limit: u16,
    ) -> Result<Page<IndexItem, String>> {
        self.inner.by_prefix(bucket, prefix, after, limit).await
    }

    async fn usage(&self, owner: UserId, most: u32) -> Result<Usage> {
        ObjectIndex::usage(&*self.inner, owner, most).await
    }

    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u64> {
        ObjectIndex::purge(&*self.inner, now, limit).await
    }

    async fn note_run(&self, run: &Run) -> Result<()> {
        self.inner.note_run(run).await
    }

    async fn runs(&self, bucket: &str) -> Result<Vec<Run>> {
        self.inner.runs(bucket).await
    }
}

/// A media store whose answers overtake each other.
#[derive(Debug)]
struct Overtaking {
    inner: Arc<MemoryMedia>,
    answers: AtomicUsize,
}

#[async_trait]
impl MediaStore for Overtaking {
    fn bucket(&self) -> &str {
        self.inner.bucket()
    }

    async fn put(
        &self,
        key: &ObjectKey,
        body: ByteStream,
        options: PutOptions,
    ) -> Result<ObjectMeta> {
        let put = self.inner.put(key, body, options).await;
        let nth = self.answers.fetch_add(1, Ordering::SeqCst);
        for _ in 0..(nth * 7) % 5 * 4 {
            tokio::task::yield_now().await;
        }
        put
    }

    async fn get(&self, key: &ObjectKey, range: Option<ByteRange>) -> Result<Object> {
        self.inner.get(key, range).await
    }

    async fn head(&self, key: &ObjectKey) -> Result<ObjectMeta> {
        let head = self.inner.head(key).await;
        tokio::task::yield_now().await;
        head
    }

    async fn delete(&self, key: &ObjectKey) -> Result<()> {
        self.inner.delete(key).await
    }

    async fn copy(&self, from: &ObjectKey, to: &ObjectKey) -> Result<ObjectMeta> {
        self.inner.copy(from, to).await
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&ObjectKey>,
        limit: u16,
    ) -> Result<Page<ObjectMeta, ObjectKey>> {
        self.inner.list(prefix, after, limit).await
    }
}

struct Scene {
    store: Arc<MemoryStore>,
    media: Arc<MemoryMedia>,
    index: Arc<Switched>,
    observed: Arc<Observed>,
}

impl Scene {
    fn new() -> Self {
        let store = Arc::new(MemoryStore::new());
        let media = Arc::new(MemoryMedia::new());
        let index = Arc::new(Switched {
            inner: store.clone(),
            off: AtomicBool::new(false),
        });
        let overtaking = Arc::new(Overtaking {
            inner: media.clone(),
            answers: AtomicUsize::new(0),
        });
        let observed = Observed::new(
            overtaking,
            index.clone(),
            store.clone(),
            Arc::new(SystemClock),
        );
        Self {
            store,
            media,
            index,
            observed: Arc::new(observed),
        }
    }

    async fn row(&self, key: &ObjectKey) -> Option<IndexItem> {
        self.index
            .get(self.media.bucket(), key.as_str())
            .await
            .unwrap()
    }

    async fn pending(&self) -> usize {
        self.store.pending(None, 100).await.unwrap().len()
    }
}

fn key(text: &str) -> ObjectKey {
    ObjectKey::try_from(text).unwrap()
}

fn body(bytes: &'static [u8]) -> ByteStream {
    stream::once(async move { Ok(Bytes::from_static(bytes)) }).boxed()
}

fn options(mode: PutMode) -> PutOptions {
    PutOptions {
        content_type: "image/png".to_owned(),
        mode,
        size: None,
    }
}

#[tokio::test]
async fn every_finished_change_is_in_the_index() {
    let scene = Scene::new();
    let owner = UserId::generate();
    let (a, b) = (key("a.png"), key("b.png"));
    let create = options(PutMode::Create);
    let meta = scene
        .observed
        .put_owned(&a, body(b"four"), create, Some(owner))
        .await
        .unwrap();
    let row = scene.row(&a).await.unwrap();
    assert_eq!((row.size, row.etag, row.owner), (4, meta.etag, Some(owner)));
    assert_eq!(row.content_type.as_deref(), Some("image/png"));
    scene.observed.copy(&a, &b).await.unwrap();
    assert_eq!(scene.row(&b).await.unwrap().state, ObjectState::Present);
    scene
        .observed
        .put(&a, body(b"longer"), options(PutMode::Overwrite))
        .await
        .unwrap();
    let row = scene.row(&a).await.unwrap();
    assert_eq!(
        (row.size, row.owner),
        (6, Some(owner)),
        "the owner stays known"
    );
    scene.observed.delete(&a).await.unwrap();
    assert!(matches!(
        scene.row(&a).await.unwrap().state,
        ObjectState::Tombstone { .. }
    ));
    assert_eq!(scene.pending().await, 0);
}

#[tokio::test]
async fn a_refused_put_changes_nothing_in_the_index() {
    let scene = Scene::new();
    let a = key("a.png");
    scene
        .observed
        .put(&a, body(b"four"), options(PutMode::Create))
        .await
        .unwrap();
    let before = scene.row(&a).await.unwrap();
    scene
        .observed
        .put(&a, body(b"other"), options(PutMode::Create))
        .await
        .unwrap_err();
    let after = scene.row(&a).await.unwrap();
    assert_eq!((before.size, before.etag), (after.size, after.etag));
    assert_eq!(scene.pending().await, 0);
}

#[tokio::test]
async fn what_an_index_that_failed_did_not_hear_is_replayed() {
    let scene = Scene::new();
    let (a, b) = (key("a.png"), key("b.png"));
    scene
        .observed
        .put(&b, body(b"old"), options(PutMode::Create))
        .await
        .unwrap();
    scene.index.off.store(true, Ordering::SeqCst);
    scene
        .observed
        .put(&a, body(b"four"), options(PutMode::Create))
        .await
        .expect("the object is stored");
    scene.observed.delete(&b).await.expect("the object is gone");
    assert!(scene.row(&a).await.is_none());
    assert_eq!(scene.pending().await, 2);
    scene.observed.replay().await.expect_err("it is still off");
    assert_eq!(scene.pending().await, 2);
    scene.index.off.store(false, Ordering::SeqCst);
    assert_eq!(scene.observed.replay().await.unwrap(), 2);
    assert_eq!(scene.row(&a).await.unwrap().size, 4);
    assert!(matches!(
        scene.row(&b).await.unwrap().state,
        ObjectState::Tombstone { .. }
    ));
    assert_eq!(scene.observed.replay().await.unwrap(), 0);
}

#[tokio::test]
async fn a_crash_at_any_step_is_mended_by_the_replay() {
    let scene = Scene::new();
    let (before, after) = (key("before.png"), key("after.png"));
    let now = Timestamp::from_micros(1);
    // The process died after it wrote its intent, once before and once after the object was there.
    scene.store.begin(&before, None, now).await.unwrap();
    scene.store.begin(&after, None, now).await.unwrap();
    scene
        .media
        .put(&after, body(b"four"), options(PutMode::Create))
        .await
        .unwrap();
    assert_eq!(scene.observed.replay().await.unwrap(), 2);
    assert_eq!(scene.row(&after).await.unwrap().state, ObjectState::Present);
    let row = scene.row(&before).await;
    assert!(row.is_none_or(|row| row.state != ObjectState::Present));
    assert_eq!(scene.pending().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_changes_of_one_key_end_as_the_store_does() {
    let scene = Scene::new();
    let a = key("a.png");
    for _ in 0..50 {
        let put = {
            let (observed, a) = (scene.observed.clone(), a.clone());
            tokio::spawn(async move {
                observed
                    .put(&a, body(b"four"), options(PutMode::Overwrite))
                    .await
            })
        };
        let delete = {
            let (observed, a) = (scene.observed.clone(), a.clone());
            tokio::spawn(async move { observed.delete(&a).await })
        };
        put.await.unwrap().unwrap();
        delete.await.unwrap().unwrap();
        let there = scene.media.head(&a).await.is_ok();
        let known = scene.row(&a).await.unwrap().state == ObjectState::Present;
        assert_eq!(there, known);
    }
}

#[tokio::test]
async fn an_object_is_whose_put_stored_it() {
    let scene = Scene::new();
    let (first, second) = (UserId::generate(), UserId::generate());
    let a = key("a.png");
    let put = |owner, bytes| {
        let create = options(PutMode::Create);
        scene
            .observed
            .put_owned(&a, body(bytes), create, Some(owner))
    };
    put(first, b"four").await.unwrap();
    put(second, b"other").await.expect_err("it is there");
    assert_eq!(scene.row(&a).await.unwrap().owner, Some(first));
    // The same, when the process dies before it hears the refusal.
    let now = Timestamp::from_micros(1);
    scene.store.begin(&a, Some(second), now).await.unwrap();
    assert_eq!(scene.observed.replay().await.unwrap(), 1);
    assert_eq!(scene.row(&a).await.unwrap().owner, Some(first));
    // And an object that the index did not hear of is whose intent it was.
    let b = key("b.png");
    scene.store.begin(&b, Some(second), now).await.unwrap();
    let create = options(PutMode::Create);
    scene.media.put(&b, body(b"new"), create).await.unwrap();
    assert_eq!(scene.observed.replay().await.unwrap(), 1);
    assert_eq!(scene.row(&b).await.unwrap().owner, Some(second));
}

#[tokio::test]
async fn a_put_that_failed_leaves_no_row_and_no_intent() {
    let scene = Scene::new();
    let a = key("a.png");
    let broken = stream::iter([
        Ok(Bytes::from_static(b"half")),
        Err(std::io::Error::other("gone")),
    ]);
    scene
        .observed
        .put(&a, broken.boxed(), options(PutMode::Create))
        .await
        .unwrap_err();
    assert!(scene.row(&a).await.is_none());
    assert_eq!(scene.pending().await, 0);
}

#[tokio::test]
async fn a_replay_leaves_alone_what_goes_on_and_takes_up_what_was_dropped() {
    let scene = Scene::new();
    let a = key("a.png");
    let (send, receive) = tokio::sync::oneshot::channel::<()>();
    let waits = stream::once(async move {
        receive.await.map_err(std::io::Error::other)?;
        Ok(Bytes::from_static(b"four"))
    });
    let put = {
        let (observed, a) = (scene.observed.clone(), a.clone());
        let create = options(PutMode::Create);
        tokio::spawn(async move { observed.put(&a, waits.boxed(), create).await })
    };
    while scene.pending().await == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(scene.observed.replay().await.unwrap(), 0);
    assert_eq!(scene.pending().await, 1, "a crash may still come");
    send.send(()).unwrap();
    put.await.unwrap().unwrap();
    assert_eq!(scene.pending().await, 0);
    assert_eq!(scene.row(&a).await.unwrap().size, 4);

    // A client that leaves: its put is dropped half-way, and the process lives on.
    let b = key("b.png");
    let never = options(PutMode::Create);
    let put = scene.observed.put(&b, stream::pending().boxed(), never);
    let soon = std::time::Duration::from_millis(20);
    tokio::time::timeout(soon, put).await.unwrap_err();
    assert_eq!(scene.pending().await, 1);
    // It may be that of another process, which still goes on.
    assert_eq!(scene.observed.replay().await.unwrap(), 0);
    assert_eq!(scene.pending().await, 1);
    assert!(scene.row(&b).await.is_none());
}

#[tokio::test]
async fn a_put_of_another_process_is_told_of_even_if_that_dies_after_this_ones_replay() {
    let scene = Scene::new();
    let a = key("a.png");
    // The other process has begun, and this one starts.
    let now = SystemClock.now();
    scene.store.begin(&a, None, now).await.unwrap();
    assert_eq!(scene.observed.replay().await.unwrap(), 0);
    // The other one stores the object, and dies before it tells.
    scene
        .media
        .put(&a, body(b"four"), options(PutMode::Create))
        .await
        .unwrap();
    assert_eq!(scene.observed.replay().await.unwrap(), 1);
    assert_eq!(scene.row(&a).await.unwrap().size, 4);
    assert_eq!(scene.pending().await, 0);
}

#[cfg(feature = "fs")]
#[tokio::test]
async fn one_damaged_object_keeps_no_other_from_the_index() {
    let scene = Scene::new();
    let folder = tempfile::tempdir().unwrap();
    let media = blog_storage::fs::FsMedia::open(folder.path())
        .await
        .unwrap();
    let media: Arc<dyn MediaStore> = Arc::new(media);
    let now = Timestamp::from_micros(1);
    let (damaged, whole) = (key("damaged.png"), key("whole.png"));
    for key in [&damaged, &whole] {
        let create = options(PutMode::Create);
        media.put(key, body(b"four"), create).await.unwrap();
        scene.store.begin(key, None, now).await.unwrap();
    }
    std::fs::write(folder.path().join("objects/damaged.png@"), b"fo").unwrap();
    let observed = Observed::new(
        media.clone(),
        scene.index.clone(),
        scene.store.clone(),
        Arc::new(SystemClock),
    );
    assert_eq!(observed.replay().await.unwrap(), 1);
    let row = scene.index.get(media.bucket(), whole.as_str()).await;
    assert_eq!(row.unwrap().unwrap().size, 4);
    assert_eq!(scene.pending().await, 1, "the damaged one is not forgotten");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_puts_at_once_the_owner_is_the_one_whose_bytes_stayed() {
    const PUTS: usize = 8;
    let bodies: [&'static [u8]; PUTS] = [b"0", b"1", b"2", b"3", b"4", b"5", b"6", b"7"];
    for round in 0..1_000 {
        let scene = Scene::new();
        let a = key("a.png");
        let owners: Vec<UserId> = (0..PUTS).map(|_| UserId::generate()).collect();
        let puts = bodies.iter().zip(&owners).map(|(bytes, owner)| {
            let (observed, a, owner) = (scene.observed.clone(), a.clone(), *owner);
            let (bytes, options) = (body(bytes), options(PutMode::Overwrite));
            tokio::spawn(async move {
                let put = observed.put_owned(&a, bytes, options, Some(owner)).await;
                (put.unwrap().etag, owner)
            })
        });
        let puts = futures_util::future::join_all(puts.collect::<Vec<_>>()).await;
        let there = scene.media.head(&a).await.unwrap().etag;
        let put = puts.into_iter().map(|put| put.unwrap());
        let whose = put.into_iter().find(|(etag, _)| *etag == there).unwrap().1;
        let row = scene.row(&a).await.unwrap();
        assert_eq!((row.etag, row.owner), (there, Some(whose)), "round {round}");
    }
}
