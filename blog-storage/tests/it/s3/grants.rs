//! What is sent past the store with its permission: signed addresses, and forms.

use std::time::Duration;

use blog_core::Error;
use blog_core::ports::MediaStore;
use blog_storage::s3::{S3Media, UploadForm};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::bucket::Bucket;
use super::uploads::{body, key, options, read};

const SIZE: usize = 1_000;
const TYPE: &str = "video/mp4";

/// One request of somebody without credentials; status and body.
async fn ask(method: Method, url: &str, headers: &[(&str, &str)], body: Vec<u8>) -> (u16, Vec<u8>) {
    let (host, path) = url
        .strip_prefix("http://")
        .unwrap()
        .split_once('/')
        .unwrap();
    let stream = TcpStream::connect(host).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .unwrap();
    tokio::spawn(connection);
    let mut request = Request::builder()
        .method(method)
        .uri(format!("/{path}"))
        .header("host", host);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(Bytes::from(body))).unwrap();
    let answer = sender.send_request(request).await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, body.to_vec())
}

/// Sends a form as a browser does (RFC 7578).
async fn send(form: &UploadForm, file: &[u8]) -> (u16, String) {
    let mut body = Vec::new();
    for (name, value) in &form.fields {
        let field =
            format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(field.as_bytes());
    }
    let head = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp4\"\r\n\
        Content-Type: application/octet-stream\r\n\r\n";
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--edge--\r\n");
    let headers = [("content-type", "multipart/form-data; boundary=edge")];
    let (status, said) = ask(Method::POST, &form.url, &headers, body).await;
    (status, String::from_utf8_lossy(&said).into_owned())
}

/// The same form with one field changed.
fn with(form: &UploadForm, field: &str, value: &str) -> UploadForm {
    let mut form = form.clone();
    let changed = form.fields.iter_mut().find(|(name, _)| *name == field);
    changed.unwrap().1 = value.to_owned();
    form
}

async fn is_there(media: &S3Media, name: &str) -> bool {
    match media.head(&key(name)).await {
        Ok(_) => true,
        Err(Error::NotFound(_)) => false,
        Err(error) => panic!("{}", error.chain()),
    }
}

#[tokio::test]
async fn a_signed_address_reads_its_object_and_no_other() {
    let Some(bucket) = Bucket::new().await else {
        return;
    };
    let media = bucket.media(bucket.endpoint()).await;
    for name in ["mine", "theirs"] {
        media
            .put(&key(name), body(SIZE), options(SIZE))
            .await
            .unwrap();
    }
    let lifetime = Duration::from_secs(60);
    let signed = media.presigned_get(&key("mine"), lifetime).await.unwrap();
    assert!(signed.url.contains("X-Amz-Expires=60"), "{}", signed.url);
    assert_eq!(signed.headers, []);
    let (status, bytes) = ask(Method::GET, &signed.url, &[], Vec::new()).await;
    assert_eq!(status, 200);
    assert_eq!(bytes, read(&media, &key("mine")).await.unwrap());

    let bare = signed.url.split('?').next().unwrap();
    for refused in [bare.to_owned(), signed.url.replace("mine", "theirs")] {
        let (status, _) = ask(Method::GET, &refused, &[], Vec::new()).await;
        assert_eq!(status, 403, "{refused}");
    }
    let ever = Duration::from_secs(8 * 24 * 3600);
    media.presigned_get(&key("mine"), ever).await.unwrap_err();
}

#[tokio::test]
async fn a_signed_put_creates_its_object_once_and_of_its_type() {
    let Some(bucket) = Bucket::new().await else {
        return;
    };
    let media = bucket.media(bucket.endpoint()).await;
    let lifetime = Duration::from_secs(60);
    let signed = media
        .presigned_put(&key("new"), TYPE, lifetime)
        .await
        .unwrap();
    let headers: Vec<_> = signed
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert!(headers.contains(&("content-type", TYPE)), "{headers:?}");
    assert!(headers.contains(&("if-none-match", "*")), "{headers:?}");

    let html: Vec<_> = headers
        .iter()
        .map(|(name, value)| match *name {
            "content-type" => (*name, "text/html"),
            _ => (*name, *value),
        })
        .collect();
    let (status, said) = ask(Method::PUT, &signed.url, &html, vec![7; SIZE]).await;
    assert_eq!(status, 403, "{}", String::from_utf8_lossy(&said));
    let (status, said) = ask(Method::PUT, &signed.url, &headers, vec![7; SIZE]).await;
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&said));
    assert_eq!(media.head(&key("new")).await.unwrap().content_type, TYPE);
    let (status, _) = ask(Method::PUT, &signed.url, &headers, vec![8; SIZE]).await;
    assert_eq!(status, 412, "it is there");
    assert_eq!(read(&media, &key("new")).await.unwrap(), vec![7; SIZE]);
}

#[tokio::test]
async fn a_form_stores_its_key_its_type_and_its_size_only() {
    let Some(bucket) = Bucket::new().await else {
        return;
    };
    let media = bucket.media(bucket.endpoint()).await;
    let sizes = 10..=SIZE as u64;
    let form = media.upload_form(&key("form"), TYPE, sizes).await.unwrap();
    assert_eq!(form.url, format!("{}/{}/", bucket.endpoint(), bucket.name));

    for (what, form, size) in [
        ("too short", form.clone(), 9),
        ("too long", form.clone(), SIZE + 1),
        ("another key", with(&form, "key", "tests/other"), SIZE),
        (
            "another type",
            with(&form, "Content-Type", "text/html"),
            SIZE,
        ),
        (
            "another signature",
            with(&form, "x-amz-signature", &"0".repeat(64)),
            SIZE,
        ),
        ("another policy", with(&form, "policy", "e30="), SIZE),
    ] {
        let (status, said) = send(&form, &vec![7; size]).await;
        assert!((400..500).contains(&status), "{what}: {status} {said}");
        assert!(!is_there(&media, "form").await, "{what}");
        assert!(!is_there(&media, "other").await, "{what}");
    }
    let (status, said) = send(&form, &vec![7; SIZE]).await;
    assert!((200..300).contains(&status), "{status} {said}");
    let there = media.head(&key("form")).await.unwrap();
    assert_eq!(
        (there.size, there.content_type.as_str()),
        (SIZE as u64, TYPE)
    );
}
