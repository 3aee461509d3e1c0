//! What the log says, and to whom.

use serde_json::Value;

use crate::server::Home;

#[tokio::test]
async fn each_statement_is_one_line_with_its_requests_id() {
    let home = Home::new();
    home.serve().await.stop().await;
    let server = home.serve_with(&["--log", "blog_storage::sql=debug"]).await;
    let answer = server.client().get("/").await;
    let id = answer.request_id().to_owned();
    server.logged(&id).await;
    // A later request's lines show that the first one's are all written.
    let later = server.client().get("/feed.xml").await;
    server.logged(later.request_id()).await;
    let log = server.log();
    let lines: Vec<_> = log.lines().filter(|line| line.contains(&id)).collect();
    assert!(
        (1..=2).contains(&lines.len()),
        "an anonymous list makes at most two queries: {lines:#?}"
    );
    for line in lines {
        assert!(
            line.contains("blog_storage::sql") && line.contains("SELECT"),
            "{line}"
        );
    }
    assert!(
        !log.contains("answered"),
        "only statements were asked for: {log}"
    );
    server.stop().await;
}

#[tokio::test]
async fn json_lines_carry_request_ids() {
    let home = Home::new();
    let server = home
        .serve_with(&[
            "--log-format",
            "json",
            "--log",
            "info,blog_storage::sql=debug",
        ])
        .await;
    let answer = server.client().get("/no-such-page").await;
    assert_eq!(answer.status, 404);
    let id = answer.request_id().to_owned();
    server.logged("answered").await;
    let log = server.log();
    let mut access_lines = 0;
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).expect("every line is a document");
        assert!(
            line["timestamp"].is_string() && line["level"].is_string(),
            "{line}"
        );
        if line["span"]["id"] == id.as_str() && line["message"] == "answered" {
            access_lines += 1;
            assert_eq!(line["status"], 404, "{line}");
            assert_eq!(line["path"], "/no-such-page", "{line}");
        }
    }
    assert_eq!(access_lines, 1, "{log}");
    server.stop().await;
}

#[tokio::test]
async fn no_secret_is_logged_however_much_is_asked_for() {
    let home = Home::new();
    let mut server = home.serve_with(&["--log", "trace"]).await;
    let link = server.next_line().await.expect("the owner's link");
    let token = link
        .split_once("token=")
        .unwrap()
        .1
        .split(' ')
        .next()
        .unwrap()
        .to_owned();
    home.add_user("ada", "author").await;
    let mut ada = server.client();
    assert_eq!(ada.log_in("ada", crate::server::PASSWORD).await.status, 303);
    assert_eq!(
        ada.log_in("ada", "a wrong password, not stored")
            .await
            .status,
        422
    );
    ada.get("/account/profile").await;
    let last = server.client().get("/livez").await;
    server.logged(last.request_id()).await;
    let log = server.log();
    for secret in [
        token.as_str(),
        "seven",
        "herons",
        "wrong+password",
        "wrong password",
        "argon2id",
    ] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
    for secret in ada.cookie_values() {
        assert!(!log.contains(secret), "a cookie is in the log");
    }
    server.stop().await;
}
