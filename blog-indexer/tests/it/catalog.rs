//! The bucket, its index and the catalog, side by side.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use blog_core::backend::Records;
use blog_core::id::{MediaId, UserId};
use blog_core::model::effects::Effects;
use blog_core::model::focus::Focus;
use blog_core::model::index::{ObjectChange, ObjectEvent, ObjectState};
use blog_core::model::media::{
    AltText, ByteStream, FileName, Folder, MediaItem, MediaKind, MediaState, ObjectKey, PutMode,
    PutOptions,
};
use blog_core::model::user::{DisplayName, NewUser, Role, Username};
use blog_core::model::widths::Widths;
use blog_core::policy::Actor;
use blog_core::ports::clock::SystemClock;
use blog_core::ports::{Clock, MediaCatalog, MediaStore, ObjectIndex, UserStore};
use blog_core::service::library::Upload;
use blog_core::service::observed::Observed;
use blog_core::{Backend, Blog};
use blog_indexer::quarantine::Quarantine;
use blog_indexer::reconcile::{Class, Found, Reconcile, Request, Step};
use blog_storage::memory::{MemoryMedia, MemoryStore};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};

fn body(text: String) -> ByteStream {
    stream::iter([Ok(Bytes::from(text))]).boxed()
}

fn options() -> PutOptions {
    PutOptions {
        mode: PutMode::Overwrite,
        size: None,
        content_type: "image/png".to_owned(),
    }
}

fn key(text: &str) -> ObjectKey {
    ObjectKey::from_store(text.to_owned())
}

/// Name as long as those that the library makes.
fn name(number: usize) -> String {
    format!("{number:064x}")
}

struct Lab {
    media: Arc<MemoryMedia>,
    store: Arc<MemoryStore>,
    observed: Arc<Observed>,
    blog: Blog,
}

impl Lab {
    fn new() -> Self {
        let media = Arc::new(MemoryMedia::new());
        let store = Arc::new(MemoryStore::new());
        let backend = Backend {
            records: Records::of(store.clone()),
            media: media.clone(),
            index: store.clone(),
        };
        let observed = Observed::new(
            media.clone(),
            store.clone(),
            store.clone(),
            Arc::new(SystemClock),
        );
        Self {
            media,
            store,
            observed: Arc::new(observed),
            blog: Blog::builder(backend).build().unwrap(),
        }
    }

    async fn user(&self, name: &str) -> UserId {
        let user = NewUser {
            id: UserId::generate(),
            username: Username::try_from(name).unwrap(),
            email: None,
            subject: None,
            display_name: DisplayName::try_from(name).unwrap(),
            password: None,
            role: Role::Author,
            verified_at: None,
            only_if_first: false,
            waiting: None,
            invitation: None,
        };
        let effects = Effects::at(SystemClock.now());
        let user = UserStore::create(&*self.store, user, effects).await;
        user.unwrap().id
    }

    /// A row of the catalog with a smaller copy, and every second one with a public copy; nothing of it is stored.
    async fn item(&self, owner: UserId, number: usize, private: String) -> MediaItem {
        let item = MediaItem {
            id: MediaId::generate(),
            owner,
            kind: MediaKind::Image,
            content_type: "image/png".to_owned(),
            bytes: 1,
            width: Some(1_000),
            height: Some(1_000),
            alt: AltText::try_from("").unwrap(),
            file_name: FileName::try_from("a.png").unwrap(),
            focus: Focus::CENTRE,
            widths: Widths::new([480]),
            private_key: key(&private),
            public_key: number
                .is_multiple_of(2)
                .then(|| key(&format!("public/{}.png", name(number)))),
            state: MediaState::Ready,
            created_at: SystemClock.now(),
        };
        let effects = Effects::at(SystemClock.now());
        MediaCatalog::insert(&*self.store, item.clone(), effects)
            .await
            .unwrap();
        item
    }

    async fn put(&self, key: &ObjectKey, owner: Option<UserId>) {
        let bytes = body(format!("bytes of {key}"));
        let put = self.observed.put_owned(key, bytes, options(), owner);
        put.await.unwrap();
    }

    fn reconcile(&self) -> Reconcile {
        Reconcile::new(
            self.media.clone(),
            self.store.clone(),
            Arc::new(SystemClock),
        )
        .with_catalog(self.store.clone())
    }

    async fn run(&self, request: &Request) -> (Found, BTreeMap<String, Class>) {
        let mut drifts = BTreeMap::new();
        let mut watch = |step: Step<'_>| {
            if let Step::Drift(drift) = step {
                let before = drifts.insert(drift.key.clone(), drift.class);
                assert_eq!(before, None, "{drift:?}");
            }
        };
        let found = self.reconcile().run(request, &mut watch).await.unwrap();
        (found, drifts)
    }

    async fn row(&self, key: &str) -> blog_core::model::index::IndexItem {
        let row = ObjectIndex::get(&*self.store, "memory", key).await;
        row.unwrap().unwrap()
    }

    fn quarantine(&self) -> Quarantine {
        Quarantine::new(
            self.media.clone(),
            self.store.clone(),
            Arc::new(SystemClock),
        )
    }
}

/// People who upload and delete by the library, and one whose pictures become public and private again.
async fn busy(lab: Arc<Lab>, people: Vec<UserId>, goes_on: Arc<AtomicBool>) -> usize {
    let library = lab.blog.library();
    let turned = lab.item(
        people[0],
        1,
        format!("private/{}/{}.png", people[0], name(90_001)),
    );
    let turned = turned.await;
    for key in turned.stored(Folder::Private) {
        lab.put(&key, Some(turned.owner)).await;
    }
    let mut mine: Vec<MediaId> = Vec::new();
    let mut rounds = 0;
    while goes_on.load(Ordering::SeqCst) {
        // Fewer than anybody may upload in an hour.
        let actor = Actor::User {
            id: people[rounds / 50 % people.len()],
            role: Role::Admin,
            suspended: false,
            verified: true,
            blocked: false,
            must_enrol: false,
        };
        let bytes = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom\x00\x00\x27\x18mdat";
        let upload = Upload {
            file_name: "a.mp4".to_owned(),
            alt: String::new(),
            body: stream::iter([Ok(Bytes::from_static(bytes))]).boxed(),
        };
        if rounds < 50 * people.len() {
            mine.push(library.upload(&actor, upload).await.unwrap().id);
        }
        if rounds % 2 == 1 && !mine.is_empty() {
            library.delete(&actor, mine.swap_remove(0)).await.unwrap();
        }
        // As the library makes a public copy and withdraws it.
        let public = key(&format!("public/{}.png", name(80_000 + rounds)));
        let copy = |width: Option<u32>| match width {
            None => (turned.private_key.clone(), public.clone()),
            Some(width) => (turned.private_key.at_width(width), public.at_width(width)),
        };
        for (from, to) in [copy(None), copy(Some(480))] {
            lab.observed.copy(&from, &to).await.unwrap();
        }
        let fx = || Effects::at(SystemClock.now());
        let widths = || turned.widths.clone();
        let catalog = &*lab.store;
        catalog
            .set_copies(&turned, Some(public.clone()), widths(), fx())
            .await
            .unwrap();
        let now = MediaItem {
            public_key: Some(public.clone()),
            ..turned.clone()
        };
        tokio::task::yield_now().await;
        catalog
            .set_copies(&now, None, widths(), fx())
            .await
            .unwrap();
        for key in [public.at_width(480), public] {
            lab.observed.delete(&key).await.unwrap();
        }
        rounds += 1;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    rounds
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_catalog_bucket_and_index_lack_is_found_among_a_thousand_objects_while_people_upload()
{
    let lab = Arc::new(Lab::new());
    let owner = lab.user("owner").await;
    let mut people = Vec::new();
    for number in 0..40 {
        people.push(lab.user(&format!("person{number}")).await);
    }
    let mut injected: BTreeMap<String, Class> = BTreeMap::new();
    let mut objects = 0;
    for number in 0..400 {
        let folder = match number % 3 {
            // Of before keys said whose they are.
            0 => "private".to_owned(),
            _ => format!("private/{owner}"),
        };
        let item = lab.item(owner, number, format!("{folder}/{}.png", name(number)));
        let item = item.await;
        for key in item.stored(Folder::Private) {
            lab.put(&key, Some(owner)).await;
            objects += 1;
        }
        for key in item.stored(Folder::Public) {
            lab.put(&key, None).await;
            objects += 1;
        }
        if number % 5 != 0 {
            continue;
        }
        let (original, copy) = (&item.private_key, item.private_key.at_width(480));
        let text = original.to_string();
        let gone = |key: &ObjectKey, row: &blog_core::model::index::IndexItem| ObjectEvent {
            bucket: "memory".to_owned(),
            key: key.to_string(),
            version: None,
            change: ObjectChange::Removed,
            sequencer: row.sequencer.next(),
            at: row.last_seen,
        };
        match number / 5 % 7 {
            0 => {
                // The smaller copy of an item that is there itself.
                lab.media.delete(&copy).await.unwrap();
                let row = lab.row(copy.as_str()).await;
                lab.store.apply(&gone(&copy, &row)).await.unwrap();
                injected.insert(copy.to_string(), Class::Lost);
            }
            1 => {
                let stray = format!("public/{}-w480.png", name(10_000 + number));
                lab.put(&key(&stray), None).await;
                injected.insert(stray, Class::Stray);
            }
            2 => {
                let stray = format!("private/{owner}/{}.png", name(10_000 + number));
                lab.put(&key(&stray), Some(owner)).await;
                injected.insert(stray, Class::Stray);
            }
            3 => {
                let row = lab.row(&text).await;
                lab.store.apply(&gone(original, &row)).await.unwrap();
                injected.insert(text, Class::Stale);
            }
            4 => {
                let put = lab
                    .media
                    .put(original, body("others".to_owned()), options());
                put.await.unwrap();
                injected.insert(text, Class::Mismatched);
            }
            5 => {
                // Only the catalog knows whose it is.
                let item = lab.item(owner, 1, format!("private/{}.png", name(20_000 + number)));
                let item = item.await;
                for key in item.stored(Folder::Private) {
                    lab.put(&key, None).await;
                    injected.insert(key.to_string(), Class::Unowned);
                }
            }
            _ => {
                let effects = Effects::at(SystemClock.now());
                MediaCatalog::delete(&*lab.store, item.id, effects)
                    .await
                    .unwrap();
                for key in Folder::ALL
                    .into_iter()
                    .flat_map(|folder| item.stored(folder))
                {
                    lab.media.delete(&key).await.unwrap();
                    injected.insert(key.to_string(), Class::Orphan);
                }
            }
        }
        // Beside them what the index never heard of.
        let item = lab.item(
            owner,
            1,
            format!("private/{owner}/{}.png", name(30_000 + number)),
        );
        for key in item.await.stored(Folder::Private) {
            let put = lab
                .media
                .put(&key, body("unheard of".to_owned()), options());
            put.await.unwrap();
            injected.insert(key.to_string(), Class::Missing);
        }
    }
    assert_eq!(objects, 1_200);
    let count = |classes: &[Class]| {
        let of = injected.values().filter(|class| classes.contains(class));
        of.count() as u64
    };
    for class in Class::ALL {
        assert!(count(&[class]) >= 10, "{class}: {}", count(&[class]));
    }

    let goes_on = Arc::new(AtomicBool::new(true));
    let working = tokio::spawn(busy(lab.clone(), people, goes_on.clone()));
    // What people touch is young all the time, and the rest is not.
    let plan = Request {
        settling: Duration::from_secs(3),
        pause: Duration::from_millis(200),
        ..Request::default()
    };
    tokio::time::sleep(plan.settling + Duration::from_millis(200)).await;
    let (found, drifts) = lab.run(&plan).await;
    assert_eq!(drifts, injected, "all found, none invented");
    assert_eq!((found.repaired, found.quarantined), (0, 0), "only a plan");

    // Behind a key in the middle, the rest is found, and nothing else.
    let after = injected.keys().nth(injected.len() / 2).unwrap();
    let (_, drifts) = lab
        .run(&Request {
            after: Some(after.clone()),
            ..plan.clone()
        })
        .await;
    let rest = injected.iter().filter(|(key, _)| *key > after);
    assert_eq!(
        drifts,
        rest.map(|(key, class)| (key.clone(), *class)).collect()
    );
    let (_, drifts) = lab
        .run(&Request {
            prefix: "public/".to_owned(),
            ..plan.clone()
        })
        .await;
    let public = injected
        .iter()
        .filter(|(key, _)| key.starts_with("public/"));
    assert_eq!(
        drifts,
        public.map(|(key, class)| (key.clone(), *class)).collect()
    );

    let apply = Request {
        is_applied: true,
        ..plan.clone()
    };
    let left = [Class::Lost, Class::Stray];
    let (found, drifts) = lab.run(&apply).await;
    assert_eq!(drifts, injected);
    assert_eq!(found.drift - found.repaired, count(&left));
    assert_eq!(found.quarantined, 0);
    let (found, drifts) = lab.run(&apply).await;
    assert_eq!(found.repaired, 0, "a second run repairs nothing");
    let rest = injected.iter().filter(|(_, class)| left.contains(class));
    let rest: BTreeMap<String, Class> = rest.map(|(key, class)| (key.clone(), *class)).collect();
    assert_eq!(drifts, rest);

    // Nothing is young enough to be spared, and then everything is.
    let aside = |age| Request {
        quarantine: Some(age),
        ..apply.clone()
    };
    let (found, _) = lab.run(&aside(Duration::from_secs(3_600))).await;
    assert_eq!(found.quarantined, 0);
    let (found, _) = lab.run(&aside(Duration::from_secs(3))).await;
    assert_eq!(found.quarantined, count(&[Class::Stray]));
    let (found, drifts) = lab.run(&aside(Duration::from_secs(3))).await;
    assert_eq!((found.repaired, found.quarantined), (0, 0));
    assert!(drifts.values().all(|class| *class == Class::Lost));
    goes_on.store(false, Ordering::SeqCst);
    println!(
        "drift of every class found in {} rounds of work",
        working.await.unwrap()
    );

    // Nothing was deleted, and what was put aside comes back.
    for (stray, _) in injected.iter().filter(|(_, class)| **class == Class::Stray) {
        let aside = key(&format!("quarantine/{stray}"));
        assert!(lab.media.head(&key(stray)).await.is_err());
        let there = lab.media.head(&aside).await.unwrap();
        assert_eq!(lab.row(aside.as_str()).await.etag, there.etag);
        let row = lab.row(stray).await;
        assert!(matches!(row.state, ObjectState::Tombstone { .. }));
        lab.quarantine().restore(stray).await.unwrap();
        assert_eq!(lab.row(stray).await.state, ObjectState::Present);
        assert!(lab.media.head(&key(stray)).await.is_ok());
    }
    let left = lab.quarantine().list(None, 10).await.unwrap();
    assert_eq!(left.items, []);
    // Whose everything is the index knows now.
    let item = lab.row(&format!("private/{}.png", name(20_025))).await;
    assert_eq!(item.owner, Some(owner));
}
