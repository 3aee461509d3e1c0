//! The smaller copies of pictures: who is offered them, who gets them, and that none is ever left behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use blog_core::error::Error;
use blog_core::model::media::{ByteRange, ByteStream, Object, ObjectKey, ObjectMeta, PutOptions};
use blog_core::model::user::Role;
use blog_core::ports::MediaStore;
use blog_core::service::library::Upload;
use blog_core::{Backend, Page, Result, Settings};
use blog_storage::memory::{MemoryMedia, MemoryStore};
use futures_util::StreamExt as _;

use crate::app::{Person, TestApp, photo, post_form};

pub(crate) async fn upload(app: &TestApp, who: &Person, bytes: &[u8]) -> String {
    let parts: [(&str, Option<&str>, &[u8]); 1] = [("file", Some("photo.jpg"), bytes)];
    let answer = app.post_parts("/media/uploads", who, &parts).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let library = app.get("/library", who).await.text();
    let at = library.find("media:").unwrap() + 6;
    library[at..at + 36].to_owned()
}

/// The widths and addresses of the first `srcset` behind `mark`.
pub(crate) fn choices(page: &str, mark: &str) -> Vec<(u32, String)> {
    let rest = page
        .split(mark)
        .nth(1)
        .unwrap_or_else(|| panic!("{mark} in {page}"));
    let rest = rest.split(" srcset=\"").nth(1).expect("a srcset");
    let choice = |choice: &str| {
        let (address, width) = choice.split_once(' ').unwrap();
        (
            width.trim_end_matches('w').parse().unwrap(),
            address.to_owned(),
        )
    };
    rest[..rest.find('"').unwrap()]
        .split(", ")
        .map(choice)
        .collect()
}

/// What the store has, by the index that is told of each change.
async fn objects(app: &TestApp) -> usize {
    let page = app.blog.index().by_prefix("memory", "", None, 100).await;
    page.unwrap().items.len()
}

#[tokio::test]
async fn readers_choose_the_width_and_each_is_there() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let id = upload(&app, &ada, &photo(1_300, 700)).await;
    let body = format!("![A photo](media:{id})");
    let mut form = post_form("One", &body, "published");
    form.push(("cover", &id));
    app.post("/write", &ada, &form).await;
    let nobody = Person::default();
    let (home, post) = (
        app.get("/", &nobody).await.text(),
        app.get("/posts/one", &nobody).await.text(),
    );
    let offered = choices(&home, "card-cover");
    assert_eq!(choices(&post, "post-cover"), offered);
    assert_eq!(choices(&post, "post-body"), offered);
    let widths: Vec<u32> = offered.iter().map(|(width, _)| *width).collect();
    assert_eq!(widths, [480, 960, 1300]);
    let mut larger = 0;
    for (width, address) in &offered {
        assert!(address.starts_with("/media/public/"), "{address}");
        let answer = app.get(address, &nobody).await;
        assert_eq!(answer.headers["content-type"], "image/jpeg");
        assert_eq!(
            answer.headers["cache-control"],
            "public, max-age=31536000, immutable"
        );
        let image = image::load_from_memory(&answer.body).unwrap();
        assert_eq!(image.width(), *width);
        assert!(answer.body.len() > larger, "{width}");
        larger = answer.body.len();
    }
    let feed = app.get("/feed.xml", &nobody).await.text();
    assert!(
        feed.contains("http://localhost:3000/media/public/"),
        "{feed}"
    );
}

#[tokio::test]
async fn copies_of_a_draft_are_as_private_as_the_draft() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let eve = app.person("eve", Role::Author).await;
    let id = upload(&app, &ada, &photo(1_300, 700)).await;
    let mut form = post_form("One", "Text", "draft");
    form.push(("cover", &id));
    let draft = app.post("/write", &ada, &form).await.location();
    let page = app.get(&draft, &ada).await.text();
    let private = format!("/media/private/{id}");
    let library = app.get("/library", &ada).await.text();
    assert!(
        library.contains(&format!("src=\"{private}?w=480\"")),
        "{library}"
    );
    for (width, address) in choices(&page, "post-cover") {
        assert!(address.starts_with(&private), "{address}");
        let answer = app.get(&address, &ada).await;
        assert_eq!(answer.headers["cache-control"], "private, no-store");
        assert_eq!(
            image::load_from_memory(&answer.body).unwrap().width(),
            width
        );
        for stranger in [&eve, &Person::default()] {
            assert_eq!(app.get(&address, stranger).await.status, 404, "{address}");
        }
    }
    // A width that there is not is the picture itself.
    let whole = app.get(&private, &ada).await.body;
    for odd in ["?w=481", "?w=", "?w=-480", "?w=960000000000000", "?v=480"] {
        assert_eq!(
            app.get(&format!("{private}{odd}"), &ada).await.body,
            whole,
            "{odd}"
        );
    }
}

#[tokio::test]
async fn copies_come_and_go_with_their_picture() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let id = upload(&app, &ada, &photo(1_300, 700)).await;
    assert_eq!(objects(&app).await, 3);
    let mut form = post_form("One", "Text", "published");
    form.push(("cover", &id));
    app.post("/write", &ada, &form).await;
    assert_eq!(objects(&app).await, 6);
    let page = app.get("/", &Person::default()).await.text();
    let offered = choices(&page, "card-cover");
    assert_eq!(offered.len(), 3);
    app.post("/posts/one/delete", &ada, &[("version", "1")])
        .await;
    for (_, address) in offered {
        let answer = app.get(&address, &Person::default()).await;
        assert_eq!(answer.status, 404, "{address}");
    }
    assert_eq!(objects(&app).await, 3);
    let delete = format!("/library/{id}/delete");
    assert_eq!(app.post(&delete, &ada, &[]).await.status, 303);
    assert_eq!(objects(&app).await, 0);
}

#[tokio::test]
async fn a_portrait_is_a_small_copy() {
    let app = TestApp::new();
    let bob = app.person("bob", Role::Reader).await;
    let face = photo(1_300, 1_300);
    let parts: [(&str, Option<&str>, &[u8]); 4] = [
        ("version", None, b"1"),
        ("display_name", None, b"Bob"),
        ("bio", None, b""),
        ("avatar", Some("me.jpg"), &face),
    ];
    assert_eq!(
        app.post_parts("/account/profile", &bob, &parts)
            .await
            .status,
        303
    );
    let page = app.get("/@bob", &Person::default()).await.text();
    let at = page.find("class=\"avatar").unwrap();
    let at = at + page[at..].find("/media/public/").unwrap();
    let address = &page[at..at + page[at..].find('"').unwrap()];
    let answer = app.get(address, &Person::default()).await;
    assert_eq!(image::load_from_memory(&answer.body).unwrap().width(), 480);
}

/// A media store that stops working after some writes.
#[derive(Debug)]
struct Failing {
    inner: Arc<MemoryMedia>,
    /// Writes that still work.
    left: AtomicI64,
    /// Whether the others never answer, as when the process is killed in them.
    hangs: bool,
}

impl Failing {
    async fn write(&self) -> Result<()> {
        if self.left.fetch_sub(1, Ordering::SeqCst) > 0 {
            return Ok(());
        }
        match self.hangs {
            true => std::future::pending().await,
            false => Err(Error::StorageFull {
                source: "no room left".into(),
            }),
        }
    }
}

#[async_trait]
impl MediaStore for Failing {
    fn bucket(&self) -> &str {
        self.inner.bucket()
    }

    async fn put(
        &self,
        key: &ObjectKey,
        body: ByteStream,
        options: PutOptions,
    ) -> Result<ObjectMeta> {
        self.write().await?;
        self.inner.put(key, body, options).await
    }

    async fn get(&self, key: &ObjectKey, range: Option<ByteRange>) -> Result<Object> {
        self.inner.get(key, range).await
    }

    async fn head(&self, key: &ObjectKey) -> Result<ObjectMeta> {
        self.inner.head(key).await
    }

    async fn delete(&self, key: &ObjectKey) -> Result<()> {
        self.inner.delete(key).await
    }

    async fn copy(&self, from: &ObjectKey, to: &ObjectKey) -> Result<ObjectMeta> {
        self.write().await?;
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

/// Stores that outlive the applications on them.
pub(crate) struct Stores {
    records: Arc<MemoryStore>,
    pub(crate) media: Arc<MemoryMedia>,
}

impl Stores {
    pub(crate) fn new() -> Self {
        Self {
            records: Arc::new(MemoryStore::new()),
            media: Arc::new(MemoryMedia::new()),
        }
    }

    /// An application whose media store stops working after so many writes.
    pub(crate) fn app(&self, writes: i64, hangs: bool) -> TestApp {
        let backend = Backend {
            records: blog_core::backend::Records::of(self.records.clone()),
            media: Arc::new(Failing {
                inner: self.media.clone(),
                left: AtomicI64::new(writes),
                hangs,
            }),
            index: self.records.clone(),
        };
        TestApp::on(backend, Settings::default())
    }

    pub(crate) async fn keys(&self) -> Vec<String> {
        let page = self.media.list("", None, 100).await.unwrap();
        let keys = page.items.iter().map(|meta| meta.key.to_string());
        keys.collect()
    }
}

fn file(bytes: Vec<u8>) -> Upload {
    Upload {
        file_name: "photo.jpg".to_owned(),
        alt: String::new(),
        body: futures_util::stream::once(async move { Ok(bytes.into()) }).boxed(),
    }
}

#[tokio::test]
async fn a_store_that_fills_up_between_copies_is_left_as_it_was() {
    for writes in 0..3 {
        let stores = Stores::new();
        let app = stores.app(writes, false);
        let ada = app.person("ada", Role::Author).await;
        let bytes = photo(1_300, 700);
        let parts: [(&str, Option<&str>, &[u8]); 1] = [("file", Some("photo.jpg"), &bytes)];
        let refused = app.post_parts("/media/uploads", &ada, &parts).await;
        assert_eq!(refused.status, 507, "after {writes} writes");
        assert_eq!(stores.keys().await, Vec::<String>::new());
        assert!(!app.get("/library", &ada).await.text().contains("media:"));
    }
}

#[tokio::test]
async fn what_a_kill_between_copies_leaves_is_swept_by_the_worker() {
    for writes in 0..3_usize {
        let stores = Stores::new();
        let app = stores.app(writes as i64, true);
        let ada = app.person("ada", Role::Author).await;
        let library = app.blog.library();
        let actor = ada.actor.unwrap();
        let upload = library.upload(&actor, file(photo(1_300, 700)));
        let ended = tokio::time::timeout(Duration::from_secs(2), upload).await;
        assert!(ended.is_err(), "it hangs in write {writes}");
        assert_eq!(stores.keys().await.len(), writes);

        let app = stores.app(i64::MAX, false);
        app.blog.worker().sweep().await.unwrap();
        assert_eq!(
            stores.keys().await.len(),
            writes,
            "it may still be on its way"
        );
        app.advance(25 * 3_600);
        app.blog.worker().sweep().await.unwrap();
        assert_eq!(stores.keys().await, Vec::<String>::new());
        let own = library.own(&actor, blog_core::PageRequest::first(10));
        assert!(own.await.unwrap().items.is_empty());
    }
}

#[tokio::test]
async fn a_publication_that_could_not_copy_everything_is_made_whole_by_the_worker() {
    // Three writes are the upload's; the fourth to the sixth are the public copies.
    for writes in 3..6 {
        let stores = Stores::new();
        let app = stores.app(writes, false);
        let ada = app.person("ada", Role::Author).await;
        let id = upload(&app, &ada, &photo(1_300, 700)).await;
        let mut form = post_form("One", "Text", "published");
        form.push(("cover", &id));
        assert_eq!(app.post("/write", &ada, &form).await.status, 303);
        assert_eq!(
            stores.keys().await.len(),
            3,
            "no half of a public copy is left"
        );
        // Until then, the address that asks policy serves them all.
        let page = app.get("/", &Person::default()).await.text();
        for (width, address) in choices(&page, "card-cover") {
            assert!(address.starts_with("/media/private/"), "{address}");
            let answer = app.get(&address, &Person::default()).await;
            assert_eq!(
                image::load_from_memory(&answer.body).unwrap().width(),
                width
            );
        }

        let app = stores.app(i64::MAX, false);
        app.advance(3_600);
        let stop = tokio_util::sync::CancellationToken::new();
        let worker = tokio::spawn(app.blog.worker().run(stop.clone()));
        for _ in 0..200 {
            if stores.keys().await.len() == 6 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        stop.cancel();
        worker.await.unwrap();
        assert_eq!(stores.keys().await.len(), 6, "after {writes} writes");
        let page = app.get("/", &Person::default()).await.text();
        for (_, address) in choices(&page, "card-cover") {
            assert!(address.starts_with("/media/public/"), "{address}");
            assert_eq!(app.get(&address, &Person::default()).await.status, 200);
        }
    }
}
