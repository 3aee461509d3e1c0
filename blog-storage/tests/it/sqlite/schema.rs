//! Migrations: run once, run again after a kill, refused where they must be.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use blog_core::error::Error;
use blog_core::model::focus::Focus;
use blog_core::model::library::{MediaFilter, MediaQuery};
use blog_core::page::PageRequest;
use blog_core::ports::MediaCatalog;
use blog_storage::sql::{SchemaError, SqlStore};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};
use tempfile::TempDir;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use super::queries::picture;
use super::{Fixture, at, open, post, url, user};

/// Tells the process of [`a_process_opens_migrates_and_writes`] which file is meant.
const URL: &str = "BLOG_TEST_SQLITE_URL";
/// Before which of its statements that process dies.
const DIES_AT: &str = "BLOG_TEST_SQLITE_DIES_AT";

/// A connection past the store.
async fn raw(folder: &TempDir) -> SqliteConnection {
    SqliteConnectOptions::new()
        .filename(folder.path().join("data/blog.db"))
        .connect()
        .await
        .expect("the file opens")
}

fn schema_error(error: &Error) -> SchemaError {
    let Error::Unavailable {
        retryable: false,
        source,
        ..
    } = error
    else {
        panic!("not a refusal: {}", error.chain());
    };
    *source
        .downcast_ref::<SchemaError>()
        .expect("a schema error")
}

#[tokio::test]
async fn an_empty_file_is_behind_until_it_is_migrated() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqlStore::connect(&url(&folder)).await.unwrap();
    assert!(!store.is_current().await.unwrap());
    let error = store.check_schema().await.unwrap_err();
    assert!(matches!(
        schema_error(&error),
        SchemaError::Behind { at: 0, .. }
    ));
    assert!(
        error.chain().contains("run the migrations"),
        "{}",
        error.chain()
    );
    store.migrate().await.unwrap();
    assert!(store.is_current().await.unwrap());
    store.check_schema().await.unwrap();
    let before = store.statements();
    store.migrate().await.unwrap();
    assert_eq!(
        store.statements() - before,
        2,
        "a current schema is only looked at"
    );
}

#[tokio::test]
async fn a_schema_for_newer_binaries_is_refused_and_left_alone() {
    let fixture = Fixture::new().await;
    let future =
        "INSERT INTO blog_migrations (number, name, oldest_binary) VALUES (9999, '9999_future', ?)";
    let mut raw = raw(&fixture.folder).await;

    // A newer schema that older binaries can use.
    sqlx::query(future).bind(1).execute(&mut raw).await.unwrap();
    let store = SqlStore::connect(&fixture.url()).await.unwrap();
    assert!(store.is_current().await.unwrap());
    store.migrate().await.unwrap();

    // One that they cannot use.
    sqlx::query("UPDATE blog_migrations SET oldest_binary = 9999 WHERE number = 9999")
        .execute(&mut raw)
        .await
        .unwrap();
    let error = SqlStore::connect(&fixture.url()).await.unwrap_err();
    assert!(matches!(
        schema_error(&error),
        SchemaError::TooNew { needs: 9999, .. }
    ));
    assert!(error.chain().contains("newer"), "{}", error.chain());
    assert!(store.migrate().await.is_err(), "an open store notices too");
}

#[tokio::test]
async fn what_a_half_done_migration_left_is_no_obstacle() {
    let fixture = Fixture::new().await;
    let mut raw = raw(&fixture.folder).await;
    // As where the statements are lasting one by one: they are there, the record is not.
    sqlx::query("DELETE FROM blog_migrations WHERE number > 3")
        .execute(&mut raw)
        .await
        .unwrap();
    sqlx::query("DROP TABLE blog_likes")
        .execute(&mut raw)
        .await
        .unwrap();
    let store = SqlStore::connect(&fixture.url()).await.unwrap();
    assert!(!store.is_current().await.unwrap());
    store.migrate().await.unwrap();
    store.check_schema().await.unwrap();
    let author = user(&store, "ann").await;
    post(&store, author.id, "hello", at(1)).await;
}

#[tokio::test]
async fn items_of_an_older_schema_are_searched_and_keep_their_middle_in_sight() {
    let fixture = Fixture::new().await;
    let author = user(&fixture.store, "ann").await;
    let item = picture(&fixture.store, &author).await;
    let mut raw = raw(&fixture.folder).await;
    sqlx::query("DROP INDEX blog_media_widths")
        .execute(&mut raw)
        .await
        .unwrap();
    for column in ["focus_x", "focus_y", "terms", "widths"] {
        let drop = format!("ALTER TABLE blog_media DROP COLUMN {column}");
        sqlx::query(sqlx::AssertSqlSafe(drop))
            .execute(&mut raw)
            .await
            .unwrap();
    }
    sqlx::query("DELETE FROM blog_migrations WHERE number IN (16, 18)")
        .execute(&mut raw)
        .await
        .unwrap();
    let store = SqlStore::connect(&fixture.url()).await.unwrap();
    store.migrate().await.unwrap();
    let query = MediaQuery::new("a png", MediaFilter::All).unwrap();
    let page = PageRequest::first(10);
    let found = MediaCatalog::by_owner(&store, author.id, &query, page).await;
    let found = found.unwrap().items;
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].id, found[0].focus), (item, Focus::CENTRE));
}

/// Ends the process before its n-th statement, as a kill would: nothing is cleaned up.
struct Death(AtomicU32);

impl<S: tracing::Subscriber> Layer<S> for Death {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "blog_storage::sql"
            && self.0.fetch_sub(1, Ordering::SeqCst) == 1
        {
            std::process::abort();
        }
    }
}

/// Opens, migrates and writes a little: in a folder of its own, or as the process that other tests start.
#[tokio::test]
async fn a_process_opens_migrates_and_writes() {
    let folder = tempfile::tempdir().unwrap();
    let url = std::env::var(URL).unwrap_or_else(|_| url(&folder));
    let dies_at = std::env::var(DIES_AT)
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(u32::MAX);
    let death = Death(AtomicU32::new(dies_at));
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(death));
    let store = open(&url).await;
    let name = format!("u{}", std::process::id());
    let author = user(&store, &name).await;
    for place in 0..5 {
        post(&store, author.id, "hello", at(place)).await;
    }
    store.check_schema().await.unwrap();
}

fn process(url: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([
            "--exact",
            "sqlite::schema::a_process_opens_migrates_and_writes",
        ])
        .env(URL, url)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

#[tokio::test]
async fn a_process_that_dies_at_any_statement_leaves_a_usable_file() {
    let (mut deaths, mut halfway) = (0, 0);
    for dies_at in (1..).step_by(6) {
        let folder = tempfile::tempdir().unwrap();
        let survived = process(&url(&folder))
            .env(DIES_AT, dies_at.to_string())
            .status()
            .unwrap();
        if survived.success() {
            break;
        }
        deaths += 1;
        let store = SqlStore::connect(&url(&folder)).await.unwrap();
        halfway += u32::from(!store.is_current().await.unwrap());
        store.migrate().await.unwrap();
        store.check_schema().await.unwrap();
        whole_posts_only(&folder).await;
        let author = user(&store, "bob").await;
        post(&store, author.id, "hello", at(9)).await;
    }
    assert!(halfway >= 5, "{halfway} of {deaths} died while migrating");
    assert!(
        deaths > halfway + 5,
        "{halfway} of {deaths} died while migrating"
    );
}

/// No post without its text, slug, tag, revision and search row, and none of those without a post.
pub(super) async fn whole_posts_only(folder: &TempDir) {
    let mut raw = raw(folder).await;
    let rows: Vec<(i64, i64)> = sqlx::query_as(
        "SELECT (SELECT COUNT(*) FROM blog_posts), COUNT(*) FROM blog_post_bodies \
         UNION ALL SELECT (SELECT COUNT(*) FROM blog_posts), COUNT(*) FROM blog_slugs \
         UNION ALL SELECT (SELECT COUNT(*) FROM blog_posts), COUNT(*) FROM blog_post_tags \
         UNION ALL SELECT (SELECT COUNT(*) FROM blog_posts), COUNT(*) FROM blog_revisions \
         UNION ALL SELECT (SELECT COUNT(*) FROM blog_posts), \
         (SELECT COUNT(*) FROM blog_post_search WHERE blog_post_search MATCH 'zqwords')",
    )
    .fetch_all(&mut raw)
    .await
    .unwrap();
    assert_eq!(rows.len(), 5);
    assert!(rows.iter().all(|(posts, parts)| posts == parts), "{rows:?}");
    let damage: (String,) = sqlx::query_as("PRAGMA integrity_check")
        .fetch_one(&mut raw)
        .await
        .unwrap();
    assert_eq!(damage.0, "ok");
    let orphans: Vec<(String,)> = sqlx::query_as("SELECT \"table\" FROM pragma_foreign_key_check")
        .fetch_all(&mut raw)
        .await
        .unwrap();
    assert!(orphans.is_empty(), "{orphans:?}");
    raw.close().await.unwrap();
}

#[tokio::test]
async fn processes_that_start_at_once_on_a_new_file_all_succeed() {
    let folder = tempfile::tempdir().unwrap();
    let mut children: Vec<_> = (0..4)
        .map(|_| process(&url(&folder)).spawn().unwrap())
        .collect();
    for child in &mut children {
        assert!(child.wait().unwrap().success());
    }
    whole_posts_only(&folder).await;
    let mut raw = raw(&folder).await;
    let (posts,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM blog_posts")
        .fetch_one(&mut raw)
        .await
        .unwrap();
    assert_eq!(posts, 20, "four processes wrote five posts each");
}

#[tokio::test]
async fn stores_that_start_at_once_on_a_new_file_all_succeed() {
    let folder = tempfile::tempdir().unwrap();
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let url = url(&folder);
            tokio::spawn(async move {
                let store = open(&url).await;
                store.check_schema().await
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn two_stores_on_one_file_see_each_others_writes() {
    let fixture = Fixture::new().await;
    let other = Arc::new(SqlStore::connect(&fixture.url()).await.unwrap());
    let author = user(&fixture.store, "ann").await;
    let mut tasks = Vec::new();
    for place in 0..20 {
        let store = if place % 2 == 0 {
            &fixture.store
        } else {
            &other
        };
        let store = store.clone();
        tasks.push(tokio::spawn(async move {
            post(&store, author.id, "one-wish", at(place))
                .await
                .slug
                .into_string()
        }));
    }
    let mut slugs = Vec::new();
    for task in tasks {
        slugs.push(task.await.unwrap());
    }
    slugs.sort_unstable();
    slugs.dedup();
    assert_eq!(slugs.len(), 20, "{slugs:?}");
    whole_posts_only(&fixture.folder).await;
}
