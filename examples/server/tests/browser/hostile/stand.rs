//! The pages that texts are shown on without the blog, and the place elsewhere that some of them ask.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A server that nobody has a reason to ask.
pub(super) struct Foreign {
    /// Host and port.
    pub(super) address: String,
    asked: Arc<AtomicBool>,
}

impl Foreign {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener
            .local_addr()
            .expect("it has an address")
            .to_string();
        let asked = Arc::new(AtomicBool::new(false));
        let marked = asked.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let marked = marked.clone();
                tokio::spawn(async move {
                    // Browsers open connections that they then do not use.
                    if stream.readable().await.is_ok()
                        && stream.peek(&mut [0]).await.is_ok_and(|n| n > 0)
                    {
                        marked.store(true, Ordering::SeqCst);
                        answer(stream, |_| (String::new(), "alert(1)".to_owned())).await;
                    }
                });
            }
        });
        Self { address, asked }
    }

    /// Whether somebody came since this was last asked.
    pub(super) fn asked(&self) -> bool {
        self.asked.swap(false, Ordering::SeqCst)
    }
}

/// Shows text number N at `/MODE/N`.
pub(super) struct Stand {
    pub(super) origin: String,
}

impl Stand {
    /// The texts as they are, the same when they went through the sanitiser, and the policy for the mode that has one.
    pub(super) async fn start(texts: Vec<String>, cleaned: Vec<String>, policy: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let origin = format!(
            "http://{}",
            listener.local_addr().expect("it has an address")
        );
        let kept = Arc::new((texts, cleaned, policy));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let kept = kept.clone();
                tokio::spawn(answer(stream, move |path| {
                    let (texts, cleaned, policy) = &*kept;
                    let (mode, number) = path[1..].split_once('/').unwrap_or_default();
                    let Ok(number) = number.parse::<usize>() else {
                        return (String::new(), String::new());
                    };
                    let body = match mode {
                        "sanitised" => &cleaned[number],
                        _ => &texts[number],
                    };
                    let head = match mode {
                        "policy" => format!("Content-Security-Policy: {policy}\r\n"),
                        _ => String::new(),
                    };
                    let page = format!("<!DOCTYPE html>\n<title>x</title>\n<body>{body}");
                    (
                        format!("Content-Type: text/html; charset=utf-8\r\n{head}"),
                        page,
                    )
                }));
            }
        });
        Self { origin }
    }
}

/// Reads one request and answers with a head and a body of its path.
async fn answer(mut stream: TcpStream, page: impl FnOnce(&str) -> (String, String)) {
    let mut request = Vec::new();
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read_buf(&mut request).await {
            Ok(read) if read > 0 => {}
            _ => return,
        }
    }
    let request = String::from_utf8_lossy(&request);
    let path = request.split(' ').nth(1).unwrap_or("/");
    let (head, body) = page(path);
    let head = format!(
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n{head}\r\n",
        body.len()
    );
    let _ = stream.write_all(head.as_bytes()).await;
    let _ = stream.write_all(body.as_bytes()).await;
    let _ = stream.shutdown().await;
}
