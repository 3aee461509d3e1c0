//! The contract, one line a set of stores, each connected by its URLs as an application does.

use blog_core::conformance;
use blog_storage::{Urls, connect};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn memory_keeps_the_contract() {
    let stores = connect(&Urls::memory()).await.unwrap();
    stores.migrate().await.unwrap();
    let report = conformance::run(&stores.backend).await;
    println!("memory\n{report}");
    report.assert_ok();
}

#[cfg(all(feature = "sqlite", feature = "fs"))]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sqlite_and_files_keep_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let urls = Urls::new(
        format!("sqlite:{}", at("data/blog.db")),
        format!("file:{}", at("data/media")),
    );
    let stores = connect(&urls).await.unwrap();
    stores.migrate().await.unwrap();
    let report = conformance::run(&stores.backend).await;
    println!("SQLite and files\n{report}");
    report.assert_ok();
    stores.close().await;
}

#[cfg(all(feature = "sqlite", feature = "fs"))]
#[tokio::test]
async fn a_url_that_cannot_be_served_is_refused_in_one_sentence() {
    for (records, media, index, said) in [
        (
            "postgres://root:secret@db/blog",
            "memory:",
            None,
            "records cannot be kept at \"postgres:…\": this build knows memory:",
        ),
        (
            "memory:",
            "gopher://bucket",
            None,
            "media cannot be kept at \"gopher:…\": this build knows memory:",
        ),
        (
            "memory:",
            "memory:",
            Some("redis://table"),
            "the index cannot be kept at \"redis:…\": this build knows memory:",
        ),
        (
            "blog.db",
            "memory:",
            None,
            "records cannot be kept at \"blog.db\"",
        ),
        (
            "sqlite:",
            "memory:",
            None,
            "\"sqlite:\" names no place; write sqlite:./data/blog.db",
        ),
        (
            "memory:",
            "file:",
            None,
            "\"file:\" names no place; write file:./data/media",
        ),
        (
            "memory:",
            "file://data/media",
            None,
            "\"file://data/media\" names a folder of another machine; write file:./data/media",
        ),
        (
            "sqlite:/proc/no/blog.db",
            "memory:",
            None,
            "the records at \"sqlite:/proc/no/blog.db\" cannot be opened",
        ),
        (
            "memory:",
            "file:/proc/no",
            None,
            "the media at \"file:/proc/no\" cannot be opened",
        ),
    ] {
        let urls = Urls {
            records: records.to_owned(),
            media: media.to_owned(),
            index: index.map(str::to_owned),
            ..Urls::memory()
        };
        let error = connect(&urls).await.expect_err(records).to_string();
        assert!(error.starts_with(said), "{error}");
        assert!(!error.contains("secret"), "{error}");
    }
}
