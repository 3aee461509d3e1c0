//! Stores that earlier versions left: this version opens each, and shows what that one showed.
//!
//! `tests/stores/` has one folder for each version that was given out: the folder `data` as that version's server left
//! it, and `shows.tsv`, what its pages showed (path, tab, a part of the page). The same hands filled each of them:
//! [`fill`]. With `BLOG_TEST_KEEP=/a/folder` the test below leaves one more.

use std::path::{Path, PathBuf};

use crate::client::Client;
use crate::server::{Home, PASSWORD, Server};
use crate::sync::png;

fn stores() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stores")
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(std::fs::copy(entry.path(), target).unwrap()),
        }
    }
}

/// What the pages of a store show: path and a part of the page.
type Shows = Vec<(String, String)>;

async fn saved(client: &mut Client, path: &str, fields: &[(&str, &str)]) -> String {
    let answer = client.post(path, fields).await;
    assert_eq!(answer.status, 303, "{path}: {}", answer.body);
    answer.location().to_owned()
}

/// Uploads a picture and returns its id.
async fn picture(client: &mut Client, name: &str) -> String {
    let answer = client.upload("/media/uploads", name, &png()).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let library = client.get("/library").await.body;
    let (_, id) = library.split_once("id=\"media-").expect("a file");
    id.split_once('"').expect("an id").0.to_owned()
}

/// Where the first file that a page shows is, in its public copy.
fn public_file(page: &str) -> String {
    let (_, rest) = page.split_once("/media/public/").expect("a public file");
    format!("/media/public/{}", rest.split('"').next().unwrap())
}

/// Fills an empty blog with a little of everything, and says what its pages show.
async fn fill(home: &Home, server: &Server) -> Shows {
    home.add_user("ada", "admin").await;
    home.add_user("bob", "author").await;
    let (mut ada, mut bob) = (server.client(), server.client());
    for (name, client) in [("ada", &mut ada), ("bob", &mut bob)] {
        assert_eq!(client.log_in(name, PASSWORD).await.status, 303);
    }
    let cover = picture(&mut ada, "a harbour.png").await;
    let body = format!(
        "## The tide comes in\n\nTwice a day, *nearly*.[^1]\n\n```rust\nfn main() {{}}\n```\n\n\
         ![A quay](media:{cover})\n\n[^1]: Every 12 hours and 25 minutes."
    );
    let tides = saved(
        &mut ada,
        "/write",
        &[
            ("title", "Tides"),
            ("body", &body),
            ("status", "published"),
            ("tags", "Sea, Slow things"),
            ("cover", &cover),
        ],
    )
    .await;
    // Saved once more, under another address: a revision, and an address that leads on.
    let moved = saved(
        &mut ada,
        &format!("{tides}/edit"),
        &[
            ("title", "Tides and time"),
            ("body", &body),
            ("status", "published"),
            ("tags", "Sea, Slow things"),
            ("cover", &cover),
            ("slug", "tides-and-time"),
            ("version", "1"),
        ],
    )
    .await;
    let words = [
        ("Çay demlemek", "İki demlik, sabır ve sıcak su.", "tr"),
        ("海與時間", "潮汐每天來兩次。", "zh"),
        ("البحر", "يأتي المد مرتين كل يوم.", "ar"),
    ];
    let mut shows = Shows::new();
    for (title, body, _) in words {
        let path = saved(
            &mut bob,
            "/write",
            &[("title", title), ("body", body), ("status", "published")],
        )
        .await;
        shows.push((path.clone(), title.to_owned()));
        shows.push((path, body.to_owned()));
    }
    let unlisted = saved(
        &mut bob,
        "/write",
        &[
            ("title", "For those who know"),
            ("body", "Not in lists."),
            ("status", "unlisted"),
        ],
    )
    .await;
    saved(
        &mut bob,
        "/write",
        &[
            ("title", "Far ahead"),
            ("body", "Patience."),
            ("status", "scheduled"),
            ("publish_at", "2099-01-01T09:00"),
        ],
    )
    .await;
    saved(
        &mut bob,
        "/write",
        &[
            ("title", "Half a thought"),
            ("body", "Unfinished"),
            ("status", "draft"),
        ],
    )
    .await;
    saved(
        &mut bob,
        &format!("{moved}/comments"),
        &[("body", "Where was this picture taken?")],
    )
    .await;
    let page = ada.get(&moved).await.body;
    let (_, parent) = page
        .split_once("name=\"parent\" value=\"")
        .expect("a reply form");
    let parent = parent.split('"').next().unwrap().to_owned();
    saved(
        &mut ada,
        &format!("{moved}/comments"),
        &[("body", "In **Trabzon**."), ("parent", &parent)],
    )
    .await;
    saved(&mut bob, &format!("{moved}/like"), &[("liked", "true")]).await;

    let mut show = |path: &str, part: &str| shows.push((path.to_owned(), part.to_owned()));
    show("/", "Tides and time");
    show("/", "Çay demlemek");
    show("/@ada", "Tides and time");
    show("/tags/slow-things", "Tides and time");
    show(&moved, "Every 12 hours and 25 minutes.");
    show(&moved, "Where was this picture taken?");
    show(&moved, "<strong>Trabzon</strong>");
    show(&moved, "1 like");
    show(&moved, "Slow things");
    show(&tides, "Tides and time");
    show(&unlisted, "Not in lists.");
    show("/search?q=demlik", "Çay demlemek");
    show("/feed.xml", "Tides and time");
    show(&public_file(&server.client().get(&moved).await.body), "");
    shows
}

/// Follows one redirect, as an old address needs.
async fn open(client: &mut Client, path: &str) -> crate::client::Answer {
    let answer = client.get(path).await;
    match answer.status {
        301 => client.get(answer.location()).await,
        _ => answer,
    }
}

/// A blog shows all of this, hides what it has to hide, and takes new writing.
async fn holds(server: &Server, shows: &Shows) {
    let mut reader = server.client();
    for (path, part) in shows {
        let answer = open(&mut reader, path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(
            answer.body.contains(part),
            "{path} has no {part:?}: {}",
            answer.body
        );
    }
    for page in ["/", "/@bob", "/feed.xml", "/search?q=thought"] {
        let body = reader.get(page).await.body;
        for hidden in ["Half a thought", "Far ahead", "For those who know"] {
            assert!(!body.contains(hidden), "{page} shows {hidden:?}");
        }
    }
    let mut bob = server.client();
    assert_eq!(bob.log_in("bob", PASSWORD).await.status, 303);
    let own = bob.get("/drafts").await.body;
    for kept in ["Half a thought", "Far ahead", "For those who know"] {
        assert!(own.contains(kept), "{kept}");
    }
    let new = bob
        .write("Written later", "By another version.")
        .await
        .unwrap();
    assert!(reader.get(&new).await.body.contains("By another version."));
}

/// A store of this very version, which is also how one is kept for later ones.
#[tokio::test]
async fn a_new_store_shows_what_was_put_in() {
    let home = Home::new();
    let server = home.serve().await;
    let shows = fill(&home, &server).await;
    server.stop().await;
    if let Some(target) = std::env::var_os("BLOG_TEST_KEEP") {
        let target = PathBuf::from(target);
        copy(&home.path().join("data"), &target.join("data"));
        let lines: String = shows
            .iter()
            .map(|(path, part)| format!("{path}\t{part}\n"))
            .collect();
        std::fs::write(target.join("shows.tsv"), lines).unwrap();
    }
    let server = home.serve().await;
    holds(&server, &shows).await;
    server.stop().await;
}

#[tokio::test]
async fn stores_of_earlier_versions_open_and_show_the_same() {
    let mut opened = Vec::new();
    for entry in std::fs::read_dir(stores()).unwrap() {
        let kept = entry.unwrap().path();
        let lines = std::fs::read_to_string(kept.join("shows.tsv")).unwrap();
        let shows: Shows = lines
            .lines()
            .map(|line| line.split_once('\t').expect("a path and a part"))
            .map(|(path, part)| (path.to_owned(), part.to_owned()))
            .collect();
        assert!(shows.len() >= 15, "{}", kept.display());
        let home = Home::new();
        copy(&kept.join("data"), &home.path().join("data"));
        let server = home.serve().await;
        holds(&server, &shows).await;
        server.stop().await;
        // Once more, now that nothing is left to migrate.
        let server = home.serve().await;
        let mut reader = server.client();
        for (path, part) in &shows {
            let answer = open(&mut reader, path).await;
            assert!(
                answer.body.contains(part),
                "{path} has no {part:?} any more"
            );
        }
        // What an older renderer made is made anew by the way.
        let coloured = "<span class=\"k\">fn</span>";
        let mut page = String::new();
        for _ in 0..300 {
            page = open(&mut reader, "/posts/tides-and-time").await.body;
            if page.contains(coloured) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert!(page.contains(coloured), "{page}");
        server.stop().await;
        opened.push(kept);
    }
    assert!(!opened.is_empty(), "no store was kept");
    println!("{} kept stores open and show the same", opened.len());
}
