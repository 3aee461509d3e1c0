//! Mail through a real SMTP conversation, with and without TLS.

use std::sync::{Arc, Mutex};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

use crate::server::{Home, PASSWORD};

/// How a sink guards its connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tls {
    None,
    FromTheStart,
    ByCommand,
}

/// A mail server that keeps what it is given.
struct Sink {
    port: u16,
    /// Every line that arrived, and whether it came through TLS.
    lines: Arc<Mutex<Vec<(bool, String)>>>,
    certificate: String,
}

impl Sink {
    async fn start(tls: Tls) -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key.into())
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = lines.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, kept) = (acceptor.clone(), kept.clone());
                tokio::spawn(async move {
                    if tls == Tls::FromTheStart {
                        let stream = acceptor.accept(stream).await?;
                        talk(stream, true, true, false, &kept).await?;
                        return Ok(());
                    }
                    let upgrades = tls == Tls::ByCommand;
                    let plain = talk(stream, false, true, upgrades, &kept).await?;
                    if let Some(stream) = plain {
                        let stream = acceptor.accept(stream).await?;
                        talk(stream, true, false, false, &kept).await?;
                    }
                    std::io::Result::Ok(())
                });
            }
        });
        Self {
            port,
            lines,
            certificate: cert.pem(),
        }
    }

    fn lines(&self) -> Vec<(bool, String)> {
        self.lines.lock().unwrap().clone()
    }

    /// The text of the first mail, once it is there.
    async fn mail(&self) -> Vec<(bool, String)> {
        for _ in 0..300 {
            let lines = self.lines();
            if lines.iter().any(|(_, line)| line == ".") {
                return lines;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("no mail came: {:?}", self.lines());
    }
}

/// One conversation (RFC 5321); the stream where TLS is to begin on it.
async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    guarded: bool,
    greets: bool,
    upgrades: bool,
    kept: &Mutex<Vec<(bool, String)>>,
) -> std::io::Result<Option<S>> {
    let mut stream = BufReader::new(stream);
    if greets {
        stream.write_all(b"220 sink.example\r\n").await?;
    }
    let mut is_text = false;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        let line = line.trim_end().to_owned();
        kept.lock().unwrap().push((guarded, line.clone()));
        let answer = match line.split(' ').next().unwrap_or_default() {
            "." if is_text => {
                is_text = false;
                "250 kept\r\n"
            }
            _ if is_text => continue,
            "EHLO" if upgrades => "250-sink.example\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n",
            "EHLO" => "250-sink.example\r\n250 AUTH PLAIN\r\n",
            "STARTTLS" if upgrades => {
                stream.write_all(b"220 go on\r\n").await?;
                return Ok(Some(stream.into_inner()));
            }
            "AUTH" => "235 welcome\r\n",
            "RCPT" if line.contains("nobody@") => "550 there is no such mailbox\r\n",
            "DATA" => {
                is_text = true;
                "354 go on\r\n"
            }
            "QUIT" => {
                stream.write_all(b"221 bye\r\n").await?;
                return Ok(None);
            }
            _ => "250 fine\r\n",
        };
        stream.write_all(answer.as_bytes()).await?;
    }
}

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

/// The lines of the mail itself, as the person reads them.
fn text(lines: &[(bool, String)]) -> String {
    let lines: Vec<&str> = lines.iter().map(|(_, line)| line.as_str()).collect();
    // Soft line breaks (RFC 2045, section 6.7).
    lines.join("\n").replace("=\n", "").replace("=3D", "=")
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

        assert_eq!(ada.log_in("ada", PASSWORD).await.status, 303);
        let post = [("title", "One"), ("body", "Text"), ("status", "published")];
        assert_eq!(ada.post("/write", &post).await.status, 403);
        let token = mail.split("/account/verify?token=").nth(1).unwrap();
        let token = token.split('\n').next().unwrap().trim().to_owned();
        let page = ada.get(&format!("/account/verify?token={token}")).await;
        assert_eq!(page.status, 200, "{token}");
        let done = ada.post("/account/verify", &[("token", &token)]).await;
        assert_eq!(done.status, 303);
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
