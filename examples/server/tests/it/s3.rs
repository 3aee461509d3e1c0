//! Media in S3, from the start of the server to what a browser gets.

use hyper::Method;

use crate::bucket::Bucket;
use crate::server::{Home, PASSWORD};
use crate::start_up::failed;
use crate::sync::png;

const CLIP: &[u8] = include_bytes!("../browser/clip.webm");

fn home(bucket: &Bucket) -> Home {
    let variables = bucket.variables.iter();
    variables.fold(Home::new(), |home, (name, value)| {
        home.variable(name, value)
    })
}

/// Where the first file that a page shows is.
fn public_file(page: &str) -> String {
    let (_, rest) = page.split_once("/media/public/").expect("a public file");
    format!("/media/public/{}", rest.split('"').next().unwrap())
}

#[tokio::test]
async fn pictures_and_videos_go_to_the_bucket_and_come_from_it_in_ranges() {
    let Some(bucket) = Bucket::new().await else {
        return;
    };
    let home = home(&bucket);
    home.add_user("ada", "admin").await;
    let server = home.serve().await;
    let mut ada = server.client();
    assert_eq!(ada.log_in("ada", PASSWORD).await.status, 303);
    for (name, bytes) in [("clip.webm", CLIP), ("p.png", &*png())] {
        let answer = ada.upload("/media/uploads", name, bytes).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
    }
    let library = ada.get("/library").await.body;
    // The newest first.
    let ids: Vec<_> = library
        .split("id=\"media-")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert_eq!(ids.len(), 2, "{library}");
    let text = format!("A clip.\n\n![It moves](media:{})", ids[1]);
    let path = ada.write("Moving", &text).await.unwrap();

    let mut reader = server.client();
    let file = public_file(&reader.get(&path).await.body);
    let whole = reader.bytes(Method::GET, &file, None).await;
    assert_eq!((whole.status, whole.bytes.as_slice()), (200, CLIP));
    assert_eq!(whole.headers["content-type"], "video/webm");
    for (range, expected) in [
        ("bytes=100-199", &CLIP[100..200]),
        ("bytes=500-", &CLIP[500..]),
        ("bytes=-7", &CLIP[CLIP.len() - 7..]),
    ] {
        let part = reader.bytes(Method::GET, &file, Some(range)).await;
        assert_eq!(
            (part.status, part.bytes.as_slice()),
            (206, expected),
            "{range}"
        );
    }
    let beyond = format!("bytes={}-", CLIP.len());
    let beyond = reader.bytes(Method::GET, &file, Some(&beyond)).await;
    assert_eq!(beyond.status, 416);
    assert_eq!(
        beyond.headers["content-range"],
        format!("bytes */{}", CLIP.len())
    );
    let head = reader.bytes(Method::HEAD, &file, None).await;
    assert_eq!(head.headers["content-length"], CLIP.len().to_string());
    assert!(!home.path().join("data/media").exists(), "no file is here");
    assert!(!server.log().contains("WARN"), "{}", server.log());
    server.stop().await;

    // It is all there for another server on the same stores.
    let server = home.serve().await;
    let again = server.client().bytes(Method::GET, &file, None).await;
    assert_eq!((again.status, again.bytes.as_slice()), (200, CLIP));
    server.stop().await;
}

/// Each in one sentence that names the thing and what to do. Another secret is told by a server that looks at it:
/// `blog-storage/tests/it/s3/signed.rs`.
#[tokio::test]
async fn a_bucket_that_cannot_be_used_is_told() {
    let Some(bucket) = Bucket::new().await else {
        return;
    };
    let url = bucket
        .variables
        .iter()
        .find(|(name, _)| *name == "BLOG_MEDIA_URL");
    let name = url.unwrap().1.trim_start_matches("s3://").to_owned();
    let of = |changed: &str, value: Option<&str>| {
        let variables = bucket.variables.iter();
        variables.fold(Home::new(), |home, (name, usual)| {
            match (*name == changed, value) {
                (false, _) => home.variable(name, usual),
                (true, Some(value)) => home.variable(name, value),
                (true, None) => home,
            }
        })
    };
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    for (variable, value, said) in [
        (
            "AWS_REGION",
            None,
            "no AWS region is set; set AWS_REGION".to_owned(),
        ),
        (
            "AWS_ACCESS_KEY_ID",
            None,
            "there are no AWS credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
                .to_owned(),
        ),
        (
            "BLOG_MEDIA_URL",
            Some("s3://no-such-bucket-here"),
            "there is no bucket \"no-such-bucket-here\" here; look at its name and region"
                .to_owned(),
        ),
        (
            "BLOG_MEDIA_URL",
            Some("s3://"),
            "the URL names no bucket; write s3://bucket".to_owned(),
        ),
        (
            "BLOG_AWS_ENDPOINT_URL",
            Some("http://127.0.0.1:9"),
            format!(
                "S3 cannot be reached at http://127.0.0.1:9 for the bucket \"{name}\"; look at"
            ),
        ),
    ] {
        let sentence = failed(&of(variable, value), &serve).await;
        assert!(sentence.contains(&said), "{variable}: {sentence}");
        assert!(
            sentence.starts_with("blog-server: the media at \"s3://"),
            "{sentence}"
        );
    }
}
