//! Every write, while real errors of the server undo it: it is made once, by itself.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use blog_storage::sql::SqlStore;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, MySqlConnection};

use super::server::{Database, Server};
use super::writes::{self, Write};

/// A database with all that the writes need, and the writes.
async fn prepared(server: &Server) -> (Database, Arc<SqlStore>, Vec<Write>) {
    let database = server.database().await;
    let store = open(&database.url()).await;
    let writes = writes::ready(&store).await;
    (database, store, writes)
}

pub(super) async fn open(url: &str) -> Arc<SqlStore> {
    let store = SqlStore::connect(url).await.unwrap();
    store.migrate().await.unwrap();
    Arc::new(store)
}

/// How many writes were made so far.
pub(super) async fn made(raw: &mut MySqlConnection) -> u64 {
    sqlx::query_scalar("SELECT number FROM blog_writer WHERE id = 1")
        .fetch_one(raw)
        .await
        .unwrap()
}

async fn status(raw: &mut MySqlConnection, name: &str) -> u64 {
    let row: (String, String) = sqlx::query_as("SHOW GLOBAL STATUS WHERE Variable_name = ?")
        .bind(name)
        .fetch_one(raw)
        .await
        .unwrap();
    row.1.parse().unwrap()
}

/// How many transactions of this database wait for a row.
async fn waiting(raw: &mut MySqlConnection) -> i64 {
    sqlx::query_scalar(
        "SELECT COUNT(*) FROM information_schema.innodb_trx t JOIN information_schema.processlist p \
         ON p.id = t.trx_mysql_thread_id WHERE t.trx_state = 'LOCK WAIT' AND p.db = DATABASE()",
    )
    .fetch_one(raw)
    .await
    .unwrap()
}

/// A write of the sources without a row in the table would be one that nobody looked at.
#[test]
fn every_write_of_the_sources_is_in_the_table() {
    let sources = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sql");
    let mut calls = 0;
    let mut folders = vec![sources];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = std::fs::read_to_string(&path).unwrap();
                calls += text.matches(".retried(").count();
            }
        }
    }
    let table = include_str!("writes.rs");
    let rows: BTreeSet<&str> = table
        .lines()
        .filter_map(|line| line.trim().strip_prefix('"')?.split_once("\" => "))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(rows.len(), calls, "{rows:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_write_that_is_the_victim_of_a_deadlock_is_made_once() {
    let Some(server) = Server::shared() else {
        return;
    };
    let (database, store, writes) = prepared(&server).await;
    let mut other = database.raw().await;
    let mut look = database.raw().await;
    other
        .execute("CREATE TABLE heavy (n INTEGER NOT NULL PRIMARY KEY)")
        .await
        .unwrap();
    let (before, count) = (made(&mut look).await, writes.len() as u64);
    let deadlocks = status(&mut look, "Innodb_deadlocks").await;
    for write in writes {
        // Holds what every write comes to second, and then asks for what it has first: a circle. The server undoes the
        // one that changed less, which is the write.
        other.execute("BEGIN").await.unwrap();
        other
            .execute("INSERT INTO heavy SELECT seq FROM seq_1_to_400")
            .await
            .unwrap();
        other
            .execute("SELECT * FROM blog_operations WHERE slot >= 0 FOR UPDATE")
            .await
            .unwrap();
        let victim = tokio::spawn(write.make);
        // Until the write waits. The server makes that table anew only for who asks less often than every 100 ms.
        loop {
            tokio::time::sleep(Duration::from_millis(110)).await;
            if waiting(&mut look).await > 0 {
                break;
            }
            assert!(!victim.is_finished(), "{} waited for nothing", write.name);
        }
        other
            .execute("SELECT number FROM blog_writer WHERE id = 1 FOR UPDATE")
            .await
            .unwrap();
        other.execute("ROLLBACK").await.unwrap();
        victim
            .await
            .unwrap()
            .unwrap_or_else(|error| panic!("{}: {}", write.name, error.chain()));
        println!("1213, then made once: {}", write.name);
    }
    let undone = status(&mut look, "Innodb_deadlocks").await - deadlocks;
    // On a machine that is slow just then a write may have waited too long before its circle was closed.
    assert!(
        undone * 10 >= count * 9,
        "{undone} deadlocks for {count} writes"
    );
    assert_eq!(made(&mut look).await - before, count);
    store.close().await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_write_that_waited_too_long_is_made_once() {
    let Some(server) = Server::shared() else {
        return;
    };
    let (database, store, writes) = prepared(&server).await;
    let mut other = database.raw().await;
    let before = made(&mut other).await;
    let count = writes.len() as u64;
    other.execute("BEGIN").await.unwrap();
    other
        .execute("SELECT number FROM blog_writer WHERE id = 1 FOR UPDATE")
        .await
        .unwrap();
    // Fewer at a time than connections, so that each comes to wait at the row.
    let mut waiting = writes.into_iter();
    let first: Vec<_> = waiting.by_ref().take(8).collect();
    let running: Vec<_> = first
        .into_iter()
        .map(|write| (write.name, tokio::spawn(write.make)))
        .collect();
    tokio::time::sleep(Duration::from_millis(2_600)).await;
    for (name, task) in &running {
        assert!(!task.is_finished(), "{name} did not wait");
    }
    other.execute("ROLLBACK").await.unwrap();
    for (name, task) in running {
        task.await
            .unwrap()
            .unwrap_or_else(|error| panic!("{name}: {}", error.chain()));
        println!("1205, then made once: {name}");
    }
    for write in waiting {
        write
            .make
            .await
            .unwrap_or_else(|error| panic!("{}: {}", write.name, error.chain()));
    }
    assert_eq!(made(&mut other).await - before, count);
    store.close().await;
    database.drop().await;
}

/// After a failover the old server is read-only for a while.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_write_to_a_server_that_takes_none_is_made_once_when_it_does() {
    let Some(server) = Server::shared() else {
        return;
    };
    let database = server.database().await;
    // Root may write to a read-only server.
    let mut root = database.raw().await;
    for sql in [
        "CREATE OR REPLACE USER blog_plain@'127.0.0.1'".to_owned(),
        format!("GRANT ALL ON {}.* TO blog_plain@'127.0.0.1'", database.name),
    ] {
        root.execute(AssertSqlSafe(sql)).await.unwrap();
    }
    let store = open(&database.url_as("blog_plain", server.port)).await;
    let writes = writes::ready(&store).await;
    let mut look = database.raw().await;
    let before = made(&mut look).await;
    let count = writes.len() as u64;

    root.execute("SET GLOBAL read_only = 1").await.unwrap();
    let running: Vec<_> = writes
        .into_iter()
        .map(|write| (write.name, tokio::spawn(write.make)))
        .collect();
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let made_meanwhile = made(&mut look).await - before;
    root.execute("SET GLOBAL read_only = 0").await.unwrap();
    assert_eq!(made_meanwhile, 0, "a read-only server took a write");
    for (name, task) in running {
        task.await
            .unwrap()
            .unwrap_or_else(|error| panic!("{name}: {}", error.chain()));
        println!("1290, then made once: {name}");
    }
    assert_eq!(made(&mut look).await - before, count);
    store.close().await;
    root.close().await.unwrap();
    database.drop().await;
}
