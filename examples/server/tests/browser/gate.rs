//! What stands between a browser and the server, and fails as networks and servers do.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// What becomes of a form that is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It never arrives.
    Lost,
    /// It arrives, and its answer does not.
    Unanswered,
    /// It waits on its way until [`Gate::pass`].
    Held,
    /// It is refused with this status, code and sentence.
    Refused(u16, &'static str, &'static str),
}

/// A form that went through.
#[derive(Debug)]
struct Passed {
    path: String,
    fields: Vec<(String, String)>,
    status: u16,
}

#[derive(Debug)]
struct Inner {
    /// Host and port that the browser knows.
    here: String,
    /// Host and port of the server.
    there: Mutex<String>,
    fault: Mutex<Option<(String, Fault)>>,
    /// How many forms have met a fault.
    met: Mutex<usize>,
    passed: Mutex<Vec<Passed>>,
    opened: Notify,
}

/// A plain proxy on a port of its own, so that the browser's address stays when the server comes back on another port.
#[derive(Debug)]
pub(crate) struct Gate {
    pub(crate) origin: String,
    inner: Arc<Inner>,
    accepting: JoinHandle<()>,
}

const PATIENCE: Duration = Duration::from_secs(20);

impl Gate {
    pub(crate) async fn before(origin: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let here = listener.local_addr().expect("an address").to_string();
        let inner = Arc::new(Inner {
            here: here.clone(),
            there: Mutex::default(),
            fault: Mutex::default(),
            met: Mutex::default(),
            passed: Mutex::default(),
            opened: Notify::new(),
        });
        let for_each = inner.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(exchange(stream, for_each.clone()));
            }
        });
        let gate = Self {
            origin: format!("http://{here}"),
            inner,
            accepting,
        };
        gate.lead_to(origin);
        gate
    }

    /// From now on to this server.
    pub(crate) fn lead_to(&self, origin: &str) {
        let host = origin.strip_prefix("http://").expect("plain http");
        *self.inner.there.lock().expect("unpoisoned") = host.to_owned();
    }

    /// From now on forms to this path meet the fault; with a slash at its end, to all paths that begin so.
    pub(crate) fn fail(&self, path: &str, fault: Fault) {
        *self.inner.met.lock().expect("unpoisoned") = 0;
        *self.inner.fault.lock().expect("unpoisoned") = Some((path.to_owned(), fault));
    }

    /// From now on nothing fails.
    pub(crate) fn pass(&self) {
        *self.inner.fault.lock().expect("unpoisoned") = None;
        self.inner.opened.notify_waiters();
    }

    /// Waits until a form has met the fault.
    pub(crate) async fn met(&self) {
        self.wait("a form that meets the fault", || {
            *self.inner.met.lock().expect("unpoisoned") > 0
        })
        .await;
    }

    /// Waits until the server has said that it keeps an unsaved text with this body.
    pub(crate) async fn kept(&self, body: &str) {
        self.wait(&format!("an autosave of {body:?}"), || {
            let passed = self.inner.passed.lock().expect("unpoisoned");
            passed.iter().any(|form| {
                form.path.starts_with("/write/autosave?") && form.status == 204 && form.has(body)
            })
        })
        .await;
    }

    /// Waits until the server has answered a form to this path with this status.
    pub(crate) async fn answered(&self, path: &str, status: u16) {
        self.wait(&format!("{status} from {path}"), || {
            self.statuses(path).contains(&status)
        })
        .await;
    }

    /// How the server answered the forms to this path, since the browser came.
    pub(crate) fn statuses(&self, path: &str) -> Vec<u16> {
        let passed = self.inner.passed.lock().expect("unpoisoned");
        let there = passed.iter().filter(|form| form.path == path);
        there.map(|form| form.status).collect()
    }

    async fn wait(&self, what: &str, done: impl Fn() -> bool) {
        let asked = Instant::now();
        while !done() {
            assert!(asked.elapsed() < PATIENCE, "waited in vain for {what}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Passed {
    fn has(&self, body: &str) -> bool {
        let found = self.fields.iter().find(|(name, _)| name == "body");
        found.is_some_and(|(_, text)| text.replace("\r\n", "\n") == body)
    }
}

/// One request and its answer; then the connection ends, so that nothing hangs on a server that is gone.
async fn exchange(mut browser: TcpStream, gate: Arc<Inner>) {
    let Some((head, body)) = read(&mut browser).await else {
        return;
    };
    let mut words = head.split(' ');
    let method = words.next().unwrap_or_default().to_owned();
    let path = words.next().unwrap_or_default().to_owned();
    let fault = gate.fault.lock().expect("unpoisoned").clone();
    let bare = path.split('?').next().unwrap_or_default();
    let met = |of: &str| bare == of || of.ends_with('/') && bare.starts_with(of);
    let fault = fault.filter(|(of, _)| method == "POST" && met(of));
    let fault = fault.map(|(_, fault)| fault);
    let opened = gate.opened.notified();
    if fault.is_some() {
        *gate.met.lock().expect("unpoisoned") += 1;
    }
    match fault {
        Some(Fault::Lost) => return,
        Some(Fault::Refused(status, code, sentence)) => {
            let text = serde_json::json!({ "code": code, "sentence": sentence }).to_string();
            let answer = format!(
                "HTTP/1.1 {status} No\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}",
                text.len()
            );
            let _ = browser.write_all(answer.as_bytes()).await;
            return;
        }
        Some(Fault::Held) => opened.await,
        Some(Fault::Unanswered) | None => {}
    }
    let there = gate.there.lock().expect("unpoisoned").clone();
    let Ok(mut server) = TcpStream::connect(&there).await else {
        return;
    };
    let head = head.replace(&gate.here, &there);
    let lines = head.lines().filter(|line| {
        let name = line.split(':').next().unwrap_or_default();
        !name.eq_ignore_ascii_case("connection") && !line.is_empty()
    });
    let mut request: String = lines.map(|line| format!("{line}\r\n")).collect();
    request.push_str("connection: close\r\n\r\n");
    // A server that refuses may not read to the end.
    let _ = server.write_all(request.as_bytes()).await;
    let _ = server.write_all(&body).await;
    let mut answer = Vec::new();
    if server.read_to_end(&mut answer).await.is_err() || answer.is_empty() {
        return;
    }
    if method == "POST" {
        let line = String::from_utf8_lossy(&answer[..answer.len().min(32)]).into_owned();
        let status = line.split(' ').nth(1).and_then(|word| word.parse().ok());
        let passed = Passed {
            path,
            fields: url::form_urlencoded::parse(&body).into_owned().collect(),
            status: status.unwrap_or(0),
        };
        gate.passed.lock().expect("unpoisoned").push(passed);
    }
    if fault != Some(Fault::Unanswered) {
        let _ = browser.write_all(&answer).await;
        let _ = browser.shutdown().await;
    }
}

/// The head of a request, to its last line, and its body; none of a connection that was opened in vain.
async fn read(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let mut body = bytes.split_off(end);
    let head = String::from_utf8(bytes).ok()?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>().ok())?
    });
    while body.len() < length.unwrap_or(0) {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some((head, body))
}
