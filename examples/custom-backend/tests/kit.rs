//! The store keeps the contract of every media store.

use std::sync::Arc;

use blog_core::backend::Records;
use blog_core::{Backend, conformance};
use blog_storage::memory::MemoryStore;
use custom_backend::SqliteMedia;

#[tokio::test(flavor = "multi_thread")]
async fn keeps_the_contract() {
    let folder = tempfile::tempdir().expect("a folder");
    let media = SqliteMedia::open(&folder.path().join("media.db")).await;
    let known = Arc::new(MemoryStore::new());
    let backend = Backend {
        records: Records::of(known.clone()),
        media: Arc::new(media.expect("the store opens")),
        index: known,
    };
    conformance::run(&backend).await.assert_ok();
}
