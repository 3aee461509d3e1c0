//! What an older version stored is brought up to what this one makes, by the way and whatever happens meanwhile.

use std::time::Duration;

use blog_core::model::media::{ByteStream, MediaItem, PutMode, PutOptions};
use blog_core::model::user::Role;
use blog_core::model::widths::Widths;
use blog_core::policy::{Actor, Surface, Visibility};
use blog_core::ports::MediaStore as _;
use futures_util::StreamExt as _;
use tokio_util::sync::CancellationToken;

use crate::app::{Person, TestApp, photo, post_form};
use crate::copies::{Stores, choices, upload};

async fn item(app: &TestApp, id: &str) -> MediaItem {
    let catalog = &app.records.catalog;
    let items = catalog.get(&[id.parse().unwrap()]).await.unwrap();
    items.into_iter().next().unwrap()
}

/// A post with a cover, as stored before there were smaller copies.
async fn old(stores: &Stores, app: &TestApp, ada: &Person) -> String {
    let id = upload(app, ada, &photo(1_300, 700)).await;
    let mut form = post_form("One", "Text", "published");
    form.push(("cover", &id));
    assert_eq!(app.post("/write", ada, &form).await.status, 303);
    let item = item(app, &id).await;
    let key = item.public_key.clone();
    let effects = blog_core::model::effects::Effects::at(app.blog.now()).invalidating();
    let catalog = &app.records.catalog;
    let set = catalog.set_copies(&item, key, Widths::default(), effects);
    set.await.unwrap();
    for key in item.objects() {
        if key.as_str().contains("-w") {
            stores.media.delete(&key).await.unwrap();
        }
    }
    assert_eq!(stores.keys().await.len(), 2);
    id
}

async fn all_are_there(app: &TestApp) {
    // The page before may count for a second.
    app.advance(2);
    let page = app.get("/", &Person::default()).await.text();
    let offered = choices(&page, "card-cover");
    assert_eq!(offered.len(), 3);
    for (width, address) in offered {
        assert!(address.starts_with("/media/public/"), "{address}");
        let answer = app.get(&address, &Person::default()).await;
        assert_eq!(
            image::load_from_memory(&answer.body).unwrap().width(),
            width
        );
    }
}

/// Lets the worker do what is due, until the store has so many objects.
async fn until(app: &TestApp, stores: &Stores, objects: usize) {
    let stop = CancellationToken::new();
    let worker = tokio::spawn(app.blog.worker().run(stop.clone()));
    for _ in 0..300 {
        if stores.keys().await.len() == objects {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stop.cancel();
    worker.await.unwrap();
    assert_eq!(stores.keys().await.len(), objects);
}

#[tokio::test]
async fn a_picture_from_before_there_were_copies_gets_them() {
    let stores = Stores::new();
    let app = stores.app(i64::MAX, false);
    let ada = app.person("ada", Role::Author).await;
    let id = old(&stores, &app, &ada).await;
    let page = app.get("/", &Person::default()).await;
    let cover = item(&app, &id).await.to_ref().path();
    assert!(page.text().contains(&cover), "it is shown as it is");
    assert!(!page.text().contains("srcset"));

    app.blog.worker().renew().await.unwrap();
    assert_eq!(stores.keys().await.len(), 6);
    assert_eq!(item(&app, &id).await.widths, Widths::new([480, 960]));
    all_are_there(&app).await;

    // Nothing is left to do.
    let keys = stores.keys().await;
    for key in item(&app, &id).await.objects() {
        stores.media.delete(&key).await.unwrap();
    }
    app.blog.worker().renew().await.unwrap();
    assert_eq!((keys.len(), stores.keys().await.len()), (6, 0));
}

#[tokio::test]
async fn copies_whose_making_was_killed_are_made_by_the_next() {
    for writes in 0..5 {
        let stores = Stores::new();
        let app = stores.app(i64::MAX, false);
        let ada = app.person("ada", Role::Author).await;
        old(&stores, &app, &ada).await;
        let killed = stores.app(writes, true);
        let renewed = killed.blog.worker();
        let ended = tokio::time::timeout(Duration::from_secs(2), renewed.renew()).await;
        assert_eq!(ended.is_err(), writes < 4, "after {writes} writes");

        app.blog.worker().renew().await.unwrap();
        assert_eq!(stores.keys().await.len(), 6, "after {writes} writes");
        all_are_there(&app).await;
    }
}

#[tokio::test]
async fn what_is_withdrawn_while_its_copies_are_made_leaves_none() {
    for writes in 0..4 {
        let stores = Stores::new();
        let app = stores.app(i64::MAX, false);
        let ada = app.person("ada", Role::Author).await;
        let id = old(&stores, &app, &ada).await;
        let killed = stores.app(writes, true);
        let renewed = killed.blog.worker();
        let ended = tokio::time::timeout(Duration::from_secs(2), renewed.renew()).await;
        assert!(ended.is_err(), "after {writes} writes");
        assert_eq!(stores.keys().await.len(), 2 + writes as usize);
        app.post("/posts/one/delete", &ada, &[("version", "1")])
            .await;
        // A copy that another process was just putting down arrives after the deletion.
        let late = item(&app, &id).await.private_key.at_width(480);
        let delete = format!("/library/{id}/delete");
        assert_eq!(app.post(&delete, &ada, &[]).await.status, 303);
        assert_eq!(stores.keys().await.len(), 0, "after {writes} writes");
        let options = PutOptions {
            mode: PutMode::Overwrite,
            ..PutOptions::default()
        };
        let body: ByteStream = futures_util::stream::once(async { Ok("late".into()) }).boxed();
        stores.media.put(&late, body, options).await.unwrap();
        app.advance(3_601);
        until(&app, &stores, 0).await;
    }
}

/// What an older renderer made of a post.
async fn outdate(app: &TestApp, slug: &str) -> blog_core::model::post::Post {
    use blog_core::model::post::{RenderedBody, SafeHtml, SlugHit};
    let stored = |records: blog_core::backend::Records, now| async move {
        let slug = blog_core::model::slug::Slug::try_from(slug).unwrap();
        let editor = Visibility::new(Actor::Anonymous, Surface::Page, now);
        match records.posts.by_slug(&slug, &editor).await.unwrap() {
            SlugHit::Current(post) => *post,
            SlugHit::Moved(_) => panic!("it moved"),
        }
    };
    let post = stored(app.records.clone(), app.blog.now()).await;
    let old = RenderedBody {
        html: SafeHtml::from_sanitiser("<p>As it was made.</p>".to_owned()),
        renderer_version: 1,
        ..post.rendered.clone()
    };
    let effects = blog_core::model::effects::Effects::at(app.blog.now()).invalidating();
    let set = app
        .records
        .posts
        .set_rendered(post.id, post.version, old, effects);
    set.await.unwrap();
    stored(app.records.clone(), app.blog.now()).await
}

#[tokio::test]
async fn posts_of_an_older_renderer_are_made_anew_and_nothing_else_changes() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let nobody = Person::default();
    for title in ["One", "Two", "Three", "Four", "Five", "Six"] {
        let body = "Some text.\n\n```rust\nfn main() {} // <b>\n```";
        let form = post_form(title, body, "published");
        assert_eq!(app.post("/write", &ada, &form).await.status, 303);
    }
    let fresh = app.get("/posts/one", &nobody).await;
    let old = outdate(&app, "one").await;
    for slug in ["two", "three", "four", "five", "six"] {
        outdate(&app, slug).await;
    }
    app.advance(60);
    let page = app.get("/posts/one", &nobody).await;
    assert!(page.text().contains("As it was made."));
    assert!(!page.text().contains("code."), "no sheet without code");

    app.blog.worker().renew().await.unwrap();
    app.advance(2);
    for slug in ["one", "two", "three", "four", "five", "six"] {
        let page = app.get(&format!("/posts/{slug}"), &nobody).await.text();
        for part in [
            "<span class=\"k\">fn</span> <span class=\"f\">main</span>",
            "<span class=\"c\">// &lt;b&gt;",
            "/assets/code.",
        ] {
            assert!(page.contains(part), "{slug}: {part} in {page}");
        }
    }
    let again = app.get("/posts/one", &nobody).await;
    let tag = |answer: &crate::app::Answer| answer.headers.get("etag").cloned();
    assert!(tag(&fresh).is_some());
    assert_eq!(again.masked(), fresh.masked());
    assert_eq!(tag(&again), tag(&fresh), "who has it keeps it");
    let posts = &app.records.posts;
    let outdated = posts.outdated(blog_core::markdown::RENDERER_VERSION, None, 9);
    assert_eq!(outdated.await.unwrap(), []);
    let revisions = posts.revisions(old.id, None, 9).await.unwrap();
    assert_eq!(revisions.items.len(), 1);
    let visibility = Visibility::new(Actor::Anonymous, Surface::Page, app.blog.now());
    let new = posts.get(old.id, &visibility).await.unwrap();
    assert_eq!((new.version, new.updated_at), (old.version, old.updated_at));
    // What is up to date is not written again.
    let generation = posts.site(app.blog.now()).await.unwrap().generation;
    app.blog.worker().renew().await.unwrap();
    let after = posts.site(app.blog.now()).await.unwrap().generation;
    assert_eq!(after, generation);
}

#[tokio::test]
async fn static_pages_of_an_older_renderer_are_made_anew_and_nothing_else_changes() {
    use blog_core::model::effects::Effects;
    use blog_core::model::post::SafeHtml;
    use blog_core::model::slug::PageSlug;
    use blog_core::model::static_page::RenderedPage;
    let app = TestApp::new();
    let ruth = app.person("ruth", Role::Admin).await;
    let nobody = Person::default();
    let pages = &app.records.static_pages;
    for title in ["One", "Two", "Three", "Four", "Five"] {
        let form = [
            ("title", title),
            ("body", "Words.\n\n```rust\nfn main() {}\n```"),
            ("status", "published"),
        ];
        let saved = app.post("/admin/pages/new", &ruth, &form).await;
        assert_eq!(saved.status, 303);
        let slug = PageSlug::from_title(title).unwrap();
        let page = pages.by_slug(&slug).await.unwrap();
        let old = RenderedPage {
            html: SafeHtml::from_sanitiser("<p>As it was made.</p>".to_owned()),
            excerpt: "As it was".to_owned(),
            renderer_version: 1,
        };
        let effects = Effects::at(app.blog.now()).invalidating();
        let set = pages.set_rendered(page.id, page.version, old, effects);
        set.await.unwrap();
    }
    let slug = PageSlug::try_from("one").unwrap();
    let old = pages.by_slug(&slug).await.unwrap();
    app.advance(60);
    let shown = app.get("/pages/one", &nobody).await.text();
    assert!(shown.contains("As it was made.") && !shown.contains("/assets/code."));

    app.blog.worker().renew().await.unwrap();
    app.advance(2);
    for path in ["one", "two", "three", "four", "five"] {
        let shown = app.get(&format!("/pages/{path}"), &nobody).await.text();
        for part in [
            "<span class=\"k\">fn</span>",
            "/assets/code.",
            "content=\"Words.",
        ] {
            assert!(shown.contains(part), "{path}: {part} in {shown}");
        }
    }
    let new = pages.by_slug(&slug).await.unwrap();
    assert_eq!((new.version, new.updated_at), (old.version, old.updated_at));
    let outdated = pages.outdated(blog_core::markdown::RENDERER_VERSION, None, 9);
    assert_eq!(outdated.await.unwrap(), []);
    let posts = &app.records.posts;
    let generation = posts.site(app.blog.now()).await.unwrap().generation;
    app.blog.worker().renew().await.unwrap();
    let after = posts.site(app.blog.now()).await.unwrap().generation;
    assert_eq!(after, generation, "what is up to date is not written again");
}

#[tokio::test]
async fn a_picture_that_cannot_be_read_is_shown_as_it_is_and_tried_once() {
    let stores = Stores::new();
    let app = stores.app(i64::MAX, false);
    let ada = app.person("ada", Role::Author).await;
    let id = old(&stores, &app, &ada).await;
    let key = item(&app, &id).await.private_key;
    let options = PutOptions {
        mode: PutMode::Overwrite,
        ..PutOptions::default()
    };
    let body: ByteStream = futures_util::stream::once(async { Ok("\u{ff}".into()) }).boxed();
    stores.media.put(&key, body, options).await.unwrap();
    app.blog.worker().renew().await.unwrap();
    assert_eq!(item(&app, &id).await.widths, Widths::new([]));
    assert!(
        app.records
            .catalog
            .without_copies(None, 9)
            .await
            .unwrap()
            .is_empty()
    );
    app.advance(2);
    let page = app.get("/", &Person::default()).await.text();
    assert!(page.contains("card-cover") && !page.contains("srcset"));
}
