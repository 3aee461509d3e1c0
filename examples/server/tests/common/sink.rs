//! A mail server that keeps what it is given.

use std::sync::{Arc, Mutex};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

/// How a sink guards its connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tls {
    None,
    FromTheStart,
    ByCommand,
}

/// A mail server that keeps what it is given.
pub(crate) struct Sink {
    pub(crate) port: u16,
    /// Every line that arrived, and whether it came through TLS.
    lines: Arc<Mutex<Vec<(bool, String)>>>,
    pub(crate) certificate: String,
}

impl Sink {
    pub(crate) async fn start(tls: Tls) -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
        let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key.into())
            .expect("a key");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
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

    pub(crate) fn lines(&self) -> Vec<(bool, String)> {
        self.lines.lock().expect("nobody panics with it").clone()
    }

    /// How many mails came so far.
    pub(crate) fn count(&self) -> usize {
        let lines = self.lines();
        lines.iter().filter(|(_, line)| line == ".").count()
    }

    /// The path of the link to `path` in a mail to `to` behind the first `seen` mails, once it is there.
    pub(crate) async fn link(&self, seen: usize, to: &str, path: &str) -> String {
        let recipient = format!("RCPT TO:<{to}>");
        for _ in 0..300 {
            let lines = self.lines();
            // The last part has no end yet.
            let whole = lines.iter().filter(|(_, line)| line == ".").count();
            let mails = lines.split(|(_, line)| line == ".");
            for mail in mails.take(whole).skip(seen) {
                let read = text(mail);
                if let Some(at) = read.find(path).filter(|_| read.contains(&recipient)) {
                    let link = read[at..].split_whitespace().next();
                    return link.expect("a link").to_owned();
                }
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("no mail to {to} with {path} came: {:?}", self.lines());
    }

    /// The text of the first mail, once it is there.
    pub(crate) async fn mail(&self) -> Vec<(bool, String)> {
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

/// The lines of mails, as people read them.
pub(crate) fn text(lines: &[(bool, String)]) -> String {
    let lines: Vec<&str> = lines.iter().map(|(_, line)| line.as_str()).collect();
    // Soft line breaks (RFC 2045, section 6.7).
    lines.join("\n").replace("=\n", "").replace("=3D", "=")
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
        kept.lock()
            .expect("nobody panics with it")
            .push((guarded, line.clone()));
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
