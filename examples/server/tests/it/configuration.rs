//! The configuration as the operator meets it: exit codes and sentences.

use std::fs;

use crate::server::Home;

async fn refused(home: &Home, args: &[&str]) -> String {
    let output = home.run(args, "").await;
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    let sentence = String::from_utf8(output.stderr).unwrap();
    assert_eq!(sentence.lines().count(), 1, "{sentence}");
    sentence.trim_end().to_owned()
}

#[tokio::test]
async fn an_unknown_key_stops_the_start_with_one_sentence() {
    let home = Home::new();
    fs::write(
        home.path().join("blog.toml"),
        "[site]\ntitle = \"Notes\"\ntitel = \"x\"\n",
    )
    .unwrap();
    let expected =
        "blog-server: blog.toml, line 3: there is no key site.titel; did you mean site.title?";
    for command in [
        &[][..],
        &["serve"],
        &["migrate"],
        &["user", "role", "ada", "editor"],
    ] {
        assert_eq!(refused(&home, command).await, expected);
    }
    assert!(!home.path().join("data").exists(), "nothing was begun");
}

#[tokio::test]
async fn a_wrong_variable_flag_or_combination_stops_the_start() {
    let home = Home::new().variable("BLOG_LISEN", "127.0.0.1:0");
    let sentence = refused(&home, &["serve"]).await;
    assert_eq!(
        sentence,
        "blog-server: there is no variable BLOG_LISEN; did you mean BLOG_LISTEN?"
    );

    let home = Home::new().variable("BLOG_PAGE_SIZE", "many");
    let sentence = refused(&home, &["serve"]).await;
    assert_eq!(
        sentence,
        "blog-server: BLOG_PAGE_SIZE must be a whole number from 1 to 100, not \"many\""
    );

    let sentence = refused(&Home::new(), &["serve", "--listen", "0.0.0.0:0"]).await;
    assert!(sentence.contains("set site.base_url"), "{sentence}");

    let sentence = refused(
        &Home::new(),
        &["serve", "--database-url", "postgres://localhost/blog"],
    )
    .await;
    assert!(sentence.contains("sqlite:"), "{sentence}");
    let sentence = refused(&Home::new(), &["serve", "--media-url", "ftp://example.org"]).await;
    assert!(sentence.contains("file:"), "{sentence}");
    let sentence = refused(
        &Home::new(),
        &["serve", "--mail-url", "pigeon://example.org"],
    )
    .await;
    assert!(sentence.contains("file:"), "{sentence}");
}

#[tokio::test]
async fn the_printed_template_is_a_configuration() {
    let home = Home::new().variable("BLOG_NO_SUCH", "x");
    let output = home.run(&["config"], "").await;
    assert!(
        output.status.success(),
        "the template helps to repair a configuration: {output:?}"
    );
    let template = String::from_utf8(output.stdout).unwrap();
    let uncommented: Vec<_> = template
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(rest) if rest.starts_with(|c: char| c.is_ascii_lowercase()) => rest,
            _ => line,
        })
        .collect();
    let home = Home::new();
    fs::write(home.path().join("own.toml"), uncommented.join("\n")).unwrap();
    let server = home
        .serve_with(&["--config", "own.toml", "--title", "Notes"])
        .await;
    let answer = server.client().get("/").await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("<title>Notes"), "{}", answer.body);
    assert!(
        home.database().exists(),
        "the template's defaults are the defaults"
    );
    server.stop().await;
}

#[tokio::test]
async fn variables_override_the_file_and_flags_override_both() {
    let home = Home::new()
        .variable("BLOG_TITLE", "By variable")
        .variable("BLOG_TEST_REQUIRE", "all");
    let file = "[site]\ntitle = \"By file\"\ndescription = \"Told by the file\"\nregistration = \"closed\"\n";
    fs::write(home.path().join("blog.toml"), file).unwrap();
    let server = home.serve().await;
    let body = server.client().get("/").await.body;
    assert!(
        body.contains("By variable") && body.contains("Told by the file"),
        "{body}"
    );
    assert_eq!(server.client().get("/account/register").await.status, 403);
    server.stop().await;
    let server = home.serve_with(&["--title", "By flag"]).await;
    assert!(server.client().get("/").await.body.contains("By flag"));
    server.stop().await;
}
