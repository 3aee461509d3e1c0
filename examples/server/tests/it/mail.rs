//! Mail through a real SMTP conversation, with and without TLS.

use crate::server::{Home, PASSWORD};
use crate::sink::{Sink, Tls, text};

/// A blog that sends its mails to the sink, whose certificate it trusts.
fn home(sink: &Sink, url: &str) -> Home {
    let home = Home::new();
    let bundle = home.path().join("sink.pem");
    std::fs::write(&bundle, &sink.certificate).unwrap();
    home.variable("SSL_CERT_FILE", bundle.to_str().unwrap())
        .variable("BLOG_MAIL_URL", url)
        .variable("BLOG_MAIL_FROM", "news@blog.example")
        .variable("BLOG_REQUIRE_VERIFIED_EMAIL", "true")
}

#[tokio::test]
async fn a_new_account_is_verified_by_a_mail_that_came_through_tls() {
    for (tls, scheme) in [(Tls::FromTheStart, "smtps"), (Tls::ByCommand, "smtp")] {
        let sink = Sink::start(tls).await;
        let home = home(
            &sink,
            &format!("{scheme}://blog:s%40cret@localhost:{}", sink.port),
        );
        home.add_user("owner", "admin").await;
        let server = home.serve().await;
        let mut ada = server.client();
        let form = [
            ("username", "ada"),
            ("email", "ada@example.org"),
            ("password", PASSWORD),
        ];
        assert_eq!(ada.post("/account/register", &form).await.status, 303);
        let lines = sink.mail().await;
        // Nothing but the wish for TLS went readably.
        for (guarded, line) in &lines {
            assert!(
                *guarded || line.starts_with("EHLO") || line == "STARTTLS",
                "{line}"
            );
        }
        let mail = text(&lines);
        assert!(mail.contains("MAIL FROM:<news@blog.example>"), "{mail}");
        assert!(mail.contains("RCPT TO:<ada@example.org>"), "{mail}");
        assert!(mail.contains("\nAUTH PLAIN "), "{mail}");

        let waits = ada.log_in("ada", PASSWORD).await;
        assert_eq!(waits.status, 403, "not before the link");
        let token = mail.split("/account/verify?token=").nth(1).unwrap();
        let token = token.split('\n').next().unwrap().trim().to_owned();
        let page = ada.get(&format!("/account/verify?token={token}")).await;
        assert_eq!(page.status, 200, "{token}");
        let done = ada.post("/account/verify", &[("token", &token)]).await;
        assert_eq!(done.status, 303);
        assert_eq!(ada.log_in("ada", PASSWORD).await.status, 303);
        let post = [("title", "One"), ("body", "Text"), ("status", "published")];
        assert_eq!(ada.post("/write", &post).await.status, 303);
        let log = server.stop().await;
        assert!(
            !format!("{log:?}").contains("cret"),
            "the password is in the log"
        );
    }
}

#[tokio::test]
async fn a_server_without_tls_gets_nothing_unless_the_url_says_so() {
    let sink = Sink::start(Tls::None).await;
    let asks = |mut client: crate::client::Client| async move {
        let form = [
            ("username", "ada"),
            ("email", "ada@example.org"),
            ("password", PASSWORD),
        ];
        assert_eq!(client.post("/account/register", &form).await.status, 303);
    };
    let first = home(
        &sink,
        &format!("smtp://blog:secret@localhost:{}", sink.port),
    );
    first.add_user("owner", "admin").await;
    let server = first.serve().await;
    asks(server.client()).await;
    for _ in 0..100 {
        if !sink.lines().is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let lines = sink.lines();
    assert!(!lines.is_empty());
    assert!(
        lines
            .iter()
            .all(|(_, line)| line.starts_with("EHLO") || line == "QUIT"),
        "{lines:?}"
    );
    server.stop().await;

    let second = home(&sink, &format!("smtp://localhost:{}?tls=none", sink.port));
    second.add_user("owner", "admin").await;
    let server = second.serve().await;
    asks(server.client()).await;
    assert!(text(&sink.mail().await).contains("Subject: "));
    server.stop().await;
}

#[tokio::test]
async fn an_address_that_the_server_refuses_for_good_is_not_tried_for_ever() {
    let sink = Sink::start(Tls::None).await;
    let home = home(&sink, &format!("smtp://localhost:{}?tls=none", sink.port));
    home.add_user("owner", "admin").await;
    let server = home.serve().await;
    for (name, email) in [("eve", "nobody@example.org"), ("ada", "ada@example.org")] {
        let form = [("username", name), ("email", email), ("password", PASSWORD)];
        let answer = server.client().post("/account/register", &form).await;
        assert_eq!(answer.status, 303);
    }
    sink.mail().await;
    // Longer than the pause after a first and a second failure.
    tokio::time::sleep(std::time::Duration::from_secs(8)).await;
    let refused = sink.lines();
    let refused = refused.iter().filter(|(_, line)| line.contains("nobody@"));
    assert_eq!(refused.count(), 1);
    server.stop().await;
}
