//! Somebody who leaves: nothing of theirs is in any table, object or index item afterwards.

use std::sync::Arc;
use std::time::Duration;

use blog_core::Backend;
use blog_core::Timestamp;
use blog_core::backend::Records;
use blog_core::blog::Blog;
use blog_core::id::AutosaveId;
use blog_core::model::audit::{AuditAction, AuditQuery};
use blog_core::model::autosave::{Autosave, FormText};
use blog_core::model::letter::{Compose, Letter, LetterText};
use blog_core::model::media::{ObjectKey, PutOptions};
use blog_core::model::user::Role;
use blog_core::page::PageRequest;
use blog_core::policy::Actor;
use blog_core::ports::clock::ManualClock;
use blog_core::ports::{MediaStore as _, ObjectIndex as _};
use blog_core::service::accounts::{LogIn, ProfileInput, SignUp};
use blog_core::service::discussion::CommentInput;
use blog_core::service::library::Upload;
use blog_core::service::publishing::PostInput;
use blog_core::service::sessions::Visitor;
use blog_storage::mail::FolderMail;
use blog_storage::memory::{MemoryMedia, MemoryStore};
use futures_util::StreamExt as _;
use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{Row as _, ValueRef as _};

use super::{Fixture, url};

const PASSWORD: &str = "seven quiet harbour lamps";

/// Stands in everything that is of the person who leaves, in a spelling that no folding changes.
const MARKER: &str = "zqmarker";

struct Scene {
    fixture: Fixture,
    blog: Blog,
    clock: Arc<ManualClock>,
    media: Arc<MemoryMedia>,
    index: Arc<MemoryStore>,
    letters: FolderMail,
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
        let letters = FolderMail::open(fixture.folder.path().join("mail")).unwrap();
        let blog = Blog::builder(backend)
            .clock(clock.clone())
            .mailer(Arc::new(letters.clone()))
            .build()
            .unwrap();
        Self {
            fixture,
            blog,
            clock,
            media,
            index,
            letters,
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
        let login = login.login().expect("no second factor");
        let sessions = self.blog.sessions();
        sessions.visitor(&login.secret).await.unwrap().unwrap()
    }

    async fn leave(&self, name: &str) {
        let compose: Compose = Arc::new(|letter| match letter {
            Letter::Erased { counts } => LetterText {
                subject: "Erased".to_owned(),
                text: counts.join(" "),
            },
            _ => LetterText {
                subject: MARKER.to_owned(),
                text: MARKER.to_owned(),
            },
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

    /// The mails that lie in the folder and name this, the oldest first.
    fn kept(&self, word: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.letters.folder()).unwrap();
        let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        files.retain(|path| path.extension().is_some_and(|extension| extension == "eml"));
        files.sort();
        let mails = files
            .iter()
            .map(|path| std::fs::read_to_string(path).unwrap());
        mails.filter(|mail| mail.contains(word)).collect()
    }

    /// What the audit log says of erasures, newest first.
    async fn receipts(&self) -> Vec<String> {
        let records = Records::of(self.fixture.store.clone());
        let mut query = AuditQuery::all(PageRequest::first(100));
        query.action = Some(AuditAction::UserErase);
        let found = records.audit.list(&query).await.unwrap();
        found
            .items
            .into_iter()
            .map(|record| record.detail)
            .collect()
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
    // What a comparison took for strays, and what it did not come by yet.
    let id = actor.user().unwrap();
    for key in [
        format!("private/{id}/stray.png"),
        format!("quarantine/private/{id}/old.png"),
        format!("quarantine/private/{id}/older-w480.png"),
    ] {
        let key = ObjectKey::try_from(key.as_str()).unwrap();
        let body = futures_util::stream::once(async { Ok(MARKER.into()) }).boxed();
        let put = scene.media.put(&key, body, PutOptions::default());
        put.await.unwrap();
    }

    scene.leave(&name).await;
    scene.pass(13).await;
    assert!(scene.found(MARKER).await.len() > 10, "within the grace");
    let address = format!("To: {name}@example.org");
    let kept = scene.kept(&address);
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert!(kept[0].contains(&format!("Subject: {MARKER}")), "{kept:?}");
    scene.pass(1).await;
    assert_eq!(scene.found(MARKER).await, Vec::<String>::new());

    // No object, and no index item but those that say that one is gone.
    let objects = scene.media.list("", None, 10).await.unwrap().items;
    assert!(objects.is_empty(), "{objects:?}");
    let page = PageRequest::first(100);
    let items = scene.index.by_owner(id, page).await.unwrap().items;
    assert!(items.is_empty(), "{items:?}");
    // They were told what it came to, and no other mail to them is kept.
    let kept = scene.kept(&address);
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert!(kept[0].contains("Subject: Erased\r\n"), "{kept:?}");
    assert!(kept[0].ends_with("\r\n\r\n1 2 1 1\r\n"), "{kept:?}");
    assert_eq!(
        scene.receipts().await,
        ["posts 1, files 2, comments 1, likes 1"]
    );
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

/// How much somebody has in [`somebody_with_very_much_holds_nobody_up`]: posts, and comments on somebody else's.
/// `BLOG_TEST_ERASURE=all` makes it 10 000 and 50 000.
fn very_much() -> (i64, i64) {
    match std::env::var("BLOG_TEST_ERASURE").as_deref() {
        Ok("all") => (10_000, 50_000),
        _ => (2_000, 6_000),
    }
}

#[tokio::test]
async fn somebody_with_very_much_holds_nobody_up() {
    let scene = Scene::new().await;
    scene.add("root", Role::Admin).await;
    let other = scene.add("ada", Role::Author).await;
    let actor = scene.add("writer", Role::Author).await;
    let (posts, comments) = very_much();
    println!("erases {posts} posts and {comments} comments");
    let input = PostInput {
        title: "One".to_owned(),
        body: "Text".to_owned(),
        status: "draft".to_owned(),
        ..PostInput::default()
    };
    let theirs = scene
        .blog
        .publishing()
        .create(&actor, &input)
        .await
        .unwrap();
    let shown = PostInput {
        status: "published".to_owned(),
        ..input
    };
    let shown = scene
        .blog
        .publishing()
        .create(&other, &shown)
        .await
        .unwrap();
    // Copies of the one, straight into the tables.
    let pool = SqlitePool::connect(&url(&scene.fixture.folder))
        .await
        .unwrap();
    let numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)";
    let id = |low: &str| format!("unhex(printf('0190000000007000{low}%014x', n.i))");
    let copies = [
        (
            posts - 1,
            format!(
                "INSERT INTO blog_posts SELECT (SELECT MAX(seq) FROM blog_posts) + n.i, {}, p.author, 'copy-' || n.i, \
                 p.title, p.excerpt, p.tags, p.cover, p.status, p.listed, p.is_public, p.published_at, p.created_at, \
                 p.updated_at, p.words, 0, 0, 0, 1 FROM n, blog_posts p WHERE p.id = ?",
                id("80")
            ),
            theirs.id.uuid(),
        ),
        (
            posts - 1,
            format!(
                "INSERT INTO blog_post_bodies SELECT {}, b.body, b.html, b.toc, b.media, b.renderer_version \
                 FROM n, blog_post_bodies b WHERE b.post = ?",
                id("80")
            ),
            theirs.id.uuid(),
        ),
        (
            comments,
            format!(
                "INSERT INTO blog_comments SELECT {0}, p.id, {0}, NULL, \
                 (SELECT id FROM blog_users WHERE username = 'writer'), 'visible', 1, 0, 0, n.i, NULL, 1, 'Words', \
                 '<p>Words</p>' FROM n, blog_posts p WHERE p.id = ?",
                id("81")
            ),
            shown.id.uuid(),
        ),
    ];
    for (count, sql, of) in copies {
        let sql = sqlx::AssertSqlSafe(format!("{numbers} {sql}"));
        let done = sqlx::query(sql)
            .bind(count)
            .bind(of)
            .execute(&pool)
            .await
            .unwrap();
        assert_eq!(done.rows_affected(), u64::try_from(count).unwrap());
    }
    pool.close().await;

    scene.leave("writer").await;
    scene.clock.advance(Duration::from_secs(14 * 86_400));
    // A mail that somebody waits for comes while the erasure goes on.
    let mail = scene.visitor("ada").await;
    let worker = scene.blog.worker();
    let work = tokio::spawn(async move { worker.catch_up().await });
    let records = Records::of(scene.fixture.store.clone());
    while scene.receipts().await.is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let asked = std::time::Instant::now();
    let compose: Compose = Arc::new(|_| LetterText {
        subject: "Wanted".to_owned(),
        text: "Now".to_owned(),
    });
    scene
        .blog
        .recovery()
        .forgot("ada", "1", compose)
        .await
        .unwrap();
    let wanted = || !scene.kept("Subject: Wanted\r\n").is_empty();
    while !wanted() {
        assert!(asked.elapsed() < Duration::from_secs(30), "the mail waits");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let writer = actor.user().unwrap();
    assert!(
        records.users.get(writer).await.is_ok(),
        "the erasure is over before the mail"
    );
    println!("a mail came after {:?} of an erasure", asked.elapsed());
    drop(mail);
    work.await.unwrap();
    assert!(records.users.get(writer).await.is_err());
    let receipts = scene.receipts().await;
    assert!(receipts.len() > 3, "{receipts:?}");
    assert_eq!(
        receipts[0],
        format!("posts {posts}, files 0, comments {comments}, likes 0")
    );
}

#[tokio::test]
async fn without_an_admin_what_others_show_goes_to_another() {
    let scene = Scene::new().await;
    let blog = &scene.blog;
    let actor = scene.add("ada", Role::Editor).await;
    scene.add("reader", Role::Reader).await;
    let heir = scene.add("author", Role::Author).await;
    let picture = blog.library().upload(&actor, png()).await.unwrap();
    let records = Records::of(scene.fixture.store.clone());
    let post = PostInput {
        title: "Shows it".to_owned(),
        body: format!("![x](media:{})", picture.id),
        status: "published".to_owned(),
        ..PostInput::default()
    };
    let post = blog.publishing().create(&heir, &post).await.unwrap();
    // Editors may show others' pictures; this one is put in straight.
    let pool = SqlitePool::connect(&url(&scene.fixture.folder))
        .await
        .unwrap();
    sqlx::query("INSERT OR IGNORE INTO blog_post_media (post, media) VALUES (?, ?)")
        .bind(post.id.uuid())
        .bind(picture.id.uuid())
        .execute(&pool)
        .await
        .unwrap();
    pool.close().await;
    scene.leave("ada").await;
    scene.pass(14).await;
    assert!(records.users.get(actor.user().unwrap()).await.is_err());
    let found = records.catalog.get(&[picture.id]).await.unwrap();
    assert_eq!(found[0].owner, heir.user().unwrap());
    assert!(scene.media.head(&found[0].private_key).await.is_ok());
}
