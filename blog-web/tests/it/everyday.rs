//! What people do every day, over HTTP.

use blog_core::model::user::Role;

use crate::app::{Person, TestApp, png, post_form};

#[tokio::test]
async fn comments_stand_under_their_authors_names() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let bob = app.person("bob", Role::Reader).await;
    app.post("/write", &ada, &post_form("One", "Text", "published"))
        .await;
    for (who, body) in [(&ada, "From ada"), (&bob, "From bob")] {
        let answer = app
            .post("/posts/one/comments", who, &[("body", body)])
            .await;
        assert_eq!(answer.status, 303);
    }
    let by_name = |page: &str| -> Vec<(String, String)> {
        page.split("class=\"comment\"")
            .skip(1)
            .map(|comment| {
                let name = if comment.contains("/@ada") {
                    "ada"
                } else {
                    "bob"
                };
                let body = comment.split("From ").nth(1).unwrap();
                (name.to_owned(), body[..3].to_owned())
            })
            .collect()
    };
    let expected = [
        ("ada".to_owned(), "ada".to_owned()),
        ("bob".to_owned(), "bob".to_owned()),
    ];
    for who in [&Person::default(), &ada, &bob] {
        let page = app.get("/posts/one", who).await.text();
        assert_eq!(by_name(&page), expected);
    }
}

#[tokio::test]
async fn lists_are_newest_first_in_pages_that_meet() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    for number in 0..25 {
        let title = format!("Number {number}.");
        app.post("/write", &ada, &post_form(&title, "Text", "published"))
            .await;
        // Some at one moment: their order must hold all the same.
        if number % 3 == 0 {
            app.advance(60);
        }
    }
    for list in [
        "/",
        "/@ada",
        "/tags/harbour",
        "/archive/2026",
        "/archive/2026/01",
        "/search?q=text",
    ] {
        let mut seen = Vec::new();
        let mut next = list.to_owned();
        for _ in 0..5 {
            let page = app.get(&next, &Person::default()).await;
            assert_eq!(page.status, 200, "{next}");
            let text = page.text();
            for part in text.split("href=\"/posts/number-").skip(1) {
                let number: u32 = part.split(['"', '#']).next().unwrap().parse().unwrap();
                if seen.last() != Some(&number) {
                    seen.push(number);
                }
            }
            let Some(at) = text.find("class=\"pager-older\"") else {
                break;
            };
            let href = text[at..].split("href=\"").nth(1).unwrap();
            next = href.split('"').next().unwrap().replace("&amp;", "&");
        }
        seen.dedup();
        let expected: Vec<u32> = (0..25).rev().collect();
        let of_moment = |number: &u32| number.div_ceil(3);
        let moments: Vec<u32> = seen.iter().map(of_moment).collect();
        assert!(moments.is_sorted_by(|a, b| a >= b), "{list}: {seen:?}");
        let mut all = seen.clone();
        all.sort_unstable();
        all.reverse();
        assert_eq!(all, expected, "{list}: each once");
    }
}

#[tokio::test]
async fn the_date_of_a_post_is_that_of_its_publication() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let saved = app
        .post("/write", &ada, &post_form("Slow", "Text", "draft"))
        .await;
    app.advance(10 * 24 * 3600);
    let ada = Person {
        cookie: app.log_in_again("ada").await,
        ..ada
    };
    let mut form = post_form("Slow", "Text", "published");
    form.push(("version", "1"));
    let edit = format!("{}/edit", saved.location());
    assert_eq!(app.post(&edit, &ada, &form).await.status, 303);
    for page in ["/posts/slow", "/"] {
        let page = app.get(page, &Person::default()).await.text();
        assert!(page.contains("10 February 2026"), "{page}");
        assert!(!page.contains("31 January 2026"), "{page}");
    }
    // An edit a month later is no new publication.
    app.advance(24 * 3600);
    let ada = Person {
        cookie: app.log_in_again("ada").await,
        ..ada
    };
    let mut form = post_form("Slow", "More text", "published");
    form.push(("version", "2"));
    assert_eq!(app.post("/posts/slow/edit", &ada, &form).await.status, 303);
    let home = app.get("/", &Person::default()).await.text();
    assert!(home.contains("10 February 2026"), "{home}");
}

#[tokio::test]
async fn difficult_titles_have_addresses_that_work() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let long = "A very long title ".repeat(16);
    for title in [
        long.as_str(),
        "!!!",
        "..",
        "admin",
        "İIıi ŞşĞğ",
        "Straße & <b>bold</b>",
        "夜の港",
        "مرحبا بالعالم",
        "🦀🦀🦀",
        "One",
        "One",
        "One",
    ] {
        let answer = app
            .post("/write", &ada, &post_form(title, "Text", "published"))
            .await;
        assert_eq!(answer.status, 303, "{title}: {}", answer.text());
        let address = answer.location();
        let slug = address.strip_prefix("/posts/").unwrap();
        let plain = slug
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        assert!(
            plain && !slug.is_empty() && slug.len() <= 96,
            "{title}: {slug}"
        );
        assert_eq!(
            app.get(&address, &Person::default()).await.status,
            200,
            "{address}"
        );
    }
    for address in ["/posts/one", "/posts/one-2", "/posts/one-3"] {
        assert_eq!(app.get(address, &Person::default()).await.status, 200);
    }
}

#[tokio::test]
async fn files_of_one_name_do_not_collide() {
    let app = TestApp::new();
    let mut found = Vec::new();
    for name in ["ada", "bob"] {
        let who = app.person(name, Role::Author).await;
        let parts: [(&str, Option<&str>, &[u8]); 1] = [("file", Some("photo.jpg"), &png())];
        let answer = app.post_parts("/media/uploads", &who, &parts).await;
        assert_eq!(answer.status, 303);
        let library = app.get("/library", &who).await.text();
        assert!(
            library.contains("photo.jpg"),
            "its owner still sees its name"
        );
        let at = library.find("/media/private/").unwrap();
        let address = library[at..].split('"').next().unwrap().to_owned();
        assert_eq!(app.get(&address, &who).await.status, 200);
        found.push(address);
    }
    assert_ne!(found[0], found[1]);
    let index = app
        .blog
        .index()
        .by_prefix("memory", "private/", None, 10)
        .await
        .unwrap();
    assert_eq!(index.items.len(), 2);
    assert!(index.items.iter().all(|item| !item.key.contains("photo")));
}

#[tokio::test]
async fn a_like_is_one_however_often_it_is_sent() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let bob = app.person("bob", Role::Reader).await;
    app.post("/write", &ada, &post_form("One", "Text", "published"))
        .await;
    for _ in 0..3 {
        let answer = app
            .post("/posts/one/like", &bob, &[("liked", "true")])
            .await;
        assert_eq!(answer.status, 303);
    }
    let page = app.get("/posts/one", &bob).await.text();
    assert!(page.contains("1 like"), "{page}");
    assert!(page.contains("aria-pressed=\"true\""));
    app.post("/posts/one/like", &bob, &[("liked", "false")])
        .await;
    let page = app.get("/posts/one", &bob).await.text();
    assert!(page.contains("0 likes") && page.contains("aria-pressed=\"false\""));
}

#[tokio::test]
async fn a_logged_out_cookie_is_nobodys() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    assert_eq!(app.get("/drafts", &ada).await.status, 200);
    assert_eq!(app.post("/account/logout", &ada, &[]).await.status, 303);
    assert_eq!(app.get("/drafts", &ada).await.status, 303);
    // The use that was noted before is written after, and brings nothing back.
    app.blog.worker().flush().await;
    assert_eq!(app.get("/drafts", &ada).await.status, 303);
}

#[tokio::test]
async fn what_scrolls_by_itself_is_reached_by_keyboard() {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let text = "```\na line of code\n```\n\n| a | b |\n|---|---|\n| `<pre>` | <table> |\n";
    app.post("/write", &ada, &post_form("One", text, "published"))
        .await;
    app.post("/posts/one/comments", &ada, &[("body", "```\nmore\n```")])
        .await;
    let page = app.get("/posts/one", &Person::default()).await.text();
    assert_eq!(page.matches("<pre tabindex=\"0\">").count(), 2, "{page}");
    assert_eq!(page.matches("<table tabindex=\"0\">").count(), 1, "{page}");
    assert!(
        !page.contains("<pre>") && !page.contains("<table>"),
        "{page}"
    );
    assert!(page.contains("&lt;pre&gt;"), "{page}");
}
