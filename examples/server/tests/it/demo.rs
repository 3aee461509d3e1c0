//! `blog-server demo`: what it makes, that all of it can be reached, and what it refuses.

use std::collections::{BTreeSet, VecDeque};
use std::process::Output;
use std::time::Duration;

use sqlx::Connection as _;
use tokio::io::AsyncWriteExt as _;

use crate::server::{Home, PASSWORD};

/// Far more than it takes, also beside other tests.
const PATIENCE: Duration = Duration::from_secs(180);

async fn demo(home: &Home, args: &[&str], input: &str) -> Output {
    let args = [&["demo"], args].concat();
    home.run_within(PATIENCE, &args, input).await
}

fn sentence(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = std::str::from_utf8(&output.stderr).unwrap();
    text.lines().last().unwrap().to_owned()
}

/// Every address in an attribute of the page that stays on this site.
fn addresses(page: &str) -> impl Iterator<Item = &str> {
    ["href=\"", "src=\"", "action=\""]
        .into_iter()
        .flat_map(|attribute| page.split(attribute).skip(1))
        .filter_map(|rest| rest.split('"').next())
        .filter(|address| address.starts_with('/'))
}

fn unescaped(address: &str) -> String {
    let address = address.split('#').next().unwrap_or(address);
    address.replace("&amp;", "&")
}

#[tokio::test]
async fn the_demo_fills_an_empty_blog_once_and_everything_in_it_can_be_reached() {
    let home = Home::new();
    let output = demo(&home, &[], "").await;
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("Log in as derya"), "{said}");
    let (_, rest) = said.split_once("the password ").unwrap();
    let password = rest.split(' ').next().unwrap();
    assert_eq!(password.len(), 20, "{said}");
    assert_eq!(
        String::from_utf8_lossy(&output.stderr).lines().count(),
        1,
        "one plain line where there is no terminal"
    );

    let url = format!("sqlite:{}", home.database().display());
    let mut database = sqlx::SqliteConnection::connect(&url).await.unwrap();
    for (sql, least) in [
        ("SELECT COUNT(*) FROM blog_users", 6),
        ("SELECT COUNT(*) FROM blog_posts", 30),
        ("SELECT COUNT(*) FROM blog_posts WHERE status = 'draft'", 2),
        (
            "SELECT COUNT(*) FROM blog_posts WHERE status = 'unlisted'",
            1,
        ),
        ("SELECT COUNT(*) FROM blog_pages WHERE published = 1", 1),
        ("SELECT COUNT(*) FROM blog_comments", 75),
        ("SELECT SUM(views) FROM blog_posts", 3000),
        ("SELECT SUM(likes) FROM blog_posts", 60),
        ("SELECT COUNT(*) FROM blog_media WHERE state = 'ready'", 45),
    ] {
        let found: i64 = sqlx::query_scalar(sql)
            .fetch_one(&mut database)
            .await
            .unwrap();
        assert!(found >= least, "{sql}: {found}");
    }
    database.close().await.unwrap();

    let again = demo(&home, &[], "").await;
    let sentence = sentence(&again);
    assert!(
        sentence.contains("the demo fills only an empty blog"),
        "{sentence}"
    );
    assert!(sentence.contains("data/blog.db"), "{sentence}");

    let server = home.serve().await;
    let mut reader = server.client();
    let mut writer = server.client();
    assert_eq!(writer.log_in("derya", password).await.status, 303);
    let (_, public) = crawl(&mut reader, &["/", "/feed.xml", "/atom.xml"]).await;
    let posts = public
        .iter()
        .filter(|page| page.starts_with("/posts/"))
        .count();
    let media = public
        .iter()
        .filter(|page| page.starts_with("/media/public/"))
        .count();
    assert!(public.contains("/pages/about"), "{public:?}");
    let home_page = reader.get("/").await.body;
    assert!(home_page.contains("<bdi>Slow Water</bdi>"), "{home_page}");
    assert!(posts >= 28, "{posts} posts in {public:?}");
    assert!(media >= 45, "{media} pictures in {public:?}");
    let hidden = writer.get("/drafts").await;
    assert_eq!(hidden.status, 200);
    assert!(
        hidden.body.contains("/edit"),
        "the writer has drafts: {}",
        hidden.body
    );
    assert_eq!(writer.get("/library").await.status, 200);
    server.stop().await;
}

/// Follows every link of this site and asks for every picture; each must answer.
async fn crawl(client: &mut crate::client::Client, from: &[&str]) -> (usize, BTreeSet<String>) {
    let mut known: BTreeSet<String> = from.iter().map(|page| (*page).to_owned()).collect();
    let mut waiting: VecDeque<(String, String)> = from
        .iter()
        .map(|page| ((*page).to_owned(), "the start".to_owned()))
        .collect();
    let mut pages = 0;
    while let Some((address, on)) = waiting.pop_front() {
        let answer = client.get(&address).await;
        let to_log_in = answer.status == 303 && answer.location().starts_with("/account/login");
        let of_comment = answer.status == 303 && address.contains("/comments/");
        if of_comment {
            assert!(answer.location().contains("#"), "{address}");
        }
        let form = ["/like", "/comments", "/language"]
            .iter()
            .any(|end| address.ends_with(end));
        assert!(
            answer.status == 200 || to_log_in || of_comment || form,
            "{address}, which stands on {on}, answers {}",
            answer.status
        );
        pages += 1;
        let html = answer
            .headers
            .get("content-type")
            .is_some_and(|kind| kind.to_str().unwrap().starts_with("text/html"));
        if !html || answer.status != 200 {
            continue;
        }
        assert!(
            !answer.body.contains("media-missing"),
            "{address} lacks a picture"
        );
        assert!(
            !answer.body.contains("figure:"),
            "{address} has an unknown figure"
        );
        for next in addresses(&answer.body).map(unescaped) {
            if known.insert(next.clone()) {
                waiting.push_back((next, address.clone()));
            }
        }
    }
    (pages, known)
}

#[tokio::test]
async fn a_blog_with_users_and_a_password_that_nobody_should_have_are_refused() {
    let home = Home::new();
    let output = demo(&home, &["--password-stdin"], "password1234\n").await;
    let said = sentence(&output);
    assert!(said.contains("the demo is not complete"), "{said}");
    assert!(said.contains("password"), "{said}");

    home.add_user("ada", "author").await;
    let output = demo(&home, &[], "").await;
    let said = sentence(&output);
    assert!(said.contains("this one has users or posts"), "{said}");
}

#[tokio::test]
async fn a_demo_in_memory_is_refused_with_a_sentence() {
    let home = Home::new();
    for flags in [["--database-url", "memory:"], ["--media-url", "memory:"]] {
        let output = demo(&home, &flags, "").await;
        let sentence = sentence(&output);
        assert!(sentence.contains("needs stores that last"), "{sentence}");
    }
    assert!(!home.database().exists(), "nothing was begun");
}

#[tokio::test]
async fn a_stopped_demo_says_how_to_begin_anew_and_removes_nothing() {
    let home = Home::new();
    let mut command = home.command(&["demo", "--password-stdin"]);
    command.stdin(std::process::Stdio::piped());
    command.stdout(std::process::Stdio::piped());
    command.stderr(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input
        .write_all(format!("{PASSWORD}\n").as_bytes())
        .await
        .unwrap();
    let pid = child.id().unwrap().to_string();
    for _ in 0..600 {
        if home.database().exists() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // Its tables are there and its first people arrive.
    tokio::time::sleep(Duration::from_millis(700)).await;
    let status = tokio::process::Command::new("kill")
        .args(["-INT", &pid])
        .status()
        .await;
    assert!(status.unwrap().success());
    let output = tokio::time::timeout(PATIENCE, child.wait_with_output())
        .await
        .unwrap()
        .unwrap();
    let sentence = sentence(&output);
    assert!(
        sentence.contains("the demo is not complete (it was stopped)"),
        "{sentence}"
    );
    assert!(sentence.contains("to begin anew, delete"), "{sentence}");
    // The first to come is there and logs in with the password that was given.
    let server = home.serve().await;
    assert_eq!(server.client().log_in("derya", PASSWORD).await.status, 303);
    server.stop().await;
}
