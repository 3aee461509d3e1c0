//! Somebody who leaves: nothing of theirs is in any table, object or index item afterwards.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use blog_core::Backend;
use blog_core::Timestamp;
use blog_core::backend::Records;
use blog_core::blog::Blog;
use blog_core::id::AutosaveId;
use blog_core::model::autosave::{Autosave, FormText};
use blog_core::model::letter::{Compose, LetterText};
use blog_core::model::user::Role;
use blog_core::page::PageRequest;
use blog_core::policy::Actor;
use blog_core::ports::clock::ManualClock;
use blog_core::ports::mailer::Mail;
use blog_core::ports::{Mailer, MediaStore as _, ObjectIndex as _};
use blog_core::service::accounts::{LogIn, ProfileInput, SignUp};
use blog_core::service::discussion::CommentInput;
use blog_core::service::library::Upload;
use blog_core::service::publishing::PostInput;
use blog_core::service::sessions::Visitor;
use blog_storage::memory::{MemoryMedia, MemoryStore};
use futures_util::StreamExt as _;
use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{Row as _, ValueRef as _};

use super::{Fixture, url};

const PASSWORD: &str = "seven quiet harbour lamps";

/// Stands in everything that is of the person who leaves, in a spelling that no folding changes.
const MARKER: &str = "zqmarker";

#[derive(Debug, Default)]
struct LetterBox(Mutex<usize>);

#[async_trait::async_trait]
impl Mailer for LetterBox {
    async fn send(&self, _: &Mail) -> blog_core::Result<()> {
        *self.0.lock().unwrap() += 1;
        Ok(())
    }
}

struct Scene {
    fixture: Fixture,
    blog: Blog,
    clock: Arc<ManualClock>,
    media: Arc<MemoryMedia>,
    index: Arc<MemoryStore>,
}

impl Scene {
    async fn new() -> Self {
        let fixture = Fixture::new().await;
        let media = Arc::new(MemoryMedia::new());
        let index = Arc::new(MemoryStore::new());
        let begin = Timestamp::parse("2026-01-31T18:30:00Z").unwrap();
        let clock = Arc::new(ManualClock::new(begin));
        let backend = Backend {
            records: Records::of(fixture.store.clone()),
            media: media.clone(),
            index: index.clone(),
        };
        let blog = Blog::builder(backend)
            .clock(clock.clone())
            .mailer(Arc::new(LetterBox::default()))
            .build()
            .unwrap();
        Self {
            fixture,
            blog,
            clock,
            media,
            index,
        }
    }

    async fn add(&self, name: &str, role: Role) -> Actor {
        let form = SignUp {
            username: name.to_owned(),
            email: format!("{name}@example.org"),
            password: PASSWORD.to_owned(),
        };
        Actor::of(&self.blog.accounts().add(form, role).await.unwrap())
    }

    async fn visitor(&self, name: &str) -> Visitor {
        let form = LogIn {
            login: name.to_owned(),
            password: PASSWORD.to_owned(),
            ..LogIn::default()
        };
        let login = self.blog.accounts().log_in(form).await.unwrap();
        let sessions = self.blog.sessions();
        sessions.visitor(&login.secret).await.unwrap().unwrap()
    }

    async fn leave(&self, name: &str) {
        let compose: Compose = Arc::new(|_| LetterText {
            subject: MARKER.to_owned(),
            text: MARKER.to_owned(),
        });
        let visitor = self.visitor(name).await;
        let privacy = self.blog.privacy();
        privacy.leave(&visitor, PASSWORD, compose).await.unwrap();
    }

    async fn pass(&self, days: u64) {
        self.clock.advance(Duration::from_secs(days * 86_400));
        // Tasks leave tasks.
        for _ in 0..5 {
            self.blog.worker().catch_up().await;
        }
        self.blog.worker().sweep().await.unwrap();
    }

    /// The tables and columns in which something of this spelling stands.
    async fn found(&self, marker: &str) -> Vec<String> {
        let pool = SqlitePool::connect(&url(&self.fixture.folder))
            .await
            .unwrap();
        let tables: Vec<(String,)> = sqlx::query_as(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'blog_post_search%'",
        )
        .fetch_all(&pool)
        .await
        .unwrap();
        assert!(tables.len() > 20, "{tables:?}");
        let mut found = Vec::new();
        for (table,) in tables {
            let sql = sqlx::AssertSqlSafe(format!("SELECT * FROM {table}"));
            let rows: Vec<SqliteRow> = sqlx::query(sql).fetch_all(&pool).await.unwrap();
            for row in rows {
                for place in 0..row.len() {
                    let value = row.try_get_raw(place).unwrap();
                    if value.is_null() {
                        continue;
                    }
                    let bytes: Vec<u8> = row
                        .try_get_unchecked::<Vec<u8>, _>(place)
                        .unwrap_or_default();
                    let text = String::from_utf8_lossy(&bytes).to_lowercase();
                    if text.contains(marker) {
                        found.push(format!("{table}: {text}"));
                    }
                }
            }
        }
        pool.close().await;
        found
    }
}

fn png() -> Upload {
    // One grey pixel.
    let bytes: &[u8] = &[
        0x89, 0x50, 0x4e, 0x47, 0xd, 0xa, 0x1a, 0xa, 0, 0, 0, 0xd, 0x49, 0x48, 0x44, 0x52, 0, 0, 0,
        1, 0, 0, 0, 1, 8, 0, 0, 0, 0, 0x3a, 0x7e, 0x9b, 0x55, 0, 0, 0, 0xa, 0x49, 0x44, 0x41, 0x54,
        0x78, 0x9c, 0x63, 0x68, 0, 0, 0, 0x82, 0, 0x81, 0x77, 0xcd, 0x72, 0xb6, 0, 0, 0, 0, 0x49,
        0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
    ];
    Upload {
        file_name: format!("{MARKER}.png"),
        alt: format!("A {MARKER}"),
        body: futures_util::stream::once(async move { Ok(bytes.to_vec().into()) }).boxed(),
    }
}

#[tokio::test]
async fn nothing_is_left_of_somebody_who_left() {
    let scene = Scene::new().await;
    let blog = &scene.blog;
    scene.add("root", Role::Admin).await;
    let other = scene.add("ada", Role::Author).await;
    let name = format!("{MARKER}-name");
    let actor = scene.add(&name, Role::Author).await;
    let avatar = blog.library().upload(&actor, png()).await.unwrap();
    let picture = blog.library().upload(&actor, png()).await.unwrap();
    let profile = ProfileInput {
        version: 1,
        display_name: format!("Somebody {MARKER}"),
        bio: format!("About {MARKER}"),
        avatar: Some(avatar.id),
    };
    blog.accounts()
        .update_profile(&actor, profile)
        .await
        .unwrap();
    let post = |title: &str| PostInput {
        title: title.to_owned(),
        body: format!("{MARKER}\n\n![x](media:{})", picture.id),
        tags: MARKER.to_owned(),
        status: "published".to_owned(),
        ..PostInput::default()
    };
    let publishing = blog.publishing();
    let title = format!("A {MARKER} post");
    let theirs = publishing.create(&actor, &post(&title)).await.unwrap();
    let stays = PostInput {
        body: "Nothing of anybody's".to_owned(),
        tags: String::new(),
        ..post("What stays")
    };
    let stays = publishing.create(&other, &stays).await.unwrap();
    let say = |body: &str| CommentInput {
        body: body.to_owned(),
        parent: None,
    };
    let discussion = blog.discussion();
    let opinion = say("An opinion that stays");
    discussion
        .comment(&actor, stays.id, &opinion, "1")
        .await
        .unwrap();
    let answer = say("An answer below it");
    discussion
        .comment(&other, theirs.id, &answer, "2")
        .await
        .unwrap();
    blog.engagement()
        .like(&actor, stays.id, true)
        .await
        .unwrap();
    let unsaved = Autosave {
        id: AutosaveId::generate(),
        writer: actor.user().unwrap(),
        post: None,
        version: 0,
        step: 1,
        text: FormText::from_store(vec![("body".to_owned(), MARKER.to_owned())]),
        saved_at: blog.now(),
    };
    let records = Records::of(scene.fixture.store.clone());
    records.autosaves.keep(unsaved).await.unwrap();
    assert!(
        scene.found(MARKER).await.len() > 10,
        "the markers are planted"
    );

    scene.leave(&name).await;
    scene.pass(13).await;
    assert!(scene.found(MARKER).await.len() > 10, "within the grace");
    scene.pass(1).await;
    assert_eq!(scene.found(MARKER).await, Vec::<String>::new());

    // No object, and no index item but those that say that one is gone.
    let objects = scene.media.list("", None, 10).await.unwrap().items;
    assert!(objects.is_empty(), "{objects:?}");
    let id = actor.user().unwrap();
    let page = PageRequest::first(100);
    let items = scene.index.by_owner(id, page).await.unwrap().items;
    assert!(items.is_empty(), "{items:?}");
    // What others said and did is there.
    let stays = records
        .posts
        .get(stays.id, &super::everybody(blog.now()))
        .await
        .unwrap();
    assert_eq!((stays.likes, stays.comments), (0, 1));
    let found = blog.reading().search(MARKER, None).await.unwrap();
    assert!(found.items.is_empty());
    let report = blog.audit().verify(None).await.unwrap();
    assert_eq!(report.breaks, []);
}

#[tokio::test]
async fn who_logs_in_within_the_grace_stays() {
    let scene = Scene::new().await;
    scene.add("root", Role::Admin).await;
    let actor = scene.add("ada", Role::Author).await;
    scene.leave("ada").await;
    scene.pass(13).await;
    scene.visitor("ada").await;
    scene.pass(30).await;
    let records = Records::of(scene.fixture.store.clone());
    let user = records.users.get(actor.user().unwrap()).await.unwrap();
    assert_eq!(user.erase_at, None);
    // A second time counts from then on.
    scene.leave("ada").await;
    scene.pass(13).await;
    assert!(records.users.get(user.id).await.is_ok());
    scene.pass(1).await;
    assert!(records.users.get(user.id).await.is_err());
}
