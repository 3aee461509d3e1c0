//! The contract kit itself: it passes an adapter that works, and catches every one that does not.

use std::collections::HashSet;
use std::sync::Arc;

use blog_core::Backend;
use blog_core::backend::Records;
use blog_core::conformance;
use blog_storage::memory::{MemoryMedia, MemoryStore};

fn working() -> Backend {
    let store = Arc::new(MemoryStore::new());
    Backend {
        records: Records::of(store.clone()),
        media: Arc::new(MemoryMedia::new()),
        index: store,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_broken_adapter_is_caught_and_the_unbroken_one_is_not() {
    let backend = working();
    let broken = conformance::broken::all(&backend);
    assert!(broken.len() >= 100, "{} broken adapters", broken.len());
    let mut sound: Vec<&str> = broken
        .iter()
        .flat_map(|broken| broken.caught_by)
        .copied()
        .collect();
    sound.sort_unstable();
    sound.dedup();
    conformance::run(&backend).await.assert_ok();

    let mut names = HashSet::new();
    let mut missed = Vec::new();
    for broken in &broken {
        assert!(names.insert(broken.name), "{} is there twice", broken.name);
        let report = conformance::run_only(&broken.backend, broken.caught_by).await;
        if report.failures().next().is_none() {
            missed.push(format!("{}: {:?} passed", broken.name, broken.caught_by));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
    println!("{} broken adapters, all caught", broken.len());
    // Breaking one copy of the ports spoils nothing that they share.
    conformance::run_only(&backend, &sound).await.assert_ok();
}

#[tokio::test]
async fn a_check_that_panics_or_hangs_is_a_failure_of_that_check_alone() {
    let backend = Backend {
        media: Arc::new(Unwell),
        ..working()
    };
    let report = conformance::run_only(&backend, &["media-bucket", "users-get"]).await;
    let failed: Vec<_> = report.failures().map(|check| check.name).collect();
    assert_eq!(failed, ["media-bucket"], "{report}");
    assert!(
        report.to_string().contains("FAILED media-bucket"),
        "{report}"
    );

    tokio::time::pause();
    let report = conformance::run_only(&backend, &["media-head-missing", "users-get"]).await;
    let failed: Vec<_> = report.failures().map(|check| check.name).collect();
    assert_eq!(failed, ["media-head-missing"], "{report}");
}

#[tokio::test]
#[should_panic(expected = "there is no check \"posts-imagined\"")]
async fn a_check_that_does_not_exist_cannot_be_asked_for() {
    conformance::run_only(&working(), &["posts-imagined"]).await;
}

/// A media store that panics when it is named and never answers otherwise.
#[derive(Debug)]
struct Unwell;

#[async_trait::async_trait]
impl blog_core::ports::MediaStore for Unwell {
    fn bucket(&self) -> &str {
        panic!("it has no name")
    }

    async fn put(
        &self,
        _: &blog_core::model::media::ObjectKey,
        _: blog_core::model::media::ByteStream,
        _: blog_core::model::media::PutOptions,
    ) -> blog_core::Result<blog_core::model::media::ObjectMeta> {
        std::future::pending().await
    }

    async fn get(
        &self,
        _: &blog_core::model::media::ObjectKey,
        _: Option<blog_core::model::media::ByteRange>,
    ) -> blog_core::Result<blog_core::model::media::Object> {
        std::future::pending().await
    }

    async fn head(
        &self,
        _: &blog_core::model::media::ObjectKey,
    ) -> blog_core::Result<blog_core::model::media::ObjectMeta> {
        std::future::pending().await
    }

    async fn delete(&self, _: &blog_core::model::media::ObjectKey) -> blog_core::Result<()> {
        std::future::pending().await
    }

    async fn copy(
        &self,
        _: &blog_core::model::media::ObjectKey,
        _: &blog_core::model::media::ObjectKey,
    ) -> blog_core::Result<blog_core::model::media::ObjectMeta> {
        std::future::pending().await
    }

    async fn list(
        &self,
        _: &str,
        _: Option<&blog_core::model::media::ObjectKey>,
        _: u16,
    ) -> blog_core::Result<
        blog_core::Page<blog_core::model::media::ObjectMeta, blog_core::model::media::ObjectKey>,
    > {
        std::future::pending().await
    }
}
