//! SQLite: what a file on a disk adds to the contract, which `stores` checks: restarts, kills, other processes, full disks, newer
//! and older schemas, and how many statements a question costs.

mod audit;
mod disasters;
mod erasure;
mod million;
mod queries;
mod schema;

use std::sync::Arc;

use blog_storage::sql::SqlStore;
use tempfile::TempDir;

use crate::fixture::{at, everybody, new_post, page, post, user};

/// A store in a folder of its own.
struct Fixture {
    folder: TempDir,
    store: Arc<SqlStore>,
}

impl Fixture {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = open(&url(&folder)).await;
        Self { folder, store }
    }

    fn url(&self) -> String {
        url(&self.folder)
    }
}

fn url(folder: &TempDir) -> String {
    format!("sqlite:{}", folder.path().join("data/blog.db").display())
}

/// Opens and migrates.
async fn open(url: &str) -> Arc<SqlStore> {
    let store = SqlStore::connect(url).await.expect("the store opens");
    store.migrate().await.expect("the migrations run");
    Arc::new(store)
}
