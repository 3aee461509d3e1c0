//! Kills, restarts, callers who go away, and files that are none.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use blog_core::error::Error;
use blog_core::id::MessageId;
use blog_core::model::effects::Effects;
use blog_core::model::outbox::Task;
use blog_core::model::post::{PostQuery, PostScope, SlugHit};
use blog_core::model::slug::Slug;
use blog_core::page::PageRequest;
use blog_core::ports::{Outbox, PostStore, UserStore};
use blog_storage::sql::SqlStore;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;

use super::schema::whole_posts_only;
use super::{Fixture, at, everybody, new_post, open, page, post, url, user};

/// Tells the process of [`a_process_writes_and_says_so`] which file is meant.
const URL: &str = "BLOG_TEST_SQLITE_WRITES";

#[tokio::test]
async fn a_restart_keeps_everything() {
    let fixture = Fixture::new().await;
    let author = user(&fixture.store, "ann").await;
    let stored = post(&fixture.store, author.id, "hello", at(1)).await;
    fixture.store.close().await;
    let again = open(&fixture.url()).await;
    assert_eq!(UserStore::get(&*again, author.id).await.unwrap(), author);
    let slug = Slug::try_from("hello").unwrap();
    let hit = again.by_slug(&slug, &page(at(2))).await.unwrap();
    assert_eq!(hit, SlugHit::Current(Box::new(stored)));
    let search = PostQuery {
        scope: PostScope::Search(vec!["zqwords".to_owned()]),
        page: PageRequest::first(10),
        with_html: false,
    };
    assert_eq!(
        PostStore::list(&*again, &search, &everybody(at(2)))
            .await
            .unwrap()
            .items
            .len(),
        1
    );
}

/// While one version replaces another, both run on one file.
#[tokio::test]
async fn a_task_of_a_newer_version_waits_and_keeps_no_other_from_being_done() {
    let fixture = Fixture::new().await;
    let author = user(&fixture.store, "ann").await;
    let task = Task::DeleteObjects {
        keys: vec!["a".to_owned()],
    };
    let mut raw = SqliteConnectOptions::new()
        .filename(fixture.folder.path().join("data/blog.db"))
        .connect()
        .await
        .unwrap();
    sqlx::query(
        "INSERT INTO blog_outbox (id, task, available_at, attempts) VALUES (?, '{\"kind\":\"unheard_of\"}', ?, 0)",
    )
    .bind(MessageId::generate().uuid())
    .bind(at(0).as_micros())
    .execute(&mut raw)
    .await
    .unwrap();
    let effects = Effects::at(at(1)).later(at(1), task.clone());
    let post = new_post(author.id, "hello", at(1));
    PostStore::create(&*fixture.store, post, effects)
        .await
        .unwrap();

    let claimed = fixture.store.claim(at(2), at(60), 10).await.unwrap();
    let tasks: Vec<&Task> = claimed.iter().map(|message| &message.task).collect();
    assert_eq!(tasks, [&task]);
    let left: (i64,) =
        sqlx::query_as("SELECT COUNT(*) FROM blog_outbox WHERE task LIKE '%unheard_of%'")
            .fetch_one(&mut raw)
            .await
            .unwrap();
    assert_eq!(left, (1,), "the newer version still finds its task");
}

/// Writes posts and says each one's slug once it is stored: three in a folder of its own, or as many as it can as the
/// process that [`a_kill_loses_nothing_that_was_answered`] starts.
#[tokio::test]
async fn a_process_writes_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (url, count) = match std::env::var(URL) {
        Ok(url) => (url, 1_000_000),
        Err(_) => (url(&folder), 3),
    };
    let store = open(&url).await;
    let author = user(&store, "ann").await;
    for place in 0..count {
        let stored = post(&store, author.id, &format!("post-{place}"), at(place)).await;
        println!("stored={}", stored.slug);
    }
}

#[tokio::test]
async fn a_kill_loses_nothing_that_was_answered() {
    for answers in [1, 7, 20] {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "--nocapture",
                "sqlite::disasters::a_process_writes_and_says_so",
            ])
            .env(URL, url(&folder))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = Vec::new();
        let mut note = |line: String| {
            if let Some((_, slug)) = line.split_once("stored=") {
                said.push(slug.to_owned());
            }
            said.len()
        };
        while note(lines.next().expect("the process goes on").unwrap()) < answers {}
        // SIGKILL; what it said before it died counts too.
        child.kill().unwrap();
        child.wait().unwrap();
        for line in lines.map_while(Result::ok) {
            note(line);
        }
        let store = open(&url(&folder)).await;
        for slug in &said {
            let slug = Slug::try_from(slug.as_str()).unwrap();
            store.by_slug(&slug, &page(at(10_000_000))).await.unwrap();
        }
        assert!(said.len() >= answers);
        whole_posts_only(&folder).await;
    }
}

#[tokio::test]
async fn a_caller_who_goes_away_leaves_all_or_nothing() {
    let fixture = Fixture::new().await;
    let author = user(&fixture.store, "ann").await;
    for micros in (0..6_000).step_by(50) {
        let wish = new_post(author.id, "hello", at(micros));
        let write = PostStore::create(&*fixture.store, wish, Effects::at(at(micros)));
        // Whether it ended in time does not matter.
        let _ = tokio::time::timeout(Duration::from_micros(micros.unsigned_abs()), write).await;
    }
    whole_posts_only(&fixture.folder).await;
    // And the writer is free again.
    post(&fixture.store, author.id, "last", at(1)).await;
}

#[tokio::test]
async fn a_writer_that_waits_too_long_is_told_to_try_again() {
    use sqlx::ConnectOptions as _;
    let fixture = Fixture::new().await;
    let author = user(&fixture.store, "ann").await;
    let file = fixture.folder.path().join("data/blog.db");
    let mut other = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(file)
        .connect()
        .await
        .unwrap();
    sqlx::raw_sql("BEGIN IMMEDIATE")
        .execute(&mut other)
        .await
        .unwrap();
    let refused = {
        let wish = new_post(author.id, "hello", at(1));
        PostStore::create(&*fixture.store, wish, Effects::at(at(1))).await
    };
    assert!(
        matches!(
            refused,
            Err(Error::Unavailable {
                retryable: true,
                ..
            })
        ),
        "{refused:?}"
    );
    // Readers do not wait for a writer.
    assert_eq!(
        UserStore::get(&*fixture.store, author.id).await.unwrap(),
        author
    );
    sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
    post(&fixture.store, author.id, "hello", at(1)).await;
}

#[tokio::test]
async fn a_url_that_names_no_file_is_refused() {
    for url in [
        "sqlite:",
        "sqlite::memory:",
        "sqlite://",
        "sqlite:a/",
        "sqlite:a.db?mode=rwc",
    ] {
        let error = SqlStore::connect(url).await.unwrap_err();
        assert!(
            error.chain().contains("names no database file"),
            "{url}: {}",
            error.chain()
        );
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes.txt");
    let text = "These are notes, not a database. ".repeat(100);
    std::fs::write(&file, &text).unwrap();
    let error = SqlStore::connect(&format!("sqlite:{}", file.display()))
        .await
        .unwrap_err();
    assert!(
        error.chain().contains("not a database"),
        "{}",
        error.chain()
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_and_its_log_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let fixture = Fixture::new().await;
    user(&fixture.store, "ann").await;
    for name in ["blog.db", "blog.db-wal"] {
        let file = fixture.folder.path().join("data").join(name);
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}
