//! The binary itself, on a port that the system chooses, over a folder that outlives it.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::http;

const PATIENCE: Duration = Duration::from_secs(30);

/// A running `blog-server`; killed when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    said: Arc<Mutex<Vec<String>>>,
    /// Scheme, host and port, as the start-up line says them.
    pub(crate) origin: String,
}

impl Server {
    /// Starts the server with nothing configured but the port, its data in `folder`.
    pub(crate) async fn start(folder: &Path) -> Self {
        Self::start_with(folder, &[]).await
    }

    /// The same with these variables.
    pub(crate) async fn start_with(folder: &Path, variables: &[(&'static str, String)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_blog-server"));
        for (name, _) in
            std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("BLOG_"))
        {
            command.env_remove(name);
        }
        let mut process = command
            .current_dir(folder)
            .env("BLOG_LISTEN", "127.0.0.1:0")
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let said = Arc::new(Mutex::new(Vec::new()));
        keep(process.stdout.take().expect("piped"), said.clone());
        keep(process.stderr.take().expect("piped"), said.clone());
        let mut server = Self {
            process,
            said,
            origin: String::new(),
        };
        let address = server.line_with("http://").await;
        server.origin = origin_in(&address);
        let ready = http::get(&server.origin, "/readyz").send().await;
        assert_eq!(ready.status, 200, "ready once it has said its address");
        server
    }

    /// The link that makes the owner's account, as the terminal prints it.
    pub(crate) async fn owner_link(&mut self) -> String {
        let line = self.line_with("/account/owner").await;
        let link = &line[line.find("http").expect("a whole address")..];
        link.split_whitespace()
            .next()
            .expect("an address")
            .to_owned()
    }

    /// Whether the terminal shows an owner's link.
    pub(crate) fn offers_ownership(&self) -> bool {
        self.said
            .lock()
            .expect("nobody panics with it")
            .iter()
            .any(|line| line.contains("/account/owner"))
    }

    /// Asks it to stop, as an init system does, and waits until it has.
    pub(crate) async fn stop(mut self) {
        let terminate = format!("kill -s TERM {}", self.process.id());
        let sent = Command::new("sh")
            .args(["-c", &terminate])
            .status()
            .expect("a shell");
        assert!(sent.success());
        let asked = Instant::now();
        let status = loop {
            if let Some(status) = self.process.try_wait().expect("it can be waited for") {
                break status;
            }
            assert!(
                asked.elapsed() < PATIENCE,
                "the server does not stop: {}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        assert!(status.success(), "it stops with {status}: {}", self.log());
    }

    /// All that the server has said.
    pub(crate) fn log(&self) -> String {
        self.said.lock().expect("nobody panics with it").join("\n")
    }

    async fn line_with(&mut self, part: &str) -> String {
        let asked = Instant::now();
        loop {
            let found = self
                .said
                .lock()
                .expect("nobody panics with it")
                .iter()
                .find(|line| line.contains(part))
                .cloned();
            if let Some(line) = found {
                return line;
            }
            if let Some(status) = self.process.try_wait().expect("it can be waited for") {
                panic!(
                    "the server ended with {status} before it said {part:?}: {}",
                    self.log()
                );
            }
            assert!(
                asked.elapsed() < PATIENCE,
                "the server does not say {part:?}: {}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if std::thread::panicking() {
            let _ = writeln!(std::io::stderr(), "the server said:\n{}", self.log());
        }
    }
}

fn keep(output: impl Read + Send + 'static, said: Arc<Mutex<Vec<String>>>) {
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            said.lock().expect("nobody panics with it").push(line);
        }
    });
}

fn origin_in(line: &str) -> String {
    let start = line.find("http://").expect("an address");
    let rest = &line[start + "http://".len()..];
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || ".:[]-".contains(c)));
    format!(
        "http://{}",
        rest[..end.unwrap_or(rest.len())].trim_end_matches(['.', ':'])
    )
}
