//! The audit log from the command line.

use crate::server::{Home, PASSWORD};

#[tokio::test]
async fn the_log_is_verified_and_exported() {
    let home = Home::new();
    home.add_user("ada", "author").await;
    let output = home.run(&["user", "role", "ada", "editor"], "").await;
    assert!(output.status.success(), "{output:?}");
    let server = home.serve().await;
    let mut ada = server.client();
    assert_eq!(ada.log_in("ada", PASSWORD).await.status, 303);
    server.stop().await;

    let output = home.run(&["audit", "verify"], "").await;
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("3 records"), "{text}");
    let head = text.lines().last().unwrap().to_owned();
    let output = home.run(&["audit", "verify", "--head", &head], "").await;
    assert!(output.status.success(), "{output:?}");

    let output = home.run(&["audit", "export"], "").await;
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let records: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let said: Vec<_> = records
        .iter()
        .map(|record| (record["action"].as_str(), record["origin"].as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (Some("user.create"), Some("command-line")),
            (Some("user.role"), Some("command-line")),
            (Some("session.create"), Some("127.0.0.0/24")),
        ]
    );
    assert_eq!(records[1]["detail"], "author → editor");
    assert!(!text.contains(PASSWORD));

    // A head that this log never had.
    let other = format!("2:{}", "0".repeat(64));
    let output = home.run(&["audit", "verify", "--head", &other], "").await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("record 2 is not the one that was noted"),
        "{text}"
    );
}
