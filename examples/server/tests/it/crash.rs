//! Killed at any moment, the blog loses nothing that was answered.

use std::time::Duration;

use crate::client::Client;
use crate::server::{Home, PASSWORD, Server};

/// How often the server is killed.
const KILLS: u64 = 12;

/// Answered posts: path and a word that only their text has.
type Written = Vec<(String, String)>;

/// Writes until the server is gone; what was answered. Every third post is changed once more.
async fn write_until_gone(mut writer: Client, round: u64) -> Written {
    let mut written = Written::new();
    for number in 0.. {
        let mark = format!("mark{round}x{number}");
        let text = format!("{mark}\n\n{}", "Some more text. ".repeat(200));
        let Ok(path) = writer.write(&format!("Post {round} {number}"), &text).await else {
            break;
        };
        if number % 3 == 2 {
            let mark = format!("changed{round}x{number}");
            let version = "1";
            let fields = [
                ("title", format!("Post {round} {number}")),
                ("body", mark.clone()),
                ("status", "published".to_owned()),
                ("slug", path.trim_start_matches("/posts/").to_owned()),
                ("version", version.to_owned()),
            ];
            let fields: Vec<_> = fields
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            match writer.try_post(&format!("{path}/edit"), &fields).await {
                Ok(answer) => {
                    assert_eq!(answer.status, 303, "{}", answer.body);
                    written.push((answer.location().to_owned(), mark));
                }
                // Whether the change was made is unknown, that the post is there is not.
                Err(_) => {
                    written.push((path, String::new()));
                    break;
                }
            }
        } else {
            written.push((path, mark));
        }
    }
    written
}

async fn all_there(server: &Server, written: &Written) {
    let mut reader = server.client();
    for (path, mark) in written {
        let answer = reader.get(path).await;
        assert_eq!(answer.status, 200, "{path} was answered and is gone");
        assert!(
            answer.body.contains(mark),
            "{path} is not as it was answered: {mark}"
        );
    }
}

#[tokio::test]
async fn every_answered_write_survives_kill_9() {
    let home = Home::new();
    home.add_user("ada", "author").await;
    let mut server = home.serve().await;
    let mut ada = server.client();
    assert_eq!(ada.log_in("ada", PASSWORD).await.status, 303);
    let mut all = Written::new();
    // A fixed sequence of odd waits: the moments differ, and a failure can be looked for again.
    let mut wait: u64 = 17;
    for round in 0..KILLS {
        let writer = tokio::spawn(write_until_gone(ada.moved_to(server.address), round));
        wait = (wait * 73 + 41) % 401;
        tokio::time::sleep(Duration::from_millis(60 + wait)).await;
        server.kill().await;
        let written = writer.await.unwrap();
        // The session is one of the answered writes too: nobody logs in again.
        server = home.serve().await;
        all_there(&server, &written).await;
        all.extend(written);
    }
    assert!(
        all.len() >= KILLS as usize,
        "only {} posts were written",
        all.len()
    );
    all_there(&server, &all).await;
    let mut ada = ada.moved_to(server.address);
    let path = ada.write("The last one", "Still writing").await.unwrap();
    assert!(ada.get("/").await.body.contains(&path));
    server.stop().await;
    println!("{KILLS} kills, {} answered posts, none lost", all.len());
}
