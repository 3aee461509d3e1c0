//! s3s in this process, which refuses what is signed with another secret.

use blog_core::conformance;
use blog_storage::{Urls, connect};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use tempfile::TempDir;

use super::bucket::Bucket;
use crate::relay::listen;

/// Checks that s3s-fs 0.14.1 cannot hold, each with the reason. It keeps everything else.
const BEYOND_IT: [(&str, &str); 10] = [
    ("media-create-race", "it looks and writes in two steps"),
    ("media-copy-race", "it looks and writes in two steps"),
    (
        "media-overwrite-race",
        "readers may meet the file of before, cut",
    ),
    (
        "media-keys",
        "a key is a file, which cannot be a folder too",
    ),
    (
        "media-range-suffix",
        "it takes one from the end of an empty file",
    ),
    (
        "media-range-all",
        "it takes one from the end of an empty file",
    ),
    (
        "media-range-empty",
        "it takes one from the end of an empty file",
    ),
    (
        "media-list-order",
        "a key is a file, which cannot be a folder too",
    ),
    (
        "media-list-pages",
        "a key is a file, which cannot be a folder too",
    ),
    ("media-list-facts", "its lists have no etags"),
];

/// A server that keeps its objects in a folder and knows one secret.
async fn serve(folder: &TempDir, secret: &str) -> String {
    let files = s3s_fs::FileSystem::new(folder.path()).unwrap();
    let mut builder = S3ServiceBuilder::new(files);
    let key = std::env::var("AWS_ACCESS_KEY_ID").unwrap();
    builder.set_auth(SimpleAuth::from_single(key, secret));
    let service = builder.build();
    let port = listen(move |stream| {
        let service = service.clone();
        async move {
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        }
    })
    .await;
    format!("http://127.0.0.1:{port}")
}

/// The secret that the tests sign with; `None` where they have none.
fn secret() -> Option<String> {
    match std::env::var("AWS_SECRET_ACCESS_KEY") {
        Ok(secret) => Some(secret),
        Err(_) if std::env::var_os("BLOG_TEST_REQUIRE").is_some() => {
            panic!("AWS_SECRET_ACCESS_KEY is not set")
        }
        Err(_) => {
            println!("left out: AWS_SECRET_ACCESS_KEY is not set");
            None
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_signed_is_accepted_by_a_server_that_looks() {
    let Some(secret) = secret() else { return };
    let folder = tempfile::tempdir().unwrap();
    let endpoint = serve(&folder, &secret).await;
    let bucket = Bucket::at(&endpoint).await;
    let urls = Urls {
        media: bucket.url(),
        aws_endpoint: Some(endpoint),
        ..Urls::memory()
    };
    let stores = connect(&urls).await.unwrap();
    let report = conformance::run(&stores.backend).await;
    println!("S3 with signatures (s3s)\n{report}");
    for (name, why) in BEYOND_IT {
        let known = report.checks.iter().any(|check| check.name == name);
        assert!(known, "there is no check {name}");
        println!("beyond s3s-fs: {name}, since {why}");
    }
    // Some of them are races, which may end well.
    let beyond = |name: &str| BEYOND_IT.iter().any(|(known, _)| *known == name);
    let failed: Vec<_> = report.failures().map(|check| check.name).collect();
    assert!(failed.iter().all(|name| beyond(name)), "{report}");
    assert!(report.checks.len() - failed.len() >= 400, "{report}");
}

#[tokio::test]
async fn another_secret_is_refused_in_one_sentence() {
    let Some(secret) = secret() else { return };
    let folder = tempfile::tempdir().unwrap();
    let bucket = Bucket::at(&serve(&folder, &secret).await).await;
    let urls = Urls {
        media: bucket.url(),
        aws_endpoint: Some(serve(&folder, "another").await),
        ..Urls::memory()
    };
    let error = connect(&urls).await.unwrap_err();
    let chain = super::chain(&error);
    assert!(
        chain.contains(&format!(
            "these credentials may not use the bucket \"{}\"; look at the key, its secret and the clock",
            bucket.name
        )),
        "{chain}"
    );
}
