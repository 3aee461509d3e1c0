//! The audit log in a file that somebody else writes to.

use std::str::FromStr as _;

use blog_core::Backend;
use blog_core::backend::Records;
use blog_core::blog::Blog;
use blog_core::model::audit::AuditAction;
use blog_core::model::effects::Effects;
use blog_core::ports::UserStore;
use blog_storage::memory::{MemoryMedia, MemoryStore};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use std::sync::Arc;

use super::{Fixture, at, user};

fn blog(fixture: &Fixture) -> Blog {
    let backend = Backend {
        records: Records::of(fixture.store.clone()),
        media: Arc::new(MemoryMedia::new()),
        index: Arc::new(MemoryStore::new()),
    };
    Blog::builder(backend).build().unwrap()
}

async fn raw(fixture: &Fixture) -> SqlitePool {
    let options = SqliteConnectOptions::from_str(&fixture.url()).unwrap();
    SqlitePool::connect_with(options).await.unwrap()
}

async fn run(pool: &SqlitePool, sql: &'static str) {
    sqlx::query(sql).execute(pool).await.unwrap();
}

/// A store with 300 records.
async fn scene() -> (Fixture, Blog) {
    let fixture = Fixture::new().await;
    let ada = user(&fixture.store, "ada").await;
    for number in 0..300 {
        let effects = Effects::at(at(number)).audit(
            Some(ada.id),
            AuditAction::UserRole,
            format!("user:{}", ada.id),
            number.to_string(),
        );
        UserStore::set_role(&*fixture.store, ada.id, ada.role, effects)
            .await
            .unwrap();
    }
    let blog = blog(&fixture);
    (fixture, blog)
}

#[tokio::test]
async fn what_another_hand_did_to_the_log_is_found() {
    let (fixture, blog) = scene().await;
    let whole = blog.audit().verify(None).await.unwrap();
    assert_eq!(whole.breaks, []);
    assert_eq!(whole.head.number, 300);
    let pool = raw(&fixture).await;
    run(&pool, "CREATE TABLE kept AS SELECT * FROM blog_audit_log").await;
    for tampering in [
        "UPDATE blog_audit_log SET detail = 'x' WHERE number = 1",
        "UPDATE blog_audit_log SET detail = 'x' WHERE number = 150",
        "UPDATE blog_audit_log SET actor = NULL WHERE number = 300",
        "UPDATE blog_audit_log SET hash = x'00' WHERE number = 77",
        "DELETE FROM blog_audit_log WHERE number = 1",
        "DELETE FROM blog_audit_log WHERE number = 200",
        "DELETE FROM blog_audit_log WHERE number = 300",
        "DELETE FROM blog_audit_log WHERE number > 100",
        "DELETE FROM blog_audit_log",
        "UPDATE blog_audit_log SET number = CASE number WHEN 40 THEN -41 WHEN 41 THEN -40 ELSE number END",
        "INSERT INTO blog_audit_log SELECT 301, x'00112233445566778899aabbccddeeff', happened_at, actor, origin, \
         action, subject, detail, hash FROM blog_audit_log WHERE number = 300",
    ] {
        run(&pool, tampering).await;
        run(
            &pool,
            "UPDATE blog_audit_log SET number = -number WHERE number < 0",
        )
        .await;
        if tampering.starts_with("INSERT") {
            run(&pool, "UPDATE blog_audit_head SET number = 301").await;
        }
        let report = blog.audit().verify(Some(whole.head)).await.unwrap();
        assert!(!report.breaks.is_empty(), "{tampering}");
        run(&pool, "DELETE FROM blog_audit_log").await;
        run(&pool, "INSERT INTO blog_audit_log SELECT * FROM kept").await;
        run(&pool, "UPDATE blog_audit_head SET number = 300").await;
        let again = blog.audit().verify(Some(whole.head)).await.unwrap();
        assert_eq!(again, whole, "after {tampering}");
    }
}

#[tokio::test]
async fn the_log_of_an_older_program_becomes_a_chain_once() {
    let (fixture, blog) = scene().await;
    let pool = raw(&fixture).await;
    // As an older program left it: no chain, and the log in the order of its making.
    run(
        &pool,
        "INSERT INTO blog_audit SELECT id, happened_at, actor, action, subject, detail FROM blog_audit_log",
    )
    .await;
    run(&pool, "DELETE FROM blog_audit_log").await;
    run(
        &pool,
        "UPDATE blog_audit_head SET number = 0, hash = zeroblob(32)",
    )
    .await;
    for _ in 0..2 {
        run(&pool, "DELETE FROM blog_migrations WHERE number = 30").await;
        fixture.store.migrate().await.unwrap();
        let report = blog.audit().verify(None).await.unwrap();
        assert_eq!(report.breaks, []);
        assert_eq!(report.head.number, 300);
    }
    // A run that was killed in the middle is continued.
    run(&pool, "DELETE FROM blog_audit_log WHERE number > 120").await;
    run(&pool, "DELETE FROM blog_migrations WHERE number = 30").await;
    fixture.store.migrate().await.unwrap();
    let report = blog.audit().verify(None).await.unwrap();
    assert_eq!(report.breaks, []);
    assert_eq!(report.head.number, 300);
    let mut details = Vec::new();
    blog.audit()
        .export(|record| {
            details.push(record.detail.clone());
            Ok::<_, blog_core::Error>(())
        })
        .await
        .unwrap();
    let expected: Vec<String> = (0..300).map(|number: i64| number.to_string()).collect();
    assert_eq!(details, expected);
}
