//! Pictures and videos over HTTP: ranges, types, and what is left after a deletion.

use blog_core::model::user::Role;

use crate::app::{Person, TestApp, mp4, png, post_form};

async fn published(app: &TestApp, author: &Person, name: &str, bytes: &[u8]) -> String {
    let parts: [(&str, Option<&str>, &[u8]); 2] =
        [("file", Some(name), bytes), ("alt", None, b"Film")];
    assert_eq!(
        app.post_parts("/media/uploads", author, &parts)
            .await
            .status,
        303
    );
    let library = app.get("/library", author).await.text();
    let at = library.find("media:").unwrap() + 6;
    let body = format!("![Film](media:{})", &library[at..at + 36]);
    app.post("/write", author, &post_form("Film", &body, "published"))
        .await;
    let page = app.get("/posts/film", &Person::default()).await.text();
    let at = page.find("/media/public/").expect("a public address");
    let end = page[at..].find('"').unwrap();
    page[at..at + end].to_owned()
}

#[tokio::test]
async fn videos_are_served_in_ranges() {
    let app = TestApp::new();
    let author = app.person("ada", Role::Author).await;
    let video = mp4();
    let address = published(&app, &author, "film.mp4", &video).await;
    let nobody = Person::default();
    let whole = app.get(&address, &nobody).await;
    assert_eq!(whole.body, video);
    assert_eq!(whole.headers["content-type"], "video/mp4");
    assert_eq!(whole.headers["accept-ranges"], "bytes");
    assert_eq!(
        whole.headers["content-security-policy"],
        "default-src 'none'; sandbox"
    );
    let size = video.len();
    let etag = whole.headers["etag"].to_str().unwrap().to_owned();
    for (range, from, to) in [
        ("bytes=0-0", 0, 1),
        ("bytes=0-99", 0, 100),
        ("bytes=0-", 0, size),
        ("bytes=100-", 100, size),
        ("bytes=-10", size - 10, size),
        ("bytes=5-999999999", 5, size),
    ] {
        let request = app.request("GET", &address, &nobody).header("range", range);
        let part = app.send(request.header("if-range", &etag).finish()).await;
        assert_eq!(part.status, 206, "{range}");
        assert_eq!(part.body, &video[from..to], "{range}");
        let shown = format!("bytes {from}-{}/{size}", to - 1);
        assert_eq!(part.headers["content-range"], shown.as_str());
    }
    let past = app
        .request("GET", &address, &nobody)
        .header("range", "bytes=999999999-");
    let past = app.send(past.finish()).await;
    assert_eq!(past.status, 416);
    assert_eq!(
        past.headers["content-range"],
        format!("bytes */{size}").as_str()
    );
    let other = app
        .request("GET", &address, &nobody)
        .header("range", "bytes=0-9");
    let other = app
        .send(other.header("if-range", "\"another\"").finish())
        .await;
    assert_eq!((other.status.as_u16(), other.body.len()), (200, size));
}

#[tokio::test]
async fn deleting_a_post_withdraws_its_pictures_and_the_library_deletes_the_rest() {
    let app = TestApp::new();
    let author = app.person("ada", Role::Author).await;
    let address = published(&app, &author, "lamp.png", &png()).await;
    let nobody = Person::default();
    assert_eq!(app.get(&address, &nobody).await.status, 200);
    let library = app.get("/library", &author).await.text();
    let at = library.find("media:").unwrap() + 6;
    let id = library[at..at + 36].to_owned();
    let delete = format!("/library/{id}/delete");
    // In use, it stays.
    app.post(&delete, &author, &[]).await;
    assert_eq!(app.get(&address, &nobody).await.status, 200);
    let deleted = app
        .post("/posts/film/delete", &author, &[("version", "1")])
        .await;
    assert_eq!(deleted.status, 303, "{}", deleted.text());
    assert_eq!(app.get(&address, &nobody).await.status, 404);
    let private = format!("/media/private/{id}");
    assert_eq!(app.get(&private, &author).await.status, 200);
    app.post(&delete, &author, &[]).await;
    assert_eq!(app.get(&private, &author).await.status, 404);
    // No object is left behind, and the index knows it.
    let index = app.blog.index();
    let left = index.by_prefix("memory", "", None, 100).await.unwrap();
    assert!(left.items.is_empty(), "{left:?}");
}

#[tokio::test]
async fn an_avatar_is_public_and_goes_with_its_successor() {
    let app = TestApp::new();
    let reader = app.person("bob", Role::Reader).await;
    let save = async |version: &str| {
        let parts: [(&str, Option<&str>, &[u8]); 4] = [
            ("version", None, version.as_bytes()),
            ("display_name", None, "Bob B\u{f6}ll".as_bytes()),
            ("bio", None, b"Reads."),
            ("avatar", Some("me.png"), &png()),
        ];
        app.post_parts("/account/profile", &reader, &parts).await
    };
    let avatar = async || {
        let page = app.get("/@bob", &Person::default()).await.text();
        assert!(page.contains("Bob B\u{f6}ll") && page.contains("Reads."));
        let at = page.find("/media/public/").expect("the avatar's address");
        page[at..at + page[at..].find('"').unwrap()].to_owned()
    };
    assert_eq!(save("1").await.status, 303);
    let first = avatar().await;
    assert_eq!(app.get(&first, &Person::default()).await.status, 200);
    assert_eq!(save("2").await.status, 303);
    assert_ne!(avatar().await, first);
    assert_eq!(app.get(&first, &Person::default()).await.status, 404);
    assert_eq!(save("1").await.status, 409);
}
