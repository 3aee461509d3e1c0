//! sqlmap: it tries to reach the database through each parameter of one request.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::process::Command;

use super::{in_full, run};

/// A request; a `*` in its path marks what is tried there.
#[derive(Debug, Clone)]
pub(super) struct Request {
    host: SocketAddr,
    method: &'static str,
    path: String,
    session: Option<String>,
    form: Option<String>,
}

impl Request {
    pub(super) fn get(host: SocketAddr, path: impl Into<String>) -> Self {
        Self {
            host,
            method: "GET",
            path: path.into(),
            session: None,
            form: None,
        }
    }

    pub(super) fn post(host: SocketAddr, path: impl Into<String>, form: String) -> Self {
        Self {
            method: "POST",
            form: Some(form),
            ..Self::get(host, path)
        }
    }

    pub(super) fn with(self, session: Option<String>) -> Self {
        Self { session, ..self }
    }

    pub(super) fn line(&self) -> String {
        let who = if self.session.is_some() {
            "logged in"
        } else {
            "anonymous"
        };
        let form = self.form.as_deref().unwrap_or_default();
        format!("{} {} {form} ({who})", self.method, self.path)
    }

    /// As sqlmap reads it from a file.
    fn text(&self) -> String {
        let mut text = format!(
            "{} {} HTTP/1.1\nHost: {}\nSec-Fetch-Site: same-origin\nAccept: text/html\n",
            self.method, self.path, self.host
        );
        if let Some(session) = &self.session {
            let _ = writeln!(text, "Cookie: sid={session}");
        }
        if let Some(form) = &self.form {
            let _ = write!(
                text,
                "Content-Type: application/x-www-form-urlencoded\n\n{form}"
            );
        }
        text.push('\n');
        text
    }
}

/// Tries a request; what sqlmap says.
pub(super) async fn scan(request: &Request) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("request");
    std::fs::write(&file, request.text()).unwrap();
    let mut command = Command::new("sqlmap");
    command
        .arg("-r")
        .arg(&file)
        .arg("--output-dir")
        .arg(folder.path().join("out"))
        .args([
            "--batch",
            "--ignore-stdin",
            "--disable-coloring",
            "--skip-waf",
        ])
        .args([
            "--ignore-code=*",
            "--ignore-redirects",
            "--drop-set-cookie",
            "--ignore-proxy",
        ])
        .args(["--dbms=SQLite", "--flush-session"]);
    if in_full() {
        command.args(["--level=3", "--risk=2"]);
    } else {
        command.arg("--technique=BEU");
    }
    let output = run(command, Duration::from_secs(3600)).await;
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Whether it found a way in.
pub(super) fn is_hole(output: &str) -> bool {
    output.contains("sqlmap identified the following injection point")
        || output.contains("' is vulnerable")
}

/// How many parameters it tried.
pub(super) fn tried(output: &str) -> usize {
    output.matches("testing for SQL injection on").count()
        // What is not dynamic at first sight may be left out of the long tries after these words.
        + output.matches("seems to be injectable").count()
}
