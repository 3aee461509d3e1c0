//! Taking along what is one's own: asked for, made, fetched by its owner alone, unpacked by a program that is not ours.

use std::path::Path;
use std::process::Command;

use blog_core::error::Result;
use blog_core::model::media::{ByteRange, ByteStream, Object, ObjectKey, ObjectMeta, PutOptions};
use blog_core::model::user::Role;
use blog_core::page::Page;
use blog_core::ports::MediaStore;
use http::header;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::app::{Answer, PASSWORD, Person, TestApp, memory, mp4, png, post_form};

const DAY: u64 = 86_400;

/// Unpacks by Python's own reader, which checks every sum.
fn unpacked(archive: &[u8]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("archive.zip");
    std::fs::write(&file, archive).unwrap();
    let program = "import sys, zipfile\n\
        with zipfile.ZipFile(sys.argv[1]) as z:\n    \
        bad = z.testzip()\n    \
        assert bad is None, bad\n    \
        assert all(i.compress_type == zipfile.ZIP_STORED for i in z.infolist())\n    \
        z.extractall(sys.argv[2])\n";
    let python = Command::new("python3")
        .args(["-c", program])
        .arg(&file)
        .arg(folder.path().join("out"))
        .output()
        .expect("python3 is installed");
    let said = String::from_utf8_lossy(&python.stderr).into_owned();
    assert!(python.status.success(), "{said}");
    folder
}

fn read(folder: &TempDir, name: &str) -> Vec<u8> {
    let path = folder.path().join("out").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn read_json(folder: &TempDir, name: &str) -> Value {
    serde_json::from_slice(&read(folder, name)).unwrap()
}

/// Every file below a folder, as paths from there.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => {
                    let name = path.strip_prefix(folder).unwrap();
                    found.push(name.to_str().unwrap().to_owned());
                }
            }
        }
    }
    found.sort();
    found
}

/// The values of a front matter and what stands behind it.
fn front_matter(post: &str) -> (Value, String) {
    let rest = post.strip_prefix("---\n").unwrap();
    let (head, body) = rest.split_once("\n---\n\n").unwrap();
    let field = |line: &str| {
        let (name, value) = line.split_once(": ").unwrap();
        (name.to_owned(), serde_json::from_str(value).unwrap())
    };
    let head: serde_json::Map<String, Value> = head.lines().map(field).collect();
    (head.into(), body.to_owned())
}

async fn ask(app: &TestApp, who: &Person) -> Answer {
    app.post("/account/export", who, &[("password", PASSWORD)])
        .await
}

async fn fetch(app: &TestApp, who: &Person) -> Answer {
    app.get("/account/export/archive.zip", who).await
}

async fn upload(app: &TestApp, who: &Person, name: &str, bytes: &[u8]) -> String {
    let parts: [(&str, Option<&str>, &[u8]); 2] =
        [("alt", None, b"A \"picture\""), ("file", Some(name), bytes)];
    let answer = app.post_parts("/media/uploads", who, &parts).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let library = app.blog.library();
    let page = blog_core::page::PageRequest::first(1);
    let newest = library.own(&who.actor.unwrap(), page).await.unwrap();
    app.advance(1);
    newest.items[0].id.to_string()
}

#[tokio::test]
async fn everything_of_somebody_is_in_their_archive() {
    let app = TestApp::new();
    let root = app.person("root", Role::Admin).await;
    let ada = app.person("ada", Role::Author).await;
    let id = ada.actor.unwrap().user().unwrap();
    let mut media = Vec::new();
    for (name, bytes) in [
        ("tea.png", png()),
        ("TEA.png", png()),
        ("../çay: <1>.mp4", mp4()),
        ("con.png", png()),
    ] {
        media.push(upload(&app, &ada, name, &bytes).await);
    }
    let profile: [(&str, Option<&str>, &[u8]); 4] = [
        ("version", None, b"1"),
        ("display_name", None, "Ada Çelik".as_bytes()),
        ("bio", None, b"Two\nlines"),
        ("avatar", Some("me.png"), &png()),
    ];
    let saved = app.post_parts("/account/profile", &ada, &profile).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    let text = format!("Seen ![x](media:{})\n\n---\n\nEnd", media[0]);
    let mut form = post_form("A: \"title\" — ş", &text, "published");
    form[3] = ("tags", "Rust, Türkçe");
    let written = app.post("/write", &ada, &form).await;
    assert_eq!(written.status, 303, "{}", written.text());
    app.advance(5);
    let draft = post_form("Nobody sees it", "Secret plans", "draft");
    let drafted = app.post("/write", &ada, &draft).await.location();
    app.advance(5);
    // A second version of the draft.
    let at = drafted.clone();
    let mut again = post_form("Nobody sees it", "Better plans", "draft");
    again.push(("version", "1"));
    let saved = app.post(&format!("{at}/edit"), &ada, &again).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    app.post("/write", &root, &post_form("Of root", "Text", "published"))
        .await;
    app.post("/posts/of-root/comments", &ada, &[("body", "Well *said*")])
        .await;
    app.post("/posts/of-root/comments", &root, &[("body", "Of root")])
        .await;
    app.post("/posts/of-root/like", &ada, &[("liked", "true")])
        .await;

    let asked = ask(&app, &ada).await;
    assert_eq!(asked.location(), "/account/export", "{}", asked.text());
    let page = app.get("/account/export", &ada).await.text();
    assert!(page.contains("Your file is being made"), "{page}");
    assert_eq!(fetch(&app, &ada).await.status, 404);
    let mails = app.mails().await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!(mails[0].to, "ada@example.org");
    assert!(mails[0].text.contains("/account/export\n"), "{mails:?}");
    let page = app.get("/account/export", &ada).await.text();
    assert!(page.contains("/account/export/archive.zip"), "{page}");

    let answer = fetch(&app, &ada).await;
    assert_eq!(answer.status, 200);
    let header = |name: header::HeaderName| answer.headers[name].to_str().unwrap();
    assert_eq!(header(header::CONTENT_TYPE), "application/zip");
    assert_eq!(
        header(header::CONTENT_DISPOSITION),
        "attachment; filename=\"ada.zip\""
    );
    assert_eq!(header(header::CACHE_CONTROL), "private, no-store");
    let folder = unpacked(&answer.body);
    let all = files(&folder.path().join("out"));
    let slug = drafted.strip_prefix("/posts/").unwrap();
    let account = read_json(&folder, "account.json");

    // Every file is named, and no other is there.
    let mut named = vec!["README.txt".to_owned(), "account.json".to_owned()];
    for (list, key) in [("posts", "file"), ("posts", "revisions"), ("media", "file")] {
        for entry in account[list].as_array().unwrap() {
            named.push(entry[key].as_str().unwrap().to_owned());
        }
    }
    named.sort();
    assert_eq!(all, named);
    assert_eq!(account["posts"].as_array().unwrap().len(), 2);
    let readme = String::from_utf8(read(&folder, "README.txt")).unwrap();
    assert!(readme.contains("account ada"), "{readme}");

    // Every byte of every file, under its name as far as file systems take it.
    let listed = account["media"].as_array().unwrap();
    assert_eq!(listed.len(), 5);
    for item in listed {
        let id = item["id"].as_str().unwrap();
        let shown = app.get(&format!("/media/private/{id}"), &ada).await;
        assert_eq!(shown.status, 200);
        assert!(
            read(&folder, item["file"].as_str().unwrap()) == shown.body,
            "{item}"
        );
        assert_eq!(item["bytes"], json!(shown.body.len()));
    }
    let file = |place: usize| {
        let found = listed.iter().find(|item| item["id"] == json!(media[place]));
        found.unwrap()["file"].as_str().unwrap().to_owned()
    };
    assert_eq!(file(2), "media/çay_ _1_.mp4");
    assert_eq!(file(3), "media/_con.png");
    let same: Vec<String> = [file(0), file(1)].to_vec();
    assert!(same.contains(&"media/TEA.png".to_owned()), "{same:?}");
    assert!(
        same.contains(&format!("media/tea {}.png", media[0])),
        "{same:?}"
    );

    // Every field of the account.
    let user = app.records.users.get(id).await.unwrap();
    let avatar = user.avatar.unwrap().id;
    assert_eq!(account["schema_version"], 1);
    assert_eq!(
        account["account"],
        json!({
            "id": id, "username": "ada", "email": "ada@example.org",
            "email_verified_at": user.verified_at.map(|at| at.to_rfc3339()),
            "outside_identity": null,
            "display_name": "Ada Çelik", "bio": "Two\nlines", "picture": avatar,
            "role": "author", "suspended": false, "suspension_reason": null,
            "blocked_from_commenting": false, "second_factor": null, "to_be_erased_at": null,
            "created_at": user.created_at.to_rfc3339(), "profile_version": user.version,
        })
    );
    assert_eq!(account["sessions"].as_array().unwrap().len(), 1);
    let comments = account["comments"].as_array().unwrap();
    assert_eq!(comments.len(), 1, "{comments:?}");
    assert_eq!(comments[0]["body"], "Well *said*");
    assert_eq!(comments[0]["post_slug"], "of-root");
    assert_eq!(account["likes"][0]["post_slug"], "of-root");
    let actions: Vec<&str> = account["audit"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| record["action"].as_str().unwrap())
        .collect();
    for action in ["user.create", "user.profile", "post.create", "export.ask"] {
        assert!(actions.contains(&action), "{action}: {actions:?}");
    }

    // The posts, also the one that nobody else sees, and what it was.
    let (head, body) =
        front_matter(&String::from_utf8(read(&folder, "posts/a-title-s.md")).unwrap());
    assert_eq!(body, text);
    assert_eq!(head["title"], "A: \"title\" — ş");
    assert_eq!(head["tags"], json!(["Rust", "Türkçe"]));
    assert_eq!(head["status"], "published");
    assert_eq!(head["media"], json!({ media[0].as_str(): file(0) }));
    let name = format!("posts/{slug}.md");
    let (head, body) = front_matter(&String::from_utf8(read(&folder, &name)).unwrap());
    assert_eq!(
        (head["status"].as_str(), body.as_str()),
        (Some("draft"), "Better plans")
    );
    let revisions = read_json(&folder, &format!("posts/{slug}.revisions.json"));
    let bodies: Vec<&str> = revisions["revisions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|revision| revision["body"].as_str().unwrap())
        .collect();
    assert_eq!(bodies, ["Better plans", "Secret plans"]);

    // Nothing that opens a door, and nothing of others.
    let (_, hash) = app.records.users.credentials("ada").await.unwrap();
    let hash = hash.unwrap();
    let sessions = app.records.sessions.list(id, app.blog.now()).await.unwrap();
    let token = sessions[0].token;
    let hex: String = token
        .as_bytes()
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    let cookie = ada.cookie.as_ref().unwrap().strip_prefix("sid=").unwrap();
    for name in &all {
        let bytes = String::from_utf8_lossy(&read(&folder, name)).into_owned();
        for secret in [
            hash.as_phc(),
            "$argon2",
            hex.as_str(),
            cookie,
            "root@example.org",
        ] {
            assert!(!bytes.contains(secret), "{secret} in {name}");
        }
        assert!(
            name == "account.json" || !bytes.contains("Of root"),
            "{name}"
        );
    }
    assert!(!account.to_string().contains("Of root"));
}

#[tokio::test]
async fn an_archive_is_its_owners_for_a_week() {
    let app = TestApp::new();
    app.person("root", Role::Admin).await;
    let ada = app.person("ada", Role::Author).await;
    let eve = app.person("eve", Role::Admin).await;
    for wrong in ["", "not the password"] {
        let refused = app
            .post("/account/export", &ada, &[("password", wrong)])
            .await;
        assert_eq!(refused.status, 422, "{wrong:?}");
    }
    app.mails().await;
    assert_eq!(fetch(&app, &ada).await.status, 404, "nothing was asked for");
    ask(&app, &ada).await;
    // Once more, before it is made: nothing is begun twice.
    assert_eq!(ask(&app, &ada).await.status, 303);
    assert_eq!(app.mails().await.len(), 1);
    let whole = fetch(&app, &ada).await;
    assert_eq!(whole.status, 200);
    assert_eq!(fetch(&app, &eve).await.status, 404, "somebody else's");
    let nobody = fetch(&app, &Person::default()).await;
    assert!(nobody.location().starts_with("/account/login"));
    let part = app
        .request("GET", "/account/export/archive.zip", &ada)
        .header(header::RANGE, "bytes=10-19")
        .finish();
    let part = app.send(part).await;
    assert_eq!(
        (part.status.as_u16(), &part.body[..]),
        (206, &whole.body[10..20])
    );

    // It is no file of the library and no drift, and the audit log counts what is in it.
    let library = app.get("/library/files", &ada).await.text();
    assert!(!library.contains("exports/"), "{library}");
    let log = app
        .get("/admin/audit?action=export.make", &eve)
        .await
        .text();
    assert!(log.contains("files 0, posts 0, revisions 0"), "{log}");

    app.advance(7 * DAY - 1);
    let ada = Person {
        cookie: app.log_in_again("ada").await,
        ..ada
    };
    assert_eq!(fetch(&app, &ada).await.status, 200);
    app.advance(1);
    assert_eq!(fetch(&app, &ada).await.status, 404);
    let page = app.get("/account/export", &ada).await.text();
    assert!(!page.contains("archive.zip"), "{page}");
    assert_eq!(objects(&app).await, 1);
    app.blog.worker().sweep().await.unwrap();
    assert_eq!(objects(&app).await, 0);
}

/// Archives that the index knows to be there.
async fn objects(app: &TestApp) -> usize {
    let index = app.blog.index();
    let found = index.by_prefix("memory", "exports/", None, 100).await;
    found.unwrap().items.len()
}

#[tokio::test]
async fn a_new_archive_takes_the_place_of_the_old_and_a_day_has_three() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    for made in 1..=4 {
        let asked = ask(&app, &ada).await;
        app.mails().await;
        assert_eq!(asked.status, if made <= 3 { 303 } else { 429 }, "{made}");
        assert_eq!(objects(&app).await, 1, "{made}");
    }
    app.advance(DAY);
    let ada = Person {
        cookie: app.log_in_again("ada").await,
        ..ada
    };
    assert_eq!(ask(&app, &ada).await.status, 303);
}

#[tokio::test]
async fn an_archive_goes_with_its_owner() {
    let app = TestApp::new();
    app.person("root", Role::Admin).await;
    let ada = app.person("ada", Role::Author).await;
    app.post("/account/delete", &ada, &[("password", PASSWORD)])
        .await;
    app.advance(14 * DAY - 60);
    let ada = Person {
        cookie: app.log_in_again("ada").await,
        ..ada
    };
    // They came back for their data and leave again.
    ask(&app, &ada).await;
    app.mails().await;
    app.post("/account/delete", &ada, &[("password", PASSWORD)])
        .await;
    assert_eq!(objects(&app).await, 1);
    app.advance(14 * DAY);
    for _ in 0..3 {
        app.mails().await;
    }
    assert_eq!(objects(&app).await, 0);
}

#[tokio::test]
async fn an_archive_is_fetched_by_who_gave_their_password_just_now() {
    let app = TestApp::new();
    app.person("root", Role::Admin).await;
    let ada = app.person("ada", Role::Author).await;
    ask(&app, &ada).await;
    app.mails().await;
    app.advance(15 * 60 - 1);
    assert_eq!(fetch(&app, &ada).await.status, 200);
    app.advance(1);
    let led = fetch(&app, &ada).await;
    assert_eq!(
        (led.status.as_u16(), led.location().as_str()),
        (303, "/account/export")
    );
    let page = app.get("/account/export", &ada).await.text();
    assert!(page.contains("action=\"/account/export/fetch\""), "{page}");
    assert!(!page.contains("archive.zip"), "{page}");
    let confirm = async |password| {
        let form = [("password", password)];
        app.post("/account/export/fetch", &ada, &form).await
    };
    for wrong in ["", "not the password"] {
        assert_eq!(confirm(wrong).await.status, 422, "{wrong:?}");
        assert_eq!(fetch(&app, &ada).await.status, 303, "{wrong:?}");
    }
    let confirmed = confirm(PASSWORD).await;
    assert_eq!(confirmed.location(), "/account/export/archive.zip");
    assert_eq!(fetch(&app, &ada).await.status, 200);
}

#[tokio::test]
async fn an_export_that_ends_every_process_is_given_up_and_told() {
    let app = TestApp::new();
    let root = app.person("root", Role::Admin).await;
    let ada = app.person("ada", Role::Author).await;
    ask(&app, &ada).await;
    for tried in 1..=50 {
        let now = app.advance(1);
        let taken = app.records.exports.claim(now, now.plus(MOMENT)).await;
        assert_eq!(taken.unwrap().unwrap().export.attempts, tried);
    }
    app.advance(1);
    let mails = app.mails().await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!(mails[0].to, "ada@example.org");
    assert!(mails[0].text.contains("could not be made"), "{mails:?}");
    let log = app.get("/admin/audit?action=export.fail", &root).await;
    assert!(log.text().contains("Data could not be handed over"));
    // They may ask anew.
    let page = app.get("/account/export", &ada).await.text();
    assert!(!page.contains("is being made"), "{page}");
    assert_eq!(ask(&app, &ada).await.status, 303);
    app.mails().await;
    assert_eq!(fetch(&app, &ada).await.status, 200);
}

#[tokio::test]
async fn a_panic_is_an_attempt_that_failed() {
    let mut backend = memory();
    backend.media = Failing::of(backend.media.clone(), 1, How::Panic);
    let app = TestApp::on(backend, Default::default());
    let ada = app.person("ada", Role::Author).await;
    ask(&app, &ada).await;
    assert_eq!(app.mails().await.len(), 0);
    app.advance(2);
    assert_eq!(app.mails().await.len(), 1);
    assert_eq!(fetch(&app, &ada).await.status, 200);
}

#[tokio::test]
async fn what_an_erasure_did_before_it_failed_is_counted() {
    let mut backend = memory();
    backend.media = Failing::of(backend.media.clone(), 1, How::List);
    let app = TestApp::on(backend, Default::default());
    app.person("root", Role::Admin).await;
    let ada = app.person("ada", Role::Author).await;
    app.post("/write", &ada, &post_form("One", "Text", "published"))
        .await;
    app.post("/account/delete", &ada, &[("password", PASSWORD)])
        .await;
    app.advance(14 * DAY);
    let mails = app.mails().await;
    assert_eq!(
        mails.len(),
        1,
        "they leave, and the erasure fails: {mails:?}"
    );
    app.advance(60);
    let mut mails = app.mails().await;
    mails.extend(app.mails().await);
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert!(
        mails[0].text.contains("versions and comments: 1\n"),
        "{mails:?}"
    );
}

const MOMENT: std::time::Duration = std::time::Duration::from_micros(1);

/// A media store that takes no archive so many times.
#[derive(Debug)]
struct Failing {
    inner: std::sync::Arc<dyn MediaStore>,
    left: std::sync::atomic::AtomicU32,
    how: How,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// Putting an archive fails.
    Put,
    /// Putting an archive panics.
    Panic,
    /// Listing somebody's private files fails.
    List,
}

impl Failing {
    fn of(inner: std::sync::Arc<dyn MediaStore>, left: u32, how: How) -> std::sync::Arc<Self> {
        let left = left.into();
        std::sync::Arc::new(Self { inner, left, how })
    }

    fn fails(&self) -> Result<()> {
        let order = std::sync::atomic::Ordering::SeqCst;
        let left = &self.left;
        if left
            .fetch_update(order, order, |left| left.checked_sub(1))
            .is_err()
        {
            return Ok(());
        }
        assert!(self.how != How::Panic, "the test");
        let gone = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        Err(blog_core::Error::unavailable("the test", gone))
    }
}

#[async_trait::async_trait]
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
        if key.as_str().starts_with("exports/") && self.how != How::List {
            self.fails()?;
        }
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
        self.inner.copy(from, to).await
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&ObjectKey>,
        limit: u16,
    ) -> Result<Page<ObjectMeta, ObjectKey>> {
        if prefix.contains("private/") && self.how == How::List {
            self.fails()?;
        }
        self.inner.list(prefix, after, limit).await
    }
}

#[tokio::test]
async fn an_archive_that_failed_is_begun_again_also_by_another_process() {
    let mut backend = memory();
    backend.media = Failing::of(backend.media.clone(), 2, How::Put);
    let app = TestApp::on(backend.clone(), Default::default());
    let ada = app.person("ada", Role::Author).await;
    ask(&app, &ada).await;
    assert_eq!(app.mails().await.len(), 0);
    assert_eq!(fetch(&app, &ada).await.status, 404);
    app.advance(2);
    assert_eq!(app.mails().await.len(), 0);
    // What one process began and did not end, another makes when the lease is over.
    let now = app.blog.now();
    let exports = &app.records.exports;
    let later = now.plus(std::time::Duration::from_secs(60));
    let taken = exports
        .claim(later, later.plus(std::time::Duration::from_secs(300)))
        .await;
    assert!(taken.unwrap().is_some());
    app.advance(300);
    assert_eq!(app.mails().await.len(), 0, "somebody else has it");
    app.advance(60);
    assert_eq!(app.mails().await.len(), 1);
    assert_eq!(fetch(&app, &ada).await.status, 200);
    assert_eq!(objects(&app).await, 1);
}
