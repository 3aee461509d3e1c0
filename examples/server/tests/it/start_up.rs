//! What is printed and checked at the start.

use std::fs;

use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use crate::server::{Home, PASSWORD};

/// Why the program ended: one line, exit code 1.
pub(crate) async fn failed(home: &Home, args: &[&str]) -> String {
    let output = home.run(args, "").await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stderr).unwrap();
    let sentences: Vec<_> = text
        .lines()
        .filter(|line| line.starts_with("blog-server: "))
        .collect();
    assert_eq!(sentences.len(), 1, "{text}");
    sentences[0].to_owned()
}

#[tokio::test]
async fn an_empty_blog_prints_its_address_and_the_owners_link_once() {
    let home = Home::new();
    let mut server = home.serve().await;
    assert_eq!(
        server.line,
        format!("Your blog is at http://{}/", server.address)
    );
    let line = server.next_line().await.expect("the owner's link");
    let link = line
        .split(' ')
        .find(|word| word.starts_with("http"))
        .unwrap();
    let path = link
        .strip_prefix(&format!("http://{}", server.address))
        .unwrap();
    let token = path.strip_prefix("/account/owner?token=").unwrap();
    assert_eq!(token.len(), 43, "{token}");

    let mut owner = server.client();
    assert_eq!(owner.get(path).await.status, 200);
    let fields = [
        ("token", token),
        ("username", "ada"),
        ("email", "ada@example.org"),
        ("password", PASSWORD),
    ];
    let answer = owner.post("/account/owner", &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_eq!(server.client().get(path).await.status, 404, "once");
    assert!(
        !server.log().contains(token),
        "the log holds the link: {}",
        server.log()
    );
    server.stop().await;

    let mut server = home.serve().await;
    assert_eq!(server.next_line().await, None, "there is an owner");
    let answer = server.client().log_in("ada", PASSWORD).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    server.stop().await;
}

#[tokio::test]
async fn a_new_start_on_an_empty_blog_replaces_the_link() {
    let home = Home::new();
    let mut paths = Vec::new();
    for _ in 0..2 {
        let mut server = home.serve().await;
        let line = server.next_line().await.unwrap();
        let (_, path) = line.split_once(&server.address.to_string()).unwrap();
        paths.push(path.split(' ').next().unwrap().to_owned());
        server.stop().await;
    }
    let server = home.serve().await;
    assert_eq!(server.client().get(&paths[0]).await.status, 404);
    assert_eq!(server.client().get(&paths[1]).await.status, 404);
    server.stop().await;
}

#[tokio::test]
async fn an_outside_address_is_told_beside_the_inside_one() {
    let home = Home::new();
    let server = home
        .serve_with(&["--base-url", "https://blog.example.org/notes"])
        .await;
    let expected = format!(
        "Your blog is at https://blog.example.org/notes/ (listening on {})",
        server.address
    );
    assert_eq!(server.line, expected);
    assert_eq!(server.client().get("/livez").await.status, 200);
    assert_eq!(
        server.client().get("/notes/").await.status,
        421,
        "another host's name"
    );
    server.stop().await;
}

#[tokio::test]
async fn only_this_machines_names_are_answered_by_default() {
    let home = Home::new();
    let server = home.serve().await;
    let mut client = server.client();
    assert_eq!(client.get("/").await.status, 200);
    assert_eq!(client.get("/readyz").await.status, 200);
    server.stop().await;
    let server = home.serve_with(&["--listen", "127.0.0.2:0"]).await;
    let expected = format!("Your blog is at http://{}/", server.address);
    assert_eq!(server.line, expected);
    assert_eq!(server.client().get("/").await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn a_port_in_use_is_told() {
    let home = Home::new();
    let server = home.serve().await;
    let address = server.address.to_string();
    let sentence = failed(&Home::new(), &["--listen", &address]).await;
    assert_eq!(
        sentence,
        format!(
            "blog-server: another program listens on {address}; stop it, or choose another address with --listen or BLOG_LISTEN"
        )
    );
    server.stop().await;
}

#[tokio::test]
async fn stores_that_cannot_be_used_are_told() {
    let home = Home::new();
    fs::write(
        home.path().join("data"),
        "a file where the folder should be",
    )
    .unwrap();
    let sentence = failed(&home, &["serve", "--listen", "127.0.0.1:0"]).await;
    assert!(sentence.contains("data"), "{sentence}");

    let home = Home::new();
    fs::create_dir(home.path().join("data")).unwrap();
    fs::write(
        home.database(),
        "this is no database, but a text of some length\n".repeat(50),
    )
    .unwrap();
    let sentence = failed(&home, &["serve", "--listen", "127.0.0.1:0"]).await;
    assert!(sentence.contains("not a database"), "{sentence}");

    for store in ["media", "mail"] {
        let home = Home::new();
        fs::create_dir(home.path().join("data")).unwrap();
        fs::write(home.path().join("data").join(store), "in the way").unwrap();
        let sentence = failed(&home, &["serve", "--listen", "127.0.0.1:0"]).await;
        assert!(sentence.contains(&format!("data/{store}")), "{sentence}");
    }
}

#[tokio::test]
async fn migrate_runs_twice_and_many_times_at_once() {
    let home = Home::new();
    for _ in 0..2 {
        let output = home.run(&["migrate"], "").await;
        assert!(output.status.success(), "{output:?}");
        assert!(
            String::from_utf8_lossy(&output.stdout).contains("up to date"),
            "{output:?}"
        );
    }
    let home = Home::new();
    let (a, b, c, d) = tokio::join!(
        home.run(&["migrate"], ""),
        home.run(&["migrate"], ""),
        home.run(&["migrate"], ""),
        home.run(&["migrate"], ""),
    );
    for output in [a, b, c, d] {
        assert!(output.status.success(), "{output:?}");
    }
}

#[tokio::test]
async fn two_instances_start_at_once_on_one_folder() {
    let home = Home::new();
    let (mut one, mut two) = tokio::join!(home.serve(), home.serve());
    let mut links = Vec::new();
    for server in [&mut one, &mut two] {
        let line = server
            .next_line()
            .await
            .expect("a link, since there is no owner");
        let path = line.split_once(&server.address.to_string()).unwrap().1;
        links.push(path.split(' ').next().unwrap().to_owned());
        assert_eq!(server.client().get("/readyz").await.status, 200);
    }
    // The instances share the store, so one link is left, and it is good at both.
    let mut good = 0;
    for link in &links {
        let at_one = one.client().get(link).await.status;
        assert_eq!(at_one, two.client().get(link).await.status);
        good += usize::from(at_one == 200);
    }
    assert!((1..=2).contains(&good), "{good} links are good");
    home.add_user("ada", "admin").await;
    assert_eq!(one.client().log_in("ada", PASSWORD).await.status, 303);
    let mut there = two.client();
    assert_eq!(there.log_in("ada", PASSWORD).await.status, 303);
    let post = there.write("Seen by both", "Text").await.unwrap();
    assert_eq!(one.client().get(&post).await.status, 200);
    one.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn a_schema_that_needs_a_newer_program_is_refused() {
    let home = Home::new();
    assert!(home.run(&["migrate"], "").await.status.success());
    let options = SqliteConnectOptions::new().filename(home.database());
    let mut database = SqliteConnection::connect_with(&options).await.unwrap();
    let later = "INSERT INTO blog_migrations (number, name, oldest_binary) VALUES (?, 'later', ?)";
    // A later migration that this program can live with is no reason to refuse.
    sqlx::query(later)
        .bind(9000)
        .bind(1)
        .execute(&mut database)
        .await
        .unwrap();
    home.serve().await.stop().await;
    sqlx::query(later)
        .bind(9001)
        .bind(9001)
        .execute(&mut database)
        .await
        .unwrap();
    database.close().await.unwrap();
    for args in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["migrate"],
        &["user", "role", "ada", "admin"],
    ] {
        let sentence = failed(&home, args).await;
        assert!(sentence.contains("newer"), "{sentence}");
    }
}
